//! An ErrorResponse or NoticeResponse of the warehouse, reduced to what the gate may judge.

use crate::base::SqlState;

/// Severity, code and position. The message and the other fields may hold names and values: they stay behind, but for the operator's log at login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub severity: ReportSeverity,
    pub sqlstate: SqlState,
    /// Character of the text that was sent, from 1: of what was raised while the statement was read, not by what runs in it.
    pub position: Option<u32>,
    pub(super) message: String,
}

/// The severities that PostgreSQL knows, from field `V`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportSeverity {
    Error,
    /// FATAL and PANIC: the connection ends.
    Fatal,
    /// DEBUG, INFO, LOG, NOTICE
    Notice,
    Warning,
}

impl Report {
    /// It names a place in the statement that was sent: raised while the statement was read, not by what runs in it.
    pub fn is_of_statement(&self) -> bool {
        self.position.is_some()
    }

    /// Reads the body of the message. What is missing or unknown reads as an internal error.
    pub fn read(body: &[u8]) -> Self {
        let mut report =
            Self { severity: ReportSeverity::Error, sqlstate: SqlState::INTERNAL_ERROR, position: None, message: String::new() };
        for field in body.split(|byte| *byte == 0) {
            let Some((kind, value)) = field.split_first() else { break };
            let value = String::from_utf8_lossy(value);
            match kind {
                b'V' => report.severity = severity(&value),
                b'C' => report.sqlstate = SqlState::parse(&value).unwrap_or(SqlState::INTERNAL_ERROR),
                b'P' => report.position = value.parse().ok(),
                b'M' => report.message = value.into_owned(),
                _ => {}
            }
        }
        report
    }
}

fn severity(word: &str) -> ReportSeverity {
    match word {
        "FATAL" | "PANIC" => ReportSeverity::Fatal,
        "WARNING" => ReportSeverity::Warning,
        "DEBUG" | "INFO" | "LOG" | "NOTICE" => ReportSeverity::Notice,
        _ => ReportSeverity::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_and_code_are_read_and_the_rest_is_left() {
        let report = Report::read(b"SERROR\0VERROR\0C22012\0Mdivision by zero\0Dsecret\0\0");
        assert_eq!((report.severity, report.sqlstate.as_str()), (ReportSeverity::Error, "22012"));
        assert_eq!(Report::read(b"VERROR\0C42804\0P17\0p3\0\0").position, Some(17));
        assert_eq!(Report::read(b"VERROR\0C42804\0Pmany\0\0").position, None);
        assert_eq!(Report::read(b"VFATAL\0C57P01\0\0").severity, ReportSeverity::Fatal);
        assert_eq!(Report::read(b"").sqlstate, SqlState::INTERNAL_ERROR);
    }
}
