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
