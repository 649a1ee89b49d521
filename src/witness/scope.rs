//! Which names are common table expressions where, by PostgreSQL's rules (`parse_cte.c`, `scanNameSpaceForCTE`).

use pg_raw_parse::Node;
use pg_raw_parse::nodes::RangeVar;

/// All scopes of a tree; each is the last name that it adds to the scope around it.
#[derive(Default)]
pub(super) struct Scopes<'t> {
    names: Vec<(&'t str, Scope)>,
}

/// The names that are in scope at a node.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scope(Option<usize>);

/// The scopes of a node's children.
pub(super) enum Below {
    /// The queries of a WITH: each sees those before it; all of them, itself included, when it is recursive.
    Queries {
        seen: Scope,
        recursive: bool,
    },
    /// All but the WITH itself see what it defines.
    Select {
        outside: Scope,
        inside: Scope,
    },
    Same(Scope),
}

impl<'t> Scopes<'t> {
    fn add(&mut self, scope: Scope, name: Option<&'t str>) -> Scope {
        self.names.push((name.unwrap_or_default(), scope));
        Scope(Some(self.names.len() - 1))
    }

    /// The scopes below a node that is itself in `scope`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only these two change what is in scope")]
    pub(super) fn below(&mut self, node: Node<'t>, scope: Scope) -> Below {
        match node {
            Node::SelectStmt(select) => match select.with_clause() {
                Some(with) => {
                    let inside = with.ctes().iter().fold(scope, |scope, cte| self.add(scope, cte.ctename()));
                    Below::Select { outside: scope, inside }
                }
                None => Below::Same(scope),
            },
            Node::WithClause(with) if with.recursive => {
                let seen = with.ctes().iter().fold(scope, |scope, cte| self.add(scope, cte.ctename()));
                Below::Queries { seen, recursive: true }
            }
            Node::WithClause(_) => Below::Queries { seen: scope, recursive: false },
            _ => Below::Same(scope),
        }
    }

    /// The scope of the next child.
    pub(super) fn child(&mut self, below: &mut Below, child: Node<'t>) -> Scope {
        match below {
            Below::Same(scope) => *scope,
            Below::Select { outside, inside } => {
                if matches!(child, Node::WithClause(_)) {
                    return *outside;
                }
                *inside
            }
            Below::Queries { seen, recursive } => {
                let scope = *seen;
                if let (Node::CommonTableExpr(cte), false) = (child, *recursive) {
                    *seen = self.add(scope, cte.ctename());
                }
                scope
            }
        }
    }

    /// Whether a relation's name is that of a common table expression.
    pub(super) fn is_cte(&self, scope: Scope, relation: &RangeVar) -> bool {
        if relation.catalogname().is_some() || relation.schemaname().is_some() {
            return false;
        }
        let mut next = scope;
        while let Some((name, outer)) = next.0.and_then(|index| self.names.get(index)) {
            if relation.relname() == Some(name) {
                return true;
            }
            next = *outer;
        }
        false
    }
}
