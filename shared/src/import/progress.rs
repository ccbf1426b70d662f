//! `progress.json`: how far an import has come. Changed only by compare-and-swap, and only by the
//! functions here, so that doing anything twice changes nothing.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::batch::{Batch, BatchIndex};
use super::counts::{ByCode, Counts};
use super::id::ImportId;
use super::pace::KEPT_DURATIONS;
use crate::csm::request::Dialect;
use crate::import::document::Mode;
use crate::mapping::stage::Stage;

mod bitmap;
mod orders;
mod stages;
mod steps;
mod stop;

pub use bitmap::Bitmap;
pub use orders::Orders;
pub use stages::{StageProgress, Stages};
pub use steps::{Admission, Ask, Asked, InFlight, Next, Settled};
use stop::refusal_message;
pub use stop::{Refusal, Stop, StopCode};

/// How many batches in a row may be refused in both dialects before the shape of the request,
/// rather than the records in it, is to blame.
const REFUSALS_TO_STOP: usize = 3;

/// How far an import has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The import.
    pub import: ImportId,
    /// When it began.
    pub started_at: Timestamp,
    /// When its last batch was settled.
    pub updated_at: Timestamp,
    /// What those who send and settle batches have to know of the import.
    #[serde(default)]
    pub orders: Orders,
    /// Whether the detail fields that are wanted are there.
    #[serde(default)]
    pub prepared: bool,
    /// Each stage, once its exports have been split.
    pub stages: Stages,
    /// Batches that are being handed to the site or whose tasks are open.
    pub in_flight: BTreeMap<String, InFlight>,
    /// Why nothing more is sent.
    pub stopped: Option<Stop>,
    /// The dialect that the site has accepted, by stage: the one proves nothing about the other.
    pub dialects: BTreeMap<Stage, Dialect>,
    /// Batches that the site refused in every dialect while none was accepted yet.
    pub refusals: Vec<Refusal>,
    /// How long recent tasks took, in seconds, newest last.
    pub task_seconds: Vec<f64>,
    /// When somebody was last asked to do the next thing.
    pub asked: Option<Asked>,
    /// Whether the results have been written.
    pub finished: bool,
}

impl Progress {
    /// An import of which nothing has been split yet.
    pub fn new(import: ImportId, orders: Orders, now: Timestamp) -> Self {
        Self {
            import,
            started_at: now,
            updated_at: now,
            orders,
            prepared: false,
            stages: Stages::default(),
            in_flight: BTreeMap::new(),
            stopped: None,
            dialects: BTreeMap::new(),
            refusals: Vec::new(),
            task_seconds: Vec::new(),
            asked: None,
            finished: false,
        }
    }

    /// A stage, once it has been split.
    pub const fn stage(&self, stage: Stage) -> Option<&StageProgress> {
        match stage {
            Stage::Organizations => self.stages.organizations.as_ref(),
            Stage::Customers => self.stages.customers.as_ref(),
        }
    }

    const fn stage_mut(&mut self, stage: Stage) -> &mut Option<StageProgress> {
        match stage {
            Stage::Organizations => &mut self.stages.organizations,
            Stage::Customers => &mut self.stages.customers,
        }
    }

    /// Notes that a stage has been split into `batches` batches of `records` records in all, and how
    /// many were rejected.
    pub fn split(&mut self, stage: Stage, batches: u32, records: u64, rejected: u64) {
        self.stage_mut(stage).get_or_insert_with(|| StageProgress {
            batches,
            records,
            rejected,
            enqueued: batches == 0,
            settled_batches: 0,
            settled_records: 0,
            dead_lettered: 0,
            settled: Bitmap::new(batches),
            outcomes: Counts::default(),
            codes: ByCode::new(),
        });
        self.stop_if_too_many_failed();
    }

    /// Stops the import once more records have failed than are tolerated.
    fn stop_if_too_many_failed(&mut self) {
        let Some(tolerated) = self.orders.tolerated else { return };
        let failed = |stage: &StageProgress| {
            let Counts { rejected, failed, unknown, .. } = stage.outcomes;
            stage.rejected + rejected + failed + unknown
        };
        let failed = Stage::ALL.iter().filter_map(|stage| self.stage(*stage)).map(failed).sum();
        if tolerated.is_exceeded(failed, self.orders.records) && self.orders.mode == Mode::Import {
            let message = format!(
                "{failed} of {} records were rejected or failed, which is more than \
                 tolerated_failures allows. What had been sent by then is in the ledger; what had \
                 not is in errors.csv, which can be dropped once the cause is removed.",
                self.orders.records
            );
            self.stop(Stop { code: StopCode::ToleranceExceeded, message });
        }
    }

    /// Notes that every batch of a stage has been sent to the queue.
    pub const fn enqueued(&mut self, stage: Stage) {
        if let Some(progress) = self.stage_mut(stage) {
            progress.enqueued = true;
        }
    }

    /// Whether the results of a batch are stored.
    pub fn is_settled(&self, stage: Stage, batch: BatchIndex) -> bool {
        self.stage(stage).is_some_and(|progress| progress.settled.get(batch.0))
    }

    /// Lets a batch be handed to the site, unless it is settled or the import has stopped. A stopped
    /// import forgets the batch unless its task may be open.
    pub fn admit(&mut self, batch: &Batch, has_task: bool) -> Admission {
        if self.is_settled(batch.stage, batch.batch) {
            return Admission::Settled;
        }
        if self.stopped.is_some() && !has_task {
            let flight = flight(batch);
            if self.in_flight.get(&flight).is_some_and(|flight| flight.attempted) {
                return Admission::StoppedUnclear;
            }
            self.in_flight.remove(&flight);
            return Admission::Stopped;
        }
        self.in_flight.entry(flight(batch)).or_default().attempted = true;
        Admission::Send
    }

    /// Counts an error of a batch; the number of errors so far.
    pub fn failed(&mut self, batch: &Batch) -> u32 {
        let entry = self.in_flight.entry(flight(batch)).or_default();
        entry.errors += 1;
        entry.errors
    }

    /// Counts a wait for a slot; the number of waits so far.
    pub fn waited(&mut self, batch: &Batch) -> u32 {
        let entry = self.in_flight.entry(flight(batch)).or_default();
        entry.waits += 1;
        // The site has said that it took nothing.
        entry.attempted = entry.errors > 0;
        entry.waits
    }

    /// Notes what the site accepted.
    pub fn accepted(&mut self, stage: Stage, dialect: Dialect) {
        self.dialects.insert(stage, dialect);
        self.refusals.clear();
    }

    /// Notes that the site refused a batch in every dialect although none has been accepted yet.
    /// Once that cannot be the fault of single records any more, the import stops.
    pub fn refused(&mut self, batch: &Batch, answers: &[(Dialect, String)]) {
        let name = flight(batch);
        if self.dialects.contains_key(&batch.stage)
            || self.refusals.iter().any(|refusal| refusal.batch == name)
        {
            return;
        }
        self.refusals.push(Refusal { batch: name, answers: answers.to_vec() });
        if self.refusals.len() >= REFUSALS_TO_STOP {
            self.stop(Stop { code: StopCode::DialectsRefused, message: refusal_message(answers) });
        }
    }

    /// Why nothing was imported, where the site refused every batch there was.
    pub fn all_refused(&self) -> Option<String> {
        let last = self.refusals.last()?;
        self.dialects.is_empty().then(|| refusal_message(&last.answers))
    }

    /// Stops the import because of a batch that was not sent.
    pub fn stop_before(&mut self, batch: &Batch, stop: Stop) {
        self.in_flight.remove(&flight(batch));
        self.stop(stop);
    }

    /// Stops the import; the first reason stays. Nothing is left to be stopped once all is settled.
    pub fn stop(&mut self, stop: Stop) {
        if self.next() != Next::Finish && !self.finished {
            self.stopped.get_or_insert(stop);
        }
    }

    /// Whether the next thing is to be asked for now: not when somebody was asked for the same a
    /// minute ago, for a stopped import leaves thousands of batches that would all ask.
    pub fn ask(&mut self, now: Timestamp) -> Ask {
        let next = self.next();
        if next == Next::Nothing {
            return Ask::Nothing;
        }
        let recently = self.asked.is_some_and(|asked| {
            asked.next == next && now.duration_since(asked.at) < SignedDuration::from_mins(1)
        });
        if recently {
            return Ask::Later;
        }
        self.asked = Some(Asked { next, at: now });
        Ask::Now(next)
    }

    /// Counts the end of a batch. False: it was counted before, and nothing changes.
    pub fn settle(&mut self, batch: &Batch, end: &Settled, now: Timestamp) -> bool {
        self.in_flight.remove(&flight(batch));
        let Some(stage) = self.stage_mut(batch.stage) else {
            return false;
        };
        if !stage.settled.set(batch.batch.0) {
            return false;
        }
        stage.settled_batches += 1;
        stage.settled_records += u64::from(batch.extent.records);
        stage.dead_lettered += u32::from(end.dead_lettered);
        stage.outcomes.merge(&end.outcomes);
        super::counts::merge(&mut stage.codes, &end.codes);
        self.task_seconds.extend(end.task_seconds);
        let surplus = self.task_seconds.len().saturating_sub(KEPT_DURATIONS);
        self.task_seconds.drain(..surplus);
        self.updated_at = self.updated_at.max(now);
        self.stop_if_too_many_failed();
        true
    }

    /// What the import needs next. Asked again, it answers the same until that has been done.
    pub fn next(&self) -> Next {
        if self.finished {
            return Next::Nothing;
        }
        for stage in Stage::ALL {
            let Some(progress) = self.stage(stage) else {
                return Next::Split(stage);
            };
            let waits = if self.stopped.is_some() || self.orders.mode == Mode::Plan {
                !self.in_flight.is_empty()
            } else {
                !progress.is_settled()
            };
            if waits {
                return Next::Nothing;
            }
        }
        Next::Finish
    }
}

fn flight(batch: &Batch) -> String {
    format!("{}-{}", batch.stage, batch.batch)
}

#[cfg(test)]
mod tests;
