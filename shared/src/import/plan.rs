//! `plan.json`: what an import would do if it were carried out. Written once, and the same bytes for
//! the same import.

use serde::{Deserialize, Serialize};

use super::counts::ByCode;
use super::document::{Ignored, PlannedField};
use super::id::ImportId;
use super::progress::Stop;
use crate::mapping::policies::Operation;
use crate::mapping::relation::RelationCounts;
use crate::mapping::stage::Stage;

mod builder;
mod file;
mod group;
mod options;
mod time;

pub use builder::{PlanBuilder, Unbalanced};
pub use file::{PlannedFile, UsedColumn};
pub use group::{Example, Group, KEPT_EXAMPLES};
pub use options::{KEPT_OPTIONS, UnknownOption, UnknownOptions};
pub use time::{Expected, in_words};

/// What an import would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanDocument {
    /// The import that this is the plan of.
    pub import: ImportId,
    /// Whether it can be run.
    pub verdict: Verdict,
    /// Why it cannot be run, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// The bucket that every key here is one of.
    pub bucket: String,
    /// Where its objects were dropped.
    pub folder: String,
    /// When they were taken.
    pub when: jiff::Timestamp,
    /// The keys of its objects: what has to be copied to run it.
    pub objects: Vec<String>,
    /// The keys of what else there is to read about it.
    pub results: Results,
    /// What is done with each record on the site.
    pub operation: Operation,
    /// How each file is understood.
    pub files: Vec<PlannedFile>,
    /// Files that are not imported, and why.
    pub ignored: Vec<Ignored>,
    /// Detail fields of the site that would be created or get options.
    pub fields: Vec<PlannedField>,
    /// What would become of the records: organizations, then customers.
    pub stages: Vec<PlannedStage>,
    /// What would become of the relations between contacts and accounts, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relations: Option<RelationCounts>,
    /// Values that the site has no option for.
    pub unknown_options: UnknownOptions,
    /// How much the site would be asked to do.
    pub requests: Requests,
    /// How long it would take, where it is known how fast the site works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
    /// How long it would take, as a sentence; also where that is not known.
    pub time: String,
}

/// Whether an import can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It can, and nothing was noticed.
    Ready,
    /// It can, and something would be left out or is doubtful.
    Attention,
    /// It would send nothing.
    Empty,
    /// It cannot before the cause is removed.
    Stopped,
}

/// The keys of what was written about an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    /// The plan as a page.
    pub page: String,
    /// Every rejected record, to be corrected and dropped again.
    pub errors: String,
    /// Everything that was noticed, a line each.
    pub issues: String,
    /// The ledger.
    pub summary: String,
}

/// What would become of the records of a stage: `read` is the sum of `to_send`, `rejected` and
/// `skipped`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedStage {
    /// Organizations or customers.
    pub stage: Stage,
    /// Records of this stage in the files.
    pub read: u64,
    /// Records that would be sent.
    pub to_send: u64,
    /// Of these, the ones that the site is known to hold already; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<u64>,
    /// Of those to be sent, the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<u64>,
    /// Records that somebody would have to correct.
    pub rejected: u64,
    /// Records that would be left out on purpose.
    pub skipped: u64,
    /// Records to be sent about which something was noticed.
    pub with_warnings: u64,
    /// Values that would be cut.
    pub values_cut: u64,
    /// Records that stand in the way of others of one id, email, name or person, by code.
    pub duplicates: ByCode,
    /// Whether values were checked against the site's detail fields; it may not have named them.
    pub fields_known: bool,
    /// Why records were rejected.
    pub rejected_by_code: Vec<Group>,
    /// Why records were skipped.
    pub skipped_by_code: Vec<Group>,
    /// What was noticed about records to be sent.
    pub warnings_by_code: Vec<Group>,
}

/// How many requests would change something on the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Bulk requests with organizations, of at most 100 each.
    pub organizations: u64,
    /// Bulk requests with customers, of at most 100 each.
    pub customers: u64,
    /// Requests that create or extend a detail field, one for each.
    pub fields: u64,
}

impl Requests {
    /// Requests with records.
    pub const fn bulk(&self) -> u64 {
        self.organizations + self.customers
    }
}

#[cfg(test)]
mod tests;
