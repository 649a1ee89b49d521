//! Why a builtin function is allowed or not: one rule per reason, one class per kind of access.

/// What a function touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    CatalogRead,
    DataRead,
    Pure,
    ResourceHeavy,
    Server,
    Session,
}

/// The rule that a row of the table names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub code: &'static str,
    pub class: Class,
    reason: &'static str,
}

const fn rule(code: &'static str, class: Class, reason: &'static str) -> Rule {
    Rule { code, class, reason }
}

const ALL: &[Rule] = &[
    rule("C1", Class::CatalogRead, "reads settings of the server"),
    rule("C10", Class::CatalogRead, "reads settings of the server"),
    rule("C2", Class::CatalogRead, "reads activity or statistics of other sessions and relations"),
    rule("C3", Class::CatalogRead, "lists the labels of an enum type"),
    rule("C4", Class::CatalogRead, "reads the system catalogs by name or oid"),
    rule("C5", Class::CatalogRead, "tells whether objects or privileges exist"),
    rule("C6", Class::CatalogRead, "shows source text of objects"),
    rule("C7", Class::CatalogRead, "reads the system catalogs by name or oid"),
    rule("C8", Class::CatalogRead, "tells about the session or the server"),
    rule("C9", Class::CatalogRead, "reads the system catalogs by name or oid"),
    rule("D1", Class::DataRead, "runs SQL that it gets as text, or reads a relation that it gets as a name"),
    rule("D2", Class::DataRead, "reads large objects"),
    rule("D3", Class::DataRead, "reads files or memory of the server"),
    rule("D4", Class::DataRead, "reads stored data outside of a query on its relation"),
    rule("D5", Class::DataRead, "reads columns of a row that it gets as names"),
    rule("D6", Class::DataRead, "reads the definitions of coordinate systems in a table of its extension"),
    rule("E1", Class::Server, "changes something on the server or beyond it"),
    rule("E2", Class::Session, "changes the session or holds something beyond the statement"),
    rule("E3", Class::Session, "tells the time while the statement runs, and so how long its parts take"),
    rule("P1", Class::ResourceHeavy, "sleeps for as long as its argument says"),
    rule("P2", Class::ResourceHeavy, "makes a result of any size"),
    rule("P3", Class::ResourceHeavy, "runs a regular expression of the caller"),
    rule("P4", Class::ResourceHeavy, "computes with operands of any size"),
    rule("P5", Class::ResourceHeavy, "collects all its input in memory"),
    rule("P6", Class::ResourceHeavy, "parses XML of the caller"),
    rule("S0", Class::Pure, "computes on its arguments only"),
    rule("S1", Class::Pure, "aggregates its arguments"),
    rule("S10", Class::Pure, "is a part of an aggregate"),
    rule("S2", Class::Pure, "input or output function of a type"),
    rule("S3", Class::Pure, "implements an operator"),
    rule("S4", Class::Pure, "casts between value types"),
    rule("S5", Class::Pure, "tells the time or a random number"),
    rule("S6", Class::Pure, "computes on its arguments only"),
    rule("S7", Class::Pure, "computes with a text search configuration"),
    rule("S8", Class::Pure, "computes on its arguments and a row type"),
    rule("S9", Class::Pure, "tells the type of its argument"),
    rule("U", Class::Server, "not reviewed yet"),
];

impl Rule {
    /// The rule of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        ALL.iter().find(|rule| rule.code == code).copied()
    }

    /// What the function does, as a part of a sentence that begins with its name.
    pub const fn reason(self) -> &'static str {
        self.reason
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_reasons_complete_a_sentence() {
        assert!(ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
        assert!(ALL.iter().all(|rule| !rule.reason.is_empty() && !rule.reason.ends_with('.')));
    }
}
