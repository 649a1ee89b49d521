//! SELECT and its clauses.

use sqlparser::ast::{
    Distinct as SqlDistinct, Expr as SqlExpr, GroupByExpr, NamedWindowDefinition, NamedWindowExpr, Select as SqlSelect,
    SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, WildcardAdditionalOptions, WindowSpec,
};

use crate::parse::dialect::{Hooks, Piece, as_group_item};
use crate::parse::lexer::token::marked_ident;
use crate::parse::syntax::{Distinct, Expr, GroupBy, Ident, Item, Select, Window};
use crate::parse::{ParseError, Reason};

use super::expr::{as_expr, expr, misplaced, star, taken};
use super::{absent, foreign, from, name};

/// One SELECT, without what surrounds it.
pub(super) fn select(hooks: &Hooks, select: SqlSelect) -> Result<Select, ParseError> {
    let SqlSelect {
        select_token: _,
        optimizer_hints,
        distinct,
        select_modifiers,
        top,
        top_before_distinct: _,
        projection,
        exclude,
        into,
        from,
        lateral_views,
        prewhere,
        selection,
        connect_by,
        group_by,
        cluster_by,
        distribute_by,
        sort_by,
        having,
        named_window,
        qualify,
        window_before_qualify: _,
        value_table_mode,
        flavor,
    } = select;
    absent(optimizer_hints.is_empty(), "an optimizer hint")?;
    absent(select_modifiers.is_none(), "a modifier of SELECT")?;
    absent(top.is_none(), "TOP")?;
    absent(exclude.is_none(), "EXCLUDE in a select list")?;
    absent(lateral_views.is_empty(), "LATERAL VIEW")?;
    absent(prewhere.is_none(), "PREWHERE")?;
    absent(connect_by.is_empty(), "CONNECT BY")?;
    absent(cluster_by.is_empty() && distribute_by.is_empty() && sort_by.is_empty(), "CLUSTER BY, DISTRIBUTE BY and SORT BY")?;
    absent(qualify.is_none(), "QUALIFY")?;
    absent(value_table_mode.is_none(), "SELECT AS VALUE")?;
    absent(flavor == SelectFlavor::Standard, "FROM before SELECT")?;
    if into.is_some() {
        return Err(ParseError::new(Reason::Write("SELECT INTO".into()), None));
    }
    let is_distinct = distinct.is_some();
    Ok(Select {
        distinct: distinct.map_or(Ok(Distinct::All), |distinct| self::distinct(hooks, &distinct))?,
        items: items(hooks, &projection, is_distinct)?,
        from: from.into_iter().map(|table| from::table_with_joins(hooks, table)).collect::<Result<_, _>>()?,
        filter: selection.map_or(Ok(None), |filter| condition(hooks, &filter))?,
        group_by: self::group_by(hooks, group_by)?,
        having: having.map(|having| expr(hooks, &having)).transpose()?,
        windows: named_window.into_iter().map(|window| self::window(hooks, window)).collect::<Result<_, _>>()?,
    })
}

fn distinct(hooks: &Hooks, distinct: &SqlDistinct) -> Result<Distinct, ParseError> {
    match distinct {
        SqlDistinct::All => Ok(Distinct::All),
        SqlDistinct::Distinct => Ok(Distinct::Distinct),
        SqlDistinct::On(keys) if keys.is_empty() => Err(ParseError::new(Reason::Syntax(")".to_owned()), None)),
        SqlDistinct::On(keys) => keys.iter().map(|key| expr(hooks, key)).collect::<Result<_, _>>().map(Distinct::On),
    }
}

/// WHERE; none where the normaliser has put one that says nothing.
fn condition(hooks: &Hooks, filter: &SqlExpr) -> Result<Option<Expr>, ParseError> {
    let SqlExpr::Identifier(mark) = filter else { return expr(hooks, filter).map(Some) };
    if marked_ident(mark).is_none() {
        return expr(hooks, filter).map(Some);
    }
    let piece = taken(hooks, mark)?;
    if matches!(piece, Piece::NoCondition) {
        return Ok(None);
    }
    as_expr(piece, mark).map(Some)
}

/// The select list, which may be empty, though not behind DISTINCT or ALL.
fn items(hooks: &Hooks, projection: &[SelectItem], is_distinct: bool) -> Result<Vec<Item>, ParseError> {
    if let [SelectItem::UnnamedExpr(SqlExpr::Identifier(mark))] = projection
        && marked_ident(mark).is_some()
    {
        let piece = taken(hooks, mark)?;
        if matches!(piece, Piece::NoItems) && !is_distinct {
            return Ok(Vec::new());
        }
        let expr = as_expr(piece, mark)?;
        return Ok(vec![Item::Expr { expr, alias: None }]);
    }
    if projection.is_empty() && is_distinct {
        return Err(ParseError::new(Reason::Syntax("from".to_owned()), None));
    }
    projection.iter().map(|item| self::item(hooks, item)).collect()
}

fn item(hooks: &Hooks, item: &SelectItem) -> Result<Item, ParseError> {
    match item {
        SelectItem::UnnamedExpr(value) => Ok(Item::Expr { expr: expr(hooks, value)?, alias: None }),
        SelectItem::ExprWithAlias { expr: value, alias } => {
            Ok(Item::Expr { expr: expr(hooks, value)?, alias: Some(name::ident(alias)?) })
        }
        SelectItem::ExprWithAliases { expr: _, aliases: _ } => Err(foreign("several aliases of one expression")),
        SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options) => {
            wildcard(options)?;
            Ok(Item::Expr { expr: star(hooks, name)?, alias: None })
        }
        SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::Expr(_), _) => Err(foreign("a star behind an expression")),
        SelectItem::Wildcard(options) => {
            let at = wildcard(options)?;
            Ok(Item::Star { at })
        }
    }
}

/// What other products allow behind a star.
fn wildcard(options: &WildcardAdditionalOptions) -> Result<crate::parse::syntax::Pos, ParseError> {
    let WildcardAdditionalOptions { wildcard_token, opt_ilike, opt_exclude, opt_except, opt_replace, opt_rename, opt_alias } =
        options;
    let is_bare = opt_ilike.is_none()
        && opt_exclude.is_none()
        && opt_except.is_none()
        && opt_replace.is_none()
        && opt_rename.is_none()
        && opt_alias.is_none();
    absent(is_bare, "an option behind a star")?;
    Ok(name::position(wildcard_token.0.span))
}

fn group_by(hooks: &Hooks, group_by: GroupByExpr) -> Result<Option<GroupBy>, ParseError> {
    let items = match group_by {
        GroupByExpr::Expressions(items, modifiers) => {
            absent(modifiers.is_empty(), "WITH ROLLUP, WITH CUBE and WITH TOTALS")?;
            items
        }
        GroupByExpr::All(_) => return Err(foreign("GROUP BY ALL")),
    };
    if items.is_empty() {
        return Ok(None);
    }
    let mut group_by = GroupBy { distinct: false, items: Vec::with_capacity(items.len()) };
    for item in &items {
        let SqlExpr::Identifier(ident) = item else {
            group_by.items.push(as_group_item(expr(hooks, item)?));
            continue;
        };
        match taken(hooks, ident)? {
            Piece::DistinctGroups => group_by.distinct = true,
            Piece::Expr(expr) => group_by.items.push(as_group_item(expr)),
            Piece::Group(item) => group_by.items.push(item),
            Piece::ColumnDefs(_)
            | Piece::Limit(_)
            | Piece::NoCondition
            | Piece::NoItems
            | Piece::Recursion(_, _)
            | Piece::RowsFrom(_)
            | Piece::Sample(_)
            | Piece::SortedBy(_, _)
            | Piece::TableFunction(_)
            | Piece::Variadic(_)
            | Piece::Window(_) => return Err(misplaced(ident)),
        }
    }
    Ok(Some(group_by))
}

/// `WINDOW name AS (…)`: the normaliser has put the whole window behind PARTITION BY.
fn window(hooks: &Hooks, window: NamedWindowDefinition) -> Result<(Ident, Window), ParseError> {
    let NamedWindowDefinition(name, definition) = window;
    let WindowSpec { window_name, partition_by, order_by, window_frame } = match definition {
        NamedWindowExpr::WindowSpec(spec) => spec,
        NamedWindowExpr::NamedWindow(_) => return Err(foreign("a window that is another window's name")),
    };
    absent(window_name.is_none() && order_by.is_empty() && window_frame.is_none(), "a window in this place")?;
    let [SqlExpr::Identifier(mark)] = partition_by.as_slice() else { return Err(foreign("a window in this place")) };
    let window = taken(hooks, mark)?.window().ok_or_else(|| misplaced(mark))?;
    Ok((name::ident(&name)?, window))
}
