//! The pieces of SQL that stand for the placeholders of reviewed texts. Every value passes through a quoting helper.

use crate::base::{quote_ident, quote_literal};

use crate::catalog::functions::{Told, builtin, privilege_pattern, raise};
use crate::catalog::{Oid, TextSearchKind};

use super::{ShownFunction, ShownRelation, ShownType, SystemClass, SystemContext};

/// The role that owns everything that shows, whatever its name is in the warehouse. Its oid is that of every warehouse's first role.
const OWNER: &str = "postgres";

/// The first version with the privilege MAINTAIN.
const MAINTAIN: u32 = 170_000;

/// The first version in which `to_regclass` and its kin say nothing of a text that is no name.
const LENIENT_NAMES: u32 = 160_000;

/// The oid of the person's role: the first one that is not builtin.
const USER_OID: Oid = 16_384;

/// Indexes of exposed relations whose columns all show. One with an expression or a predicate shows when its relation is exposed whole and its text names
/// nothing that is hidden.
const INDEXES: &str = "(SELECT i.indexrelid AS oid, i.indrelid AS relid, r.schema_oid, r.schema, r.name AS relation, r.renamed, r.whole, \
    CASE WHEN r.renamed THEN (pg_catalog.left(r.name::text, 40) || '_idx_' || i.indexrelid)::name ELSE k.relname END AS name \
    FROM pg_catalog.pg_index AS i JOIN {relations} AS r ON r.oid = i.indrelid JOIN pg_catalog.pg_class AS k ON k.oid = i.indexrelid \
    WHERE CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL THEN i.indkey::int2[] <@ r.attnums \
    ELSE r.whole AND i.indexrelid NOT IN (SELECT h.objid FROM {hidden_texts} AS h WHERE h.classid = 1259) END)";

/// Keys of exposed relations whose columns all show, at both ends of a foreign key.
const CONSTRAINTS: &str = "(SELECT k.oid, k.contype, k.conkey, k.conrelid, k.confkey, k.confrelid, k.conindid, k.condeferrable, k.condeferred, \
    k.convalidated, k.confmatchtype, k.confupdtype, k.confdeltype, r.schema_oid, r.schema, r.name AS relation, r.renamed, \
    f.schema AS fschema, f.name AS frelation, f.oid IS NOT NULL AND f.renamed AS frenamed, \
    CASE WHEN r.renamed THEN (pg_catalog.left(r.name::text, 40) || CASE k.contype WHEN 'p' THEN '_pkey_' WHEN 'u' THEN '_key_' ELSE '_fkey_' END || k.oid)::name \
    ELSE k.conname END AS name \
    FROM pg_catalog.pg_constraint AS k JOIN {relations} AS r ON r.oid = k.conrelid LEFT JOIN {relations} AS f ON f.oid = k.confrelid \
    WHERE k.contype IN ('p', 'u', 'f') AND k.conkey <@ r.attnums AND (k.contype <> 'f' OR k.confkey <@ f.attnums))";

/// Checks, exclusions and not-null constraints of relations that are exposed whole, checks of domains that show; those whose texts name nothing hidden.
const CHECKS: &str = "(SELECT k.oid, k.contype, k.conrelid, COALESCE(r.schema_oid, s.schema_oid) AS schema_oid, \
    CASE WHEN r.oid IS NOT NULL OR s.oid IS NOT NULL THEN k.conname END AS name \
    FROM pg_catalog.pg_constraint AS k LEFT JOIN {relations} AS r ON r.oid = k.conrelid AND r.whole LEFT JOIN {types} AS s ON s.oid = k.contypid \
    WHERE k.contype IN ('c', 'n', 'x') AND (r.oid IS NOT NULL OR s.oid IS NOT NULL) \
    AND k.oid NOT IN (SELECT h.objid FROM {hidden_texts} AS h WHERE h.classid = 2606))";

/// Defaults and generation expressions of relations that are exposed whole; those whose texts name nothing hidden.
const DEFAULTS: &str = "(SELECT a.oid, a.adrelid AS relid, a.adnum AS attnum FROM pg_catalog.pg_attrdef AS a JOIN {relations} AS r ON r.oid = a.adrelid AND r.whole \
    WHERE a.oid NOT IN (SELECT h.objid FROM {hidden_texts} AS h WHERE h.classid = 2604))";

/// Sequences that are exposed themselves, and those that belong to a column of a relation that is exposed whole, in its schema. Both begin at what is exposed:
/// a warehouse may have many more relations.
const SEQUENCES: &str = "(SELECT e.oid, e.schema_oid, e.schema, e.name, o.relid, o.attnum, true AS exposed, e.renamed \
    FROM {relations} AS e JOIN pg_catalog.pg_class AS k ON k.oid = e.oid AND k.relkind = 'S' \
    LEFT JOIN (SELECT d.objid, r.schema_oid, d.refobjid AS relid, d.refobjsubid AS attnum \
      FROM pg_catalog.pg_depend AS d JOIN {relations} AS r ON r.oid = d.refobjid AND r.whole \
      WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0) AS o ON o.objid = e.oid AND o.schema_oid = k.relnamespace \
    UNION ALL SELECT k.oid, r.schema_oid, r.schema, CASE WHEN r.whole THEN k.relname END, d.refobjid, d.refobjsubid, false, false \
    FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_class AS k ON k.oid = d.objid AND k.relkind = 'S' \
    JOIN {relations} AS r ON r.oid = d.refobjid AND r.whole AND r.schema_oid = k.relnamespace \
    WHERE d.classid = 1259 AND d.refclassid = 1259 AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0 AND k.oid NOT IN (SELECT e.oid FROM {relations} AS e))";

/// What q.oid, a sequence, has come to, where that shows.
fn last_value(context: &SystemContext) -> String {
    let told =
        |relation: &ShownRelation| relation.last_value.as_ref().map(|sql| format!("WHEN {} THEN {sql}", oid(relation.oid)));
    let told: Vec<String> = context.relations.iter().filter_map(told).collect();
    match told.is_empty() {
        true => "NULL::pg_catalog.int8".to_owned(),
        false => format!("CASE q.oid {} END", told.join(" ")),
    }
}

/// Indexes, defaults and constraints whose texts name something that is not builtin and does not show (PostgreSQL: `recordDependencyOnExpr`).
const HIDDEN_TEXTS: &str = "(SELECT d.classid, d.objid FROM pg_catalog.pg_depend AS d \
    WHERE d.classid IN (1259, 2604, 2606) AND d.refobjid >= 16384 AND NOT CASE d.refclassid \
    WHEN 1247 THEN d.refobjid IN (SELECT s.oid FROM {types} AS s) \
    WHEN 1255 THEN d.refobjid IN (SELECT f.oid FROM {functions} AS f) \
    WHEN 1259 THEN d.refobjid IN (SELECT r.oid FROM {relations} AS r WHERE r.whole) OR d.refobjid IN (SELECT q.oid FROM {sequences} AS q WHERE NOT q.renamed) \
      OR d.classid = 1259 AND d.refobjid IN (SELECT k.oid FROM pg_catalog.pg_class AS k WHERE k.relkind IN ('i', 'I')) \
    WHEN 2606 THEN d.classid = 1259 ELSE false END)";

/// All relations, indexes and sequences that show, the system's too, by their names.
const NAMED: &str = "(SELECT v.oid, v.schema, v.name, v.visible FROM {visible} AS v UNION ALL \
    SELECT x.oid, x.schema, x.name, x.schema = ANY ({path}) FROM {indexes} AS x UNION ALL \
    SELECT q.oid, q.schema, q.name, q.schema = ANY ({path}) FROM {sequences} AS q WHERE NOT q.exposed UNION ALL \
    SELECT k.oid, n.nspname, k.relname, n.oid = 11 FROM pg_catalog.pg_class AS k JOIN pg_catalog.pg_namespace AS n ON n.oid = k.relnamespace \
    WHERE k.oid < 16384 AND k.relkind IN ('r', 'v', 'i'))";

/// The roles that show: the builtin ones, the owner of everything, the person.
const ROLES: &str = "(SELECT k.oid, k.rolname AS name FROM pg_catalog.pg_roles AS k WHERE k.oid < 16384 AND k.oid <> 10 \
    UNION ALL SELECT 10::oid, {owner} UNION ALL SELECT {user_oid}, {user}::name)";

/// The person's name as access privileges write it.
const GRANTEE: &str = "CASE WHEN {user} ~ '^[A-Za-z0-9_]+$' THEN {user} ELSE pg_catalog.quote_ident({user}) END";

/// Whether everybody may read something of the system relation t, as information_schema asks it.
const PUBLIC_READS: &str = "pg_catalog.has_any_column_privilege('public', t.oid, 'SELECT')";

/// The parts of the name that `p.a1` is. A number is an oid; what is no name at all is nobody's name, as a name of nothing is (PostgreSQL:
/// `SplitIdentifierString` takes any characters but quotes, dots and blanks for a name that is not quoted).
const NAME_PARTS: &str = r#"CASE WHEN p.a1 ~ '^[0-9]+$' THEN NULL
  WHEN p.a1 ~ '^\s*("([^"]|"")+"|[[:alpha:]_][[:alnum:]_$]*)(\s*\.\s*("([^"]|"")+"|[[:alpha:]_][[:alnum:]_$]*))*\s*$' THEN pg_catalog.parse_ident(p.a1)
  WHEN p.a1 !~ '[".\s]' THEN ARRAY[pg_catalog.translate(p.a1, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')] END"#;

/// Whether the row r of `{named}` is the one that q means: q.parts is its name in parts, or NULL and q.a1 its oid.
const IS_NAMED: &str = "CASE WHEN q.parts IS NULL THEN r.oid::text = q.a1 \
    WHEN pg_catalog.cardinality(q.parts) = 1 THEN r.visible AND r.name::text = q.parts[1] \
    WHEN pg_catalog.cardinality(q.parts) = 2 THEN r.schema::text = q.parts[1] AND r.name::text = q.parts[2] \
    ELSE pg_catalog.cardinality(q.parts) = 3 AND q.parts[1] = {database} AND r.schema::text = q.parts[2] AND r.name::text = q.parts[3] END";

/// The oid of the relation, index or sequence that q means.
const NAMED_OID: &str = "(SELECT r.oid FROM {named} AS r WHERE {is_named} ORDER BY r.oid < 16384 DESC LIMIT 1)";

/// A name of a type without its lengths, `\1` standing for what is quoted: the server raises for a length of a type that takes none, and not for one of a
/// missing type.
macro_rules! without_lengths {
    ($of:literal) => {
        concat!("pg_catalog.regexp_replace(", $of, r#", '("(?:[^"]|"")*")|\(\s*-?[0-9]+(?:\s*,\s*-?[0-9]+)*\s*\)', '\1', 'g')"#)
    };
}

/// The oid of the type that the text q.a1 names. With lengths it is asked for only where the type itself shows, and lengths that are no plain numbers are none.
const TYPE_OID: &str = concat!(
    r"CASE WHEN q.a1 !~ '\(' OR (SELECT t.bare !~ '\(' AND COALESCE(y.oid < 16384 OR y.oid IN (SELECT s.oid FROM {types} AS s), false) FROM (SELECT ",
    without_lengths!("q.a1"),
    r" AS bare OFFSET 0) AS t CROSS JOIN LATERAL (SELECT CASE WHEN t.bare !~ '\(' THEN pg_catalog.to_regtype(t.bare)::oid END AS oid OFFSET 0) AS y)
  THEN pg_catalog.to_regtype(q.a1)::oid END"
);

/// Whether all types show that stand in the signature of a function or an operator q.a1, or it is no signature and the server says so. Read as
/// `parseNameAndArgTypes` in regproc.c reads it: from the first parenthesis outside of quotes to the last one, at commas.
const TYPES_SHOW: &str = concat!(
    r#"(q.a1 !~ '\(' OR q.a1 !~ '\)\s*$' OR COALESCE((SELECT n.bare !~ '\(' AND n.bare ~ '^(?:[^"]|"(?:[^"]|"")*")*$' AND NOT EXISTS (SELECT 1
    FROM pg_catalog.regexp_matches(n.bare, '((?:[^",]|"(?:[^"]|"")*")+)', 'g') AS m(found)
    CROSS JOIN LATERAL (SELECT CASE WHEN n.bare !~ '\(' AND m.found[1] !~* '^\s*(none\s*)?$' THEN pg_catalog.to_regtype(m.found[1])::oid END AS oid OFFSET 0) AS y
    WHERE m.found[1] !~* '^\s*(none\s*)?$' AND NOT COALESCE(y.oid < 16384 OR y.oid IN (SELECT s.oid FROM {types} AS s), false)) FROM (SELECT "#,
    without_lengths!(r#"pg_catalog."substring"(q.a1, '^(?:[^"(]|"(?:[^"]|"")*")*\((.*)\)\s*$')"#),
    " AS bare OFFSET 0) AS n), false))"
);

/// The oid of the role that q.role means, its name or its oid.
const ROLE_OID: &str =
    "(SELECT w.oid FROM {roles} AS w WHERE q.role IN (w.name::text, w.oid::text) ORDER BY w.oid = {user_oid} DESC LIMIT 1)";

/// Whether q.role is the name of no role. A number is an oid, and everybody's role is a name (PostgreSQL: `get_role_oid_or_public`).
const NO_ROLE: &str = "q.role_oid IS NULL AND q.role <> 'public' AND q.role !~ '^-?[0-9]+$'";

/// Whether the role q.role_oid may do one of the things q.may with the relation q.oid: as the access privileges that show say it.
const MAY_READ: &str = r"CASE WHEN q.role_oid = 10 THEN true WHEN q.oid < 16384 THEN NOT {is_closed} AND q.may ~* '(^|,)\s*SELECT\s*(,|$)'
  WHEN q.role_oid = {user_oid} OR q.role_oid IN (SELECT w.oid FROM {roles} AS w WHERE w.name = 'pg_read_all_data') THEN q.may ~* '(^|,)\s*SELECT\s*(,|$)'
  WHEN q.role_oid IN (SELECT w.oid FROM {roles} AS w WHERE w.name = 'pg_write_all_data') THEN q.may ~* '(^|,)\s*(INSERT|UPDATE|DELETE)\s*(,|$)'
  WHEN q.role_oid IN (SELECT w.oid FROM {roles} AS w WHERE w.name = 'pg_maintain') THEN q.may ~* '(^|,)\s*MAINTAIN\s*(,|$)' ELSE false END";

/// Whether the system relation q.oid is one that nobody reads here.
const IS_CLOSED: &str =
    "EXISTS (SELECT FROM pg_catalog.pg_class AS k WHERE k.oid = q.oid AND k.oid < 16384 AND k.relname = ANY ({closed}))";

/// The text e.said of a default of a relation in the schema e.home, with its sequence, or the type of its constant, named as on the client's path: the
/// warehouse's is another. What shows of a sequence is in the schema of its relation.
const DEFAULT_TEXT: &str = r#"CASE WHEN pg_catalog.starts_with(e.said, 'nextval(''' || pg_catalog.quote_ident(({path})[1]::text) || '.')
    THEN 'nextval(''' || pg_catalog.substr(e.said, pg_catalog.length('nextval(''' || pg_catalog.quote_ident(({path})[1]::text) || '.') + 1)
  WHEN e.home IS NOT NULL AND NOT COALESCE(e.home = ANY ({path}), false) AND e.said ~ '^nextval\(''("([^"]|"")+"|[a-z_][a-z0-9_]*)''[:][:]regclass\)'
    THEN 'nextval(''' || pg_catalog.quote_ident(e.home::text) || '.' || pg_catalog.substr(e.said, 10)
  ELSE COALESCE((SELECT pg_catalog.left(e.said, -pg_catalog.length(n.tail)) || y.display
    FROM (SELECT pg_catalog.substring(e.said, '^''(?:[^'']|'''')*''[:][:]((?:(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_]*)[.])?(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_]*)(?:\[\])?)$') AS tail) AS n
    JOIN {types} AS y ON y.oid = pg_catalog.to_regtype(n.tail)::oid), e.said) END"#;

/// All columns that show, the system's too.
const NAMED_COLUMNS: &str = "(SELECT t.attrelid AS relid, t.attnum, COALESCE(c.name, t.attname) AS name FROM pg_catalog.pg_attribute AS t \
    LEFT JOIN {relations} AS x ON x.oid = t.attrelid LEFT JOIN {columns} AS c ON c.relid = t.attrelid AND c.attnum = t.attnum \
    WHERE t.attrelid < 16384 OR t.attnum = ANY (x.attnums))";

/// All schemas that show, the system's too.
const NAMED_SCHEMAS: &str = "(SELECT n.oid, n.nspname AS name FROM pg_catalog.pg_namespace AS n \
    WHERE n.oid IN (11, 99) OR n.oid < 16384 AND n.nspname = 'information_schema' UNION ALL SELECT s.oid, s.name FROM {schemas} AS s)";

/// The definition of the index x, whose row of pg_index is i, in the contract's names.
const INDEX_TEXT: &str = "'CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || pg_catalog.quote_ident(x.name::text) || ' ON ' \
    || pg_catalog.quote_ident(x.schema::text) || '.' || pg_catalog.quote_ident(x.relation::text) || ' USING ' \
    || (SELECT m.amname FROM pg_catalog.pg_class AS k JOIN pg_catalog.pg_am AS m ON m.oid = k.relam WHERE k.oid = i.indexrelid) || ' (' \
    || (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(c.name::text), ', ' ORDER BY u.place) FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS u(attnum, place) \
    JOIN {named_columns} AS c ON c.relid = i.indrelid AND c.attnum = u.attnum WHERE u.place <= i.indnkeyatts) || ')'";

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
            "relations" => self.table("relations", |_| relations(context)),
            "columns" => self.table("columns", |_| columns(context)),
            "types" => self.table("types", |_| types(context)),
            "functions" => self.table("functions", |_| functions(context)),
            "configurations" => self.table("configurations", |_| text_search(context, TextSearchKind::Configuration)),
            "dictionaries" => self.table("dictionaries", |_| text_search(context, TextSearchKind::Dictionary)),
            "schemas" => self.table("schemas", |_| schemas(context)),
            "comments" => self.table("comments", |_| comments(context)),
            "visible" => self.table("visible", |_| visible(context)),
            "indexes" => self.table("indexes", |all| all.part(INDEXES)),
            "constraints" => self.table("constraints", |all| all.part(CONSTRAINTS)),
            "checks" => self.table("checks", |all| all.part(CHECKS)),
            "defaults" => self.table("defaults", |all| all.part(DEFAULTS)),
            "sequences" => self.table("sequences", |all| all.part(SEQUENCES)),
            "hidden_texts" => self.table("hidden_texts", |all| all.part(HIDDEN_TEXTS)),
            "roles" => self.table("roles", |all| all.part(ROLES)),
            "named" => self.table("named", |all| all.part(NAMED)),
            "named_columns" => self.table("named_columns", |all| all.part(NAMED_COLUMNS)),
            "named_schemas" => self.table("named_schemas", |all| all.part(NAMED_SCHEMAS)),
            "name_parts" => NAME_PARTS.to_owned(),
            "is_named" => self.part(IS_NAMED),
            "index_text" => self.part(INDEX_TEXT),
            "grantee" => self.part(GRANTEE),
            "public_reads" => PUBLIC_READS.to_owned(),
            // A sub-select without this would be pulled up, and a query in an argument planned as often as the argument is read.
            "once" if self.arguments.iter().any(|argument| argument.contains("SELECT")) => "OFFSET 0".to_owned(),
            "once" => String::new(),
            "owner" => name(OWNER),
            "user_oid" => oid(USER_OID),
            "all_privileges" => text(if context.server_version >= MAINTAIN { "arwdDxtm" } else { "arwdDxt" }),
            "user" => format!("({})", context.user),
            "databases" => format!("({})", context.databases),
            "backend_pid" => format!("({})", context.backend_pid),
            "settings" => format!("({})", context.settings),
            "statements" => format!("({})", context.statements),
            "cursors" => format!("({})", context.cursors),
            "sessions" => format!("({})", context.sessions),
            "database" => quote_literal(&context.database),
            "version" => quote_literal(&context.version),
            "path" => array(context.search_path.iter().map(String::as_str)),
            "system_path" => array(system_path(context)),
            "current_schema" => context.search_path.first().map_or_else(|| "NULL".to_owned(), |schema| quote_literal(schema)),
            "no_role" => NO_ROLE.to_owned(),
            "last_value" => last_value(context),
            "role_oid" => self.part(ROLE_OID),
            "named_oid" => self.part(NAMED_OID),
            "type_oid" => self.part(TYPE_OID),
            "types_show" => self.part(TYPES_SHOW),
            "may_read" => self.part(MAY_READ),
            "default_text" => self.part(DEFAULT_TEXT),
            "is_closed" => self.part(IS_CLOSED),
            "closed" => array(super::all().filter(|known| matches!(known.class, SystemClass::Denied(_))).map(|known| known.name)),
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

fn oid(oid: u32) -> String {
    format!("{oid}::pg_catalog.oid")
}

fn name(name: &str) -> String {
    format!("{}::pg_catalog.name", quote_literal(name))
}

fn text(text: &str) -> String {
    format!("{}::pg_catalog.text", quote_literal(text))
}

fn array<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(name).collect();
    format!("ARRAY[{}]::pg_catalog.name[]", names.join(", "))
}

fn system_path(context: &SystemContext) -> impl Iterator<Item = &str> {
    let path = context.search_path.iter().map(String::as_str);
    let implicit = (!context.search_path.iter().any(|schema| schema == "pg_catalog")).then_some("pg_catalog");
    implicit.into_iter().chain(path)
}

/// A query of those rows, in parentheses. `columns` are names and types; no row = no row.
fn rows_of(columns: &[(&str, &str)], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        let nulls: Vec<String> = columns.iter().map(|(name, of)| format!("NULL::pg_catalog.{of} AS {name}")).collect();
        return format!("(SELECT {} WHERE false)", nulls.join(", "));
    }
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let rows: Vec<String> = rows.iter().map(|row| format!("({})", row.join(", "))).collect();
    format!("(SELECT v.* FROM (VALUES {}) AS v({}))", rows.join(", "), names.join(", "))
}

fn relations(context: &SystemContext) -> String {
    let rows: Vec<Vec<String>> = context
        .relations
        .iter()
        .map(|relation| {
            let mut attnums: Vec<i16> = relation.columns.iter().map(|column| column.attnum).collect();
            attnums.sort_unstable();
            let list: Vec<String> = attnums.iter().map(i16::to_string).collect();
            vec![
                oid(relation.oid),
                oid(relation.schema_oid),
                name(&relation.schema),
                name(&relation.name),
                format!("'{{{}}}'::pg_catalog.int2[]", list.join(",")),
                format!("{}::pg_catalog.int2", attnums.last().copied().unwrap_or(0)),
                relation.renamed.to_string(),
                relation.whole.to_string(),
            ]
        })
        .collect();
    let columns = [
        ("oid", "oid"),
        ("schema_oid", "oid"),
        ("schema", "name"),
        ("name", "name"),
        ("attnums", "int2[]"),
        ("last", "int2"),
        ("renamed", "bool"),
        ("whole", "bool"),
    ];
    rows_of(&columns, &rows)
}

fn columns(context: &SystemContext) -> String {
    let mut rows = Vec::new();
    for relation in context.relations.iter() {
        for column in relation.columns.iter().filter(|column| column.name.is_some() || column.masked.is_some()) {
            rows.push(vec![
                oid(relation.oid),
                format!("{}::pg_catalog.int2", column.attnum),
                column.name.as_deref().map_or_else(|| "NULL::pg_catalog.name".to_owned(), name),
                column.masked.map_or_else(|| "NULL::pg_catalog.oid".to_owned(), |(type_oid, _)| oid(type_oid)),
                column
                    .masked
                    .map_or_else(|| "NULL::pg_catalog.int4".to_owned(), |(_, typmod)| format!("({typmod})::pg_catalog.int4")),
            ]);
        }
    }
    rows_of(&[("relid", "oid"), ("attnum", "int2"), ("name", "name"), ("type", "oid"), ("typmod", "int4")], &rows)
}

/// What the contracts say of relations (attnum 0) and columns, as comments.
fn comments(context: &SystemContext) -> String {
    let rows: Vec<Vec<String>> = context
        .comments
        .iter()
        .map(|comment| vec![oid(comment.relation), format!("{}::pg_catalog.int4", comment.attnum), text(&comment.text)])
        .collect();
    rows_of(&[("relid", "oid"), ("attnum", "int4"), ("description", "text")], &rows)
}

fn types(context: &SystemContext) -> String {
    let rows: Vec<Vec<String>> = context
        .types
        .iter()
        .map(|shown| {
            let display = type_display(context, shown);
            vec![oid(shown.oid), oid(shown.schema_oid), name(&shown.schema), name(&shown.name), text(&display)]
        })
        .collect();
    rows_of(&[("oid", "oid"), ("schema_oid", "oid"), ("schema", "name"), ("name", "name"), ("display", "text")], &rows)
}

fn functions(context: &SystemContext) -> String {
    let rows: Vec<Vec<String>> = context
        .functions
        .iter()
        .map(|shown| {
            let is_visible = on_path(context, &shown.schema);
            let same = |other: &&ShownFunction| other.name == shown.name && on_path(context, &other.schema);
            let is_unique = context.functions.iter().filter(same).count() == 1 && builtin(&shown.name).is_none();
            // As regproc shows it: bare only where that finds this function and no other.
            let unique_display = match is_visible && is_unique {
                true => ident(&shown.name),
                false => format!("{}.{}", ident(&shown.schema), ident(&shown.name)),
            };
            vec![
                oid(shown.oid),
                text(&display(context, &shown.schema, &shown.name)),
                is_visible.to_string(),
                name(&shown.schema),
                name(&shown.name),
                text(&unique_display),
            ]
        })
        .collect();
    let columns = [
        ("oid", "oid"),
        ("display", "text"),
        ("visible", "bool"),
        ("schema", "name"),
        ("name", "name"),
        ("unique_display", "text"),
    ];
    rows_of(&columns, &rows)
}

/// Text search configurations or dictionaries of the warehouse's own, with the names that the client must write for them.
fn text_search(context: &SystemContext, kind: TextSearchKind) -> String {
    let of_kind = || context.text_search.iter().filter(|found| found.kind == kind);
    let rows: Vec<Vec<String>> = of_kind()
        .map(|found| {
            let has = |schema: &str| match schema {
                "pg_catalog" => kind.is_builtin(&found.name),
                schema => of_kind().any(|other| other.schema == schema && other.name == found.name),
            };
            let visible = system_path(context).find(|schema| has(schema)) == Some(found.schema.as_str());
            let bare = ident(&found.name);
            let display = if visible { bare } else { format!("{}.{bare}", ident(&found.schema)) };
            vec![oid(found.oid), text(&display), visible.to_string()]
        })
        .collect();
    rows_of(&[("oid", "oid"), ("display", "text"), ("visible", "bool")], &rows)
}

fn schemas(context: &SystemContext) -> String {
    let rows: Vec<Vec<String>> = context.schemas.iter().map(|(of, schema)| vec![oid(*of), name(schema)]).collect();
    rows_of(&[("oid", "oid"), ("name", "name")], &rows)
}

/// Relations by the name that the client must write for them, and whether that is without the schema.
fn visible(context: &SystemContext) -> String {
    let rows: Vec<Vec<String>> = context
        .relations
        .iter()
        .map(|relation| {
            let first = context
                .search_path
                .iter()
                .find(|schema| context.relations.iter().any(|other| other.schema == **schema && other.name == relation.name));
            let visible = first == Some(&relation.schema);
            let bare = ident(&relation.name);
            let display = if visible { bare } else { format!("{}.{bare}", ident(&relation.schema)) };
            vec![oid(relation.oid), text(&display), visible.to_string(), name(&relation.schema), name(&relation.name)]
        })
        .collect();
    rows_of(&[("oid", "oid"), ("display", "text"), ("visible", "bool"), ("schema", "name"), ("name", "name")], &rows)
}

fn on_path(context: &SystemContext, schema: &str) -> bool {
    context.search_path.iter().any(|other| other == schema)
}

/// The name of a type, as format_type writes it under the context's search_path.
fn type_display(context: &SystemContext, shown: &ShownType) -> String {
    match &shown.element {
        Some(element) => format!("{}[]", display(context, &shown.schema, element)),
        None => display(context, &shown.schema, &shown.name),
    }
}

impl SystemContext {
    /// The types that are not builtin, with their names.
    pub fn type_names(&self) -> impl Iterator<Item = (Oid, String)> {
        self.types.iter().map(|shown| (shown.oid, type_display(self, shown)))
    }
}

fn display(context: &SystemContext, schema: &str, name: &str) -> String {
    if on_path(context, schema) { ident(name) } else { format!("{}.{}", ident(schema), ident(name)) }
}

/// As PostgreSQL's `quote_identifier` shows it: bare when it may be. Names that are keywords are quoted when they are reserved.
pub fn ident(name: &str) -> String {
    let bare = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !is_quoted_keyword(name);
    if bare { name.to_owned() } else { quote_ident(name) }
}

/// Keywords that `quote_identifier` quotes: all but the unreserved.
fn is_quoted_keyword(name: &str) -> bool {
    include_str!("keywords.txt").lines().any(|keyword| keyword == name)
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

    #[test]
    fn identifiers_are_shown_as_postgres_shows_them() {
        assert_eq!(ident("orders"), "orders");
        assert_eq!(ident("Orders"), "\"Orders\"");
        assert_eq!(ident("user"), "\"user\"");
        assert_eq!(ident("name"), "name");
        assert_eq!(ident("2024"), "\"2024\"");
    }
}
