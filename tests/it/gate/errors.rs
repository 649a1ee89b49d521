//! What an error of the warehouse tells: for every SQLSTATE a sentence of the table, PostgreSQL's own words where they hold nothing, and the client's own place.

use std::collections::BTreeMap;

use postern::runtime::Clock;

use super::folder::PASSWORD;
use super::running::Gate;
use super::served::Ground;
use super::wire::Say;
use super::wire::Speaker;

const TABLE: &str = include_str!("../../../src/upstream/errors/errors.txt");

/// An error as it came: the fields by their letters.
type Fields = BTreeMap<char, String>;

/// A line of the table: the kind, the sentence, and what leaves word for word.
struct Told {
    kind: &'static str,
    sentence: &'static str,
    word_for_word: Vec<&'static str>,
}

fn table() -> BTreeMap<&'static str, Told> {
    let mut table: BTreeMap<&str, Told> = BTreeMap::new();
    let mut last = "";
    for line in TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("notice ")) {
        match line.strip_prefix("  = ") {
            Some(told) => table.get_mut(last).unwrap().word_for_word.push(told),
            None => {
                let (head, sentence) = line.split_once(" | ").unwrap();
                let (code, rest) = head.split_once(' ').unwrap();
                last = code;
                table.insert(code, Told { kind: rest.split(' ').next().unwrap(), sentence, word_for_word: Vec::new() });
            }
        }
    }
    table
}

fn fields(body: &[u8]) -> Fields {
    let fields = body.split(|byte| *byte == 0).filter(|field| !field.is_empty());
    fields.map(|field| (char::from(field[0]), String::from_utf8_lossy(&field[1..]).into_owned())).collect()
}

fn say(text: &str) -> Say {
    Say::Query(String::from(text).leak())
}

/// The first message of that tag.
fn heard(speaker: &mut Speaker, script: &[Say], tag: u8) -> Option<Fields> {
    let messages = speaker.exchange(script);
    messages.iter().find(|(found, _)| *found == tag).map(|(_, body)| fields(body))
}

/// The gate and the warehouse, each with a client of its own.
fn both(gate: &Gate) -> (Speaker, Speaker) {
    let database = [("database", gate.database.as_str()), ("options", "-c search_path=crm")];
    let direct = Speaker::log_in(gate.server.port, "postgres", "", &database);
    (direct, Speaker::log_in(gate.port, "jane", PASSWORD, &[("database", "analysis")]))
}

const FUNCTIONS: &str = r#"
CREATE FUNCTION crm.fail(code text) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
  RAISE EXCEPTION 'canary %', code USING ERRCODE = code, DETAIL = 'canary', HINT = 'canary', COLUMN = 'canary', CONSTRAINT = 'canary', DATATYPE = 'canary',
    TABLE = 'canary', SCHEMA = 'canary';
END $$;
CREATE FUNCTION crm.fail_saying(code text, words text) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN RAISE EXCEPTION '%', words USING ERRCODE = code, DETAIL = 'canary'; END $$;
CREATE FUNCTION crm.tell(code text, words text) RETURNS int LANGUAGE plpgsql STABLE AS $$
BEGIN
  RAISE NOTICE '%', words USING ERRCODE = code, DETAIL = 'canary';
  RAISE WARNING '%', words USING ERRCODE = code, HINT = 'canary';
  RAISE INFO '%', words;
  RETURN 1;
END $$;
"#;

fn ground() -> Ground {
    let ground = Ground::new();
    ground.warehouse(FUNCTIONS);
    let allowed =
        "    functions:\n      user_allow: [\"crm.fail(text)\", \"crm.fail_saying(text,text)\", \"crm.tell(text,text)\"]\n";
    ground.edit("postern.yaml", "    search_path: [crm]\n", &format!("    search_path: [crm]\n{allowed}"));
    ground
}

#[test]
fn whatever_code_a_server_raises_the_client_reads_the_tables_sentence_and_no_more() {
    let ground = ground();
    let gate = ground.serve();
    let mut client = gate.session();
    let table = table();
    // Success is no error; codes that no version has are told by their class.
    let unknown = [("22ZZZ", "data exception"), ("QQ123", "the warehouse cannot run the statement")];
    let known = table.iter().map(|(code, told)| (*code, told.sentence)).filter(|(code, _)| *code != "00000");
    let mut provoked = 0;
    for (code, sentence) in known.chain(unknown) {
        for script in [
            vec![say(&format!("SELECT fail('{code}')"))],
            vec![
                Say::Parse("", format!("SELECT fail('{code}'), 1").leak()),
                Say::Bind { portal: "", statement: "", values: &[], binary: false },
                Say::Execute("", 0),
                Say::Sync,
            ],
        ] {
            let error = heard(&mut client, &script, b'E').unwrap_or_else(|| panic!("{code}: no error"));
            assert_eq!(error, reported([('S', "ERROR"), ('V', "ERROR"), ('C', code), ('M', sentence)]), "{code}");
            provoked += 1;
        }
    }
    assert_eq!(provoked, 2 * (table.len() + 1), "every code but success, and two that no version has");
}

/// These fields, and the place of every report: none of the warehouse's.
fn reported<const N: usize>(fields: [(char, &str); N]) -> Fields {
    let place = [('F', "postern"), ('L', "0"), ('R', "report")];
    fields.into_iter().chain(place).map(|(letter, text)| (letter, text.to_owned())).collect()
}

#[test]
fn only_postgresqls_own_constant_sentences_leave_word_for_word() {
    let ground = ground();
    let gate = ground.serve();
    let mut client = gate.session();
    for (code, told) in table() {
        let quoted = |text: &str| text.replace('\'', "''");
        for words in &told.word_for_word {
            let error = heard(&mut client, &[say(&format!("SELECT fail_saying('{code}', '{}')", quoted(words)))], b'E').unwrap();
            assert_eq!((error[&'C'].as_str(), error[&'M'].as_str()), (code, *words));
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
            let more = format!("SELECT fail_saying('{code}', '{} canary')", quoted(words));
            let error = heard(&mut client, &[say(&more)], b'E').unwrap();
            assert_eq!(error[&'M'], told.sentence, "{more}");
        }
    }
}

#[test]
fn no_notice_leaves_that_is_not_of_the_list() {
    let ground = ground();
    let gate = ground.serve();
    let mut client = gate.session();
    for (code, words) in [
        ("00000", "canary"),
        ("01000", "canary"),
        ("25P01", "canary"),
        ("42P01", "there is no transaction in progress"),
        ("00000", "text-search query contains only stop words or doesn't contain lexemes, ignored: canary"),
        ("00000", "canary: text-search query doesn't contain lexemes: "),
        ("22023", "TIME(canary) precision reduced to maximum allowed, 6"),
    ] {
        let sql = format!("SELECT tell('{code}', '{}')", words.replace('\'', "''"));
        assert_eq!(heard(&mut client, &[say(&sql)], b'N'), None, "{sql}");
    }
    let sql = "SELECT tell('25P01', 'there is no transaction in progress')";
    let told = heard(&mut client, &[say(sql)], b'N').unwrap();
    let expected = [('S', "WARNING"), ('V', "WARNING"), ('C', "25P01"), ('M', "there is no transaction in progress")];
    assert_eq!(told, reported(expected));
    // What it quotes stays behind.
    let quoting = "SELECT tell('00000', 'text-search query doesn''t contain lexemes: \"canary\"')";
    let told = heard(&mut client, &[say(quoting)], b'N').unwrap();
    assert_eq!((told[&'C'].as_str(), told[&'M'].as_str()), ("00000", "text-search query doesn't contain lexemes"));
    assert_eq!(heard(&mut client, &[say("SET client_min_messages = error"), say(sql)], b'N'), None);
}

#[test]
fn the_servers_own_notices_of_the_list_are_told_as_the_server_tells_them() {
    let gate = Gate::start(1_000_000);
    let (mut direct, mut client) = both(&gate);
    let letters = |told: Option<Fields>| told.map(|told| (told[&'V'].clone(), told[&'C'].clone(), told[&'M'].clone()));
    for (sql, is_told) in [
        ("SELECT plainto_tsquery('english', 'the')", true),
        ("SELECT to_tsquery('english', 'the & a')", true),
        ("SELECT '12:00'::time(7)", true),
        ("SELECT 1 AS Baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true),
        ("SELECT 1 AS \"BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBÉ\"", true),
        ("SELECT 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'", false),
        ("SELECT now()::timestamptz(9) IS NULL", true),
        ("SELECT interval(8) '1 second'", true),
        ("SELECT length(to_tsvector('simple', repeat('x', 3000)))", true),
        ("SELECT plainto_tsquery('english', body) FROM notes", false),
        ("COMMIT", true),
        ("BEGIN; BEGIN; COMMIT", true),
    ] {
        let expected = letters(heard(&mut direct, &[say(sql)], b'N'));
        assert_eq!(expected.is_some(), is_told, "{sql}");
        assert_eq!(letters(heard(&mut client, &[say(sql)], b'N')), expected, "{sql}");
    }
}

/// Statements that fail on the warehouse, by the code: the same text fails at the same place through the gate.
const PROVOKED: &[(&str, &str)] = &[
    ("21000", "SELECT (SELECT g FROM generate_series(1, 2) AS g)"),
    ("22000", "SELECT int4range(2, 1)"),
    ("22003", "SELECT 2147483647 + 1"),
    ("22003", "SELECT '99999999999'::int"),
    ("22003", "SELECT 1e400::float8"),
    ("22003", "SELECT 12345.6::numeric(4, 1)"),
    ("22004", "SELECT array_agg(a) FROM (VALUES (NULL::int[]), (ARRAY[1])) AS v (a)"),
    ("22007", "SELECT 'canary'::date"),
    ("22007", "SELECT to_date('canary', 'YYYY')"),
    ("22008", "SELECT '2024-13-99'::date"),
    ("22008", "SELECT interval '1 day' * 1e300"),
    ("22011", "SELECT substring('canary' FROM 1 FOR -1)"),
    ("22012", "SELECT 1 / 0"),
    ("22012", "SELECT n / (n - n) FROM numbers"),
    ("22013", "SELECT sum(n) OVER (ORDER BY n ROWS BETWEEN -1 PRECEDING AND CURRENT ROW) FROM numbers"),
    ("22014", "SELECT ntile(0) OVER () FROM numbers"),
    ("22016", "SELECT nth_value(n, 0) OVER () FROM numbers"),
    ("2201B", "SELECT 'a' ~ 'canary('"),
    ("2201E", "SELECT ln(0::numeric), 'canary'"),
    ("2201F", "SELECT sqrt(-1::numeric), 'canary'"),
    ("2201G", "SELECT width_bucket(1, 2, 2, 1)"),
    ("2201W", "SELECT n FROM numbers LIMIT -1"),
    ("2201X", "SELECT n FROM numbers OFFSET -1"),
    ("22023", "SELECT generate_series(1, 2, 0)"),
    ("22023", "SELECT json_build_object('canary')"),
    ("22023", "SELECT timestamp '2024-01-01' AT TIME ZONE 'canary'"),
    ("22025", "SELECT 'canaries' LIKE 'canar\\'"),
    ("22026", "SELECT B'101' & B'11'"),
    ("2202E", "SELECT ARRAY[1, 2] || ARRAY[[[1]]]"),
    ("2202H", "SELECT n FROM numbers TABLESAMPLE bernoulli (200)"),
    ("22033", "SELECT jsonb_path_query('[1]', 'strict $[5]')"),
    ("2203A", "SELECT jsonb_path_query('{}', 'strict $.canary')"),
    ("22P02", "SELECT 'canary'::int"),
    ("22P02", "SELECT 'canary'::json"),
    ("22P02", "SELECT '{canary'::int[]"),
    ("22P02", "SELECT ('canary' || g)::uuid FROM generate_series(1, 2) AS g"),
    ("22P02", "SELECT CAST('canary' AS boolean), email FROM customers"),
    ("22P02", "SELECT n FROM numbers WHERE n = 'canary'"),
    ("22P02", "SELECT 'notes'::regclass, 'canary'::int"),
    ("22P02", "SELECT 'notes'::regclass, n, 'canary'::inet FROM numbers ORDER BY 2"),
    ("22P02", "EXPLAIN SELECT 'canary'::int"),
    ("22P02", "COPY (SELECT 'canary'::int) TO STDOUT"),
    ("22P02", "BEGIN; DECLARE c CURSOR FOR SELECT 'canary'::int"),
    ("22P02", "SELECT 'é', 'ü', 'canary'::int"),
    ("22P02", "/* é */  SELECT 'canary'::int"),
    ("22P02", "SELECT 'é'; SELECT 'canary'::int"),
    ("22P02", "SELECT 'ü'; SELECT 1; SELECT 2 + 'canary'::int -- ä"),
    ("0A000", "SELECT count(DISTINCT n) OVER () FROM numbers"),
    ("0A000", "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r LIMIT 1) SELECT n FROM r"),
    ("42601", "SELECT 1 UNION SELECT 1, 2"),
    ("42601", "SELECT ROW(1, 2) = ROW(1)"),
    ("42601", "SELECT (SELECT 1, 2)"),
    ("42803", "SELECT body FROM notes GROUP BY n"),
    ("42803", "SELECT max(max(id)) FROM notes"),
    ("42803", "SELECT 1 FROM notes WHERE max(id) > 1"),
    ("42804", "SELECT 1 FROM notes WHERE id"),
    ("42804", "SELECT CASE WHEN true THEN 1 ELSE now() END"),
    ("42804", "SELECT 1 UNION SELECT now()"),
    ("42804", "SELECT COALESCE(n, body) FROM notes"),
    ("42804", "SELECT id FROM notes LIMIT 'canary'::text"),
    ("42809", "SELECT rank() FROM notes"),
    ("42809", "SELECT 1 = ANY (2)"),
    ("42846", "SELECT now()::int"),
    ("42883", "SELECT 1 + 'canary'::text"),
    ("42883", "SELECT body, lower(id) FROM notes"),
    ("42883", "SELECT id FROM notes WHERE body = id"),
    ("42883", "SELECT max('1'::xml)"),
    ("42P10", "SELECT DISTINCT body FROM notes ORDER BY id"),
    ("42P18", "SELECT ARRAY[]"),
    ("42P20", "SELECT 1 FROM notes WHERE rank() OVER (ORDER BY id) > 1"),
    ("42P21", "SELECT ('a' COLLATE \"C\") < ('b' COLLATE \"POSIX\")"),
    ("42P22", "SELECT x < y FROM (VALUES ('a' COLLATE \"C\")) AS v (x), (VALUES ('b' COLLATE \"POSIX\")) AS w (y)"),
    ("54011", "SELECT 1 FROM notes GROUP BY CUBE (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)"),
    (
        "54023",
        "SELECT GROUPING(n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n, n) FROM numbers GROUP BY n",
    ),
];

#[test]
fn what_fails_on_the_warehouse_fails_alike_and_at_the_same_place() {
    let gate = Gate::start(1_000_000);
    let (mut direct, mut client) = both(&gate);
    let table = table();
    let (mut placed, mut constant, mut redacted) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (code, sql) in PROVOKED {
        let script = [say(sql), say("ROLLBACK")];
        let expected = heard(&mut direct, &script, b'E').unwrap_or_default();
        // The second time the plan is known.
        for _ in 0..2 {
            let error = heard(&mut client, &script, b'E').unwrap_or_default();
            let (Some(said), Some(told)) = (expected.get(&'M'), table.get(code)) else {
                wrong.push(format!("accepted: {sql}"));
                continue;
            };
            let is_own = told.kind == "constant" || told.word_for_word.contains(&said.as_str());
            let mut right: Fields = expected.clone();
            right.retain(|letter, _| "SVCP".contains(*letter));
            right.extend(reported([]));
            right.insert('C', (*code).to_owned());
            right.insert('M', if is_own { said.clone() } else { told.sentence.to_owned() });
            if error != right || expected[&'C'] != *code {
                wrong.push(format!("{sql}\n  direct {expected:?}\n  gate   {error:?}"));
            }
            constant += usize::from(is_own);
            redacted += usize::from(*said != right[&'M']);
        }
        placed += usize::from(expected.contains_key(&'P'));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(placed > 35 && constant > 40 && redacted > 60, "{placed} {constant} {redacted}");
}

#[test]
fn parse_points_where_the_warehouse_points() {
    let gate = Gate::start(1_000_000);
    let (mut direct, mut client) = both(&gate);
    for sql in [
        "SELECT 'é', 'canary'::int",
        " -- ü\n SELECT n FROM numbers WHERE n = $1 AND pad = n",
        "SELECT 'notes'::regclass, lower(n) FROM numbers",
        "EXPLAIN SELECT 1 FROM notes WHERE id",
    ] {
        let script = [Say::Parse("", sql), Say::Parse("", "SELECT 1"), Say::Sync];
        let expected = heard(&mut direct, &script, b'E').unwrap();
        assert!(expected.contains_key(&'P'), "{sql}");
        for _ in 0..2 {
            let error = heard(&mut client, &script, b'E').unwrap();
            assert_eq!((&error[&'C'], error.get(&'P')), (&expected[&'C'], expected.get(&'P')), "{sql}");
        }
    }
}

#[test]
fn what_the_gate_writes_itself_has_no_place() {
    let gate = Gate::start(1_000_000);
    let (_, mut client) = both(&gate);
    for (code, sql) in [
        ("22P02", "SELECT obj_description('canary')"),
        ("42P01", "SELECT pg_relation_size(name) FROM (VALUES ('canary')) AS v (name)"),
        ("42883", "SELECT lower(number) FROM clients WHERE to_regclass(mood) IS NULL"),
    ] {
        let error = heard(&mut client, &[say(sql)], b'E').unwrap_or_else(|| panic!("accepted: {sql}"));
        assert_eq!(error[&'C'], code, "{sql}\n{error:?}");
        assert!(code == "42883" || !error.contains_key(&'P'), "{sql}\n{error:?}");
    }
}

#[test]
fn planning_over_a_filter_that_may_raise_tells_one_error_too() {
    let gate = Gate::start_at(1_000_000, Clock::system(), &[("policy.yaml", "region = 'EMEA'", "1 / id < 2")]);
    let (_, mut client) = both(&gate);
    // A constant is computed while the statement is planned: at Bind.
    let sql = "SELECT id FROM customers WHERE balance > 1 / 0";
    let bind = Say::Bind { portal: "", statement: "", values: &[], binary: false };
    for script in [vec![say(sql)], vec![Say::Parse("", sql), bind, Say::Execute("", 0), Say::Sync]] {
        let error = heard(&mut client, &script, b'E').unwrap();
        assert_eq!((error[&'C'].as_str(), error.get(&'P')), ("55000", None), "{error:?}");
    }
}
