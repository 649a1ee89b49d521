//! search_path as a client sets it: schemas by name, kept as written, of which only those that exist for the client count.

use crate::base::quote_ident;

/// The largest number of schemas in a path: every name is looked up in all of them.
const MAX_SCHEMAS: usize = 64;

/// The members, joined as SHOW prints them; `None` when there are too many.
pub(super) fn join(members: &[String]) -> Option<String> {
    (members.len() <= MAX_SCHEMAS).then(|| members.iter().map(|member| quote(member)).collect::<Vec<_>>().join(", "))
}

/// The members of one string, as `set_config` and the startup packet give it (PostgreSQL: `SplitIdentifierString`). `None` when it is malformed.
pub(super) fn split(value: &str) -> Option<Vec<String>> {
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
        let members = split("sales,  \"Odd \"\"One\", $user,PUBLIC").unwrap();
        assert_eq!(members, ["sales", "Odd \"One", "$user", "public"]);
        assert_eq!(join(&members).unwrap(), "sales, \"Odd \"\"One\", \"$user\", public");
        assert_eq!(split(&join(&members).unwrap()).unwrap(), members);
        assert_eq!(split("").unwrap(), Vec::<String>::new());
        assert_eq!(split("\"\"").unwrap(), [""]);
        for wrong in ["a b", "a,", ",a", "\"a"] {
            assert_eq!(split(wrong), None, "{wrong}");
        }
    }
}
