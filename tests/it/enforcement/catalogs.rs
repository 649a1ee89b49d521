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

/// Partitions: some that are exposed whole, and others whose key, bounds or names tell what is hidden.
const PARTITIONS: &str = r#"
    CREATE TYPE crm.kind AS (name text, size int);
    CREATE FUNCTION crm.canary_key(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
    CREATE OPERATOR CLASS crm.canary_class FOR TYPE int USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(int), FUNCTION 2 hashint4extended(int, bigint);
    CREATE TABLE crm.visits (id int, day date, place text) PARTITION BY RANGE (day);
    CREATE TABLE crm.visits_24 PARTITION OF crm.visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST (place);
    CREATE TABLE crm.visits_24_a PARTITION OF crm.visits_24 FOR VALUES IN ('a') WITH (fillfactor = 70);
    CREATE TABLE crm.visits_24_rest PARTITION OF crm.visits_24 DEFAULT;
    CREATE INDEX visits_by_day ON crm.visits (day);
    CREATE TABLE crm.lowered (id int, place text) PARTITION BY LIST (lower(place));
    CREATE TABLE crm.lowered_a PARTITION OF crm.lowered FOR VALUES IN ('a');
    CREATE TABLE crm.lists (id int, place text) PARTITION BY LIST (place);
    CREATE TABLE crm.lists_a PARTITION OF crm.lists FOR VALUES IN ('a');
    CREATE TABLE crm.lists_masked PARTITION OF crm.lists FOR VALUES IN ('CANARY mask');
    CREATE TABLE crm.lists_filtered PARTITION OF crm.lists FOR VALUES IN ('CANARY filter');
    CREATE TABLE crm.lists_canary PARTITION OF crm.lists FOR VALUES IN ('CANARY hidden');
    CREATE TABLE crm.lists_rest PARTITION OF crm.lists DEFAULT;
    CREATE INDEX lists_by_place ON crm.lists (place);
    CREATE TABLE crm.keyless (id int, canary_key text) PARTITION BY LIST (canary_key);
    CREATE TABLE crm.keyless_a PARTITION OF crm.keyless FOR VALUES IN ('CANARY key');
    CREATE INDEX keyless_by_id ON crm.keyless (id);
    CREATE TABLE crm.classed (id int) PARTITION BY HASH (id crm.canary_class);
    CREATE TABLE crm.classed_0 PARTITION OF crm.classed FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    CREATE TABLE crm.computed (id int, place text) PARTITION BY LIST (crm.canary_key(place));
    CREATE TABLE crm.computed_a PARTITION OF crm.computed FOR VALUES IN ('a');
    CREATE TABLE crm.kinds OF crm.kind (PRIMARY KEY (size)) WITH (fillfactor = 60);
    CREATE TABLE crm.samples (one crm.kind);
    CREATE TABLE crm.spans (during tsrange, EXCLUDE USING gist (during WITH &&));"#;

const PARTITIONS_SHOWN: [Shown; 20] = [
    Shown::new("crm.visits", &["id", "day", "place"]),
    Shown::new("crm.visits_24", &["id", "day", "place"]),
    Shown::new("crm.visits_24_a", &["id", "day", "place"]),
    Shown::new("crm.visits_24_rest", &["id", "day", "place"]),
    Shown::new("crm.lowered", &["id", "place"]),
    Shown::new("crm.lowered_a", &["id", "place"]),
    Shown::new("crm.lists", &["id", "place"]),
    Shown::new("crm.lists_a", &["id", "place"]),
    Shown::new("crm.lists_masked", &["id", "place"]).masks(&[("place", "{name: redact}")]),
    Shown::new("crm.lists_filtered", &["id", "place"]).filter("id < 3"),
    Shown::new("crm.lists_rest", &["id", "place"]),
    Shown::new("crm.keyless", &["id"]),
    Shown::new("crm.keyless_a", &["id"]),
    Shown::new("crm.classed", &["id"]),
    Shown::new("crm.classed_0", &["id"]),
    Shown::new("crm.computed", &["id", "place"]),
    Shown::new("crm.computed_a", &["id", "place"]),
    Shown::new("crm.kinds", &["name", "size"]),
    Shown::new("crm.samples", &["one"]),
    Shown::new("crm.spans", &["during"]),
];

#[test]
fn partitions_show_whole_or_as_tables_like_others() {
    Plan::new(PARTITIONS, &PARTITIONS_SHOWN).each(|world| {
        let partitioning = |names: &str| {
            format!(
                "SELECT c.relname, relkind, relispartition, pg_get_expr(relpartbound, c.oid), pg_get_partkeydef(c.oid), \
                 pg_get_partition_constraintdef(c.oid), partstrat, pg_get_expr(partexprs, partrelid), c.reloptions FROM pg_class c \
                 LEFT JOIN pg_partitioned_table ON partrelid = c.oid WHERE c.relname ~ '^({names})' ORDER BY 1"
            )
        };
        let whole = partitioning("visits|lowered");
        let said = world.ask(&whole);
        assert_eq!(said, world.direct(&whole), "PostgreSQL {}", world.major());
        assert!(said.contains("FOR VALUES IN ('a')") && said.contains("LIST (lower(place))") && said.contains("visits_by_day|I"), "{said}");
        // Of the others no bound, no key and no name of a class or a function; a default partition does not tell of its siblings.
        assert_eq!(
            world.ask(&partitioning("lists|keyless|classed|computed")),
            "classed|r|f||||||\nclassed_0|r|f||||||\ncomputed|r|f||||||\ncomputed_a|r|f||||||\n\
             keyless|r|f||||||\nkeyless_a|r|f||||||\nkeyless_a_id_idx|i|f||||||\nkeyless_by_id|i|f||||||\n\
             lists|p|f||LIST (place)||l||\nlists_a|r|t|FOR VALUES IN ('a')||((place IS NOT NULL) AND (place = 'a'::text))|||\n\
             lists_a_place_idx|i|t||||||\nlists_by_place|I|f||||||\nlists_filtered|r|f||||||\nlists_filtered_place_idx|i|f||||||\n\
             lists_masked|r|f||||||\nlists_masked_place_idx|i|f||||||\nlists_rest|r|t|DEFAULT|||||\nlists_rest_place_idx|i|t||||||",
            "PostgreSQL {}",
            world.major()
        );
        // What shows as no partition inherits from no partitioned table: nothing could be made so.
        let links = "SELECT c.relname, p.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent \
            WHERE c.relname ~ '^(lists|keyless|classed|computed)' ORDER BY 1";
        assert_eq!(
            world.ask(links),
            "classed_0|classed\ncomputed_a|computed\nkeyless_a|keyless\nlists_a|lists\nlists_a_place_idx|lists_by_place\n\
             lists_rest|lists\nlists_rest_place_idx|lists_by_place"
        );
    });
}

#[test]
fn what_is_exposed_whole_shows_how_it_is_stored_and_typed() {
    Plan::new(PARTITIONS, &PARTITIONS_SHOWN).each_inline(|world| {
        for sql in [
            "SELECT reloptions, reloftype::regtype = 'crm.kind'::regtype FROM pg_class WHERE relname IN ('kinds', 'kinds_pkey') ORDER BY relname",
            // As pgAdmin finds exclusion constraints: by what their indexes depend on.
            "SELECT k.conname, k.contype, i.relname, d.deptype FROM pg_depend d JOIN pg_class i ON d.classid = 'pg_class'::regclass AND d.objid = i.oid \
             JOIN pg_constraint k ON d.refclassid = 'pg_constraint'::regclass AND d.refobjid = k.oid WHERE i.relname LIKE 'spans%'",
        ] {
            let said = world.ask(sql);
            assert_eq!(said, world.direct(sql), "PostgreSQL {}: {sql}", world.major());
            assert!(!said.is_empty(), "{sql}");
        }
    });
}

#[test]
fn access_privileges_are_taken_apart_as_they_show() {
    Plan::new(SETUP, &SHOWN).each_inline(|world| {
        for sql in [
            "SELECT c, e.* FROM unnest('{r,s,d,f,l,L,n,t,F,S,T}'::text[]) AS c, aclexplode(acldefault(c::\"char\", 10)) AS e",
            "SELECT (aclexplode(acldefault('d', 10))).*, (aclexplode(acldefault('n', 10))).privilege_type",
            "SELECT count(*) FROM aclexplode(NULL)",
            "SELECT grantor, grantee, privilege_type, is_grantable FROM aclexplode('{=r/postgres,\"\\\"pg_monitor\\\"=r*wd*/postgres\"}')",
        ] {
            assert_eq!(world.ask(sql), world.direct(sql), "PostgreSQL {}: {sql}", world.major());
        }
        let of = |name: &str| {
            world.ask(&format!(
                "SELECT string_agg(rolname || ' ' || e.privilege_type, ', ' ORDER BY rolname, e.privilege_type) FROM pg_class AS c, aclexplode(c.relacl) AS e \
                 JOIN pg_roles AS r ON r.oid = e.grantee WHERE c.relname = '{name}' AND e.privilege_type IN ('SELECT', 'UPDATE')"
            ))
        };
        assert_eq!(of("people"), "jane SELECT, postgres SELECT, postgres UPDATE");
        assert_eq!(of("counted"), "jane SELECT, postgres SELECT, postgres UPDATE");
        // One row for each letter.
        let counted = "SELECT count(*), bool_and((SELECT count(*) FROM aclexplode(acl)) = (SELECT sum(length(split_part(split_part(i, '=', 2), '/', 1))) FROM unnest(acl) AS i)) \
            FROM (SELECT relacl AS acl FROM pg_class UNION ALL SELECT nspacl FROM pg_namespace) AS all_of_them WHERE acl IS NOT NULL";
        assert!(world.ask(counted).ends_with("|t"), "{}", world.ask(counted));
        // The gate's login is nobody, as a role is that does not exist.
        for nobody in [world.login(), "nobody_at_all"] {
            assert_eq!(world.ask(&format!("SELECT grantee FROM aclexplode('{{{nobody}=r/postgres,=r/{nobody},=r/postgres}}')")), "0", "{nobody}");
        }
    });
}

/// A composite type is a relation of a kind of its own: where it shows, its name is found among relations. One that does not show is missing.
#[test]
fn composite_types_that_show_are_found_among_relations() {
    Plan::new(SETUP, &SHOWN).each(|world| {
        for sql in [
            "SELECT 'crm.place'::regclass::oid = typrelid, replace(typrelid::regclass::text, 'crm.', ''), to_regclass('crm.place') = typrelid \
             FROM pg_type WHERE typname = 'place'",
            "SELECT attname, attnum FROM pg_attribute WHERE attrelid = 'crm.place'::regclass ORDER BY attnum",
            "SELECT relkind, relnatts, relhasindex, replace(reltype::regtype::text, 'crm.', '') FROM pg_class WHERE oid = to_regclass('crm.place')",
            "SELECT has_table_privilege('postgres', 'crm.place', 'SELECT'), has_column_privilege('postgres', 'crm.place'::regclass, 'street', 'SELECT'), \
             pg_relation_size('crm.place'), obj_description('crm.place'::regclass)",
        ] {
            let (here, there) = (world.ask(sql), world.direct(sql));
            assert_eq!(here, there, "PostgreSQL {}: {sql}", world.major());
        }
        // Its rows are nobody's to read; an index is no table either.
        assert_eq!(world.ask("SELECT has_table_privilege('crm.place', 'SELECT'), has_any_column_privilege('crm.place', 'SELECT')"), "f|f");
        assert_eq!(world.ask("SELECT pg_table_is_visible('crm.place'::regclass) = pg_type_is_visible('crm.place'::regtype)"), "t");
        let said = |sql: &str, name: &str| {
            let said = world.ask(&sql.replace('@', name));
            let told = said.lines().filter(|line| !line.contains("Reference") && !line.contains('^'));
            told.collect::<Vec<_>>().join("\n").replace(name, "@")
        };
        for sql in [
            "SELECT '@'::regclass",
            "SELECT to_regclass('@') IS NULL",
            "SELECT has_table_privilege('@', 'SELECT')",
            "SELECT ARRAY['@']::regclass[]",
            "SELECT * FROM @",
        ] {
            assert_eq!(said(sql, "crm.canary_place"), said(sql, "crm.absent_place"), "{sql}");
            assert!(sql.contains("to_regclass") || said(sql, "crm.canary_place").contains("relation \"@\" does not exist"), "{sql}");
        }
        let hidden = world.direct("SELECT typrelid FROM pg_type WHERE typname = 'canary_place'");
        let told = world.ask(&format!("SELECT {hidden}::regclass, pg_table_is_visible({hidden}), pg_relation_size({hidden})"));
        assert_eq!(told, format!("{hidden}||"));
    });
}

/// Tools ask whether there are indexes before they ask which: the answer is the same, and tells of none that does not show.
#[test]
fn relations_have_the_indexes_that_show() {
    const SETUP: &str = "CREATE TABLE crm.plain (id int); CREATE TABLE crm.keyed (id int PRIMARY KEY, secret int);
        CREATE TABLE crm.closed (id int, secret int UNIQUE); CREATE INDEX ON crm.closed ((id + secret)); CREATE VIEW crm.seen AS SELECT 1 AS id;
        CREATE MATERIALIZED VIEW crm.kept AS SELECT 1 AS id; CREATE UNIQUE INDEX ON crm.kept (id); CREATE MATERIALIZED VIEW crm.bare AS SELECT 1 AS id;
        CREATE TABLE crm.parted (id int, day date) PARTITION BY RANGE (day); CREATE INDEX ON crm.parted (day);";
    const SHOWN: [Shown; 7] = [
        Shown::new("crm.plain", &["id"]),
        Shown::new("crm.keyed", &["id"]),
        Shown::new("crm.closed", &["id"]),
        Shown::new("crm.seen", &["id"]),
        Shown::new("crm.kept", &["id"]),
        Shown::new("crm.bare", &["id"]),
        Shown::new("crm.parted", &["id", "day"]),
    ];
    Plan::new(SETUP, &SHOWN).each(|world| {
        let sql = "SELECT relname, relhasindex, relhasindex = (oid IN (SELECT indrelid FROM pg_index)) FROM pg_class \
            WHERE relnamespace = 'crm'::regnamespace AND relkind IN ('r', 'v', 'm', 'p') ORDER BY 1";
        assert_eq!(world.ask(sql), "bare|f|t\nclosed|f|t\nkept|t|t\nkeyed|t|t\nparted|t|t\nplain|f|t\nseen|f|t");
        let sql = "SELECT tablename, hasindexes FROM pg_tables WHERE schemaname = 'crm' \
            UNION ALL SELECT matviewname, hasindexes FROM pg_matviews WHERE schemaname = 'crm' ORDER BY 1";
        assert_eq!(world.ask(sql), "bare|f\nclosed|f\nkept|t\nkeyed|t\nparted|t\nplain|f");
    });
}
