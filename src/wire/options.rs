//! The startup parameter `options`: switches of the server's command line, split as PostgreSQL splits them.

use crate::base::{SqlState, UserError};

/// Settings that `options` asks for, in order. Only switches that set something are taken: `-c name=value` and `--name=value`.
///
/// # Errors
/// 42601 (FATAL) for any other switch, and for a setting without a value.
pub(super) fn settings(options: &str) -> Result<Vec<(String, String)>, UserError> {
    let mut words = split(options).into_iter();
    let mut settings = Vec::new();
    while let Some(word) = words.next() {
        if let Some(long) = word.strip_prefix("--") {
            settings.push(assignment(long, "--")?);
        } else if let Some(attached) = word.strip_prefix("-c") {
            let text = if attached.is_empty() { words.next() } else { Some(attached.to_owned()) };
            settings.push(assignment(&text.ok_or_else(|| unknown(&word))?, "-c ")?);
        } else {
            return Err(unknown(&word));
        }
    }
    Ok(settings)
}

/// PostgreSQL: `pg_split_opts`. White space separates; a backslash takes the next character as it is.
fn split(options: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = options.chars();
    while let Some(character) = characters.next() {
        match character {
            // What C's isspace() takes in the C locale.
            ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' => words.extend(word.take()),
            '\\' => word.get_or_insert_default().extend(characters.next()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}

/// PostgreSQL: `ParseLongOption`. A dash in the name stands for an underscore.
fn assignment(text: &str, switch: &str) -> Result<(String, String), UserError> {
    match text.split_once('=') {
        Some((name, value)) => Ok((name.replace('-', "_"), value.to_owned())),
        None => Err(UserError::fatal(SqlState::SYNTAX_ERROR, format!("{switch}{text} requires a value"))),
    }
}

fn unknown(word: &str) -> UserError {
    UserError::fatal(SqlState::SYNTAX_ERROR, format!("invalid command-line argument for server process: {word}"))
        .hint("Settings are passed as -c name=value or --name=value.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(options: &str) -> Vec<(String, String)> {
        settings(options).unwrap()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn settings_are_read_in_all_spellings_and_in_order() {
        let expected = [pair("work_mem", "1MB"), pair("statement_timeout", "60000"), pair("search_path", "a,b"), pair("x", "")];
        assert_eq!(read("-c work_mem=1MB -cstatement-timeout=60000\t--search-path=a,b  -c x="), expected);
        assert_eq!(read(" \n "), []);
    }

    #[test]
    fn a_backslash_takes_the_next_character_as_it_is() {
        assert_eq!(read(r"-c search_path=a,\ b\\c"), [pair("search_path", r"a, b\c")]);
        assert_eq!(read(r"--application_name=\"), [pair("application_name", "")]);
        assert_eq!(split(r"\ "), [" "]);
    }

    #[test]
    fn switches_that_set_nothing_are_refused() {
        for options in ["-d 5", "work_mem=1MB", "-c", "-ec x=1", "-"] {
            let error = settings(options).unwrap_err();
            assert!(error.message.starts_with("invalid command-line argument for server process: "), "{options}: {error}");
            assert_eq!(error.sqlstate, SqlState::SYNTAX_ERROR);
        }
        assert_eq!(settings("--work-mem").unwrap_err().message, "--work-mem requires a value");
        assert_eq!(settings("-c work_mem").unwrap_err().message, "-c work_mem requires a value");
    }
}
