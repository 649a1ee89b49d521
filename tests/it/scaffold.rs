//! From a live database to a gate that serves it, by the program alone: scaffold, check, serve, psql, audit.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::harness::{Login, Postgres, Serving, done, postern, text};

/// Everything that a live database may hold: all kinds of relations, names that neither SQL nor YAML likes, types that cannot be served,
/// functions of every sort.
const SCHEMA: &str = r##"
CREATE SCHEMA shop; CREATE SCHEMA "Odd: Schema #1"; CREATE SCHEMA elsewhere;
CREATE TYPE shop.size AS ENUM ('small', 'large');
CREATE TYPE shop.place AS (street text, zip varchar(10));
CREATE DOMAIN shop.price AS numeric(12,2) CHECK (VALUE >= 0);
CREATE TABLE shop.plain (id bigint PRIMARY KEY, name text NOT NULL, size shop.size, home shop.place, price shop.price, tags text[], doc jsonb,
  span int4range, at timestamptz(3), doubled bigint GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO shop.plain VALUES (1, 'ä', 'small', ('a', 'b'), 1.50, '{x,"y z"}', '{"k": [1]}', '[1,5)', '2026-01-02 03:04:05.678Z'), (2, '', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE shop.days (id int, day date, PRIMARY KEY (day, id)) PARTITION BY RANGE (day);
CREATE TABLE shop.days_2025 PARTITION OF shop.days FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE shop.days_rest PARTITION OF shop.days DEFAULT;
INSERT INTO shop.days SELECT n, '2025-12-20'::date + n FROM generate_series(1, 20) AS n;
CREATE VIEW shop.seen AS SELECT id, name FROM shop.plain;
CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) AS rows FROM shop.days;
CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
CREATE FOREIGN TABLE shop.far (a int) SERVER nowhere;
CREATE TABLE shop."a.b" (id int); CREATE SCHEMA a; CREATE TABLE a.b (id int);
INSERT INTO shop."a.b" VALUES (7);
CREATE TABLE "Odd: Schema #1"."- {null}: *&! | > ' "" \ %@` 表 🦀" ("null" int, "true" text, " lead and trail " int, "a: b # c" int, "- dash" int,
  "quo""te" int, "back\slash" int, "tab	and
line" int, "größe" int, "{x}" int, "[y]" int, "0x1F" int, "~" int, "*" int, "select" int);
INSERT INTO "Odd: Schema #1"."- {null}: *&! | > ' "" \ %@` 表 🦀" VALUES (1, '2', 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
CREATE TABLE shop.unserved (id int, whole shop.plain, relation regclass, list shop.plain[], ok int);
CREATE TABLE shop.nothing_served (whole shop.plain);
CREATE TABLE shop.no_columns ();
CREATE TABLE elsewhere.secret (id int);
CREATE SEQUENCE shop.tickets START 7 INCREMENT 2; CREATE SEQUENCE elsewhere.counter;
CREATE FUNCTION shop.twice(n numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
CREATE FUNCTION shop.twice(t text, times int DEFAULT 2) RETURNS text LANGUAGE sql STABLE AS 'SELECT repeat(t, times)';
CREATE FUNCTION shop.sizes(VARIADIC wanted shop.size[]) RETURNS SETOF shop.size LANGUAGE sql STABLE AS 'SELECT unnest(wanted)';
CREATE FUNCTION shop.pairs(c character, b bit, OUT one int, OUT two text) LANGUAGE sql IMMUTABLE AS $$SELECT 1, c || b::text$$;
CREATE FUNCTION "Odd: Schema #1"."f (x), y"(anyelement) RETURNS anyelement LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE AGGREGATE shop.total(numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0');
CREATE FUNCTION shop.dice() RETURNS float8 LANGUAGE sql VOLATILE AS 'SELECT random()';
CREATE FUNCTION shop.name_of(shop.plain) RETURNS text LANGUAGE sql STABLE AS 'SELECT $1.name';
CREATE FUNCTION shop.on_change() RETURNS trigger LANGUAGE plpgsql STABLE AS 'BEGIN RETURN NEW; END';
CREATE PROCEDURE shop.run() LANGUAGE sql AS 'SELECT 1';
CREATE TEXT SEARCH CONFIGURATION shop."A: b" (COPY = simple); CREATE TEXT SEARCH DICTIONARY shop.words (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION elsewhere.other (COPY = simple);
CREATE EXTENSION seg SCHEMA elsewhere; CREATE DOMAIN shop.spot AS elsewhere.seg;
CREATE TYPE "Odd: Schema #1".size AS ENUM ('other'); CREATE TYPE "Odd: Schema #1"."T: #1 ""x"".y[]" AS ENUM ('a'); CREATE TYPE "Odd: Schema #1"."int4" AS (n int);
CREATE TYPE shop.reach AS RANGE (subtype = text, collation = "C"); CREATE TYPE shop.of_row AS (whole shop.plain[]); CREATE TYPE shop.of_name AS (of regclass);
CREATE DOMAIN shop.of_domain AS shop.of_row; CREATE TYPE shop.shell; CREATE TYPE shop.own;
CREATE FUNCTION shop.own_in(cstring) RETURNS shop.own LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION shop.own_out(shop.own) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE shop.own (INPUT = shop.own_in, OUTPUT = shop.own_out, LIKE = text);
CREATE ROLE "shop reader" LOGIN PASSWORD 'p@ss/%:''" \';
ALTER ROLE "shop reader" SET temp_file_limit = '1GB';
GRANT USAGE ON SCHEMA shop, "Odd: Schema #1", elsewhere, a TO "shop reader";
GRANT SELECT ON ALL TABLES IN SCHEMA shop, "Odd: Schema #1", elsewhere, a TO "shop reader";
GRANT SELECT ON ALL SEQUENCES IN SCHEMA shop, elsewhere TO "shop reader";
ALTER ROLE "shop reader" SET search_path = "Odd: Schema #1", no_such_schema, shop;
"##;

const CLIENT_PASSWORD: &str = "client password";
const ODD: &str = "\"Odd: Schema #1\".\"- {null}: *&! | > ' \"\" \\ %@` 表 🦀\"";

const JANE: Login = Login { user: "Jane Doe", password: CLIENT_PASSWORD, database: "first-look" };

/// A server with the database, and a folder that was scaffolded from it.
fn scaffolded(database: &str) -> (Arc<Postgres>, tempfile::TempDir, Value) {
    let server = Postgres::shared();
    server.database(database);
    server.sql(database, &SCHEMA.replace("shop reader", &format!("{database} reader")));
    let work = tempfile::tempdir().unwrap();
    fs::write(work.path().join("client.secret"), format!("{CLIENT_PASSWORD}\n")).unwrap();
    let url = format!("postgres://{database}%20reader:p%40ss%2F%25%3A'%22%20%5C@127.0.0.1:{}/{database}", server.port);
    let folder = work.path().join("conf");
    let said = done(&[
        "scaffold",
        "--warehouse",
        &url,
        "--schemas",
        "shop,Odd: Schema #1",
        "--grant",
        "first-look",
        "--user",
        "Jane Doe",
        "--expose",
        "all",
        "--out",
        folder.to_str().unwrap(),
        "--password-file",
        work.path().join("client.secret").to_str().unwrap(),
        "--format",
        "json",
    ]);
    (server, work, serde_json::from_str(&said).unwrap())
}

#[test]
fn what_cannot_be_served_is_left_out_and_told() {
    let (_server, work, said) = scaffolded("scaffold_left_out");
    let told: Vec<String> = said["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| format!("{}: {}", entry["object"].as_str().unwrap(), entry["reason"].as_str().unwrap()))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    column "Odd: Schema #1"."- {null}: *&! | > ' "" \ %@` 表 🦀"."*": a policy cannot name a column "*"
    table shop.no_columns: it has no columns
    table shop.nothing_served: none of its columns can be served: its type shop.plain is the row type of a relation, which shows the columns of that relation
    column shop.unserved.whole: its type shop.plain is the row type of a relation, which shows the columns of that relation
    column shop.unserved.relation: values of type regclass can tell what is hidden
    column shop.unserved.list: its type shop.plain is the row type of a relation, which shows the columns of that relation
    function shop.dice(): it is volatile: whatever it does, vendors could make it do
    function shop.name_of(shop.plain): its type shop.plain is the row type of a relation, which shows the columns of that relation
    function shop.on_change(): trigger is no type of values
    function shop.own_in(cstring): cstring is no type of values
    function shop.own_out(shop.own): its type shop.own is a user's own base type, whose operators are not classified
    function shop.run(): it is a procedure
    type shop.of_domain: its type shop.plain is the row type of a relation, which shows the columns of that relation
    type shop.of_name: values of type regclass can tell what is hidden
    type shop.of_row: its type shop.plain is the row type of a relation, which shows the columns of that relation
    type shop.own: its type shop.own is a user's own base type, whose operators are not classified
    type shop.shell: it is no type of values
    type shop.spot: its type elsewhere.seg belongs to extension seg, which is not classified
    "#);
    let postern = fs::read_to_string(work.path().join("conf/postern.yaml")).unwrap();
    for line in [
        r##"        - "\"Odd: Schema #1\".\"T: #1 \"\"x\"\".y[]\"""##,
        r##"        - "\"Odd: Schema #1\".size""##,
        r##"        - "shop.\"A: b\"""##,
        r#"        - "shop.words""#,
        r#"        - "shop.reach""#,
        r#"        - "shop.size""#,
        r#"      # left out: shop.shell: it is no type of values"#,
    ] {
        assert!(postern.lines().any(|written| written == line), "{line}\n{postern}");
    }
    assert_eq!((&said["contracts"], &said["relations"]), (&json!(2), &json!(11)));
    // A range type brings its constructors; since PostgreSQL 14 those of its multirange, and that type, too.
    let counts = (said["functions"].as_u64().unwrap(), said["types"].as_u64().unwrap());
    assert!([(8, 7), (11, 8)].contains(&counts), "{counts:?}");
    assert_eq!(said.get("password"), None, "a password from a file is not printed");
    let contract = fs::read_to_string(work.path().join("conf/contracts/02-shop.odcs.yaml")).unwrap();
    assert!(
        contract.contains("      # left out: column \"whole\": its type shop.plain is the row type of a relation"),
        "{contract}"
    );
}

#[test]
fn secrets_are_for_their_owner_alone_and_nothing_is_overwritten() {
    let (server, work, _) = scaffolded("scaffold_files");
    let mode = |file: &str| fs::metadata(work.path().join("conf").join(file)).unwrap().permissions().mode() & 0o777;
    for file in ["keys/server.key", "keys/warehouse.password", "keys/pseudonym.key"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
    for folder in ["keys", "audit", "state"] {
        assert_eq!(mode(folder), 0o700, "{folder}");
    }
    let all = |folder: &Path| -> String {
        let files = [
            "postern.yaml",
            "policy.yaml",
            "people.yaml",
            "contracts/01-Odd--Schema--1.odcs.yaml",
            "contracts/02-shop.odcs.yaml",
        ];
        files.iter().map(|file| fs::read_to_string(folder.join(file)).unwrap()).collect()
    };
    let before = all(&work.path().join("conf"));
    assert!(!before.contains("p@ss") && !before.contains(CLIENT_PASSWORD));
    assert_eq!(fs::read_to_string(work.path().join("conf/keys/warehouse.password")).unwrap(), "p@ss/%:'\" \\\n");
    let url = format!("postgres://postgres@127.0.0.1:{}/scaffold_files", server.port);
    let folder = work.path().join("conf");
    let scaffold = ["scaffold", "--warehouse", &url, "--grant", "g", "--user", "u", "--expose", "all", "--out"];
    let again = postern(&[&scaffold[..], &[folder.to_str().unwrap(), "--schemas", "shop"]].concat());
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("is not empty"), "{again:?}");
    assert_eq!(all(&folder), before);
    let other = work.path().join("other");
    let missing = postern(&[&scaffold[..], &[other.to_str().unwrap(), "--schemas", "shopp"]].concat());
    assert_eq!(
        (missing.status.code(), text(&missing.stderr).as_str()),
        (Some(1), "postern: no such schema: shopp (did you mean shop?)\n")
    );
    assert!(!other.exists());
    let made = done(&[&scaffold[..], &[other.to_str().unwrap(), "--schemas", "a", "--format", "json"]].concat());
    let made: Value = serde_json::from_str(&made).unwrap();
    assert!(made["password"].as_str().unwrap().len() >= 24, "a password that is made is printed once");
    assert!(!other.join("keys/warehouse.password").exists(), "no password was given");
}

#[test]
fn the_gate_serves_what_was_scaffolded_and_accounts_for_it() {
    let (server, work, _) = scaffolded("scaffold_serves");
    let folder = work.path().join("conf").to_str().unwrap().to_owned();
    for live in [&[][..], &["--live"]] {
        let checked = postern(&[&["check", "--config", &folder], live].concat());
        assert_eq!((checked.status.code(), text(&checked.stderr).as_str()), (Some(0), ""), "{live:?}");
    }
    let gate = Serving::start(&folder);
    let direct = |sql: &str| server.sql("scaffold_serves", &format!("SET search_path = \"Odd: Schema #1\", shop; {sql}"));
    for relation in [
        "plain",
        "days",
        "days_2025",
        "days_rest",
        "seen",
        "counted",
        "shop.\"a.b\"",
        "tickets",
        "pg_sequences WHERE schemaname = 'shop'",
    ] {
        let sql = format!("SELECT * FROM {relation} ORDER BY 1");
        assert_eq!(gate.answer(&JANE, &sql), direct(&sql), "{relation}");
    }
    assert_eq!(gate.answer(&JANE, "SELECT count(*) FROM pg_class WHERE relname = 'counter'"), "0");
    // "*" is the one name that a policy cannot list.
    let odd = format!(
        "SELECT \"null\", \"true\", \" lead and trail \", \"a: b # c\", \"- dash\", \"quo\"\"te\", \"back\\slash\", \"tab\tand\nline\", \"größe\", \"{{x}}\", \"[y]\", \"0x1F\", \"~\", \"select\" FROM {ODD}"
    );
    assert_eq!(gate.answer(&JANE, &odd), direct(&odd));
    assert_eq!(gate.answer(&JANE, &format!("SELECT * FROM {ODD}")), "1|2|3|4|5|6|7|8|9|10|11|12|13|15");
    assert_eq!(gate.answer(&JANE, "SELECT * FROM unserved"), "");
    for sql in [
        "SELECT twice(21), twice('ab'), shop.twice('ab', 3)",
        "SELECT * FROM sizes('large', 'small')",
        "SELECT (pairs('x', B'1')).two",
        "SELECT \"Odd: Schema #1\".\"f (x), y\"(7)",
        "SELECT total(price) FROM plain",
        "SELECT 'large'::shop.size, 'other'::\"Odd: Schema #1\".size, 'a'::\"Odd: Schema #1\".\"T: #1 \"\"x\"\".y[]\", '{a}'::\"Odd: Schema #1\".\"T: #1 \"\"x\"\".y[]\"[]",
        "SELECT '[a,c)'::reach @> 'b'::text, ROW(7)::\"Odd: Schema #1\".int4, '9.5'::price + 1",
        "COPY (SELECT id, name FROM plain ORDER BY id) TO STDOUT",
        "COPY days_2025 TO STDOUT",
    ] {
        assert_eq!(gate.answer(&JANE, sql), direct(sql), "{sql}");
    }
    assert!(gate.answer(&JANE, "EXPLAIN SELECT * FROM plain").contains("Scan"));
    assert_eq!(gate.answer(&JANE, "BEGIN; DECLARE c CURSOR FOR SELECT id FROM plain ORDER BY id; FETCH 1 FROM c; COMMIT"), "1");
    for sql in ["SELECT * FROM elsewhere.secret", "SELECT dice()", "SELECT \"*\" FROM plain", "SELECT whole FROM unserved"] {
        let refused = gate.psql(&JANE, sql);
        assert!(!refused.status.success() && text(&refused.stderr).contains("does not exist"), "{sql}: {refused:?}");
    }
    accounts(&folder);
    gate.stop();
    damaged(&folder);
}

/// What was read is on record, by person, relation and column.
fn accounts(folder: &str) {
    let lines = |filter: &[&str]| -> Vec<Value> {
        let found = done(&[&["audit", "search", "--config", folder, "--format", "json"], filter].concat());
        found.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let all = lines(&[]);
    assert!(all.iter().any(|record| record["metadata"]["event_code"] == json!("statement.outcome")));
    let of_price = lines(&["--person", "jane doe", "--column", "plain.price", "--decision", "allowed"]);
    assert!(!of_price.is_empty() && of_price.len() < all.len());
    for record in &of_price {
        let columns = record["postern"]["objects"][0]["columns"].as_array().unwrap();
        assert!(columns.iter().any(|column| column["name"] == json!("price")), "{record}");
    }
    let denied = lines(&["--decision", "denied", "--relation", "elsewhere.secret"]);
    assert!(!denied.is_empty());
    assert!(denied.iter().all(|record| record["postern"]["decision"]["code"] == json!("relation_not_granted")), "{denied:?}");
    let id = denied[0]["postern"]["statement_id"].as_str().unwrap();
    assert_eq!(lines(&["--statement", id]).len(), 1);
    assert_eq!(lines(&["--until", "2020-01-01T00:00:00Z"]), Vec::<Value>::new());
    let told = done(&["audit", "tail", "--config", folder, "--no-follow", "--lines", "2", "--decision", "denied"]);
    assert_eq!(told.lines().count(), 2, "{told}");
    assert!(told.lines().all(|line| line.contains(" denied  Jane Doe ")), "{told}");
    assert!(done(&["audit", "verify", "--config", folder]).contains(": ok\n"));
    assert_eq!(postern(&["audit", "verify", "--dir", &format!("{folder}/keys")]).status.code(), Some(1), "no log is there");
}

/// One changed byte, and `verify` and `search` say so with their exit code.
fn damaged(folder: &str) {
    let journal = format!("{folder}/audit/postern/seg");
    let segment = fs::read_dir(&journal).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let segment = segment.max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap();
    let mut bytes = fs::read(&segment).unwrap();
    // In the middle of what was written; behind it there is room for more.
    let written = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[written / 2] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let verified = postern(&["audit", "verify", "--config", folder, "--format", "json"]);
    assert_eq!(verified.status.code(), Some(5), "{verified:?}");
    let report: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(report["logs"][0]["ok"], json!(false));
    let searched = postern(&["audit", "search", "--dir", &format!("{folder}/audit")]);
    assert_eq!(searched.status.code(), Some(5), "{searched:?}");
    assert!(text(&searched.stderr).contains("records may be missing"), "{searched:?}");
}
