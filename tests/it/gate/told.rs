//! What is said of a name that the client wrote and that nothing has: PostgreSQL's own sentence, with the name, wherever it is a constant.

use std::collections::BTreeMap;

use super::folder::PASSWORD;
use super::running::Gate;
use super::wire::{Say, Speaker};

/// Code, message and place of the first error; nothing where there is none.
type Told = Option<(String, String, Option<String>)>;

fn told(speaker: &mut Speaker, script: &[Say]) -> Told {
    let messages = speaker.exchange(script);
    let (_, body) = messages.iter().find(|(tag, _)| *tag == b'E')?;
    let fields: BTreeMap<u8, String> = body
        .as_ref()
        .split(|byte: &u8| *byte == 0)
        .filter_map(|field| Some((*field.first()?, String::from_utf8_lossy(field.get(1..)?).into_owned())))
        .collect();
    Some((fields[&b'C'].clone(), fields[&b'M'].clone(), fields.get(&b'P').cloned()))
}

fn say(sql: &str) -> [Say; 1] {
    [Say::Query(String::from(sql).leak())]
}

/// The gate and the warehouse, each with a client of its own.
fn both(gate: &Gate) -> (Speaker, Speaker) {
    let database = [("database", gate.database.as_str()), ("options", "-c search_path=crm")];
    let direct = Speaker::log_in(gate.server.port, "postgres", "", &database);
    (direct, Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis")]))
}

/// Raised where the statement runs.
const CALLS: &[&str] = &[
    "SELECT current_setting('No.Such')",
    "SELECT current_setting('nosuch', false)",
    "SELECT current_setting(('nosuch')::text)",
    "SELECT has_table_privilege('Absent', 'select')",
    "SELECT has_table_privilege('crm.absent', 'select')",
    "SELECT has_table_privilege('\"Ab sent\"', 'select')",
    "SELECT has_table_privilege('nowhere.absent', 'select')",
    "SELECT has_table_privilege('ab sent', 'select')",
    "SELECT has_table_privilege('a.b.c.d', 'select')",
    "SELECT has_table_privilege('other.crm.customers', 'select')",
    "SELECT has_table_privilege('customers', 'Sel')",
    "SELECT has_table_privilege('customers', 'select, ')",
    "SELECT has_table_privilege('nobody', 'customers', 'select')",
    "SELECT has_table_privilege('nobody', 'absent', 'sel')",
    "SELECT has_any_column_privilege('absent', 'select')",
    "SELECT has_any_column_privilege('customers', 'delete')",
    "SELECT has_column_privilege('customers', 'absent', 'select')",
    "SELECT has_column_privilege('CRM.customers', 'Absent', 'select')",
    "SELECT has_column_privilege('absent', 'id', 'select')",
    "SELECT has_column_privilege('absent', 2::int2, 'select')",
    "SELECT has_column_privilege('nobody', 'customers', 'id', 'select')",
    "SELECT has_column_privilege('customers', 'id', 'sel')",
    "SELECT has_sequence_privilege('absent', 'select')",
    "SELECT has_sequence_privilege('crm.customers', 'select')",
    "SELECT has_schema_privilege('absent', 'usage')",
    "SELECT has_schema_privilege('nobody', 'crm', 'usage')",
    "SELECT has_schema_privilege('crm', 'use')",
    "SELECT has_database_privilege('absent', 'connect')",
    "SELECT has_language_privilege('absent', 'usage')",
    "SELECT has_language_privilege('sql', 'execute')",
    "SELECT has_tablespace_privilege('absent', 'create')",
    "SELECT has_function_privilege('absent(int)', 'execute')",
    "SELECT has_function_privilege('nobody', 'lower(text)', 'execute')",
    "SELECT has_type_privilege('absent', 'usage')",
    "SELECT has_type_privilege('int4', 'use')",
    "SELECT has_foreign_data_wrapper_privilege('absent', 'usage')",
    "SELECT has_foreign_data_wrapper_privilege('nobody', 'absent', 'usage')",
    "SELECT has_server_privilege('absent', 'usage')",
    "SELECT has_server_privilege('nobody', 'absent', 'usage')",
    "SELECT pg_has_role('nobody', 'usage')",
    "SELECT pg_has_role('postgres', 'nobody', 'member')",
    "SELECT pg_has_role('postgres', 'usages')",
    "SELECT pg_has_role('public', 'usage')",
    "SELECT row_security_active('absent')",
    "SELECT pg_get_serial_sequence('absent', 'id')",
    "SELECT pg_get_serial_sequence('customers', 'absent')",
    "SELECT pg_get_viewdef('absent')",
    "SELECT to_regrole('a.b')",
    "SELECT to_regclass('a b')",
    "SELECT 'absent'::regrole",
    "SELECT shobj_description('absent'::regrole, 'pg_authid') IS NULL",
    "SELECT 'absent'::regcollation",
    "SELECT 'absent(integer)'::regprocedure",
    // Nothing is raised where nothing is asked.
    "SELECT has_table_privilege('absent', 'select') WHERE false",
    "SELECT CASE WHEN to_regclass('absent') IS NULL THEN 'none' ELSE has_table_privilege('absent', 'select')::text END",
    "SELECT has_table_privilege(NULL, 'select'), has_table_privilege('customers', NULL)",
    "SELECT has_table_privilege(4000000000, 'select'), has_schema_privilege(4000000000, 'usage')",
    "SELECT current_setting('nosuch', true), current_setting(NULL)",
];

/// Constants that are read as objects while the statement is read.
const CONSTANTS: &[&str] = &[
    "SELECT 'Absent'::regclass",
    "SELECT  CAST('crm.absent' AS regclass)",
    "SELECT 1, regclass 'absent'",
    "SELECT regclass('nowhere.absent')",
    "SELECT ('ab sent'::regclass)::text",
    "SELECT 1 FROM pg_class WHERE oid = 'a.b.c.d'::pg_catalog.regclass",
    "SELECT 'other.crm.customers'::regclass",
    "SELECT 'absent'::regproc",
    "SELECT 'absent'::regnamespace",
    "SELECT 'a.b'::regnamespace",
    "SELECT 'Absent'::regtype",
    "SELECT 'a.b'::regrole",
    "SELECT 'nowhere.absent'::regcollation",
    "SELECT 'absent'::regconfig",
    "SELECT 'pg_catalog.absent'::regdictionary",
    "SELECT '@@@@'::regoper",
    "SELECT 'nowhere.+'::regoper",
    "SELECT 1 FROM pg_depend WHERE objid = '@@@@(integer,integer)'::regoperator",
    "SELECT 'nowhere.absent(integer)'::regprocedure",
    "SELECT 'nowhere.absent'::regproc",
    "SELECT 'nowhere.absent'::regtype",
    "SELECT pg_relation_size('nowhere.absent')",
    "SELECT pg_relation_size('absent')",
    "SELECT 'é', pg_relation_size('crm.absent', 'main')",
    "SELECT lower('x'), pg_total_relation_size('absent')",
];

#[test]
fn a_constant_that_names_nothing_is_told_in_the_servers_words() {
    let gate = Gate::start(1_000_000);
    let (mut direct, mut client) = both(&gate);
    let mut differ = Vec::new();
    for (statements, has_place) in [(CALLS, false), (CONSTANTS, true)] {
        for sql in statements {
            let place = |(code, message, place): (String, String, Option<String>)| (code, message, place.filter(|_| has_place));
            let expected = told(&mut direct, &say(sql)).map(place);
            let found = told(&mut client, &say(sql)).map(place);
            assert!(!has_place || expected.as_ref().is_some_and(|(_, _, place)| place.is_some()), "{sql}");
            differ.extend((found != expected).then_some((sql, found, expected)));
        }
    }
    assert!(differ.is_empty(), "{differ:#?}");
}

#[test]
fn it_is_told_wherever_the_statement_runs() {
    let gate = Gate::start(1_000_000);
    let (_, mut client) = both(&gate);
    let expected = Some(("42P01".to_owned(), "relation \"absent\" does not exist".to_owned(), None));
    let sql = "SELECT has_table_privilege('absent', 'SELECT')";
    let parse = String::from(sql).leak();
    for script in [
        Vec::from(say(sql)),
        say(&format!("COPY ({sql}) TO STDOUT")).into(),
        say(&format!("BEGIN; DECLARE c CURSOR FOR {sql}; FETCH c")).into(),
        say(&format!("ROLLBACK; PREPARE p AS {sql}; EXECUTE p")).into(),
        vec![
            Say::Parse("", parse),
            Say::Bind { portal: "", statement: "", values: &[], binary: false },
            Say::Execute("", 0),
            Say::Sync,
        ],
    ] {
        assert_eq!(told(&mut client, &script), expected);
    }
    // What is computed is not quoted.
    let computed = "SELECT has_table_privilege(name, 'SELECT') FROM (VALUES ('absent')) AS v (name)";
    let expected = Some(("42P01".to_owned(), "relation does not exist".to_owned(), None));
    assert_eq!(told(&mut client, &say(computed)), expected);
}

#[test]
fn records_keep_the_sentence_without_the_constant() {
    let gate = Gate::start(1_000_000);
    let said = gate.psql(&["SELECT has_schema_privilege('sekret_word', 'USAGE')"]);
    assert!(said.contains("schema \"sekret_word\" does not exist"), "{said}");
    let outcomes = gate.outcomes();
    assert!(!outcomes.is_empty());
    for record in &outcomes {
        assert!(!record.to_string().contains("sekret_word"), "{record}");
    }
}

#[test]
fn privileges_are_those_that_the_catalogs_show() {
    let gate = Gate::start(1_000_000);
    for (sql, answer) in [
        ("SELECT has_table_privilege('customers', 'SELECT'), has_table_privilege('customers', 'INSERT, Select ')", "t|t"),
        (
            "SELECT has_table_privilege('customers', 'INSERT'), has_table_privilege('customers', 'SELECT WITH GRANT OPTION')",
            "f|f",
        ),
        (
            "SELECT has_table_privilege('jane', 'customers', 'SELECT'), has_table_privilege('public', 'customers', 'SELECT')",
            "t|f",
        ),
        (
            "SELECT has_table_privilege('postgres', 'customers', 'TRUNCATE'), has_table_privilege('pg_monitor', 'customers', 'SELECT')",
            "t|f",
        ),
        ("SELECT has_table_privilege('public', 'pg_class', 'SELECT'), has_table_privilege('pg_class', 'UPDATE')", "t|f"),
        ("SELECT has_table_privilege('pg_authid', 'SELECT'), has_table_privilege('pg_stats', 'SELECT')", "f|t"),
        (
            "SELECT has_column_privilege('customers', 'id', 'SELECT'), has_column_privilege('customers', 99::int2, 'SELECT') IS NULL",
            "t|t",
        ),
        (
            "SELECT has_schema_privilege('crm', 'USAGE'), has_schema_privilege('crm', 'CREATE'), has_schema_privilege('pg_catalog', 'USAGE')",
            "t|f|t",
        ),
        ("SELECT has_schema_privilege('public', 'crm', 'USAGE'), has_schema_privilege('postgres', 'crm', 'CREATE')", "f|t"),
        ("SELECT has_database_privilege('analysis', 'CONNECT'), has_database_privilege(current_database(), 'CREATE')", "t|f"),
        ("SELECT has_database_privilege(oid, 'CONNECT') FROM pg_database WHERE datname = 'analysis'", "t"),
        ("SELECT has_database_privilege(4000000000, 'CONNECT') IS NULL, has_language_privilege('sql', 'USAGE')", "t|t"),
        ("SELECT has_tablespace_privilege('pg_default', 'CREATE'), has_function_privilege('lower(text)', 'EXECUTE')", "f|t"),
        ("SELECT has_type_privilege('crm.mood', 'USAGE'), has_type_privilege('int4', 'USAGE WITH GRANT OPTION')", "t|f"),
        (
            "SELECT pg_has_role('jane', 'USAGE'), pg_has_role('postgres', 'USAGE'), pg_has_role('postgres', 'jane', 'MEMBER')",
            "t|f|t",
        ),
        ("SELECT pg_has_role('pg_monitor', 'pg_read_all_stats', 'USAGE'), pg_has_role('jane', 'pg_monitor', 'MEMBER')", "t|f"),
        (
            "SELECT has_foreign_data_wrapper_privilege(7, 'USAGE') IS NULL, has_server_privilege('jane', 7, 'USAGE') IS NULL",
            "t|t",
        ),
        ("SELECT count(*) FROM pg_class WHERE relname = 'customers' AND has_table_privilege(oid, 'SELECT')", "1"),
        (
            "SELECT bool_and(has_table_privilege(c.oid, 'SELECT')) FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'crm'::regnamespace",
            "t",
        ),
    ] {
        assert_eq!(gate.psql(&[sql]), answer, "{sql}");
    }
}

#[test]
fn types_of_oids_are_found_among_oids() {
    let gate = Gate::start(1_000_000);
    for (sql, answer) in [
        ("SELECT count(*) > 0 FROM pg_proc WHERE 'text'::regtype = ANY (proargtypes)", "t"),
        ("SELECT 'clients'::regclass = ANY (ARRAY(SELECT oid FROM pg_class))", "t"),
        ("SELECT 'clients'::regclass <> ALL (SELECT attrelid FROM pg_attribute WHERE attname = 'vault')", "t"),
        ("SELECT pg_typeof(pg_typeof(1)), pg_typeof('clients'::regclass)", "regtype|regclass"),
        ("SELECT 'jane'::regrole, 'clients'::regclass::text", "jane|clients"),
        // Beside a text it is one.
        ("SELECT 'clients'::regclass || 'x', '{crm.vault}' || 'clients'::regclass", "clientsx|{crm.vault}clients"),
        (
            "SELECT 'of ' || oid::regclass || ' by ' || relowner::regrole FROM pg_class WHERE relname = 'clients'",
            "of clients by postgres",
        ),
        ("SELECT pg_typeof('of ' || 'clients'::regclass), 'a'::text || 'jane'::regrole || NULL IS NULL", "text|t"),
        ("SELECT 'english'::regconfig, 'pg_catalog.simple'::regdictionary, '||/'::regoper", "english|simple|||/"),
        ("SELECT '+(integer,integer)'::regoperator, 'lower(text)'::regprocedure", "+(integer,integer)|lower(text)"),
    ] {
        assert_eq!(gate.psql(&[sql]), answer, "{sql}");
    }
    for sql in [
        "SELECT 'clients'::regclass = ANY ('{crm.vault}')",
        "SELECT '{crm.vault}' = ANY (ARRAY(SELECT 'clients'::regclass))",
        "SELECT 'clients'::regclass || ARRAY['x']",
        "SELECT relname || 'clients'::regclass FROM pg_class",
        "SELECT ('{crm.vault}' || ARRAY['x']) || 'clients'::regclass",
        "SELECT 'crm.vault' = ANY (SELECT 'clients'::regclass)",
    ] {
        let said = gate.psql(&[sql]);
        assert!(said.contains("a value that names an object of the catalog cannot be used here"), "{sql}: {said}");
    }
}

#[test]
fn catalogs_keep_the_types_of_their_columns() {
    let gate = Gate::start(1_000_000);
    let describe = |speaker: &mut Speaker, sql: &str| {
        let messages = speaker.exchange(&say(sql));
        let (_, body) = messages.into_iter().find(|(tag, _)| *tag == b'T').unwrap();
        let mut rest = &body[2..];
        let mut columns = Vec::new();
        while let Some(end) = rest.iter().position(|byte| *byte == 0) {
            columns.push((String::from_utf8_lossy(&rest[..end]).into_owned(), rest[end + 7..end + 17].to_vec()));
            rest = &rest[end + 19..];
        }
        columns
    };
    let (mut direct, mut client) = both(&gate);
    for sql in [
        "SELECT * FROM information_schema.usage_privileges WHERE false",
        "TABLE information_schema.sequences LIMIT 0",
        "TABLE information_schema.applicable_roles LIMIT 0",
        "TABLE pg_trigger LIMIT 0",
        "TABLE pg_prepared_statements",
        "SELECT k.relacl, a.attacl FROM pg_class AS k JOIN pg_attribute AS a ON a.attrelid = k.oid LIMIT 0",
        "SELECT c.nspacl FROM (SELECT nspacl FROM pg_namespace) AS c",
        "SELECT proargtypes::regtype[], proallargtypes::regtype[]::text[] FROM pg_proc LIMIT 1",
        "SELECT ARRAY[1259]::oid[]::regclass[] AS c",
        "SELECT p.parameter_types FROM (SELECT * FROM pg_prepared_statements) AS p",
        "SELECT parameter_types::text[] FROM pg_prepared_statements",
    ] {
        let expected = describe(&mut direct, sql);
        assert_eq!(describe(&mut client, sql), expected, "{sql}: type, size and modifier");
    }
    // Its elements are the client's names: there are no oids to give.
    let binary = [
        Say::Parse("", "SELECT parameter_types FROM pg_prepared_statements"),
        Say::Bind { portal: "", statement: "", values: &[], binary: true },
        Say::Execute("", 0),
        Say::Sync,
    ];
    assert_eq!(told(&mut client, &binary).unwrap().0, "0A000");
}
