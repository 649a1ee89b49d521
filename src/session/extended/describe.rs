//! Describe: the parameters and columns of a statement or portal.

use std::sync::Arc;

use crate::enforce::Action;
use crate::parse::syntax::Command;
use crate::session::answer::POLICY_COLUMNS;
use crate::session::conversation::Session;
use crate::session::cursor::rewritten;
use crate::session::ending::{Ending, Stop};
use crate::session::explain;
use crate::session::pending::{Expected, Shape};
use crate::session::plan_cache::CachedPlan;
use crate::session::prepared::{Bound, Portal, PortalKind, Prepared, Role, cut};
use crate::session::replies::unexpected;
use crate::session::set::show_columns;
use crate::session::settings::Settings;
use crate::session::simple::explained;
use crate::wire::{Backend, Field, Target};

impl Session {
    /// Describe.
    pub(in crate::session) async fn describe(&mut self, target: Target) -> Result<(), Stop> {
        let (statement, portal) = match &target {
            Target::Statement(name) => {
                let statement = Arc::clone(self.model.statements.find(cut(name.as_str())).map_err(Stop::statement)?);
                (statement, None)
            }
            Target::Portal(name) => {
                let name = cut(name.as_str());
                (Arc::clone(&self.portal(name)?.statement), Some(name))
            }
        };
        if portal.and_then(|name| self.model.portals.find(name)).is_some_and(Portal::has_failed) {
            self.settle_before_answer().await?;
            return self.client.queue(&Backend::NoData).map_err(Stop::from);
        }
        self.check_described(&statement)?;
        let is_cursor = portal.and_then(|name| self.model.portals.find(name)).is_some_and(Portal::is_cursor);
        let shape = self.shape(&statement);
        let parameters = registry_parameters(&statement.plan);
        if portal.is_none() && statement.upstream.is_some() && statement.generation != self.link.generation {
            return self.describe_lost(&target, &statement).await;
        }
        let named = portal.map(|name| self.name_upstream(name)).transpose()?;
        match (&mut self.link.warehouse, &named, &statement.upstream) {
            (Some(warehouse), Some(name), Some(_)) => warehouse.describe_portal(name)?,
            (Some(warehouse), Some(name), None) if is_cursor => warehouse.describe_portal(name)?,
            (Some(warehouse), None, Some(upstream)) => warehouse.describe_statement(upstream.as_str())?,
            (_, _, _) => return self.describe_own(&statement.plan, portal).await,
        }
        self.expect(Expected::Description { shape, parameters }).await
    }

    async fn describe_lost(&mut self, target: &Target, statement: &Arc<Prepared>) -> Result<(), Stop> {
        let (Target::Statement(name) | Target::Portal(name)) = target;
        let kind = PortalKind::Bound(Bound::default());
        let portal = Portal { kind, statement: Arc::clone(statement), depth: 0, rows: 0 };
        let found = self.parse_again(portal, name.as_str(), statement.variant).await?.statement;
        let (Some(warehouse), Some(upstream)) = (&mut self.link.warehouse, &found.upstream) else {
            return Err(unexpected().into());
        };
        warehouse.describe_statement(upstream.as_str())?;
        let shape = self.shape(&found);
        let parameters = registry_parameters(&found.plan);
        self.expect(Expected::Description { shape, parameters }).await
    }

    /// The description of what the gate answers itself.
    async fn describe_own(&mut self, plan: &CachedPlan, portal: Option<&str>) -> Result<(), Stop> {
        self.settle_before_answer().await?;
        if let Action::Configure(configuration) = &plan.plan.action {
            let format = portal.map(|name| self.model.portals.find(name).map_or(0, Portal::first_format));
            return self.describe_configuration(configuration, format);
        }
        if portal.is_none() {
            self.client.queue(&Backend::ParameterDescription(&[])).map_err(Ending::from)?;
        }
        if let Some(style) = explained(plan) {
            let format = portal.and_then(|name| self.model.portals.find(name)).map_or(0, Portal::first_format);
            let field = Field { format, ..explain::column(style) };
            return self.client.queue(&Backend::RowDescription(&[field])).map_err(Stop::from);
        }
        let Some(columns) = own_columns(plan, &self.model.settings)? else {
            return self.client.queue(&Backend::NoData).map_err(Stop::from);
        };
        // Text has the same bytes in both formats.
        let format = portal.and_then(|name| self.model.portals.find(name)).map_or(0, Portal::first_format);
        let fields: Vec<Field<'_>> = columns.iter().map(|name| Field { format, ..Field::text(name) }).collect();
        self.client.queue(&Backend::RowDescription(&fields)).map_err(Stop::from)
    }

    /// What a description of this plan's result describes.
    fn shape(&self, statement: &Prepared) -> Shape {
        let plan = statement.plan.as_ref();
        let columns = |plan: Option<&CachedPlan>| {
            Shape::Columns(plan.and_then(rewritten).map_or_else(|| Arc::new([]) as Arc<[_]>, |found| Arc::clone(found.columns())))
        };
        match &plan.plan.action {
            _ if statement.role == Role::Query => columns(Some(plan)),
            Action::Execute { name: _, arguments: _, explain: Some(style) } | Action::Explain { style, rewritten: _ } => {
                Shape::Plan(*style)
            }
            Action::Control(Command::Fetch(fetch)) => {
                columns(self.model.portals.find(&fetch.cursor.name).map(|portal| portal.statement.plan.as_ref()))
            }
            Action::Execute { name, arguments: _, explain: None } => {
                columns(self.model.statements.find(name).ok().map(|statement| statement.plan.as_ref()))
            }
            Action::Configure(_)
            | Action::Control(_)
            | Action::Copy(_)
            | Action::Declare { .. }
            | Action::Policy(_)
            | Action::Prepare { .. }
            | Action::Query(_) => columns(Some(plan)),
        }
    }

    /// As PostgreSQL: in a failed transaction nothing that returns rows can be described.
    fn check_described(&self, statement: &Prepared) -> Result<(), Stop> {
        match &statement.plan.plan.action {
            _ if statement.role == Role::Query => self.check_block(false),
            // What was missing at Parse has no columns, and nothing is asked of it (`statement->plansource->resultDesc`).
            Action::Execute { name: _, arguments: _, explain: None } | Action::Control(Command::Fetch(_))
                if statement.upstream.is_none() =>
            {
                Ok(())
            }
            Action::Control(command) => self.check_block(!matches!(command, Command::Show(_) | Command::Fetch(_))),
            Action::Copy(_) | Action::Declare { .. } | Action::Prepare { .. } => Ok(()),
            Action::Configure(_)
            | Action::Execute { .. }
            | Action::Explain { style: _, rewritten: _ }
            | Action::Policy(_)
            | Action::Query(_) => self.check_block(false),
        }
    }
}

/// The parameters of a plan that are of registry types to the client.
pub(super) fn registry_parameters(plan: &CachedPlan) -> Arc<[(usize, u32)]> {
    rewritten(plan).map_or_else(|| Arc::new([]) as Arc<[_]>, |found| Arc::clone(found.registry_parameters()))
}

/// The names of the text columns that the gate answers with by itself, where the statement alone tells them.
///
/// # Errors
/// 42704 for SHOW of a setting that nothing has; at Parse already (`UtilityTupleDescriptor`).
pub(super) fn own_columns(plan: &CachedPlan, settings: &Settings) -> Result<Option<Vec<&'static str>>, Stop> {
    match &plan.plan.action {
        Action::Policy(_) => Ok(Some(POLICY_COLUMNS.to_vec())),
        Action::Control(Command::Show(name)) => {
            show_columns(name.as_ref().map(|name| name.name.as_str()), Some(settings)).map(Some).map_err(Stop::statement)
        }
        Action::Configure(_)
        | Action::Control(_)
        | Action::Copy(_)
        | Action::Declare { .. }
        | Action::Execute { .. }
        | Action::Explain { .. }
        | Action::Prepare { .. }
        | Action::Query(_) => Ok(None),
    }
}

impl Portal {
    /// The format of the first column of its result, as RowDescription writes it.
    pub(in crate::session) fn first_format(&self) -> i16 {
        match &self.kind {
            PortalKind::Bound(bound) => bound.formats.first().map_or(0, |format| format.code()),
            PortalKind::Cursor(_) => 0,
        }
    }
}
