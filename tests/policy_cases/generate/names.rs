//! What a statement may name, from the grant itself; and what it had better not.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use postern::base::quote_ident;
use postern::catalog::RelationSource;
use postern::catalog::functions::{self, FunctionKind, Verdict};
use postern::catalog::types;

use crate::bed::SHOP;

/// What a grant shows.
pub(super) struct Names {
    pub(super) relations: Vec<Relation>,
    pub(super) functions: Vec<Function>,
    pub(super) aggregates: Vec<Function>,
    pub(super) window: Vec<Function>,
    pub(super) types: Vec<String>,
}

/// A relation as it may be written.
pub(super) struct Relation {
    pub(super) spellings: Vec<String>,
    pub(super) columns: Vec<String>,
}

/// A function that may be called, with the numbers of arguments.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) arities: Vec<usize>,
}

/// The grant that statements are written for.
pub(super) static NAMES: LazyLock<Names> = LazyLock::new(Names::of_the_shop);

/// Columns, fields and calls that show what is hidden, if anything does.
pub(super) const HIDDEN_EXPRESSIONS: &[&str] = &[
    "ssn",
    "customers.ssn",
    "crm.customers.ssn",
    "full_name",
    "payroll_no",
    "vault_note",
    "margin_raw",
    "orders.margin_raw",
    "sales.peek_all('x')",
    "ctid",
    "tableoid",
    "xmin",
    "nowhere",
    "KUNDE",
    "\"KONTAKT_ID\"",
    "pg_sleep(1)",
    "query_to_xml('SELECT 1', true, true, '')",
    "current_setting('postern.subject')",
    "set_config('search_path', 'crm', false)",
    "to_regclass('crm.vault')",
    "'crm.vault'::regclass",
    "pg_relation_size('crm.vault')",
    "NULL::crm.customers",
    "lo_get(1)",
    "nextval('s')",
    "pg_read_file('x')",
    "$101",
    "1::regtype",
    "'a'::nowhere",
];

/// Relations that the grant does not show.
pub(super) const HIDDEN_RELATIONS: &[&str] = &[
    "crm.vault",
    "vault",
    "hr.salaries",
    "customers_emea",
    "crm.customers_emea",
    "pg_authid",
    "pg_statistic",
    "pg_catalog.pg_stat_activity",
    "pg_stats",
    "nowhere",
    "crm.nowhere",
    "other.crm.customers",
    "pg_toast.pg_toast_1",
    "\"crm.vault\"",
];

impl Names {
    fn of_the_shop() -> Self {
        let exposed = &SHOP.grant("analysis").exposed;
        let in_path: Vec<&str> = exposed.search_path.iter().map(String::as_str).chain(["pg_catalog"]).collect();
        let first =
            |name: &str| in_path.iter().find(|schema| exposed.relations.contains_key(&((**schema).to_owned(), name.to_owned())));
        let mut relations = Vec::new();
        for ((schema, name), relation) in &exposed.relations {
            let mut spellings = vec![format!("{}.{}", written(schema), written(name))];
            if first(name) == Some(&schema.as_str()) {
                spellings.push(written(name));
            }
            let is_own = matches!(relation.source, RelationSource::Warehouse { .. });
            // Half of what is read should be the grant's own.
            let times = if is_own { 3 } else { 1 };
            for _ in 0..times {
                let columns = relation.columns.iter().map(|column| written(&column.name)).collect();
                relations.push(Relation { spellings: spellings.clone(), columns });
            }
        }
        let mut names = Self { relations, functions: Vec::new(), aggregates: Vec::new(), window: Vec::new(), types: Vec::new() };
        names.add_functions();
        let own = exposed.types.keys().map(|(schema, name)| format!("{}.{}", written(schema), written(name)));
        let builtin = types::all().filter(|found| found.nameable).map(|found| found.name.to_owned());
        names.types = builtin.chain(own).collect();
        names
    }

    fn add_functions(&mut self) {
        for builtin in
            functions::all().filter(|builtin| builtin.name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric()))
        {
            let arities: BTreeSet<usize> = builtin.overloads.iter().map(|overload| overload.arguments.len()).collect();
            let allowed = |arity: &usize| builtin.verdict(*arity).is_some_and(|verdict| !matches!(verdict, Verdict::Deny(_)));
            let arities: Vec<usize> = arities.into_iter().filter(allowed).collect();
            let kinds: Vec<FunctionKind> = builtin.overloads.iter().map(|overload| overload.kind).collect();
            if arities.is_empty() {
                continue;
            }
            let list = match kinds.as_slice() {
                [FunctionKind::Window, ..] => &mut self.window,
                [FunctionKind::Function, ..] => &mut self.functions,
                _ => &mut self.aggregates,
            };
            list.push(Function { name: builtin.name, arities });
        }
    }
}

/// As a client writes it: with quotes where it must.
fn written(name: &str) -> String {
    let is_plain = name.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if is_plain && name != "select" { name.to_owned() } else { quote_ident(name) }
}
