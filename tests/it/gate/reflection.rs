//! What clients learn of a grant from the system catalogs, as psql shows it and as a curious analyst may look.

use super::running::{Gate, said};
use super::served::Ground;
use super::wire::Say;

/// A command of psql with its titles and footers.
fn described(gate: &Gate, command: &str) -> String {
    said(&gate.psql_command("jane").args(["-A", "-c", command]).output().unwrap())
}

#[test]
fn psql_describes_what_is_exposed_whole_with_its_texts() {
    let gate = Gate::start(1_000_000);
    let notes = described(&gate, "\\d+ notes");
    for line in [
        "id|bigint||not null|generated always as identity|plain",
        "body|text|||'nothing yet'::text|extended|||What was said",
        "\"notes_pkey\" PRIMARY KEY, btree (id)",
        "\"notes_lower\" btree (lower(body)) WHERE n > 0",
        "\"notes_body_check\" CHECK (length(body) < 1000)",
        "\"notes_n_fkey\" FOREIGN KEY (n) REFERENCES topics(n)",
    ] {
        assert!(notes.contains(line), "{line}\n{notes}");
    }
    // A default, an index and a key that name what is hidden are not there.
    assert!(notes.contains("stamp|integer||||plain"), "{notes}");
    for hidden in ["CANARY", "vault", "hidden_stamp"] {
        assert!(!notes.contains(hidden), "{hidden}\n{notes}");
    }
    assert!(
        described(&gate, "\\d topics")
            .contains("TABLE \"notes\" CONSTRAINT \"notes_n_fkey\" FOREIGN KEY (n) REFERENCES topics(n)")
    );
    let index = described(&gate, "\\d notes_lower");
    assert!(index.contains("lower|text|yes|lower(body)") && index.contains("predicate (n > 0)"), "{index}");
    assert!(gate.psql(&["\\d notes_id_seq"]).starts_with("bigint|1|1|9223372036854775807|1|no|1"));
    let comments = "SELECT obj_description('notes'::regclass, 'pg_class'), col_description('notes'::regclass, 2)";
    assert_eq!(gate.psql(&[comments]), "Notes on topics|What was said");
}

#[test]
fn a_masked_or_filtered_relation_tells_no_text() {
    let gate = Gate::start(1_000_000);
    let customers = described(&gate, "\\d+ customers");
    for hidden in ["CANARY", "ssn", "region_check", "EMEA"] {
        assert!(!customers.contains(hidden), "{hidden}\n{customers}");
    }
    assert!(customers.contains("email|text"), "{customers}");
    let parts = gate.psql(&["SELECT count(*) FROM pg_attrdef WHERE adrelid = 'customers'::regclass"]);
    assert_eq!(parts, "0");
    let texts =
        gate.psql(&["SELECT pg_get_expr(d.adbin, 'customers'::regclass) FROM pg_attrdef d WHERE d.adrelid = 'notes'::regclass"]);
    assert!(!texts.contains("ssn") && !texts.contains("email"), "{texts}");
}

#[test]
fn no_system_relation_tells_of_what_is_hidden() {
    let gate = Gate::start(1_000_000);
    let relations = gate
        .psql(&["SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n \
         ON n.oid = c.relnamespace WHERE c.oid < 16384 AND c.relkind IN ('r', 'v')"]);
    let mut read = 0;
    for relation in relations.lines() {
        let said = gate.psql(&[&format!("SELECT * FROM {relation} AS t")]);
        read += usize::from(!said.contains("ERROR"));
        for hidden in ["CANARY", "vault", "|ssn|", "hidden_stamp", "postern_svc"] {
            assert!(!said.contains(hidden), "{relation} tells {hidden}");
        }
    }
    assert!(read > 100, "{read} relations could be read");
}

#[test]
fn one_role_owns_everything_and_the_person_may_read() {
    let gate = Gate::start(1_000_000);
    assert_eq!(gate.psql(&["\\dt crm.notes"]), "crm|notes|table|postgres");
    let said = gate.psql(&[
        "SELECT rolname, rolsuper, rolcanlogin FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1",
        "SELECT relacl FROM pg_class WHERE relname = 'notes'",
        "SELECT pg_has_role('postgres', 'usage'), pg_has_role(current_user, 'usage'), has_table_privilege('notes', 'select'), has_table_privilege('notes', 'insert')",
        "SELECT tableowner FROM pg_tables WHERE tablename = 'notes'",
    ]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[..2], ["jane|f|t", "postgres|t|t"], "{said}");
    assert!(lines[2].ends_with(",jane=r/postgres}"), "{said}");
    assert_eq!(lines[3..], ["f|t|t|f", "postgres"], "{said}");
}

#[test]
fn names_resolve_on_the_sessions_own_path() {
    let gate = Gate::start(1_000_000);
    let said = gate.psql(&[
        "SELECT current_schema, current_schemas(false), 'notes'::regclass",
        "SET search_path = pg_catalog",
        "SELECT current_schema(), current_schemas(false), pg_table_is_visible('crm.notes'::regclass)",
        "SET search_path = nothing, crm",
        "SELECT CURRENT_SCHEMA, pg_table_is_visible('crm.notes'::regclass)",
    ]);
    assert_eq!(said, "crm|{crm}|notes\npg_catalog|{pg_catalog}|f\ncrm|t");
}

#[test]
fn a_name_in_a_parameter_is_looked_up_among_what_is_exposed() {
    let gate = Gate::start(1_000_000);
    let psql = |name: &str| {
        let find = "PREPARE p AS SELECT relname FROM pg_class WHERE oid = CAST($1::regclass AS regclass)";
        gate.psql(&[find, &format!("EXECUTE p('{name}')")])
    };
    assert_eq!(psql("crm.notes"), "notes");
    assert_eq!(psql("pg_catalog.pg_constraint"), "pg_constraint");
    assert_eq!(psql("notes_pkey"), "notes_pkey");
    assert!(psql("crm.vault").contains("does not exist"));
    assert!(psql("crm.missing").contains("does not exist"));
}

#[test]
fn names_in_an_array_that_is_a_parameter_are_looked_up_among_what_is_exposed() {
    let gate = Gate::start(1_000_000);
    let listed = "PREPARE p AS SELECT relname FROM pg_class WHERE oid = ANY ($1::regclass[]) ORDER BY 1";
    let psql = |list: &str| gate.psql(&["SET search_path = crm", listed, &format!("EXECUTE p({list})")]);
    assert_eq!(psql("'{notes,pg_catalog.pg_class,crm.topics,1247,NULL}'"), "notes\npg_class\npg_type\ntopics");
    assert_eq!(psql("ARRAY['pg_class']") + &psql("'{}'") + &psql("NULL"), "pg_class");
    for hidden in ["crm.vault", "crm.missing", "vault"] {
        assert!(psql(&format!("'{{{hidden}}}'")).contains("does not exist"), "{hidden}");
    }
    let vault = gate.server.sql(&gate.database, "SELECT 'crm.vault'::regclass::oid");
    assert_eq!(psql(&format!("'{{{vault}}}'")), "");
    let schemas = "PREPARE s AS SELECT count(*) > 0 FROM pg_class c WHERE c.relnamespace = ANY ($1::regnamespace[])";
    assert_eq!(gate.psql(&[schemas, "EXECUTE s('{crm}')"]), "t");
    let told = "PREPARE t AS SELECT ($1::regtype[])::text[]";
    assert_eq!(gate.psql(&[told, "EXECUTE t('{int,text[],4000000000}')"]), "{integer,text[],4000000000}");
    let kinds = "SELECT count(DISTINCT typinput) FROM pg_type WHERE oid < 16384";
    assert_eq!(gate.psql(&[kinds]), gate.server.sql(&gate.database, kinds));
}

#[test]
fn a_view_that_shows_has_a_definition_without_text() {
    let gate = Gate::start(1_000_000);
    // A text that no tool takes for a missing view, that pg_dump can cut the end of, and that nobody can run.
    let definitions = "SELECT count(*), bool_and(pg_get_viewdef(oid) = ' /* not shown */;' AND pg_get_viewdef(oid, true) = ' /* not shown */;') \
        FROM pg_class WHERE relkind = 'v'";
    let said = gate.psql(&[definitions]);
    assert!(said.ends_with("|t") && !said.starts_with("0|"), "{said}");
    assert_eq!(gate.psql(&["SELECT pg_get_viewdef('notes'::regclass) IS NULL, pg_get_viewdef(1) IS NULL"]), "t|t");
}

#[test]
fn keys_depend_on_the_indexes_that_show() {
    let gate = Gate::start(1_000_000);
    let keys = "SELECT k.conname, i.relname, d.deptype FROM pg_depend d \
        JOIN pg_constraint k ON d.classid = 'pg_constraint'::regclass AND d.objid = k.oid \
        JOIN pg_class i ON d.refclassid = 'pg_class'::regclass AND d.refobjid = i.oid AND i.relkind = 'i' ORDER BY 1";
    assert_eq!(gate.psql(&[keys]), "notes_n_fkey|topics_pkey|n");
    let indexes = "SELECT i.relname, k.conname, d.deptype FROM pg_depend d JOIN pg_class i ON d.classid = 'pg_class'::regclass AND d.objid = i.oid \
        JOIN pg_constraint k ON d.refclassid = 'pg_constraint'::regclass AND d.refobjid = k.oid WHERE i.relname ~ '^(notes|topics)' ORDER BY 1";
    assert_eq!(gate.psql(&[indexes]), "notes_pkey|notes_pkey|i\ntopics_pkey|topics_pkey|i");
    let strangers = "SELECT count(*) FROM pg_depend WHERE greatest(objid, refobjid) >= 16384 \
        AND NOT (objid IN (SELECT oid FROM pg_class) OR objid IN (SELECT oid FROM pg_constraint) OR objid IN (SELECT oid FROM pg_attrdef) \
          AND refobjid IN (SELECT oid FROM pg_class))";
    assert_eq!(gate.psql(&[strangers]), "0");
    let builtin = "SELECT pg_describe_object(classid, objid, 0) FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' ORDER BY 1";
    assert_eq!(gate.psql(&[builtin]), gate.server.sql(&gate.database, builtin));
    for sql in [
        "SELECT count(*) FROM pg_subscription",
        "SELECT subname, subowner, subenabled, subpublications FROM pg_subscription WHERE subdbid > 0",
        "SELECT typname, typdefault FROM pg_type WHERE typdefault IS NOT NULL AND oid < 16384 ORDER BY 1",
    ] {
        assert_eq!(gate.psql(&[sql]), gate.server.sql(&gate.database, sql), "{sql}");
    }
    assert_eq!(gate.psql(&["SELECT subconninfo FROM pg_subscription"]), "");
}

/// What database tools ask when they connect and when a tree is opened: each is answered, of the contract alone.
#[test]
fn database_tools_are_answered() {
    let gate = Gate::start(1_000_000);
    for (sql, answer) in [
        ("SELECT n.oid > 0, n.xmin FROM pg_namespace n WHERE nspname = 'crm'", "t|2"),
        ("SELECT count(c.xmin) = count(*), count(DISTINCT xmin::text) FROM pg_class c", "t|1"),
        (
            "SELECT c.relname, d.xmin FROM pg_class c LEFT JOIN pg_trigger d ON d.tgrelid = c.oid WHERE relname = 'notes'",
            "notes|",
        ),
        ("SELECT txid_current() IS NULL, pg_is_wal_replay_paused(), pg_jit_available()", "t|f|f"),
        (
            "SELECT txid_current_if_assigned(), pg_current_xact_id(), pg_current_xact_id_if_assigned(), pg_trigger_depth(), pg_encoding_max_length(6), \
             pg_last_xact_replay_timestamp(), pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn(), (SELECT count(*) FROM pg_listening_channels())",
            "|||0|4||||0",
        ),
        ("SELECT bool_and(definition = ' /* not shown */;') FROM pg_views", "t"),
        ("SELECT count(*) FROM pg_matviews WHERE definition IS NULL", "0"),
        ("SELECT pg_get_functiondef('upper(text)'::regprocedure) = '', pg_get_functiondef(1) IS NULL", "t|t"),
        ("SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'i') AND pg_total_relation_size(oid) IS DISTINCT FROM 0", "0"),
        (
            "SELECT pg_stat_get_numscans('notes'::regclass), pg_stat_get_live_tuples(0), pg_blocking_pids(pg_backend_pid())",
            "0|0|{}",
        ),
        ("SELECT age(transactionid) FROM pg_locks", ""),
        // What pgAdmin asks of a column and of default privileges.
        (
            "SELECT pg_catalog.array_to_string(pg_catalog.array_agg(kind), ', ') AS kinds, attname FROM (SELECT atttypid::regtype AS kind, a.attname \
             FROM pg_catalog.pg_attribute a WHERE attrelid = 'notes'::regclass AND attnum = 1 ORDER BY attnum) a GROUP BY attname",
            "bigint|id",
        ),
        (
            "SELECT concat(o, '/', k), format('%s', o), array_to_string(array_agg(o ORDER BY k), ',') FROM (SELECT c.oid::regclass AS o, relkind AS k \
             FROM pg_class c WHERE relname = 'notes') AS c GROUP BY o, k",
            "notes/r|notes|notes",
        ),
        (
            "SELECT array(SELECT unnest(a.acldefault) EXCEPT SELECT unnest(a.acl)) FROM (SELECT defaclacl AS acl, CASE WHEN defaclnamespace = 0 THEN \
             acldefault(CASE WHEN defaclobjtype = 'S' THEN 's'::\"char\" ELSE defaclobjtype END, defaclrole) ELSE '{}' END AS acldefault FROM \
             pg_catalog.pg_default_acl) AS a",
            "",
        ),
        // What pools and BI tools say before they hand a connection on.
        ("SET ROLE none; SET SESSION ROLE NONE; SET role = 'none'; SET role TO none; SET role TO DEFAULT; SHOW role", "none"),
        (
            "SET SESSION AUTHORIZATION DEFAULT; RESET ALL; CLOSE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD SEQUENCES; DISCARD TEMP",
            "",
        ),
        (
            "BEGIN; SET LOCAL SESSION AUTHORIZATION DEFAULT; COMMIT; RESET SESSION AUTHORIZATION; SHOW session_authorization",
            "jane",
        ),
        ("BEGIN; SET LOCAL ROLE 'none'; COMMIT; SELECT current_setting('role')", "none"),
        // A clock that stands still while the statement runs, in the format of PostgreSQL's own.
        (
            "SELECT min(clock_timestamp()) = max(clock_timestamp()), min(clock_timestamp()) = statement_timestamp(), \
             min(timeofday()) = max(timeofday()) FROM generate_series(1, 3)",
            "t|t|t",
        ),
        ("SELECT timeofday() ~ '^[A-Z][a-z]{2} [A-Z][a-z]{2} [0-9]{2} [0-9:]{8}[.][0-9]{6} [0-9]{4} [A-Za-z0-9+-]+$'", "t"),
        ("SELECT idx_scan, idx_blks_read FROM pg_stat_all_indexes s JOIN pg_statio_all_indexes USING (indexrelid)", ""),
        // What DataGrip compares to find what has changed since it last looked: everything has, however often it asks.
        (
            "SELECT count(*) > 0 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname = 'customers' AND \
             pg_catalog.age(a.xmin) <= coalesce(nullif(greatest(pg_catalog.age('735'::varchar::xid), -1), -1), 2147483647)",
            "t",
        ),
        ("SELECT count(a.xmin) = count(*), count(DISTINCT a.xmin::text), min(age(a.xmin)) FROM pg_attribute a", "t|1|2147483647"),
        ("SELECT i.xmin, d.xmin FROM pg_index i LEFT JOIN pg_description d ON d.objoid = i.indexrelid LIMIT 1", "2|"),
        (
            "SELECT age('3'::xid), age(xid('3'::xid8)), age(NULL::xid), mxid_age('735'), mxid_age(NULL)",
            "2147483647|2147483647||2147483647|",
        ),
        (
            "SELECT round(extract(epoch FROM pg_postmaster_start_time() AT TIME ZONE 'UTC')) AS startup_time, \
             pg_conf_load_time() IS NULL",
            "|t",
        ),
        (
            "SELECT (SELECT count(*) FROM pg_seclabel), (SELECT count(*) FROM pg_shseclabel), (SELECT count(*) FROM pg_replication_slots)",
            "0|0|0",
        ),
        ("SELECT 'pg_authid'::regclass, 'pg_catalog.pg_statistic'::regclass::oid", "pg_authid|2619"),
        ("SELECT s.name, s.setting FROM pg_show_all_settings() s WHERE name ~ '^default_t' ORDER BY 1", SETTINGS),
        ("SHOW default_tablespace", ""),
    ] {
        assert_eq!(gate.psql(&[sql]), answer, "{sql}");
    }
    let listed = "SELECT count(*) FROM (SELECT * FROM pg_show_all_settings() EXCEPT SELECT * FROM pg_settings) AS x";
    assert_eq!(gate.psql(&["SET application_name = 'tool'", listed]), "0");
    let names = "SELECT string_agg(name, ',' ORDER BY name) FROM ";
    let shown = |of: &str| gate.psql(&[&format!("{names} {of}")]);
    assert_eq!(shown("pg_show_all_settings()"), shown("pg_settings"));
    for hidden in ["SELECT xmin FROM notes", "SELECT t.xmin FROM pg_settings t", "SELECT cmin FROM pg_class"] {
        assert!(gate.psql(&[hidden]).contains("does not exist"), "{hidden}");
    }
}

const SETTINGS: &str = "\
default_table_access_method|heap
default_tablespace|
default_text_search_config|pg_catalog.english
default_transaction_deferrable|off
default_transaction_isolation|read committed
default_transaction_read_only|off";

#[test]
fn a_default_names_its_type_as_on_the_sessions_path() {
    let ground = Ground::new();
    ground.warehouse("ALTER TABLE crm.topics ADD feel crm.mood DEFAULT 'calm', ADD word text DEFAULT '''::crm.mood'");
    let edit = |file: &str, from: &str, to: &str| ground.edit(file, from, to);
    edit("policy.yaml", "          topics:\n            columns: [n]", "          topics:\n            columns: [n, feel, word]");
    let key = "primaryKey: true, primaryKeyPosition: 1, required: true}\n  - id: notes_obj";
    let more = "primaryKey: true, primaryKeyPosition: 1, required: true}\n      \
        - {id: s2, name: feel, logicalType: string, physicalType: crm.mood, classification: internal}\n      \
        - {id: s3, name: word, logicalType: string, physicalType: text, classification: internal}\n  - id: notes_obj";
    edit("contracts/crm.odcs.yaml", key, more);
    let gate = ground.serve();
    let mut client = gate.session();
    let texts = "SELECT string_agg(pg_get_expr(adbin, adrelid), '; ' ORDER BY adnum) FROM pg_attrdef WHERE adrelid = 'crm.topics'::regclass";
    let mut said = |path: &'static str| client.converse(&[Say::Query(path), Say::Query(texts)]).join("\n");
    assert!(said("SET search_path = crm").contains(r"\'calm\'::mood; \'\'\'::crm.mood\'::text"));
    assert!(said("SET search_path = pg_catalog").contains(r"\'calm\'::crm.mood; \'\'\'::crm.mood\'::text"));
}

#[test]
fn a_default_names_its_sequence_as_on_the_sessions_path() {
    let ground = Ground::new();
    ground.warehouse(
        "CREATE SEQUENCE crm.notes_n_seq OWNED BY crm.notes.n; ALTER TABLE crm.notes ALTER n SET DEFAULT nextval('crm.notes_n_seq')",
    );
    let gate = ground.serve();
    let mut client = gate.session();
    let texts = "SELECT string_agg(pg_get_expr(adbin, adrelid), '; ') FROM pg_attrdef WHERE adrelid = 'crm.notes'::regclass";
    let mut said = |path: &'static str| client.converse(&[Say::Query(path), Say::Query(texts)]).join("\n");
    let bare = said("SET search_path = crm");
    assert!(bare.contains(r"nextval(\'notes_n_seq\'::regclass)") && bare.contains(r"\'nothing yet\'::text"), "{bare}");
    assert!(said("SET search_path = pg_catalog").contains(r"nextval(\'crm.notes_n_seq\'::regclass)"));
}

#[test]
fn a_default_in_the_information_schema_names_its_sequence_as_on_the_grants_path() {
    let ground = Ground::new();
    // An operator that PostgreSQL could pick unasked keeps its schema off the warehouse's path: there the sequence has its schema in front.
    ground.warehouse(
        "CREATE SEQUENCE crm.notes_n_seq OWNED BY crm.notes.n; ALTER TABLE crm.notes ALTER n SET DEFAULT nextval('crm.notes_n_seq');
         CREATE FUNCTION crm.alike(crm.mood, crm.mood) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
         CREATE OPERATOR crm.= (LEFTARG = crm.mood, RIGHTARG = crm.mood, FUNCTION = crm.alike)",
    );
    let gate = ground.serve();
    let texts = "SELECT string_agg(column_default, '; ' ORDER BY ordinal_position) FROM information_schema.columns \
        WHERE table_schema = 'crm' AND table_name = 'notes' AND column_name = 'n'";
    assert_eq!(gate.psql(texts), "nextval('notes_n_seq'::regclass)");
}

/// Dashboards and profilers ask for them when they open.
#[test]
fn statistics_that_anybody_may_read_are_answered_without_a_row() {
    let gate = Gate::start(1_000_000);
    let readable = "SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relname ~ '^pg_stat(s|io)?(_|$)' \
        AND c.relkind = 'v' AND c.relname <> 'pg_stat_activity' AND has_table_privilege('public', c.oid, 'SELECT') ORDER BY 1";
    let mut read = 0;
    for name in gate.server.sql(&gate.database, readable).lines() {
        assert_eq!(
            gate.psql(&[&format!("SELECT * FROM {name}"), &format!("SELECT count(*) FROM pg_catalog.{name}")]),
            "0",
            "{name}"
        );
        read += 1;
    }
    assert!(read > 30, "{read}");
    let dashboard = "SELECT row_to_json(t) FROM (SELECT (SELECT sum(xact_commit) FROM pg_stat_database) AS commits, \
        (SELECT count(*) FROM pg_stat_replication) AS standbys) t";
    assert_eq!(gate.psql(&[dashboard]), r#"{"commits":null,"standbys":0}"#);
    assert!(gate.psql(&["SELECT * FROM pg_statistic"]).contains("does not exist"));
}

/// A function that a grant names shows with what it takes and gives; builtin ones show as in PostgreSQL.
#[test]
fn functions_and_their_parameters_are_in_the_information_schema() {
    let ground = Ground::new();
    ground.warehouse(
        "CREATE FUNCTION crm.graded(how crm.mood, VARIADIC marks int[], OUT best int, OUT word text) LANGUAGE sql STABLE AS 'SELECT 1, ''x'''",
    );
    let allowed = "    functions:\n      user_allow: [\"crm.graded(crm.mood,int4[])\"]\n";
    ground.edit("postern.yaml", "    search_path: [crm]\n", &format!("    search_path: [crm]\n{allowed}"));
    let gate = ground.serve();
    let mut client = gate.session();
    let mut said = |sql: &'static str| client.converse(&[Say::Query(sql)]).join("\n");
    let function = said(
        "SELECT concat_ws('|', routine_schema, routine_name, routine_type, data_type, type_udt_name, coalesce(routine_definition, '-'), \
         external_language, is_deterministic) \
         FROM information_schema.routines WHERE routine_schema NOT IN ('pg_catalog', 'information_schema')",
    );
    assert!(function.contains("crm|graded|FUNCTION|record|record|-|SQL|NO"), "{function}");
    let parameters = said(
        "SELECT concat_ws('|', ordinal_position, parameter_mode, parameter_name, data_type, udt_schema, udt_name) \
         FROM information_schema.parameters WHERE specific_schema = 'crm' ORDER BY ordinal_position",
    );
    for line in [
        "1|IN|how|USER-DEFINED|crm|mood",
        "2|IN|marks|ARRAY|pg_catalog|_int4",
        "3|OUT|best|integer|pg_catalog|int4",
        "4|OUT|word|text|pg_catalog|text",
    ] {
        assert!(parameters.contains(line), "{line}\n{parameters}");
    }
    let granted =
        said("SELECT concat_ws('|', grantee, routine_name, privilege_type) FROM information_schema.role_routine_grants");
    assert!(granted.contains("jane|graded|EXECUTE"), "{granted}");
    let routines = "routine_name, routine_type, data_type, type_udt_schema, type_udt_name, dtd_identifier, routine_body, external_language, \
        is_deterministic, is_null_call, security_type";
    let parameters = "ordinal_position, parameter_mode, parameter_name, data_type, udt_schema, udt_name, dtd_identifier";
    for (view, columns) in [("routines", routines), ("parameters", parameters)] {
        let all = |of: &str| {
            format!(
                "SELECT count(*) || ' ' || md5(string_agg(r.line, chr(10) ORDER BY r.line COLLATE \"C\")) FROM \
                 (SELECT concat_ws('|', specific_name, {columns}) AS line FROM information_schema.{view} \
                  WHERE specific_schema = 'pg_catalog' {of}) r"
            )
        };
        let executable = "AND has_function_privilege('public', substring(specific_name FROM '[0-9]+$')::oid, 'EXECUTE')";
        let live = ground.server.sql(&ground.database, &all(executable));
        let own = said(Box::leak(all("").into_boxed_str()));
        assert!(live.len() > 33 && own.contains(&live), "{view}: {live}\n{own}");
    }
}

/// Tools look up the row type of every relation that they list, of masked ones too.
#[test]
fn every_relation_that_shows_has_a_row_type_of_its_name() {
    let gate = Gate::start(1_000_000);
    let relations = "SELECT count(*) > 2, count(t.oid) = count(*), count(DISTINCT t.oid) = count(*) FROM pg_class c \
        LEFT JOIN pg_type t ON t.oid = c.reltype AND t.typrelid = c.oid AND t.typname = c.relname AND t.typnamespace = c.relnamespace \
        AND t.typtype = 'c' WHERE c.oid >= 16384 AND c.relkind IN ('r', 'v', 'm', 'p')";
    assert_eq!(gate.psql(&[relations]), "t|t|t");
    let arrays = "SELECT count(*) FROM pg_type t WHERE t.typarray <> 0 AND t.typarray NOT IN (SELECT oid FROM pg_type)";
    assert_eq!(gate.psql(&[arrays]), "0");
    // It shows no column that the relation does not show, and cannot be named.
    let columns = "SELECT string_agg(a.attname, ',' ORDER BY a.attnum) FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid AND NOT a.attisdropped \
        WHERE t.typname = 'customers' AND t.typnamespace = 'crm'::regnamespace";
    let shown = "SELECT string_agg(column_name, ',' ORDER BY ordinal_position) FROM information_schema.columns WHERE table_name = 'customers'";
    assert_eq!(gate.psql(&[columns]), gate.psql(&[shown]));
    assert!(gate.psql(&["SELECT NULL::crm.customers"]).contains("does not exist"));
}

/// Introspection in one document: PostGraphile and others ask for whole rows of catalogs as JSON.
#[test]
fn rows_of_catalogs_become_json_with_the_names_that_the_client_knows() {
    let gate = Gate::start(1_000_000);
    for sql in [
        "SELECT row_to_json(t) FROM (SELECT oid, typname, typinput, typoutput FROM pg_type WHERE oid = 23) t",
        "WITH p AS (SELECT p.oid AS _id, p.proname, p.prosupport, p.provariadic FROM pg_proc p WHERE proname LIKE 'int4p%') \
         SELECT json_agg(row_to_json(p) ORDER BY proname, _id) FROM p",
        "SELECT to_jsonb(t.*) - 'typacl' FROM (SELECT typinput, typacl FROM pg_type WHERE oid = 25) t",
        "SELECT jsonb_build_object('in', typinput, typoutput, typsend::text) FROM pg_type WHERE oid = 25",
        "SELECT json_object_agg(typname, typinput ORDER BY typname) FROM pg_type WHERE oid IN (23, 25)",
        "SELECT to_jsonb(array_agg(t ORDER BY oid)) FROM (SELECT oid, typinput FROM pg_type WHERE oid IN (23, 25)) t",
        "SELECT c.oid, to_json(t) FROM pg_class c LEFT JOIN (SELECT oid, typinput FROM pg_type) t ON t.oid = 0 WHERE c.oid = 1259",
        "SELECT to_json(t) FROM (SELECT NULL::regproc AS f, NULL::int AS n) t",
        "SELECT concat('x', t) FROM (SELECT typinput, 7 AS n FROM pg_type WHERE oid = 23) t",
        "SELECT CASE a.atttypid WHEN 'int'::regtype THEN 'serial' WHEN 'oid'::regtype THEN 'o' END FROM pg_attribute a \
         WHERE attrelid = 'pg_class'::regclass AND attnum BETWEEN 1 AND 3 ORDER BY attnum",
        "SELECT CASE c.oid::regclass WHEN 'pg_class'::regclass THEN 1 ELSE 2 END FROM pg_class c WHERE oid IN (1259, 1249) ORDER BY oid",
    ] {
        assert_eq!(gate.psql(&[sql]), gate.server.sql(&gate.database, sql), "{sql}");
    }
    let named = "SELECT to_json(t) FROM (SELECT 'crm.notes'::regclass AS r, 1 AS n) t";
    assert_eq!(gate.psql(&["SET search_path = crm", named]), r#"{"r":"notes","n":1}"#);
    assert_eq!(gate.psql(&["SET search_path = pg_catalog", named]), r#"{"r":"crm.notes","n":1}"#);
    // What is hidden is a number, as what is missing is.
    let vault = gate.server.sql(&gate.database, "SELECT 'crm.vault'::regclass::oid");
    let hidden = format!("SELECT to_json(t), json_build_array({vault}::regclass) FROM (SELECT {vault}::regclass AS r) t");
    assert_eq!(gate.psql(&[&hidden]), format!(r#"{{"r":"{vault}"}}|["{vault}"]"#));
}

#[test]
fn settings_that_are_only_shown_are_those_of_the_warehouse() {
    let gate = Gate::start(1_000_000);
    for name in [
        "block_size",
        "default_table_access_method",
        "lc_messages",
        "max_connections",
        "max_function_args",
        "max_identifier_length",
        "max_index_keys",
        "segment_size",
        "server_version_num",
        "superuser_reserved_connections",
    ] {
        let live = gate.server.sql(&gate.database, &format!("SHOW {name}"));
        let asked = [format!("SHOW {name}"), format!("SELECT current_setting('{name}')")];
        assert_eq!(gate.psql(&[&asked[0], &asked[1]]), format!("{live}\n{live}"), "{name}");
    }
}
