//! SQL/XML: every expression in it is bound, every type must be one that may be named.

use crate::parse::syntax::{Expr, Xml, XmlColumn, XmlNamed, XmlTable};

use super::error::AnalyzeError;
use super::field::Field;
use super::scope::Scope;
use super::{Analyzer, ColumnUse};

impl Analyzer<'_> {
    /// An expression of SQL/XML.
    pub(super) fn xml(&mut self, xml: &Xml, scope: &Scope<'_>, column_use: Option<ColumnUse>) -> Result<(), AnalyzeError> {
        self.footprint.functions.insert(xml.name().to_owned());
        match xml {
            Xml::Concat(list) => self.each(list, scope, column_use),
            Xml::Element { name: _, attributes, content } => {
                self.each(expressions(attributes), scope, column_use)?;
                self.each(content, scope, column_use)
            }
            Xml::Exists { path, document } => self.each([path, document], scope, column_use),
            Xml::Forest(elements) => self.each(expressions(elements), scope, column_use),
            Xml::Instruction { name: _, content } => self.each(content, scope, column_use),
            Xml::Parse { form: _, text, preserve_whitespace: _ } => self.expr(text, scope, column_use).map(drop),
            Xml::Root { document, version, standalone: _ } => {
                self.expr(document, scope, column_use)?;
                self.each(version, scope, column_use)
            }
            Xml::Serialize { form: _, document, target, indent: _ } => {
                self.expr(document, scope, column_use)?;
                self.type_name(target)
            }
        }
    }

    /// XMLTABLE: its columns.
    pub(super) fn xml_table(&mut self, table: &XmlTable, scope: &Scope<'_>) -> Result<Vec<Field>, AnalyzeError> {
        self.footprint.functions.insert("xmltable".to_owned());
        let XmlTable { namespaces, rows, document, columns } = table;
        self.each(expressions(namespaces), scope, None)?;
        self.each([rows, document], scope, None)?;
        let mut fields = Vec::new();
        for column in columns {
            let name = match column {
                XmlColumn::Ordinality(name) => name,
                XmlColumn::Value { name, target, path, default, not_null: _ } => {
                    self.type_name(target)?;
                    self.each(path.iter().chain(default), scope, None)?;
                    name
                }
            };
            fields.push(Field::computed(&name.name));
        }
        Ok(fields)
    }
}

fn expressions(named: &[XmlNamed]) -> impl Iterator<Item = &Expr> {
    named.iter().map(|XmlNamed { expr, name: _ }| expr)
}
