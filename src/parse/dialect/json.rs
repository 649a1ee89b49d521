//! SQL/JSON (`json_*` of gram.y): constructors, aggregates and queries.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::base::SqlState;
use crate::parse::ParseError;
use crate::parse::syntax::{
    Expr, Json, JsonArgument, JsonBehavior, JsonEncoding, JsonEntry, JsonFormat, JsonFunction, JsonPath, JsonQuotes,
    JsonReturning, JsonValue, JsonWrapper,
};

use super::{Cursor, call, precedence, types};

/// What a word of SQL/JSON begins, when a parenthesis follows it; `None` when the word is none of them.
pub(super) fn json(cursor: &mut Cursor<'_, '_>, word: &str) -> Result<Option<Expr>, ParserError> {
    let at = cursor.at();
    let json = match word {
        "json" => within(cursor, parse)?,
        "json_array" => within(cursor, array)?,
        "json_arrayagg" => array_aggregate(cursor)?,
        "json_exists" => within(cursor, |cursor| path(cursor, JsonFunction::Exists))?,
        "json_object" => within(cursor, object)?,
        "json_objectagg" => object_aggregate(cursor)?,
        "json_query" => within(cursor, |cursor| path(cursor, JsonFunction::Query))?,
        "json_scalar" => within(cursor, |cursor| cursor.expr(precedence::ANY).map(Json::Scalar))?,
        "json_serialize" => within(cursor, serialize)?,
        "json_value" => within(cursor, |cursor| path(cursor, JsonFunction::Value))?,
        _ => return Ok(None),
    };
    Ok(Some(Expr::Json { json: Box::new(json), at }))
}

/// What stands in the parentheses behind the word.
fn within<T>(
    cursor: &mut Cursor<'_, '_>,
    inner: impl FnOnce(&mut Cursor<'_, '_>) -> Result<T, ParserError>,
) -> Result<T, ParserError> {
    cursor.skip();
    cursor.expect(&Token::LParen)?;
    let inner = inner(cursor)?;
    cursor.expect(&Token::RParen)?;
    Ok(inner)
}

fn parse(cursor: &mut Cursor<'_, '_>) -> Result<Json, ParserError> {
    let value = value(cursor)?;
    Ok(Json::Parse { value, unique_keys: unique_keys(cursor) })
}

fn serialize(cursor: &mut Cursor<'_, '_>) -> Result<Json, ParserError> {
    let value = value(cursor)?;
    Ok(Json::Serialize { value, returning: returning(cursor)? })
}

fn array(cursor: &mut Cursor<'_, '_>) -> Result<Json, ParserError> {
    if cursor.begins_query() {
        let query = Box::new(cursor.query()?);
        let format = format(cursor)?;
        return Ok(Json::ArrayQuery { query, format, returning: returning(cursor)? });
    }
    if matches!(cursor.peek(), Token::RParen) || cursor.is_word("returning") {
        return Ok(Json::Array { elements: Vec::new(), absent_on_null: true, returning: returning(cursor)? });
    }
    let elements = cursor.separated(value)?;
    let absent_on_null = absent_on_null(cursor).unwrap_or(true);
    Ok(Json::Array { elements, absent_on_null, returning: returning(cursor)? })
}

fn array_aggregate(cursor: &mut Cursor<'_, '_>) -> Result<Json, ParserError> {
    let (element, order_by, absent_on_null, returning) = within(cursor, |cursor| {
        let element = value(cursor)?;
        let order_by = if cursor.eat_words(&["order", "by"]) { cursor.sort_keys()? } else { Vec::new() };
        Ok((element, order_by, absent_on_null(cursor).unwrap_or(true), returning(cursor)?))
    })?;
    let (filter, over) = (call::filter(cursor)?, call::over(cursor)?);
    Ok(Json::ArrayAggregate { element, order_by, absent_on_null, returning, filter, over })
}

fn object(cursor: &mut Cursor<'_, '_>) -> Result<Json, ParserError> {
    if matches!(cursor.peek(), Token::RParen) || cursor.is_word("returning") {
        let returning = returning(cursor)?;
        return Ok(Json::Object { entries: Vec::new(), absent_on_null: false, unique_keys: false, returning });
    }
    let entries = cursor.separated(entry)?;
    let absent_on_null = absent_on_null(cursor).unwrap_or(false);
    let unique_keys = unique_keys(cursor);
    Ok(Json::Object { entries, absent_on_null, unique_keys, returning: returning(cursor)? })
}

fn object_aggregate(cursor: &mut Cursor<'_, '_>) -> Result<Json, ParserError> {
    let (entry, absent_on_null, unique_keys, returning) = within(cursor, |cursor| {
        let entry = entry(cursor)?;
        Ok((entry, absent_on_null(cursor).unwrap_or(false), unique_keys(cursor), returning(cursor)?))
    })?;
    let (filter, over) = (call::filter(cursor)?, call::over(cursor)?);
    Ok(Json::ObjectAggregate { entry, absent_on_null, unique_keys, returning, filter, over })
}

/// What stands in the parentheses of JSON_EXISTS, JSON_QUERY and JSON_VALUE.
fn path(cursor: &mut Cursor<'_, '_>, function: JsonFunction) -> Result<Json, ParserError> {
    let context = value(cursor)?;
    cursor.expect(&Token::Comma)?;
    let path = cursor.expr(precedence::ANY)?;
    let passing = passing(cursor)?;
    let returning = if function == JsonFunction::Exists { None } else { returning(cursor)? };
    let (wrapper, quotes) = if function == JsonFunction::Query { (wrapper(cursor)?, quotes(cursor)?) } else { (None, None) };
    let (on_empty, on_error) =
        if function == JsonFunction::Exists { (None, on_error(cursor)?) } else { on_empty_and_error(cursor)? };
    Ok(Json::Path(JsonPath { function, context, path, passing, returning, wrapper, quotes, on_empty, on_error }))
}

/// `x FORMAT JSON`
pub(super) fn value(cursor: &mut Cursor<'_, '_>) -> Result<JsonValue, ParserError> {
    let expr = cursor.expr(precedence::ANY)?;
    Ok(JsonValue { expr, format: format(cursor)? })
}

/// `key : value`, `key VALUE value`
fn entry(cursor: &mut Cursor<'_, '_>) -> Result<JsonEntry, ParserError> {
    let key = cursor.expr(precedence::ANY)?;
    if !cursor.eat(&Token::Colon) {
        cursor.expect_word("value")?;
    }
    Ok(JsonEntry { key, value: value(cursor)? })
}

/// `FORMAT JSON ENCODING name`
pub(super) fn format(cursor: &mut Cursor<'_, '_>) -> Result<Option<JsonFormat>, ParserError> {
    if !cursor.eat_words(&["format", "json"]) {
        return Ok(None);
    }
    if !cursor.eat_word("encoding") {
        return Ok(Some(JsonFormat { encoding: None }));
    }
    let offset = cursor.offset().unwrap_or(0);
    let name = cursor.column_id()?.name;
    let encoding = match name.to_ascii_lowercase().as_str() {
        "utf8" => JsonEncoding::Utf8,
        "utf16" => JsonEncoding::Utf16,
        "utf32" => JsonEncoding::Utf32,
        _ => {
            let message = format!("unrecognized JSON encoding: {name}");
            return Err(cursor.hooks.fail(ParseError::token(SqlState::INVALID_PARAMETER_VALUE, message, offset)));
        }
    };
    Ok(Some(JsonFormat { encoding: Some(encoding) }))
}

/// `RETURNING type FORMAT JSON`
fn returning(cursor: &mut Cursor<'_, '_>) -> Result<Option<JsonReturning>, ParserError> {
    if !cursor.eat_word("returning") {
        return Ok(None);
    }
    let target = types::type_name(cursor)?;
    Ok(Some(JsonReturning { target, format: format(cursor)? }))
}

/// `NULL ON NULL`, `ABSENT ON NULL`
fn absent_on_null(cursor: &mut Cursor<'_, '_>) -> Option<bool> {
    if cursor.eat_words(&["absent", "on", "null"]) {
        return Some(true);
    }
    cursor.eat_words(&["null", "on", "null"]).then_some(false)
}

/// `WITH UNIQUE KEYS`; `WITHOUT UNIQUE KEYS` says what nothing says.
pub(super) fn unique_keys(cursor: &mut Cursor<'_, '_>) -> bool {
    let unique = cursor.eat_words(&["with", "unique"]);
    if unique || cursor.eat_words(&["without", "unique"]) {
        cursor.eat_word("keys");
    }
    unique
}

/// `PASSING x AS a, y AS b`
pub(super) fn passing(cursor: &mut Cursor<'_, '_>) -> Result<Vec<JsonArgument>, ParserError> {
    if !cursor.eat_word("passing") {
        return Ok(Vec::new());
    }
    cursor.separated(|cursor| {
        let value = value(cursor)?;
        cursor.expect_word("as")?;
        Ok(JsonArgument { value, name: cursor.label()? })
    })
}

/// `WITH CONDITIONAL ARRAY WRAPPER`
pub(super) fn wrapper(cursor: &mut Cursor<'_, '_>) -> Result<Option<JsonWrapper>, ParserError> {
    let wrapper = if cursor.eat_word("without") {
        JsonWrapper::Without
    } else if cursor.eat_word("with") {
        match cursor.eat_one_of(&["conditional", "unconditional"]) {
            Some("conditional") => JsonWrapper::Conditional,
            Some(_) | None => JsonWrapper::Unconditional,
        }
    } else {
        return Ok(None);
    };
    cursor.eat_word("array");
    cursor.expect_word("wrapper")?;
    Ok(Some(wrapper))
}

/// `KEEP QUOTES ON SCALAR STRING`
pub(super) fn quotes(cursor: &mut Cursor<'_, '_>) -> Result<Option<JsonQuotes>, ParserError> {
    let quotes = match cursor.eat_one_of(&["keep", "omit"]) {
        Some("keep") => JsonQuotes::Keep,
        Some(_) => JsonQuotes::Omit,
        None => return Ok(None),
    };
    cursor.expect_word("quotes")?;
    if cursor.eat_word("on") {
        cursor.expect_word("scalar")?;
        cursor.expect_word("string")?;
    }
    Ok(Some(quotes))
}

/// `… ON ERROR`
pub(super) fn on_error(cursor: &mut Cursor<'_, '_>) -> Result<Option<JsonBehavior>, ParserError> {
    let Some(behavior) = behavior(cursor)? else { return Ok(None) };
    cursor.expect_word("on")?;
    cursor.expect_word("error")?;
    Ok(Some(behavior))
}

/// `… ON EMPTY … ON ERROR`, either of them, or none.
pub(super) fn on_empty_and_error(
    cursor: &mut Cursor<'_, '_>,
) -> Result<(Option<JsonBehavior>, Option<JsonBehavior>), ParserError> {
    let Some(first) = behavior(cursor)? else { return Ok((None, None)) };
    cursor.expect_word("on")?;
    if cursor.eat_word("empty") {
        return Ok((Some(first), on_error(cursor)?));
    }
    cursor.expect_word("error")?;
    Ok((None, Some(first)))
}

/// What stands before ON.
fn behavior(cursor: &mut Cursor<'_, '_>) -> Result<Option<JsonBehavior>, ParserError> {
    Ok(Some(match cursor.eat_one_of(&["default", "empty", "error", "false", "null", "true", "unknown"]) {
        None => return Ok(None),
        Some("default") => JsonBehavior::Default(cursor.expr(precedence::ANY)?),
        Some("empty") if cursor.eat_word("object") => JsonBehavior::EmptyObject,
        Some("empty") => {
            cursor.eat_word("array");
            JsonBehavior::EmptyArray
        }
        Some("error") => JsonBehavior::Error,
        Some("false") => JsonBehavior::False,
        Some("null") => JsonBehavior::Null,
        Some("true") => JsonBehavior::True,
        Some(_) => JsonBehavior::Unknown,
    }))
}
