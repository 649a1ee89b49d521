//! `UserError` into ErrorResponse and NoticeResponse: the only place that builds one.

use bytes::BytesMut;
use pgwire::error::PgWireResult;
use pgwire::messages::Message;
use pgwire::messages::response::{ErrorResponse, NoticeResponse};

use super::backend::clean;
use crate::base::{Severity, UserError};

/// Appends the packet. Fields S, V, C, M, D, H, P, and F, L, R as every report of PostgreSQL has them (`\errverbose` shows them): always the same, for which
/// function of the warehouse failed may tell of a hidden type. The further fields name objects.
pub(super) fn encode(error: &UserError, buffer: &mut BytesMut) -> PgWireResult<()> {
    match error.severity {
        Severity::Error | Severity::Fatal => ErrorResponse::new(fields(error)).encode(buffer),
        Severity::Notice | Severity::Warning => NoticeResponse::new(fields(error)).encode(buffer),
    }
}

fn fields(error: &UserError) -> Vec<(u8, String)> {
    let UserError { severity, sqlstate, message, detail, hint, position } = error;
    let mut fields = vec![
        (b'S', severity.as_str().to_owned()),
        (b'V', severity.as_str().to_owned()),
        (b'C', sqlstate.as_str().to_owned()),
        (b'M', clean(message)),
    ];
    fields.extend(detail.as_ref().map(|text| (b'D', clean(text))));
    fields.extend(hint.as_ref().map(|text| (b'H', clean(text))));
    fields.extend(position.map(|position| (b'P', position.to_string())));
    fields.extend([(b'F', "postern"), (b'L', "0"), (b'R', "report")].map(|(code, text)| (code, text.to_owned())));
    fields
}
