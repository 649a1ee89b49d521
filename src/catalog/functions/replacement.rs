//! What stands for a builtin function whose own answer would tell too much.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::catalog::system::{Expansion, SystemContext};

/// What stands for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// The function itself.
    AsIs,
    Sql(Template),
}

/// SQL over the arguments of a call and what a grant exposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    text: &'static str,
}

static REPLACEMENTS: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let heads = BODIES.iter().flat_map(|(heads, body)| heads.split(' ').map(|head| (head.to_owned(), body.as_str())));
    heads.collect()
});

/// The lines of the file, continued ones joined: what they are for, and the SQL.
static BODIES: LazyLock<Vec<(&'static str, String)>> = LazyLock::new(|| {
    let mut bodies: Vec<(&'static str, String)> = Vec::new();
    for line in include_str!("replacements.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match (line.strip_prefix("  "), line.split_once(": "), bodies.last_mut()) {
            (Some(more), _, Some((_, body))) => {
                body.push(' ');
                body.push_str(more);
            }
            (None, Some((heads, body)), _) => bodies.push((heads, body.to_owned())),
            // A line that does not read stands for nothing, and then the function is refused.
            (Some(_), _, None) | (None, None, _) => {}
        }
    }
    bodies
});

/// What stands for a call of that builtin function with that many arguments. `None`: a function whose verdict is `Filtered` is then
/// refused, unless its `care` says who answers it. The keywords `user`, `current_role`, `current_catalog` count as functions.
pub fn replacement(name: &str, arity: usize) -> Option<Replacement> {
    find(&format!("{name}/{arity}"))
}

/// What stands for the text of a value of that reg* type: `x::regclass` as an output, under `::text`.
pub fn reg_text(type_name: &str) -> Option<Template> {
    match find(&format!("{type_name}/text"))? {
        Replacement::Sql(template) => Some(template),
        Replacement::AsIs => None,
    }
}

fn find(key: &str) -> Option<Replacement> {
    let text = *REPLACEMENTS.get(key)?;
    Some(if text == "as is" { Replacement::AsIs } else { Replacement::Sql(Template { text }) })
}

impl Template {
    /// The SQL. Arguments are printed expressions with all columns qualified; they are put in as they are, in parentheses.
    pub fn render(self, arguments: &[String], context: &SystemContext) -> String {
        Expansion::new(arguments, context).expression(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::functions::{Care, Verdict, all, care, verdict};

    #[test]
    fn every_line_reads_and_every_argument_is_within_its_arity() {
        let lines = include_str!("replacements.txt").lines().filter(|line| !line.is_empty() && !line.starts_with(['#', ' ']));
        assert_eq!(lines.count(), BODIES.len());
        for (heads, body) in BODIES.iter() {
            for head in heads.split(' ') {
                let (_, arity) = head.split_once('/').unwrap();
                let arity = arity.parse().unwrap_or(1);
                let highest = (1..9).rev().find(|number| body.contains(&format!("${number}"))).unwrap_or(0);
                assert!(highest <= arity, "{head}");
            }
        }
    }

    #[test]
    fn what_is_filtered_has_a_replacement_or_somebody_who_answers_it() {
        for function in all() {
            for overload in &function.overloads {
                if let Verdict::Filtered(_) = overload.verdict {
                    let answered = matches!(care(function.name), Care::SetsSetting | Care::TakesSettingName);
                    assert!(answered || replacement(function.name, overload.arguments.len()).is_some(), "{}", function.name);
                }
            }
        }
    }

    #[test]
    fn a_function_with_a_replacement_never_runs_unfiltered() {
        for head in REPLACEMENTS.keys().filter(|head| !head.ends_with("/text")) {
            let (name, arity) = head.split_once('/').unwrap();
            let keyword = ["user", "current_role", "current_catalog"].contains(&name);
            assert!(keyword || matches!(verdict(name, arity.parse().unwrap()), Some(Verdict::Filtered(_))), "{head}");
        }
    }

    #[test]
    fn arguments_and_values_are_put_in_once_and_never_read_again() {
        let context = SystemContext { user: "'$1 {database}'".to_owned(), database: "d".to_owned(), ..SystemContext::default() };
        let Some(Replacement::Sql(template)) = replacement("pg_get_userbyid", 1) else { panic!("has a template") };
        insta::assert_snapshot!(template.render(&["c.\"{user}$1\"".to_owned()], &context));
    }

    #[test]
    fn every_argument_stands_somewhere_and_every_table_is_read_within_the_first_sub_select() {
        const TABLES: [&str; 17] = [
            "checks",
            "columns",
            "comments",
            "constraints",
            "defaults",
            "functions",
            "hidden_texts",
            "indexes",
            "is_named",
            "named",
            "named_columns",
            "named_schemas",
            "relations",
            "roles",
            "schemas",
            "sequences",
            "visible",
        ];
        for (heads, body) in BODIES.iter().filter(|(_, body)| body != "as is") {
            for (_, arity) in heads.split(' ').filter_map(|head| head.split_once('/')) {
                let arity: usize = arity.parse().unwrap_or(1);
                assert!((1..=arity).all(|number| body.contains(&format!("${number}"))), "{heads}");
            }
            let (outside, after) = body.split_once("(SELECT ").unwrap_or((body, ""));
            let mut depth = 1;
            let end = after.find(|c| {
                depth += match c {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                depth == 0
            });
            let outside = format!("{outside}{}", after.get(end.unwrap_or(after.len())..).unwrap_or_default());
            assert!(TABLES.iter().all(|table| !outside.contains(&format!("{{{table}}}"))), "{heads}");
        }
    }

    #[test]
    fn every_reg_type_has_a_text() {
        for found in crate::catalog::types::all().filter(|found| found.name.starts_with("reg")) {
            assert!(reg_text(found.name).is_some(), "{}", found.name);
        }
    }
}
