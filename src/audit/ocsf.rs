//! Renders events as OCSF 1.8 with the `postern` extension object.
//!
//! Statements are Datastore Activity (6005), logins Authentication (3002), configuration Entity Management (3004), the log itself
//! Application Lifecycle (6002).

use serde_json::{Map, Value};

use crate::base::{SqlState, Timestamp};
use crate::runtime::ids;

use super::credit::Credit;
use super::draft::{Draft, IntentSeq, Sheet};
use super::facts::{DeniedEvent, IntentEvent, Outcome, ProtocolFacts, SessionRecord, policy};
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
    /// What the events of accepted statements begin with.
    query: Fields,
    durability: Durability,
}

/// What a record of a statement takes beside the parts that are made once.
const STATEMENT_ROOM: usize = 2 * 1024;

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
        Self { metadata, query: kind_of(&QUERY, (1, "Informational")), durability }
    }

    /// A statement was accepted; `credit` may leave once this is durable.
    pub(super) fn intent(&self, event: &IntentEvent, credit: Credit, seq: IntentSeq) -> Draft {
        self.releasing(RecordKind::Intent, "statement.intent", "intent", event, credit, seq)
    }

    /// `credit` of the statement may leave once this is durable.
    pub(super) fn progress(&self, event: &IntentEvent, credit: Credit, seq: IntentSeq) -> Draft {
        self.releasing(RecordKind::Progress, "statement.progress", "progress", event, credit, seq)
    }

    fn releasing(
        &self,
        kind: RecordKind,
        code: &'static str,
        phase: &'static str,
        event: &IntentEvent,
        credit: Credit,
        seq: IntentSeq,
    ) -> Draft {
        let Credit { rows, bytes } = credit;
        let mut sheet = self.statement(code, event);
        let postern = sheet.postern_of(phase, event).include(&event.facts.decision);
        postern.open("credit").add("rows", &rows).add("bytes", &bytes).text("durability", self.durability.as_str()).close();
        let fields = sheet.event().include(&self.query);
        at(fields, event.received).add("status_id", &0).text("status", "Unknown");
        fields.text("message", &format!("{} may read up to {rows} rows{}", event.session.person, of_what(event)));
        parties(fields, event, None);
        sheet.finish(kind, Some(seq))
    }

    /// A statement ended.
    pub(super) fn outcome(&self, event: &IntentEvent, outcome: &Outcome, seq: IntentSeq) -> Draft {
        let Outcome { rows, bytes, complete, command_tag, sqlstate, error, ended, timings, upstream } = outcome;
        let mut sheet = self.statement("statement.outcome", event);
        let postern = sheet.postern_of("outcome", event).include(&event.facts.decision);
        postern.open("result").add("rows", rows).add("bytes", bytes).add("complete", complete);
        postern.maybe("command_tag", &command_tag.as_deref().map(|tag| line(tag, NAME_CHARACTERS)));
        postern.text("sqlstate", sqlstate.as_str()).close().add("timing_us", timings);
        if let Some(upstream) = upstream {
            postern.object("upstream", &upstream.0);
        }
        let fields = sheet.event().include(&self.query);
        at(fields, event.received).add("start_time", &event.received.millis()).add("end_time", &ended.millis());
        fields.add("duration", &u64::try_from(ended.since(event.received).as_millis()).unwrap_or(u64::MAX));
        status(fields, *sqlstate, error.as_deref());
        fields.text("message", &format!("{} read {rows} rows{}", event.session.person, of_what(event)));
        parties(fields, event, Some(*bytes));
        sheet.finish(RecordKind::Outcome, Some(seq))
    }

    /// A statement whose session was lost inside the gate: nobody can say how much of the `credit` left.
    pub(super) fn abandoned(&self, event: &IntentEvent, credit: Credit, now: Timestamp, seq: IntentSeq) -> Draft {
        let mut sheet = self.statement("statement.outcome", event);
        sheet.postern_of("outcome", event).include(&event.facts.decision).object("result", &at_most(credit));
        let fields = sheet.event().include(&self.query);
        at(fields, event.received).add("start_time", &event.received.millis()).add("end_time", &now.millis());
        fields.add("status_id", &0).text("status", "Unknown").text("status_detail", "unknown (abandoned)");
        fields.text("message", &format!("{} read at most {} rows{}", event.session.person, credit.rows, of_what(event)));
        parties(fields, event, None);
        sheet.finish(RecordKind::Outcome, Some(seq))
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
                postern.add_read(&key, &value);
            }
        }
        postern.object("result", &at_most(credit));
        let who =
            intent.get("actor").and_then(|actor| actor.pointer("/user/name")).and_then(Value::as_str).unwrap_or("?").to_owned();
        let mut fields = Fields::new();
        for (key, value) in &intent {
            if key != "message" && key != "status" {
                fields.add_read(key, value);
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
        let mut sheet = self.statement("statement.denied", &as_intent);
        let postern = sheet.postern_of("denied", &as_intent);
        postern.open("decision").text("effect", "deny").text("code", &event.code).add("rule_path", &event.rule_path);
        postern.maybe("object", &event.object.as_deref().map(|name| line(name, NAME_CHARACTERS))).close();
        let fields = sheet.event().include(&kind_of(&QUERY, (2, "Low")));
        status(at(fields, event.received), event.sqlstate, Some(&event.error));
        fields.text("message", &format!("{} was refused: {}", event.session.person, line(&event.error, SENTENCE_CHARACTERS)));
        fields.add("action_id", &2).text("action", "Denied").add("disposition_id", &2).text("disposition", "Blocked");
        objects(fields, &as_intent, None);
        sheet.finish(RecordKind::Denied, None)
    }

    /// Begins the record of a statement.
    fn statement(&self, code: &'static str, event: &IntentEvent) -> Sheet {
        let IntentEvent { statement, session, facts, .. } = event;
        let mut sheet = Sheet::new(&self.metadata, self.metadata.len() + session.bytes() + facts.bytes() + STATEMENT_ROOM);
        sheet.metadata().text("event_code", code).add("uid", &ids::new_event_id()).add("correlation_uid", statement);
        sheet
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
        code: &'static str,
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
    let mut fields = kind_of(class, severity);
    at(&mut fields, time);
    fields
}

fn kind_of(class: &Class, severity: (u32, &str)) -> Fields {
    let Class { uid, name, category, activity } = class;
    let mut fields = Fields::new();
    fields.add("category_uid", &category.0).text("category_name", category.1).add("class_uid", uid).text("class_name", name);
    fields.add("activity_id", &activity.0).text("activity_name", activity.1).add("type_uid", &(uid * 100 + activity.0));
    fields.text("type_name", &format!("{name}: {}", activity.1)).add("severity_id", &severity.0).text("severity", severity.1);
    fields
}

fn at(fields: &mut Fields, time: Timestamp) -> &mut Fields {
    fields.add("time", &time.millis()).add("time_dt", &time)
}

/// The result of a statement of which only the credit is known.
fn at_most(credit: Credit) -> Fields {
    let mut result = Fields::new();
    result.add("rows", &credit.rows).add("bytes", &credit.bytes).add("complete", &false).text("certainty", "at most");
    result
}

/// The verdict on an accepted statement, and whose it is.
fn parties(fields: &mut Fields, event: &IntentEvent, bytes: Option<u64>) {
    fields.include(&event.facts.verdict);
    objects(fields, event, bytes);
}

/// Who asked for what.
fn objects(fields: &mut Fields, event: &IntentEvent, bytes: Option<u64>) {
    fields.include(&event.session.common).include(&event.session.database).include(&event.facts.common);
    fields.open("query_info").include(&event.facts.query_info);
    fields.add("query_time", &event.received.millis()).maybe("bytes", &bytes).close();
}

fn status(fields: &mut Fields, sqlstate: SqlState, error: Option<&str>) {
    let succeeded = matches!(sqlstate.class(), "00" | "01" | "02");
    let status = if succeeded { (1, "Success") } else { (2, "Failure") };
    fields.add("status_id", &status.0).text("status", status.1).text("status_code", sqlstate.as_str());
    fields.maybe("status_detail", &error.map(|error| line(error, SENTENCE_CHARACTERS)));
}

impl Sheet {
    /// What `postern` holds of every statement.
    fn postern_of(&mut self, phase: &'static str, event: &IntentEvent) -> &mut Fields {
        let ProtocolFacts { message, portal, prepared, parameter_types } = &event.protocol;
        let postern = self.postern();
        postern.text("phase", phase).add("statement_id", &event.statement).include(&event.session.postern);
        postern.open("protocol").text("message", message).text("portal", &line(portal, NAME_CHARACTERS));
        postern.text("prepared", &line(prepared, NAME_CHARACTERS)).add("parameters", &parameter_types.len());
        postern.add("parameter_types", parameter_types).close().include(&event.facts.postern)
    }
}

fn of_what(event: &IntentEvent) -> String {
    format!("{}{}", event.facts.from, event.session.under)
}

/// `user`, `session` and the rest of an Authentication event about a known person.
pub(super) fn include_session(fields: &mut Fields, session: &SessionRecord) {
    fields.object("user", &session.user).object("session", &session.session_object).add("is_mfa", &session.mfa);
    fields.include(&session.common);
}
