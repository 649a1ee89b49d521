//! The closed table of node kinds and their fields. A kind that is not here has no shape, and what has no shape is a disagreement.
//!
//! The binding's structs have private fields, so the compiler cannot tell when a field is missing here. The tests do: they print an empty node of every
//! kind and hold the names of its fields against this table.

use pg_raw_parse::Node;

use super::field::{Field, OptionsOf, Role, Value, offset, parts};

/// Adds one field of a node to the list.
macro_rules! field {
    ($out:ident, $node:ident, list $field:ident) => {{
        push($out, stringify!($field), Value::Length($node.$field().len()));
        for item in $node.$field() {
            push($out, stringify!($field), Value::Node(Node::from(item)));
        }
    }};
    ($out:ident, $node:ident, $what:ident $field:ident) => {
        push($out, stringify!($field), value!($node, $what $field)?)
    };
}

/// A field of a node that is no list; `None` when there is something in it that has no shape.
macro_rules! value {
    ($node:ident, place $field:ident) => {
        Some(Value::Place)
    };
    ($node:ident, number $field:ident) => {
        Some(Value::Number(i64::from($node.$field)))
    };
    ($node:ident, text $field:ident) => {
        Some(Value::Text($node.$field()))
    };
    ($node:ident, node $field:ident) => {
        Some(Value::Node(Node::from($node.$field())))
    };
    ($node:ident, constant $field:ident) => {
        Some(Value::Constant($node.$field()))
    };
    ($node:ident, begin $field:ident) => {
        Some(Value::Begin($node.$field))
    };
    ($node:ident, cosmetic $field:ident) => {
        Some(Value::Cosmetic($node.$field))
    };
    ($node:ident, format $field:ident) => {
        Some(Value::Format($node.$field))
    };
    ($node:ident, function_alias $field:ident) => {
        Some(Value::FunctionAlias($node.$field(), $node.functions()))
    };
    ($node:ident, rows_from $field:ident) => {
        Some(Value::RowsFrom($node.$field, $node.functions()))
    };
    ($node:ident, group $field:ident) => {
        Some(Value::Group($node.$field()))
    };
    ($node:ident, output $field:ident) => {
        Some(Value::Output($node.$field(), $node.val()))
    };
    ($node:ident, setting $field:ident) => {
        Some(Value::Setting($node.$field()))
    };
    ($node:ident, $options:ident options) => {{
        let options = $node.options().iter().map(|item| <&pg_raw_parse::nodes::DefElem>::try_from(Node::from(item)).ok());
        options.collect::<Option<Vec<_>>>().map(|options| Value::Options(OptionsOf::$options, options))
    }};
    // A name without a place of its own that matters: operators are never looked up by their offset.
    ($node:ident, Operator $field:ident) => {
        parts($node.$field()).map(|name| Value::Name(Role::Operator, name, -1))
    };
    ($node:ident, $role:ident $field:ident) => {
        parts($node.$field()).map(|name| Value::Name(Role::$role, name, $node.location))
    };
}

/// Whether one field is equal in two nodes: leaves the function when it is not. Their children are judged later.
macro_rules! pair {
    ($judge:ident, $kind:ident, $client:ident, $ours:ident, place $field:ident) => {};
    ($judge:ident, $kind:ident, $client:ident, $ours:ident, number $field:ident) => {
        if i64::from($client.$field) != i64::from($ours.$field) {
            return Paired::Field(stringify!($kind), stringify!($field));
        }
    };
    ($judge:ident, $kind:ident, $client:ident, $ours:ident, text $field:ident) => {
        if $client.$field() != $ours.$field() {
            return Paired::Field(stringify!($kind), stringify!($field));
        }
    };
    ($judge:ident, $kind:ident, $client:ident, $ours:ident, node $field:ident) => {
        $judge.child(Node::from($client.$field()), Node::from($ours.$field()))
    };
    ($judge:ident, $kind:ident, $client:ident, $ours:ident, list $field:ident) => {
        if $client.$field().len() != $ours.$field().len() {
            return Paired::Field(stringify!($kind), stringify!($field));
        }
        for (client, ours) in $client.$field().into_iter().zip($ours.$field()) {
            $judge.child(Node::from(client), Node::from(ours));
        }
    };
    ($judge:ident, $kind:ident, $client:ident, $ours:ident, $what:ident $field:ident) => {{
        let Some(client) = value!($client, $what $field) else { return Paired::Unknown(Which::Client) };
        let Some(ours) = value!($ours, $what $field) else { return Paired::Unknown(Which::Ours) };
        if !$judge.is_same(client, ours) {
            return Paired::Field(stringify!($kind), stringify!($field));
        }
    }};
}

/// The children that one field of a node holds.
macro_rules! children {
    ($take:ident, $node:ident, node $field:ident) => {
        $take(Node::from($node.$field()))
    };
    ($take:ident, $node:ident, list $field:ident) => {
        $node.$field().into_iter().for_each(|item| $take(Node::from(item)))
    };
    ($take:ident, $node:ident, function_alias $field:ident) => {
        $take(Node::from($node.$field()))
    };
    ($take:ident, $node:ident, group $field:ident) => {
        $node.$field().iter().for_each(|item| $take(item))
    };
    ($take:ident, $node:ident, setting $field:ident) => {
        $node.$field().iter().for_each(|item| $take(item))
    };
    // The expression of an output column is a field of its own.
    ($take:ident, $node:ident, output $field:ident) => {};
    ($take:ident, $node:ident, begin $field:ident) => {};
    ($take:ident, $node:ident, constant $field:ident) => {};
    ($take:ident, $node:ident, cosmetic $field:ident) => {};
    ($take:ident, $node:ident, format $field:ident) => {};
    ($take:ident, $node:ident, number $field:ident) => {};
    ($take:ident, $node:ident, place $field:ident) => {};
    ($take:ident, $node:ident, rows_from $field:ident) => {};
    ($take:ident, $node:ident, text $field:ident) => {};
    ($take:ident, $node:ident, $options:ident options) => {
        for item in $node.options().iter() {
            $take(Node::from(<&pg_raw_parse::nodes::DefElem>::try_from(Node::from(item)).ok()?));
        }
    };
    ($take:ident, $node:ident, $role:ident $field:ident) => {
        drop(parts($node.$field())?)
    };
}

/// Who says what two nodes must have in common.
pub(super) trait Judge<'t> {
    /// Two children, at the same place.
    fn child(&mut self, client: Node<'t>, ours: Node<'t>);
    /// Whether two values are equal under the rules.
    fn is_same(&mut self, client: Value<'t>, ours: Value<'t>) -> bool;
}

/// What two nodes are to each other, their children apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paired {
    /// Of this kind, with this field that differs.
    Field(&'static str, &'static str),
    /// Of two kinds.
    Kinds(&'static str, &'static str),
    Same,
    /// One of them has no shape.
    Unknown(Which),
}

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Client,
    Ours,
}

/// The byte offset of a node, where the grammar left one.
macro_rules! located {
    ($found:ident, $node:ident, place location) => {
        $found.or(offset($node.location))
    };
    ($found:ident, $node:ident, $what:ident $field:ident) => {
        $found
    };
}

macro_rules! shapes {
    ($($kind:ident { $($what:ident $field:ident),* $(,)? })*) => {
        /// Lists the fields of a node and says its kind; `None` when the kind has no shape.
        pub(super) fn read<'t>(node: Node<'t>, out: &mut Vec<Field<'t>>) -> Option<&'static str> {
            out.clear();
            match node {
                Node::None => Some("nothing"),
                Node::NodeList(list) => {
                    push(out, "members", Value::Length(list.len()));
                    list.iter().for_each(|item| push(out, "members", Value::Node(item)));
                    Some("List")
                }
                $(Node::$kind(node) => {
                    $(field!(out, node, $what $field);)*
                    let _ = node;
                    Some(stringify!($kind))
                })*
                // What is not named has no shape, and what has no shape is refused.
                _ => None,
            }
        }

        /// Holds two nodes against each other; what they hold is for `judge`.
        pub(super) fn pair<'t>(client: Node<'t>, ours: Node<'t>, judge: &mut impl Judge<'t>) -> Paired {
            match (client, ours) {
                (Node::None, Node::None) => {}
                (Node::NodeList(client), Node::NodeList(ours)) => {
                    if client.len() != ours.len() {
                        return Paired::Field("List", "members");
                    }
                    client.iter().zip(ours.iter()).for_each(|(client, ours)| judge.child(client, ours));
                }
                $((Node::$kind(client), Node::$kind(ours)) => {
                    $(pair!(judge, $kind, client, ours, $what $field);)*
                    let _ = (client, ours);
                })*
                // Of two kinds, or without a shape.
                _ => {
                    let mut fields = Vec::new();
                    let Some(client) = read(client, &mut fields) else { return Paired::Unknown(Which::Client) };
                    let Some(ours) = read(ours, &mut fields) else { return Paired::Unknown(Which::Ours) };
                    return Paired::Kinds(client, ours);
                }
            }
            Paired::Same
        }

        /// Gives the children of a node; `None` when its kind has no shape.
        pub(super) fn children<'t>(node: Node<'t>, take: &mut impl FnMut(Node<'t>)) -> Option<()> {
            match node {
                Node::None => {}
                Node::NodeList(list) => list.iter().for_each(|item| take(item)),
                $(Node::$kind(node) => {
                    $(children!(take, node, $what $field);)*
                    let _ = node;
                })*
                // What is not named has no shape, and what has no shape is refused.
                _ => return None,
            }
            Some(())
        }

        /// Where a node begins, as far as the grammar noted it.
        pub(super) fn place(node: Node<'_>) -> Option<u32> {
            match node {
                $(Node::$kind(node) => {
                    let found = None;
                    $(let found = located!(found, node, $what $field);)*
                    let _ = node;
                    found
                })*
                _ => None,
            }
        }

        /// Kinds, their fields, and the same of an empty node as the binding prints it.
        #[cfg(test)]
        pub(super) fn table() -> Vec<(&'static str, Vec<&'static str>, String)> {
            vec![$((
                stringify!($kind),
                vec![$(stringify!($field)),*],
                format!("{:?}", &*pg_raw_parse::make::owned(|mem| mem.make_node::<pg_raw_parse::nodes::$kind>())),
            )),*]
        }
    };
}

#[inline]
fn push<'t>(out: &mut Vec<Field<'t>>, name: &'static str, value: Value<'t>) {
    out.push(Field { name, value });
}

shapes! {
    // Queries.
    SelectStmt {
        list distinct_clause, node into_clause, list target_list, list from_clause, node where_clause, group group_clause,
        number group_distinct, node having_clause, list window_clause, list values_lists, list sort_clause, node limit_offset,
        node limit_count, number limit_option, list locking_clause, node with_clause, number op, number all, node larg, node rarg,
    }
    WithClause { list ctes, number recursive, place location }
    CommonTableExpr {
        text ctename, list aliascolnames, number ctematerialized, node ctequery, node search_clause, node cycle_clause,
        place location, number cterecursive, number cterefcount, list ctecolnames,
    }
    CTESearchClause { list search_col_list, number search_breadth_first, text search_seq_column, place location }
    CTECycleClause {
        list cycle_col_list, text cycle_mark_column, node cycle_mark_value, node cycle_mark_default, text cycle_path_column,
        place location, number cycle_mark_type, number cycle_mark_typmod, number cycle_mark_collation, number cycle_mark_neop,
    }
    ResTarget { output name, list indirection, node val, place location }
    SortBy { node node, number sortby_dir, number sortby_nulls, Operator use_op, place location }
    GroupingSet { number kind, list content, place location }
    WindowDef {
        text name, text refname, list partition_clause, list order_clause, number frame_options, node start_offset,
        node end_offset, place location,
    }
    // What stands in FROM.
    RangeVar {
        text catalogname, text schemaname, text relname, number inh, number relpersistence, node alias, place location,
    }
    RangeSubselect { number lateral, node subquery, node alias }
    RangeFunction {
        number lateral, number ordinality, rows_from is_rowsfrom, list functions, function_alias alias, list coldeflist,
    }
    RangeTableSample { node relation, SampleMethod method, list args, node repeatable, place location }
    JoinExpr {
        number jointype, number is_natural, node larg, node rarg, list using_clause, node join_using_alias, node quals, node alias,
        number rtindex,
    }
    RangeTableFunc { number lateral, node docexpr, node rowexpr, list namespaces, list columns, node alias, place location }
    RangeTableFuncCol {
        text colname, node type_name, number for_ordinality, number is_not_null, node colexpr, node coldefexpr, place location,
    }
    JsonTable {
        node context_item, node pathspec, list passing, list columns, node on_error, node alias, number lateral, place location,
    }
    JsonTableColumn {
        number coltype, text name, node type_name, node pathspec, node format, number wrapper, number quotes, list columns,
        node on_empty, node on_error, place location,
    }
    JsonTablePathSpec { node string, text name, place name_location, place location }
    Alias { text aliasname, list colnames }
    ColumnDef {
        text colname, node type_name, text compression, number inhcount, number is_local, number is_not_null, number is_from_type,
        number storage, text storage_name, node raw_default, node cooked_default, number identity, node identity_sequence,
        number generated, node coll_clause, number coll_oid, list constraints, list fdwoptions, place location,
    }
    // Expressions.
    A_ArrayExpr { list elements, place list_start, place list_end, place location }
    A_Const { constant val, number isnull, place location }
    A_Expr {
        number kind, Operator name, node lexpr, node rexpr, place rexpr_list_start, place rexpr_list_end, place location,
    }
    A_Indices { number is_slice, node lidx, node uidx }
    A_Indirection { node arg, list indirection }
    A_Star {}
    BoolExpr { number boolop, list args, place location }
    BooleanTest { node arg, number booltesttype, place location }
    CaseExpr { number casetype, number casecollid, node arg, list args, node defresult, place location }
    CaseWhen { node expr, node result, place location }
    CoalesceExpr { number coalescetype, number coalescecollid, list args, place location }
    CollateClause { node arg, Collation collname, place location }
    ColumnRef { Column fields, place location }
    FuncCall {
        Function funcname, list args, list agg_order, node agg_filter, node over, number agg_within_group, number agg_star,
        number agg_distinct, number func_variadic, format funcformat, place location,
    }
    GroupingFunc { list args, list refs, list cols, number agglevelsup, place location }
    JsonAggConstructor { node output, node agg_filter, list agg_order, node over, place location }
    JsonArgument { node val, text name }
    JsonArrayAgg { node constructor, node arg, number absent_on_null }
    JsonArrayConstructor { list exprs, node output, number absent_on_null, place location }
    JsonArrayQueryConstructor { node query, node output, node format, number absent_on_null, place location }
    JsonBehavior { number btype, node expr, number coerce, place location }
    JsonFormat { number format_type, number encoding, place location }
    JsonFuncExpr {
        number op, text column_name, node context_item, node pathspec, list passing, node output, node on_empty, node on_error,
        number wrapper, number quotes, place location,
    }
    JsonIsPredicate { node expr, node format, number item_type, number unique_keys, place location }
    JsonKeyValue { node key, node value }
    JsonObjectAgg { node constructor, node arg, number absent_on_null, number unique }
    JsonObjectConstructor { list exprs, node output, number absent_on_null, number unique, place location }
    JsonOutput { node type_name, node returning }
    JsonParseExpr { node expr, node output, number unique_keys, place location }
    JsonReturning { node format, number typid, number typmod }
    JsonScalarExpr { node expr, node output, place location }
    JsonSerializeExpr { node expr, node output, place location }
    JsonValueExpr { node raw_expr, node formatted_expr, node format }
    MinMaxExpr { number minmaxtype, number minmaxcollid, number inputcollid, number op, list args, place location }
    NamedArgExpr { node arg, text name, number argnumber, place location }
    NullTest { node arg, number nulltesttype, number argisrow, place location }
    ParamRef { number number, place location }
    RowExpr { list args, number row_typeid, number row_format, list colnames, place location }
    SQLValueFunction { number op, number type_, number typmod, place location }
    SubLink { number sub_link_type, number sub_link_id, node testexpr, Operator oper_name, node subselect, place location }
    TypeCast { node arg, node type_name, place location }
    TypeName {
        Type names, number type_oid, number setof, number pct_type, list typmods, number typemod, list array_bounds, place location,
    }
    XmlExpr {
        number op, text name, list named_args, list arg_names, list args, number xmloption, number indent, number type_,
        number typmod, place location,
    }
    XmlSerialize { number xmloption, node expr, node type_name, number indent, place location }
    // Values.
    BitString { text bsval }
    Boolean { number boolval }
    Float { text fval }
    Integer { number ival }
    String { text sval }
    // Statements other than queries.
    ClosePortalStmt { text portalname }
    CopyStmt {
        node relation, node query, list attlist, number is_from, number is_program, text filename, Copy options, node where_clause,
    }
    DeallocateStmt { text name, number isall, place location }
    DeclareCursorStmt { text portalname, number options, node query }
    DefElem { text defnamespace, text defname, node arg, number defaction, place location }
    DiscardStmt { number target }
    ExecuteStmt { text name, list params }
    ExplainStmt { node query, Explain options }
    FetchStmt { number direction, number how_many, text portalname, number ismove }
    LockStmt { list relations, number mode, number nowait }
    PrepareStmt { text name, list argtypes, node query }
    TransactionStmt { begin kind, Transaction options, text savepoint_name, text gid, number chain, place location }
    UnlistenStmt { text conditionname }
    VariableSetStmt { number kind, text name, setting args, cosmetic jumble_args, number is_local, place location }
    VariableShowStmt { text name }
}
