//! EXPLAIN POLICY: what the grant makes of a statement, line by line, for the person who would run it.
//!
//! It tells no more than the statement would: of an accepted one the exposed names that it reads, their masks and where they are used; of a refused one the
//! error that the client would read.

use crate::base::{SqlState, UserError};
use crate::parse::fingerprint;
use crate::parse::syntax::{Command, ExplainPolicy, Statement};

use super::message::parse_message;
use super::refusal::{DenialCode, Refusal};
use super::statement::enforce;
use super::{Action, Context, Footprint, FootprintColumn, Parsed, Plan, Record, StatementKind};

/// Judges the statement behind EXPLAIN POLICY. What the client reads, and the record; nothing is sent.
///
/// # Errors
/// 42601 where the statement is none, or is an EXPLAIN POLICY itself.
pub(super) fn explain_policy(
    parsed: &Parsed,
    explain: ExplainPolicy,
    context: &Context<'_>,
) -> Result<(Vec<String>, Record), Refusal> {
    let (before, text) =
        explain.of.offset().and_then(|of| parsed.text.split_at_checked(usize::try_from(of).ok()?)).unwrap_or_default();
    let record = Record { kind: StatementKind::Explain, original_bytes: parsed.text.len(), ..Record::default() };
    let judged = judge(text, context).map_err(|refusal| {
        let before = u32::try_from(before.chars().count()).ok().and_then(|before| before.checked_add(parsed.characters_before));
        let position = refusal.error.position.zip(before).and_then(|(position, before)| position.checked_add(before));
        Refusal { error: UserError { position, ..refusal.error }, ..refusal }
    });
    match judged {
        Ok(plan) => {
            Ok((allowed(&plan), recorded(record, &plan.record.parameterised, &plan.record.rule_path, &plan.record.footprint)))
        }
        Err(refusal) if refusal.code == DenialCode::Syntax => Err(refusal),
        Err(refusal) => Ok((refused(&refusal), recorded(record, "", &refusal.rule_path, &Footprint::default()))),
    }
}

/// The plan of the one statement of a text.
fn judge(text: &str, context: &Context<'_>) -> Result<Plan, Refusal> {
    let statements = parse_message(text, context.limits)?;
    match statements.as_slice() {
        // One level: however many stand one behind the other, they are not walked.
        [one] if !matches!(one.inner.statement, Statement::Command(Command::ExplainPolicy(_))) => enforce(one, context),
        _ => {
            let error = UserError::new(SqlState::SYNTAX_ERROR, "EXPLAIN POLICY explains one statement of another kind");
            Err(Refusal::new(DenialCode::Syntax, error))
        }
    }
}

fn recorded(record: Record, parameterised: &str, rule_path: &[String], footprint: &Footprint) -> Record {
    let parameterised = format!("EXPLAIN POLICY {parameterised}").trim_end().to_owned();
    let own = format!("statement:{}", StatementKind::Explain.as_str());
    Record {
        fingerprint: fingerprint(&parameterised),
        parameterised,
        rule_path: std::iter::once(own).chain(rule_path.iter().cloned()).collect(),
        footprint: footprint.clone(),
        ..record
    }
}

fn allowed(plan: &Plan) -> Vec<String> {
    let mut lines = vec!["Allowed".to_owned()];
    match &plan.action {
        Action::Configure(_) | Action::Control(_) | Action::Execute { name: _, arguments: _, explain: _ } | Action::Policy(_) => {
            lines.push("  The session judges what it names when it runs".to_owned());
        }
        Action::Copy(_)
        | Action::Declare { name: _, options: _, rewritten: _ }
        | Action::Explain { style: _, rewritten: _ }
        | Action::Prepare { name: _, types: _, rewritten: _ }
        | Action::Query(_) => {}
    }
    let Footprint { relations, functions } = &plan.record.footprint;
    for ((schema, name), relation) in relations {
        lines.push(format!("Relation {schema}.{name}"));
        if !relation.row_filters.is_empty() {
            lines.push("  Rows: filtered".to_owned());
        }
        lines.extend(relation.columns.iter().map(|(name, column)| of_column(name, column)));
    }
    lines.extend(functions.iter().map(|name| format!("Function {}", name.strip_prefix("pg_catalog.").unwrap_or(name))));
    lines
}

fn of_column(name: &str, column: &FootprintColumn) -> String {
    let FootprintColumn { uses, mask } = column;
    let shown = mask.as_ref().map_or_else(|| "as it is".to_owned(), |mask| format!("masked ({mask})"));
    let uses: Vec<&str> = uses.iter().map(|found| found.as_str()).collect();
    match uses.is_empty() {
        true => format!("  Column {name}: {shown}"),
        false => format!("  Column {name}: {shown}; {}", uses.join(", ")),
    }
}

/// The error as the client would read it; hidden and missing read the same there.
fn refused(refusal: &Refusal) -> Vec<String> {
    let UserError { severity: _, sqlstate, message, detail, hint, position } = &refusal.error;
    let mut lines = vec![format!("Refused: {message}"), format!("  SQLSTATE: {sqlstate}"), format!("  Rule: {}", refusal.rule())];
    let part = |word: &str, text: &str| text.lines().map(|line| format!("  {word}: {line}")).collect::<Vec<_>>();
    lines.extend(detail.iter().flat_map(|detail| part("Detail", detail)));
    lines.extend(hint.iter().flat_map(|hint| part("Hint", hint)));
    lines.extend(position.map(|position| format!("  Position: {position}")));
    lines
}
