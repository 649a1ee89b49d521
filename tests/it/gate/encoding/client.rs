//! A client that writes its messages in an encoding of its own, and all that it may say.

use bytes::{BufMut, BytesMut};
use postern::base::Encoding;

use crate::gate::folder::PASSWORD;
use crate::gate::running::Gate;
use crate::gate::wire::Speaker;

/// What a client writes, in its own encoding.
pub(super) struct Client {
    encoding: Encoding,
    pub(super) packet: BytesMut,
    ready: usize,
}

impl Client {
    pub(super) fn of(encoding: &str) -> Self {
        Self { encoding: Encoding::find(encoding).unwrap(), packet: BytesMut::new(), ready: 0 }
    }

    pub(super) fn bytes(&self, text: &str) -> Vec<u8> {
        self.encoding.encode(text).unwrap().into_owned()
    }

    pub(super) fn message(&mut self, tag: u8, parts: &[&[u8]]) -> &mut Self {
        self.packet.put_u8(tag);
        self.packet.put_u32(parts.iter().map(|part| part.len() as u32).sum::<u32>() + 4);
        parts.iter().for_each(|part| self.packet.put_slice(part));
        self.ready += usize::from(matches!(tag, b'Q' | b'S'));
        self
    }

    pub(super) fn query(&mut self, text: &str) -> &mut Self {
        let text = self.bytes(text);
        self.message(b'Q', &[&text, b"\0"])
    }

    pub(super) fn parse(&mut self, name: &str, text: &str) -> &mut Self {
        let (name, text) = (self.bytes(name), self.bytes(text));
        self.message(b'P', &[&name, b"\0", &text, b"\0\0\0"])
    }

    /// One value; `format` of the value and of all columns.
    pub(super) fn bind(&mut self, portal: &str, statement: &str, value: &str, format: u8) -> &mut Self {
        let (portal, statement, value) = (self.bytes(portal), self.bytes(statement), self.bytes(value));
        let length = (value.len() as u32).to_be_bytes();
        let formats = [0, 1, 0, format];
        self.message(b'B', &[&portal, b"\0", &statement, b"\0", &formats, &[0, 1], &length, &value, &formats])
    }

    pub(super) fn describe(&mut self, kind: u8, name: &str) -> &mut Self {
        let name = self.bytes(name);
        self.message(b'D', &[&[kind], &name, b"\0"])
    }

    pub(super) fn execute(&mut self, portal: &str, rows: u32) -> &mut Self {
        let portal = self.bytes(portal);
        self.message(b'E', &[&portal, b"\0", &rows.to_be_bytes()])
    }

    pub(super) fn close(&mut self, kind: u8, name: &str) -> &mut Self {
        let name = self.bytes(name);
        self.message(b'C', &[&[kind], &name, b"\0"])
    }

    pub(super) fn sync(&mut self) -> &mut Self {
        self.message(b'S', &[])
    }

    /// What a server answers, one line for each message. Errors of the server are redacted: their code counts, and the rest where it is told.
    pub(super) fn hear(&self, speaker: &mut Speaker, told: &str) -> Vec<String> {
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
pub(super) fn both(gate: &Gate, encoding: &str) -> (Speaker, Speaker) {
    let options = "-c search_path=crm -c default_transaction_read_only=on";
    let direct = [("database", gate.database.as_str()), ("options", options), ("client_encoding", encoding)];
    let direct = Speaker::log_in(gate.server.port, "postgres", "", &direct);
    let through = [("database", "analysis"), ("client_encoding", encoding)];
    (direct, Speaker::log_in(gate.port, "jane", PASSWORD, &through))
}

/// Message by message, so that the first that differs is seen.
pub(super) fn same(heard: &[String], expected: &[String], what: &str) {
    for (at, (heard, expected)) in heard.iter().zip(expected).enumerate() {
        assert_eq!(heard, expected, "{what}: message {at}");
    }
    assert_eq!(heard.len(), expected.len(), "{what}");
}

/// Before 14, a server tells of a changed setting at once, and the gate with ReadyForQuery, as later ones.
pub(super) fn in_time(gate: &Gate, heard: Vec<String>) -> Vec<String> {
    heard.into_iter().filter(|line| gate.server.major >= 14 || !line.starts_with("S ")).collect()
}

/// An encoding and a text of it: the row of that number holds it.
pub(super) const SPOKEN: [(&str, &str, u32); 17] = [
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
pub(super) fn conversations(encoding: &str, text: &str, n: u32) -> Vec<Client> {
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
