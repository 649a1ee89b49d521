//! The printer: the only code that turns a tree into SQL text. What it prints means the same under every setting of the warehouse.
//!
//! One printer serves two ends. `Plain` prints the statement as the client meant it, for the witness; the style that `rewrite` gives prints what is sent.
//! Every compound expression stands in parentheses, every identifier in double quotes, every string in single quotes.
//!
//! | file | what |
//! |---|---|
//! | `style` | what may differ between the two ends |
//! | `query` | queries and FROM items |
//! | `expr` | expressions |
//! | `reference` | columns, fields and subscripts |
//! | `type_name` | type names and casts |
//! | `call` | calls and windows |
//! | `json` | SQL/JSON |
//! | `xml` | SQL/XML |
//! | `command` | statements that wrap a query, and the rest |
//! | `output_name` | the name that a select item gets by itself |
//! | `parameterise` | the statement with its literals taken out, and its fingerprint |

mod call;
mod command;
mod expr;
mod json;
mod output_name;
mod parameterise;
mod query;
mod reference;
mod style;
mod type_name;
mod xml;

use super::syntax::{Expr, Ident, Query, Statement, TypeName};
use crate::base::quote_ident;

pub use output_name::output_name;
pub use parameterise::{fingerprint, parameterise};
pub use style::{CallStyle, Plain, Replacement, Style};

/// A statement as text, without a terminator.
pub fn print_statement(statement: &Statement, style: &impl Style) -> String {
    let mut printer = Printer::new(style);
    printer.statement(statement);
    printer.out
}

/// A statement's query as text.
pub fn print_query(query: &Query, style: &impl Style) -> String {
    let mut printer = Printer::new(style);
    printer.whole_query(query);
    printer.out
}

/// An expression as text.
pub fn print_expr(expr: &Expr, style: &impl Style) -> String {
    let mut printer = Printer::new(style);
    printer.expr(expr);
    printer.out
}

/// A type name as text.
pub fn print_type(type_name: &TypeName, style: &impl Style) -> String {
    let mut printer = Printer::new(style);
    printer.type_name(type_name);
    printer.out
}

/// The text so far, and how names are to be written.
struct Printer<'s, S> {
    out: String,
    style: &'s S,
}

impl<'s, S: Style> Printer<'s, S> {
    fn new(style: &'s S) -> Self {
        Self { out: String::new(), style }
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn ident(&mut self, ident: &Ident) {
        self.out.push_str(&quote_ident(&ident.name));
    }

    fn name(&mut self, parts: &[Ident]) {
        self.separated(parts, ".", |printer, part| printer.ident(part));
    }

    fn separated<T>(&mut self, items: &[T], separator: &str, mut each: impl FnMut(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            each(self, item);
        }
    }

    fn idents(&mut self, idents: &[Ident]) {
        self.push("(");
        self.separated(idents, ", ", |printer, ident| printer.ident(ident));
        self.push(")");
    }

    /// The query of a statement.
    fn whole_query(&mut self, query: &Query) {
        let printed = self.aside(|printer| printer.query(query));
        let whole = self.style.whole(printed);
        self.push(&whole);
    }

    /// What `each` prints, as a text of its own.
    fn aside(&self, each: impl FnOnce(&mut Self)) -> String {
        let mut printer = Self::new(self.style);
        each(&mut printer);
        printer.out
    }
}
