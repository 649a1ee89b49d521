//! What others fell into: each was a hole or a wrong answer of a product that stands between clients and a database.

use std::io::{Read, Write};

use super::world::{Plan, Shown};
use crate::gate::Say;

const SHOP: &str = r#"
CREATE TABLE crm.customers (id int PRIMARY KEY, email text, doc jsonb, region text, joined date);
INSERT INTO crm.customers SELECT g, 'CANARY' || g || '@example.com', jsonb_build_object('plan', 'p' || g, 'pins', jsonb_build_array('CANARY', g)),
  CASE WHEN g <= 4 THEN 'EMEA' ELSE 'US' END, date '2024-01-01' + g FROM generate_series(1, 8) g;
CREATE TABLE crm.orders (id int PRIMARY KEY, customer int, email text, amount numeric);
INSERT INTO crm.orders SELECT g, g % 4 + 1, 'open' || g, g * 10 FROM generate_series(1, 8) g;
CREATE TABLE crm.vault (id int, secret text); INSERT INTO crm.vault VALUES (1, 'CANARY');
"#;

const SHOWN: &[Shown] = &[
    Shown::new("crm.customers", &["id", "email", "doc", "region", "joined"])
        .filter("region = 'EMEA'")
        .masks(&[("email", "{name: redact}"), ("doc", "{name: json_keep, keys: [plan]}")]),
    Shown::new("crm.orders", &["id", "customer", "email", "amount"]),
];

/// hoop: a second statement, hidden from the proxy's own reading of strings, quotes and comments.
#[test]
fn no_string_comment_or_name_hides_a_statement() {
    Plan::new(SHOP, SHOWN).each(|world| {
        for sql in [
            r"SELECT E'\'; DROP TABLE crm.orders; --'",
            r"SELECT '\'; SELECT * FROM crm.vault; --'",
            "SELECT $$ ( $$; SELECT * FROM crm.vault",
            "SELECT $a$ $$ ' $a$ || ')'; DELETE FROM crm.orders",
            "SELECT 1 /* /* */ ; DELETE FROM crm.orders; */",
            "SELECT 1 /* /* */ */; SELECT * FROM crm.vault",
            "WITH delete AS (SELECT 1) SELECT * FROM delete; DELETE FROM crm.orders",
            "WITH \"select\" AS (DELETE FROM crm.orders RETURNING 1) SELECT * FROM \"select\"",
            "SELECT U&'\\0027; DELETE FROM crm.orders; --'",
            "SELECT 'a'\n'; DELETE FROM crm.orders; --'",
            "SELECT 1 -- \r; DELETE FROM crm.orders",
            "SELECT 1;\u{a0}DELETE FROM crm.orders",
        ] {
            let said = world.ask(sql);
            assert!(!said.contains("CANARY"), "PostgreSQL {}: {sql}: {said}", world.major());
            assert_eq!(world.direct("SELECT count(*) FROM crm.orders"), "8", "{sql}");
        }
        world.answers(&[
            (r"SELECT E'\'; DROP TABLE crm.orders; --'", "'; DROP TABLE crm.orders; --"),
            ("SELECT $$ ( $$ || 1", " ( 1"),
            ("SELECT 1 /* /* */ ; DELETE FROM crm.orders; */", "1"),
            ("WITH delete AS (SELECT 7 AS n) SELECT n FROM delete", "7"),
        ]);
    });
}

/// bytebase: a deny-list of writing statements, and a MERGE or an INTO that it did not know.
#[test]
fn a_statement_that_writes_is_refused_wherever_it_stands() {
    Plan::new(SHOP, SHOWN).each(|world| {
        for sql in [
            "WITH w AS (MERGE INTO crm.orders o USING crm.customers c ON o.id = c.id WHEN MATCHED THEN DELETE RETURNING o.id) SELECT * FROM w",
            "MERGE INTO crm.orders o USING crm.customers c ON o.id = c.id WHEN MATCHED THEN DELETE",
            "WITH w AS (INSERT INTO crm.orders VALUES (99) RETURNING id) SELECT * FROM w",
            "WITH w AS (UPDATE crm.orders SET amount = 0 RETURNING id) SELECT * FROM w",
            "UPDATE crm.orders SET amount = 0 RETURNING old.amount, new.amount",
            "DELETE FROM crm.orders RETURNING old.*",
            "SELECT * INTO crm.copy FROM crm.orders",
            "SELECT id INTO TEMP t FROM crm.orders",
            "CREATE TABLE t AS SELECT * FROM crm.orders",
            "CREATE TEMP TABLE customers AS SELECT 1 AS id",
            "EXPLAIN ANALYZE DELETE FROM crm.orders",
            "EXPLAIN DELETE FROM crm.orders",
            "PREPARE p AS DELETE FROM crm.orders",
            "DECLARE c CURSOR FOR DELETE FROM crm.orders RETURNING id",
            "COPY (DELETE FROM crm.orders RETURNING id) TO STDOUT",
            "COPY crm.orders FROM STDIN",
            "COPY (SELECT 1) TO PROGRAM 'cat'",
            "SELECT * FROM crm.orders FOR UPDATE",
            "DO $$ BEGIN DELETE FROM crm.orders; END $$",
            "CALL crm.anything()",
            "TRUNCATE crm.orders",
            "LOCK TABLE crm.orders",
            "SELECT nextval('crm.s')",
            "REFRESH MATERIALIZED VIEW crm.mv",
        ] {
            let said = world.ask(sql);
            assert!(said.starts_with("ERROR:  "), "PostgreSQL {}: {sql}: {said}", world.major());
            assert_eq!(world.direct("SELECT count(*), sum(amount) FROM crm.orders"), "8|360", "{sql}");
        }
    });
}

/// bytebase: `t1.*, t2.*` masked the columns of the wrong table; json functions lost the mask.
#[test]
fn masks_follow_the_column_through_stars_aliases_and_functions() {
    Plan::new(SHOP, SHOWN).each(|world| {
        let masked = "xxxxxxx@xxxxxxx.xxx";
        world.answers(&[
            (
                "SELECT o.*, c.* FROM crm.customers c JOIN crm.orders o ON o.customer = c.id WHERE o.id = 1",
                &format!("1|2|open1|10|2|{masked}|{{\"plan\": \"p2\"}}|EMEA|2024-01-03"),
            ),
            (
                "SELECT c.*, o.* FROM crm.customers c JOIN crm.orders o ON o.customer = c.id WHERE o.id = 1",
                &format!("2|{masked}|{{\"plan\": \"p2\"}}|EMEA|2024-01-03|1|2|open1|10"),
            ),
            (
                "SELECT * FROM crm.orders o, crm.customers c WHERE c.id = 1 AND o.id = 1",
                &format!("1|2|open1|10|1|{masked}|{{\"plan\": \"p1\"}}|EMEA|2024-01-02"),
            ),
            ("SELECT e FROM (SELECT * FROM crm.customers) s (a, e, x, y, z) WHERE a = 1", masked),
            ("SELECT 'a' || email || 'b' AS plain FROM crm.customers WHERE id = 1", &format!("a{masked}b")),
            ("SELECT concat(email, email) FROM crm.customers WHERE id = 1", &format!("{masked}{masked}")),
            ("SELECT email AS region FROM crm.customers WHERE id = 1", masked),
            ("SELECT (SELECT email) FROM crm.customers WHERE id = 1", masked),
            ("SELECT max(email) OVER () FROM crm.customers LIMIT 1", masked),
            ("SELECT count(*) FROM crm.customers, jsonb_array_elements(doc -> 'pins')", "0"),
            ("SELECT key, value FROM crm.customers, jsonb_each(doc) WHERE id = 1", "plan|\"p1\""),
            ("SELECT jsonb_path_query(doc, '$.**') FROM crm.customers WHERE id = 1", "{\"plan\": \"p1\"}\n\"p1\""),
            ("SELECT doc #>> '{pins,0}' IS NULL FROM crm.customers WHERE id = 1", "t"),
            ("SELECT count(*) FROM crm.customers WHERE email LIKE '%CANARY%' OR doc::text LIKE '%CANARY%'", "0"),
        ]);
        for sql in [
            "SELECT x.* FROM crm.customers x (email, id)",
            "SELECT to_jsonb(c) FROM crm.customers c",
            "SELECT string_agg(email, ',') FROM crm.customers",
            "SELECT xmlforest(email) FROM crm.customers",
            "SELECT query_to_xml('select * from crm.customers', true, true, '')",
            "SELECT row(c.*) FROM crm.customers c",
            "SELECT jsonb_agg(doc) FROM crm.customers",
            "SELECT json_agg(c) FROM crm.customers c",
            "SELECT array_agg(email) FROM crm.customers",
            "SELECT format('%s', c) FROM crm.customers c",
            "SELECT c::text FROM crm.customers c",
            "TABLE crm.customers",
            "SELECT email FROM crm.customers UNION ALL SELECT email FROM crm.orders",
            "SELECT coalesce(c.email, o.email) FROM crm.orders o LEFT JOIN crm.customers c ON true",
            "SELECT * FROM crm.customers NATURAL JOIN crm.orders",
            "SELECT jsonb_array_elements(doc -> 'pins') FROM crm.customers",
            "SELECT doc -> 'pins' FROM crm.customers",
        ] {
            let said = world.ask(sql);
            assert!(!said.contains("CANARY"), "PostgreSQL {}: {sql}: {said}", world.major());
        }
    });
}

/// bytebase, proxy-monster: a cast that fails prints the value; DETAIL prints the row.
#[test]
fn an_error_prints_no_stored_value() {
    Plan::new(SHOP, SHOWN).each(|world| {
        for (sql, state) in [
            ("SELECT email::int FROM crm.customers", "22P02"),
            ("SELECT email::date FROM crm.customers", "22007"),
            ("SELECT email::uuid FROM crm.orders", "22P02"),
            ("SELECT email::jsonb FROM crm.orders", "22P02"),
            ("SELECT email::numeric FROM crm.orders", "22P02"),
            ("SELECT email::inet FROM crm.orders", "22P02"),
            ("SELECT to_date(email, 'YYYY') FROM crm.orders", "22007"),
            ("SELECT to_number(email, '9') FROM crm.orders", "22P02"),
            ("SELECT email::bit(3) FROM crm.orders", "22P02"),
            ("SELECT regexp_replace(email, email || '(', '') FROM crm.orders", "2201B"),
            ("SELECT 1 / (amount - amount) FROM crm.orders", "22012"),
            ("SELECT (amount::text || email)::money FROM crm.orders", "22P02"),
            ("SELECT timestamp '2024-01-01' + amount * interval '100000 years' FROM crm.orders", "22008"),
        ] {
            let said = world.ask(sql);
            assert!(said.starts_with(&format!("ERROR:  {state}: ")), "PostgreSQL {}: {sql}: {said}", world.major());
            assert!(
                !said.contains("CANARY") && !said.contains("open") && !said.contains("xxx"),
                "PostgreSQL {}: {sql}: {said}",
                world.major()
            );
        }
    });
}

/// PostgreSQL Anonymizer: cursors, COPY and dumps went around the masks.
#[test]
fn every_way_to_fetch_rows_gives_masked_ones() {
    Plan::new(SHOP, SHOWN).each(|world| {
        let masked = "1|xxxxxxx@xxxxxxx.xxx";
        let select = "SELECT id, email FROM crm.customers WHERE id = 1";
        let declare = format!("DECLARE c SCROLL CURSOR WITH HOLD FOR {select}");
        assert_eq!(
            world.converse(&["BEGIN", &declare, "FETCH ALL FROM c", "COMMIT", "FETCH BACKWARD 1 FROM c"]),
            format!("{masked}\n{masked}")
        );
        assert_eq!(world.converse(&[&format!("PREPARE p AS {select}"), "EXECUTE p"]), masked);
        assert_eq!(world.ask(&format!("COPY ({select}) TO STDOUT")), masked.replace('|', "\t"));
        let copy = world.ask("COPY crm.customers TO STDOUT");
        assert!(copy.lines().count() == 4 && !copy.contains("CANARY"), "{copy}");
        // What pg_dump does first.
        for sql in
            ["LOCK TABLE crm.customers IN ACCESS SHARE MODE", "SET row_security = off", "SELECT pg_catalog.pg_get_viewdef(1)"]
        {
            let said = world.ask(sql);
            assert!(!said.contains("CANARY"), "{sql}: {said}");
        }
        let mut speaker = world.speaker();
        let heard = speaker.converse(&[
            Say::Parse("s", "SELECT id, email FROM crm.customers ORDER BY id"),
            Say::Bind { portal: "p", statement: "s", values: &[], binary: true },
            Say::Execute("p", 1),
            Say::Execute("p", 0),
            Say::Sync,
        ]);
        assert!(
            heard.iter().filter(|line| line.starts_with('D')).count() == 4 && !heard.concat().contains("CANARY"),
            "{heard:?}"
        );
    });
}

/// proxy-monster: encoding and string settings make proxy and server read different SQL.
#[test]
fn settings_that_change_how_sql_reads_are_pinned() {
    Plan::new(SHOP, SHOWN).each(|world| {
        for setting in [
            "SET client_encoding = 'SJIS'",
            "SET NAMES 'GBK'",
            "SET standard_conforming_strings = off",
            "SET LOCAL standard_conforming_strings = off",
            "SET backslash_quote = on",
            "SET escape_string_warning = off; SET standard_conforming_strings TO 'off'",
            "SELECT set_config('standard_conforming_strings', 'off', false)",
            "SELECT set_config('client_encoding', 'SJIS', false)",
            "SET ROLE postgres",
            "SET SESSION AUTHORIZATION postgres",
            "SET row_security = off",
            "SET default_transaction_read_only = off; DELETE FROM crm.orders",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; DELETE FROM crm.orders",
            "BEGIN READ WRITE; DELETE FROM crm.orders; COMMIT",
            "SET session_replication_role = replica",
            "SET transform_null_equals = on",
            "SET operator_precedence_warning = on",
            "SET array_nulls = off",
            "SET quote_all_identifiers = on",
            "SET xmloption = document",
        ] {
            let said = world.converse(&[
                setting,
                r"SELECT '\', '--', '''; DELETE FROM crm.orders; --'",
                "SELECT NULL = NULL",
                "SELECT count(*) FROM crm.customers",
            ]);
            let rows: Vec<&str> = said
                .lines()
                .filter(|line| !line.starts_with("ERROR") && !line.starts_with("DETAIL") && !line.starts_with("HINT"))
                .collect();
            assert!(
                rows.contains(&r"\|--|'; DELETE FROM crm.orders; --") && rows.contains(&"4"),
                "PostgreSQL {}: {setting}: {said}",
                world.major()
            );
            assert_eq!(world.direct("SELECT count(*) FROM crm.orders"), "8", "{setting}");
        }
        // Row filters stay on, and nobody is told that they do not.
        let filtered = [("SET row_security = off", "42501"), ("SELECT set_config('row_security', 'off', false)", "42501")];
        world.refuses(&filtered);
        assert_eq!(world.ask("SET row_security = on"), "");
    });
}

/// proxy-monster: a temporary table takes a governed relation's name; a probe of the proxy's own breaks SET TRANSACTION; counting is reading.
#[test]
fn nothing_is_put_before_the_clients_statement_and_nothing_in_its_place() {
    Plan::new(SHOP, SHOWN).each(|world| {
        let said = world.converse(&["CREATE TEMP TABLE customers (id int, email text)", "SELECT count(*) FROM customers"]);
        assert!(said.starts_with("4\nERROR:  "), "{said}");
        assert_eq!(
            world.converse(&["SET search_path = pg_temp, crm", "SELECT count(*) FROM customers"]).lines().next(),
            Some("4")
        );
        let modes = [
            "BEGIN",
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE",
            "SHOW transaction_isolation",
            "SELECT count(*) FROM crm.orders",
            "COMMIT",
        ];
        assert_eq!(world.converse(&modes), "serializable\n8");
        for sql in [
            "SELECT count(*) FROM crm.vault",
            "SELECT EXISTS (SELECT FROM crm.vault)",
            "SELECT 1 FROM crm.vault",
            "SELECT FROM crm.vault",
            "COPY crm.vault TO STDOUT",
        ] {
            let said = world.ask(sql);
            assert!(said.starts_with("ERROR:  42P01: relation \"crm.vault\" does not exist"), "{sql}: {said}");
        }
    });
}

/// hoop, warpgate: GSSENCRequest, after which nothing was inspected any more.
#[test]
fn encryption_by_gssapi_is_declined() {
    Plan::new(SHOP, SHOWN).each(|world| {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", world.port())).unwrap();
        stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 48]).unwrap();
        let mut answer = [0; 1];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"N");
    });
}

/// Teleport: prepared statements were missing from the record, passwords were in it. Others cut long statements.
#[test]
fn the_record_has_prepared_statements_whole_texts_and_no_secret() {
    Plan::new(SHOP, SHOWN).each(|world| {
        let script = [
            Say::Parse("s", "SELECT id FROM crm.orders WHERE email = $1 AND amount > 5"),
            Say::Bind { portal: "", statement: "s", values: &[Some("a-secret-value")], binary: false },
            Say::Execute("", 0),
            Say::Sync,
        ];
        world.speaker().converse(&script);
        world.ask("ALTER USER jane PASSWORD 'a-secret-value'");
        world.ask("SELECT 'a-secret-value' FROM crm.vault");
        let long = format!(
            "SELECT {} FROM crm.orders",
            (0..9000).map(|n| format!("id AS column_{n:05}")).take(1500).collect::<Vec<_>>().join(", ")
        );
        assert_eq!(world.ask(&long).lines().count(), 8);
        let intents = world.records("statement.intent");
        let texts: Vec<String> = intents.iter().chain(&world.records("statement.denied")).map(ToString::to_string).collect();
        assert!(texts.iter().any(|text| text.contains("email") && text.contains("$")), "{texts:#?}");
        assert!(texts.iter().any(|text| text.contains("column_00000") && text.contains("column_01499")));
        assert!(texts.iter().all(|text| !text.contains("a-secret-value")), "{texts:#?}");
        let outcomes = world.outcomes();
        assert!(outcomes.len() >= 2, "{outcomes:#?}");
    });
}

/// A proxy's own grammar of PostgreSQL read 25 of 54 ordinary statements of analysts.
#[test]
fn ordinary_statements_of_analysts_run() {
    Plan::new(SHOP, SHOWN).each(|world| {
        for sql in [
            "WITH big AS (SELECT * FROM crm.orders WHERE amount > 20) SELECT count(*) FROM big",
            "WITH RECURSIVE r (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT sum(n) FROM r",
            "WITH RECURSIVE x (id) AS (SELECT * FROM y UNION ALL SELECT id + 1 FROM x WHERE id < 5), y (id) AS (VALUES (1)) SELECT * FROM x",
            "WITH RECURSIVE a AS (SELECT count(*) AS n, (SELECT max(m) FROM b) AS m FROM c WHERE amount > (SELECT min(m) FROM b)), b AS (SELECT max(id) AS m FROM c), c AS (SELECT * FROM crm.orders) SELECT * FROM a, b",
            "WITH RECURSIVE a (x) AS (SELECT y.id FROM y JOIN z ON z.id = y.id ORDER BY 1), y AS (WITH RECURSIVE i AS (SELECT * FROM j), j AS (SELECT id FROM z) SELECT * FROM i), z AS (SELECT id, region FROM crm.customers) SELECT x FROM a ORDER BY 1",
            "SELECT id, rank() OVER (PARTITION BY customer ORDER BY amount DESC), sum(amount) OVER w FROM crm.orders WINDOW w AS (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) ORDER BY id",
            "SELECT customer, count(*) FILTER (WHERE amount > 20), avg(amount)::numeric(10,2) FROM crm.orders GROUP BY customer ORDER BY 1",
            "SELECT joined::date, count(*) FROM crm.customers GROUP BY joined::date ORDER BY 1",
            "SELECT c.id, o.total FROM crm.customers c CROSS JOIN LATERAL (SELECT sum(amount) AS total FROM crm.orders o WHERE o.customer = c.id) o ORDER BY 1",
            "SELECT DISTINCT ON (customer) customer, id FROM crm.orders ORDER BY customer, amount DESC",
            "SELECT ARRAY(SELECT id FROM crm.orders ORDER BY id), ARRAY[1, 2] || 3, (ARRAY[1, 2, 3])[2:3]",
            "SELECT id FROM crm.orders INTERSECT SELECT id FROM crm.customers ORDER BY 1",
            "SELECT id FROM crm.orders EXCEPT ALL SELECT id FROM crm.customers ORDER BY 1",
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount), mode() WITHIN GROUP (ORDER BY customer) FROM crm.orders",
            "SELECT customer, id, sum(amount) FROM crm.orders GROUP BY GROUPING SETS ((customer), (customer, id), ()) ORDER BY 1, 2, 3",
            "SELECT * FROM generate_series(date '2024-01-01', date '2024-01-03', interval '1 day') WITH ORDINALITY AS d (day, n)",
            "SELECT doc ->> 'plan', doc @> '{\"plan\": \"p1\"}', doc ? 'plan' FROM crm.customers ORDER BY id",
            "SELECT date_trunc('month', joined), extract(dow FROM joined), joined + interval '1 month', age(joined, date '2020-01-01') FROM crm.customers ORDER BY id",
            "SELECT string_agg(region, ',' ORDER BY id), array_agg(DISTINCT region), jsonb_object_agg(id, region) FROM crm.customers",
            "SELECT id FROM crm.orders ORDER BY amount DESC NULLS LAST FETCH FIRST 2 ROWS ONLY",
            "SELECT CASE WHEN amount > 40 THEN 'high' WHEN amount > 20 THEN 'middle' ELSE 'low' END AS band, count(*) FROM crm.orders GROUP BY 1 ORDER BY 1",
            "SELECT width_bucket(amount, 0, 100, 4), ntile(2) OVER (ORDER BY id), lag(amount, 1, 0::numeric) OVER (ORDER BY id) FROM crm.orders ORDER BY id",
            "SELECT (id, customer) IN ((1, 2), (2, 3)), id BETWEEN SYMMETRIC 5 AND 1, amount IS DISTINCT FROM 10 FROM crm.orders ORDER BY id",
            "SELECT to_char(amount, 'FM999.00'), round(amount / 3, 2), greatest(id, customer), nullif(id, 1), coalesce(nullif(id, 1), 0) FROM crm.orders ORDER BY id",
            "VALUES (1, 'a'), (2, 'b')",
            "TABLE crm.orders ORDER BY id LIMIT 1",
        ] {
            let said = world.ask(sql);
            assert!(!said.contains("ERROR"), "PostgreSQL {}: {sql}: {said}", world.major());
        }
    });
}
