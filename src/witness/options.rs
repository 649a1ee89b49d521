//! Options and settings that PostgreSQL lets one write in several ways.
//!
//! | spelling | same as | why |
//! |---|---|---|
//! | `START TRANSACTION` | `BEGIN` | `utility.c` has one branch for both |
//! | options in any order | | each is looked up by its name; repeated ones keep their order |
//! | `HEADER`, `HEADER on`, `HEADER 1` of COPY; all options of EXPLAIN | `HEADER true` | `defGetBoolean` |
//! | `SET x TO 10`, `SET x TO on` | `SET x TO '10'`, `'on'` | `flatten_set_variable_args` makes text of all |

use std::borrow::Cow;

use pg_raw_parse::list::NodeList;
use pg_raw_parse::nodes::DefElem;
use pg_raw_parse::raw::TransactionStmtKind::{TRANS_STMT_BEGIN, TRANS_STMT_START};
use pg_raw_parse::{ConstValue, Node};

use super::compare::Rules;
use super::field::OptionsOf;

type Pairs<'t> = Vec<(Node<'t>, Node<'t>)>;

/// Whether both kinds begin a transaction.
pub(super) fn are_begin(client: u32, ours: u32) -> bool {
    [client, ours].iter().all(|kind| *kind == TRANS_STMT_BEGIN || *kind == TRANS_STMT_START)
}

/// Whether two lists of options are the same, once the pairs found are.
pub(super) fn same<'t>(
    rules: Rules<'_>,
    of: OptionsOf,
    mut client: Vec<&'t DefElem>,
    mut ours: Vec<&'t DefElem>,
    found: &mut Pairs<'t>,
) -> bool {
    let exact = match rules {
        Rules::Exact => true,
        Rules::Printout => false,
        // EXPLAIN is ours: the client's options say what is shown of it, not what runs.
        Rules::Rewritten(_) if of == OptionsOf::Explain => return ours.iter().all(|option| switch(option.arg()).is_some()),
        Rules::Rewritten(_) => false,
    };
    if !exact {
        client.sort_by_key(|option| option.defname());
        ours.sort_by_key(|option| option.defname());
    }
    client.len() == ours.len()
        && client.into_iter().zip(ours).all(|(client, ours)| {
            if exact || !is_switch(of, client) {
                found.push((Node::from(client), Node::from(ours)));
                return true;
            }
            same_head(client, ours) && switch(client.arg()).is_some_and(|value| switch(ours.arg()).as_ref() == Some(&value))
        })
}

fn same_head(client: &DefElem, ours: &DefElem) -> bool {
    client.defnamespace() == ours.defnamespace() && client.defname() == ours.defname() && client.defaction == ours.defaction
}

/// Whether the option's value may be a truth value. `NULL 'on'` of COPY is not one.
fn is_switch(of: OptionsOf, option: &DefElem) -> bool {
    match of {
        OptionsOf::Copy => option.defname() == Some("header"),
        OptionsOf::Explain => true,
        OptionsOf::Transaction => false,
    }
}

/// The value of an option as `defGetBoolean` reads it; other words stay.
#[expect(clippy::wildcard_enum_match_arm, reason = "other values are none of a switch")]
fn switch(value: Node<'_>) -> Option<Cow<'_, str>> {
    match value {
        Node::None | Node::Integer(pg_raw_parse::nodes::Integer { ival: 1, .. }) => Some("true".into()),
        Node::Boolean(value) => Some(if value.boolval { "true" } else { "false" }.into()),
        Node::Integer(value) if value.ival == 0 => Some("false".into()),
        Node::Integer(value) => Some(value.ival.to_string().into()),
        Node::String(value) => value.sval().map(|word| match word.to_ascii_lowercase().as_str() {
            "true" | "on" => "true".into(),
            "false" | "off" => "false".into(),
            _ => word.into(),
        }),
        _ => None,
    }
}

/// Whether SET assigns the same, once the pairs found are.
pub(super) fn same_setting<'t>(exact: bool, client: &'t NodeList, ours: &'t NodeList, found: &mut Pairs<'t>) -> bool {
    client.len() == ours.len()
        && client.iter().zip(ours).all(|(client, ours)| match (setting(client), setting(ours)) {
            (Some(client), Some(ours)) if !exact => client == ours,
            _ => {
                found.push((client, ours));
                true
            }
        })
}

/// The text that PostgreSQL makes of a value of SET.
fn setting(value: Node<'_>) -> Option<Cow<'_, str>> {
    let Node::A_Const(constant) = value else { return None };
    match constant.val()? {
        ConstValue::Float(text) | ConstValue::String(text) => Some(text.into()),
        ConstValue::Integer(number) => Some(number.to_string().into()),
        ConstValue::BitString(_) | ConstValue::Boolean(_) | ConstValue::Unrecognized(_) => None,
        _ => None,
    }
}
