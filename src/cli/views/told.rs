//! Results of `postern views` as text and as JSON.

use serde_json::{Value, json};

use crate::cli::Format;
use crate::cli::names::{counted, identifier, qualified};
use crate::cli::output::say;
use crate::views::{Difference, GrantViews, Script, owner_role};

use super::selection::Selection;

/// The script; as text it is a file for psql.
pub(super) fn printed(selection: &Selection<'_>, planned: &[&GrantViews], script: &Script, format: Format) {
    if format == Format::Json {
        return say(&with(selection, planned, json!({ "sql": script.text() })).to_string());
    }
    let login = identifier(&selection.warehouse.user);
    say(&format!("-- postern views: {} of warehouse {}.", counted(planned.len(), "grant"), selection.warehouse.name));
    say("-- One transaction, to be run by an administrator; it can be run again.");
    say(&format!("-- A login that is made here has no password: give it the configured one with \\password {login}."));
    say(script.text().trim_end());
}

/// What was made.
pub(super) fn applied(selection: &Selection<'_>, planned: &[&GrantViews], has_changed: bool, format: Format) {
    if format == Format::Json {
        return say(&with(selection, planned, json!({ "changed": has_changed })).to_string());
    }
    say(if has_changed {
        "the views are as they are configured now"
    } else {
        "nothing to do: the views are as they are configured"
    });
    for grant in planned {
        let functions =
            if grant.functions.is_empty() { String::new() } else { format!(", {}", counted(grant.functions.len(), "function")) };
        say(&format!("  grant {}: {}{functions}", grant.grant, counted(grant.views.len(), "view")));
    }
    let login = &selection.warehouse.user;
    say(&format!("  read by {}, owned by {}", identifier(login), identifier(&owner_role(login))));
}

/// What is gone.
pub(super) fn dropped(selection: &Selection<'_>, format: Format) {
    let of = selection.of().map(|grants| grants.iter().map(|grant| grant.as_str().to_owned()).collect::<Vec<_>>());
    if format == Format::Json {
        let warehouse = &selection.warehouse.name;
        return say(&json!({ "dropped": true, "warehouse": warehouse, "grants": of }).to_string());
    }
    say(&match of {
        Some(grants) => format!("the views of {} are removed", grants.join(", ")),
        None => "all views are removed, and the rights are as they were before them".to_owned(),
    });
}

/// What differs.
pub(super) fn differences(selection: &Selection<'_>, differences: &[Difference], format: Format) {
    let warehouse = &selection.warehouse.name;
    if format == Format::Json {
        let messages: Vec<&str> = differences.iter().map(|difference| difference.message.as_str()).collect();
        return say(&json!({ "warehouse": warehouse, "same": differences.is_empty(), "differences": messages }).to_string());
    }
    if differences.is_empty() {
        return say(&format!("warehouse {warehouse}: the views are as they are configured"));
    }
    differences.iter().for_each(|difference| say(&difference.message));
    say(&format!("warehouse {warehouse}: {}", counted(differences.len(), "difference")));
}

/// The roles and the views, with more.
fn with(selection: &Selection<'_>, planned: &[&GrantViews], more: Value) -> Value {
    let login = &selection.warehouse.user;
    let mut told = json!({
        "warehouse": selection.warehouse.name,
        "login": login,
        "owner": owner_role(login),
        "grants": planned.iter().map(|grant| of_grant(grant)).collect::<Vec<_>>(),
    });
    if let (Some(told), Value::Object(more)) = (told.as_object_mut(), more) {
        told.extend(more);
    }
    told
}

fn of_grant(planned: &GrantViews) -> Value {
    let views: Vec<Value> = planned
        .views
        .iter()
        .map(|view| {
            let (schema, name) = &view.relation;
            json!({ "relation": qualified(schema, name), "only": view.only, "schema": planned.schema, "view": view.name })
        })
        .collect();
    let functions: Vec<Value> = planned
        .functions
        .iter()
        .map(|function| {
            json!({ "function": qualified(&function.calls, &function.name), "schema": function.schema, "arguments": function.types })
        })
        .collect();
    json!({ "name": planned.grant, "views": views, "functions": functions })
}
