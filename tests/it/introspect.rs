//! The catalogs of a real server, read as the gate reads them.

use postern::catalog::{Collation, Generated, RelationKind, TypeKind};
use postern::upstream::{Tls, UpstreamError};

use crate::harness::{Postgres, block_on, introspect, target};

const SCHEMA: &str = r#"
CREATE SCHEMA crm; CREATE SCHEMA "Odd Schema";
CREATE TYPE crm.tier AS ENUM ('a', 'b');
CREATE TYPE crm.address AS (street text, zip varchar(10));
CREATE DOMAIN crm.amount AS numeric(12,2) CHECK (VALUE >= 0);
CREATE DOMAIN crm.small_amount AS crm.amount;
CREATE TYPE crm.span AS RANGE (subtype = numeric);
CREATE TABLE crm.customers (
  dropped int, id bigint GENERATED ALWAYS AS IDENTITY, email varchar(80) COLLATE "C" NOT NULL, tier crm.tier, home crm.address,
  balance crm.small_amount, tags text[], span crm.span, "weird ""col" text, doubled numeric GENERATED ALWAYS AS (1 + 1) STORED,
  CONSTRAINT pk PRIMARY KEY (email, id));
ALTER TABLE crm.customers DROP COLUMN dropped;
CREATE TABLE crm.late (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE crm.sales (id int, day date) PARTITION BY RANGE (day);
CREATE TABLE crm.sales_2024 PARTITION OF crm.sales FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE VIEW crm.v AS SELECT id FROM crm.customers;
CREATE MATERIALIZED VIEW "Odd Schema"."M v" AS SELECT 1 AS one;
CREATE SEQUENCE crm.alone;
CREATE FUNCTION crm.rate(currency text, day date DEFAULT now()) RETURNS numeric LANGUAGE sql STABLE AS 'SELECT 1.0';
CREATE FUNCTION crm.pairs(VARIADIC ids int[], OUT a int, OUT b crm.tier) RETURNS SETOF record LANGUAGE sql AS 'SELECT 1, NULL::crm.tier';
ALTER DATABASE introspected SET search_path = crm, no_such_schema, public;
"#;

#[test]
fn everything_that_a_policy_compiles_against_is_read() {
    let server = Postgres::shared();
    server.database("introspected");
    server.sql("introspected", SCHEMA);
    let catalog = introspect(&server, "introspected");
    assert!(catalog.server_version >= 130_000);
    assert!(catalog.server_version_text.starts_with(&(catalog.server_version / 10_000).to_string()));
    assert_eq!((catalog.encoding.as_str(), catalog.database.as_str()), ("UTF8", "introspected"));
    assert_eq!(catalog.search_path, ["crm", "no_such_schema", "public"]);
    assert!(catalog.version.starts_with("PostgreSQL "), "{}", catalog.version);
    assert!(catalog.schemas.values().any(|name| name == "Odd Schema"));
    assert_eq!(catalog.hazards, Vec::<String>::new());
    assert_eq!(catalog.operators, []);

    let kinds: Vec<_> =
        catalog.relations.iter().map(|relation| (relation.name.as_str(), relation.kind, relation.is_partition)).collect();
    assert_eq!(
        kinds,
        [
            ("customers_id_seq", RelationKind::Sequence, false),
            ("customers", RelationKind::Table, false),
            ("late", RelationKind::Table, false),
            ("sales", RelationKind::Partitioned, false),
            ("sales_2024", RelationKind::Table, true),
            ("v", RelationKind::View, false),
            ("M v", RelationKind::MaterializedView, false),
            ("alone", RelationKind::Sequence, false),
        ]
    );
    let customers = catalog.relation("crm", "customers").unwrap();
    assert_eq!(customers.primary_key, [3, 2]);
    assert_eq!(catalog.relation("crm", "late").unwrap().primary_key, Vec::<i16>::new());
    let texts: Vec<_> =
        customers.columns.iter().map(|column| (column.attnum, column.name.as_str(), column.type_text.as_str())).collect();
    assert_eq!(
        texts,
        [
            (2, "id", "bigint"),
            (3, "email", "character varying(80)"),
            (4, "tier", "crm.tier"),
            (5, "home", "crm.address"),
            (6, "balance", "crm.small_amount"),
            (7, "tags", "text[]"),
            (8, "span", "crm.span"),
            (9, "weird \"col", "text"),
            (10, "doubled", "numeric"),
        ]
    );
    for column in &customers.columns {
        assert_eq!(catalog.type_text(column.type_oid, column.typmod), column.type_text);
    }
    let email = customers.column("email").unwrap();
    assert_eq!(email.collation, Some(Collation { schema: "pg_catalog".into(), name: "C".into(), deterministic: true }));
    assert!(email.not_null && !customers.column("tier").unwrap().not_null);
    assert_eq!((customers.column("doubled").unwrap().generated, email.generated), (Some(Generated::Stored), None));

    let type_of = |name: &str| &catalog.types[&customers.column(name).unwrap().type_oid];
    assert_eq!(
        (type_of("tier").kind, type_of("home").kind, type_of("span").kind),
        (TypeKind::Enum, TypeKind::Composite, TypeKind::Range)
    );
    assert_eq!(type_of("home").attributes, [("street".to_owned(), 25), ("zip".to_owned(), 1043)]);
    assert_eq!(type_of("span").subtype, Some(1700));
    assert_eq!(type_of("tags").element, Some(25));
    let (base, typmod) = catalog.under_domains(type_of("balance").oid, -1).unwrap();
    assert_eq!(catalog.type_text(base.oid, typmod), "numeric(12,2)");
    let row_type = catalog.types.values().find(|found| found.schema == "crm" && found.name == "customers").unwrap();
    assert_eq!(row_type.row_of, Some(customers.oid));
    assert_eq!(type_of("home").row_of, None);

    let rate = catalog.functions.iter().find(|function| function.name == "rate").unwrap();
    assert_eq!(
        (rate.arguments.as_slice(), rate.defaults, rate.volatility, rate.kind),
        (&["text".to_owned(), "date".to_owned()][..], 1, 's', 'f')
    );
    let pairs = catalog.functions.iter().find(|function| function.name == "pairs").unwrap();
    assert_eq!(
        (pairs.arguments.as_slice(), pairs.out_columns.as_slice()),
        (&["integer[]".to_owned()][..], &["a".to_owned(), "b".to_owned()][..])
    );
    assert!(pairs.variadic && pairs.returns_set && pairs.returns == "record");

    let attribute =
        catalog.system.iter().find(|relation| relation.schema == "pg_catalog" && relation.name == "pg_attribute").unwrap();
    assert_eq!(attribute.columns[0], ("attrelid".to_owned(), 1, 26));
    assert!(catalog.system.iter().any(|relation| relation.schema == "information_schema" && relation.name == "columns"));
}

#[test]
fn objects_that_take_part_unasked_are_told() {
    let server = Postgres::builder().start();
    server.database("hazards");
    server.sql(
        "hazards",
        "CREATE FUNCTION public.yes(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
         CREATE CAST (text AS boolean) WITH FUNCTION public.yes(text) AS IMPLICIT;
         CREATE FUNCTION pg_catalog.upper(varchar) RETURNS text LANGUAGE sql AS 'SELECT ''mine''';
         CREATE FUNCTION public.plus(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1';
         CREATE OPERATOR pg_catalog.+ (LEFTARG = text, RIGHTARG = text, FUNCTION = public.plus);
         CREATE SCHEMA ops; CREATE OPERATOR ops.@@@ (LEFTARG = text, RIGHTARG = text, FUNCTION = public.plus);",
    );
    let catalog = introspect(&server, "hazards");
    assert_eq!(catalog.hazards.len(), 3, "{:?}", catalog.hazards);
    for (hazard, names) in catalog.hazards.iter().zip(["cast from text to boolean", "upper(character varying)", "+ (text, text)"])
    {
        assert!(hazard.contains(names), "{hazard}");
    }
    assert!(!catalog.operators.is_empty() && catalog.operators.iter().all(|operator| operator.schema == "ops"));

    server.sql("postgres", "CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
    assert!(introspect(&server, "ascii").hazards[0].contains("SQL_ASCII"));
}

#[test]
fn a_role_logs_in_with_its_password_and_a_wrong_one_is_told() {
    let server = Postgres::shared();
    server.sql("postgres", "CREATE ROLE introspector LOGIN PASSWORD 'right'");
    let right = target(&server, "postgres", "introspector", Some("right"));
    assert_eq!(block_on(async move { postern::upstream::introspect(&right).await.unwrap() }).database, "postgres");
    let wrong = target(&server, "postgres", "introspector", Some("wrong"));
    let error = block_on(async move { postern::upstream::introspect(&wrong).await.unwrap_err() });
    assert!(matches!(error, UpstreamError::Login { sqlstate, .. } if sqlstate.as_str() == "28P01"), "{error:?}");
}

#[test]
fn a_warehouse_over_tls_must_show_a_certificate_of_its_authority_for_its_name() {
    let certified = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let server = Postgres::builder()
        .setting("ssl", "on")
        .setting("ssl_cert_file", "server.crt")
        .setting("ssl_key_file", "server.key")
        .file("server.crt", certified.cert.pem().as_bytes())
        .file("server.key", certified.signing_key.serialize_pem().as_bytes())
        .hba("hostssl all all 127.0.0.1/32 trust\n")
        .start();
    let through = |authority: &[u8], host: &str| {
        let mut over_tls = (*target(&server, "postgres", "postgres", None)).clone();
        over_tls.tls = Tls::verify_full(authority).unwrap();
        over_tls.host = host.to_owned();
        block_on(async move { postern::upstream::introspect(&over_tls).await })
    };
    assert_eq!(through(certified.cert.pem().as_bytes(), "127.0.0.1").unwrap().database, "postgres");
    let other = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    assert!(matches!(through(other.cert.pem().as_bytes(), "127.0.0.1"), Err(UpstreamError::Tls(_))));
    assert!(matches!(through(certified.cert.pem().as_bytes(), "localhost"), Err(UpstreamError::Tls(_))));
}
