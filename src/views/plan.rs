//! What one grant needs in the warehouse: views over its relations, stand-ins for the functions that it may call, and the rights behind them.

use std::collections::BTreeSet;

use crate::base::{GrantName, quote_ident};
use crate::catalog::{ExposedRelation, FunctionDeclaration, LiveViews, RelationSource, StandIn, UserFunction};
use crate::rewrite::view_definition;

use super::name;

/// What stands in the warehouse for one grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantViews {
    pub grant: GrantName,
    /// The role that the gate logs in as.
    pub login: String,
    /// The schema of the views.
    pub schema: String,
    pub views: Vec<View>,
    pub functions: Vec<Function>,
    /// Relations that the views read, by their names in the warehouse.
    pub sources: BTreeSet<(String, String)>,
    /// Aggregates and window functions, which have no stand-ins: schema, and name with argument types as GRANT takes them.
    pub aggregates: BTreeSet<(String, String)>,
    /// Schemas in which the login resolves names: of types, of registry constants, and those of the pinned search_path.
    pub lookup: BTreeSet<String>,
}

/// One view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Ends in a digest of the query.
    pub name: String,
    /// Schema and name of what it stands for, in the contract's words.
    pub relation: (String, String),
    /// Without partitions and children.
    pub only: bool,
    pub query: String,
}

/// One function that calls another one with its owner's rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its own; ends in a digest of the definition.
    pub schema: String,
    pub name: String,
    /// Argument types, separated by commas.
    pub types: String,
    /// Everything behind CREATE FUNCTION and the name.
    pub definition: String,
    /// The schema of the function that it calls, which has the same name.
    pub calls: String,
}

impl GrantViews {
    /// A plan without views yet. `lookup`: the pinned search_path and the schemas of types that clients may name.
    pub fn new(grant: &GrantName, login: &str, lookup: BTreeSet<String>) -> Self {
        Self {
            grant: grant.clone(),
            login: login.to_owned(),
            schema: name::schema(grant.as_str()),
            views: Vec::new(),
            functions: Vec::new(),
            sources: BTreeSet::new(),
            aggregates: BTreeSet::new(),
            lookup,
        }
    }

    /// Plans the views for a relation; `None` for a system relation.
    pub fn add_relation(&mut self, relation: &ExposedRelation) -> Option<StandIn> {
        let RelationSource::Warehouse { schema, name, kind, filter, oid: _, contract: _, contract_version: _ } = &relation.source
        else {
            return None;
        };
        self.sources.insert((schema.clone(), name.clone()));
        self.sources.extend(filter.iter().flat_map(|filter| filter.reads.clone()));
        // A name as a value, such as 'crm.customers'::regclass, is looked up by the login.
        self.lookup.insert(schema.clone());
        let name = self.add_view(relation, false)?;
        let only = if kind.can_have_children() { self.add_view(relation, true) } else { None };
        Some(StandIn { schema: self.schema.clone(), name, only })
    }

    fn add_view(&mut self, relation: &ExposedRelation, only: bool) -> Option<String> {
        let query = view_definition(relation, only)?;
        let of = (relation.schema.clone(), relation.name.clone());
        let digest = name::digest(&format!("{}\n{}\n{of:?}\n{query}", self.grant, self.login));
        let name = name::view(&relation.schema, &relation.name, only, &digest);
        self.views.push(View { name: name.clone(), relation: of, only, query });
        Some(name)
    }

    /// Plans stand-ins for the functions that clients may call: they run with the owner's rights, as the login has none. Each function learns where its
    /// stand-in is.
    pub fn add_functions(&mut self, functions: &mut [UserFunction], live: &LiveViews, search_path: &[String]) {
        for function in functions {
            self.lookup.insert(function.schema.clone());
            match live.declarations.get(&function.oid).filter(|_| function.kind == 'f') {
                Some(declaration) => {
                    let stand_in = self.stand_in(function, declaration, search_path);
                    function.stand_in = Some(stand_in.schema.clone());
                    self.functions.push(stand_in);
                }
                // Aggregates and window functions read what they are given; they cannot be wrapped.
                None => {
                    let signature = format!("{}({})", quote_ident(&function.name), function.arguments.join(", "));
                    self.aggregates.insert((function.schema.clone(), signature));
                }
            }
        }
    }

    /// A function of the same arguments, defaults and result that passes its call on.
    fn stand_in(&self, function: &UserFunction, declaration: &FunctionDeclaration, search_path: &[String]) -> Function {
        let FunctionDeclaration { arguments, result, volatility } = declaration;
        let last = function.arguments.len();
        let passed: Vec<String> = (1..=last)
            .map(|place| if function.variadic && place == last { format!("VARIADIC ${place}") } else { format!("${place}") })
            .collect();
        let call = format!("{}.{}({})", quote_ident(&function.schema), quote_ident(&function.name), passed.join(", "));
        let is_row = function.returns_set || !function.out_columns.is_empty();
        let body = if is_row { format!("SELECT * FROM {call}") } else { format!("SELECT {call}") };
        // What the function names without a schema must not be found in a temporary schema.
        let path: Vec<String> = search_path.iter().map(|schema| quote_ident(schema)).chain(["pg_temp".to_owned()]).collect();
        let definition = format!(
            "({arguments}) RETURNS {result} LANGUAGE sql {volatility} SECURITY DEFINER SET search_path = {} AS {}",
            path.join(", "),
            super::script::dollar_quoted(&body)
        );
        let digest = name::digest(&format!("{}\n{}\n{}\n{definition}", self.grant, self.login, function.name));
        Function {
            schema: name::function_schema(self.grant.as_str(), &digest),
            name: function.name.clone(),
            types: function.arguments.join(", "),
            definition,
            calls: function.schema.clone(),
        }
    }

    /// Every schema that it needs.
    pub(super) fn schemas(&self) -> BTreeSet<&str> {
        self.functions.iter().map(|function| function.schema.as_str()).chain([self.schema.as_str()]).collect()
    }
}

impl Function {
    /// Name and argument types, as the live ones are listed.
    pub(super) fn signature(&self) -> String {
        format!("{}({})", self.name, self.types)
    }
}
