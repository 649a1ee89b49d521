//! What no honest client sends: damaged bytes and monstrous statements. The gate answers with an error or hangs up, and serves the next one.

use std::fs;
use std::sync::Arc;

use bytes::BytesMut;
use postgres_protocol::message::frontend;

use crate::harness::{Login, Postgres, Raw, Serving, done};

const VISITOR: Login = Login { user: "visitor", password: "visitor's password", database: "small" };
const MUTATIONS: u64 = 2_000;

/// A gate before a database with one small table.
fn gate(database: &str) -> (Arc<Postgres>, tempfile::TempDir, Serving) {
    let server = Postgres::shared();
    server.database(database);
    server.sql(database, "CREATE TABLE small AS SELECT n FROM generate_series(1, 3) AS n");
    let work = tempfile::tempdir().unwrap();
    let (folder, secret) = (work.path().join("conf"), work.path().join("secret"));
    fs::write(&secret, VISITOR.password).unwrap();
    let url = format!("postgres://postgres@127.0.0.1:{}/{database}", server.port);
    let paths = ["--out", folder.to_str().unwrap(), "--password-file", secret.to_str().unwrap(), "--plaintext-loopback"];
    let who = ["--schemas", "public", "--grant", VISITOR.database, "--user", VISITOR.user, "--expose", "all"];
    done(&[&["scaffold", "--warehouse", &url], &who[..], &paths[..]].concat());
    let gate = Serving::start(folder.to_str().unwrap());
    (server, work, gate)
}

#[test]
fn monstrous_statements_are_refused_and_the_session_goes_on() {
    let (_server, _work, gate) = gate("monstrous");
    let mut client = Raw::login(gate.port, &VISITOR);
    let monsters = [
        ("a sum of 120 kB", format!("SELECT 1{}", "+1".repeat(60_000))),
        ("10,000 parentheses", format!("SELECT {}1{}", "(".repeat(10_000), ")".repeat(10_000))),
        ("5,000 UNIONs", format!("SELECT 1{}", " UNION SELECT 1".repeat(5_000))),
        ("5,000 joins", format!("SELECT 1 FROM small{}", " CROSS JOIN small".repeat(5_000))),
        ("10,000 sub-selects", format!("SELECT {}1{}", "(SELECT ".repeat(10_000), ")".repeat(10_000))),
        ("10,000 NOTs", format!("SELECT {} true", "NOT ".repeat(10_000))),
        ("10,000 minus signs", format!("SELECT {} 1", "- ".repeat(10_000))),
        ("10,000 casts", format!("SELECT 1{}", "::int".repeat(10_000))),
        ("10,000 CASEs", format!("SELECT {}1{}", "CASE WHEN true THEN ".repeat(10_000), " END".repeat(10_000))),
        ("10,000 nested comments", format!("SELECT {} 1 {}", "/*".repeat(10_000), "*/".repeat(9_999))),
        ("100,000 AND", format!("SELECT true{}", " AND true".repeat(100_000))),
        ("10,000 arrays", format!("SELECT {}1{}", "ARRAY[".repeat(10_000), "]".repeat(10_000))),
        ("10,000 functions", format!("SELECT {}1{}", "abs(".repeat(10_000), ")".repeat(10_000))),
        ("10,000 WITHs", format!("{} SELECT 1 {}", "WITH a AS (".repeat(10_000), ") SELECT 1".repeat(10_000))),
    ];
    for (name, sql) in monsters {
        let answer = client.query(&sql);
        let state = answer.iter().find(|message| message.tag == b'E').and_then(|error| error.field('C'));
        assert!(state.as_deref().is_some_and(|state| ["54000", "54001", "42601"].contains(&state)), "{name}: {state:?}");
        let rows = client.query("SELECT count(*) FROM small");
        assert!(rows.iter().any(|message| message.tag == b'D' && message.body.ends_with(b"3")), "{name}: {rows:?}");
    }
    gate.stop();
}

/// Numbers that look random and are the same in each run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % sides
    }

    /// Damages a conversation: bits, lengths, cuts, repetitions, strangers in between.
    fn damage(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        for _ in 0..=self.roll(4) {
            let at = self.roll(bytes.len());
            match self.roll(6) {
                0 => bytes[at] ^= 1 << self.roll(8),
                1 => bytes[at] = [0, 0xff, 0x7f, 0x80][self.roll(4)],
                2 => bytes.truncate(at.max(1)),
                3 => bytes.insert(at, u8::try_from(self.roll(256)).unwrap()),
                4 => drop(bytes.remove(at)),
                _ => {
                    let again = bytes[at..bytes.len().min(at + 1 + self.roll(40))].to_vec();
                    bytes.splice(at..at, again);
                }
            }
            if bytes.is_empty() {
                bytes.push(0);
            }
        }
        bytes
    }
}

fn packet(write: impl Fn(&mut BytesMut) -> std::io::Result<()>) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    write(&mut bytes).unwrap();
    bytes.to_vec()
}

/// What clients send before they are logged in.
fn beginnings() -> Vec<Vec<u8>> {
    let startup =
        packet(|to| frontend::startup_message([("user", "visitor"), ("database", "small"), ("options", "-c work_mem=1")], to));
    let sasl = packet(|to| frontend::sasl_initial_response("SCRAM-SHA-256", b"n,,n=,r=abcdefghijklmnopqrst", to));
    let response = packet(|to| frontend::sasl_response(b"c=biws,r=abcdefghijklmnopqrst,p=AAAA", to));
    vec![
        packet(|to| {
            frontend::ssl_request(to);
            Ok(())
        }),
        packet(|to| {
            frontend::cancel_request(7, 8, to);
            Ok(())
        }),
        startup.clone(),
        [startup, sasl, response].concat(),
    ]
}

/// What clients send when they are in.
fn conversations() -> Vec<Vec<u8>> {
    let parse = packet(|to| frontend::parse("s", "SELECT n FROM small WHERE n > $1", [23], to));
    let bind = packet(|to| {
        let value = |value: &str, to: &mut BytesMut| {
            to.extend_from_slice(value.as_bytes());
            Ok(postgres_protocol::IsNull::No)
        };
        frontend::bind("p", "s", [0], ["1"], value, [1], to).map_err(|_| std::io::Error::other("bind"))
    });
    let rest = packet(|to| {
        frontend::describe(b'P', "p", to)?;
        frontend::execute("p", 1, to)?;
        frontend::execute("p", 0, to)?;
        frontend::close(b'S', "s", to)?;
        frontend::flush(to);
        frontend::sync(to);
        Ok(())
    });
    let simple = packet(|to| frontend::query("BEGIN; SELECT n FROM small; COMMIT", to));
    let copy = packet(|to| frontend::query("COPY small TO STDOUT", to));
    vec![[parse, bind, rest].concat(), [simple, copy].concat()]
}

#[test]
fn damaged_bytes_end_no_more_than_their_own_session() {
    let (server, _work, gate) = gate("damaged");
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (beginnings, conversations) = (beginnings(), conversations());
    for round in 0..MUTATIONS {
        let is_inside = dice.roll(2) == 0;
        let (mut client, originals) = match is_inside {
            true => (Raw::login(gate.port, &VISITOR), &conversations),
            false => (Raw::connect(gate.port), &beginnings),
        };
        let original = originals[dice.roll(originals.len())].clone();
        let bytes = dice.damage(original);
        // The gate may have hung up in the middle of it.
        drop(client.try_send(&bytes));
        client.finish_sending();
        let said = client.until_closed();
        assert!(!String::from_utf8_lossy(&said).contains("panicked"), "round {round}");
    }
    let open = || server.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = 'damaged' AND state = 'active'");
    while open() != "0" {
        std::thread::yield_now();
    }
    let mut client = Raw::login(gate.port, &VISITOR);
    assert!(client.query("SELECT count(*) FROM small").iter().any(|message| message.tag == b'D' && message.body.ends_with(b"3")));
    drop(client);
    gate.stop();
}
