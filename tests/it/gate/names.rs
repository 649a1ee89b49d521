//! Values whose text is the name of an object: the client's name under the client's path, whatever the warehouse calls it.

use super::folder::PASSWORD;
use super::running::Gate;
use super::wire::Say::*;
use super::wire::Speaker;

/// The oid of a relation of the warehouse.
fn oid(gate: &Gate, name: &str) -> String {
    gate.server.sql(&gate.database, &format!("SELECT '{name}'::regclass::oid"))
}

#[test]
fn a_renamed_relation_shows_its_name_of_the_contract() {
    let gate = Gate::start(1_000_000);
    for (sql, name) in [
        ("SELECT 'clients'::regclass", "clients"),
        ("SELECT 'crm.clients'::regclass::text", "clients"),
        ("SELECT 'clients'::regclass::oid::regclass::varchar(3)", "cli"),
        ("SELECT oid::regclass FROM pg_class WHERE relname = 'clients'", "clients"),
        ("SELECT x.r FROM (SELECT to_regclass('clients') AS r) x WHERE x.r = 'clients'::regclass", "clients"),
        ("SELECT conrelid::regclass FROM pg_constraint WHERE conrelid = 'clients'::regclass", "clients"),
        ("COPY (SELECT 'clients'::regclass) TO STDOUT", "clients"),
        ("SELECT string_agg(r::text, ',') FROM (SELECT 'clients'::regclass AS r UNION SELECT 'clients'::regclass) x", "clients"),
        ("SELECT has_table_privilege('clients'::regclass, 'SELECT')", "t"),
        ("SELECT has_column_privilege('clients'::regclass, 'number', 'SELECT')", "t"),
        ("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'crm.clients'::regclass", "PRIMARY KEY (number)"),
        ("SELECT count(*) FROM pg_attribute WHERE attrelid = 'clients'::regclass", "2"),
        ("SELECT mood, pg_typeof(mood) FROM clients", "calm|mood"),
    ] {
        assert_eq!(gate.psql(&[sql]), name, "{sql}");
    }
    let cursor = gate.psql(&["BEGIN", "DECLARE c CURSOR FOR SELECT 'clients'::regclass", "FETCH 1 FROM c", "COMMIT"]);
    assert_eq!(cursor, "clients");
    assert_eq!(gate.psql(&["PREPARE p AS SELECT 'clients'::regclass, $1::int", "EXECUTE p (7)"]), "clients|7");
}

#[test]
fn the_clients_search_path_decides_what_is_qualified() {
    let gate = Gate::start(1_000_000);
    let told = |path: &str, sql: &str| gate.psql(&[&format!("SET search_path = {path}"), sql]);
    assert_eq!(told("pg_catalog", "SELECT 'crm.clients'::regclass"), "crm.clients");
    assert_eq!(told("pg_catalog", "SELECT 'crm.clients'::regclass::text || '.'"), "crm.clients.");
    assert_eq!(
        told("pg_catalog", "SELECT pg_typeof(mood), format_type('crm.mood'::regtype, -1) FROM crm.clients"),
        "crm.mood|crm.mood"
    );
    assert_eq!(told("information_schema", "SELECT 'tables'::regclass"), "tables");
    assert_eq!(told("crm", "SELECT 'information_schema.tables'::regclass"), "information_schema.tables");
    assert_eq!(
        told("pg_catalog", "SELECT pg_table_is_visible('crm.clients'::regclass), current_schema, current_schemas(false)"),
        "f|pg_catalog|{pg_catalog}"
    );
    assert_eq!(
        told("crm", "SELECT pg_table_is_visible('crm.clients'::regclass), current_schema, current_schemas(true)"),
        "t|crm|{pg_catalog,crm}"
    );
    assert_eq!(told("nowhere", "SELECT current_schema IS NULL, current_schemas(false)"), "t|{}");
}

/// Drivers look types up by the name that their user wrote, as a parameter or in the text: the client's path decides, and arrays have names too.
#[test]
fn a_type_is_found_by_its_name_on_the_clients_path() {
    let gate = Gate::start(1_000_000);
    let asked = "PREPARE p AS SELECT to_regtype($1), to_regtype($1)::oid IS NULL";
    for (path, name, told) in [
        ("crm", "mood", "mood|f"),
        ("crm", "_mood", "mood[]|f"),
        ("crm", "mood[]", "mood[]|f"),
        ("crm", " mood [3] [] ", "mood[]|f"),
        ("public, crm", "\"mood\"[]", "mood[]|f"),
        ("crm", "crm.mood", "mood|f"),
        ("crm", "Mood", "mood|f"),
        ("crm", "\"Mood\"", "|t"),
        ("crm", "vault_kind", "|t"),
        ("crm", "_vault_kind", "|t"),
        ("crm", "vault_kind[]", "|t"),
        ("crm", "int4[]", "integer[]|f"),
        ("crm", "text", "text|f"),
        ("pg_catalog", "mood", "|t"),
        ("pg_catalog", "mood[]", "|t"),
        ("pg_catalog", "_mood", "|t"),
        ("pg_catalog", "crm.mood[]", "crm.mood[]|f"),
        ("pg_catalog", "crm._mood", "crm.mood[]|f"),
        ("pg_catalog", "timestamp with time zone", "timestamp with time zone|f"),
    ] {
        let said = gate.psql(&[&format!("SET search_path = {path}"), asked, &format!("EXECUTE p('{name}')")]);
        assert_eq!(said, told, "{path}: {name}");
    }
    let listed = "SELECT 'mood[]'::regtype, '_mood'::regtype, 'crm.mood [ ]'::regtype, 'crm._mood'::regtype::oid = typarray FROM pg_type WHERE typname = 'mood'";
    assert_eq!(gate.psql(&["SET search_path = crm", listed]), "mood[]|mood[]|mood[]|t");
    for hidden in ["vault_kind[]", "crm._vault_kind", "crm.vault_kind[]", "absent[]"] {
        let said = gate.psql(&[&format!("SELECT '{hidden}'::regtype")]);
        assert!(said.contains("does not exist"), "{hidden}: {said}");
    }
    assert!(gate.psql(&["SET search_path = pg_catalog", "SELECT 'mood[]'::regtype"]).contains("type \"mood[]\" does not exist"));
}

#[test]
fn a_hidden_object_is_a_number_like_one_that_does_not_exist() {
    let gate = Gate::start(1_000_000);
    let hidden = oid(&gate, "crm.vault");
    for number in [hidden.as_str(), "4000000000"] {
        let sql = format!(
            "SELECT {number}::regclass, {number}::oid::regclass::text, {number}::regtype, {number}::regproc, {number}::regnamespace"
        );
        assert_eq!(gate.psql(&[&sql]), [number; 5].join("|"), "{sql}");
    }
    let kind = gate.server.sql(&gate.database, "SELECT 'crm.vault_kind'::regtype::oid");
    assert_eq!(gate.psql(&[&format!("SELECT {kind}::regtype, format_type({kind}, -1)")]), format!("{kind}|???"));
    let function = gate.server.sql(&gate.database, "SELECT 'crm.peek'::regproc::oid");
    assert_eq!(gate.psql(&[&format!("SELECT {function}::regproc, {function}::regproc::text")]), format!("{function}|{function}"));
}

#[test]
fn builtin_objects_are_named_as_the_server_names_them() {
    let gate = Gate::start(1_000_000);
    for sql in [
        "SELECT 'pg_class'::regclass, 'pg_catalog.pg_type'::regclass::text, 0::oid::regclass, '-'::regclass, 1::oid::regclass",
        "SELECT 'int4'::regtype, 'integer[]'::regtype, 'timestamp with time zone'::regtype, 0::oid::regtype, pg_typeof(1.0)",
        "SELECT 'now'::regproc, 'pg_catalog.now'::regproc::text, 0::oid::regproc, 2::oid::regproc",
        "SELECT oid::regproc FROM pg_proc WHERE proname = 'abs' AND oid < 16384 ORDER BY oid",
        "SELECT 'pg_catalog'::regnamespace, 'information_schema'::regnamespace::text, 0::oid::regnamespace",
        "SELECT typinput, typoutput FROM pg_type WHERE typname IN ('int4', 'text', 'numeric') ORDER BY oid",
        "SELECT to_regprocedure('lower(text)'), to_regoper('pg_catalog.||/'), to_regoperator('+(integer,integer)'), to_regcollation('\"C\"')",
        "SELECT NULL::regclass IS NULL, (NULL::regclass)::text IS NULL",
        "SELECT DISTINCT ON (x) x FROM (VALUES ('pg_type'::regclass), ('pg_class'::regclass), ('pg_type'::regclass)) v(x) ORDER BY x",
    ] {
        assert_eq!(gate.psql(&[sql]), gate.server.sql(&gate.database, sql), "{sql}");
    }
}

#[test]
fn lists_and_texts_of_objects_are_the_clients_names() {
    let gate = Gate::start(1_000_000);
    let hidden = oid(&gate, "crm.vault");
    for (sql, name) in [
        ("SELECT format('%s, %I', 'clients'::regclass, 'x')".to_owned(), "clients, x".to_owned()),
        ("SELECT format('%s', x.r) FROM (SELECT 'clients'::regclass AS r) x".to_owned(), "clients".to_owned()),
        ("SELECT concat_ws('/', 'crm', ('crm.clients')::regclass, 'crm.mood'::regtype)".to_owned(), "crm/clients/mood".to_owned()),
        (
            "SELECT array_to_string(ARRAY(SELECT c.oid::regclass FROM pg_class c WHERE c.relname ~ '^(clients|notes)$' ORDER BY relname), ',')"
                .to_owned(),
            "clients,notes".to_owned(),
        ),
        ("SELECT btrim(ARRAY(SELECT oid::regclass FROM pg_class WHERE relname = 'clients')::text, '{}')".to_owned(), "clients".to_owned()),
        ("SELECT ARRAY['crm.clients'::regclass::oid, 1259]::oid[]::regclass[]".to_owned(), "{clients,pg_class}".to_owned()),
        ("SELECT COALESCE(NULL::oid[]::regtype[], ARRAY['crm.mood'::regtype::oid]::regtype[])::text[]".to_owned(), "{mood}".to_owned()),
        ("COPY (SELECT ARRAY['crm.clients'::regclass::oid]::regclass[]) TO STDOUT".to_owned(), "{clients}".to_owned()),
        (format!("SELECT ARRAY[{hidden}]::oid[]::regclass[]"), format!("{{{hidden}}}")),
        (format!("SELECT format('%s', {hidden}::regclass), ARRAY[{hidden}]::oid[]::regclass[]::text"), format!("{hidden}|{{{hidden}}}")),
    ] {
        assert_eq!(gate.psql(&[&sql]), name, "{sql}");
    }
    assert_eq!(gate.psql(&["SET search_path = pg_catalog", "SELECT concat('crm.clients'::regclass)"]), "crm.clients");
    for sql in [
        "SELECT proargtypes::regtype[], proallargtypes::regtype[] FROM pg_proc WHERE proname IN ('left', 'now', 'pg_get_keywords') ORDER BY oid",
        "SELECT COALESCE(proallargtypes::regtype[], proargtypes::regtype[])::text[] FROM pg_proc WHERE proname ~ '^pg_get' ORDER BY oid",
        "SELECT 'integer'::regtype = ANY (proargtypes::regtype[]) FROM pg_proc WHERE proname = 'left'",
        "SELECT array_to_string(proargtypes::regtype[], ', ') FROM pg_proc WHERE proname ~ '^to_char' ORDER BY oid",
        "SELECT ARRAY(SELECT m.mapdict::regdictionary FROM pg_ts_config_map m WHERE m.mapcfg = 3748 ORDER BY mapcfg, maptokentype)::text",
        "SELECT format('%s %L', 'pg_class'::regclass, NULL::regtype), format('%s', 'pg_catalog'::regnamespace)",
    ] {
        assert_eq!(gate.psql(&[sql]), gate.server.sql(&gate.database, sql), "{sql}");
    }
    for sql in [
        "SELECT '{crm.vault}' = ANY (ARRAY[ARRAY[1259]::oid[]::regclass[]])",
        "SELECT ARRAY['{crm.vault}', ARRAY['clients'::regclass]]",
        "SELECT ('clients'::regclass, 1) = ('crm.vault', 1)",
        "SELECT ('clients'::regclass, 1) IN ((1, 1), ('crm.vault', 1))",
        "SELECT ('crm.vault', 1) IN (SELECT 'clients'::regclass, 1)",
        "SELECT ROW('clients'::regclass)::text, ROW('clients'::regclass) || 'x'",
        "SELECT format(VARIADIC ARRAY['%s', 'clients'::regclass])",
        "SELECT concat(CASE WHEN true THEN 'clients'::regclass ELSE pg_typeof(1) END)",
        "SELECT concat(CASE WHEN true THEN 'clients'::regclass ELSE 'crm.vault' END)",
    ] {
        let said = gate.psql(&[sql]);
        assert!(said.contains("a value that names an object of the catalog cannot be used here"), "{sql}: {said}");
    }
    for sql in ["SELECT '{\"crm.vault\"}'::regclass[]", "SELECT ARRAY['crm.vault', 'crm' || '.vault']::regclass[]"] {
        assert!(gate.psql(&[sql]).contains("type \"regclass\" does not exist"), "{sql}");
    }
    // Constants in a list are looked up as each of them is by itself.
    for (sql, rows) in [
        (
            "SELECT relname FROM pg_class WHERE oid = ANY (ARRAY['clients', 'crm.notes', NULL]::regclass[]) ORDER BY 1",
            "clients\nnotes",
        ),
        ("SELECT typname FROM pg_type WHERE oid = ANY ('{mood, int4}'::regtype[]) ORDER BY 1", "int4\nmood"),
        (
            "SELECT ARRAY['clients', NULL, 'pg_class']::regclass[], '{crm.clients,null}'::regclass[]::text, '{}'::regclass[]",
            "{clients,NULL,pg_class}|{clients,NULL}|{}",
        ),
        ("SELECT count(*) > 9 FROM pg_type WHERE oid <> ALL (ARRAY['regproc', 'text']::regtype[])", "t"),
        ("SELECT ARRAY['jane']::regrole[]::text, ARRAY['1259', 'pg_proc']::regclass[]", "{jane}|{pg_class,pg_proc}"),
    ] {
        assert_eq!(gate.psql(&[sql]), rows, "{sql}");
    }
    for list in
        ["ARRAY['clients', '@']::regclass[]", "'{clients,@}'::regclass[]", "ARRAY['@']::regtype[]", "ARRAY['@', NULL]::regproc[]"]
    {
        let said = |name: &str| gate.psql(&[&format!("SELECT oid FROM pg_class WHERE oid = ANY ({})", list.replace('@', name))]);
        let hidden = said("crm.vault").replace("crm.vault", "crm.absent");
        assert!(hidden.starts_with("ERROR:  ") && hidden.contains("does not exist"), "{list}: {hidden}");
        let told = |said: &str| said.lines().next().unwrap_or_default().to_owned();
        assert_eq!(told(&hidden), told(&said("crm.absent")), "{list}");
    }
}

/// What comes of such values is one of them again, wherever it goes: an oid that does not show is a number at its end too.
#[test]
fn what_is_collected_and_picked_is_told_as_what_it_is() {
    let gate = Gate::start(1_000_000);
    let hidden = oid(&gate, "crm.vault");
    let given = format!("(VALUES ('clients'::regclass), ({hidden}::regclass)) v(r)");
    for (sql, told) in [
        ("SELECT array_agg(r) FROM @".to_owned(), "{clients,#}"),
        ("SELECT array_agg(r)::text, array_agg(r)::text[], array_agg(r)::oid[] = array_agg(r::oid) FROM @".to_owned(), "{clients,#}|{clients,#}|t"),
        ("SELECT x[2], x[1:1], unnest(x[2:2]), x || x[2] FROM (SELECT array_agg(r) AS x FROM @) y".to_owned(), "#|{clients}|#|{clients,#,#}"),
        ("SELECT u FROM @, unnest(ARRAY[r, 1259, NULL]) u WHERE r <> 'clients'::regclass".to_owned(), "#\npg_class\n"),
        ("SELECT a, b FROM ROWS FROM (unnest(ARRAY['clients'::regclass]), unnest('{int4}'::regtype[])) t(a, b)".to_owned(), "clients|integer"),
        ("SELECT c FROM (SELECT array_remove(array_agg(r), 'clients'::regclass) AS a FROM @) x, array_append(a, 0::regclass) c".to_owned(), "{#,-}"),
        ("SELECT coalesce(NULL, r), nullif(r, 1259) = r, greatest(r, 'pg_class'::regclass) FROM @ WHERE r <> 'clients'::regclass".to_owned(), "#|t|#"),
        ("SELECT first_value(r) OVER w, nth_value(r, 2) OVER w FROM @ WHERE r <> 'clients'::regclass WINDOW w AS (PARTITION BY r ORDER BY r)".to_owned(), "#|"),
        ("SELECT mode() WITHIN GROUP (ORDER BY r DESC) FROM @ WHERE r <> 'clients'::regclass".to_owned(), "#"),
        ("SELECT max(r)::regclass, max(r) = '#' FROM @ WHERE r <> 'clients'::regclass".to_owned(), "#|t"),
        ("SELECT ARRAY(SELECT DISTINCT r FROM @ WHERE r <> 'clients'::regclass ORDER BY r)::text, ARRAY[[1259, #], [1247, 0]]::regclass[]".to_owned(), "{#}|{{pg_class,#},{pg_type,-}}"),
    ] {
        let (sql, told) = (sql.replace('@', &given).replace('#', &hidden), told.replace('#', &hidden));
        assert_eq!(gate.psql(&[&sql]), told.trim_end(), "{sql}");
    }
    for sql in [
        "SELECT min(typinput), max(typinput), min(typinput::regprocedure) FROM pg_type WHERE oid < 16384",
        "SELECT coalesce(nullif(typelem, 0)::regtype, oid::regtype) FROM pg_type WHERE oid < 100 ORDER BY oid",
        "SELECT relname FROM pg_class WHERE oid = ANY (ARRAY['pg_class'::regclass, 'pg_type'::regclass]) ORDER BY 1",
        "SELECT relname FROM pg_class WHERE oid::regclass <> ALL (ARRAY['pg_class', 'pg_type']::regclass[]) AND relname IN ('pg_class', 'pg_proc')",
        "SELECT typinput, array_agg(DISTINCT typoutput ORDER BY typoutput) FROM pg_type WHERE oid < 30 GROUP BY 1 ORDER BY 1",
        "SELECT pg_typeof(array_agg(typinput)), pg_typeof(min(typinput)), pg_typeof(ARRAY['text'::regtype]) FROM pg_type",
        "SELECT ARRAY['\"char\"'::regtype, 'timestamptz'::regtype, NULL]::text, array_fill(1, ARRAY[2], ARRAY[0])::oid[]::regtype[]",
        "SELECT array_agg(x), ARRAY[ARRAY['pg_class'::regclass]], ARRAY(SELECT x), (array_agg(x))[1][2], (array_agg(x))[1] FROM (SELECT '{pg_type,pg_proc}'::regclass[] AS x) y GROUP BY x",
        "SELECT count(*) > 0, (1259, 0) < ('pg_type'::regclass::oid, 1) FROM pg_description WHERE (classoid, objsubid) = ('pg_proc'::regclass, 0)",
        "SELECT relname FROM pg_class WHERE (oid, relkind) IN (('pg_class'::regclass, 'r'), ('pg_type'::regclass, 'r')) ORDER BY 1",
        "SELECT count(*) FROM pg_depend WHERE (classid, deptype) IN (SELECT 'pg_class'::regclass, 'x')",
        "SELECT relname FROM pg_class WHERE ('pg_class'::regclass, relkind) IN (SELECT oid, 'r' FROM pg_type WHERE false UNION ALL SELECT 1259, 'r') AND oid = 1259",
        "SELECT ARRAY['pg_class'::regclass] @> ARRAY['pg_type'::regclass], '{25}'::oid[]::regtype[] && ARRAY['text'::regtype]",
    ] {
        assert_eq!(gate.psql(&[sql]), gate.server.sql(&gate.database, sql), "{sql}");
    }
}

#[test]
fn in_binary_format_it_is_the_oid() {
    let gate = Gate::start(1_000_000);
    let mut client = Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis")]);
    let number: u32 = oid(&gate, "crm.kunden_raw").parse().unwrap();
    let row = |bytes: &[u8]| {
        let mut row = vec![0, 1];
        row.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
        row.extend_from_slice(bytes);
        format!("D {}", row.escape_ascii())
    };
    let (text, binary) = (row(b"clients"), row(&number.to_be_bytes()));
    // One dimension, no NULL, elements of regclass; one element from 1, four bytes of it.
    let list = [1, 0, 2205, 1, 1, 4, number].map(u32::to_be_bytes).concat();
    let heard = client.converse(&[
        Parse("l", "SELECT array_agg('clients'::regclass)"),
        Bind { portal: "", statement: "l", values: &[], binary: true },
        Execute("", 0),
        Sync,
    ]);
    assert!(heard.contains(&row(&list)), "{heard:#?}");
    let bind = |binary| Bind { portal: "", statement: "s", values: &[], binary };
    // Named and unnamed statements, and both formats one after the other.
    let heard = client.converse(&[
        Parse("s", "SELECT 'clients'::regclass"),
        bind(true),
        Execute("", 0),
        bind(false),
        Execute("", 0),
        bind(false),
        Execute("", 0),
        bind(true),
        Execute("", 0),
        Sync,
    ]);
    let rows: Vec<&String> = heard.iter().filter(|line| line.starts_with('D')).collect();
    assert_eq!(rows, [&binary, &text, &text, &binary], "{heard:#?}");
    // EXECUTE gives text, whatever a Bind asked for before it.
    let execute = Bind { portal: "", statement: "", values: &[], binary: false };
    let heard = client.converse(&[
        Query("EXECUTE s"),
        bind(true),
        Execute("", 0),
        Parse("", "EXECUTE s"),
        execute,
        Execute("", 0),
        bind(true),
        Execute("", 0),
        Sync,
    ]);
    let rows: Vec<&String> = heard.iter().filter(|line| line.starts_with('D')).collect();
    assert_eq!(rows, [&text, &binary, &text, &binary], "{heard:#?}");
    let heard = client.converse(&[
        Parse("", "SELECT 'clients'::regclass"),
        Bind { portal: "", statement: "", values: &[], binary: true },
        Execute("", 0),
        Bind { portal: "", statement: "", values: &[], binary: false },
        Execute("", 0),
        CloseStatement("s"),
        Sync,
        bind(true),
        Sync,
    ]);
    assert!(heard.contains(&binary) && heard.contains(&text), "{heard:#?}");
    assert!(heard.iter().any(|line| line == "E ERROR 26000"), "{heard:#?}");
    // What was settled when a cursor was made cannot be had otherwise.
    let heard = client.converse(&[
        Query("BEGIN"),
        Query("DECLARE c CURSOR FOR SELECT 'clients'::regclass"),
        Parse("", "FETCH 1 FROM c"),
        Bind { portal: "", statement: "", values: &[], binary: true },
        Sync,
        Query("ROLLBACK"),
    ]);
    assert!(heard.iter().any(|line| line == "E ERROR 0A000"), "{heard:#?}");
}

#[test]
fn an_error_among_the_messages_leaves_the_statement_as_it_was() {
    let gate = Gate::start(1_000_000);
    let mut client = Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis")]);
    let bind = |binary| Bind { portal: "", statement: "s", values: &[], binary };
    let fails = Parse("", "SELECT 1/0");
    let run = Bind { portal: "", statement: "", values: &[], binary: false };
    client.converse(&[Parse("s", "SELECT 'clients'::regclass"), Sync]);
    // The statement gets its other text only behind the error, so it never does.
    let heard = client.converse(&[fails.clone(), run.clone(), Execute("", 0), bind(true), Execute("", 0), Sync]);
    assert_eq!(heard.last().unwrap(), "Z I", "{heard:#?}");
    let heard = client.converse(&[bind(false), Execute("", 0), bind(true), Execute("", 0), Sync]);
    assert_eq!(heard.iter().filter(|line| line.starts_with('D')).count(), 2, "{heard:#?}");
    let heard = client.converse(&[bind(false), fails, run, Execute("", 0), bind(true), Sync, bind(true), Execute("", 0), Sync]);
    assert_eq!(heard.iter().filter(|line| line.starts_with('D')).count(), 1, "{heard:#?}");
}
