//! Schemas of Postern's own and what is in them.

use crate::base::{quote_ident, quote_literal};
use crate::views::name::{mark, owner_role};
use crate::views::{Function, GrantViews, View};

use super::Wish;
use super::block::{block, dollar_quoted, names, texts};

/// Drops what was there for the grants of the wish, or for all, and is not planned, or is not as it was made. What is as planned stays as it is: nobody who
/// reads it waits. What somebody else put there, or built on it, is not dropped: the script fails and names it.
pub(super) fn drop_former(wish: &Wish<'_>) -> String {
    let of_grants = match wish.of {
        None => String::new(),
        Some(grants) => {
            let marks = texts(grants.iter().map(|grant| mark(grant.as_str())));
            format!("\n        AND pg_catalog.obj_description(n.oid, 'pg_namespace') = ANY ({marks})")
        }
    };
    let views = wish.grants.iter().flat_map(|grant| grant.views.iter().map(move |view| view.identity(grant)));
    let functions = wish.grants.iter().flat_map(|grant| &grant.functions).map(|function| function.schema.as_str());
    let schemas = wish.grants.iter().flat_map(|grant| grant.schemas());
    let body = format!(
        "\
  FOR former IN SELECT n.nspname FROM pg_catalog.pg_namespace AS n JOIN pg_catalog.pg_roles AS r ON r.oid = n.nspowner
      WHERE n.nspname = ANY (schemas) AND r.rolname <> owner
  LOOP
    RAISE EXCEPTION 'schema % belongs to another role', former.nspname;
  END LOOP;
  FOR former IN SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace AS n JOIN pg_catalog.pg_roles AS r ON r.oid = n.nspowner
      WHERE r.rolname = owner{of_grants}
  LOOP
    FOR part IN SELECT c.relname FROM pg_catalog.pg_class AS c WHERE c.relnamespace = former.oid AND c.relkind = 'v'
        AND NOT (pg_catalog.format('%I.%I', former.nspname, c.relname) = ANY (views) AND {is_made_view})
    LOOP
      EXECUTE pg_catalog.format('DROP VIEW %I.%I', former.nspname, part.relname);
    END LOOP;
    FOR part IN SELECT p.oid::pg_catalog.regprocedure AS name FROM pg_catalog.pg_proc AS p WHERE p.pronamespace = former.oid
        AND NOT (former.nspname = ANY (functions) AND {is_made_function})
    LOOP
      EXECUTE pg_catalog.format('DROP FUNCTION %s', part.name);
    END LOOP;
    IF former.nspname <> ALL (schemas) THEN
      EXECUTE pg_catalog.format('DROP SCHEMA %I', former.nspname);
    END IF;
  END LOOP;
",
        is_made_view = IS_MADE_VIEW,
        is_made_function = IS_MADE_FUNCTION,
    );
    let declarations = format!(
        "  views CONSTANT pg_catalog.text[] := {};\n  functions CONSTANT pg_catalog.name[] := {};\n  \
         schemas CONSTANT pg_catalog.name[] := {};\n  former record;\n  part record;\n",
        texts(views),
        names(functions),
        names(schemas)
    );
    block(wish, &declarations, &body)
}

/// Whether a view `c`, a function `p`, is the owner's and as it was made: protected, and its definition the one that its comment tells.
pub(super) const IS_MADE_VIEW: &str = "pg_catalog.pg_get_userbyid(c.relowner) = owner AND COALESCE(c.reloptions = ARRAY['security_barrier=true'], false) \
    AND COALESCE(pg_catalog.obj_description(c.oid, 'pg_class') = 'postern views: ' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.pg_get_viewdef(c.oid), 'UTF8')), 'hex'), false)";
pub(super) const IS_MADE_FUNCTION: &str = "pg_catalog.pg_get_userbyid(p.proowner) = owner AND p.prosecdef \
    AND COALESCE(pg_catalog.obj_description(p.oid, 'pg_proc') = 'postern views: ' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.pg_get_functiondef(p.oid), 'UTF8')), 'hex'), false)";

/// Makes what is planned for a grant and not there.
pub(super) fn make(grant: &GrantViews) -> Vec<String> {
    let (login, owner) = (quote_ident(&grant.login), quote_ident(&owner_role(&grant.login)));
    let comment = quote_literal(&mark(grant.grant.as_str()));
    let mut statements = Vec::new();
    for schema in grant.schemas() {
        let schema = quote_ident(schema);
        statements.push(format!("CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}"));
        statements.push(format!("COMMENT ON SCHEMA {schema} IS {comment}"));
        statements.push(format!("GRANT USAGE ON SCHEMA {schema} TO {login}"));
    }
    for view in &grant.views {
        let name = view.identity(grant);
        statements.push(unless(
            &format!("pg_catalog.to_regclass({}) IS NOT NULL", quote_literal(&name)),
            &[
                format!("CREATE VIEW {name} WITH (security_barrier = true) AS {}", view.query),
                format!("ALTER VIEW {name} OWNER TO {owner}"),
            ],
        ));
    }
    for function in &grant.functions {
        let name = function.identity();
        statements.push(unless(
            &format!("pg_catalog.to_regprocedure({}) IS NOT NULL", quote_literal(&format!("{name}({})", function.types))),
            &[
                format!("CREATE FUNCTION {name}{}", function.definition),
                format!("ALTER FUNCTION {name}({}) OWNER TO {owner}", function.types),
            ],
        ));
    }
    statements
}

impl View {
    /// Schema and name in quotes.
    fn identity(&self, grant: &GrantViews) -> String {
        format!("{}.{}", quote_ident(&grant.schema), quote_ident(&self.name))
    }
}

impl Function {
    /// Schema and name in quotes.
    fn identity(&self) -> String {
        format!("{}.{}", quote_ident(&self.schema), quote_ident(&self.name))
    }
}

/// Statements that are run unless the condition holds.
fn unless(condition: &str, statements: &[String]) -> String {
    let statements: String = statements.iter().map(|statement| format!("    {statement};\n")).collect();
    format!("DO {}", dollar_quoted(&format!("\nBEGIN\n  IF NOT ({condition}) THEN\n{statements}  END IF;\nEND\n")))
}

/// Gives the login its rights on all of it, takes those of others, and notes what each definition is, so that a later change shows.
pub(super) fn seal(wish: &Wish<'_>) -> String {
    let schemas = wish.grants.iter().flat_map(|grant| grant.schemas());
    let body = "\
  FOR part IN SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, c.relacl AS rights, 'TABLE' AS kind, 'VIEW' AS word, 'SELECT' AS privilege,
        pg_catalog.pg_get_viewdef(c.oid) AS definition
      FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = ANY (schemas) AND c.relkind = 'v'
    UNION ALL SELECT p.oid, p.oid::pg_catalog.regprocedure::pg_catalog.text, p.proacl, 'FUNCTION', 'FUNCTION', 'EXECUTE', pg_catalog.pg_get_functiondef(p.oid)
      FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname = ANY (schemas)
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON %s %s FROM PUBLIC', part.kind, part.name);
    FOR stranger IN SELECT DISTINCT r.rolname FROM pg_catalog.aclexplode(part.rights) AS a JOIN pg_catalog.pg_roles AS r ON r.oid = a.grantee
      WHERE r.rolname <> owner
    LOOP
      EXECUTE pg_catalog.format('REVOKE ALL ON %s %s FROM %I', part.kind, part.name, stranger.rolname);
    END LOOP;
    EXECUTE pg_catalog.format('GRANT %s ON %s %s TO %I', part.privilege, part.kind, part.name, login);
    EXECUTE pg_catalog.format('COMMENT ON %s %s IS %L', part.word, part.name,
      'postern views: ' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(part.definition, 'UTF8')), 'hex'));
  END LOOP;
";
    let declarations =
        format!("  schemas CONSTANT pg_catalog.name[] := {};\n  part record;\n  stranger record;\n", names(schemas));
    block(wish, &declarations, body)
}
