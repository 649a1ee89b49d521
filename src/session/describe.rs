//! RowDescription with the origins that the client's catalog knows: the live table and column of what is exposed, nothing for the rest (enforcement L10).

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::catalog::types;
use crate::enforce::OutputColumn;

/// Type byte and length.
const HEADER_BYTES: usize = 5;
/// Type OID, size, modifier, format: what stays of a field besides its name.
const FIELD_TAIL_BYTES: usize = 12;
/// The format code at its end.
const FORMAT_BYTES: usize = 2;
/// The size of an oid, which registry types are.
const REGISTRY_BYTES: i16 = 4;
/// The size of an oid in ParameterDescription.
const OID_BYTES: usize = 4;
/// The size of what has no fixed one.
const ARRAY_BYTES: i16 = -1;

/// ParameterDescription (with its header) in which these parameters, counted from 0, are of these types; `None` when it does not read.
pub(super) fn parameters(message: &[u8], told: &[(usize, u32)]) -> Option<Bytes> {
    let mut rewritten = BytesMut::from(message);
    for (at, type_oid) in told {
        let begin = at.checked_mul(OID_BYTES)?.checked_add(HEADER_BYTES + 2)?;
        rewritten.get_mut(begin..begin.checked_add(OID_BYTES)?)?.copy_from_slice(&type_oid.to_be_bytes());
    }
    Some(rewritten.freeze())
}

/// The message (with its header) that tells the plan's origins; `None` when it does not describe this plan's columns.
pub(super) fn rewrite(message: &[u8], columns: &[OutputColumn]) -> Option<Bytes> {
    let mut body = message.get(HEADER_BYTES..)?;
    let count = body.try_get_u16().ok()?;
    if usize::from(count) != columns.len() {
        return None;
    }
    let mut rewritten = BytesMut::with_capacity(message.len());
    rewritten.extend_from_slice(message.get(..HEADER_BYTES + 2)?);
    for column in columns {
        let end = body.iter().position(|byte| *byte == 0)? + 1;
        rewritten.extend_from_slice(body.get(..end)?);
        body.advance(end);
        let (table, attribute) = column.origin.unwrap_or((0, 0));
        body.try_get_u32().ok()?;
        body.try_get_i16().ok()?;
        rewritten.put_u32(table);
        rewritten.put_i16(attribute);
        let tail = body.get(..FIELD_TAIL_BYTES)?;
        match column.registry {
            // Written as text, and to the client what it asked for: of that type, its size, without a modifier.
            Some(type_oid) => {
                rewritten.put_u32(type_oid);
                rewritten.put_i16(if types::is_array(type_oid) { ARRAY_BYTES } else { REGISTRY_BYTES });
                rewritten.put_i32(-1);
                rewritten.extend_from_slice(tail.get(FIELD_TAIL_BYTES - FORMAT_BYTES..)?);
            }
            None => rewritten.extend_from_slice(tail),
        }
        body.advance(FIELD_TAIL_BYTES);
    }
    body.is_empty().then(|| rewritten.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(fields: &[(&str, u32, i16)]) -> Vec<u8> {
        let mut body = BytesMut::new();
        body.put_u16(fields.len() as u16);
        for (name, table, attribute) in fields {
            body.put_slice(name.as_bytes());
            body.put_u8(0);
            body.put_u32(*table);
            body.put_i16(*attribute);
            body.put_slice(&[0, 0, 0, 25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 1]);
        }
        let mut message = vec![b'T'];
        message.put_u32(body.len() as u32 + 4);
        message.extend_from_slice(&body);
        message
    }

    fn column(name: &str, origin: Option<(u32, i16)>) -> OutputColumn {
        OutputColumn { name: name.to_owned(), origin, registry: None, is_text: false }
    }

    #[test]
    fn origins_are_the_plans_and_everything_else_is_the_servers() {
        let from = message(&[("id", 0, 0), ("n", 4711, 3)]);
        let told = rewrite(&from, &[column("id", Some((16402, 1))), column("n", None)]).unwrap();
        assert_eq!(told, message(&[("id", 16402, 1), ("n", 0, 0)]));
    }

    #[test]
    fn a_registry_value_written_as_text_is_of_its_own_type() {
        let told = rewrite(&message(&[("c", 0, 0)]), &[OutputColumn { registry: Some(2205), ..column("c", None) }]).unwrap();
        let tail = [0, 0, 0x08, 0x9d, 0, 4, 0xff, 0xff, 0xff, 0xff, 0, 1];
        assert_eq!(told[told.len() - tail.len()..], tail);
        assert_eq!(told.len(), message(&[("c", 0, 0)]).len());
    }

    #[test]
    fn a_parameter_that_is_read_as_text_is_of_its_own_type() {
        let message = |types: [u32; 2]| [&b"t\0\0\0\x0e\0\x02"[..], &types[0].to_be_bytes(), &types[1].to_be_bytes()].concat();
        assert_eq!(parameters(&message([23, 25]), &[(1, 2205)]).unwrap(), message([23, 2205]));
        assert_eq!(parameters(&message([23, 25]), &[]).unwrap(), message([23, 25]));
        assert!(parameters(&message([23, 25]), &[(2, 2205)]).is_none());
    }

    #[test]
    fn a_description_of_other_columns_is_not_passed_on() {
        assert!(rewrite(&message(&[("id", 0, 0)]), &[]).is_none());
        assert!(rewrite(&message(&[("id", 0, 0)])[..9], &[column("id", None)]).is_none());
        let mut longer = message(&[("id", 0, 0)]);
        longer.push(0);
        assert!(rewrite(&longer, &[column("id", None)]).is_none());
    }
}
