//! `UserError` into ErrorResponse and NoticeResponse: the only place that builds one.

use bytes::{BufMut, BytesMut};

use super::backend::{NoForm, framed, put_text};
use crate::base::{Encoding, Severity, UserError};

/// Appends the packet. Fields S, V, C, M, D, H, P, and F, L, R as every report of PostgreSQL has them (`\errverbose` shows them): always the same, for which
/// function of the warehouse failed may tell of a hidden type. The further fields name objects.
///
/// What cannot be said in the client's encoding is replaced by the error that says so, as PostgreSQL does when sending an error fails.
pub(super) fn encode(error: &UserError, encoding: Encoding, buffer: &mut BytesMut) -> Result<(), NoForm> {
    let start = buffer.len();
    match packet(error, encoding, buffer) {
        Err(NoForm::Untranslatable(untranslatable)) => {
            buffer.truncate(start);
            packet(&UserError { severity: error.severity, ..*untranslatable }, encoding, buffer)
        }
        done => done,
    }
}

fn packet(error: &UserError, encoding: Encoding, buffer: &mut BytesMut) -> Result<(), NoForm> {
    let tag = match error.severity {
        Severity::Error | Severity::Fatal => b'E',
        Severity::Notice | Severity::Warning => b'N',
    };
    framed(tag, buffer, |buffer| {
        for (code, text) in fields(error) {
            buffer.put_u8(code);
            put_text(&text, encoding, buffer)?;
        }
        buffer.put_u8(0);
        Ok(())
    })
}

fn fields(error: &UserError) -> Vec<(u8, String)> {
    let UserError { severity, sqlstate, message, detail, hint, position } = error;
    let mut fields = vec![
        (b'S', severity.as_str().to_owned()),
        (b'V', severity.as_str().to_owned()),
        (b'C', sqlstate.as_str().to_owned()),
        (b'M', message.to_string()),
    ];
    fields.extend(detail.as_ref().map(|text| (b'D', text.to_string())));
    fields.extend(hint.as_ref().map(|text| (b'H', text.to_string())));
    fields.extend(position.map(|position| (b'P', position.to_string())));
    fields.extend([(b'F', "postern"), (b'L', "0"), (b'R', "report")].map(|(code, text)| (code, text.to_owned())));
    fields
}
