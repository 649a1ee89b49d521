//! The columns that a FROM item or a query offers: their names, what they are made of, and what can be selected from them.

use std::sync::Arc;

use crate::catalog::{
    ACCESS_PRIVILEGES, Attribute, BrokenColumn, ExposedColumn, ExposedRelation, Listed, Made, NAMES_OF_TYPES, Oid,
    RelationSource, types,
};
use crate::parse::syntax::Pos;

use super::error::AnalyzeError;
use super::registry::{Registry, RegistryValue};

/// A column of an exposed relation.
#[derive(Clone, Debug)]
pub(super) struct Base {
    pub relation: Arc<ExposedRelation>,
    pub at: BaseColumn,
}

/// Which of its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BaseColumn {
    /// Of those that the warehouse does not keep: it has its name and its place, and whoever reads it is refused.
    Broken(usize),
    Shown(usize),
}

impl Base {
    /// The column itself; none of a broken one.
    pub(super) fn column(&self) -> Option<&ExposedColumn> {
        match self.at {
            BaseColumn::Broken(_) => None,
            BaseColumn::Shown(index) => self.relation.columns.get(index),
        }
    }

    /// The column, when the warehouse does not keep it.
    pub(super) fn broken(&self) -> Option<&BrokenColumn> {
        match self.at {
            BaseColumn::Broken(index) => self.relation.broken_columns.get(index),
            BaseColumn::Shown(_) => None,
        }
    }

    /// Live table oid and attnum, as RowDescription names them.
    pub(super) fn origin(&self) -> Option<(Oid, i16)> {
        self.column().map(|column| (self.relation.oid(), column.attnum))
    }

    fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.relation, &other.relation) && self.at == other.at
    }
}

/// One column that can be referred to.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub name: Arc<str>,
    /// The exposed columns that feed it.
    pub lineage: Arc<[Base]>,
    /// The exposed column that it passes through unchanged.
    pub origin: Option<Base>,
    pub shape: Shape,
    /// The printed name of the table that offers it to bare references; none for columns merged by USING.
    pub via: Option<Arc<str>>,
    /// A star does not stand for it: a column that SEARCH or CYCLE adds, within the queries that make it.
    pub beside_star: bool,
    /// The type that the client is told, of a value that is held as texts in place of the system's own.
    pub told_as: Option<Oid>,
}

/// What can be selected from a value with `(value).name`.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// A row of a composite type.
    Composite(Arc<[Attribute]>),
    /// An array of such rows.
    Composites(Arc<[Attribute]>),
    /// Fields of an anonymous row: of ROW(…), of a sub-select or another FROM item that is no relation.
    Record(Arc<[Field]>),
    /// Nothing, and the value is of a registry type: its text is a name of the catalog, so it may stand in few places (enforcement L7).
    Registry(RegistryValue),
    /// A whole row of a relation that is carried along: its columns.
    Row(Arc<[Field]>),
    /// An array of such rows. Its elements are rows of no type to the warehouse: no field can be selected from them (enforcement W5).
    Rows(Arc<[Field]>),
    /// Nothing, or nothing that is known.
    Scalar,
}

/// What an expression is, as far as later clauses must know.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub origin: Option<Base>,
    pub shape: Shape,
    /// As of a `Field`.
    pub told_as: Option<Oid>,
}

impl Value {
    /// A computed value.
    pub(super) const fn computed() -> Self {
        Self::shaped(Shape::Scalar)
    }

    /// A computed value that is more than a scalar.
    pub(super) const fn shaped(shape: Shape) -> Self {
        Self { origin: None, shape, told_as: None }
    }
}

impl From<Field> for Value {
    fn from(field: Field) -> Self {
        Self { origin: field.origin, shape: field.shape, told_as: field.told_as }
    }
}

impl Field {
    /// A column that no exposed column feeds: of a function, of VALUES.
    pub(super) fn computed(name: &str) -> Self {
        Self {
            name: name.into(),
            lineage: Arc::from([]),
            origin: None,
            shape: Shape::Scalar,
            via: None,
            beside_star: false,
            told_as: None,
        }
    }

    /// The same column under another name.
    pub(super) fn renamed(&self, name: &str) -> Self {
        Self { name: name.into(), ..self.clone() }
    }
}

/// The columns of an exposed relation.
pub(super) fn fields_of(relation: &Arc<ExposedRelation>) -> Vec<Field> {
    let field = |listed: Listed<'_>| {
        let (name, at, shape) = match listed {
            Listed::Broken(index, column) => (&column.name, BaseColumn::Broken(index), Shape::Scalar),
            Listed::Column(index, column) => (&column.name, BaseColumn::Shown(index), shape_of(column)),
        };
        let base = Base { relation: Arc::clone(relation), at };
        Field {
            name: name.as_str().into(),
            lineage: Arc::from([base.clone()]),
            told_as: told_as(&base),
            origin: Some(base),
            shape,
            via: None,
            beside_star: false,
        }
    };
    relation.listed().map(field).collect()
}

/// The type that the system has of a column of its own that holds the values as texts.
fn told_as(base: &Base) -> Option<Oid> {
    let is_system = matches!(base.relation.source, RelationSource::System { oid: _, query: _ });
    match base.column().filter(|_| is_system)?.type_text.as_str() {
        ACCESS_PRIVILEGES => Some(types::ACLITEM_ARRAY),
        NAMES_OF_TYPES => Some(types::REGTYPE_ARRAY),
        _ => None,
    }
}

fn shape_of(column: &ExposedColumn) -> Shape {
    match &column.made {
        Some(made) => Shape::of_made(made),
        None => types::builtin_by_oid(column.type_oid).map_or(Shape::Scalar, |found| Shape::of_type(found.name)),
    }
}

/// The hidden column of that name of a relation whose columns are among the fields, for the record.
pub(super) fn hidden_field(fields: &[Field], name: &str) -> Option<String> {
    let mut relations = fields.iter().filter_map(|field| field.origin.as_ref()).map(|base| &base.relation);
    let relation = relations.find(|relation| relation.hidden_columns.contains(name))?;
    Some(format!("{}.{}.{name}", relation.schema, relation.name))
}

impl Shape {
    /// The shape of a value in which rows of composite types stand.
    pub(super) fn of_made(made: &Made) -> Self {
        match made {
            Made::Row(row) => Self::Composite(Arc::clone(row)),
            Made::Rows(row) => Self::Composites(Arc::clone(row)),
        }
    }

    /// The shape of an array of such values, where more is known of it than that it is one.
    pub(super) fn array(&self) -> Self {
        match self {
            Self::Composite(row) | Self::Composites(row) => Self::Composites(Arc::clone(row)),
            Self::Row(row) | Self::Rows(row) => Self::Rows(Arc::clone(row)),
            Self::Registry(RegistryValue::Array(kind) | RegistryValue::One(kind)) => Self::Registry(RegistryValue::Array(*kind)),
            Self::Record(_) | Self::Scalar => Self::Scalar,
        }
    }

    /// The shape of an element of an array of that shape. A whole row of a relation is of no type in it: nothing can be selected from it (enforcement W5).
    pub(super) fn element(&self) -> Self {
        match self {
            Self::Composites(row) => Self::Composite(Arc::clone(row)),
            Self::Registry(RegistryValue::Array(kind)) => Self::Registry(RegistryValue::One(*kind)),
            Self::Composite(_)
            | Self::Record(_)
            | Self::Registry(RegistryValue::One(_))
            | Self::Row(_)
            | Self::Rows(_)
            | Self::Scalar => Self::Scalar,
        }
    }

    /// The shape of a value that is one of several, which PostgreSQL takes when they are of one type: NULLs and constants are of that of the others.
    pub(super) fn one_of<'s>(shapes: impl IntoIterator<Item = &'s Self>) -> Self {
        let is_known = |shape: &&Self| match shape {
            Self::Composite(_) | Self::Composites(_) | Self::Rows(_) => true,
            Self::Record(_) | Self::Registry(_) | Self::Row(_) | Self::Scalar => false,
        };
        shapes.into_iter().find(is_known).cloned().unwrap_or(Self::Scalar)
    }

    /// The shape of a value of the builtin type of that name, as `pg_type` or `format_type` writes it.
    pub(super) fn of_type(name: &str) -> Self {
        let element = name.strip_prefix('_').or_else(|| name.strip_suffix("[]"));
        match (Registry::named(name), element.and_then(Registry::named)) {
            (Some(kind), _) => Self::Registry(RegistryValue::One(kind)),
            (None, Some(kind)) => Self::Registry(RegistryValue::Array(kind)),
            (None, None) => Self::Scalar,
        }
    }

    /// Whether the value is a row that holds a registry value.
    pub(super) fn is_row_of_registry(&self) -> bool {
        match self {
            Self::Record(fields) | Self::Row(fields) => {
                fields.iter().any(|field| matches!(field.shape, Self::Registry(_)) || field.shape.is_row_of_registry())
            }
            Self::Composite(_) | Self::Composites(_) | Self::Registry(_) | Self::Rows(_) | Self::Scalar => false,
        }
    }
}

/// The shape of a value that two values of these shapes make: by USING, by a set operation, by the rows of VALUES.
///
/// # Errors
/// One of them alone is of a registry type: the other would be read as the name or the oid of an object.
pub(super) fn merged(left: &Shape, right: &Shape, at: Pos) -> Result<Shape, AnalyzeError> {
    match (left, right) {
        (Shape::Registry(kind), Shape::Registry(other)) if kind == other => Ok(left.clone()),
        (Shape::Registry(_), _) | (_, Shape::Registry(_)) => Err(AnalyzeError::registry_value(at)),
        (Shape::Row(_), Shape::Row(_)) | (Shape::Composite(_), Shape::Composite(_)) => Ok(left.clone()),
        // Whichever of both it is, it is an array of rows.
        (Shape::Composites(_) | Shape::Rows(_), _) => Ok(left.clone()),
        (_, Shape::Composites(_) | Shape::Rows(_)) => Ok(right.clone()),
        (
            Shape::Composite(_) | Shape::Record(_) | Shape::Row(_) | Shape::Scalar,
            Shape::Composite(_) | Shape::Record(_) | Shape::Row(_) | Shape::Scalar,
        ) => Ok(Shape::Scalar),
    }
}

/// Whether all columns are exposed columns of one relation, in its order: the row is that relation's, wherever it was carried.
pub(super) fn relation_of(row: &[Field]) -> Option<&Arc<ExposedRelation>> {
    let relation = &row.first()?.origin.as_ref()?.relation;
    let mut own = fields_of(relation).into_iter();
    let is_next = |field: &Field| match (field.origin.as_ref(), own.next().and_then(|own| own.origin)) {
        (Some(base), Some(own)) => base.same(&own),
        (Some(_) | None, Some(_) | None) => false,
    };
    (row.iter().all(is_next) && row.len() == relation.listed().count()).then_some(relation)
}

/// The lineages of both, each base once.
pub(super) fn union(left: &[Base], right: &[Base]) -> Arc<[Base]> {
    let mut all: Vec<Base> = left.to_vec();
    for base in right {
        if !all.iter().any(|known| known.same(base)) {
            all.push(base.clone());
        }
    }
    all.into()
}

/// Names the first columns anew, as an alias list does; more names than columns is PostgreSQL's to refuse.
pub(super) fn rename(fields: Vec<Field>, names: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Field> {
    let mut names = names.into_iter();
    fields.into_iter().map(|field| names.next().map_or_else(|| field.clone(), |name| field.renamed(name.as_ref()))).collect()
}
