//! Expressions: compound ones always in parentheses, so that no precedence is left to a reader.

use crate::base::quote_literal;
use crate::parse::syntax::{
    BoolTest, Expr, JsonKind, LikeKind, Literal, NormalForm, QuantifiedRight, Quantifier, SqlValue, TrimSide,
};

use super::{Printer, Style};

impl<S: Style> Printer<'_, S> {
    /// Any expression, as an operand of anything.
    pub(super) fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::And(left, right) => self.infix(left, "AND", right),
            Expr::Or(left, right) => self.infix(left, "OR", right),
            Expr::Not(inner) => self.wrapped(|p| {
                p.push("NOT ");
                p.expr(inner);
            }),
            Expr::Array(items) => {
                self.push("ARRAY[");
                self.exprs(items);
                self.push("]");
            }
            Expr::ArrayQuery(query) => {
                self.push("ARRAY(");
                self.query(query);
                self.push(")");
            }
            Expr::AtTimeZone { expr, zone } => self.wrapped(|p| {
                p.expr(expr);
                match zone {
                    Some(zone) => {
                        p.push(" AT TIME ZONE ");
                        p.expr(zone);
                    }
                    None => p.push(" AT LOCAL"),
                }
            }),
            Expr::Between { expr, low, high, negated, symmetric } => self.wrapped(|p| {
                p.expr(expr);
                p.push(if *negated { " NOT BETWEEN " } else { " BETWEEN " });
                p.push(if *symmetric { "SYMMETRIC " } else { "" });
                p.expr(low);
                p.push(" AND ");
                p.expr(high);
            }),
            Expr::Binary { op, left, right } => {
                let op = self.style.operator(op);
                self.infix(left, &op, right);
            }
            Expr::Call(call) => self.call(call),
            Expr::Case { operand, whens, otherwise } => {
                self.push("CASE");
                if let Some(operand) = operand {
                    self.push(" ");
                    self.expr(operand);
                }
                for when in whens {
                    self.push(" WHEN ");
                    self.expr(&when.condition);
                    self.push(" THEN ");
                    self.expr(&when.result);
                }
                if let Some(otherwise) = otherwise {
                    self.push(" ELSE ");
                    self.expr(otherwise);
                }
                self.push(" END");
            }
            Expr::Cast { expr, target } => self.cast(expr, target),
            Expr::Coalesce(list) => self.function("COALESCE", list),
            Expr::Collate { expr, collation } => self.wrapped(|p| {
                p.expr(expr);
                p.push(" COLLATE ");
                match p.style.collation(collation) {
                    Some(text) => p.push(&text),
                    None => p.name(collation),
                }
            }),
            Expr::CollationFor(inner) => {
                self.push("COLLATION FOR (");
                self.expr(inner);
                self.push(")");
            }
            Expr::Column(column) => self.column(column),
            Expr::Exists(query) => {
                self.push("EXISTS (");
                self.query(query);
                self.push(")");
            }
            Expr::Extract { field, source } => {
                self.push("EXTRACT(");
                self.push(&quote_literal(field));
                self.push(" FROM ");
                self.expr(source);
                self.push(")");
            }
            Expr::Field { base: _, name: _ } | Expr::Subscript { base: _, steps: _ } => self.indirection(expr),
            Expr::FieldStar(base) => {
                self.indirection(base);
                self.push(".*");
            }
            Expr::Greatest(list) => self.function("GREATEST", list),
            Expr::Grouping(list) => self.function("GROUPING", list),
            Expr::InList { expr, list, negated } => self.wrapped(|p| {
                p.expr(expr);
                p.push(if *negated { " NOT IN (" } else { " IN (" });
                for (index, element) in list.iter().enumerate() {
                    p.push(if index > 0 { ", " } else { "" });
                    match p.style.listed(expr, index) {
                        Some(ours) => p.push(&ours),
                        None => p.expr(element),
                    }
                }
                p.push(")");
            }),
            Expr::InQuery { expr, query, negated } => self.wrapped(|p| {
                p.expr(expr);
                p.push(if *negated { " NOT IN (" } else { " IN (" });
                p.query(query);
                p.push(")");
            }),
            Expr::IsBool { expr, test, negated } => self.is(
                expr,
                *negated,
                match test {
                    BoolTest::False => "FALSE",
                    BoolTest::True => "TRUE",
                    BoolTest::Unknown => "UNKNOWN",
                },
            ),
            Expr::IsDistinct { left, right, negated } => {
                self.infix(left, if *negated { "IS NOT DISTINCT FROM" } else { "IS DISTINCT FROM" }, right);
            }
            Expr::IsDocument { expr, negated } => self.is(expr, *negated, "DOCUMENT"),
            Expr::IsJson { expr, kind, unique_keys, negated } => {
                let kind = match kind {
                    JsonKind::Array => "JSON ARRAY",
                    JsonKind::Object => "JSON OBJECT",
                    JsonKind::Scalar => "JSON SCALAR",
                    JsonKind::Value => "JSON",
                };
                self.is(expr, *negated, &format!("{kind}{}", if *unique_keys { " WITH UNIQUE KEYS" } else { "" }));
            }
            Expr::IsNormalized { expr, form, negated } => {
                let form = normal_form(*form).map(|form| format!("{form} ")).unwrap_or_default();
                self.is(expr, *negated, &format!("{form}NORMALIZED"));
            }
            Expr::IsNull { expr, negated } => self.is(expr, *negated, "NULL"),
            Expr::Json { json, at: _ } => self.json(json),
            Expr::Least(list) => self.function("LEAST", list),
            Expr::Like { kind, expr, pattern, escape, negated } => self.wrapped(|p| {
                p.expr(expr);
                p.push(if *negated { " NOT " } else { " " });
                p.push(match kind {
                    LikeKind::ILike => "ILIKE ",
                    LikeKind::Like => "LIKE ",
                    LikeKind::Similar => "SIMILAR TO ",
                });
                p.expr(pattern);
                if let Some(escape) = escape {
                    p.push(" ESCAPE ");
                    p.expr(escape);
                }
            }),
            Expr::Literal(literal) => {
                let text = self.style.literal(literal);
                self.push(&text);
            }
            Expr::Normalize { expr, form } => {
                self.push("NORMALIZE(");
                self.expr(expr);
                if let Some(form) = normal_form(*form) {
                    self.push(", ");
                    self.push(form);
                }
                self.push(")");
            }
            Expr::NullIf(left, right) => {
                self.push("NULLIF(");
                self.expr(left);
                self.push(", ");
                self.expr(right);
                self.push(")");
            }
            Expr::Overlaps { left, right } => self.wrapped(|p| {
                p.pair(left);
                p.push(" OVERLAPS ");
                p.pair(right);
            }),
            Expr::Overlay { expr, placing, from, length } => {
                self.push("OVERLAY(");
                self.expr(expr);
                self.push(" PLACING ");
                self.expr(placing);
                self.push(" FROM ");
                self.expr(from);
                self.after(" FOR ", length.as_deref());
                self.push(")");
            }
            // Whoever prints what follows writes the parentheses.
            Expr::Parenthesised(inner) => self.expr(inner),
            Expr::Parameter(number) => {
                let text = self.style.parameter(*number);
                self.push(&text);
            }
            Expr::Position { needle, haystack } => {
                self.push("POSITION(");
                self.expr(needle);
                self.push(" IN ");
                self.expr(haystack);
                self.push(")");
            }
            Expr::Quantified { left, op, quantifier, right } => self.wrapped(|p| {
                p.expr(left);
                let op = p.style.operator(op);
                p.push(&format!(" {op} {}", if *quantifier == Quantifier::Any { "ANY (" } else { "ALL (" }));
                match right {
                    QuantifiedRight::Array(array) => p.expr(array),
                    QuantifiedRight::Query(query) => p.query(query),
                }
                p.push(")");
            }),
            Expr::Row { fields, explicit } => {
                self.push(if *explicit { "ROW(" } else { "(" });
                self.exprs(fields);
                self.push(")");
            }
            Expr::SqlValue { value, id: _, at: _ } => match self.style.sql_value(*value) {
                Some(text) => self.push(&text),
                None => self.push(&sql_value(*value)),
            },
            Expr::Subquery(query) => {
                self.push("(");
                self.query(query);
                self.push(")");
            }
            Expr::Substring { expr, from, length } => {
                self.push("SUBSTRING(");
                self.expr(expr);
                self.after(" FROM ", from.as_deref());
                self.after(" FOR ", length.as_deref());
                self.push(")");
            }
            Expr::SubstringSimilar { expr, pattern, escape } => {
                self.push("SUBSTRING(");
                self.expr(expr);
                self.push(" SIMILAR ");
                self.expr(pattern);
                self.push(" ESCAPE ");
                self.expr(escape);
                self.push(")");
            }
            Expr::Trim { side, characters, expr } => {
                self.push(match side {
                    TrimSide::Both => "TRIM(BOTH ",
                    TrimSide::Leading => "TRIM(LEADING ",
                    TrimSide::Trailing => "TRIM(TRAILING ",
                });
                if let Some(characters) = characters {
                    self.expr(characters);
                    self.push(" ");
                }
                self.push("FROM ");
                self.expr(expr);
                self.push(")");
            }
            Expr::Unary { op, expr: inner } => {
                // The grammar folds a minus into the number behind it; an operator written in full would stay one.
                let op = if is_signed_number(expr) { "-".to_owned() } else { self.style.operator(op) };
                self.wrapped(|p| {
                    p.push(&op);
                    p.push(" ");
                    p.expr(inner);
                });
            }
            Expr::Variable { name, at: _ } => {
                let text = self.style.variable(name);
                self.push(&text);
            }
            Expr::Xml(xml) => self.xml(xml),
        }
    }

    pub(super) fn exprs(&mut self, list: &[Expr]) {
        self.separated(list, ", ", Self::expr);
    }

    fn wrapped(&mut self, inner: impl FnOnce(&mut Self)) {
        self.push("(");
        inner(self);
        self.push(")");
    }

    fn infix(&mut self, left: &Expr, op: &str, right: &Expr) {
        self.wrapped(|p| {
            p.expr(left);
            p.push(" ");
            p.push(op);
            p.push(" ");
            p.expr(right);
        });
    }

    fn is(&mut self, expr: &Expr, negated: bool, what: &str) {
        self.wrapped(|p| {
            p.expr(expr);
            p.push(if negated { " IS NOT " } else { " IS " });
            p.push(what);
        });
    }

    fn after(&mut self, keyword: &str, expr: Option<&Expr>) {
        if let Some(expr) = expr {
            self.push(keyword);
            self.expr(expr);
        }
    }

    fn pair(&mut self, pair: &[Box<Expr>; 2]) {
        let [first, second] = pair;
        self.push("(");
        self.expr(first);
        self.push(", ");
        self.expr(second);
        self.push(")");
    }

    fn function(&mut self, name: &str, list: &[Expr]) {
        self.push(name);
        self.push("(");
        self.exprs(list);
        self.push(")");
    }
}

/// A number behind any number of minus signs: one constant to the grammar (PostgreSQL: doNegate in gram.y).
fn is_signed_number(expr: &Expr) -> bool {
    let Expr::Unary { op, expr } = expr else { return false };
    op.symbol == "-" && !op.qualified && (matches!(**expr, Expr::Literal(Literal::Number(_))) || is_signed_number(expr))
}

const fn normal_form(form: NormalForm) -> Option<&'static str> {
    match form {
        NormalForm::Default => None,
        NormalForm::Nfc => Some("NFC"),
        NormalForm::Nfd => Some("NFD"),
        NormalForm::Nfkc => Some("NFKC"),
        NormalForm::Nfkd => Some("NFKD"),
    }
}

fn sql_value(value: SqlValue) -> String {
    let with =
        |name: &str, precision: Option<i64>| precision.map_or_else(|| name.to_owned(), |digits| format!("{name}({digits})"));
    match value {
        SqlValue::CurrentCatalog => "CURRENT_CATALOG".to_owned(),
        SqlValue::CurrentDate => "CURRENT_DATE".to_owned(),
        SqlValue::CurrentRole => "CURRENT_ROLE".to_owned(),
        SqlValue::CurrentSchema => "CURRENT_SCHEMA".to_owned(),
        SqlValue::CurrentTime(precision) => with("CURRENT_TIME", precision),
        SqlValue::CurrentTimestamp(precision) => with("CURRENT_TIMESTAMP", precision),
        SqlValue::CurrentUser => "CURRENT_USER".to_owned(),
        SqlValue::LocalTime(precision) => with("LOCALTIME", precision),
        SqlValue::LocalTimestamp(precision) => with("LOCALTIMESTAMP", precision),
        SqlValue::SessionUser => "SESSION_USER".to_owned(),
        SqlValue::User => "USER".to_owned(),
    }
}
