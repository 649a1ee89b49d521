//! What stands in FROM: relations, functions, sub-queries, joins.

use sqlparser::ast::{
    Expr as SqlExpr, FunctionArg, FunctionArgExpr, FunctionArgOperator, Ident as SqlIdent, Join as SqlJoin,
    JoinConstraint as SqlConstraint, JoinOperator, ObjectName, TableAlias, TableAliasColumnDef, TableFactor, TableFunctionArgs,
    TableSample, TableSampleKind, TableSampleModifier, TableSampleQuantity, TableWithJoins,
};

use crate::parse::dialect::{Hooks, Piece, mark, sql_value};
use crate::parse::lexer::keywords::category;
use crate::parse::lexer::token::{marked_ident, offset};
use crate::parse::syntax::{
    Alias, Argument, Call, ColumnDef, Expr, FromFunction, FunctionItem, Ident, Join, JoinConstraint, JoinKind, Pos, Relation,
    Sample, Subquery, TableFunction, TableRef,
};
use crate::parse::{ParseError, Reason};

use super::expr::{expr, misplaced, taken};
use super::name::{self, ident};
use super::{absent, foreign, query};

/// One item of FROM with the joins behind it.
pub(super) fn table_with_joins(hooks: &Hooks, table: TableWithJoins) -> Result<TableRef, ParseError> {
    let TableWithJoins { relation, joins } = table;
    let mut left = factor(hooks, relation)?;
    for join in joins {
        left = self::join(hooks, left, join)?;
    }
    Ok(left)
}

fn join(hooks: &Hooks, left: TableRef, join: SqlJoin) -> Result<TableRef, ParseError> {
    let SqlJoin { relation, global, join_operator } = join;
    absent(!global, "GLOBAL JOIN")?;
    let (kind, constraint) = match join_operator {
        JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => (JoinKind::Inner, constraint),
        JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => (JoinKind::Left, constraint),
        JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => (JoinKind::Right, constraint),
        JoinOperator::FullOuter(constraint) => (JoinKind::Full, constraint),
        JoinOperator::CrossJoin(constraint) => (JoinKind::Cross, constraint),
        JoinOperator::Semi(_) | JoinOperator::LeftSemi(_) | JoinOperator::RightSemi(_) => return Err(foreign("SEMI JOIN")),
        JoinOperator::Anti(_) | JoinOperator::LeftAnti(_) | JoinOperator::RightAnti(_) => return Err(foreign("ANTI JOIN")),
        JoinOperator::CrossApply | JoinOperator::OuterApply => return Err(foreign("APPLY")),
        JoinOperator::AsOf { match_condition: _, constraint: _ } => return Err(foreign("ASOF JOIN")),
        JoinOperator::StraightJoin(_) => return Err(foreign("STRAIGHT_JOIN")),
        JoinOperator::ArrayJoin | JoinOperator::LeftArrayJoin | JoinOperator::InnerArrayJoin => {
            return Err(foreign("ARRAY JOIN"));
        }
    };
    let right = factor(hooks, relation)?;
    let constraint = self::constraint(hooks, constraint)?;
    if (kind == JoinKind::Cross) != (constraint == JoinConstraint::None) {
        return Err(ParseError::new(Reason::Syntax("join".to_owned()), None));
    }
    Ok(TableRef::Join(Box::new(Join { kind, left, right, constraint, alias: None })))
}

fn constraint(hooks: &Hooks, constraint: SqlConstraint) -> Result<JoinConstraint, ParseError> {
    match constraint {
        SqlConstraint::None => Ok(JoinConstraint::None),
        SqlConstraint::Natural => Ok(JoinConstraint::Natural),
        SqlConstraint::On(condition) => expr(hooks, &condition).map(JoinConstraint::On),
        SqlConstraint::Using(columns) => using(&columns),
    }
}

/// `USING (a, b)`, where a mark behind the columns is the alias of the join.
fn using(columns: &[ObjectName]) -> Result<JoinConstraint, ParseError> {
    let mut names = Vec::with_capacity(columns.len());
    let mut alias = None;
    for column in columns {
        let parts = name::parts(column)?;
        let [part] = parts.as_slice() else { return Err(foreign("a qualified column in USING")) };
        match marked_ident(part).and_then(|text| text.strip_prefix(mark::USING_ALIAS)) {
            Some(name) if alias.is_none() => alias = Some(Ident { name: name.to_owned(), at: name::position(part.span) }),
            Some(_) => return Err(misplaced(part)),
            None => names.push(ident(part)?),
        }
    }
    Ok(JoinConstraint::Using(names, alias))
}

fn factor(hooks: &Hooks, factor: TableFactor) -> Result<TableRef, ParseError> {
    match factor {
        TableFactor::Table {
            name,
            alias,
            args,
            with_hints,
            version,
            with_ordinality,
            partitions,
            json_path,
            sample,
            index_hints,
        } => {
            absent(with_hints.is_empty() && index_hints.is_empty(), "a table hint")?;
            absent(version.is_none(), "a table version")?;
            absent(partitions.is_empty(), "PARTITION behind a relation")?;
            absent(json_path.is_none(), "a path into a relation")?;
            let parts = name::parts(&name)?;
            match args {
                Some(TableFunctionArgs { args, settings }) => {
                    absent(settings.is_none(), "SETTINGS")?;
                    absent(sample.is_none(), "TABLESAMPLE of a function")?;
                    function(hooks, &parts, args, alias, with_ordinality, false)
                }
                None => relation(hooks, &parts, alias, sample, with_ordinality),
            }
        }
        TableFactor::Derived { lateral, subquery, alias, sample } => {
            absent(sample.is_none(), "TABLESAMPLE of a query")?;
            let query = Box::new(query::query(hooks, *subquery)?);
            let alias = alias.map(|alias| plain_alias(&alias)).transpose()?;
            Ok(TableRef::Subquery(Subquery { lateral, query, alias }))
        }
        TableFactor::Function { lateral, name, args, with_ordinality, alias } => {
            function(hooks, &name::parts(&name)?, args, alias, with_ordinality, lateral)
        }
        TableFactor::NestedJoin { table_with_joins, alias } => nested_join(hooks, *table_with_joins, alias),
        TableFactor::TableFunction { expr: _, alias: _ } => Err(foreign("TABLE (…) in FROM")),
        TableFactor::UNNEST { alias: _, array_exprs: _, with_offset: _, with_offset_alias: _, with_ordinality: _ } => {
            Err(foreign("UNNEST in this place"))
        }
        TableFactor::JsonTable { json_expr: _, json_path: _, columns: _, alias: _ } => Err(foreign("JSON_TABLE")),
        TableFactor::OpenJsonTable { json_expr: _, json_path: _, columns: _, alias: _ } => Err(foreign("OPENJSON")),
        TableFactor::Pivot {
            table: _,
            aggregate_functions: _,
            value_column: _,
            value_source: _,
            default_on_null: _,
            alias: _,
        } => Err(foreign("PIVOT")),
        TableFactor::Unpivot { table: _, value: _, name: _, columns: _, null_inclusion: _, alias: _ }
        | TableFactor::UnpivotExpr { expression: _, value_alias: _, attribute_alias: _ } => Err(foreign("UNPIVOT")),
        TableFactor::MatchRecognize {
            table: _,
            partition_by: _,
            order_by: _,
            measures: _,
            rows_per_match: _,
            after_match_skip: _,
            pattern: _,
            symbols: _,
            alias: _,
        } => Err(foreign("MATCH_RECOGNIZE")),
        TableFactor::XmlTable { namespaces: _, row_expression: _, passing: _, columns: _, alias: _ } => Err(foreign("XMLTABLE")),
        TableFactor::SemanticView { name: _, dimensions: _, metrics: _, facts: _, where_clause: _, alias: _ } => {
            Err(foreign("SEMANTIC_VIEW"))
        }
    }
}

/// `(a JOIN b …) AS alias`
fn nested_join(hooks: &Hooks, inner: TableWithJoins, alias: Option<TableAlias>) -> Result<TableRef, ParseError> {
    let inner = table_with_joins(hooks, inner)?;
    let Some(alias) = alias else { return Ok(inner) };
    let alias = plain_alias(&alias)?;
    match inner {
        TableRef::Join(join) if join.alias.is_none() => Ok(TableRef::Join(Box::new(Join { alias: Some(alias), ..*join }))),
        TableRef::Join(_)
        | TableRef::Function(_)
        | TableRef::Relation(_)
        | TableRef::Subquery(_)
        | TableRef::TableFunction(_) => {
            Err(ParseError::new(Reason::Syntax(alias.name.name), alias.name.at.offset().and_then(|at| usize::try_from(at).ok())))
        }
    }
}

fn relation(
    hooks: &Hooks,
    parts: &[&SqlIdent],
    alias: Option<TableAlias>,
    sample: Option<TableSampleKind>,
    with_ordinality: bool,
) -> Result<TableRef, ParseError> {
    let (only, parts) = match parts.split_first() {
        Some((first, rest)) if marked_ident(first) == Some(mark::ONLY) => (true, rest),
        Some(_) | None => (false, parts),
    };
    if let [word] = parts
        && let Some(value) = word_function(hooks, word)
    {
        absent(!only && sample.is_none(), "ONLY and TABLESAMPLE of a function")?;
        return from_function(
            hooks,
            vec![FunctionItem { call: value, column_defs: Vec::new() }],
            alias,
            with_ordinality,
            false,
            false,
        );
    }
    absent(!with_ordinality, "WITH ORDINALITY of a relation")?;
    let name = name::qualified(parts)?;
    if let ([word], [only]) = (parts, name.as_slice())
        && word.quote_style.is_none()
        && !category(&only.name).names_columns()
    {
        return Err(ParseError::new(Reason::Syntax(only.name.clone()), offset(word.span)));
    }
    if name.len() > 3 {
        let at = parts.first().and_then(|part| offset(part.span)).unwrap_or(0);
        let message = "improper qualified name (too many dotted names)";
        return Err(ParseError::token(crate::base::SqlState::SYNTAX_ERROR, message, at));
    }
    Ok(TableRef::Relation(Relation {
        id: hooks.node(),
        at: name.first().map_or(Pos::NONE, |part| part.at),
        name,
        only,
        alias: alias.map(|alias| plain_alias(&alias)).transpose()?,
        sample: sample.map(|sample| self::sample(hooks, sample)).transpose()?,
    }))
}

/// `FROM current_date`: a function that is written as a word.
fn word_function(hooks: &Hooks, word: &SqlIdent) -> Option<Expr> {
    if word.quote_style.is_some() {
        return None;
    }
    let (value, _) = sql_value(&word.value)?;
    Some(Expr::SqlValue { value, id: hooks.node(), at: name::position(word.span) })
}

/// The hooks have read method, percentage and seed.
fn sample(hooks: &Hooks, sample: TableSampleKind) -> Result<Sample, ParseError> {
    let sample = match sample {
        TableSampleKind::AfterTableAlias(sample) => sample,
        TableSampleKind::BeforeTableAlias(_) => return Err(foreign("TABLESAMPLE before an alias")),
    };
    let TableSample { modifier, name, quantity, seed, bucket, offset } = *sample;
    let is_ours =
        modifier == TableSampleModifier::TableSample && name.is_none() && seed.is_none() && bucket.is_none() && offset.is_none();
    absent(is_ours, "TABLESAMPLE in this place")?;
    let Some(TableSampleQuantity { parenthesized: true, value: SqlExpr::Identifier(mark), unit: None }) = quantity else {
        return Err(foreign("TABLESAMPLE in this place"));
    };
    taken(hooks, &mark)?.sample().ok_or_else(|| misplaced(&mark))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other piece is a list of functions or out of place")]
fn function(
    hooks: &Hooks,
    parts: &[&SqlIdent],
    args: Vec<FunctionArg>,
    alias: Option<TableAlias>,
    ordinality: bool,
    lateral: bool,
) -> Result<TableRef, ParseError> {
    let mark = match parts {
        [first] => marked_ident(first),
        _ => None,
    };
    match mark {
        Some(mark::ROWS_FROM) => from_function(hooks, rows_from(hooks, &args)?, alias, ordinality, lateral, true),
        Some(mark::FUNCTION) => match marked_piece(hooks, &args)? {
            Piece::TableFunction(source) => {
                absent(!ordinality, "WITH ORDINALITY of XMLTABLE or JSON_TABLE")?;
                let alias = alias.map(|alias| plain_alias(&alias)).transpose()?;
                let at = parts.first().map_or(Pos::NONE, |part| name::position(part.span));
                Ok(TableRef::TableFunction(Box::new(TableFunction { lateral, source: *source, alias, at })))
            }
            piece => {
                let functions = piece.rows_from().ok_or_else(|| foreign("a function in this place"))?;
                from_function(hooks, functions, alias, ordinality, lateral, false)
            }
        },
        Some(_) | None => from_function(hooks, vec![item(hooks, parts, &args)?], alias, ordinality, lateral, false),
    }
}

fn from_function(
    hooks: &Hooks,
    functions: Vec<FunctionItem>,
    alias: Option<TableAlias>,
    ordinality: bool,
    lateral: bool,
    rows_from: bool,
) -> Result<TableRef, ParseError> {
    let (alias, column_defs) = match alias {
        Some(alias) => function_alias(hooks, &alias)?,
        None => (None, Vec::new()),
    };
    Ok(TableRef::Function(Box::new(FromFunction { lateral, rows_from, functions, ordinality, alias, column_defs })))
}

fn rows_from(hooks: &Hooks, args: &[FunctionArg]) -> Result<Vec<FunctionItem>, ParseError> {
    marked_piece(hooks, args)?.rows_from().ok_or_else(|| foreign("ROWS FROM in this place"))
}

/// What the hooks have read of a function that the normaliser marked.
fn marked_piece(hooks: &Hooks, args: &[FunctionArg]) -> Result<Piece, ParseError> {
    let [FunctionArg::Unnamed(FunctionArgExpr::Expr(SqlExpr::Identifier(mark)))] = args else {
        return Err(foreign("a function in this place"));
    };
    taken(hooks, mark)
}

/// A plain call in FROM.
fn item(hooks: &Hooks, parts: &[&SqlIdent], args: &[FunctionArg]) -> Result<FunctionItem, ParseError> {
    let name = name::qualified(parts)?;
    if let ([word], [only]) = (parts, name.as_slice())
        && word.quote_style.is_none()
        && !category(&only.name).names_functions()
    {
        return Err(ParseError::new(Reason::Syntax(only.name.clone()), offset(word.span)));
    }
    let at = name.first().map_or(Pos::NONE, |part| part.at);
    let mut call = Call {
        id: hooks.node(),
        at,
        name,
        arguments: Vec::with_capacity(args.len()),
        star: false,
        distinct: false,
        variadic: false,
        order_by: Vec::new(),
        within_group: Vec::new(),
        filter: None,
        over: None,
    };
    for (number, arg) in args.iter().enumerate() {
        argument(hooks, &mut call, arg, number + 1 == args.len())?;
    }
    Ok(FunctionItem { call: Expr::Call(Box::new(call)), column_defs: Vec::new() })
}

fn argument(hooks: &Hooks, call: &mut Call, arg: &FunctionArg, is_last: bool) -> Result<(), ParseError> {
    let (name, value) = match arg {
        FunctionArg::Named { name, arg, operator } => {
            match operator {
                FunctionArgOperator::RightArrow | FunctionArgOperator::Assignment => {}
                FunctionArgOperator::Equals
                | FunctionArgOperator::Colon
                | FunctionArgOperator::Value
                | FunctionArgOperator::Space => return Err(foreign("a named argument of this form")),
            }
            (Some(ident(name)?), arg)
        }
        FunctionArg::ExprNamed { name: _, arg: _, operator: _ } => return Err(foreign("a named argument of this form")),
        FunctionArg::Unnamed(arg) => (None, arg),
    };
    let value = match value {
        FunctionArgExpr::Expr(value) => value,
        FunctionArgExpr::QualifiedWildcard(name) => {
            call.arguments.push(Argument { name: None, value: super::expr::star(hooks, name)? });
            return Ok(());
        }
        FunctionArgExpr::Wildcard => {
            absent(is_last && call.arguments.is_empty(), "a star among other arguments")?;
            call.star = true;
            return Ok(());
        }
        FunctionArgExpr::WildcardWithOptions(_) => return Err(foreign("an option behind a star")),
    };
    if let SqlExpr::Identifier(mark) = value {
        let piece = taken(hooks, mark)?;
        let value = if let Piece::Variadic(value) = piece {
            absent(is_last, "VARIADIC before another argument")?;
            call.variadic = true;
            value
        } else {
            piece.expr().ok_or_else(|| misplaced(mark))?
        };
        call.arguments.push(Argument { name, value });
        return Ok(());
    }
    call.arguments.push(Argument { name, value: expr(hooks, value)? });
    Ok(())
}

/// `AS name (columns)`
fn plain_alias(alias: &TableAlias) -> Result<Alias, ParseError> {
    let TableAlias { explicit: _, name, columns, at } = alias;
    absent(at.is_none(), "AT in an alias")?;
    Ok(Alias { name: ident(name)?, columns: query::column_names(columns)? })
}

/// The alias of a function, which may have column definitions or be nothing but them.
fn function_alias(hooks: &Hooks, alias: &TableAlias) -> Result<(Option<Alias>, Vec<ColumnDef>), ParseError> {
    let TableAlias { explicit: _, name, columns, at } = alias;
    let definitions = match columns.as_slice() {
        [TableAliasColumnDef { name, data_type: None }] if marked_ident(name).is_some() => {
            Some(taken(hooks, name)?.column_defs().ok_or_else(|| misplaced(name))?)
        }
        _ => None,
    };
    absent(at.is_none(), "AT in an alias")?;
    match definitions {
        None => plain_alias(alias).map(|alias| (Some(alias), Vec::new())),
        Some(definitions) if marked_ident(name) == Some(mark::NO_ALIAS) => Ok((None, definitions)),
        Some(definitions) => Ok((Some(Alias { name: ident(name)?, columns: Vec::new() }), definitions)),
    }
}
