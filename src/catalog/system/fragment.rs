//! Writes the placeholders of reviewed texts out.

use crate::base::quote_literal;
use crate::catalog::functions::{Told, privilege_pattern, raise};
use crate::catalog::{Oid, TextSearchKind};

use super::{SystemClass, SystemContext, pieces, rows};

/// The role that owns everything that shows, whatever its name is in the warehouse. Its oid is that of every warehouse's first role.
const OWNER: &str = "postgres";

/// The first version with the privilege MAINTAIN.
const MAINTAIN: u32 = 170_000;

/// The first version in which `to_regclass` and its kin say nothing of a text that is no name.
const LENIENT_NAMES: u32 = 160_000;

/// The oid of the person's role: the first one that is not builtin.
const USER_OID: Oid = 16_384;

/// Writes reviewed texts out: placeholders, `$n`, casts. What a value or an argument says is not read again. A placeholder that is a table becomes a common
/// table expression, written once however often it is read.
pub(in crate::catalog) struct Expansion<'a> {
    arguments: &'a [String],
    context: &'a SystemContext,
    /// What the names of the tables begin with: nothing in an argument may be taken for one of them.
    prefix: String,
    /// By placeholder, those first that others read.
    tables: Vec<(&'static str, String)>,
    /// What is told of the client's own constants, by the words of the placeholder that raises it.
    told: &'a [(&'static str, Told)],
}

impl<'a> Expansion<'a> {
    pub(in crate::catalog) fn new(arguments: &'a [String], context: &'a SystemContext) -> Self {
        let is_free = |prefix: &String| arguments.iter().all(|argument| !argument.contains(prefix.as_str()));
        // There are more numbers than an argument has places.
        let prefix = (0..).map(|number: u32| format!("p{number}_")).find(is_free).unwrap_or_default();
        Self { arguments, context, prefix, tables: Vec::new(), told: &[] }
    }

    /// The same, which knows what it tells.
    #[must_use]
    pub(in crate::catalog) fn telling(self, told: &'a [(&'static str, Told)]) -> Self {
        Self { told, ..self }
    }

    /// A text that is part of one.
    pub(in crate::catalog) fn part(&mut self, text: &str) -> String {
        let text = qualify_casts(text);
        let mut sql = String::with_capacity(text.len() * 2);
        let mut rest = text.as_str();
        while let Some(at) = rest.find(['{', '$']) {
            let (before, mark) = rest.split_at_checked(at).unwrap_or((rest, ""));
            sql.push_str(before);
            rest = match self.value(mark) {
                Some((value, tail)) => {
                    sql.push_str(&value);
                    tail
                }
                None => {
                    let (literal, tail) = mark.split_at_checked(1).unwrap_or((mark, ""));
                    sql.push_str(literal);
                    tail
                }
            };
        }
        sql.push_str(rest);
        sql
    }

    /// A whole query over the tables that its parts read.
    pub(in crate::catalog) fn query(&self, select: &str) -> String {
        if self.tables.is_empty() {
            return select.to_owned();
        }
        let tables: Vec<String> = self.tables.iter().map(|(word, body)| format!("{}{word} AS {body}", self.prefix)).collect();
        format!("WITH {} {select}", tables.join(", "))
    }

    /// A whole expression: the tables stand in front of its first sub-select, within which it reads them.
    pub(in crate::catalog) fn expression(mut self, text: &str) -> String {
        const SUBSELECT: &str = "(SELECT ";
        let Some((before, after)) = text.split_once(SUBSELECT) else { return self.part(text) };
        let before = self.part(before);
        let select = self.part(&format!("SELECT {after}"));
        format!("{before}({}", self.query(&select))
    }

    /// What stands for the placeholder or argument that the text begins with, and the text behind it. `{word}` that is not a placeholder stays as it is, and
    /// so does `$` without a number.
    fn value<'t>(&mut self, text: &'t str) -> Option<(String, &'t str)> {
        if let Some(placeholder) = text.strip_prefix('{') {
            let (word, tail) = placeholder.split_once('}')?;
            return Some((self.fragment(word)?, tail));
        }
        let number = text.strip_prefix('$')?;
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        let (digits, tail) = number.split_at_checked(end)?;
        let argument = self.arguments.get(digits.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some((argument.clone(), tail))
    }

    fn fragment(&mut self, word: &str) -> Option<String> {
        let context = self.context;
        Some(match word {
            "relations" => self.table("relations", |_| rows::relations(context)),
            "columns" => self.table("columns", |_| rows::columns(context)),
            "types" => self.table("types", |_| rows::types(context)),
            "functions" => self.table("functions", |_| rows::functions(context)),
            "configurations" => self.table("configurations", |_| rows::text_search(context, TextSearchKind::Configuration)),
            "dictionaries" => self.table("dictionaries", |_| rows::text_search(context, TextSearchKind::Dictionary)),
            "schemas" => self.table("schemas", |_| rows::schemas(context)),
            "comments" => self.table("comments", |_| rows::comments(context)),
            "visible" => self.table("visible", |_| rows::visible(context)),
            "indexes" => self.table("indexes", |all| all.part(pieces::INDEXES)),
            "constraints" => self.table("constraints", |all| all.part(pieces::CONSTRAINTS)),
            "checks" => self.table("checks", |all| all.part(pieces::CHECKS)),
            "defaults" => self.table("defaults", |all| all.part(pieces::DEFAULTS)),
            "sequences" => self.table("sequences", |all| all.part(pieces::SEQUENCES)),
            "keyed" => self.table("keyed", |all| all.part(pieces::KEYED)),
            "bounded" => self.table("bounded", |all| all.part(pieces::BOUNDED)),
            "linked" => self.table("linked", |all| all.part(pieces::LINKED)),
            "titled" => self.table("titled", |all| all.part(pieces::TITLED)),
            "identified" => self.part(pieces::IDENTIFIED),
            "gone" => pieces::GONE.to_owned(),
            "not_shown" => self.part(pieces::NOT_SHOWN),
            "rule_of" => self.part(pieces::RULE_OF),
            "composites" => self.table("composites", |all| all.part(pieces::COMPOSITES)),
            "hidden_texts" => self.table("hidden_texts", |all| all.part(pieces::HIDDEN_TEXTS)),
            "roles" => self.table("roles", |all| all.part(pieces::ROLES)),
            "named" => self.table("named", |all| all.part(pieces::NAMED)),
            "named_columns" => self.table("named_columns", |all| all.part(pieces::NAMED_COLUMNS)),
            "named_schemas" => self.table("named_schemas", |all| all.part(pieces::NAMED_SCHEMAS)),
            "name_parts" => pieces::NAME_PARTS.to_owned(),
            "is_named" => self.part(pieces::IS_NAMED),
            "index_text" => self.part(pieces::INDEX_TEXT),
            "grantee" => self.part(pieces::GRANTEE),
            "public_reads" => pieces::PUBLIC_READS.to_owned(),
            // A sub-select without this would be pulled up, and a query in an argument planned as often as the argument is read.
            "once" if self.arguments.iter().any(|argument| argument.contains("SELECT")) => "OFFSET 0".to_owned(),
            "once" => String::new(),
            "owner" => rows::name(OWNER),
            "user_oid" => rows::oid(USER_OID),
            "all_privileges" => rows::text(if context.server_version >= MAINTAIN { "arwdDxtm" } else { "arwdDxt" }),
            "user" => format!("({})", context.user),
            "databases" => format!("({})", context.databases),
            "backend_pid" => format!("({})", context.backend_pid),
            "settings" => format!("({})", context.settings),
            "statements" => format!("({})", context.statements),
            "cursors" => format!("({})", context.cursors),
            "sessions" => format!("({})", context.sessions),
            "database" => quote_literal(&context.database),
            "version" => quote_literal(&context.version),
            "path" => rows::array(context.search_path.iter().map(String::as_str)),
            "system_path" => rows::array(rows::system_path(context)),
            "current_schema" => context.search_path.first().map_or_else(|| "NULL".to_owned(), |schema| quote_literal(schema)),
            "no_role" => pieces::NO_ROLE.to_owned(),
            "last_value" => rows::last_value(context),
            "role_oid" => self.part(pieces::ROLE_OID),
            "named_oid" => self.part(pieces::NAMED_OID),
            "type_oid" => self.part(pieces::TYPE_OID),
            "types_show" => self.part(pieces::TYPES_SHOW),
            "may_read" => self.part(pieces::MAY_READ),
            "default_text" => self.part(pieces::DEFAULT_TEXT),
            "is_closed" => self.part(pieces::IS_CLOSED),
            "closed" => {
                rows::array(super::all().filter(|known| matches!(known.class, SystemClass::Denied(_))).map(|known| known.name))
            }
            // Until then a text that is no name is an error there.
            "names_are_strict" => (context.server_version < LENIENT_NAMES).to_string(),
            _ => return self.words(word),
        })
    }

    /// A placeholder of several words.
    fn words(&self, words: &str) -> Option<String> {
        let (first, rest) = words.split_once(' ')?;
        match first {
            "raise" => raise(rest, self.told),
            "privileges" => privilege_pattern(rest, self.context.server_version).map(|pattern| quote_literal(&pattern)),
            _ => None,
        }
    }

    /// The name of a table, which is written when it is read for the first time, after those that it reads itself.
    fn table(&mut self, word: &'static str, write: impl FnOnce(&mut Self) -> String) -> String {
        if !self.tables.iter().any(|(known, _)| *known == word) {
            let body = write(self);
            self.tables.push((word, body));
        }
        format!("{}{word}", self.prefix)
    }
}

/// `x::word` becomes `x::pg_catalog.word`, and the short names of the domains of information_schema their own.
fn qualify_casts(text: &str) -> String {
    let mut sql = String::with_capacity(text.len() + 64);
    let mut parts = text.split("::");
    sql.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(part.len());
        let (word, tail) = part.split_at_checked(end).unwrap_or((part, ""));
        sql.push_str("::");
        match word {
            "ident" => sql.push_str("information_schema.sql_identifier"),
            "data" => sql.push_str("information_schema.character_data"),
            "yesno" => sql.push_str("information_schema.yes_or_no"),
            "card" => sql.push_str("information_schema.cardinal_number"),
            _ => {
                sql.push_str("pg_catalog.");
                sql.push_str(word);
            }
        }
        sql.push_str(tail);
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str, context: &SystemContext) -> String {
        Expansion::new(&[], context).part(text)
    }

    #[test]
    fn casts_are_qualified_and_placeholders_written_out() {
        let context =
            SystemContext { database: "it's".to_owned(), user: "pg_catalog.x()".to_owned(), ..SystemContext::default() };
        assert_eq!(
            part("SELECT {user}::name, t.a::int2[], {database}::ident, {nothing}", &context),
            "SELECT (pg_catalog.x())::pg_catalog.name, t.a::pg_catalog.int2[], 'it''s'::information_schema.sql_identifier, {nothing}"
        );
    }

    #[test]
    fn a_table_is_written_once_in_front_of_what_reads_it() {
        let context = SystemContext::default();
        let mut all = Expansion::new(&[], &context);
        let select = all.part("SELECT x.oid FROM {schemas} AS x, {schemas} AS y");
        assert_eq!(
            all.query(&select),
            "WITH p0_schemas AS (SELECT NULL::pg_catalog.oid AS oid, NULL::pg_catalog.name AS name WHERE false) \
             SELECT x.oid FROM p0_schemas AS x, p0_schemas AS y"
        );
        let arguments = ["(SELECT p0_schemas.a FROM p0_schemas)".to_owned()];
        let sql = Expansion::new(&arguments, &context).expression("CASE WHEN (SELECT s.oid = $1 FROM {schemas} AS s) THEN 1 END");
        assert!(sql.starts_with("CASE WHEN (WITH p1_schemas AS (SELECT NULL"), "{sql}");
        assert!(sql.ends_with("SELECT s.oid = (SELECT p0_schemas.a FROM p0_schemas) FROM p1_schemas AS s) THEN 1 END"), "{sql}");
    }

    #[test]
    fn a_value_with_braces_or_casts_is_not_expanded_again() {
        let context =
            SystemContext { database: "{user}::text".to_owned(), user: "secret".to_owned(), ..SystemContext::default() };
        assert_eq!(part("{database} {database}", &context), "'{user}::text' '{user}::text'");
    }
}
