//! A mask as it is written and a column of the warehouse → the expression that stands for the column.

use std::collections::BTreeMap;

use crate::catalog::{AppliedMask, Collation, Oid, TypeKind};
use crate::document::{MaskSpec, Value, quoted, suggest};

use super::NAMES;
use super::catalogue::{Built, Mask, ResultType, find};
use super::error::MaskError;
use super::input::{Column, MaskInput};
use super::parameters::Parameters;

/// A masked column: the expression and what comes out of it.
#[derive(Clone, Debug)]
pub struct Masked {
    pub mask: AppliedMask,
    pub type_oid: Oid,
    pub typmod: i32,
    /// `format_type` under an empty search_path.
    pub type_text: String,
    pub type_kind: TypeKind,
    /// Of collatable types.
    pub collation: Option<Collation>,
    /// The pseudonym domain whose key the expression reads.
    pub key_domain: Option<String>,
}

/// What a mask as it is written comes to.
#[derive(Clone, Debug)]
pub enum Effect {
    /// `none`: the value itself.
    Shown,
    /// `hidden`: the column does not exist.
    Hidden,
    Masked(Box<Masked>),
}

/// Compiles a mask for a column.
///
/// # Errors
/// Unknown name or parameter, a parameter of the wrong type or outside its range, a column type that the mask does not accept,
/// a keyed mask without domain or too long for the column: all of them at once.
pub fn compile(spec: &MaskSpec, input: MaskInput<'_>) -> Result<Effect, MaskError> {
    if spec.name == "none" || spec.name == "hidden" {
        let problems = Parameters::new(&spec.name, &spec.parameters, &[]).into_problems();
        if !problems.is_empty() {
            return Err(MaskError { problems });
        }
        return Ok(if spec.name == "none" { Effect::Shown } else { Effect::Hidden });
    }
    let (built, type_oid, typmod) = build_inner(&spec.name, &spec.parameters, input)?;
    let own_collation = match built.result {
        ResultType::Own => true,
        ResultType::Builtin(_) => false,
        ResultType::Array { element: _, typmod: _, own_collation } => own_collation,
    };
    let sql = match built.result {
        ResultType::Own | ResultType::Builtin(_) => built.sql,
        // The sub-select has its own idea of type, modifier and collation.
        ResultType::Array { element: _, typmod: _, own_collation: _ } => {
            cast_array(&built.sql, type_oid, typmod, own_collation, input)
        }
    };
    let collation = match crate::catalog::types::builtin_by_oid(type_oid).is_some_and(|found| found.collatable) {
        _ if own_collation => input.collation.cloned(),
        true => Some(Collation { schema: "pg_catalog".to_owned(), name: "default".to_owned(), deterministic: true }),
        false => None,
    };
    Ok(Effect::Masked(Box::new(Masked {
        mask: AppliedMask { name: spec.name.clone(), sql, total: built.total, constant: built.constant },
        type_oid,
        typmod,
        type_text: input.catalog.type_text(type_oid, typmod),
        type_kind: input.catalog.types.get(&type_oid).map_or(TypeKind::Base, |found| found.kind),
        collation,
        key_domain: built.key_domain,
    })))
}

/// The expression of a mask, with its type and modifier.
pub(super) fn build_inner(
    name: &str,
    written: &BTreeMap<String, Value>,
    input: MaskInput<'_>,
) -> Result<(Built, Oid, i32), MaskError> {
    let mask = mask_named(name)?;
    let Some(column) = Column::of(input) else {
        return Err(MaskError::one("the type of the column is not known"));
    };
    let mut parameters = Parameters::new(name, written, mask.parameters);
    if !(mask.takes)(column.family) {
        parameters.problem(format!("mask {} does not accept {}: it accepts {}", quoted(name), column.type_text(), mask.accepts));
        return Err(MaskError { problems: parameters.into_problems() });
    }
    let built = (mask.build)(&column, &mut parameters);
    let mut problems = parameters.into_problems();
    let (type_oid, typmod) = match built.result {
        ResultType::Own => (column.found.oid, column.typmod),
        ResultType::Builtin(oid) => (oid, -1),
        ResultType::Array { element, typmod, own_collation: _ } => (array_over(element, input).unwrap_or(0), typmod),
    };
    if type_oid == 0 {
        problems.push("there is no array type over what the inner mask gives".to_owned());
    }
    if problems.is_empty() { Ok((built, type_oid, typmod)) } else { Err(MaskError { problems }) }
}

fn mask_named(name: &str) -> Result<&'static Mask, MaskError> {
    find(name).ok_or_else(|| {
        let hint =
            suggest(name, NAMES.iter().copied()).map_or_else(String::new, |near| format!(" (did you mean {}?)", quoted(near)));
        MaskError::one(format!("unknown mask {}{hint}", quoted(name)))
    })
}

fn array_over(element: Oid, input: MaskInput<'_>) -> Option<Oid> {
    let builtin = crate::catalog::types::builtin_by_oid(element).and_then(|found| found.array);
    builtin.or_else(|| input.catalog.types.get(&element).and_then(|found| found.array))
}

fn cast_array(sql: &str, oid: Oid, typmod: i32, own_collation: bool, input: MaskInput<'_>) -> String {
    let target = input.catalog.type_sql(oid, typmod).unwrap_or_default();
    let value = format!("CAST({sql} AS {target})");
    match input.collation.filter(|_| own_collation) {
        Some(collation) => {
            format!(
                "({value} COLLATE {}.{})",
                crate::base::quote_ident(&collation.schema),
                crate::base::quote_ident(&collation.name)
            )
        }
        None => value,
    }
}
