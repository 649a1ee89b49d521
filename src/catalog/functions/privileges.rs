//! The privileges that the functions over access rights take, by what they are asked of (PostgreSQL: acl.c).

/// The first version with the privilege MAINTAIN.
const MAINTAIN: u32 = 170_000;
/// The first version without the privilege RULE.
const NO_RULE: u32 = 180_000;
/// The first version with the option SET of memberships.
const SET: u32 = 160_000;

/// The privileges of that kind of object on that server, each with and without its option. `None`: there is no such kind.
fn plain(kind: &str, server_version: u32) -> Option<Vec<&'static str>> {
    let mut plain = match kind {
        "column" => vec!["SELECT", "INSERT", "UPDATE", "REFERENCES"],
        "database" => vec!["CREATE", "TEMPORARY", "TEMP", "CONNECT"],
        "function" => vec!["EXECUTE"],
        "language" | "server" | "type" | "wrapper" => vec!["USAGE"],
        "parameter" => vec!["SET", "ALTER SYSTEM"],
        "role" => vec!["USAGE", "MEMBER"],
        "schema" => vec!["CREATE", "USAGE"],
        "sequence" => vec!["USAGE", "SELECT", "UPDATE"],
        "table" => vec!["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
        "tablespace" => vec!["CREATE"],
        _ => return None,
    };
    plain.extend((kind == "table" && server_version < NO_RULE).then_some("RULE"));
    plain.extend((kind == "table" && server_version >= MAINTAIN).then_some("MAINTAIN"));
    plain.extend((kind == "role" && server_version >= SET).then_some("SET"));
    Some(plain)
}

fn options(kind: &str) -> &'static str {
    if kind == "role" { "( WITH (GRANT|ADMIN) OPTION)?" } else { "( WITH GRANT OPTION)?" }
}

/// A regular expression that a list of privileges of that kind fits, in any case of letters.
pub(in crate::catalog) fn pattern(kind: &str, server_version: u32) -> Option<String> {
    let one = format!("({}){}", plain(kind, server_version)?.join("|"), options(kind));
    Some(format!("^\\s*{one}\\s*(,\\s*{one}\\s*)*$"))
}

/// The first item of such a list that is no privilege of that kind, as the client wrote it (PostgreSQL: `convert_any_priv_string`).
pub fn unknown_privilege<'t>(kind: &str, server_version: u32, list: &'t str) -> Option<&'t str> {
    let plain = plain(kind, server_version)?;
    let is_known = |item: &str| {
        let item = item.to_ascii_uppercase();
        let bare = item.strip_suffix(" WITH GRANT OPTION");
        let bare = bare.or_else(|| item.strip_suffix(" WITH ADMIN OPTION").filter(|_| kind == "role"));
        plain.contains(&bare.unwrap_or(&item))
    };
    list.split(',').map(str::trim).find(|item| !is_known(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_item_that_is_no_privilege_is_found() {
        assert_eq!(unknown_privilege("table", 150_000, "select, Rule ,INSERT with grant option"), None);
        assert_eq!(unknown_privilege("table", 180_000, "select, Rule "), Some("Rule"));
        assert_eq!(unknown_privilege("table", 160_000, "MAINTAIN"), Some("MAINTAIN"));
        assert_eq!(unknown_privilege("table", 170_000, "MAINTAIN"), None);
        assert_eq!(unknown_privilege("role", 150_000, "member with admin option,set"), Some("set"));
        assert_eq!(unknown_privilege("schema", 150_000, "usage,"), Some(""));
        assert_eq!(unknown_privilege("nothing", 150_000, "usage"), None);
    }
}
