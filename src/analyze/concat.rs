//! `||` between texts and a value that names an object of the catalog: nothing but the text of the value is used, so it stands for it (enforcement L7).

use crate::parse::syntax::{Expr, Literal, Operator};

use super::cast::{is_registry_cast, is_text};

/// Whether each operand is a cast to a registry type beside a text: PostgreSQL then puts the text of its value there (textanycat, anytextcat). Beside an array
/// it would be an element, and beside what is not known here it might be.
pub(super) fn told_beside_text(op: &Operator, [left, right]: [&Expr; 2]) -> [bool; 2] {
    let is_told = |operand: &Expr, other: &Expr| is_registry_cast(operand) && (is_text_by_form(other) || is_string(other));
    if op.symbol == "||" { [is_told(left, right), is_told(right, left)] } else { [false; 2] }
}

/// Whether the expression is of type text, as far as its form tells: a cast to it, or a chain of `||` that begins with a text and goes on with nothing else.
#[expect(clippy::wildcard_enum_match_arm, reason = "the form of the others tells nothing")]
fn is_text_by_form(expr: &Expr) -> bool {
    let (mut left, mut next) = (expr, None);
    loop {
        match left {
            Expr::Parenthesised(inner) => left = inner,
            Expr::Binary { op, left: first, right } if op.symbol == "||" => {
                if !(is_string(right) || is_text_cast(right) || is_registry_cast(right)) {
                    return false;
                }
                (left, next) = (first, Some(right));
            }
            // Of two values of registry types no operator makes a text, and a string by itself is of no type yet.
            _first if is_registry_cast(left) => return next.is_some_and(|next| !is_registry_cast(next)),
            _first => return is_text_cast(left) || (is_string(left) && next.is_some()),
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for")]
fn is_text_cast(expr: &Expr) -> bool {
    match expr {
        Expr::Cast { expr: _, target } => is_text(target) && target.dimensions.is_empty(),
        Expr::Parenthesised(inner) => is_text_cast(inner),
        _other => false,
    }
}

/// A string, which beside a value of any type but an array is a text.
#[expect(clippy::wildcard_enum_match_arm, reason = "one form is looked for")]
fn is_string(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(Literal::Text(_)) => true,
        Expr::Parenthesised(inner) => is_string(inner),
        _other => false,
    }
}
