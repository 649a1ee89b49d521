//! A field of a node as it is compared: most by value, some under a rule of their own.

use std::ops::Deref;

use pg_raw_parse::list::NodeList;
use pg_raw_parse::nodes::{Alias, DefElem};
use pg_raw_parse::{ConstValue, Node};

/// A field with its name.
pub(super) struct Field<'t> {
    pub(super) name: &'static str,
    pub(super) value: Value<'t>,
}

/// The value of a field. Lists are flattened: their length, then their members as fields of the same name.
pub(super) enum Value<'t> {
    /// The kind of BEGIN.
    Begin(u32),
    Constant(Option<ConstValue<'t>>),
    /// Tells statistics of statements how to show the statement.
    Cosmetic(bool),
    /// How a call was written; it only tells how a view's definition is printed.
    Format(u32),
    /// Alias of a function in FROM, with the functions.
    FunctionAlias(Option<&'t Alias>, &'t NodeList),
    /// The items of GROUP BY.
    Group(&'t NodeList),
    Length(usize),
    /// A qualified name, what it names, and where it stands.
    Name(Role, Parts<'t>, i32),
    Node(Node<'t>),
    Number(i64),
    /// Options in any order.
    Options(OptionsOf, Vec<&'t DefElem>),
    /// The name of an output column, with its expression.
    Output(Option<&'t str>, Node<'t>),
    /// A byte offset: never compared.
    Place,
    /// Whether the functions stand in ROWS FROM.
    RowsFrom(bool, &'t NodeList),
    /// What SET assigns.
    Setting(&'t NodeList),
    Text(Option<&'t str>),
}

/// What a qualified name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Collation,
    Column,
    Function,
    Operator,
    SampleMethod,
    Type,
}

/// The statement that options belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OptionsOf {
    Copy,
    Explain,
    Transaction,
}

/// One part of a qualified name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Part<'t> {
    #[default]
    Star,
    Word(&'t str),
}

/// The parts of a qualified name: few, so that they need no memory of their own.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts<'t> {
    few: [Part<'t>; FEW],
    count: usize,
    /// All of them, when they are more.
    many: Vec<Part<'t>>,
}

/// `database.schema.table.column`.
const FEW: usize = 4;

impl<'t> Parts<'t> {
    fn push(&mut self, part: Part<'t>) {
        match self.few.get_mut(self.count) {
            Some(place) => *place = part,
            None => {
                if self.many.is_empty() {
                    self.many.extend_from_slice(&self.few);
                }
                self.many.push(part);
            }
        }
        self.count += 1;
    }
}

impl<'t> Deref for Parts<'t> {
    type Target = [Part<'t>];

    fn deref(&self) -> &[Part<'t>] {
        self.few.get(..self.count).unwrap_or(&self.many)
    }
}

/// The parts of a name; `None` when there is something else among them.
pub(super) fn parts<'t>(list: impl IntoIterator<Item = impl Into<Node<'t>>>) -> Option<Parts<'t>> {
    let mut parts = Parts::default();
    for item in list {
        parts.push(part(item.into())?);
    }
    Some(parts)
}

fn part(node: Node<'_>) -> Option<Part<'_>> {
    if let Node::A_Star(_) = node {
        return Some(Part::Star);
    }
    node.as_str().map(Part::Word)
}

/// A byte offset, where the grammar left one.
pub(super) fn offset(location: i32) -> Option<u32> {
    u32::try_from(location).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_as_many_parts_as_it_has() {
        for count in 0..9 {
            let words: Vec<String> = (0..count).map(|at| format!("w{at}")).collect();
            let mut parts = Parts::default();
            words.iter().for_each(|word| parts.push(Part::Word(word)));
            assert!(parts.iter().copied().eq(words.iter().map(|word| Part::Word(word))), "{count}");
        }
    }
}
