//! What only the newest PostgreSQL has: columns that are computed when they are read, JSON_TABLE, RETURNING of old and new rows.

use super::world::{Plan, Shown};

/// Dearer than the client's conditions: PostgreSQL would run those first.
const FILTER: &str = "(region = 'EMEA' AND id < 5000) OR (region = 'APAC' AND id < 5001) OR (region = 'LATAM' AND id < 5002) OR \
    (region = 'MENA' AND id < 5003) OR (region = 'ANZ' AND id < 5004) OR (region = 'BENE' AND id < 5005) OR (region = 'DACH' AND id < 5006) OR \
    (region = 'NORD' AND id < 5007)";

/// Row 19 is hidden, and computing its columns raises.
const COMPUTED: &str = "
    CREATE TABLE crm.g (id int PRIMARY KEY, region text, secret text, k int GENERATED ALWAYS AS (10 / (id - 19)) VIRTUAL,
      m int GENERATED ALWAYS AS (10 / (id - 19)) VIRTUAL, t text GENERATED ALWAYS AS ('n' || secret) VIRTUAL);
    INSERT INTO crm.g SELECT g, CASE WHEN g <= 10 THEN 'EMEA' ELSE 'US' END, 'CANARY' || g FROM generate_series(1, 1000) g;
    CREATE SCHEMA ref;
    CREATE VIEW ref.g WITH (security_barrier) AS SELECT id, k, round(m, -1)::int AS m FROM crm.g WHERE region = 'EMEA' OFFSET 0;";

#[test]
fn virtual_generated_columns_are_computed_for_visible_rows_alone() {
    let shown = [Shown::new("crm.g", &["id", "k", "m"]).filter(FILTER).masks(&[("m", "{name: round, digits: -1}")])];
    Plan::new(COMPUTED, &shown).since(18).each(|world| {
        world.answers_as_views(&[
            "SELECT count(*) FROM crm.g WHERE k < 100",
            "SELECT count(*) FROM crm.g WHERE id = 19 AND k < 100",
            "SELECT count(*) FROM crm.g WHERE k IS NOT NULL",
            "SELECT count(*) FROM crm.g WHERE (k > 5) IS NOT TRUE",
            "SELECT count(*) FROM crm.g WHERE g IS NOT NULL",
            "SELECT count(*) FROM (SELECT k FROM crm.g UNION ALL SELECT id FROM crm.g) s WHERE k IS NOT NULL",
            "SELECT count(*) FROM (SELECT id, k AS x FROM crm.g) s WHERE s.x IS NOT NULL",
            "SELECT count(*) FROM (VALUES (1)) v (x) LEFT JOIN crm.g ON k IS NOT NULL",
            "SELECT count(*), count(k) FROM (VALUES (1)) v (x) LEFT JOIN crm.g ON true",
            "SELECT count(*) FROM crm.g WHERE id = 19 AND k IS NULL",
            "SELECT count(*) FROM crm.g WHERE m < 100",
            "SELECT count(*) FROM crm.g WHERE id = 19 AND m < 100",
            "SELECT id, k, m FROM crm.g ORDER BY k, id LIMIT 3",
            "SELECT count(*) FROM crm.g a JOIN crm.g b ON a.k = b.k",
            "SELECT max(k) FROM crm.g GROUP BY k ORDER BY 1",
        ]);
    });
    // A filter that reads one is an error that is the same whatever is asked.
    Plan::new(COMPUTED, &[Shown::new("crm.g", &["id"]).filter("k <> 3")]).since(18).each(|world| {
        let told = |sql: &str| world.ask(sql).lines().filter(|line| !line.contains("Reference ")).collect::<Vec<_>>().join("\n");
        let all = told("SELECT id FROM crm.g");
        assert!(all.starts_with("ERROR:  "), "{all}");
        for id in [1, 19, 2000] {
            assert_eq!(told(&format!("SELECT id FROM crm.g WHERE id = {id}")), all);
        }
    });
}

#[test]
fn virtual_generated_columns_are_masked_hidden_and_left_out_of_copy_like_others() {
    let shown = [Shown::new("crm.g", &["id", "t", "k"]).filter(FILTER).masks(&[("t", "{name: redact}")])];
    Plan::new(COMPUTED, &shown).since(18).each(|world| {
        world.answers(&[
            ("SELECT t FROM crm.g WHERE id = 7", "xxxxxxxx"),
            ("SELECT count(*) FROM crm.g WHERE t LIKE '%CANARY%'", "0"),
            ("SELECT g FROM crm.g WHERE id = 7", "(7,xxxxxxxx,0)"),
            ("COPY crm.g TO STDOUT", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10"),
            ("COPY (SELECT id, k FROM crm.g WHERE id < 3 ORDER BY id) TO STDOUT", "1\t0\n2\t0"),
            ("SELECT count(*) FROM pg_attrdef WHERE adrelid = 'crm.g'::regclass", "0"),
        ]);
        world.refuses(&[
            ("COPY crm.g (k) TO STDOUT", "42P10"),
            ("SELECT m FROM crm.g", "42703"),
            ("SELECT secret FROM crm.g", "42703"),
        ]);
    });
}

#[test]
fn json_table_reads_masked_documents_of_visible_rows() {
    let setup = "
        CREATE TABLE crm.docs (id int PRIMARY KEY, region text, doc jsonb, plain jsonb);
        INSERT INTO crm.docs SELECT g, CASE WHEN g <= 10 THEN 'EMEA' ELSE 'US' END, jsonb_build_object('ssn', 'CANARY' || g,
          'k', CASE WHEN g = 19 THEN 'CANARY' ELSE g::text END, 'items', jsonb_build_array(jsonb_build_object('n', g), jsonb_build_object('n', g + 1))), jsonb_build_object('k', CASE WHEN g = 19 THEN 'CANARY' ELSE g::text END)
          FROM generate_series(1, 1000) g;
        CREATE SCHEMA ref;
        CREATE VIEW ref.docs WITH (security_barrier) AS SELECT id, doc - 'ssn' AS doc, plain FROM crm.docs WHERE region = 'EMEA' OFFSET 0;";
    let shown =
        [Shown::new("crm.docs", &["id", "doc", "plain"]).filter(FILTER).masks(&[("doc", "{name: json_drop, keys: [ssn]}")])];
    Plan::new(setup, &shown).since(17).each(|world| {
        world.answers_as_views(&[
            "SELECT count(j.k) FROM crm.docs d, JSON_TABLE(d.doc, '$' COLUMNS (k int PATH '$.k' ERROR ON ERROR)) j",
            "SELECT count(*) FROM crm.docs d CROSS JOIN LATERAL JSON_TABLE(d.doc, '$' COLUMNS (k int PATH '$.k' ERROR ON ERROR)) j WHERE d.id = 19",
            "SELECT count(*) FROM crm.docs d LEFT JOIN JSON_TABLE(d.doc, '$' COLUMNS (k int PATH '$.k' ERROR ON ERROR) ERROR ON ERROR) j ON true",
            "SELECT d.id, j.s, j.has FROM crm.docs d, JSON_TABLE(d.doc, '$' COLUMNS (s text PATH '$.ssn' DEFAULT 'none' ON EMPTY, has boolean EXISTS PATH '$.ssn')) j ORDER BY 1",
            "SELECT d.id, j.n, j.o FROM crm.docs d, JSON_TABLE(d.doc, '$' COLUMNS (NESTED PATH '$.items[*]' COLUMNS (o FOR ORDINALITY, n int PATH '$.n'))) j WHERE d.id < 4 ORDER BY 1, 2",
            "SELECT j.whole FROM crm.docs d, JSON_TABLE(d.doc, '$' COLUMNS (whole jsonb PATH '$' WITH WRAPPER)) j WHERE d.id = 3",
            "SELECT j.n FROM crm.docs d, JSON_TABLE(d.doc, '$.items[*] ? (@.n == $want)' PASSING d.id AS want COLUMNS (n int PATH '$.n')) j ORDER BY 1",
            "SELECT count(*) FROM crm.docs d WHERE EXISTS (SELECT FROM JSON_TABLE(d.doc, '$' COLUMNS (k int PATH '$.k' ERROR ON ERROR)) j WHERE j.k > 0)",
            "SELECT (SELECT j.k FROM JSON_TABLE(d.doc, '$' COLUMNS (k int PATH '$.k' ERROR ON ERROR)) j) FROM crm.docs d ORDER BY 1",
            "SELECT JSON_VALUE(doc, '$.k' RETURNING int ERROR ON ERROR) FROM crm.docs ORDER BY 1",
            "SELECT count(*) FROM crm.docs WHERE JSON_VALUE(doc, '$.k' RETURNING int ERROR ON ERROR) > 0",
            "SELECT count(*) FROM crm.docs d WHERE EXISTS (SELECT FROM JSON_TABLE(d.plain, '$' COLUMNS (k int PATH '$.k' ERROR ON ERROR)) j)",
            "SELECT count(*) FROM crm.docs WHERE JSON_VALUE(plain, '$.k' RETURNING int ERROR ON ERROR) > 0",
            "SELECT JSON_QUERY(doc, '$.ssn'), JSON_EXISTS(doc, '$.ssn') FROM crm.docs WHERE id = 2",
        ]);
        world.refuses(&[
            ("SELECT * FROM crm.docs d, JSON_TABLE(d.region, '$' COLUMNS (k text PATH '$')) j", "42703"),
            ("SELECT * FROM JSON_TABLE('\"crm.docs\"', '$' COLUMNS (k regclass PATH '$')) j", "42704"),
            ("SELECT * FROM JSON_TABLE('1', '$' COLUMNS (k int PATH '$' DEFAULT pg_sleep(1)::text::int ON EMPTY)) j", "42501"),
        ]);
        let functions = world.ask("SELECT * FROM JSON_TABLE('1', '$' PASSING pg_read_file('PG_VERSION') AS x COLUMNS (k int PATH '$')) j");
        assert!(functions.starts_with("ERROR:  "), "{functions}");
    });
}

#[test]
fn returning_tells_of_no_old_and_of_no_new_row() {
    let setup = "
        CREATE TABLE crm.t (id int PRIMARY KEY, secret text); INSERT INTO crm.t SELECT g, 'CANARY' || g FROM generate_series(1, 5) g;";
    Plan::new(setup, const { &[Shown::new("crm.t", &["id"])] }).since(18).each(|world| {
        // The refusal is the gate's own, and not for want of a right.
        if !world.is_on_views() {
            world.direct(&format!("GRANT ALL ON crm.t TO {}", world.login()));
        }
        let statements = [
            "UPDATE crm.t SET secret = 'x' RETURNING old.secret, new.secret",
            "UPDATE crm.t SET secret = 'x' RETURNING WITH (OLD AS o, NEW AS n) o.secret, n.secret",
            "DELETE FROM crm.t RETURNING old.*",
            "DELETE FROM crm.t RETURNING old",
            "INSERT INTO crm.t VALUES (9, 'x') ON CONFLICT (id) DO UPDATE SET secret = 'x' RETURNING old.secret, new.id",
            "MERGE INTO crm.t USING (VALUES (1)) v (x) ON id = x WHEN MATCHED THEN DELETE RETURNING merge_action(), old.secret",
        ];
        for statement in statements {
            for form in [
                "{}",
                "WITH w AS ({}) SELECT * FROM w",
                "EXPLAIN {}",
                "PREPARE p AS {}",
                "COPY ({}) TO STDOUT",
                "DECLARE c CURSOR FOR {}",
            ] {
                let said = world.ask(&form.replace("{}", statement));
                let refused =
                    ["0A000", "25006", "42501", "42601"].iter().any(|state| said.starts_with(&format!("ERROR:  {state}: ")));
                assert!(refused && !said.contains("CANARY"), "PostgreSQL {}: {form}: {statement}\n{said}", world.major());
            }
        }
        assert_eq!(world.direct("SELECT count(*), min(secret) FROM crm.t"), "5|CANARY1");
        // Names like any other where nothing is written.
        world.answers(&[
            ("SELECT old.id FROM crm.t AS old WHERE old.id = 2", "2"),
            ("SELECT new FROM (VALUES (1)) AS x (new)", "1"),
        ]);
    });
}
