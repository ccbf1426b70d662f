//! What became of a record.

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::mapping::mapper::MappedRecord;
use crate::salesforce::id::SalesforceId;

/// The end that a record came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Created or updated.
    Imported,
    /// On the site already as it is in the export.
    Unchanged,
    /// Refused for what it holds.
    Rejected,
    /// Sent and not written, or not sent because the import stopped.
    Failed,
    /// Left out on purpose.
    Skipped,
    /// Sent, and not to be found out.
    Unknown,
    /// Would be sent: its import is only a plan.
    Planned,
}

impl Outcome {
    /// The name, as in results and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Unchanged => "unchanged",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
            Self::Planned => "planned",
        }
    }

    /// Whether the record belongs into `errors.csv`: somebody has to do something about it.
    pub const fn needs_attention(self) -> bool {
        matches!(self, Self::Rejected | Self::Failed | Self::Unknown)
    }
}

/// The result of one record of a batch: a line of `results/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordResult {
    /// Which export of the import the record came from.
    pub source: u32,
    /// The number of the record in that export, from 1.
    pub record: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, unless it was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// The site's own words. May hold personal data: stays in the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The Salesforce id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<SalesforceId>,
    /// The site's id, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csm_id: Option<String>,
    /// What was noticed on the site although the record was imported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Code>,
}

impl RecordResult {
    /// What became of `record`; the site said nothing of it.
    pub fn of(record: &MappedRecord<'_>, outcome: Outcome, code: Option<Code>) -> Self {
        Self {
            source: record.source,
            record: record.record,
            outcome,
            code,
            message: None,
            id: record.id,
            csm_id: None,
            warnings: Vec::new(),
        }
    }
}
