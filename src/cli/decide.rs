//! The gate's decision on one message of one person, told rule by rule: by the functions that `serve` calls, without a session.

use std::net::IpAddr;

use crate::access::{NotAdmitted, Subject, judge};
use crate::base::{Timestamp, ToUserError, UserError};
use crate::config::Loaded;
use crate::enforce::{Action, Context, Plan, Record, Refusal, Rewritten, StatementLimits, enforce, parse_message};
use crate::policy::compile::{CompiledGrant, CompiledPolicy};
use crate::policy::conditions::describe_hours;
use crate::server::statement_limits;
use crate::session::foresee;

use super::names::{identifier, qualified};

/// Who asks for what, from where, when.
pub(super) struct Question<'a> {
    pub(super) subject: Subject<'a>,
    pub(super) database: &'a str,
    pub(super) from: IpAddr,
    pub(super) at: Timestamp,
    pub(super) sql: &'a str,
}

/// What came of it: the rules that were passed, the statements that were accepted, and the refusal that ended it.
#[derive(Default)]
pub(super) struct Decision {
    pub(super) steps: Vec<Step>,
    pub(super) statements: Vec<Accepted>,
    pub(super) refusal: Option<Box<Refused>>,
}

/// A rule that was passed.
pub(super) struct Step {
    pub(super) rule: &'static str,
    pub(super) says: String,
}

/// A statement that would run.
pub(super) struct Accepted {
    pub(super) text: String,
    pub(super) plan: Plan,
    /// Relations whose row filter could not be compiled without the warehouse and stands as `true` in what is shown.
    pub(super) filters_left_open: Vec<String>,
}

/// The refusal, and the rule that it comes from.
pub(super) struct Refused {
    pub(super) rule: &'static str,
    /// As records and policy tests name it.
    pub(super) code: String,
    pub(super) error: UserError,
    /// What was asked for, in the catalog's words; the client does not read it.
    pub(super) object: Option<String>,
}

/// Decides.
pub(super) fn decide(loaded: &Loaded, policy: &CompiledPolicy, question: &Question<'_>) -> Decision {
    let mut decision = Decision::default();
    let grant = match admitted(loaded, policy, question, &mut decision) {
        Ok(grant) => grant,
        Err(refused) => {
            decision.refusal = Some(refused);
            return decision;
        }
    };
    let limits = statement_limits(&loaded.server.limits);
    decision.refusal = statements(grant, &limits, question.sql, &mut decision).err();
    decision
}

fn admitted<'p>(
    loaded: &Loaded,
    policy: &'p CompiledPolicy,
    question: &Question<'_>,
    decision: &mut Decision,
) -> Result<&'p CompiledGrant, Box<Refused>> {
    let Question { subject, database, from, at, sql: _ } = question;
    let judged = judge(&loaded.policy, subject, database, *from, *at);
    let failed = judged.as_ref().err().map(|refused| rule_of(refused.reason));
    let mut step = |rule: &'static str, says: String| decision.steps.push(Step { rule, says });
    if failed != Some("identity") {
        let vendors = loaded.policy.vendors_of(subject.provider, subject.groups);
        let vendor = vendors.first().map(|vendor| vendor.name.as_str()).unwrap_or_default();
        let groups = subject.groups.join(", ");
        step("identity", format!("provider {}, groups {groups}: vendor {vendor}", subject.provider));
    }
    let named = loaded.policy.grant_for_database(database).filter(|_| !matches!(failed, Some("identity" | "grant")));
    if let Some(grant) = named {
        let engagement = &grant.engagement;
        let window = format!("{} to {}", engagement.starts, engagement.ends);
        step("grant", format!("{}, ticket {}, {window}, for: {}", grant.name, engagement.ticket, engagement.purpose));
    }
    let grant = judged.map_err(|refused| Box::new(at_the_door(&refused)))?;
    let networks = match &grant.grant.conditions.networks {
        Some(networks) => networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        None => "everywhere".to_owned(),
    };
    step("conditions", format!("open {} from {networks}: at {at} from {from}", describe_hours(&grant.grant.conditions)));
    // A policy compiles as a whole: what is not there is a grant of no warehouse at hand.
    let refused =
        |reason| Box::new(at_the_door(&crate::access::Refused { reason, database: (*database).to_owned(), own: Vec::new() }));
    let compiled = policy.grant_for_database(database).ok_or_else(|| refused(NotAdmitted::NotCompiled))?;
    compiled.check_contracts(*at).map_err(|reason| refused(NotAdmitted::NotLive(reason)))?;
    Ok(compiled)
}

/// The rule that a refusal at the door comes from.
fn rule_of(reason: NotAdmitted) -> &'static str {
    match reason {
        NotAdmitted::NoVendor | NotAdmitted::PersonEnded => "identity",
        NotAdmitted::NoGrant | NotAdmitted::NotLive(_) | NotAdmitted::NotCompiled => "grant",
        NotAdmitted::Condition(_) | NotAdmitted::Tls => "conditions",
    }
}

fn at_the_door(refused: &crate::access::Refused) -> Refused {
    let error = refused.to_user_error();
    Refused { rule: rule_of(refused.reason), code: refused.reason.code().to_owned(), error, object: None }
}

fn statements(grant: &CompiledGrant, limits: &StatementLimits, sql: &str, decision: &mut Decision) -> Result<(), Box<Refused>> {
    let refused = |refusal: Refusal| {
        let Refusal { error, code, rule_path: _, object, recorded: _, in_read_only: _, disagreement: _ } = refusal;
        Box::new(Refused { rule: "statement", code: code.as_str().to_owned(), error, object })
    };
    let context = Context {
        exposed: &grant.exposed,
        search_path: &grant.exposed.search_path,
        limits,
        export: grant.export(),
        parameter_types: &[],
    };
    for parsed in parse_message(sql, limits).map_err(refused)? {
        let plan = enforce(&parsed, &context).map_err(refused)?;
        if let Some(refusal) = foresee(&plan.action, &grant.limits, grant.exposed.filters_rows()) {
            return Err(refused(refusal));
        }
        tell_rules(&plan.record, &mut decision.steps);
        let filters_left_open = filters_left_open(grant, &plan.record);
        decision.statements.push(Accepted { text: parsed.text().to_owned(), plan, filters_left_open });
    }
    Ok(())
}

/// Offline, a filter that names what no contract does is compiled to `true`, alone or beside the other part.
fn filters_left_open(grant: &CompiledGrant, record: &Record) -> Vec<String> {
    let is_open = |(schema, name): &&(String, String)| {
        let filter = grant.exposed.relation(schema, name).and_then(|relation| relation.filter());
        filter.is_some_and(|filter| {
            let sql = filter.sql.as_str();
            sql == "true" || sql.starts_with("(true AND ") || sql.ends_with(" AND true)")
        })
    };
    record.footprint.relations.keys().filter(is_open).map(|(schema, name)| qualified(schema, name)).collect()
}

fn tell_rules(record: &Record, steps: &mut Vec<Step>) {
    let mut step = |rule: &'static str, says: String| steps.push(Step { rule, says });
    step("statement", format!("{} is open under the grant", record.kind.as_str()));
    for ((schema, name), relation) in &record.footprint.relations {
        let columns: Vec<String> = relation.columns.keys().map(|column| identifier(column)).collect();
        let columns = if columns.is_empty() { "no column".to_owned() } else { columns.join(", ") };
        step("relation", format!("{}: {columns}", qualified(schema, name)));
    }
    for ((schema, name), relation) in &record.footprint.relations {
        for (column, entry) in &relation.columns {
            if let Some(mask) = &entry.mask {
                step("mask", format!("{}.{}: {mask}", qualified(schema, name), identifier(column)));
            }
        }
    }
    for ((schema, name), relation) in &record.footprint.relations {
        for filter in &relation.row_filters {
            step("row filter", format!("{}: {filter}", qualified(schema, name)));
        }
    }
}

/// The SQL that would be sent; `None` when the session answers by itself.
pub(super) fn sent(plan: &Plan) -> Option<&Rewritten> {
    match &plan.action {
        Action::Copy(rewritten)
        | Action::Explain { style: _, rewritten }
        | Action::Query(rewritten)
        | Action::Declare { name: _, options: _, rewritten }
        | Action::Prepare { name: _, types: _, rewritten } => Some(rewritten),
        Action::Configure(_) | Action::Control(_) | Action::Execute { name: _, arguments: _, explain: _ } | Action::Policy(_) => {
            None
        }
    }
}
