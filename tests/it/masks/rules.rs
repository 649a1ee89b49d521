//! What holds for every mask on every type: it never raises, has the type that it says, and what cannot work is told at once.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use postern::document::{MaskSpec, Value};
use postern::mask;

use super::edges::{TYPES, column, edges};
use super::uses::{compile, key_settings, spec, specs, text};

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
