//! Reads `reviewed.txt`, once.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One relation of `pg_catalog` or `information_schema`.
#[derive(Debug)]
pub struct SystemRelation {
    pub schema: &'static str,
    pub name: &'static str,
    pub class: SystemClass,
    pub(super) from: String,
    pub(super) filter: String,
    /// As PostgreSQL's own rows come, where tools take that for granted.
    pub(super) order: &'static str,
    pub(super) columns: Vec<ReviewedColumn>,
}

/// How a system relation is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemClass {
    /// Refused; the reason completes a sentence that begins with the relation's name.
    Denied(&'static str),
    /// Has its columns and never a row.
    Empty,
    Filtered,
}

/// A column that shows.
#[derive(Debug)]
pub(super) struct ReviewedColumn {
    pub(super) name: &'static str,
    pub(super) source: ColumnSource,
}

#[derive(Debug)]
pub(super) enum ColumnSource {
    Live,
    /// Live, wrapped so that the planner has no statistics for it.
    Wrapped,
    Computed(String),
}

/// By schema, then by name.
type Relations = BTreeMap<&'static str, BTreeMap<&'static str, SystemRelation>>;

static RELATIONS: LazyLock<Relations> = LazyLock::new(|| read().unwrap_or_default());

pub(super) fn relations() -> &'static Relations {
    &RELATIONS
}

const TEXT: &str = include_str!("reviewed.txt");

/// What a line that begins with two blanks goes on with.
#[derive(Clone, Copy)]
enum Part {
    Column,
    Filter,
    From,
    Header,
}

/// `None` when a line does not read: then nothing at all shows, and the tests fail.
fn read() -> Option<Relations> {
    let mut read: Vec<(SystemRelation, Part)> = Vec::new();
    for line in TEXT.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(header) = line.strip_prefix("== ") {
            read.push((relation(header)?, Part::Header));
            continue;
        }
        let (current, part) = read.last_mut()?;
        if let Some(more) = line.strip_prefix("  ") {
            go_on(current, *part, more)?;
        } else if let Some(from) = line.strip_prefix("from ") {
            from.clone_into(&mut current.from);
            *part = Part::From;
        } else if let Some(filter) = line.strip_prefix("where ") {
            filter.clone_into(&mut current.filter);
            *part = Part::Filter;
        } else if let Some(order) = line.strip_prefix("order ") {
            current.order = order;
        } else if let Some((name, sql)) = line.split_once(" := ") {
            current.columns.push(ReviewedColumn { name, source: ColumnSource::Computed(sql.to_owned()) });
            *part = Part::Column;
        } else {
            current.columns.extend(line.split(' ').map(|name| match name.strip_prefix('~') {
                Some(name) => ReviewedColumn { name, source: ColumnSource::Wrapped },
                None => ReviewedColumn { name, source: ColumnSource::Live },
            }));
            *part = Part::Header;
        }
    }
    let mut relations = Relations::new();
    for (relation, _) in read {
        relations.entry(relation.schema).or_default().insert(relation.name, relation);
    }
    Some(relations)
}

fn go_on(relation: &mut SystemRelation, part: Part, more: &str) -> Option<()> {
    let text = match part {
        Part::From => &mut relation.from,
        Part::Filter => &mut relation.filter,
        Part::Column => match &mut relation.columns.last_mut()?.source {
            ColumnSource::Computed(sql) => sql,
            ColumnSource::Live | ColumnSource::Wrapped => return None,
        },
        Part::Header => return None,
    };
    text.push(' ');
    text.push_str(more);
    Some(())
}

fn relation(header: &'static str) -> Option<SystemRelation> {
    let (name, class) = header.split_once(' ')?;
    let (schema, name) = name.split_once('.')?;
    let class = match class {
        "filtered" => SystemClass::Filtered,
        "empty" => SystemClass::Empty,
        _ => SystemClass::Denied(class.strip_prefix("denied: ")?),
    };
    Some(SystemRelation { schema, name, class, from: String::new(), filter: String::new(), order: "", columns: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_relation_reads_and_has_what_its_class_needs() {
        let relations = read().expect("all lines read");
        assert_eq!(
            relations.values().map(BTreeMap::len).sum::<usize>(),
            TEXT.lines().filter(|line| line.starts_with("== ")).count(),
            "each once"
        );
        for relation in relations.values().flat_map(BTreeMap::values) {
            let filled = !relation.from.is_empty() && !relation.filter.is_empty() && !relation.columns.is_empty();
            assert_eq!(filled, relation.class == SystemClass::Filtered, "{}.{}", relation.schema, relation.name);
            let mut names: Vec<&str> = relation.columns.iter().map(|column| column.name).collect();
            names.sort_unstable();
            assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{}: a column twice", relation.name);
        }
    }

    /// Tools read them when they open: they are answered, and learn nothing.
    #[test]
    fn statistics_that_anybody_may_read_have_their_columns_and_no_row() {
        for name in ["pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"] {
            assert_eq!(relations()["pg_catalog"][name].class, SystemClass::Empty, "{name}");
        }
        for relation in relations()["pg_catalog"].values() {
            let is_statistics = relation.name.starts_with("pg_stat_") || relation.name.starts_with("pg_statio_");
            let is_own = relation.name == "pg_stat_activity";
            assert!(!is_statistics || is_own || relation.class == SystemClass::Empty, "{}", relation.name);
        }
    }

    #[test]
    fn what_holds_values_secrets_or_files_is_denied() {
        for name in [
            "pg_statistic",
            "pg_statistic_ext_data",
            "pg_authid",
            "pg_shadow",
            "pg_user_mapping",
            "pg_largeobject",
            "pg_hba_file_rules",
            "pg_file_settings",
            "pg_config",
            "pg_backend_memory_contexts",
        ] {
            assert!(matches!(relations()["pg_catalog"][name].class, SystemClass::Denied(_)), "{name}");
        }
        let subscriptions = &relations()["pg_catalog"]["pg_subscription"];
        assert_eq!(subscriptions.filter, "false");
        let password = subscriptions.columns.iter().find(|column| column.name == "subconninfo").unwrap();
        assert!(matches!(&password.source, ColumnSource::Computed(sql) if sql == "NULL::text"), "{password:?}");
    }
}
