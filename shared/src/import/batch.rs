//! Batches: at most 100 records, one request, a run of lines in a segment.

use serde::{Deserialize, Serialize};

use super::id::ImportId;
use super::phase::{Phase, SAMPLED};

/// The number of a batch within its phase, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchIndex(pub u32);

impl std::fmt::Display for BatchIndex {
    /// Seven digits, so that keys sort as numbers do.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:07}", self.0)
    }
}

/// Tells apart segments of one stage that were split with different knowledge of organizations, so
/// that splitting twice can never mix the lines of one with the byte ranges of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Edition(pub u32);

impl Edition {
    /// The edition of the same knowledge and of what is known about versions of records besides.
    pub const fn weighed(self) -> Self {
        Self(!self.0)
    }
}

impl std::fmt::Display for Edition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// Where the lines of a batch lie. Written as `[segment, start, end, records]`: there may be
/// a hundred thousand of them in one manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(u32, u64, u64, u32)", from = "(u32, u64, u64, u32)")]
pub struct Extent {
    /// The number of the segment.
    pub segment: u32,
    /// The first byte.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
    /// How many lines, hence records.
    pub records: u32,
}

impl From<Extent> for (u32, u64, u64, u32) {
    fn from(e: Extent) -> Self {
        (e.segment, e.start, e.end, e.records)
    }
}

impl From<(u32, u64, u64, u32)> for Extent {
    fn from((segment, start, end, records): (u32, u64, u64, u32)) -> Self {
        Self { segment, start, end, records }
    }
}

/// A batch as it travels through queues: a pointer, never data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The import.
    pub import: ImportId,
    /// What is done with its records.
    pub phase: Phase,
    /// The number within the phase.
    pub batch: BatchIndex,
    /// Which edition of the stage's segments its lines lie in.
    pub edition: Edition,
    /// Where its lines lie.
    pub extent: Extent,
}

impl Batch {
    /// The message group: one batch a group is in flight, so the groups are the site's slots.
    pub fn slot(&self, slots: u16) -> String {
        // Counted from another slot in every import, so that small imports do not share one.
        let first = self.import.uuid().as_u64_pair().1;
        // A sample is every so manieth batch, and all of its batches would share one slot.
        let number = self.batch.0 + self.batch.0 / SAMPLED;
        let number = first.wrapping_add(u64::from(number));
        format!("slot-{}", number % u64::from(slots.max(1)))
    }

    /// The deduplication id: the same batch sent twice within five minutes is one message, unless its
    /// import was resumed in between.
    pub fn deduplication_id(&self, resumed: u32) -> String {
        format!("{}-{}-{}-{resumed}", self.import, self.phase, self.batch)
    }
}
