//! What stands for a builtin function whose own answer would tell too much.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::catalog::system::{Expansion, SystemContext};

use super::complaint::{Complaint, Told};

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

impl Replacement {
    /// As `Template::makes_rows`.
    pub fn makes_rows(self) -> bool {
        matches!(self, Self::Sql(template) if template.makes_rows())
    }
}

static REPLACEMENTS: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let heads = BODIES.iter().flat_map(|(heads, body)| heads.split(' ').map(|head| (head.to_owned(), body.as_str())));
    heads.collect()
});

/// What makes rows of JSON begins so.
const ROWS: &str = "pg_catalog.json_to_recordset(";

/// An error that a replacement may raise: `{raise relation 2}`, about its second argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raised {
    /// What stands in the placeholder behind `raise`.
    pub words: &'static str,
    pub complaint: Complaint,
    /// Numbers of the arguments that it quotes, from 1.
    pub arguments: Vec<usize>,
    /// The kind of object whose privileges are meant.
    pub privileges: Option<&'static str>,
}

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
            (None, None, _) if line.contains(" = ") => bodies.extend(derived(line, &bodies)),
            // A line that does not read stands for nothing, and then the function is refused.
            (Some(_), _, None) | (None, None, _) => {}
        }
    }
    bodies
});

/// `f/2 = f/3({user}::text, $1, $2)`: the SQL of another line over other arguments.
fn derived(line: &'static str, bodies: &[(&'static str, String)]) -> Option<(&'static str, String)> {
    let (heads, of) = line.split_once(" = ")?;
    let (head, arguments) = of.strip_suffix(')')?.split_once('(')?;
    let (_, body) = bodies.iter().find(|(heads, _)| heads.split(' ').any(|other| other == head))?;
    let arguments: Vec<&str> = arguments.split(", ").collect();
    let mut sql = String::with_capacity(body.len());
    let mut is_raised = false;
    let mut rest = body.as_str();
    while let Some(at) = rest.find(['$', '{', '}', ' ']) {
        let (before, mark) = rest.split_at_checked(at)?;
        sql.push_str(before);
        is_raised = match mark.as_bytes().first() {
            Some(b'{') => mark.starts_with("{raise "),
            Some(b'}') => false,
            _ => is_raised,
        };
        let (symbol, tail) = mark.split_at_checked(1)?;
        let digits = tail.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        let number = digits.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let argument = number.and_then(|number| arguments.get(number));
        rest = match (symbol, argument) {
            ("$", Some(argument)) => {
                sql.push_str(argument);
                tail.strip_prefix(digits)?
            }
            // The number of the argument that is told, or of none.
            (" ", Some(argument)) if is_raised => {
                sql.push(' ');
                sql.push_str(argument.strip_prefix('$').unwrap_or("0"));
                tail.strip_prefix(digits)?
            }
            _ => {
                sql.push_str(symbol);
                tail
            }
        };
    }
    sql.push_str(rest);
    Some((heads, sql))
}

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

/// What says whether the types show that a text of that reg* type names, where it is a signature.
pub fn reg_types(type_name: &str) -> Option<Template> {
    match find(&format!("{type_name}/types"))? {
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
        self.telling(&[], arguments, context)
    }

    /// The same, where what it complains of is known: `told` are the sentences by the words of `raised`.
    pub fn telling(self, told: &[(&'static str, Told)], arguments: &[String], context: &SystemContext) -> String {
        Expansion::new(arguments, context).telling(told).expression(self.text)
    }

    /// Whether it gives rows as JSON, for the function's own columns: it stands in FROM, with these written behind it.
    pub fn makes_rows(self) -> bool {
        self.text.starts_with(ROWS)
    }

    /// The errors that it may raise.
    pub fn raised(self) -> impl Iterator<Item = Raised> {
        let words = self.text.split("{raise ").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        words.filter_map(raised)
    }
}

/// `relation 2`, `privilege 3 table`, `name`
fn raised(words: &'static str) -> Option<Raised> {
    let mut parts = words.split(' ');
    let complaint = Complaint::named(parts.next()?)?;
    let (mut arguments, mut privileges) = (Vec::new(), None);
    for part in parts {
        match part.parse() {
            Ok(number) => arguments.push(number),
            Err(_) => privileges = Some(part),
        }
    }
    Some(Raised { words, complaint, arguments, privileges })
}

/// SQL of type text that raises what the placeholder's words say.
pub(in crate::catalog) fn raise(words: &str, told: &[(&'static str, Told)]) -> Option<String> {
    let bare = || Complaint::named(words.split(' ').next()?).map(Told::bare);
    let told = told.iter().find(|(of, _)| *of == words).map(|(_, told)| told.clone()).or_else(bare)?;
    Some(raise_told(&told))
}

/// SQL of type text that raises that a type is missing, without its name.
pub fn raise_no_type() -> String {
    raise_told(&Told::bare(Complaint::Type))
}

/// SQL of type text that raises it. In a sub-select that is not pulled up: the planner tries what it can before there is a row.
pub fn raise_told(told: &Told) -> String {
    let name = crate::base::quote_literal(&told.setting());
    format!("(SELECT pg_catalog.current_setting(n.name) FROM (SELECT CAST({name} AS pg_catalog.text) AS name OFFSET 0) AS n)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::functions::{Care, Verdict, all, care, in_information_schema, verdict};

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
        for head in REPLACEMENTS.keys().filter(|head| !head.ends_with("/text") && !head.ends_with("/types")) {
            let (name, arity) = head.split_once('/').unwrap();
            let keyword = ["user", "current_role", "current_catalog"].contains(&name);
            let arity = arity.parse().unwrap();
            let verdict = verdict(name, arity).or_else(|| in_information_schema(name)?.verdict(arity));
            assert!(keyword || matches!(verdict, Some(Verdict::Filtered(_))), "{head}");
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
        const TABLES: [&str; 21] = [
            "bounded",
            "checks",
            "columns",
            "comments",
            "constraints",
            "defaults",
            "functions",
            "hidden_texts",
            "indexes",
            "is_named",
            "keyed",
            "linked",
            "named",
            "named_columns",
            "named_schemas",
            "relations",
            "roles",
            "schemas",
            "sequences",
            "titled",
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
    fn what_is_raised_reads_and_is_about_an_argument() {
        let mut count = 0;
        for (heads, body) in BODIES.iter() {
            let raised: Vec<Raised> = Template { text: body }.raised().collect();
            assert_eq!(raised.len(), body.matches("{raise ").count(), "{heads}");
            count += raised.len();
            for (raised, head) in raised.iter().flat_map(|raised| heads.split(' ').map(move |head| (raised, head))) {
                let arity = head.split_once('/').unwrap().1.parse().unwrap_or(1);
                assert!(raised.arguments.iter().all(|number| *number <= arity), "{head}");
                assert_eq!(raised.complaint == Complaint::Privilege, raised.privileges.is_some(), "{head}");
            }
        }
        assert!(count > 40, "{count}");
    }

    #[test]
    fn a_line_may_be_another_line_over_other_arguments() {
        let bodies = [("f/2 g/2", "{raise role 1}{user} ($1) ($2){raise column 2 1}".to_owned())];
        let found = derived("h/1 = g/2({user}::text, $1)", &bodies).unwrap();
        assert_eq!(found, ("h/1", "{raise role 0}{user} ({user}::text) ($1){raise column 1 0}".to_owned()));
        assert_eq!(derived("h/1 = x/2($1)", &bodies), None);
    }

    #[test]
    fn every_reg_type_has_a_text() {
        for found in crate::catalog::types::all().filter(|found| found.name.starts_with("reg")) {
            assert!(reg_text(found.name).is_some(), "{}", found.name);
        }
    }
}
