//! Loading folders: the example set, sets as programs write them (every text quoted, names that need it), and every mistake at once.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::base::WarehouseName;
use crate::config::{Durability, LogFormat, ServerLimits, StatementText, UpstreamTls};
use crate::document::Value;

/// A copy of a checked-in folder, with the keys that it names.
fn folder(of: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join(of), folder.path());
    fs::create_dir_all(folder.path().join("keys")).unwrap();
    for (name, text, mode) in [
        ("server.crt", "-----BEGIN CERTIFICATE-----\n", 0o644),
        ("server.key", "-----BEGIN PRIVATE KEY-----\n", 0o600),
        ("warehouse-ca.crt", "-----BEGIN CERTIFICATE-----\n", 0o644),
        ("warehouse.password", "geheim\n", 0o600),
        ("pseudonym.key", &format!("{}\n", "0f".repeat(32)), 0o600),
    ] {
        write(folder.path(), &format!("keys/{name}"), text, mode);
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn write(folder: &Path, file: &str, text: &str, mode: u32) {
    let path = folder.join(file);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
}

fn replace(folder: &Path, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(file)).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    fs::write(folder.join(file), text.replace(from, to)).unwrap();
}

/// The lines that are told, without the folder's own path.
fn told(folder: &Path) -> Vec<String> {
    let prefix = format!("{}/", folder.display());
    load(folder).unwrap_err().to_string().lines().map(|line| line.replace(&prefix, "")).collect()
}

#[test]
fn the_example_set_loads() {
    let folder = folder("config");
    let loaded = load(folder.path()).unwrap();
    let server = &loaded.server;
    assert_eq!((server.node.as_str(), server.listen[0].to_string().as_str()), ("postern", "127.0.0.1:6432"));
    assert_eq!(server.admin.unwrap().port(), 6433);
    assert_eq!(server.tls.plaintext, Plaintext::Refuse);
    let shop = server.warehouse(&WarehouseName::new("shop")).unwrap();
    assert_eq!(shop.password.as_ref().unwrap().reveal(), "geheim");
    assert_eq!(shop.tls, UpstreamTls::VerifyFull { ca: b"-----BEGIN CERTIFICATE-----\n".to_vec() });
    assert_eq!((shop.pool.max_connections, shop.pool.min_idle), (40, 2));
    assert_eq!(shop.search_path, ["sales", "crm", "public"]);
    assert_eq!(shop.user_functions[0].0.to_string(), "sales.net_amount(numeric, numeric)");
    assert_eq!(server.audit.dir, folder.path().join("audit"));
    assert_eq!((server.audit.durability, server.audit.statement_text), (Durability::Fsync, StatementText::Parameterised));
    assert_eq!(server.limits, ServerLimits::DEFAULT);
    assert_eq!(server.log.format, LogFormat::Text);
    assert_eq!(loaded.people.len(), 2);
    assert_eq!(loaded.policy.revision.as_deref(), Some("1"));
    assert_eq!(loaded.contracts.len(), 2);
    assert_eq!(loaded.pseudonym_key.as_ref().unwrap().reveal(), &[0x0f; 32]);
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    assert!(!format!("{loaded:?}").contains("geheim"));
}

#[test]
fn limits_can_be_left_out() {
    let folder = folder("config");
    let text = fs::read_to_string(folder.path().join("postern.yaml")).unwrap();
    let (before, rest) = text.split_once("# Whatever is over a limit").unwrap();
    let (_, after) = rest.split_once("\nlog:").unwrap();
    fs::write(folder.path().join("postern.yaml"), format!("{before}\nlog:{after}")).unwrap();
    assert_eq!(load(folder.path()).unwrap().server.limits, ServerLimits::DEFAULT);
}

#[test]
fn sets_that_programs_write_load() {
    for bed in ["tests/fixtures/config/quoted", "tests/fixtures/config/wide"] {
        let folder = folder(bed);
        let loaded = load(folder.path()).unwrap_or_else(|mistakes| panic!("{bed}:\n{mistakes}"));
        assert_eq!(loaded.policy.grants.len(), 1);
        assert_eq!(loaded.policy.vendors_of("local", &["vendor_acme_analysts".to_owned()]).len(), 1);
        assert_eq!(loaded.server.warehouses[0].tls, UpstreamTls::Disable);
        assert_eq!(loaded.people[0].user.as_str(), "analyst");
    }
    let folder = folder("tests/fixtures/config/quoted");
    let loaded = load(folder.path()).unwrap();
    let odd = loaded
        .contracts
        .iter()
        .flat_map(|contract| &contract.relations)
        .find(|relation| relation.name == "odd.table\"x")
        .unwrap();
    assert_eq!(odd.physical.value.candidates("crm"), [("crm".to_owned(), "odd.table\"x".to_owned())]);
    let rules = loaded.policy.grants[0].products.iter().flat_map(|product| &product.relations);
    let customers = rules.clone().find(|rule| rule.masks.contains_key("email")).unwrap();
    assert_eq!(customers.masks["email"].parameters["n"], Value::Int(32));
    assert!(loaded.policy.grants[0].products.iter().any(|product| product.aggregate_only.is_some()));
}

#[test]
fn the_file_itself_can_be_named_and_the_revision_does_not_depend_on_the_place() {
    let (one, other) = (folder("config"), folder("config"));
    let revision = |path: &Path| load(path).unwrap().revision;
    assert_eq!(revision(one.path()), revision(&other.path().join("postern.yaml")));
    assert_eq!(revision(one.path()).len(), 64);
    replace(other.path(), "policy.yaml", "revision: 1", "revision: 2");
    assert_ne!(revision(one.path()), revision(other.path()));
}

#[test]
fn all_mistakes_of_all_files_are_told_at_once() {
    let folder = folder("config");
    let path = folder.path();
    replace(path, "postern.yaml", "durability: fsync", "durabilty: fsync");
    replace(path, "postern.yaml", "connection_wait: 30s", "connection_wait: 30");
    replace(path, "postern.yaml", "sinks: []", "sinks: [{kind: postgres}]");
    replace(path, "people.yaml", "groups: [parcelworks_planners]", "groups: parcelworks_planners\n    groups: [x]");
    replace(path, "policy.yaml", "columns: [id, email,", "columns: [id, emial,");
    replace(
        path,
        "policy.yaml",
        "- {tag: pii.phone,       mask: {name: partial,",
        "- {tag: pii.phone,       mask: {name: partal,",
    );
    replace(path, "contracts/orders.odcs.yaml", "server: shop,", "server: shp,");
    replace(path, "contracts/customers.odcs.yaml", "property: posternEntityKey", "property: posternEntityKeys");
    write(path, "keys/warehouse.password", "geheim\n", 0o644);
    assert_eq!(
        told(path),
        [
            "contracts/customers.odcs.yaml:24:20: unknown property \"posternEntityKeys\" (did you mean \"posternEntityKey\"?)",
            "contracts/orders.odcs.yaml:12:24: unknown warehouse \"shp\" (did you mean \"shop\"?)",
            "people.yaml:14:13: expected a list, found \"parcelworks_planners\"",
            "people.yaml:15:5: duplicate key \"groups\" (first in line 14)",
            "policy.yaml:43:41: unknown word \"partal\" (did you mean \"partial\"?)",
            "policy.yaml:68:27: unknown column \"emial\" in relation \"customers\" (did you mean \"email\"?)",
            "postern.yaml:31:15: keys/warehouse.password is open to others than its owner (mode 0644): chmod 600 keys/warehouse.password",
            "postern.yaml:53:3: unknown key \"durabilty\" (did you mean \"durability\"?)",
            "postern.yaml:55:3: \"sinks\" is not implemented yet",
            "postern.yaml:61:20: expected a duration in s, m, h or d, such as 30m, found the number 30",
        ]
    );
}

#[test]
fn each_mistake_of_the_server_and_its_people_is_told_with_its_place() {
    let cases = [
        (
            "postern.yaml",
            "listen: [\"127.0.0.1:6432\"]",
            "listen: [\"localhost:6432\"]",
            "postern.yaml:13:10: expected an address and port such as 127.0.0.1:6432 or [::1]:6432 (port 0: a free one), found \"localhost:6432\"",
        ),
        (
            "postern.yaml",
            "admin: 127.0.0.1:6433",
            "admin: 0.0.0.0:6433",
            "postern.yaml:16:8: expected a loopback address such as 127.0.0.1:6433: the admin listener has neither TLS nor a login",
        ),
        (
            "postern.yaml",
            "key: file:keys/server.key ",
            "key: hunter2hunter2 ",
            "postern.yaml:20:8: expected file:PATH (mode 0600) or env:NAME; a secret itself is never written here",
        ),
        (
            "postern.yaml",
            "certificate: file:keys/server.crt",
            "certificate: file:keys/none.crt",
            "postern.yaml:19:16: keys/none.crt cannot be read: no such file",
        ),
        (
            "postern.yaml",
            "min_version: \"1.2\"",
            "min_version: 1.2",
            "postern.yaml:21:16: expected 1.2 or 1.3, found the number 1.2: put it in quotes",
        ),
        (
            "postern.yaml",
            "password: file:keys/warehouse.password",
            "password: env:POSTERN_TEST_NOT_SET",
            "postern.yaml:31:15: environment variable POSTERN_TEST_NOT_SET is not set",
        ),
        (
            "postern.yaml",
            "      ca: file:keys/warehouse-ca.crt ",
            "      #",
            "postern.yaml:33:7: mode verify-full needs ca, the authority that signed the warehouse's certificate",
        ),
        (
            "postern.yaml",
            "types: {user_allow: []}",
            "types: {user_allow: [mood]}",
            "postern.yaml:42:26: expected a type by schema and name, such as crm.status, found \"mood\"",
        ),
        (
            "postern.yaml",
            "dictionaries: []}",
            "dictionaries: [plain]}",
            "postern.yaml:43:54: expected a text search configuration or dictionary by schema and name, such as crm.unaccented, found \"plain\"",
        ),
        (
            "postern.yaml",
            "sales.net_amount(numeric,numeric)",
            "net_amount(numeric)",
            "postern.yaml:41:20: expected a function by signature, such as ref.fx_rate(text,date), found \"net_amount(numeric)\"",
        ),
        ("postern.yaml", "backend: inline", "backend: both", "postern.yaml:44:14: expected inline or views, found \"both\""),
        (
            "postern.yaml",
            "state: state",
            "state: {postgres: \"env:URL\"}",
            "postern.yaml:49:9: \"postgres\" is not implemented yet",
        ),
        (
            "postern.yaml",
            "statement_text: parameterised",
            "statement_text: sealed",
            "postern.yaml:54:19: \"sealed\" is not implemented yet",
        ),
        ("postern.yaml", "nesting: 200", "nesting: 2000", "postern.yaml:63:12: must be from 10 to 500, found 2000"),
        (
            "people.yaml",
            "user: omar@parcelworks.example",
            "user: lena@northwind-insights.example",
            "people.yaml:11:11: user \"lena@northwind-insights.example\" is defined twice",
        ),
        (
            "people.yaml",
            "user: omar@parcelworks.example",
            "user: pe_omar",
            "people.yaml:11:11: user name \"pe_omar\" is reserved for other ways to log in",
        ),
        (
            "people.yaml",
            "groups: [parcelworks_planners]",
            "groups: [parcelworks_planners, northwind_analysts]",
            "people.yaml:11:11: user \"omar@parcelworks.example\" is in groups of two vendors, \"northwind\" and \"parcelworks\"",
        ),
        (
            "policy.yaml",
            "tls: \"1.2\"",
            "tls: \"1.3\"",
            "postern.yaml:19:16: tls.min_version is lower than the guardrail require.tls (1.3) at policy.yaml:35:30",
        ),
        (
            "policy.yaml",
            "file:keys/pseudonym.key",
            "file:keys/server.key",
            "policy.yaml:48:62: the key is not 64 hexadecimal digits",
        ),
    ];
    let mut failures = Vec::new();
    for (file, from, to, expected) in cases {
        let folder = folder("config");
        replace(folder.path(), file, from, to);
        let told = match load(folder.path()) {
            Ok(_) => Vec::new(),
            Err(_) => told(folder.path()),
        };
        let expected: Vec<&str> = if expected.is_empty() { Vec::new() } else { vec![expected] };
        failures.extend((told != expected).then(|| format!("{to}: {told:?}")));
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn a_warehouse_without_tls_is_on_a_loopback_host() {
    let folder = folder("config");
    replace(folder.path(), "postern.yaml", "      mode: verify-full  ", "      mode: disable\n      #");
    for host in ["localhost", "127.0.0.9", "\"::1\""] {
        replace(folder.path(), "postern.yaml", "host: 127.0.0.1\n", &format!("host: {host}\n"));
        load(folder.path()).unwrap();
        replace(folder.path(), "postern.yaml", &format!("host: {host}\n"), "host: 127.0.0.1\n");
    }
    replace(folder.path(), "postern.yaml", "host: 127.0.0.1\n", "host: 10.0.0.5\n");
    assert_eq!(
        told(folder.path()),
        ["postern.yaml:33:7: mode disable is accepted for a loopback host only: use verify-full with ca"]
    );
}

#[test]
fn a_verifier_is_never_repeated() {
    for wrong in ["geheim", "SCRAM-SHA-256$1:c2FsdA==$geheim:geheim", "12345678"] {
        let folder = folder("config");
        let text = fs::read_to_string(folder.path().join("people.yaml")).unwrap();
        let line = text.lines().find(|line| line.contains("verifier:")).unwrap();
        fs::write(folder.path().join("people.yaml"), text.replacen(line, &format!("    verifier: {wrong}"), 1)).unwrap();
        let told = told(folder.path());
        assert_eq!(told.len(), 1);
        assert!(
            told[0].starts_with("people.yaml:8:15: expected a SCRAM verifier as `postern password` prints it")
                && !told[0].contains(wrong)
        );
    }
}

#[test]
fn files_that_are_missing_or_no_text_are_told_by_name() {
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(told(empty.path()), ["postern.yaml:1:1: the file cannot be read: no such file"]);
    let folder = folder("config");
    fs::remove_file(folder.path().join("people.yaml")).unwrap();
    fs::remove_dir_all(folder.path().join("contracts")).unwrap();
    fs::write(folder.path().join("policy.yaml"), [0xff, 0xfe]).unwrap();
    assert_eq!(
        told(folder.path()),
        [
            "contracts:1:1: the folder of contracts cannot be read: no such file",
            "people.yaml:1:1: the file cannot be read: no such file",
            "policy.yaml:1:1: the file is not text in UTF-8",
        ]
    );
}

#[test]
fn what_is_valid_and_worth_knowing_is_a_warning() {
    let folder = folder("config");
    replace(folder.path(), "postern.yaml", "plaintext: refuse", "plaintext: loopback_only");
    replace(folder.path(), "people.yaml", "groups: [parcelworks_planners]", "groups: []");
    replace(
        folder.path(),
        "contracts/orders.odcs.yaml",
        "team: {name: order-data}",
        "slaProperties: [{property: freshness, value: 26, unit: h}]\nteam: {name: order-data}",
    );
    fs::write(folder.path().join("contracts/forgotten.yaml"), "a: 1\n").unwrap();
    let prefix = format!("{}/", folder.path().display());
    let warnings: Vec<String> =
        load(folder.path()).unwrap().warnings.iter().map(|warning| warning.to_string().replace(&prefix, "")).collect();
    assert_eq!(
        warnings,
        [
            "contracts/forgotten.yaml:1:1: the file is not read: names of contracts end with .odcs.yaml",
            "contracts/orders.odcs.yaml:50:28: service level \"freshness\" is not watched yet",
            "people.yaml:11:11: user \"omar@parcelworks.example\" is in no vendor's group and can use no grant",
            "postern.yaml:19:16: plaintext: loopback_only lets loopback clients in without the TLS that policy.yaml:35:30 requires",
        ]
    );
}

#[test]
fn one_wrong_file_makes_no_mistakes_in_the_others() {
    let folder = folder("config");
    replace(folder.path(), "contracts/customers.odcs.yaml", "version: 1.0.0", "version: one");
    assert_eq!(told(folder.path()), ["contracts/customers.odcs.yaml:8:10: expected a version such as 2.1.0, found \"one\""]);
    let folder = super::tests::folder("config");
    replace(folder.path(), "policy.yaml", "ticket: DATA-1042", "ticket: [DATA-1042]");
    assert_eq!(told(folder.path()), ["policy.yaml:56:15: expected text that is not empty, found a list"]);
}
