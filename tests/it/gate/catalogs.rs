//! The catalogs through the gate: every system relation and every function over objects, asked for what is hidden.

use postern::catalog::functions::{self, Verdict};
use postern::catalog::system::{self, SystemClass};

use super::running::Gate;

/// Hidden objects of every sort, each with a name, a text or a value that says SEKRET.
const HIDDEN: &str = r#"
CREATE SCHEMA sekret_schema;
CREATE TYPE sekret_schema.sekret_enum AS ENUM ('sekret_label');
CREATE TYPE sekret_schema.sekret_row AS (sekret_field int);
CREATE DOMAIN sekret_schema.sekret_domain AS text DEFAULT 'sekret_default' CONSTRAINT sekret_check CHECK (VALUE <> 'sekret');
CREATE TYPE sekret_schema.sekret_range AS RANGE (subtype = numeric);
CREATE SEQUENCE sekret_schema.sekret_sequence;
CREATE FUNCTION sekret_schema.sekret_function(sekret_argument text DEFAULT 'sekret') RETURNS text LANGUAGE sql STABLE AS $$SELECT 'sekret'$$;
CREATE FUNCTION sekret_schema.sekret_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE PROCEDURE sekret_schema.sekret_procedure() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE sekret_schema.sekret_aggregate(numeric) (SFUNC = numeric_add, STYPE = numeric);
CREATE OPERATOR sekret_schema.@@@@ (LEFTARG = text, RIGHTARG = text, FUNCTION = textcat);
CREATE TABLE sekret_schema.sekret_table (sekret_key int PRIMARY KEY, sekret_column text DEFAULT 'sekret', kind sekret_schema.sekret_enum,
  doubled text GENERATED ALWAYS AS ('sekret') STORED, CONSTRAINT sekret_not CHECK (sekret_column <> 'sekret'));
CREATE INDEX sekret_index ON sekret_schema.sekret_table (lower(sekret_column)) WHERE sekret_column <> 'sekret';
CREATE STATISTICS sekret_schema.sekret_statistics ON sekret_key, sekret_column FROM sekret_schema.sekret_table;
INSERT INTO sekret_schema.sekret_table (sekret_key, sekret_column) SELECT n, 'sekret_value' FROM generate_series(1, 50) AS n;
CREATE TRIGGER sekret_fires BEFORE INSERT ON crm.customers FOR EACH ROW EXECUTE FUNCTION sekret_schema.sekret_trigger();
CREATE RULE sekret_rule AS ON UPDATE TO crm.customers DO ALSO NOTHING;
CREATE POLICY sekret_policy ON crm.customers USING (ssn <> 'sekret');
CREATE VIEW crm.sekret_view AS SELECT ssn AS sekret_ssn FROM crm.customers;
CREATE MATERIALIZED VIEW crm.sekret_matview AS SELECT ssn FROM crm.customers;
ALTER TABLE crm.customers ADD COLUMN sekret_hidden text DEFAULT 'sekret';
ALTER TABLE crm.customers ADD CONSTRAINT sekret_constraint CHECK (ssn <> 'sekret');
CREATE INDEX sekret_on_shown ON crm.customers (ssn);
CREATE INDEX sekret_by_expression ON crm.customers ((email || 'sekret'));
CREATE TABLE crm.sekret_child () INHERITS (crm.customers);
CREATE TABLE crm.sekret_refers (id int REFERENCES crm.customers (id));
COMMENT ON TABLE crm.customers IS 'sekret comment'; COMMENT ON COLUMN crm.customers.email IS 'sekret comment';
COMMENT ON SCHEMA crm IS 'sekret comment'; COMMENT ON DATABASE @DATABASE@ IS 'sekret comment'; COMMENT ON ROLE postern_svc IS 'sekret comment';
CREATE PUBLICATION sekret_publication FOR TABLE crm.customers;
CREATE FOREIGN DATA WRAPPER sekret_wrapper OPTIONS (sekret 'sekret'); CREATE SERVER sekret_server FOREIGN DATA WRAPPER sekret_wrapper OPTIONS (password 'sekret');
CREATE USER MAPPING FOR PUBLIC SERVER sekret_server OPTIONS (password 'sekret');
CREATE FOREIGN TABLE sekret_schema.sekret_foreign (sekret int) SERVER sekret_server OPTIONS (sekret 'sekret');
CREATE COLLATION sekret_schema.sekret_collation FROM "C";
CREATE TEXT SEARCH CONFIGURATION sekret_schema.sekret_search (COPY = pg_catalog.simple);
CREATE TEXT SEARCH DICTIONARY sekret_schema.sekret_dictionary (TEMPLATE = simple);
CREATE CONVERSION sekret_schema.sekret_conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE ACCESS METHOD sekret_method TYPE INDEX HANDLER bthandler;
CREATE CAST (sekret_schema.sekret_row AS text) WITH INOUT;
ALTER DATABASE @DATABASE@ SET sekret.setting = 'sekret'; ALTER DATABASE @DATABASE@ SET search_path = sekret_schema, crm;
DO $$ BEGIN CREATE ROLE sekret_role; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT sekret_role TO postern_svc; GRANT pg_monitor, pg_read_all_settings TO postern_svc; GRANT SELECT (email) ON crm.customers TO sekret_role;
GRANT ALL ON SCHEMA sekret_schema TO postern_svc; GRANT SELECT ON ALL TABLES IN SCHEMA sekret_schema, crm TO postern_svc;
ALTER DEFAULT PRIVILEGES IN SCHEMA crm GRANT SELECT ON TABLES TO sekret_role;
SELECT lo_from_bytea(0, 'sekret'); ANALYZE;
"#;

/// Whether a text speaks of something hidden.
fn leaks(said: &str) -> bool {
    let said = said.to_lowercase();
    said.contains("sekret") || said.contains("canary-")
}

#[test]
fn no_system_relation_shows_what_is_hidden() {
    let gate = Gate::start(10_000_000);
    gate.server.sql(&gate.database, &HIDDEN.replace("@DATABASE@", &gate.database));
    let exists =
        "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid < 16384";
    let live = gate.server.sql(&gate.database, exists);
    let live: Vec<&str> = live.lines().collect();
    let mut shown = 0;
    for relation in system::all().filter(|relation| live.contains(&format!("{}.{}", relation.schema, relation.name).as_str())) {
        let name = format!("{}.{}", relation.schema, relation.name);
        let rows = gate.psql(&[&format!("SELECT * FROM {name} AS t")]);
        assert!(!leaks(&rows), "{name}: {}", rows.lines().find(|line| leaks(line)).unwrap());
        match relation.class {
            SystemClass::Denied(_) => assert!(rows.contains(&format!("relation \"{name}\" does not exist")), "{name}: {rows}"),
            SystemClass::Empty => assert_eq!(rows, "", "{name}"),
            SystemClass::Filtered => {
                assert!(!rows.contains("ERROR:  "), "{name}: {rows}");
                shown += usize::from(!rows.is_empty());
            }
        }
    }
    assert!(shown > 50, "{shown}");
}

/// Arguments of that type that mean a hidden object; none when no function over objects takes the type.
fn arguments(type_name: &str, oids: &[String]) -> Vec<String> {
    let names = [
        "sekret_schema.sekret_table",
        "crm.vault",
        "crm.customers",
        "sekret_schema.sekret_function",
        "sekret_schema.sekret_enum",
        "sekret_schema",
    ];
    match type_name {
        "oid" => oids.to_vec(),
        "regclass" | "regtype" | "regnamespace" | "regproc" | "regrole" | "regprocedure" => {
            let names = names.iter().map(|name| format!("'{name}'"));
            oids.iter().cloned().chain(names).collect()
        }
        "name" | "text" => names
            .iter()
            .map(|name| format!("'{name}'"))
            .chain(["'sekret_function'".into(), "'SELECT'".into(), "'pg_class'".into()])
            .collect(),
        "integer" | "bigint" | "smallint" => vec!["1".to_owned(), "2".to_owned()],
        "boolean" => vec!["true".to_owned()],
        "name[]" | "text[]" => vec!["'{sekret_schema}'".to_owned()],
        "\"char\"" => vec!["'r'".to_owned()],
        "oidvector" => vec![format!("'{}'", oids.join(" "))],
        _ => Vec::new(),
    }
}

/// The most calls of one signature; of more combinations every n-th.
const CALLS: usize = 40;

/// Combinations of one argument for each type.
fn calls(name: &str, types: &[&str], oids: &[String]) -> Vec<String> {
    let mut lists = vec![String::new()];
    for type_name in types {
        let values = arguments(type_name, oids);
        lists = lists
            .iter()
            .flat_map(|list| {
                values.iter().map(move |value| if list.is_empty() { value.clone() } else { format!("{list}, {value}") })
            })
            .collect();
    }
    let step = lists.len().div_ceil(CALLS).max(1);
    // An odd step meets all values of every argument.
    lists.iter().step_by(step | 1).map(|list| format!("SELECT {name}({list})::text")).collect()
}

#[test]
fn no_function_over_objects_tells_of_what_is_hidden() {
    let gate = Gate::start(10_000_000);
    gate.server.sql(&gate.database, &HIDDEN.replace("@DATABASE@", &gate.database));
    let oids = gate.server.sql(
        &gate.database,
        "SELECT 'sekret_schema.sekret_table'::regclass::oid UNION ALL SELECT 'crm.customers'::regclass::oid UNION ALL SELECT 'crm.sekret_view'::regclass::oid
         UNION ALL SELECT 'crm.sekret_on_shown'::regclass::oid UNION ALL SELECT 'crm.sekret_by_expression'::regclass::oid UNION ALL SELECT 'sekret_schema.sekret_sequence'::regclass::oid
         UNION ALL SELECT 'sekret_schema.sekret_function'::regproc::oid UNION ALL SELECT 'sekret_schema.sekret_enum'::regtype::oid UNION ALL SELECT 'sekret_schema.sekret_domain'::regtype::oid
         UNION ALL SELECT 'sekret_schema'::regnamespace::oid UNION ALL SELECT 'sekret_role'::regrole::oid UNION ALL SELECT oid FROM pg_trigger WHERE tgname = 'sekret_fires'
         UNION ALL SELECT oid FROM pg_rewrite WHERE rulename = 'sekret_rule' UNION ALL SELECT oid FROM pg_constraint WHERE conname IN ('sekret_not', 'sekret_constraint')
         UNION ALL SELECT oid FROM pg_constraint WHERE conrelid = 'crm.sekret_refers'::regclass UNION ALL SELECT oid FROM pg_attrdef WHERE adrelid = 'sekret_schema.sekret_table'::regclass
         UNION ALL SELECT oid FROM pg_statistic_ext WHERE stxname = 'sekret_statistics' UNION ALL SELECT oid FROM pg_collation WHERE collname = 'sekret_collation'
         UNION ALL SELECT oid FROM pg_ts_config WHERE cfgname = 'sekret_search' UNION ALL SELECT oid FROM pg_database WHERE datname = current_database()",
    );
    let oids: Vec<String> = oids.lines().map(str::to_owned).collect();
    assert!(oids.len() >= 20, "{oids:?}");
    let named = ["oid", "reg"];
    let mut asked = 0;
    for function in functions::all() {
        for overload in &function.overloads {
            let over_objects = overload.arguments.iter().any(|argument| named.iter().any(|prefix| argument.starts_with(prefix)))
                || matches!(overload.verdict, Verdict::Filtered(_));
            // What gives its own argument back.
            let echoes = matches!(function.name, "nameconcatoid" | "pg_options_to_table" | "current_setting" | "set_config");
            if !over_objects || echoes || overload.arguments.len() > 3 || matches!(overload.verdict, Verdict::Deny(_)) {
                continue;
            }
            let calls = calls(function.name, &overload.arguments, &oids);
            let (by_name, by_oid): (Vec<&str>, Vec<&str>) = calls.iter().map(String::as_str).partition(|call| leaks(call));
            for texts in by_name.chunks(400).chain(by_oid.chunks(400)) {
                let texts: Vec<&str> = std::iter::once("\\set VERBOSITY terse").chain(texts.iter().copied()).collect();
                let said = gate.psql(&texts);
                // An error may quote the name that the client wrote itself.
                let typed = texts.last().is_some_and(|call| leaks(call));
                let leak = said.lines().find(|line| leaks(line) && !(typed && line.starts_with("ERROR:  ")));
                assert_eq!(leak, None, "{}({})", function.name, overload.arguments.join(", "));
                asked += texts.len() - 1;
            }
        }
    }
    assert!(asked > 2000, "{asked}");
}
