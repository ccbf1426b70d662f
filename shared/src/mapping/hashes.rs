//! Sets of hashes that are as small as can be: millions of them are kept while an export is read.

use std::fmt;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

/// How many tables a set has. Each grows on its own, so that never more than one of them is there in
/// its old and in its new size at once.
const SHARDS: usize = 64;

/// What a set holds: a hash by itself, or with a note.
pub(super) trait Hashed: Copy {
    /// The hash.
    fn hash(self) -> u64;
}

impl Hashed for u64 {
    fn hash(self) -> u64 {
        self
    }
}

/// A hash and 32 bits to go with it, in 12 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted([u32; 3]);

impl Noted {
    #[expect(clippy::cast_possible_truncation, reason = "both halves are kept")]
    pub(super) const fn new(hash: u64, note: u32) -> Self {
        Self([(hash >> 32) as u32, hash as u32, note])
    }

    pub(super) const fn note(self) -> u32 {
        let [_, _, note] = self.0;
        note
    }
}

impl Hashed for Noted {
    fn hash(self) -> u64 {
        let [high, low, _] = self.0;
        u64::from(high) << 32 | u64::from(low)
    }
}

/// A set of hashes.
#[derive(Clone)]
pub(super) struct Hashes<T> {
    shards: Vec<HashTable<T>>,
}

impl<T> Default for Hashes<T> {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| HashTable::new()).collect() }
    }
}

impl<T> fmt::Debug for Hashes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: usize = self.shards.iter().map(HashTable::len).sum();
        f.debug_struct("Hashes").field("entries", &entries).finish()
    }
}

impl<T: Hashed> Hashes<T> {
    /// The entry with this hash.
    pub(super) fn get(&self, hash: u64) -> Option<T> {
        self.shards.get(shard(hash))?.find(hash, |entry| entry.hash() == hash).copied()
    }

    /// The entry with this hash, to be changed in its place; its hash must stay.
    pub(super) fn get_mut(&mut self, hash: u64) -> Option<&mut T> {
        self.shards.get_mut(shard(hash))?.find_mut(hash, |entry| entry.hash() == hash)
    }

    /// Adds an entry, or puts it in the place of the one with the same hash.
    pub(super) fn insert(&mut self, entry: T) {
        let hash = entry.hash();
        let Some(table) = self.shards.get_mut(shard(hash)) else { return };
        match table.entry(hash, |other| other.hash() == hash, |other| other.hash()) {
            Entry::Occupied(mut occupied) => *occupied.get_mut() = entry,
            Entry::Vacant(vacant) => {
                vacant.insert(entry);
            }
        }
    }
}

/// The table uses the lowest and the highest bits of a hash, so shards go by others.
const fn shard(hash: u64) -> usize {
    (hash >> 40) as usize % SHARDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_and_replaced() {
        let mut hashes = Hashes::default();
        let keys = (0..10_000_u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for (note, key) in (0..).zip(keys.clone()) {
            assert!(hashes.get(key).is_none());
            hashes.insert(Noted::new(key, note));
        }
        for (note, key) in (0..).zip(keys.clone()) {
            assert_eq!(hashes.get(key).unwrap().note(), note);
            hashes.insert(Noted::new(key, note + 1));
        }
        assert!((0..).zip(keys).all(|(note, key)| hashes.get(key).unwrap().note() == note + 1));
        assert_eq!(format!("{hashes:?}"), "Hashes { entries: 10000 }");
    }

    #[test]
    fn an_entry_is_as_small_as_it_looks() {
        assert_eq!(size_of::<Noted>(), 12);
    }
}
