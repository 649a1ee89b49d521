//! What the gate makes of it: ASCII for the warehouse, the same masks, plans and records that can be read.

use std::sync::Arc;

use super::client::{Client, SPOKEN, both, conversations};
use super::words::{gate, gate_before};
use crate::gate::folder::PASSWORD;
use crate::gate::wire::Speaker;
use crate::harness::Postgres;

/// Whatever the client speaks: the log of the warehouse shows what it was sent.
#[test]
fn nothing_but_ascii_is_sent() {
    let server = Arc::new(Postgres::builder().setting("log_statement", "all").setting("log_line_prefix", "user=%u ").start());
    let gate = gate_before(Arc::clone(&server), 4);
    for (encoding, text, n) in [("UTF8", "表ソ能", 5), ("WIN1252", "“5 €”", 3), ("BIG5", "功許", 6)] {
        let (_, mut through) = both(&gate, encoding);
        for client in conversations(encoding, text, n) {
            client.hear(&mut through, "VC");
        }
    }
    let log = server.log();
    // "statement: …", "execute name/portal: …": the name of a portal is no SQL.
    let (ascii, other): (Vec<&str>, Vec<&str>) = log
        .lines()
        .filter_map(|line| Some(line.strip_prefix("user=postern_svc LOG:  ")?.split_once(": ")?.1))
        .partition(|sql| sql.is_ascii());
    assert!(other.is_empty(), "{other:#?}");
    assert!(ascii.iter().filter(|line| line.contains("U&'\\8868\\30BD\\80FD'")).count() > 4, "{ascii:#?}");
}

#[test]
fn masks_are_the_same_in_every_encoding() {
    let gate = gate(4);
    let masked = |encoding: &str| {
        let mut through =
            Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis"), ("client_encoding", encoding)]);
        let mut client = Client::of(encoding);
        client.query("SELECT n, email FROM worte ORDER BY n");
        client.parse("", "SELECT email FROM worte WHERE email <> $1 ORDER BY n").bind("", "", "x", 1).execute("", 0).sync();
        client.query("COPY (SELECT email FROM worte ORDER BY n) TO STDOUT");
        client.hear(&mut through, "VCM")
    };
    let expected = masked("UTF8");
    assert!(expected.iter().filter(|line| line.starts_with('D')).count() >= 26, "{expected:?}");
    for (encoding, _, _) in SPOKEN {
        let heard = masked(encoding);
        let rows = |lines: &[String]| lines.iter().filter(|line| line.starts_with(['D', 'd', 'E'])).cloned().collect::<Vec<_>>();
        assert_eq!(rows(&heard), rows(&expected), "{encoding}");
        for raw in ["example", "euro", "plain@"] {
            assert!(!heard.concat().contains(raw), "{encoding}: {heard:?}");
        }
    }
}

/// The warehouse's plan names what is hidden; what it cannot be named in is not told by an error either.
#[test]
fn a_plan_is_told_in_the_client_s_encoding() {
    let gate = gate(4);
    for encoding in ["LATIN1", "WIN1252", "SQL_ASCII", "UTF8"] {
        let mut through =
            Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis"), ("client_encoding", encoding)]);
        let mut client = Client::of(encoding);
        let plan = "EXPLAIN SELECT * FROM \"wörter\" WHERE \"straße\" = 'Größe'";
        client.query(plan).query("BEGIN").query(plan).query("SELECT 'ü' AS \"ü\"").query("COMMIT").query("SELECT 'ü'");
        client.parse("", plan).message(b'B', &[b"\0\0\0\0\0\0\0\0"]).execute("", 0).parse("", "SELECT 'ü'");
        client.message(b'B', &[b"\0\0\0\0\0\0\0\0"]).execute("", 0).sync().query(&format!("{plan}; SELECT 'ü'; SELECT 1/0"));
        client
            .query(&format!("BEGIN; SET LOCAL client_encoding = {encoding}; {plan}; SELECT 1/0"))
            .query("ROLLBACK")
            .query("SELECT 'ü'");
        let heard = client.hear(&mut through, "VCM");
        let name = Client::of(encoding).bytes("wörter").escape_ascii().to_string();
        assert_eq!(heard.iter().filter(|line| line.contains(&name)).count(), 5, "{encoding}: {heard:#?}");
        let umlaut = Client::of(encoding).bytes("ü").escape_ascii().to_string();
        assert_eq!(
            heard.iter().filter(|line| line.starts_with("D ") && line.contains(&umlaut)).count(),
            5,
            "{encoding}: {heard:#?}"
        );
        let errors: Vec<&String> = heard.iter().filter(|line| line.starts_with('E')).collect();
        assert_eq!(errors, ["E VERROR C22012 Mdivision by zero"; 2], "{encoding}");
    }
    let mut through = Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis"), ("client_encoding", "KOI8R")]);
    let mut client = Client::of("KOI8R");
    client.query("EXPLAIN SELECT 1 FROM U&\"w\\00F6rter\"").query("SELECT 1");
    let heard = client.hear(&mut through, "VC");
    assert_eq!((heard[0].as_str(), heard.last().unwrap().as_str()), ("E VERROR C22P05", "Z I"), "{heard:#?}");
}

#[test]
fn the_record_is_readable() {
    let gate = gate(4);
    let (_, mut through) = both(&gate, "WIN1252");
    let mut client = Client::of("WIN1252");
    client.query("SELECT \"straße\" AS \"“Größe”\" FROM \"wörter\"");
    client.hear(&mut through, "VC");
    let intent = &gate.records_when("statement.intent", 1)[0];
    assert!(intent.to_string().contains(r#"\"straße\" AS \"“Größe”\""#), "{intent:#}");
}
