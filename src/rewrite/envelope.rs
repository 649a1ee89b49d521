//! The query around a client's whole query, by which values of registry types leave as the names that the client knows.
//!
//! regclass and its kin print names by the warehouse's names and search_path. So where a column of the result is of such a type, the query is put into
//! FROM as it is (what it sorts, groups and compares stays an oid), and the outer query writes each such column as text.

use crate::analyze::{Output, Registry};
use crate::base::quote_ident;
use crate::catalog::functions;
use crate::catalog::system::SystemContext;

use super::style::{LIST_ELEMENT, told_list};

/// The name of the inner query; nothing of the client's stands beside it.
const ALIAS: &str = "told";

/// The outer query's columns over those of the inner one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub alias: String,
    /// Names of the inner query's columns, unique.
    pub columns: Vec<String>,
    pub targets: Vec<Target>,
}

/// One column of the outer query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub sql: String,
    /// The column's name in the result.
    pub name: String,
}

impl Envelope {
    /// What stands around a query with that result; `None` when none of its columns needs it.
    pub fn of(outputs: &[Output], system: &SystemContext) -> Option<Self> {
        if outputs.iter().all(|output| output.registry.is_none() && output.registry_list.is_none()) {
            return None;
        }
        let columns: Vec<String> = (1..=outputs.len()).map(|number| format!("c{number}")).collect();
        let target = |(output, column): (&Output, &String)| {
            let column = format!("{}.{}", quote_ident(ALIAS), quote_ident(column));
            let text = |kind: Registry| functions::reg_text(kind.type_name());
            if let Some(of) = output.registry_list.and_then(text) {
                let sql = told_list(&column, &of.render(&[LIST_ELEMENT.to_owned()], system));
                return Target { sql, name: output.name.clone() };
            }
            let sql = match (output.registry, output.registry.and_then(text)) {
                (Some(_), Some(template)) => template.render(std::slice::from_ref(&column), system),
                // A kind without a text is told as its number.
                (Some(_), None) => format!("CAST(CAST({column} AS pg_catalog.oid) AS pg_catalog.text)"),
                (None, _) => column,
            };
            Target { sql, name: output.name.clone() }
        };
        let targets = outputs.iter().zip(&columns).map(target).collect();
        Some(Self { alias: ALIAS.to_owned(), columns, targets })
    }

    /// The whole text.
    pub fn around(&self, query: &str) -> String {
        let targets: Vec<String> =
            self.targets.iter().map(|Target { sql, name }| format!("{sql} AS {}", quote_ident(name))).collect();
        let columns: Vec<String> = self.columns.iter().map(|column| quote_ident(column)).collect();
        format!("SELECT {} FROM ({query}) AS {} ({})", targets.join(", "), quote_ident(&self.alias), columns.join(", "))
    }
}
