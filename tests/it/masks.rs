//! Every mask on every type that it accepts, on a real server: never raises, has the type that it says, reads no setting.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use postern::catalog::{Catalog, Column};
use postern::document::{MaskSpec, Span, Value};
use postern::mask::{self, Effect, EntityColumn, MaskInput, Masked, keys};
use sha2::Sha256;

use crate::harness::{Postgres, introspect};

/// A type, by a name for its table, and values at its edges: NULL is always among them.
const TYPES: &[(&str, &str, &[&str])] = &[
    ("t_text", "text", TEXTS),
    ("t_text_c", "text COLLATE \"C\"", TEXTS),
    ("t_text_ci", "text COLLATE edges.ci", TEXTS),
    ("t_varchar", "varchar", TEXTS),
    ("t_varchar40", "varchar(40)", &["''", "'a'", "'ann@example.com'", "'a@b@c'", "repeat('Ж', 40)"]),
    ("t_varchar3", "varchar(3)", &["''", "'a'", "'a@b'", "'日本語'"]),
    ("t_char40", "char(40)", &["''", "'a'", "'ann@example.com'", "repeat('Ж', 40)"]),
    ("t_char3", "char(3)", &["''", "'a'", "'a@b'", "'日本語'"]),
    ("t_name", "name", &["''", "'a'", "'ann@example.com'", "repeat('Ж', 31)"]),
    ("t_email", "edges.email", &["''", "'ann@example.com'"]),
    ("t_int2", "int2", &["-32768", "-5", "-1", "0", "1", "32767"]),
    ("t_int4", "int4", &["-2147483648", "-5", "-1", "0", "1", "2147483647"]),
    ("t_int8", "int8", &["-9223372036854775808", "-5", "-1", "0", "1", "9223372036854775807"]),
    ("t_small", "edges.small", &["-5", "99"]),
    (
        "t_numeric",
        "numeric",
        &[
            "0",
            "-5",
            "0.005",
            "42.0",
            "repeat('9', 131072)::numeric",
            "('-' || repeat('9', 131072))::numeric",
            "1e-16383",
            "'NaN'",
            "1e1000",
            "-1e1000",
        ],
    ),
    ("t_numeric42", "numeric(4,2)", &["0", "-5", "99.99", "-99.99", "0.01", "'NaN'"]),
    ("t_numeric208", "numeric(20,8)", &["999999999999.99999999", "-0.00000001", "12345.678"]),
    ("t_numeric50", "numeric(5,0)", &["99999", "-99999", "0"]),
    ("t_numeric_big", "numeric(1000,0)", &["repeat('9', 1000)::numeric", "0"]),
    (
        "t_float4",
        "float4",
        &["0", "'-0'", "1.5", "-5", "3.4028235e38", "-3.4028235e38", "1e-45", "'NaN'", "'Infinity'", "'-Infinity'"],
    ),
    (
        "t_float8",
        "float8",
        &[
            "0",
            "'-0'",
            "1.5",
            "-5",
            "1.7976931348623157e308",
            "-1.7976931348623157e308",
            "5e-324",
            "'NaN'",
            "'Infinity'",
            "'-Infinity'",
        ],
    ),
    ("t_bool", "bool", &["true", "false"]),
    (
        "t_date",
        "date",
        &[
            "'4714-11-24 BC'",
            "'0001-12-31 BC'",
            "'0001-01-01'",
            "'1970-02-28'",
            "'2000-02-29'",
            "'294277-01-01'",
            "'5874897-12-31'",
            "'infinity'",
            "'-infinity'",
        ],
    ),
    (
        "t_timestamp",
        "timestamp",
        &[
            "'4714-11-24 00:00:00 BC'",
            "'0044-03-15 12:00:00 BC'",
            "'2000-02-29 23:59:59.999999'",
            "'294276-12-31 23:59:59.999999'",
            "'infinity'",
            "'-infinity'",
        ],
    ),
    (
        "t_timestamp0",
        "timestamp(0)",
        &["'4714-11-24 00:00:00 BC'", "'2000-02-29 23:59:59.6'", "'294276-12-31 23:59:59'", "'infinity'"],
    ),
    (
        "t_timestamptz",
        "timestamptz",
        &[
            "'4714-11-24 00:00:00+00 BC'",
            "'2000-02-29 23:59:59.999999+00'",
            "'2021-03-28 01:30:00+00'",
            "'294276-12-31 23:59:59.999999+00'",
            "'infinity'",
            "'-infinity'",
        ],
    ),
    ("t_timestamptz3", "timestamptz(3)", &["'2000-02-29 23:59:59.9996+00'", "'-infinity'"]),
    ("t_time", "time", &["'00:00'", "'24:00:00'"]),
    ("t_interval", "interval(3)", &["'0'", "'-178000000 years'", "'1 mon -3 days 00:00:00.123'"]),
    ("t_uuid", "uuid", &["'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"]),
    (
        "t_inet",
        "inet",
        &["'0.0.0.0/0'", "'10.1.2.3'", "'10.1.2.3/8'", "'255.255.255.255'", "'::/0'", "'2001:db8::1'", "'::ffff:1.2.3.4/120'"],
    ),
    ("t_cidr", "cidr", &["'10.0.0.0/8'", "'::/0'"]),
    ("t_json", "json", &["'{}'", "'[1,2]'", "'null'"]),
    (
        "t_jsonb",
        "jsonb",
        &[
            "'{}'",
            "'{\"plan\": {\"a\": 1}, \"ssn\": \"x\", \"\": 1, \"Ж\": null}'",
            "'[]'",
            "'[{\"ssn\": 1}]'",
            "'null'",
            "'\"ssn\"'",
            "'1e1000'",
        ],
    ),
    ("t_bytea", "bytea", &["''", "'\\x00ff'"]),
    ("t_bit", "bit(3)", &["B'101'"]),
    ("t_enum", "edges.mood", &["'glad'", "'sad'"]),
    ("t_row", "edges.pair", &["ROW(1, 'x')", "ROW(NULL, NULL)"]),
    ("t_range", "int4range", &["'empty'", "'(,)'", "'[1,5)'"]),
    ("t_texts", "text[]", &["'{}'", "'{NULL}'", "'{a,NULL,\"b,c\"}'", "'{{a,b},{c,d}}'", "'[5:6]={x,y}'"]),
    ("t_varchars", "varchar(40)[]", &["'{}'", "'{ann@example.com,a}'"]),
    ("t_ints", "int4[]", &["'{}'", "'{-2147483648,NULL,2147483647}'"]),
    ("t_numerics", "numeric(4,2)[]", &["'{99.99,NaN,-99.99}'"]),
    ("t_dates", "date[]", &["'{infinity,-infinity,5874897-12-31,4714-11-24 BC}'"]),
    ("t_moods", "edges.mood[]", &["'{glad,NULL}'"]),
];

const TEXTS: &[&str] = &[
    "''",
    "' '",
    "'a'",
    "'ab'",
    "'@'",
    "'a@b@c'",
    "'Ann@Example.COM'",
    "'+49 170 1234567'",
    "'Жук Ünïcode'",
    "'日本語テキスト'",
    "E'tab\\tnew\\nline\\\\'",
    "E'e\\u0301'",
    "repeat('x', 300000)",
];

const SCHEMA: &str = "
CREATE SCHEMA edges;
CREATE COLLATION edges.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE edges.mood AS ENUM ('sad', 'glad');
CREATE TYPE edges.pair AS (a int, b text);
CREATE DOMAIN edges.email AS varchar(60) CHECK (VALUE = '' OR VALUE LIKE '%@example.com');
CREATE DOMAIN edges.small AS numeric(3,0) CHECK (VALUE < 100);
";

/// One use of a mask.
fn spec(name: &str, parameters: &[(&str, Value)]) -> MaskSpec {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    MaskSpec { name: name.to_owned(), parameters, at: Span::start_of("policy.yaml") }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn inner(name: &str, parameters: &[(&str, Value)]) -> Value {
    let mut entries: BTreeMap<String, Value> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    entries.insert("name".to_owned(), text(name));
    Value::Map(entries)
}

/// Several uses of every mask; together they meet every type.
fn specs() -> Vec<MaskSpec> {
    let keys = Value::List(vec![text("ssn"), text("Ж"), text("it's")]);
    let domain = ("domain", text("customer"));
    let mut specs = vec![
        spec("nullify", &[]),
        spec("presence", &[]),
        spec("length", &[]),
        spec("redact", &[]),
        spec("email_domain", &[]),
        spec("hash", std::slice::from_ref(&domain)),
        spec("hash", &[("n", Value::Int(64)), ("domain_from", text("posternPseudonymDomain"))]),
        spec("pseudonym", std::slice::from_ref(&domain)),
        spec("pseudonym_uuid", std::slice::from_ref(&domain)),
        spec("email", std::slice::from_ref(&domain)),
        spec("email", &[domain.clone(), ("keep_domain", Value::Bool(true))]),
        spec("partial", &[("suffix", Value::Int(4))]),
        spec("partial", &[("prefix", Value::Int(2)), ("suffix", Value::Int(1)), ("min", Value::Int(1))]),
        spec("generalise", &[("keep", Value::Int(0))]),
        spec("generalise", &[("keep", Value::Int(3))]),
        spec("digits", &[domain.clone(), ("keep", Value::Int(3)), ("n", Value::Int(4))]),
        spec("digits", &[domain.clone(), ("keep", Value::Int(0)), ("n", Value::Int(15))]),
        spec("age_band", &[]),
        spec("age_band", &[("width", Value::Int(7)), ("cap", Value::Int(65))]),
        spec("date_shift", &[]),
        spec("date_shift", &[("max", Value::Int(36_500)), domain.clone()]),
        spec("bucket", &[("width", Value::Int(10))]),
        spec("bucket", &[("width", Value::Float(0.1)), ("origin", Value::Float(-3.7))]),
        spec("bucket", &[("width", Value::Float(1e30))]),
        spec("round", &[("digits", Value::Int(-2))]),
        spec("round", &[("digits", Value::Int(-30))]),
        spec("round", &[("digits", Value::Int(1))]),
        spec("noise", &[("ratio", Value::Float(0.05))]),
        spec("noise", &[("ratio", Value::Int(1)), domain.clone()]),
        spec("geo_round", &[]),
        spec(
            "range",
            &[
                ("bounds", Value::List(vec![Value::Int(-5), Value::Float(0.5), Value::Float(1e30)])),
                ("labels", Value::List(["low", "it's", "high", "huge"].map(text).to_vec())),
            ],
        ),
        spec("ip_prefix", &[]),
        spec("ip_prefix", &[("v4", Value::Int(0)), ("v6", Value::Int(0))]),
        spec("json_keep", &[("keys", keys.clone())]),
        spec("json_keep", &[("keys", Value::List(vec![text("plan")]))]),
        spec("json_drop", &[("keys", keys)]),
        spec("array", &[("inner", text("redact"))]),
        spec("array", &[("inner", inner("hash", std::slice::from_ref(&domain)))]),
        spec("array", &[("inner", inner("email", std::slice::from_ref(&domain)))]),
        spec("array", &[("inner", inner("round", &[("digits", Value::Int(-1))]))]),
        spec("array", &[("inner", inner("date_trunc", &[("unit", text("year"))]))]),
        spec("array", &[("inner", inner("pseudonym", std::slice::from_ref(&domain)))]),
        spec("array", &[("inner", text("presence"))]),
    ];
    for unit in ["minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century"] {
        specs.push(spec("date_trunc", &[("unit", text(unit))]));
    }
    for value in [
        text("x"),
        text("REDACTED"),
        Value::Int(7),
        Value::Bool(true),
        text("2000-01-01"),
        text("2000-01-01T00:00:00Z"),
        text("10.0.0.1"),
    ] {
        specs.push(spec("constant", &[("value", value.clone())]));
        specs.push(spec("constant", &[("value", value), ("keep_nulls", Value::Bool(false))]));
    }
    specs
}

/// The keys of the domains as settings of a psql session.
fn key_settings(domains: &[&str]) -> String {
    let engagement = keys::Engagement { vendor: "acme", engagement: "q4", epoch: 1 };
    let mut sql = String::new();
    for domain in domains {
        let key = keys::derive(&[7; 32], &engagement, domain);
        for (setting, value) in keys::settings(domain).iter().zip([&key.inner, &key.outer]) {
            writeln!(sql, "SET {setting} = '{}';", value.reveal()).unwrap();
        }
    }
    sql
}

/// A database with one table for each type: `id`, `v`, its rows the type's values and NULL.
fn edges(name: &str) -> (Arc<Postgres>, Catalog) {
    let server = Postgres::shared();
    server.database(name);
    let mut sql = SCHEMA.to_owned();
    for (table, type_name, values) in TYPES {
        writeln!(sql, "CREATE TABLE edges.{table} (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, v {type_name});").unwrap();
        for value in values.iter().chain(&["NULL"]) {
            writeln!(sql, "INSERT INTO edges.{table} (v) VALUES ({value});").unwrap();
        }
    }
    server.sql(name, &sql);
    let catalog = introspect(&server, name);
    (server, catalog)
}

fn column<'c>(catalog: &'c Catalog, table: &str) -> &'c Column {
    catalog.relation("edges", table).unwrap().column("v").unwrap()
}

fn compile(catalog: &Catalog, column: &Column, spec: &MaskSpec) -> Result<Masked, Vec<String>> {
    let entity = [EntityColumn { column_sql: "t.\"id\"".to_owned(), type_oid: 23 }];
    let input = MaskInput {
        catalog,
        column_sql: "t.\"v\"",
        column_name: "v",
        type_oid: column.type_oid,
        typmod: column.typmod,
        not_null: column.not_null,
        collation: column.collation.as_ref(),
        domain: Some("customer"),
        entity: &entity,
    };
    match mask::compile(spec, input) {
        Ok(Effect::Masked(masked)) => Ok(*masked),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.problems),
    }
}

/// The values of a table under a mask, as text, in the order of its rows.
fn values(server: &Postgres, database: &str, catalog: &Catalog, table: &str, spec: &MaskSpec) -> Vec<String> {
    let masked = compile(catalog, column(catalog, table), spec).unwrap();
    let sql = format!(
        "{} SELECT coalesce(({})::text, 'NULL') FROM edges.{table} AS t ORDER BY id",
        key_settings(&["customer", "noise", "date_shift"]),
        masked.mask.sql
    );
    server.sql(database, &sql).lines().map(str::to_owned).collect()
}

#[test]
fn a_mask_never_raises_has_its_type_and_reads_no_setting() {
    let (server, catalog) = edges("masks_all");
    let mut accepted = BTreeMap::<String, Vec<String>>::new();
    let mut script = String::from("CREATE SCHEMA out;");
    script.push_str(&key_settings(&["customer", "noise", "date_shift"]));
    let mut expected = Vec::new();
    for (table, type_name, _) in TYPES {
        let live = column(&catalog, table);
        for (number, spec) in specs().iter().enumerate() {
            let Ok(masked) = compile(&catalog, live, spec) else { continue };
            // A constant that only the server can check may be none of the type's: that is what `total` says.
            if !masked.mask.total {
                assert_eq!(spec.name, "constant", "{type_name}");
                continue;
            }
            accepted.entry(spec.name.clone()).or_default().push(format!("{type_name} → {}", masked.type_text));
            let name = format!("m{number}_{table}");
            // The same values under other settings must be the same values.
            writeln!(
                script,
                "CREATE VIEW out.{name} AS SELECT id, v, {} AS m FROM edges.{table} AS t;
                 SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex';
                 CREATE TABLE out.{name}_a AS SELECT id, m FROM out.{name};
                 SET TimeZone = 'Pacific/Kiritimati'; SET DateStyle = 'German, DMY'; SET extra_float_digits = -15; SET IntervalStyle = 'sql_standard'; SET bytea_output = 'escape';
                 CREATE TABLE out.{name}_b AS SELECT id, m FROM out.{name};
                 SET DateStyle = 'ISO'; SET extra_float_digits = 3;
                 SELECT '{name} differs: ' || a.m::text || ' / ' || b.m::text FROM out.{name}_a a JOIN out.{name}_b b USING (id) WHERE a.m::text IS DISTINCT FROM b.m::text;",
                masked.mask.sql
            )
            .unwrap();
            let keeps_null =
                masked.mask.constant && spec.parameters.get("keep_nulls") == Some(&Value::Bool(false)) || spec.name == "presence";
            if !keeps_null && spec.name != "nullify" {
                writeln!(script, "SELECT '{name}: NULL became ' || m::text FROM out.{name} WHERE v IS NULL AND m IS NOT NULL;")
                    .unwrap();
                writeln!(
                    script,
                    "SELECT '{name}: NULL came of ' || left(v::text, 50) FROM out.{name} WHERE v IS NOT NULL AND m IS NULL;"
                )
                .unwrap();
            }
            let collation = masked.collation.as_ref().map_or_else(|| "none".to_owned(), |found| found.name.clone());
            expected.push(format!("{name}|{}|{collation}", masked.type_text));
        }
    }
    assert_eq!(server.sql("masks_all", &script), "");
    let live = server.sql(
        "masks_all",
        "SET search_path = ''; SELECT c.relname, pg_catalog.format_type(a.atttypid, a.atttypmod), coalesce(o.collname, 'none')
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation
         WHERE c.relkind = 'v' AND c.relnamespace = 'out'::pg_catalog.regnamespace AND a.attname = 'm'",
    );
    let mut live: Vec<&str> = live.lines().collect();
    live.sort_unstable();
    expected.sort_unstable();
    assert_eq!(live, expected);
    for (name, types) in &mut accepted {
        types.sort_unstable();
        types.dedup();
        assert!(mask::ALL.iter().any(|mask| mask.name == name));
    }
    let missing: Vec<_> = mask::ALL.iter().filter(|mask| !accepted.contains_key(mask.name)).map(|mask| mask.name).collect();
    assert_eq!(missing, Vec::<&str>::new(), "every mask is tried");
    insta::assert_snapshot!(
        accepted.iter().map(|(name, types)| format!("{name}\n  {}\n", types.join("\n  "))).collect::<String>()
    );
}

#[test]
fn the_digest_is_the_hmac_of_rfc_4231() {
    let (server, catalog) = edges("masks_hmac");
    let masked = compile(&catalog, column(&catalog, "t_text"), &spec("hash", &[("n", Value::Int(64))])).unwrap();
    // Test cases 1, 2, 6 and 7: those whose data are text.
    let vectors: [(Vec<u8>, &str, &str); 4] = [
        (vec![0x0b; 20], "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe".to_vec(), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            vec![0xaa; 131],
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            vec![0xaa; 131],
            "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, data, digest) in vectors {
        // RFC 2104: a key longer than a block is hashed first.
        let key = if key.len() > 64 { <sha2::Sha256 as sha2::Digest>::digest(&key).to_vec() } else { key };
        let pad = |with: u8| {
            let padded = key.iter().copied().chain(std::iter::repeat(0)).take(64);
            padded.map(|byte| format!("{:02x}", byte ^ with)).collect::<String>()
        };
        let sql = format!(
            "SET postern.i_customer = '{}'; SET postern.o_customer = '{}'; SELECT {} FROM (SELECT '{data}'::text AS v) AS t",
            pad(0x36),
            pad(0x5c),
            masked.mask.sql
        );
        assert_eq!(server.sql("masks_hmac", &sql), digest);
    }
    // The derived halves are those of one key: what the server makes of them is HMAC too.
    let key = keys::derive(&[7; 32], &keys::Engagement { vendor: "acme", engagement: "q4", epoch: 1 }, "customer");
    let unpadded: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&key.inner.reveal()[2 * at..2 * at + 2], 16).unwrap() ^ 0x36).collect();
    let mut mac = Hmac::<Sha256>::new_from_slice(&unpadded).unwrap();
    mac.update("Жук".as_bytes());
    let ours: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let sql = format!("{} SELECT {} FROM (SELECT 'Жук'::text AS v) AS t", key_settings(&["customer"]), masked.mask.sql);
    assert_eq!(server.sql("masks_hmac", &sql), ours);
    // A session without the key gets an error, never an unkeyed digest.
    let output = server.psql("masks_hmac", "postgres", &format!("SELECT {} FROM (SELECT 'x'::text AS v) AS t", masked.mask.sql));
    assert!(!output.status.success());
}

#[test]
fn pseudonyms_of_one_domain_join_whatever_the_type_spelling_and_collation() {
    let (server, catalog) = edges("masks_join");
    let expression = |table: &str, name: &str, value: &str| {
        let live = column(&catalog, table);
        let masked = compile(&catalog, live, &spec(name, &[])).unwrap();
        format!("(SELECT {} FROM (SELECT CAST({value} AS {}) AS v) AS t)", masked.mask.sql, live.type_text)
    };
    let equal = [
        [expression("t_int2", "pseudonym", "42"), expression("t_int8", "pseudonym", "42")],
        [expression("t_int4", "hash", "42"), expression("t_numeric", "hash", "42.00")],
        [expression("t_text", "hash", "'Jane'"), expression("t_char40", "hash", "'Jane'")],
        [expression("t_text_ci", "hash", "'Jane'"), expression("t_varchar40", "hash", "'Jane'")],
        [expression("t_text", "email", "'Jane@X.example'"), expression("t_varchar40", "email", "'jane@x.EXAMPLE'")],
        [
            expression("t_uuid", "pseudonym_uuid", "'{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}'"),
            expression("t_text", "pseudonym_uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
        ],
    ];
    for [left, right] in equal {
        let sql =
            format!("{} SELECT ({left})::text COLLATE \"C\" = rtrim(({right})::text) COLLATE \"C\"", key_settings(&["customer"]));
        assert_eq!(server.sql("masks_join", &sql), "t", "{left} / {right}");
    }
    for (table, name, one, other) in [
        ("t_text", "hash", "'Jane'", "'jane'"),
        ("t_text_ci", "hash", "'Jane'", "'jane'"),
        ("t_text", "pseudonym", "'a'", "'a '"),
        ("t_int8", "pseudonym", "1", "-1"),
        ("t_date", "hash", "'infinity'", "'-infinity'"),
    ] {
        let (one, other) = (expression(table, name, one), expression(table, name, other));
        let sql = format!("{} SELECT ({one})::text COLLATE \"C\" = ({other})::text COLLATE \"C\"", key_settings(&["customer"]));
        assert_eq!(server.sql("masks_join", &sql), "f");
    }
}

/// What plain SQL says a mask means on ordinary data.
#[test]
fn masks_mean_what_the_catalogue_says() {
    let server = Postgres::shared();
    server.database("masks_meaning");
    server.sql(
        "masks_meaning",
        "CREATE SCHEMA edges; CREATE TABLE edges.t (email text, phone varchar(20), card char(16), birth date, seen timestamptz, plain timestamp,
           income numeric(20,8), amount numeric(12,2), age int, ip inet, prefs jsonb, url text, zip text, name text);
         INSERT INTO edges.t VALUES
           ('Ann@Example.com', '+49 170 1234567', '4111111111111111', '1984-05-17', '2024-03-31 22:30:00-05', '2024-02-29 13:14:15', 45678.12345678, 123.45, 37,
            '10.20.30.40', '{\"plan\": 1, \"pin\": \"0000\", \"nested\": {\"pin\": 1}}', 'https://example.com/a/b?c=d', '80331', 'Жук Ann-Marie'),
           ('bob@x.example', '123', '42', '2001-12-31', '2024-01-01 00:00:00+00', '1999-12-31', -5.5, -95, -5, '2001:db8:1:2::3', '[1]', 'short', '1', '');
         INSERT INTO edges.t DEFAULT VALUES;",
    );
    let catalog = introspect(&server, "masks_meaning");
    let int = Value::Int;
    let keys = |names: &[&str]| Value::List(names.iter().map(|name| text(name)).collect());
    for (name, mask, sql) in [
        ("email", spec("email_domain", &[]), "lower(split_part(email, '@', 2))"),
        (
            "phone",
            spec("partial", &[("prefix", int(0)), ("suffix", int(4)), ("min", int(4))]),
            "CASE WHEN phone IS NULL THEN NULL WHEN length(phone) < 8 THEN repeat('*', 8) ELSE left(phone, 0) || repeat('*', 8) || right(phone, 4) END",
        ),
        (
            "card",
            spec("partial", &[("suffix", int(4))]),
            "CASE WHEN card IS NULL THEN NULL WHEN length(card) < 8 THEN repeat('*', 8) ELSE left(card, 0) || repeat('*', 8) || right(card, 4) END",
        ),
        ("birth", spec("date_trunc", &[("unit", text("year"))]), "date_trunc('year', birth::timestamp)::date"),
        (
            "seen",
            spec("date_trunc", &[("unit", text("month"))]),
            "date_trunc('month', seen AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'",
        ),
        ("plain", spec("date_trunc", &[("unit", text("hour"))]), "date_trunc('hour', plain)"),
        ("income", spec("bucket", &[("width", int(10_000))]), "floor(income / 10000) * 10000"),
        ("age", spec("bucket", &[("width", int(10))]), "floor(age::numeric / 10) * 10"),
        ("amount", spec("round", &[("digits", int(-1))]), "round(amount, -1)"),
        (
            "ip",
            spec("ip_prefix", &[("v4", int(16)), ("v6", int(48))]),
            "network(set_masklen(ip, CASE family(ip) WHEN 4 THEN 16 ELSE 48 END))::inet",
        ),
        (
            "prefs",
            spec("json_drop", &[("keys", keys(&["pin", "recovery_email"]))]),
            "CASE WHEN prefs IS NULL THEN NULL WHEN jsonb_typeof(prefs) = 'object' THEN prefs - ARRAY['recovery_email', 'pin'] ELSE 'null'::jsonb END",
        ),
        (
            "prefs",
            spec("json_keep", &[("keys", keys(&["plan", "nested"]))]),
            "CASE WHEN prefs IS NULL THEN NULL WHEN jsonb_typeof(prefs) = 'object' THEN prefs - 'pin' ELSE 'null'::jsonb END",
        ),
        (
            "url",
            spec("generalise", &[("keep", int(20))]),
            "CASE WHEN url IS NULL THEN NULL WHEN length(url) <= 20 THEN '***' ELSE left(url, 20) || '**' END",
        ),
        (
            "zip",
            spec("generalise", &[("keep", int(3))]),
            "CASE WHEN zip IS NULL THEN NULL WHEN length(zip) <= 3 THEN '***' ELSE left(zip, 3) || '**' END",
        ),
        ("name", spec("redact", &[]), "regexp_replace(name, '[^-@. ]', 'x', 'g')"),
        ("name", spec("constant", &[("value", text("it's"))]), "CASE WHEN name IS NULL THEN NULL ELSE 'it''s' END"),
        ("income", spec("nullify", &[]), "NULL"),
        ("age", spec("presence", &[]), "(age IS NOT NULL)"),
        ("name", spec("length", &[]), "length(name)"),
        (
            "amount",
            spec("range", &[("bounds", Value::List(vec![int(0), int(100)])), ("labels", keys(&["neg", "low", "high"]))]),
            "CASE WHEN amount IS NULL THEN NULL ELSE (ARRAY['neg','low','high'])[width_bucket(amount, ARRAY[0,100]::numeric[]) + 1] END",
        ),
        ("amount", spec("geo_round", &[("digits", int(1))]), "round(amount, 1)"),
    ] {
        let live = catalog.relation("edges", "t").unwrap().column(name).unwrap();
        let input = MaskInput {
            catalog: &catalog,
            column_sql: &format!("t.\"{name}\""),
            column_name: name,
            type_oid: live.type_oid,
            typmod: live.typmod,
            not_null: false,
            collation: live.collation.as_ref(),
            domain: None,
            entity: &[],
        };
        let Ok(Effect::Masked(masked)) = mask::compile(&mask, input) else { panic!("{name}: {mask:?}") };
        let both = format!(
            "SELECT count(*) FROM (SELECT ({})::text AS ours, (CAST({sql} AS {}))::text AS theirs FROM edges.t AS t) AS b WHERE ours IS DISTINCT FROM theirs",
            masked.mask.sql, masked.type_text
        );
        assert_eq!(server.sql("masks_meaning", &both), "0", "{} on {name}", mask.name);
    }
}

#[test]
fn edges_hold_what_the_findings_demand() {
    let (server, catalog) = edges("masks_edges");
    let of = |table: &str, mask: &MaskSpec| values(&server, "masks_edges", &catalog, table, mask);
    // M1: a short text shows nothing of itself; the domain is what stands after the last @.
    let digits = of("t_varchar3", &spec("digits", &[("keep", Value::Int(1)), ("n", Value::Int(2))]));
    assert!(digits[1].len() == 2 && digits[1].chars().all(|c| c.is_ascii_digit()), "{digits:?}");
    assert_eq!(of("t_text", &spec("email_domain", &[]))[5], "c");
    // M2: clamped to the range of type and modifier.
    assert_eq!(of("t_int4", &spec("round", &[("digits", Value::Int(-2))]))[5], "2147483600");
    assert_eq!(of("t_int4", &spec("round", &[("digits", Value::Int(-9))]))[5], "2000000000");
    assert_eq!(of("t_int2", &spec("round", &[("digits", Value::Int(-5))])), ["0", "0", "0", "0", "0", "0", "NULL"]);
    assert_eq!(of("t_int2", &spec("bucket", &[("width", Value::Int(10))]))[0], "-32768");
    assert_eq!(
        of("t_numeric42", &spec("round", &[("digits", Value::Int(-1))])),
        ["0.00", "-10.00", "99.99", "-99.99", "0.00", "NaN", "NULL"]
    );
    // M3: the ends of the calendar; infinities stay.
    let years = of("t_date", &spec("date_trunc", &[("unit", text("year"))]));
    assert_eq!(
        years,
        [
            "4000-01-01 BC",
            "0001-01-01 BC",
            "0001-01-01",
            "1970-01-01",
            "2000-01-01",
            "290000-01-01",
            "290000-01-01",
            "infinity",
            "-infinity",
            "NULL"
        ]
    );
    let bands = of("t_date", &spec("age_band", &[]));
    assert_eq!((bands[0].as_str(), bands[7].as_str(), bands[8].as_str()), ("90+", "0-9", "90+"));
    // M4: integers stay integers, -5 lies below 0.
    assert_eq!(of("t_int4", &spec("bucket", &[("width", Value::Int(10))]))[1..5], ["-10", "-10", "0", "0"]);
    assert_eq!(
        of("t_jsonb", &spec("json_drop", &[("keys", Value::List(vec![text("ssn")]))])),
        ["{}", "{\"\": 1, \"Ж\": null, \"plan\": {\"a\": 1}}", "null", "null", "null", "null", "null", "NULL"]
    );
    // Dates of one person move together, and stay within the bound.
    let shifted = of("t_date", &spec("date_shift", &[("max", Value::Int(3))]));
    assert!(shifted[4].starts_with("2000-02-2") || shifted[4].starts_with("2000-03-0"), "{shifted:?}");
    // Noise stays within its ratio.
    let noisy = of("t_numeric208", &spec("noise", &[("ratio", Value::Float(0.05))]));
    assert!((noisy[2].parse::<f64>().unwrap() / 12345.678 - 1.0).abs() <= 0.05 && noisy[2] != "12345.67800000", "{noisy:?}");
}

#[test]
fn what_cannot_work_is_told_at_once() {
    let (_server, catalog) = edges("masks_errors");
    let told = |table: &str, mask: &MaskSpec| compile(&catalog, column(&catalog, table), mask).unwrap_err().join("\n");
    insta::assert_snapshot!(
        [
            told("t_text", &spec("hsah", &[])),
            told("t_text", &spec("partial", &[("sufix", Value::Int(4)), ("prefix", Value::Int(-1)), ("min", text("x"))])),
            told("t_int4", &spec("partial", &[])),
            told("t_json", &spec("json_keep", &[("keys", Value::List(vec![text("a")]))])),
            told("t_varchar3", &spec("hash", &[])),
            told("t_varchar3", &spec("email", &[])),
            told("t_text", &spec("hash", &[("domain", text("No Domain")), ("n", Value::Int(8))])),
            told("t_text", &spec("generalise", &[])),
            told("t_date", &spec("date_trunc", &[("unit", text("years"))])),
            told("t_date", &spec("date_trunc", &[("unit", text("hour"))])),
            told("t_int4", &spec("round", &[("digits", Value::Int(2))])),
            told("t_int4", &spec("constant", &[("value", text("x"))])),
            told("t_int2", &spec("constant", &[("value", Value::Int(40_000))])),
            told("t_varchar3", &spec("constant", &[("value", text("too long"))])),
            told(
                "t_int4",
                &spec("range", &[("bounds", Value::List(vec![Value::Int(2), Value::Int(1)])), ("labels", Value::List(vec![]))])
            ),
            told("t_texts", &spec("array", &[("inner", text("round"))])),
            told("t_text", &spec("array", &[("inner", text("redact"))])),
            told("t_jsonb", &spec("json_drop", &[("keys", Value::List(vec![]))])),
        ]
        .join("\n--\n")
    );
}
