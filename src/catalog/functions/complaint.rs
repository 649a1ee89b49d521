//! What a replacement says of a name that nothing has: one of PostgreSQL's sentences, about the text that the client wrote.
//!
//! Nothing of ours can raise an error with words of its own. So a replacement reads a setting that does not exist, whose name says which sentence is meant
//! and holds, in hexadecimal, the constants of the client's own statement that the sentence quotes. The warehouse names the setting in its error, and the
//! sentence is written from there. No value of a row and no name of the warehouse ever stands in one: what a statement computes is not quoted.

use crate::base::SqlState;

/// What the names of such settings begin with. Clients read no setting of this name: `current_setting` is answered by the gate.
const PREFIX: &str = "postern.told_";

/// Bytes of a constant that a sentence quotes; a longer one is not quoted.
const LONGEST: usize = 256;

/// A sentence of PostgreSQL's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complaint {
    Collation,
    Column,
    Configuration,
    Database,
    Dictionary,
    Function,
    Language,
    Name,
    NotSequence,
    Operator,
    OtherDatabase,
    Parts,
    Privilege,
    Relation,
    Role,
    Schema,
    Server,
    Setting,
    Tablespace,
    Type,
    Wrapper,
}

/// A sentence with the client's constants; none where they are not known before the statement runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    complaint: Complaint,
    names: Vec<String>,
}

impl Complaint {
    /// All of them.
    const ALL: [Self; 21] = [
        Self::Collation,
        Self::Column,
        Self::Configuration,
        Self::Database,
        Self::Dictionary,
        Self::Function,
        Self::Language,
        Self::Name,
        Self::NotSequence,
        Self::Operator,
        Self::OtherDatabase,
        Self::Parts,
        Self::Privilege,
        Self::Relation,
        Self::Role,
        Self::Schema,
        Self::Server,
        Self::Setting,
        Self::Tablespace,
        Self::Type,
        Self::Wrapper,
    ];

    /// The word that replacements and settings have for it, the code, and the sentence: `{}` stands for a constant.
    const fn row(self) -> (&'static str, SqlState, &'static str) {
        match self {
            Self::Column => ("column", SqlState::UNDEFINED_COLUMN, "column \"{}\" of relation \"{}\" does not exist"),
            Self::Collation => ("collation", SqlState::UNDEFINED_OBJECT, "collation \"{}\" for encoding \"UTF8\" does not exist"),
            Self::Configuration => {
                ("configuration", SqlState::UNDEFINED_OBJECT, "text search configuration \"{}\" does not exist")
            }
            Self::Dictionary => ("dictionary", SqlState::UNDEFINED_OBJECT, "text search dictionary \"{}\" does not exist"),
            Self::Operator => ("operator", SqlState::UNDEFINED_FUNCTION, "operator does not exist: {}"),
            Self::Database => ("database", SqlState::UNDEFINED_DATABASE, "database \"{}\" does not exist"),
            Self::Function => ("function", SqlState::UNDEFINED_FUNCTION, "function \"{}\" does not exist"),
            Self::Language => ("language", SqlState::UNDEFINED_OBJECT, "language \"{}\" does not exist"),
            Self::Name => ("name", SqlState::INVALID_NAME, "invalid name syntax"),
            Self::NotSequence => ("notsequence", SqlState::WRONG_OBJECT_TYPE, "\"{}\" is not a sequence"),
            Self::OtherDatabase => {
                ("otherdatabase", SqlState::FEATURE_NOT_SUPPORTED, "cross-database references are not implemented: \"{}\"")
            }
            Self::Parts => ("parts", SqlState::SYNTAX_ERROR, "improper relation name (too many dotted names): {}"),
            Self::Privilege => ("privilege", SqlState::INVALID_PARAMETER_VALUE, "unrecognized privilege type: \"{}\""),
            Self::Relation => ("relation", SqlState::UNDEFINED_TABLE, "relation \"{}\" does not exist"),
            Self::Role => ("role", SqlState::UNDEFINED_OBJECT, "role \"{}\" does not exist"),
            Self::Schema => ("schema", SqlState::INVALID_SCHEMA_NAME, "schema \"{}\" does not exist"),
            Self::Server => ("server", SqlState::UNDEFINED_OBJECT, "server \"{}\" does not exist"),
            Self::Setting => ("setting", SqlState::UNDEFINED_OBJECT, "unrecognized configuration parameter \"{}\""),
            Self::Tablespace => ("tablespace", SqlState::UNDEFINED_OBJECT, "tablespace \"{}\" does not exist"),
            Self::Type => ("type", SqlState::UNDEFINED_OBJECT, "type \"{}\" does not exist"),
            Self::Wrapper => ("wrapper", SqlState::UNDEFINED_OBJECT, "foreign-data wrapper \"{}\" does not exist"),
        }
    }

    /// By the word of a replacement.
    pub(super) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|complaint| complaint.row().0 == word)
    }
}

impl Told {
    /// The sentence about those constants.
    pub fn new(complaint: Complaint, names: Vec<String>) -> Self {
        let wanted = complaint.row().2.matches("{}").count();
        let is_whole = names.len() == wanted && names.iter().all(|name| name.len() <= LONGEST);
        Self { complaint, names: if is_whole { names } else { Vec::new() } }
    }

    /// The sentence without them.
    pub(super) const fn bare(complaint: Complaint) -> Self {
        Self { complaint, names: Vec::new() }
    }

    /// The setting that is read to raise it.
    pub(super) fn setting(&self) -> String {
        let names = self.names.iter().map(|name| {
            let digits: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
            format!("_{digits}")
        });
        format!("{PREFIX}{}{}", self.complaint.row().0, names.collect::<String>())
    }

    /// The sentence that an error of the warehouse means, whatever language it speaks; `None` for an error of another making.
    pub fn read(sqlstate: SqlState, message: &str) -> Option<Self> {
        if sqlstate != SqlState::UNDEFINED_OBJECT {
            return None;
        }
        let (_, rest) = message.split_once(PREFIX)?;
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '_').unwrap_or(rest.len());
        let mut parts = rest.get(..end)?.split('_');
        let complaint = Complaint::named(parts.next()?)?;
        let names = parts.map(text_of).collect::<Option<Vec<String>>>()?;
        Some(Self::new(complaint, names))
    }

    /// The code that PostgreSQL has for it.
    pub const fn sqlstate(&self) -> SqlState {
        self.complaint.row().1
    }

    /// PostgreSQL's sentence; `None` where a constant that it quotes is not known.
    pub fn sentence(&self) -> Option<String> {
        let mut pieces = self.complaint.row().2.split("{}");
        let mut sentence = pieces.next().unwrap_or_default().to_owned();
        let mut names = self.names.iter();
        for piece in pieces {
            sentence.push_str(names.next()?);
            sentence.push_str(piece);
        }
        Some(sentence)
    }
}

/// The text behind hexadecimal digits.
fn text_of(digits: &str) -> Option<String> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = digits.as_bytes().chunks(2).map(byte).collect::<Option<Vec<u8>>>()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raised(told: &Told) -> String {
        format!("unrecognized configuration parameter \"{}\"", told.setting())
    }

    #[test]
    fn every_sentence_comes_back_with_the_names_that_it_was_given() {
        for complaint in Complaint::ALL {
            let names: Vec<String> = ["ö_\"x", "_7"].iter().map(|name| (*name).to_owned()).collect();
            let wanted = complaint.row().2.matches("{}").count();
            let told = Told::new(complaint, names.into_iter().take(wanted).collect());
            assert_eq!(Told::read(SqlState::UNDEFINED_OBJECT, &raised(&told)), Some(told.clone()));
            assert_eq!(told.sentence().unwrap().contains("ö_\"x"), wanted > 0, "{complaint:?}");
            let bare = Told::bare(complaint);
            assert_eq!(Told::read(SqlState::UNDEFINED_OBJECT, &raised(&bare)), Some(bare.clone()));
            assert_eq!(bare.sentence().is_some(), wanted == 0, "{complaint:?}");
            assert!(
                told.setting().bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte))
            );
        }
    }

    #[test]
    fn other_errors_mean_no_sentence() {
        let code = SqlState::UNDEFINED_OBJECT;
        for message in [
            "unrecognized configuration parameter \"postern.subject\"",
            "unrecognized configuration parameter \"postern.told_nothing\"",
            "unrecognized configuration parameter \"postern.told_role_7\u{e9}\"",
            "unrecognized configuration parameter \"postern.told_role_zz\"",
            "unrecognized configuration parameter \"postern.told_role_ff\"",
            "",
        ] {
            let told = Told::read(code, message);
            assert!(told.as_ref().is_none_or(|told| told.sentence().is_none_or(|sentence| !sentence.contains('é'))), "{message}");
            assert!(!message.ends_with("zz\"") && !message.ends_with("ff\"") || told.is_none(), "{message}");
        }
        let told = raised(&Told::new(Complaint::Role, vec!["ana".to_owned()]));
        assert_eq!(Told::read(SqlState::INTERNAL_ERROR, &told), None);
        assert_eq!(Told::read(code, &told).unwrap().sentence().unwrap(), "role \"ana\" does not exist");
    }

    #[test]
    fn a_constant_that_is_too_long_is_not_quoted() {
        let told = Told::new(Complaint::Role, vec!["x".repeat(LONGEST + 1)]);
        assert_eq!((told.sentence(), told.setting().as_str()), (None, "postern.told_role"));
    }
}
