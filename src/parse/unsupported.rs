//! What PostgreSQL reads and the gate refuses by name (0A000), for the documentation. Writes and statements that are not for clients are in
//! `command/refused.rs`.

/// A construct as the refusal calls it, and why it is refused or what to write instead.
pub struct Unsupported {
    pub construct: &'static str,
    pub reason: &'static str,
}

const fn unsupported(construct: &'static str, reason: &'static str) -> Unsupported {
    Unsupported { construct, reason }
}

/// All of them, in the order of the alphabet.
pub const UNSUPPORTED: &[Unsupported] = &[
    unsupported("%TYPE", "Only declarations of functions can mean it; name the type."),
    unsupported("COMMIT PREPARED", "Transactions are not handed from session to session."),
    unsupported("DEFAULT in a query", "Only INSERT and UPDATE can mean it."),
    unsupported(
        "EXPLAIN of anything but a query",
        "The plan is told of the query that is written, or that EXECUTE names; explain the query itself.",
    ),
    unsupported("MERGE_ACTION", "Only MERGE can mean it."),
    unsupported("PREPARE TRANSACTION", "Transactions are not handed from session to session."),
    unsupported("SET TIME ZONE INTERVAL", "Name a zone, or write its offset as INTERVAL '+02:00' HOUR TO MINUTE."),
    unsupported("SET TRANSACTION SNAPSHOT", "Snapshots are not handed from session to session."),
    unsupported("SETOF", "No cast can mean it."),
    unsupported("SYSTEM_USER", "Only PostgreSQL 16 and later read it; use SESSION_USER."),
    unsupported("TREAT", "No server computes it; use a cast."),
    unsupported("WHERE CURRENT OF", "Only UPDATE and DELETE can mean it."),
    unsupported("a constant of a type with modifiers in CYCLE", "Give the marks without length or precision."),
    unsupported(
        "a modifier of a type that is a word",
        "Types of pg_catalog have numbers alone; give the type of an extension without it.",
    ),
    unsupported("a path of JSON_TABLE that is no constant", "PostgreSQL takes constants alone there."),
    unsupported("a row-locking clause", "Data is read only here, and nobody waits for a reader."),
    unsupported("a sampling method other than BERNOULLI and SYSTEM", "Methods of extensions are not classified."),
    unsupported(
        "an operator of another schema than pg_catalog",
        "Write it without its schema: operators of served extensions are found on every path.",
    ),
    unsupported("the treatment of nulls in a window function", "No released server reads IGNORE NULLS."),
    unsupported("this option of COPY", "Options of COPY FROM mean nothing here."),
];
