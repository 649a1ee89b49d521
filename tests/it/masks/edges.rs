//! A table for each type, with the values at its edges.

use std::fmt::Write as _;
use std::sync::Arc;

use postern::catalog::{Catalog, Column};

use crate::harness::{Postgres, introspect};

/// A type, by a name for its table, and values at its edges: NULL is always among them.
pub(super) const TYPES: &[(&str, &str, &[&str])] = &[
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

pub(super) const TEXTS: &[&str] = &[
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

/// A database with one table for each type: `id`, `v`, its rows the type's values and NULL.
pub(super) fn edges(name: &str) -> (Arc<Postgres>, Catalog) {
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

pub(super) fn column<'c>(catalog: &'c Catalog, table: &str) -> &'c Column {
    catalog.relation("edges", table).unwrap().column("v").unwrap()
}
