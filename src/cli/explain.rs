//! `postern explain`: what the gate decides on a statement of a person, rule by rule, and what it would send.

use std::net::{IpAddr, Ipv4Addr};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::access::Subject;
use crate::base::Timestamp;
use crate::config::Loaded;
use crate::runtime::clock::Clock;

use super::compiled::{Against, ConfigArgument, load_and_compile, load_as_served};
use super::decide::{Accepted, Decision, Question, Refused, decide, sent};
use super::names::{identifier, qualified};
use super::output::{complain, say};
use super::table::table;
use super::{Format, Outcome};

/// Explains a decision.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  postern explain --config conf --as jane --database churn \"SELECT id, email FROM customers\"
  postern explain --config conf --as jane --database churn --at 2026-11-22T10:00:00Z \\
      --from 203.0.113.9 \"SELECT 1\"
  postern explain --config conf --as jane --database churn --live --format json - < query.sql

Offline it compiles against what the contracts promise; --live asks the warehouses. Nothing is
sent and nothing is recorded. The rewritten SQL is for the data owner: a vendor never sees it.

Exit codes: 0 explained (refusals too), 1 failed, 2 wrong usage, 3 configuration not valid.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    config: ConfigArgument,
    /// User name of a person in people.yaml
    #[arg(long = "as", value_name = "USER")]
    user: String,
    /// Database name that the person types: it picks the grant
    #[arg(long, value_name = "GRANT")]
    database: String,
    /// Compile against the live warehouses instead of the contracts' promises
    #[arg(long)]
    live: bool,
    /// When: an instant such as 2026-11-18T10:00:00Z [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    at: Option<Timestamp>,
    /// Address that the person connects from
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    from: IpAddr,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The statement, or several between semicolons; `-` reads standard input
    #[arg(value_name = "SQL")]
    sql: String,
}

fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|error| error.to_string())
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let against = Against::live(arguments.live);
    let loading = match against {
        Against::Contracts => load_and_compile(&arguments.config.path, against),
        Against::Warehouses => load_as_served(&arguments.config.path, against),
    };
    let (loaded, policy) = match loading {
        Ok(both) => both,
        Err(not_compiled) => return not_compiled.tell(),
    };
    policy.drift.iter().for_each(|drift| complain(&format!("refused: {}", drift.why)));
    let sql = match arguments.sql.as_str() {
        "-" => std::io::read_to_string(std::io::stdin()).context("read standard input")?,
        sql => sql.to_owned(),
    };
    let (groups, valid_until) = person(&loaded, &arguments.user)?;
    let provider = loaded.policy.local_provider().unwrap_or_default();
    let question = Question {
        subject: Subject { provider, groups: &groups, valid_until, tls: None },
        database: &arguments.database,
        from: arguments.from,
        at: arguments.at.unwrap_or_else(|| Clock::system().now()),
        sql: &sql,
    };
    let decision = decide(&loaded, &policy, &question);
    match arguments.format {
        Format::Text => tell(&decision, &sql, against),
        Format::Json => say(&as_json(&decision, against).to_string()),
    }
    Ok(Ok(()))
}

fn person(loaded: &Loaded, user: &str) -> Result<(Vec<String>, Option<Timestamp>), anyhow::Error> {
    let Some(person) = loaded.people.iter().find(|person| person.user.as_str() == user) else {
        let near = crate::document::suggest(user, loaded.people.iter().map(|person| person.user.as_str()));
        bail!("no user {user:?} in people.yaml{}", near.map_or_else(String::new, |near| format!(" (did you mean {near:?}?)")));
    };
    Ok((person.groups.iter().map(|group| group.value.clone()).collect(), person.valid_until))
}

fn tell(decision: &Decision, sql: &str, against: Against) {
    complain(against.note());
    for step in &decision.steps {
        say(&format!("pass    {:<11} {}", step.rule, step.says));
    }
    if let Some(refused) = &decision.refusal {
        tell_refusal(refused, sql);
    }
    for accepted in &decision.statements {
        tell_statement(accepted);
    }
}

fn tell_refusal(refused: &Refused, sql: &str) {
    let error = &refused.error;
    say(&format!("refuse  {:<11} {} ({})", refused.rule, refused.code, error.sqlstate));
    if let Some(object) = &refused.object {
        say(&format!("        {:<11} {object}", "object"));
    }
    say("");
    say("the client reads:");
    say(&format!("  {error}"));
    for (label, text) in [("DETAIL", &error.detail), ("HINT", &error.hint)] {
        if let Some(text) = text {
            say(&format!("  {label}:  {text}"));
        }
    }
    if let Some((line, column)) = error.position.and_then(|position| place(sql, position)) {
        say(&format!("  {line}"));
        say(&format!("  {}^", " ".repeat(column)));
    }
}

/// The line of the text that holds the character, and the characters before it there.
fn place(sql: &str, position: u32) -> Option<(String, usize)> {
    let mut before = usize::try_from(position).ok()?.checked_sub(1)?;
    for line in sql.split('\n') {
        let length = line.chars().count();
        if before <= length {
            return Some((line.replace(['\t', '\r'], " "), before));
        }
        before = before.checked_sub(length + 1)?;
    }
    None
}

fn tell_statement(accepted: &Accepted) {
    say("");
    say(&format!("statement: {}", accepted.text.trim()));
    match sent(&accepted.plan) {
        Some(rewritten) => {
            say("sent:");
            say(&format!("  {}", rewritten.sql()));
            for relation in &accepted.filters_left_open {
                say(&format!("  the row filter of {relation} needs the warehouse (--live) and stands as true here"));
            }
            if rewritten.opaque_errors() {
                say("  a row filter of it may raise: any error of the warehouse reaches the client as one fixed 55000");
            }
        }
        None => say("sent: nothing of it; the session answers, or says it in its own words"),
    }
    let rows = objects(accepted);
    if !rows.is_empty() {
        say("");
        let lines = rows.iter().map(|row| {
            let mask = row.mask.clone().unwrap_or_else(|| "-".to_owned());
            vec![qualified(&row.schema, &row.relation), identifier(&row.column), row.uses.join(","), mask]
        });
        table(&["relation", "column", "use", "mask"], lines).iter().for_each(|line| say(line));
    }
}

/// One line of objects × columns × use × mask.
struct Object {
    schema: String,
    relation: String,
    column: String,
    uses: Vec<&'static str>,
    mask: Option<String>,
}

fn objects(accepted: &Accepted) -> Vec<Object> {
    let mut rows = Vec::new();
    for ((schema, name), relation) in &accepted.plan.record.footprint.relations {
        for (column, entry) in &relation.columns {
            rows.push(Object {
                schema: schema.clone(),
                relation: name.clone(),
                column: column.clone(),
                uses: entry.uses.iter().map(|used| used.as_str()).collect(),
                mask: entry.mask.clone(),
            });
        }
    }
    rows
}

fn as_json(decision: &Decision, against: Against) -> Value {
    let steps: Vec<Value> = decision.steps.iter().map(|step| json!({ "rule": step.rule, "says": step.says })).collect();
    let refusal = decision.refusal.as_ref().map(|refused| {
        let error = &refused.error;
        json!({
            "rule": refused.rule, "code": refused.code, "sqlstate": error.sqlstate.as_str(), "message": error.message,
            "detail": error.detail, "hint": error.hint, "position": error.position, "object": refused.object,
        })
    });
    json!({
        "decision": if decision.refusal.is_some() { "deny" } else { "allow" },
        "against": against.as_str(),
        "rules": steps,
        "refusal": refusal,
        "statements": decision.statements.iter().map(statement_json).collect::<Vec<_>>(),
    })
}

fn statement_json(accepted: &Accepted) -> Value {
    let record = &accepted.plan.record;
    let objects: Vec<Value> = objects(accepted)
        .into_iter()
        .map(|row| json!({ "schema": row.schema, "relation": row.relation, "column": row.column, "use": row.uses, "mask": row.mask }))
        .collect();
    let filters: Vec<Value> = record
        .footprint
        .relations
        .iter()
        .filter(|(_, relation)| !relation.row_filters.is_empty())
        .map(|((schema, name), relation)| json!({ "schema": schema, "relation": name, "filters": relation.row_filters }))
        .collect();
    let rewritten = sent(&accepted.plan);
    json!({
        "text": accepted.text,
        "kind": record.kind.as_str(),
        "fingerprint": record.fingerprint,
        "rewritten": rewritten.map(|rewritten| rewritten.sql().as_ref()),
        "filters_left_open": accepted.filters_left_open,
        "opaque_errors": rewritten.is_some_and(crate::enforce::Rewritten::opaque_errors),
        "objects": objects,
        "row_filters": filters,
        "functions": record.footprint.functions,
        "rule_path": record.rule_path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_shown_under_its_own_line() {
        assert_eq!(place("SELECT\n  ssn\nFROM t", 10), Some(("  ssn".to_owned(), 2)));
        assert_eq!(place("SELECT größe, x", 15), Some(("SELECT größe, x".to_owned(), 14)));
        assert_eq!(place("a", 2), Some(("a".to_owned(), 1)));
        assert_eq!(place("a", 9), None);
        assert_eq!(place("a", 0), None);
    }
}
