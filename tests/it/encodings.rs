//! Every character of every encoding, asked of a real server: the gate's tables are PostgreSQL's.

use std::collections::BTreeMap;

use postern::base::Encoding;

use crate::harness::{Installation, Postgres};

/// What a server says of bytes or of a character, errors included: `U…` is text, `B…` bytes, both as hexadecimal; else the error.
const ASK: &str = r#"
CREATE FUNCTION read_bytes(given bytea, spoken name) RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN RETURN 'U' || encode(convert_to(convert_from(given, spoken), 'UTF8'), 'hex'); EXCEPTION WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm; END $$;
CREATE FUNCTION write_text(given text, spoken name) RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN RETURN 'B' || encode(convert_to(given, spoken), 'hex'); EXCEPTION WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm; END $$;
"#;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/base/encoding/tables.bin");

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len()).step_by(2).map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap()).collect()
}

/// A server's answer about each of these byte sequences.
fn read(server: &Postgres, encoding: Encoding, sequences: &[Vec<u8>]) -> Vec<String> {
    let mut answers = Vec::new();
    for some in sequences.chunks(20_000) {
        let given: Vec<String> = some.iter().map(|sequence| format!("\\\\x{}", hexadecimal(sequence))).collect();
        let sql = format!(
            "SELECT read_bytes(given, '{}') FROM unnest('{{\"{}\"}}'::bytea[]) WITH ORDINALITY AS a (given, n) ORDER BY n",
            encoding.name(),
            given.join("\",\"")
        );
        answers.extend(server.sql("encodings", &sql).lines().map(str::to_owned));
    }
    answers
}

/// A server's answer about each of these characters.
fn written(server: &Postgres, encoding: Encoding, from: u32, to: u32) -> Vec<(u32, String)> {
    let sql = format!(
        "SELECT n, write_text(chr(n), '{}') FROM generate_series({from}, {to}) n WHERE n NOT BETWEEN 55296 AND 57343",
        encoding.name()
    );
    let answers = server.sql("encodings", &sql);
    answers.lines().map(|line| line.split_once('|').map(|(n, told)| (n.parse().unwrap(), told.to_owned())).unwrap()).collect()
}

/// What the gate says of bytes, as the server's function does.
fn gates_reading(encoding: Encoding, sequence: &[u8]) -> String {
    match encoding.decode(sequence) {
        Ok(text) => format!("U{}", hexadecimal(text.as_bytes())),
        Err(error) => format!("{} {}", error.sqlstate, error.message),
    }
}

fn gates_writing(encoding: Encoding, character: u32) -> String {
    match encoding.encode(&char::from_u32(character).unwrap().to_string()) {
        Ok(bytes) => format!("B{}", hexadecimal(&bytes)),
        Err(error) => format!("{} {}", error.sqlstate, error.message),
    }
}

/// Those whose characters may take more than one byte.
const WIDE: [&str; 12] =
    ["BIG5", "EUC_CN", "EUC_JIS_2004", "EUC_JP", "EUC_KR", "EUC_TW", "GB18030", "GBK", "JOHAB", "SHIFT_JIS_2004", "SJIS", "UHC"];

/// Byte sequences that begin with a high byte: all of one byte, all of two, and those of three and four that the shifts begin.
fn sequences(encoding: Encoding) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = (0x80..=0xff_u8).map(|byte| vec![byte]).collect();
    if !WIDE.contains(&encoding.name()) {
        return all;
    }
    all.extend((0x8001..=0xffff_u16).filter(|pair| pair & 0xff != 0).map(|pair| pair.to_be_bytes().to_vec()));
    let high = || 0xa1..=0xfe_u8;
    match encoding.name() {
        "EUC_JP" | "EUC_JIS_2004" => {
            all.extend(high().flat_map(|second| high().map(move |third| vec![0x8f, second, third])));
        }
        "EUC_TW" => {
            let planes = 0xa1..=0xa8_u8;
            all.extend(
                planes.flat_map(|plane| high().flat_map(move |third| high().map(move |fourth| vec![0x8e, plane, third, fourth]))),
            );
        }
        "GB18030" => {
            let digits = || b'0'..=b'9';
            let tail = (0x81..=0xfe_u8).flat_map(move |third| digits().map(move |fourth| (third, fourth)));
            let heads = (0x81..=0x84_u8).flat_map(move |first| digits().map(move |second| (first, second)));
            let heads = heads.chain([(0x90, b'0'), (0x94, b'9'), (0xe3, b'2'), (0xe3, b'3'), (0xfe, b'9')]);
            all.extend(
                heads.flat_map(|(first, second)| tail.clone().map(move |(third, fourth)| vec![first, second, third, fourth])),
            );
        }
        _ => {}
    }
    all
}

fn ask(installation: &Installation) -> std::sync::Arc<Postgres> {
    let server = Postgres::shared_of(installation.clone());
    if server.sql("postgres", "SELECT count(*) FROM pg_database WHERE datname = 'encodings'") == "0" {
        server.database("encodings");
        server.sql("encodings", ASK);
    }
    server
}

fn converted() -> impl Iterator<Item = Encoding> {
    Encoding::all().filter(|encoding| encoding.is_convertible() && !encoding.is_utf8())
}

/// Both ways, sentences of errors included; what the gate says of no character is asked of every seventh, on the main version of every one.
#[test]
fn the_tables_are_postgresql_s() {
    if std::env::var_os("UPDATE_ENCODINGS").is_some() {
        std::fs::write(FILE, packed(&ask(&Installation::main()))).unwrap();
        return;
    }
    for (at, installation) in Installation::all().iter().enumerate() {
        let server = ask(installation);
        for encoding in converted() {
            let mut asked = sequences(encoding);
            let mut number = 0;
            asked.retain(|sequence| {
                number += 1;
                number % 7 == at % 7 || encoding.decode(sequence).is_ok()
            });
            let answers = read(&server, encoding, &asked);
            assert_eq!(answers.len(), asked.len());
            for (sequence, answer) in asked.iter().zip(&answers) {
                let ours = gates_reading(encoding, sequence);
                assert_eq!(ours, *answer, "PostgreSQL {}: {} {sequence:02x?}", server.major, encoding.name());
            }
            let (from, to) = if at == 0 { (0x80, 0xffff) } else { (0x80, 0x24ff) };
            for (character, answer) in written(&server, encoding, from, to) {
                let ours = gates_writing(encoding, character);
                assert_eq!(ours, answer, "PostgreSQL {}: {} U+{character:04X}", server.major, encoding.name());
            }
        }
    }
}

#[test]
fn names_of_encodings_are_postgresql_s() {
    let server = Postgres::shared();
    let others = [
        "abc",
        "alt",
        "koi8",
        "mskanji",
        "Shift_JIS",
        "tcvn",
        "TCVN-5712",
        "unicode",
        "vscii",
        "win",
        "win932",
        "win936",
        "win949",
        "win950",
        "windows-1250",
        "windows-1258",
        "windows866",
        "windows874",
        "windows932",
        "windows936",
        "windows949",
        "windows950",
        "iso-8859-1",
        "iso-8859-2",
        "iso88593",
        "iso88594",
        "iso88595",
        "iso88596",
        "iso88597",
        "iso88598",
        "iso88599",
        "iso885910",
        "iso885911",
        "iso885913",
        "iso885914",
        "iso885915",
        "iso885916",
        "utf16",
        "cp1252",
        "ascii",
        "us-ascii",
        "win-1252",
        "latin-1",
        "latin11",
        "eucjis2004",
        "euc_jp",
        "sql-ascii",
        "jis",
        "",
    ];
    let names: Vec<&str> = Encoding::all().map(Encoding::name).chain(others).collect();
    for name in names {
        let theirs = server.sql("postgres", &format!("SELECT pg_encoding_to_char(pg_char_to_encoding('{name}'))"));
        assert_eq!(Encoding::find(name).map_or("", Encoding::name), theirs, "{name}");
    }
    // Nothing that a client may speak is missing.
    let known = server.sql("postgres", "SELECT string_agg(pg_encoding_to_char(n), ' ' ORDER BY pg_encoding_to_char(n) COLLATE \"C\") FROM generate_series(0, 60) n WHERE pg_encoding_to_char(n) <> ''");
    let ours: Vec<&str> = Encoding::all().map(Encoding::name).collect();
    assert_eq!(ours.join(" "), known);
}

/// The file of the tables, as this server has them; its form is told in `table.rs`.
fn packed(server: &Postgres) -> Vec<u8> {
    converted().flat_map(|encoding| packed_one(server, encoding)).collect()
}

fn packed_one(server: &Postgres, encoding: Encoding) -> Vec<u8> {
    let key = |sequence: &[u8]| match sequence {
        [a, b, c, d] if encoding.name() == "GB18030" => {
            let of = |byte: &u8, from: u8| u32::from(byte - from);
            0x1_0000 + (of(a, 0x81) * 10 + of(b, b'0')) * 1260 + of(c, 0x81) * 10 + of(d, b'0')
        }
        _ => sequence.iter().fold(0, |key, byte| key << 8 | u32::from(*byte)),
    };
    let all = sequences(encoding);
    let (mut one, mut pairs) = (BTreeMap::new(), Vec::new());
    for (sequence, answer) in all.iter().zip(read(server, encoding, &all)) {
        let Some(text) = answer.strip_prefix('U').map(|text| String::from_utf8(bytes(text)).unwrap()) else { continue };
        // Two characters of one byte each are in the table already.
        let is_two = sequence.len() == 2 && one.contains_key(&u32::from(sequence[0]));
        match text.chars().collect::<Vec<_>>()[..] {
            [only] if u32::from(only) < 0x1_0000 || encoding.name() != "GB18030" => {
                one.insert(key(sequence), u32::from(only));
            }
            [first, second] if !is_two => pairs.push([key(sequence), u32::from(first), u32::from(second)]),
            _ => {}
        }
    }
    let mut smallest: BTreeMap<u32, u32> = BTreeMap::new();
    let length = |key: u32| 4 - key.leading_zeros() / 8;
    for (key, character) in &one {
        let kept = smallest.entry(*character).or_insert(*key);
        if length(*key) < length(*kept) {
            *kept = *key;
        }
    }
    let mut exceptions = BTreeMap::new();
    let written = written(server, encoding, 0x80, 0xffff).into_iter().chain(match encoding.name() {
        "EUC_TW" | "EUC_JIS_2004" | "SHIFT_JIS_2004" => written(server, encoding, 0x2_0000, 0x2_fa1f),
        _ => Vec::new(),
    });
    for (character, answer) in written {
        let Some(code) = answer.strip_prefix('B').map(|code| key(&bytes(code))) else { continue };
        if smallest.get(&character) != Some(&code) {
            exceptions.insert(character, code);
        }
    }
    let mut file = list(&one);
    file.extend(list(&exceptions));
    number(pairs.len() as u32, &mut file);
    pairs.iter().flatten().for_each(|part| number(*part, &mut file));
    file
}

fn list(entries: &BTreeMap<u32, u32>) -> Vec<u8> {
    let mut runs: Vec<(u32, Vec<u32>)> = Vec::new();
    for (key, value) in entries {
        match runs.last_mut() {
            Some((start, values)) if *start + values.len() as u32 == *key => values.push(*value),
            _ => runs.push((*key, vec![*value])),
        }
    }
    let (mut out, mut key, mut value) = (Vec::new(), 0, 0_u32);
    number(runs.len() as u32, &mut out);
    for (start, values) in runs {
        number(start - key, &mut out);
        number(values.len() as u32, &mut out);
        key = start + values.len() as u32;
        let mut zeros = 0;
        for of in values {
            let difference = i64::from(of) - i64::from(value) - 1;
            value = of;
            if difference == 0 {
                zeros += 1;
                continue;
            }
            flush(&mut zeros, &mut out);
            let folded = if difference < 0 { -2 * difference - 1 } else { 2 * difference };
            wide(folded as u64, &mut out);
        }
        flush(&mut zeros, &mut out);
    }
    out
}

fn flush(zeros: &mut u32, out: &mut Vec<u8>) {
    if *zeros > 0 {
        number(0, out);
        number(*zeros - 1, out);
        *zeros = 0;
    }
}

fn number(number: u32, out: &mut Vec<u8>) {
    wide(u64::from(number), out);
}

fn wide(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
