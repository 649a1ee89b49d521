//! Uses of every mask, and what the warehouse makes of one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use postern::catalog::{Catalog, Column};
use postern::document::{MaskSpec, Span, Value};
use postern::mask::{self, Effect, EntityColumn, MaskInput, Masked, keys};

use super::edges::column;
use crate::harness::Postgres;

/// One use of a mask.
pub(super) fn spec(name: &str, parameters: &[(&str, Value)]) -> MaskSpec {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    MaskSpec { name: name.to_owned(), parameters, at: Span::start_of("policy.yaml") }
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(super) fn inner(name: &str, parameters: &[(&str, Value)]) -> Value {
    let mut entries: BTreeMap<String, Value> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    entries.insert("name".to_owned(), text(name));
    Value::Map(entries)
}

/// Several uses of every mask; together they meet every type.
pub(super) fn specs() -> Vec<MaskSpec> {
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
pub(super) fn key_settings(domains: &[&str]) -> String {
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

pub(super) fn compile(catalog: &Catalog, column: &Column, spec: &MaskSpec) -> Result<Masked, Vec<String>> {
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
pub(super) fn values(server: &Postgres, database: &str, catalog: &Catalog, table: &str, spec: &MaskSpec) -> Vec<String> {
    let masked = compile(catalog, column(catalog, table), spec).unwrap();
    let sql = format!(
        "{} SELECT coalesce(({})::text, 'NULL') FROM edges.{table} AS t ORDER BY id",
        key_settings(&["customer", "noise", "date_shift"]),
        masked.mask.sql
    );
    server.sql(database, &sql).lines().map(str::to_owned).collect()
}
