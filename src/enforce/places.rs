//! Where in the client's statement an error of the warehouse points.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::witness::Place;

/// The characters of a text that is sent which stand for a character of the client's statement, both counted from 1. Only those of which the witness is sure.
#[derive(Clone, Debug, Default)]
pub struct Places(Arc<[(u32, u32)]>);

impl Places {
    /// From byte offsets in both texts. What stands for two places of the client's stands for none.
    pub(super) fn new(sent: &str, client: &str, mut places: Vec<Place>) -> Self {
        places.sort_unstable();
        places.dedup();
        let alone = |places: &[Place]| match places {
            [only] => Some(*only),
            _ => None,
        };
        let sure: Vec<Place> = places.chunk_by(|one, other| one.ours == other.ours).filter_map(alone).collect();
        let ours = characters(sent, sure.iter().map(|place| place.ours));
        let mut by_client: Vec<u32> = sure.iter().map(|place| place.client).collect();
        by_client.sort_unstable();
        let theirs: BTreeMap<u32, u32> = by_client.iter().copied().zip(characters(client, by_client.iter().copied())).collect();
        let pair = |(place, ours): (&Place, u32)| Some((ours, *theirs.get(&place.client)?));
        Self(sure.iter().zip(ours).filter_map(pair).collect())
    }

    /// The character of the client's statement that the character of the sent text stands for.
    pub fn find(&self, sent: u32) -> Option<u32> {
        let at = self.0.binary_search_by_key(&sent, |(sent, _)| *sent).ok()?;
        self.0.get(at).map(|(_, client)| *client)
    }

    /// What they take, in bytes.
    pub fn bytes(&self) -> usize {
        std::mem::size_of_val(self.0.as_ref())
    }
}

/// The number of the character, from 1, at each of the byte offsets, which ascend.
fn characters(text: &str, offsets: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut number = 1;
    let mut starts = text.char_indices().map(|(at, _)| at).peekable();
    let character = |offset: u32| {
        while starts.next_if(|at| *at < offset as usize).is_some() {
            number += 1;
        }
        number
    };
    offsets.map(character).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(ours: u32, client: u32) -> Place {
        Place { ours, client }
    }

    #[test]
    fn offsets_in_bytes_are_characters_from_one() {
        let places = Places::new("SELECT 'é', x", "'é' + x", vec![place(13, 7), place(7, 0), place(0, 5)]);
        assert_eq!((places.find(8), places.find(13), places.find(1)), (Some(1), Some(7), Some(5)));
        assert_eq!(places.find(9), None);
    }

    #[test]
    fn a_place_that_stands_for_two_is_not_told() {
        let places = Places::new("abcdef", "abcdef", vec![place(1, 1), place(1, 3), place(2, 4), place(2, 4)]);
        assert_eq!((places.find(2), places.find(3)), (None, Some(5)));
    }
}
