//! One column of a grant: the live column behind it, its type and its mask.

use crate::base::quote_ident;
use crate::catalog::{ExposedColumn, RelationKind, TypeKind, WarehouseRelation};
use crate::contract;
use crate::document::{Diagnostics, MaskSpec, Span, Spanned, quoted, suggest};
use crate::mask::{self, Effect, EntityColumn, MaskInput};
use crate::policy::document::{GrantRelation, Policy};
use crate::policy::masking::Masking;

use super::WarehouseInput;
use super::served::why_not_served;

/// text, varchar, bpchar, name, bytea: the planner runs patterns on what it knows of hidden rows (enforcement L1).
const TEXT_LIKE: &[u32] = &[25, 1043, 1042, 19, 17];

/// What columns of one relation have in common.
pub(super) struct Columns<'a> {
    pub(super) policy: &'a Policy,
    pub(super) offline: bool,
    pub(super) warehouse: &'a WarehouseInput<'a>,
    pub(super) rule: &'a GrantRelation,
    pub(super) contract: &'a contract::Relation,
    pub(super) live: &'a WarehouseRelation,
    pub(super) entity: Vec<EntityColumn>,
}

impl Columns<'_> {
    /// Compiles a column that the grant lists: with the domain whose key its mask reads. `None` when it is not shown, or wrong.
    pub(super) fn compile(
        &self,
        listed: &Spanned<String>,
        problems: &mut Diagnostics,
        warnings: &mut Diagnostics,
    ) -> Option<(ExposedColumn, Option<String>)> {
        let column = self.contract.column(&listed.value)?;
        let spec = match self.policy.masking(column, self.rule) {
            Masking::None => None,
            Masking::Grant(spec) | Masking::TagRule(spec, _) => Some(spec),
            // Told by the cross-check, which knows no more than this.
            Masking::DeniedTag(_) | Masking::Unclassified | Masking::Conflict(_, _) => return None,
        };
        let Some(live) = self.live.column(&column.physical.value) else {
            self.missing(column, problems);
            return None;
        };
        if !self.offline {
            self.check_type(column, live, problems);
        }
        if column.required && !live.not_null && keeps_constraints(self.live.kind) {
            let name = quoted(&listed.value);
            warnings.push(
                &column.at,
                format!("the contract promises that column {name} is never NULL, and the warehouse does not ensure it"),
            );
        }
        if let Some(minimum) = &column.minimum_mask
            && let Err(why) = mask::meets(spec, minimum)
        {
            problems.push(spec.map_or(&listed.at, |spec| &spec.at), format!("column {}: {why}", quoted(&listed.value)));
            return None;
        }
        let shown = match spec {
            None => Effect::Shown,
            Some(spec) => self.masked(spec, column, live, listed, problems)?,
        };
        self.exposed(column, live, shown, &listed.at, problems)
    }

    fn missing(&self, column: &contract::Column, problems: &mut Diagnostics) {
        let within = format!("{}.{}", self.live.schema, self.live.name);
        let near = suggest(&column.physical.value, self.live.columns.iter().map(|column| column.name.as_str()));
        let hint = near.map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
        let message =
            format!("relation {} of the warehouse has no column {}{hint}", quoted(&within), quoted(&column.physical.value));
        problems.push(&column.physical.at, message);
    }

    /// `physicalType` must be the live type, in whatever spelling.
    fn check_type(&self, column: &contract::Column, live: &crate::catalog::Column, problems: &mut Diagnostics) {
        let Some(promised) = &column.physical_type else { return };
        if self.warehouse.catalog.type_named(&promised.value) != Some((live.type_oid, live.typmod)) {
            let message = format!(
                "column {} is {} in the contract and {} in the warehouse",
                quoted(&column.name),
                promised.value,
                live.type_text
            );
            problems.push(&promised.at, message);
        }
    }

    fn masked(
        &self,
        spec: &MaskSpec,
        column: &contract::Column,
        live: &crate::catalog::Column,
        listed: &Spanned<String>,
        problems: &mut Diagnostics,
    ) -> Option<Effect> {
        let input = MaskInput {
            catalog: self.warehouse.catalog,
            column_sql: &reading(&live.name),
            column_name: &live.name,
            type_oid: live.type_oid,
            typmod: live.typmod,
            not_null: live.not_null,
            collation: live.collation.as_ref(),
            domain: column.pseudonym_domain.as_ref().map(|domain| domain.value.as_str()),
            entity: &self.entity,
        };
        // A rule's mask serves many columns: the place that helps is the column's.
        let at = if self.rule.masks.contains_key(&listed.value) { &spec.at } else { &listed.at };
        match mask::compile(spec, input) {
            Ok(effect) => Some(effect),
            Err(error) => {
                for problem in error.problems {
                    problems.push(at, format!("column {}: {problem}", quoted(&listed.value)));
                }
                None
            }
        }
    }

    fn exposed(
        &self,
        column: &contract::Column,
        live: &crate::catalog::Column,
        effect: Effect,
        at: &Span,
        problems: &mut Diagnostics,
    ) -> Option<(ExposedColumn, Option<String>)> {
        let catalog = self.warehouse.catalog;
        let (type_oid, typmod, type_text, collation, mask, key_domain) = match effect {
            Effect::Hidden => return None,
            Effect::Shown => (live.type_oid, live.typmod, live.type_text.clone(), live.collation.clone(), None, None),
            Effect::Masked(masked) => {
                (masked.type_oid, masked.typmod, masked.type_text, masked.collation, Some(masked.mask), masked.key_domain)
            }
        };
        if let Some(why) = why_not_served(catalog, type_oid) {
            problems.push(at, format!("column {} cannot be shown: {why}", quoted(&column.name)));
            return None;
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
            attributes: base.map(|base| base.attributes.clone()).unwrap_or_default(),
            text_like: base.is_some_and(|base| TEXT_LIKE.contains(&base.oid)),
            collation,
            generated: live.generated,
            mask,
        };
        Some((exposed, key_domain))
    }
}

/// A column as filters and masks read it.
pub(super) fn reading(physical: &str) -> String {
    format!("t.{}", quote_ident(physical))
}

/// Columns of views, materialised views and foreign tables carry no NOT NULL that the server holds.
fn keeps_constraints(kind: RelationKind) -> bool {
    match kind {
        RelationKind::Table | RelationKind::Partitioned => true,
        RelationKind::View | RelationKind::MaterializedView | RelationKind::Foreign => false,
    }
}
