//! What the hooks keep while sqlparser parses one statement.

use std::cell::{Cell, RefCell};

use sqlparser::ast::Expr as SqlExpr;
use sqlparser::parser::ParserError;

use crate::parse::lexer::token::{mark_ident, marked_ident};
use crate::parse::syntax::{
    ColumnDef, Cycle, Expr, FunctionItem, GroupItem, Limit, NodeId, Operator, Sample, Search, TableSource, Window,
};
use crate::parse::{ParseError, Reason};

/// A node that stands in sqlparser's tree as a mark.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a mark is taken soon after it is left, and few stand at a time")]
pub(in crate::parse) enum Piece {
    ColumnDefs(Vec<ColumnDef>),
    /// `GROUP BY DISTINCT`
    DistinctGroups,
    Expr(Expr),
    Group(GroupItem),
    Limit(Limit),
    /// A condition that the client did not write
    NoCondition,
    /// An empty select list
    NoItems,
    /// SEARCH and CYCLE behind a common table expression
    Recursion(Option<Search>, Option<Cycle>),
    RowsFrom(Vec<FunctionItem>),
    Sample(Box<Sample>),
    /// `x USING op` of ORDER BY
    SortedBy(Expr, Operator),
    TableFunction(Box<TableSource>),
    /// `VARIADIC x`
    Variadic(Expr),
    Window(Window),
}

impl Piece {
    pub(in crate::parse) fn column_defs(self) -> Option<Vec<ColumnDef>> {
        if let Self::ColumnDefs(definitions) = self { Some(definitions) } else { None }
    }

    pub(in crate::parse) fn expr(self) -> Option<Expr> {
        if let Self::Expr(expr) = self { Some(expr) } else { None }
    }

    pub(in crate::parse) fn recursion(self) -> Option<(Option<Search>, Option<Cycle>)> {
        if let Self::Recursion(search, cycle) = self { Some((search, cycle)) } else { None }
    }

    pub(in crate::parse) fn rows_from(self) -> Option<Vec<FunctionItem>> {
        if let Self::RowsFrom(functions) = self { Some(functions) } else { None }
    }

    pub(in crate::parse) fn sample(self) -> Option<Sample> {
        if let Self::Sample(sample) = self { Some(*sample) } else { None }
    }

    pub(in crate::parse) fn window(self) -> Option<Window> {
        if let Self::Window(window) = self { Some(window) } else { None }
    }
}

/// What sqlparser is told when a hook refuses.
const REFUSED: &str = "refused by a hook";

/// The hooks and their memory for one statement.
#[derive(Debug)]
pub(in crate::parse) struct Hooks {
    pieces: RefCell<Vec<Option<Piece>>>,
    error: RefCell<Option<ParseError>>,
    nodes: Cell<u32>,
    /// Highest `$n` that is accepted.
    parameters: usize,
}

impl Hooks {
    pub(in crate::parse) fn new(parameters: usize) -> Self {
        Self { pieces: RefCell::default(), error: RefCell::default(), nodes: Cell::new(0), parameters }
    }

    /// The next node number.
    pub(in crate::parse) fn node(&self) -> NodeId {
        let number = self.nodes.get();
        self.nodes.set(number.saturating_add(1));
        NodeId(number)
    }

    /// How many node numbers were given.
    pub(in crate::parse) fn node_count(&self) -> u32 {
        self.nodes.get()
    }

    pub(in crate::parse) fn parameter_limit(&self) -> usize {
        self.parameters
    }

    /// Keeps a node aside and gives its number.
    pub(in crate::parse) fn keep_numbered(&self, piece: Piece) -> String {
        let mut pieces = self.pieces.borrow_mut();
        pieces.push(Some(piece));
        (pieces.len() - 1).to_string()
    }

    /// Keeps a node aside and gives what stands for it.
    pub(in crate::parse) fn keep(&self, piece: Piece) -> SqlExpr {
        SqlExpr::Identifier(mark_ident(self.keep_numbered(piece)))
    }

    /// The node that an identifier stands for, when it is a mark.
    pub(in crate::parse) fn take(&self, ident: &sqlparser::ast::Ident) -> Option<Piece> {
        let number: usize = marked_ident(ident)?.parse().ok()?;
        let mut pieces = self.pieces.borrow_mut();
        let kept = pieces.get_mut(number)?;
        // The normaliser has put these among the tokens, which sqlparser may read more than once.
        if let Some(Piece::ColumnDefs(definitions)) = kept {
            return Some(Piece::ColumnDefs(definitions.clone()));
        }
        if let Some(Piece::Recursion(search, cycle)) = kept {
            return Some(Piece::Recursion(search.clone(), cycle.clone()));
        }
        kept.take()
    }

    /// Notes why the statement is refused. sqlparser may try another reading first; of all errors the one furthest in the text counts.
    pub(in crate::parse) fn fail(&self, error: ParseError) -> ParserError {
        let mut known = self.error.borrow_mut();
        if known.as_ref().is_none_or(|known| known.offset <= error.offset) {
            *known = Some(error);
        }
        ParserError::ParserError(REFUSED.to_owned())
    }

    /// The error that a hook noted, when sqlparser hands on that a hook refused.
    pub(in crate::parse) fn refusal(&self, error: &ParserError) -> Option<ParseError> {
        let is_ours = matches!(error, ParserError::ParserError(message) if message == REFUSED);
        if is_ours { self.error.take() } else { None }
    }

    /// Refuses a construct by its name.
    pub(in crate::parse) fn unsupported(
        &self,
        construct: impl Into<std::borrow::Cow<'static, str>>,
        offset: Option<usize>,
    ) -> ParserError {
        self.fail(ParseError::unsupported(construct, offset))
    }

    /// The error that counts, given what sqlparser itself said: `offset` and reason of the token at which it stopped.
    pub(in crate::parse) fn verdict(&self, reason: Reason, offset: Option<usize>) -> ParseError {
        match self.error.take() {
            Some(known) if !matches!(known.reason, Reason::Syntax(_)) || known.offset >= offset => known,
            Some(_) | None => ParseError::new(reason, offset),
        }
    }
}
