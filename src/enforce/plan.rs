//! What a statement became: the action that the session takes and the record that the journal keeps.

use std::sync::Arc;

use crate::analyze::Footprint;
use crate::base::UserError;
use crate::catalog::Oid;
use crate::parse::syntax::{Command, CursorOptions};

use super::configure::Configuration;
use super::places::Places;

/// The outcome of enforcement for one statement. Cached: holds nothing of a session.
#[derive(Clone, Debug)]
pub struct Plan {
    pub action: Action,
    pub record: Arc<Record>,
    /// What the client is told of its text before anything runs.
    pub notices: Arc<[UserError]>,
}

/// What the session does with the statement.
#[derive(Clone, Debug)]
pub enum Action {
    /// A query over settings: the session answers it.
    Configure(Configuration),
    /// Transaction control, settings, DEALLOCATE, CLOSE, FETCH …: the session's own model answers, mirrors or passes it on in its own words.
    Control(Command),
    /// COPY … TO STDOUT; the text is the whole COPY statement.
    Copy(Rewritten),
    /// DECLARE; the text is the whole DECLARE statement, the query is inside.
    Declare { name: String, options: CursorOptions, rewritten: Rewritten },
    /// EXECUTE; the arguments are printed expressions, to be put between parentheses. With a style, EXPLAIN EXECUTE: the session asks for the plan, and
    /// answers in its own words.
    Execute { name: String, arguments: Vec<String>, explain: Option<ExplainStyle> },
    /// EXPLAIN, answered by the session in its own words: the text is `EXPLAIN (FORMAT JSON, …) query`, whatever the client asked for.
    Explain { style: ExplainStyle, rewritten: Rewritten },
    /// EXPLAIN POLICY: the lines of the answer.
    Policy(Arc<[String]>),
    /// PREPARE; the query as it was rewritten and the declared types, as SQL and as oids (0: not known).
    Prepare { name: String, types: Vec<String>, rewritten: Rewritten },
    /// SELECT, VALUES, WITH, TABLE.
    Query(Rewritten),
}

/// How a plan is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExplainStyle {
    pub format: ExplainFormat,
    /// Relations with their schema.
    pub verbose: bool,
}

/// The formats of EXPLAIN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExplainFormat {
    Json,
    #[default]
    Text,
    Xml,
    Yaml,
}

/// SQL that our printer wrote, in ASCII, with what the relay must know of its result. Only `enforce` makes one.
#[derive(Clone, Debug)]
pub struct Rewritten {
    pub(super) sql: Arc<str>,
    pub(super) binary: Option<Arc<str>>,
    pub(super) columns: Arc<[OutputColumn]>,
    pub(super) registry_parameters: Arc<[(usize, Oid)]>,
    pub(super) opaque_errors: bool,
    pub(super) size_limit: Option<u32>,
    pub(super) parameters: u32,
    pub(super) places: Places,
    pub(super) session_parts: Arc<[SessionPart]>,
}

/// A part of what the gate alone knows of a session that a statement reads: the warehouse is told of it first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionPart {
    Cursors,
    Sessions,
    Settings,
    Statements,
}

impl Rewritten {
    /// The text to send: one statement, no terminator.
    pub fn sql(&self) -> &Arc<str> {
        &self.sql
    }

    /// The text to send in its place when the columns of registry types are wanted in binary format, where their values are oids.
    pub fn binary_sql(&self) -> Option<&Arc<str>> {
        self.binary.as_ref()
    }

    /// Where the client's statement says what the text says.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The columns of the result, in order.
    pub fn columns(&self) -> &Arc<[OutputColumn]> {
        &self.columns
    }

    /// Parameters, from 0, that are of a registry type, and which: the warehouse reads them as texts, by what the client may name.
    pub fn registry_parameters(&self) -> &Arc<[(usize, Oid)]> {
        &self.registry_parameters
    }

    /// What it reads of the session's own model.
    pub fn session_parts(&self) -> &[SessionPart] {
        &self.session_parts
    }

    /// What a size argument of this statement is held against where it runs: the warehouse's `2201G` tells that it is more.
    pub fn size_limit(&self) -> Option<u32> {
        self.size_limit
    }

    /// The highest `$n`; 0 where there is none.
    pub fn parameters(&self) -> u32 {
        self.parameters
    }

    /// A row filter of this statement may raise: any error of the warehouse becomes one fixed 55000 (enforcement L13).
    pub fn opaque_errors(&self) -> bool {
        self.opaque_errors
    }
}

/// A column of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputColumn {
    pub name: String,
    /// Live table oid and attnum when the column is an exposed column passed through: RowDescription names them also where a mask hid them from the server.
    pub origin: Option<(Oid, i16)>,
    /// The registry type of a column that is sent as text in the client's names: RowDescription names this type.
    pub registry: Option<Oid>,
    /// Its values are texts in every format: what stands for them is written by the gate, or held so.
    pub is_text: bool,
}

/// What the journal keeps of a statement, apart from who and when.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub kind: StatementKind,
    /// 16 hexadecimal digits: equal for statements that differ in constants, comments and white space only.
    pub fingerprint: String,
    /// The statement with every literal as `$n`, comments dropped, identifiers kept.
    pub parameterised: String,
    /// Bytes of the client's text.
    pub original_bytes: usize,
    /// SHA-256 of the rewritten text, hexadecimal; empty for control statements.
    pub rewritten_sha256: String,
    pub footprint: Footprint,
    /// The rules that decided, in order.
    pub rule_path: Vec<String>,
}

/// Kinds of statement, as records and metrics name them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatementKind {
    Copy,
    Cursor,
    Explain,
    #[default]
    Other,
    Prepare,
    Select,
    Setting,
    Transaction,
}

impl StatementKind {
    /// As records and metric labels write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Cursor => "cursor",
            Self::Explain => "explain",
            Self::Other => "other",
            Self::Prepare => "prepare",
            Self::Select => "select",
            Self::Setting => "setting",
            Self::Transaction => "transaction",
        }
    }
}
