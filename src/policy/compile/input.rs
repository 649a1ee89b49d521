//! What a policy compiles against.

use std::time::Duration;

use crate::base::WarehouseName;
use crate::catalog::{Catalog, TextSearchKind};
use crate::contract::Contract;
use crate::document::Span;
use crate::policy::document::Policy;

/// Everything that compiling reads.
#[derive(Clone, Copy, Debug)]
pub struct CompileInput<'a> {
    pub policy: &'a Policy,
    pub contracts: &'a [Contract],
    /// Names this set of files: it goes into every record.
    pub revision: &'a str,
    /// The warehouses that were introspected (or made up by [`offline_catalog`](super::offline_catalog)). Grants on others are left out.
    pub warehouses: &'a [WarehouseInput<'a>],
    /// The server's own limit.
    pub statement_timeout: Duration,
    pub texts: &'a SessionTexts,
    /// The files compiled before, against the warehouses as they were: whatever is wrong now breaks the object that it is about, and no more.
    pub compiled_before: bool,
    /// The catalogs are the contracts' own: row filters may name columns that no contract does, and are then checked as far as they parse.
    pub offline: bool,
}

/// One warehouse.
#[derive(Clone, Copy, Debug)]
pub struct WarehouseInput<'a> {
    pub name: &'a WarehouseName,
    pub catalog: &'a Catalog,
    /// The configured path; empty: the database's own.
    pub search_path: &'a [String],
    /// Functions that vendors may call, each with its place.
    pub user_functions: &'a [(UserFunctionName, Span)],
    /// Types that vendors may name besides those of columns, each with its place: schema and name.
    pub user_types: &'a [((String, String), Span)],
    /// Text search configurations and dictionaries that vendors may name, each with its place: schema and name.
    pub user_text_search: &'a [(TextSearchKind, (String, String), Span)],
    /// The role that the gate logs in as, where views of the warehouse stand for relations.
    pub views_login: Option<&'a str>,
    /// Where the warehouse is configured.
    pub at: &'a Span,
}

impl WarehouseInput<'_> {
    /// Whether the gate logs in as this role; views are put up by another one.
    pub(super) fn is_gates_own(&self, role: &str) -> bool {
        self.views_login.is_none_or(|login| login == role)
    }

    /// The search_path that names are looked up by.
    pub(super) fn path(&self) -> &[String] {
        if self.search_path.is_empty() { &self.catalog.search_path } else { self.search_path }
    }
}

/// A function by signature, types as they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFunctionName {
    pub schema: String,
    pub name: String,
    pub arguments: Vec<String>,
}

/// SQL that gives what differs from session to session: never literals, so that the people of a grant share their plans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionTexts {
    /// Type text: the user name of the login.
    pub user: String,
    /// Type text[]: the databases that the person may connect to.
    pub databases: String,
    /// Type int4: the pid of the client's BackendKeyData.
    pub backend_pid: String,
    /// Type json: the session's settings by lower-case name, each with `shown`, `setting`, `reset` and `source`.
    pub settings: String,
    /// Type json: `all`, the session's prepared statements, each with `name`, `statement`, `upstream` and `sql`; `types`, names of types by oid.
    pub statements: String,
    /// Type json: the session's cursors, each with `name` and `statement`.
    pub cursors: String,
    /// Type json: the person's sessions under this grant, each with `pid`, `state`, `query` and what else `pg_stat_activity` shows.
    pub sessions: String,
}
