//! Masks on the columns as the contract promises them: what is wrong there no warehouse can mend, and the keys that they need are the grant's whatever breaks.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, Collation, Oid, types};
use crate::contract;
use crate::document::MaskSpec;
use crate::mask::{self, Effect, EntityColumn, MaskError, MaskInput};
use crate::policy::document::{GrantRelation, Policy};
use crate::policy::masking::Masking;

use super::column::reading;
use super::offline::of_logical;

/// One relation of a grant as its contract promises it.
pub(super) struct Promise<'a> {
    pub(super) policy: &'a Policy,
    pub(super) rule: &'a GrantRelation,
    pub(super) contract: &'a contract::Relation,
    pub(super) catalog: &'a Catalog,
}

impl Promise<'_> {
    /// What is wrong with a mask on the promised column.
    pub(super) fn problems(&self, spec: &MaskSpec, column: &contract::Column) -> Vec<String> {
        self.compile(spec, column).and_then(Result::err).map(|error| error.problems).unwrap_or_default()
    }

    /// The domains whose keys the masks of the relation read: those of a broken column too, so that connections need not change when it breaks.
    pub(super) fn key_domains(&self) -> BTreeSet<String> {
        let listed = |column: &&contract::Column| self.rule.columns.iter().any(|listed| listed.value == column.name);
        let domain = |column: &contract::Column| match self.policy.masking(column, self.rule) {
            Masking::Grant(spec) | Masking::TagRule(spec, _) => match self.compile(spec, column)? {
                Ok(Effect::Masked(masked)) => masked.key_domain,
                Ok(Effect::Hidden | Effect::Shown) | Err(_) => None,
            },
            Masking::None | Masking::DeniedTag(_) | Masking::Unclassified | Masking::Conflict(_, _) => None,
        };
        self.contract.columns.iter().filter(listed).filter_map(domain).collect()
    }

    /// `None` when the warehouse does not know the promised type.
    fn compile(&self, spec: &MaskSpec, column: &contract::Column) -> Option<Result<Effect, MaskError>> {
        let (type_oid, typmod) = self.type_of(column)?;
        let default = Collation { schema: "pg_catalog".to_owned(), name: "default".to_owned(), deterministic: true };
        let collatable = types::builtin_by_oid(type_oid).is_some_and(|found| found.collatable);
        let input = MaskInput {
            catalog: self.catalog,
            column_sql: &reading(&column.physical.value),
            column_name: &column.physical.value,
            type_oid,
            typmod,
            not_null: column.required,
            collation: collatable.then_some(&default),
            domain: column.pseudonym_domain.as_ref().map(|domain| domain.value.as_str()),
            entity: &self.entity(),
        };
        Some(mask::compile(spec, input))
    }

    fn entity(&self) -> Vec<EntityColumn> {
        let columns = self.contract.entity_key.iter().filter_map(|key| self.contract.column(&key.value));
        let of = |column: &contract::Column| {
            let (type_oid, _) = self.type_of(column)?;
            Some(EntityColumn { column_sql: reading(&column.physical.value), type_oid })
        };
        columns.filter_map(of).collect()
    }

    /// The type that the contract promises, or the one that its logical type usually has.
    fn type_of(&self, column: &contract::Column) -> Option<(Oid, i32)> {
        let written = column.physical_type.as_ref().map(|text| text.value.as_str());
        self.catalog.type_named(written.unwrap_or_else(|| of_logical(column.logical_type.as_deref())))
    }
}
