//! What may stand in FROM and has a syntax of its own: XMLTABLE, JSON_TABLE, and the functions that expressions have too.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::base::SqlState;
use crate::parse::ParseError;
use crate::parse::syntax::{FunctionItem, Ident, JsonBehavior, JsonColumn, JsonTable, TableSource, XmlColumn, XmlTable};

use super::{Cursor, Piece, json, precedence, types, xml};

/// Words that begin a function with a syntax of its own when a parenthesis follows.
pub(in crate::parse) const SPECIAL_FUNCTIONS: &[&str] = &[
    "cast",
    "coalesce",
    "current_time",
    "current_timestamp",
    "extract",
    "greatest",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "least",
    "localtime",
    "localtimestamp",
    "merge_action",
    "normalize",
    "nullif",
    "overlay",
    "position",
    "substring",
    "treat",
    "trim",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

/// The function of one FROM item.
pub(super) fn function(cursor: &mut Cursor<'_, '_>) -> Result<Piece, ParserError> {
    if cursor.eat_word("xmltable") {
        return xml_table(cursor).map(TableSource::Xml).map(Box::new).map(Piece::TableFunction);
    }
    if cursor.eat_word("json_table") {
        return json_table(cursor).map(TableSource::Json).map(Box::new).map(Piece::TableFunction);
    }
    let call = cursor.expr(precedence::CAST)?;
    Ok(Piece::RowsFrom(vec![FunctionItem { call, column_defs: Vec::new() }]))
}

/// `(XMLNAMESPACES (…), rows PASSING document COLUMNS …)`
fn xml_table(cursor: &mut Cursor<'_, '_>) -> Result<XmlTable, ParserError> {
    cursor.expect(&Token::LParen)?;
    let mut namespaces = Vec::new();
    if cursor.is_word("xmlnamespaces") && matches!(cursor.peek_nth(1), Token::LParen) {
        cursor.skip();
        cursor.skip();
        namespaces = cursor.separated(xml::namespace)?;
        cursor.expect(&Token::RParen)?;
        cursor.expect(&Token::Comma)?;
    }
    let rows = cursor.expr(precedence::CAST)?;
    let document = xml::passing(cursor)?;
    cursor.expect_word("columns")?;
    let columns = cursor.separated(xml_column)?;
    cursor.expect(&Token::RParen)?;
    Ok(XmlTable { namespaces, rows, document, columns })
}

fn xml_column(cursor: &mut Cursor<'_, '_>) -> Result<XmlColumn, ParserError> {
    let name = cursor.column_id()?;
    if cursor.eat_words(&["for", "ordinality"]) {
        return Ok(XmlColumn::Ordinality(name));
    }
    let target = types::type_name(cursor)?;
    let (mut path, mut default, mut nullable) = (None, None, None);
    loop {
        let twice = if cursor.eat_word("path") {
            path.replace(cursor.expr(precedence::IS)?).is_some()
        } else if cursor.eat_word("default") {
            default.replace(cursor.expr(precedence::IS)?).is_some()
        } else if cursor.eat_words(&["not", "null"]) {
            nullable.replace(false).is_some()
        } else if cursor.eat_word("null") {
            nullable.replace(true).is_some()
        } else {
            return Ok(XmlColumn::Value { name, target, path, default, not_null: nullable == Some(false) });
        };
        if twice {
            return Err(twice_given(cursor, &name));
        }
    }
}

fn twice_given(cursor: &Cursor<'_, '_>, name: &Ident) -> ParserError {
    let message = format!("conflicting or redundant options for column \"{}\"", name.name);
    cursor.hooks.fail(ParseError::token(SqlState::SYNTAX_ERROR, message, cursor.offset().unwrap_or(0)))
}

/// `(context, path AS name PASSING … COLUMNS (…) … ON ERROR)`
fn json_table(cursor: &mut Cursor<'_, '_>) -> Result<JsonTable, ParserError> {
    cursor.expect(&Token::LParen)?;
    let context = json::value(cursor)?;
    cursor.expect(&Token::Comma)?;
    let path = constant(cursor)?;
    let path_name = path_name(cursor)?;
    let passing = json::passing(cursor)?;
    let columns = json_columns(cursor)?;
    let on_error = json::on_error(cursor)?;
    cursor.expect(&Token::RParen)?;
    Ok(JsonTable { context, path, path_name, passing, columns, on_error })
}

/// A path, which is a constant here.
fn constant(cursor: &mut Cursor<'_, '_>) -> Result<String, ParserError> {
    let Token::SingleQuotedString(text) = cursor.peek().clone() else {
        return Err(cursor.unsupported("a path of JSON_TABLE that is no constant"));
    };
    cursor.skip();
    Ok(text)
}

/// `AS name` behind a path.
fn path_name(cursor: &mut Cursor<'_, '_>) -> Result<Option<Ident>, ParserError> {
    if cursor.eat_word("as") { cursor.column_id().map(Some) } else { Ok(None) }
}

/// `COLUMNS (…)`
fn json_columns(cursor: &mut Cursor<'_, '_>) -> Result<Vec<JsonColumn>, ParserError> {
    cursor.expect_word("columns")?;
    cursor.expect(&Token::LParen)?;
    let columns = cursor.separated(json_column)?;
    cursor.expect(&Token::RParen)?;
    Ok(columns)
}

fn json_column(cursor: &mut Cursor<'_, '_>) -> Result<JsonColumn, ParserError> {
    let is_nested = cursor.is_words(&["nested", "path"]) || matches!(cursor.peek_nth(1), Token::SingleQuotedString(_));
    if is_nested && cursor.eat_word("nested") {
        cursor.eat_word("path");
        let path = constant(cursor)?;
        let path_name = path_name(cursor)?;
        return Ok(JsonColumn::Nested { path, path_name, columns: json_columns(cursor)? });
    }
    let name = cursor.column_id()?;
    if cursor.eat_words(&["for", "ordinality"]) {
        return Ok(JsonColumn::Ordinality(name));
    }
    let target = types::type_name(cursor)?;
    if cursor.eat_word("exists") {
        let path = column_path(cursor)?;
        let on_error: Option<JsonBehavior> = json::on_error(cursor)?;
        return Ok(JsonColumn::Exists { name, target, path, on_error });
    }
    let format = json::format(cursor)?;
    let path = column_path(cursor)?;
    let wrapper = json::wrapper(cursor)?;
    let quotes = json::quotes(cursor)?;
    let (on_empty, on_error) = json::on_empty_and_error(cursor)?;
    Ok(JsonColumn::Value { name, target, format, path, wrapper, quotes, on_empty, on_error })
}

/// `PATH '…'`
fn column_path(cursor: &mut Cursor<'_, '_>) -> Result<Option<String>, ParserError> {
    if cursor.eat_word("path") { constant(cursor).map(Some) } else { Ok(None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_special_functions_are_sorted() {
        assert!(SPECIAL_FUNCTIONS.is_sorted());
    }
}
