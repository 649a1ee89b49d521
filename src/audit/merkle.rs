//! The tree over all records (RFC 6962 §2.1), grown one leaf at a time; only its right edge is kept.

use sha2::{Digest, Sha256};

/// SHA-256.
pub(super) type Hash = [u8; 32];

/// Version of the 84-byte leaf, `leaf_version` of `log.toml`.
pub(super) const LEAF_VERSION: u8 = 1;

/// What the tree holds of one record. Fixed size, so that proofs do not depend on the length of a statement.
pub(super) struct Leaf<'a> {
    pub(super) kind: u8,
    pub(super) seq: u64,
    pub(super) time_us: u64,
    pub(super) public: &'a [u8],
    pub(super) salt: &'a [u8],
    pub(super) private: &'a [u8],
}

impl Leaf<'_> {
    /// SHA-256(0x00 || leaf).
    pub(super) fn hash(&self) -> Hash {
        // The salt keeps the digest of a short private part from being guessed once that part's key is destroyed.
        let private = Sha256::new().chain_update(self.salt).chain_update(self.private).finalize();
        Sha256::new()
            .chain_update([0x00, LEAF_VERSION, self.kind, 0, 0])
            .chain_update(self.seq.to_be_bytes())
            .chain_update(self.time_us.to_be_bytes())
            .chain_update(Sha256::digest(self.public))
            .chain_update(private)
            .finalize()
            .into()
    }
}

/// The right edge of a tree: the roots of its complete subtrees, largest first (one for each set bit of `size`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The edge that was stored; `None` when the number of peaks does not fit the size.
    pub(super) fn restore(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// Leaves so far.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the complete subtrees, largest first; at most 64.
    pub(super) fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds the hash of the next leaf.
    pub(super) fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        let mut merged = self.size;
        while merged & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            hash = node(&left, &hash);
            merged >>= 1;
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root; of an empty tree SHA-256 of nothing.
    pub(super) fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([0x01]).chain_update(left).chain_update(right).finalize().into()
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a String cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_that_of_the_certificate_transparency_test_vector() {
        let leaves: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let mut tree = Frontier::default();
        assert_eq!(hex(&tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        for leaf in leaves {
            tree.push(Sha256::new().chain_update([0x00]).chain_update(leaf).finalize().into());
        }
        assert_eq!(hex(&tree.root()), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
    }

    #[test]
    fn a_stored_edge_goes_on_as_the_tree_would_have() {
        let leaf = |n: u8| -> Hash { Sha256::digest([n]).into() };
        for size in 0..40_u8 {
            let mut whole = Frontier::default();
            (0..size).for_each(|n| whole.push(leaf(n)));
            let mut resumed = Frontier::restore(whole.size(), whole.peaks().to_vec()).unwrap();
            whole.push(leaf(99));
            resumed.push(leaf(99));
            assert_eq!(whole.root(), resumed.root(), "size {size}");
        }
        assert_eq!(Frontier::restore(3, vec![[0; 32]]), None);
    }
}
