//! Ways of speaking that are rare and allowed: a client that closes its half of the line before it has heard the answers, and the old call by function number.

use bytes::{BufMut, BytesMut};

use super::ends::{SLOW, wait_until_running};
use super::folder::PASSWORD;
use super::running::Gate;
use crate::harness::{Login, Message, Raw, wait_until};

/// A connection to the gate, and one to the warehouse itself.
fn both(gate: &Gate) -> [Raw; 2] {
    let jane = Login { user: "jane", password: PASSWORD, database: "analysis" };
    let database: &'static str = Box::leak(gate.database.clone().into_boxed_str());
    let itself = Login { user: "postgres", password: "", database };
    [Raw::login(gate.port, &jane), Raw::login(gate.server.port, &itself)]
}

fn query(sql: &str) -> Vec<u8> {
    let mut packet = vec![b'Q'];
    packet.put_u32(sql.len() as u32 + 5);
    packet.extend_from_slice(sql.as_bytes());
    packet.push(0);
    packet
}

/// Every message to the end of the line; of errors their code.
fn last_words(raw: &mut Raw) -> Vec<String> {
    let mut words = Vec::new();
    while let Ok(Message { tag, body }) = raw.receive() {
        let said = Message { tag, body };
        words.push(match tag {
            b'E' => format!("E {}", said.field('C').unwrap()),
            _ => format!("{} {}", char::from(tag), said.body.escape_ascii()),
        });
    }
    words
}

#[test]
fn who_has_said_all_still_hears_all() {
    let gate = Gate::start(1_000_000);
    let statements = [
        "SELECT n, pad FROM crm.numbers WHERE n < 4 ORDER BY n",
        "SELECT count(*) FROM crm.numbers AS a, crm.topics AS b; SELECT 1/0; SELECT 'not this one'",
        "SELECT sum(a.n) FROM crm.numbers AS a JOIN crm.numbers AS b ON a.n = b.n",
        "SELECT n, pad FROM crm.numbers ORDER BY n",
    ];
    for goodbye in [&b""[..], b"X\0\0\0\x04"] {
        let [through, direct] = both(&gate).map(|mut raw| {
            raw.send(&[&statements.map(query).concat(), goodbye].concat());
            raw.finish_sending();
            last_words(&mut raw)
        });
        assert!(direct.len() > 200_000, "{}", direct.len());
        for (at, (through, direct)) in through.iter().zip(&direct).enumerate() {
            assert_eq!(through, direct, "message {at}");
        }
        assert_eq!(through.len(), direct.len());
    }
    assert!(gate.outcomes().iter().filter(|outcome| outcome["status_code"] == "00000").count() >= 8);
}

#[test]
fn a_call_by_function_number_is_refused_and_the_session_goes_on() {
    let gate = Gate::start(1000);
    let [mut through, mut direct] = both(&gate);
    // int4abs(-42), in text.
    let mut call = BytesMut::new();
    call.put_u8(b'F');
    call.put_u32(4 + 4 + 2 + 2 + 4 + 3 + 2);
    call.put_u32(1251);
    call.put_slice(&[0, 0, 0, 1, 0, 0, 0, 3]);
    call.put_slice(b"-42\0\0");
    through.send(&call);
    let told = through.until_ready();
    assert_eq!(told.iter().map(|message| message.tag).collect::<Vec<_>>(), [b'E', b'Z']);
    assert_eq!(told[0].field('C').as_deref(), Some("0A000"), "{:?}", told[0].fields());
    assert!(told[0].field('H').is_some(), "{:?}", told[0].fields());
    assert_eq!(through.query("SELECT 7").iter().filter(|message| message.tag == b'D').count(), 1);
    // In a block it fails the block, as any error does.
    through.query("BEGIN");
    through.send(&call);
    assert_eq!(through.until_ready().last().unwrap().body, [b'E']);
    through.query("ROLLBACK");
    // What is no such call is answered as PostgreSQL answers it.
    for (cut, formats) in [(1, 0), (2, 0), (5, 0), (9, 0), (11, 0), (0, 3)] {
        let mut bad = call.clone();
        bad.truncate(call.len() - cut);
        let length = bad.len() as u32 - 1;
        bad[1..5].copy_from_slice(&length.to_be_bytes());
        bad[10] = formats;
        let [told, expected] = [&mut through, &mut direct].map(|raw| {
            raw.send(&bad);
            let told = raw.until_ready();
            told.iter().map(|message| (message.tag, message.field('C'))).collect::<Vec<_>>()
        });
        assert_eq!(told, expected, "without {cut}");
    }
}

/// Without TLS a client that is gone looks like one that only listens: it is found out by being spoken to, while its statement says nothing.
#[test]
fn who_hears_no_more_takes_the_statement_along() {
    let gate = Gate::start(1_000_000);
    let running = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{}' AND state = 'active'", gate.database);
    for goodbye in [&b""[..], b"X\0\0\0\x04"] {
        let [mut gone, _] = both(&gate);
        gone.send(&[&query(SLOW)[..], goodbye].concat());
        wait_until_running(&gate, "%count%");
        drop(gone);
        wait_until(&running, || gate.server.sql("postgres", &running) == "0");
    }
    // It was the client that ended them, not the time that a statement may take.
    wait_until("both outcomes are written", || gate.outcomes().len() == 2);
    for outcome in gate.outcomes() {
        assert_eq!(outcome["postern"]["result"]["sqlstate"], "08006", "{outcome}");
    }
}
