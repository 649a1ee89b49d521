//! Names of what stands in the warehouse. An identifier has 63 bytes; what is longer is shortened, and a digest keeps it apart.

use sha2::{Digest, Sha256};

/// Schemas of Postern's own begin so.
pub const PREFIX: &str = "postern/";
/// The schema in which the script notes what it changed of the login's rights. No grant is called so.
pub(super) const NOTES: &str = "postern//notes";

/// PostgreSQL: NAMEDATALEN - 1.
const LONGEST: usize = 63;
/// Hexadecimal digits of a digest in a name.
const DIGEST_DIGITS: usize = 16;
const OWNER_SUFFIX: &str = "_views";
const ONLY: &str = "/only";

/// The role that owns the views which the login reads.
pub fn owner_role(login: &str) -> String {
    format!("{}{OWNER_SUFFIX}", shortened(login, LONGEST - OWNER_SUFFIX.len()))
}

/// The schema of a grant's views: `postern/<grant>`.
pub(super) fn schema(grant: &str) -> String {
    let whole = format!("{PREFIX}{grant}");
    if whole.len() <= LONGEST { whole } else { ending_in(&whole, "", &digest(grant)) }
}

/// `<schema>.<relation>/<digest>` for the view over a relation, `<schema>.<relation>/only/<digest>` for the one without children.
pub(super) fn view(schema: &str, relation: &str, only: bool, digest: &str) -> String {
    ending_in(&format!("{schema}.{relation}"), if only { ONLY } else { "" }, digest)
}

/// The schema of a function, which keeps its own name: columns are called after it.
pub(super) fn function_schema(grant: &str, digest: &str) -> String {
    ending_in(&format!("{PREFIX}{grant}"), "", digest)
}

/// The comment of a grant's schemas.
pub(super) fn mark(grant: &str) -> String {
    format!("postern views: grant {grant}")
}

/// SHA-256 in hexadecimal digits, as many as a name has room for.
pub(super) fn digest(text: &str) -> String {
    let all: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    shortened(&all, DIGEST_DIGITS).to_owned()
}

fn ending_in(words: &str, suffix: &str, digest: &str) -> String {
    format!("{}{suffix}/{digest}", shortened(words, LONGEST - suffix.len() - 1 - digest.len()))
}

/// The longest beginning of at most so many bytes.
fn shortened(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_into_an_identifier_and_are_readable_where_they_can_be() {
        let digest = digest("x");
        assert_eq!(digest.len(), 16);
        assert_eq!(schema("churn"), "postern/churn");
        assert_eq!(view("crm", "orders", false, &digest), format!("crm.orders/{digest}"));
        assert_eq!(view("crm", "orders", true, &digest), format!("crm.orders/only/{digest}"));
        assert_eq!(function_schema("churn", &digest), format!("postern/churn/{digest}"));
        assert_eq!(owner_role("postern_gate"), "postern_gate_views");
        for name in [schema(&"g".repeat(63)), view("größe", &"x".repeat(63), true, &digest), owner_role(&"x".repeat(63))] {
            assert_eq!(name.len(), 63, "{name}");
        }
        assert_eq!(view("", &"ö".repeat(30), false, &digest).len(), 62, "no character is cut in two");
        let long = |last: &str| schema(&format!("{}{last}", "g".repeat(62)));
        assert_ne!(long("a"), long("b"));
    }
}
