//! Writes the query that stands for one system relation.

use crate::base::quote_ident;

use super::table::{ColumnSource, SystemClass, SystemRelation};
use super::{Expansion, SystemContext};

impl SystemRelation {
    /// The query, with its own fence; `None` when the relation is denied.
    ///
    /// `live_columns` are the columns of the relation on that server, in attnum order: versions differ. The query has those of them
    /// that are reviewed, in that order; of an empty relation all of them.
    pub fn render(&self, context: &SystemContext, live_columns: &[&str]) -> Option<String> {
        let shown = live_columns.iter().filter(|column| self.shows(column));
        let mut all = Expansion::new(&[], context);
        let (targets, from, filter) = match self.class {
            SystemClass::Denied(_) => return None,
            SystemClass::Empty => {
                // In a sub-select the planner looks at no statistics, and the column keeps its domain and its type modifier.
                let targets: Vec<String> =
                    shown.map(|column| format!("(SELECT t.{0} WHERE false) AS {0}", quote_ident(column))).collect();
                (targets, format!("{}.{} AS t", self.schema, self.name), "false".to_owned())
            }
            SystemClass::Filtered => {
                let targets: Vec<String> = shown.filter_map(|column| self.target(column, &mut all)).collect();
                (targets, all.part(&self.from), all.part(&self.filter))
            }
        };
        let order = if self.order.is_empty() { String::new() } else { format!(" ORDER BY {}", self.order) };
        Some(all.query(&format!("SELECT {} FROM {from} WHERE {filter}{order} OFFSET 0", targets.join(", "))))
    }

    /// Whether it tells something that depends on the session's search_path.
    pub fn reads_path(&self) -> bool {
        let is_read = |sql: &str| sql.contains("{default_text}");
        self.columns.iter().any(|reviewed| matches!(&reviewed.source, ColumnSource::Computed(sql) if is_read(sql)))
    }

    /// Whether that live column shows.
    pub fn shows(&self, column: &str) -> bool {
        match self.class {
            SystemClass::Denied(_) => false,
            SystemClass::Empty => true,
            SystemClass::Filtered => self.columns.iter().any(|reviewed| reviewed.name == column),
        }
    }

    /// Whether it is an array of the client's names of types, as text: an array of registry values would print the warehouse's.
    pub fn tells_names(&self, column: &str) -> bool {
        let is_text = |sql: &str| sql.contains("-> 'types'") && sql.ends_with("text[]");
        let mut named = self.columns.iter().filter(|reviewed| reviewed.name == column);
        named.any(|reviewed| matches!(&reviewed.source, ColumnSource::Computed(sql) if is_text(sql)))
    }

    /// Whether it leaves the query as a column of the live relation, for which the planner has statistics.
    #[cfg(test)]
    pub(in crate::catalog) fn shows_bare(&self, column: &str) -> bool {
        let stored = self.from.starts_with(&format!("{}.{} AS t", self.schema, self.name));
        stored && self.columns.iter().any(|reviewed| reviewed.name == column && matches!(reviewed.source, ColumnSource::Live))
    }

    fn target(&self, column: &str, all: &mut Expansion<'_>) -> Option<String> {
        let reviewed = self.columns.iter().find(|reviewed| reviewed.name == column)?;
        let name = quote_ident(column);
        Some(match &reviewed.source {
            ColumnSource::Live => format!("t.{name} AS {name}"),
            // The row filter is the one condition that no planner folds; what it says is true of every row that shows.
            ColumnSource::Wrapped if self.filter == "true" => {
                format!("CASE WHEN t.{name} IS NOT NULL THEN t.{name} END AS {name}")
            }
            ColumnSource::Wrapped => format!("CASE WHEN {} THEN t.{name} END AS {name}", all.part(&self.filter)),
            ColumnSource::Computed(sql) => format!("{} AS {name}", all.part(sql)),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::system::{ShownColumn, ShownRelation, SystemContext, all, relation};

    fn context() -> SystemContext {
        let column = |attnum, name: Option<&str>, masked| ShownColumn { attnum, name: name.map(str::to_owned), masked };
        SystemContext {
            user: "'ana'".to_owned(),
            database: "churn".to_owned(),
            databases: "ARRAY['churn']".to_owned(),
            backend_pid: "7".to_owned(),
            version: "PostgreSQL 15".to_owned(),
            search_path: vec!["crm".to_owned()],
            schemas: [(2200, "crm".to_owned())].into(),
            relations: [ShownRelation {
                oid: 16_500,
                schema_oid: 2200,
                schema: "crm".to_owned(),
                name: "client's".to_owned(),
                renamed: true,
                whole: false,
                last_value: None,
                columns: vec![column(1, None, None), column(4, Some("mail"), Some((25, -1)))],
            }]
            .into(),
            ..SystemContext::default()
        }
    }

    #[test]
    fn the_query_of_pg_attribute() {
        let live = ["attrelid", "attname", "atttypid", "attstattarget", "attlen", "attnum", "not_reviewed_yet"];
        insta::assert_snapshot!(relation("pg_catalog", "pg_attribute").unwrap().render(&context(), &live).unwrap());
    }

    #[test]
    fn a_live_column_that_is_not_reviewed_is_left_out() {
        let sql = relation("pg_catalog", "pg_am").unwrap().render(&context(), &["oid", "amname", "amsecret"]).unwrap();
        assert_eq!(
            sql,
            "SELECT t.\"oid\" AS \"oid\", CASE WHEN t.oid < 16384 THEN t.\"amname\" END AS \"amname\" \
             FROM pg_catalog.pg_am AS t WHERE t.oid < 16384 OFFSET 0"
        );
    }

    #[test]
    fn empty_relations_have_their_columns_and_denied_ones_no_query() {
        let sql = relation("pg_catalog", "pg_trigger").unwrap().render(&context(), &["oid", "tgname"]).unwrap();
        assert_eq!(
            sql,
            "SELECT (SELECT t.\"oid\" WHERE false) AS \"oid\", (SELECT t.\"tgname\" WHERE false) AS \"tgname\" \
             FROM pg_catalog.pg_trigger AS t WHERE false OFFSET 0"
        );
        assert!(relation("pg_catalog", "pg_statistic").unwrap().render(&context(), &["starelid"]).is_none());
        assert!(relation("pg_catalog", "pg_no_such").is_none());
    }

    #[test]
    fn no_placeholder_and_no_bare_cast_is_left_and_every_query_is_fenced() {
        for relation in all() {
            let columns: Vec<&str> = relation.columns.iter().map(|column| column.name).collect();
            let Some(sql) = relation.render(&context(), &columns) else { continue };
            assert!(sql.ends_with(" OFFSET 0"), "{}", relation.name);
            let bare =
                sql.split("::").skip(1).find(|cast| !cast.starts_with("pg_catalog.") && !cast.starts_with("information_schema."));
            assert_eq!(bare, None, "{}", relation.name);
            let sql = sql.replace("pg_catalog.unnest('{", "");
            let placeholder = sql.split('{').skip(1).find(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
            assert_eq!(placeholder, None, "{}", relation.name);
        }
    }
}
