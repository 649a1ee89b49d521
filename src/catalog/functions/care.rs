//! What the caller of some functions must check besides the verdict.

/// A check that a call needs; the table of verdicts speaks of name and arity only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    None,
    /// The result is of a reg* type: only a whole output, under `::text`, or compared with a verified constant (enforcement L7).
    RegOutput,
    /// The result is the row type that its first argument names: only with a row of the statement's own or a column definition list (L9).
    RowType,
    /// Changes a setting: only as `SELECT set_config('name', …)` that the session answers itself.
    SetsSetting,
    /// Answered by the gate for the session: takes no argument, or flags only.
    SessionAnswer,
    /// The first argument names a setting: a literal, folded, from the list of readable settings (L14).
    TakesSettingName,
    /// Takes a text search configuration, dictionary or parser: that argument, where it is written, is a constant from the list.
    TakesTextSearchName,
    /// The last argument names a time zone: a constant, a named zone within fifteen hours (L6), where a filter or mask calls it.
    TakesTimeZone,
    /// Takes an object as oid, regclass or name: only through the function's replacement.
    TakesObject,
}

/// The care that calls of that builtin function need.
pub fn care(name: &str) -> Care {
    match name {
        "get_current_ts_config" | "pg_basetype" | "pg_typeof" => Care::RegOutput,
        "json_populate_record"
        | "json_populate_recordset"
        | "json_to_record"
        | "json_to_recordset"
        | "jsonb_populate_record"
        | "jsonb_populate_record_valid"
        | "jsonb_populate_recordset"
        | "jsonb_to_record"
        | "jsonb_to_recordset" => Care::RowType,
        "set_config" => Care::SetsSetting,
        "current_setting" => Care::TakesSettingName,
        "json_to_tsvector"
        | "jsonb_to_tsvector"
        | "phraseto_tsquery"
        | "plainto_tsquery"
        | "to_tsquery"
        | "to_tsvector"
        | "ts_debug"
        | "ts_headline"
        | "ts_lexize"
        | "ts_parse"
        | "ts_token_type"
        | "websearch_to_tsquery" => Care::TakesTextSearchName,
        "date_add" | "date_subtract" | "date_trunc" | "make_timestamptz" | "timezone" => Care::TakesTimeZone,
        "current_catalog" | "current_database" | "current_role" | "current_schema" | "current_schemas" | "current_user"
        | "getpgusername" | "inet_client_addr" | "inet_client_port" | "inet_server_addr" | "inet_server_port"
        | "pg_backend_pid" | "pg_client_encoding" | "session_user" | "user" | "version" => Care::SessionAnswer,
        _ if takes_object(name) => Care::TakesObject,
        _ => Care::None,
    }
}

/// Functions over catalog objects; all of them are `Filtered` or `Deny` in the table.
fn takes_object(name: &str) -> bool {
    ["has_", "pg_get_", "to_reg", "row_security_active"].iter().any(|prefix| name.starts_with(prefix))
        || name.ends_with("_is_visible")
        || name.ends_with("_has_property")
        || matches!(
            name,
            "col_description"
                | "format_type"
                | "obj_description"
                | "pg_column_is_updatable"
                | "pg_describe_object"
                | "pg_filenode_relation"
                | "pg_has_role"
                | "pg_identify_object"
                | "pg_identify_object_as_address"
                | "pg_indexes_size"
                | "pg_partition_ancestors"
                | "pg_partition_root"
                | "pg_partition_tree"
                | "pg_relation_filenode"
                | "pg_relation_filepath"
                | "pg_relation_is_publishable"
                | "pg_relation_is_updatable"
                | "pg_relation_size"
                | "pg_sequence_last_value"
                | "pg_sequence_parameters"
                | "pg_table_size"
                | "pg_total_relation_size"
                | "satisfies_hash_partition"
                | "shobj_description"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::functions::{Verdict, all};

    #[test]
    fn no_function_over_objects_is_allowed_as_it_is() {
        for function in all() {
            let objects = function.overloads.iter().any(|overload| {
                matches!(overload.verdict, Verdict::Allow | Verdict::Limit(_))
                    && overload
                        .arguments
                        .iter()
                        .any(|argument| argument.starts_with("reg") && !matches!(*argument, "regconfig" | "regdictionary"))
            });
            assert!(!objects, "{} takes an object", function.name);
        }
    }

    #[test]
    fn every_text_search_name_and_reg_result_is_cared_for() {
        for function in all() {
            for overload in &function.overloads {
                let (Verdict::Allow | Verdict::Limit(_)) = overload.verdict else { continue };
                if overload.arguments.iter().any(|argument| matches!(*argument, "regconfig" | "regdictionary")) {
                    assert_eq!(care(function.name), Care::TakesTextSearchName, "{}", function.name);
                }
                if overload.returns.starts_with("reg") {
                    assert_eq!(care(function.name), Care::RegOutput, "{}", function.name);
                }
            }
        }
    }
}
