//! Type names, casts and typed constants.

use crate::parse::syntax::{Expr, IntervalFields, TypeName};

use super::{Printer, Style};

impl<S: Style> Printer<'_, S> {
    pub(super) fn cast(&mut self, operand: &Expr, target: &TypeName) {
        let printed = self.aside(|p| p.expr(operand));
        if let Some(text) = self.style.cast(target, &printed) {
            return self.push(&text);
        }
        self.push("CAST(");
        self.push(&printed);
        self.push(" AS ");
        self.type_name(target);
        self.push(")");
    }

    /// A constant where the grammar takes no cast: its type stands in front.
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other constant is printed as in an expression")]
    pub(super) fn typed_constant(&mut self, constant: &Expr) {
        match constant {
            Expr::Cast { expr, target } => {
                self.type_name(target);
                self.push(" ");
                self.expr(expr);
            }
            literal => self.expr(literal),
        }
    }

    /// A type name with its modifiers and dimensions.
    pub(super) fn type_name(&mut self, type_name: &TypeName) {
        let TypeName { id: _, at: _, name, modifiers, dimensions, fields, keyword } = type_name;
        // Fields and precision of an interval can only follow the keyword, which always means pg_catalog's type.
        let is_interval = *keyword && name.last().is_some_and(|name| name.name == "interval");
        let needs_keyword = is_interval && (fields.is_some() || !modifiers.is_empty());
        match self.style.type_name(type_name) {
            _ if needs_keyword => self.push("interval"),
            Some(text) => self.push(&text),
            None => {
                self.push(if *keyword { "pg_catalog." } else { "" });
                self.name(name);
            }
        }
        if let Some(fields) = fields {
            self.push(" ");
            self.push(fields.as_sql());
        }
        if !modifiers.is_empty() && fields.is_none_or(takes_precision) {
            let list: Vec<String> = modifiers.iter().map(i64::to_string).collect();
            self.push(&format!("({})", list.join(", ")));
        }
        for dimension in dimensions {
            match dimension {
                Some(length) => self.push(&format!("[{length}]")),
                None => self.push("[]"),
            }
        }
    }
}

/// Only seconds take a precision behind interval fields.
fn takes_precision(fields: IntervalFields) -> bool {
    match fields {
        IntervalFields::DayToSecond | IntervalFields::HourToSecond | IntervalFields::MinuteToSecond | IntervalFields::Second => {
            true
        }
        IntervalFields::Day
        | IntervalFields::DayToHour
        | IntervalFields::DayToMinute
        | IntervalFields::Hour
        | IntervalFields::HourToMinute
        | IntervalFields::Minute
        | IntervalFields::Month
        | IntervalFields::Year
        | IntervalFields::YearToMonth => false,
    }
}
