//! The SQLSTATE codes that the gate itself sends (PostgreSQL, appendix A), each with the case it stands for.

use std::fmt;

/// Five characters of a SQLSTATE.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SqlState([u8; 5]);

impl SqlState {
    /// Success, for records.
    pub const SUCCESSFUL_COMPLETION: Self = Self(*b"00000");
    /// A warning of the gate: an access that ends soon.
    pub const WARNING: Self = Self(*b"01000");
    /// Bytes that are not a message of the protocol.
    pub const PROTOCOL_VIOLATION: Self = Self(*b"08P01");
    /// A statement, clause or feature that is not offered.
    pub const FEATURE_NOT_SUPPORTED: Self = Self(*b"0A000");
    /// A value that a setting or option does not take.
    pub const INVALID_PARAMETER_VALUE: Self = Self(*b"22023");
    /// Bytes that are no text in the client's encoding.
    pub const CHARACTER_NOT_IN_REPERTOIRE: Self = Self(*b"22021");
    /// A character that the other encoding does not have.
    pub const UNTRANSLATABLE_CHARACTER: Self = Self(*b"22P05");
    /// A NULL where a value must be.
    pub const NULL_VALUE_NOT_ALLOWED: Self = Self(*b"22004");
    /// Bytes that do not read as their type.
    pub const INVALID_BINARY_REPRESENTATION: Self = Self(*b"22P03");
    /// A backslash before a quote, in a string where that is not safe.
    pub const NONSTANDARD_USE_OF_ESCAPE_CHARACTER: Self = Self(*b"22P06");
    /// A constant that does not read as its type.
    pub const INVALID_TEXT_REPRESENTATION: Self = Self(*b"22P02");
    /// A command that is not allowed inside a transaction block.
    pub const ACTIVE_SQL_TRANSACTION: Self = Self(*b"25001");
    /// A write.
    pub const READ_ONLY_SQL_TRANSACTION: Self = Self(*b"25006");
    /// A command that needs a transaction block.
    pub const NO_ACTIVE_SQL_TRANSACTION: Self = Self(*b"25P01");
    /// A command in a failed transaction block.
    pub const IN_FAILED_SQL_TRANSACTION: Self = Self(*b"25P02");
    /// No session of this block within the time limit.
    pub const IDLE_IN_TRANSACTION_SESSION_TIMEOUT: Self = Self(*b"25P03");
    /// An unknown prepared statement.
    pub const INVALID_SQL_STATEMENT_NAME: Self = Self(*b"26000");
    /// No live grant, wrong network, outside hours, TLS required.
    pub const INVALID_AUTHORIZATION_SPECIFICATION: Self = Self(*b"28000");
    /// A login that failed: one sentence for all causes.
    pub const INVALID_PASSWORD: Self = Self(*b"28P01");
    /// An unknown cursor or portal.
    pub const INVALID_CURSOR_NAME: Self = Self(*b"34000");
    /// A schema that does not exist or is hidden.
    pub const INVALID_SCHEMA_NAME: Self = Self(*b"3F000");
    /// A database that does not exist or is hidden.
    pub const UNDEFINED_DATABASE: Self = Self(*b"3D000");
    /// A savepoint that does not exist.
    pub const INVALID_SAVEPOINT: Self = Self(*b"3B001");
    /// The policy denies.
    pub const INSUFFICIENT_PRIVILEGE: Self = Self(*b"42501");
    /// A text that is no name.
    pub const INVALID_NAME: Self = Self(*b"42602");
    /// A name that is cut.
    pub const NAME_TOO_LONG: Self = Self(*b"42622");
    /// Text that is not SQL.
    pub const SYNTAX_ERROR: Self = Self(*b"42601");
    /// Two relations with one name.
    pub const DUPLICATE_ALIAS: Self = Self(*b"42712");
    /// A name that fits two columns.
    pub const AMBIGUOUS_COLUMN: Self = Self(*b"42702");
    /// One column named twice in COPY.
    pub const DUPLICATE_COLUMN: Self = Self(*b"42701");
    /// A column that does not exist or is hidden.
    pub const UNDEFINED_COLUMN: Self = Self(*b"42703");
    /// A setting, type or collation that does not exist.
    pub const UNDEFINED_OBJECT: Self = Self(*b"42704");
    /// A prepared statement that exists already.
    pub const DUPLICATE_PREPARED_STATEMENT: Self = Self(*b"42P05");
    /// A cursor that exists already.
    pub const DUPLICATE_CURSOR: Self = Self(*b"42P03");
    /// A table name that fits two tables.
    pub const AMBIGUOUS_ALIAS: Self = Self(*b"42P09");
    /// A column that is not in GROUP BY.
    pub const GROUPING_ERROR: Self = Self(*b"42803");
    /// A call of something that is not a function of that kind.
    pub const WRONG_OBJECT_TYPE: Self = Self(*b"42809");
    /// A recursive query that names itself where it may not.
    pub const INVALID_RECURSION: Self = Self(*b"42P19");
    /// A function that does not exist or is not allowed.
    pub const UNDEFINED_FUNCTION: Self = Self(*b"42883");
    /// `$0`, or a parameter that nothing can bind.
    pub const UNDEFINED_PARAMETER: Self = Self(*b"42P02");
    /// A relation that does not exist or is hidden.
    pub const UNDEFINED_TABLE: Self = Self(*b"42P01");
    /// A parameter or constant that nothing gives a type.
    pub const INDETERMINATE_DATATYPE: Self = Self(*b"42P18");
    /// A column reference that stands where it may not.
    pub const INVALID_COLUMN_REFERENCE: Self = Self(*b"42P10");
    /// A window frame that cannot be.
    pub const WINDOWING_ERROR: Self = Self(*b"42P20");
    /// A cast that does not exist.
    pub const CANNOT_COERCE: Self = Self(*b"42846");
    /// A count of buckets that is not positive.
    pub const INVALID_ARGUMENT_FOR_WIDTH_BUCKET: Self = Self(*b"2201G");
    /// The journal's disk is full.
    pub const DISK_FULL: Self = Self(*b"53100");
    /// No session, or no warehouse connection, is free.
    pub const TOO_MANY_CONNECTIONS: Self = Self(*b"53300");
    /// A limit of the grant or of the gate.
    pub const CONFIGURATION_LIMIT_EXCEEDED: Self = Self(*b"53400");
    /// Larger than what the gate takes.
    pub const PROGRAM_LIMIT_EXCEEDED: Self = Self(*b"54000");
    /// Deeper than what the gate takes.
    pub const STATEMENT_TOO_COMPLEX: Self = Self(*b"54001");
    /// A contract that the warehouse no longer keeps, or a plan of an older revision.
    pub const OBJECT_NOT_IN_PREREQUISITE_STATE: Self = Self(*b"55000");
    /// A setting that cannot be changed.
    pub const CANT_CHANGE_RUNTIME_PARAM: Self = Self(*b"55P02");
    /// Cancelled by the client or by the time limit.
    pub const QUERY_CANCELED: Self = Self(*b"57014");
    /// The gate stops, or the access has ended.
    pub const ADMIN_SHUTDOWN: Self = Self(*b"57P01");
    /// The gate does not take connections yet or any more.
    pub const CANNOT_CONNECT_NOW: Self = Self(*b"57P03");
    /// Nothing came from the client for too long.
    pub const IDLE_SESSION_TIMEOUT: Self = Self(*b"57P05");
    /// The journal cannot be written.
    pub const IO_ERROR: Self = Self(*b"58030");
    /// The warehouse cannot be reached.
    pub const CONNECTION_FAILURE: Self = Self(*b"08006");
    /// Our fault.
    pub const INTERNAL_ERROR: Self = Self(*b"XX000");

    /// Reads a code from the wire or a file: five ASCII digits or upper-case letters.
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 5] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()).then_some(Self(bytes))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        // Every constructor takes ASCII only.
        std::str::from_utf8(&self.0).unwrap_or("XX000")
    }

    /// The first two characters.
    pub fn class(&self) -> &str {
        self.as_str().get(..2).unwrap_or("XX")
    }
}

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
