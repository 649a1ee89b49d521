//! How an analysed statement is printed for the warehouse: nothing is left to a search_path.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::analyze::{Bindings, BoundCall, BoundColumn, BoundType, ColumnReading, Copied, Listed, Registry, RegistryCast};
use crate::base::{quote_ident, quote_literal};
use crate::catalog::functions::{self, Overload, Replacement, Told};
use crate::catalog::system::{self, SystemContext};
use crate::catalog::{ExposedRelation, RelationSource, types};
use crate::parse::syntax::{
    Call, ColumnRef, Expr, GroupBy, GroupItem, NodeId, Operator, QualifiedName, Relation, SqlValue, TypeName,
};
use crate::parse::{CallStyle, Style, output_name, print_expr, print_type};

use super::envelope::Envelope;
use super::relation::{Reading, substitution};

/// In the place of the client's expressions, where only ours are looked at.
const NOTHING: &str = "NULL";

/// The transaction of rows that were always there (PostgreSQL: `FrozenTransactionId`).
const FROZEN: u32 = 2;

/// The style that prints what analysis bound.
pub struct Bound<'a> {
    bindings: &'a Bindings,
    system: &'a SystemContext,
    /// What is put around the whole query.
    envelope: Option<&'a Envelope>,
    /// The sub-selects that were printed, by where the client named the relation: the witness must find just these.
    printed: RefCell<Vec<Printed>>,
    /// The expressions of our own that stand for calls, values and casts.
    replaced: RefCell<Vec<String>>,
    /// The column names that were given to functions in FROM, by where the client called them.
    function_columns: RefCell<Vec<(u32, Vec<String>)>>,
    /// The column definitions behind rows that stand for functions in FROM, by where the client called them.
    row_columns: RefCell<Vec<(u32, String)>>,
    /// Inside a fence: what stands for the column references of the condition that is copied there.
    copied_columns: Option<&'a BTreeMap<NodeId, String>>,
}

/// What a style printed that the client did not write.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    pub relations: Vec<Printed>,
    /// The expressions that stand for calls, values and casts.
    pub replaced: Vec<String>,
    /// Column names given to functions in FROM, by byte offset of the client's call.
    pub function_columns: Vec<(u32, Vec<String>)>,
    /// Column definitions written behind rows of ours, by byte offset of the client's call.
    pub row_columns: Vec<(u32, String)>,
}

/// One relation as it was printed.
#[derive(Clone, Debug)]
pub struct Printed {
    /// Byte offset of the relation's name in the client's statement.
    pub at: u32,
    pub alias: String,
    pub column_aliases: Vec<String>,
    pub query: String,
}

impl<'a> Bound<'a> {
    /// A style over what analysis found; `system` answers what the gate says of itself.
    pub fn new(bindings: &'a Bindings, system: &'a SystemContext) -> Self {
        Self {
            bindings,
            system,
            envelope: None,
            printed: RefCell::default(),
            replaced: RefCell::default(),
            function_columns: RefCell::default(),
            row_columns: RefCell::default(),
            copied_columns: None,
        }
    }

    /// The same, with that around the whole query.
    #[must_use]
    pub fn within(self, envelope: &'a Envelope) -> Self {
        Self { envelope: Some(envelope), ..self }
    }

    /// The conditions that the fence of the relation may hold too.
    fn copies(&self, relation: NodeId) -> Vec<String> {
        let copies = self.bindings.copies.get(&relation).map(Vec::as_slice).unwrap_or_default();
        let print = |copied: &Copied| {
            let style = Bound { copied_columns: Some(&copied.columns), ..Bound::new(self.bindings, self.system) };
            format!("({})", print_expr(&copied.condition, &style))
        };
        copies.iter().map(print).collect()
    }

    /// What was printed, for the witness.
    pub fn into_parts(self) -> Parts {
        Parts {
            relations: self.printed.into_inner(),
            replaced: self.replaced.into_inner(),
            function_columns: self.function_columns.into_inner(),
            row_columns: self.row_columns.into_inner(),
        }
    }

    /// Keeps an expression of our own for the witness.
    fn ours(&self, text: String) -> String {
        self.replaced.borrow_mut().push(text.clone());
        text
    }

    /// A column of a table that is printed under another name, or one that stands for it.
    fn bound_column(&self, bound: &BoundColumn) -> String {
        let alias = quote_ident(&bound.alias);
        match &bound.reads {
            ColumnReading::All => format!("{alias}.*"),
            ColumnReading::Column(name) => format!("{alias}.{}", quote_ident(name)),
            ColumnReading::Renamed(columns) => {
                let of_alias = |(given, own): &(String, String)| (format!("{alias}.{}", quote_ident(given)), own.clone());
                self.ours(made_row(&bound.alias, columns.iter().map(of_alias)))
            }
            ColumnReading::Told(columns) => {
                let of_alias = |(name, kind): &(String, Option<Registry>)| {
                    let value = format!("{alias}.{}", quote_ident(name));
                    let text = kind.and_then(|kind| functions::reg_text(kind.type_name()));
                    (
                        text.map_or_else(|| value.clone(), |text| text.render(std::slice::from_ref(&value), self.system)),
                        name.clone(),
                    )
                };
                self.ours(made_row(&bound.alias, columns.iter().map(of_alias)))
            }
            // NULL where an outer join found no row.
            ColumnReading::TableOid(oid) => {
                self.ours(format!("CASE WHEN ({alias}.\"oid\" IS NOT NULL) THEN CAST('{oid}' AS pg_catalog.oid) END"))
            }
            ColumnReading::Xmin(key) => {
                let key = quote_ident(key);
                self.ours(format!("CASE WHEN ({alias}.{key} IS NOT NULL) THEN CAST('{FROZEN}' AS pg_catalog.xid) END"))
            }
        }
    }

    /// The same for one around expressions of the client, which the witness looks at where they stand: `bare` is ours alone.
    fn ours_around(&self, bare: String, text: String) -> String {
        self.replaced.borrow_mut().push(bare);
        text
    }
}

impl Bound<'_> {
    /// What stands for a system relation that tells names as they are on the session's path, where that is not the one it was written for.
    fn on_path(&self, relation: &ExposedRelation) -> Option<String> {
        let RelationSource::System { oid: _, query: _ } = relation.source else { return None };
        let reviewed = system::relation(&relation.schema, &relation.name).filter(|reviewed| reviewed.reads_path())?;
        let columns: Vec<&str> = relation.columns.iter().map(|column| column.name.as_str()).collect();
        reviewed.render(self.system, &columns)
    }
}

impl Style for Bound<'_> {
    fn whole(&self, query: String) -> String {
        match self.envelope {
            Some(envelope) => envelope.around(&query),
            None => query,
        }
    }

    fn relation(&self, relation: &Relation, sample: Option<&str>) -> Option<(String, String)> {
        // A common table expression has no binding: its name is the client's own.
        let bound = self.bindings.relations.get(&relation.id)?;
        let copies = self.copies(relation.id);
        let (may_pull_up, is_torn) = (bound.may_pull_up, bound.is_torn);
        let reading = Reading { only: relation.only, sample, may_pull_up, is_torn, copies: &copies };
        let query = self.on_path(&bound.relation).unwrap_or_else(|| substitution(&bound.relation, reading));
        if let Some(at) = bound.at.offset() {
            let columns = relation.alias.iter().flat_map(|alias| &alias.columns);
            let column_aliases = columns.map(|column| column.name.clone()).collect();
            self.printed.borrow_mut().push(Printed { at, alias: bound.alias.clone(), column_aliases, query: query.clone() });
        }
        Some((format!("({query})"), bound.alias.clone()))
    }

    fn column(&self, column: &ColumnRef) -> Option<String> {
        if let Some(columns) = self.copied_columns {
            return columns.get(&column.id).cloned();
        }
        let printed = self.bindings.columns.get(&column.id).map(|bound| self.bound_column(bound));
        let Some((kind, _)) = self.bindings.told_columns.get(&column.id) else { return printed };
        let value =
            printed.unwrap_or_else(|| column.parts.iter().map(|part| quote_ident(&part.name)).collect::<Vec<_>>().join("."));
        let text = functions::reg_text(kind.type_name())?;
        Some(self.ours_around(text.render(&[NOTHING.to_owned()], self.system), text.render(&[value], self.system)))
    }

    fn call(&self, call: &Call) -> CallStyle<'_> {
        match self.bindings.calls.get(&call.id) {
            Some(BoundCall::Builtin(name)) => CallStyle::Named(format!("pg_catalog.{}", quote_ident(name))),
            Some(BoundCall::Registry(cast)) => CallStyle::Replaced(Box::new(|arguments| {
                let operand = arguments.first().map(String::as_str).unwrap_or_default();
                self.ours_around(self.registry_cast(cast, NOTHING), self.registry_cast(cast, operand))
            })),
            Some(BoundCall::Unnest) => CallStyle::Named("unnest".to_owned()),
            Some(BoundCall::Echo) => CallStyle::Replaced(Box::new(|arguments| {
                let value = arguments.get(1).map(String::as_str).unwrap_or("NULL");
                format!("CAST({value} AS pg_catalog.text)")
            })),
            Some(BoundCall::InformationSchema(name)) => CallStyle::Named(format!("information_schema.{}", quote_ident(name))),
            Some(BoundCall::User(function)) => {
                let (schema, name) = function.called();
                CallStyle::Named(format!("{}.{}", quote_ident(&schema), quote_ident(&name)))
            }
            Some(BoundCall::Replaced { name: _, template, objects, told }) => CallStyle::Replaced(Box::new(|arguments| {
                let render = |arguments: &[String]| {
                    let objects = objects.iter().map(Option::as_ref).chain(std::iter::repeat(None));
                    let arguments: Vec<String> = arguments.iter().zip(objects).map(|of| self.as_oid(of)).collect();
                    template.telling(told, &arguments, self.system)
                };
                self.ours_around(render(&vec![NOTHING.to_owned(); arguments.len()]), render(arguments))
            })),
            Some(BoundCall::Field(name)) => CallStyle::Replaced(Box::new(|arguments| {
                let row = arguments.first().map(String::as_str).unwrap_or_default();
                format!("({row}).{}", quote_ident(name))
            })),
            None => CallStyle::AsWritten,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing of ours stands behind the other expressions")]
    fn listed(&self, expr: &Expr, index: usize) -> Option<String> {
        match expr {
            Expr::Cast { expr: _, target } => {
                let named = self.bindings.named_lists.get(&target.id)?;
                named.get(index)?.as_ref().map(|text| quote_literal(text))
            }
            Expr::Parenthesised(inner) => self.listed(inner, index),
            _other => None,
        }
    }

    fn argument(&self, call: &Call, index: usize) -> Option<String> {
        self.bindings.named_arguments.get(&call.id).filter(|_| index == 0).map(|oid| quote_literal(oid))
    }

    fn around_argument(&self, call: &Call, index: usize) -> Option<(String, &'static str)> {
        let most = self.bindings.sized.get(&call.id).filter(|_| index == COUNT)?;
        Some(size_guard(*most))
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing of ours stands for the other functions")]
    fn function_columns(&self, function: &Expr) -> Vec<String> {
        let (at, columns) = match function {
            Expr::Call(call) => match self.bindings.calls.get(&call.id) {
                Some(BoundCall::Replaced { name, template: _, objects: _, told: _ }) => {
                    (call.at, replaced_columns(name, call.arguments.len()))
                }
                Some(BoundCall::Echo | BoundCall::Registry(_)) => (call.at, vec![output_name(function)]),
                Some(_) | None => return Vec::new(),
            },
            Expr::SqlValue { value, id: _, at } if is_replaced(*value) => (*at, vec![output_name(function)]),
            Expr::Cast { expr: _, target } if self.is_registry(target) => (target.at, vec![output_name(function)]),
            _other => return Vec::new(),
        };
        self.function_columns.borrow_mut().extend(at.offset().map(|at| (at, columns.clone())));
        columns
    }

    fn row_columns(&self, function: &Expr) -> Option<String> {
        let Expr::Call(call) = function else { return None };
        let Some(BoundCall::Replaced { name, template, objects: _, told: _ }) = self.bindings.calls.get(&call.id) else {
            return None;
        };
        let overload = overload(name, call.arguments.len()).filter(|_| template.makes_rows())?;
        let define = |column: &functions::OutColumn| {
            let of = types::builtin_by_name(column.type_name)?;
            Some(format!("{} pg_catalog.{}", quote_ident(column.name), quote_ident(of.name)))
        };
        let columns = overload.out_columns.iter().map(define).collect::<Option<Vec<_>>>()?.join(", ");
        self.row_columns.borrow_mut().extend(call.at.offset().map(|at| (at, columns.clone())));
        Some(columns)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing of ours stands for the other functions")]
    fn is_scalar_in_from(&self, function: &Expr) -> bool {
        match function {
            Expr::Call(call) => match self.bindings.calls.get(&call.id) {
                Some(BoundCall::Replaced { name, template: _, objects: _, told: _ }) => overload(name, call.arguments.len())
                    .is_some_and(|overload| !overload.returns_set && overload.out_columns.is_empty()),
                Some(BoundCall::Echo | BoundCall::Registry(_)) => true,
                Some(_) | None => false,
            },
            Expr::SqlValue { value, id: _, at: _ } => is_replaced(*value),
            Expr::Cast { expr: _, target } => self.is_registry(target),
            _other => false,
        }
    }

    fn sql_value(&self, value: SqlValue) -> Option<String> {
        let as_name = |text: &str| Some(self.ours(format!("CAST({text} AS pg_catalog.name)")));
        match value {
            SqlValue::CurrentRole | SqlValue::CurrentUser | SqlValue::SessionUser | SqlValue::User => as_name(&self.system.user),
            SqlValue::CurrentCatalog => as_name(&quote_literal(&self.system.database)),
            SqlValue::CurrentSchema => {
                let schema = self.system.search_path.first().map_or_else(|| "NULL".to_owned(), |schema| quote_literal(schema));
                as_name(&schema)
            }
            SqlValue::CurrentDate
            | SqlValue::CurrentTime(_)
            | SqlValue::CurrentTimestamp(_)
            | SqlValue::LocalTime(_)
            | SqlValue::LocalTimestamp(_) => None,
        }
    }

    fn type_name(&self, type_name: &TypeName) -> Option<String> {
        // Interval fields can only follow the keyword, which names pg_catalog's type whatever the path is.
        if type_name.fields.is_some() {
            return None;
        }
        match self.bindings.types.get(&type_name.id)? {
            BoundType::Builtin(name) | BoundType::RegistryText { kind: _, name, is_list: _ } => {
                Some(format!("pg_catalog.{}", quote_ident(name)))
            }
            BoundType::Exposed { schema, name } => Some(format!("{}.{}", quote_ident(schema), quote_ident(name))),
            BoundType::OwnRow => Some("pg_catalog.record".to_owned()),
            BoundType::Registry(_) | BoundType::RegistryList { kind: _, of: _, is_told: _ } | BoundType::RegistryTold(_) => None,
        }
    }

    fn cast(&self, target: &TypeName, operand: &str) -> Option<String> {
        let render = |operand: &str| {
            Some(match self.bindings.types.get(&target.id)? {
                BoundType::Registry(cast) => self.registry_cast(cast, operand),
                BoundType::RegistryList { kind, of, is_told } => {
                    let list = match of {
                        Listed::Constants(named) => format!("CAST({} AS pg_catalog.oid[])", self.named_list(named)),
                        Listed::Oids => format!("CAST({operand} AS pg_catalog.oid[])"),
                        Listed::Texts => self.list_of_texts(*kind, operand),
                    };
                    match is_told {
                        false => format!("CAST({list} AS pg_catalog.{}[])", kind.type_name()),
                        true => {
                            let of = functions::reg_text(kind.type_name())?.render(&[LIST_ELEMENT.to_owned()], self.system);
                            told_list(&list, &of)
                        }
                    }
                }
                BoundType::RegistryTold(cast) => {
                    let value = self.registry_cast(cast, operand);
                    functions::reg_text(cast.kind().type_name())?.render(&[value], self.system)
                }
                BoundType::RegistryText { kind, name: _, is_list } => {
                    let template = functions::reg_text(kind.type_name())?;
                    let text = match is_list {
                        true => told_list(operand, &template.render(&[LIST_ELEMENT.to_owned()], self.system)),
                        false => template.render(&[operand.to_owned()], self.system),
                    };
                    format!("CAST({text} AS {})", print_type(target, self))
                }
                BoundType::Builtin(_) | BoundType::Exposed { schema: _, name: _ } | BoundType::OwnRow => return None,
            })
        };
        Some(self.ours_around(render(NOTHING)?, render(operand)?))
    }

    fn operator(&self, operator: &Operator) -> String {
        match !operator.qualified && self.bindings.shared_operators.contains(&operator.symbol) {
            // Written as the client wrote it: the pinned path holds reviewed operators alone.
            true => operator.symbol.clone(),
            false => format!("OPERATOR(pg_catalog.{})", operator.symbol),
        }
    }

    fn collation(&self, collation: &QualifiedName) -> Option<String> {
        collation.last().map(|name| format!("pg_catalog.{}", quote_ident(&name.name)))
    }

    fn variable(&self, name: &str) -> String {
        match name {
            "today" => "CAST(pg_catalog.timezone('UTC', pg_catalog.transaction_timestamp()) AS pg_catalog.date)".to_owned(),
            // The parser lets `subject` and `vendor` through besides; both are settings that the gate sets on each connection.
            name => format!("pg_catalog.current_setting({})", quote_literal(&format!("postern.{name}"))),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing of ours stands for the other expressions")]
    fn group_keys(&self, group_by: &GroupBy) -> Vec<String> {
        let of = |expr: &Expr| match expr {
            Expr::Column(column) => self.bindings.group_keys.get(&column.id),
            _other => None,
        };
        let found = group_by.items.iter().find_map(|item| match item {
            GroupItem::Expr(expr) => of(expr),
            GroupItem::List(list) => list.iter().find_map(of),
            GroupItem::Cube(_) | GroupItem::Empty | GroupItem::Rollup(_) | GroupItem::Sets(_) => None,
        });
        let columns = found.map(|keys| keys.columns.as_slice()).unwrap_or_default();
        columns.iter().map(|(table, column)| format!("{}.{}", quote_ident(table), quote_ident(column))).collect()
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing of ours stands for the other expressions")]
    fn loses_name(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Call(call) => {
                matches!(
                    self.bindings.calls.get(&call.id),
                    Some(
                        BoundCall::Echo
                            | BoundCall::Registry(_)
                            | BoundCall::Replaced { name: _, template: _, objects: _, told: _ }
                    )
                )
            }
            Expr::Column(column) => {
                matches!(
                    self.bindings.columns.get(&column.id),
                    Some(BoundColumn {
                        alias: _,
                        reads: ColumnReading::Renamed(_)
                            | ColumnReading::TableOid(_)
                            | ColumnReading::Told(_)
                            | ColumnReading::Xmin(_),
                        at: _
                    })
                )
            }
            Expr::Cast { expr, target } => self.is_registry(target) || self.loses_name(expr),
            Expr::SqlValue { value, id: _, at: _ } => is_replaced(*value),
            Expr::Case { operand: _, whens: _, otherwise } => {
                otherwise.as_deref().is_some_and(|otherwise| self.loses_name(otherwise))
            }
            Expr::Collate { expr, collation: _ } | Expr::Subscript { base: expr, steps: _ } | Expr::Parenthesised(expr) => {
                self.loses_name(expr)
            }
            _other => false,
        }
    }
}

impl Bound<'_> {
    /// What stands for a cast to a registry type.
    fn registry_cast(&self, cast: &RegistryCast, operand: &str) -> String {
        match cast {
            RegistryCast::Constant { kind, text } => format!("CAST({} AS pg_catalog.{})", quote_literal(text), kind.type_name()),
            RegistryCast::Named { kind, told } => self.named_or_oid(*kind, operand, Some(told)),
            RegistryCast::Oid(kind) => self.named_or_oid(*kind, operand, None),
            RegistryCast::Same(kind) => format!("CAST(CAST({operand} AS pg_catalog.oid) AS pg_catalog.{})", kind.type_name()),
        }
    }

    /// What stands for a list of constants that name objects.
    fn named_list(&self, named: &[Option<(RegistryCast, String)>]) -> String {
        let element = |element: &Option<(RegistryCast, String)>| match element {
            Some((cast, text)) => self.registry_cast(cast, &quote_literal(text)),
            None => "NULL".to_owned(),
        };
        format!("ARRAY[{}]", named.iter().map(element).collect::<Vec<_>>().join(", "))
    }

    /// The oids of an array of names; of a number, that number. Under a cast: `= ANY ((SELECT …))` would compare with each row.
    fn list_of_texts(&self, kind: Registry, operand: &str) -> String {
        let element = self.named_or_oid(kind, LIST_ELEMENT, None);
        format!(
            "CAST((SELECT CASE WHEN (named.texts IS NOT NULL) THEN ARRAY(SELECT CAST({element} AS pg_catalog.oid) \
             FROM pg_catalog.unnest(named.texts) WITH ORDINALITY AS listed(element, place) ORDER BY listed.place) END \
             FROM (SELECT CAST({operand} AS pg_catalog.text[]) AS texts OFFSET 0) AS named) AS pg_catalog.oid[])"
        )
    }

    /// An argument that stands for an object: of a registry type, its text would be the warehouse's name.
    fn as_oid(&self, (argument, object): (&String, Option<&RegistryCast>)) -> String {
        match object {
            None => argument.clone(),
            Some(RegistryCast::Same(_)) => format!("CAST({argument} AS pg_catalog.oid)"),
            Some(
                cast @ (RegistryCast::Constant { kind: _, text: _ }
                | RegistryCast::Named { kind: _, told: _ }
                | RegistryCast::Oid(_)),
            ) => {
                format!("CAST({} AS pg_catalog.oid)", self.registry_cast(cast, argument))
            }
        }
    }

    /// Whether the gate writes what stands for a cast to that type.
    fn is_registry(&self, target: &TypeName) -> bool {
        self.bindings.types.get(&target.id).is_some_and(BoundType::is_registry)
    }

    /// A number as a registry type is that number, whatever it stands for: its text is the gate's to write. What is not a number is a name, looked up
    /// among what is exposed, and an error where nothing of that name is.
    fn named_or_oid(&self, kind: Registry, operand: &str, told: Option<&Told>) -> String {
        // The operand is written once: casts may stand in casts.
        let text = "given.name";
        let type_name = kind.type_name();
        let signature = match kind {
            Registry::OperatorSignature => "(integer,integer)",
            Registry::ProcedureSignature => "()",
            Registry::Class
            | Registry::Collation
            | Registry::Configuration
            | Registry::Dictionary
            | Registry::Namespace
            | Registry::Operator
            | Registry::Procedure
            | Registry::Role
            | Registry::Type => "",
        };
        // In a sub-select, or the planner would try it for a parameter whose value it knows.
        let unnamed = format!(
            "(SELECT CAST(('\"does not exist' OPERATOR(pg_catalog.||) pg_catalog.\"left\"(given.name, 0) OPERATOR(pg_catalog.||) '\"{signature}') AS pg_catalog.{type_name}))"
        );
        let missing = told.map_or(unnamed, |told| {
            format!("CAST(CAST({} AS pg_catalog.oid) AS pg_catalog.{type_name})", functions::raise_told(told))
        });
        let named = match functions::replacement(&format!("to_{type_name}"), 1) {
            Some(Replacement::Sql(template)) => {
                let found = template.render(&[text.to_owned()], self.system);
                format!("COALESCE(CAST({found} AS pg_catalog.{type_name}), {missing})")
            }
            Some(Replacement::AsIs) | None => missing,
        };
        let typed = functions::reg_types(type_name).map(|template| template.render(&[text.to_owned()], self.system));
        let named = match typed {
            None => named,
            Some(typed) => {
                let missing = functions::raise_no_type();
                format!(
                    "CASE WHEN {typed} THEN {named} ELSE CAST(CAST({missing} AS pg_catalog.oid) AS pg_catalog.{type_name}) END"
                )
            }
        };
        format!(
            "(SELECT CASE WHEN ({text} OPERATOR(pg_catalog.!~) '^[0-9]+$') THEN {named} \
             ELSE CAST(CAST({text} AS pg_catalog.oid) AS pg_catalog.{type_name}) END \
             FROM (SELECT CAST({operand} AS pg_catalog.text) AS name OFFSET 0) AS given)"
        )
    }
}

/// A whole row of other columns than the table has, each as what it is and its name; NULL where an outer join found no row, and not where all columns are NULL.
/// In it the alias means the table around it, and the name of the row is another.
fn made_row(alias: &str, columns: impl Iterator<Item = (String, String)>) -> String {
    let row = if alias == "row" { "whole" } else { "row" };
    let (alias, row) = (quote_ident(alias), quote_ident(row));
    let columns: Vec<String> = columns.map(|(value, name)| format!("{value} AS {}", quote_ident(&name))).collect();
    format!(
        "(SELECT CAST({row}.* AS pg_catalog.record) FROM (SELECT {}) AS {row} WHERE ({alias}.* IS DISTINCT FROM NULL))",
        columns.join(", ")
    )
}

/// Which argument of `repeat`, `lpad` and `rpad` is the count.
const COUNT: usize = 1;

/// One element of a list that is told.
pub(super) const LIST_ELEMENT: &str = "listed.element";

/// The names of the oids of an array, as it is, whatever its dimensions are and where they begin; `of` is that of `LIST_ELEMENT`. The text of an array of oids
/// is taken apart, and each number in it becomes a name, quoted as in any array.
pub(super) fn told_list(list: &str, of: &str) -> String {
    format!(
        "(SELECT CASE WHEN (given.list IS NOT NULL) THEN CAST(pg_catalog.concat(pg_catalog.\"substring\"(given.list, '^.*='), \
         (SELECT pg_catalog.string_agg(CASE WHEN (listed.element IS NULL) THEN listed.token ELSE \
         pg_catalog.regexp_replace(CAST(ARRAY[CAST({of} AS pg_catalog.text)] AS pg_catalog.text), '^[{{]|[}}]$', '', 'g') END, '' ORDER BY listed.place) \
         FROM (SELECT parts.token[1] AS token, parts.place, CASE WHEN (parts.token[1] OPERATOR(pg_catalog.~) '^[0-9]') \
         THEN CAST(parts.token[1] AS pg_catalog.oid) END AS element FROM pg_catalog.regexp_matches(\
         pg_catalog.regexp_replace(given.list, '^.*=', ''), '[0-9]+|[^0-9]+', 'g') WITH ORDINALITY AS parts(token, place) OFFSET 0) AS listed)\
         ) AS pg_catalog.text[]) END \
         FROM (SELECT CAST(CAST({list} AS pg_catalog.oid[]) AS pg_catalog.text) AS list OFFSET 0) AS given)"
    )
}

/// What stands around a count: it gives the count back, up to the largest that is allowed, and raises 2201G above. The count stands there once, whatever it
/// costs or does; one below 0 is 0 to these functions, and NULL stays NULL. `width_bucket(2, 0, 1, n)` is n + 1, and no bucket is an error.
fn size_guard(most: i32) -> (String, &'static str) {
    let of = |more: i64| i64::from(most) + more;
    let before = format!(
        "({} OPERATOR(pg_catalog.-) pg_catalog.width_bucket(CAST(2 AS pg_catalog.float8), CAST(0 AS pg_catalog.float8), \
         CAST(1 AS pg_catalog.float8), ({} OPERATOR(pg_catalog.-) pg_catalog.int4larger(",
        of(2),
        of(1)
    );
    (before, ", 0))))")
}

/// The overload of a builtin that takes that many arguments.
fn overload(name: &str, arity: usize) -> Option<&'static Overload> {
    functions::builtin(name)?.overloads.iter().find(|overload| overload.accepts(arity))
}

/// The columns of a replaced function in FROM: those of the row that it returns, or the one that is called as it is.
fn replaced_columns(name: &str, arity: usize) -> Vec<String> {
    let Some(overload) = overload(name, arity) else { return Vec::new() };
    match overload.out_columns.as_slice() {
        [] if !overload.returns_set => vec![name.to_owned()],
        [] => Vec::new(),
        columns => columns.iter().map(|column| column.name.to_owned()).collect(),
    }
}

/// Whether the gate answers the value itself; the clock's are the warehouse's.
pub const fn is_replaced(value: SqlValue) -> bool {
    !value.tells_time()
}
