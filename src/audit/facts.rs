//! What the other rooms tell the journal: plain strings and numbers, rendered once and shared by many records.

use std::sync::Arc;

use crate::base::{SessionId, SqlState, StatementId, Timestamp};

use super::fields::Fields;
use super::text::{NAME_CHARACTERS, SENTENCE_CHARACTERS, line, statement};

/// Who is connected, from where, under which grant. One per session; a new one when `application_name` changes.
#[derive(Clone, Debug)]
pub struct SessionFacts {
    pub session: SessionId,
    pub started: Timestamp,
    /// When the session must end at the latest, where that is known.
    pub ends: Option<Timestamp>,
    pub person: PersonFacts,
    pub vendor: String,
    /// The vendor's full name.
    pub vendor_title: Option<String>,
    pub grant: String,
    pub ticket: Option<String>,
    pub purpose: Option<String>,
    pub grant_ends: Option<Timestamp>,
    pub contracts: Vec<ContractFacts>,
    pub policy: PolicyFacts,
    /// What the client says it is; it can say anything.
    pub application_name: String,
    pub client_ip: String,
    pub client_port: u16,
    /// Such as `SCRAM-SHA-256-PLUS`.
    pub auth_method: String,
    /// Such as `TLSv1.3`; `None` without TLS.
    pub tls: Option<String>,
    pub warehouse: WarehouseFacts,
}

/// A person, as the identity provider names them.
#[derive(Clone, Debug)]
pub struct PersonFacts {
    /// Unique for ever: `issuer|subject`.
    pub uid: String,
    /// What was typed as user name.
    pub user: String,
    pub email: Option<String>,
    pub full_name: Option<String>,
    pub groups: Vec<String>,
    pub mfa: bool,
    /// Name of the identity provider in the policy.
    pub provider: String,
    pub issuer: String,
}

/// A contract that the grant uses.
#[derive(Clone, Debug)]
pub struct ContractFacts {
    pub id: String,
    pub version: String,
}

/// The policy in force.
#[derive(Clone, Debug)]
pub struct PolicyFacts {
    pub name: String,
    /// Digest of what was loaded: `sha256:…`.
    pub uid: String,
    pub version: String,
}

/// Where statements go.
#[derive(Clone, Debug)]
pub struct WarehouseFacts {
    pub name: String,
    pub host: String,
    pub port: u16,
    pub database: String,
}

/// What a statement is and touches. One per plan.
#[derive(Clone, Debug, Default)]
pub struct StatementFacts {
    /// Such as `select`.
    pub kind: String,
    /// Short and without literals: `SELECT customers orders`.
    pub summary: String,
    /// Hexadecimal; the same for statements that differ in literals alone.
    pub fingerprint: String,
    /// The text as `audit.statement_text` lets it be kept; `None` for `fingerprint`.
    pub text: Option<String>,
    /// `fingerprint`, `parameterised` or `plain`.
    pub literals: String,
    /// Length of what the client sent, in bytes.
    pub original_bytes: u64,
    /// Hexadecimal digest of what is sent to the warehouse; `None` for what the gate answers itself.
    pub rewritten_sha256: Option<String>,
    pub objects: Vec<ObjectFacts>,
    pub functions: Vec<String>,
    /// The rules that decided, in order.
    pub rule_path: Vec<String>,
}

/// A relation that a statement reads.
#[derive(Clone, Debug)]
pub struct ObjectFacts {
    /// `schema.name`, in the contract's words.
    pub relation: String,
    pub oid: u32,
    pub columns: Vec<ColumnFacts>,
    /// As they were written in contract and grant.
    pub row_filters: Vec<String>,
}

/// A column that a statement reads.
#[derive(Clone, Debug)]
pub struct ColumnFacts {
    pub name: String,
    /// `output`, `filter`, `join`, `group`, `order`.
    pub uses: Vec<String>,
    pub mask: Option<String>,
}

/// How the client sent the statement.
#[derive(Clone, Debug, Default)]
pub struct ProtocolFacts {
    /// `simple` or `extended`.
    pub message: &'static str,
    pub portal: String,
    pub prepared: String,
    pub parameter_types: Vec<String>,
}

/// The warehouse's side of a statement.
#[derive(Clone, Debug)]
pub struct UpstreamFacts {
    pub role: String,
    pub backend_pid: i32,
    pub server_version: String,
}

/// [`UpstreamFacts`] as they stand in records.
#[derive(Debug)]
pub struct UpstreamRecord(pub(super) Fields);

impl UpstreamRecord {
    /// Renders the facts once for all statements of a connection.
    pub fn new(facts: &UpstreamFacts) -> Arc<Self> {
        let mut fields = Fields::new();
        fields.text("role", &facts.role).add("backend_pid", &facts.backend_pid);
        fields.text("server_version", &line(&facts.server_version, NAME_CHARACTERS));
        Arc::new(Self(fields))
    }
}

/// [`SessionFacts`] as they stand in records.
#[derive(Debug)]
pub struct SessionRecord {
    pub(super) session: SessionId,
    pub(super) person: String,
    /// ` under DATA-4312`, for sentences; empty without a ticket.
    pub(super) under: String,
    /// `user` of an Authentication event.
    pub(super) user: Fields,
    /// `session` of an Authentication event.
    pub(super) session_object: Fields,
    pub(super) auth_method: String,
    pub(super) mfa: bool,
    /// `actor`, `src_endpoint`, `dst_endpoint`, `policy`.
    pub(super) common: Fields,
    /// `database`, which OCSF has for statements only.
    pub(super) database: Fields,
    /// `grant`, `engagement`, `vendor`, …
    pub(super) postern: Fields,
}

impl SessionRecord {
    /// Renders the facts once for all records of the session.
    pub fn new(facts: &SessionFacts) -> Arc<Self> {
        let name = |text: &str| line(text, NAME_CHARACTERS);
        let (person, ticket) = (name(&facts.person.user), facts.ticket.as_deref().map(name));
        let (user, session_object) = (user(facts), session_object(facts));
        let mut actor = Fields::new();
        actor.object("user", &user);
        actor.object("idp", Fields::new().text("name", &name(&facts.person.provider)).text("uid", &name(&facts.person.issuer)));
        actor.object("session", &session_object).text("app_name", &name(&facts.application_name));
        actor.objects("authorizations", &authorizations(facts));
        let warehouse = &facts.warehouse;
        let mut common = Fields::new();
        common.object("actor", &actor);
        common.object("src_endpoint", Fields::new().text("ip", &name(&facts.client_ip)).add("port", &facts.client_port));
        common.object(
            "dst_endpoint",
            Fields::new().text("hostname", &warehouse.host).add("port", &warehouse.port).text("svc_name", "postgresql"),
        );
        let uid = format!("{}:{}/{}", warehouse.host, warehouse.port, warehouse.database);
        let mut database = Fields::new();
        database.object(
            "database",
            Fields::new().text("name", &warehouse.database).text("type", "Relational").add("type_id", &1).text("uid", &uid),
        );
        common.object("policy", &policy(&facts.policy));
        let mut engagement = Fields::new();
        engagement.maybe("ticket", &ticket);
        engagement.maybe("purpose", &facts.purpose.as_deref().map(|text| line(text, SENTENCE_CHARACTERS)));
        engagement.maybe("ends", &facts.grant_ends);
        let mut postern = Fields::new();
        postern.text("grant", &facts.grant).object("engagement", &engagement).text("vendor", &facts.vendor);
        postern.text("warehouse", &warehouse.name);
        let contracts = facts.contracts.iter().map(|c| Fields::new().text("id", &c.id).text("version", &c.version).clone());
        postern.objects("contracts", &contracts.collect::<Vec<_>>());
        postern.object("login", Fields::new().text("method", &facts.auth_method).maybe("tls", &facts.tls));
        let (session, auth_method, mfa) = (facts.session, facts.auth_method.clone(), facts.person.mfa);
        let under = ticket.map_or_else(String::new, |ticket| format!(" under {ticket}"));
        Arc::new(Self { session, person, under, user, session_object, auth_method, mfa, common, database, postern })
    }

    /// Bytes of what goes into the record of a statement.
    pub(super) fn bytes(&self) -> usize {
        self.common.len() + self.database.len() + self.postern.len()
    }
}

fn user(facts: &SessionFacts) -> Fields {
    let person = &facts.person;
    let name = |text: &str| line(text, NAME_CHARACTERS);
    let mut user = Fields::new();
    user.text("uid", &name(&person.uid)).text("name", &name(&person.user)).add("type_id", &1).text("type", "User");
    user.maybe("full_name", &person.full_name.as_deref().map(name)).maybe("email_addr", &person.email.as_deref().map(name));
    user.add("has_mfa", &person.mfa);
    user.object("org", Fields::new().maybe("name", &facts.vendor_title.as_deref().map(name)).text("uid", &facts.vendor));
    user.objects(
        "groups",
        &person.groups.iter().map(|group| Fields::new().text("name", &name(group)).clone()).collect::<Vec<_>>(),
    );
    user
}

fn session_object(facts: &SessionFacts) -> Fields {
    let mut session = Fields::new();
    session.add("uid", &facts.session).add("created_time", &facts.started.millis());
    session.maybe("expiration_time", &facts.ends.map(Timestamp::millis));
    session.add("is_mfa", &facts.person.mfa).add("is_remote", &true).text("issuer", &line(&facts.person.issuer, NAME_CHARACTERS));
    session
}

fn authorizations(facts: &SessionFacts) -> Vec<Fields> {
    let allow = |kind: &str, id: &str, version: &str| {
        let mut policy = Fields::new();
        policy
            .text("name", &format!("{kind} {id}"))
            .text("uid", &format!("{kind}/{id}"))
            .text("version", version)
            .add("is_applied", &true);
        Fields::new().text("decision", "allow").object("policy", &policy).clone()
    };
    let mut all = vec![allow("grant", &facts.grant, &facts.policy.version)];
    all.extend(facts.contracts.iter().map(|contract| allow("contract", &contract.id, &contract.version)));
    all
}

pub(super) fn policy(facts: &PolicyFacts) -> Fields {
    Fields::new()
        .text("name", &facts.name)
        .text("uid", &facts.uid)
        .text("version", &facts.version)
        .add("is_applied", &true)
        .clone()
}

/// [`StatementFacts`] as they stand in records.
#[derive(Debug)]
pub struct StatementRecord {
    /// ` from sales.orders`, for sentences; empty where nothing is read.
    pub(super) from: String,
    /// `action`, `disposition`, `type`, when it is accepted.
    pub(super) verdict: Fields,
    /// `decision`, when it is accepted.
    pub(super) decision: Fields,
    /// `table`, the first relation.
    pub(super) common: Fields,
    /// `query_info`, to be completed with time and bytes.
    pub(super) query_info: Fields,
    /// `sql`, `objects`, `functions`.
    pub(super) postern: Fields,
}

impl StatementRecord {
    /// Renders the facts once for all executions of the plan.
    pub fn new(facts: &StatementFacts) -> Arc<Self> {
        let mut common = Fields::new();
        if let Some(first) = facts.objects.first() {
            common.object("table", Fields::new().text("name", &first.relation).text("uid", &first.oid.to_string()));
        }
        let uid = format!("fp:{}", facts.fingerprint);
        let mut query_info = Fields::new();
        query_info.text("uid", &uid).text("name", &line(&facts.summary, NAME_CHARACTERS));
        // OCSF requires a query string; with `fingerprint` the fingerprint stands for the text.
        query_info.text("query_string", &facts.text.as_deref().map_or(uid, statement));
        let mut sql = Fields::new();
        sql.text("kind", &facts.kind).text("fingerprint", &facts.fingerprint).text("literals", &facts.literals);
        sql.add("original_bytes", &facts.original_bytes).maybe("rewritten_sha256", &facts.rewritten_sha256);
        let mut postern = Fields::new();
        postern.object("sql", &sql).objects("objects", &facts.objects.iter().map(object).collect::<Vec<_>>());
        postern.add("functions", &facts.functions);
        let relations: Vec<&str> = facts.objects.iter().map(|object| object.relation.as_str()).collect();
        let from = if relations.is_empty() { String::new() } else { format!(" from {}", relations.join(", ")) };
        // Something is sent to the warehouse, in our words.
        let action = if facts.rewritten_sha256.is_some() { (4, "Modified") } else { (1, "Allowed") };
        let mut verdict = Fields::new();
        verdict.add("action_id", &action.0).text("action", action.1).add("disposition_id", &1).text("disposition", "Allowed");
        verdict.add("type_id", &1).text("type", "Database");
        let mut decision = Fields::new();
        decision.open("decision").text("effect", "allow").add("rule_path", &facts.rule_path).close();
        Arc::new(Self { from, verdict, decision, common, query_info, postern })
    }

    /// Bytes of what goes into a record.
    pub(super) fn bytes(&self) -> usize {
        let Self { from, verdict, decision, common, query_info, postern } = self;
        from.len() + verdict.len() + decision.len() + common.len() + query_info.len() + postern.len()
    }
}

fn object(object: &ObjectFacts) -> Fields {
    let column = |column: &ColumnFacts| {
        Fields::new().text("name", &column.name).add("use", &column.uses).add("mask", &column.mask).clone()
    };
    let mut fields = Fields::new();
    fields.text("relation", &object.relation).add("oid", &object.oid);
    fields.objects("columns", &object.columns.iter().map(column).collect::<Vec<_>>()).add("row_filters", &object.row_filters);
    fields
}

/// A statement was accepted and is about to be sent.
#[derive(Clone, Debug)]
pub struct IntentEvent {
    pub statement: StatementId,
    pub session: Arc<SessionRecord>,
    pub facts: Arc<StatementRecord>,
    pub protocol: ProtocolFacts,
    /// When the gate had read the statement.
    pub received: Timestamp,
    /// `rows_per_query` of the grant; no credit goes beyond it.
    pub row_limit: Option<u64>,
}

/// How a statement ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Rows that left.
    pub rows: u64,
    /// Bytes of rows that left.
    pub bytes: u64,
    /// The whole result left.
    pub complete: bool,
    /// As the client read it: `SELECT 1204`.
    pub command_tag: Option<String>,
    /// `00000` for success.
    pub sqlstate: SqlState,
    /// The error as the client read it, when there was one.
    pub error: Option<String>,
    pub ended: Timestamp,
    pub timings: Timings,
    pub upstream: Option<Arc<UpstreamRecord>>,
}

/// Microseconds that a statement spent in each part.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Timings {
    pub parse: u64,
    pub decide: u64,
    /// Waited for the journal after the warehouse had answered.
    pub audit_barrier: u64,
    pub upstream_first_byte: u64,
    pub total: u64,
}

/// A statement was refused.
#[derive(Clone, Debug)]
pub struct DeniedEvent {
    pub statement: StatementId,
    pub session: Arc<SessionRecord>,
    pub facts: Arc<StatementRecord>,
    pub protocol: ProtocolFacts,
    pub received: Timestamp,
    /// Tells hidden from missing, which the client does not learn: `column_hidden`.
    pub code: String,
    /// The name that was asked for, as the client wrote it.
    pub object: Option<String>,
    /// The rules that decided, in order.
    pub rule_path: Vec<String>,
    pub sqlstate: SqlState,
    /// The error as the client read it.
    pub error: String,
}

/// Something else that happened.
#[derive(Clone, Debug)]
pub enum NoteEvent {
    /// A login succeeded.
    SessionStarted { session: Arc<SessionRecord>, time: Timestamp },
    /// A session ended.
    SessionEnded {
        session: Arc<SessionRecord>,
        time: Timestamp,
        /// What the client was told, `00000` when it left by itself.
        sqlstate: SqlState,
        reason: String,
        statements: u64,
        rows: u64,
        bytes: u64,
    },
    /// A login failed. The names are what was typed.
    LoginFailed {
        session: SessionId,
        time: Timestamp,
        user: String,
        database: String,
        application_name: String,
        client_ip: String,
        client_port: u16,
        auth_method: String,
        sqlstate: SqlState,
        /// The true cause, which the client does not learn.
        reason: String,
    },
    /// A new configuration or policy is in force.
    ConfigReloaded { time: Timestamp, policy: PolicyFacts },
    /// A new configuration or policy was not taken; `policy` stays in force.
    ConfigRejected { time: Timestamp, policy: PolicyFacts, reason: String },
}
