//! The comparer says "different" exactly when the binding's own debug output differs: over all pairs of the corpus, and over statements with one token
//! changed. It knows nothing that the debug output does not show, and overlooks nothing that it shows.

use super::corpus::{CORPUS, UNKNOWN};
use super::{exact, printed};
use crate::witness::{Disagreement, Witness, check_printout};

#[test]
fn equal_statements_are_equal() {
    for text in CORPUS {
        assert_eq!(exact(text, text), Ok(()), "{text}");
        assert_eq!(check_printout(text, text), Ok(()), "{text}");
        let spaced = format!("  /* moved */ {}\n;", text.replace(" FROM ", "\n\tFROM\n "));
        assert_eq!(printed(text) == printed(&spaced), exact(text, &spaced).is_ok(), "{spaced}");
    }
}

#[test]
fn different_statements_are_different() {
    for left in CORPUS {
        for right in CORPUS {
            assert_eq!(exact(left, right).is_ok(), left == right, "{left}\n{right}");
        }
    }
}

#[test]
fn what_has_no_shape_is_never_equal() {
    for text in UNKNOWN {
        assert!(printed(text).is_some(), "PostgreSQL reads {text}");
        assert!(matches!(exact(text, text), Err(Disagreement::Unknown { .. })), "{text}");
        assert!(Witness::read(text).is_ok_and(|witness| witness.check_printout(text).is_err()), "{text}");
    }
}

/// Splits into words, numbers, literals and single characters; white space is kept so that tokens can be joined again.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for character in text.chars() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        match tokens.last_mut() {
            Some(last) if word(character) && last.ends_with(word) => last.push(character),
            _ => tokens.push(character.to_string()),
        }
    }
    tokens
}

/// Every statement that one change of a token makes: left out, doubled, swapped with the next, or replaced.
fn mutants(text: &str) -> Vec<String> {
    const REPLACEMENTS: [&str; 24] = [
        "1", "2", "a", "b", "NULL", "true", "'x'", "AND", "OR", "NOT", "DESC", "ALL", "DISTINCT", "LEFT", "+", "-", "*", "<",
        "=", "(", ")", ",", "s.", "ONLY",
    ];
    let tokens = tokens(text);
    let mut mutants = Vec::new();
    for index in (0..tokens.len()).filter(|index| tokens[*index] != " ") {
        let mut change = |new: &[&str]| {
            let (head, tail) = (tokens[..index].concat(), tokens[index + 1..].concat());
            mutants.push(format!("{head}{}{tail}", new.concat()));
        };
        let token = tokens[index].as_str();
        change(&[]);
        change(&[token, " ", token]);
        REPLACEMENTS.iter().for_each(|new| change(&[new]));
        REPLACEMENTS.iter().for_each(|new| change(&[new, " ", token]));
        if let Some(next) = tokens.get(index + 2) {
            let mut swapped = tokens.clone();
            swapped[index] = next.clone();
            swapped[index + 2] = token.to_owned();
            mutants.push(swapped.concat());
        }
    }
    mutants
}

#[test]
fn one_token_makes_the_same_difference_to_both_comparisons() {
    let (mut read, mut different) = (0, 0);
    for text in CORPUS {
        let original = printed(text);
        assert!(original.is_some(), "{text}");
        for mutant in mutants(text) {
            let Some(tree) = printed(&mutant) else { continue };
            read += 1;
            match exact(text, &mutant) {
                Ok(()) => assert_eq!(original.as_ref(), Some(&tree), "said to be equal:\n{text}\n{mutant}"),
                Err(Disagreement::Unknown { .. }) => different += 1,
                Err(found) => {
                    different += 1;
                    assert_ne!(original.as_ref(), Some(&tree), "said to differ ({found}):\n{text}\n{mutant}");
                }
            }
        }
    }
    assert!(read > 30_000 && different > 25_000, "{read} mutants were read, {different} differed");
}

#[test]
fn no_text_makes_the_witness_panic() {
    // Cut at every character, with bytes of all kinds put in: read or refused, never more.
    for text in CORPUS.iter().chain(UNKNOWN) {
        for (at, _) in text.char_indices() {
            for splice in ["", "'", "\"", "$", "\\", "é", "E'\\xC3'", "U&'\\D83D'", "\u{1}", "/*"] {
                let (head, tail) = text.split_at(at);
                let broken = format!("{head}{splice}{tail}");
                let result = Witness::read(&broken).and_then(|witness| witness.check_printout(&broken));
                assert_ne!(result, Err(Disagreement::Tree), "{broken}");
            }
        }
    }
}
