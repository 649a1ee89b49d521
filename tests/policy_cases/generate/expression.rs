//! Expressions.

use super::grammar::Grammar;
use super::names::HIDDEN_EXPRESSIONS;

impl Grammar<'_> {
    pub(super) fn expression(&mut self, depth: usize) -> String {
        if self.strays(60) {
            return self.word(HIDDEN_EXPRESSIONS).to_owned();
        }
        if depth == 0 {
            return if self.choices.once_in(3) { self.constant() } else { self.column() };
        }
        match self.choices.below(24) {
            0..=7 => self.column(),
            8 | 9 => self.constant(),
            10..=12 => self.operation(depth.saturating_sub(1)),
            13..=15 => self.call(depth.saturating_sub(1)),
            16 | 17 => self.cast(depth.saturating_sub(1)),
            18 => self.case(depth.saturating_sub(1)),
            19 | 20 => self.syntax(depth.saturating_sub(1)),
            21 => format!("({})", self.scalar(depth.saturating_sub(1))),
            22 => self.document(depth.saturating_sub(1)),
            _ => format!("({})", self.condition(depth.saturating_sub(1))),
        }
    }

    pub(super) fn constant(&mut self) -> String {
        const CONSTANTS: &[&str] = &[
            "1",
            "'x'",
            "0",
            "-1",
            "1.5e3",
            "NULL",
            "true",
            "'it''''s'",
            "E'a\\'b'",
            "$$a'b$$",
            "'\\'",
            "$1",
            "$2",
            "DATE '2024-01-01'",
            "B'01'",
            "''",
            "U&'\\0041'",
            "current_user",
            "interval '1' day",
            "X'1F'",
            "now()",
            "current_date - interval '90 days'",
            "'a'\n'b'",
            "99999999999999999999",
            "TIMESTAMPTZ '2024-01-01 00:00:00+00'",
            "'{\"a\": 1}'::jsonb",
            "ARRAY[1, NULL]",
            "current_timestamp(2)",
            "'new'::sales.order_status",
            ".5",
        ];
        self.word(CONSTANTS).to_owned()
    }

    fn operation(&mut self, depth: usize) -> String {
        const OPERATORS: &[&str] = &[
            "+",
            "-",
            "*",
            "/",
            "%",
            "^",
            "||",
            "->",
            "->>",
            "#>",
            "&",
            "|",
            "#",
            "<<",
            ">>",
            "@>",
            "<@",
            "&&",
            "?",
            "@@",
            "=",
            "<>",
            "<",
            ">",
            "~",
            "!~",
            "AND",
            "OR",
            "OPERATOR(pg_catalog.+)",
        ];
        match self.choices.below(10) {
            8 => format!("{}{}", self.word(&["-", "+", "@", "~", "|/ ", "!! ", "NOT "]), self.bracketed(depth)),
            9 => {
                format!("{} AT TIME ZONE {}", self.bracketed(depth), self.word(&["'UTC'", "'Europe/Paris'", "interval '1 hour'"]))
            }
            _ => {
                let (left, right) = (self.bracketed(depth), self.bracketed(depth));
                let op = self.word(OPERATORS);
                format!("{left} {op} {right}")
            }
        }
    }

    /// Mostly in parentheses: which of two operators binds closer is not always known here.
    fn bracketed(&mut self, depth: usize) -> String {
        let inner = self.expression(depth);
        if self.choices.once_in(6) { inner } else { format!("({inner})") }
    }

    fn cast(&mut self, depth: usize) -> String {
        let of = match self.choices.below(5) {
            0 => self
                .word(&["int", "text", "numeric(12, 2)", "double precision", "timestamp with time zone", "varchar(3)"])
                .to_owned(),
            1 => self
                .word(&["char(2)", "bit varying(3)", "interval second(2)", "national character varying(4)", "float(3)"])
                .to_owned(),
            _ => self.choices.one(&self.names.types).clone(),
        };
        let array = self.word(&["", "", "", "[]", "[][3]", " ARRAY"]);
        let inner = self.bracketed(depth);
        if self.choices.once_in(3) { format!("{inner}::{of}{array}") } else { format!("CAST({inner} AS {of}{array})") }
    }

    fn case(&mut self, depth: usize) -> String {
        let operand = self.maybe(30, |grammar| format!(" {}", grammar.bracketed(depth)));
        let when = if operand.is_empty() { self.condition(depth) } else { self.expression(depth) };
        let other = self.maybe(60, |grammar| format!(" ELSE {}", grammar.expression(depth)));
        format!("CASE{operand} WHEN {when} THEN {}{other} END", self.expression(depth))
    }

    /// What has a syntax of its own.
    fn syntax(&mut self, depth: usize) -> String {
        const FORMS: &[&str] = &[
            "COALESCE({}, {})",
            "NULLIF({}, {})",
            "GREATEST({}, {}, 1)",
            "LEAST({}, {})",
            "ARRAY[{}, {}]",
            "(ARRAY[{}, {}])[1]",
            "(ARRAY[{}, {}])[1:2]",
            "(ARRAY[{}])[:{}]",
            "ROW({}, {})",
            "({}, {})",
            "EXTRACT(year FROM {}) + {}",
            "POSITION({} IN {})",
            "SUBSTRING({} FROM 2 FOR {})",
            "SUBSTRING({} SIMILAR {} ESCAPE '#')",
            "SUBSTRING({} FOR {})",
            "OVERLAY({} PLACING {} FROM 2 FOR 1)",
            "TRIM(BOTH {} FROM {})",
            "TRIM(LEADING FROM {} || {})",
            "({} || {}) COLLATE \"C\"",
            "NORMALIZE({}, NFKC) || {}",
            "COLLATION FOR ({}) || {}",
            "ARRAY[ARRAY[{}], ARRAY[{}]]",
            "(ROW({}, {})).f1",
            "ARRAY[{}] || ARRAY[{}]",
        ];
        if self.choices.once_in(8) {
            return format!("ARRAY({})", self.scalar(depth));
        }
        let (left, right) = (self.expression(depth), self.expression(depth));
        let text = self.word(FORMS).replacen("{}", &left, 1);
        match text.rsplit_once("{}") {
            Some((head, tail)) => format!("{head}{right}{tail}"),
            None => text,
        }
    }
}
