//! The live warehouse against the plan: what differs, and what it concerns.

use std::collections::BTreeMap;

use crate::base::quote_ident;
use crate::catalog::{LiveLogin, LiveStandIn, LiveViews};

use super::name::{mark, owner_role};
use super::plan::GrantViews;

/// Something that is not as it was planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub concerns: Concern,
    /// For the operator, without a full stop.
    pub message: String,
}

/// What must not be used while it differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    /// Every relation and function of the grant.
    Everything,
    /// A function, by the schema of its stand-in.
    Function(String),
    /// Nothing that is used: it is only there.
    Nothing,
    /// A relation, by the contract's schema and name.
    Relation(String, String),
}

/// Everything in which the warehouse differs from what a grant needs.
pub fn compare(planned: &GrantViews, live: &LiveViews) -> Vec<Difference> {
    let mut differences = login(&planned.login, live.login.as_ref());
    let owner = owner_role(&planned.login);
    let expected: BTreeMap<(String, String), (String, Concern)> = expected(planned).collect();
    for ((schema, name), (what, concerns)) in &expected {
        let wrong = match live.schemas.get(schema) {
            Some(found) if found.owner != owner => Some("is in a schema of another owner".to_owned()),
            Some(found) if !found.is_usable => Some("is in a schema that the login may not use".to_owned()),
            Some(found) => found.stand_ins.get(name).map_or(Some("is missing".to_owned()), |found| wrong(found, &owner)),
            None => Some("is missing".to_owned()),
        };
        differences.extend(wrong.map(|wrong| Difference { concerns: concerns.clone(), message: format!("{what} {wrong}") }));
    }
    let mark = mark(planned.grant.as_str());
    for (schema, found) in live.schemas.iter().filter(|(name, found)| **name == planned.schema || found.mark == mark) {
        for name in found.stand_ins.keys().filter(|name| !expected.contains_key(&(schema.clone(), (*name).clone()))) {
            differences.push(left(&format!("{}.{}", quote_ident(schema), quote_ident(name))));
        }
    }
    differences
}

/// What is there for other grants than these. All grants of the warehouse must be given.
pub fn leftovers(planned: &[&GrantViews], login: &str, live: &LiveViews) -> Vec<Difference> {
    let is_of_grant = |name: &str, comment: &str| {
        planned.iter().any(|grant| grant.schemas().contains(name) || comment == mark(grant.grant.as_str()))
    };
    let owner = owner_role(login);
    let others = live.schemas.iter().filter(|(name, found)| found.owner == owner && !is_of_grant(name, &found.mark));
    others.map(|(name, _)| left(&format!("schema {}", quote_ident(name)))).collect()
}

fn left(what: &str) -> Difference {
    Difference { concerns: Concern::Nothing, message: format!("{what} is of no use to the configuration") }
}

impl Difference {
    /// Whether this relation, in the contract's words, must not be read.
    pub fn is_about_relation(&self, schema: &str, name: &str) -> bool {
        match &self.concerns {
            Concern::Everything => true,
            Concern::Relation(of_schema, of_name) => of_schema == schema && of_name == name,
            Concern::Function(_) | Concern::Nothing => false,
        }
    }

    /// Whether the function with a stand-in in this schema must not be called.
    pub fn is_about_function(&self, stand_in: &str) -> bool {
        match &self.concerns {
            Concern::Everything => true,
            Concern::Function(schema) => schema == stand_in,
            Concern::Nothing | Concern::Relation(_, _) => false,
        }
    }
}

/// The gate must not hold more than it needs: whoever takes its password over would have it, too.
fn login(name: &str, live: Option<&LiveLogin>) -> Vec<Difference> {
    let everything = |message: String| Difference { concerns: Concern::Everything, message };
    let role = quote_ident(name);
    let Some(LiveLogin { powers, rights }) = live else { return vec![everything(format!("role {role} does not exist"))] };
    let mut differences: Vec<Difference> = powers.iter().map(|power| everything(format!("role {role} {power}"))).collect();
    if !rights.is_empty() {
        let named: Vec<String> =
            rights.iter().map(|(schema, name)| format!("{}.{}", quote_ident(schema), quote_ident(name))).collect();
        differences.push(everything(format!("role {role} has rights on {}", named.join(", "))));
    }
    differences
}

/// By schema and name: what each object is, and what it concerns.
fn expected(planned: &GrantViews) -> impl Iterator<Item = ((String, String), (String, Concern))> {
    let grant = &planned.grant;
    let views = planned.views.iter().map(move |view| {
        let (schema, name) = &view.relation;
        let only = if view.only { " without children" } else { "" };
        let what = format!("grant {grant}: the view over {}.{}{only}", quote_ident(schema), quote_ident(name));
        ((planned.schema.clone(), view.name.clone()), (what, Concern::Relation(schema.clone(), name.clone())))
    });
    let functions = planned.functions.iter().map(move |function| {
        let what = format!("grant {grant}: the stand-in of function {}.{}", quote_ident(&function.calls), function.signature());
        ((function.schema.clone(), function.signature()), (what, Concern::Function(function.schema.clone())))
    });
    views.chain(functions)
}

/// Why a view or a function cannot be relied on.
fn wrong(found: &LiveStandIn, owner: &str) -> Option<String> {
    let LiveStandIn { is_intact, owner: live_owner, is_usable, has_sources, strangers } = found;
    if live_owner != owner {
        return Some(format!("belongs to {}", quote_ident(live_owner)));
    }
    if !is_intact {
        return Some("is not as it was made".to_owned());
    }
    if !is_usable {
        return Some("cannot be used by the login".to_owned());
    }
    if !has_sources {
        return Some("reads what its owner may not read".to_owned());
    }
    let names: Vec<String> = strangers.iter().map(|role| quote_ident(role)).collect();
    (!names.is_empty()).then(|| format!("can be used by {}", names.join(", ")))
}
