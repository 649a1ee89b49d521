//! Operators and punctuation, with the rules by which scan.l cuts a run of operator characters.

use sqlparser::tokenizer::Token;

use super::super::{ParseError, Reason};
use super::scanner::Scanner;

/// `op_chars` of scan.l
const OPERATOR_CHARACTERS: &[u8] = b"~!@#^&|`?+-*/%<>=";

/// The next operator or punctuation mark.
pub(super) fn operator(scanner: &mut Scanner<'_>) -> Result<Token, ParseError> {
    let start = scanner.at();
    let length = operator_length(scanner.rest().as_bytes());
    if length > 0 {
        scanner.advance(length);
        return Ok(symbol(scanner.since(start)));
    }
    let two = match (scanner.peek(), scanner.peek_at(1)) {
        (Some(b':'), Some(b':')) => Some(Token::DoubleColon),
        (Some(b':'), Some(b'=')) => Some(Token::Assignment),
        _ => None,
    };
    if let Some(token) = two {
        scanner.advance(2);
        return Ok(token);
    }
    let found = scanner.next_char();
    let one = match found {
        Some('(') => Token::LParen,
        Some(')') => Token::RParen,
        Some('[') => Token::LBracket,
        Some(']') => Token::RBracket,
        Some(',') => Token::Comma,
        Some(';') => Token::SemiColon,
        Some(':') => Token::Colon,
        Some('.') => Token::Period,
        _ => {
            let near = found.filter(|c| c.is_ascii_graphic()).map(String::from).unwrap_or_default();
            return Err(ParseError::new(Reason::Syntax(near), Some(start)));
        }
    };
    Ok(one)
}

/// How many bytes from here are one operator: the run of operator characters, without a comment that starts in it, and without plus and minus at
/// its end unless one of the characters that SQL itself does not use stands before them.
fn operator_length(rest: &[u8]) -> usize {
    let run = rest.iter().take_while(|byte| OPERATOR_CHARACTERS.contains(byte)).count();
    let is_comment = |pair: &[u8]| pair == b"--" || pair == b"/*";
    let run = rest.get(..run).unwrap_or(&[]);
    let mut length = run.windows(2).position(is_comment).unwrap_or(run.len());
    while length > 1 {
        let (before, last) =
            run.get(..length).and_then(|run| run.split_last()).map_or((&[][..], b' '), |(last, before)| (before, *last));
        let is_free = before.iter().any(|byte| b"~!@#^&|`?%".contains(byte));
        if !matches!(last, b'+' | b'-') || is_free {
            break;
        }
        length -= 1;
    }
    length
}

/// The token of an operator. `!=` is `<>`, as in scan.l.
fn symbol(text: &str) -> Token {
    match text {
        "+" => Token::Plus,
        "-" => Token::Minus,
        "*" => Token::Mul,
        "/" => Token::Div,
        "%" => Token::Mod,
        "^" => Token::Caret,
        "<" => Token::Lt,
        ">" => Token::Gt,
        "=" => Token::Eq,
        "<=" => Token::LtEq,
        ">=" => Token::GtEq,
        "<>" | "!=" => Token::Neq,
        "=>" => Token::RArrow,
        other => Token::CustomBinaryOperator(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_operator_characters_is_cut_as_postgresql_cuts_it() {
        for (text, expected) in [("=-1", "="), ("<-1", "<"), ("@-1", "@-"), ("*-3", "*"), ("->>'a'", "->>"), ("+-+", "+")] {
            assert_eq!(text.get(..operator_length(text.as_bytes())), Some(expected), "{text}");
        }
        assert_eq!(operator_length(b"=-- comment"), 1);
        assert_eq!(operator_length(b"|/*c*/4"), 1);
        assert_eq!(operator_length(b"||-1"), 3);
    }
}
