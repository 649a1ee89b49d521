//! `tables.bin`: for each encoding that has a table, its characters by code, the codes that are written where the smallest is not, and the codes that
//! stand for two characters.
//!
//! All numbers are little-endian base 128. A list is the number of its runs of consecutive keys; each run is the distance from the last one, its length,
//! and its values as differences from "one more than the value before", a 0 followed by how many more of them there are.

use std::sync::OnceLock;

use super::shape::Shape;
use super::{ALL, Encoding};

static PACKED: &[u8] = include_bytes!("tables.bin");

/// Where the four-byte codes of GB18030 begin among its keys.
const FOUR_BYTES: u32 = 0x1_0000;
/// Its first code beyond the Basic Multilingual Plane, and the first character there.
const BEYOND: (u32, u32) = (FOUR_BYTES + 189_000, 0x1_0000);

/// The characters of one encoding; keys are its codes as numbers.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By code.
    decode: Vec<(u32, char)>,
    /// By character.
    encode: Vec<(char, u32)>,
    /// Codes of two characters.
    pairs: Vec<(u32, [char; 2])>,
    has_four_bytes: bool,
}

/// What a code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    One(char),
    Two([char; 2]),
}

impl Encoding {
    /// Its table, unpacked once.
    pub(super) fn table(self) -> &'static Table {
        static TABLES: [OnceLock<Table>; ALL.len()] = [const { OnceLock::new() }; ALL.len()];
        static EMPTY: OnceLock<Table> = OnceLock::new();
        let cell = TABLES.get(usize::from(self.number())).unwrap_or(&EMPTY);
        cell.get_or_init(|| unpack(self).unwrap_or_default())
    }
}

impl Table {
    /// What the bytes of one character mean.
    pub(super) fn decode(&self, bytes: &[u8]) -> Option<Meaning> {
        let key = self.key(bytes)?;
        if self.has_four_bytes && key >= BEYOND.0 {
            return char::from_u32(key - BEYOND.0 + BEYOND.1).map(Meaning::One);
        }
        if let Ok(at) = self.decode.binary_search_by_key(&key, |(key, _)| *key) {
            return self.decode.get(at).map(|(_, character)| Meaning::One(*character));
        }
        let pair = self.pairs.iter().find(|(code, _)| *code == key)?;
        Some(Meaning::Two(pair.1))
    }

    /// Appends the bytes of a character.
    pub(super) fn encode(&self, character: char, out: &mut Vec<u8>) -> Option<()> {
        if self.has_four_bytes && u32::from(character) >= BEYOND.1 {
            self.write(u32::from(character) - BEYOND.1 + BEYOND.0, out);
            return Some(());
        }
        let at = self.encode.binary_search_by_key(&character, |(character, _)| *character).ok()?;
        self.write(self.encode.get(at)?.1, out);
        Some(())
    }

    /// Appends the bytes of two characters that have a code together.
    pub(super) fn encode_pair(&self, characters: [char; 2], out: &mut Vec<u8>) -> Option<()> {
        let (key, _) = self.pairs.iter().find(|(_, pair)| *pair == characters)?;
        self.write(*key, out);
        Some(())
    }

    fn key(&self, bytes: &[u8]) -> Option<u32> {
        match bytes {
            [first, second, third, fourth] if self.has_four_bytes => {
                let digit = |byte: &u8, from: u8| byte.checked_sub(from).map(u32::from);
                let head = digit(first, 0x81)? * 10 + digit(second, b'0')?;
                Some(FOUR_BYTES + head * 1260 + digit(third, 0x81)? * 10 + digit(fourth, b'0')?)
            }
            [_, ..] if bytes.len() <= 4 => Some(bytes.iter().fold(0, |key, byte| key << 8 | u32::from(*byte))),
            _ => None,
        }
    }

    fn write(&self, key: u32, out: &mut Vec<u8>) {
        if let Some(linear) = key.checked_sub(FOUR_BYTES).filter(|_| self.has_four_bytes) {
            let (head, tail) = (linear / 1260, linear % 1260);
            let byte = |from: u8, digit: u32| from.wrapping_add(u8::try_from(digit).unwrap_or_default());
            out.extend([byte(0x81, head / 10), byte(b'0', head % 10), byte(0x81, tail / 10), byte(b'0', tail % 10)]);
            return;
        }
        let bytes = key.to_be_bytes();
        out.extend(bytes.iter().skip_while(|byte| **byte == 0));
    }
}

/// The encoding's part of the file; `None` for one that has no table.
fn unpack(encoding: Encoding) -> Option<Table> {
    let mut packed = Packed(PACKED);
    for other in Encoding::all().filter(|other| has_table(*other)) {
        let (decode, exceptions, pairs) = (packed.list()?, packed.list()?, packed.pairs()?);
        if other == encoding {
            let has_four_bytes = encoding.entry().shape == Shape::Gb18030;
            return table(decode, exceptions, pairs, has_four_bytes);
        }
    }
    None
}

fn has_table(encoding: Encoding) -> bool {
    encoding.is_convertible() && !encoding.is_utf8()
}

fn table(
    decode: Vec<(u32, u32)>,
    exceptions: Vec<(u32, u32)>,
    pairs: Vec<(u32, [char; 2])>,
    has_four_bytes: bool,
) -> Option<Table> {
    let decode = decode.into_iter().map(|(key, of)| Some((key, char::from_u32(of)?))).collect::<Option<Vec<_>>>()?;
    let exceptions = exceptions.into_iter().map(|(of, key)| Some((char::from_u32(of)?, key))).collect::<Option<Vec<_>>>()?;
    // The exception first, then the code of the fewest bytes, then the smallest.
    let length = |key: u32| key.leading_zeros() / 8;
    let mut encode: Vec<(char, bool, u32, u32)> =
        decode.iter().map(|(key, character)| (*character, true, 4 - length(*key), *key)).collect();
    encode.extend(exceptions.into_iter().map(|(character, key)| (character, false, 0, key)));
    encode.sort_unstable();
    encode.dedup_by_key(|(character, ..)| *character);
    let encode =
        encode.into_iter().filter(|(character, ..)| !character.is_ascii()).map(|(character, _, _, key)| (character, key));
    Some(Table { decode, encode: encode.collect(), pairs, has_four_bytes })
}

/// What is left of the file.
struct Packed(&'static [u8]);

impl Packed {
    fn number(&mut self) -> Option<u32> {
        u32::try_from(self.wide()?).ok()
    }

    fn wide(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..42).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn list(&mut self) -> Option<Vec<(u32, u32)>> {
        let mut list = Vec::new();
        let (mut key, mut value, mut zeros) = (0_u32, 0_u32, 0_u32);
        for _ in 0..self.number()? {
            key = key.checked_add(self.number()?)?;
            for _ in 0..self.number()? {
                let difference = match zeros.checked_sub(1) {
                    Some(left) => {
                        zeros = left;
                        0
                    }
                    None => self.difference(&mut zeros)?,
                };
                value = u32::try_from(i64::from(value) + 1 + difference).ok()?;
                list.push((key, value));
                key = key.checked_add(1)?;
            }
        }
        Some(list)
    }

    /// One difference; after a 0, how many more there are.
    fn difference(&mut self, zeros: &mut u32) -> Option<i64> {
        let number = self.wide()?;
        if number == 0 {
            *zeros = self.number()?;
        }
        let half = i64::try_from(number / 2).ok()?;
        Some(if number % 2 == 0 { half } else { -half - 1 })
    }

    fn pairs(&mut self) -> Option<Vec<(u32, [char; 2])>> {
        let count = self.number()?;
        (0..count).map(|_| Some((self.number()?, [char::from_u32(self.number()?)?, char::from_u32(self.number()?)?]))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_a_table_for_every_encoding_and_nothing_more() {
        let mut packed = Packed(PACKED);
        for encoding in Encoding::all().filter(|encoding| has_table(*encoding)) {
            let (decode, exceptions, pairs) = (packed.list().unwrap(), packed.list().unwrap(), packed.pairs().unwrap());
            assert!(!decode.is_empty() && table(decode, exceptions, pairs, false).is_some(), "{}", encoding.name());
            assert!(!encoding.table().encode.is_empty(), "{}", encoding.name());
        }
        assert!(packed.0.is_empty());
    }
}
