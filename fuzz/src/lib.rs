//! What the fuzz targets hold texts against: the beds and checks of `tests/policy_cases`.

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/policy_cases/bed.rs"]
mod bed;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/policy_cases/case_file.rs"]
mod case_file;
#[path = "../../tests/policy_cases/footprint.rs"]
mod footprint;
#[path = "../../tests/policy_cases/generate/mod.rs"]
mod generate;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/policy_cases/permit.rs"]
mod permit;

use generate::Naming;

/// Holds a text as it is.
pub fn text(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        hold(text);
    }
}

/// Holds a statement of the grammar.
pub fn grammar(bytes: &[u8]) {
    hold(&generate::message(bytes, Naming::Anything));
}

/// Holds a damaged statement.
pub fn damaged(bytes: &[u8]) {
    hold(&generate::damaged(bytes));
}

fn hold(text: &str) {
    let session = bed::Session { database: "analysis".to_owned(), ..bed::Session::default() };
    if let Err(why) = permit::holds(&bed::SHOP, &session, text) {
        panic!("{why}");
    }
}
