//! Printouts: fully parenthesised, in other words where PostgreSQL knows several, and never with another meaning.

use crate::witness::{Disagreement, StatementTag, check_printout, statement_tag, syntax_error};

#[test]
fn the_same_in_other_words_is_accepted() {
    for (client, printout) in [
        ("select A+b*C from T where not x and y or z", "SELECT (a + (b * c)) FROM t WHERE (((NOT x) AND y) OR z)"),
        ("SELECT a AND b AND c", "SELECT ((a AND b) AND c)"),
        ("SELECT -1, - x", "SELECT (- 1), (- x)"),
        ("SELECT x::int, CAST(y AS varchar(3)), date 'today'", "SELECT (x)::pg_catalog.int4, (y)::varchar(3), 'today'::date"),
        ("SELECT x::int4, x::timestamp with time zone", "SELECT x::integer, x::timestamptz"),
        ("SELECT 'it''s', E'\\x41', U&'\\0041', $$a$$", "SELECT 'it''s', 'A', 'A', 'a'"),
        ("TABLE t", "SELECT * FROM t"),
        ("SELECT a != b, a NOTNULL, a = SOME (b)", "SELECT (a <> b), (a IS NOT NULL), (a = ANY (b))"),
        ("SELECT 1 FETCH FIRST ROW ONLY", "SELECT 1 LIMIT 1"),
        ("SELECT a b FROM t c", "SELECT a AS b FROM t AS c"),
        ("START TRANSACTION READ ONLY ISOLATION LEVEL SERIALIZABLE", "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"),
        ("END", "COMMIT"),
        ("ABORT", "ROLLBACK"),
        ("SET work_mem = 10", "SET work_mem TO '10'"),
        ("SET x = on", "SET x TO 'on'"),
        ("SET TIME ZONE 'UTC'", "SET timezone TO 'UTC'"),
        ("SHOW TIME ZONE", "SHOW timezone"),
        ("COPY t TO STDOUT CSV HEADER", "COPY t TO STDOUT WITH (HEADER true, FORMAT csv)"),
        ("EXPLAIN VERBOSE SELECT 1", "EXPLAIN (VERBOSE true) SELECT 1"),
        ("FETCH FROM c", "FETCH FORWARD 1 FROM c"),
    ] {
        assert_eq!(check_printout(client, printout), Ok(()), "{client}\n{printout}");
    }
}

#[test]
fn another_meaning_is_not() {
    for (client, printout) in [
        ("SELECT a + b * c", "SELECT ((a + b) * c)"),
        ("SELECT NOT a = b", "SELECT ((NOT a) = b)"),
        ("SELECT - 1 ^ 2", "SELECT (- (1 ^ 2))"),
        ("SELECT 1 - 2 - 3", "SELECT (1 - (2 - 3))"),
        ("SELECT a AND (b AND c)", "SELECT ((a AND b) AND c)"),
        ("SELECT a < b = c", "SELECT ((a < b) = c)"),
        ("SELECT a || b LIKE c", "SELECT (a || (b LIKE c))"),
        ("SELECT - 2147483648 :: int", "SELECT (- 2147483648)::int"),
        ("SELECT 'it''''s'", "SELECT 'it''s'"),
        ("SELECT 'a\\'", "SELECT 'a\\\\'"),
        ("SELECT 1", "SELECT '1'"),
        ("SELECT 1.0", "SELECT 1.00"),
        ("SELECT 1 AS a", "SELECT 1"),
        ("SELECT current_user", "SELECT current_user AS \"current_user\""),
        ("SELECT now()", "SELECT pg_catalog.now()"),
        ("SELECT 1 OPERATOR(pg_catalog.+) 1", "SELECT 1 + 1"),
        ("SELECT extract(year FROM x)", "SELECT pg_catalog.extract('year', x)"),
        ("SELECT x::char", "SELECT x::\"char\""),
        ("SELECT x::bpchar", "SELECT x::char"),
        ("SELECT x::s.int4", "SELECT x::int4"),
        ("SELECT \"A\"", "SELECT a"),
        ("SELECT 1 UNION SELECT 2 UNION ALL SELECT 3", "SELECT 1 UNION (SELECT 2 UNION ALL SELECT 3)"),
        ("SELECT 1 FROM a, b JOIN c ON true", "SELECT 1 FROM (a CROSS JOIN b) JOIN c ON true"),
        ("BEGIN READ ONLY", "BEGIN"),
        ("BEGIN", "COMMIT"),
        ("SET x = 010", "SET x TO '010'"),
        ("SET x = 1", "SET LOCAL x = 1"),
        ("SET x = a, b", "SET x = 'a, b'"),
        ("COPY t TO STDOUT NULL 'on'", "COPY t TO STDOUT NULL 'true'"),
        ("FETCH c", "MOVE c"),
        ("SELECT 1", "SELECT 1; SELECT 1"),
        ("SELECT 1", ""),
        ("SELECT 1", "SELECT"),
        ("SELECT 1", "SELECT 1 FROM"),
    ] {
        assert!(check_printout(client, printout).is_err(), "{client}\n{printout}");
    }
}

#[test]
fn a_difference_is_placed_in_the_clients_text() {
    let found = check_printout("SELECT a,\n  é + 2 FROM t", "SELECT a, (é + 3) FROM t");
    assert_eq!(found, Err(Disagreement::Field { node: "A_Const", field: "val", at: Some(17) }));
    let found = check_printout("SELECT a, b FROM t", "SELECT a, f(b) FROM t");
    assert_eq!(found, Err(Disagreement::Kind { client: "ColumnRef", ours: "FuncCall", at: Some(10) }));
}

#[test]
fn a_text_holds_one_statement() {
    for (text, found) in [("", 0), (" -- nothing\n;", 0), ("SELECT 1; SELECT 2", 2), ("BEGIN; COMMIT;", 2)] {
        assert!(
            matches!(statement_tag(text), Err(Disagreement::StatementCount { found: count, .. }) if count == found),
            "{text}"
        );
    }
    assert_eq!(statement_tag("/* a */ SELECT 1; -- b"), Ok(StatementTag::Select));
}

#[test]
fn statements_have_tags() {
    for (text, tag) in [
        ("CLOSE c", StatementTag::Close),
        ("COPY t TO STDOUT", StatementTag::Copy),
        ("DEALLOCATE p", StatementTag::Deallocate),
        ("DECLARE c CURSOR FOR SELECT 1", StatementTag::Declare),
        ("DISCARD ALL", StatementTag::Discard),
        ("EXECUTE p", StatementTag::Execute),
        ("EXPLAIN DELETE FROM t", StatementTag::Explain),
        ("MOVE c", StatementTag::Fetch),
        ("LOCK t IN ACCESS SHARE MODE", StatementTag::Lock),
        ("DELETE FROM t", StatementTag::Other),
        ("CREATE TABLE t AS SELECT 1", StatementTag::Other),
        ("PREPARE p AS SELECT 1", StatementTag::Prepare),
        ("WITH a AS (SELECT 1) VALUES (1)", StatementTag::Select),
        ("ROLLBACK TO a", StatementTag::Transaction),
        ("UNLISTEN *", StatementTag::Unlisten),
        ("RESET ALL", StatementTag::VariableSet),
        ("SHOW ALL", StatementTag::VariableShow),
    ] {
        assert_eq!(statement_tag(text), Ok(tag), "{text}");
    }
}

#[test]
fn syntax_errors_are_postgresqls_own_and_placed() {
    for (text, message, marked) in [
        ("SELEC 1", "syntax error at or near \"SELEC\"", Some("SELEC")),
        ("SELECT a FROM FROM t WHERE FROM", "syntax error at or near \"FROM\"", Some("FROM t")),
        ("SELECT fromage, 'FROM' /* FROM */ FROM t FROM", "syntax error at or near \"FROM\"", Some("FROM")),
        ("SELECT 1 FROM t GROUP a", "syntax error at or near \"a\"", Some("a")),
        ("SELECT é, ) FROM t", "syntax error at or near \")\"", Some(") FROM")),
        ("SELECT 'abc", "unterminated quoted string at or near \"'abc\"", Some("'abc")),
        ("SELECT 1; SELECT FROM t WHERE", "syntax error at end of input", None),
        ("SELECT 1;; SELECT 2 3", "syntax error at or near \"3\"", Some("3")),
        ("SELECT 1 +", "syntax error at end of input", None),
    ] {
        let found = syntax_error(text).unwrap_or_else(|| panic!("{text} is accepted"));
        assert_eq!(found.message, message, "{text}");
        let last = marked.map_or(text.len(), |marked| text.rfind(marked).unwrap());
        assert_eq!(found.offset, Some(u32::try_from(last).unwrap()), "{text}");
    }
    assert_eq!(syntax_error("SELECT 1; SELECT 2"), None);
}
