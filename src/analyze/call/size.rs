//! Arguments that say how large a result is: constants are held against the limit here, a count that is computed where the statement runs.

use crate::base::SqlState;
use crate::catalog::functions::{SizeArgument, size_argument};
use crate::parse::syntax::{Call, Expr, Literal};

use super::told::text_constant;
use crate::analyze::Analyzer;
use crate::analyze::error::{AnalyzeCode, AnalyzeError};

impl Analyzer<'_> {
    /// Notes what a call of that builtin asks for.
    ///
    /// # Errors
    /// 54000 when its constants ask for more than the limit.
    pub(super) fn size(&mut self, call: &Call, name: &str) -> Result<(), AnalyzeError> {
        let (Some(limit), Some(argument)) = (self.names.value_bytes, size_argument(name)) else { return Ok(()) };
        let values: Vec<&Expr> = call.arguments.iter().map(|argument| &argument.value).collect();
        let asked = match (argument, values.as_slice()) {
            (SizeArgument::Characters, [_, count, ..]) => self.count(call, count, limit, 1),
            (SizeArgument::Repeats, [text, count]) => match text_constant(text).map(str::len) {
                Some(0) => None,
                length => self.count(call, count, limit, length.unwrap_or(1)),
            },
            (SizeArgument::Dimensions, [_, dimensions, ..]) => elements(dimensions),
            (SizeArgument::Series, [first, last]) => rows(first, last, 1),
            (SizeArgument::Series, [first, last, step]) => integer(step).and_then(|step| rows(first, last, step)),
            (SizeArgument::Widths, [format, rest @ ..]) => text_constant(format).map(|format| widest(format, rest)),
            (
                SizeArgument::Characters
                | SizeArgument::Dimensions
                | SizeArgument::Repeats
                | SizeArgument::Series
                | SizeArgument::Widths,
                _,
            ) => None,
        };
        if asked.is_none_or(|asked| asked <= i128::from(limit)) {
            return Ok(());
        }
        let unit = match argument {
            SizeArgument::Characters | SizeArgument::Widths => "characters",
            SizeArgument::Dimensions => "elements",
            SizeArgument::Repeats => "bytes",
            SizeArgument::Series => "rows",
        };
        let message = format!("function {name} is asked for more than {limit} {unit}");
        let error = AnalyzeError::new(SqlState::PROGRAM_LIMIT_EXCEEDED, AnalyzeCode::Limit, call.at, message);
        Err(error.detail("The limit is limits.value_bytes of the gate.").hint("Ask for less.").object(name.to_owned()))
    }

    /// What a count of so many bytes each asks for. One that is computed is held against the limit where the statement runs.
    fn count(&mut self, call: &Call, count: &Expr, limit: u32, each: usize) -> Option<i128> {
        let each = i128::try_from(each).unwrap_or(i128::MAX);
        match integer(count) {
            Some(count) => count.checked_mul(each),
            // What only aggregates and windows have, PostgreSQL refuses by itself.
            None if call.is_plain() => {
                let most = i128::from(limit).checked_div(each).and_then(|most| i32::try_from(most).ok());
                self.bindings.sized.extend(most.map(|most| (call.id, most)));
                None
            }
            None => None,
        }
    }
}

/// The integer that a constant is; NULL asks for nothing.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other expression is computed")]
fn integer(expr: &Expr) -> Option<i128> {
    match expr {
        Expr::Literal(Literal::Number(digits)) => digits.parse().ok(),
        Expr::Literal(Literal::Text(text)) => text.trim().parse().ok(),
        Expr::Literal(Literal::Null) => Some(0),
        Expr::Parenthesised(inner) => integer(inner),
        Expr::Unary { op, expr } if op.symbol == "-" => integer(expr).map(|value| -value),
        Expr::Cast { expr, target } if target.dimensions.is_empty() => {
            let is_integer = target.name.last().is_some_and(|name| matches!(name.name.as_str(), "int2" | "int4" | "int8"));
            integer(expr).filter(|_| is_integer)
        }
        _other => None,
    }
}

/// The product of constant dimensions.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other expression is computed")]
fn elements(dimensions: &Expr) -> Option<i128> {
    let product = |sizes: Vec<i128>| sizes.into_iter().try_fold(1_i128, |product, size| product.checked_mul(size.max(0)));
    match dimensions {
        Expr::Array(sizes) => product(sizes.iter().map(integer).collect::<Option<_>>()?),
        Expr::Literal(Literal::Text(text)) => {
            let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
            product(inner.split(',').map(|size| size.trim().parse().ok()).collect::<Option<_>>()?)
        }
        Expr::Cast { expr, target: _ } | Expr::Parenthesised(expr) => elements(expr),
        _other => None,
    }
}

/// The rows of a series of constants.
fn rows(first: &Expr, last: &Expr, step: i128) -> Option<i128> {
    let span = integer(last)?.checked_sub(integer(first)?)?;
    Some(span.checked_div(step)?.max(-1) + 1)
}

/// The largest width in a format, or among the constants that a `*` may take (PostgreSQL: text_format in varlena.c).
fn widest(format: &str, arguments: &[&Expr]) -> i128 {
    let mut widest = 0;
    for specifier in format.split('%').skip(1) {
        // `n$`, flags, width.
        let place = specifier.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('$');
        let width = place.unwrap_or(specifier).trim_start_matches('-');
        if width.starts_with('*') {
            let constants = arguments.iter().filter_map(|argument| integer(argument));
            widest = constants.map(|value| value.saturating_abs()).fold(widest, i128::max);
        } else {
            let end = width.find(|c: char| !c.is_ascii_digit()).unwrap_or(width.len());
            let digits = width.get(..end).unwrap_or_default();
            // More digits than a number has are too many.
            let width = if digits.is_empty() { 0 } else { digits.parse().unwrap_or(i128::MAX) };
            widest = widest.max(width);
        }
    }
    widest
}

#[cfg(test)]
mod tests {
    use super::widest;

    #[test]
    fn widths_of_formats_are_found() {
        for (format, width) in [
            ("%s", 0),
            ("%10s", 10),
            ("%-10s and %5s", 10),
            ("%2$20s", 20),
            ("100%% of 90", 0),
            ("%900000000s", 900_000_000),
            ("no specifier", 0),
            ("%999999999999999999999999999999999999999999s", i128::MAX),
        ] {
            assert_eq!(widest(format, &[]), width, "{format}");
        }
    }
}
