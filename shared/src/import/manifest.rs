//! What a stage consists of, once its exports have been split.

use serde::{Deserialize, Serialize};

use super::batch::{Batch, BatchIndex, Edition, Extent};
use super::counts::{ByCode, Counts};
use super::id::ImportId;
use super::outcome::Outcome;
use crate::code::Code;
use crate::mapping::mapper::Issue;
use crate::mapping::relation::RelationCounts;
use crate::mapping::stage::Stage;

/// `segments/<stage>.json`, written once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The import.
    pub import: ImportId,
    /// Organizations or customers.
    pub stage: Stage,
    /// How often the import had been told to go on when the stage was split.
    #[serde(default)]
    pub resumed: u32,
    /// The edition of its segments.
    pub edition: Edition,
    /// Records that became lines of a segment.
    pub mapped: u64,
    /// Those among them that the site is known to have; absent where nothing is known of any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<u64>,
    /// Records that were rejected, by code.
    pub rejected: ByCode,
    /// Records that were skipped, by code.
    pub skipped: ByCode,
    /// Warnings of mapped records, by code.
    pub warnings: ByCode,
    /// What became of the relations that customers are linked by.
    #[serde(default)]
    pub relations: RelationCounts,
    /// How many parts `rejected/` has for this stage.
    pub left_out_parts: u32,
    /// Where the lines of every batch lie.
    pub batches: Vec<Extent>,
}

impl Manifest {
    /// The batches, in order.
    pub fn batches(&self) -> impl Iterator<Item = Batch> {
        (0..).zip(&self.batches).map(|(number, extent)| Batch {
            import: self.import,
            phase: self.stage.into(),
            batch: BatchIndex(number),
            edition: self.edition,
            extent: *extent,
        })
    }

    /// The records that came to their end while splitting.
    pub fn left_out(&self) -> Counts {
        let mut counts = Counts::default();
        counts.add_many(Outcome::Rejected, self.rejected.values().sum());
        counts.add_many(Outcome::Skipped, self.skipped.values().sum());
        counts
    }
}

/// A record that never became part of a batch: a line of `rejected/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Which export of the import the record came from.
    pub source: u32,
    /// The number of the record in that export, from 1.
    pub record: u64,
    /// The line where it starts, as an editor shows it.
    pub line: u64,
    /// Rejected or skipped.
    pub outcome: Outcome,
    /// Why.
    #[serde(flatten)]
    pub issue: Issue,
    /// What a person can do about it.
    pub hint: String,
}

impl LeftOut {
    /// The code of the issue.
    pub const fn code(&self) -> Code {
        self.issue.code
    }
}
