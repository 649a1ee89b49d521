//! The page of the manual that tells what leaves of an error: made from the table, and held to it.

use std::fmt::Write;
use std::path::Path;

use super::table::{Entry, Kind, table};

const HEAD: &str = "\
# What an error tells

<!-- Made from src/upstream/errors/errors.txt: UPDATE_DOCS=1 cargo test --lib upstream::errors -->

An error of the warehouse can hold what is hidden: the value that does not read as a number, the name of a constraint, the text of a function. So no word
of it is passed on. The client reads the SQLSTATE, and a sentence of the table below:

- **constant**: PostgreSQL has one sentence for the code, and it leaves as it is;
- **template**: PostgreSQL's sentence holds values or names, and leaves without them;
- **generic**: nothing beyond the code is told.

PostgreSQL also has sentences that hold nothing but themselves, such as `integer out of range`. Those below leave word for word when they are what the
warehouse says; in another language than English they do not, and the table's own sentence stands for them.

DETAIL, HINT, CONTEXT, the internal query and its position, the names of schema, table, column, type and constraint, and the place in PostgreSQL's source never
leave; psql shows on `\\errverbose` the gate's own place, the same for every report. Errors of the gate itself are written for the client and are not in the table: they name what the client wrote, and nothing else.

## Where

An error points into the text that the client sent. The gate sends another text; both parsers read both texts, and the place is passed on where the second
parser found the very same expression in both. Inside what the gate wrote itself there is no such place, and then the error has none.

## Where a row filter can raise

A filter such as `(payload->>'k')::int <> 3` fails on rows that the client may not see. Whatever then goes wrong in the statement, the client reads 55000, `the
statement cannot be run on this data`, and no position; only codes of the classes 08, 25, 26, 34, 3B and 57, which are the same whatever the rows are, are told as they are.

## Codes of functions

A function that the configuration allows can raise any code. One that is in no version of PostgreSQL leaves with the sentence of its class, or with `the
warehouse cannot run the statement`.

## Notices and warnings

These leave, word for word, where the session's `client_min_messages` asks for them; all others are dropped. Those that speak of data are dropped too where a
row filter can raise.

| severity | SQLSTATE | sentence |
|---|---|---|
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for notice in &table().notices {
        writeln!(page, "| {} | {} | {} |", notice.severity.as_str(), notice.code, notice.sentence).unwrap();
    }
    let count = |kind| table().entries.values().filter(|entry| entry.kind == kind).count();
    let word_for_word: usize = table().entries.values().map(|entry| entry.word_for_word.len()).sum();
    writeln!(
        page,
        "\n## Every SQLSTATE of PostgreSQL 13 to 18\n\n{} codes: {} constant, {} template, {} generic; and {word_for_word} sentences that leave word for word.\n",
        table().entries.len(),
        count(Kind::Constant),
        count(Kind::Template),
        count(Kind::Generic)
    )
    .unwrap();
    page.push_str("| SQLSTATE | condition | kind | what the client reads |\n|---|---|---|---|\n");
    for (code, Entry { kind, condition, sentence, word_for_word: _ }) in &table().entries {
        let kind = match kind {
            Kind::Constant => "constant",
            Kind::Generic => "generic",
            Kind::Template => "template",
        };
        writeln!(page, "| {code} | {condition} | {kind} | {sentence} |").unwrap();
    }
    page.push_str("\n## Sentences that leave word for word\n");
    for (code, entry) in table().entries.iter().filter(|(_, entry)| !entry.word_for_word.is_empty()) {
        writeln!(page, "\n**{code}** {}\n", entry.condition).unwrap();
        entry.word_for_word.iter().for_each(|told| writeln!(page, "- {told}").unwrap());
    }
    page
}

#[test]
fn the_page_is_that_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    let made = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(checked_in == made, "docs/errors.md is out of date: UPDATE_DOCS=1 cargo test --lib upstream::errors writes it");
}
