//! DO blocks.

use crate::base::quote_literal;
use crate::views::name::owner_role;

use super::Wish;

/// A DO block in PL/pgSQL that knows `login` and `owner`; `declarations` and `body` as they stand in it.
pub(super) fn block(wish: &Wish<'_>, declarations: &str, body: &str) -> String {
    let (login, owner) = (quote_literal(wish.login), quote_literal(&owner_role(wish.login)));
    let text = format!(
        "\nDECLARE\n  login CONSTANT pg_catalog.name := {login};\n  owner CONSTANT pg_catalog.name := {owner};\n{declarations}BEGIN\n  {}END\n",
        body.trim_start()
    );
    format!("DO {}", dollar_quoted(&text))
}

/// The text between dollar quotes that do not occur in it.
pub(in crate::views) fn dollar_quoted(text: &str) -> String {
    let mut tag = "$postern$".to_owned();
    let mut number = 0_u32;
    while text.contains(&tag) {
        number = number.saturating_add(1);
        tag = format!("$postern{number}$");
    }
    format!("{tag}{text}{tag}")
}

/// `ARRAY['a', 'b']::name[]`
pub(super) fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<String> = names.into_iter().map(quote_literal).collect();
    format!("ARRAY[{}]::pg_catalog.name[]", names.join(", "))
}

/// `ARRAY['a', 'b']::text[]`
pub(super) fn texts(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| quote_literal(&text)).collect();
    format!("ARRAY[{}]::pg_catalog.text[]", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_own_quotes() {
        assert_eq!(dollar_quoted("x"), "$postern$x$postern$");
        assert_eq!(dollar_quoted("a $postern$ b $postern1$"), "$postern2$a $postern$ b $postern1$$postern2$");
        assert_eq!(names(["it's"]), "ARRAY['it''s']::pg_catalog.name[]");
    }
}
