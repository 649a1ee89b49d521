//! Types, rows and registry values tell no name of what is hidden; objects of users take part only where they are asked for.

use bytes::Buf;

use super::world::{Plan, Shown, World};
use crate::gate::Say;

/// What a client may not learn of: a relation, a type, a function, a schema, a text search configuration.
const HIDDEN: &str = "
    CREATE TYPE crm.secret_kind AS ENUM ('CANARY');
    CREATE TABLE crm.secret (id int, canary_column text);
    CREATE SCHEMA secret_schema;
    CREATE FUNCTION crm.secret_function(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE TEXT SEARCH CONFIGURATION crm.secret_config (COPY = simple);
    CREATE TABLE crm.customers (id int PRIMARY KEY, note text);
    INSERT INTO crm.customers VALUES (1, 'one'), (2, 'two');";

const CUSTOMERS: &[Shown] = &[Shown::new("crm.customers", &["id", "note"])];

/// A hidden name and a missing one, in the same statement: what is said differs in nothing.
fn alike(world: &World, sql: &str, hidden: &str, missing: &str) {
    let (right, wrong) = (world.ask(&sql.replace('@', hidden)), world.ask(&sql.replace('@', missing)));
    let plain = |said: &str, name: &str| -> Vec<String> {
        let lines = said.lines().filter(|line| !line.contains("Reference ") && !line.starts_with("LINE ") && line.trim() != "^");
        lines.map(|line| line.replace(name, "@")).collect()
    };
    assert_eq!(plain(&right, hidden), plain(&wrong, missing), "PostgreSQL {}: {sql}", world.major());
    assert!(!right.contains("CANARY") && !right.contains("canary_column"), "{sql}: {right}");
}

#[test]
fn the_number_of_a_hidden_partition_is_one_of_nothing() {
    let setup = "
        CREATE TABLE crm.visits (id int, day date) PARTITION BY RANGE (day);
        CREATE TABLE crm.visits_canary PARTITION OF crm.visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');";
    Plan::new(setup, &[Shown::new("crm.visits", &["id", "day"])]).each(|world| {
        let hidden = world.direct("SELECT 'crm.visits_canary'::regclass::oid");
        for form in [
            "SELECT pg_partition_root(@)",
            "SELECT pg_partition_root(x) FROM (VALUES (@::oid)) AS v (x)",
            "SELECT pg_partition_ancestors(@)",
            "SELECT count(*) FROM pg_partition_ancestors(@)",
            "SELECT relid FROM pg_partition_tree(@)",
            "SELECT pg_get_partition_constraintdef(@)",
            "SELECT pg_get_expr(relpartbound, @) FROM pg_class WHERE oid = @",
        ] {
            alike(world, form, &hidden, "999999983");
        }
        assert_eq!(world.ask("SELECT pg_partition_root('crm.visits')"), "visits", "PostgreSQL {}", world.major());
    });
}

#[test]
fn objects_are_described_as_they_show() {
    const SETUP: &str = "
        CREATE TYPE crm.mood AS ENUM ('calm');
        CREATE TABLE crm.topics (n int PRIMARY KEY, canary_column text DEFAULT 'CANARY', word text);
        CREATE TABLE crm.notes (id int PRIMARY KEY, topic int REFERENCES crm.topics, mood crm.mood DEFAULT 'calm' CHECK (mood IS NOT NULL));
        CREATE INDEX \"Odd Index\" ON crm.notes (topic);
        CREATE SEQUENCE crm.numbers;
        CREATE VIEW crm.words AS SELECT n, word FROM crm.topics;
        CREATE MATERIALIZED VIEW crm.counts AS SELECT 1 AS one;
        CREATE SCHEMA secret_schema;
        CREATE TYPE crm.secret_kind AS ENUM ('CANARY');
        CREATE TABLE crm.secret (id int PRIMARY KEY DEFAULT 1, canary_column text);
        CREATE VIEW crm.secret_view AS SELECT * FROM crm.secret;
        CREATE RULE canary_rule AS ON UPDATE TO crm.words DO INSTEAD NOTHING;
        CREATE FUNCTION crm.secret_function(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TEXT SEARCH CONFIGURATION crm.secret_config (COPY = simple);";
    let shown = [
        Shown::new("crm.topics", &["n", "word"]),
        Shown::new("crm.notes", &["id", "topic", "mood"]),
        Shown::new("crm.numbers", &["last_value"]),
        Shown::new("crm.words", &["n", "word"]),
        Shown::new("crm.counts", &["one"]),
    ];
    Plan::new(SETUP, &shown).each(|world| {
        for of in [
            "SELECT pg_describe_object(1259, c.oid, 0) FROM pg_class c WHERE c.oid >= 16384 AND relkind <> 'c'",
            "SELECT pg_describe_object('pg_class'::regclass, a.attrelid, a.attnum) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
             WHERE c.relkind IN ('r', 'v', 'm') AND a.attrelid >= 16384 AND attnum > 0 AND NOT attisdropped",
            "SELECT pg_describe_object('pg_constraint'::regclass, k.oid, 0) FROM pg_constraint k WHERE k.oid >= 16384",
            "SELECT pg_describe_object('pg_attrdef'::regclass, d.oid, 0) FROM pg_attrdef d WHERE d.oid >= 16384",
            "SELECT pg_describe_object('pg_type'::regclass, t.oid, 0) FROM pg_type t WHERE t.oid >= 16384 AND t.typname ~ 'mood|notes|counts'",
            "SELECT pg_describe_object('pg_rewrite'::regclass, w.oid, 0) FROM pg_rewrite w WHERE w.oid >= 16384",
            "SELECT pg_describe_object('pg_namespace'::regclass, n.oid, 0) FROM pg_namespace n WHERE nspname = 'crm'",
            "SELECT i.* FROM pg_class c, pg_identify_object(1259, c.oid, 0) AS i WHERE c.oid >= 16384 AND relkind <> 'c'",
            "SELECT (pg_identify_object('pg_class'::regclass, a.attrelid, a.attnum)).identity, a.attnum FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
             WHERE c.relkind IN ('r', 'v', 'm') AND a.attrelid >= 16384 AND attnum > 0 AND NOT attisdropped",
            "SELECT k.contype, i.identity, i.schema FROM pg_constraint k LEFT JOIN LATERAL pg_identify_object('pg_constraint'::regclass, k.oid, 0) AS i ON true \
             WHERE k.oid >= 16384",
            "SELECT (pg_identify_object(2604, d.oid, 0)).identity, (pg_identify_object(2604, d.oid, 0)).type FROM pg_attrdef d WHERE d.oid >= 16384",
            "SELECT i.object_names, i.object_args, i.type FROM pg_type t, pg_identify_object_as_address('pg_type'::regclass, t.oid, 0) AS i \
             WHERE t.oid >= 16384 AND t.typname ~ 'mood|notes|counts'",
            "SELECT ((pg_identify_object_as_address(1259, c.oid, 0)).object_names)[2] FROM pg_class c WHERE c.relname = 'words' AND relkind = 'v' AND c.oid IN (SELECT ev_class FROM pg_rewrite) AND pg_describe_object(1259, c.oid, 0) !~ 'postern'",
            "SELECT (pg_identify_object('pg_rewrite'::regclass, w.oid, 0)).identity FROM pg_rewrite w WHERE w.oid >= 16384",
            "SELECT * FROM pg_identify_object('pg_namespace'::regclass, (SELECT oid FROM pg_namespace WHERE nspname = 'crm'), 0)",
            // As DBeaver writes aggregates.
            "SELECT (pg_identify_object('pg_proc'::regclass, aggfnoid, 0)).identity FROM pg_aggregate WHERE aggfnoid = 'string_agg(text, text)'::regprocedure",
            "SELECT * FROM pg_identify_object(1259, NULL, 0)",
        ] {
            let sorted = |said: String| {
                let told = |line: &&str| !line.is_empty() && !line.contains("secret") && !line.contains("canary") && !line.contains("postern") && !line.contains("pg_toast");
                let mut lines: Vec<String> = said.lines().filter(told).map(str::to_owned).collect();
                lines.sort();
                lines
            };
            let said = world.converse(&["SET search_path = public", of]);
            assert!(!said.contains("secret") && !said.contains("canary"), "{of}: {said}");
            assert_eq!(sorted(said), sorted(world.direct(of)), "PostgreSQL {}: {of}", world.major());
        }
        let crm = "SET search_path = crm";
        assert_eq!(world.converse(&[crm, "SELECT pg_describe_object(1259, 'notes'::regclass, 1), pg_describe_object(1259, '\"Odd Index\"'::regclass, 0)"]), "column id of table notes|index \"Odd Index\"");
        assert_eq!(
            world.ask("SELECT pg_describe_object(1260, 10, 0), pg_describe_object(1260, 16384, 0), pg_describe_object(1262, oid, 0) FROM pg_database WHERE datname = 'analysis'"),
            "role postgres|role jane|database analysis"
        );
        for builtin in ["1259, 1259, 2", "1247, 23, 0", "1255, 'upper(text)'::regprocedure, 0", "2615, 11, 0", "2612, 12, 0"] {
            let sql = format!("SELECT pg_describe_object({builtin})");
            assert_eq!(world.ask(&sql), world.direct(&sql), "{sql}");
        }
        let oid = |sql: &str| world.direct(&format!("SELECT ({sql})::oid"));
        for (class, number) in [
            ("pg_class", oid("'crm.secret'::regclass")),
            ("pg_class", oid("'crm.secret_pkey'::regclass")),
            ("pg_type", oid("'crm.secret_kind'::regtype")),
            ("pg_type", oid("'crm.secret'::regtype")),
            ("pg_proc", oid("'crm.secret_function'::regproc")),
            ("pg_namespace", oid("'secret_schema'::regnamespace")),
            ("pg_ts_config", oid("'crm.secret_config'::regconfig")),
            ("pg_constraint", oid("SELECT oid FROM pg_constraint WHERE conname = 'secret_pkey'")),
            ("pg_attrdef", oid("SELECT oid FROM pg_attrdef WHERE adrelid = 'crm.secret'::regclass")),
            ("pg_attrdef", oid("SELECT oid FROM pg_attrdef WHERE adrelid = 'crm.topics'::regclass")),
            ("pg_rewrite", oid("SELECT oid FROM pg_rewrite WHERE ev_class = 'crm.secret_view'::regclass")),
            ("pg_rewrite", oid("SELECT oid FROM pg_rewrite WHERE rulename = 'canary_rule'")),
            ("pg_authid", oid(&format!("'{}'::regrole", world.login()))),
            ("pg_database", "1".to_owned()),
        ] {
            for subject in ["0", "1"] {
                for of in [
                    "SELECT pg_describe_object(OBJECT)",
                    "SELECT * FROM pg_identify_object(OBJECT)",
                    "SELECT (pg_identify_object(OBJECT)).identity",
                    "SELECT * FROM pg_identify_object_as_address(OBJECT)",
                ] {
                    let form = of.replace("OBJECT", &format!("'{class}'::regclass, @, {subject}"));
                    alike(world, &form, &number, "999999983");
                }
            }
        }
        alike(world, "SELECT pg_describe_object(1259, 'crm.topics'::regclass, @)", "2", "77");
        alike(world, "SELECT (pg_identify_object(1259, 'crm.topics'::regclass, @)).identity", "2", "77");
        world.refuses(&[
            ("SELECT (pg_identify_object_as_address(1259, 1259, 0)).object_names[1]", "0A000"),
            ("SELECT pg_identify_object(1259, 1259, 0)", "0A000"),
            // What is looked up is what was looked at.
            ("SELECT (pg_identify_object(CASE WHEN random() < 0.5 THEN 1259 ELSE 1260 END::oid, 10, 0)).identity", "0A000"),
        ]);
    });
}

#[test]
fn a_value_of_a_registry_type_turns_no_number_into_a_name_and_no_name_into_a_number() {
    Plan::new(HIDDEN, CUSTOMERS).each(|world| {
        let oid = |sql: &str| world.direct(&format!("SELECT {sql}::oid"));
        let numbers = [
            oid("'crm.secret_kind'::regtype"),
            oid("'crm.secret'::regclass"),
            oid("'crm.secret_function'::regproc"),
            oid("'secret_schema'::regnamespace"),
            oid("'crm.secret_config'::regconfig"),
            oid(&format!("'{}'::regrole", world.login())),
        ];
        for form in [
            "SELECT unnest(array[pg_typeof(1), @])",
            "SELECT (array[pg_typeof(1), @])[2]",
            "SELECT CASE WHEN false THEN pg_typeof(1) ELSE @ END",
            "SELECT coalesce(NULLIF(pg_typeof(1), pg_typeof(1)), @)",
            "SELECT pg_typeof(1) UNION SELECT @",
            "SELECT x FROM (SELECT pg_typeof(1) AS x UNION ALL SELECT @) s",
            "SELECT x FROM (VALUES (pg_typeof(1)), (@)) v (x)",
            "SELECT greatest(pg_typeof(1), @)",
            "SELECT least(pg_typeof(1), @)",
            "SELECT array_append(array[pg_typeof(1)], @)",
            "SELECT array_to_string(array[pg_typeof(1), @], ' ')",
            "SELECT lag(pg_typeof(1), 1, @) OVER () FROM crm.customers",
            "SELECT coalesce(get_current_ts_config(), @)",
            "SELECT @::regtype",
            "SELECT @::regclass::text",
            "SELECT @::regproc",
            "SELECT @::regnamespace",
            "SELECT @::regrole",
            "SELECT @::regconfig",
            "SELECT @::oid::regtype",
            "SELECT format_type(@, NULL)",
            "SELECT json_build_object('a', array[pg_typeof(1), @])",
            "SELECT r FROM (SELECT pg_typeof(1) AS r) s WHERE r = @",
        ] {
            for number in &numbers {
                let said = world.ask(&form.replace('@', number));
                for name in ["secret", world.login()] {
                    assert!(!said.contains(name), "PostgreSQL {}: {form}: {said}", world.major());
                }
            }
        }
        for form in [
            "SELECT CASE WHEN false THEN pg_typeof(1) ELSE '@' END",
            "SELECT coalesce(pg_typeof(1), '@')",
            "SELECT pg_typeof(1) = '@'",
            "SELECT '@' = pg_typeof(1)",
            "SELECT pg_typeof(1) IN ('@')",
            "SELECT pg_typeof(1) IS DISTINCT FROM '@'",
            "SELECT NULLIF(pg_typeof(1), '@')",
            "SELECT pg_typeof(1) = ANY ('{@}')",
            "SELECT count(*) FROM crm.customers WHERE pg_typeof(id) = '@'",
            "SELECT x FROM (VALUES (pg_typeof(1)), ('@')) v (x)",
            "SELECT pg_typeof(1) UNION SELECT '@'",
            "SELECT array[pg_typeof(1), '@']",
            "SELECT '@'::regtype",
            "SELECT '@'::regtype::oid",
            "SELECT to_regtype('@')",
            "SELECT CAST('@' AS regtype)",
            "SELECT regtype '@'",
            "SELECT ('@'::text)::regtype",
            "SELECT x::regtype FROM (VALUES ('@')) v (x)",
        ] {
            alike(world, form, "crm.secret_kind", "crm.nothing_at");
        }
        for (form, hidden) in [
            ("SELECT to_tsvector('@', 'x')", "crm.secret_config"),
            ("SELECT to_tsquery('@'::text, 'x')", "crm.secret_config"),
            ("SELECT to_tsvector(x, 'x') FROM (VALUES ('@')) v (x)", "crm.secret_config"),
            ("SELECT ts_headline('@', 'a', 'b'::tsquery)", "crm.secret_config"),
            ("SELECT '@'::regclass", "crm.secret"),
            ("SELECT to_regclass('@')", "crm.secret"),
            ("SELECT '@'::regproc", "crm.secret_function"),
            ("SELECT to_regproc('@')", "crm.secret_function"),
            ("SELECT '@'::regnamespace", "secret_schema"),
            ("SELECT '@'::regrole", world.login()),
            ("SELECT '@'::regconfig", "crm.secret_config"),
        ] {
            alike(world, form, hidden, "nothing_at");
        }
        world.answers(&[
            ("SELECT pg_typeof(1)", "integer"),
            ("SELECT pg_typeof(id)::text FROM crm.customers WHERE id = 1", "integer"),
            ("SELECT pg_typeof(id) = 'integer'::regtype FROM crm.customers WHERE id = 1", "t"),
            ("SELECT 'crm.customers'::regclass", "customers"),
        ]);
    });
}

#[test]
fn a_type_that_may_not_be_named_can_be_named_in_no_slot() {
    Plan::new(HIDDEN, CUSTOMERS).each(|world| {
        for form in [
            "SELECT * FROM json_to_recordset('[{\"a\": \"@\"}]') AS x (a regclass)",
            "SELECT * FROM jsonb_to_recordset('[{\"a\": \"@\"}]') AS x (a regclass)",
            "SELECT * FROM jsonb_to_record('{\"a\": \"@\"}') AS x (a regclass)",
            "SELECT * FROM jsonb_to_record('{\"a\": [\"@\"]}') AS x (a regclass[])",
            "SELECT * FROM ROWS FROM (json_to_recordset('[{\"a\": \"@\"}]') AS (a regclass)) x",
            "SELECT array['@']::regclass[]",
            "SELECT '{@}'::regclass[]",
            "SELECT '{@}'::_regclass",
            "SELECT array[x]::regclass[] FROM (VALUES ('@')) v (x)",
            "SELECT x.a FROM xmltable('/r' PASSING '<r>@</r>' COLUMNS a regclass PATH '.') x",
            "SELECT JSON_VALUE('\"@\"', '$' RETURNING regclass)",
            "SELECT * FROM JSON_TABLE('\"@\"', '$' COLUMNS (a regclass PATH '$'))",
            "SELECT JSON_QUERY('[\"@\"]', '$' RETURNING regclass[])",
            "SELECT jsonb_populate_record(NULL::@, '{}')",
            "SELECT NULL::@",
            "SELECT (NULL::@).*",
            "SELECT array[]::@[]",
            "SELECT pg_catalog.int4(NULL::@)",
        ] {
            alike(world, form, "crm.secret", "crm.nothing");
        }
        // The same oid as a parameter, where no text names the type.
        for (sql, oid) in [
            ("SELECT $1 = 'crm.secret'", 2205),
            ("SELECT $1 = 'crm.secret_kind'", 2206),
            ("SELECT $1::text", 2205),
            ("SELECT $1", 4089),
            ("SELECT $1", 2210),
            ("SELECT $1", 1033),
            ("SELECT $1", 2281),
            ("SELECT $1", 2275),
            ("SELECT $1", 2249),
        ] {
            let types: &'static [u32] = Box::leak(Box::new([oid]));
            let heard = world.speaker().converse(&[Say::ParseTyped("", sql, types), Say::DescribeStatement(""), Say::Sync]);
            assert!(heard.first().is_some_and(|line| line == "E ERROR 42704"), "{sql} {oid}: {heard:?}");
        }
        let row = world.direct("SELECT 'crm.customers'::regtype::oid").parse::<u32>().unwrap();
        let hidden = world.direct("SELECT 'crm.secret'::regtype::oid").parse::<u32>().unwrap();
        for oid in [row, hidden] {
            let types: &'static [u32] = Box::leak(Box::new([oid]));
            let heard = world.speaker().converse(&[Say::ParseTyped("", "SELECT $1", types), Say::Sync]);
            assert!(heard.first().is_some_and(|line| line == "E ERROR 42704"), "{oid}: {heard:?}");
        }
        for name in [
            "regclass",
            "regtype",
            "regproc",
            "regprocedure",
            "regoper",
            "regoperator",
            "regnamespace",
            "regrole",
            "regconfig",
            "regdictionary",
            "regcollation",
            "aclitem",
            "anyarray",
            "internal",
            "cstring",
            "record",
            "crm.customers",
            "crm.secret",
            "pg_class",
            "pg_catalog.pg_authid",
        ] {
            for form in [
                "PREPARE p (@) AS SELECT $1",
                "PREPARE p (@[]) AS SELECT $1",
                "SELECT * FROM json_to_record('{}') AS x (a @)",
                "SELECT NULL::@[]",
            ] {
                let said = world.ask(&form.replace('@', name));
                assert!(said.starts_with("ERROR:  "), "PostgreSQL {}: {form} {name}: {said}", world.major());
            }
        }
    });
}

#[test]
fn the_row_type_of_a_relation_shows_no_column() {
    let setup = format!(
        "{HIDDEN}
         CREATE TABLE crm.history (id int, old crm.secret, many crm.secret[], at date);
         INSERT INTO crm.history VALUES (1, (1, 'CANARY'), ARRAY[(1, 'CANARY')::crm.secret], '2024-01-01');
         CREATE DOMAIN crm.boxed AS crm.secret; CREATE TABLE crm.boxes (id int, old crm.boxed);
         CREATE TYPE crm.pair AS (a int, b crm.secret); CREATE TABLE crm.pairs (id int, p crm.pair);"
    );
    Plan::new(&setup, CUSTOMERS).each(|world| {
        for sql in [
            "SELECT jsonb_populate_record(NULL::crm.customers, '{}')",
            "SELECT * FROM jsonb_populate_record(NULL::crm.customers, '{}')",
            "SELECT * FROM jsonb_populate_recordset(NULL::crm.customers, '[{}]')",
            "SELECT * FROM json_populate_record(NULL::crm.secret, '{}')",
            "SELECT (jsonb_populate_record(NULL::crm.secret, '{}')).canary_column",
            "SELECT row_to_json(NULL::crm.secret)",
            "SELECT ROW(1, 'x')::crm.secret",
        ] {
            let said = world.ask(sql);
            assert!(said.starts_with("ERROR:  ") && !said.contains("canary"), "PostgreSQL {}: {sql}: {said}", world.major());
        }
    });
    for shown in [
        Shown::new("crm.history", &["id", "old"]),
        Shown::new("crm.history", &["id", "many"]),
        Shown::new("crm.boxes", &["id", "old"]),
        Shown::new("crm.pairs", &["id", "p"]),
    ] {
        Plan::new(&setup, &[shown]).each_refused(&["row type"]);
    }
}

#[test]
fn a_result_names_the_live_table_and_columns_of_what_is_shown_and_nothing_else() {
    let setup = "
        CREATE TABLE crm.c (id int PRIMARY KEY, gone int, email text, hidden text, region text, amount int);
        ALTER TABLE crm.c DROP COLUMN gone;
        INSERT INTO crm.c VALUES (1, 'a@b.example', 'CANARY', 'EMEA', 3);";
    let shown = [Shown::new("crm.c", &["id", "email", "amount"]).filter("region = 'EMEA'").masks(&[("email", "{name: redact}")])];
    Plan::new(setup, &shown).each(|world| {
        let table: u32 = world.direct("SELECT 'crm.c'::regclass::oid").parse().unwrap();
        let expected = [("id", table, 1), ("email", table, 3), ("amount", table, 6)];
        let described = |sql: &'static str| -> Vec<(String, u32, i16)> {
            let heard = world.speaker().exchange(&[Say::Query(sql)]);
            let (_, body) = heard.iter().find(|(tag, _)| *tag == b'T').unwrap();
            let mut body = &body[..];
            (0..body.get_u16())
                .map(|_| {
                    let end = body.iter().position(|byte| *byte == 0).unwrap();
                    let name = String::from_utf8(body[..end].to_vec()).unwrap();
                    body.advance(end + 1);
                    let place = (name, body.get_u32(), body.get_i16());
                    body.advance(12);
                    place
                })
                .collect()
        };
        let plain: Vec<_> = described("SELECT * FROM crm.c").into_iter().collect();
        assert_eq!(plain, expected.map(|(name, oid, number)| (name.to_owned(), oid, number)));
        let renamed = described("SELECT e AS x, amount + 1 AS y, id FROM (SELECT email AS e, amount, id FROM crm.c WHERE id = 1) s");
        assert_eq!(renamed, [("x".to_owned(), table, 3), ("y".to_owned(), 0, 0), ("id".to_owned(), table, 1)]);
        let catalog = world.ask("SELECT attname, attrelid, attnum FROM pg_attribute WHERE attrelid = 'crm.c'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum");
        assert_eq!(catalog, expected.map(|(name, oid, number)| format!("{name}|{oid}|{number}")).join("\n"));
        // A gap is a gap: the column that was dropped and the one that is hidden read alike.
        let gaps = "SELECT DISTINCT attisdropped, atttypid, atttypmod, attlen, attnotnull, attname = '........pg.dropped.' || attnum || '........' \
            FROM pg_attribute WHERE attrelid = 'crm.c'::regclass AND attnum IN (2, 4, 5)";
        assert_eq!(world.ask(gaps), "t|0|-1|4|f|t");
    });
}

#[test]
fn a_warehouse_whose_users_take_part_unasked_is_not_served() {
    let table = "CREATE TABLE crm.customers (id int PRIMARY KEY, note text);";
    for (hazard, words) in [
        (
            "CREATE FUNCTION crm.peek(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE CAST (text AS boolean) WITH FUNCTION crm.peek(text) AS IMPLICIT",
            ["cast from text to boolean", "implicitly"],
        ),
        (
            "CREATE FUNCTION crm.peek(int) RETURNS text LANGUAGE sql AS 'SELECT ''x'''; CREATE CAST (int AS text) WITH FUNCTION crm.peek(int) AS ASSIGNMENT",
            ["cast from integer to text", "on assignment"],
        ),
        (
            "CREATE FUNCTION pg_catalog.upper(varchar) RETURNS text LANGUAGE sql AS 'SELECT ''x'''",
            ["upper(character varying)", "pg_catalog"],
        ),
        (
            "CREATE FUNCTION crm.same(varchar, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR pg_catalog.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = crm.same)",
            ["operator = (character varying, character varying)", "pg_catalog"],
        ),
    ] {
        Plan::new(&format!("{table} {hazard}"), CUSTOMERS).each_refused(&words);
    }
    // What is asked for by name, and takes part nowhere else, is no hazard.
    let harmless = "CREATE FUNCTION crm.peek(text) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE CAST (text AS boolean) WITH FUNCTION crm.peek(text)";
    Plan::new(&format!("{table} {harmless}"), CUSTOMERS)
        .each(|world| world.answers(&[("SELECT count(*) FROM crm.customers", "0")]));
}

#[test]
fn a_column_that_a_filter_lost_is_not_looked_for_in_the_clients_statement() {
    let setup = "
        CREATE TABLE crm.drifting (id int PRIMARY KEY, who text, deleted_at timestamptz);
        INSERT INTO crm.drifting SELECT g, 'CANARY', CASE WHEN g > 3 THEN now() END FROM generate_series(1, 10) g;";
    let shown = [Shown::new("crm.drifting", &["id", "who"]).filter("deleted_at IS NULL").masks(&[("who", "{name: redact}")])];
    Plan::new(setup, &shown).each(|world| {
        let captured = [
            "SELECT (SELECT count(*) FROM crm.drifting) FROM (SELECT NULL::int AS deleted_at) x",
            "SELECT (SELECT count(*) FROM crm.drifting) FROM (SELECT NULL::int AS deleted_at) t",
            "SELECT n FROM (SELECT NULL::int AS deleted_at) t, LATERAL (SELECT count(*) AS n FROM crm.drifting) s",
            "SELECT (SELECT max(who) FROM crm.drifting) FROM (SELECT NULL::int AS deleted_at, 'x' AS who) t",
        ];
        assert_eq!(world.ask(captured[0]), "3");
        world.direct("ALTER TABLE crm.drifting DROP COLUMN deleted_at CASCADE");
        for sql in captured {
            let said = world.ask(sql);
            assert!(said.starts_with("ERROR:  "), "PostgreSQL {}: {sql}: {said}", world.major());
        }
        world.direct(
            "ALTER TABLE crm.drifting ADD COLUMN deleted_at timestamptz; ALTER TABLE crm.drifting DROP COLUMN who CASCADE",
        );
        let said = world.ask("SELECT (SELECT max(who) FROM crm.drifting) FROM (SELECT 'seen' AS who) x");
        assert!(said.starts_with("ERROR:  "), "PostgreSQL {}: {said}", world.major());
    });
}

#[test]
fn an_alias_in_a_filter_takes_no_column_from_the_relation_that_it_filters() {
    let setup = "
        CREATE TABLE crm.shown (id int PRIMARY KEY); INSERT INTO crm.shown VALUES (1), (2);
        CREATE TABLE crm.o (id int PRIMARY KEY, who text); INSERT INTO crm.o SELECT g, 'CANARY' FROM generate_series(1, 10) g;";
    let filtered = |filter: &'static str| Shown::new("crm.o", &["id"]).filter(filter).reference(&["crm.shown"]);
    for filter in [
        "EXISTS (SELECT 1 FROM crm.shown s WHERE s.id = o.id)",
        "EXISTS (SELECT 1 FROM crm.shown AS \"o 1\" WHERE \"o 1\".id = o.id)",
        "id IN (SELECT shown.id FROM crm.shown)",
        "EXISTS (SELECT 1 FROM crm.shown WHERE shown.id = crm.o.id)",
    ] {
        Plan::new(setup, &[filtered(filter)]).each(|world| world.answers(&[("SELECT count(*) FROM crm.o", "2")]));
    }
    // The gate's own name for the relation: what it would mean is not what was written.
    for filter in [
        "EXISTS (SELECT 1 FROM crm.shown t WHERE t.id = o.id)",
        "EXISTS (SELECT 1 FROM crm.shown t WHERE who = 'CANARY' AND t.id = 1 AND o.id < 3)",
    ] {
        Plan::new(setup, &[filtered(filter)]).each_refused(&["row filter", "another alias"]);
    }
}
