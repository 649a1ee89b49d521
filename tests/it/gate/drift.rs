//! A warehouse that changes under its contracts, in the middle of sessions: what broke is refused by name, the rest goes on, what is mended is served again.

use std::process::Command;
use std::time::Duration;

use postern::runtime::Clock;

use super::running::{Gate, said};
use super::served::{Ground, Served};
use super::wire::{Say, Speaker};

/// What a session hears of one statement: its rows and its end, without the description.
fn ask(session: &mut Speaker, text: &'static str) -> String {
    let heard = session.converse(&[Say::Query(text)]);
    heard.iter().filter(|line| !line.starts_with(['T', 'Z'])).cloned().collect::<Vec<_>>().join("\n")
}

/// Asks until the gate has looked at the warehouse again: at once, after the first statement that failed, and long before it would have by itself.
fn ask_until_broken(session: &mut Speaker, text: &'static str) {
    let clock = Clock::system();
    let began = clock.monotonic();
    while ask(session, text) != BROKEN {
        assert!(clock.monotonic().duration_since(began) < Duration::from_secs(45), "the gate did not look");
    }
}

const BROKEN: &str = "E ERROR 55000";

fn broken_objects(gate: &Served<'_>, kind: &str) -> String {
    let metrics = gate.admin("/metrics");
    let series = format!("postern_contract_broken_objects{{kind=\"{kind}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&series)).unwrap_or_else(|| panic!("{metrics}")).to_owned()
}

#[test]
fn a_column_renamed_in_the_middle_of_a_session_breaks_alone_and_heals() {
    let ground = Ground::new();
    let gate = ground.serve();
    let mut session = gate.session();
    let prepared = |name, text| [Say::Parse(name, text), Say::Sync];
    session.converse(&prepared("broken", "SELECT balance FROM customers WHERE id = 1"));
    session.converse(&prepared("beside", "SELECT id FROM customers WHERE id = 1"));
    session.converse(&prepared("apart", "SELECT count(*) FROM numbers WHERE n < 4"));
    let run = |session: &mut Speaker, name| {
        let bind = Say::Bind { portal: "", statement: name, values: &[], binary: false };
        session.converse(&[bind, Say::Execute("", 0), Say::Sync]).join(" ")
    };
    assert!(run(&mut session, "broken").contains("1.50"));

    ground.warehouse("ALTER TABLE crm.customers RENAME COLUMN balance TO saldo_geheim");
    // The first statement meets the warehouse's own error, which makes the gate look; it says no more than that.
    let first = ask(&mut session, "SELECT balance FROM customers WHERE id = 1");
    assert!(first == "E ERROR 42703" || first == BROKEN, "{first}");
    ask_until_broken(&mut session, "SELECT balance FROM customers WHERE id = 1");

    assert_eq!(ask(&mut session, "SELECT * FROM customers"), BROKEN);
    let told = ask(&mut session, "SELECT column_name, broken_field, owner FROM postern.contract_status WHERE NOT is_kept");
    assert!(told.contains("balance") && told.contains("customers.balance") && !told.contains("saldo"), "{told}");
    assert_eq!(ask(&mut session, "SELECT c FROM customers c"), BROKEN);
    assert!(ask(&mut session, "SELECT id, email FROM customers WHERE id = 1").contains("C SELECT 1"));
    assert!(ask(&mut session, "SELECT count(*) FROM customers").contains("200"));
    assert!(run(&mut session, "broken").contains(BROKEN));
    assert!(run(&mut session, "beside").contains(BROKEN), "its text is another one now: prepared anew, it works");
    session.converse(&prepared("anew", "SELECT id FROM customers WHERE id = 1"));
    assert!(run(&mut session, "anew").contains("C SELECT 1"));
    assert!(run(&mut session, "apart").contains("C SELECT 1"));
    let told = gate.psql("SELECT balance FROM customers");
    for part in ["55000", "\"crm\", version 1.0.0", "\"customers.balance\"", "owner@shop.example", "HINT", "Reference "] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!told.contains("saldo"), "{told}");
    assert!(!gate.psql("\\d customers").contains("saldo"));
    assert_eq!(broken_objects(&gate, "column"), "1");
    assert_eq!(broken_objects(&gate, "relation"), "0");
    let ready = gate.admin("/readyz");
    assert!(ready.starts_with("HTTP/1.1 200") && ready.contains("\"broken_objects\":1"), "{ready}");

    ground.warehouse("ALTER TABLE crm.customers RENAME COLUMN saldo_geheim TO balance");
    gate.refresh();
    assert!(ask(&mut session, "SELECT * FROM customers WHERE id = 1").contains("C SELECT 1"));
    assert!(run(&mut session, "broken").contains("1.50"), "the plan of before is good again");
    assert_eq!(broken_objects(&gate, "column"), "0");
}

#[test]
fn a_masked_column_of_another_type_is_never_shown_as_it_is() {
    let ground = Ground::new();
    let gate = ground.serve();
    let mut session = gate.session();
    let read = "SELECT email FROM customers ORDER BY id";
    let before = ask(&mut session, read);
    assert!(before.contains("C SELECT 200") && !before.contains("person"), "{before}");
    // `person` in the text form of bytea as well.
    let is_raw = |heard: &str| {
        heard.contains("person") || heard.contains("706572736f6e") || heard.contains("D ") && heard.contains("424242")
    };
    for (change, back) in [
        ("TYPE bytea USING convert_to(email, 'UTF8')", "TYPE text USING convert_from(email, 'UTF8')"),
        ("TYPE int USING 424242", "TYPE text USING 'person1@example.com'"),
        ("TYPE varchar(80)", "TYPE text"),
        ("TYPE jsonb USING to_jsonb(email)", "TYPE text USING email #>> '{}'"),
        ("TYPE text[] USING ARRAY[email]", "TYPE text USING email[1]"),
    ] {
        ground.warehouse(&format!("ALTER TABLE crm.customers ALTER COLUMN email {change}"));
        // Under the plan of before, and under the catalog of now.
        let unseen = ask(&mut session, read);
        assert!(!is_raw(&unseen), "{change}: {unseen}");
        gate.refresh();
        assert_eq!(ask(&mut session, read), BROKEN, "{change}");
        assert_eq!(ask(&mut session, "SELECT * FROM customers"), BROKEN, "{change}");
        assert!(ask(&mut session, "SELECT id, region FROM customers").contains("C SELECT 200"), "{change}");
        ground.warehouse(&format!("ALTER TABLE crm.customers ALTER COLUMN email {back}"));
        gate.refresh();
        let mended = ask(&mut session, read);
        assert!(mended.contains("C SELECT 200") && !is_raw(&mended), "{change}: {mended}");
    }
}

#[test]
fn a_table_dropped_and_made_anew_is_another_one_of_the_same_name() {
    let ground = Ground::new();
    let gate = ground.serve();
    let mut session = gate.session();
    let shown = |session: &mut Speaker| ask(session, "SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relname = 'numbers'");
    let count = "SELECT count(*) FROM numbers";
    assert!(ask(&mut session, count).contains("200000"));
    ground.warehouse("DROP TABLE crm.numbers CASCADE");
    let first = ask(&mut session, count);
    assert!(first == "E ERROR 42P01" || first == BROKEN, "{first}");
    ask_until_broken(&mut session, count);
    assert_eq!(ask(&mut session, "SELECT 'numbers'::regclass"), BROKEN);
    assert_eq!(shown(&mut session), "C SELECT 0\\x00");
    assert!(ask(&mut session, "SELECT * FROM customers").contains("C SELECT 200"));
    assert_eq!(broken_objects(&gate, "relation"), "1");

    ground.warehouse("CREATE TABLE crm.numbers (pad text, n int); INSERT INTO crm.numbers VALUES ('a', 7); GRANT SELECT ON crm.numbers TO postern_svc");
    gate.refresh();
    let heard = session.converse(&[Say::Query("SELECT * FROM numbers")]).join(" ");
    assert!(heard.contains("C SELECT 1"), "{heard}");
    let oid = ground.warehouse("SELECT 'crm.numbers'::regclass::oid");
    assert!(shown(&mut session).contains(&oid), "{oid}");
    // Place of a column in its table, as drivers read it: n comes first in the contract and second in the table.
    let origin = format!("T \\x00\\x02n\\x00{}\\x00\\x02", bytes(&oid));
    assert!(heard.contains(&origin), "{origin} in {heard}");

    ground.warehouse("ALTER TABLE crm.numbers DROP COLUMN n");
    gate.refresh();
    assert_eq!(ask(&mut session, "SELECT n FROM numbers"), BROKEN);
    assert!(ask(&mut session, "SELECT pad FROM numbers").contains("C SELECT 1"));
    ground.warehouse("ALTER TABLE crm.numbers ADD COLUMN n int DEFAULT 8");
    gate.refresh();
    let heard = session.converse(&[Say::Query("SELECT n FROM numbers")]).join(" ");
    let origin = format!("n\\x00{}\\x00\\x03", bytes(&oid));
    assert!(heard.contains(&origin) && heard.contains('8'), "{origin} in {heard}");
    ground.warehouse("ALTER TABLE crm.numbers RENAME TO counted; CREATE VIEW crm.numbers AS SELECT n, pad FROM crm.counted; GRANT SELECT ON crm.numbers TO postern_svc");
    gate.refresh();
    assert_eq!(ask(&mut session, "SELECT n FROM numbers"), BROKEN, "the contract says table");
}

/// An oid as `escape_ascii` writes its bytes in a message.
fn bytes(oid: &str) -> String {
    oid.parse::<u32>().unwrap().to_be_bytes().escape_ascii().to_string()
}

#[test]
fn a_relation_is_never_read_without_its_row_filter() {
    let ground = Ground::new();
    let gate = ground.serve();
    let mut session = gate.session();
    let count = "SELECT count(*) FROM customers";
    assert!(ask(&mut session, count).contains("200"));
    ground.warehouse("ALTER TABLE crm.customers DROP COLUMN region");
    let unseen = ask(&mut session, count);
    assert!(unseen.starts_with("E ERROR"), "{unseen}");
    gate.refresh();
    for text in ["SELECT count(*) FROM customers", "SELECT id FROM customers", "COPY customers (id) TO STDOUT", "TABLE customers"]
    {
        assert_eq!(ask(&mut session, text), BROKEN, "{text}");
    }
    assert!(ask(&mut session, "SELECT count(*) FROM numbers").contains("200000"));
    ground.warehouse("ALTER TABLE crm.customers ADD COLUMN region text");
    gate.refresh();
    assert!(ask(&mut session, "SELECT id FROM customers").contains("C SELECT 0"), "no row is in the region");
}

#[test]
fn a_transaction_and_its_cursors_go_on_beside_what_broke() {
    let ground = Ground::new();
    let gate = ground.serve();
    let mut session = gate.session();
    ask(&mut session, "BEGIN");
    ask(&mut session, "DECLARE c CURSOR FOR SELECT n FROM numbers ORDER BY n");
    assert!(ask(&mut session, "FETCH 2 FROM c").contains("FETCH 2"));
    ground.warehouse("ALTER TABLE crm.customers DROP COLUMN balance");
    gate.refresh();
    assert!(ask(&mut session, "FETCH 2 FROM c").contains("FETCH 2"), "its statement is still the same");
    assert!(ask(&mut session, "SELECT id FROM customers WHERE id = 1").contains("C SELECT 1"));
    assert_eq!(ask(&mut session, "SELECT balance FROM customers"), BROKEN);
    assert_eq!(ask(&mut session, "SELECT 1"), "E ERROR 25P02");
    ask(&mut session, "ROLLBACK");
    assert!(ask(&mut session, "SELECT 1").contains("C SELECT 1"));

    // Rows that are kept from before the change stay behind as well.
    ask(&mut session, "BEGIN; DECLARE held CURSOR WITH HOLD FOR SELECT id FROM customers; COMMIT");
    assert!(ask(&mut session, "FETCH 1 FROM held").contains("FETCH 1"));
    ground.warehouse("ALTER TABLE crm.customers DROP COLUMN email");
    gate.refresh();
    assert_eq!(ask(&mut session, "FETCH 1 FROM held"), BROKEN);
}

#[test]
fn a_gate_starts_on_a_warehouse_that_has_drifted_and_takes_new_files() {
    let ground = Ground::new();
    ground.warehouse("ALTER TABLE crm.customers DROP COLUMN balance; DROP TABLE crm.numbers CASCADE");
    let gate = ground.serve();
    let mut session = gate.session();
    assert_eq!(ask(&mut session, "SELECT balance FROM customers"), BROKEN);
    assert_eq!(ask(&mut session, "SELECT n FROM numbers"), BROKEN);
    assert!(ask(&mut session, "SELECT id FROM customers").contains("C SELECT 200"));
    assert_eq!((broken_objects(&gate, "column"), broken_objects(&gate, "relation")), ("1".to_owned(), "1".to_owned()));

    // What was broken before does not hold back new files …
    ground.edit("policy.yaml", "row_filter: \"region = 'EMEA'\"", "row_filter: \"region = 'US'\"");
    gate.reload().unwrap();
    assert!(ask(&mut session, "SELECT id FROM customers").contains("C SELECT 100"));
    // … and what they break themselves leaves the old ones in force.
    ground.edit(
        "contracts/crm.odcs.yaml",
        "name: region, logicalType: string, physicalType: text",
        "name: region, logicalType: string, physicalType: integer",
    );
    let rejected = gate.reload().unwrap_err();
    assert!(rejected.contains("column \"region\" is integer in the contract and text in the warehouse"), "{rejected}");
    assert!(!rejected.contains("balance"), "{rejected}");
    assert!(ask(&mut session, "SELECT id FROM customers").contains("C SELECT 100"));
    assert!(gate.admin("/readyz").contains("\"newer_rejected\":true"));
}

#[test]
fn a_warehouse_that_cannot_be_served_safely_any_more_is_refused_until_it_can() {
    let ground = Ground::new();
    let gate = ground.serve();
    let mut session = gate.session();
    ground.warehouse("CREATE FUNCTION crm.as_bool(text) RETURNS bool LANGUAGE sql AS 'SELECT true'; CREATE CAST (text AS bool) WITH FUNCTION crm.as_bool(text) AS IMPLICIT");
    gate.refresh();
    assert_eq!(ask(&mut session, "SELECT id FROM customers"), BROKEN);
    assert_eq!(ask(&mut session, "SELECT count(*) FROM numbers"), BROKEN);
    assert!(ask(&mut session, "SELECT 1").contains("C SELECT 1"));
    assert_eq!(broken_objects(&gate, "warehouse"), "1");
    let error = ground.try_serve().err().unwrap();
    assert!(error.contains("cannot be served"), "{error}");
    ground.warehouse("DROP CAST (text AS bool)");
    gate.refresh();
    assert!(ask(&mut session, "SELECT id FROM customers").contains("C SELECT 200"));
}

#[test]
fn a_catalog_that_cannot_be_read_changes_nothing_and_hides_no_other() {
    let ground = Ground::new();
    let away = format!("{}_away", ground.database);
    ground.server.database(&away);
    let shop = "    search_path: [crm]\n";
    let other = format!(
        "{shop}  away:\n    host: 127.0.0.1\n    port: {}\n    database: {away}\n    user: postern_svc\n    password: file:warehouse.password\n    \
         tls: {{mode: disable}}\n    pool: {{max_connections: 1, min_idle: 0, max_idle_time: 10m}}\n",
        ground.server.port
    );
    ground.edit("postern.yaml", shop, &other);
    let gate = ground.serve();
    let mut session = gate.session();
    let allow =
        |database: &str, is: bool| ground.server.sql("postgres", &format!("ALTER DATABASE {database} ALLOW_CONNECTIONS {is}"));
    assert!(ask(&mut session, "SELECT id FROM customers").contains("C SELECT 200"));
    allow(&ground.database, false);
    gate.refresh();
    assert!(ask(&mut session, "SELECT id FROM customers").contains("C SELECT 200"));
    allow(&ground.database, true);
    allow(&away, false);
    ground.warehouse("ALTER TABLE crm.customers DROP COLUMN balance");
    gate.refresh();
    assert_eq!(ask(&mut session, "SELECT balance FROM customers"), BROKEN);
}

#[test]
fn only_an_error_about_a_missing_object_makes_the_gate_look() {
    let gate = Gate::start(1_000_000);
    let has_rung =
        || gate.block_on(async { tokio::time::timeout(Duration::from_millis(1), gate.shared.doubt.raised()).await.is_ok() });
    gate.psql(&["SELECT 1/0", "SELECT nothing FROM customers", "SELECT 'x'::int", "SELECT * FROM vault"]);
    assert!(!has_rung(), "what a client gets wrong is no reason");
    gate.server.sql(&gate.database, "ALTER TABLE crm.customers DROP COLUMN balance");
    assert!(gate.psql(&["SELECT balance FROM customers"]).contains("ERROR"));
    assert!(has_rung());
    gate.server.sql(&gate.database, "DROP TABLE crm.numbers CASCADE");
    assert!(gate.psql(&["SELECT count(*) FROM numbers"]).contains("ERROR"));
    assert!(has_rung() && !has_rung());
}

#[test]
fn check_takes_drift_for_mistakes_and_tells_all_with_their_places() {
    let ground = Ground::new();
    ground.warehouse("ALTER TABLE crm.customers DROP COLUMN balance; ALTER TABLE crm.numbers RENAME TO number");
    let postern = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_postern")).args(arguments).arg("--config").arg(ground.path()).output().unwrap();
        (output.status.code(), said(&output))
    };
    let (code, told) = postern(&["check", "--live"]);
    assert_eq!(code, Some(3), "{told}");
    let places: Vec<&str> = told.lines().filter(|line| line.contains("contracts/crm.odcs.yaml:")).collect();
    assert_eq!(places.len(), 2, "{told}");
    assert!(places[0].contains(":22:24: relation \"crm.customers\" of the warehouse has no column \"balance\""), "{told}");
    assert!(
        places[1].contains(":25:19: warehouse \"shop\" has no relation \"numbers\" in schema \"crm\" (did you mean \"number\"?)"),
        "{told}"
    );
    let (code, offline) = postern(&["check"]);
    assert_eq!(code, Some(0), "{offline}");
    let (code, explained) =
        postern(&["explain", "--live", "--as", "jane", "--database", "analysis", "SELECT id, balance FROM customers"]);
    assert_eq!(code, Some(0), "{explained}");
    assert!(explained.contains("contract_broken (55000)") && explained.contains("has no column \"balance\""), "{explained}");
}
