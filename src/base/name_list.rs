//! Names in one text, as the setting search_path holds them.

use super::quote_ident;

/// The names, joined as SHOW prints them.
pub fn join_names(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

/// The names of one text, as `set_config` and the startup packet give it (PostgreSQL: `SplitIdentifierString`). `None` when it is malformed.
pub fn split_names(value: &str) -> Option<Vec<String>> {
    let mut members = Vec::new();
    let mut rest = value.trim_start();
    if rest.is_empty() {
        return Some(members);
    }
    loop {
        let (member, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_member(quoted)?,
            None => {
                let end = rest.find(|c: char| c == ',' || c.is_whitespace()).unwrap_or(rest.len());
                let (word, after) = rest.split_at_checked(end)?;
                (word.to_ascii_lowercase(), after)
            }
        };
        if member.is_empty() && !rest.starts_with('"') {
            return None;
        }
        members.push(member);
        rest = after.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None if rest.is_empty() => return Some(members),
            None => return None,
        }
    }
}

fn quoted_member(mut rest: &str) -> Option<(String, &str)> {
    let mut member = String::new();
    loop {
        let (part, after) = rest.split_once('"')?;
        member.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => {
                member.push('"');
                rest = after;
            }
            None => return Some((member, after)),
        }
    }
}

/// PostgreSQL quotes what would not read back as it is.
fn quote(member: &str) -> String {
    let is_plain = member.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && member.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_plain { member.to_owned() } else { quote_ident(member) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_back_as_it_is_shown() {
        let members = split_names("sales,  \"Odd \"\"One\", $user,PUBLIC").unwrap();
        assert_eq!(members, ["sales", "Odd \"One", "$user", "public"]);
        assert_eq!(join_names(&members), "sales, \"Odd \"\"One\", \"$user\", public");
        assert_eq!(split_names(&join_names(&members)).unwrap(), members);
        assert_eq!(split_names("").unwrap(), Vec::<String>::new());
        assert_eq!(split_names("\"\"").unwrap(), [""]);
        for wrong in ["a b", "a,", ",a", "\"a"] {
            assert_eq!(split_names(wrong), None, "{wrong}");
        }
    }
}
