//! Types as text: as `format_type` shows them under an empty search_path, and as our own SQL names them.

use crate::base::quote_ident;

use super::system::shown_name;
use super::{Catalog, Oid, PgType, types};

/// Offset of the length or precision in the type modifiers of varchar, char and numeric (`VARHDRSZ`).
const HEADER: i32 = 4;
/// `INTERVAL_FULL_RANGE`: an interval's modifier that names no fields.
const INTERVAL_FULL_RANGE: i32 = 0x7FFF;
/// `INTERVAL_FULL_PRECISION`.
const INTERVAL_FULL_PRECISION: i32 = 0xFFFF;

const BPCHAR: Oid = 1042;
const VARCHAR: Oid = 1043;
const BIT: Oid = 1560;
const VARBIT: Oid = 1562;
const NUMERIC: Oid = 1700;
const INTERVAL: Oid = 1186;
const TIME: Oid = 1083;
const TIMETZ: Oid = 1266;
const TIMESTAMP: Oid = 1114;
const TIMESTAMPTZ: Oid = 1184;

impl Catalog {
    /// What `format_type(oid, typmod)` answers under an empty search_path: `numeric(12,2)`, `crm.address`, `text[]`.
    pub fn type_text(&self, oid: Oid, typmod: i32) -> String {
        if let Some(element) = self.element_of_array(oid) {
            return format!("{}[]", self.type_text(element, typmod));
        }
        if let Some(text) = text_with_modifier(oid, typmod) {
            return text;
        }
        if let Some(builtin) = types::builtin_by_oid(oid) {
            // `bpchar` without a length is not SQL's `character`, which means one character; `bit` likewise.
            return match oid {
                BPCHAR => "bpchar".to_owned(),
                BIT => "\"bit\"".to_owned(),
                _ => builtin.spelling.to_owned(),
            };
        }
        match self.types.get(&oid) {
            Some(found) if found.schema == "pg_catalog" => shown_name(&found.name),
            Some(found) => format!("{}.{}", shown_name(&found.schema), shown_name(&found.name)),
            None => "???".to_owned(),
        }
    }

    /// The type as our own SQL names it in a cast: every name qualified and quoted, the modifier with it.
    /// `None` for an oid that the catalog does not know.
    pub fn type_sql(&self, oid: Oid, typmod: i32) -> Option<String> {
        if let Some(element) = self.element_of_array(oid) {
            return Some(format!("{}[]", self.type_sql(element, typmod)?));
        }
        let (schema, name) = match types::builtin_by_oid(oid) {
            Some(builtin) => ("pg_catalog", builtin.name),
            None => self.types.get(&oid).map(|found| (found.schema.as_str(), found.name.as_str()))?,
        };
        let schema = if schema == "pg_catalog" { schema.to_owned() } else { quote_ident(schema) };
        Some(format!("{schema}.{}{}", quote_ident(name), modifier_sql(oid, typmod)))
    }

    /// The element type of a true array type (`_text`), not of `name` or `point`, which can be subscripted too.
    pub fn element_of_array(&self, oid: Oid) -> Option<Oid> {
        if let Some(builtin) = types::builtin_by_oid(oid) {
            let element = builtin.element?;
            return (types::builtin_by_oid(element)?.array == Some(oid)).then_some(element);
        }
        let element = self.types.get(&oid)?.element?;
        (self.types.get(&element)?.array == Some(oid)).then_some(element)
    }

    /// The type and modifier under a domain, however deep: a domain's own modifier holds where the inner one has none.
    pub fn under_domains(&self, oid: Oid, typmod: i32) -> Option<(&PgType, i32)> {
        let mut found = self.types.get(&oid)?;
        let mut typmod = typmod;
        // A domain cannot be its own base, so the number of types bounds the walk.
        for _ in 0..=self.types.len() {
            match found.base {
                Some(base) if found.kind == super::TypeKind::Domain => {
                    typmod = if typmod < 0 { found.base_typmod } else { typmod };
                    found = self.types.get(&base)?;
                }
                Some(_) | None => return Some((found, typmod)),
            }
        }
        None
    }
}

/// `precision` and `scale` of a numeric's modifier; the scale may be negative (PostgreSQL 15).
pub fn numeric_modifier(typmod: i32) -> Option<(u32, i32)> {
    let packed = typmod.checked_sub(HEADER).filter(|packed| *packed >= 0)?;
    // numeric.c: 11 bits of two's complement.
    let scale = ((packed & 0x7FF) ^ 0x400) - 0x400;
    Some((u32::try_from((packed >> 16) & 0xFFFF).ok()?, scale))
}

/// Length in characters of a varchar or char column; `None` without one.
pub fn text_length(typmod: i32) -> Option<u32> {
    typmod.checked_sub(HEADER).and_then(|length| u32::try_from(length).ok()).filter(|length| *length > 0)
}

fn text_with_modifier(oid: Oid, typmod: i32) -> Option<String> {
    let precision = u32::try_from(typmod).ok();
    let text = match oid {
        BPCHAR => format!("character({})", text_length(typmod)?),
        VARCHAR => format!("character varying({})", text_length(typmod)?),
        NUMERIC => numeric_modifier(typmod).map(|(precision, scale)| format!("numeric({precision},{scale})"))?,
        BIT => format!("bit({})", precision?),
        VARBIT => format!("bit varying({})", precision?),
        TIME => format!("time({}) without time zone", precision?),
        TIMETZ => format!("time({}) with time zone", precision?),
        TIMESTAMP => format!("timestamp({}) without time zone", precision?),
        TIMESTAMPTZ => format!("timestamp({}) with time zone", precision?),
        INTERVAL => interval_text(typmod)?,
        _ => return None,
    };
    Some(text)
}

/// `intervaltypmodout` after `interval`.
fn interval_text(typmod: i32) -> Option<String> {
    let (range, precision) = interval_modifier(typmod)?;
    // datetime.h: bit numbers of the fields.
    let (month, year, day, hour, minute, second) = (1 << 1, 1 << 2, 1 << 3, 1 << 10, 1 << 11, 1 << 12);
    let fields = match range {
        r if r == year => " year",
        r if r == month => " month",
        r if r == day => " day",
        r if r == hour => " hour",
        r if r == minute => " minute",
        r if r == second => " second",
        r if r == year | month => " year to month",
        r if r == day | hour => " day to hour",
        r if r == day | hour | minute => " day to minute",
        r if r == day | hour | minute | second => " day to second",
        r if r == hour | minute => " hour to minute",
        r if r == hour | minute | second => " hour to second",
        r if r == minute | second => " minute to second",
        _ => "",
    };
    Some(match precision {
        INTERVAL_FULL_PRECISION => format!("interval{fields}"),
        precision => format!("interval{fields}({precision})"),
    })
}

fn interval_modifier(typmod: i32) -> Option<(i32, i32)> {
    (typmod >= 0).then_some(((typmod >> 16) & INTERVAL_FULL_RANGE, typmod & 0xFFFF))
}

/// The modifier as arguments of the type's own modifier function.
fn modifier_sql(oid: Oid, typmod: i32) -> String {
    let one = |value: Option<u32>| value.map_or_else(String::new, |value| format!("({value})"));
    match oid {
        BPCHAR | VARCHAR => one(text_length(typmod)),
        BIT | VARBIT | TIME | TIMETZ | TIMESTAMP | TIMESTAMPTZ => one(u32::try_from(typmod).ok()),
        NUMERIC => numeric_modifier(typmod).map_or_else(String::new, |(precision, scale)| format!("({precision}, {scale})")),
        INTERVAL => match interval_modifier(typmod) {
            None => String::new(),
            Some((range, INTERVAL_FULL_PRECISION)) => format!("({range})"),
            Some((range, precision)) => format!("({range}, {precision})"),
        },
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_are_shown_as_the_server_shows_them() {
        let catalog = Catalog::default();
        for (oid, typmod, text, sql) in [
            (25, -1, "text", "pg_catalog.\"text\""),
            (NUMERIC, -1, "numeric", "pg_catalog.\"numeric\""),
            (NUMERIC, (12 << 16 | 2) + 4, "numeric(12,2)", "pg_catalog.\"numeric\"(12, 2)"),
            (NUMERIC, (5 << 16 | 0x7FE) + 4, "numeric(5,-2)", "pg_catalog.\"numeric\"(5, -2)"),
            (VARCHAR, 14, "character varying(10)", "pg_catalog.\"varchar\"(10)"),
            (BPCHAR, 7, "character(3)", "pg_catalog.\"bpchar\"(3)"),
            (BPCHAR, -1, "bpchar", "pg_catalog.\"bpchar\""),
            (TIMESTAMPTZ, 3, "timestamp(3) with time zone", "pg_catalog.\"timestamptz\"(3)"),
            (INTERVAL, 0x7FFF_0003, "interval(3)", "pg_catalog.\"interval\"(32767, 3)"),
            (INTERVAL, 0x0006_FFFF, "interval year to month", "pg_catalog.\"interval\"(6)"),
            (1015, 14, "character varying(10)[]", "pg_catalog.\"varchar\"(10)[]"),
            (19, -1, "name", "pg_catalog.\"name\""),
            (18, -1, "\"char\"", "pg_catalog.\"char\""),
        ] {
            assert_eq!(catalog.type_text(oid, typmod), text);
            assert_eq!(catalog.type_sql(oid, typmod).unwrap(), sql);
        }
    }
}
