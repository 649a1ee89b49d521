//! PostgreSQL's keywords by category (`src/include/parser/kwlist.h` of PostgreSQL 18, which has all those of 13 to 17).

/// How the grammar treats a word that is not quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::parse) enum Category {
    /// May name columns, relations and types, but not functions.
    ColumnName,
    /// Not a keyword at all.
    None,
    /// May name nothing.
    Reserved,
    /// May name functions and types, but not columns and relations.
    TypeOrFunction,
    /// May name anything.
    Unreserved,
}

impl Category {
    /// May not be used as a name without quotes.
    pub(in crate::parse) fn is_reserved(self) -> bool {
        self == Self::Reserved
    }

    /// `func_name` and `type_function_name` of the grammar.
    pub(in crate::parse) fn names_functions(self) -> bool {
        match self {
            Self::None | Self::Unreserved | Self::TypeOrFunction => true,
            Self::Reserved | Self::ColumnName => false,
        }
    }

    /// `ColId` of the grammar: may be the name of a column or relation, or the alias of a relation.
    pub(in crate::parse) fn names_columns(self) -> bool {
        match self {
            Self::None | Self::Unreserved | Self::ColumnName => true,
            Self::Reserved | Self::TypeOrFunction => false,
        }
    }
}

/// The category of a folded word.
pub(in crate::parse) fn category(word: &str) -> Category {
    if UNRESERVED.binary_search(&word).is_ok() {
        return Category::Unreserved;
    }
    if RESERVED.binary_search(&word).is_ok() {
        return Category::Reserved;
    }
    if COLUMN_NAME.binary_search(&word).is_ok() {
        return Category::ColumnName;
    }
    if TYPE_OR_FUNCTION.binary_search(&word).is_ok() {
        return Category::TypeOrFunction;
    }
    Category::None
}

/// `BareColLabel` of the grammar: may follow an expression as its label without AS.
pub(in crate::parse) fn is_bare_label(word: &str) -> bool {
    NEEDS_AS.binary_search(&word).is_err()
}

/// `unreserved_keyword`
#[rustfmt::skip]
const UNRESERVED: &[&str] = &[
    "abort", "absent", "absolute", "access", "action", "add", "admin", "after", "aggregate", "also", "alter", "always",
    "asensitive", "assertion", "assignment", "at", "atomic", "attach", "attribute", "backward", "before", "begin",
    "breadth", "by", "cache", "call", "called", "cascade", "cascaded", "catalog", "chain", "characteristics", "checkpoint",
    "class", "close", "cluster", "columns", "comment", "comments", "commit", "committed", "compression", "conditional",
    "configuration", "conflict", "connection", "constraints", "content", "continue", "conversion", "copy", "cost", "csv",
    "cube", "current", "cursor", "cycle", "data", "database", "day", "deallocate", "declare", "defaults", "deferred",
    "definer", "delete", "delimiter", "delimiters", "depends", "depth", "detach", "dictionary", "disable", "discard",
    "document", "domain", "double", "drop", "each", "empty", "enable", "encoding", "encrypted", "enforced", "enum", "error",
    "escape", "event", "exclude", "excluding", "exclusive", "execute", "explain", "expression", "extension", "external",
    "family", "filter", "finalize", "first", "following", "force", "format", "forward", "function", "functions",
    "generated", "global", "granted", "groups", "handler", "header", "hold", "hour", "identity", "if", "immediate",
    "immutable", "implicit", "import", "include", "including", "increment", "indent", "index", "indexes", "inherit",
    "inherits", "inline", "input", "insensitive", "insert", "instead", "invoker", "isolation", "keep", "key", "keys",
    "label", "language", "large", "last", "leakproof", "level", "listen", "load", "local", "location", "lock", "locked",
    "logged", "mapping", "match", "matched", "materialized", "maxvalue", "merge", "method", "minute", "minvalue", "mode",
    "month", "move", "name", "names", "nested", "new", "next", "nfc", "nfd", "nfkc", "nfkd", "no", "normalized", "nothing",
    "notify", "nowait", "nulls", "object", "objects", "of", "off", "oids", "old", "omit", "operator", "option", "options",
    "ordinality", "others", "over", "overriding", "owned", "owner", "parallel", "parameter", "parser", "partial",
    "partition", "passing", "password", "path", "period", "plan", "plans", "policy", "preceding", "prepare", "prepared",
    "preserve", "prior", "privileges", "procedural", "procedure", "procedures", "program", "publication", "quote", "quotes",
    "range", "read", "reassign", "recursive", "ref", "referencing", "refresh", "reindex", "relative", "release", "rename",
    "repeatable", "replace", "replica", "reset", "restart", "restrict", "return", "returns", "revoke", "role", "rollback",
    "rollup", "routine", "routines", "rows", "rule", "savepoint", "scalar", "schema", "schemas", "scroll", "search",
    "second", "security", "sequence", "sequences", "serializable", "server", "session", "set", "sets", "share", "show",
    "simple", "skip", "snapshot", "source", "sql", "stable", "standalone", "start", "statement", "statistics", "stdin",
    "stdout", "storage", "stored", "strict", "string", "strip", "subscription", "support", "sysid", "system", "tables",
    "tablespace", "target", "temp", "template", "temporary", "text", "ties", "transaction", "transform", "trigger",
    "truncate", "trusted", "type", "types", "uescape", "unbounded", "uncommitted", "unconditional", "unencrypted",
    "unknown", "unlisten", "unlogged", "until", "update", "vacuum", "valid", "validate", "validator", "value", "varying",
    "version", "view", "views", "virtual", "volatile", "whitespace", "within", "without", "work", "wrapper", "write", "xml",
    "year", "yes", "zone",
];

/// `col_name_keyword`
#[rustfmt::skip]
const COLUMN_NAME: &[&str] = &[
    "between", "bigint", "bit", "boolean", "char", "character", "coalesce", "dec", "decimal", "exists", "extract", "float",
    "greatest", "grouping", "inout", "int", "integer", "interval", "json", "json_array", "json_arrayagg", "json_exists",
    "json_object", "json_objectagg", "json_query", "json_scalar", "json_serialize", "json_table", "json_value", "least",
    "merge_action", "national", "nchar", "none", "normalize", "nullif", "numeric", "out", "overlay", "position",
    "precision", "real", "row", "setof", "smallint", "substring", "time", "timestamp", "treat", "trim", "values", "varchar",
    "xmlattributes", "xmlconcat", "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot",
    "xmlserialize", "xmltable",
];

/// `type_func_name_keyword`
#[rustfmt::skip]
const TYPE_OR_FUNCTION: &[&str] = &[
    "authorization", "binary", "collation", "concurrently", "cross", "current_schema", "freeze", "full", "ilike", "inner",
    "is", "isnull", "join", "left", "like", "natural", "notnull", "outer", "overlaps", "right", "similar", "tablesample",
    "verbose",
];

/// `reserved_keyword`
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case", "cast", "check",
    "collate", "column", "constraint", "create", "current_catalog", "current_date", "current_role", "current_time",
    "current_timestamp", "current_user", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except",
    "false", "fetch", "for", "foreign", "from", "grant", "group", "having", "in", "initially", "intersect", "into",
    "lateral", "leading", "limit", "localtime", "localtimestamp", "not", "null", "offset", "on", "only", "or", "order",
    "placing", "primary", "references", "returning", "select", "session_user", "some", "symmetric", "system_user", "table",
    "then", "to", "trailing", "true", "union", "unique", "user", "using", "variadic", "when", "where", "window", "with",
];

/// Words that are labels after AS only.
#[rustfmt::skip]
const NEEDS_AS: &[&str] = &[
    "array", "as", "char", "character", "create", "day", "except", "fetch", "filter", "for", "from", "grant", "group",
    "having", "hour", "intersect", "into", "isnull", "limit", "minute", "month", "notnull", "offset", "on", "order", "over",
    "overlaps", "precision", "returning", "second", "to", "union", "varying", "where", "window", "with", "within",
    "without", "year",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_do_not_overlap() {
        let tables = [UNRESERVED, COLUMN_NAME, TYPE_OR_FUNCTION, RESERVED];
        for table in tables.iter().chain([&NEEDS_AS]) {
            assert!(table.is_sorted());
        }
        let all: std::collections::BTreeSet<_> = tables.iter().flat_map(|table| table.iter()).collect();
        assert_eq!(all.len(), tables.iter().map(|table| table.len()).sum::<usize>());
    }

    #[test]
    fn words_have_the_category_of_the_grammar() {
        assert_eq!(category("select"), Category::Reserved);
        assert_eq!(category("coalesce"), Category::ColumnName);
        assert_eq!(category("left"), Category::TypeOrFunction);
        assert_eq!(category("rows"), Category::Unreserved);
        assert_eq!(category("customer"), Category::None);
        assert!(!is_bare_label("year") && is_bare_label("select"));
    }
}
