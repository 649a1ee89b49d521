//! What stands around a query.

use super::grammar::{DEPTH, Grammar};

impl Grammar<'_> {
    /// One statement, rarely several.
    pub(super) fn message(&mut self) -> String {
        let first = self.statement();
        if self.choices.once_in(40) { format!("{first};\n{};", self.statement()) } else { first }
    }

    fn statement(&mut self) -> String {
        let width = 1 + self.choices.below(4);
        let around = self.choices.below(40);
        if around == 33 {
            return self.copy_of_a_relation();
        }
        if around == 34 {
            let (name, _) = self.relation_name();
            return format!("TABLE {name}");
        }
        let (query, _) = self.query(DEPTH, width);
        match around {
            35 => {
                format!("COPY ({query}) TO STDOUT{}", self.word(&["", " WITH (FORMAT csv, HEADER)", " (FORMAT binary)", " CSV"]))
            }
            36 => format!(
                "DECLARE k {}CURSOR{} FOR {query}",
                self.word(&["", "NO SCROLL ", "BINARY "]),
                self.word(&["", " WITH HOLD"])
            ),
            37 => format!("EXPLAIN {}{query}", self.word(&["", "VERBOSE ", "(COSTS off, FORMAT yaml) "])),
            38 => format!("PREPARE p{} AS {query}", self.word(&["", " (int)", " (text, numeric(3, 1))"])),
            39 => format!("EXECUTE p ({}, 1)", self.constant()),
            _ => query,
        }
    }

    fn copy_of_a_relation(&mut self) -> String {
        let (name, columns) = self.relation_name();
        let listed = self.maybe(50, |_| format!(" ({})", columns.iter().take(2).cloned().collect::<Vec<_>>().join(", ")));
        format!("COPY {name}{listed} TO STDOUT")
    }
}
