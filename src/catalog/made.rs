//! What values of a type are made of, as far as fields can be selected from them: rows of composite types, arrays of such rows, and what stands in them.

use std::sync::Arc;

use super::{Catalog, Oid, TypeKind};

/// Deeper than any sensible type: composites within composites.
const DEEPEST: usize = 32;

/// A value in which rows stand whose attributes are known.
#[derive(Clone, Debug)]
pub enum Made {
    /// A row of a composite type, or of a domain over one: its attributes, in their order.
    Row(Arc<[Attribute]>),
    /// An array of such rows.
    Rows(Arc<[Attribute]>),
}

/// An attribute of a composite type.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub name: String,
    pub made: Option<Made>,
}

impl Catalog {
    /// What values of that type are made of; `None` where no field can be selected from them.
    pub fn made(&self, oid: Oid) -> Option<Made> {
        self.made_within(oid, 0)
    }

    fn made_within(&self, oid: Oid, depth: usize) -> Option<Made> {
        if depth > DEEPEST {
            return None;
        }
        let base = self.base_type(oid)?;
        if base.kind == TypeKind::Composite {
            let attribute =
                |(name, oid): &(String, Oid)| Attribute { name: name.clone(), made: self.made_within(*oid, depth + 1) };
            return Some(Made::Row(base.attributes.iter().map(attribute).collect()));
        }
        match self.made_within(self.element_of_array(base.oid)?, depth + 1)? {
            Made::Row(row) => Some(Made::Rows(row)),
            // PostgreSQL has no arrays of arrays.
            Made::Rows(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::PgType;

    fn made(catalog: &Catalog, oid: Oid) -> String {
        fn told(made: &Made) -> String {
            let (row, open, close) = match made {
                Made::Row(row) => (row, "(", ")"),
                Made::Rows(row) => (row, "[", "]"),
            };
            let attribute =
                |attribute: &Attribute| format!("{}{}", attribute.name, attribute.made.as_ref().map(told).unwrap_or_default());
            format!("{open}{}{close}", row.iter().map(attribute).collect::<Vec<_>>().join(" "))
        }
        catalog.made(oid).as_ref().map(told).unwrap_or_default()
    }

    #[test]
    fn rows_and_arrays_of_rows_are_known_through_domains_and_within_each_other() {
        let plain = PgType {
            oid: 0,
            schema: "crm".to_owned(),
            name: String::new(),
            kind: TypeKind::Base,
            category: 'U',
            element: None,
            base: None,
            base_typmod: -1,
            subtype: None,
            array: None,
            row_of: None,
            attributes: Vec::new(),
            extension: None,
        };
        let own = |oid: Oid, change: &dyn Fn(&mut PgType)| {
            let mut made = PgType { oid, name: format!("t{oid}"), ..plain.clone() };
            change(&mut made);
            (oid, made)
        };
        let row = |attributes: &[(&str, Oid)], array: Oid| {
            let attributes: Vec<(String, Oid)> = attributes.iter().map(|(name, oid)| ((*name).to_owned(), *oid)).collect();
            move |made: &mut PgType| {
                (made.kind, made.array) = (TypeKind::Composite, Some(array));
                made.attributes.clone_from(&attributes);
            }
        };
        let array = |element: Oid| move |made: &mut PgType| (made.category, made.element) = ('A', Some(element));
        let domain = |base: Oid| move |made: &mut PgType| (made.kind, made.base) = (TypeKind::Domain, Some(base));
        let types = [
            own(20_000, &row(&[("street", 25), ("zip", 20_010)], 20_001)),
            own(20_001, &array(20_000)),
            own(20_002, &domain(20_001)),
            own(20_003, &row(&[("home", 20_000), ("past", 20_002)], 20_004)),
            own(20_004, &array(20_003)),
            own(20_010, &|_| {}),
        ];
        let catalog = Catalog { types: types.into(), ..Catalog::default() };
        assert_eq!(made(&catalog, 20_000), "(street zip)");
        assert_eq!(made(&catalog, 20_001), "[street zip]");
        assert_eq!(made(&catalog, 20_002), "[street zip]");
        assert_eq!(made(&catalog, 20_004), "[home(street zip) past[street zip]]");
        assert_eq!(made(&catalog, 20_010), "");
    }
}
