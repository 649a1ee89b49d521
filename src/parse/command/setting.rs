//! SET, RESET and SHOW (`set_rest`, `var_value` of gram.y).
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::parse::dialect::Cursor;
use crate::parse::syntax::{Command, Literal, Pos, SettingName, SettingValue};

use super::transaction;

/// What precedes DEFAULT, and whether it is for the transaction alone. What names a user is refused before it gets here.
const DEFAULT_USER: [(&[&str], bool); 3] = [
    (&["session", "authorization"], false),
    (&["session", "session", "authorization"], false),
    (&["local", "session", "authorization"], true),
];

/// SET
pub(super) fn set(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    if cursor.eat_words(&["session", "characteristics", "as", "transaction"]) {
        return transaction::modes(cursor).map(Command::SetCharacteristics);
    }
    for (words, local) in DEFAULT_USER {
        let at = cursor.at();
        if cursor.eat_words(words) {
            cursor.expect_word("default")?;
            return Ok(Command::Set { local, name: named("session_authorization", at), value: SettingValue::Default });
        }
    }
    let local = cursor.is_word("local") && !is_assigned(cursor);
    let session = cursor.is_word("session") && !is_assigned(cursor);
    if local || session {
        cursor.skip();
    }
    if cursor.is_word("transaction") && !is_assigned(cursor) {
        cursor.skip();
        if cursor.is_word("snapshot") {
            return Err(cursor.unsupported("SET TRANSACTION SNAPSHOT"));
        }
        return transaction::modes(cursor).map(Command::SetTransaction);
    }
    let (name, value) = match special(cursor)? {
        Some(assignment) => assignment,
        None => {
            let name = setting_name(cursor)?;
            if cursor.eat_words(&["from", "current"]) {
                return Err(cursor.unsupported("SET … FROM CURRENT"));
            }
            if !cursor.eat(&Token::Eq) {
                cursor.expect_word("to")?;
            }
            (name, value(cursor)?)
        }
    };
    Ok(Command::Set { local, name, value })
}

/// Whether the next word is a setting's name rather than a word of the syntax.
fn is_assigned(cursor: &Cursor<'_, '_>) -> bool {
    matches!(cursor.peek_nth(1), Token::Eq | Token::Period | Token::EOF)
        || crate::parse::lexer::token::plain(cursor.peek_nth(1)) == Some("to")
}

/// The settings that have a syntax of their own.
fn special(cursor: &mut Cursor<'_, '_>) -> Result<Option<(SettingName, SettingValue)>, ParserError> {
    let at = cursor.at();
    if cursor.eat_words(&["time", "zone"]) {
        return Ok(Some((named("timezone", at), time_zone(cursor)?)));
    }
    if is_assigned(cursor) && !cursor.is_word("names") {
        return Ok(None);
    }
    if cursor.is_word("names") && !matches!(cursor.peek_nth(1), Token::Eq | Token::Period) {
        cursor.skip();
        let value = if cursor.is_end() { SettingValue::Default } else { value(cursor)? };
        return Ok(Some((named("client_encoding", at), value)));
    }
    if cursor.eat_word("role") {
        return Ok(Some((named("role", at), SettingValue::List(vec![one_value(cursor)?]))));
    }
    if cursor.eat_word("schema") {
        return Ok(Some((named("search_path", at), SettingValue::List(vec![string(cursor)?]))));
    }
    if cursor.eat_words(&["xml", "option"]) {
        let option = match cursor.eat_one_of(&["content", "document"]) {
            Some("document") => "DOCUMENT",
            Some(_) => "CONTENT",
            None => return Err(cursor.syntax_error()),
        };
        return Ok(Some((named("xmloption", at), SettingValue::List(vec![option.to_owned()]))));
    }
    Ok(None)
}

fn named(name: &str, at: Pos) -> SettingName {
    SettingName { name: name.to_owned(), at }
}

/// `a.b`, lower case: PostgreSQL compares the names of settings without case.
fn setting_name(cursor: &mut Cursor<'_, '_>) -> Result<SettingName, ParserError> {
    let at = cursor.at();
    let mut name = cursor.column_id()?.name;
    while cursor.eat(&Token::Period) {
        name.push('.');
        name.push_str(&cursor.column_id()?.name);
    }
    Ok(SettingName { name: name.to_ascii_lowercase(), at })
}

/// DEFAULT, or values with commas between them.
fn value(cursor: &mut Cursor<'_, '_>) -> Result<SettingValue, ParserError> {
    if cursor.eat_word("default") {
        return Ok(SettingValue::Default);
    }
    cursor.separated(one_value).map(SettingValue::List)
}

/// A word, a string or a number.
fn one_value(cursor: &mut Cursor<'_, '_>) -> Result<String, ParserError> {
    if let Some(word) = cursor.eat_one_of(&["true", "false", "on"]) {
        return Ok(word.to_owned());
    }
    match cursor.peek() {
        Token::SingleQuotedString(_) => string(cursor),
        Token::Word(_) => cursor.non_reserved().map(|word| word.name),
        _ => number(cursor),
    }
}

fn string(cursor: &mut Cursor<'_, '_>) -> Result<String, ParserError> {
    let Token::SingleQuotedString(text) = cursor.peek().clone() else { return Err(cursor.syntax_error()) };
    cursor.skip();
    Ok(text)
}

/// A number with its sign, as PostgreSQL hands it to the setting.
fn number(cursor: &mut Cursor<'_, '_>) -> Result<String, ParserError> {
    let negative = cursor.eat(&Token::Minus);
    if !negative {
        cursor.eat(&Token::Plus);
    }
    let Token::Number(digits, _) = cursor.peek().clone() else { return Err(cursor.syntax_error()) };
    cursor.skip();
    let value = Literal::integer(&digits).and_then(|number| i32::try_from(number).ok());
    let digits = value.map_or(digits, |number| number.to_string());
    Ok(if negative { format!("-{digits}") } else { digits })
}

/// What follows SET TIME ZONE.
fn time_zone(cursor: &mut Cursor<'_, '_>) -> Result<SettingValue, ParserError> {
    if cursor.eat_one_of(&["local", "default"]).is_some() {
        return Ok(SettingValue::Default);
    }
    if cursor.is_word("interval") {
        return offset(cursor);
    }
    one_value(cursor).map(|zone| SettingValue::List(vec![zone]))
}

/// What follows INTERVAL: an offset, and the zone as PostgreSQL names it (`pg_tzset_offset`). Hours and minutes alone: seconds and days are in no zone's offset.
fn offset(cursor: &mut Cursor<'_, '_>) -> Result<SettingValue, ParserError> {
    let at_interval = cursor.unsupported("SET TIME ZONE INTERVAL");
    cursor.skip();
    let text = string(cursor)?;
    let fields = cursor.eat_words(&["hour", "to", "minute"]);
    let zone = zone_of(&text).filter(|_| cursor.is_end()).ok_or(at_interval)?;
    Ok(SettingValue::Offset { text, fields, zone })
}

/// The zone of an offset such as `+02:00`.
fn zone_of(text: &str) -> Option<String> {
    let (east, west, digits) = match (text.strip_prefix('-'), text.strip_prefix('+')) {
        (Some(digits), _) => ('-', '+', digits),
        (None, Some(digits)) => ('+', '-', digits),
        (None, None) => ('+', '-', text),
    };
    let is_number = |digits: &&str| digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let (hours, minutes) = digits.split_once(':').filter(|(hours, minutes)| is_number(hours) && is_number(minutes))?;
    let (east, west) = if (hours, minutes) == ("00", "00") { ('+', '-') } else { (east, west) };
    let offset = if minutes == "00" { hours.to_owned() } else { format!("{hours}:{minutes}") };
    Some(format!("<{east}{offset}>{west}{offset}"))
}

/// RESET
pub(super) fn reset(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    shown(cursor).map(Command::Reset)
}

/// SHOW
pub(super) fn show(cursor: &mut Cursor<'_, '_>) -> Result<Command, ParserError> {
    shown(cursor).map(Command::Show)
}

/// The setting that RESET or SHOW names; none for ALL.
fn shown(cursor: &mut Cursor<'_, '_>) -> Result<Option<SettingName>, ParserError> {
    let at = cursor.at();
    if cursor.eat_word("all") {
        return Ok(None);
    }
    let special: [(&[&str], &str); 3] = [
        (&["time", "zone"], "timezone"),
        (&["transaction", "isolation", "level"], "transaction_isolation"),
        (&["session", "authorization"], "session_authorization"),
    ];
    for (words, name) in special {
        if cursor.eat_words(words) {
            return Ok(Some(named(name, at)));
        }
    }
    setting_name(cursor).map(Some)
}
