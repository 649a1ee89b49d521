//! COPY … TO STDOUT, with the options of today and those of before 9.0.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::base::SqlState;
use crate::parse::dialect::Cursor;
use crate::parse::syntax::{Command, CopyFormat, CopyOption, CopyOut, CopySource, Ident};
use crate::parse::{ParseError, Reason};

/// COPY
pub(super) fn copy(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    let mut options = Vec::new();
    if cursor.eat_word("binary") {
        options.push(CopyOption::Format(CopyFormat::Binary));
    }
    let source = source(cursor)?;
    if cursor.is_word("from") {
        return Err(cursor.hooks.fail(ParseError::new(Reason::Write("COPY FROM".into()), cursor.offset())));
    }
    cursor.expect_word("to")?;
    // PostgreSQL takes either word for the client's side (`copy_file_name` of gram.y).
    if cursor.eat_one_of(&["stdout", "stdin"]).is_none() {
        let reason = Reason::NotAllowed("COPY to a file or a program");
        return Err(cursor.hooks.fail(ParseError::new(reason, cursor.offset())));
    }
    if cursor.eat_word("using") {
        cursor.expect_word("delimiters")?;
        options.push(CopyOption::Delimiter(string(cursor)?));
    }
    cursor.eat_word("with");
    if cursor.eat(&Token::LParen) {
        options.extend(cursor.separated(option)?);
        cursor.expect(&Token::RParen)?;
    } else {
        while !cursor.is_end() {
            options.push(old_option(cursor)?);
        }
    }
    Ok(Command::Copy(Box::new(CopyOut { source, options })))
}

fn source(cursor: &mut Cursor<'_, '_>) -> Result<CopySource, ParserError> {
    if matches!(cursor.peek(), Token::LParen) {
        return cursor.query_in_parentheses().map(CopySource::Query);
    }
    let at = cursor.at();
    let name = cursor.qualified_name()?;
    let columns = if matches!(cursor.peek(), Token::LParen) { columns(cursor)? } else { Vec::new() };
    Ok(CopySource::Relation { name, columns, at })
}

fn columns(cursor: &mut Cursor<'_, '_>) -> Result<Vec<Ident>, ParserError> {
    cursor.expect(&Token::LParen)?;
    let columns = cursor.separated(Cursor::column_id)?;
    cursor.expect(&Token::RParen)?;
    Ok(columns)
}

fn string(cursor: &mut Cursor<'_, '_>) -> Result<String, ParserError> {
    let Token::SingleQuotedString(text) = cursor.peek().clone() else { return Err(cursor.syntax_error()) };
    cursor.skip();
    Ok(text)
}

/// One option in parentheses.
fn option(cursor: &mut Cursor<'_, '_>) -> Result<CopyOption, ParserError> {
    let offset = cursor.offset();
    let name = cursor.label()?.name;
    match name.as_str() {
        "format" => format(cursor),
        "header" => header(cursor),
        "force_quote" => force_quote(cursor),
        "delimiter" => argument(cursor).map(CopyOption::Delimiter),
        "encoding" => argument(cursor).map(CopyOption::Encoding),
        "escape" => argument(cursor).map(CopyOption::Escape),
        "null" => argument(cursor).map(CopyOption::Null),
        "quote" => argument(cursor).map(CopyOption::Quote),
        _ => Err(cursor.hooks.unsupported("this option of COPY", offset)),
    }
}

/// The value of an option: a string, a word or a number.
fn argument(cursor: &mut Cursor<'_, '_>) -> Result<String, ParserError> {
    match cursor.peek().clone() {
        Token::SingleQuotedString(_) => string(cursor),
        Token::Number(digits, _) => {
            cursor.skip();
            Ok(digits)
        }
        _ => cursor.label().map(|word| word.name),
    }
}

fn format(cursor: &mut Cursor<'_, '_>) -> Result<CopyOption, ParserError> {
    let offset = cursor.offset().unwrap_or(0);
    match argument(cursor)?.as_str() {
        "binary" => Ok(CopyOption::Format(CopyFormat::Binary)),
        "csv" => Ok(CopyOption::Format(CopyFormat::Csv)),
        "text" => Ok(CopyOption::Format(CopyFormat::Text)),
        _ => Err(cursor.hooks.fail(ParseError::token(SqlState::INVALID_PARAMETER_VALUE, "COPY format not recognized", offset))),
    }
}

fn header(cursor: &mut Cursor<'_, '_>) -> Result<CopyOption, ParserError> {
    if matches!(cursor.peek(), Token::Comma | Token::RParen) {
        return Ok(CopyOption::Header(true));
    }
    let offset = cursor.offset().unwrap_or(0);
    match argument(cursor)?.to_ascii_lowercase().as_str() {
        "true" | "on" | "1" => Ok(CopyOption::Header(true)),
        "false" | "off" | "0" => Ok(CopyOption::Header(false)),
        _ => {
            let message = "header requires a Boolean value";
            Err(cursor.hooks.fail(ParseError::token(SqlState::SYNTAX_ERROR, message, offset)))
        }
    }
}

fn force_quote(cursor: &mut Cursor<'_, '_>) -> Result<CopyOption, ParserError> {
    let columns = if cursor.eat(&Token::Mul) { None } else { Some(columns(cursor)?) };
    Ok(CopyOption::ForceQuote(columns))
}

/// One option of the old syntax.
fn old_option(cursor: &mut Cursor<'_, '_>) -> Result<CopyOption, ParserError> {
    if cursor.eat_words(&["force", "quote"]) {
        let columns = if cursor.eat(&Token::Mul) { None } else { Some(cursor.separated(Cursor::column_id)?) };
        return Ok(CopyOption::ForceQuote(columns));
    }
    match cursor.eat_one_of(&["binary", "csv", "header", "delimiter", "null", "quote", "escape", "encoding"]) {
        Some("binary") => Ok(CopyOption::Format(CopyFormat::Binary)),
        Some("csv") => Ok(CopyOption::Format(CopyFormat::Csv)),
        Some("header") => Ok(CopyOption::Header(true)),
        Some("encoding") => string(cursor).map(CopyOption::Encoding),
        Some(word) => {
            cursor.eat_word("as");
            let text = string(cursor)?;
            Ok(match word {
                "delimiter" => CopyOption::Delimiter(text),
                "null" => CopyOption::Null(text),
                "quote" => CopyOption::Quote(text),
                _ => CopyOption::Escape(text),
            })
        }
        None => Err(cursor.syntax_error()),
    }
}
