//! Clients that do not speak UTF-8: what they say and hear through the gate is, byte by byte, what they say and hear of PostgreSQL.

use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::sync::Arc;

use bytes::{BufMut, BytesMut};
use postern::base::Encoding;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type};

use super::folder::{PASSWORD, POLICY, Texts, write};
use super::running::{Gate, said};
use super::wire::Speaker;
use crate::harness::{Postgres, binary};

const WAREHOUSE: &str = r#"
CREATE SCHEMA crm;
CREATE TABLE crm.worte (n int PRIMARY KEY, wort text, email text);
INSERT INTO crm.worte VALUES (1, 'Müller', 'müller@example.com'), (2, '5 €', 'euro@example.com'), (3, '“5 €”', 'zitat@example.com'),
  (4, 'Жук', 'жук@example.com'), (5, '表ソ能', '表@example.com'), (6, '功許', NULL), (7, '誠實', 'x@example.com'), (8, '表計', 'y@example.com'),
  (9, '한국', 'z@example.com'), (10, '誠😀', 'w@example.com'), (11, '斗', 'v@example.com'), (12, '国', 'u@example.com'), (13, '表か゚', 't@example.com'),
  (14, 'plain', 'plain@example.com');
CREATE TABLE crm."wörter" (n int PRIMARY KEY, "straße" text, hidden text);
INSERT INTO crm."wörter" VALUES (1, 'Größe', 'CANARY €');
DO $$ BEGIN CREATE ROLE postern_svc LOGIN PASSWORD 'service';
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT USAGE ON SCHEMA crm TO postern_svc;
GRANT SELECT ON ALL TABLES IN SCHEMA crm TO postern_svc;
ANALYZE;
"#;

const CONTRACT: &str = r#"
apiVersion: v3.1.0
kind: DataContract
id: crm
name: crm
version: 1.0.0
status: active
servers:
  - {id: shop, server: shop, type: postgres, host: 127.0.0.1, port: 5432, database: shop, schema: crm}
roles:
  - {role: analyst, access: read}
schema:
  - id: words_obj
    name: worte
    physicalName: worte
    physicalType: table
    logicalType: object
    properties:
      - {id: w1, name: n, logicalType: integer, physicalType: integer, classification: internal, primaryKey: true, primaryKeyPosition: 1, required: true}
      - {id: w2, name: wort, logicalType: string, physicalType: text, classification: internal}
      - {id: w3, name: email, logicalType: string, physicalType: text, classification: pii, tags: [pii.email], customProperties: [{property: posternPseudonymDomain, value: email}]}
  - id: more_obj
    name: wörter
    physicalName: wörter
    physicalType: table
    logicalType: object
    properties:
      - {id: m1, name: n, logicalType: integer, physicalType: integer, classification: internal, primaryKey: true, primaryKeyPosition: 1, required: true}
      - {id: m2, name: straße, logicalType: string, physicalType: text, classification: internal}
      - {id: m3, name: hidden, logicalType: string, physicalType: text, classification: restricted}
"#;

const RELATIONS: &str = r#"          worte:
            columns: [n, wort, email]
          wörter:
            columns: [n, straße]
            row_filter: "hidden <> '€'"
"#;

/// A gate before the words, with that many connections to the warehouse.
fn gate(connections: usize) -> Gate {
    gate_before(Postgres::shared(), connections)
}

fn gate_before(server: Arc<Postgres>, connections: usize) -> Gate {
    let database = Gate::new_database_name();
    server.database(&database);
    server.sql(&database, WAREHOUSE);
    let (head, tail) = POLICY.split_once("        relations:\n").unwrap();
    let (_, tail) = tail.split_once("    limits:\n").unwrap();
    let policy = format!("{head}        relations:\n{RELATIONS}    limits:\n{tail}").replace("@ROWS@", "1000");
    let folder = tempfile::tempdir().unwrap();
    let contracts = [CONTRACT.to_owned()];
    let texts = Texts { port: server.port, database: &database, search_path: "crm", policy: &policy, contracts: &contracts };
    write(folder.path(), &texts);
    super::folder::change(folder.path(), "postern.yaml", "max_connections: 4", &format!("max_connections: {connections}"));
    Gate::over(server, database, folder).unwrap()
}

/// What a client writes, in its own encoding.
struct Client {
    encoding: Encoding,
    packet: BytesMut,
    ready: usize,
}

impl Client {
    fn of(encoding: &str) -> Self {
        Self { encoding: Encoding::find(encoding).unwrap(), packet: BytesMut::new(), ready: 0 }
    }

    fn bytes(&self, text: &str) -> Vec<u8> {
        self.encoding.encode(text).unwrap().into_owned()
    }

    fn message(&mut self, tag: u8, parts: &[&[u8]]) -> &mut Self {
        self.packet.put_u8(tag);
        self.packet.put_u32(parts.iter().map(|part| part.len() as u32).sum::<u32>() + 4);
        parts.iter().for_each(|part| self.packet.put_slice(part));
        self.ready += usize::from(matches!(tag, b'Q' | b'S'));
        self
    }

    fn query(&mut self, text: &str) -> &mut Self {
        let text = self.bytes(text);
        self.message(b'Q', &[&text, b"\0"])
    }

    fn parse(&mut self, name: &str, text: &str) -> &mut Self {
        let (name, text) = (self.bytes(name), self.bytes(text));
        self.message(b'P', &[&name, b"\0", &text, b"\0\0\0"])
    }

    /// One value; `format` of the value and of all columns.
    fn bind(&mut self, portal: &str, statement: &str, value: &str, format: u8) -> &mut Self {
        let (portal, statement, value) = (self.bytes(portal), self.bytes(statement), self.bytes(value));
        let length = (value.len() as u32).to_be_bytes();
        let formats = [0, 1, 0, format];
        self.message(b'B', &[&portal, b"\0", &statement, b"\0", &formats, &[0, 1], &length, &value, &formats])
    }

    fn describe(&mut self, kind: u8, name: &str) -> &mut Self {
        let name = self.bytes(name);
        self.message(b'D', &[&[kind], &name, b"\0"])
    }

    fn execute(&mut self, portal: &str, rows: u32) -> &mut Self {
        let portal = self.bytes(portal);
        self.message(b'E', &[&portal, b"\0", &rows.to_be_bytes()])
    }

    fn close(&mut self, kind: u8, name: &str) -> &mut Self {
        let name = self.bytes(name);
        self.message(b'C', &[&[kind], &name, b"\0"])
    }

    fn sync(&mut self) -> &mut Self {
        self.message(b'S', &[])
    }

    /// What a server answers, one line for each message. Errors of the server are redacted: their code counts, and the rest where it is told.
    fn hear(&self, speaker: &mut Speaker, told: &str) -> Vec<String> {
        let heard = speaker.exchange_bytes(&self.packet, self.ready);
        heard.iter().filter_map(|(tag, body)| line(*tag, body, told)).collect()
    }
}

fn line(tag: u8, body: &[u8], told: &str) -> Option<String> {
    match tag {
        b'S' => body.starts_with(b"client_encoding").then(|| format!("S {}", body.escape_ascii())),
        b'E' | b'N' => {
            let fields =
                body.split(|byte| *byte == 0).filter(|field| field.first().is_some_and(|kind| told.contains(char::from(*kind))));
            Some(fields.fold(char::from(tag).to_string(), |line, field| format!("{line} {}", field.escape_ascii())))
        }
        _ => Some(format!("{} {}", char::from(tag), body.escape_ascii())),
    }
}

/// A client on the warehouse and one on the gate, both in that encoding from the start.
fn both(gate: &Gate, encoding: &str) -> (Speaker, Speaker) {
    let options = "-c search_path=crm -c default_transaction_read_only=on";
    let direct = [("database", gate.database.as_str()), ("options", options), ("client_encoding", encoding)];
    let direct = Speaker::log_in(gate.server.port, "postgres", "", &direct);
    let through = [("database", "analysis"), ("client_encoding", encoding)];
    (direct, Speaker::log_in(gate.port, "jane", PASSWORD, &through))
}

/// Message by message, so that the first that differs is seen.
fn same(heard: &[String], expected: &[String], what: &str) {
    for (at, (heard, expected)) in heard.iter().zip(expected).enumerate() {
        assert_eq!(heard, expected, "{what}: message {at}");
    }
    assert_eq!(heard.len(), expected.len(), "{what}");
}

/// Before 14, a server tells of a changed setting at once, and the gate with ReadyForQuery, as later ones.
fn in_time(gate: &Gate, heard: Vec<String>) -> Vec<String> {
    heard.into_iter().filter(|line| gate.server.major >= 14 || !line.starts_with("S ")).collect()
}

/// An encoding and a text of it: the row of that number holds it.
const SPOKEN: [(&str, &str, u32); 17] = [
    ("LATIN1", "Müller", 1),
    ("LATIN9", "5 €", 2),
    ("WIN1252", "“5 €”", 3),
    ("WIN1251", "Жук", 4),
    ("KOI8R", "Жук", 4),
    ("SJIS", "表ソ能", 5),
    ("BIG5", "功許", 6),
    ("GBK", "誠實", 7),
    ("EUC_JP", "表計", 8),
    ("UHC", "한국", 9),
    ("EUC_KR", "한국", 9),
    ("GB18030", "誠😀", 10),
    ("EUC_TW", "斗", 11),
    ("EUC_CN", "国", 12),
    ("SHIFT_JIS_2004", "表か゚", 13),
    ("SQL_ASCII", "Müller", 1),
    ("UTF8", "表ソ能", 5),
];

/// Everything that a text can be in a conversation.
fn conversations(encoding: &str, text: &str, n: u32) -> Vec<Client> {
    let mut said = Vec::new();
    let mut say = |write: &dyn Fn(&mut Client)| {
        let mut client = Client::of(encoding);
        write(&mut client);
        said.push(client);
    };
    let quoted = format!("\"{text}\"");
    say(&|client| {
        client.query("SHOW client_encoding").query("SELECT pg_client_encoding(), current_setting('client_encoding')");
        client.query("SELECT setting, reset_val FROM pg_settings WHERE name = 'client_encoding'");
    });
    // In a literal, as a name, behind a quote, in a comment.
    say(&|client| {
        client.query(&format!(
            "SELECT n, wort AS {quoted}, length('{text}'), '{text}''' || '\\' FROM worte WHERE wort = '{text}' -- {text}"
        ));
        client.query(&format!("SELECT E'\\\\{text}\\'', $${text}$$, '{text}' = '{text}' AS x /* {text} */"));
        client.query(&format!("WITH {quoted} AS (SELECT '{text}' AS {quoted}) SELECT {quoted}.{quoted}, {quoted} FROM {quoted}"));
    });
    say(&|client| {
        let sql = format!("SELECT n, wort, $1 || '{text}' AS {quoted} FROM worte WHERE wort = $1");
        for format in [0, 1] {
            client.parse("", &sql).describe(b'S', "").bind("", "", text, format).describe(b'P', "").execute("", 0).sync();
        }
    });
    // Texts inside of other values.
    say(&|client| {
        let sql = "SELECT ARRAY[wort, $1], ROW(wort), to_json(wort), wort::varchar(3), wort::name, xmlelement(name x, wort) FROM worte WHERE wort = $1::text";
        for format in [0, 1] {
            client.parse("", sql).bind("", "", text, format).execute("", 0).sync();
        }
    });
    // The names of statements and portals.
    say(&|client| {
        client.query("BEGIN").parse(text, "SELECT n, wort FROM worte WHERE n < $1::int ORDER BY n").describe(b'S', text);
        client.bind(text, text, "1", 0).describe(b'P', text).execute(text, 1).execute(text, 0).close(b'P', text).sync();
        client.execute(text, 0).sync().query("ROLLBACK").describe(b'S', text).close(b'S', text).sync();
    });
    say(&|client| {
        client.query("BEGIN").query(&format!("DECLARE {quoted} SCROLL CURSOR FOR SELECT wort FROM worte WHERE n = {n}"));
        client.query(&format!("FETCH ALL FROM {quoted}")).query(&format!("MOVE BACKWARD ALL FROM {quoted}"));
        client.describe(b'P', text).execute(text, 0).sync().query(&format!("CLOSE {quoted}")).query("COMMIT");
    });
    say(&|client| {
        client.query(&format!("PREPARE {quoted} (text) AS SELECT $1 || '{text}'")).query(&format!("EXECUTE {quoted}('{text}')"));
        client.query(&format!("SAVEPOINT {quoted}")).query(&format!("BEGIN; SAVEPOINT {quoted}; ROLLBACK TO {quoted}; COMMIT"));
    });
    for options in ["", "(FORMAT csv, HEADER)", "(FORMAT binary)"] {
        say(&|client| {
            client.query(&format!("COPY (SELECT wort AS {quoted}, '{text}\t\\' FROM worte WHERE n = {n}) TO STDOUT {options}"));
        });
    }
    say(&|client| {
        client.query(&format!("SELECT set_config('application_name', '{text}', false)")).query("SHOW application_name");
        client.parse("", "SELECT set_config('search_path', $1, false)").bind("", "", text, 0).execute("", 0).sync();
        client.query("SHOW search_path").query("RESET ALL").query("SHOW search_path");
    });
    said
}

#[test]
fn every_text_comes_and_goes_as_postgresql_has_it() {
    let gate = gate(4);
    for (encoding, text, n) in SPOKEN {
        let (mut direct, mut through) = both(&gate, encoding);
        for client in conversations(encoding, text, n) {
            let (expected, heard) = (client.hear(&mut direct, "VC"), client.hear(&mut through, "VC"));
            same(&heard, &expected, &format!("{encoding}: {}", client.packet.escape_ascii()));
        }
    }
}

#[test]
fn errors_quote_the_client_s_text_and_count_its_characters() {
    let gate = gate(4);
    for (encoding, text, _) in SPOKEN {
        let (mut direct, mut through) = both(&gate, encoding);
        let mut client = Client::of(encoding);
        client.query(&format!("SELECT '{text}', \"{text}\" FROM worte"));
        client.query(&format!("SELECT '{text}' FROM \"{text}\""));
        client.query(&format!("SELECT '{text}' 1 FROM"));
        client.query(&format!("SELECT '{text}")).query(&format!("EXECUTE \"{text}\"")).query(&format!("FETCH FROM \"{text}\""));
        client.query(&format!("SET client_encoding = '{text}'"));
        client.query(&format!("SELECT '{text}', 1 / 0")).query(&format!("SELECT '{text}', E'\\'{text}'"));
        let (expected, heard) = (client.hear(&mut direct, "VCMP"), client.hear(&mut through, "VCMP"));
        same(&heard, &expected, encoding);
        // Raised by the warehouse, whose sentence is the table's and whose place is the client's.
        let mut client = Client::of(encoding);
        client.query(&format!("SELECT '{text}', 'x'::int")).query(&format!("SELECT '{text}' AS \"{text}\", wort < 1 FROM worte"));
        client.parse("", &format!("SELECT '{text}', n FROM worte GROUP BY wort")).sync();
        let (expected, heard) = (client.hear(&mut direct, "VCP"), client.hear(&mut through, "VCP"));
        same(&heard, &expected, encoding);
        assert!(expected.iter().filter(|line| line.contains(" P")).count() == 3, "{expected:?}");
    }
}

/// Bytes of one encoding that are no text: nobody runs the statement, and the transaction has failed.
#[test]
fn what_is_no_text_is_refused_in_postgresql_s_words() {
    let gate = gate(4);
    let wrong: [(&str, &[u8]); 14] = [
        ("UTF8", b"\xc3("),
        ("SQL_ASCII", b"\xfc"),
        ("WIN1252", b"a\x81b"),
        ("WIN1255", b"\xd9"),
        ("SJIS", b"\x95'"),
        ("SJIS", b"\x80\x80"),
        ("SJIS", b"\xfc\xfc"),
        ("BIG5", b"\xff\xff"),
        ("GBK", b"\x81'"),
        ("UHC", b"\x81 "),
        ("EUC_JP", b"\x8f\xa1"),
        ("EUC_KR", b"\xfe\xfe"),
        ("EUC_TW", b"\x8e\xa8\xa1\xa1"),
        ("GB18030", b"\x81\x30\x81"),
    ];
    for (encoding, bytes) in wrong {
        let (mut direct, mut through) = both(&gate, encoding);
        let mut client = Client::of(encoding);
        client.query("BEGIN");
        client.message(b'Q', &[b"SELECT '", bytes, b"'\0"]).query("SELECT 1").query("ROLLBACK");
        client.message(b'P', &[b"\0SELECT '", bytes, b"'\0\0\0"]).message(b'P', &[bytes, b"\0SELECT 1\0\0\0"]).sync();
        client.message(b'D', &[b"S", bytes, b"\0"]).sync().query("SELECT 2");
        let (expected, heard) = (client.hear(&mut direct, "VCM"), client.hear(&mut through, "VCM"));
        assert_eq!(heard, expected, "{encoding} {}", bytes.escape_ascii());
        // A value of a parameter is the warehouse's to read: its sentence is the table's, its code PostgreSQL's.
        for format in [0, 1] {
            let mut client = Client::of(encoding);
            let length = (bytes.len() as u32).to_be_bytes();
            let formats = [0, 1, 0, format];
            client.parse("", "SELECT $1::text");
            client.message(b'B', &[b"\0\0", &formats, &[0, 1], &length, bytes, &formats]).execute("", 0).sync().query("SELECT 1");
            let (expected, heard) = (client.hear(&mut direct, "VC"), client.hear(&mut through, "VC"));
            assert_eq!(heard, expected, "{encoding} {}", bytes.escape_ascii());
        }
    }
}

#[test]
fn what_an_encoding_has_no_character_for_is_an_error_as_in_postgresql() {
    let gate = gate(4);
    for encoding in ["LATIN1", "WIN1251", "SJIS", "EUC_KR"] {
        let (mut direct, mut through) = both(&gate, encoding);
        let mut client = Client::of(encoding);
        client.query("SELECT wort FROM worte WHERE n = 2").query("SELECT wort FROM worte WHERE n IN (2, 14) ORDER BY n DESC");
        client.query("SELECT U&'\\20AC'").query("SELECT 1 AS U&\"\\20AC\\00DF\"").query("SELECT length(U&'\\20AC'), chr(8364)");
        client
            .query("COPY worte (n, wort) TO STDOUT")
            .query("COPY (SELECT wort FROM worte WHERE n = 2) TO STDOUT (ENCODING 'UTF8')");
        client.query("BEGIN").query("DECLARE c CURSOR FOR SELECT wort FROM worte WHERE n = 2").query("FETCH c").query("ROLLBACK");
        client.parse("", "SELECT U&'\\20AC\\D55C' || $1").bind("", "", "x", 1).describe(b'P', "").execute("", 0).sync();
        client.query("SELECT set_config('search_path', U&'\\20AC\\D55C', false)").query("SHOW search_path").query("SELECT 1");
        let (expected, heard) = (client.hear(&mut direct, "VC"), client.hear(&mut through, "VC"));
        same(&heard, &expected, encoding);
        // In the gate's own words too: an error that cannot be told is the error that says so.
        let mut client = Client::of(encoding);
        client.query("SELECT U&\"\\20AC\\D55C\\0416\" FROM worte").query("SELECT 3");
        let (expected, heard) = (client.hear(&mut direct, "VCM"), client.hear(&mut through, "VCM"));
        assert_eq!(heard, expected, "{encoding}");
    }
}

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

/// In BIG5, GBK and UHC the warehouse takes whatever byte follows for the second of a pair, a quote too: text that is sent to it in UTF-8 would read on
/// behind its end.
#[test]
fn no_second_byte_is_a_quote_to_one_and_a_character_to_the_other() {
    let gate = gate(4);
    for (encoding, text) in
        [("BIG5", "功"), ("GBK", "誠"), ("UHC", "한"), ("SJIS", "表"), ("GB18030", "表"), ("SHIFT_JIS_2004", "ソ")]
    {
        let (mut direct, mut through) = both(&gate, encoding);
        let mut client = Client::of(encoding);
        // A string of one character that is three bytes in UTF-8: two and a half pairs with its quote.
        client.query(&format!("SELECT '{text}', ' AS a, wort AS b FROM worte WHERE n = 14 -- '"));
        client.query(&format!(
            "SELECT wort AS \"{text}\", '\" FROM worte --' FROM worte WHERE '{text}' <> ' OR true --' AND n = 14"
        ));
        client.query(&format!("SELECT '{text}\\', '{text}'' , n from crm.worte --', octet_length('{text}')"));
        client.query(&format!("SELECT E'{text}\\\\', $q${text}$q$"));
        let (expected, heard) = (client.hear(&mut direct, "VC"), client.hear(&mut through, "VC"));
        same(&heard, &expected, encoding);
        assert!(!heard.iter().any(|line| line.starts_with('E')), "{encoding}: {heard:?}");
    }
}

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

/// The bytes of a text in binary format.
#[derive(Debug)]
struct Binary(Vec<u8>);

impl<'a> FromSql<'a> for Binary {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl ToSql for Binary {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        out.extend_from_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

/// A driver that sends and reads everything in binary format, on statements that were prepared before the encoding changed.
#[test]
fn a_driver_s_binary_texts_change_with_the_encoding() {
    let gate = gate(4);
    let conninfo = format!("host=127.0.0.1 port={} user=jane password='{PASSWORD}' dbname=analysis sslmode=disable", gate.port);
    gate.block_on(async {
        let (client, connection) = tokio_postgres::connect(&conninfo, tokio_postgres::NoTls).await.unwrap();
        let talk = async {
            let prepared = client.prepare("SELECT wort, n FROM worte WHERE wort = $1").await.unwrap();
            for (encoding, text, n) in SPOKEN {
                client.batch_execute(&format!("SET client_encoding = '{encoding}'")).await.unwrap();
                let bytes = Client::of(encoding).bytes(text);
                let row = client.query_one(&prepared, &[&Binary(bytes.clone())]).await.unwrap();
                assert_eq!((row.get::<_, Binary>(0).0, row.get::<_, i32>(1)), (bytes, n as i32), "{encoding}");
            }
            client.batch_execute("SET client_encoding = 'LATIN1'").await.unwrap();
            let euro = client.query("SELECT wort FROM worte WHERE n = 2", &[]).await.unwrap_err();
            assert_eq!(euro.code().unwrap().code(), "22P05");
            let after = client.query_one(&prepared, &[&Binary(b"M\xfcller".to_vec())]).await.unwrap();
            assert_eq!(after.get::<_, i32>(1), 1);
            drop(client);
        };
        let (ended, ()) = tokio::join!(connection, talk);
        ended.unwrap();
    });
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

/// psql itself, as it is started on Windows and elsewhere.
#[test]
fn psql_speaks_what_its_environment_says() {
    let gate = gate(4);
    let direct =
        format!("host=127.0.0.1 port={} dbname={} user=postgres options='-c search_path=crm'", gate.server.port, gate.database);
    for (encoding, text, n) in SPOKEN {
        let client = Client::of(encoding);
        let sql = client.bytes(&format!("SELECT n, wort AS \"{text}\", '{text}' FROM worte WHERE wort = '{text}'"));
        let copy = format!("\\copy (SELECT wort FROM worte WHERE n = {n}) TO STDOUT");
        let run = |conninfo: &str| {
            let mut psql = Command::new(binary("psql"));
            psql.args(["-X", "-A", "-d", conninfo, "-c"]).arg(std::ffi::OsStr::from_bytes(&sql)).args([
                "-c",
                &copy,
                "-c",
                "\\encoding",
            ]);
            let output = psql.env("PGPASSWORD", PASSWORD).env("PGCLIENTENCODING", encoding).output().unwrap();
            (output.stdout, output.stderr)
        };
        let (expected, heard) = (run(&direct), run(&gate.conninfo("jane")));
        assert_eq!(heard, expected, "{encoding}");
        assert!(heard.1.is_empty() && !heard.0.is_empty(), "{encoding}");
    }
    for encoding in ["nonsense", "mule_internal"] {
        let run = |conninfo: &str| {
            let mut psql = Command::new(binary("psql"));
            psql.args(["-X", "-d", conninfo, "-c", "SELECT 1"]).env("PGPASSWORD", PASSWORD).env("PGCLIENTENCODING", encoding);
            let told = said(&psql.output().unwrap());
            told.split_once("FATAL:").unwrap().1.to_owned()
        };
        assert_eq!(run(&gate.conninfo("jane")), run(&direct), "{encoding}");
    }
}
