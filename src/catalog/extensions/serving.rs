//! Which extensions a warehouse may serve, and what of them.
//!
//! Operators resolve by the pinned search_path, so an extension's schema stands on it or none of its values are served; and it stands there only when every
//! operator in it is a reviewed one. Then PostgreSQL itself picks the overload, among the builtin operators and those of served extensions alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::functions::Verdict;
use crate::catalog::system::shown_name;
use crate::catalog::{Catalog, Function, Oid, UserFunction, types};

use super::{Extension, LiveCast, LiveOperator, extension};

/// What of a warehouse's extensions is served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Serving {
    /// Why an extension is not, as the end of a sentence that names it: "whose schema …".
    pub refused: BTreeMap<String, String>,
    /// Schemas of served extensions, which the pinned path holds.
    pub schemas: BTreeSet<String>,
    /// By name, every one that stands in those schemas under the name of a reviewed one.
    pub functions: BTreeMap<String, Vec<ExtensionFunction>>,
    /// Symbols of their operators, with the reason of those that are refused.
    pub operators: BTreeMap<String, Option<&'static str>>,
    /// Served types by name.
    pub types: BTreeMap<String, ServedType>,
    /// Every type that has to do with a served one: itself, arrays, domains, composites and ranges of it.
    pub made_of: BTreeSet<Oid>,
}

/// A function of a served extension, or another one that could be called in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtensionFunction {
    pub extension: &'static str,
    pub function: UserFunction,
    pub verdict: Verdict,
}

/// A served type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedType {
    pub extension: &'static str,
    pub schema: String,
    pub oid: Oid,
}

/// A live extension with its table.
#[derive(Clone, Copy)]
struct Reviewed<'c> {
    table: &'static Extension,
    schema: &'c str,
}

impl Serving {
    /// What a warehouse serves whose connections look names up in the schemas of `path`.
    pub fn of(catalog: &Catalog, path: &[String]) -> Self {
        let mut serving = Self::default();
        let mut sound: Vec<Reviewed<'_>> = Vec::new();
        for (name, live) in &catalog.extensions {
            let Some(table) = extension(name) else {
                serving.refused.insert(name.clone(), "which is not classified".to_owned());
                continue;
            };
            let reviewed = Reviewed { table, schema: &live.schema };
            match why_not(catalog, reviewed, path).or_else(|| (!live.usable).then(|| unusable(&live.schema))) {
                Some(why) => drop(serving.refused.insert(name.clone(), why)),
                None => sound.push(reviewed),
            }
        }
        let is_sound = |operator: &&LiveOperator| {
            operator.extension.as_ref().is_some_and(|owner| sound.iter().any(|found| found.table.name == owner))
        };
        for reviewed in &sound {
            let foreign =
                catalog.operators.iter().filter(|operator| operator.schema == reviewed.schema).find(|found| !is_sound(found));
            match foreign {
                Some(operator) => {
                    let why = format!(
                        "whose schema {} holds another operator that is not classified, {}",
                        reviewed.schema, operator.name
                    );
                    serving.refused.insert(reviewed.table.name.to_owned(), why);
                }
                None => serving.add(catalog, *reviewed),
            }
        }
        serving
    }

    /// Whether values of the type are made of values of an extension's.
    pub fn is_made_of(&self, oid: Oid) -> bool {
        self.made_of.contains(&oid)
    }

    /// The served type of that oid.
    pub fn type_name(&self, oid: Oid) -> Option<&str> {
        self.types.iter().find(|(_, found)| found.oid == oid).map(|(name, _)| name.as_str())
    }

    /// The served type that a function's signature names: `format_type` under an empty search_path.
    pub fn type_written(&self, text: &str) -> Option<&str> {
        let is_it = |(name, found): &(&String, &ServedType)| {
            text.strip_prefix(shown_name(&found.schema).as_str()).and_then(|rest| rest.strip_prefix('.'))
                == Some(shown_name(name).as_str())
        };
        self.types.iter().find(is_it).map(|(name, _)| name.as_str())
    }

    /// The extensions whose types are served.
    pub fn with_types(&self) -> BTreeSet<&'static str> {
        self.types.values().map(|found| found.extension).collect()
    }

    /// The verdict on the function of that oid, where it is one of these.
    pub fn function(&self, oid: Oid) -> Option<Verdict> {
        self.functions.values().flatten().find(|found| found.function.oid == oid).map(|found| found.verdict)
    }

    fn add(&mut self, catalog: &Catalog, reviewed: Reviewed<'_>) {
        let Reviewed { table, schema } = reviewed;
        self.schemas.insert(schema.to_owned());
        for operator in &table.operators {
            let refused = match operator.verdict {
                Verdict::Deny(reason) => Some(reason),
                Verdict::Allow | Verdict::Filtered(_) | Verdict::Limit(_) => None,
            };
            self.operators.insert(operator.name.to_owned(), refused);
        }
        for found in catalog.types.values().filter(|found| found.extension.as_deref() == Some(table.name)) {
            let is_served = table.types.iter().any(|row| row.served && row.name == found.name);
            if is_served && found.schema == schema {
                let served = ServedType { extension: table.name, schema: found.schema.clone(), oid: found.oid };
                self.types.insert(found.name.clone(), served);
                self.made_of.insert(found.oid);
            }
        }
        self.spread(catalog);
        let own = |function: &&Function| {
            function.schema == schema && function.kind != 'p' && table.functions.contains_key(function.name.as_str())
        };
        for function in catalog.functions.iter().filter(own) {
            let verdict = reviewed.verdict(function);
            let list = self.functions.entry(function.name.clone()).or_default();
            list.push(ExtensionFunction { extension: table.name, function: UserFunction::of(catalog, function), verdict });
        }
    }

    /// Types that are made of types of extensions, however deep.
    fn spread(&mut self, catalog: &Catalog) {
        loop {
            let before = self.made_of.len();
            for found in catalog.types.values() {
                let attributes = found.attributes.iter().map(|(_, oid)| *oid);
                let mut parts = [found.element, found.base, found.subtype].into_iter().flatten().chain(attributes);
                if parts.any(|part| self.made_of.contains(&part)) {
                    self.made_of.insert(found.oid);
                }
            }
            if self.made_of.len() == before {
                return;
            }
        }
    }
}

impl Reviewed<'_> {
    /// A type's text without the extension's own schema, as the tables write it.
    fn written<'t>(&self, type_text: &'t str) -> &'t str {
        let prefix = format!("{}.", shown_name(self.schema));
        type_text.strip_prefix(prefix.as_str()).unwrap_or(type_text)
    }

    /// The verdict on one live function: that of its row.
    fn verdict(&self, function: &Function) -> Verdict {
        if function.extension.as_deref() != Some(self.table.name) {
            return Verdict::Deny("cannot be told from a function of the warehouse's own");
        }
        let arguments: Vec<&str> = function.arguments.iter().map(|argument| self.written(argument)).collect();
        let rows = self.table.functions.get(function.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        let row = rows.iter().find(|row| row.arguments == arguments);
        row.map_or(Verdict::Deny("is not reviewed yet"), |row| row.verdict)
    }
}

/// Why a reviewed extension cannot be served by this warehouse, apart from what else its schema holds.
fn why_not(catalog: &Catalog, reviewed: Reviewed<'_>, path: &[String]) -> Option<String> {
    let Reviewed { table, schema } = reviewed;
    if !path.iter().any(|member| member == schema) {
        return Some(format!("whose schema {schema} is not on the search_path"));
    }
    let own = |owner: &Option<String>| owner.as_deref() == Some(table.name);
    for operator in catalog.operators.iter().filter(|operator| own(&operator.extension)) {
        let (left, right) = (reviewed.written(&operator.left), reviewed.written(&operator.right));
        let row = |row: &&super::ExtensionOperator| row.name == operator.name && row.left == left && row.right == right;
        if operator.schema != schema || !table.operators.iter().any(|found| row(&found)) {
            return Some(format!("whose operator {} ({left}, {right}) is not reviewed", operator.name));
        }
    }
    let own_types: BTreeSet<Oid> = catalog.types.values().filter(|found| own(&found.extension)).map(|found| found.oid).collect();
    let spelled = |oid| types::builtin_by_oid(oid).map_or_else(|| catalog.type_text(oid, -1), |found| found.spelling.to_owned());
    let about = |cast: &&LiveCast| own_types.contains(&cast.source) || own_types.contains(&cast.target);
    for cast in catalog.casts.iter().filter(about) {
        let texts = [cast.source, cast.target].map(spelled);
        let [source, target] = [0, 1].map(|side| texts.get(side).map_or("", |text| reviewed.written(text)));
        let row = |row: &super::ExtensionCast| (row.source, row.target, row.context) == (source, target, cast.context);
        if !own(&cast.extension) || !table.casts.iter().any(row) {
            return Some(format!("whose type can be cast from {source} to {target} in a way that is not reviewed"));
        }
    }
    None
}

/// PostgreSQL passes over a schema of the path that the login may not use: other operators would be picked, and other answers given.
fn unusable(schema: &str) -> String {
    format!("whose schema {schema} the login of the gate may not use (GRANT USAGE)")
}
