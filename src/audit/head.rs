//! `head`: how far the log reaches, so that a lost end is noticed and a restart need not read everything.
//!
//! Two slots of 4 KiB, written in turn after each batch and never synced: at most one batch behind after the end of the process, possibly
//! more after the end of the machine, never ahead of what was durable with `fsync`. It guards against accidents only: who can rewrite
//! the segments can rewrite this file.

use super::frame::{array_at, u16_at, u32_at, u64_at};
use super::merkle::{Frontier, Hash};

/// Bytes of one slot; a page, so that it is written whole.
pub(super) const SLOT_BYTES: usize = 4096;
/// Slots in the file.
pub(super) const SLOTS: usize = 2;

const MAGIC: &[u8; 8] = b"PSTNHEAD";
const PEAKS_AT: usize = 64;
const CHECKSUM_AT: usize = SLOT_BYTES - 4;

/// The state of the log after a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) log_id: [u8; 16],
    /// The oldest intent without outcome, or the next number when there is none: recovery reads from its segment on.
    pub(super) oldest_open: u64,
    pub(super) last_time_us: u64,
    /// Its size is the number of records.
    pub(super) tree: Frontier,
}

impl Head {
    /// The number of records, which is the next record's number.
    pub(super) const fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SLOT_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&1_u16.to_le_bytes());
        bytes.extend_from_slice(&(self.tree.peaks().len() as u16).to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&self.log_id);
        bytes.extend_from_slice(&self.tree.size().to_le_bytes());
        bytes.extend_from_slice(&self.oldest_open.to_le_bytes());
        bytes.extend_from_slice(&self.last_time_us.to_le_bytes());
        bytes.resize(PEAKS_AT, 0);
        for peak in self.tree.peaks() {
            bytes.extend_from_slice(peak);
        }
        bytes.resize(CHECKSUM_AT, 0);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_le_bytes());
        bytes
    }

    fn decode(slot: &[u8]) -> Option<Self> {
        let sound = slot.get(..8)? == MAGIC
            && u16_at(slot, 8)? == 1
            && u32_at(slot, CHECKSUM_AT)? == crc32c::crc32c(slot.get(..CHECKSUM_AT)?);
        if !sound {
            return None;
        }
        let count = usize::from(u16_at(slot, 10)?);
        let peaks = (0..count).map(|n| array_at::<32>(slot, PEAKS_AT + n * 32)).collect::<Option<Vec<Hash>>>()?;
        Some(Self {
            log_id: array_at(slot, 16)?,
            oldest_open: u64_at(slot, 40)?,
            last_time_us: u64_at(slot, 48)?,
            tree: Frontier::restore(u64_at(slot, 32)?, peaks)?,
        })
    }
}

/// What the file says.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// The newest sound slot.
    pub(super) newest: Option<Head>,
    /// Slots that were written and are not sound.
    pub(super) damaged: usize,
}

impl Heads {
    /// Reads the file's bytes.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut heads = Self { newest: None, damaged: usize::from(bytes.len() != SLOT_BYTES * SLOTS) };
        for slot in bytes.chunks(SLOT_BYTES).take(SLOTS) {
            if slot.iter().all(|byte| *byte == 0) {
                continue;
            }
            match Head::decode(slot) {
                Some(head) if heads.newest.as_ref().is_none_or(|newest| newest.size() < head.size()) => heads.newest = Some(head),
                Some(_) => {}
                None => heads.damaged += 1,
            }
        }
        heads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(size: u8) -> Head {
        let mut tree = Frontier::default();
        (0..size).for_each(|n| tree.push([n; 32]));
        Head { log_id: [9; 16], oldest_open: 1, last_time_us: 77, tree }
    }

    #[test]
    fn the_newest_sound_slot_counts() {
        let file = [head(6).encode(), head(5).encode()].concat();
        assert_eq!(Heads::read(&file).newest, Some(head(6)));
        let mut torn = file.clone();
        torn[100] ^= 1;
        let heads = Heads::read(&torn);
        assert_eq!((heads.newest, heads.damaged), (Some(head(5)), 1));
        let once = [head(1).encode(), vec![0; SLOT_BYTES]].concat();
        assert_eq!(Heads::read(&once).newest, Some(head(1)));
        assert_eq!(Heads::read(&[]).damaged, 1);
    }

    #[test]
    fn the_largest_tree_fits_a_slot() {
        let tree = Frontier::restore(u64::MAX, vec![[1; 32]; 64]).unwrap();
        let largest = Head { log_id: [9; 16], oldest_open: 1, last_time_us: 77, tree };
        assert_eq!(largest.encode().len(), SLOT_BYTES);
        assert_eq!(Head::decode(&largest.encode()), Some(largest));
    }
}
