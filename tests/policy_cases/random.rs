//! Random statements: over the exposed catalog, over hidden names, and damaged ones. The same ones in every run: `PROPTEST_CASES` raises their number,
//! `PROPTEST_RNG_SEED` chooses others.
//!
//! Each is refused without a hidden name, or its text stays within the grant and within its own record (`permit`, `footprint`). A statement that fails is
//! made as short as it can be.

#![expect(clippy::print_stderr, reason = "a long run says what it did")]

use std::cell::{Cell, RefCell};

use postern::config::environment;
use postern::enforce::{DenialCode, parse_message};
use postern::witness::Witness;
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestError, TestRunner};

use super::bed::{SHOP, Session};
use super::generate::{Naming, damaged, message};
use super::permit;

/// Statements of one property where nobody asks for more.
const CASES: u32 = 600;

/// Bytes that a statement is made of.
const BYTES: std::ops::Range<usize> = 12..400;

fn asked<T: std::str::FromStr>(name: &str) -> Option<T> {
    environment(name).and_then(|number| number.parse().ok())
}

fn cases() -> u32 {
    asked("PROPTEST_CASES").unwrap_or(CASES)
}

fn runner() -> TestRunner {
    let rng_seed = RngSeed::Fixed(asked("PROPTEST_RNG_SEED").unwrap_or(0));
    TestRunner::new(ProptestConfig { cases: cases(), failure_persistence: None, rng_seed, ..ProptestConfig::default() })
}

fn session() -> Session {
    Session { database: "analysis".to_owned(), ..Session::default() }
}

/// Tries the property on statements that `write` makes of bytes; gives how many were accepted.
fn each_holds(name: &str, write: impl Fn(&[u8]) -> String) -> u32 {
    let accepted = Cell::new(0);
    let bytes = prop::collection::vec(any::<u8>(), BYTES);
    let outcome = runner().run(&bytes, |bytes| {
        let is_accepted = permit::holds(&SHOP, &session(), &write(&bytes)).map_err(TestCaseError::fail)?;
        accepted.set(accepted.get() + u32::from(is_accepted));
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, bytes)) => panic!("{why}\n{}", write(&bytes)),
        Err(aborted) => panic!("{aborted}"),
    }
    eprintln!("{name}: {} of {} statements were accepted", accepted.get(), cases());
    accepted.get()
}

#[test]
fn a_statement_over_hidden_names_stays_within_the_grant() {
    let accepted = each_holds("over hidden names", |bytes| message(bytes, Naming::Anything));
    assert!(accepted * 5 >= cases(), "{accepted} accepted");
}

#[test]
fn a_damaged_statement_stays_within_the_grant() {
    let accepted = each_holds("damaged", damaged);
    assert!(accepted * 20 >= cases(), "{accepted} accepted");
}

#[test]
fn a_statement_is_judged_alike_every_time() {
    let bytes = prop::collection::vec(any::<u8>(), BYTES);
    let judge = |text: &str| format!("{:?}", SHOP.judge(&session(), text));
    let outcome = runner().run(&bytes, |bytes| {
        let text = message(&bytes, Naming::Anything);
        prop_assert_eq!(judge(&text), judge(&text), "{}", text);
        Ok(())
    });
    assert_eq!(outcome, Ok(()));
}

/// PostgreSQL's grammar reads each statement of the text.
fn is_sql(text: &str) -> bool {
    parse_message(text, &SHOP.limits).is_ok_and(|parsed| parsed.iter().all(|statement| Witness::read(statement.text()).is_ok()))
}

/// The properties above say something only if many statements are accepted, and the two parsers agree on what a client may well write.
#[test]
fn many_random_statements_are_accepted_and_the_parsers_agree_on_them() {
    let (accepted, disagreements) = (Cell::new(0), RefCell::new(Vec::new()));
    let bytes = prop::collection::vec(any::<u8>(), BYTES);
    let outcome = runner().run(&bytes, |bytes| {
        let text = message(&bytes, Naming::Exposed);
        match SHOP.judge(&session(), &text) {
            Ok(_) => accepted.set(accepted.get() + 1),
            Err(refusal) if refusal.code == DenialCode::Witness && is_sql(&text) => {
                disagreements.borrow_mut().push(format!("{text}\n{:?}", refusal.rule_path));
            }
            Err(_) => {}
        }
        Ok(())
    });
    assert_eq!(outcome, Ok(()));
    eprintln!("over the exposed catalog: {} of {} statements were accepted", accepted.get(), cases());
    assert!(accepted.get() * 3 >= cases(), "{} accepted", accepted.get());
    let disagreements = disagreements.into_inner();
    assert!(disagreements.is_empty(), "{} disagreements\n{}", disagreements.len(), disagreements.join("\n\n"));
}
