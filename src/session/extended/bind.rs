//! Bind: a prepared statement and its values become a portal.

use std::sync::Arc;

use bytes::Bytes;

use crate::base::{SqlState, ToUserError, UserError};
use crate::enforce::{Action, Rewritten};
use crate::session::configure::given_values;
use crate::session::conversation::{Session, Via};
use crate::session::cursor::rewritten;
use crate::session::ending::Stop;
use crate::session::pending::{Expected, Undo};
use crate::session::prepared::{Bound, Portal, PortalKind, Prepared, Role, UpstreamName, cut};
use crate::session::replies::unexpected;
use crate::session::simple::leaves_failed;
use crate::session::variant::Variant;
use crate::upstream::BindValues;
use crate::wire::{Backend, Bind, Format};

use super::describe::registry_parameters;

impl Session {
    /// Bind.
    pub(in crate::session) async fn bind(&mut self, bind: Bind) -> Result<(), Stop> {
        let (portal, statement) = (cut(bind.portal.as_str()), cut(bind.statement.as_str()));
        let statement = Arc::clone(self.model.statements.find(statement).map_err(Stop::statement)?);
        check_parameters(&bind, &statement)?;
        // In a failed transaction only its end is bound, and that without values; of an empty statement PostgreSQL says so here alone.
        self.check_block(leaves_failed(&statement.plan) && !statement.plan.is_empty() && bind.parameters.is_empty())?;
        self.model.portals.admit(portal).map_err(Stop::statement)?;
        let statement = self.current_or_stale(&statement, Via::Extended).await?;
        let statement = self.parse_late(cut(bind.statement.as_str()), statement).await?;
        let variant = self.variant(&statement, &bind.result_formats)?;
        let made = Portal {
            kind: PortalKind::Bound(Bound { formats: bind.result_formats.clone(), ..Bound::default() }),
            statement: Arc::clone(&statement),
            depth: self.model.transaction.depth(),
            rows: 0,
        };
        let Some(upstream) = &statement.upstream else {
            let given = match &statement.plan.plan.action {
                Action::Configure(configuration) => {
                    given_values(&bind, configuration, self.client.encoding()).map_err(Stop::statement)?
                }
                Action::Control(_)
                | Action::Copy(_)
                | Action::Declare { .. }
                | Action::Execute { .. }
                | Action::Explain { .. }
                | Action::Policy(_)
                | Action::Prepare { .. }
                | Action::Query(_) => Vec::new(),
            };
            self.settle_before_answer().await?;
            let kind = PortalKind::Bound(Bound { formats: bind.result_formats.clone(), given, ..Bound::default() });
            self.model.portals.put(portal, Some(Portal { kind, ..made }));
            return self.client.queue(&Backend::BindComplete).map_err(Stop::from);
        };
        let codes = |formats: &[Format]| formats.iter().map(|format| format.code()).collect::<Vec<i16>>();
        let told = told_as_text(&bind.parameter_formats, &bind.parameters, &registry_parameters(&statement.plan))
            .map_err(Stop::statement)?;
        let (parameter_formats, parameters) = told.as_ref().map_or_else(
            || (codes(&bind.parameter_formats), bind.parameters.as_slice()),
            |(formats, values)| (codes(formats), values.as_slice()),
        );
        let result_formats = codes(&bind.result_formats);
        let values = BindValues { parameter_formats: &parameter_formats, parameters, result_formats: &result_formats };
        let made = self.parse_again(made, bind.statement.as_str(), variant).await?;
        let name = self.name_upstream(portal)?;
        let Some(warehouse) = &mut self.link.warehouse else { return Err(unexpected().into()) };
        warehouse.bind(&name, upstream.as_str(), values).map_err(|error| Stop::statement(error.to_user_error()))?;
        let is_opaque = rewritten(&made.statement.plan).is_some_and(Rewritten::opaque_errors);
        let size_limit = rewritten(&made.statement.plan).and_then(Rewritten::size_limit);
        let before = self.model.portals.put(portal, Some(made)).map(Box::new);
        let undo = Undo::Portal { name: portal.to_owned(), before };
        self.expect(Expected::BindComplete { undo, is_opaque, size_limit }).await
    }

    /// A statement that was prepared on a connection which is gone, or whose other text is wanted now, is parsed again under the same name.
    pub(super) async fn parse_again(&mut self, portal: Portal, name: &str, variant: Variant) -> Result<Portal, Stop> {
        let statement = &portal.statement;
        let is_lost = statement.generation != self.link.generation;
        let Some(upstream) = statement.upstream.clone().filter(|_| is_lost || statement.is_stale || statement.variant != variant)
        else {
            return Ok(portal);
        };
        if statement.role == Role::Query {
            self.prepare_again(cut(name), statement, Via::Extended).await?;
            let again = Arc::clone(self.model.statements.find(cut(name)).map_err(Stop::statement)?);
            return Ok(Portal { statement: again, ..portal });
        }
        let name = cut(name);
        if let (false, UpstreamName::Own(own), Some(warehouse)) = (is_lost, &upstream, &mut self.link.warehouse) {
            warehouse.close_statement(own)?;
            let before = Some(Arc::clone(statement));
            self.expect(Expected::ClosedAgain(Undo::Statement { name: name.to_owned(), before })).await?;
        }
        self.parse_upstream(&statement.plan, variant, &upstream, &statement.parameter_types).await?;
        let again =
            Arc::new(Prepared { generation: self.link.generation, variant, is_stale: false, ..statement.as_ref().clone() });
        self.model.statements.put(name, Some(Arc::clone(&again)));
        self.expect(Expected::ParsedAgain(Undo::Lost { name: name.to_owned() })).await?;
        Ok(Portal { statement: again, ..portal })
    }
}

/// The formats and values where a parameter of a registry type came in binary format: the warehouse reads its oid as text.
///
/// # Errors
/// 22P03 for one that is no oid.
#[expect(clippy::type_complexity, reason = "two lists that are bound together")]
fn told_as_text(
    formats: &[Format],
    values: &[Option<Bytes>],
    registry: &[(usize, u32)],
) -> Result<Option<(Vec<Format>, Vec<Option<Bytes>>)>, UserError> {
    let format = |at: usize| match formats {
        [] => Format::Text,
        [every] => *every,
        each => each.get(at).copied().unwrap_or(Format::Text),
    };
    let binary: Vec<usize> = registry.iter().map(|(at, _)| *at).filter(|at| format(*at) == Format::Binary).collect();
    if binary.is_empty() {
        return Ok(None);
    }
    let mut values = values.to_vec();
    let mut formats: Vec<Format> = (0..values.len()).map(format).collect();
    for at in binary {
        if let Some(format) = formats.get_mut(at) {
            *format = Format::Text;
        }
        let Some(Some(value)) = values.get_mut(at) else { continue };
        let oid: [u8; 4] = value.as_ref().try_into().map_err(|_| {
            let message = format!("incorrect binary data format in bind parameter {}", at + 1);
            UserError::new(SqlState::INVALID_BINARY_REPRESENTATION, message)
        })?;
        *value = Bytes::from(u32::from_be_bytes(oid).to_string());
    }
    Ok(Some((formats, values)))
}

/// The number of values is the first thing that is looked at (`exec_bind_message`).
fn check_parameters(bind: &Bind, statement: &Prepared) -> Result<(), Stop> {
    let (given, wanted) = (bind.parameters.len(), wanted(statement));
    if given == wanted {
        return Ok(());
    }
    let name = bind.statement.as_str();
    let message = format!("bind message supplies {given} parameters, but prepared statement \"{name}\" requires {wanted}");
    Err(Stop::statement(UserError::new(SqlState::PROTOCOL_VIOLATION, message)))
}

/// How many values a statement takes: as many as were declared, or as it names. What is analysed when it runs names none at Parse (`analyze_requires_snapshot`).
fn wanted(statement: &Prepared) -> usize {
    let named = match &statement.plan.plan.action {
        Action::Configure(configuration) => configuration.parameters,
        Action::Declare { name: _, options: _, rewritten }
        | Action::Explain { style: _, rewritten }
        | Action::Query(rewritten) => rewritten.parameters(),
        Action::Prepare { name: _, types, rewritten } if statement.role == Role::Query => {
            rewritten.parameters().max(u32::try_from(types.len()).unwrap_or(u32::MAX))
        }
        Action::Control(_)
        | Action::Copy(_)
        | Action::Execute { name: _, arguments: _, explain: _ }
        | Action::Policy(_)
        | Action::Prepare { name: _, types: _, rewritten: _ } => 0,
    };
    statement.parameter_types.len().max(usize::try_from(named).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: Option<&'static [u8]>) -> Option<Bytes> {
        value.map(Bytes::from_static)
    }

    #[test]
    fn the_oid_of_an_object_in_binary_format_is_read_as_its_digits() {
        let registry = [(1, 2205)];
        let values = [bytes(Some(b"\0\0\0\x07")), bytes(Some(b"\0\0\x04\xeb"))];
        let (formats, told) = told_as_text(&[Format::Binary], &values, &registry).unwrap().unwrap();
        assert_eq!(formats, [Format::Binary, Format::Text]);
        assert_eq!(told, [Some(Bytes::from_static(b"\0\0\0\x07")), Some(Bytes::from_static(b"1259"))]);
        let (_, told) = told_as_text(&[Format::Text, Format::Binary], &[None, None], &registry).unwrap().unwrap();
        assert_eq!(told, [None, None]);
        assert!(told_as_text(&[Format::Binary, Format::Text], &values, &registry).unwrap().is_none());
        assert!(told_as_text(&[], &values, &registry).unwrap().is_none());
        let short = told_as_text(&[Format::Binary], &[None, bytes(Some(b"\0\x04\xeb"))], &registry).unwrap_err();
        assert_eq!(
            (short.sqlstate, short.message.as_ref()),
            (SqlState::INVALID_BINARY_REPRESENTATION, "incorrect binary data format in bind parameter 2")
        );
    }
}
