//! What a plan says it changed between the client's text and the rewritten one. Everything else must be equal.

use std::collections::{BTreeMap, BTreeSet};

use super::{Named, Own};

/// The changes of a plan, by byte offset in the text of the client's statement (not of the whole message), and all that its text may touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// Relations, by the offset of their name's first part (behind ONLY): what stands for them. Every relation that is no common table expression in
    /// scope must be here.
    pub relations: BTreeMap<u32, Substitution>,
    /// Column references by their offset, calls and SQL values (`current_user`) by the offset of their name's first part, casts by the offset of the type's name (or of `::`, or of CAST):
    /// replaced as a whole by an expression of ours.
    pub replaced: BTreeSet<u32>,
    /// Column references by their offset: the identifiers that stand there now. A trailing `.*` stays and is not listed.
    pub columns: BTreeMap<u32, Vec<String>>,
    /// Calls of functions outside `pg_catalog` by the offset of their name: schema and name as printed. Every other call must be printed as
    /// `pg_catalog.name`, with the client's name.
    pub functions: BTreeMap<u32, (String, String)>,
    /// Calls of `repeat` and its kin by the offset of their name, whose count a guard of ours stands around, and the largest that it lets through.
    pub guarded: BTreeMap<u32, i32>,
    /// String constants by their offset, which another one stands for: its text.
    pub constants: BTreeMap<u32, String>,
    /// `unnest(a, b)` in FROM by the offset of its name: it must stay without a schema, and means `pg_catalog`'s.
    pub unnested: BTreeSet<u32>,
    /// Functions in FROM without an alias whose call was replaced, by the offset of their name: the column names that stand behind it now.
    pub function_columns: BTreeMap<u32, Vec<String>>,
    /// Calls in FROM by the offset of their name that rows of ours stand for: the column definitions that stand behind those, as printed.
    pub row_columns: BTreeMap<u32, String>,
    /// Type names by their offset, where they stand for a type outside `pg_catalog`: schema and name as printed.
    pub types: BTreeMap<u32, (String, String)>,
    /// GROUP BY lists that were extended, by the offset of any column reference or number that is an item of the list: the column references appended.
    pub group_keys: BTreeMap<u32, Vec<Vec<String>>>,
    /// What was put around the statement's query.
    pub envelope: Option<Envelope>,
    /// Everything that the rewritten text may name as a relation: schema and name.
    pub allowed_relations: BTreeSet<(String, String)>,
    /// Everything that it may call: schema and name. `current_user`, `session_user`, `user`, `current_role`, `current_catalog` and `current_schema`
    /// count as functions of `pg_catalog` too; the functions that grammar itself calls (`EXTRACT`, `LIKE … ESCAPE`, …) need not be listed.
    pub allowed_functions: BTreeSet<(String, String)>,
}

impl Expectation {
    /// Lets the rewritten text read and call what a text of our own does.
    pub fn allow(&mut self, named: &Named) {
        self.allowed_relations.extend(named.relations.iter().cloned());
        self.allowed_functions.extend(named.functions.iter().cloned());
    }
}

/// What stands for a relation: `(query) AS alias (column_aliases)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    pub alias: String,
    pub column_aliases: Vec<String>,
    /// What stands between the parentheses, exactly.
    pub query: Own,
}

/// `SELECT targets FROM (the client's query) AS alias (columns)`: it chooses and computes, and has no clause of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub alias: String,
    pub columns: Vec<String>,
    /// The exact text of each column of the result, with its name.
    pub targets: Vec<String>,
}
