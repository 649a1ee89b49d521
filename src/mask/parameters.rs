//! Takes typed parameters out of a mask as it is written, and notes everything that is wrong with them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;

use crate::document::{Value, quoted, suggest};

/// One parameter of a mask, for the reference and for finding unknown ones.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub doc: &'static str,
    /// What holds when it is not written; `None` = it must be written.
    pub default: Option<&'static str>,
}

/// The parameters of one use of a mask.
pub(super) struct Parameters<'a> {
    mask: &'a str,
    written: &'a BTreeMap<String, Value>,
    problems: Vec<String>,
}

impl<'a> Parameters<'a> {
    pub(super) fn new(mask: &'a str, written: &'a BTreeMap<String, Value>, known: &[Parameter]) -> Self {
        let mut all = Self { mask, written, problems: Vec::new() };
        for name in written.keys() {
            if known.iter().any(|parameter| parameter.name == name) {
                continue;
            }
            let hint = suggest(name, known.iter().map(|parameter| parameter.name))
                .map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
            all.problem(format!("unknown parameter {} of mask {}{hint}", quoted(name), quoted(mask)));
        }
        for parameter in known.iter().filter(|parameter| parameter.default.is_none()) {
            if !written.contains_key(parameter.name) {
                all.problem(format!("mask {} needs the parameter {}", quoted(mask), quoted(parameter.name)));
            }
        }
        all
    }

    pub(super) fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    pub(super) fn into_problems(self) -> Vec<String> {
        self.problems
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a Value> {
        self.written.get(name)
    }

    fn expected(&mut self, name: &str, what: impl Display) {
        let mask = quoted(self.mask);
        self.problem(format!("parameter {} of mask {mask} must be {what}", quoted(name)));
    }

    /// A whole number.
    pub(super) fn integer(&mut self, name: &str, default: i64, range: RangeInclusive<i64>) -> i64 {
        match self.value(name) {
            None => default,
            Some(Value::Int(value)) if range.contains(value) => *value,
            Some(_) => {
                self.expected(name, format_args!("a whole number from {} to {}", range.start(), range.end()));
                default
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.value(name) {
            None => default,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.expected(name, "true or false");
                default
            }
        }
    }

    /// A number, as SQL writes it.
    pub(super) fn number(&mut self, name: &str, default: f64, range: RangeInclusive<f64>) -> f64 {
        let value = match self.value(name) {
            None => return default,
            Some(value) => as_number(value),
        };
        value.filter(|value| range.contains(value)).unwrap_or_else(|| {
            self.expected(name, format_args!("a number from {:e} to {:e}", range.start(), range.end()));
            default
        })
    }

    /// A list of numbers.
    pub(super) fn numbers(&mut self, name: &str) -> Vec<f64> {
        let Some(written) = self.value(name) else { return Vec::new() };
        let numbers = match written {
            Value::List(items) => items.iter().map(as_number).collect::<Option<Vec<_>>>(),
            Value::Nothing | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Map(_) => None,
        };
        numbers.unwrap_or_else(|| {
            self.expected(name, "a list of numbers");
            Vec::new()
        })
    }

    /// A list of texts; numbers and truth values count as they are written.
    pub(super) fn texts(&mut self, name: &str) -> Vec<String> {
        let Some(written) = self.value(name) else { return Vec::new() };
        let texts = match written {
            Value::List(items) => items.iter().map(as_text).collect::<Option<Vec<_>>>(),
            Value::Nothing | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Map(_) => None,
        };
        texts.unwrap_or_else(|| {
            self.expected(name, "a list of texts");
            Vec::new()
        })
    }

    /// One of some words; the first is the default.
    pub(super) fn choice<'w>(&mut self, name: &str, words: &[&'w str]) -> &'w str {
        let default = words.first().copied().unwrap_or_default();
        let Some(value) = self.value(name) else { return default };
        let written = as_text(value).unwrap_or_default();
        if let Some(word) = words.iter().find(|word| **word == written) {
            return word;
        }
        let hint = suggest(&written, words.iter().copied())
            .map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
        self.expected(name, format_args!("one of {}{hint}", words.join(", ")));
        default
    }
}

fn as_number(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "bounds and widths beyond 2^53 are not told apart")]
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value).filter(|value| value.is_finite()),
        Value::Nothing | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
    }
}

pub(super) fn as_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::Text(text) => text.clone(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Nothing | Value::List(_) | Value::Map(_) => return None,
    };
    // PostgreSQL's text cannot hold it.
    (!text.contains('\0')).then_some(text)
}
