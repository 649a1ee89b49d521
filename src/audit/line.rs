//! One record as one readable line.

use crate::base::Timestamp;

use super::record::{Entry, EntryColumn, EntryObject};
use super::text::line;

/// Longest statement text in a line, in characters; the whole text is in the JSON.
const SHOWN_TEXT_CHARACTERS: usize = 300;

/// Time, decision, person, vendor, grant, ticket, relations with columns and masks, rows, SQLSTATE, fingerprint, text.
pub(super) fn statement(entry: &Entry, decision: &str, rows: &str) -> String {
    let postern = &entry.postern;
    let mut words = vec![time(entry), format!("{decision:<7}"), entry.person().name.clone()];
    for (label, value) in [("vendor", &postern.vendor), ("grant", &postern.grant), ("ticket", &postern.engagement.ticket)] {
        if !value.is_empty() {
            words.push(format!("{label}={value}"));
        }
    }
    words.extend(postern.objects.iter().map(object));
    if !postern.decision.code.is_empty() {
        words.push(format!("code={}", postern.decision.code));
    }
    if !postern.decision.object.is_empty() {
        words.push(format!("object={}", postern.decision.object));
    }
    if !rows.is_empty() {
        words.push(format!("rows={rows}"));
    }
    if !entry.status_code.is_empty() {
        words.push(entry.status_code.clone());
    }
    if !entry.status_detail.is_empty() {
        words.push(format!("({})", entry.status_detail));
    }
    if !postern.sql.fingerprint.is_empty() {
        words.push(format!("fp:{}", postern.sql.fingerprint));
    }
    words.push(format!("id={}", postern.statement_id));
    let text = entry.query_info.query_string.split_whitespace().collect::<Vec<_>>().join(" ");
    // The fingerprint stands for the text where the text is not kept.
    if !text.starts_with("fp:") {
        words.push(text);
    }
    line(&words.join(" "), SHOWN_TEXT_CHARACTERS + 1_000)
}

/// Logins, reloads, the log itself.
pub(super) fn other(entry: &Entry) -> String {
    let from = if entry.src_endpoint.ip.is_empty() { String::new() } else { format!(" from {}", entry.src_endpoint.ip) };
    line(&format!("{} {} {}{from}", time(entry), entry.metadata.event_code, entry.message), SHOWN_TEXT_CHARACTERS + 1_000)
}

fn time(entry: &Entry) -> String {
    Timestamp::from_micros(entry.time.saturating_mul(1000)).to_string()
}

fn object(object: &EntryObject) -> String {
    let column = |column: &EntryColumn| match &column.mask {
        Some(mask) => format!("{}({mask})", column.name),
        None => column.name.clone(),
    };
    format!("{}[{}]", object.relation, object.columns.iter().map(column).collect::<Vec<_>>().join(","))
}
