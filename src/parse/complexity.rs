//! How deep the tree of a statement can get, told from its tokens before anything recursive runs.
//!
//! Brackets nest, and chains of operators do as well: `1+1+1` is a tree of depth 2. Operators of equal precedence make a chain, and an operator
//! that binds less tightly ends the chains of those that bind more tightly, so that `a = 1 OR a = 2 OR …` is as deep as its ORs are many. JOIN and
//! UNION chain as well.
#![expect(clippy::wildcard_enum_match_arm, reason = "of all tokens, what is not looked for here is an error where it is read")]

use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::lexer::token::{offset, plain};
use super::{Limits, ParseError, Reason};

/// The greatest depth that is accepted, whatever the limits of a grant: chains and brackets together.
pub const MAX_DEPTH: usize = 3_000;

/// Levels that a pair of brackets stands for: a query in parentheses makes several nodes one inside the other.
const LEVELS_PER_BRACKET: usize = 4;

/// Classes of operators from loose to tight.
const CLASSES: usize = 12;
const NOT: usize = 2;

/// One open bracket, or the statement itself.
#[derive(Clone, Debug, Default)]
struct Group {
    is_case: bool,
    /// Length of the chain of each class that is not ended yet, and of the longest one.
    chain: [usize; CLASSES],
    longest: [usize; CLASSES],
    /// Signs and NOT where a tighter operator takes them as its right operand: they nest to the right.
    nested_signs: usize,
    /// Depth of the deepest bracket of the current element.
    inner: usize,
    /// Depth of the deepest element that is behind.
    elements: usize,
    joins: usize,
    longest_joins: usize,
    unions: usize,
    /// BETWEEN that waits for its AND.
    betweens: usize,
    /// Class of the operator just before, when an operand is due.
    due: Option<usize>,
}

impl Group {
    /// A comma or a clause: what follows does not hang on what is behind.
    fn end_element(&mut self) {
        let chains: usize = self.longest.iter().sum();
        self.elements = self.elements.max(chains + self.nested_signs + self.inner);
        self.chain = [0; CLASSES];
        self.longest = [0; CLASSES];
        self.nested_signs = 0;
        self.inner = 0;
        self.betweens = 0;
        self.due = None;
    }

    fn operator(&mut self, class: usize) {
        for (index, (chain, longest)) in self.chain.iter_mut().zip(&mut self.longest).enumerate() {
            if index == class {
                *chain += 1;
                *longest = (*longest).max(*chain);
            } else if index > class {
                *chain = 0;
            }
        }
        self.due = Some(class);
    }

    /// NOT, a sign or another operator without a left operand.
    fn sign(&mut self, class: usize) {
        if self.due.is_some_and(|before| before > class) {
            self.nested_signs += CLASSES;
        } else {
            self.operator(class);
        }
        self.due = Some(class);
    }

    fn depth(&mut self) -> usize {
        self.end_element();
        self.elements + self.longest_joins.max(self.joins) + self.unions
    }
}

/// The depth that the tree of these tokens can have, or the limit that is exceeded.
pub(super) fn depth(tokens: &[TokenWithSpan], limits: &Limits) -> Result<usize, ParseError> {
    let mut groups = vec![Group::default()];
    let mut previous: Option<&Token> = None;
    for token in tokens {
        let at = offset(token.span);
        match &token.token {
            Token::LParen | Token::LBracket => open(&mut groups, false, limits, at)?,
            Token::RParen | Token::RBracket => close_bracket(&mut groups),
            other => {
                let word = plain(other).filter(|_| !is_label(previous));
                match word {
                    Some("case") => open(&mut groups, true, limits, at)?,
                    Some("end") => close_case(&mut groups),
                    Some(word) => see_word(&mut groups, word),
                    None => see_symbol(&mut groups, other),
                }
            }
        }
        // The whole is told at the end; this tells the place.
        if groups.last().is_some_and(|group| group.chain.iter().sum::<usize>() + group.joins + group.unions > MAX_DEPTH) {
            return Err(too_deep("operators in a chain", MAX_DEPTH, at));
        }
        previous = Some(&token.token);
    }
    while groups.len() > 1 {
        close(&mut groups);
    }
    let depth = groups.first_mut().map_or(0, Group::depth);
    if depth > MAX_DEPTH {
        return Err(too_deep("operators in a chain", MAX_DEPTH, None));
    }
    Ok(depth)
}

fn too_deep(what: &'static str, limit: usize, at: Option<usize>) -> ParseError {
    ParseError::new(Reason::TooDeep { what, limit }, at)
}

/// A word that names something, whatever it would mean elsewhere.
fn is_label(previous: Option<&Token>) -> bool {
    previous.is_some_and(|previous| *previous == Token::Period || plain(previous) == Some("as"))
}

fn open(groups: &mut Vec<Group>, is_case: bool, limits: &Limits, at: Option<usize>) -> Result<(), ParseError> {
    if groups.len() > limits.nesting {
        return Err(too_deep("nesting", limits.nesting, at));
    }
    groups.push(Group { is_case, ..Group::default() });
    Ok(())
}

fn close(groups: &mut Vec<Group>) {
    let Some(mut closed) = groups.pop() else { return };
    let depth = closed.depth() + LEVELS_PER_BRACKET;
    if let Some(outer) = groups.last_mut() {
        outer.inner = outer.inner.max(depth);
        outer.due = None;
    }
}

/// A bracket closes every CASE without END within it: such a text is no SQL, and its depth does not matter any more.
fn close_bracket(groups: &mut Vec<Group>) {
    while groups.len() > 1 {
        let is_case = groups.last().is_some_and(|group| group.is_case);
        close(groups);
        if !is_case {
            return;
        }
    }
}

fn close_case(groups: &mut Vec<Group>) {
    if groups.last().is_some_and(|group| group.is_case) {
        close(groups);
    }
}

fn see_word(groups: &mut [Group], word: &str) {
    let Some(group) = groups.last_mut() else { return };
    match word {
        "or" => group.operator(0),
        "and" if group.betweens > 0 => group.betweens -= 1,
        "and" => group.operator(1),
        "not" => group.sign(NOT),
        "is" | "isnull" | "notnull" => group.operator(3),
        "between" => {
            group.betweens += 1;
            group.operator(5);
        }
        "in" | "like" | "ilike" | "similar" | "escape" | "overlaps" => group.operator(5),
        "operator" => group.operator(6),
        "at" => group.operator(10),
        "collate" => group.operator(11),
        "join" => {
            group.joins += 1;
            group.longest_joins = group.longest_joins.max(group.joins);
            group.end_element();
        }
        "union" | "intersect" | "except" => {
            group.unions += 1;
            group.joins = 0;
            group.end_element();
        }
        "select" | "from" | "where" | "by" | "having" | "limit" | "offset" | "on" | "when" | "then" | "else" | "window" => {
            group.end_element();
        }
        _ => group.due = None,
    }
}

fn see_symbol(groups: &mut [Group], token: &Token) {
    let Some(group) = groups.last_mut() else { return };
    let class = match token {
        Token::Comma => {
            group.end_element();
            group.joins = 0;
            return;
        }
        Token::Eq | Token::Neq | Token::Lt | Token::LtEq | Token::Gt | Token::GtEq => 4,
        Token::CustomBinaryOperator(_) => 6,
        Token::Plus | Token::Minus => 7,
        Token::Mul | Token::Div | Token::Mod => 8,
        Token::Caret => 9,
        Token::DoubleColon | Token::Period => 11,
        _ => {
            group.due = None;
            return;
        }
    };
    if group.due.is_some() { group.sign(class) } else { group.operator(class) }
}
