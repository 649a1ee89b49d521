//! A warehouse with everything that may stand in one. What is hidden or filtered away says CANARY.

use crate::gate::served::Ground;
use crate::harness::{documents, postern, text};

const WAREHOUSE: &str = r#"
CREATE SCHEMA crm; CREATE SCHEMA ref;
CREATE TYPE crm.tier AS ENUM ('basic', 'gold');
CREATE TYPE crm.place AS (street text, zip varchar(10));
CREATE DOMAIN crm.price AS numeric(12,2) CHECK (VALUE >= 0);
CREATE TABLE crm.customers (id int PRIMARY KEY, email text, ssn text, region text, balance numeric(12,2), tier crm.tier, home crm.place, price crm.price,
  tags text[], code varchar(12) COLLATE "C", born date, doubled int GENERATED ALWAYS AS (id * 2) STORED, note text);
INSERT INTO crm.customers (id, email, ssn, region, balance, tier, home, price, tags, code, born, note) SELECT g, 'person' || g || '@example.com', 'CANARY-' || g, CASE WHEN g % 3 = 0 THEN 'US' ELSE 'EMEA' END, g * 1.5,
    CASE WHEN g % 2 = 0 THEN 'gold' ELSE 'basic' END::crm.tier, ROW('street ' || g, g::text)::crm.place, g / 4.0, ARRAY['a' || g, 'b'], 'C-' || g,
    '1970-01-01'::date + g * 100, CASE WHEN g % 3 = 0 THEN 'CANARY-m' || g ELSE 'note ' || g END
  FROM generate_series(1, 30) g;
UPDATE crm.customers SET email = NULL, home = NULL, tags = NULL WHERE id = 4;
CREATE TABLE crm.orders (id int, customer_id int, placed_at timestamptz, amount numeric(10,2), PRIMARY KEY (id, placed_at)) PARTITION BY RANGE (placed_at);
CREATE TABLE crm.orders_2024 PARTITION OF crm.orders FOR VALUES FROM ('2024-01-01Z') TO ('2025-01-01Z');
CREATE TABLE crm.orders_rest PARTITION OF crm.orders DEFAULT;
INSERT INTO crm.orders SELECT g, g % 30 + 1, '2024-11-01Z'::timestamptz + g * interval '1 day', g FROM generate_series(1, 120) g;
CREATE TABLE crm.items (order_id int, line int, product text, PRIMARY KEY (order_id, line));
INSERT INTO crm.items SELECT o.id, l, CASE WHEN o.amount < 100 THEN 'thing ' || l ELSE 'CANARY' END FROM crm.orders o, generate_series(1, 2) l;
CREATE TABLE crm.docs (id int, doc jsonb);
INSERT INTO crm.docs SELECT g, jsonb_build_object('k', g % 4, 'text', CASE WHEN g % 4 = 3 THEN 'CANARY' ELSE 'fine' END) FROM generate_series(1, 20) g;
CREATE TABLE crm.shipments (id int, carrier text);
CREATE TABLE crm.shipments_special (secret text) INHERITS (crm.shipments);
INSERT INTO crm.shipments VALUES (1, 'post'), (2, 'bike');
INSERT INTO crm.shipments_special VALUES (3, 'courier', 'CANARY');
CREATE VIEW crm.regions AS SELECT region, count(*) AS people FROM crm.customers GROUP BY region;
CREATE MATERIALIZED VIEW crm.totals AS SELECT sum(amount) AS amount FROM crm.orders;
CREATE EXTENSION file_fdw;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE crm.far (line text) SERVER files OPTIONS (filename 'PG_VERSION');
CREATE TABLE ref.fx (currency text PRIMARY KEY, rate numeric);
INSERT INTO ref.fx VALUES ('EUR', 1.0), ('USD', 0.9);
CREATE TABLE crm.vault (id int, secret text); INSERT INTO crm.vault VALUES (1, 'CANARY');
CREATE FUNCTION ref.rate(cur text, factor numeric DEFAULT 1) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT rate * factor FROM ref.fx WHERE currency = cur';
CREATE FUNCTION ref.joined(VARIADIC words text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT pg_catalog.array_to_string(words, '-')$$;
CREATE FUNCTION ref.rates(lowest numeric) RETURNS TABLE(currency text, rate numeric) LANGUAGE sql STABLE AS 'SELECT currency, rate FROM ref.fx WHERE rate >= lowest';
CREATE AGGREGATE ref.total(numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0');
CREATE ROLE "@LOGIN@" LOGIN PASSWORD 'service';
GRANT USAGE ON SCHEMA crm, ref TO "@LOGIN@";
GRANT SELECT ON ALL TABLES IN SCHEMA crm, ref TO "@LOGIN@";
GRANT SELECT (id), INSERT (id) ON crm.vault TO "@LOGIN@";
ANALYZE;
"#;

const PRODUCTS: &str = r#"      - contract: crm
        version: ^1.0
        role: analyst
        relations:
          customers:
            columns: [id, mail, region, balance, tier, home, price, tags, code, born, doubled, note]
            row_filter: "region = 'EMEA'"
            masks:
              balance: {name: constant, value: 0}
              born: {name: date_trunc, unit: year}
          orders: {columns: [id, customer_id, placed_at, amount], row_filter: "amount < 100 AND placed_at >= timestamptz '2024-11-05 00:00:00'"}
          items: {columns: [order_id, line, product], row_filter: "EXISTS (SELECT 1 FROM crm.orders AS o WHERE o.id = items.order_id AND o.amount < 100)", reference: [crm.orders]}
          docs: {columns: [id, doc], row_filter: "(doc->>'k')::int <> 3"}
          shipments: {columns: [id, carrier]}
          regions: {columns: [region, people], row_filter: "region = 'EMEA' OR region = :vendor"}
          totals: {columns: [amount]}
          far: {columns: [line]}
      - contract: reference
        version: ^1.0
        role: analyst
        relations:
          fx: {columns: [currency, rate]}
"#;

const CRM: &str = r#"  - id: customers_obj
    name: customers
    physicalName: customers
    physicalType: table
    logicalType: object
    properties:
      - {id: c1, name: id, logicalType: integer, physicalType: integer, classification: internal, primaryKey: true, primaryKeyPosition: 1, required: true}
      - {id: c2, name: mail, physicalName: email, logicalType: string, physicalType: text, classification: pii, tags: [pii.email], customProperties: [{property: posternPseudonymDomain, value: email}]}
      - {id: c3, name: ssn, logicalType: string, physicalType: text, classification: restricted}
      - {id: c4, name: region, logicalType: string, physicalType: text, classification: internal}
      - {id: c5, name: balance, logicalType: number, physicalType: "numeric(12,2)", classification: internal}
      - {id: c6, name: tier, logicalType: string, physicalType: crm.tier, classification: internal}
      - {id: c7, name: home, logicalType: object, physicalType: crm.place, classification: internal}
      - {id: c8, name: price, logicalType: number, physicalType: crm.price, classification: internal}
      - {id: c9, name: tags, logicalType: array, physicalType: "text[]", classification: internal}
      - {id: c10, name: code, logicalType: string, physicalType: "varchar(12)", classification: internal}
      - {id: c11, name: born, logicalType: date, physicalType: date, classification: internal}
      - {id: c12, name: doubled, logicalType: integer, physicalType: integer, classification: internal}
      - {id: c13, name: note, logicalType: string, physicalType: text, classification: internal}
  - id: orders_obj
    name: orders
    physicalName: orders
    physicalType: table
    logicalType: object
    properties:
      - {id: o1, name: id, logicalType: integer, physicalType: integer, classification: internal, primaryKey: true, primaryKeyPosition: 1, required: true}
      - {id: o2, name: customer_id, logicalType: integer, physicalType: integer, classification: internal}
      - {id: o3, name: placed_at, logicalType: timestamp, physicalType: timestamptz, classification: internal, primaryKey: true, primaryKeyPosition: 2, required: true}
      - {id: o4, name: amount, logicalType: number, physicalType: "numeric(10,2)", classification: internal}
  - id: items_obj
    name: items
    physicalName: items
    physicalType: table
    logicalType: object
    properties:
      - {id: i1, name: order_id, logicalType: integer, physicalType: integer, classification: internal}
      - {id: i2, name: line, logicalType: integer, physicalType: integer, classification: internal}
      - {id: i3, name: product, logicalType: string, physicalType: text, classification: internal}
  - id: docs_obj
    name: docs
    physicalName: docs
    physicalType: table
    logicalType: object
    properties:
      - {id: d1, name: id, logicalType: integer, physicalType: integer, classification: internal}
      - {id: d2, name: doc, logicalType: object, physicalType: jsonb, classification: internal}
  - id: shipments_obj
    name: shipments
    physicalName: shipments
    physicalType: table
    logicalType: object
    properties:
      - {id: s1, name: id, logicalType: integer, physicalType: integer, classification: internal}
      - {id: s2, name: carrier, logicalType: string, physicalType: text, classification: internal}
  - id: regions_obj
    name: regions
    physicalName: regions
    physicalType: view
    logicalType: object
    properties:
      - {id: r1, name: region, logicalType: string, physicalType: text, classification: internal}
      - {id: r2, name: people, logicalType: integer, physicalType: bigint, classification: internal}
  - id: totals_obj
    name: totals
    physicalName: totals
    physicalType: view
    logicalType: object
    properties:
      - {id: t1, name: amount, logicalType: number, physicalType: numeric, classification: internal}
  - id: far_obj
    name: far
    physicalName: far
    physicalType: table
    logicalType: object
    properties:
      - {id: f1, name: line, logicalType: string, physicalType: text, classification: internal}
"#;

const REFERENCE: &str = r#"  - id: fx_obj
    name: fx
    physicalName: fx
    physicalType: table
    logicalType: object
    properties:
      - {id: x1, name: currency, logicalType: string, physicalType: text, classification: internal}
      - {id: x2, name: rate, logicalType: number, physicalType: numeric, classification: internal}
"#;

const USER_FUNCTIONS: &str = "\n    functions: {user_allow: [\"ref.rate(text,numeric)\", \"ref.joined(text[])\", \"ref.rates(numeric)\", \"ref.total(numeric)\"]}";

/// The warehouse with its configuration, the inline back-end.
pub(super) fn bazaar() -> Ground {
    let policy = documents::policy("[{tag: pii.email, mask: {name: hash}}]", PRODUCTS, 100_000);
    let contracts = [documents::contract("crm", "crm", CRM), documents::contract("reference", "ref", REFERENCE)];
    let ground = Ground::of(WAREHOUSE, "crm, public", &policy, &contracts);
    ground.edit("postern.yaml", "search_path: [crm, public]", &format!("search_path: [crm, public]{USER_FUNCTIONS}"));
    ground
}

/// The same, read through views that are made.
pub(super) fn on_views() -> Ground {
    let ground = bazaar();
    switch(&ground);
    done(&ground, &["--apply"]);
    ground
}

/// Sets the back-end; nothing is made.
pub(super) fn switch(ground: &Ground) {
    ground.edit("postern.yaml", "search_path: [crm, public]", "backend: views\n    search_path: [crm, public]");
}

/// How a command ended and what it said.
pub(super) struct Said {
    pub(super) code: i32,
    pub(super) out: String,
    pub(super) err: String,
}

/// Runs `postern views`; as the administrator where the command needs one.
pub(super) fn views(ground: &Ground, arguments: &[&str]) -> Said {
    let admin = format!("postgres://postgres@127.0.0.1:{}/{}", ground.server.port, ground.database);
    let mut all = vec!["views", "--config", ground.path().to_str().unwrap()];
    all.extend(arguments);
    if !arguments.contains(&"--check") && !arguments.contains(&"--warehouse") {
        all.extend(["--warehouse", &admin]);
    }
    let output = postern(&all);
    Said { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// The same, of a command that works.
pub(super) fn done(ground: &Ground, arguments: &[&str]) -> String {
    let said = views(ground, arguments);
    assert_eq!(said.code, 0, "{arguments:?}: {}{}", said.out, said.err);
    said.out
}
