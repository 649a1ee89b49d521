//! The decision: this person, this database, from here, now.

use std::net::IpAddr;
use std::sync::Arc;

use crate::auth::Identity;
use crate::base::Timestamp;
use crate::policy::conditions;
use crate::policy::document::{Grant, Policy, TlsVersion as Demanded, Vendor};
use crate::policy::session_end::{NotLive, SessionEnd, access_end, session_end};
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
    access_end: SessionEnd,
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

    /// When the access itself ends, and why: the person cannot come back after it.
    pub fn access_end(&self) -> SessionEnd {
        self.access_end
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
    let subject = Subject {
        provider: identity.provider(),
        groups: identity.groups(),
        valid_until: identity.valid_until(),
        tls: identity.tls().map(|tls| tls.version),
    };
    let Judged { grant, vendor, own } = judge(&revision.policy, &subject, database, address, now)?;
    let refused = |reason| Refused { reason, database: database.to_owned(), own: openings(&own, vendor, now) };
    let open = revision.grants.get(&grant.name).ok_or_else(|| refused(NotAdmitted::NotCompiled))?;
    open.compiled.check_contracts(now).map_err(|reason| refused(NotAdmitted::NotLive(reason)).closed(reason))?;
    let access_end = access_end(grant, vendor, open.compiled.end_of_contracts(), identity.valid_until());
    let end = session_end(access_end, grant, &revision.policy.guardrails, began, now);
    if end.at <= now {
        return Err(refused(NotAdmitted::PersonEnded));
    }
    let databases = own.iter().map(|grant| grant.database.value.clone()).collect();
    Ok(Admission { grant: Arc::clone(open), end, access_end, databases })
}

/// What the decision needs to know of a person: of one who has logged in, or of one that a policy test imagines.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The identity provider that vouches for the person.
    pub provider: &'a str,
    /// The provider's groups that the person belongs to.
    pub groups: &'a [String],
    /// The first instant at which the credential no longer holds.
    pub valid_until: Option<Timestamp>,
    /// `None`: plain text.
    pub tls: Option<TlsVersion>,
}

/// The grant that the policy opens for a person.
#[derive(Clone, Debug)]
pub struct Judged<'p> {
    pub grant: &'p Grant,
    pub vendor: &'p Vendor,
    /// All grants of the person, in the order of the policy.
    pub own: Vec<&'p Grant>,
}

/// The policy's word alone: membership, window, days, hours, networks, the person's own time, TLS. [`admit`] asks it, and so do
/// `postern explain` and `postern test`; it admits nobody.
///
/// # Errors
/// [`Refused`]: FATAL 28000.
pub fn judge<'p>(
    policy: &'p Policy,
    subject: &Subject<'_>,
    database: &str,
    address: IpAddr,
    now: Timestamp,
) -> Result<Judged<'p>, Refused> {
    let vendors = policy.vendors_of(subject.provider, subject.groups);
    let [vendor] = vendors.as_slice() else {
        return Err(Refused { reason: NotAdmitted::NoVendor, database: database.to_owned(), own: Vec::new() });
    };
    let own = policy.grants_of(vendor, subject.provider, subject.groups);
    let refused = |reason| Refused { reason, database: database.to_owned(), own: openings(&own, vendor, now) };
    let grant = own.iter().find(|grant| grant.database.value == database).ok_or_else(|| refused(NotAdmitted::NoGrant))?;
    check(policy, subject, grant, vendor, address, now).map_err(refused)?;
    Ok(Judged { grant, vendor, own })
}

fn check(
    policy: &Policy,
    subject: &Subject<'_>,
    grant: &Grant,
    vendor: &Vendor,
    address: IpAddr,
    now: Timestamp,
) -> Result<(), NotAdmitted> {
    grant.check_live(vendor, now).map_err(NotAdmitted::NotLive)?;
    conditions::check(&grant.conditions, now, address).map_err(NotAdmitted::Condition)?;
    if subject.valid_until.is_some_and(|end| end <= now) {
        return Err(NotAdmitted::PersonEnded);
    }
    match &policy.guardrails.require_tls {
        // Whether plain text is let in at all is the listener's decision (`tls.plaintext`).
        Some(demanded) if demanded.value == Demanded::V1_3 && subject.tls.is_some_and(|tls| tls != TlsVersion::V1_3) => {
            Err(NotAdmitted::Tls)
        }
        Some(_) | None => Ok(()),
    }
}

/// The databases of a person, and when each is open.
fn openings(own: &[&Grant], vendor: &Vendor, now: Timestamp) -> Vec<(String, String)> {
    own.iter().map(|grant| (grant.database.value.clone(), opening(grant, vendor, now))).collect()
}

/// When a grant is open, in words.
fn opening(grant: &Grant, vendor: &Vendor, now: Timestamp) -> String {
    match grant.check_live(vendor, now) {
        Ok(()) => conditions::describe_hours(&grant.conditions),
        Err(NotLive::NotStarted) => format!("from {}", grant.engagement.starts),
        Err(reason) => reason.word().to_owned(),
    }
}
