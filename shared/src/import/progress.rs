//! `progress.json`: how far an import has come. Changed only by compare-and-swap, and only by the
//! functions here, so that doing anything twice changes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::batch::{Batch, BatchIndex};
use super::counts::Counts;
use super::id::ImportId;
use super::pace::KEPT_DURATIONS;
use super::phase::Phase;
use crate::csm::request::Dialect;
use crate::import::document::Mode;
use crate::mapping::stage::Stage;

mod bitmap;
mod flights;
mod next;
mod orders;
mod resumption;
mod stages;
mod steps;
mod stop;

pub use bitmap::Bitmap;
pub use orders::Orders;
pub use stages::{StageProgress, Stages};
pub use steps::{Admission, Ask, Asked, InFlight, Next, Resumption, Settled};
pub use stop::{Refusal, Stop, StopCode};

/// After so many batches in a row of which nothing was written, none is halved any more.
const FRUITLESS: u32 = 3;

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
    /// When they were first asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preparing_since: Option<Timestamp>,
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
    /// How often it was told to go on.
    #[serde(default)]
    pub resumed: u32,
    /// The message that told it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed_by: Option<String>,
    /// Batches in a row of which nothing was written.
    #[serde(default)]
    pub fruitless: u32,
    /// The customers' stage has to be split after so many of these: before, their organizations were not
    /// known.
    #[serde(default)]
    pub customers_since: u32,
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
            preparing_since: None,
            stages: Stages::default(),
            in_flight: BTreeMap::new(),
            stopped: None,
            dialects: BTreeMap::new(),
            refusals: Vec::new(),
            task_seconds: Vec::new(),
            asked: None,
            finished: false,
            resumed: 0,
            resumed_by: None,
            fruitless: 0,
            customers_since: 0,
        }
    }

    /// A part of the import, once it has been begun.
    pub fn stage(&self, phase: impl Into<Phase>) -> Option<&StageProgress> {
        match phase.into() {
            Phase::Organizations => self.stages.organizations.as_ref(),
            Phase::Customers => self.stages.customers.as_ref(),
            Phase::Verification => self.stages.verification.as_ref(),
            Phase::Repair => self.stages.repair.as_ref(),
        }
    }

    const fn stage_mut(&mut self, phase: Phase) -> &mut Option<StageProgress> {
        match phase {
            Phase::Organizations => &mut self.stages.organizations,
            Phase::Customers => &mut self.stages.customers,
            Phase::Verification => &mut self.stages.verification,
            Phase::Repair => &mut self.stages.repair,
        }
    }

    /// Notes that a stage has been split into `batches` batches of `records` records in all, and how
    /// many were rejected.
    pub fn split(
        &mut self,
        stage: Stage,
        batches: u32,
        records: u64,
        rejected: u64,
        now: Timestamp,
    ) {
        let begun =
            StageProgress { records, rejected, ..StageProgress::new(batches, batches, now) };
        self.stage_mut(stage.into()).get_or_insert(begun);
        self.stop_if_too_many_failed();
    }

    /// How long no batch has been settled although some were there.
    pub fn standstill(&self, phase: Phase, now: Timestamp) -> Duration {
        let begun_at = self.stage(phase).map_or(self.updated_at, |stage| stage.begun_at);
        let since = self.updated_at.max(begun_at);
        Duration::try_from(now.duration_since(since)).unwrap_or_default()
    }

    /// Notes that customers are read back in `phase`, in so many batches as are to be.
    pub fn verify(&mut self, phase: Phase, now: Timestamp) {
        let all = self.stages.customers.as_ref().map_or(0, |customers| customers.batches);
        let begun = StageProgress::new(self.batches_of(phase), all, now);
        self.stage_mut(phase).get_or_insert(begun);
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
                 tolerated_failures allows.",
                self.orders.records
            );
            self.stop(Stop::new(StopCode::ToleranceExceeded, message));
        }
    }

    /// Notes that every batch of a phase has been sent to the queue, after `resumed` resumptions.
    pub const fn enqueued(&mut self, phase: Phase, resumed: u32) {
        let is_now = self.resumed == resumed;
        if let Some(progress) = self.stage_mut(phase)
            && is_now
        {
            progress.enqueued = true;
        }
    }

    /// Whether the results of a batch are stored.
    pub fn is_settled(&self, phase: impl Into<Phase>, batch: BatchIndex) -> bool {
        self.stage(phase).is_some_and(|progress| progress.settled.get(batch.0))
    }

    /// Stops the import; the first reason stays. Nothing is left to be stopped once all is written.
    pub fn stop(&mut self, stop: Stop) {
        let is_written = |stage: &Stage| self.stage(*stage).is_some_and(StageProgress::is_settled);
        if !Stage::ALL.iter().all(is_written) && !self.finished {
            self.stopped.get_or_insert(stop);
        }
    }

    /// Whether records whose task ended unclear are sent again: not where nothing was written for long,
    /// which is no fault of single records.
    pub fn may_send_again(&self) -> bool {
        self.orders.may_send_again() && self.stopped.is_none() && self.fruitless < FRUITLESS
    }

    /// Counts the end of a batch. False: it was counted before, and nothing changes.
    pub fn settle(&mut self, batch: &Batch, end: &Settled, now: Timestamp) -> bool {
        self.land(batch);
        let Some(stage) = self.stage_mut(batch.phase) else {
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
        if !batch.phase.verifies() {
            self.fruitless = if end.outcomes.imported == 0 { self.fruitless + 1 } else { 0 };
        }
        self.task_seconds.extend(end.task_seconds);
        let surplus = self.task_seconds.len().saturating_sub(KEPT_DURATIONS);
        self.task_seconds.drain(..surplus);
        self.updated_at = self.updated_at.max(now);
        self.stop_if_too_many_failed();
        true
    }
}

#[cfg(test)]
mod tests;
