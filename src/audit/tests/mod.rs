//! Tests of the whole room: what a log holds after good days, crashes, damage and full disks.

mod credit;
mod damage;
mod events;
mod failure;
mod reading;
mod restart;
mod spent;
mod support;

/// Somebody's session, for tests of other rooms.
pub(crate) fn test_session() -> std::sync::Arc<super::SessionRecord> {
    support::session()
}
