//! What a text can hold: it comes and goes as PostgreSQL has it, and what is no text is refused in its words.

use super::client::{Client, SPOKEN, both, conversations, same};
use super::words::gate;

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
