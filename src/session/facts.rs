//! What the journal is told of a session and of a statement.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::access::{Admission, Revision};
use crate::audit::{
    ColumnFacts, ContractFacts, ObjectFacts, PersonFacts, PolicyFacts, SessionFacts, SessionRecord, StatementFacts,
    StatementRecord, WarehouseFacts,
};
use crate::auth::Identity;
use crate::base::{SessionId, Timestamp};
use crate::enforce::Record;
use crate::policy::compile::CompiledGrant;
use crate::upstream::Target;

/// How much of a statement's text is kept (`audit.statement_text`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementText {
    Fingerprint,
    Parameterised,
    Plain,
}

impl StatementText {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Fingerprint => "fingerprint",
            Self::Parameterised => "parameterised",
            Self::Plain => "plain",
        }
    }
}

/// Who is connected, for the session's own records.
pub(super) struct Connected<'a> {
    pub session: SessionId,
    pub identity: &'a Identity,
    pub peer: SocketAddr,
    pub started: Timestamp,
    pub application_name: &'a str,
}

/// The session as its records name it.
pub(super) fn session_record(
    who: &Connected<'_>,
    admission: &Admission,
    revision: &Revision,
    target: &Target,
) -> Arc<SessionRecord> {
    let Connected { session, identity, peer, started, application_name } = who;
    let CompiledGrant { grant, vendor, contracts, warehouse, .. } = admission.grant().compiled.as_ref();
    let contracts = contracts.iter().map(|used| ContractFacts { id: used.id.to_string(), version: used.version.to_string() });
    SessionRecord::new(&SessionFacts {
        session: *session,
        started: *started,
        ends: Some(admission.end().at),
        person: person(identity),
        vendor: vendor.name.to_string(),
        vendor_title: vendor.legal_entity.clone(),
        grant: grant.name.to_string(),
        ticket: Some(grant.engagement.ticket.clone()),
        purpose: Some(grant.engagement.purpose.clone()),
        grant_ends: Some(grant.engagement.ends),
        contracts: contracts.collect(),
        policy: policy_facts(revision),
        application_name: (*application_name).to_owned(),
        client_ip: peer.ip().to_canonical().to_string(),
        client_port: peer.port(),
        auth_method: identity.method().as_str().to_owned(),
        tls: identity.tls().map(|tls| tls.version.as_str().to_owned()),
        warehouse: WarehouseFacts {
            name: warehouse.to_string(),
            host: target.host.clone(),
            port: target.port,
            database: target.database.clone(),
        },
    })
}

fn person(identity: &Identity) -> PersonFacts {
    PersonFacts {
        uid: format!("{}|{}", identity.provider(), identity.user()),
        user: identity.user().to_string(),
        email: None,
        full_name: Some(identity.name().to_owned()),
        groups: identity.groups().to_vec(),
        mfa: false,
        provider: identity.provider().to_owned(),
        issuer: identity.provider().to_owned(),
    }
}

/// The policy in force, for records.
pub fn policy_facts(revision: &Revision) -> PolicyFacts {
    PolicyFacts { name: revision.policy.name.clone(), uid: revision.digest.clone(), version: revision.version().to_owned() }
}

/// The statement as its records name it.
pub(super) fn statement_record(record: &Record, text: &str, kept: StatementText) -> Arc<StatementRecord> {
    let Record { kind, fingerprint, parameterised, original_bytes, rewritten_sha256, footprint, rule_path } = record;
    let object = |((schema, name), relation): (&(String, String), &crate::enforce::FootprintRelation)| ObjectFacts {
        relation: format!("{schema}.{name}"),
        oid: relation.oid,
        columns: relation
            .columns
            .iter()
            .map(|(name, column)| ColumnFacts {
                name: name.clone(),
                uses: column.uses.iter().map(|used| used.as_str().to_owned()).collect(),
                mask: column.mask.clone(),
            })
            .collect(),
        row_filters: relation.row_filters.clone(),
    };
    let names: Vec<&str> = footprint.relations.keys().map(|(_, name)| name.as_str()).collect();
    StatementRecord::new(&StatementFacts {
        kind: kind.as_str().to_owned(),
        summary: format!("{} {}", kind.as_str().to_uppercase(), names.join(" ")).trim_end().to_owned(),
        fingerprint: fingerprint.clone(),
        text: match kept {
            StatementText::Fingerprint => None,
            StatementText::Parameterised => Some(parameterised.clone()),
            StatementText::Plain => Some(text.to_owned()),
        },
        literals: kept.as_str().to_owned(),
        original_bytes: *original_bytes as u64,
        rewritten_sha256: (!rewritten_sha256.is_empty()).then(|| rewritten_sha256.clone()),
        objects: footprint.relations.iter().map(object).collect(),
        functions: footprint.functions.iter().cloned().collect(),
        rule_path: rule_path.clone(),
    })
}
