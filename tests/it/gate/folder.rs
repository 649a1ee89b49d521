//! A configuration folder for a small shop, and the shop.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use postern::auth::Verifier;
use postern::base::Secret;

use crate::harness::documents;

/// The password of both people.
pub(crate) const PASSWORD: &str = "only for tests";

/// The warehouse: what is hidden or filtered away says CANARY.
pub(super) const WAREHOUSE: &str = r#"
CREATE SCHEMA crm;
CREATE TABLE crm.customers (id int PRIMARY KEY, email text, ssn text, region text, balance numeric(12,2));
INSERT INTO crm.customers SELECT g, 'person' || g || '@example.com', 'CANARY-' || g, CASE WHEN g % 3 = 0 THEN 'US' ELSE 'EMEA' END, g * 1.5
  FROM generate_series(1, 300) g;
CREATE TABLE crm.numbers (n int PRIMARY KEY, pad text);
INSERT INTO crm.numbers SELECT g, repeat('x', 90) FROM generate_series(1, 200000) g;
CREATE TABLE crm.vault (id int, secret text);
CREATE TYPE crm.mood AS ENUM ('calm', 'cross');
CREATE TYPE crm.vault_kind AS ENUM ('a');
CREATE TABLE crm.kunden_raw (kunde_nr int PRIMARY KEY, mood crm.mood, canary_note text);
INSERT INTO crm.kunden_raw VALUES (1, 'calm', 'CANARY');
CREATE FUNCTION crm.peek() RETURNS int LANGUAGE sql AS 'SELECT 1';
COMMENT ON TABLE crm.vault IS 'CANARY';
COMMENT ON COLUMN crm.vault.secret IS 'CANARY';
INSERT INTO crm.vault VALUES (1, 'CANARY');
CREATE FUNCTION crm.hidden_stamp() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE TABLE crm.written (n int);
CREATE FUNCTION crm.write_it() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN PERFORM crm.really_write(); RETURN 7; END';
CREATE FUNCTION crm.really_write() RETURNS void LANGUAGE sql VOLATILE AS 'INSERT INTO crm.written VALUES (1)';
CREATE FUNCTION crm.hidden_word(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
ALTER TABLE crm.vault ADD PRIMARY KEY (id);
CREATE TABLE crm.topics (n int PRIMARY KEY);
CREATE TABLE crm.notes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  body text DEFAULT 'nothing yet' CHECK (length(body) < 1000),
  n int REFERENCES crm.topics (n),
  stamp int DEFAULT crm.hidden_stamp(),
  other int REFERENCES crm.vault (id),
  CONSTRAINT canary CHECK (crm.hidden_word(body) <> 'CANARY'));
CREATE INDEX notes_lower ON crm.notes (lower(body)) WHERE n > 0;
CREATE INDEX notes_canary ON crm.notes (crm.hidden_word(body));
COMMENT ON TABLE crm.notes IS 'CANARY';
COMMENT ON COLUMN crm.notes.body IS 'CANARY';
ALTER TABLE crm.customers ALTER region SET DEFAULT 'CANARY', ADD CONSTRAINT customers_region_check CHECK (region <> 'CANARY');
CREATE INDEX customers_canary ON crm.customers (lower(ssn)) WHERE region = 'CANARY';
COMMENT ON TABLE crm.customers IS 'CANARY';
DO $$ BEGIN CREATE ROLE postern_svc LOGIN PASSWORD 'service';
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT USAGE ON SCHEMA crm TO postern_svc;
GRANT SELECT ON ALL TABLES IN SCHEMA crm TO postern_svc;
GRANT INSERT ON crm.written TO postern_svc;
ANALYZE;
"#;

const POSTERN: &str = r#"
apiVersion: postern.dev/v1
kind: Config
listen: ["127.0.0.1:0"]
tls: {certificate: file:server.crt, key: file:server.key, plaintext: loopback_only}
warehouses:
  shop:
    host: 127.0.0.1
    port: @PORT@
    database: @DATABASE@
    user: postern_svc
    password: file:warehouse.password
    tls: {mode: disable}
    pool: {max_connections: 4, min_idle: 0, max_idle_time: 10m}
    search_path: [@PATH@]
policy: policy.yaml
contracts: contracts
people: people.yaml
audit: {dir: audit, durability: os, statement_text: parameterised}
limits: {sessions: 10, sessions_per_subject: 6, connection_wait: 2s, idle_in_transaction: 60s, result_bytes: 256MiB, login_timeout: 30s}
"#;

pub(super) const MASK_RULES: &str = "[{tag: pii.email, mask: {name: email, keep_domain: false}}]";

const PRODUCTS: &str = r#"      - contract: crm
        version: ^1.0
        role: analyst
        relations:
          customers:
            columns: [id, email, region, balance]
            row_filter: "region = 'EMEA'"
          numbers:
            columns: [n, pad]
          notes:
            columns: [id, body, n, stamp, other]
          topics:
            columns: [n]
          clients:
            columns: [number, mood]
"#;

/// The policy of the shop. `rows`: rows_per_query of the grant.
pub(super) fn policy(rows: u64) -> String {
    documents::policy(MASK_RULES, PRODUCTS, rows)
}

const RELATIONS: &str = r#"  - id: customers_obj
    name: customers
    physicalName: customers
    physicalType: table
    logicalType: object
    properties:
      - {id: c1, name: id, logicalType: integer, physicalType: integer, classification: internal, primaryKey: true, primaryKeyPosition: 1, required: true}
      - {id: c2, name: email, logicalType: string, physicalType: text, classification: pii, tags: [pii.email], customProperties: [{property: posternPseudonymDomain, value: email}]}
      - {id: c3, name: ssn, logicalType: string, physicalType: text, classification: restricted}
      - {id: c4, name: region, logicalType: string, physicalType: text, classification: internal}
      - {id: c5, name: balance, logicalType: number, physicalType: "numeric(12,2)", classification: internal}
  - id: numbers_obj
    name: numbers
    physicalName: numbers
    physicalType: table
    logicalType: object
    properties:
      - {id: n1, name: n, logicalType: integer, physicalType: integer, classification: internal, primaryKey: true, primaryKeyPosition: 1, required: true}
      - {id: n2, name: pad, logicalType: string, physicalType: text, classification: internal}
  - id: topics_obj
    name: topics
    physicalName: topics
    physicalType: table
    logicalType: object
    properties:
      - {id: s1, name: n, logicalType: integer, physicalType: integer, classification: internal, primaryKey: true, primaryKeyPosition: 1, required: true}
  - id: notes_obj
    name: notes
    description: Notes on topics
    physicalName: notes
    physicalType: table
    logicalType: object
    properties:
      - {id: t1, name: id, logicalType: integer, physicalType: bigint, classification: internal, primaryKey: true, primaryKeyPosition: 1, required: true}
      - {id: t2, name: body, logicalType: string, physicalType: text, classification: internal, description: What was said}
      - {id: t3, name: n, logicalType: integer, physicalType: integer, classification: internal}
      - {id: t4, name: stamp, logicalType: integer, physicalType: integer, classification: internal}
      - {id: t5, name: other, logicalType: integer, physicalType: integer, classification: internal}
  - id: clients_obj
    name: clients
    physicalName: kunden_raw
    physicalType: table
    logicalType: object
    properties:
      - {id: k1, name: number, physicalName: kunde_nr, logicalType: integer, physicalType: integer, classification: internal, primaryKey: true, primaryKeyPosition: 1, required: true}
      - {id: k2, name: mood, logicalType: string, physicalType: crm.mood, classification: internal}
"#;

/// What a gate's configuration says besides what is the same for all.
pub(crate) struct Texts<'a> {
    /// Port and database of the warehouse.
    pub(crate) port: u16,
    pub(crate) database: &'a str,
    /// Schemas, commas between them.
    pub(crate) search_path: &'a str,
    pub(crate) policy: &'a str,
    pub(crate) contracts: &'a [String],
}

/// Writes everything that the gate before the shop needs. `rows`: rows_per_query of the grant.
pub(super) fn write_shop(folder: &Path, port: u16, database: &str, rows: u64) {
    let contracts = [documents::contract("crm", "crm", RELATIONS)];
    write(folder, &Texts { port, database, search_path: "crm", policy: &policy(rows), contracts: &contracts });
}

/// Writes a configuration folder, with certificate, keys and two people.
pub(crate) fn write(folder: &Path, texts: &Texts<'_>) {
    let secret = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    };
    let certificate = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    secret("server.crt", &certificate.cert.pem());
    secret("server.key", &certificate.signing_key.serialize_pem());
    secret("warehouse.password", "service");
    secret("pseudonym.key", &"0123456789abcdef".repeat(4));
    let verifier = Verifier::make(&Secret::new(PASSWORD.to_owned())).unwrap();
    let person =
        |user: &str| format!("  - {{user: {user}, name: {user}, verifier: \"{}\", groups: [acme_analysts]}}\n", verifier);
    secret("people.yaml", &format!("people:\n{}{}", person("jane"), person("john")));
    let postern = POSTERN.replace("@PORT@", &texts.port.to_string()).replace("@DATABASE@", texts.database);
    secret("postern.yaml", &postern.replace("@PATH@", texts.search_path));
    secret("policy.yaml", texts.policy);
    fs::create_dir(folder.join("contracts")).unwrap();
    for (number, contract) in texts.contracts.iter().enumerate() {
        let name = contract.lines().find_map(|line| line.strip_prefix("name: "));
        let name = name.map_or_else(|| number.to_string(), str::to_owned);
        secret(&format!("contracts/{name}.odcs.yaml"), contract);
    }
}

/// Changes a file of the folder.
pub(super) fn change(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} does not say {from:?}:\n{text}");
    fs::write(&path, text.replace(from, to)).unwrap();
}
