//! What a client may read of an error of the warehouse: one fixed sentence per SQLSTATE, no value, no name, no place.
//!
//! The sentences are PostgreSQL's own where those are constant, so that tools which look at them see what they know. Fields D, H, W, q, p, s, t, c, d,
//! n and the position are never passed on (enforcement L15).

use crate::base::{Severity, SqlState, UserError};

use super::report::{Report, ReportSeverity};

/// Sentences by SQLSTATE, sorted.
const SENTENCES: &[(&str, &str)] = &[
    ("08P01", "protocol violation in the conversation with the warehouse"),
    ("0A000", "the warehouse does not support this"),
    ("20000", "no case matches the value"),
    ("21000", "more than one row returned by a subquery used as an expression"),
    ("22000", "data exception"),
    ("22001", "value too long for its type"),
    ("22003", "numeric value out of range"),
    ("22004", "null value not allowed"),
    ("22007", "invalid input syntax for a date or time"),
    ("22008", "date/time value out of range"),
    ("22009", "time zone displacement out of range"),
    ("22011", "negative substring length not allowed"),
    ("22012", "division by zero"),
    ("22013", "invalid preceding or following size in window function"),
    ("22014", "argument of ntile must be greater than zero"),
    ("22015", "interval out of range"),
    ("22016", "argument of nth_value must be greater than zero"),
    ("22018", "invalid character value for a cast"),
    ("22019", "invalid escape string"),
    ("2201B", "invalid regular expression"),
    ("2201E", "cannot take logarithm of this number"),
    ("2201F", "invalid argument for power function"),
    ("2201G", "invalid argument for width_bucket"),
    ("2201W", "LIMIT must not be negative"),
    ("2201X", "OFFSET must not be negative"),
    ("22021", "invalid byte sequence for encoding \"UTF8\""),
    ("22023", "invalid parameter value"),
    ("22024", "unterminated string"),
    ("22025", "LIKE pattern must not end with escape character"),
    ("22026", "bit string length does not match its type"),
    ("22027", "invalid trim"),
    ("2202E", "array subscript error"),
    ("2202G", "TABLESAMPLE REPEATABLE parameter cannot be null"),
    ("2202H", "sample percentage must be between 0 and 100"),
    ("22030", "duplicate JSON object key value"),
    ("22031", "invalid argument for an SQL/JSON datetime function"),
    ("22032", "invalid JSON text"),
    ("22033", "invalid SQL/JSON subscript"),
    ("22034", "more than one SQL/JSON item"),
    ("22035", "no SQL/JSON item"),
    ("22036", "non-numeric SQL/JSON item"),
    ("22038", "singleton SQL/JSON item required"),
    ("22039", "SQL/JSON array not found"),
    ("2203A", "SQL/JSON member not found"),
    ("2203F", "SQL/JSON scalar required"),
    ("22P01", "floating-point exception"),
    ("22P02", "invalid input syntax for the type"),
    ("22P03", "incorrect binary data format"),
    ("22P05", "character has no equivalent in the encoding"),
    ("2200L", "not an XML document"),
    ("2200M", "invalid XML document"),
    ("2200N", "invalid XML content"),
    ("23514", "value violates a check constraint of its type"),
    ("23502", "null value not allowed by its type"),
    ("25001", "there is already a transaction in progress"),
    ("25006", "cannot execute this in a read-only transaction"),
    ("25P01", "there is no transaction in progress"),
    ("25P02", "current transaction is aborted, commands ignored until end of transaction block"),
    ("25P03", "the warehouse ended an idle transaction"),
    ("26000", "prepared statement does not exist"),
    ("34000", "cursor does not exist"),
    ("3B001", "savepoint does not exist"),
    ("40001", "could not serialize access"),
    ("40P01", "deadlock detected"),
    ("42501", "the warehouse denies this"),
    ("42601", "the warehouse cannot read the statement"),
    ("42702", "column reference is ambiguous"),
    ("42703", "column does not exist"),
    ("42704", "object does not exist"),
    ("42725", "function or operator is not unique"),
    ("42803", "grouping error"),
    ("42804", "datatypes do not match"),
    ("42809", "wrong object type"),
    ("42846", "cannot cast between these types"),
    ("42883", "no function or operator matches the given name and argument types"),
    ("428C9", "generated column cannot be used here"),
    ("42P01", "relation does not exist"),
    ("42P02", "parameter does not exist"),
    ("42P03", "cursor already exists"),
    ("42P08", "could not determine which type a parameter has"),
    ("42P10", "invalid column reference"),
    ("42P13", "invalid function definition"),
    ("42P18", "could not determine data type"),
    ("42P19", "invalid recursion"),
    ("42P20", "windowing error"),
    ("42P21", "collation mismatch"),
    ("42P22", "could not determine which collation to use"),
    ("53000", "the warehouse lacks resources"),
    ("53100", "the warehouse's disk is full"),
    ("53200", "the warehouse is out of memory"),
    ("53300", "the warehouse has too many connections"),
    ("53400", "a limit of the warehouse was exceeded"),
    ("54000", "a limit of the warehouse's implementation was exceeded"),
    ("54001", "stack depth limit exceeded"),
    ("54011", "target lists can have at most 1664 entries"),
    ("54023", "too many arguments of a function"),
    ("55000", "object is not in the state that the statement needs"),
    ("55006", "object is in use"),
    ("55P03", "canceling statement due to lock timeout"),
    ("57014", "canceling statement due to user request"),
    ("57P01", "terminating connection due to administrator command"),
    ("57P02", "terminating connection because of a crash of the warehouse"),
    ("57P03", "the warehouse does not take statements now"),
    ("58000", "system error of the warehouse"),
    ("58030", "I/O error of the warehouse"),
    ("72000", "snapshot too old"),
];

/// Sentences by class, for codes that have none of their own; sorted.
const CLASSES: &[(&str, &str)] = &[
    ("08", "connection exception in the warehouse"),
    ("22", "data exception"),
    ("23", "integrity constraint violation"),
    ("25", "invalid transaction state"),
    ("40", "transaction rollback"),
    ("42", "the warehouse cannot run the statement"),
    ("53", "the warehouse lacks resources"),
    ("54", "a limit of the warehouse was exceeded"),
    ("55", "object is not in the state that the statement needs"),
    ("57", "the warehouse was asked to stop the statement"),
    ("58", "system error of the warehouse"),
    ("P0", "a function of the warehouse failed"),
    ("XX", "internal error of the warehouse"),
];

/// Codes of warnings that say the same to everybody.
const TOLD_WARNINGS: [SqlState; 2] = [SqlState::ACTIVE_SQL_TRANSACTION, SqlState::NO_ACTIVE_SQL_TRANSACTION];

/// The error as the client reads it. `is_opaque`: a row filter of the statement may raise, so that whatever happened is one fixed 55000 (enforcement
/// L13); only what cannot depend on a hidden row is told as it is.
pub fn redact(report: &Report, is_opaque: bool) -> UserError {
    let sqlstate = report.sqlstate;
    if is_opaque && !is_independent_of_rows(sqlstate) {
        return UserError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, "the statement cannot be run on this data")
            .detail("A row filter of the grant does not allow more to be told.");
    }
    UserError::new(sqlstate, sentence(sqlstate))
}

/// A notice as the client reads it; `None` for those that may carry names or values, which are all but a few.
pub fn redact_notice(report: &Report) -> Option<UserError> {
    let is_told = report.severity == ReportSeverity::Warning && TOLD_WARNINGS.contains(&report.sqlstate);
    is_told.then(|| UserError { severity: Severity::Warning, ..UserError::new(report.sqlstate, sentence(report.sqlstate)) })
}

fn sentence(sqlstate: SqlState) -> &'static str {
    let find = |table: &[(&str, &'static str)], key: &str| table.iter().find(|(code, _)| *code == key).map(|(_, text)| *text);
    find(SENTENCES, sqlstate.as_str())
        .or_else(|| find(CLASSES, sqlstate.class()))
        .unwrap_or("the warehouse cannot run the statement")
}

/// Cancellation, transaction control and the end of the connection: the same whatever the rows are.
fn is_independent_of_rows(sqlstate: SqlState) -> bool {
    matches!(sqlstate.class(), "08" | "25" | "26" | "34" | "3B" | "57")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(severity: &str, code: &str) -> Report {
        Report::read(format!("S{severity}\0V{severity}\0C{code}\0Minvalid input syntax: \"CANARY\"\0DCANARY\0\0").as_bytes())
    }

    #[test]
    fn no_value_and_no_name_gets_through() {
        for code in ["22P02", "23505", "42P01", "0A000", "XX000", "P0001", "F0000", "99999"] {
            let error = redact(&report("ERROR", code), false);
            assert_eq!(error.sqlstate.as_str(), code);
            assert!(!format!("{error:?}").contains("CANARY"), "{code}");
            assert!(error.detail.is_none() && error.hint.is_none() && error.position.is_none());
        }
    }

    #[test]
    fn what_postgresql_says_without_values_is_said_in_its_words() {
        assert_eq!(redact(&report("ERROR", "22012"), false).message, "division by zero");
        assert_eq!(redact(&report("ERROR", "22999"), false).message, "data exception");
    }

    #[test]
    fn errors_under_a_filter_that_can_raise_are_all_one() {
        let told = redact(&report("ERROR", "22012"), true);
        assert_eq!(told, redact(&report("ERROR", "22P02"), true));
        assert_eq!(told.sqlstate.as_str(), "55000");
        assert_eq!(redact(&report("ERROR", "57014"), true).sqlstate.as_str(), "57014");
    }

    #[test]
    fn notices_are_dropped_unless_they_say_the_same_to_everybody() {
        assert!(redact_notice(&report("NOTICE", "00000")).is_none());
        assert!(redact_notice(&report("WARNING", "01000")).is_none());
        assert_eq!(redact_notice(&report("WARNING", "25P01")).unwrap().severity, Severity::Warning);
    }
}
