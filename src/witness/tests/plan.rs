//! A plan as tests write it: a client's text, our text, and what was changed, found by the words of the client's text.

use crate::witness::{Disagreement, Envelope, Expectation, Own, Substitution, Witness};

/// `SELECT` that stands for the customers in all tests.
pub(super) const CUSTOMERS: &str = "SELECT t.id, pg_catalog.md5(t.email)::text AS email, t.region FROM crm.customers AS t WHERE t.region OPERATOR(pg_catalog.=) 'EU' OFFSET 0";
pub(super) const ORDERS: &str = "SELECT t.id, t.customer_id, t.amount, t.status, t.placed FROM crm.orders AS t";

pub(super) struct Plan {
    pub(super) client: String,
    pub(super) ours: String,
    pub(super) expectation: Expectation,
}

impl Plan {
    /// `{customers}` and `{orders}` in our text are the substitutions in parentheses.
    pub(super) fn new(client: &str, ours: &str) -> Self {
        let ours = ours.replace("{customers}", &format!("({CUSTOMERS})")).replace("{orders}", &format!("({ORDERS})"));
        let mut expectation = Expectation::default();
        for (schema, name) in [("crm", "customers"), ("crm", "orders")] {
            expectation.allowed_relations.insert((schema.to_owned(), name.to_owned()));
        }
        Self { client: client.to_owned(), ours, expectation }.function("pg_catalog", "md5")
    }

    /// The offset of the n-th occurrence of a text, or of the part of it behind `^`.
    fn at(&self, marked: &str, nth: usize) -> u32 {
        let (before, behind) = marked.split_once('^').unwrap_or(("", marked));
        let found = self.client.match_indices(&format!("{before}{behind}")).nth(nth);
        u32::try_from(found.unwrap_or_else(|| panic!("{marked} is not in {}", self.client)).0 + before.len()).unwrap()
    }

    pub(super) fn relation(mut self, marked: &str, alias: &str, query: &str) -> Self {
        let substitution = Substitution { alias: alias.to_owned(), column_aliases: Vec::new(), query: Own::read(query).unwrap() };
        self.expectation.relations.insert(self.at(marked, 0), substitution);
        self
    }

    pub(super) fn column_aliases(mut self, marked: &str, names: &[&str]) -> Self {
        let at = self.at(marked, 0);
        let substitution = self.expectation.relations.get_mut(&at).unwrap();
        substitution.column_aliases = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    pub(super) fn column(mut self, marked: &str, parts: &[&str]) -> Self {
        let at = self.at(marked, 0);
        self.expectation.columns.insert(at, parts.iter().map(|part| (*part).to_owned()).collect());
        self
    }

    pub(super) fn replaced(mut self, marked: &str) -> Self {
        let at = self.at(marked, 0);
        self.expectation.replaced.insert(at);
        self
    }

    pub(super) fn row_columns(mut self, marked: &str, columns: &str) -> Self {
        let at = self.at(marked, 0);
        self.expectation.row_columns.insert(at, columns.to_owned());
        self.replaced(marked)
    }

    pub(super) fn user_function(mut self, marked: &str, schema: &str, name: &str) -> Self {
        let at = self.at(marked, 0);
        self.expectation.functions.insert(at, (schema.to_owned(), name.to_owned()));
        self.function(schema, name)
    }

    pub(super) fn user_type(mut self, marked: &str, schema: &str, name: &str) -> Self {
        let at = self.at(marked, 0);
        self.expectation.types.insert(at, (schema.to_owned(), name.to_owned()));
        self
    }

    pub(super) fn group_key(mut self, marked: &str, appended: &[&[&str]]) -> Self {
        let at = self.at(marked, 0);
        let keys = appended.iter().map(|key| key.iter().map(|part| (*part).to_owned()).collect()).collect();
        self.expectation.group_keys.insert(at, keys);
        self
    }

    pub(super) fn envelope(mut self, targets: &[&str]) -> Self {
        let columns = (1..=targets.len()).map(|number| format!("c{number}")).collect();
        let targets = targets.iter().map(|target| (*target).to_owned()).collect();
        self.expectation.envelope = Some(Envelope { alias: "told".to_owned(), columns, targets });
        self
    }

    pub(super) fn function(mut self, schema: &str, name: &str) -> Self {
        self.expectation.allowed_functions.insert((schema.to_owned(), name.to_owned()));
        self
    }

    pub(super) fn functions(self, names: &[&str]) -> Self {
        names.iter().fold(self, |plan, name| plan.function("pg_catalog", name))
    }

    pub(super) fn check(&self) -> Result<(), Disagreement> {
        Witness::read(&self.client)?.check_rewritten(&self.ours, &self.expectation)
    }

    /// The same plan with another text of ours.
    pub(super) fn tampered(&self, from: &str, to: &str) -> Result<(), Disagreement> {
        assert!(self.ours.contains(from), "{from} is not in {}", self.ours);
        let ours = self.ours.replacen(from, to, 1);
        Witness::read(&self.client)?.check_rewritten(&ours, &self.expectation)
    }
}
