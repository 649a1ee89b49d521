//! SQL/XML: the functions with a syntax of their own, and XMLTABLE.

use super::{Expr, Ident, TypeName};

/// An expression of SQL/XML.
#[derive(Clone, Debug, PartialEq)]
pub enum Xml {
    Concat(Vec<Expr>),
    /// `XMLELEMENT(NAME n, XMLATTRIBUTES(…), …)`
    Element {
        name: Ident,
        attributes: Vec<XmlNamed>,
        content: Vec<Expr>,
    },
    /// `XMLEXISTS(path PASSING document)`
    Exists {
        path: Expr,
        document: Expr,
    },
    Forest(Vec<XmlNamed>),
    /// `XMLPARSE(DOCUMENT text PRESERVE WHITESPACE)`
    Parse {
        form: XmlForm,
        text: Expr,
        preserve_whitespace: bool,
    },
    /// `XMLPI(NAME n, content)`
    Instruction {
        name: Ident,
        content: Option<Expr>,
    },
    /// `XMLROOT(document, VERSION v, STANDALONE YES)`; no version is `VERSION NO VALUE`
    Root {
        document: Expr,
        version: Option<Expr>,
        standalone: Option<XmlStandalone>,
    },
    /// `XMLSERIALIZE(CONTENT x AS type INDENT)`
    Serialize {
        form: XmlForm,
        document: Expr,
        target: TypeName,
        indent: bool,
    },
}

/// An attribute or an element with its name; without one, the column's.
#[derive(Clone, Debug, PartialEq)]
pub struct XmlNamed {
    pub expr: Expr,
    pub name: Option<Ident>,
}

/// DOCUMENT or CONTENT
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XmlForm {
    Content,
    Document,
}

/// What stands behind STANDALONE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XmlStandalone {
    No,
    NoValue,
    Yes,
}

/// `XMLTABLE(…)`, which stands in FROM alone.
#[derive(Clone, Debug, PartialEq)]
pub struct XmlTable {
    /// `XMLNAMESPACES(uri AS name)`; without a name, DEFAULT.
    pub namespaces: Vec<XmlNamed>,
    pub rows: Expr,
    pub document: Expr,
    pub columns: Vec<XmlColumn>,
}

/// A column of XMLTABLE.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly all columns are values")]
pub enum XmlColumn {
    /// `name FOR ORDINALITY`
    Ordinality(Ident),
    /// `name type PATH path DEFAULT value NOT NULL`
    Value { name: Ident, target: TypeName, path: Option<Expr>, default: Option<Expr>, not_null: bool },
}

impl Xml {
    /// The function's name, which is also the name of a select item without an alias.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Concat(_) => "xmlconcat",
            Self::Element { name: _, attributes: _, content: _ } => "xmlelement",
            Self::Exists { path: _, document: _ } => "xmlexists",
            Self::Forest(_) => "xmlforest",
            Self::Parse { form: _, text: _, preserve_whitespace: _ } => "xmlparse",
            Self::Instruction { name: _, content: _ } => "xmlpi",
            Self::Root { document: _, version: _, standalone: _ } => "xmlroot",
            Self::Serialize { form: _, document: _, target: _, indent: _ } => "xmlserialize",
        }
    }
}
