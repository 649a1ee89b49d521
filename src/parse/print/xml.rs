//! SQL/XML.

use crate::parse::syntax::{Expr, Xml, XmlColumn, XmlForm, XmlNamed, XmlStandalone, XmlTable};

use super::{Printer, Style};

impl<S: Style> Printer<'_, S> {
    /// An expression of SQL/XML.
    pub(super) fn xml(&mut self, xml: &Xml) {
        self.push(&xml.name().to_ascii_uppercase());
        self.push("(");
        match xml {
            Xml::Concat(list) => self.exprs(list),
            Xml::Element { name, attributes, content } => {
                self.push("NAME ");
                self.ident(name);
                if !attributes.is_empty() {
                    self.push(", XMLATTRIBUTES(");
                    self.separated(attributes, ", ", Self::xml_named);
                    self.push(")");
                }
                if !content.is_empty() {
                    self.push(", ");
                    self.exprs(content);
                }
            }
            Xml::Exists { path, document } => {
                self.operand(path);
                self.push(" PASSING ");
                self.operand(document);
            }
            Xml::Forest(elements) => self.separated(elements, ", ", Self::xml_named),
            Xml::Instruction { name, content } => {
                self.push("NAME ");
                self.ident(name);
                if let Some(content) = content {
                    self.push(", ");
                    self.expr(content);
                }
            }
            Xml::Parse { form, text, preserve_whitespace } => {
                self.xml_form(*form);
                self.expr(text);
                self.push(if *preserve_whitespace { " PRESERVE WHITESPACE" } else { "" });
            }
            Xml::Root { document, version, standalone } => {
                self.expr(document);
                self.push(", VERSION ");
                match version {
                    Some(version) => self.expr(version),
                    None => self.push("NO VALUE"),
                }
                self.push(match standalone {
                    None => "",
                    Some(XmlStandalone::No) => ", STANDALONE NO",
                    Some(XmlStandalone::NoValue) => ", STANDALONE NO VALUE",
                    Some(XmlStandalone::Yes) => ", STANDALONE YES",
                });
            }
            Xml::Serialize { form, document, target, indent } => {
                self.xml_form(*form);
                self.expr(document);
                self.push(" AS ");
                self.type_name(target);
                self.push(if *indent { " INDENT" } else { "" });
            }
        }
        self.push(")");
    }

    fn xml_form(&mut self, form: XmlForm) {
        self.push(match form {
            XmlForm::Content => "CONTENT ",
            XmlForm::Document => "DOCUMENT ",
        });
    }

    fn xml_named(&mut self, named: &XmlNamed) {
        let XmlNamed { expr, name } = named;
        self.expr(expr);
        if let Some(name) = name {
            self.push(" AS ");
            self.ident(name);
        }
    }

    /// Where the grammar takes no operator (`c_expr`, `b_expr`).
    fn operand(&mut self, expr: &Expr) {
        self.push("(");
        self.expr(expr);
        self.push(")");
    }

    /// `XMLTABLE(…)`
    pub(super) fn xml_table(&mut self, table: &XmlTable) {
        let XmlTable { namespaces, rows, document, columns } = table;
        self.push("XMLTABLE(");
        if !namespaces.is_empty() {
            self.push("XMLNAMESPACES(");
            self.separated(namespaces, ", ", |printer, XmlNamed { expr, name }| {
                printer.push(if name.is_none() { "DEFAULT " } else { "" });
                printer.operand(expr);
                if let Some(name) = name {
                    printer.push(" AS ");
                    printer.ident(name);
                }
            });
            self.push("), ");
        }
        self.operand(rows);
        self.push(" PASSING ");
        self.operand(document);
        self.push(" COLUMNS ");
        self.separated(columns, ", ", Self::xml_column);
        self.push(")");
    }

    fn xml_column(&mut self, column: &XmlColumn) {
        match column {
            XmlColumn::Ordinality(name) => {
                self.ident(name);
                self.push(" FOR ORDINALITY");
            }
            XmlColumn::Value { name, target, path, default, not_null } => {
                self.ident(name);
                self.push(" ");
                self.type_name(target);
                for (word, expr) in [(" PATH ", path), (" DEFAULT ", default)] {
                    if let Some(expr) = expr {
                        self.push(word);
                        self.operand(expr);
                    }
                }
                self.push(if *not_null { " NOT NULL" } else { "" });
            }
        }
    }
}
