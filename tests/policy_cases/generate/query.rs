//! Queries and their clauses.

use super::grammar::{Grammar, Source};

impl Grammar<'_> {
    /// A query of so many columns, with the names of its columns.
    pub(super) fn query(&mut self, depth: usize, width: usize) -> (String, Vec<String>) {
        self.inside(|grammar| {
            let with = if depth > 1 { grammar.maybe(15, |grammar| grammar.with(depth.saturating_sub(1))) } else { String::new() };
            let (body, columns) = grammar.body(depth, width);
            (format!("{with}{body}"), columns)
        })
    }

    /// A query of one column.
    pub(super) fn scalar(&mut self, depth: usize) -> String {
        self.query(depth, 1).0
    }

    /// SELECT, set operation, VALUES, or TABLE; with what may follow it.
    fn body(&mut self, depth: usize, width: usize) -> (String, Vec<String>) {
        match self.choices.below(16) {
            13 if depth > 1 => {
                let (left, columns) = self.inside(|grammar| grammar.select(depth.saturating_sub(1), width));
                let (right, _) = self.inside(|grammar| grammar.select(depth.saturating_sub(1), width));
                let op =
                    self.word(&["UNION ALL", "UNION", "INTERSECT", "EXCEPT", "EXCEPT ALL", "UNION DISTINCT", "INTERSECT ALL"]);
                let order = self.maybe(30, |_| " ORDER BY 1".to_owned());
                let limit = self.limit();
                (format!("({left}) {op} ({right}){order}{limit}"), columns)
            }
            14 => {
                let rows = self.some(3, |grammar| {
                    format!("({})", grammar.list(width, |grammar| grammar.expression(depth.saturating_sub(1))))
                });
                let limit = self.limit();
                (format!("VALUES {rows}{limit}"), (1..=width).map(|number| format!("column{number}")).collect())
            }
            15 if width == 1 => {
                let (name, _) = self.relation_name();
                (format!("SELECT count(*) FROM (TABLE {name}) AS u"), vec!["count".to_owned()])
            }
            _ => self.select(depth, width),
        }
    }

    fn select(&mut self, depth: usize, width: usize) -> (String, Vec<String>) {
        let from = if self.choices.once_in(20) { String::new() } else { format!(" FROM {}", self.from(depth)) };
        let condition = self.maybe(60, |grammar| format!(" WHERE {}", grammar.condition(depth)));
        let grouped = !from.is_empty() && self.choices.once_in(6);
        let group = if grouped { format!(" GROUP BY {}", self.group()) } else { String::new() };
        let having = if grouped {
            self.maybe(40, |grammar| format!(" HAVING {}", grammar.condition(depth.saturating_sub(1))))
        } else {
            String::new()
        };
        let window = self.maybe(8, |grammar| format!(" WINDOW w AS ({})", grammar.window_definition()));
        let mut columns = Vec::new();
        let items = if width > 1 && !from.is_empty() && self.choices.once_in(8) {
            // Nobody counts the columns of these.
            self.word(&["*", "*, 1"]).to_owned()
        } else {
            self.list(width, |grammar| {
                let expression = grammar.expression(depth);
                let name = grammar.new_name();
                columns.push(name.clone());
                let word = grammar.word(&["AS ", "AS ", ""]);
                format!("{expression} {word}{name}")
            })
        };
        let distinct = match self.choices.below(12) {
            10 => "DISTINCT ".to_owned(),
            11 if !from.is_empty() => format!("DISTINCT ON ({}) ", self.plain_column()),
            _ => self.word(&["", "", "ALL "]).to_owned(),
        };
        let order = self.maybe(25, |grammar| format!(" ORDER BY {}", grammar.sort_keys(depth)));
        let limit = self.limit();
        (format!("SELECT {distinct}{items}{from}{condition}{group}{having}{window}{order}{limit}"), columns)
    }

    fn group(&mut self) -> String {
        let keys = |grammar: &mut Self| grammar.some(2, Self::plain_column);
        match self.choices.below(10) {
            6 => format!("ROLLUP ({})", keys(self)),
            7 => format!("CUBE ({}), 1", keys(self)),
            8 => format!("GROUPING SETS (({}), (), ROLLUP ({}))", keys(self), keys(self)),
            9 => format!("DISTINCT {}, 1", keys(self)),
            5 => "1".to_owned(),
            _ => keys(self),
        }
    }

    pub(super) fn sort_keys(&mut self, depth: usize) -> String {
        self.some(2, |grammar| {
            let key = if grammar.choices.once_in(3) { "1".to_owned() } else { grammar.expression(depth.saturating_sub(2)) };
            let order =
                grammar.word(&["", " DESC", " ASC NULLS FIRST", " USING <", " NULLS LAST", " USING OPERATOR(pg_catalog.>)"]);
            format!("{key}{order}")
        })
    }

    fn limit(&mut self) -> String {
        const LIMITS: &[&str] = &[
            " LIMIT 3",
            " LIMIT ALL",
            " OFFSET 1",
            " LIMIT 2 OFFSET 1",
            " FETCH FIRST ROW ONLY",
            " OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY",
            " ORDER BY 1 FETCH FIRST 2 ROWS WITH TIES",
            " LIMIT (SELECT 1)",
            " LIMIT $1",
        ];
        self.maybe(12, |grammar| grammar.word(LIMITS).to_owned())
    }

    /// WITH, whose queries the query behind it may read.
    fn with(&mut self, depth: usize) -> String {
        if self.choices.once_in(5) {
            return self.recursive(depth);
        }
        let members = self.some(2, |grammar| {
            let width = 1 + grammar.choices.below(3);
            let (query, mut columns) = grammar.query(depth, width);
            let name = grammar.new_name();
            let renamed = grammar.maybe(30, |grammar| {
                columns = (0..width).map(|_| grammar.new_name()).collect();
                format!(" ({})", columns.join(", "))
            });
            grammar.ctes.push(Source { name: name.clone(), columns });
            let kept = grammar.word(&["", "", "MATERIALIZED ", "NOT MATERIALIZED "]);
            format!("{name}{renamed} AS {kept}({query})")
        });
        format!("WITH {members} ")
    }

    fn recursive(&mut self, depth: usize) -> String {
        let (name, column) = (self.new_name(), self.new_name());
        let (seed, _) = self.query(depth, 1);
        let added = self.word(&[
            "",
            "",
            " SEARCH DEPTH FIRST BY {} SET s",
            " CYCLE {} SET c USING p",
            " CYCLE {} SET c TO 'y' DEFAULT 'n' USING p",
            " SEARCH BREADTH FIRST BY {} SET s CYCLE {} SET c USING p",
        ]);
        let added = added.replace("{}", &column);
        let all = self.word(&["ALL ", ""]);
        self.ctes.push(Source { name: name.clone(), columns: vec![column.clone()] });
        format!(
            "WITH RECURSIVE {name} ({column}) AS (({seed}) UNION {all}SELECT {column} FROM {name} WHERE {column} IS NULL){added} "
        )
    }

    pub(super) fn window_definition(&mut self) -> String {
        let partition = self.maybe(50, |grammar| format!("PARTITION BY {} ", grammar.plain_column()));
        let order = self.maybe(60, |grammar| format!("ORDER BY {} ", grammar.plain_column()));
        let frame = self.maybe(30, |grammar| {
            const FRAMES: &[&str] = &[
                "ROWS 1 PRECEDING",
                "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
                "RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
                "GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES",
                "ROWS BETWEEN 1 FOLLOWING AND 2 FOLLOWING EXCLUDE CURRENT ROW",
            ];
            grammar.word(FRAMES).to_owned()
        });
        format!("{partition}{order}{frame}")
    }
}
