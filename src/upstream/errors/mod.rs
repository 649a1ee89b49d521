//! What a client may read of an error of the warehouse: a sentence of one reviewed table, no value, no name (DESIGN "Errors", enforcement L15).
//!
//! | file | what |
//! |---|---|
//! | `table` | the sentence for each SQLSTATE |
//! | `errors.txt` | the table itself, in PostgreSQL's words where those are constant, so that tools which look at them see what they know |
//! | `page` | the page of the manual that is made from it |
//!
//! What the gate itself raises there about a constant of the client's own statement comes back as PostgreSQL's sentence about it (`functions::Told`).
//! The fields D, H, W, q, p, s, t, c, d and n are never passed on. The position is passed on by the session, which knows which place of the client's text it is.

#[cfg(test)]
mod page;
mod table;

use crate::base::{Severity, SqlState, UserError};
use crate::catalog::functions::Told;

use super::report::{Report, ReportSeverity};

/// The error as the client reads it, without a position. `is_opaque`: a row filter of the statement may raise, so that whatever happened is one fixed 55000
/// (enforcement L13); only what cannot depend on a hidden row is told as it is.
pub fn redact(report: &Report, is_opaque: bool) -> UserError {
    let sqlstate = report.sqlstate;
    if is_opaque && !is_independent_of_rows(sqlstate) {
        return UserError::new(SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE, "the statement cannot be run on this data")
            .detail("A row filter of the grant does not allow more to be told.");
    }
    match Told::read(sqlstate, &report.message) {
        Some(told) => match told.sentence() {
            Some(sentence) => UserError::new(told.sqlstate(), sentence),
            None => UserError::new(told.sqlstate(), table::sentence(told.sqlstate(), "")),
        },
        None => UserError::new(sqlstate, table::sentence(sqlstate, &report.message)),
    }
}

/// The same error as records keep it: without the client's constants.
pub fn recorded(report: &Report, told: &UserError) -> UserError {
    match Told::read(report.sqlstate, &report.message) {
        Some(_) => UserError { message: table::sentence(told.sqlstate, "").into(), ..told.clone() },
        None => told.clone(),
    }
}

/// A notice as the client reads it; `None` for those that may carry names or values, which are all but a few. Under a row filter that may raise, what is
/// said of data is dropped too.
pub fn redact_notice(report: &Report, is_opaque: bool) -> Option<UserError> {
    let severity = match report.severity {
        ReportSeverity::Notice => Severity::Notice,
        ReportSeverity::Warning => Severity::Warning,
        ReportSeverity::Error | ReportSeverity::Fatal => return None,
    };
    let told = table::notice(severity, report.sqlstate, &report.message)?;
    let is_told = !is_opaque || is_independent_of_rows(report.sqlstate);
    is_told.then(|| UserError { severity, ..UserError::new(report.sqlstate, told) })
}

/// Cancellation, transaction control and the end of the connection: the same whatever the rows are.
fn is_independent_of_rows(sqlstate: SqlState) -> bool {
    matches!(sqlstate.class(), "08" | "25" | "26" | "34" | "3B" | "57")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(severity: &str, code: &str, message: &str) -> Report {
        Report::read(
            format!("S{severity}\0V{severity}\0C{code}\0M{message}\0DCANARY\0HCANARY\0WCANARY\0tCANARY\0nCANARY\0\0").as_bytes(),
        )
    }

    const CANARY: &str = "invalid input syntax: \"CANARY\"";

    #[test]
    fn no_value_and_no_name_gets_through_whatever_the_code() {
        let unknown = ["99999", "QQ001", "22ZZZ"];
        for code in table::table().entries.keys().chain(&unknown) {
            let error = redact(&report("ERROR", code, CANARY), false);
            assert_eq!(error.sqlstate.as_str(), *code);
            assert!(!format!("{error:?}").contains("CANARY"), "{code}");
            assert!(error.detail.is_none() && error.hint.is_none() && error.position.is_none());
        }
    }

    #[test]
    fn what_postgresql_says_without_values_is_said_in_its_words() {
        assert_eq!(redact(&report("ERROR", "22012", "division by zero"), false).message, "division by zero");
        assert_eq!(
            redact(&report("ERROR", "22023", "step size cannot equal zero"), false).message,
            "step size cannot equal zero"
        );
        assert_eq!(redact(&report("ERROR", "22023", CANARY), false).message, "invalid parameter value");
    }

    #[test]
    fn what_the_gate_raised_is_told_of_the_clients_constant_and_kept_without_it() {
        // "role \"ana\" does not exist", as a replacement raises it.
        let raised = report("ERROR", "42704", "unrecognized configuration parameter \"postern.told_role_616e61\"");
        let told = redact(&raised, false);
        assert_eq!((told.sqlstate.as_str(), told.message.as_ref()), ("42704", "role \"ana\" does not exist"));
        assert_eq!(recorded(&raised, &told).message, "object does not exist");
        let bare = redact(&report("ERROR", "42704", "unrecognized configuration parameter \"postern.told_relation\""), false);
        assert_eq!((bare.sqlstate.as_str(), bare.message.as_ref()), ("42P01", "relation does not exist"));
        assert_eq!(redact(&raised, true).sqlstate.as_str(), "55000");
        let other = redact(&report("ERROR", "22012", "postern.told_role_616e61"), false);
        assert_eq!(other.message, "division by zero");
    }

    #[test]
    fn errors_under_a_filter_that_can_raise_are_all_one() {
        let told = redact(&report("ERROR", "22012", "division by zero"), true);
        assert_eq!(told, redact(&report("ERROR", "22P02", CANARY), true));
        assert_eq!(told.sqlstate.as_str(), "55000");
        assert_eq!(redact(&report("ERROR", "57014", CANARY), true).sqlstate.as_str(), "57014");
    }

    #[test]
    fn notices_are_dropped_unless_they_are_of_the_list_word_for_word() {
        let stop_words = "text-search query contains only stop words or doesn't contain lexemes, ignored";
        assert!(redact_notice(&report("NOTICE", "00000", CANARY), false).is_none());
        assert!(redact_notice(&report("WARNING", "01000", CANARY), false).is_none());
        assert!(redact_notice(&report("WARNING", "25P01", CANARY), false).is_none());
        assert!(redact_notice(&report("WARNING", "00000", stop_words), false).is_none());
        assert!(redact_notice(&report("ERROR", "25P01", "there is no transaction in progress"), false).is_none());
        let told = redact_notice(&report("WARNING", "25P01", "there is no transaction in progress"), true).unwrap();
        assert_eq!((told.severity, told.message.as_ref()), (Severity::Warning, "there is no transaction in progress"));
        assert_eq!(redact_notice(&report("NOTICE", "00000", stop_words), false).unwrap().severity, Severity::Notice);
        assert!(redact_notice(&report("NOTICE", "00000", stop_words), true).is_none());
    }
}
