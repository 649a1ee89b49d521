//! What the warehouse does not keep of a contract, as refusals name it: in the contract's words alone, without a reason.
//!
//! The reason (a column is gone, has another type, lost its mask or its relation the filter) would tell of names and types that a grant hides. Operators
//! read it in the log and from `postern check`.

use std::sync::Arc;

use crate::base::ContractId;

/// A relation or a column that is refused until the warehouse keeps its contract again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub contract: ContractId,
    pub version: String,
    /// What of the contract is not kept: `orders` or `orders.amount`.
    pub field: String,
    pub reach: Reach,
    /// Who answers for it: the contract's team, or the owner of the grant.
    pub owner: String,
    /// Where to ask: the contract's first support channel.
    pub support: Option<String>,
}

/// What is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The column.
    Column,
    /// Every relation of the contract: its `posternOnBreak` says so.
    Contract,
    /// The relation.
    Relation,
}

/// A column in its place.
#[derive(Clone, Debug)]
pub struct BrokenColumn {
    pub name: String,
    /// Its place among all columns of the relation that the grant lists, from 0.
    pub place: usize,
    pub broken: Arc<Broken>,
}
