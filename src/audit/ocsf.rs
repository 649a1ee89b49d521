//! Renders events as OCSF 1.8 with the `postern` extension object.
//!
//! Statements are Datastore Activity (6005), logins Authentication (3002), configuration Entity Management (3004), the log itself
//! Application Lifecycle (6002).

use serde_json::{Map, Value};

use crate::base::{SqlState, Timestamp};
use crate::runtime::ids;

use super::credit::Credit;
use super::draft::{Draft, IntentSeq};
use super::facts::{DeniedEvent, IntentEvent, Outcome, SessionRecord, policy};
use super::fields::Fields;
use super::frame::RecordKind;
use super::text::{NAME_CHARACTERS, SENTENCE_CHARACTERS, line};

/// How far a durable record reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Survives the machine: every batch is synced to the disk.
    Fsync,
    /// Survives the end of the process only.
    Os,
}

impl Durability {
    /// As configuration and records write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fsync => "fsync",
            Self::Os => "os",
        }
    }
}

/// Renders the records of one journal.
#[derive(Debug)]
pub(super) struct Renderer {
    metadata: Fields,
    durability: Durability,
}

/// Class, activity and outcome of an event.
struct Class {
    uid: u32,
    name: &'static str,
    category: (u32, &'static str),
    activity: (u32, &'static str),
}

const QUERY: Class =
    Class { uid: 6005, name: "Datastore Activity", category: (6, "Application Activity"), activity: (4, "Query") };

/// `metadata.event_code` of the first record of each process.
pub(super) const LOG_OPENED: &str = "log.opened";
/// `status_detail` of a statement that ended with its gate.
pub(super) const CRASH: &str = "unknown (crash)";

const AUTHENTICATION: (u32, &str, (u32, &str)) = (3002, "Authentication", (3, "Identity & Access Management"));

impl Renderer {
    pub(super) fn new(origin: &str, node: &str, tenant: &str, durability: Durability) -> Self {
        let mut feature = Fields::new();
        feature.text("name", "pg-proxy").text("uid", node);
        let mut product = Fields::new();
        product.text("name", "Postern").text("vendor_name", "Postern project").text("version", env!("CARGO_PKG_VERSION"));
        product.object("feature", &feature);
        let mut metadata = Fields::new();
        metadata.text("version", "1.8.0").object("product", &product).add("profiles", &["security_control", "datetime"]);
        let mut extension = Fields::new();
        extension.text("name", "dev").text("uid", "999").text("version", "1.0.0");
        metadata.objects("extensions", &[extension]);
        metadata.text("log_name", &format!("postern.audit/{origin}")).text("tenant_uid", tenant);
        Self { metadata, durability }
    }

    /// A statement was accepted; `credit` may leave once this is durable.
    pub(super) fn intent(&self, event: &IntentEvent, credit: Credit, seq: IntentSeq) -> Draft {
        self.releasing(RecordKind::Intent, "statement.intent", "intent", event, credit, seq)
    }

    /// `credit` of the statement may leave once this is durable.
    pub(super) fn progress(&self, event: &IntentEvent, credit: Credit, seq: IntentSeq) -> Draft {
        self.releasing(RecordKind::Progress, "statement.progress", "progress", event, credit, seq)
    }

    fn releasing(&self, kind: RecordKind, code: &str, phase: &str, event: &IntentEvent, credit: Credit, seq: IntentSeq) -> Draft {
        let mut postern = statement_postern(phase, event);
        let Credit { rows, bytes } = credit;
        let durability = self.durability.as_str();
        postern.object("credit", Fields::new().add("rows", &rows).add("bytes", &bytes).text("durability", durability));
        let mut fields = class(&QUERY, (1, "Informational"), event.received);
        let message = format!("{} may read up to {rows} rows{}", event.session.person, of_what(event));
        fields.add("status_id", &0).text("status", "Unknown").text("message", &message);
        verdict(&mut fields, event);
        fields.include(&event.session.common).include(&event.session.database).include(&event.facts.common);
        fields.object("query_info", &query_info(event, None));
        let metadata = self.metadata(code, &event.statement.to_string());
        Draft::new(kind, Some(seq), &metadata, &postern, &fields)
    }

    /// A statement ended.
    pub(super) fn outcome(&self, event: &IntentEvent, outcome: &Outcome, seq: IntentSeq) -> Draft {
        let mut result = Fields::new();
        result.add("rows", &outcome.rows).add("bytes", &outcome.bytes).add("complete", &outcome.complete);
        result.maybe("command_tag", &outcome.command_tag.as_deref().map(|tag| line(tag, NAME_CHARACTERS)));
        result.text("sqlstate", outcome.sqlstate.as_str());
        let mut postern = statement_postern("outcome", event);
        postern.object("result", &result).add("timing_us", &outcome.timings);
        if let Some(upstream) = &outcome.upstream {
            let mut object = Fields::new();
            object.text("role", &upstream.role).add("backend_pid", &upstream.backend_pid);
            postern.object("upstream", object.text("server_version", &line(&upstream.server_version, NAME_CHARACTERS)));
        }
        let mut fields = class(&QUERY, (1, "Informational"), event.received);
        fields.add("start_time", &event.received.millis()).add("end_time", &outcome.ended.millis());
        fields.add("duration", &u64::try_from(outcome.ended.since(event.received).as_millis()).unwrap_or(u64::MAX));
        status(&mut fields, outcome.sqlstate, outcome.error.as_deref());
        let message = format!("{} read {} rows{}", event.session.person, outcome.rows, of_what(event));
        fields.text("message", &message);
        verdict(&mut fields, event);
        fields.include(&event.session.common).include(&event.session.database).include(&event.facts.common);
        fields.object("query_info", &query_info(event, Some(outcome.bytes)));
        let metadata = self.metadata("statement.outcome", &event.statement.to_string());
        Draft::new(RecordKind::Outcome, Some(seq), &metadata, &postern, &fields)
    }

    /// A statement whose session was lost inside the gate: nobody can say how much of the `credit` left.
    pub(super) fn abandoned(&self, event: &IntentEvent, credit: Credit, now: Timestamp, seq: IntentSeq) -> Draft {
        let mut postern = statement_postern("outcome", event);
        postern.object("result", &at_most(credit));
        let mut fields = class(&QUERY, (1, "Informational"), event.received);
        fields.add("start_time", &event.received.millis()).add("end_time", &now.millis());
        fields.add("status_id", &0).text("status", "Unknown").text("status_detail", "unknown (abandoned)");
        fields.text("message", &format!("{} read at most {} rows{}", event.session.person, credit.rows, of_what(event)));
        verdict(&mut fields, event);
        fields.include(&event.session.common).include(&event.session.database).include(&event.facts.common);
        fields.object("query_info", &query_info(event, None));
        let metadata = self.metadata("statement.outcome", &event.statement.to_string());
        Draft::new(RecordKind::Outcome, Some(seq), &metadata, &postern, &fields)
    }

    /// The outcome of an intent that an earlier process left open: `intent` is that record, `credit` the last durable credit.
    pub(super) fn closed_by_recovery(&self, intent: Map<String, Value>, credit: Credit, now: Timestamp, seq: u64) -> Draft {
        let mut intent = intent;
        let stored = |object: Option<Value>| match object {
            Some(Value::Object(map)) => map,
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) | None => Map::new(),
        };
        let statement = stored(intent.remove("metadata")).remove("correlation_uid");
        let mut postern = Fields::new();
        postern.text("phase", "outcome");
        for (key, value) in stored(intent.remove("postern")) {
            if key != "phase" && key != "credit" {
                postern.add(&key, &value);
            }
        }
        postern.object("result", &at_most(credit));
        let who =
            intent.get("actor").and_then(|actor| actor.pointer("/user/name")).and_then(Value::as_str).unwrap_or("?").to_owned();
        let mut fields = Fields::new();
        for (key, value) in &intent {
            if key != "message" && key != "status" {
                fields.add(key, value);
            }
        }
        fields.text("status", "Unknown").text("status_detail", CRASH).add("end_time", &now.millis());
        fields.text("message", &format!("{who} read at most {} rows; the gate ended before the statement did", credit.rows));
        let metadata = self.metadata("statement.outcome", statement.as_ref().and_then(Value::as_str).unwrap_or_default());
        Draft::new(RecordKind::Outcome, Some(IntentSeq::known(seq)), &metadata, &postern, &fields)
    }

    /// A statement was refused.
    pub(super) fn denied(&self, event: &DeniedEvent) -> Draft {
        let as_intent = IntentEvent {
            statement: event.statement,
            session: event.session.clone(),
            facts: event.facts.clone(),
            protocol: event.protocol.clone(),
            received: event.received,
            row_limit: None,
        };
        let mut decision = Fields::new();
        decision.text("effect", "deny").text("code", &event.code).add("rule_path", &event.rule_path);
        decision.maybe("object", &event.object.as_deref().map(|name| line(name, NAME_CHARACTERS)));
        let mut postern = statement_head("denied", &as_intent);
        postern.object("decision", &decision);
        let mut fields = class(&QUERY, (2, "Low"), event.received);
        status(&mut fields, event.sqlstate, Some(&event.error));
        fields.text("message", &format!("{} was refused: {}", event.session.person, line(&event.error, SENTENCE_CHARACTERS)));
        fields.add("action_id", &2).text("action", "Denied").add("disposition_id", &2).text("disposition", "Blocked");
        fields.include(&event.session.common).include(&event.session.database).include(&event.facts.common);
        fields.object("query_info", &query_info(&as_intent, None));
        let metadata = self.metadata("statement.denied", &event.statement.to_string());
        Draft::new(RecordKind::Denied, None, &metadata, &postern, &fields)
    }

    /// What every record begins with.
    pub(super) fn metadata(&self, code: &str, correlation: &str) -> Fields {
        let mut metadata = self.metadata.clone();
        metadata.text("event_code", code).add("uid", &ids::new_event_id());
        if !correlation.is_empty() {
            metadata.text("correlation_uid", correlation);
        }
        metadata
    }

    /// The fields that begin an Authentication event; `activity` 1 Logon, 2 Logoff.
    pub(super) fn authentication(activity: u32, succeeded: bool, time: Timestamp, method: &str) -> Fields {
        let (uid, name, category) = AUTHENTICATION;
        let activity = (activity, if activity == 1 { "Logon" } else { "Logoff" });
        let severity = if succeeded { (1, "Informational") } else { (2, "Low") };
        let mut fields = class(&Class { uid, name, category, activity }, severity, time);
        fields.add("auth_protocol_id", &99).text("auth_protocol", &line(method, NAME_CHARACTERS));
        fields.object("service", Fields::new().text("name", "Postern")).add("is_remote", &true);
        fields
    }

    /// The fields that begin an Entity Management event about the policy.
    pub(super) fn policy_update(facts: &super::facts::PolicyFacts, taken: bool, time: Timestamp) -> Fields {
        let (uid, name, category) = (3004, "Entity Management", (3, "Identity & Access Management"));
        let severity = if taken { (1, "Informational") } else { (3, "Medium") };
        let mut fields = class(&Class { uid, name, category, activity: (3, "Update") }, severity, time);
        let mut entity = Fields::new();
        entity.text("name", &facts.name).text("uid", &facts.uid).text("type", "Policy").text("version", &facts.version);
        fields.object("entity", &entity).object("policy", &policy(facts));
        let outcome = if taken { (1, "Success") } else { (2, "Failure") };
        fields.add("status_id", &outcome.0).text("status", outcome.1);
        fields
    }

    /// An event of the log itself: `details` is `postern.log`.
    pub(super) fn log(
        &self,
        code: &str,
        activity: (u32, &'static str),
        message: &str,
        details: &Fields,
        now: Timestamp,
    ) -> Draft {
        let (uid, name, category) = (6002, "Application Lifecycle", (6, "Application Activity"));
        let mut fields = class(&Class { uid, name, category, activity }, (1, "Informational"), now);
        let mut app = Fields::new();
        app.text("name", "Postern").text("vendor_name", "Postern project").text("version", env!("CARGO_PKG_VERSION"));
        fields.object("app", &app).text("message", message).add("status_id", &1).text("status", "Success");
        let mut postern = Fields::new();
        postern.text("phase", "log").object("log", details);
        Draft::new(RecordKind::Log, None, &self.metadata(code, ""), &postern, &fields)
    }
}

fn class(class: &Class, severity: (u32, &str), time: Timestamp) -> Fields {
    let Class { uid, name, category, activity } = class;
    let mut fields = Fields::new();
    fields.add("category_uid", &category.0).text("category_name", category.1).add("class_uid", uid).text("class_name", name);
    fields.add("activity_id", &activity.0).text("activity_name", activity.1).add("type_uid", &(uid * 100 + activity.0));
    fields.text("type_name", &format!("{name}: {}", activity.1)).add("severity_id", &severity.0).text("severity", severity.1);
    fields.add("time", &time.millis()).add("time_dt", &time);
    fields
}

/// The result of a statement of which only the credit is known.
fn at_most(credit: Credit) -> Fields {
    let mut result = Fields::new();
    result.add("rows", &credit.rows).add("bytes", &credit.bytes).add("complete", &false).text("certainty", "at most");
    result
}

fn verdict(fields: &mut Fields, event: &IntentEvent) {
    let action = if event.facts.rewritten { (4, "Modified") } else { (1, "Allowed") };
    fields.add("action_id", &action.0).text("action", action.1).add("disposition_id", &1).text("disposition", "Allowed");
    fields.add("type_id", &1).text("type", "Database");
}

fn status(fields: &mut Fields, sqlstate: SqlState, error: Option<&str>) {
    let succeeded = matches!(sqlstate.class(), "00" | "01" | "02");
    let status = if succeeded { (1, "Success") } else { (2, "Failure") };
    fields.add("status_id", &status.0).text("status", status.1).text("status_code", sqlstate.as_str());
    fields.maybe("status_detail", &error.map(|error| line(error, SENTENCE_CHARACTERS)));
}

fn query_info(event: &IntentEvent, bytes: Option<u64>) -> Fields {
    let mut info = event.facts.query_info.clone();
    info.add("query_time", &event.received.millis()).maybe("bytes", &bytes);
    info
}

fn statement_head(phase: &str, event: &IntentEvent) -> Fields {
    let protocol = &event.protocol;
    let mut object = Fields::new();
    object.text("message", protocol.message).text("portal", &line(&protocol.portal, NAME_CHARACTERS));
    object.text("prepared", &line(&protocol.prepared, NAME_CHARACTERS));
    object.add("parameters", &protocol.parameter_types.len()).add("parameter_types", &protocol.parameter_types);
    let mut postern = Fields::new();
    postern.text("phase", phase).add("statement_id", &event.statement);
    postern.include(&event.session.postern).object("protocol", &object).include(&event.facts.postern);
    postern
}

fn statement_postern(phase: &str, event: &IntentEvent) -> Fields {
    let mut postern = statement_head(phase, event);
    postern.object("decision", Fields::new().text("effect", "allow").add("rule_path", &event.facts.rule_path));
    postern
}

fn of_what(event: &IntentEvent) -> String {
    let from =
        if event.facts.relations.is_empty() { String::new() } else { format!(" from {}", event.facts.relations.join(", ")) };
    match &event.session.ticket {
        Some(ticket) => format!("{from} under {ticket}"),
        None => from,
    }
}

/// `user`, `session` and the rest of an Authentication event about a known person.
pub(super) fn include_session(fields: &mut Fields, session: &SessionRecord) {
    fields.object("user", &session.user).object("session", &session.session_object).add("is_mfa", &session.mfa);
    fields.include(&session.common);
}
