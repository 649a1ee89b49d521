//! Function calls and windows.

use super::{Expr, Ident, NodeId, Pos, QualifiedName, SortKey};

/// A function call with everything that may hang on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub id: NodeId,
    pub at: Pos,
    pub name: QualifiedName,
    pub arguments: Vec<Argument>,
    /// `count(*)`
    pub star: bool,
    /// `count(DISTINCT x)`
    pub distinct: bool,
    /// `f(VARIADIC array)`: the last argument
    pub variadic: bool,
    /// `string_agg(x, ',' ORDER BY y)`
    pub order_by: Vec<SortKey>,
    /// `WITHIN GROUP (ORDER BY …)`
    pub within_group: Vec<SortKey>,
    pub filter: Option<Expr>,
    pub over: Option<Over>,
}

impl Call {
    /// Nothing hangs on it but its arguments: no star, VARIADIC or named argument, and none of what aggregates and windows alone have.
    pub fn is_plain(&self) -> bool {
        let Self { id: _, at: _, name: _, arguments, star, distinct, variadic, order_by, within_group, filter, over } = self;
        let is_bare = !star && !distinct && !variadic && order_by.is_empty() && within_group.is_empty();
        is_bare && filter.is_none() && over.is_none() && arguments.iter().all(|argument| argument.name.is_none())
    }
}

/// An argument; `name => value` when named.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    pub name: Option<Ident>,
    pub value: Expr,
}

/// `OVER w` or `OVER (…)`
#[derive(Clone, Debug, PartialEq)]
pub enum Over {
    Named(Ident),
    Window(Window),
}

/// A window definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The window that this one extends.
    pub base: Option<Ident>,
    pub partition_by: Vec<Expr>,
    pub order_by: Vec<SortKey>,
    pub frame: Option<Frame>,
}

/// The frame clause.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    pub units: FrameUnits,
    pub start: FrameBound,
    pub end: Option<FrameBound>,
    pub exclusion: Option<FrameExclusion>,
}

/// ROWS, RANGE, GROUPS
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameUnits {
    Groups,
    Range,
    Rows,
}

/// One end of a frame.
#[derive(Clone, Debug, PartialEq)]
pub enum FrameBound {
    CurrentRow,
    Following(Option<Box<Expr>>),
    Preceding(Option<Box<Expr>>),
}

/// What EXCLUDE takes out of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameExclusion {
    CurrentRow,
    Group,
    NoOthers,
    Ties,
}
