//! The name that PostgreSQL gives to an output column without one (`FigureColname` in `parse_target.c`).
//!
//! Where an expression was replaced, the printer writes the name that the client's expression would have had; and where it does not, the new expression
//! must have that name by itself.

use pg_raw_parse::Node;
use pg_raw_parse::list::NodeList;
use pg_raw_parse::nodes::{Alias, SelectStmt, SubLink};
use pg_raw_parse::raw::{A_Expr_Kind, JsonExprOp, MinMaxOp, SQLValueFunctionOp as Op, SetOperation, SubLinkType, XmlExprOp};

use super::Expectation;

/// Whether two output columns have the same name.
pub(super) fn same(client: Option<&str>, expression: Node<'_>, ours: Option<&str>, ours_expression: Node<'_>) -> bool {
    match (client, ours) {
        (Some(client), ours) => ours == Some(client),
        (None, Some(ours)) => !is_star(expression) && figured(expression) == Some(ours),
        (None, None) => is_star(expression) || figured(expression) == figured(ours_expression),
    }
}

/// Whether a function in FROM that has no alias is known by the same names as before.
pub(super) fn alias_explained(
    client: Option<&Alias>,
    functions: &NodeList,
    ours: Option<&Alias>,
    ours_functions: &NodeList,
    expectation: &Expectation,
) -> bool {
    match (client, ours) {
        (None, None) => functions.iter().zip(ours_functions).all(|(client, ours)| {
            let name = function(client).and_then(figured);
            name.is_some() && name == function(ours).and_then(figured)
        }),
        (None, Some(alias)) => {
            let only = functions.iter().next().and_then(function).filter(|_| functions.len() == 1);
            let named = only.iter().flat_map(|only| places(*only)).find_map(|at| expectation.function_columns.get(&at));
            let expected = named.map(Vec::as_slice).unwrap_or_default();
            let columns = alias.colnames().iter().map(Node::as_str);
            let same_columns = columns.eq(expected.iter().map(|name| Some(name.as_str())));
            same_columns && only.and_then(figured).is_some_and(|name| alias.aliasname() == Some(name))
        }
        (Some(_), Some(_) | None) => false,
    }
}

/// The offsets by which a plan may speak of a function in FROM.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing stands for other functions")]
fn places(function: Node<'_>) -> impl Iterator<Item = u32> {
    let (first, second) = match function {
        Node::FuncCall(call) => (call.location, -1),
        Node::SQLValueFunction(value) => (value.location, -1),
        Node::TypeCast(cast) => (cast.type_name().map_or(-1, |name| name.location), cast.location),
        _ => (-1, -1),
    };
    [first, second].into_iter().filter_map(|at| u32::try_from(at).ok())
}

/// The call of an item of a function in FROM, which is a list of it and its column definitions.
fn function(item: Node<'_>) -> Option<Node<'_>> {
    item.as_node_list()?.iter().next()
}

/// `*`, `t.*`, `(x).*`
#[expect(clippy::wildcard_enum_match_arm, reason = "no other expression stands for several columns")]
fn is_star(expression: Node<'_>) -> bool {
    let last = match expression {
        Node::ColumnRef(column) => column.fields().iter().next_back(),
        Node::A_Indirection(indirection) => indirection.indirection().iter().next_back(),
        _ => None,
    };
    matches!(last, Some(Node::A_Star(_)))
}

/// The name; `None` where it depends on the columns of a relation.
#[expect(clippy::wildcard_enum_match_arm, reason = "as FigureColnameInternal: other expressions have no name of their own")]
pub(super) fn figured<'t>(expression: Node<'t>) -> Option<&'t str> {
    let mut weak = None;
    let mut node = expression;
    let strong = loop {
        match node {
            Node::A_ArrayExpr(_) => break Some("array"),
            Node::A_Expr(expr) if expr.kind == A_Expr_Kind::AEXPR_NULLIF => break Some("nullif"),
            Node::A_Indirection(indirection) => match last_word(indirection.indirection()) {
                Some(name) => break Some(name),
                None => node = indirection.arg(),
            },
            Node::CaseExpr(case) => {
                weak = weak.or(Some("case"));
                node = case.defresult();
            }
            Node::CoalesceExpr(_) => break Some("coalesce"),
            Node::CollateClause(collate) => node = collate.arg(),
            Node::ColumnRef(column) => break last_word(column.fields()),
            Node::FuncCall(call) => break last_word(call.funcname()),
            Node::GroupingFunc(_) => break Some("grouping"),
            Node::JsonArrayAgg(_) => break Some("json_arrayagg"),
            Node::JsonArrayConstructor(_) | Node::JsonArrayQueryConstructor(_) => break Some("json_array"),
            Node::JsonFuncExpr(function) => break json_function(function.op),
            Node::JsonObjectAgg(_) => break Some("json_objectagg"),
            Node::JsonObjectConstructor(_) => break Some("json_object"),
            Node::JsonParseExpr(_) => break Some("json"),
            Node::JsonScalarExpr(_) => break Some("json_scalar"),
            Node::JsonSerializeExpr(_) => break Some("json_serialize"),
            Node::MinMaxExpr(expr) => break Some(if expr.op == MinMaxOp::IS_GREATEST { "greatest" } else { "least" }),
            Node::RowExpr(_) => break Some("row"),
            Node::SQLValueFunction(value) => break sql_value(value.op),
            Node::SubLink(link) => match link.sub_link_type {
                SubLinkType::ARRAY_SUBLINK => break Some("array"),
                SubLinkType::EXISTS_SUBLINK => break Some("exists"),
                SubLinkType::EXPR_SUBLINK => match first_target(link)? {
                    Target::Expression(expression) => {
                        // Its column has a name by now, were it `?column?`: that name is as good as any.
                        weak = None;
                        node = expression;
                    }
                    Target::Name(name) => break Some(name),
                },
                _ => break None,
            },
            Node::TypeCast(cast) => {
                let name = cast.type_name().and_then(|name| name.names().iter().next_back()).and_then(|name| name.sval());
                weak = weak.or(name);
                node = cast.arg();
            }
            Node::XmlExpr(expr) => break xml_function(expr.op),
            Node::XmlSerialize(_) => break Some("xmlserialize"),
            _ => break None,
        }
    };
    Some(strong.or(weak).unwrap_or("?column?"))
}

enum Target<'t> {
    Expression(Node<'t>),
    Name(&'t str),
}

/// What names the only column of a scalar sub-select.
fn first_target(link: &SubLink) -> Option<Target<'_>> {
    let Node::SelectStmt(query) = link.subselect() else { return None };
    let mut query: &SelectStmt = query;
    while query.op != SetOperation::SETOP_NONE {
        query = query.larg()?;
    }
    if !query.values_lists().is_empty() {
        return Some(Target::Name("column1"));
    }
    let target = query.target_list().first()?;
    match target.name() {
        Some(name) => Some(Target::Name(name)),
        None if is_star(target.val()) => None,
        None => Some(Target::Expression(target.val())),
    }
}

fn last_word(list: &NodeList) -> Option<&str> {
    list.iter().rev().find_map(Node::as_str)
}

/// The functions of SQL/JSON that take a path.
fn json_function(op: u32) -> Option<&'static str> {
    match op {
        JsonExprOp::JSON_EXISTS_OP => Some("json_exists"),
        JsonExprOp::JSON_QUERY_OP => Some("json_query"),
        JsonExprOp::JSON_VALUE_OP => Some("json_value"),
        _ => None,
    }
}

/// The functions of SQL/XML; IS DOCUMENT has no name.
fn xml_function(op: u32) -> Option<&'static str> {
    match op {
        XmlExprOp::IS_XMLCONCAT => Some("xmlconcat"),
        XmlExprOp::IS_XMLELEMENT => Some("xmlelement"),
        XmlExprOp::IS_XMLFOREST => Some("xmlforest"),
        XmlExprOp::IS_XMLPARSE => Some("xmlparse"),
        XmlExprOp::IS_XMLPI => Some("xmlpi"),
        XmlExprOp::IS_XMLROOT => Some("xmlroot"),
        _ => None,
    }
}

/// The names of SQL values, which are also the names by which a plan allows them.
pub(super) fn sql_value(op: u32) -> Option<&'static str> {
    Some(match op {
        Op::SVFOP_CURRENT_CATALOG => "current_catalog",
        Op::SVFOP_CURRENT_DATE => "current_date",
        Op::SVFOP_CURRENT_ROLE => "current_role",
        Op::SVFOP_CURRENT_SCHEMA => "current_schema",
        Op::SVFOP_CURRENT_TIME | Op::SVFOP_CURRENT_TIME_N => "current_time",
        Op::SVFOP_CURRENT_TIMESTAMP | Op::SVFOP_CURRENT_TIMESTAMP_N => "current_timestamp",
        Op::SVFOP_CURRENT_USER => "current_user",
        Op::SVFOP_LOCALTIME | Op::SVFOP_LOCALTIME_N => "localtime",
        Op::SVFOP_LOCALTIMESTAMP | Op::SVFOP_LOCALTIMESTAMP_N => "localtimestamp",
        Op::SVFOP_SESSION_USER => "session_user",
        Op::SVFOP_USER => "user",
        _ => return None,
    })
}
