//! The type that a text names: any of SQL's spellings, with modifier and array brackets.

use super::{Catalog, Oid, PgType, types};

impl Catalog {
    /// Type and modifier of a spelling: `numeric(12,2)`, `varchar(10)[]`, `timestamptz(3)`, `crm.address`, `"Odd Schema".kind`.
    /// A name without a schema is builtin, or found by the database's own search_path. `None` for what names no type.
    pub fn type_named(&self, text: &str) -> Option<(Oid, i32)> {
        let mut rest = text.trim();
        let mut dimensions = 0_usize;
        while let Some(inner) = rest.strip_suffix(']') {
            rest = inner.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix('[')?.trim_end();
            dimensions += 1;
        }
        let (oid, typmod) = self.scalar_named(rest)?;
        if dimensions == 0 {
            return Some((oid, typmod));
        }
        // Arrays of any number of dimensions are one type.
        let builtin = types::builtin_by_oid(oid).and_then(|found| found.array);
        let array = builtin.or_else(|| self.types.get(&oid).and_then(|found| found.array))?;
        Some((array, typmod))
    }

    fn scalar_named(&self, text: &str) -> Option<(Oid, i32)> {
        let (head, modifier, tail) = match text.find('(').filter(|_| !text.contains('"') || text.ends_with(')')) {
            Some(open) => {
                let (head, rest) = text.split_at_checked(open)?;
                let (inner, tail) = rest.strip_prefix('(')?.split_once(')')?;
                (head.trim_end(), Some(numbers(inner)?), tail.trim())
            }
            None => (text, None, ""),
        };
        let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ");
        let spelled = if tail.is_empty() { words(head) } else { format!("{} {}", words(head), words(tail)) };
        if let Some(fields) = spelled.strip_prefix("interval").filter(|fields| fields.is_empty() || fields.starts_with(' ')) {
            return Some((INTERVAL, interval(fields.trim(), modifier)?));
        }
        if spelled == "\"char\"" {
            return Some((QUOTED_CHAR, -1));
        }
        if !text.contains(['"', '.'])
            && let Some(builtin) =
                types::builtin_by_name(&spelled).filter(|found| !found.name.starts_with('_') || spelled.starts_with('_'))
        {
            return with_modifier(builtin.oid, &spelled, modifier);
        }
        let oid = self.by_qualified_name(head)?;
        let builtin = types::builtin_by_oid(oid).map_or("", |builtin| builtin.name);
        with_modifier(oid, builtin, modifier)
    }

    fn by_qualified_name(&self, text: &str) -> Option<Oid> {
        let parts = identifiers(text)?;
        let named = |schema: &str, name: &str| {
            let is_it = |found: &&PgType| found.schema == schema && found.name == name;
            self.types.values().find(is_it).map(|found| found.oid)
        };
        match parts.as_slice() {
            [schema, name] if schema == "pg_catalog" => {
                types::builtin_by_typname(name).map(|found| found.oid).or_else(|| named(schema, name))
            }
            [schema, name] => named(schema, name),
            [name] => self.search_path.iter().find_map(|schema| named(schema, name)),
            _ => None,
        }
    }
}

const QUOTED_CHAR: Oid = 18;
const BPCHAR: Oid = 1042;
const VARCHAR: Oid = 1043;
const TIME: Oid = 1083;
const TIMESTAMP: Oid = 1114;
const TIMESTAMPTZ: Oid = 1184;
const INTERVAL: Oid = 1186;
const TIMETZ: Oid = 1266;
const BIT: Oid = 1560;
const VARBIT: Oid = 1562;
const NUMERIC: Oid = 1700;
const FLOAT4: Oid = 700;
const FLOAT8: Oid = 701;

/// The modifier that PostgreSQL's `typmodin` makes of the arguments.
fn with_modifier(oid: Oid, spelled: &str, modifier: Option<Vec<i32>>) -> Option<(Oid, i32)> {
    // SQL: without a length `character` and `bit` have one character, one bit.
    let one = matches!(
        (oid, spelled),
        (BPCHAR, "character" | "char" | "nchar" | "national character" | "national char") | (BIT, "bit")
    );
    let Some(arguments) = modifier else {
        let typmod = match oid {
            BPCHAR if one => 5,
            BIT if one => 1,
            _ => -1,
        };
        return Some((oid, typmod));
    };
    let typmod = match (oid, arguments.as_slice()) {
        (BPCHAR | VARCHAR, [length]) => length.checked_add(4)?,
        (BIT | VARBIT | TIME | TIMETZ | TIMESTAMP | TIMESTAMPTZ, [value]) => *value,
        (NUMERIC, [precision]) => numeric(*precision, 0)?,
        (NUMERIC, [precision, scale]) => numeric(*precision, *scale)?,
        // float(p): p in bits.
        (FLOAT8, [bits]) if spelled == "float" => return Some((if *bits <= 24 { FLOAT4 } else { FLOAT8 }, -1)),
        _ => return None,
    };
    Some((oid, typmod))
}

fn numeric(precision: i32, scale: i32) -> Option<i32> {
    let valid = (1..=1000).contains(&precision) && (-1000..=1000).contains(&scale);
    valid.then_some(((precision << 16) | (scale & 0x7FF)) + 4)
}

fn interval(fields: &str, modifier: Option<Vec<i32>>) -> Option<i32> {
    let (month, year, day, hour, minute, second) = (1 << 1, 1 << 2, 1 << 3, 1 << 10, 1 << 11, 1 << 12);
    let range = match fields {
        "" => 0x7FFF,
        "year" => year,
        "month" => month,
        "day" => day,
        "hour" => hour,
        "minute" => minute,
        "second" => second,
        "year to month" => year | month,
        "day to hour" => day | hour,
        "day to minute" => day | hour | minute,
        "day to second" => day | hour | minute | second,
        "hour to minute" => hour | minute,
        "hour to second" => hour | minute | second,
        "minute to second" => minute | second,
        _ => return None,
    };
    match modifier.as_deref() {
        None if fields.is_empty() => Some(-1),
        None => Some((range << 16) | 0xFFFF),
        Some([precision]) => Some((range << 16) | precision),
        Some(_) => None,
    }
}

fn numbers(text: &str) -> Option<Vec<i32>> {
    text.split(',').map(|part| part.trim().parse().ok()).collect()
}

/// Dotted identifiers, folded unless quoted.
fn identifiers(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let (part, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = closing_quote(quoted)?;
                let (inner, after) = quoted.split_at_checked(end)?;
                (inner.replace("\"\"", "\""), after.strip_prefix('"')?)
            }
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                let (inner, after) = rest.split_at_checked(end)?;
                (inner.to_lowercase(), after)
            }
        };
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => return after.is_empty().then_some(parts),
        }
    }
}

/// Offset of the quote that ends a quoted identifier: not one of a pair.
fn closing_quote(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if c == '"' && characters.next_if(|(_, next)| *next == '"').is_none() {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::TypeKind;
    use super::*;

    fn catalog() -> Catalog {
        let user = |oid, schema: &str, name: &str, array| PgType {
            oid,
            schema: schema.to_owned(),
            name: name.to_owned(),
            kind: TypeKind::Enum,
            category: 'E',
            element: None,
            base: None,
            base_typmod: -1,
            subtype: None,
            array,
            row_of: None,
            attributes: Vec::new(),
            extension: None,
        };
        let mut catalog = Catalog { search_path: vec!["crm".to_owned()], ..Catalog::default() };
        for found in [
            user(20_000, "crm", "tier", Some(20_001)),
            PgType { element: Some(20_000), category: 'A', ..user(20_001, "crm", "_tier", None) },
            user(20_002, "Odd \"S", "K.x", None),
        ] {
            catalog.types.insert(found.oid, found);
        }
        catalog
    }

    #[test]
    fn spellings_of_one_type_are_one_type() {
        let catalog = catalog();
        for (spellings, text) in [
            (&["numeric(12,2)", "DECIMAL (12, 2)", "pg_catalog.numeric(12,2)", "dec(12,2)"][..], "numeric(12,2)"),
            (&["numeric(5)", "numeric(5,0)"], "numeric(5,0)"),
            (&["varchar(10)", "character varying(10)", "char varying(10)"], "character varying(10)"),
            (&["char", "character", "char(1)", "bpchar(1)"], "character(1)"),
            (&["timestamptz", "timestamp with time zone", "TIMESTAMPTZ"], "timestamp with time zone"),
            (&["timestamptz(3)", "timestamp(3) with time zone"], "timestamp(3) with time zone"),
            (&["timestamp", "timestamp without time zone"], "timestamp without time zone"),
            (&["int", "int4", "integer"], "integer"),
            (&["float8", "double precision", "float", "float(53)"], "double precision"),
            (&["real", "float4", "float(20)"], "real"),
            (&["text[]", "text[3]", "text[][]", "_text"], "text[]"),
            (&["varchar(10)[]"], "character varying(10)[]"),
            (&["\"char\""], "\"char\""),
            (&["interval"], "interval"),
            (&["interval(3)"], "interval(3)"),
            (&["interval year to month"], "interval year to month"),
            (&["interval day to second(2)"], "interval day to second(2)"),
            (&["crm.tier", "tier", "CRM.Tier", "\"crm\".\"tier\""], "crm.tier"),
            (&["crm.tier[]", "tier[]"], "crm.tier[]"),
            (&["\"Odd \"\"S\".\"K.x\""], "\"Odd \"\"S\".\"K.x\""),
        ] {
            for spelling in spellings {
                let found = catalog.type_named(spelling);
                assert_eq!(found.map(|(oid, typmod)| catalog.type_text(oid, typmod)).as_deref(), Some(text), "{spelling}");
            }
        }
        for wrong in ["", "no_such", "numeric(x)", "numeric(5,2,1)", "text(5)", "crm.", "[]", "varchar(10", "other.tier"] {
            assert_eq!(catalog.type_named(wrong), None, "{wrong}");
        }
    }
}
