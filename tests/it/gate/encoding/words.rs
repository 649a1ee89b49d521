//! A warehouse of words in many scripts, and a gate before it.

use std::sync::Arc;

use crate::gate::folder::{MASK_RULES, Texts, change, write};
use crate::gate::running::Gate;
use crate::harness::{Postgres, documents};

const WAREHOUSE: &str = r#"
CREATE SCHEMA crm;
CREATE TABLE crm.worte (n int PRIMARY KEY, wort text, email text);
INSERT INTO crm.worte VALUES (1, 'Müller', 'müller@example.com'), (2, '5 €', 'euro@example.com'), (3, '“5 €”', 'zitat@example.com'),
  (4, 'Жук', 'жук@example.com'), (5, '表ソ能', '表@example.com'), (6, '功許', NULL), (7, '誠實', 'x@example.com'), (8, '表計', 'y@example.com'),
  (9, '한국', 'z@example.com'), (10, '誠😀', 'w@example.com'), (11, '斗', 'v@example.com'), (12, '国', 'u@example.com'), (13, '表か゚', 't@example.com'),
  (14, 'plain', 'plain@example.com');
CREATE TABLE crm."wörter" (n int PRIMARY KEY, "straße" text, hidden text);
INSERT INTO crm."wörter" VALUES (1, 'Größe', 'CANARY €');
DO $$ BEGIN CREATE ROLE postern_svc LOGIN PASSWORD 'service';
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT USAGE ON SCHEMA crm TO postern_svc;
GRANT SELECT ON ALL TABLES IN SCHEMA crm TO postern_svc;
ANALYZE;
"#;

const CONTRACT: &str = r#"  - id: words_obj
    name: worte
    physicalName: worte
    physicalType: table
    logicalType: object
    properties:
      - {id: w1, name: n, logicalType: integer, physicalType: integer, classification: internal, primaryKey: true, primaryKeyPosition: 1, required: true}
      - {id: w2, name: wort, logicalType: string, physicalType: text, classification: internal}
      - {id: w3, name: email, logicalType: string, physicalType: text, classification: pii, tags: [pii.email], customProperties: [{property: posternPseudonymDomain, value: email}]}
  - id: more_obj
    name: wörter
    physicalName: wörter
    physicalType: table
    logicalType: object
    properties:
      - {id: m1, name: n, logicalType: integer, physicalType: integer, classification: internal, primaryKey: true, primaryKeyPosition: 1, required: true}
      - {id: m2, name: straße, logicalType: string, physicalType: text, classification: internal}
      - {id: m3, name: hidden, logicalType: string, physicalType: text, classification: restricted}
"#;

const RELATIONS: &str = r#"          worte:
            columns: [n, wort, email]
          wörter:
            columns: [n, straße]
            row_filter: "hidden <> '€'"
"#;

/// A gate before the words, with that many connections to the warehouse.
pub(super) fn gate(connections: usize) -> Gate {
    gate_before(Postgres::shared(), connections)
}

pub(super) fn gate_before(server: Arc<Postgres>, connections: usize) -> Gate {
    let database = Gate::new_database_name();
    server.database(&database);
    server.sql(&database, WAREHOUSE);
    let products =
        format!("      - contract: crm\n        version: ^1.0\n        role: analyst\n        relations:\n{RELATIONS}");
    let policy = documents::policy(MASK_RULES, &products, 1000);
    let folder = tempfile::tempdir().unwrap();
    let contracts = [documents::contract("crm", "crm", CONTRACT)];
    let texts = Texts { port: server.port, database: &database, search_path: "crm", policy: &policy, contracts: &contracts };
    write(folder.path(), &texts);
    change(folder.path(), "postern.yaml", "max_connections: 4", &format!("max_connections: {connections}"));
    Gate::over(server, database, folder).unwrap()
}
