//! What the warehouse does not keep of what the files say: apart from mistakes, because it takes down one object and not a revision.

use std::fmt;

use crate::base::{ContractId, WarehouseName};
use crate::catalog::TextSearchKind;
use crate::document::{Diagnostic, Diagnostics, Span};

/// One reason why an object is refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drift {
    pub object: DriftObject,
    /// For operators: the promise's place, and what the warehouse has instead. Clients never read it.
    pub why: Diagnostic,
}

/// What is refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriftObject {
    Column {
        contract: ContractId,
        relation: String,
        column: String,
    },
    /// A function of `functions.user_allow`.
    Function {
        warehouse: WarehouseName,
        name: String,
    },
    Relation {
        contract: ContractId,
        relation: String,
    },
    /// A configuration or dictionary of `text_search`.
    TextSearch {
        warehouse: WarehouseName,
        kind: TextSearchKind,
        name: String,
    },
    /// A type of `types.user_allow`.
    Type {
        warehouse: WarehouseName,
        name: String,
    },
    /// Everything on it: objects in it take part in the resolution of names unasked.
    Warehouse(WarehouseName),
}

impl fmt::Display for DriftObject {
    /// As the log names it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Column { contract, relation, column } => write!(f, "column {relation}.{column} of contract {contract}"),
            Self::Function { warehouse, name } => write!(f, "function {name} of warehouse {warehouse}"),
            Self::Relation { contract, relation } => write!(f, "relation {relation} of contract {contract}"),
            Self::TextSearch { warehouse, kind, name } => write!(f, "{} {name} of warehouse {warehouse}", kind.word()),
            Self::Type { warehouse, name } => write!(f, "type {name} of warehouse {warehouse}"),
            Self::Warehouse(warehouse) => write!(f, "warehouse {warehouse}"),
        }
    }
}

impl Drift {
    /// The same object for the same reason, wherever the files say it now.
    pub fn is_as(&self, other: &Self) -> bool {
        self.object == other.object && self.why.message == other.why.message
    }
}

/// What compiling tells, while it goes on.
pub(super) struct Findings {
    mistakes: Diagnostics,
    pub(super) warnings: Diagnostics,
    drift: Vec<Drift>,
    /// The files compiled before, so that nothing of them alone is wrong.
    compiled_before: bool,
}

impl Findings {
    pub(super) fn new(compiled_before: bool) -> Self {
        Self { mistakes: Diagnostics::new(), warnings: Diagnostics::new(), drift: Vec::new(), compiled_before }
    }

    /// The files are wrong about an object, whatever the warehouse holds.
    pub(super) fn mistake(&mut self, object: &DriftObject, at: &Span, message: impl Into<String>) {
        match self.compiled_before {
            true => self.drift(object, at, message),
            false => self.mistakes.push(at, message),
        }
    }

    /// The warehouse does not hold an object as the files say.
    pub(super) fn drift(&mut self, object: &DriftObject, at: &Span, message: impl Into<String>) {
        self.drift.push(Drift { object: object.clone(), why: Diagnostic::new(at.clone(), message) });
    }

    /// Warnings and drift, each once.
    ///
    /// # Errors
    /// The mistakes; and with them what the warehouse does not keep, so that all is told at once.
    pub(super) fn finish(mut self) -> Result<(Vec<Diagnostic>, Vec<Drift>), Diagnostics> {
        self.drift.sort();
        self.drift.dedup();
        if !self.mistakes.is_empty() {
            self.mistakes.append(diagnostics(&self.drift));
            return Err(self.mistakes);
        }
        Ok((self.warnings.into_sorted(), self.drift))
    }
}

/// The reasons as mistakes.
pub(super) fn diagnostics<'d>(drift: impl IntoIterator<Item = &'d Drift>) -> Diagnostics {
    let mut all = Diagnostics::new();
    for found in drift {
        all.push(&found.why.at, found.why.message.as_str());
    }
    all
}
