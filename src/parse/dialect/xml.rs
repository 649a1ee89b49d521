//! SQL/XML (`xml*` of gram.y).

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Token;

use crate::parse::lexer::token;
use crate::parse::syntax::{Expr, Xml, XmlForm, XmlNamed, XmlStandalone};

use super::{Cursor, precedence, types};

/// What a word of SQL/XML begins, when a parenthesis follows it; `None` when the word is none of them.
pub(super) fn xml(cursor: &mut Cursor<'_, '_>, word: &str) -> Result<Option<Expr>, ParserError> {
    let inner: fn(&mut Cursor<'_, '_>) -> Result<Xml, ParserError> = match word {
        "xmlconcat" => |cursor| cursor.exprs().map(Xml::Concat),
        "xmlelement" => element,
        "xmlexists" => exists,
        "xmlforest" => |cursor| cursor.separated(named).map(Xml::Forest),
        "xmlparse" => parse,
        "xmlpi" => instruction,
        "xmlroot" => root,
        "xmlserialize" => serialize,
        _ => return Ok(None),
    };
    cursor.skip();
    cursor.expect(&Token::LParen)?;
    let xml = inner(cursor)?;
    cursor.expect(&Token::RParen)?;
    Ok(Some(Expr::Xml(Box::new(xml))))
}

/// `NAME n, XMLATTRIBUTES (…), content, …`
fn element(cursor: &mut Cursor<'_, '_>) -> Result<Xml, ParserError> {
    cursor.expect_word("name")?;
    let name = cursor.label()?;
    let (mut attributes, mut content) = (Vec::new(), Vec::new());
    let mut follows = cursor.eat(&Token::Comma);
    if follows && cursor.is_word("xmlattributes") && matches!(cursor.peek_nth(1), Token::LParen) {
        cursor.skip();
        cursor.skip();
        attributes = cursor.separated(named)?;
        cursor.expect(&Token::RParen)?;
        follows = cursor.eat(&Token::Comma);
    }
    if follows {
        content = cursor.exprs()?;
    }
    Ok(Xml::Element { name, attributes, content })
}

/// `x AS name`
fn named(cursor: &mut Cursor<'_, '_>) -> Result<XmlNamed, ParserError> {
    let expr = cursor.expr(precedence::ANY)?;
    let name = if cursor.eat_word("as") { Some(cursor.label()?) } else { None };
    Ok(XmlNamed { expr, name })
}

fn exists(cursor: &mut Cursor<'_, '_>) -> Result<Xml, ParserError> {
    let path = cursor.expr(precedence::CAST)?;
    Ok(Xml::Exists { path, document: passing(cursor)? })
}

/// `PASSING BY REF document`: how it is passed makes no difference.
pub(super) fn passing(cursor: &mut Cursor<'_, '_>) -> Result<Expr, ParserError> {
    cursor.expect_word("passing")?;
    mechanism(cursor)?;
    let document = cursor.expr(precedence::CAST)?;
    mechanism(cursor)?;
    Ok(document)
}

fn mechanism(cursor: &mut Cursor<'_, '_>) -> Result<(), ParserError> {
    if cursor.eat_word("by") && cursor.eat_one_of(&["ref", "value"]).is_none() {
        return Err(cursor.syntax_error());
    }
    Ok(())
}

/// `DOCUMENT text PRESERVE WHITESPACE`
fn parse(cursor: &mut Cursor<'_, '_>) -> Result<Xml, ParserError> {
    let form = form(cursor)?;
    let text = cursor.expr(precedence::ANY)?;
    let whitespace = cursor.eat_one_of(&["preserve", "strip"]);
    if whitespace.is_some() {
        cursor.expect_word("whitespace")?;
    }
    Ok(Xml::Parse { form, text, preserve_whitespace: whitespace == Some("preserve") })
}

fn form(cursor: &mut Cursor<'_, '_>) -> Result<XmlForm, ParserError> {
    match cursor.eat_one_of(&["content", "document"]) {
        Some("content") => Ok(XmlForm::Content),
        Some(_) => Ok(XmlForm::Document),
        None => Err(cursor.syntax_error()),
    }
}

/// `NAME n, content`
fn instruction(cursor: &mut Cursor<'_, '_>) -> Result<Xml, ParserError> {
    cursor.expect_word("name")?;
    let name = cursor.label()?;
    let content = if cursor.eat(&Token::Comma) { Some(cursor.expr(precedence::ANY)?) } else { None };
    Ok(Xml::Instruction { name, content })
}

/// `document, VERSION v, STANDALONE YES`
fn root(cursor: &mut Cursor<'_, '_>) -> Result<Xml, ParserError> {
    let document = cursor.expr(precedence::ANY)?;
    cursor.expect(&Token::Comma)?;
    cursor.expect_word("version")?;
    let version = if cursor.eat_words(&["no", "value"]) { None } else { Some(cursor.expr(precedence::ANY)?) };
    let standalone = if cursor.eat(&Token::Comma) {
        cursor.expect_word("standalone")?;
        Some(match cursor.eat_one_of(&["no", "yes"]) {
            Some("yes") => XmlStandalone::Yes,
            Some(_) if cursor.eat_word("value") => XmlStandalone::NoValue,
            Some(_) => XmlStandalone::No,
            None => return Err(cursor.syntax_error()),
        })
    } else {
        None
    };
    Ok(Xml::Root { document, version, standalone })
}

/// `DOCUMENT x AS type INDENT`
fn serialize(cursor: &mut Cursor<'_, '_>) -> Result<Xml, ParserError> {
    let form = form(cursor)?;
    let document = cursor.expr(precedence::ANY)?;
    cursor.expect_word("as")?;
    let target = types::type_name(cursor)?;
    let indent = !cursor.eat_words(&["no", "indent"]) && cursor.eat_word("indent");
    Ok(Xml::Serialize { form, document, target, indent })
}

/// What stands in the parentheses of XMLNAMESPACES.
pub(super) fn namespace(cursor: &mut Cursor<'_, '_>) -> Result<XmlNamed, ParserError> {
    if cursor.eat_word("default") {
        return Ok(XmlNamed { expr: cursor.expr(precedence::IS)?, name: None });
    }
    let expr = cursor.expr(precedence::IS)?;
    if token::plain(cursor.peek()) != Some("as") {
        return Err(cursor.syntax_error());
    }
    cursor.skip();
    Ok(XmlNamed { expr, name: Some(cursor.label()?) })
}
