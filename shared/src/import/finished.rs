//! What is told to whoever listens when an import has come to its end.

use jiff::Timestamp;
use serde::Serialize;

use super::counts::Counts;
use super::document::Mode;
use super::id::ImportId;
use super::keys;
use super::progress::{Progress, StopCode};
use super::summary::{State, Summary};

/// An import has come to its end, and its results are in the bucket. Holds counts and keys of ours,
/// never a value of a record or the name of an export.
///
/// It may be told twice. An import that went on after it had stopped is told once more, with another
/// `resumed`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finished {
    /// The import.
    pub import: ImportId,
    /// How it ended.
    pub state: State,
    /// Why it stopped, if it did.
    pub stopped: Option<StopCode>,
    /// How often it was told to go on.
    pub resumed: u32,
    /// The ledger: all records.
    pub records: Counts,
    /// Those of accounts.
    pub organizations: Counts,
    /// Those of contacts and person accounts.
    pub customers: Counts,
    /// The key of what a person should look at first.
    pub report: String,
    /// The key of the ledger.
    pub summary: String,
    /// The key of the records that somebody has to do something about.
    pub errors: String,
    /// When its exports were taken.
    pub started_at: Timestamp,
    /// When its last batch was settled.
    pub finished_at: Timestamp,
}

impl Finished {
    /// The end of the import that came to this ledger.
    pub fn of(summary: &Summary, progress: &Progress) -> Self {
        let import = summary.import;
        Self {
            import,
            state: summary.state,
            stopped: progress.stopped.as_ref().map(|stop| stop.code),
            resumed: progress.resumed,
            records: summary.records,
            organizations: summary.objects.organizations,
            customers: summary.objects.customers,
            report: match progress.orders.mode {
                Mode::Plan => keys::plan_page(import),
                Mode::Import => keys::summary(import),
            },
            summary: keys::summary(import),
            errors: keys::errors(import),
            started_at: summary.timings.started_at,
            finished_at: summary.timings.finished_at,
        }
    }
}
