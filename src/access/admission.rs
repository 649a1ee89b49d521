//! The decision: this person, this database, from here, now.

use std::net::IpAddr;
use std::sync::Arc;

use crate::auth::Identity;
use crate::base::Timestamp;
use crate::policy::conditions;
use crate::policy::document::{Grant, TlsVersion as Demanded, Vendor};
use crate::policy::session_end::{SessionEnd, session_end};
use crate::wire::TlsVersion;

use super::refused::{NotAdmitted, Refused};
use super::revision::{OpenGrant, Revision};

/// Who asks, from where.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    pub identity: &'a Identity,
    /// What the client typed as database.
    pub database: &'a str,
    pub address: IpAddr,
    /// When the session began; now, at login.
    pub began: Timestamp,
}

/// A live grant for a person. Only [`admit`] makes one:
///
/// ```compile_fail
/// let forged = postern::access::Admission { };
/// ```
#[derive(Clone, Debug)]
pub struct Admission {
    grant: Arc<OpenGrant>,
    end: SessionEnd,
    databases: Vec<String>,
}

impl Admission {
    /// What the person may use.
    pub fn grant(&self) -> &Arc<OpenGrant> {
        &self.grant
    }

    /// When the session must end at the latest, and why.
    pub fn end(&self) -> SessionEnd {
        self.end
    }

    /// The databases of the person's own grants, in the order of the policy.
    pub fn databases(&self) -> &[String] {
        &self.databases
    }
}

/// Decides whether the person may use the database now.
///
/// # Errors
/// [`Refused`]: FATAL 28000.
pub fn admit(revision: &Revision, caller: Caller<'_>, now: Timestamp) -> Result<Admission, Refused> {
    let Caller { identity, database, address, began } = caller;
    let vendors = revision.policy.vendors_of(identity.provider(), identity.groups());
    let [vendor] = vendors.as_slice() else {
        return Err(Refused { reason: NotAdmitted::NoVendor, database: database.to_owned(), own: Vec::new() });
    };
    let own = revision.policy.grants_of(vendor, identity.provider(), identity.groups());
    let refused = |reason| Refused {
        reason,
        database: database.to_owned(),
        own: own.iter().map(|grant| (grant.database.value.clone(), opening(grant, vendor, now))).collect(),
    };
    let grant = own.iter().find(|grant| grant.database.value == database).ok_or_else(|| refused(NotAdmitted::NoGrant))?;
    check(revision, identity, grant, vendor, address, now).map_err(refused)?;
    let open = revision.grants.get(&grant.name).ok_or_else(|| refused(NotAdmitted::NotCompiled))?;
    let end = session_end(grant, vendor, &revision.policy.guardrails, identity.valid_until(), began, now);
    if end.at <= now {
        return Err(refused(NotAdmitted::PersonEnded));
    }
    let databases = own.iter().map(|grant| grant.database.value.clone()).collect();
    Ok(Admission { grant: Arc::clone(open), end, databases })
}

fn check(
    revision: &Revision,
    identity: &Identity,
    grant: &Grant,
    vendor: &Vendor,
    address: IpAddr,
    now: Timestamp,
) -> Result<(), NotAdmitted> {
    grant.check_live(vendor, now).map_err(NotAdmitted::NotLive)?;
    conditions::check(&grant.conditions, now, address).map_err(NotAdmitted::Condition)?;
    if identity.valid_until().is_some_and(|end| end <= now) {
        return Err(NotAdmitted::PersonEnded);
    }
    let has_13 = identity.tls().is_some_and(|tls| tls.version == TlsVersion::V1_3);
    match &revision.policy.guardrails.require_tls {
        // Whether plain text is let in at all is the listener's decision (`tls.plaintext`).
        Some(demanded) if demanded.value == Demanded::V1_3 && identity.tls().is_some() && !has_13 => Err(NotAdmitted::Tls),
        Some(_) | None => Ok(()),
    }
}

/// When a grant is open, in words.
fn opening(grant: &Grant, vendor: &Vendor, now: Timestamp) -> String {
    match grant.check_live(vendor, now) {
        Ok(()) => conditions::describe_hours(&grant.conditions),
        Err(crate::policy::session_end::NotLive::NotStarted) => format!("from {}", grant.engagement.starts),
        Err(crate::policy::session_end::NotLive::Ended | crate::policy::session_end::NotLive::VendorContractEnded) => {
            "ended".to_owned()
        }
    }
}
