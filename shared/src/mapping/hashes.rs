//! Sets of hashes that are as small as can be: millions of them are kept while an export is read.

use std::fmt;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Slot;

/// How many tables a set has. Each grows on its own, so that never more than one of them is there in
/// its old and in its new size at once. Which one a hash is in are six bits that need not be kept.
const SHARDS: usize = 64;

/// What is kept of a hash: 56 of its bits, which with those of the shard are 62.
const KEPT: usize = 7;

/// A hash and a note to go with it, without any gaps.
#[derive(Clone, Copy)]
struct Entry<N> {
    kept: [u8; KEPT],
    note: N,
}

/// A set of hashes, each with a note.
#[derive(Clone)]
pub(super) struct Hashes<N> {
    shards: Vec<HashTable<Entry<N>>>,
}

impl<N> Default for Hashes<N> {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| HashTable::new()).collect() }
    }
}

impl<N> fmt::Debug for Hashes<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: usize = self.shards.iter().map(HashTable::len).sum();
        f.debug_struct("Hashes").field("entries", &entries).finish()
    }
}

impl<N: Copy> Hashes<N> {
    /// The note of a hash, if it is in the set.
    pub(super) fn get(&self, hash: u64) -> Option<N> {
        let kept = kept(hash);
        let entry = self.shards.get(shard(hash))?.find(spread(kept), |other| other.kept == kept);
        entry.map(|entry| entry.note)
    }

    /// The note of a hash, to be changed.
    pub(super) fn get_mut(&mut self, hash: u64) -> Option<&mut N> {
        let kept = kept(hash);
        let shard = self.shards.get_mut(shard(hash))?;
        shard.find_mut(spread(kept), |other| other.kept == kept).map(|entry| &mut entry.note)
    }

    /// The note of a hash that is in the set; one that is not is added with this note.
    pub(super) fn get_or_insert(&mut self, hash: u64, note: N) -> Option<N> {
        let kept = kept(hash);
        let table = self.shards.get_mut(shard(hash))?;
        let same = |other: &Entry<N>| other.kept == kept;
        match table.entry(spread(kept), same, |other| spread(other.kept)) {
            Slot::Occupied(occupied) => Some(occupied.get().note),
            Slot::Vacant(vacant) => {
                vacant.insert(Entry { kept, note });
                None
            }
        }
    }

    /// Every hash with its note, in no order. Two of its bits are lost, which nothing here looks at:
    /// whatever takes it for the hash that it was, finds the same.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, N)> {
        (0_u64..).zip(&self.shards).flat_map(|(shard, table)| {
            table.iter().map(move |entry| (hash_of(shard, entry.kept), entry.note))
        })
    }

    /// Adds a hash, or changes its note.
    pub(super) fn insert(&mut self, hash: u64, note: N) {
        let kept = kept(hash);
        let Some(table) = self.shards.get_mut(shard(hash)) else { return };
        let same = |other: &Entry<N>| other.kept == kept;
        match table.entry(spread(kept), same, |other| spread(other.kept)) {
            Slot::Occupied(mut occupied) => occupied.get_mut().note = note,
            Slot::Vacant(vacant) => {
                vacant.insert(Entry { kept, note });
            }
        }
    }
}

/// The bits of a hash that are kept: all but the lowest byte, which the shard is found by.
fn kept(hash: u64) -> [u8; KEPT] {
    let mut kept = [0; KEPT];
    for (to, from) in kept.iter_mut().zip(hash.to_le_bytes().into_iter().skip(1)) {
        *to = from;
    }
    kept
}

/// The hash of which these bits are kept in this shard, with zeros for those that are not.
fn hash_of(shard: u64, kept: [u8; KEPT]) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().skip(1).zip(kept) {
        *to = from;
    }
    u64::from_le_bytes(bytes) | shard
}

/// A hash for the table, which uses the lowest and the highest bits, made of the bits that are kept.
fn spread(kept: [u8; KEPT]) -> u64 {
    let mut bytes = [0; 8];
    for (to, from) in bytes.iter_mut().zip(kept) {
        *to = from;
    }
    let low = u64::from_le_bytes(bytes);
    low | (low >> 48) << 56
}

const fn shard(hash: u64) -> usize {
    let [lowest, ..] = hash.to_le_bytes();
    lowest as usize % SHARDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_and_replaced() {
        let mut hashes = Hashes::default();
        let keys = (0..10_000_u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for (note, key) in (0_u32..).zip(keys.clone()) {
            assert!(hashes.get_or_insert(key, note.to_le_bytes()).is_none());
            assert!(hashes.get_or_insert(key, [9; 4]).is_some());
        }
        for (note, key) in (0_u32..).zip(keys.clone()) {
            assert_eq!(hashes.get(key), Some(note.to_le_bytes()));
            *hashes.get_mut(key).unwrap() = (note + 1).to_le_bytes();
        }
        for (note, key) in (1_u32..).zip(keys.clone()) {
            assert_eq!(hashes.get(key), Some(note.to_le_bytes()));
        }
        assert_eq!(format!("{hashes:?}"), "Hashes { entries: 10000 }");

        let mut again = Hashes::default();
        for (key, note) in hashes.iter() {
            assert!(again.get_or_insert(key, note).is_none());
        }
        for key in keys {
            assert_eq!(again.get(key), hashes.get(key));
        }
    }

    #[test]
    fn an_entry_has_no_gaps() {
        assert_eq!((size_of::<Entry<()>>(), size_of::<Entry<[u8; 4]>>()), (7, 11));
    }
}
