//! The options of EXPLAIN: the plan is shown in the gate's own words, so each option is either done there or refused by name.

use crate::base::{SqlState, UserError};
use crate::parse::syntax::{Explain, ExplainOption, Pos};

use super::refusal::Refusal;
use super::{DenialCode, ExplainFormat, ExplainStyle};

/// What an EXPLAIN asks for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    pub style: ExplainStyle,
    /// Parameters may stand in the query without values.
    pub generic_plan: bool,
}

/// What an option does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Accepted with either value: what it switches is never shown.
    Costs,
    Format,
    GenericPlan,
    /// PostgreSQL takes it beside ANALYZE alone.
    NeedsAnalyze,
    /// Not served, and why.
    Refused(&'static str),
    Serialize,
    Verbose,
}

/// The options of PostgreSQL (explain.c), each with the first major version that has it.
const OPTIONS: &[(&str, u32, Kind)] = &[
    ("analyze", 13, Kind::Refused("It runs the statement, and tells how long each step took and how many rows it read.")),
    ("buffers", 13, Kind::Refused("It tells how much of the warehouse's storage is read.")),
    ("costs", 13, Kind::Costs),
    ("format", 13, Kind::Format),
    ("generic_plan", 16, Kind::GenericPlan),
    ("memory", 17, Kind::Refused("It tells how much memory the warehouse takes for planning.")),
    ("serialize", 17, Kind::Serialize),
    ("settings", 13, Kind::Refused("It tells the settings of the warehouse.")),
    ("summary", 13, Kind::Refused("It tells how long the warehouse takes for planning.")),
    ("timing", 13, Kind::NeedsAnalyze),
    ("verbose", 13, Kind::Verbose),
    ("wal", 13, Kind::NeedsAnalyze),
];

/// Reads the options as PostgreSQL does: one after the other, a later one over an earlier one.
///
/// # Errors
/// 42601 and 22023 in PostgreSQL's words for what is not an option of that version; 42501 for an option that would tell of more than the plan's shape.
pub(super) fn read(explain: &Explain, server_version: u32, position: impl Fn(Pos) -> Option<u32>) -> Result<Asked, Refusal> {
    let major = server_version / 10_000;
    let mut asked = Asked::default();
    let mut refused = Vec::new();
    let mut needs_analyze = Vec::new();
    for option in &explain.options {
        let name = option.name.name.as_str();
        let Some((name, _, kind)) = OPTIONS.iter().copied().find(|(known, since, _)| *known == name && *since <= major) else {
            let error = UserError::new(SqlState::SYNTAX_ERROR, format!("unrecognized EXPLAIN option \"{name}\""));
            return Err(Refusal::new(DenialCode::Syntax, error.at(position(option.name.at))));
        };
        let note = |list: &mut Vec<(&'static str, &'static str, Pos)>, why, is_on: bool| {
            list.retain(|(other, _, _)| *other != name);
            list.extend(is_on.then_some((name, why, option.name.at)));
        };
        match kind {
            Kind::Costs => drop(boolean(option)?),
            Kind::Format => asked.style.format = format(option).map_err(|error| at(error, position(option.name.at)))?,
            Kind::GenericPlan => asked.generic_plan = boolean(option)?,
            Kind::NeedsAnalyze => note(&mut needs_analyze, "", boolean(option)?),
            Kind::Refused(why) => note(&mut refused, why, boolean(option)?),
            Kind::Serialize => {
                note(&mut needs_analyze, "", serializes(option).map_err(|error| at(error, position(option.name.at)))?)
            }
            Kind::Verbose => asked.style.verbose = boolean(option)?,
        }
    }
    if let Some((name, why, at)) = refused.first() {
        let error =
            UserError::new(SqlState::INSUFFICIENT_PRIVILEGE, format!("EXPLAIN {} is not allowed here", name.to_uppercase()));
        let error = error.detail(*why).hint("EXPLAIN without it shows the shape of the plan.").at(position(*at));
        return Err(Refusal::new(DenialCode::StatementNotAllowed, error));
    }
    if let Some((name, _, _)) = needs_analyze.first() {
        let message = format!("EXPLAIN option {} requires ANALYZE", name.to_uppercase());
        return Err(Refusal::new(DenialCode::Syntax, UserError::new(SqlState::INVALID_PARAMETER_VALUE, message)));
    }
    Ok(asked)
}

/// `defGetBoolean`
fn boolean(option: &ExplainOption) -> Result<bool, Refusal> {
    match option.value.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None | Some("true" | "on" | "1") => Ok(true),
        Some("false" | "off" | "0") => Ok(false),
        Some(_) => Err(syntax(format!("{} requires a Boolean value", option.name.name))),
    }
}

fn format(option: &ExplainOption) -> Result<ExplainFormat, Refusal> {
    match option.value.as_deref() {
        Some("text") => Ok(ExplainFormat::Text),
        Some("json") => Ok(ExplainFormat::Json),
        Some("xml") => Ok(ExplainFormat::Xml),
        Some("yaml") => Ok(ExplainFormat::Yaml),
        Some(other) => Err(unrecognized(option, other)),
        None => Err(syntax("format requires a parameter".to_owned())),
    }
}

/// Whether SERIALIZE asks for anything.
fn serializes(option: &ExplainOption) -> Result<bool, Refusal> {
    match option.value.as_deref() {
        None | Some("text" | "binary") => Ok(true),
        Some("off" | "none") => Ok(false),
        Some(other) => Err(unrecognized(option, other)),
    }
}

fn unrecognized(option: &ExplainOption, value: &str) -> Refusal {
    let message = format!("unrecognized value for EXPLAIN option \"{}\": \"{value}\"", option.name.name);
    Refusal::new(DenialCode::Syntax, UserError::new(SqlState::INVALID_PARAMETER_VALUE, message))
}

fn syntax(message: String) -> Refusal {
    Refusal::new(DenialCode::Syntax, UserError::new(SqlState::SYNTAX_ERROR, message))
}

fn at(refusal: Refusal, position: Option<u32>) -> Refusal {
    // Only what PostgreSQL places has a place.
    let is_placed = refusal.error.sqlstate == SqlState::INVALID_PARAMETER_VALUE;
    Refusal { error: refusal.error.at(position.filter(|_| is_placed)), ..refusal }
}
