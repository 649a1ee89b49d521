//! Type names (`Typename` of gram.y). Keyword spellings become PostgreSQL's own names.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::base::SqlState;
use crate::parse::ParseError;
use crate::parse::lexer::keywords::category;
use crate::parse::lexer::token;
use crate::parse::syntax::{Ident, IntervalFields, Pos, TypeName};

use super::Cursor;

/// A type with its array bounds.
pub(super) fn type_name(cursor: &mut Cursor<'_, '_>) -> Result<TypeName, ParserError> {
    if cursor.is_word("setof") {
        return Err(cursor.unsupported("SETOF"));
    }
    let mut target = simple(cursor)?;
    target.dimensions = dimensions(cursor)?;
    Ok(target)
}

/// `[]`, `[3]`, `ARRAY`, `ARRAY[3]`
fn dimensions(cursor: &mut Cursor<'_, '_>) -> Result<Vec<Option<i64>>, ParserError> {
    let mut dimensions = Vec::new();
    if cursor.eat_word("array") {
        let bound = if matches!(cursor.peek(), Token::LBracket) { dimension(cursor)? } else { None };
        return Ok(vec![bound]);
    }
    while matches!(cursor.peek(), Token::LBracket) {
        dimensions.push(dimension(cursor)?);
    }
    Ok(dimensions)
}

fn dimension(cursor: &mut Cursor<'_, '_>) -> Result<Option<i64>, ParserError> {
    cursor.expect(&Token::LBracket)?;
    let bound = if matches!(cursor.peek(), Token::RBracket) { None } else { Some(cursor.integer()?) };
    cursor.expect(&Token::RBracket)?;
    Ok(bound)
}

/// A type without array bounds.
fn simple(cursor: &mut Cursor<'_, '_>) -> Result<TypeName, ParserError> {
    if let Some(word) = cursor.word().map(str::to_owned)
        && let Some(target) = keyword(cursor, &word, false)?
    {
        return Ok(target);
    }
    let kind = cursor.word().map(category);
    if kind.is_some_and(|kind| !kind.names_functions()) {
        return Err(cursor.syntax_error());
    }
    let at = cursor.at();
    let first = cursor.label()?;
    let name = cursor.dotted(first)?;
    if matches!(cursor.peek(), Token::Mod) && token::plain(cursor.peek_nth(1)) == Some("type") {
        return Err(cursor.unsupported("%TYPE"));
    }
    let modifiers = modifiers(cursor)?;
    let id = cursor.hooks.node();
    Ok(TypeName { id, at, name, modifiers, dimensions: Vec::new(), fields: None, keyword: false })
}

/// `(10, 2)`, when it follows.
fn modifiers(cursor: &mut Cursor<'_, '_>) -> Result<Vec<i64>, ParserError> {
    if !cursor.eat(&Token::LParen) {
        return Ok(Vec::new());
    }
    if token::name(cursor.peek()).is_some() {
        return Err(cursor.unsupported("a modifier of a type that is a word"));
    }
    let modifiers = cursor.separated(Cursor::integer)?;
    cursor.expect(&Token::RParen)?;
    Ok(modifiers)
}

/// A type that the grammar knows by keywords, or `None`. As the type of a constant (`of_constant`), `char` and `bit` without a length have no length.
pub(super) fn keyword(cursor: &mut Cursor<'_, '_>, word: &str, of_constant: bool) -> Result<Option<TypeName>, ParserError> {
    let at = cursor.at();
    let of_words = match word {
        "boolean" => Some(("bool", 1)),
        "smallint" => Some(("int2", 1)),
        "int" | "integer" => Some(("int4", 1)),
        "bigint" => Some(("int8", 1)),
        "real" => Some(("float4", 1)),
        "json" => Some(("json", 1)),
        "double" if token::plain(cursor.peek_nth(1)) == Some("precision") => Some(("float8", 2)),
        _ => None,
    };
    if let Some((name, words)) = of_words {
        (0..words).for_each(|_| cursor.skip());
        return Ok(Some(of_keyword(cursor, at, name.to_owned(), Vec::new())));
    }
    let (name, modifiers) = match word {
        "float" => {
            cursor.skip();
            (float(cursor)?.to_owned(), Vec::new())
        }
        "decimal" | "dec" | "numeric" => {
            cursor.skip();
            ("numeric".to_owned(), modifiers(cursor)?)
        }
        "bit" => {
            cursor.skip();
            let name = if cursor.eat_word("varying") { "varbit" } else { "bit" };
            sized(cursor, name, name == "bit" && !of_constant)?
        }
        "character" | "char" | "nchar" | "varchar" | "national" => {
            let Some(name) = character(cursor, word) else { return Ok(None) };
            sized(cursor, name, name == "bpchar" && !of_constant)?
        }
        "time" | "timestamp" => time(cursor, word)?,
        "interval" => {
            cursor.skip();
            return interval(cursor, at).map(Some);
        }
        _ => return Ok(None),
    };
    Ok(Some(of_keyword(cursor, at, name, modifiers)))
}

fn of_keyword(cursor: &Cursor<'_, '_>, at: Pos, name: String, modifiers: Vec<i64>) -> TypeName {
    let id = cursor.hooks.node();
    let name = vec![Ident { name, at }];
    TypeName { id, at, name, modifiers, dimensions: Vec::new(), fields: None, keyword: true }
}

/// `FLOAT(n)`: which type depends on the number of bits.
fn float(cursor: &mut Cursor<'_, '_>) -> Result<&'static str, ParserError> {
    let offset = cursor.offset().unwrap_or(0);
    let message = match modifiers(cursor)?.as_slice() {
        [] => return Ok("float8"),
        [1..=24] => return Ok("float4"),
        [25..=53] => return Ok("float8"),
        [bits] if *bits < 1 => "precision for type float must be at least 1 bit",
        _ => "precision for type float must be less than 54 bits",
    };
    Err(cursor.hooks.fail(ParseError::token(SqlState::INVALID_PARAMETER_VALUE, message, offset)))
}

/// Goes past the words of a character type.
fn character(cursor: &mut Cursor<'_, '_>, word: &str) -> Option<&'static str> {
    if word == "national" && !matches!(token::plain(cursor.peek_nth(1)), Some("character" | "char")) {
        return None;
    }
    if word == "national" {
        cursor.skip();
    }
    cursor.skip();
    let is_varying = word == "varchar" || cursor.eat_word("varying");
    Some(if is_varying { "varchar" } else { "bpchar" })
}

/// The length in parentheses; 1 when there is none and the type has one by itself.
fn sized(cursor: &mut Cursor<'_, '_>, name: &str, defaults_to_one: bool) -> Result<(String, Vec<i64>), ParserError> {
    let mut length = modifiers(cursor)?;
    if length.is_empty() && defaults_to_one {
        length.push(1);
    }
    Ok((name.to_owned(), length))
}

/// `TIME`, `TIMESTAMP` with a precision and a zone.
fn time(cursor: &mut Cursor<'_, '_>, word: &str) -> Result<(String, Vec<i64>), ParserError> {
    cursor.skip();
    let modifiers = modifiers(cursor)?;
    let has_zone = cursor.eat_words(&["with", "time", "zone"]);
    if !has_zone {
        cursor.eat_words(&["without", "time", "zone"]);
    }
    Ok((if has_zone { format!("{word}tz") } else { word.to_owned() }, modifiers))
}

/// What follows INTERVAL: a precision, or fields of which the seconds may have one.
pub(super) fn interval(cursor: &mut Cursor<'_, '_>, at: Pos) -> Result<TypeName, ParserError> {
    let mut modifiers = modifiers(cursor)?;
    let fields = if modifiers.is_empty() { interval_fields(cursor)? } else { None };
    if let Some((_, Some(precision))) = fields {
        modifiers.push(precision);
    }
    let id = cursor.hooks.node();
    let name = vec![Ident { name: "interval".to_owned(), at }];
    let fields = fields.map(|(fields, _)| fields);
    Ok(TypeName { id, at, name, modifiers, dimensions: Vec::new(), fields, keyword: true })
}

/// `DAY TO SECOND(3)`
pub(super) fn interval_fields(cursor: &mut Cursor<'_, '_>) -> Result<Option<(IntervalFields, Option<i64>)>, ParserError> {
    let Some(first) = cursor.eat_one_of(&["year", "month", "day", "hour", "minute", "second"]) else { return Ok(None) };
    let last = if cursor.eat_word("to") { cursor.eat_one_of(&["month", "hour", "minute", "second"]) } else { Some("") };
    let fields = match (first, last) {
        ("year", Some("")) => IntervalFields::Year,
        ("month", Some("")) => IntervalFields::Month,
        ("day", Some("")) => IntervalFields::Day,
        ("hour", Some("")) => IntervalFields::Hour,
        ("minute", Some("")) => IntervalFields::Minute,
        ("second", Some("")) => IntervalFields::Second,
        ("year", Some("month")) => IntervalFields::YearToMonth,
        ("day", Some("hour")) => IntervalFields::DayToHour,
        ("day", Some("minute")) => IntervalFields::DayToMinute,
        ("day", Some("second")) => IntervalFields::DayToSecond,
        ("hour", Some("minute")) => IntervalFields::HourToMinute,
        ("hour", Some("second")) => IntervalFields::HourToSecond,
        ("minute", Some("second")) => IntervalFields::MinuteToSecond,
        _ => return Err(cursor.syntax_error()),
    };
    let ends_in_seconds = first == "second" || last == Some("second");
    let precision = if ends_in_seconds && cursor.eat(&Token::LParen) {
        let precision = cursor.integer()?;
        cursor.expect(&Token::RParen)?;
        Some(precision)
    } else {
        None
    };
    Ok(Some((fields, precision)))
}
