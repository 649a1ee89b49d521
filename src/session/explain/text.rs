//! A plan as lines, worded and indented as PostgreSQL does it (explain.c: ExplainNode).

use super::plan::PlanNode;
use crate::catalog::system::shown_name;

/// Blanks for one level of PostgreSQL's own count.
const BLANKS: usize = 2;

/// The lines of a plan.
pub(super) fn lines(plan: &PlanNode, verbose: bool) -> Vec<String> {
    let mut lines = Vec::new();
    add(plan, 0, verbose, &mut lines);
    lines
}

fn add(node: &PlanNode, mut indent: usize, verbose: bool, lines: &mut Vec<String>) {
    let blanks = |indent: usize| " ".repeat(indent * BLANKS);
    if let Some(word @ ("InitPlan" | "SubPlan")) = node.parent.as_deref() {
        lines.push(format!("{}{word}", blanks(indent)));
        indent += 1;
    }
    let relation = node.relation.as_ref().map(|(schema, name)| match verbose {
        true => format!(" on {}.{}", shown_name(schema), shown_name(name)),
        false => format!(" on {}", shown_name(name)),
    });
    let what = format!("{}{}", title(node), relation.unwrap_or_default());
    let below = if indent == 0 {
        lines.push(what);
        1
    } else {
        lines.push(format!("{}->  {what}", blanks(indent)));
        indent + 3
    };
    for child in &node.children {
        add(child, below, verbose, lines);
    }
}

/// What PostgreSQL calls the node in text.
fn title(node: &PlanNode) -> String {
    let partial = match node.partial_mode.as_deref() {
        Some(mode @ ("Partial" | "Finalize")) => format!("{mode} "),
        Some(_) | None => String::new(),
    };
    let parallel = if node.parallel_aware == Some(true) { "Parallel " } else { "" };
    let is_async = if node.async_capable == Some(true) { "Async " } else { "" };
    format!("{parallel}{is_async}{partial}{}", kind(node))
}

fn kind(node: &PlanNode) -> String {
    let join = node.join_type.as_deref().filter(|join| *join != "Inner");
    let (kind, strategy) = (node.kind.as_str(), node.strategy.as_deref());
    match (kind, strategy, join) {
        ("Aggregate", Some("Sorted"), _) => "GroupAggregate".to_owned(),
        ("Aggregate", Some("Hashed"), _) => "HashAggregate".to_owned(),
        ("Aggregate", Some("Mixed"), _) => "MixedAggregate".to_owned(),
        ("SetOp", _, _) => {
            let name = if strategy == Some("Hashed") { "HashSetOp" } else { "SetOp" };
            node.command.as_ref().map_or_else(|| name.to_owned(), |command| format!("{name} {command}"))
        }
        ("Hash Join" | "Merge Join", _, Some(join)) => format!("{} {join} Join", kind.trim_end_matches(" Join")),
        (_, _, Some(join)) => format!("{kind} {join} Join"),
        (_, _, None) if node.scan_direction.as_deref() == Some("Backward") => format!("{kind} Backward"),
        (_, _, None) => kind.to_owned(),
    }
}
