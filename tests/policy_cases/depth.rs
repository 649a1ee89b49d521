//! The deepest statement of each shape that the limits let through is read, judged, printed, witnessed and dropped on a thread's ordinary stack.
//!
//! An overflow is not a failing assertion: it ends the test program.

use std::thread;

use postern::catalog::ExposedCatalog;
use postern::enforce::{Context, DenialCode, StatementLimits, enforce, parse_message};

use super::bed::{SHOP, exposed};

/// The version that reads every shape.
const NEWEST: u32 = 18;

/// What a thread gets when nobody asks for more.
const STACK: usize = 2 << 20;

/// The largest that a configuration can allow.
const LIMITS: StatementLimits =
    StatementLimits { statement_bytes: 1 << 20, nesting: 500, parameters: 1000, value_bytes: 1 << 26 };

/// A statement that grows. `#` stands for a number that is another one each time.
struct Shape {
    before: &'static str,
    again: &'static str,
    middle: &'static str,
    closed: &'static str,
    after: &'static str,
}

impl Shape {
    fn statement(&self, times: usize) -> String {
        let Self { before, again, middle, closed, after } = self;
        let opened: String = (0..times).map(|number| again.replace('#', &number.to_string())).collect();
        format!("{before}{opened}{middle}{}{after}", closed.repeat(times))
    }
}

const fn shape(
    before: &'static str,
    again: &'static str,
    middle: &'static str,
    closed: &'static str,
    after: &'static str,
) -> Shape {
    Shape { before, again, middle, closed, after }
}

macro_rules! shapes {
    ($($name:ident: $shape:expr;)*) => {
        $(#[test] fn $name() { the_deepest(&$shape); })*
    };
}

shapes! {
    additions: shape("SELECT 1", "+1", "", "", "");
    concatenations: shape("SELECT note", "||note", "", "", " FROM contacts");
    ands: shape("SELECT 1 FROM contacts WHERE id = 1", " AND id = 1", "", "", "");
    ors: shape("SELECT 1 FROM contacts WHERE id = 1", " OR id + 1 = 2 * id", "", "", "");
    nots: shape("SELECT ", "NOT ", "true", "", "");
    signs: shape("SELECT ", "- ", "1", "", "");
    casts: shape("SELECT 1", "::int", "", "", "");
    collations: shape("SELECT note", " COLLATE \"C\"", "", "", " FROM contacts");
    time_zones: shape("SELECT now()", " AT TIME ZONE 'UTC'", "", "", "");
    unions: shape("SELECT 1", " UNION SELECT 1", "", "", "");
    excepts_and_intersects: shape("SELECT id FROM orders", " EXCEPT SELECT 1 INTERSECT SELECT 2", "", "", "");
    joins: shape("SELECT 1 FROM orders o", " CROSS JOIN (VALUES (1)) v#", "", "", "");
    joins_with_conditions: shape("SELECT 1 FROM orders o", " LEFT JOIN (SELECT 1) v# ON o.id = 1", "", "", "");
    parentheses: shape("SELECT ", "(", "1", ")", "");
    parentheses_with_sums: shape("SELECT ", "(1+2*", "1", "+1)", "");
    cases: shape("SELECT ", "CASE WHEN true THEN ", "1", " ELSE 2 END", "");
    cases_in_conditions: shape("SELECT ", "CASE WHEN ", "true", " THEN true END", "");
    cases_with_operands: shape("SELECT ", "CASE ", "1", " WHEN 1 THEN 2 END", "");
    scalar_queries: shape("SELECT ", "(SELECT ", "1", ")", "");
    queries_of_relations: shape("SELECT ", "(SELECT id FROM contacts WHERE id = ", "1", ")", "");
    queries_in_from: shape("SELECT 1 FROM ", "(SELECT * FROM ", "orders", ") s", "");
    lateral_queries: shape("SELECT 1 FROM orders o, ", "LATERAL (SELECT * FROM ", "orders", ") s", "");
    common_table_expressions: shape("", "WITH x AS (", "SELECT 1", ") SELECT * FROM x", "");
    exists: shape("SELECT 1 WHERE ", "EXISTS (SELECT 1 WHERE ", "true", ")", "");
    memberships: shape("SELECT 1 WHERE 1 ", "IN (SELECT 1 WHERE 1 ", "= 1", ")", "");
    any_arrays: shape("SELECT 1 ", "= ANY (ARRAY[1 ", "", "])", "");
    calls: shape("SELECT ", "abs(", "1", ")", "");
    calls_in_from: shape("SELECT 1 FROM generate_series(", "abs(", "1", ")", ", 2)");
    aggregates_with_filters: shape("SELECT ", "count(*) FILTER (WHERE 1 = ", "1", ")", "");
    windows: shape("SELECT ", "sum(1) OVER (ORDER BY ", "1", ")", "");
    coalesces: shape("SELECT ", "coalesce(1, ", "1", ")", "");
    rows: shape("SELECT ", "ROW(1, ", "1", ")", "");
    arrays: shape("SELECT ", "ARRAY[", "1", "]", "");
    subscripts: shape("SELECT tags", "[1]", "", "", " FROM customers");
    subscripts_within: shape("SELECT ", "tags[", "1", "]", " FROM customers");
    set_operations_in_parentheses: shape("", "(SELECT 1 UNION ", "SELECT 1", ")", "");
    joins_in_parentheses: shape("SELECT 1 FROM ", "(orders AS o# CROSS JOIN ", "orders", ")", "");
    grouping_sets: shape("SELECT 1 GROUP BY ", "GROUPING SETS (", "()", ")", "");
    limits_of_limits: shape("SELECT 1 LIMIT ", "(SELECT 1 LIMIT ", "1", ")", "");
    betweens: shape("SELECT 1 ", "BETWEEN (1 ", "", " = 1) AND 2", "");
    trims_and_positions: shape("SELECT ", "trim(substring('a' from ", "1", "))", "");
    json_objects: shape("SELECT ", "JSON_OBJECT('a' : ", "1", ")", "");
    json_arrays: shape("SELECT ", "JSON_ARRAY(1, ", "1", " NULL ON NULL)", "");
    json_arrays_of_queries: shape("SELECT ", "JSON_ARRAY(SELECT ", "1", ")", "");
    json_values: shape("SELECT ", "JSON_VALUE(", "'1'", ", '$' RETURNING text)", "");
    json_defaults: shape("SELECT ", "JSON_VALUE('1', '$' DEFAULT ", "1", " ON EMPTY)", "");
    json_aggregates: shape("SELECT ", "JSON_ARRAYAGG(1 ORDER BY ", "1", ")", "");
    json_passing: shape("SELECT ", "JSON_EXISTS('1', '$' PASSING ", "1", " AS x)", "");
    json_tables: shape("SELECT 1 FROM JSON_TABLE('1', '$' COLUMNS (n FOR ORDINALITY", ", NESTED PATH '$' COLUMNS (c# int", "", ")", "))");
    json_tables_of_queries: shape("SELECT 1 FROM ", "JSON_TABLE((SELECT '1' FROM ", "orders", "), '$' COLUMNS (a int))", "");
    xml_elements: shape("SELECT ", "xmlelement(NAME a, ", "1", ")", "");
    xml_attributes: shape("SELECT ", "xmlelement(NAME a, XMLATTRIBUTES (", "1", " AS b))", "");
    xml_forests: shape("SELECT ", "xmlforest(", "1", " AS a)", "");
    xml_serialized: shape("SELECT ", "xmlserialize(CONTENT xmlparse(CONTENT ", "'a'", ") AS text)", "");
    xml_documents: shape("SELECT id", " IS DOCUMENT", "", "", " FROM orders");
    xml_tables: shape("SELECT 1 FROM ", "XMLTABLE('/a' PASSING (SELECT 'x' FROM ", "orders", ") COLUMNS a int)", "");
    xml_table_defaults: shape("SELECT 1 FROM XMLTABLE('/a' PASSING 'x' COLUMNS a int DEFAULT ", "(1 + ", "1", ")", ")");
    special_functions_in_from: shape("SELECT 1 FROM coalesce(", "nullif(", "1", ", 2)", ", 3)");
    sort_operators: shape("SELECT ", "array_agg(1 ORDER BY ", "1", " USING <)", "");
    cycles: shape("", "WITH RECURSIVE x AS (", "SELECT 1 AS a UNION SELECT 2", ") CYCLE a SET c USING p SELECT 1 AS a UNION SELECT 2", "");
    seeds: shape("", "WITH RECURSIVE x AS (SELECT a FROM (", "SELECT 1 AS a", ") AS q UNION SELECT 2) SELECT a FROM x", "");
    explained: shape("EXPLAIN SELECT 1", "+1", "", "", "");
    copied: shape("COPY (SELECT 1", "+1", "", "", ") TO STDOUT");
    executed: shape("EXECUTE p (1", "+1", "", "", ")");
    prepared: shape("PREPARE p AS SELECT ", "(SELECT ", "1", ")", "");
}

/// What the deepest statements are judged under.
fn context(exposed: &ExposedCatalog) -> Context<'_> {
    Context {
        exposed,
        search_path: &exposed.search_path,
        limits: &LIMITS,
        export: SHOP.grant("analysis").export(),
        parameter_types: &[],
    }
}

/// A common table expression that names one further down, and so on: as many as the stack of the deepest tree holds, and no more.
#[test]
fn references_ahead() {
    on_a_thread(|| {
        let statement = |levels: usize, terms: usize| {
            let sum = "+1".repeat(terms);
            let ahead: String = (0..levels).map(|n| format!("c{n} AS (SELECT n{sum} AS n FROM c{}), ", n + 1)).collect();
            format!("WITH RECURSIVE {ahead}c{levels} AS (SELECT 1 AS n) SELECT * FROM c0")
        };
        let exposed = exposed(SHOP.grant("analysis"), Some(NEWEST));
        let context = context(&exposed);
        let judge = |text: &str| {
            let parsed = parse_message(text, &LIMITS).unwrap_or_else(|refusal| panic!("{refusal:?}"));
            enforce(&parsed[0], &context).map(drop).map_err(|refusal| refusal.error.message)
        };
        for (levels, terms) in [(1, 1), (20, 2), (2, 900)] {
            assert_eq!(judge(&statement(levels, terms)), Ok(()), "{levels} {terms}");
        }
        for (levels, terms) in [(10_000, 1), (3, 2_000)] {
            let told = judge(&statement(levels, terms)).unwrap_err();
            assert!(told.starts_with("so many references in a row"), "{told}");
        }
        // What was read already is no reference ahead.
        let sum = "+1".repeat(2_000);
        assert_eq!(
            judge(&format!("WITH RECURSIVE a AS (SELECT 1 AS n), b AS (SELECT n{sum} AS n FROM a) SELECT * FROM a, b")),
            Ok(())
        );
    });
}

/// Finds the greatest number of repetitions that the limits accept, and takes that statement all the way.
fn the_deepest(shape: &Shape) {
    let is_within = |times: usize| match parse_message(&shape.statement(times), &LIMITS) {
        Ok(_) => true,
        Err(refusal) => refusal.code != DenialCode::Limit,
    };
    on_a_thread(|| {
        let (mut deepest, mut too_deep) = (1, 4_000);
        while too_deep - deepest > 1 {
            let times = usize::midpoint(deepest, too_deep);
            *(if is_within(times) { &mut deepest } else { &mut too_deep }) = times;
        }
        let text = shape.statement(deepest);
        let outcome = parse_message(&text, &LIMITS).map(|statements| {
            let exposed = exposed(SHOP.grant("analysis"), Some(NEWEST));
            let context = context(&exposed);
            statements.iter().map(|statement| enforce(statement, &context)).collect::<Result<Vec<_>, _>>()
        });
        let told = match outcome {
            Ok(Ok(_)) => "accepted".to_owned(),
            Ok(Err(refusal)) | Err(refusal) => refusal.error.message.to_string(),
        };
        assert_eq!(told, "accepted", "{deepest} times: {text:.200}");
        assert!(deepest >= 250, "{deepest} times");
    });
}

/// A thread is made for every shape: the test's own may have another stack.
fn on_a_thread(run: impl FnOnce() + Send) {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).unwrap();
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    });
}
