//! The options of EXPLAIN: the plan is shown in the gate's own words, so each option is done there, or left out and said so.

use crate::base::{Severity, SqlState, UserError};
use crate::parse::syntax::{Explain, ExplainOption, Pos};

use super::refusal::Refusal;
use super::{DenialCode, ExplainFormat, ExplainStyle};

/// What an EXPLAIN asks for.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub style: ExplainStyle,
    /// Parameters may stand in the query without values.
    pub generic_plan: bool,
    /// What is said of each option that is left out.
    pub notices: Vec<UserError>,
}

/// What an option does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Accepted with either value: what it switches is never shown.
    Costs,
    Format,
    GenericPlan,
    /// Accepted and left out, and what it would tell.
    LeftOut(&'static str),
    /// PostgreSQL takes it beside ANALYZE alone.
    NeedsAnalyze,
    Serialize,
    Verbose,
}

/// The option that runs the statement.
const ANALYZE: &str = "analyze";

/// The options of PostgreSQL (explain.c), each with the first major version that has it.
const OPTIONS: &[(&str, u32, Kind)] = &[
    (ANALYZE, 13, Kind::LeftOut("The statement was not run: ANALYZE tells how long each step takes and how many rows it reads.")),
    ("buffers", 13, Kind::LeftOut("BUFFERS tells how much of the warehouse's storage is read.")),
    ("costs", 13, Kind::Costs),
    ("format", 13, Kind::Format),
    ("generic_plan", 16, Kind::GenericPlan),
    ("memory", 17, Kind::LeftOut("MEMORY tells how much memory the warehouse takes for planning.")),
    ("serialize", 17, Kind::Serialize),
    ("settings", 13, Kind::LeftOut("SETTINGS tells the settings of the warehouse.")),
    ("summary", 13, Kind::LeftOut("SUMMARY tells how long the warehouse takes for planning.")),
    ("timing", 13, Kind::NeedsAnalyze),
    ("verbose", 13, Kind::Verbose),
    ("wal", 13, Kind::NeedsAnalyze),
];

/// Reads the options as PostgreSQL does: one after the other, a later one over an earlier one.
///
/// # Errors
/// 42601 and 22023 in PostgreSQL's words for what is not an option of that version, or not beside the others.
pub(super) fn read(explain: &Explain, server_version: u32, position: impl Fn(Pos) -> Option<u32>) -> Result<Asked, Refusal> {
    let major = server_version / 10_000;
    let mut asked = Asked::default();
    let mut left_out = Vec::new();
    let mut needs_analyze = Vec::new();
    for option in &explain.options {
        let name = option.name.name.as_str();
        let Some((name, _, kind)) = OPTIONS.iter().copied().find(|(known, since, _)| *known == name && *since <= major) else {
            let error = UserError::new(SqlState::SYNTAX_ERROR, format!("unrecognized EXPLAIN option \"{name}\""));
            return Err(Refusal::new(DenialCode::Syntax, error.at(position(option.name.at))));
        };
        let note = |list: &mut Vec<(&'static str, &'static str)>, why, is_on: bool| {
            list.retain(|(other, _)| *other != name);
            list.extend(is_on.then_some((name, why)));
        };
        match kind {
            Kind::Costs => drop(boolean(option)?),
            Kind::Format => asked.style.format = format(option).map_err(|error| at(error, position(option.name.at)))?,
            Kind::GenericPlan => asked.generic_plan = boolean(option)?,
            Kind::LeftOut(why) => note(&mut left_out, why, boolean(option)?),
            Kind::NeedsAnalyze => note(&mut needs_analyze, "", boolean(option)?),
            Kind::Serialize => {
                note(&mut needs_analyze, "", serializes(option).map_err(|error| at(error, position(option.name.at)))?)
            }
            Kind::Verbose => asked.style.verbose = boolean(option)?,
        }
    }
    let is_analyzed = left_out.iter().any(|(name, _)| *name == ANALYZE);
    if let (false, Some((name, _))) = (is_analyzed, needs_analyze.first()) {
        return Err(invalid(format!("EXPLAIN option {} requires ANALYZE", name.to_uppercase())));
    }
    if is_analyzed && asked.generic_plan {
        return Err(invalid("EXPLAIN options ANALYZE and GENERIC_PLAN cannot be used together".to_owned()));
    }
    asked.notices = left_out.into_iter().map(|(name, why)| without_effect(name, why)).collect();
    Ok(asked)
}

fn without_effect(name: &str, why: &'static str) -> UserError {
    let message = format!("EXPLAIN option {} has no effect here", name.to_uppercase());
    UserError { severity: Severity::Warning, ..UserError::new(SqlState::WARNING, message).detail(why) }
}

fn invalid(message: String) -> Refusal {
    Refusal::new(DenialCode::Syntax, UserError::new(SqlState::INVALID_PARAMETER_VALUE, message))
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
    invalid(format!("unrecognized value for EXPLAIN option \"{}\": \"{value}\"", option.name.name))
}

fn syntax(message: String) -> Refusal {
    Refusal::new(DenialCode::Syntax, UserError::new(SqlState::SYNTAX_ERROR, message))
}

fn at(refusal: Refusal, position: Option<u32>) -> Refusal {
    // Only what PostgreSQL places has a place.
    let is_placed = refusal.error.sqlstate == SqlState::INVALID_PARAMETER_VALUE;
    Refusal { error: refusal.error.at(position.filter(|_| is_placed)), ..refusal }
}
