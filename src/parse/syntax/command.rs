//! Statements: queries, and the commands that the gate answers, mirrors or passes on in its own words.

use super::{Expr, Ident, Pos, QualifiedName, Query, TypeName};

/// One statement of a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    Command(Command),
    Query(Box<Query>),
}

/// Everything that is not a plain query.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Begin(Begin),
    /// `None`: CLOSE ALL
    Close(Option<Ident>),
    /// COMMIT, END; `chain`: AND CHAIN
    Commit {
        chain: bool,
    },
    Copy(Box<CopyOut>),
    /// `None`: DEALLOCATE ALL
    Deallocate(Option<Ident>),
    Declare(Box<Declare>),
    Discard(Discard),
    Execute {
        name: Ident,
        arguments: Vec<Expr>,
    },
    Explain(Box<Explain>),
    ExplainPolicy(ExplainPolicy),
    Fetch(Fetch),
    Lock(Lock),
    Prepare {
        name: Ident,
        types: Vec<TypeName>,
        query: Box<Query>,
    },
    Release(Ident),
    /// `None`: RESET ALL
    Reset(Option<SettingName>),
    Rollback {
        chain: bool,
    },
    RollbackTo(Ident),
    Savepoint(Ident),
    Set {
        local: bool,
        name: SettingName,
        value: SettingValue,
    },
    /// SET SESSION CHARACTERISTICS AS TRANSACTION
    SetCharacteristics(TransactionModes),
    SetTransaction(TransactionModes),
    /// `None`: SHOW ALL
    Show(Option<SettingName>),
    /// `None`: UNLISTEN *; nothing can be listened to, so nothing is to be ended
    Unlisten(Option<Ident>),
}

impl Command {
    /// COMMIT, ROLLBACK, ROLLBACK TO: what PostgreSQL runs also in a failed transaction (`IsTransactionExitStmt`).
    pub const fn leaves_failed_transaction(&self) -> bool {
        matches!(self, Self::Commit { chain: _ } | Self::Rollback { chain: _ } | Self::RollbackTo(_))
    }
}

/// BEGIN, START TRANSACTION
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begin {
    /// START TRANSACTION: its tag says so.
    pub start: bool,
    pub modes: TransactionModes,
}

/// Isolation level and access mode; `None` where nothing was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransactionModes {
    pub isolation: Option<Isolation>,
    pub read_only: Option<bool>,
    pub deferrable: Option<bool>,
}

/// Isolation levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    ReadCommitted,
    ReadUncommitted,
    RepeatableRead,
    Serializable,
}

impl Isolation {
    /// As `SHOW transaction_isolation` writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadCommitted => "read committed",
            Self::ReadUncommitted => "read uncommitted",
            Self::RepeatableRead => "repeatable read",
            Self::Serializable => "serializable",
        }
    }
}

/// A setting's name, lower case, dots kept: `timezone`, `postern.x`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingName {
    pub name: String,
    pub at: Pos,
}

/// What SET assigns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    Default,
    /// One value, or the members of a list such as search_path.
    List(Vec<String>),
    /// `INTERVAL '+02:00' HOUR TO MINUTE` of SET TIME ZONE, and the name of the zone of that offset.
    Offset {
        text: String,
        fields: bool,
        zone: String,
    },
}

/// DECLARE … CURSOR FOR
#[derive(Clone, Debug, PartialEq)]
pub struct Declare {
    pub name: Ident,
    pub options: CursorOptions,
    pub query: Query,
}

/// Options of a cursor; `None` where nothing was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CursorOptions {
    pub binary: bool,
    /// `Some(true)`: INSENSITIVE, `Some(false)`: ASENSITIVE
    pub insensitive: Option<bool>,
    pub scroll: Option<bool>,
    pub hold: bool,
}

/// FETCH and MOVE
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// MOVE: rows are skipped, not returned.
    pub moves: bool,
    pub direction: FetchDirection,
    pub cursor: Ident,
}

/// LOCK TABLE … IN ACCESS SHARE MODE: what every query takes as well. Other modes are not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    pub relations: Vec<Locked>,
    pub nowait: bool,
}

/// One relation of a LOCK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// ONLY: without partitions and children.
    pub only: bool,
    pub name: QualifiedName,
}

/// Where FETCH goes; `None` is ALL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchDirection {
    Absolute(i64),
    Backward(Option<i64>),
    Forward(Option<i64>),
    Relative(i64),
}

/// DISCARD
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discard {
    All,
    Plans,
    Sequences,
    Temp,
}

/// COPY … TO STDOUT
#[derive(Clone, Debug, PartialEq)]
pub struct CopyOut {
    pub source: CopySource,
    pub options: Vec<CopyOption>,
}

/// What is copied.
#[derive(Clone, Debug, PartialEq)]
pub enum CopySource {
    Query(Box<Query>),
    Relation { name: QualifiedName, columns: Vec<Ident>, at: Pos },
}

/// One option of COPY.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyOption {
    Delimiter(String),
    Encoding(String),
    Escape(String),
    /// `None`: `*`
    ForceQuote(Option<Vec<Ident>>),
    Format(CopyFormat),
    Header(bool),
    Null(String),
    Quote(String),
}

/// The formats of COPY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyFormat {
    Binary,
    Csv,
    Text,
}

/// EXPLAIN POLICY of a statement, which is not read with it: what is said of one that no parser accepts is part of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExplainPolicy {
    /// Where the explained statement begins.
    pub of: Pos,
}

/// EXPLAIN of a query, or of a prepared one.
#[derive(Clone, Debug, PartialEq)]
pub struct Explain {
    pub options: Vec<ExplainOption>,
    pub of: Explained,
}

/// What EXPLAIN explains.
#[derive(Clone, Debug, PartialEq)]
pub enum Explained {
    Execute { name: Ident, arguments: Vec<Expr> },
    Query(Box<Query>),
}

/// An option of EXPLAIN as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainOption {
    /// Folded; `analyse` is `analyze`.
    pub name: Ident,
    pub value: Option<String>,
}
