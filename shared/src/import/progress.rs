//! `progress.json`: how far an import has come. Changed only by compare-and-swap, and only by the
//! functions here, so that doing anything twice changes nothing.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::batch::{Batch, BatchIndex};
use super::counts::Counts;
use super::id::ImportId;
use super::manifest::Manifest;
use super::pace::KEPT_DURATIONS;
use super::phase::Phase;
use crate::code::Code;
use crate::configuration::Verify;
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
pub use steps::{Admission, Ask, Asked, InFlight, Next, Resumption, Settled};
use stop::refusal_message;
pub use stop::{Refusal, Stop, StopCode};

/// How many batches in a row may be refused in both dialects before the shape of the request,
/// rather than the records in it, is to blame.
const REFUSALS_TO_STOP: usize = 3;

/// For so long it is not asked for the same again, and twice as long each time: splitting an export takes
/// minutes, and whoever does it need not be asked. A batch that waits holds its slot.
const ASKED_RECENTLY: SignedDuration = SignedDuration::from_secs(10);
/// It is doubled so often at most, to some eleven minutes.
const DOUBLED: u32 = 6;
/// After so many batches in a row of which nothing was written, none is halved any more.
const FRUITLESS: u32 = 3;

/// Of a sample, one of so many batches is read back, the first to begin with.
const SAMPLED: u32 = 20;

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

    /// Whether a stage was split with what has to be known for it.
    pub fn takes(&self, manifest: &Manifest) -> bool {
        manifest.stage == Stage::Organizations || manifest.resumed >= self.customers_since
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

    /// Lets a batch be handed to the site, unless it is settled or the import has stopped. A stopped
    /// import forgets the batch unless its task may be open.
    pub fn admit(&mut self, batch: &Batch, has_task: bool) -> Admission {
        if self.is_settled(batch.phase, batch.batch) {
            return Admission::Settled;
        }
        if self.stopped.is_some() && !has_task {
            let flight = flight(batch);
            if self.in_flight.get(&flight).is_some_and(|flight| flight.requests > 0) {
                return Admission::StoppedUnclear;
            }
            self.in_flight.remove(&flight);
            return Admission::Stopped;
        }
        self.in_flight.entry(flight(batch)).or_default().requests += u32::from(!has_task);
        Admission::Send
    }

    /// Counts an error of a batch; the number of errors so far.
    pub fn failed(&mut self, batch: &Batch) -> u32 {
        let entry = self.in_flight.entry(flight(batch)).or_default();
        entry.errors += 1;
        entry.errors
    }

    /// Notes that nothing of a batch is at the site any more, although it is not settled.
    pub fn rests(&mut self, batch: &Batch) {
        if let Some(entry) = self.in_flight.get_mut(&flight(batch)) {
            *entry = InFlight::default();
        }
    }

    /// Counts a wait for a slot; the number of waits so far.
    pub fn waited(&mut self, batch: &Batch) -> u32 {
        let entry = self.in_flight.entry(flight(batch)).or_default();
        entry.waits += 1;
        // The site has said that it took nothing.
        entry.requests = entry.requests.saturating_sub(1);
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
        if self.dialects.contains_key(&batch.phase.stage())
            || self.refusals.iter().any(|refusal| refusal.batch == name)
        {
            return;
        }
        self.refusals.push(Refusal { batch: name, answers: answers.to_vec() });
        if self.refusals.len() >= REFUSALS_TO_STOP {
            self.stop(Stop::new(StopCode::DialectsRefused, refusal_message(answers)));
        }
    }

    /// Why nothing was imported, where the site refused every batch there was.
    pub fn all_refused(&self) -> Option<String> {
        let last = self.refusals.last()?;
        self.dialects.is_empty().then(|| refusal_message(&last.answers))
    }

    /// Stops the import because of a batch that was not sent. True: an earlier request of the batch may
    /// have arrived without its answer.
    pub fn stop_before(&mut self, batch: &Batch, stop: Stop) -> bool {
        self.stop(stop);
        let name = flight(batch);
        // The site has said that it did not take the last one.
        let before = |flight: &InFlight| flight.requests.saturating_sub(1);
        let may_have_arrived = self.in_flight.get(&name).is_some_and(|flight| before(flight) > 0);
        if !may_have_arrived {
            self.in_flight.remove(&name);
        }
        may_have_arrived
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

    /// Has everything sent anew that is not settled, because the cause of a stop is gone or messages were
    /// lost. What another import has taken since is not sent: it would write old values over new ones.
    /// `by` is the message that asks for it; when it comes again, nothing changes.
    pub fn resume(&mut self, by: &str, taken_over: bool) -> Resumption {
        if self.resumed_by.as_deref() == Some(by) {
            let stopped = self.stopped.is_some();
            return if stopped { Resumption::InFlight } else { Resumption::Everything };
        }
        let stopped = self.stopped.as_ref().map(|stop| stop.code);
        let is_gone = matches!(stopped, Some(StopCode::ExportReplaced | StopCode::ExportGone));
        let may_send = stopped.is_none() || !(is_gone || taken_over);
        let resumption = match (may_send, self.finished) {
            (false, true) => Resumption::Nothing,
            (true, true) if stopped.is_none() => Resumption::Nothing,
            (false, false) => Resumption::InFlight,
            (true, _) => Resumption::Everything,
        };
        if resumption != Resumption::Nothing {
            self.resumed += 1;
            self.resumed_by = Some(by.to_owned());
            self.asked = None;
            for flight in self.in_flight.values_mut() {
                *flight = InFlight { requests: flight.requests, ..InFlight::default() };
            }
        }
        if resumption == Resumption::Everything {
            // Whoever has it go on knows how many have failed.
            if self.stopped.as_ref().is_some_and(|stop| stop.code == StopCode::ToleranceExceeded) {
                self.orders.tolerated = None;
            }
            self.stopped = None;
            self.finished = false;
            self.preparing_since = None;
            self.refusals.clear();
            let organizations = self.stages.organizations.as_ref();
            if organizations.is_some_and(|organizations| !organizations.is_settled()) {
                // They were split for the ledger alone, and know nothing of their organizations.
                self.stages.customers = None;
                self.customers_since = self.resumed;
            }
            for phase in Phase::ALL {
                if let Some(stage) = self.stage_mut(phase) {
                    stage.enqueued &= stage.is_settled();
                }
            }
        }
        resumption
    }

    /// Whether the batch may be at the site.
    pub fn is_in_flight(&self, batch: &Batch) -> bool {
        self.in_flight.contains_key(&flight(batch))
    }

    /// Notes that the results have been written, as they were after `resumed` resumptions.
    pub fn finish(&mut self, resumed: u32) {
        self.finished |= self.resumed == resumed && self.next() == Next::Finish;
    }

    /// Whether the next thing is to be asked for now: not when somebody was just asked for the
    /// same, for a stopped import leaves thousands of batches that would all ask.
    pub fn ask(&mut self, now: Timestamp) -> Ask {
        let next = self.next();
        if next == Next::Nothing {
            return Ask::Nothing;
        }
        let before = self.asked.filter(|asked| asked.next == next);
        let pause = |asked: Asked| ASKED_RECENTLY * (1 << asked.times.min(DOUBLED));
        if before.is_some_and(|asked| now.duration_since(asked.at) < pause(asked)) {
            return Ask::Later;
        }
        let times = before.map_or(0, |asked| asked.times + 1);
        self.asked = Some(Asked { next, at: now, times });
        Ask::Now(next)
    }

    /// Counts the end of a batch. False: it was counted before, and nothing changes.
    pub fn settle(&mut self, batch: &Batch, end: &Settled, now: Timestamp) -> bool {
        self.in_flight.remove(&flight(batch));
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
        if !batch.phase.verifies() {
            self.fruitless = if end.outcomes.imported == 0 { self.fruitless + 1 } else { 0 };
        }
        let Some(stage) = self.stage_mut(batch.phase) else { return true };
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
        let sends = self.stopped.is_none() && self.orders.mode == Mode::Import;
        for phase in Phase::ALL {
            if phase.verifies() && !(sends && self.batches_of(phase) > 0) {
                continue;
            }
            let Some(progress) = self.stage(phase) else {
                return Next::Begin(phase);
            };
            if sends && !progress.is_settled() {
                return Next::Nothing;
            }
            if !sends && !self.in_flight.is_empty() {
                return Next::Nothing;
            }
        }
        Next::Finish
    }

    /// How many batches of customers are read back in a phase.
    fn batches_of(&self, phase: Phase) -> u32 {
        let Some(customers) = &self.stages.customers else { return 0 };
        let told = [Some(customers), self.stages.verification.as_ref()];
        let has_unlinked = |stage: &StageProgress| {
            [Code::AssociationMissing, Code::AssociationRepaired]
                .iter()
                .any(|code| stage.codes.contains_key(code))
        };
        match (phase, self.orders.verify) {
            (Phase::Verification, Verify::All) => customers.batches,
            (Phase::Verification, Verify::Sample) => customers.batches.div_ceil(SAMPLED),
            // Where some of a sample had no link, the others may have none either.
            (Phase::Repair, Verify::Sample) if told.into_iter().flatten().any(has_unlinked) => {
                customers.batches
            }
            _ => 0,
        }
    }

    /// Whether a phase reads back only some customers.
    pub fn is_sampled(&self, phase: Phase) -> bool {
        phase == Phase::Verification && self.orders.verify == Verify::Sample
    }

    /// Whether a batch of customers is read back in a phase.
    pub fn is_verified(&self, phase: Phase, batch: BatchIndex) -> bool {
        !self.is_sampled(phase) || batch.0.is_multiple_of(SAMPLED)
    }
}

fn flight(batch: &Batch) -> String {
    format!("{}-{}", batch.phase, batch.batch)
}

#[cfg(test)]
mod tests;
