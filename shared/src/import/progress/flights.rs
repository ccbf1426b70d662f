//! The batches that are being handed to the site or whose tasks are open, and what the site says to them.

use super::stop::refusal_message;
use super::{Admission, InFlight, Progress, Refusal, Stop, StopCode};
use crate::csm::request::Dialect;
use crate::import::batch::Batch;
use crate::mapping::stage::Stage;

/// How many batches in a row may be refused in both dialects before the shape of the request,
/// rather than the records in it, is to blame.
const REFUSALS_TO_STOP: usize = 3;

impl Progress {
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

    /// Whether the batch may be at the site.
    pub fn is_in_flight(&self, batch: &Batch) -> bool {
        self.in_flight.contains_key(&flight(batch))
    }

    /// Forgets a batch: nothing of it is at the site any more.
    pub(super) fn land(&mut self, batch: &Batch) {
        self.in_flight.remove(&flight(batch));
    }
}

fn flight(batch: &Batch) -> String {
    format!("{}-{}", batch.phase, batch.batch)
}
