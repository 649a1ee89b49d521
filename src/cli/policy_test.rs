//! `postern test`: the policy's own given/when/then cases, decided offline by the code that serves.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde_json::{Value, json};

use crate::access::Subject;
use crate::config::Loaded;
use crate::enforce::FootprintRelation;
use crate::policy::compile::CompiledPolicy;
use crate::policy::document::{Expectation, PolicyTest};

use super::compiled::{Against, ConfigArgument, load_and_compile};
use super::decide::{Decision, Question, decide};
use super::output::say;
use super::{Failure, Format, Outcome};

/// Runs the cases of the policy.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  postern test --config conf
  postern test --config conf --only \"government id\"
  postern test --config conf --format json | jq '.tests[] | select(.passed | not)'

A case of policy.yaml:
  - name: a masked address
    given:
      database: churn
      subject: {vendor: acme, groups: [vendor_acme_analysts]}
      from: 203.0.113.9
      at: 2026-11-18T10:00:00+01:00
    when: SELECT id, email FROM customers
    then:
      decision: allow
      columns: {id: none, email: hash}
      row_filters: {customers: [\"region = 'EMEA'\"]}
A refusal is {decision: deny, code: column_hidden, sqlstate: \"42703\"}. What is not written is not
looked at. No warehouse is needed.

Exit codes: 0 all passed, 1 failed, 2 wrong usage, 3 configuration not valid, 4 a case failed.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// Run the cases whose name holds this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let (loaded, policy) = match load_and_compile(&arguments.config.path, Against::Contracts) {
        Ok(both) => both,
        Err(not_compiled) => return not_compiled.tell(),
    };
    let wanted = |test: &&PolicyTest| arguments.only.as_ref().is_none_or(|text| test.name.contains(text.as_str()));
    let results: Vec<(&PolicyTest, Vec<String>)> =
        loaded.policy.tests.iter().filter(wanted).map(|test| (test, differences(&loaded, &policy, test))).collect();
    let failed = results.iter().filter(|(_, differences)| !differences.is_empty()).count();
    let passed = results.len() - failed;
    match arguments.format {
        Format::Text => {
            results.iter().for_each(|(test, differences)| tell(test, differences));
            say(&format!("{passed} passed, {failed} failed"));
        }
        Format::Json => {
            let tests: Vec<Value> = results.iter().map(|(test, differences)| as_json(test, differences)).collect();
            say(&json!({ "passed": passed, "failed": failed, "tests": tests }).to_string());
        }
    }
    Ok(if failed == 0 { Ok(()) } else { Err(Failure::PolicyTestFailed) })
}

fn tell(test: &PolicyTest, differences: &[String]) {
    if differences.is_empty() {
        say(&format!("ok    {}", test.name));
    } else {
        say(&format!("FAIL  {} ({}): {}", test.name, test.at, differences.join("; ")));
    }
}

fn as_json(test: &PolicyTest, differences: &[String]) -> Value {
    json!({
        "name": test.name, "passed": differences.is_empty(), "differences": differences,
        "file": &*test.at.file, "line": test.at.line, "column": test.at.column,
    })
}

/// What is not as the case says; nothing = passed.
fn differences(loaded: &Loaded, policy: &CompiledPolicy, test: &PolicyTest) -> Vec<String> {
    let given = &test.given;
    let provider = loaded.policy.local_provider().unwrap_or_default();
    let mut differences = Vec::new();
    let vendors = loaded.policy.vendors_of(provider, &given.groups);
    if let [vendor] = vendors.as_slice()
        && vendor.name != given.vendor.value
    {
        differences.push(format!("the groups belong to vendor {}, not {}", vendor.name, given.vendor.value));
    }
    let question = Question {
        subject: Subject { provider, groups: &given.groups, valid_until: None, tls: None },
        database: &given.database.value,
        from: given.from,
        at: given.at,
        sql: &test.when.value,
    };
    let decision = decide(loaded, policy, &question);
    compare_decision(test, &decision, &mut differences);
    if decision.refusal.is_none() {
        compare_columns(test, &decision, &mut differences);
        compare_filters(test, &decision, &mut differences);
    }
    differences
}

fn compare_decision(test: &PolicyTest, decision: &Decision, differences: &mut Vec<String>) {
    let then = &test.then;
    match (then.decision, &decision.refusal) {
        (Expectation::Allow, Some(refused)) => {
            differences.push(format!(
                "expected allow, got deny: {} ({}) {}",
                refused.code, refused.error.sqlstate, refused.error.message
            ));
        }
        (Expectation::Deny, None) => differences.push("expected deny, got allow".to_owned()),
        (Expectation::Deny, Some(refused)) => {
            let sqlstate = refused.error.sqlstate.to_string();
            for (what, expected, got) in [("code", &then.code, &refused.code), ("sqlstate", &then.sqlstate, &sqlstate)] {
                if let Some(expected) = expected.as_ref().filter(|expected| *expected != got) {
                    differences.push(format!("expected {what} {expected}, got {got}"));
                }
            }
        }
        (Expectation::Allow, None) => {}
    }
}

/// The relations that the accepted statements read.
fn relations(decision: &Decision) -> impl Iterator<Item = (String, &FootprintRelation)> {
    let footprints = decision.statements.iter().flat_map(|accepted| &accepted.plan.record.footprint.relations);
    footprints.map(|((schema, name), relation)| (format!("{schema}.{name}"), relation))
}

/// `email`, `customers.email` and `crm.customers.email` mean column email.
fn compare_columns(test: &PolicyTest, decision: &Decision, differences: &mut Vec<String>) {
    for (wanted, expected) in test.then.columns.iter().flatten() {
        let mut masks = BTreeSet::new();
        for (relation, footprint) in relations(decision) {
            for (column, entry) in &footprint.columns {
                if wanted == column || ends_in(&format!("{relation}.{column}"), wanted) {
                    masks.insert(entry.mask.as_deref().unwrap_or("none"));
                }
            }
        }
        if masks.is_empty() {
            differences.push(format!("column {wanted}: expected {expected}, and the statement does not read it"));
        } else if masks.iter().any(|mask| mask != expected) {
            let got: Vec<&str> = masks.into_iter().collect();
            differences.push(format!("column {wanted}: expected {expected}, got {}", got.join(" and ")));
        }
    }
}

/// In any order: all of them hold.
fn compare_filters(test: &PolicyTest, decision: &Decision, differences: &mut Vec<String>) {
    for (wanted, expected) in test.then.row_filters.iter().flatten() {
        let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (relation, footprint) in relations(decision).filter(|(relation, _)| ends_in(relation, wanted)) {
            found.entry(relation).or_default().extend(footprint.row_filters.iter().map(|filter| filter.trim()));
        }
        if found.is_empty() {
            differences.push(format!("row filters of {wanted}: the statement does not read it"));
        }
        let expected: BTreeSet<&str> = expected.iter().map(|filter| filter.trim()).collect();
        for (relation, got) in found.into_iter().filter(|(_, got)| *got != expected) {
            differences.push(format!("row filters of {relation}: expected {}, got {}", listed(&expected), listed(&got)));
        }
    }
}

/// `crm.customers` ends in `customers` and in `crm.customers`.
fn ends_in(name: &str, wanted: &str) -> bool {
    name.strip_suffix(wanted).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn listed(filters: &BTreeSet<&str>) -> String {
    if filters.is_empty() { "none".to_owned() } else { filters.iter().copied().collect::<Vec<_>>().join(" AND ") }
}
