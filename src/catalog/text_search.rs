//! Text search configurations and dictionaries: those of a plain server, and what the warehouse has besides.

use super::Oid;

/// What is looked up by its name where a text is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextSearchKind {
    Configuration,
    Dictionary,
}

/// A configuration or dictionary of the warehouse's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextSearch {
    pub oid: Oid,
    pub kind: TextSearchKind,
    pub schema: String,
    pub name: String,
}

/// The text search configurations of a plain server.
const CONFIGURATIONS: &[&str] = &[
    "arabic",
    "armenian",
    "basque",
    "catalan",
    "danish",
    "dutch",
    "english",
    "finnish",
    "french",
    "german",
    "greek",
    "hindi",
    "hungarian",
    "indonesian",
    "irish",
    "italian",
    "lithuanian",
    "nepali",
    "norwegian",
    "portuguese",
    "romanian",
    "russian",
    "serbian",
    "simple",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
    "yiddish",
];

impl TextSearchKind {
    /// As texts for people name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Configuration => "text search configuration",
            Self::Dictionary => "text search dictionary",
        }
    }

    /// Whether a plain server has one of that name. Dictionaries: the stemmer of each language, and the one that stems nothing.
    pub fn is_builtin(self, name: &str) -> bool {
        match self {
            Self::Configuration => CONFIGURATIONS.contains(&name),
            Self::Dictionary => {
                let stemmer_of = name.strip_suffix("_stem").filter(|language| *language != "simple");
                name == "simple" || stemmer_of.is_some_and(|language| CONFIGURATIONS.contains(&language))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TextSearchKind::{Configuration, Dictionary};

    #[test]
    fn a_plain_server_has_a_stemmer_for_each_language() {
        assert!(
            Configuration.is_builtin("english")
                && Configuration.is_builtin("simple")
                && !Configuration.is_builtin("english_stem")
        );
        assert!(Dictionary.is_builtin("english_stem") && Dictionary.is_builtin("simple"));
        assert!(!Dictionary.is_builtin("english") && !Dictionary.is_builtin("simple_stem") && !Dictionary.is_builtin("_stem"));
    }
}
