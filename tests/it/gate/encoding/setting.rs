//! Who speaks which encoding from when to when, and sessions of different ones beside each other.

use super::client::{Client, SPOKEN, both, in_time, same};
use super::words::gate;
use crate::gate::folder::PASSWORD;
use crate::gate::wire::Speaker;

#[test]
fn the_encoding_changes_with_its_setting_and_back() {
    let gate = gate(4);
    let (mut direct, mut through) = both(&gate, "WIN1252");
    // What is said is ASCII: who speaks what is seen in what comes back.
    let mut client = Client::of("UTF8");
    let word = "SELECT wort FROM worte WHERE n = 1";
    client.query(word).query("SET client_encoding = 'utf-8'").query(word).query("RESET client_encoding").query(word);
    client.query("SET NAMES 'latin1'").query(word).query("SHOW client_encoding").query("SET NAMES DEFAULT").query(word);
    client
        .query("SET NAMES")
        .query("SET client_encoding TO unicode")
        .query("SET client_encoding TO \"UNICODE\"")
        .query("SHOW client_encoding");
    client
        .query("SET client_encoding TO DEFAULT")
        .query("SET client_encoding = 'latin1', 'utf8'")
        .query("SET client_encoding = nonsense");
    client.query("SET client_encoding = mule_internal").query("SET client_encoding = ''").query(word);
    client.query("BEGIN").query("SET client_encoding = utf8").query(word).query("ROLLBACK").query(word);
    client.query("BEGIN").query("SET LOCAL client_encoding = utf8").query(word).query("COMMIT").query(word);
    client
        .query("BEGIN")
        .query("SET client_encoding = utf8")
        .query("SAVEPOINT a")
        .query("SET client_encoding = latin9")
        .query(word);
    client.query("ROLLBACK TO a").query(word).query("SET client_encoding = koi8r").query("SELECT 1/0").query(word);
    client.query("ROLLBACK TO a").query(word).query("COMMIT").query(word).query("RESET ALL").query(word);
    client
        .query("SELECT set_config('client_encoding', 'Windows-1252', false), set_config('client_encoding', 'utf8', true)")
        .query(word);
    client
        .query("BEGIN; SET client_encoding = utf8; SELECT wort FROM worte WHERE n = 1; COMMIT")
        .query(word)
        .query("DISCARD ALL")
        .query(word);
    client
        .query("SET client_encoding = utf8; SELECT 1/0")
        .query(word)
        .query("SET client_encoding = sjis")
        .query("SELECT wort FROM worte WHERE n = 5");
    // In one piece: the next message is read when the one before has been done.
    client.query("SET client_encoding = utf8").parse("", "SET client_encoding = latin1");
    client.message(b'B', &[b"\0\0\0\0\0\0\0\0"]).execute("", 0).message(b'P', &[b"\0SELECT length('\xfc')\0\0\0"]);
    client.message(b'B', &[b"\0\0\0\0\0\0\0\0"]).execute("", 0).sync().message(b'Q', &[b"SELECT length('\xfc')\0"]);
    client
        .message(b'Q', &[b"BEGIN; SET client_encoding = utf8; SELECT wort FROM worte WHERE n = 1\0"])
        .message(b'Q', &[b"ROLLBACK\0"]);
    client.message(b'Q', &[b"SELECT length('\xfc')\0"]);
    let (expected, heard) = (client.hear(&mut direct, "VCM"), client.hear(&mut through, "VCM"));
    same(&in_time(&gate, heard), &in_time(&gate, expected), "in turn");
}

/// Where an encoding can be asked for besides `client_encoding` itself.
#[test]
fn a_startup_packet_asks_for_it_in_its_options_too() {
    let gate = gate(4);
    for options in
        ["-c client_encoding=latin1", "--client-encoding=Latin-1 -c application_name=Größe", "-c client_encoding=UNICODE"]
    {
        let mine = format!("{options} -c search_path=crm");
        let direct = [("database", gate.database.as_str()), ("options", mine.as_str()), ("application_name", "größer €")];
        let mut direct = Speaker::log_in(gate.server.port, "postgres", "", &direct);
        let through = [("database", "analysis"), ("options", options), ("application_name", "größer €")];
        let mut through = Speaker::log_in(gate.port, "jane", PASSWORD, &through);
        let mut client = Client::of("UTF8");
        client.query("SHOW client_encoding").query("SELECT wort FROM worte WHERE n = 1").query("SET client_encoding = sjis");
        client.query("SHOW application_name").query("RESET client_encoding").query("SHOW client_encoding");
        let (expected, heard) = (client.hear(&mut direct, "VC"), client.hear(&mut through, "VC"));
        same(&in_time(&gate, heard), &in_time(&gate, expected), options);
    }
}

#[test]
fn sessions_of_different_encodings_share_the_warehouse_s_connections() {
    let gate = gate(1);
    let backends = || {
        gate.server.sql(
            &gate.database,
            "SELECT pid FROM pg_stat_activity WHERE usename = 'postern_svc' AND datname = current_database()",
        )
    };
    let mut pid = None;
    for (encoding, text, n) in SPOKEN {
        let (mut direct, mut through) = both(&gate, encoding);
        let mut client = Client::of(encoding);
        client.query(&format!("SELECT wort, '{text}' FROM worte WHERE n = {n}"));
        let (expected, heard) = (client.hear(&mut direct, "VC"), client.hear(&mut through, "VC"));
        assert_eq!(heard, expected, "{encoding}");
        // One connection serves them all, one after the other.
        assert_eq!(*pid.get_or_insert_with(backends), backends(), "{encoding}");
        let (begun, ended) = (gate.records("session.started").len(), "session.ended");
        drop(through);
        gate.records_when(ended, begun);
    }
}

#[test]
fn two_sessions_speak_at_once_and_each_hears_its_own() {
    let gate = gate(2);
    let (mut direct_one, mut one) = both(&gate, "LATIN1");
    let (mut direct_two, mut two) = both(&gate, "UTF8");
    for _ in 0..3 {
        for (encoding, direct, through) in [("LATIN1", &mut direct_one, &mut one), ("UTF8", &mut direct_two, &mut two)] {
            let mut client = Client::of(encoding);
            client.query("SELECT wort, 'ü' AS \"ü\" FROM worte WHERE wort = 'Müller'").query("SHOW client_encoding");
            assert_eq!(client.hear(through, "VC"), client.hear(direct, "VC"), "{encoding}");
        }
    }
}
