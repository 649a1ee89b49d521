//! Functions of the warehouse by signature: `schema.name(type, type)`, parts quoted as in SQL where they need it.

use crate::base::unquote_ident;
use std::fmt;

/// One function that vendors may call. Types are as written; the live catalog tells what they mean.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionSignature {
    pub schema: String,
    pub name: String,
    pub arguments: Vec<String>,
}

impl FunctionSignature {
    /// Reads a signature. Unquoted names fold to lower case, as in SQL.
    pub fn parse(text: &str) -> Option<Self> {
        let (schema, rest) = identifier(text)?;
        let (name, rest) = identifier(rest.strip_prefix('.')?)?;
        let inner = rest.strip_prefix('(')?.strip_suffix(')')?;
        let arguments = if inner.trim().is_empty() { Vec::new() } else { split(inner)? };
        Some(Self { schema, name, arguments })
    }
}

/// A type by schema and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeName {
    pub schema: String,
    pub name: String,
}

impl TypeName {
    /// Reads `schema.name`; both are folded unless they are quoted.
    pub fn parse(text: &str) -> Option<Self> {
        let (schema, rest) = identifier(text)?;
        let (name, rest) = identifier(rest.strip_prefix('.')?)?;
        rest.is_empty().then_some(Self { schema, name })
    }
}

impl fmt::Display for FunctionSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}({})", self.schema, self.name, self.arguments.join(", "))
    }
}

/// The identifier at the beginning, and what follows it.
fn identifier(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end)?;
        return (!name.is_empty()).then(|| (name.to_lowercase(), rest));
    };
    unquote_ident(quoted)
}

/// Types between commas that stand outside quotes and brackets.
fn split(inner: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let (mut quoted, mut depth) = (false, 0_usize);
    for c in inner.chars() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.checked_sub(1)?,
            ',' if !quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut()?.push(c);
    }
    let parts: Vec<String> = parts.into_iter().map(|part| part.trim().to_owned()).collect();
    (!quoted && depth == 0 && parts.iter().all(|part| !part.is_empty())).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_has_a_schema_a_name_and_types() {
        let parts = |text: &str| FunctionSignature::parse(text).map(|f| (f.schema, f.name, f.arguments.join("|")));
        let found = |schema: &str, name: &str, arguments: &str| Some((schema.to_owned(), name.to_owned(), arguments.to_owned()));
        assert_eq!(parts("ref.fx_rate(text,date)"), found("ref", "fx_rate", "text|date"));
        assert_eq!(parts("public.Now()"), found("public", "now", ""));
        assert_eq!(
            parts("\"My.Schema\".\"f\"\"x\"(numeric(12,2), \"a,b\".t[], timestamp with time zone)"),
            found("My.Schema", "f\"x", "numeric(12,2)|\"a,b\".t[]|timestamp with time zone")
        );
        for wrong in [
            "",
            "fx_rate(text)",
            "ref.fx_rate",
            "ref.fx_rate(text",
            "ref.fx_rate(text,)",
            "ref.fx_rate(,)",
            "a.b.c()",
            "ref.f(a))",
            "ref.f(\"a)",
            "ref .f()",
        ] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }
}
