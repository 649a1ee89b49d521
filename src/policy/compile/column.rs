//! One column of a grant: the live column behind it, its type and its mask.

use crate::base::quote_ident;
use crate::catalog::extensions::Serving;
use crate::catalog::{self, ExposedColumn, RelationKind, TypeKind, WarehouseRelation};
use crate::contract;
use crate::document::{MaskSpec, Span, Spanned, quoted, suggest};
use crate::mask::{self, Effect, EntityColumn, MaskInput};
use crate::policy::document::{GrantRelation, Policy};
use crate::policy::masking::Masking;

use super::WarehouseInput;
use super::drift::{DriftObject, Findings};
use super::promise::Promise;
use super::served::why_not_served;

/// text, varchar, bpchar, name, bytea, jsonb: the planner runs patterns, and paths, on what it knows of hidden rows (enforcement L1). All builtin types of which
/// an operator that is no comparison estimates by running it (`likesel`, `regexeqsel`, `prefixsel`, `matchingsel`); ranges raise in none of theirs.
const TEXT_LIKE: &[u32] = &[25, 1043, 1042, 19, 17, 3802];

/// What columns of one relation have in common.
pub(super) struct Columns<'a> {
    pub(super) policy: &'a Policy,
    pub(super) offline: bool,
    pub(super) warehouse: &'a WarehouseInput<'a>,
    /// What of the warehouse's extensions is served.
    pub(super) serving: &'a Serving,
    pub(super) rule: &'a GrantRelation,
    pub(super) contract: &'a contract::Relation,
    /// All of them: a row filter may read what others promise.
    pub(super) contracts: &'a [contract::Contract],
    pub(super) live: &'a WarehouseRelation,
    pub(super) entity: Entity,
    pub(super) promise: Promise<'a>,
    /// The relation itself, for what is told of it.
    pub(super) object: DriftObject,
}

/// The columns that tell one person from another, as masks read them.
pub(super) struct Entity {
    /// None of them when the warehouse lacks one: with the rest alone, masks would take several people for one.
    pub(super) columns: Vec<EntityColumn>,
    /// The warehouse's name of one that it lacks.
    pub(super) missing: Option<String>,
}

/// What became of a column that shows.
pub(super) enum Outcome {
    /// The warehouse does not keep it.
    Broken,
    /// With the domain whose key its mask reads.
    Shown(Box<ExposedColumn>, Option<String>),
}

impl Columns<'_> {
    /// Compiles a column that the grant lists. `None` when it is not shown.
    pub(super) fn compile(&self, listed: &Spanned<String>, findings: &mut Findings) -> Option<Outcome> {
        let column = self.contract.column(&listed.value)?;
        let spec = match self.policy.masking(column, self.rule) {
            Masking::None => None,
            Masking::Grant(spec) | Masking::TagRule(spec, _) => Some(spec),
            // Told by the cross-check, which knows no more than this.
            Masking::DeniedTag(_) | Masking::Unclassified | Masking::Conflict(_, _) => return None,
        };
        let object = self.object_of(&listed.value);
        if let Some(minimum) = &column.minimum_mask
            && let Err(why) = mask::meets(spec, minimum)
        {
            let at = spec.map_or(&listed.at, |spec| &spec.at);
            findings.mistake(&object, at, format!("column {}: {why}", quoted(&listed.value)));
            return Some(Outcome::Broken);
        }
        let Some(live) = self.live.column(&column.physical.value) else {
            self.missing(column, &object, findings);
            return Some(Outcome::Broken);
        };
        let is_kept = self.offline || self.has_promised_type(column, live, &object, findings);
        self.check_nulls(column, live, findings);
        let shown = match spec {
            None => Effect::Shown,
            Some(spec) => match self.masked(spec, column, live, listed, findings) {
                Some(effect) => effect,
                None => return Some(Outcome::Broken),
            },
        };
        let outcome = self.exposed(column, live, shown, &listed.at, findings)?;
        Some(if is_kept { outcome } else { Outcome::Broken })
    }

    fn object_of(&self, column: &str) -> DriftObject {
        match &self.object {
            DriftObject::Relation { contract, relation } => {
                DriftObject::Column { contract: contract.clone(), relation: relation.clone(), column: column.to_owned() }
            }
            DriftObject::Column { contract: _, relation: _, column: _ }
            | DriftObject::Function { warehouse: _, name: _ }
            | DriftObject::TextSearch { warehouse: _, kind: _, name: _ }
            | DriftObject::Type { warehouse: _, name: _ }
            | DriftObject::Warehouse(_) => self.object.clone(),
        }
    }

    fn missing(&self, column: &contract::Column, object: &DriftObject, findings: &mut Findings) {
        let near = suggest(&column.physical.value, self.live.columns.iter().map(|column| column.name.as_str()));
        let hint = near.map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
        let message = format!("{}{hint}", self.no_column(&column.physical.value));
        findings.drift(object, &column.physical.at, message);
    }

    fn no_column(&self, physical: &str) -> String {
        let within = format!("{}.{}", self.live.schema, self.live.name);
        format!("relation {} of the warehouse has no column {}", quoted(&within), quoted(physical))
    }

    /// `physicalType` must be the live type, in whatever spelling.
    fn has_promised_type(
        &self,
        column: &contract::Column,
        live: &catalog::Column,
        object: &DriftObject,
        findings: &mut Findings,
    ) -> bool {
        match self.other_type(column, live) {
            Some((at, message)) => {
                findings.drift(object, at, message);
                false
            }
            None => true,
        }
    }

    /// Whether the text names the column's type, which is an extension's: what its modifiers mean only the extension knows, so they are compared as text.
    fn is_of_extension(&self, text: &str, live: &catalog::Column) -> bool {
        let Some(found) = self.warehouse.catalog.types.get(&live.type_oid).filter(|found| found.extension.is_some()) else {
            return false;
        };
        let parts = |text: &str| {
            let (head, modifiers) = text.split_once('(').unwrap_or((text, ""));
            let modifiers = modifiers.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
            (self.warehouse.catalog.type_named(head), modifiers)
        };
        let (named, modifiers) = parts(text);
        named == Some((found.oid, -1)) && parts(&live.type_text).1 == modifiers
    }

    /// What to tell of a column whose type is not the promised one.
    pub(super) fn other_type<'c>(&self, column: &'c contract::Column, live: &catalog::Column) -> Option<(&'c Span, String)> {
        let promised = column.physical_type.as_ref()?;
        let is_same = self.warehouse.catalog.type_named(&promised.value) == Some((live.type_oid, live.typmod))
            || self.is_of_extension(&promised.value, live);
        let (name, now) = (quoted(&column.name), &live.type_text);
        (!is_same)
            .then(|| (&promised.at, format!("column {name} is {} in the contract and {now} in the warehouse", promised.value)))
    }

    fn check_nulls(&self, column: &contract::Column, live: &catalog::Column, findings: &mut Findings) {
        if column.required && !live.not_null && keeps_constraints(self.live.kind) {
            let name = quoted(&column.name);
            let message = format!("the contract promises that column {name} is never NULL, and the warehouse does not ensure it");
            findings.warnings.push(&column.at, message);
        }
    }

    /// `None` when the mask cannot be used: the value is then shown to nobody.
    fn masked(
        &self,
        spec: &MaskSpec,
        column: &contract::Column,
        live: &catalog::Column,
        listed: &Spanned<String>,
        findings: &mut Findings,
    ) -> Option<Effect> {
        let object = self.object_of(&listed.value);
        let name = quoted(&listed.value);
        // A rule's mask serves many columns: the place that helps is the column's.
        let at = if self.rule.masks.contains_key(&listed.value) { &spec.at } else { &listed.at };
        let sql = reading(&live.name);
        let effect = match mask::compile(spec, self.mask_input(column, live, &sql)) {
            Ok(effect) => effect,
            Err(error) => {
                let of_files = self.promise.problems(spec, column);
                for problem in error.problems {
                    let missing = self.entity.missing.as_ref();
                    match (of_files.contains(&problem), missing) {
                        (true, _) => findings.mistake(&object, at, format!("column {name}: {problem}")),
                        (false, None) => findings.drift(&object, at, format!("column {name}: {problem}")),
                        (false, Some(missing)) => {
                            let why = self.no_column(missing);
                            findings.drift(&object, at, format!("column {name}: its mask reads the entity key, and {why}"));
                        }
                    }
                }
                return None;
            }
        };
        match &effect {
            Effect::Masked(masked) if self.policy.pseudonyms.is_none() => match &masked.key_domain {
                Some(domain) => {
                    let why = format!("its mask needs a key for {}, and the policy has no pseudonyms", quoted(domain));
                    findings.mistake(&object, at, format!("column {name}: {why}"));
                    None
                }
                None => Some(effect),
            },
            Effect::Hidden | Effect::Masked(_) | Effect::Shown => Some(effect),
        }
    }

    fn mask_input<'i>(&'i self, column: &'i contract::Column, live: &'i catalog::Column, sql: &'i str) -> MaskInput<'i> {
        MaskInput {
            catalog: self.warehouse.catalog,
            column_sql: sql,
            column_name: &live.name,
            type_oid: live.type_oid,
            typmod: live.typmod,
            not_null: live.not_null,
            collation: live.collation.as_ref(),
            domain: column.pseudonym_domain.as_ref().map(|domain| domain.value.as_str()),
            entity: &self.entity.columns,
        }
    }

    fn exposed(
        &self,
        column: &contract::Column,
        live: &catalog::Column,
        effect: Effect,
        at: &Span,
        findings: &mut Findings,
    ) -> Option<Outcome> {
        let catalog = self.warehouse.catalog;
        let (type_oid, typmod, type_text, collation, mask, key_domain) = match effect {
            Effect::Hidden => return None,
            Effect::Shown => (live.type_oid, live.typmod, live.type_text.clone(), live.collation.clone(), None, None),
            Effect::Masked(masked) => {
                (masked.type_oid, masked.typmod, masked.type_text, masked.collation, Some(masked.mask), masked.key_domain)
            }
        };
        if let Some(why) = why_not_served(catalog, self.serving, type_oid) {
            let object = self.object_of(&column.name);
            findings.drift(&object, at, format!("column {} cannot be shown: {why}", quoted(&column.name)));
            return Some(Outcome::Broken);
        }
        let base = catalog.base_type(type_oid);
        let exposed = ExposedColumn {
            name: column.name.clone(),
            physical: live.name.clone(),
            attnum: live.attnum,
            type_oid,
            typmod,
            type_text,
            // A domain over a composite has fields as well.
            type_kind: base.map_or(TypeKind::Base, |base| base.kind),
            made: catalog.made(type_oid),
            // What an extension estimates by is its own affair: operators of its types may be run on statistics too.
            text_like: base.is_some_and(|base| TEXT_LIKE.contains(&base.oid)) || self.serving.is_made_of(type_oid),
            collation,
            generated: live.generated,
            mask,
        };
        Some(Outcome::Shown(Box::new(exposed), key_domain))
    }
}

/// A column as filters and masks read it.
pub(super) fn reading(physical: &str) -> String {
    format!("t.{}", quote_ident(physical))
}

/// Columns of views, materialised views and foreign tables carry no NOT NULL that the server holds; those of sequences always hold a value.
fn keeps_constraints(kind: RelationKind) -> bool {
    match kind {
        RelationKind::Table | RelationKind::Partitioned => true,
        RelationKind::Sequence | RelationKind::View | RelationKind::MaterializedView | RelationKind::Foreign => false,
    }
}
