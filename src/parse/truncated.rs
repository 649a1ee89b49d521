//! The names of a text that are longer than PostgreSQL keeps: it cuts them, and says so (`truncate_identifier`).

use super::lexer::token::{NAME_BYTES, end_offset, name, offset};
use super::lexer::{Dialect, lex};

/// Each of them as it was written, folded where it is not quoted, and what is left of it.
pub fn truncated_names(text: &str) -> Vec<(String, String)> {
    // Nearly every text: nothing in it is long enough.
    let is_long = |run: &str| run.len() > NAME_BYTES;
    if !text.split(|c: char| c.is_ascii_whitespace() || matches!(c, '(' | ')' | ',' | '.')).any(is_long) && !text.contains('"') {
        return Vec::new();
    }
    let tokens = lex(text, Dialect::Client).unwrap_or_default();
    let cut = tokens.iter().filter_map(|token| {
        let kept = name(&token.token)?;
        let written = text.get(offset(token.span)?..end_offset(token.span)?)?;
        let whole = match written.strip_prefix('"').and_then(|quoted| quoted.strip_suffix('"')) {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => written.to_ascii_lowercase(),
        };
        (whole.len() > NAME_BYTES && whole.starts_with(kept) && whole.len() > kept.len()).then(|| (whole, kept.to_owned()))
    });
    cut.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_cut_are_told_whole_and_cut() {
        let long = "x".repeat(62);
        let text = format!("SELECT 1 AS {}Yz, '{}', \"{}\"\"é\" FROM t", long, "s".repeat(80), long);
        let told = truncated_names(&text);
        assert_eq!(told, [(format!("{long}yz"), format!("{long}y")), (format!("{long}\"é"), format!("{long}\""))]);
        assert_eq!(truncated_names(&format!("SELECT {long}y, $${}$$", "s".repeat(80))), []);
    }
}
