//! The name that a select item gets by itself (PostgreSQL: FigureColname in parse_target.c).

use crate::parse::syntax::{Body, Expr, Item, Query, Select, TrimSide};

/// How sure a name is: a cast's type name yields to what stands under the cast.
#[derive(PartialEq)]
enum Strength {
    Weak,
    Strong,
}

/// The column's name when no alias is given; `?column?` when nothing names it.
pub fn output_name(expr: &Expr) -> String {
    figure(expr).map_or_else(|| "?column?".to_owned(), |(name, _)| name)
}

fn figure(expr: &Expr) -> Option<(String, Strength)> {
    let strong = |name: &str| Some((name.to_owned(), Strength::Strong));
    match expr {
        // A star counts for nothing: `(t.*)::record` is called `t`.
        Expr::Column(column) => column.parts.last().and_then(|part| strong(&part.name)),
        Expr::Call(call) => call.name.last().and_then(|part| strong(&part.name)),
        Expr::Field { base: _, name } => strong(&name.name),
        Expr::Subscript { base, steps: _ }
        | Expr::Collate { expr: base, collation: _ }
        | Expr::FieldStar(base)
        | Expr::Parenthesised(base) => figure(base),
        Expr::Cast { expr, target } => match figure(expr) {
            Some((name, Strength::Strong)) => Some((name, Strength::Strong)),
            Some((_, Strength::Weak)) | None => target.name.last().map(|part| (part.name.clone(), Strength::Weak)),
        },
        Expr::Case { operand: _, whens: _, otherwise } => match otherwise.as_deref().and_then(figure) {
            Some((name, Strength::Strong)) => Some((name, Strength::Strong)),
            Some((_, Strength::Weak)) | None => Some(("case".to_owned(), Strength::Weak)),
        },
        Expr::Subquery(query) => first_column(query).map(|name| (name, Strength::Strong)),
        Expr::Array(_) | Expr::ArrayQuery(_) => strong("array"),
        Expr::AtTimeZone { expr: _, zone: _ } => strong("timezone"),
        Expr::Coalesce(_) => strong("coalesce"),
        Expr::CollationFor(_) => strong("pg_collation_for"),
        Expr::Exists(_) => strong("exists"),
        Expr::Extract { field: _, source: _ } => strong("extract"),
        Expr::Greatest(_) => strong("greatest"),
        Expr::Grouping(_) => strong("grouping"),
        Expr::IsNormalized { expr: _, form: _, negated: false } => strong("is_normalized"),
        Expr::Json { json, at: _ } => strong(json.name()),
        Expr::Least(_) => strong("least"),
        Expr::Normalize { expr: _, form: _ } => strong("normalize"),
        Expr::NullIf(_, _) => strong("nullif"),
        Expr::Overlaps { left: _, right: _ } => strong("overlaps"),
        Expr::Overlay { expr: _, placing: _, from: _, length: _ } => strong("overlay"),
        Expr::Position { needle: _, haystack: _ } => strong("position"),
        Expr::Row { fields: _, explicit: _ } => strong("row"),
        Expr::SqlValue { value, id: _, at: _ } => strong(value.name()),
        Expr::Substring { expr: _, from: _, length: _ } | Expr::SubstringSimilar { expr: _, pattern: _, escape: _ } => {
            strong("substring")
        }
        Expr::Trim { side, characters: _, expr: _ } => strong(match side {
            TrimSide::Both => "btrim",
            TrimSide::Leading => "ltrim",
            TrimSide::Trailing => "rtrim",
        }),
        Expr::Xml(xml) => strong(xml.name()),
        Expr::And(_, _)
        | Expr::Between { expr: _, low: _, high: _, negated: _, symmetric: _ }
        | Expr::Binary { op: _, left: _, right: _ }
        | Expr::InList { expr: _, list: _, negated: _ }
        | Expr::InQuery { expr: _, query: _, negated: _ }
        | Expr::IsBool { expr: _, test: _, negated: _ }
        | Expr::IsDistinct { left: _, right: _, negated: _ }
        | Expr::IsDocument { expr: _, negated: _ }
        | Expr::IsJson { expr: _, kind: _, unique_keys: _, negated: _ }
        | Expr::IsNormalized { expr: _, form: _, negated: true }
        | Expr::IsNull { expr: _, negated: _ }
        | Expr::Like { kind: _, expr: _, pattern: _, escape: _, negated: _ }
        | Expr::Literal(_)
        | Expr::Not(_)
        | Expr::Or(_, _)
        | Expr::Parameter(_)
        | Expr::Quantified { left: _, op: _, quantifier: _, right: _ }
        | Expr::Unary { op: _, expr: _ }
        | Expr::Variable { name: _, at: _ } => None,
    }
}

/// The name of the one column of a scalar sub-select; a star's first column is known to the server alone.
fn first_column(query: &Query) -> Option<String> {
    fn of_body(body: &Body) -> Option<String> {
        match body {
            Body::Nested(query) => first_column(query),
            Body::SetOperation { op: _, all: _, left, right: _ } => of_body(left),
            Body::Values(_) => Some("column1".to_owned()),
            Body::Select(select) => {
                let Select { distinct: _, items, from: _, filter: _, group_by: _, having: _, windows: _ } = &**select;
                match items.first()? {
                    Item::Expr { expr: _, alias: Some(alias) } => Some(alias.name.clone()),
                    Item::Expr { expr, alias: None } => Some(output_name(expr)),
                    Item::Star { at: _ } => None,
                }
            }
        }
    }
    of_body(&query.body)
}
