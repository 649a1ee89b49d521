//! What is hidden reads as what is missing: every form of a statement with a hidden name, and with one that nothing has.

use super::folder::PASSWORD;
use super::running::Gate;
use super::wire::{Say, Speaker};

/// Forms with `{}` where a name stands, and what the client reads: an SQLSTATE, or nothing where both are simply not there.
type Forms = &'static [(&'static str, &'static str)];

/// What a client says of a name.
type Script<'a> = &'a dyn Fn(&str) -> Vec<Say>;

const COLUMNS: Forms = &[
    ("SELECT {} FROM customers", "42703"),
    ("SELECT \"{}\" FROM customers", "42703"),
    ("SELECT customers.{} FROM customers", "42703"),
    ("SELECT c.{} FROM crm.customers AS c", "42703"),
    ("SELECT crm.customers.{} FROM crm.customers", "42703"),
    ("SELECT analysis.crm.customers.{} FROM analysis.crm.customers", "42703"),
    ("SELECT c.{} FROM ONLY customers AS c", "42703"),
    ("SELECT {} FROM customers TABLESAMPLE bernoulli (50)", "42703"),
    ("SELECT c.{} FROM customers AS c (a, b)", "42703"),
    ("SELECT 1 FROM customers WHERE {} = 'x'", "42703"),
    ("SELECT 1 FROM customers WHERE {} IN ('x')", "42703"),
    ("SELECT 1 FROM customers GROUP BY {}", "42703"),
    ("SELECT 1 FROM customers GROUP BY ROLLUP ({})", "42703"),
    ("SELECT 1 FROM customers HAVING max({}) > 'x'", "42703"),
    ("SELECT id FROM customers ORDER BY {}", "42703"),
    ("SELECT id FROM customers ORDER BY lower({})", "42703"),
    ("SELECT DISTINCT ON ({}) id FROM customers", "42703"),
    ("SELECT count(*) FILTER (WHERE {} IS NULL) FROM customers", "42703"),
    ("SELECT array_agg(id ORDER BY {}) FROM customers", "42703"),
    ("SELECT mode() WITHIN GROUP (ORDER BY {}) FROM customers", "42703"),
    ("SELECT rank() OVER (PARTITION BY {}) FROM customers", "42703"),
    ("SELECT rank() OVER w FROM customers WINDOW w AS (ORDER BY {})", "42703"),
    ("SELECT 1 FROM customers AS a JOIN customers AS b ON a.{} = b.{}", "42703"),
    ("SELECT 1 FROM customers AS a JOIN customers AS b USING ({})", "42703"),
    ("SELECT 1 FROM customers, LATERAL (SELECT customers.{}) AS l", "42703"),
    ("SELECT (SELECT {}) FROM customers", "42703"),
    ("SELECT 1 WHERE 'x' IN (SELECT {} FROM customers)", "42703"),
    ("SELECT EXISTS (SELECT 1 FROM customers WHERE {} IS NULL)", "42703"),
    ("SELECT CASE {} WHEN 'x' THEN 1 END FROM customers", "42703"),
    ("SELECT COALESCE({}, 'x') FROM customers", "42703"),
    ("SELECT CAST({} AS text) FROM customers", "42703"),
    ("SELECT {} COLLATE \"C\" FROM customers", "42703"),
    ("SELECT ROW({}), ARRAY[{}] FROM customers", "42703"),
    ("SELECT {} || 'x' FROM customers", "42703"),
    ("SELECT lower({}) FROM customers", "42703"),
    ("SELECT ({}).a FROM customers", "42703"),
    ("SELECT {}[1] FROM customers", "42703"),
    ("SELECT {}(customers) FROM customers", "42883"),
    ("SELECT (customers).{} FROM customers", "42703"),
    ("SELECT (c).{} FROM (SELECT * FROM customers) AS c", "42703"),
    ("SELECT (s.c).{} FROM (SELECT customers AS c FROM customers) AS s", "42703"),
    ("SELECT {} FROM (SELECT * FROM customers) AS c", "42703"),
    ("SELECT {} FROM (TABLE customers) AS c", "42703"),
    ("SELECT id FROM customers UNION SELECT {} FROM customers", "42703"),
    ("SELECT id FROM customers LIMIT (SELECT max({}) FROM customers)", "42703"),
    ("WITH w AS (SELECT {} FROM customers) SELECT 1 FROM w", "42703"),
    ("WITH w AS (SELECT * FROM customers) SELECT {} FROM w", "42703"),
    ("WITH RECURSIVE w AS (SELECT 'x' AS x UNION SELECT {} FROM customers) SELECT x FROM w", "42703"),
    ("VALUES ((SELECT {} FROM customers))", "42703"),
    ("SELECT 1 FROM generate_series(1, (SELECT max({}) FROM customers))", "42703"),
    ("SELECT 1 FROM customers, unnest(ARRAY[{}])", "42703"),
    ("COPY customers ({}) TO STDOUT", "42703"),
    ("COPY (SELECT {} FROM customers) TO STDOUT", "42703"),
    ("BEGIN; DECLARE c CURSOR FOR SELECT {} FROM customers", "42703"),
    ("PREPARE p AS SELECT {} FROM customers", "42703"),
    ("PREPARE p AS SELECT $1::text; EXECUTE p ((SELECT {} FROM customers))", "42703"),
    ("EXPLAIN SELECT {} FROM customers", "42703"),
    ("UPDATE customers SET {} = 'x'", "42501"),
    ("INSERT INTO customers ({}) VALUES ('x')", "42501"),
    ("DELETE FROM customers WHERE {} = 'x'", "42501"),
    ("ALTER TABLE customers DROP COLUMN {}", "42501"),
    ("SELECT {} FROM customers FOR UPDATE", "0A000"),
    ("SELECT has_column_privilege('customers', '{}', 'SELECT')", "42703"),
    ("SELECT has_column_privilege('customers'::regclass, '{}', 'SELECT')", "42703"),
    ("SELECT pg_get_serial_sequence('customers', '{}')", "42703"),
    ("SELECT to_jsonb(customers) ->> '{}' FROM customers", ""),
    ("SELECT row_to_json(c) -> '{}' FROM customers AS c", ""),
    ("SELECT count(*) FROM information_schema.columns WHERE column_name = '{}'", ""),
    ("SELECT count(*) FROM pg_attribute WHERE attname = '{}'", ""),
];

const RELATIONS: Forms = &[
    ("TABLE {}", "42P01"),
    ("SELECT * FROM {}", "42P01"),
    ("SELECT * FROM crm.{}", "42P01"),
    ("SELECT * FROM \"{}\"", "42P01"),
    ("SELECT * FROM analysis.crm.{}", "42P01"),
    ("SELECT * FROM ONLY {}", "42P01"),
    ("SELECT * FROM {} *", "42P01"),
    ("SELECT * FROM {} AS v (a, b)", "42P01"),
    ("SELECT * FROM {} TABLESAMPLE system (10)", "42P01"),
    ("SELECT * FROM customers JOIN {} USING (id)", "42P01"),
    ("SELECT * FROM customers NATURAL LEFT JOIN {}", "42P01"),
    ("SELECT * FROM customers, LATERAL (SELECT * FROM {}) AS l", "42P01"),
    ("SELECT * FROM (SELECT * FROM {}) AS s", "42P01"),
    ("SELECT (SELECT count(*) FROM {})", "42P01"),
    ("SELECT 1 WHERE EXISTS (SELECT 1 FROM {})", "42P01"),
    ("SELECT 1 WHERE 1 IN (SELECT id FROM {})", "42P01"),
    ("SELECT ARRAY(SELECT id FROM {})", "42P01"),
    ("SELECT 1 UNION SELECT id FROM {}", "42P01"),
    ("SELECT 1 ORDER BY (SELECT max(id) FROM {})", "42P01"),
    ("WITH w AS (SELECT * FROM {}) SELECT 1", "42P01"),
    ("WITH RECURSIVE w AS (SELECT 1 AS id UNION SELECT id FROM {}) SELECT * FROM w", "42P01"),
    ("WITH {} AS (SELECT 1 AS id) SELECT * FROM crm.{}", "42P01"),
    ("SELECT {}.* FROM customers", "42P01"),
    ("SELECT {}.id FROM customers", "42P01"),
    ("SELECT crm.{}.id FROM customers", "42P01"),
    ("SELECT count({}) FROM customers", "42703"),
    ("VALUES ((SELECT id FROM {}))", "42P01"),
    ("COPY {} TO STDOUT", "42P01"),
    ("COPY crm.{} (id) TO STDOUT", "42P01"),
    ("COPY (TABLE {}) TO STDOUT", "42P01"),
    ("BEGIN; DECLARE c CURSOR FOR TABLE {}", "42P01"),
    ("PREPARE p AS TABLE {}", "42P01"),
    ("EXPLAIN TABLE {}", "42P01"),
    ("SELECT 1; TABLE {}", "42P01"),
    ("SELECT * FROM {} FOR UPDATE", "0A000"),
    ("SELECT '{}'::regclass", "42P01"),
    ("SELECT 'crm.{}'::regclass::oid", "42P01"),
    ("SELECT regclass('{}')", "42P01"),
    ("SELECT regclass '{}'", "42P01"),
    ("SELECT CAST(name AS regclass) FROM (VALUES ('{}')) AS v (name)", "42P01"),
    ("SELECT obj_description('{}'::regclass)", "42P01"),
    ("SELECT 1 FROM pg_class WHERE oid = 'crm.{}'::regclass", "42P01"),
    ("SELECT NULL::{}", "42704"),
    ("SELECT NULL::crm.{}[]", "42704"),
    ("SELECT ROW(1, 'x')::{}", "42704"),
    ("SELECT '{}'::regtype", "42704"),
    ("SELECT jsonb_populate_record(NULL::{}, '{\"id\": 1}')", "42704"),
    ("SELECT has_table_privilege('{}', 'SELECT')", "42P01"),
    ("SELECT has_table_privilege('jane', 'crm.{}', 'SELECT')", "42P01"),
    ("SELECT has_table_privilege('nobody', 'crm.{}', 'SELECT')", "42704"),
    ("SELECT has_table_privilege('{}', 'SEL')", "42P01"),
    ("SELECT has_table_privilege('crm.' || '{}', 'SELECT')", "42P01"),
    ("SELECT has_server_privilege('{}', 'USAGE')", "42704"),
    ("SELECT has_foreign_data_wrapper_privilege('{}', 'USAGE')", "42704"),
    ("SELECT has_database_privilege('{}', 'CONNECT')", "3D000"),
    ("SELECT pg_has_role('{}', 'USAGE')", "42704"),
    ("SELECT 1 FROM pg_class WHERE oid = ANY (SELECT '{}'::regclass)", "42P01"),
    ("SELECT has_any_column_privilege('{}', 'SELECT')", "42P01"),
    ("SELECT has_column_privilege('{}', 'id', 'SELECT')", "42P01"),
    ("SELECT has_sequence_privilege('{}', 'USAGE')", "42P01"),
    ("SELECT has_sequence_privilege('jane', '{}', 'USAGE')", "42P01"),
    ("SELECT row_security_active('{}')", "42P01"),
    ("SELECT pg_relation_size('{}')", "42P01"),
    ("SELECT pg_relation_size('crm.{}', 'main')", "42P01"),
    ("SELECT pg_relation_size(name) FROM (VALUES ('{}')) AS v (name)", "42P01"),
    ("SELECT pg_table_size('{}')", "42P01"),
    ("SELECT pg_indexes_size('{}')", "42P01"),
    ("SELECT pg_total_relation_size('{}')", "42P01"),
    ("SELECT pg_relation_filenode('{}')", "42P01"),
    ("SELECT pg_relation_filepath('{}')", "42P01"),
    ("SELECT pg_relation_is_updatable('{}', true)", "42P01"),
    ("SELECT pg_column_is_updatable('{}', 1::smallint, true)", "42P01"),
    ("SELECT pg_relation_is_publishable('{}')", "42P01"),
    ("SELECT pg_partition_root('{}')", "42P01"),
    ("SELECT * FROM pg_partition_tree('{}')", "42P01"),
    ("SELECT * FROM pg_partition_ancestors('crm.{}')", "42P01"),
    ("SELECT pg_index_has_property('{}', 'clusterable')", "42P01"),
    ("SELECT pg_index_column_has_property('{}', 1, 'asc')", "42P01"),
    ("SELECT pg_get_viewdef('{}')", "42P01"),
    ("SELECT pg_get_viewdef('crm.{}', true)", "42P01"),
    ("SELECT pg_get_serial_sequence('{}', 'id')", "42P01"),
    ("SELECT to_regclass('{}')", ""),
    ("SELECT pg_relation_size(to_regclass('crm.{}'))", ""),
    ("SELECT count(*) FROM pg_class WHERE relname = '{}'", ""),
    ("SELECT count(*) FROM information_schema.tables WHERE table_name = '{}'", ""),
    ("SELECT count(*) FROM pg_tables WHERE tablename = '{}'", ""),
    ("SELECT nextval('{}')", "42501"),
    ("SELECT currval('{}')", "42501"),
    ("SELECT table_to_xml('{}', true, true, '')", "42501"),
    ("SELECT query_to_xml('TABLE {}', true, true, '')", "42501"),
    ("INSERT INTO {} VALUES (1)", "42501"),
    ("UPDATE {} SET id = 1", "42501"),
    ("DELETE FROM {}", "42501"),
    ("WITH d AS (DELETE FROM {} RETURNING *) SELECT * FROM d", "42501"),
    ("MERGE INTO {} AS v USING customers AS c ON v.id = c.id WHEN MATCHED THEN DO NOTHING", "42501"),
    ("TRUNCATE {}", "42501"),
    ("DROP TABLE {}", "42501"),
    ("ALTER TABLE {} ADD COLUMN x int", "42501"),
    ("CREATE VIEW x AS TABLE {}", "42501"),
    ("CREATE TABLE x AS TABLE {}", "42501"),
    ("SELECT * INTO x FROM {}", "42501"),
    ("CREATE INDEX ON {} (id)", "42501"),
    ("COMMENT ON TABLE {} IS 'x'", "42501"),
    ("GRANT SELECT ON {} TO public", "42501"),
    ("REFRESH MATERIALIZED VIEW {}", "42501"),
    ("COPY {} FROM STDIN", "42501"),
    ("LOCK TABLE {}", "42501"),
    ("BEGIN; LOCK TABLE {} IN ACCESS SHARE MODE", "42P01"),
    ("ANALYZE {}", "42501"),
    ("VACUUM {}", "42501"),
];

const FUNCTIONS: Forms = &[
    ("SELECT {}()", "42883"),
    ("SELECT crm.{}()", "42883"),
    ("SELECT \"{}\"()", "42883"),
    ("SELECT {}('x')", "42883"),
    ("SELECT crm.{}(VARIADIC ARRAY[1])", "42883"),
    ("SELECT {}(a => 1)", "42883"),
    ("SELECT {}(*)", "42883"),
    ("SELECT {}(DISTINCT id) FROM customers", "42883"),
    ("SELECT {}(id) OVER () FROM customers", "42883"),
    ("SELECT {}(id) FILTER (WHERE true) FROM customers", "42883"),
    ("SELECT {}(customers) FROM customers", "42883"),
    ("SELECT * FROM {}()", "42883"),
    ("SELECT * FROM crm.{}() AS f (a)", "42883"),
    ("SELECT * FROM ROWS FROM ({}(), generate_series(1, 2))", "42883"),
    ("SELECT * FROM customers, LATERAL {}()", "42883"),
    ("SELECT 1 FROM customers WHERE {}() = 1", "42883"),
    ("SELECT 1 FROM customers ORDER BY crm.{}()", "42883"),
    ("EXPLAIN SELECT {}()", "42883"),
    ("COPY (SELECT {}()) TO STDOUT", "42883"),
    ("PREPARE p AS SELECT crm.{}()", "42883"),
    ("SELECT '{}'::regproc", "42883"),
    ("SELECT 'crm.{}'::regproc", "42883"),
    ("SELECT '{}()'::regprocedure", "42883"),
    ("SELECT 'crm.{}()'::regprocedure::oid", "42883"),
    ("SELECT to_regproc('crm.{}')", ""),
    ("SELECT to_regprocedure('crm.{}()')", ""),
    ("SELECT has_function_privilege('crm.{}()', 'EXECUTE')", "42883"),
    ("SELECT has_function_privilege('jane', 'crm.{}()', 'EXECUTE')", "42883"),
    ("SELECT count(*) FROM pg_proc WHERE proname = '{}'", ""),
    ("SELECT count(*) FROM information_schema.routines WHERE routine_name = '{}'", ""),
    ("CALL {}()", "42501"),
    ("DROP FUNCTION {}()", "42501"),
];

const TYPES: Forms = &[
    ("SELECT 'a'::{}", "42704"),
    ("SELECT 'a'::crm.{}", "42704"),
    ("SELECT CAST('a' AS {})", "42704"),
    ("SELECT NULL::{}[]", "42704"),
    ("SELECT NULL::crm.{}(3)", "42704"),
    ("SELECT crm.{} 'a'", "42704"),
    ("SELECT {}('a')", "42883"),
    ("SELECT '{}'::regtype", "42704"),
    ("SELECT 'crm.{}[]'::regtype", "42704"),
    ("SELECT enum_range(NULL::{})", "42704"),
    ("SELECT * FROM json_to_record('{\"a\": 1}') AS x (a {})", "42704"),
    ("SELECT * FROM ROWS FROM (json_to_record('{\"a\": 1}') AS (a crm.{})) AS r", "42704"),
    ("SELECT * FROM XMLTABLE ('/a' PASSING '<a/>' COLUMNS x {})", "42704"),
    ("PREPARE p ({}) AS SELECT $1", "42704"),
    ("SELECT to_regtype('crm.{}')", ""),
    ("SELECT has_type_privilege('crm.{}', 'USAGE')", "42704"),
    ("SELECT has_type_privilege('jane', 'crm.{}', 'USAGE')", "42704"),
    ("SELECT format_type(to_regtype('crm.{}'), -1)", ""),
    ("SELECT to_regtype('crm.{}(3)')", ""),
    ("SELECT to_regtype('crm.{} (3) [ ]')", ""),
    ("SELECT to_regtype('crm.{}(''3'')'), to_regtype('crm.{}(a)'), to_regtype('crm.{}/*\"*/(3)/*\"*/')", ""),
    ("SELECT 'crm.{}(3)'::regtype", "42704"),
    ("SELECT has_type_privilege('crm.{}(3)', 'USAGE')", "42704"),
    ("SELECT to_regprocedure('abs(crm.{})')", ""),
    ("SELECT to_regprocedure('pg_catalog.\"abs\" ( int , crm.\"{}\"[] ) ')", ""),
    ("SELECT to_regprocedure('lower(numeric(10,2), crm.{}(3))')", ""),
    ("SELECT to_regprocedure(given) FROM (VALUES ('abs(crm.{})')) AS v (given)", ""),
    ("SELECT 'abs(crm.{})'::regprocedure", "42704"),
    ("SELECT 'nothing(crm.{})'::regprocedure::oid", "42704"),
    ("SELECT has_function_privilege('abs(crm.{})', 'EXECUTE')", "42704"),
    ("SELECT has_function_privilege('jane', 'abs(crm.{})', 'EXECUTE')", "42704"),
    ("SELECT to_regoperator('+(crm.{},int)')", ""),
    ("SELECT to_regoperator('-(NONE,crm.{})')", ""),
    ("SELECT '+(crm.{},int)'::regoperator", "42704"),
    ("SELECT count(*) FROM pg_type WHERE typname = '{}'", ""),
    ("SELECT count(*) FROM pg_enum WHERE enumtypid = to_regtype('crm.{}')", ""),
    ("DROP TYPE {}", "42501"),
];

const SCHEMAS: Forms = &[
    ("SELECT * FROM {}.customers", "42P01"),
    ("SELECT {}.lower('x')", "3F000"),
    ("SELECT 'x'::{}.mood", "3F000"),
    ("SELECT '{}'::regnamespace", "3F000"),
    ("SELECT '{}.customers'::regclass", "3F000"),
    ("SELECT has_schema_privilege('{}', 'USAGE')", "3F000"),
    ("SELECT has_schema_privilege('nobody', '{}', 'USAGE')", "42704"),
    ("SELECT has_table_privilege('{}.customers', 'SELECT')", "3F000"),
    ("SELECT to_regnamespace('{}')", ""),
    ("SELECT count(*) FROM pg_namespace WHERE nspname = '{}'", ""),
    ("SELECT count(*) FROM information_schema.schemata WHERE schema_name = '{}'", ""),
    ("SELECT pg_relation_size('{}.customers')", "3F000"),
    ("COPY {}.customers TO STDOUT", "3F000"),
    ("SET search_path = {}; TABLE customers", "42P01"),
];

/// What the contract names otherwise: the warehouse's own name of a column, and of a relation.
const RENAMED_COLUMNS: Forms = &[
    ("SELECT {} FROM clients", "42703"),
    ("SELECT c.{} FROM crm.clients AS c", "42703"),
    ("SELECT (clients).{} FROM clients", "42703"),
    ("COPY clients ({}) TO STDOUT", "42703"),
    ("SELECT to_jsonb(clients) ->> '{}' FROM clients", ""),
    ("SELECT has_column_privilege('clients', '{}', 'SELECT')", "42703"),
    ("SELECT count(*) FROM pg_attribute WHERE attname = '{}'", ""),
];

/// Of what is hidden and what nothing has: names of the same length, so that places agree.
const PAIRS: &[(Forms, &str, &str)] = &[
    (COLUMNS, "ssn", "sxn"),
    (RELATIONS, "vault", "vaulx"),
    (RELATIONS, "kunden_raw", "kunden_rax"),
    (FUNCTIONS, "peek", "peex"),
    (FUNCTIONS, "hidden_word", "hidden_worx"),
    (TYPES, "vault_kind", "vault_kinx"),
    (SCHEMAS, "public", "publix"),
    (RENAMED_COLUMNS, "kunde_nr", "kunde_nx"),
    (RENAMED_COLUMNS, "canary_note", "canary_notx"),
];

/// Everything that comes back, in order, with the missing name in the place of the hidden one and without references; and the SQLSTATE of the first error.
fn heard(client: &mut Speaker, script: &[Say], hidden: &str, missing: &str) -> (Vec<String>, String) {
    let messages = client.exchange(script);
    let mut code = String::new();
    let mut lines = Vec::new();
    for (tag, body) in &messages {
        let text = String::from_utf8_lossy(body).replace(hidden, missing);
        if *tag == b'E' && code.is_empty() {
            code = text.split('\0').find_map(|field| field.strip_prefix('C')).unwrap_or_default().to_owned();
        }
        let mut told = text.as_str();
        let mut line = char::from(*tag).to_string();
        // An identifier of 36 characters, another for each statement.
        while let Some((before, after)) = told.split_once("Reference ") {
            line.push_str(before);
            line.push_str("Reference");
            told = &after[36..];
        }
        line.push_str(told);
        lines.push(line);
    }
    (lines, code)
}

#[test]
fn every_form_reads_alike_with_a_hidden_name_and_with_a_missing_one() {
    let gate = Gate::start(1_000_000);
    let mut client = Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis")]);
    let (mut count, mut differ) = (0, Vec::new());
    // Since 16, a cast says of a name in a schema that is missing what it says of others.
    let tells_object = gate.server.sql(&gate.database, "SHOW server_version_num").parse::<u32>().unwrap() >= 160_000;
    for (forms, hidden, missing) in PAIRS {
        for (form, code) in *forms {
            let is_cast = form.contains("'{}.customers'") && !form.contains("has_");
            let code = if tells_object && is_cast { &"42P01" } else { code };
            let simple = |name: &str| {
                let text: &'static str = form.replace("{}", name).leak();
                vec![Say::Query(text), Say::Query("ROLLBACK"), Say::Query("DEALLOCATE ALL"), Say::Query("RESET search_path")]
            };
            let extended = |name: &str| {
                let text: &'static str = form.replace("{}", name).leak();
                let bind = Say::Bind { portal: "", statement: "", values: &[], binary: false };
                vec![Say::Parse("", text), Say::DescribeStatement(""), bind, Say::Execute("", 0), Say::Sync]
            };
            // Several statements are no prepared statement.
            let both: [Script<'_>; 2] = [&simple, &extended];
            for script in &both[..if form.contains(';') || form.starts_with("PREPARE") { 1 } else { 2 }] {
                let (of_hidden, found) = heard(&mut client, &script(hidden), hidden, missing);
                let (of_missing, _) = heard(&mut client, &script(missing), hidden, missing);
                if of_hidden != of_missing || found != *code {
                    differ.push(format!("{form}: {hidden}, {code}\n  {of_hidden:?}\n  {of_missing:?}"));
                }
                count += 1;
            }
        }
    }
    assert!(differ.is_empty(), "{} of {count}\n{}", differ.len(), differ.join("\n"));
    assert!(count > 500, "{count}");
}

/// SQLSTATE and position of the first error.
fn told(speaker: &mut Speaker, text: &'static str) -> (String, Option<String>) {
    let messages = speaker.exchange(&[Say::Query(text), Say::Query("ROLLBACK"), Say::Query("DEALLOCATE ALL")]);
    let Some((_, body)) = messages.iter().find(|(tag, _)| *tag == b'E') else { return Default::default() };
    let field = |letter: u8| {
        let found = body[..].split(|byte| *byte == 0).find(|field| field.first() == Some(&letter));
        found.map(|field| String::from_utf8_lossy(&field[1..]).into_owned())
    };
    (field(b'C').unwrap_or_default(), field(b'P'))
}

#[test]
fn what_is_missing_is_missing_where_the_warehouse_misses_it() {
    let gate = Gate::start(1_000_000);
    let mut client = Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis")]);
    let database = [("database", gate.database.as_str()), ("options", "-c search_path=crm")];
    let mut direct = Speaker::log_in(gate.server.port, "postgres", "", &database);
    let (mut count, mut differ) = (0, Vec::new());
    for (forms, _, missing) in PAIRS {
        let is_missing = |code: &str| matches!(code, "42703" | "42P01" | "42883" | "42704" | "3F000");
        // The database, the person and a relation have other names there, and EXECUTE takes no query.
        let is_alike = |form: &str| !["analysis.", "jane", "EXECUTE", "clients"].iter().any(|word| form.contains(word));
        for (form, _) in forms.iter().filter(|(form, code)| is_missing(code) && is_alike(form)) {
            let text: &'static str = form.replace("{}", missing).leak();
            let (expected, found) = (told(&mut direct, text), told(&mut client, text));
            // A constant that names an object has no place here.
            let is_constant = found.1.is_none() && text.contains('\'');
            if expected.0 != found.0 || expected.1 != found.1 && !is_constant {
                differ.push(format!("{text}\n  direct {expected:?}\n  gate   {found:?}"));
            }
            count += 1;
        }
    }
    assert!(differ.is_empty(), "{} of {count}\n{}", differ.len(), differ.join("\n"));
    assert!(count > 200, "{count}");
}
