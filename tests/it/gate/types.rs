//! Every slot that names a type, with types that may not be named: one allow-list for all of them (enforcement L8).

use postern::catalog::types;

use super::served::Ground;
use super::wire::Say;

/// The parameters of a Parse message, by oid.
#[test]
fn a_parameter_has_a_type_that_may_be_named_or_none() {
    let ground = Ground::new();
    let row_type = ground.warehouse("SELECT 'crm.customers'::regtype::oid").parse().unwrap();
    let array_of_rows = ground.warehouse("SELECT 'crm.customers[]'::regtype::oid").parse().unwrap();
    let gate = ground.serve();
    let mut session = gate.session();
    let mut ask = |oid: u32| {
        session.converse(&[
            Say::ParseTyped("", "SELECT $1::text", Box::leak(Box::new([oid]))),
            Say::Bind { portal: "", statement: "", values: &[None], binary: false },
            Say::Execute("", 0),
            Say::Sync,
        ])
    };
    for found in types::all() {
        let heard = ask(found.oid).join("\n");
        // void: there is no such parameter.
        let may = found.nameable || found.oid == types::UNKNOWN || found.oid == types::VOID;
        assert_eq!(heard.contains("SELECT 1"), may && !heard.contains("42846"), "{} {}: {heard}", found.oid, found.name);
        assert_eq!(heard.contains("E ERROR 42704"), !may, "{}: {heard}", found.name);
    }
    for oid in [row_type, array_of_rows, 4_000_000_000] {
        let heard = ask(oid).join("\n");
        assert!(heard.contains("E ERROR 42704"), "{heard}");
    }
    assert!(ask(0).join("\n").contains("SELECT 1"));
    // By such a parameter a constant would be looked up as a name, hidden ones too.
    let mut oracle = |value: &'static str| {
        let values: &'static [Option<&'static str>] = Box::leak(Box::new([Some(value)]));
        let text = "SELECT $1 IS NOT NULL";
        session.converse(&[
            Say::ParseTyped("", text, &[2205]),
            Say::Bind { portal: "", statement: "", values, binary: false },
            Say::Execute("", 0),
            Say::Sync,
        ])
    };
    assert_eq!(oracle("crm.vault"), oracle("crm.no_such_table"));
}

/// By a cast to a registry type names are looked up: hidden ones read as missing ones do.
#[test]
fn a_hidden_name_reads_as_a_missing_one_whatever_the_registry_type() {
    let ground = Ground::new();
    ground.warehouse(
        "CREATE TYPE crm.hidden AS ENUM ('a'); CREATE FUNCTION crm.hidden(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
         CREATE SCHEMA hidden; CREATE TABLE crm.hidden_table (id int); CREATE COLLATION crm.hidden FROM \"C\";
         CREATE TEXT SEARCH CONFIGURATION crm.hidden (COPY = pg_catalog.simple); CREATE TEXT SEARCH DICTIONARY crm.hidden (TEMPLATE = simple);
         CREATE OPERATOR crm.@@@@ (LEFTARG = int, RIGHTARG = int, FUNCTION = int4pl);",
    );
    let gate = ground.serve();
    for (kind, hidden, missing) in [
        ("regclass", "crm.hidden_table", "crm.absent_table"),
        ("regclass", "crm.vault", "crm.absen"),
        ("regcollation", "crm.hidden", "crm.absent"),
        ("regconfig", "crm.hidden", "crm.absent"),
        ("regdictionary", "crm.hidden", "crm.absent"),
        ("regnamespace", "hidden", "absent"),
        ("regoper", "crm.@@@@", "crm.####"),
        ("regoperator", "crm.@@@@(int4,int4)", "crm.####(int4,int4)"),
        ("regproc", "crm.hidden", "crm.absent"),
        ("regprocedure", "crm.hidden(int4)", "crm.absent(int4)"),
        ("regrole", "postern_svc", "absent_role"),
        ("regtype", "crm.hidden", "crm.absent"),
    ] {
        for form in
            ["SELECT 'NAME'::KIND", "SELECT ('NAME'::KIND)::text", "SELECT ('NAME'::text)::KIND", "SELECT to_KIND('NAME')"]
        {
            let ask = |name: &str| {
                let said = gate.psql(&form.replace("NAME", name).replace("KIND", kind));
                // Without the client's own words and the reference.
                let told = said.lines().filter(|line| {
                    !line.contains("Reference ") && !line.starts_with("LINE ") && !line.trim_start().starts_with('^')
                });
                told.collect::<Vec<_>>().join("\n").replace(name, "NAME")
            };
            assert_eq!(ask(hidden), ask(missing), "{kind}: {form}");
        }
    }
}

const MOODS: &str = "
CREATE TYPE crm.humour AS ENUM ('sad', 'fine', 'CANARY'); CREATE DOMAIN crm.short AS text CHECK (length(value) < 5);
CREATE TYPE crm.pair AS (mood crm.humour, n int); CREATE TYPE crm.span AS RANGE (subtype = int);
CREATE TYPE crm.other AS ENUM ('CANARY'); CREATE TYPE crm.holder AS (c crm.customers);";

#[test]
fn a_type_that_is_allowed_can_be_named_and_no_other() {
    let ground = Ground::new();
    ground.warehouse(MOODS);
    let types = "    types: {user_allow: [crm.humour, crm.short, crm.pair, crm.span]}\n";
    ground.edit("postern.yaml", "    search_path: [crm]\n", &format!("    search_path: [crm]\n{types}"));
    let gate = ground.serve();
    for sql in [
        "SELECT 'fine'::humour, 'fine'::crm.humour > 'sad', enum_range('sad'::humour, 'fine'), '{sad,fine}'::humour[]",
        "SELECT 'abc'::short, (1, 2)::text::text, '(sad,3)'::pair, '[1,5)'::span @> 3",
        "SELECT * FROM json_to_record('{\"m\": \"sad\", \"s\": \"abc\"}') AS t(m humour, s short)",
        "SELECT ROW('sad', 1)::pair = '(sad,1)'::pair",
    ] {
        let direct = ground.warehouse(&format!("SET search_path = crm; {sql}"));
        assert_eq!(gate.psql(sql), direct, "{sql}");
    }
    for sql in ["SELECT 'CANARY'::other", "SELECT NULL::crm.other", "SELECT NULL::holder", "SELECT NULL::customers"] {
        let told = gate.psql(sql);
        assert!(told.contains("42704") && told.contains("does not exist"), "{sql}: {told}");
    }
    assert!(gate.psql("SELECT 'too long'::short").contains("23514"), "the domain's own check");
    // What may no longer be named is refused from then on.
    ground.warehouse("DROP TYPE crm.span");
    gate.refresh();
    assert!(gate.psql("SELECT '[1,5)'::span").contains("42704"));
    assert_eq!(gate.psql("SELECT 'sad'::humour"), "sad");
}

#[test]
fn indexes_that_show_have_names_among_relations_and_others_are_missing() {
    let ground = Ground::new();
    ground.warehouse(
        "CREATE INDEX by_region ON crm.customers (region); CREATE INDEX by_ssn ON crm.customers (region, ssn);
         CREATE INDEX by_text ON crm.customers ((lower(region))); CREATE INDEX by_some ON crm.customers (region) WHERE ssn IS NULL;
         CREATE SEQUENCE crm.loose; CREATE SEQUENCE crm.owned OWNED BY crm.customers.id;",
    );
    let gate = ground.serve();
    for sql in [
        "SELECT 'by_region'::regclass, 'crm.by_region'::regclass::oid = 'by_region'::regclass, to_regclass('by_region'), 'customers_pkey'::regclass::text",
        "SELECT pg_get_indexdef('by_region'::regclass), relkind FROM pg_class WHERE oid = 'by_region'::regclass",
        "SELECT indisprimary FROM pg_index WHERE indexrelid = 'crm.customers_pkey'::regclass",
        "SELECT relname FROM pg_class WHERE oid::regclass IN ('crm.customers', 'by_region', 'pg_class') ORDER BY 1",
        "SELECT count(*) > 5 FROM pg_class WHERE (CAST(oid AS regclass)) NOT IN ('customers', E'pg_cl\\x61ss')",
        "SELECT typname FROM pg_type WHERE oid::regtype IN ('int4', 'text[]', NULL, 'double precision') ORDER BY 1",
        "SELECT count(*) FROM pg_proc WHERE oid::regproc IN ('now', 'pg_catalog.version')",
    ] {
        let direct = ground.warehouse(&format!("SET search_path = crm; {sql}"));
        assert!(!direct.is_empty(), "{sql}");
        assert_eq!(gate.psql(sql), direct, "{sql}");
    }
    let told = |name: &str| gate.psql(&format!("SELECT '{name}'::regclass")).replace(name, "NAME");
    let same = |said: &str| {
        said.lines()
            .filter(|line| !line.contains("Reference ") && !line.starts_with("LINE ") && !line.contains('^'))
            .collect::<String>()
    };
    let absent = same(&told("absent"));
    assert!(absent.contains("42P01"), "{absent}");
    for sql in [
        "SELECT 1 FROM pg_class WHERE oid::regclass IN ('customers', 'by_ssn')",
        "SELECT 1 FROM pg_class WHERE oid::regclass IN ('absent', 'pg_class')",
    ] {
        let said = gate.psql(sql);
        assert!(said.contains("42P01") && said.contains('^'), "{sql}: {said}");
    }
    assert!(gate.psql("SELECT 1 FROM pg_class WHERE oid::regclass = 'crm.customers'").contains("42501"));
    assert!(gate.psql("SELECT 1 FROM pg_roles WHERE oid::regrole IN ('postern_svc', 'postgres')").contains("42501"));
    for hidden in ["by_ssn", "by_text", "by_some", "loose", "owned"] {
        assert_eq!(same(&told(hidden)), absent, "{hidden}");
    }
}

const SEARCH: &str = "
CREATE TEXT SEARCH DICTIONARY crm.plain (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH DICTIONARY crm.secret_words (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION crm.terse (COPY = simple); ALTER TEXT SEARCH CONFIGURATION crm.terse ALTER MAPPING FOR asciiword WITH crm.plain;
ALTER TEXT SEARCH CONFIGURATION crm.terse ALTER MAPPING FOR numword WITH crm.secret_words;
CREATE TEXT SEARCH CONFIGURATION crm.english (COPY = simple);
CREATE TEXT SEARCH CONFIGURATION crm.secret_search (COPY = simple);";

#[test]
fn text_search_that_is_allowed_can_be_named_and_no_other() {
    let ground = Ground::new();
    ground.warehouse(SEARCH);
    let lists = "    text_search: {configurations: [crm.terse, crm.english], dictionaries: [crm.plain]}\n";
    ground.edit("postern.yaml", "    search_path: [crm]\n", &format!("    search_path: [crm]\n{lists}"));
    let gate = ground.serve();
    for sql in [
        "SELECT to_tsvector('terse', 'The quick cat 1a'), to_tsvector('crm.terse', 'a cat'), to_tsvector('terse'::regconfig, 'the dog')",
        "SELECT to_tsquery('terse', 'cat & the'), plainto_tsquery('Terse', 'the cat'), phraseto_tsquery('crm.terse', 'a b'), websearch_to_tsquery('terse', 'x or y')",
        "SELECT to_tsvector('english', 'The cats'), to_tsvector('crm.english', 'The cats'), to_tsvector('pg_catalog.english', 'The cats')",
        "SELECT ts_lexize('plain', 'the'), ts_lexize('crm.plain'::regdictionary, 'Cat'), ts_lexize('english_stem', 'stars')",
        "SELECT ts_headline('terse', 'a b c', to_tsquery('terse', 'c'), 'StartSel = <, StopSel = >'), ts_headline('terse'::regconfig, 'a b c', 'c'::tsquery)",
        "SELECT 'terse'::regconfig, 'crm.english'::regconfig, 'plain'::regdictionary, 'terse'::regconfig::text, 'terse'::regconfig = 'crm.terse'::regconfig",
        "SELECT v FROM (SELECT to_tsvector('terse', t) AS v FROM (VALUES ('the cat'), ('dog')) AS w (t) GROUP BY to_tsvector('terse', t)) AS x ORDER BY 1",
        "SELECT cfgname, pg_ts_config_is_visible(oid), oid::regconfig FROM pg_ts_config WHERE cfgnamespace <> 11 AND cfgname <> 'secret_search' ORDER BY 1",
        "SELECT dictname, dictinitoption, oid::regdictionary FROM pg_ts_dict WHERE dictnamespace <> 11 AND dictname <> 'secret_words' ORDER BY 1",
    ] {
        let direct = ground.warehouse(&format!("SET search_path = crm; {sql}"));
        assert!(!direct.is_empty(), "{sql}");
        assert_eq!(gate.psql(sql), direct, "{sql}");
    }
    // The path decides which of two of one name is meant.
    let first = "SET search_path = crm, pg_catalog; SELECT to_tsvector('english', 'The cats'), 'pg_catalog.english'::regconfig, pg_ts_config_is_visible('pg_catalog.english'::regconfig), 'simple'::regconfig";
    assert_eq!(gate.psql(first), ground.warehouse(first));
    for (sql, told) in [
        ("SELECT to_tsvector('secret_search', 'a')", "42501"),
        ("SELECT to_tsvector('crm.secret_search'::regconfig, 'a')", "42704"),
        ("SELECT ts_lexize('secret_words', 'a')", "42501"),
        ("SELECT ts_lexize('terse', 'a')", "42501"),
        ("SELECT to_tsvector('plain', 'a')", "42501"),
        ("SELECT to_tsvector(c, 'a') FROM (VALUES ('terse')) AS v (c)", "42501"),
        ("SELECT to_tsvector(oid::regconfig, 'a') FROM pg_ts_config", "42501"),
        ("SELECT ts_headline('terse', 'a', 'a'::tsquery)", "42501"),
    ] {
        assert!(gate.psql(sql).contains(told), "{sql}: {}", gate.psql(sql));
    }
    let number = ground.warehouse("SELECT 'crm.secret_search'::regconfig::oid");
    assert!(gate.psql(&format!("SELECT to_tsvector('{number}', 'a')")).contains("42501"));
    assert!(gate.psql(&format!("SELECT to_tsvector('{number}'::regconfig, 'a')")).contains("42501"));
    assert_eq!(gate.psql(&format!("SELECT {number}::regconfig")), number);
    assert_eq!(
        gate.psql("SELECT count(*) FROM pg_ts_config_map AS m WHERE m.mapcfg = 'terse'::regconfig AND maptokentype = 3"),
        "0"
    );
    // What is gone is missing from then on.
    ground.warehouse("DROP TEXT SEARCH CONFIGURATION crm.terse");
    gate.refresh();
    assert!(gate.psql("SELECT to_tsvector('terse', 'a')").contains("42501"));
}

/// Types that hold numbers of transactions and places of rows: values as any others, without a way to what is stored.
#[test]
fn values_of_rarely_used_builtin_types_are_the_warehouses_own() {
    let ground = Ground::new();
    ground.warehouse("CREATE TYPE crm.place AS (street text, zip text); CREATE TABLE crm.odd (id int PRIMARY KEY, x xid);");
    let types = "    types: {user_allow: [crm.place]}\n";
    ground.edit("postern.yaml", "    search_path: [crm]\n", &format!("    search_path: [crm]\n{types}"));
    let gate = ground.serve();
    for sql in [
        "SELECT '010'::xid, '42'::xid8, '0xffffffff'::xid, '42'::xid8::xid, xid('7'::xid8), '1'::xid = '1'::xid, '1'::xid <> 1, '1'::xid8 < '2'::xid8",
        "SELECT '(0,1)'::tid < '(0,2)'::tid, max(t), min(t) FROM (VALUES ('(0,1)'::tid), ('(4294967295,65535)')) AS v (t)",
        "SELECT '3'::cid = '3'::cid, 'c'::refcursor, pg_typeof('1'::xid), ARRAY['1'::xid8]",
        "SELECT xid8cmp('1', '2'), tidlarger('(0,1)', '(1,0)'), xideq('1', '2'), cideq('1', '1'), hashtid('(0,1)')",
        "SELECT pg_visible_in_snapshot('5'::xid8, '3:9:4,5'::pg_snapshot), pg_snapshot_xmin('3:9:4,5'::pg_snapshot)",
        "SELECT age(date '2020-01-01', date '2019-01-01'), age(timestamp '2001-02-03 04:05') = age(current_date, timestamp '2001-02-03 04:05')",
        "SELECT age(timestamptz '2001-02-03 04:05 UTC') = age(current_date, timestamptz '2001-02-03 04:05 UTC') AS a, age(d) = age(current_date::timestamptz, d) FROM (SELECT date '1999-12-31' AS d) AS x",
        "SELECT * FROM json_populate_record(null::record, '{\"x\": 776}') AS (x int, y int)",
        "SELECT * FROM jsonb_populate_recordset(null::record, '[{\"x\": 1}, {\"y\": \"z\"}]') AS t (x int, y text)",
        "SELECT ROW(1, 'a')::record, NULL::record IS NULL, ROW(1, 2)::pg_catalog.record = ROW(1, 2)",
        "SELECT json_populate_record(ROW(1, 2), '{\"f1\": 0}'), jsonb_populate_record(ROW('a'::text, NULL::int), '{\"f2\": 7}')",
        "SELECT i, json_populate_recordset(ROW(i, 50), '[{\"f1\": \"42\"}, {\"f2\": \"43\"}]') FROM (VALUES (1), (2)) AS v (i)",
        "SELECT * FROM json_populate_record(null::place, '{\"street\": \"a\", \"other\": 1}')",
        "SELECT q.zip, q FROM json_populate_recordset(ROW('s', 'z')::place, '[{\"street\": \"a\"}, {\"zip\": 5}]') AS q",
        "SELECT (jsonb_populate_record(null::place, '{\"zip\": 1}')).*, (jsonb_populate_record(null::place, '{\"zip\": 1}')).zip",
        "SELECT 64::information_schema.cardinal_number + 1, 'a'::information_schema.sql_identifier, 'YES'::information_schema.yes_or_no",
        "SELECT 'array_recv'::regproc, 'pg_catalog.range_typanalyze'::regproc, count(*) > 100 FROM pg_type WHERE typreceive = 'array_recv'::regproc",
        "SELECT 'simple'::regconfig, 'pg_catalog.english'::regconfig, 'english_stem'::regdictionary, to_tsvector('english'::regconfig, 'The cats'), ts_lexize('english_stem'::regdictionary, 'stars')",
        "SELECT ts_headline('{\"a\": \"b c\"}'::json, to_tsquery('simple', 'c'), 'StartSel = <, StopSel = >')",
        "SELECT array_agg(c::record ORDER BY c.n) FROM (SELECT n FROM generate_series(1, 2) AS n) AS c",
    ] {
        let direct = ground.warehouse(&format!("SET search_path = crm; {sql}"));
        assert!(!direct.is_empty(), "{sql}");
        assert_eq!(gate.psql(sql), direct, "{sql}");
    }
    // A row's base keeps to what the grant shows: e-mails are masked, ssn is no column.
    let rows = "SELECT json_populate_record(c, '{\"ssn\": 1, \"region\": \"US\"}')::text FROM customers AS c WHERE id = 1";
    assert_eq!(
        gate.psql(rows),
        "(1,,US,1.50)".replace(",,", &format!(",{},", gate.psql("SELECT email FROM customers WHERE id = 1")))
    );
    // A row of the relation is what it shows, and no more, when it is cast to the type of that relation.
    assert_eq!(gate.psql("SELECT c::customers FROM customers AS c"), gate.psql("SELECT c FROM customers AS c"));
    for (sql, told) in [
        ("SELECT age(x) FROM (SELECT '3'::xid AS x) AS t", "42883"),
        ("SELECT age(coalesce('3'::xid))", "42883"),
        ("SELECT age((SELECT max(x::text)::xid FROM (VALUES ('3'::xid)) AS v (x)))", "42883"),
        ("PREPARE p (xid) AS SELECT age($1); EXECUTE p ('3')", "42883"),
        ("SELECT age('2001-01-01')", "42725"),
        ("SELECT pg_xact_commit_timestamp('3'::xid)", "42501"),
        ("SELECT pg_get_multixact_members('1'::xid)", "42501"),
        ("SELECT xmin FROM customers", "42703"),
        ("SELECT ctid FROM customers", "42703"),
        ("SELECT * FROM json_populate_record(null::customers, '{}')", "42704"),
        ("SELECT ROW(1, 'x', 'EMEA', 1)::customers", "42704"),
        ("SELECT n::customers FROM notes AS n", "42704"),
        ("SELECT json_populate_record(null, '{}')", "42501"),
        ("SELECT * FROM json_populate_record(null::record, '{}') AS (x regclass)", "42704"),
        ("SELECT json_populate_record(ROW('pg_class'::regclass), '{}')", "42501"),
        ("SELECT (c::record).email FROM customers AS c", "0A000"),
        ("SELECT 'no_such_function'::regproc", "42883"),
        ("SELECT 'hidden_stamp'::regproc", "42883"),
        ("SELECT 'no_such'::regconfig", "42704"),
        ("SELECT (-1)::information_schema.cardinal_number", "23514"),
    ] {
        let said = gate.psql(sql);
        assert!(said.contains(told), "{sql}: {said}");
    }
}
