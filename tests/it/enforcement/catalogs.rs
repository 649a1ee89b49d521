//! The system relations, read side by side: what is the server's own reads as any role reads it there, and of the rest what shows.

use super::world::{Plan, Shown};

const SETUP: &str = r#"
    CREATE DOMAIN crm.address AS varchar(40) NOT NULL;
    CREATE DOMAIN crm.tags AS text[];
    CREATE TYPE crm.mood AS ENUM ('sad', 'glad');
    CREATE TYPE crm.place AS (street text COLLATE "C", mail crm.address, numbers int[], amount numeric(8,2), since timestamptz(3));
    CREATE TABLE crm.people (id int PRIMARY KEY, moods crm.mood[], home crm.place, tags crm.tags, mail crm.address, words text[] COLLATE "C");
    CREATE VIEW crm.names AS SELECT id, words FROM crm.people;
    CREATE MATERIALIZED VIEW crm.counted AS SELECT id FROM crm.people;
    CREATE TYPE crm.canary_place AS (canary text[]);
    CREATE DOMAIN crm.canary_tags AS text[] DEFAULT '{CANARY}';
    CREATE TABLE crm.canaries (id crm.canary_place, tags crm.canary_tags[]);
    CREATE TABLE public.greetings (id int);
    COMMENT ON SCHEMA crm IS 'CANARY'; COMMENT ON SCHEMA public IS 'CANARY';
    GRANT USAGE ON SCHEMA crm TO pg_signal_backend;
    GRANT SELECT ON crm.people, crm.names, public.greetings TO pg_signal_backend;"#;

const SHOWN: [Shown; 4] = [
    Shown::new("public.greetings", &["id"]),
    Shown::new("crm.people", &["id", "moods", "home", "tags", "mail", "words"]),
    Shown::new("crm.names", &["id", "words"]),
    Shown::new("crm.counted", &["id"]),
];

#[test]
fn system_relations_read_as_they_do_there() {
    Plan::new(SETUP, &SHOWN).each_inline(|world| {
        let mut differ = Vec::new();
        for sql in [
            "SELECT udt_schema, udt_name, attribute_name, ordinal_position, attribute_default, is_nullable, data_type, character_maximum_length, \
             character_octet_length, collation_schema, collation_name, numeric_precision, numeric_precision_radix, numeric_scale, datetime_precision, \
             interval_type, attribute_udt_schema, attribute_udt_name, dtd_identifier, is_derived_reference_attribute FROM information_schema.attributes",
            "SELECT domain_schema, domain_name, data_type, character_maximum_length, character_octet_length, collation_schema, collation_name, \
             numeric_precision, numeric_precision_radix, numeric_scale, datetime_precision, interval_type, domain_default, udt_schema, udt_name, \
             dtd_identifier FROM information_schema.domains",
            "SELECT object_schema, object_name, object_type, collection_type_identifier, data_type, collation_schema, collation_name, udt_schema, \
             udt_name, dtd_identifier FROM information_schema.element_types WHERE object_type <> 'ROUTINE'",
            "SELECT user_defined_type_schema, user_defined_type_name, user_defined_type_category, is_instantiable, is_final, data_type \
             FROM information_schema.user_defined_types",
            "SELECT table_schema, table_name, table_type, is_typed FROM information_schema.tables WHERE table_schema <> 'postern'",
            "SELECT table_schema, table_name, check_option, is_trigger_updatable FROM information_schema.views",
            "SELECT table_schema, table_name, column_name, ordinal_position, is_nullable, data_type, udt_schema, udt_name FROM information_schema.columns \
             WHERE table_schema <> 'postern'",
            "SELECT table_schema, table_name, privilege_type FROM information_schema.role_table_grants WHERE table_schema = 'crm' AND privilege_type = 'SELECT'",
            "SELECT oid, relname, relhasindex, reltablespace, reloptions FROM pg_class WHERE oid < 16384",
            "SELECT attrelid, attname, attstattarget FROM pg_attribute WHERE attrelid < 16384",
            "SELECT schemaname, tablename, indexname, tablespace, indexdef FROM pg_indexes",
            "SELECT schemaname, tablename, tablespace, hasindexes FROM pg_tables WHERE schemaname IN ('pg_catalog', 'information_schema')",
            "SELECT groname, grosysid FROM pg_group WHERE grosysid < 16384",
            "SELECT specific_schema, specific_name, routine_schema, routine_name, routine_type, data_type, type_udt_schema, type_udt_name, dtd_identifier, \
             routine_body, routine_definition, external_name, external_language, parameter_style, is_deterministic, sql_data_access, is_null_call, \
             schema_level_routine, max_dynamic_result_sets, security_type, as_locator, created, is_udt_dependent FROM information_schema.routines \
             WHERE routine_schema IN ('pg_catalog', 'information_schema')",
            "SELECT specific_schema, specific_name, ordinal_position, parameter_mode, is_result, as_locator, parameter_name, data_type, udt_schema, udt_name, \
             dtd_identifier FROM information_schema.parameters WHERE specific_schema IN ('pg_catalog', 'information_schema')",
            "SELECT grantor, grantee, specific_schema, specific_name, routine_name, privilege_type, is_grantable FROM information_schema.routine_privileges \
             WHERE routine_schema IN ('pg_catalog', 'information_schema') AND grantee = 'PUBLIC'",
            "SELECT constraint_schema, constraint_name, domain_schema, domain_name, is_deferrable, initially_deferred FROM information_schema.domain_constraints",
            "SELECT routine_schema, routine_name FROM information_schema.role_routine_grants WHERE routine_schema IN ('pg_catalog', 'information_schema') \
             AND grantee <> 'pg_signal_backend' AND grantor <> 'postgres'",
            "SELECT objoid, description FROM pg_description WHERE classoid = 'pg_namespace'::regclass",
        ] {
            let sorted = |said: String| {
                let mut lines: Vec<String> = said.lines().filter(|line| !line.to_lowercase().contains("canar") && *line != "SET").map(str::to_owned).collect();
                lines.sort();
                lines
            };
            let here = world.ask(sql);
            let there = world.direct(&format!("SET ROLE pg_signal_backend; {sql}"));
            if here.to_lowercase().contains("canar") || sorted(here.clone()) != sorted(there.clone()) {
                differ.push(format!("{sql}\n{here}\n---\n{there}"));
            }
        }
        assert!(differ.is_empty(), "PostgreSQL {}: {} of them\n{}", world.major(), differ.len(), differ.join("\n\n"));
    });
}

#[test]
fn functions_over_catalogs_answer_as_they_do_there() {
    Plan::new(SETUP, &SHOWN).each_inline(|world| {
        for sql in [
            // What a column is under its domain, as PostgREST and others ask.
            "SELECT c.relname, a.attname, information_schema._pg_truetypid(a.*, t.*), information_schema._pg_truetypmod(a, t), \
             information_schema._pg_char_max_length(information_schema._pg_truetypid(a.*, t.*), information_schema._pg_truetypmod(a.*, t.*)), \
             information_schema._pg_char_octet_length(information_schema._pg_truetypid(a, t.*), information_schema._pg_truetypmod(a.*, t)), \
             information_schema._pg_numeric_precision(atttypid, atttypmod), information_schema._pg_numeric_precision_radix(atttypid, atttypmod), \
             information_schema._pg_numeric_scale(atttypid, atttypmod), information_schema._pg_datetime_precision(atttypid, atttypmod), \
             information_schema._pg_interval_type(atttypid, atttypmod) \
             FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid JOIN pg_class AS c ON c.oid = a.attrelid \
             WHERE a.attnum > 0 AND c.relname IN ('people', 'place', 'names', 'pg_class') ORDER BY c.relname, a.attnum",
            "SELECT count(information_schema._pg_truetypid(a.*, t.*)), count(*) FROM pg_attribute AS a \
             LEFT JOIN pg_type AS t ON t.typtype = 'no' WHERE a.attrelid = 'pg_class'::regclass",
            // Extensions that could be made are none; their columns are there.
            "SELECT pg_typeof(e.name), pg_typeof(default_version), pg_typeof(e.comment), e.* FROM (SELECT) AS one \
             LEFT JOIN pg_available_extensions() AS e ON e.name = '-'",
            "SELECT pg_typeof(n), pg_typeof(v.version), pg_typeof(superuser), pg_typeof(trusted), pg_typeof(relocatable), pg_typeof(schema), \
             pg_typeof(requires), pg_typeof(comment), pg_typeof(v.ordinality), v.* FROM (SELECT) AS one \
             LEFT JOIN pg_available_extension_versions() WITH ORDINALITY AS v (n) ON n = '-'",
            "SELECT pg_available_extensions.name, pg_available_extensions IS NULL FROM (SELECT) AS one LEFT JOIN pg_available_extensions() ON name = '-'",
            "SELECT d FROM ROWS FROM (pg_available_extensions(), generate_series(1, 5)) AS r (a, b, c, d) WHERE d IS NOT NULL ORDER BY d",
            "SELECT e.name, n.nspname, e.installed_version FROM pg_available_extensions AS e LEFT JOIN (pg_extension AS x JOIN pg_namespace AS n \
             ON n.oid = x.extnamespace) ON x.extname = e.name WHERE e.name = '-'",
        ] {
            let (here, there) = (world.ask(sql), world.direct(sql));
            assert_eq!(here, there, "PostgreSQL {}: {sql}", world.major());
        }
        assert_eq!(world.ask("SELECT count(*) FROM pg_available_extensions(), pg_available_extension_versions()"), "0");
    });
}
