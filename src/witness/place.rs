//! Where the same expression stands in the client's text and in ours.

/// Two byte offsets of one expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub ours: u32,
    pub client: u32,
}
