//! Identifiers and dotted names, and where they stand.

use sqlparser::ast::{Ident as SqlIdent, ObjectName, ObjectNamePart, ObjectNamePartFunction};
use sqlparser::tokenizer::Span;

use crate::base::SqlState;
use crate::parse::lexer::token::offset;
use crate::parse::syntax::{Ident, Pos, QualifiedName};
use crate::parse::{ParseError, Reason};

use super::foreign;

/// Where a span starts.
pub(in crate::parse) fn position(span: Span) -> Pos {
    offset(span).and_then(|offset| u32::try_from(offset).ok()).map_or(Pos::NONE, Pos)
}

/// An identifier that stands for a name: without quotes or in double quotes. A string is no name, and a mark neither.
pub(super) fn ident(ident: &SqlIdent) -> Result<Ident, ParseError> {
    let SqlIdent { value, quote_style, span } = ident;
    match quote_style {
        None | Some('"') => Ok(Ident { name: value.clone(), at: position(*span) }),
        Some('\'') => Err(ParseError::new(Reason::Syntax("'…'".to_owned()), offset(*span))),
        Some(_) => Err(ParseError::new(Reason::Syntax(String::new()), offset(*span))),
    }
}

/// The identifiers of a dotted name, at least one.
pub(super) fn parts(name: &ObjectName) -> Result<Vec<&SqlIdent>, ParseError> {
    let ObjectName(parts) = name;
    parts.iter().map(part).collect()
}

fn part(part: &ObjectNamePart) -> Result<&SqlIdent, ParseError> {
    match part {
        ObjectNamePart::Identifier(ident) => Ok(ident),
        ObjectNamePart::Function(ObjectNamePartFunction { name: _, args: _ }) => Err(foreign("a name that a function makes")),
    }
}

/// A dotted name of at most four identifiers.
pub(super) fn qualified(parts: &[&SqlIdent]) -> Result<QualifiedName, ParseError> {
    let names = parts.iter().map(|part| ident(part)).collect::<Result<QualifiedName, _>>()?;
    if names.len() > 4 {
        let at = parts.first().and_then(|part| offset(part.span)).unwrap_or(0);
        return Err(ParseError::token(SqlState::SYNTAX_ERROR, "improper qualified name (too many dotted names)", at));
    }
    Ok(names)
}
