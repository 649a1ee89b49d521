//! Runs `tests/policies/*.md`: one test a file, which tells every case that differs. `UPDATE_CASES=1` writes what came instead.

use std::collections::BTreeMap;
use std::fs;

use postern::analyze::Registry;
use postern::catalog::RelationSource;
use postern::catalog::functions::reg_text;
use postern::config::environment;
use postern::enforce::{Action, Plan, Refusal};
use postern::parse::{Plain, print_statement, syntax::Statement};
use postern::policy::compile::CompiledGrant;
use postern::rewrite::{Reading, substitution, view_definition};

use super::bed::{Bed, DRIFTED, SHOP, SHOP_ON_VIEWS, Session, policies};
use super::case_file::{Block, Case, CaseFile, Piece};
use super::permit;

macro_rules! case_files {
    ($($name:ident),* $(,)?) => {
        $(#[test] fn $name() { run(stringify!($name)); })*

        #[test]
        fn every_case_file_is_run() {
            let run = [$(concat!(stringify!($name), ".md")),*];
            let mut found: Vec<String> =
                fs::read_dir(policies()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            found.retain(|name| name.ends_with(".md") && name != "README.md");
            found.sort_unstable();
            assert_eq!(found, run, "in the order of their names");
        }
    };
}

case_files! {
    catalogs,
    copy,
    drift,
    explain_policy,
    fences,
    filters,
    functions,
    groups,
    hidden,
    json,
    lexical,
    limits,
    masks,
    names,
    own,
    recursion,
    relations,
    rows,
    stars,
    statements,
    syntax,
    types,
    views,
    xml,
}

fn run(name: &str) {
    let path = policies().join(format!("{name}.md"));
    let mut file = CaseFile::read(&fs::read_to_string(&path).unwrap());
    let bed: &Bed = match file.configuration.as_str() {
        "shop" => &SHOP,
        "shop, drifted" => &DRIFTED,
        other => panic!("{name}.md: no configuration {other}"),
    };
    let update = environment("UPDATE_CASES").is_some();
    let mut differences = Vec::new();
    // Backwards, so that blocks can be put in without moving those that are still to come.
    for case in file.cases().into_iter().rev() {
        let block = file.block(case.at).clone();
        let bed = if block.option("backend") == Some("views") { &SHOP_ON_VIEWS } else { bed };
        let found = judge(bed, &block);
        let expected: Vec<Block> = case.expected.iter().map(|at| file.block(*at).clone()).collect();
        if update {
            write_back(&mut file, &case, &found);
        } else if let Some(difference) = found.difference(&expected) {
            differences.push(format!("{name}.md:{}: {}\n{difference}", block.line, case.sentence));
        }
    }
    if update {
        fs::write(&path, file.write()).unwrap();
    }
    differences.reverse();
    assert!(differences.is_empty(), "{} cases differ\n\n{}\n", differences.len(), differences.join("\n\n"));
}

/// Whatever else is accepted over the warehouse that has changed reads nothing that is broken: outside the sub-selects its names do not stand.
#[test]
fn no_statement_of_any_case_reads_what_is_broken() {
    let names = ["\"phone\"", "\"birth_date\"", "\"status\""];
    let mut accepted = 0;
    for entry in fs::read_dir(policies()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") || path.ends_with("README.md") {
            continue;
        }
        let file = CaseFile::read(&fs::read_to_string(&path).unwrap());
        for case in file.cases() {
            let block = file.block(case.at);
            let text = statement(&block.body);
            // A client may give such a name itself.
            let is_given =
                ["AS phone", "AS status", "AS birth_date", "status)", "phone)"].iter().any(|given| text.contains(given));
            if block.kind() == "relation" || is_given {
                continue;
            }
            let database = block.option("database").unwrap_or("analysis");
            let path = block.option("search_path").map(|path| path.split(',').map(str::to_owned).collect());
            let session = Session { database: database.to_owned(), search_path: path, parameter_types: Vec::new(), server: None };
            let Ok(plans) = DRIFTED.judge(&session, &text) else { continue };
            for plan in &plans {
                let sent = shown(plan, DRIFTED.grant(database));
                accepted += 1;
                let outside = |name: &str| sent.replace(&format!("CAST(NULL AS pg_catalog.text) AS {name}"), "").contains(name);
                assert!(!names.iter().any(|name| outside(name)), "{text}\n{sent}");
                let mut relations = plan.record.footprint.relations.keys();
                assert!(relations.all(|name| !DRIFTED.grant(database).exposed.broken_relations.contains_key(name)), "{text}");
            }
        }
    }
    assert!(accepted > 100, "{accepted}");
}

/// What a statement became, as the files write it.
struct Found {
    /// `sent`, `refused 42703 column_hidden`, `is`
    info: String,
    body: String,
    uses: String,
    columns: String,
}

fn judge(bed: &Bed, block: &Block) -> Found {
    let database = block.option("database").unwrap_or("analysis");
    let grant = bed.grant(database);
    if matches!(block.kind(), "relation" | "view") {
        let (schema, name) = block.body.trim().split_once('.').expect("schema.name");
        let relation = grant.exposed.relation(schema, name).expect("an exposed relation");
        let body = match block.kind() {
            "view" => view_definition(relation, block.option("only").is_some()).expect("a relation of the warehouse"),
            _ => substitution(relation, Reading { only: block.option("only").is_some(), ..Reading::default() }),
        };
        let body = wrapped(&without_digests(&body));
        return Found { info: "is".to_owned(), body, uses: String::new(), columns: String::new() };
    }
    let list = |key| block.option(key).map(|text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>());
    let session = Session {
        database: database.to_owned(),
        search_path: list("search_path"),
        server: block.option("server").map(|major| major.parse().unwrap()),
        parameter_types: list("types").unwrap_or_default().iter().map(|oid| oid.parse().unwrap()).collect(),
    };
    match bed.judge(&session, &statement(&block.body)) {
        Ok(plans) => {
            for plan in &plans {
                permit::assert_within(bed, grant, plan, &block.body);
            }
            let sent: Vec<String> = plans.iter().map(|plan| shown(plan, grant)).collect();
            Found {
                info: "sent".to_owned(),
                body: sent.iter().map(|text| wrapped(text)).collect::<Vec<_>>().join(";\n"),
                uses: plans.iter().map(uses).collect(),
                columns: plans.iter().map(|plan| columns(plan, grant)).collect(),
            }
        }
        Err(refusal) => Found {
            info: format!("refused {} {}", refusal.error.sqlstate.as_str(), refusal.code.as_str()),
            body: told(&refusal),
            uses: String::new(),
            columns: String::new(),
        },
    }
}

/// The statement of a block; `{64×x}` stands for sixty-four `x`, `{tab}` and `{cr}` for what an editor would change.
fn statement(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('{') {
        let piece = after.split_once('}').and_then(|(inner, rest)| Some((special(inner)?, rest)));
        text.push_str(before);
        match piece {
            Some((special, after)) => {
                text.push_str(&special);
                rest = after;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text + rest
}

fn special(inner: &str) -> Option<String> {
    match inner {
        "tab" => Some("\t".to_owned()),
        "cr" => Some("\r".to_owned()),
        "nbsp" => Some("\u{a0}".to_owned()),
        _ => {
            let (count, what) = inner.split_once('×')?;
            Some(what.repeat(count.parse().ok()?))
        }
    }
}

/// What is sent, each relation's sub-select under a name of its own.
fn shown(plan: &Plan, grant: &CompiledGrant) -> String {
    let text = match &plan.action {
        Action::Query(rewritten) | Action::Copy(rewritten) | Action::Explain { style: _, rewritten } => {
            rewritten.sql().to_string()
        }
        Action::Declare { name: _, options: _, rewritten } => rewritten.sql().to_string(),
        Action::Prepare { name, types, rewritten } => format!("PREPARE {name} ({}) AS {}", types.join(", "), rewritten.sql()),
        Action::Execute { name, arguments, explain } => {
            let explain = if explain.is_some() { "EXPLAIN " } else { "" };
            format!("{explain}EXECUTE {name} ({})", arguments.join(", "))
        }
        Action::Configure(configuration) => format!("(nothing: the session answers) {:?}", configuration.items),
        Action::Policy(lines) => format!("(nothing: the session answers)\n{}", lines.join("\n")),
        Action::Control(command) => {
            format!("(nothing: the session answers) {}", print_statement(&Statement::Command(command.clone()), &Plain))
        }
    };
    let text = Registry::ALL.into_iter().fold(text, |text, kind| named(&text, kind, grant));
    grant.exposed.relations.values().flat_map(|relation| permit::readings(relation)).fold(text, |text, (known, name)| {
        let head = known.strip_suffix(" OFFSET 0").unwrap_or(&known);
        let text = text.replace(&format!("({known})"), &name);
        // Conditions of the client's that are copied into the fence.
        text.replace(&format!("({head} AND ("), &format!("({name} AND ("))
            .replace(&format!("({head} WHERE ("), &format!("({name} WHERE ("))
    })
}

/// The names of views without what changes with every change of the configuration.
fn without_digests(text: &str) -> String {
    let mut parts = text.split('/');
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_digest = part.bytes().take(16).all(|byte| byte.is_ascii_hexdigit()) && part.as_bytes().get(16) == Some(&b'"');
        shown.push('/');
        shown.push_str(if is_digest { "…" } else { "" });
        shown.push_str(if is_digest { part.get(16..).unwrap_or_default() } else { part });
    }
    shown
}

/// `⟨regclass of x⟩` for the expression that writes the client's name of the object x.
fn named(text: &str, kind: Registry, grant: &CompiledGrant) -> String {
    let Some(template) = reg_text(kind.type_name()) else { return text.to_owned() };
    let rendered = template.render(&["⟨⟩".to_owned()], &grant.exposed.system);
    let (before, after) = rendered.split_once("⟨⟩").unwrap();
    let mut shown = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once(before) {
        let (argument, tail) = tail.split_once(after).unwrap();
        shown.push_str(&format!("{head}⟨{} of {argument}⟩", kind.type_name()));
        rest = tail;
    }
    shown + rest
}

/// Lines of a readable length, broken at blanks.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().unwrap();
        if !line.is_empty() && line.chars().count() + word.chars().count() > 150 {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

fn told(refusal: &Refusal) -> String {
    let error = &refusal.error;
    let mut text = error.message.to_string();
    for (name, value) in [("DETAIL", &error.detail), ("HINT", &error.hint)] {
        if let Some(value) = value {
            text.push_str(&format!("\n{name}: {value}"));
        }
    }
    if refusal.rule_path.len() > 1 {
        text.push_str(&format!("\nRULE: {}", refusal.rule_path[1..].join(" ")));
    }
    if let Some(position) = error.position {
        text.push_str(&format!("\nPOSITION: {position}"));
    }
    text
}

/// relation.column: use, use; mask
fn uses(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for ((schema, name), relation) in &plan.record.footprint.relations {
        let filters: Vec<&str> = relation.row_filters.iter().map(String::as_str).collect();
        let filters = if filters.is_empty() { String::new() } else { format!(" where {}", filters.join(" and ")) };
        lines.push(format!("{schema}.{name}{filters}"));
        for (column, used) in &relation.columns {
            let how: Vec<&str> = used.uses.iter().map(|used| used.as_str()).collect();
            let mask = used.mask.as_ref().map_or_else(String::new, |mask| format!("; mask {mask}"));
            lines.push(format!("{schema}.{name}.{column}: {}{mask}", how.join(", ")));
        }
    }
    lines.extend(plan.record.footprint.functions.iter().map(|name| format!("calls {name}")));
    lines.join("\n")
}

/// name = schema.relation.column, or the name alone.
fn columns(plan: &Plan, grant: &CompiledGrant) -> String {
    let (Action::Query(rewritten) | Action::Copy(rewritten)) = &plan.action else { return String::new() };
    let mut known = BTreeMap::new();
    for relation in grant.exposed.relations.values() {
        if let RelationSource::System { oid: _, query: _ } = relation.source {
            continue;
        }
        for column in &relation.columns {
            known.insert((relation.oid(), column.attnum), format!("{}.{}.{}", relation.schema, relation.name, column.name));
        }
    }
    let line = |column: &postern::enforce::OutputColumn| match column.origin {
        Some(origin) => format!("{} = {}", column.name, known.get(&origin).map_or("?", String::as_str)),
        None => column.name.clone(),
    };
    rewritten.columns().iter().map(line).collect::<Vec<_>>().join("\n")
}

impl Found {
    /// What is not as expected.
    fn difference(&self, expected: &[Block]) -> Option<String> {
        if !expected.iter().any(|block| matches!(block.kind(), "sent" | "refused" | "is")) {
            return Some("nothing is expected".to_owned());
        }
        let problems: Vec<String> = expected.iter().filter_map(|block| self.unlike(block)).collect();
        (!problems.is_empty()).then(|| problems.join("\n"))
    }

    fn unlike(&self, block: &Block) -> Option<String> {
        let came = format!("came:     {}\n{}", self.info, self.body);
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let ours = squeezed(&self.body);
        match (block.kind(), block.words().next()) {
            ("sent", Some(how @ ("contains" | "lacks"))) if self.info == "sent" => {
                let wrong = block.body.lines().find(|line| ours.contains(&squeezed(line)) != (how == "contains"))?;
                Some(format!("expected: sent {how}\n{wrong}\n{came}"))
            }
            ("columns", None) => {
                (block.body != self.columns).then(|| format!("expected: columns\n{}\ncame:\n{}", block.body, self.columns))
            }
            ("uses", None) => (block.body != self.uses).then(|| format!("expected: uses\n{}\ncame:\n{}", block.body, self.uses)),
            ("sent" | "is" | "refused", _) => {
                let same = block.info == self.info && squeezed(&block.body) == ours;
                (!same).then(|| format!("expected: {}\n{}\n{came}", block.info, block.body))
            }
            _ => Some(format!("a block of no known kind: {}", block.info)),
        }
    }
}

/// Puts what came where the expectation was.
fn write_back(file: &mut CaseFile, case: &Case, found: &Found) {
    let mut written = false;
    for at in &case.expected {
        let Piece::Block(block) = &mut file.pieces[*at] else { continue };
        let how: Vec<String> = block.info.split_whitespace().map(str::to_owned).collect();
        match how.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["sent", "contains" | "lacks"] => written = true,
            ["columns"] => block.body.clone_from(&found.columns),
            ["uses"] => block.body.clone_from(&found.uses),
            _ => {
                block.info.clone_from(&found.info);
                block.body.clone_from(&found.body);
                written = true;
            }
        }
    }
    if !written {
        let block = Block { info: found.info.clone(), body: found.body.clone(), line: 0 };
        file.pieces.insert(case.at + 1, Piece::Block(block));
    }
}
