//! Identifiers as PostgreSQL reads them, where they stand in the client's text, and the ids by which analysis speaks of nodes.

/// Byte offset in the text of the statement; `Pos::NONE` where the parser knows none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pos(pub u32);

impl Pos {
    /// No known place.
    pub const NONE: Self = Self(u32::MAX);

    /// The offset, when it is known.
    pub fn offset(self) -> Option<u32> {
        (self != Self::NONE).then_some(self.0)
    }
}

/// Number of a node within its statement: what analysis decides of a node is kept under this number, and the printer asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// An identifier after folding (unquoted: ASCII lower case) and truncation to 63 bytes, as `scan.l` and `downcase_truncate_identifier` do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    pub name: String,
    pub at: Pos,
}

/// One to four identifiers with dots between them.
pub type QualifiedName = Vec<Ident>;
