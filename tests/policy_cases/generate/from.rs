//! FROM: relations, joins, sub-selects, functions.

use super::grammar::{Grammar, Source};
use super::names::HIDDEN_RELATIONS;

impl Grammar<'_> {
    /// The items of FROM; what they offer stands in scope afterwards.
    pub(super) fn from(&mut self, depth: usize) -> String {
        let items = 1 + self.choices.below(8) / 6;
        self.list(items, |grammar| grammar.item(depth))
    }

    fn item(&mut self, depth: usize) -> String {
        if depth < 2 || !self.choices.once_in(4) {
            return self.table(depth);
        }
        // ON sees the two sides and nothing before them.
        let before = self.scopes.last_mut().map(std::mem::take).unwrap_or_default();
        let left = if self.choices.once_in(3) { self.item(depth.saturating_sub(1)) } else { self.table(depth.saturating_sub(1)) };
        let right = self.table(depth.saturating_sub(1));
        let joined = match self.choices.below(8) {
            6 => format!("{left} {} {right}", self.word(&["NATURAL JOIN", "CROSS JOIN", "NATURAL LEFT JOIN"])),
            7 => {
                let alias = self.maybe(30, |_| " AS j".to_owned());
                format!("{left} {} {right} USING (id){alias}", self.word(&["JOIN", "LEFT JOIN", "FULL JOIN"]))
            }
            _ => {
                let kind = self.word(&["JOIN", "LEFT JOIN", "INNER JOIN", "RIGHT JOIN", "FULL OUTER JOIN", "LEFT OUTER JOIN"]);
                let condition = self.condition(depth.saturating_sub(1));
                format!("{left} {kind} {right} ON {condition}")
            }
        };
        let after = self.scopes.last_mut().map(std::mem::take).unwrap_or_default();
        if let Some(scope) = self.scopes.last_mut() {
            scope.extend(before.into_iter().chain(after));
        }
        if self.choices.once_in(6) { format!("({joined})") } else { joined }
    }

    /// One table, which is in scope afterwards.
    fn table(&mut self, depth: usize) -> String {
        match self.choices.below(14) {
            10 if depth > 1 => self.derived(depth.saturating_sub(1)),
            11 => self.called(depth),
            12 if !self.ctes.is_empty() => {
                let at = self.choices.below(self.ctes.len());
                let Source { name, columns } = self.ctes[at].clone();
                self.aliased(name, columns, false)
            }
            13 => self.table_of_documents(),
            _ => {
                let (name, columns) = self.relation_name();
                let only = self.maybe(5, |_| "ONLY ".to_owned());
                let star = if only.is_empty() { self.maybe(3, |_| " *".to_owned()) } else { String::new() };
                let sample = self.choices.once_in(25);
                let text = self.aliased(format!("{only}{name}{star}"), columns, true);
                if sample { format!("{text} TABLESAMPLE bernoulli (10) REPEATABLE (1)") } else { text }
            }
        }
    }

    /// A relation as it is named, and its columns.
    pub(super) fn relation_name(&mut self) -> (String, Vec<String>) {
        if self.strays(30) {
            return (self.word(HIDDEN_RELATIONS).to_owned(), vec!["id".to_owned()]);
        }
        let relation = self.choices.one(&self.names.relations);
        (self.choices.one(&relation.spellings).clone(), relation.columns.clone())
    }

    /// With an alias, or under its own name.
    fn aliased(&mut self, text: String, columns: Vec<String>, may_stand_alone: bool) -> String {
        if may_stand_alone && self.choices.once_in(4) {
            let own = text.trim_start_matches("ONLY ").trim_end_matches(" *");
            let name = own.rsplit_once('.').map_or(own, |(_, name)| name).to_owned();
            self.offer(name, columns);
            return text;
        }
        let alias = self.new_name();
        let mut columns = columns;
        let renamed = self.maybe(8, |grammar| {
            let first = grammar.new_name();
            if let Some(column) = columns.first_mut() {
                column.clone_from(&first);
            }
            format!(" ({first})")
        });
        self.offer(alias.clone(), columns);
        format!("{text} AS {alias}{renamed}")
    }

    fn offer(&mut self, name: String, columns: Vec<String>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(Source { name, columns });
        }
    }

    fn derived(&mut self, depth: usize) -> String {
        let lateral = self.choices.once_in(3);
        let width = 1 + self.choices.below(3);
        // Without LATERAL it does not see what stands beside it.
        let beside = if lateral { Vec::new() } else { self.scopes.last_mut().map(std::mem::take).unwrap_or_default() };
        let (query, columns) = self.query(depth, width);
        if let Some(scope) = self.scopes.last_mut().filter(|_| !lateral) {
            *scope = beside;
        }
        let word = if lateral { "LATERAL " } else { "" };
        self.aliased(format!("{word}({query})"), columns, false)
    }

    fn called(&mut self, depth: usize) -> String {
        let value = self.expression(depth.saturating_sub(2));
        let (alias, column) = (self.new_name(), self.new_name());
        const CALLS: &[&str] = &[
            "generate_series(1, 3)",
            "unnest(ARRAY[1, 2])",
            "unnest(ARRAY[1], ARRAY['a'])",
            "generate_series({}, 5)",
            "regexp_split_to_table({}, ',')",
            "jsonb_array_elements({})",
            "jsonb_each_text({})",
            "sales.split_tags({})",
            "ROWS FROM (generate_series(1, 2), unnest(ARRAY[{}]))",
            "jsonb_to_recordset({})",
            "current_date",
        ];
        let call = self.word(CALLS);
        if call.starts_with("jsonb_to_recordset") {
            self.offer(alias.clone(), vec![column.clone()]);
            return format!("{} AS {alias} ({column} text)", call.replace("{}", &value));
        }
        let ordinality = self.maybe(15, |_| " WITH ORDINALITY".to_owned());
        self.offer(alias.clone(), vec![column.clone()]);
        format!("{}{ordinality} AS {alias} ({column})", call.replace("{}", &value))
    }

    fn table_of_documents(&mut self) -> String {
        let value = self.plain_column();
        let alias = self.new_name();
        const TABLES: &[&str] = &[
            "JSON_TABLE({}, '$[*]' COLUMNS (k int PATH '$.k', m text EXISTS PATH '$.m', n FOR ORDINALITY))",
            "JSON_TABLE({}, '$' PASSING 1 AS x COLUMNS (k jsonb FORMAT JSON PATH '$', NESTED PATH '$.a' COLUMNS (m int)))",
            "XMLTABLE('/a' PASSING {} COLUMNS k int PATH 'b', m text DEFAULT 'x', n FOR ORDINALITY)",
        ];
        let table = self.word(TABLES).replace("{}", &value);
        self.offer(alias.clone(), ["k", "m"].map(str::to_owned).to_vec());
        format!("{table} AS {alias}")
    }
}
