//! Fresh ids: UUIDv7 (RFC 9562 §5.7), so that they sort by the time they were made, also within a millisecond.

use uuid::Uuid;

use crate::base::{SessionId, StatementId};

/// The id of a client connection.
pub fn new_session_id() -> SessionId {
    SessionId::new(Uuid::now_v7())
}

/// The id of a statement; also the reference that a refusal names.
pub fn new_statement_id() -> StatementId {
    StatementId::new(Uuid::now_v7())
}

/// The id of a record that is neither a session's nor a statement's.
pub fn new_event_id() -> Uuid {
    Uuid::now_v7()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_order_in_which_they_were_made() {
        let ids: Vec<StatementId> = (0..1000).map(|_| new_statement_id()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(ids[0].uuid().get_version_num(), 7);
    }
}
