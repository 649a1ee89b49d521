//! How strong a mask is, and whether it is as strong as a contract demands (`posternMinimumMask`).

use crate::document::{MaskSpec, Value, quoted};

use super::catalogue::{array_inner, find};

const HIDDEN: u8 = 100;
/// json_keep and json_drop, where their keys say nothing else.
pub(super) const JSON: u8 = 45;

/// Rank of a mask as it is written; 0 for `none` and unknown names.
pub fn rank(spec: &MaskSpec) -> u8 {
    if spec.name == "hidden" {
        return HIDDEN;
    }
    if spec.name == "array" {
        return inner(spec).map_or(JSON, |inner| rank(&inner));
    }
    find(&spec.name).map_or(0, |mask| mask.rank)
}

/// Checks a mask (`None`: the value is shown) against the least that a contract demands.
///
/// # Errors
/// A phrase that says why it is too weak.
pub fn meets(mask: Option<&MaskSpec>, minimum: &MaskSpec) -> Result<(), String> {
    let demanded = quoted(&minimum.name);
    let Some(mask) = mask else {
        return Err(format!("the contract demands a mask at least as strong as {demanded}"));
    };
    if let Some(answer) = compare_keys(mask, minimum) {
        return answer;
    }
    let (given, least) = (rank(mask), rank(minimum));
    if given < least {
        return Err(format!(
            "mask {} (strength {given}) is weaker than the contract's minimum {demanded} (strength {least})",
            quoted(&mask.name)
        ));
    }
    Ok(())
}

/// Masks of JSON objects are compared by their keys; `None` where that says nothing.
fn compare_keys(mask: &MaskSpec, minimum: &MaskSpec) -> Option<Result<(), String>> {
    let (given, named) = (keys(mask), keys(minimum));
    let problem = match (mask.name.as_str(), minimum.name.as_str()) {
        ("json_keep", "json_keep") => {
            let more = given.iter().find(|key| !named.contains(key));
            more.map(|key| format!("json_keep shows the key {}, which the contract's minimum does not", quoted(key)))
        }
        ("json_drop", "json_drop") => {
            let less = named.iter().find(|key| !given.contains(key));
            less.map(|key| format!("json_drop shows the key {}, which the contract's minimum drops", quoted(key)))
        }
        ("json_keep", "json_drop") => {
            let shown = given.iter().find(|key| named.contains(key));
            shown.map(|key| format!("json_keep shows the key {}, which the contract's minimum drops", quoted(key)))
        }
        ("json_drop", "json_keep") => {
            Some("json_drop shows keys that the contract's minimum json_keep does not know of".to_owned())
        }
        _ => return None,
    };
    Some(problem.map_or(Ok(()), Err))
}

fn keys(spec: &MaskSpec) -> Vec<&str> {
    match spec.parameters.get("keys") {
        Some(Value::List(items)) => {
            items.iter().filter_map(|item| if let Value::Text(key) = item { Some(key.as_str()) } else { None }).collect()
        }
        Some(Value::Nothing | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Map(_)) | None => {
            Vec::new()
        }
    }
}

fn inner(spec: &MaskSpec) -> Option<MaskSpec> {
    let (name, parameters) = array_inner(spec.parameters.get("inner")?)?;
    Some(MaskSpec { name, parameters, at: spec.at.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Span;

    fn mask(name: &str, keys: &[&str]) -> MaskSpec {
        let keys = Value::List(keys.iter().map(|key| Value::Text((*key).to_owned())).collect());
        MaskSpec { name: name.to_owned(), parameters: [("keys".to_owned(), keys)].into(), at: Span::start_of("f") }
    }

    #[test]
    fn a_mask_must_be_as_strong_as_the_contract_demands() {
        assert!(meets(Some(&mask("hash", &[])), &mask("partial", &[])).is_ok());
        assert!(meets(Some(&mask("partial", &[])), &mask("hash", &[])).is_err());
        assert!(meets(None, &mask("digits", &[])).is_err());
        assert!(meets(Some(&mask("none", &[])), &mask("digits", &[])).is_err());
        assert!(meets(Some(&mask("nullify", &[])), &mask("hidden", &[])).is_err());
    }

    #[test]
    fn json_masks_are_compared_by_their_keys() {
        let minimum = mask("json_keep", &["plan", "channel"]);
        assert!(meets(Some(&mask("json_keep", &["plan"])), &minimum).is_ok());
        assert!(meets(Some(&mask("json_keep", &["plan", "ssn"])), &minimum).is_err());
        assert!(meets(Some(&mask("json_drop", &["ssn"])), &minimum).is_err());
        assert!(meets(Some(&mask("nullify", &[])), &minimum).is_ok());
        let minimum = mask("json_drop", &["ssn"]);
        assert!(meets(Some(&mask("json_drop", &["ssn", "pin"])), &minimum).is_ok());
        assert!(meets(Some(&mask("json_drop", &["pin"])), &minimum).is_err());
        assert!(meets(Some(&mask("json_keep", &["ssn"])), &minimum).is_err());
        assert!(meets(Some(&mask("json_keep", &["plan"])), &minimum).is_ok());
    }

    #[test]
    fn an_array_ranks_as_its_inner_mask() {
        let spec = |inner: &str| MaskSpec {
            name: "array".to_owned(),
            parameters: [("inner".to_owned(), Value::Text(inner.to_owned()))].into(),
            at: Span::start_of("f"),
        };
        assert_eq!(rank(&spec("hash")), 60);
        assert_eq!(rank(&spec("partial")), 40);
    }
}
