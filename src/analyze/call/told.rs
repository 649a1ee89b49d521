//! What a call that the gate answers says of constants that name nothing: PostgreSQL's sentence about the client's own text, the same for hidden and missing.

use crate::catalog::functions::{Complaint, Raised, Template, Told, unknown_privilege};
use crate::parse::syntax::{Call, Expr, Literal};

use crate::analyze::Analyzer;
use crate::analyze::names::split_name;

impl Analyzer<'_> {
    /// The sentences that the replacement of a call may need, as far as its constants tell.
    pub(super) fn told(&self, call: &Call, template: Template) -> Vec<(&'static str, Told)> {
        template.raised().filter_map(|raised| Some((raised.words, self.sentence(call, &raised)?))).collect()
    }

    fn sentence(&self, call: &Call, raised: &Raised) -> Option<Told> {
        let Raised { words: _, complaint, arguments, privileges } = raised;
        let constants = arguments.iter().map(|number| text_constant(&call.arguments.get(number.checked_sub(1)?)?.value));
        let constants: Vec<&str> = constants.collect::<Option<_>>()?;
        Some(match (complaint, constants.as_slice(), privileges) {
            (Complaint::Relation, [name], _) => self.no_relation_named(name),
            (Complaint::Column, [column, relation], _) => {
                Told::new(Complaint::Column, vec![(*column).to_owned(), parts(relation)?.pop()?])
            }
            (Complaint::Privilege, [list], Some(kind)) => {
                let unknown = unknown_privilege(kind, self.names.exposed.server_version, list)?;
                Told::new(Complaint::Privilege, vec![unknown.to_owned()])
            }
            (complaint, constants, _) => Told::new(*complaint, constants.iter().map(|text| (*text).to_owned()).collect()),
        })
    }

    /// What PostgreSQL says of a relation that it does not find by that text (textToQualifiedNameList, makeRangeVarFromNameList, RangeVarGetRelid).
    pub(in crate::analyze) fn no_relation_named(&self, text: &str) -> Told {
        let Some(parts) = parts(text) else { return Told::new(Complaint::Name, Vec::new()) };
        match parts.as_slice() {
            [_, _, _, _, ..] => Told::new(Complaint::Parts, vec![parts.join(".")]),
            [database, _, _] if *database != self.names.exposed.database => {
                Told::new(Complaint::OtherDatabase, vec![parts.join(".")])
            }
            [.., schema, _] if !self.names.has_schema(schema) => Told::new(Complaint::Schema, vec![schema.clone()]),
            [_, schema, name] => Told::new(Complaint::Relation, vec![format!("{schema}.{name}")]),
            _ => Told::new(Complaint::Relation, vec![parts.join(".")]),
        }
    }
}

/// The parts of the name that a text is (PostgreSQL: SplitIdentifierString takes any characters but quotes, dots and blanks for a name).
fn parts(text: &str) -> Option<Vec<String>> {
    let is_one = !text.is_empty() && !text.contains(|c: char| matches!(c, '"' | '.') || c.is_ascii_whitespace());
    split_name(text).or_else(|| is_one.then(|| vec![text.to_ascii_lowercase()]))
}

/// The text of a constant, with or without a cast around it that keeps it.
#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for; every other expression is computed")]
pub(super) fn text_constant(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(Literal::Text(text)) => Some(text),
        Expr::Parenthesised(inner) => text_constant(inner),
        Expr::Cast { expr, target } if target.dimensions.is_empty() && target.modifiers.is_empty() => {
            let keeps = target.name.last().is_some_and(|name| matches!(name.name.as_str(), "name" | "text" | "varchar"));
            text_constant(expr).filter(|_| keeps)
        }
        _other => None,
    }
}
