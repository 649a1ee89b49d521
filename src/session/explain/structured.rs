//! A plan as JSON, XML and YAML, laid out as PostgreSQL does it (explain.c, explain_format.c), keys in its order.

use serde_json::Value;

use super::plan::PlanNode;

/// A key of PostgreSQL's and what it says.
type Property = (&'static str, Said);

enum Said {
    Flag(bool),
    Text(String),
}

/// What is told of a node apart from the nodes below it.
fn properties(node: &PlanNode, verbose: bool) -> Vec<Property> {
    let text = |key, value: &Option<String>| value.clone().map(|value| (key, Said::Text(value)));
    let flag = |key, value: Option<bool>| value.map(|value| (key, Said::Flag(value)));
    let (schema, name) = node.relation.clone().unzip();
    [
        Some(("Node Type", Said::Text(node.kind.clone()))),
        text("Strategy", &node.strategy),
        text("Partial Mode", &node.partial_mode),
        text("Parent Relationship", &node.parent),
        flag("Parallel Aware", node.parallel_aware),
        flag("Async Capable", node.async_capable),
        text("Scan Direction", &node.scan_direction),
        text("Relation Name", &name),
        text("Schema", &schema.filter(|_| verbose)),
        text("Join Type", &node.join_type),
        text("Command", &node.command),
        flag("Disabled", node.disabled),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The value as JSON and YAML write it.
fn quoted(said: &Said) -> String {
    match said {
        Said::Flag(value) => value.to_string(),
        Said::Text(text) => Value::from(text.as_str()).to_string(),
    }
}

fn blanks(level: usize) -> String {
    "  ".repeat(level)
}

/// FORMAT JSON
pub(super) fn json(plan: &PlanNode, verbose: bool) -> String {
    format!("[\n  {{\n    \"Plan\": {}\n  }}\n]", json_node(plan, 2, verbose))
}

fn json_node(node: &PlanNode, level: usize, verbose: bool) -> String {
    let inside = blanks(level + 1);
    let mut members: Vec<String> =
        properties(node, verbose).iter().map(|(key, said)| format!("{inside}\"{key}\": {}", quoted(said))).collect();
    if !node.children.is_empty() {
        let below = blanks(level + 2);
        let children = node.children.iter().map(|child| format!("{below}{}", json_node(child, level + 2, verbose)));
        members.push(format!("{inside}\"Plans\": [\n{}\n{inside}]", children.collect::<Vec<_>>().join(",\n")));
    }
    format!("{{\n{}\n{}}}", members.join(",\n"), blanks(level))
}

/// FORMAT XML
pub(super) fn xml(plan: &PlanNode, verbose: bool) -> String {
    let mut out = String::from("<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n  <Query>\n");
    xml_node(plan, 2, verbose, &mut out);
    out.push_str("  </Query>\n</explain>");
    out
}

fn xml_node(node: &PlanNode, level: usize, verbose: bool, out: &mut String) {
    let (outside, inside) = (blanks(level), blanks(level + 1));
    out.push_str(&format!("{outside}<Plan>\n"));
    for (key, said) in properties(node, verbose) {
        let tag = key.replace(' ', "-");
        let value = match said {
            Said::Flag(value) => value.to_string(),
            Said::Text(text) => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#x0d;"),
        };
        out.push_str(&format!("{inside}<{tag}>{value}</{tag}>\n"));
    }
    if !node.children.is_empty() {
        out.push_str(&format!("{inside}<Plans>\n"));
        node.children.iter().for_each(|child| xml_node(child, level + 2, verbose, out));
        out.push_str(&format!("{inside}</Plans>\n"));
    }
    out.push_str(&format!("{outside}</Plan>\n"));
}

/// FORMAT YAML
pub(super) fn yaml(plan: &PlanNode, verbose: bool) -> String {
    let mut lines = vec!["- Plan: ".to_owned()];
    yaml_node(plan, 2, verbose, &mut lines);
    lines.join("\n")
}

fn yaml_node(node: &PlanNode, level: usize, verbose: bool, lines: &mut Vec<String>) {
    let inside = blanks(level);
    lines.extend(properties(node, verbose).iter().map(|(key, said)| format!("{inside}{key}: {}", quoted(said))));
    if node.children.is_empty() {
        return;
    }
    lines.push(format!("{inside}Plans: "));
    for child in &node.children {
        let mut below = Vec::new();
        yaml_node(child, level + 2, verbose, &mut below);
        // The first key stands behind the dash.
        if let Some(first) = below.first_mut() {
            *first = format!("{}- {}", blanks(level + 1), first.trim_start());
        }
        lines.append(&mut below);
    }
}
