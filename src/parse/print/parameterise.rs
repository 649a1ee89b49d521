//! The statement with its literals taken out, for the record, and the fingerprint of that.

use std::cell::Cell;

use sha2::{Digest, Sha256};

use crate::parse::syntax::{Literal, Statement};

use super::{Style, print_statement};

/// The statement with every literal as `$n`, comments dropped, identifiers kept. The numbers go on after the statement's own parameters.
pub fn parameterise(statement: &Statement) -> String {
    let highest = Highest(Cell::new(0));
    let _counted = print_statement(statement, &highest);
    print_statement(statement, &Parameterised { next: highest.0 })
}

/// 16 hexadecimal digits: equal for statements that differ in literals, comments and white space only.
pub fn fingerprint(parameterised: &str) -> String {
    let digest = Sha256::digest(parameterised.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Finds the highest parameter.
struct Highest(Cell<u32>);

impl Style for Highest {
    fn parameter(&self, number: u32) -> String {
        self.0.set(self.0.get().max(number));
        String::new()
    }
}

/// Numbers the literals.
struct Parameterised {
    next: Cell<u32>,
}

impl Style for Parameterised {
    fn literal(&self, literal: &Literal) -> String {
        match literal {
            // Not data: part of what the statement is.
            Literal::Null => "NULL".to_owned(),
            Literal::Boolean(_) | Literal::Bits(_) | Literal::Hex(_) | Literal::Number(_) | Literal::Text(_) => {
                self.next.set(self.next.get().saturating_add(1));
                format!("${}", self.next.get())
            }
        }
    }
}
