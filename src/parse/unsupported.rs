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
    unsupported("COALESCE in FROM", "Functions with a syntax of their own do not stand in FROM; put them in a sub-select."),
    unsupported("COMMIT PREPARED", "Transactions are not handed from session to session."),
    unsupported("DEFAULT in a query", "Only INSERT and UPDATE can mean it."),
    unsupported(
        "EXPLAIN of anything but a query",
        "The plan is told of the statement that is written; explain the query itself.",
    ),
    unsupported("IS DOCUMENT", "XML is not served."),
    unsupported("JSON_ARRAY", "Only PostgreSQL 16 and later read it; use json_build_array."),
    unsupported("JSON_OBJECT", "Only PostgreSQL 16 and later read this form; use json_build_object."),
    unsupported("JSON_TABLE", "Only PostgreSQL 17 and later read it; use jsonb_to_recordset or jsonb_path_query."),
    unsupported(
        "JSON_VALUE",
        "Only PostgreSQL 17 and later read it, as JSON_QUERY and JSON_EXISTS; use ->, ->> and jsonb_path_query.",
    ),
    unsupported("ORDER BY … USING", "Use ASC or DESC."),
    unsupported("PREPARE TRANSACTION", "Transactions are not handed from session to session."),
    unsupported("SET TIME ZONE INTERVAL", "Name a zone, or give hours as a number."),
    unsupported("SET TRANSACTION SNAPSHOT", "Snapshots are not handed from session to session."),
    unsupported("SETOF", "No cast can mean it."),
    unsupported("SYSTEM_USER", "Only PostgreSQL 16 and later read it; use SESSION_USER."),
    unsupported("TREAT", "No server computes it; use a cast."),
    unsupported("WHERE CURRENT OF", "Only UPDATE and DELETE can mean it."),
    unsupported("XMLELEMENT", "XML is not served, nor are XMLFOREST and the other functions of XML."),
    unsupported("XMLTABLE", "XML is not served."),
    unsupported("a national character constant", "Leave the N away: every text is Unicode here."),
    unsupported("a row-locking clause", "Data is read only here, and nobody waits for a reader."),
    unsupported("a sampling method other than BERNOULLI and SYSTEM", "Methods of extensions are not classified."),
    unsupported("an operator of another schema than pg_catalog", "Operators of extensions are not classified."),
    unsupported("the CYCLE clause of WITH", "Keep the path in an array and compare with ANY."),
    unsupported("the SEARCH clause of WITH", "Keep the path in an array and order by it."),
    unsupported("the treatment of nulls in a window function", "No released server reads IGNORE NULLS."),
    unsupported("this option of COPY", "Options of COPY FROM mean nothing here."),
];
