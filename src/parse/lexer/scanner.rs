//! The cursor over the text, and what separates tokens.

use crate::base::SqlState;

use crate::parse::ParseError;
use crate::parse::error::STRING_BEHIND_COMMENT;

/// A cursor that moves by bytes and never leaves the text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// `ident_start` of scan.l: every byte of a character that is not ASCII is a letter.
pub(super) fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// `ident_cont` of scan.l.
pub(super) fn continues_word(byte: u8) -> bool {
    starts_word(byte) || byte.is_ascii_digit() || byte == b'$'
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to an offset that `at` gave.
    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, distance: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at.saturating_add(distance)).copied()
    }

    pub(super) fn advance(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes).min(self.text.len());
    }

    /// Takes the next character, whatever it is.
    pub(super) fn next_char(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or("")
    }

    /// Takes bytes while they satisfy a test that is true for all bytes of a character or for none.
    pub(super) fn take_while(&mut self, test: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(&test) {
            self.at += 1;
        }
        self.since(start)
    }

    /// An identifier or keyword as it is written.
    pub(super) fn word(&mut self) -> &'a str {
        self.take_while(continues_word)
    }

    /// Skips white space and comments.
    pub(super) fn skip_blank(&mut self) -> Result<(), ParseError> {
        loop {
            match (self.peek(), self.peek_at(1)) {
                (Some(b' ' | b'\t' | b'\n' | b'\r' | b'\x0c'), _) => self.advance(1),
                (Some(b'-'), Some(b'-')) => self.skip_line(),
                (Some(b'/'), Some(b'*')) => self.skip_comment()?,
                _ => return Ok(()),
            }
        }
    }

    /// `-- …` up to the end of the line.
    fn skip_line(&mut self) {
        self.take_while(|byte| byte != b'\n' && byte != b'\r');
    }

    /// `/* … /* … */ … */`
    fn skip_comment(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            match (self.peek(), self.peek_at(1)) {
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    self.advance(2);
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.advance(2);
                    if depth == 0 {
                        return Ok(());
                    }
                }
                (Some(_), _) => self.advance(1),
                (None, _) => return Err(ParseError::token(SqlState::SYNTAX_ERROR, "unterminated /* comment", start)),
            }
        }
    }

    /// Whether a string goes on on a later line (`quotecontinue` of scan.l): white space with a line break in it, then a quote. Takes the quote.
    ///
    /// Errors: 0A000 when a comment stands in between.
    pub(super) fn continues_string(&mut self) -> Result<bool, ParseError> {
        let start = self.at;
        let mut broke_line = false;
        let mut comment = None;
        loop {
            match (self.peek(), self.peek_at(1)) {
                (Some(b'\n' | b'\r'), _) => {
                    broke_line = true;
                    self.advance(1);
                }
                (Some(b' ' | b'\t' | b'\x0c'), _) => self.advance(1),
                (Some(b'-'), Some(b'-')) => {
                    comment = comment.or(Some(self.at));
                    self.skip_line();
                }
                (Some(b'\''), _) if broke_line => {
                    self.advance(1);
                    return match comment {
                        Some(at) => Err(ParseError::unsupported(STRING_BEHIND_COMMENT, Some(at))),
                        None => Ok(true),
                    };
                }
                _ => {
                    self.back_to(start);
                    return Ok(false);
                }
            }
        }
    }
}
