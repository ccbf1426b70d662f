//! How far the stages of an import have come.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Bitmap;
use crate::import::counts::{ByCode, Counts};

/// The stages of an import.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stages {
    /// Accounts.
    pub organizations: Option<StageProgress>,
    /// Contacts and person accounts.
    pub customers: Option<StageProgress>,
    /// Customers that are read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<StageProgress>,
    /// Customers that are read back because some of a sample had no link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repair: Option<StageProgress>,
}

/// How far a stage, or another part of an import, has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageProgress {
    /// When it began.
    pub begun_at: Timestamp,
    /// Batches in all.
    pub batches: u32,
    /// Records in these batches.
    pub records: u64,
    /// Records that were rejected while splitting.
    #[serde(default)]
    pub rejected: u64,
    /// Whether every batch has been sent to the queue.
    pub enqueued: bool,
    /// Batches whose results are stored.
    pub settled_batches: u32,
    /// Records in these batches.
    pub settled_records: u64,
    /// Batches that were given up after too many errors.
    pub dead_lettered: u32,
    /// Which batches are settled.
    pub settled: Bitmap,
    /// What became of the settled records.
    pub outcomes: Counts,
    /// Why, where they were not imported.
    pub codes: ByCode,
}

impl StageProgress {
    /// A part of `batches` batches, whose numbers are below `bound`.
    pub fn new(batches: u32, bound: u32, now: Timestamp) -> Self {
        Self {
            begun_at: now,
            batches,
            records: 0,
            rejected: 0,
            enqueued: batches == 0,
            settled_batches: 0,
            settled_records: 0,
            dead_lettered: 0,
            settled: Bitmap::new(bound),
            outcomes: Counts::default(),
            codes: ByCode::new(),
        }
    }

    /// Whether nothing is left to be sent or awaited.
    pub const fn is_settled(&self) -> bool {
        self.settled_batches == self.batches
    }
}
