//! `postern check`: is a configuration valid, and what does it open.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Value, json};

use crate::catalog::{ExposedRelation, RelationSource};
use crate::config::Loaded;
use crate::document::Diagnostic;
use crate::policy::compile::{CompiledGrant, CompiledPolicy};
use crate::policy::conditions::describe_hours;

use super::compiled::{Against, ConfigArgument, NotCompiled, load_and_compile};
use super::names::{counted, identifier, qualified};
use super::output::{complain, say};
use super::{Failure, Format, Outcome};

/// Checks a configuration and tells what it opens.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  postern check --config /etc/postern
  postern check --config /etc/postern --live     compare with the warehouses as they are now
  postern check --config conf --format json | jq '.grants[].relations[] | select(.filters == [])'

Mistakes are printed to standard error as file:line:column: message, all at once. What the
configuration opens is printed to standard output: each grant with its relations, columns, masks
and row filters.

Exit codes: 0 valid, 1 a warehouse cannot be reached, 2 wrong usage, 3 not valid.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// Compile against the live warehouses instead of the contracts' promises
    #[arg(long)]
    live: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let against = Against::live(arguments.live);
    match (load_and_compile(&arguments.config.path, against), arguments.format) {
        (Ok((loaded, policy)), Format::Text) => tell(&loaded, &policy, against),
        (Ok((loaded, policy)), Format::Json) => say(&as_json(&loaded, &policy, against).to_string()),
        (Err(NotCompiled::Invalid(problems)), Format::Json) => {
            let problems: Vec<Value> = problems.into_sorted().iter().map(diagnostic).collect();
            say(&json!({ "valid": false, "against": against.as_str(), "problems": problems }).to_string());
            return Ok(Err(Failure::ConfigInvalid));
        }
        (Err(not_compiled), Format::Text | Format::Json) => return not_compiled.tell(),
    }
    Ok(Ok(()))
}

/// Everything worth knowing: (warnings, what nothing watches yet).
fn notes(loaded: &Loaded, policy: &CompiledPolicy) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let unwatched: BTreeSet<&Diagnostic> = loaded.contracts.iter().flat_map(|contract| &contract.unwatched).collect();
    let all: BTreeSet<&Diagnostic> = loaded.warnings.iter().chain(&policy.warnings).collect();
    let (not_watched, warnings) = all.into_iter().partition::<Vec<_>, _>(|note| unwatched.contains(note));
    (warnings.into_iter().cloned().collect(), not_watched.into_iter().cloned().collect())
}

fn tell(loaded: &Loaded, policy: &CompiledPolicy, against: Against) {
    let (warnings, not_watched) = notes(loaded, policy);
    warnings.iter().for_each(|warning| complain(&format!("warning: {warning}")));
    if !not_watched.is_empty() {
        complain("not watched yet:");
        not_watched.iter().for_each(|note| complain(&format!("  {note}")));
    }
    say(&format!(
        "valid: revision {}, {}, {}, {} ({})",
        short(&loaded.revision),
        counted(loaded.contracts.len(), "contract"),
        counted(policy.grants.len(), "grant"),
        counted(loaded.people.len(), "login"),
        against.note(),
    ));
    for grant in &policy.grants {
        tell_grant(grant);
    }
}

fn tell_grant(grant: &CompiledGrant) {
    let engagement = &grant.grant.engagement;
    say("");
    say(&format!(
        "grant {}: database {}, vendor {}, {} to {}, open {}, ticket {}",
        grant.name(),
        grant.grant.database.value,
        grant.vendor_name(),
        engagement.starts,
        engagement.ends,
        describe_hours(&grant.grant.conditions),
        engagement.ticket,
    ));
    for relation in shown(grant) {
        let columns: Vec<String> = relation
            .columns
            .iter()
            .map(|column| {
                let name = identifier(&column.name);
                column.mask.as_ref().map_or_else(|| name.clone(), |mask| format!("{name}={}", mask.name))
            })
            .collect();
        let only = if relation.aggregate_only { " (aggregates only: not served yet)" } else { "" };
        say(&format!("  {}{only}: {}", qualified(&relation.schema, &relation.name), columns.join(", ")));
        for filter in filters(relation) {
            say(&format!("    where {filter}"));
        }
    }
}

/// The relations of the warehouse, without the system's.
fn shown(grant: &CompiledGrant) -> impl Iterator<Item = &ExposedRelation> {
    grant.exposed.relations.values().map(AsRef::as_ref).filter(|relation| match &relation.source {
        RelationSource::System { oid: _, query: _ } => false,
        RelationSource::Warehouse { oid: _, schema: _, name: _, kind: _, contract: _, contract_version: _, filter: _ } => true,
    })
}

fn filters(relation: &ExposedRelation) -> Vec<String> {
    relation.filter().map(|filter| filter.written.clone()).unwrap_or_default()
}

fn as_json(loaded: &Loaded, policy: &CompiledPolicy, against: Against) -> Value {
    let (warnings, not_watched) = notes(loaded, policy);
    json!({
        "valid": true,
        "against": against.as_str(),
        "revision": loaded.revision,
        "contracts": loaded.contracts.len(),
        "people": loaded.people.len(),
        "warnings": warnings.iter().map(diagnostic).collect::<Vec<_>>(),
        "not_watched": not_watched.iter().map(diagnostic).collect::<Vec<_>>(),
        "grants": policy.grants.iter().map(|grant| grant_json(grant)).collect::<Vec<_>>(),
    })
}

fn grant_json(grant: &CompiledGrant) -> Value {
    let engagement = &grant.grant.engagement;
    let export = &grant.limits.export;
    let relation = |relation: &ExposedRelation| {
        let columns: Vec<Value> = relation
            .columns
            .iter()
            .map(|column| {
                let mask = column.mask.as_ref().map(|mask| mask.name.as_str());
                json!({ "name": column.name, "type": column.type_text, "mask": mask })
            })
            .collect();
        json!({
            "schema": relation.schema, "name": relation.name, "aggregate_only": relation.aggregate_only, "columns": columns,
            "filters": filters(relation),
        })
    };
    json!({
        "name": grant.name(),
        "database": grant.grant.database.value,
        "vendor": grant.vendor_name(),
        "warehouse": grant.warehouse,
        "ticket": engagement.ticket,
        "starts": engagement.starts,
        "ends": engagement.ends,
        "open": describe_hours(&grant.grant.conditions),
        "export": { "copy_out": export.copy_out, "cursor_fetch": export.cursor_fetch, "explain": export.explain },
        "relations": shown(grant).map(relation).collect::<Vec<_>>(),
    })
}

/// A diagnostic as programs read it.
pub(super) fn diagnostic(diagnostic: &Diagnostic) -> Value {
    let at = &diagnostic.at;
    json!({ "file": &*at.file, "line": at.line, "column": at.column, "message": diagnostic.message })
}

/// The beginning of a digest: enough to tell revisions apart.
fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}
