//! Which of a plan's two texts runs: values of registry types are names in text format and oids in binary format, and the format is known at Bind.

use crate::base::{SqlState, UserError};
use crate::catalog::types;
use crate::enforce::{Action, OutputColumn};
use crate::parse::syntax::Command;
use crate::wire::Format;

use super::conversation::Session;
use super::cursor::rewritten;
use super::ending::Stop;
use super::prepared::{Prepared, Role};

/// One of the two texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Variant {
    /// Registry values are oids.
    Binary,
    /// Registry values are names, if there are any.
    #[default]
    Text,
}

impl Variant {
    /// The text whose result has these columns in these formats.
    ///
    /// # Errors
    /// 0A000 when one registry column is wanted as text and another in binary, 42883 for what PostgreSQL has no binary format for.
    pub(super) fn wanted(columns: &[OutputColumn], formats: &[Format]) -> Result<Self, UserError> {
        let is_binary = |at: usize| match formats {
            [] => false,
            [every] => *every == Format::Binary,
            each => each.get(at).is_some_and(|format| *format == Format::Binary),
        };
        let is_privileges = |column: &OutputColumn| column.registry == Some(types::ACLITEM_ARRAY);
        if columns.iter().enumerate().any(|(at, column)| is_privileges(column) && is_binary(at)) {
            let message = "no binary output function available for type aclitem";
            return Err(UserError::new(SqlState::UNDEFINED_FUNCTION, message));
        }
        if columns.iter().enumerate().any(|(at, column)| column.is_text && is_binary(at)) {
            return Err(unsupported("an array of names of types in binary format"));
        }
        let registry = columns.iter().enumerate().filter(|(_, column)| column.registry.is_some() && !column.is_text);
        let mut formats = registry.map(|(at, _)| is_binary(at));
        let first = formats.next().unwrap_or(false);
        match formats.all(|format| format == first) {
            true => Ok(if first { Self::Binary } else { Self::Text }),
            false => Err(unsupported("names of objects in text format beside others in binary format")),
        }
    }
}

impl Session {
    /// The text that a Bind with these result formats needs.
    pub(super) fn variant(&self, statement: &Prepared, formats: &[Format]) -> Result<Variant, Stop> {
        let action = &statement.plan.plan.action;
        let behind = match action {
            _ if statement.role == Role::Query => None,
            Action::Control(Command::Fetch(fetch)) => self.model.portals.find(&fetch.cursor.name).map(|portal| &portal.statement),
            Action::Execute { name, arguments: _, explain: None } => self.model.statements.find(name).ok(),
            Action::Configure(_)
            | Action::Control(_)
            | Action::Copy(_)
            | Action::Declare { name: _, options: _, rewritten: _ }
            | Action::Execute { name: _, arguments: _, explain: Some(_) }
            | Action::Explain { style: _, rewritten: _ }
            | Action::Policy(_)
            | Action::Prepare { name: _, types: _, rewritten: _ }
            | Action::Query(_) => None,
        };
        let plan = behind.map_or(&statement.plan, |statement| &statement.plan);
        let columns = rewritten(plan).map(|rewritten| rewritten.columns().as_ref()).unwrap_or_default();
        let variant = Variant::wanted(columns, formats).map_err(Stop::statement)?;
        let is_own = matches!(action, Action::Query(_)) && statement.role == Role::Statement;
        match variant == Variant::Binary && !is_own {
            // What a cursor or a statement by PREPARE gives was settled when it was made.
            true => Err(Stop::statement(unsupported("a name of an object in binary format through a cursor or EXECUTE"))),
            false => Ok(variant),
        }
    }
}

fn unsupported(what: &str) -> UserError {
    UserError::new(SqlState::FEATURE_NOT_SUPPORTED, format!("{what} is not supported")).hint("Cast the value to oid or to text.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formats_of_registry_columns_decide() {
        let column = |registry| OutputColumn { name: "c".to_owned(), origin: None, registry, is_text: false };
        let columns = [column(None), column(Some(2205)), column(Some(2206))];
        let (text, binary) = (Format::Text, Format::Binary);
        for (formats, wanted) in [
            (vec![], Some(Variant::Text)),
            (vec![text], Some(Variant::Text)),
            (vec![binary], Some(Variant::Binary)),
            (vec![binary, text, text], Some(Variant::Text)),
            (vec![text, binary, binary], Some(Variant::Binary)),
            (vec![text, text, binary], None),
        ] {
            assert_eq!(Variant::wanted(&columns, &formats).ok(), wanted, "{formats:?}");
        }
        assert_eq!(Variant::wanted(&columns[..1], &[binary]).ok(), Some(Variant::Text));
        let lists = [column(Some(2205)), column(Some(2211))];
        assert_eq!(Variant::wanted(&lists, &[binary]).ok(), Some(Variant::Binary));
        assert!(Variant::wanted(&lists, &[binary, text]).is_err());
        let list = [column(Some(2205)), OutputColumn { is_text: true, ..column(Some(2211)) }];
        assert_eq!(Variant::wanted(&list, &[binary, text]).ok(), Some(Variant::Binary));
        assert_eq!(Variant::wanted(&list, &[text, text]).ok(), Some(Variant::Text));
        assert!(Variant::wanted(&list, &[binary]).is_err());
    }
}
