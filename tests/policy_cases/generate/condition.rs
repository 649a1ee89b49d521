//! Conditions: what stands in WHERE, ON and HAVING. Many are the plain comparisons that may be copied into a fence.

use super::grammar::Grammar;

impl Grammar<'_> {
    pub(super) fn condition(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.comparison();
        }
        match self.choices.below(20) {
            0..=7 => self.comparison(),
            8..=10 => format!("{} AND {}", self.condition(depth.saturating_sub(1)), self.condition(depth.saturating_sub(1))),
            11 => format!("({} OR {})", self.condition(depth.saturating_sub(1)), self.condition(depth.saturating_sub(1))),
            12 => format!("NOT ({})", self.condition(depth.saturating_sub(1))),
            13 | 14 => {
                let not = self.word(&["", "NOT "]);
                format!("{not}EXISTS ({})", self.scalar(depth.saturating_sub(1)))
            }
            15 => {
                let not = self.word(&["", "NOT "]);
                format!("{} {not}IN ({})", self.expression(depth.saturating_sub(1)), self.scalar(depth.saturating_sub(1)))
            }
            16 => {
                let (op, which) =
                    (self.word(&["=", "<>", "<", ">=", "~", "OPERATOR(pg_catalog.=)"]), self.word(&["ANY", "ALL", "SOME"]));
                format!("{} {op} {which} ({})", self.expression(depth.saturating_sub(1)), self.scalar(depth.saturating_sub(1)))
            }
            17 => {
                let (query, _) = self.query(depth.saturating_sub(1), 2);
                format!("({}, {}) IN ({query})", self.column(), self.column())
            }
            _ => self.test(depth.saturating_sub(1)),
        }
    }

    /// Total wherever the column's type allows it.
    fn comparison(&mut self) -> String {
        let column = self.column();
        let other = if self.choices.once_in(3) { self.column() } else { self.constant() };
        let op = self.word(&["=", "<", ">=", "<>", "!=", "OPERATOR(pg_catalog.<=)"]);
        match self.choices.below(12) {
            7 => format!("{column} IN ({other}, {})", self.constant()),
            8 => format!("{column} BETWEEN {other} AND {}", self.constant()),
            9 => format!("{column} IS {}NULL", self.word(&["", "NOT "])),
            10 => format!("{column} LIKE {}", self.word(&["'a%'", "'%a%'", "'a\\'", "'_'", "'%a%b%'"])),
            11 => format!("{column} = ANY (ARRAY[{other}])"),
            _ => format!("{column} {op} {other}"),
        }
    }

    fn test(&mut self, depth: usize) -> String {
        const TESTS: &[&str] = &[
            "{} IS DISTINCT FROM {}",
            "{} IS NOT DISTINCT FROM {}",
            "{} ILIKE {}",
            "{} NOT LIKE {} ESCAPE '!'",
            "{} SIMILAR TO {}",
            "{} NOT SIMILAR TO {} ESCAPE '#'",
            "{} BETWEEN SYMMETRIC {} AND 3",
            "{} NOT BETWEEN 1 AND {}",
            "({} = {}) IS TRUE",
            "({} > {}) IS NOT UNKNOWN",
            "{} ~ {}",
            "{} !~* {}",
            "({}, 1) < ({}, 2)",
            "ROW({}, NULL) IS NULL AND {} ISNULL",
            "({}, current_date) OVERLAPS ({}, interval '1 day')",
            "{} NOT IN (1, {}, NULL)",
            "{} IS NFC NORMALIZED OR {} NOTNULL",
            "{} IS JSON OBJECT WITH UNIQUE KEYS AND {} IS NOT JSON",
            "{} @> {}",
            "{} && {}",
            "{} IS DOCUMENT AND {} IS NOT DOCUMENT",
            "starts_with({}, {})",
        ];
        let (left, right) = (self.expression(depth), self.expression(depth));
        let text = self.word(TESTS).replacen("{}", &left, 1);
        // What was put in may hold braces of its own.
        match text.rsplit_once("{}") {
            Some((head, tail)) => format!("{head}{right}{tail}"),
            None => text,
        }
    }
}
