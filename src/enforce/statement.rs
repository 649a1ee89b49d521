//! One statement: analysed, rewritten, checked, recorded.

use std::borrow::Cow;
use std::sync::Arc;

use crate::analyze::{AnalyzeError, Analyzed, Bindings, Names, Output, Registry, analyze, analyze_expressions, analyze_types};
use crate::base::{Severity, SqlState, UserError, in_ascii};
use crate::catalog::system::SystemContext;
use crate::catalog::{Oid, types};
use crate::parse::syntax::{
    Command, CopyFormat, CopyOption, CopyOut, CopySource, Declare, Explain, Explained, Expr, Ident, Lock, Locked, Pos, Query,
    Statement,
};
use crate::parse::{constant_at, print_expr, print_query, print_statement, print_type, truncated_names, with_stack};
use crate::rewrite::{Bound, Envelope};

use super::check::{Checked, check_control};
use super::configure::{Configuration, configuration};
use super::copy::copied_query;
use super::explain::Asked;
use super::explain_policy::explain_policy;
use super::lock::locked_relation;
use super::record::{record, rules};
use super::refusal::{DenialCode, Refusal};
use super::{Action, Context, ExplainStyle, Footprint, OutputColumn, Parsed, Plan, Rewritten, SessionPart, StatementKind};

/// Judges one statement and writes what is sent for it.
///
/// # Errors
/// Why it is not run, with the character of the message where it went wrong.
pub fn enforce(parsed: &Parsed, context: &Context<'_>) -> Result<Plan, Refusal> {
    // The parser has bounded the depth of the tree; this stack holds the walks over it.
    check_parameter_types(context)?;
    let plan = with_stack(parsed.inner.depth, || Enforcing { parsed, context, system: system(context) }.plan())?;
    let notices = notices(&parsed.text).chain(plan.notices.iter().cloned()).collect();
    Ok(Plan { notices, ..plan })
}

/// What PostgreSQL's scanner says of a text.
fn notices(text: &str) -> impl Iterator<Item = UserError> {
    let told = |(name, kept): (String, String)| UserError {
        severity: Severity::Notice,
        ..UserError::new(SqlState::NAME_TOO_LONG, format!("identifier \"{name}\" will be truncated to \"{kept}\""))
    };
    truncated_names(text).into_iter().map(told)
}

/// What the grant shows, under the session's search_path.
fn system<'a>(context: &Context<'a>) -> Cow<'a, SystemContext> {
    let shown = context.exposed.system.as_ref();
    match shown.search_path == context.search_path {
        true => Cow::Borrowed(shown),
        false => Cow::Owned(SystemContext { search_path: context.search_path.to_vec(), ..shown.clone() }),
    }
}

/// The first server, as `server_version_num` counts, that reads `0x1F` and `1_000` as numbers.
const READS_NEW_NUMBERS: u32 = 160_000;

/// One allow-list for every slot that names a type, the oids of Parse included: a parameter of type regclass would look its value up as a name, and show
/// the name of any oid (enforcement L8).
fn check_parameter_types(context: &Context<'_>) -> Result<(), Refusal> {
    let Context { exposed, search_path: _, limits: _, export: _, parameter_types } = context;
    let is_own = |oid: Oid| exposed.types.values().any(|own| *own == oid);
    let is_array_of_own = |oid: Oid| {
        let shown = exposed.system.types.iter().find(|shown| shown.oid == oid);
        let element = shown.and_then(|shown| Some((shown.schema.clone(), shown.element.clone()?)));
        element.is_some_and(|element| exposed.types.contains_key(&element))
    };
    let may_stand =
        |oid: Oid| matches!(oid, 0 | types::UNKNOWN | types::VOID) || types::nameable(oid) || is_own(oid) || is_array_of_own(oid);
    match parameter_types.iter().find(|oid| !may_stand(**oid)) {
        None => Ok(()),
        Some(oid) => {
            let error = UserError::new(SqlState::UNDEFINED_OBJECT, format!("type with OID {oid} does not exist"));
            Err(Refusal { object: Some(oid.to_string()), ..Refusal::new(DenialCode::TypeNotAllowed, error) })
        }
    }
}

/// What the objects of a statement read of the session's own model.
fn session_parts(footprint: &Footprint) -> Arc<[SessionPart]> {
    let reads = |name: &str| footprint.relations.contains_key(&("pg_catalog".to_owned(), name.to_owned()));
    let settings = reads("pg_settings")
        || footprint.functions.contains("pg_catalog.current_setting")
        || footprint.functions.contains("pg_catalog.pg_show_all_settings");
    let parts = [
        (SessionPart::Cursors, reads("pg_cursors")),
        (SessionPart::Sessions, reads("pg_stat_activity")),
        (SessionPart::Settings, settings),
        (SessionPart::Statements, reads("pg_prepared_statements")),
    ];
    parts.into_iter().filter(|(_, reads)| *reads).map(|(part, _)| part).collect()
}

/// The parameters of a registry type, by their places.
fn registry_parameters(bindings: &Bindings) -> Arc<[(usize, Oid)]> {
    let place = |number: u32| usize::try_from(number).ok()?.checked_sub(1);
    bindings.registry_parameters.iter().filter_map(|(number, kind)| Some((place(*number)?, kind.type_oid()))).collect()
}

/// One statement on its way.
struct Enforcing<'a> {
    parsed: &'a Parsed,
    context: &'a Context<'a>,
    /// What the gate says of itself, on the session's own path.
    system: Cow<'a, SystemContext>,
}

/// How values of registry types leave.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Registries {
    /// As the names that the client knows.
    Names,
    /// As they are: binary results are oids, and a plan shows no values.
    Values,
}

impl Enforcing<'_> {
    fn plan(&self) -> Result<Plan, Refusal> {
        let statement = &self.parsed.inner.statement;
        if let Statement::Command(Command::ExplainPolicy(explain)) = statement {
            let (lines, record) = explain_policy(self.parsed, *explain, self.context)?;
            return Ok(Plan { action: Action::Policy(lines.into()), record: Arc::new(record), notices: Arc::default() });
        }
        if let Some(at) = self.parsed.inner.new_number
            && self.context.exposed.server_version < READS_NEW_NUMBERS
        {
            return self.bound(Err(AnalyzeError::newer_number(at)));
        }
        match statement {
            Statement::Query(query) if let Some(configuration) = self.configuration(query) => {
                let kind = if configuration.cancels() { StatementKind::Other } else { StatementKind::Setting };
                self.control(statement, kind, Action::Configure(configuration), None)
            }
            Statement::Query(query) => {
                self.wrapping(StatementKind::Select, query, Registries::Names, |style| print_query(query, style), Action::Query)
            }
            Statement::Command(command) => self.command(statement, command),
        }
    }

    fn command(&self, statement: &Statement, command: &Command) -> Result<Plan, Refusal> {
        match command {
            Command::Copy(copy) => self.copy(copy),
            Command::Declare(declare) => self.declare(declare),
            Command::Explain(explain) => self.explain(statement, explain),
            Command::Prepare { name, types, query } => {
                let analyzed = self.bound(analyze_types(types, self.names()))?;
                let style = Bound::new(analyzed.bindings(), &self.system);
                let types: Vec<String> = types.iter().map(|type_name| print_type(type_name, &style)).collect();
                let action = |rewritten| Action::Prepare { name: name.name.clone(), types, rewritten };
                self.wrapping(StatementKind::Prepare, query, Registries::Names, |style| print_query(query, style), action)
            }
            Command::Execute { name, arguments } => self.execute(statement, (name, arguments), StatementKind::Prepare, None),
            Command::Fetch(_) | Command::Close(_) if !self.context.export.cursor_fetch => {
                Err(Refusal::statement("a cursor", "cursor_fetch"))
            }
            Command::Fetch(_) | Command::Close(_) => self.plain(statement, command, StatementKind::Cursor),
            Command::Lock(lock) => self.lock(statement, lock),
            Command::Begin(_)
            | Command::Commit { chain: _ }
            | Command::Release(_)
            | Command::Rollback { chain: _ }
            | Command::RollbackTo(_)
            | Command::Savepoint(_)
            | Command::SetTransaction(_) => self.plain(statement, command, StatementKind::Transaction),
            Command::Discard(_)
            | Command::Reset(_)
            | Command::Set { local: _, name: _, value: _ }
            | Command::SetCharacteristics(_)
            | Command::Show(_) => self.plain(statement, command, StatementKind::Setting),
            Command::Deallocate(_) => self.plain(statement, command, StatementKind::Prepare),
            // Answered before anything of it is looked at.
            Command::ExplainPolicy(_) | Command::Unlisten(_) => self.plain(statement, command, StatementKind::Other),
        }
    }

    /// A query over settings whose parameters are texts and booleans, or one that stops sessions by their numbers.
    fn configuration(&self, query: &Query) -> Option<Configuration> {
        let is_open = |oid: Oid| matches!(oid, 0 | types::UNKNOWN);
        let is_text = |oid: Oid| is_open(oid) || matches!(oid, types::BOOL | types::TEXT | types::VARCHAR);
        let is_number = |oid: Oid| is_open(oid) || matches!(oid, types::INT2 | types::INT4);
        configuration(query).filter(|found| {
            let mut declared = self.context.parameter_types.iter().copied();
            if found.cancels() { declared.all(is_number) } else { declared.all(is_text) }
        })
    }

    /// A command that the session's own model answers, mirrors or passes on.
    fn plain(&self, statement: &Statement, command: &Command, kind: StatementKind) -> Result<Plan, Refusal> {
        self.control(statement, kind, Action::Control(command.clone()), None)
    }

    /// What is locked are the warehouse's relations, or the views that stand for them.
    fn lock(&self, statement: &Statement, lock: &Lock) -> Result<Plan, Refusal> {
        let Lock { relations, nowait } = lock;
        let physical = |locked: &Locked| self.bound(locked_relation(locked, self.names()));
        let relations = relations.iter().map(physical).filter_map(Result::transpose).collect::<Result<_, _>>()?;
        let action = Action::Control(Command::Lock(Lock { relations, nowait: *nowait }));
        self.control(statement, StatementKind::Transaction, action, None)
    }

    fn control(
        &self,
        statement: &Statement,
        kind: StatementKind,
        action: Action,
        analyzed: Option<&Analyzed>,
    ) -> Result<Plan, Refusal> {
        check_control(self.parsed, statement)?;
        let record = record(self.parsed, statement, kind, "", analyzed);
        Ok(Plan { action, record: Arc::new(record), notices: Arc::default() })
    }

    fn declare(&self, declare: &Declare) -> Result<Plan, Refusal> {
        if !self.context.export.cursor_fetch {
            return Err(Refusal::statement("a cursor", "cursor_fetch"));
        }
        let Declare { name, options, query } = declare;
        let whole = Statement::Command(Command::Declare(Box::new(declare.clone())));
        let action = |rewritten| Action::Declare { name: name.name.clone(), options: *options, rewritten };
        let registries = if options.binary { Registries::Values } else { Registries::Names };
        self.wrapping(StatementKind::Cursor, query, registries, |style| print_statement(&whole, style), action)
    }

    /// EXECUTE, or how its query would be run.
    fn execute(
        &self,
        statement: &Statement,
        (name, arguments): (&Ident, &[Expr]),
        kind: StatementKind,
        explain: Option<ExplainStyle>,
    ) -> Result<Plan, Refusal> {
        let analyzed = self.bound(analyze_expressions(arguments, self.names()))?;
        let style = Bound::new(analyzed.bindings(), &self.system);
        let printed = arguments.iter().map(|argument| print_expr(argument, &style)).collect();
        let action = Action::Execute { name: name.name.clone(), arguments: printed, explain };
        self.control(statement, kind, action, Some(&analyzed))
    }

    fn explain(&self, statement: &Statement, explain: &Explain) -> Result<Plan, Refusal> {
        if !self.context.export.explain {
            return Err(Refusal::statement("EXPLAIN", "explain"));
        }
        let Asked { style: shown, generic_plan, notices } =
            super::explain::read(explain, self.context.exposed.server_version, |at| self.position(at))?;
        let query = match &explain.of {
            Explained::Execute { name, arguments } => {
                let plan = self.execute(statement, (name, arguments), StatementKind::Explain, Some(shown))?;
                return Ok(Plan { notices: notices.into(), ..plan });
            }
            Explained::Query(query) => query,
        };
        let generic = if generic_plan { ", GENERIC_PLAN" } else { "" };
        // VERBOSE tells the schema of each relation: without it two of one name could not be told apart.
        let printed =
            |style: &Bound<'_>| format!("EXPLAIN (FORMAT JSON, VERBOSE, COSTS false{generic}) {}", print_query(query, style));
        let action = |rewritten| Action::Explain { style: shown, rewritten };
        let plan = self.wrapping(StatementKind::Explain, query, Registries::Values, printed, action)?;
        Ok(Plan { notices: notices.into(), ..plan })
    }

    fn copy(&self, copy: &CopyOut) -> Result<Plan, Refusal> {
        if !self.context.export.copy_out {
            return Err(Refusal::statement("COPY", "copy_out"));
        }
        let query = match &copy.source {
            CopySource::Query(query) => (**query).clone(),
            CopySource::Relation { name, columns, at } => {
                let node_count = self.parsed.inner.node_count;
                self.bound(copied_query(name, columns, *at, node_count, self.names()))?
            }
        };
        let whole = CopyOut { source: CopySource::Query(Box::new(query.clone())), options: copy.options.clone() };
        let whole = Statement::Command(Command::Copy(Box::new(whole)));
        let is_binary = copy.options.contains(&CopyOption::Format(CopyFormat::Binary));
        let registries = if is_binary { Registries::Values } else { Registries::Names };
        self.wrapping(StatementKind::Copy, &query, registries, |style| print_statement(&whole, style), Action::Copy)
    }

    /// A statement around one query, printed as a whole in the style that analysis gives.
    fn wrapping(
        &self,
        kind: StatementKind,
        query: &Query,
        registries: Registries,
        print: impl Fn(&Bound<'_>) -> String,
        action: impl FnOnce(Rewritten) -> Action,
    ) -> Result<Plan, Refusal> {
        let analyzed = self.bound(analyze(query, self.names()))?;
        let style = Bound::new(analyzed.bindings(), &self.system);
        // What is sent is ASCII, and the witness reads just that: no encoding of a client can make anything else of it.
        let print = |style: &Bound<'_>| in_ascii(&print(style)).into_owned();
        let plain = print(&style);
        let checked = Checked::of(self.parsed, &analyzed, style.into_parts())?;
        let places = checked.hold(&plain, &self.parsed.text)?;
        let envelope = Envelope::of(analyzed.outputs(), &self.system).filter(|_| registries == Registries::Names);
        let (sql, places, binary) = match &envelope {
            None => (plain, places, None),
            Some(envelope) => {
                let told = print(&Bound::new(analyzed.bindings(), &self.system).within(envelope));
                let told_places = checked.within(envelope)?.hold(&told, &self.parsed.text)?;
                (told, told_places, (kind == StatementKind::Select).then(|| plain.into()))
            }
        };
        let column = |output: &Output| OutputColumn {
            name: output.name.clone(),
            origin: output.origin,
            registry: match registries {
                Registries::Names => {
                    let list = output.registry_list.map(Registry::array_oid);
                    output.told_as.or(list).or(output.registry.map(Registry::type_oid))
                }
                Registries::Values => None,
            },
            is_text: output.told_as.is_some(),
        };
        let columns = analyzed.outputs().iter().map(column).collect();
        let record = record(self.parsed, &self.parsed.inner.statement, kind, &sql, Some(&analyzed));
        let opaque_errors = rules::may_raise(&analyzed);
        let session_parts = session_parts(analyzed.footprint());
        let size_limit = (!analyzed.bindings().sized.is_empty()).then_some(self.context.limits.value_bytes);
        let registry_parameters = registry_parameters(analyzed.bindings());
        let parameters = analyzed.parameters();
        let rewritten = Rewritten {
            sql: sql.into(),
            binary,
            columns,
            registry_parameters,
            opaque_errors,
            size_limit,
            parameters,
            places,
            session_parts,
        };
        Ok(Plan { action: action(rewritten), record: Arc::new(record), notices: Arc::default() })
    }

    fn names(&self) -> Names<'_> {
        let Context { exposed, search_path, parameter_types, limits, export: _ } = *self.context;
        let (value_bytes, depth) = (Some(limits.value_bytes), self.parsed.inner.depth);
        Names { exposed, search_path, parameter_types, value_bytes, depth }
    }

    /// What analysis found, or the refusal at its place in the message.
    fn bound<T>(&self, result: Result<T, AnalyzeError>) -> Result<T, Refusal> {
        result.map_err(|error| {
            let at = error.constant.map_or(error.at, |constant| constant_at(&self.parsed.text, error.at, constant));
            let position = self.position(at);
            Refusal::of_analysis(error, position)
        })
    }

    /// The character of the message that stands at a place of the statement.
    fn position(&self, at: Pos) -> Option<u32> {
        let before = self.parsed.text.get(..usize::try_from(at.offset()?).ok()?)?;
        let characters = u32::try_from(before.chars().count()).ok()?;
        characters.checked_add(self.parsed.characters_before)?.checked_add(1)
    }
}
