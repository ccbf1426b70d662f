//! What SUBMIT does with a batch.

use std::time::Duration;

use csm_import::archive::Archive;
use csm_import::code::Code;
use csm_import::csm::error::{Class, SiteError};
use csm_import::csm::request::Dialect;
use csm_import::delivery::{Causes, ConsumeError, Consumer, Delivery, Disposition, go_on, message};
use csm_import::import::batch::Batch;
use csm_import::import::keys;
use csm_import::import::message::{Poll, Request, TaskMessage};
use csm_import::import::outcome::{Outcome, RecordResult};
use csm_import::import::pace;
use csm_import::import::progress::{Admission, Progress, Stop};
use csm_import::import::settlement::{self, Ended};
use csm_import::import::work::{AtSite, Run, Step, Work};
use csm_import::mapping::mapper::MappedRecord;
use csm_import::mapping::stage::Stage;
use csm_import::metric;
use csm_import::port::{Clock, Outgoing, Ports, Queue};

use crate::request::{Answer, hand_over, hand_over_links};

/// How long a submitted batch stays invisible unless POLL stretches it: longer than any pause
/// between two looks, so that it comes back only when something has died.
pub const HOLD: Duration = Duration::from_mins(15);
/// Errors after which a batch is given up; with the longest pauses that is most of a day.
const MAX_ERRORS: u32 = 200;
/// Errors after which links are not made: nothing has to wait or stop for them.
const MAX_LINKING: u32 = 5;
/// Receives after which a batch is given up, before the queue moves it to its dead letters.
const MAX_RECEIVES: u32 = 950;

/// The use case, on whatever plays its ports.
#[derive(Debug)]
pub struct Submitter<P: Ports> {
    /// Where everything about imports is kept.
    pub archive: Archive<P::Store>,
    /// The site.
    pub site: P::Site,
    /// Where SPLIT is asked to go on.
    pub exports_queue: P::Queue,
    /// Where tasks go.
    pub tasks_queue: P::Queue,
    /// Where batches go that are given up.
    pub dead_letters: P::Queue,
    /// The time.
    pub clock: P::Clock,
}

impl<P: Ports> Consumer for Submitter<P> {
    const QUEUE: &str = "batches";
    /// One answer of the site, and what is written before and after it.
    const NEEDS: Duration = Duration::from_secs(45);

    async fn consume(&self, delivery: &Delivery) -> Result<Disposition, ConsumeError> {
        let batch: Batch = serde_json::from_str(&delivery.body).map_err(ConsumeError::foreign)?;
        let key = keys::work(batch.import, batch.phase, batch.batch);
        let work: Work = self.archive.find(&key).await?.unwrap_or_default();
        let has_task = work.at_site.is_some();
        let (progress, admission) =
            self.archive.advance(batch.import, |progress| progress.admit(&batch, has_task)).await?;
        metric::standstill(progress.standstill(batch.phase, self.clock.now()));
        match (admission, work.step(&batch)) {
            // Whoever settled it may have died before asking for what comes next.
            (Admission::Settled | Admission::Stopped, _) => self.leave(&batch).await,
            (Admission::StoppedUnclear, _) | (Admission::Send, Step::Complete) => {
                self.settle(&batch, work, Code::Unclear).await
            }
            // It may be there since long, only that nobody looks at it any more.
            (Admission::Send, Step::Watch(at_site)) => {
                let request = Some(request(&at_site));
                self.watch(&batch, request, Duration::ZERO, delivery).await
            }
            (Admission::Send, Step::Check) => {
                self.watch(&batch, None, Duration::ZERO, delivery).await
            }
            (Admission::Send, Step::Send(run)) => {
                self.submit(&batch, run, work, &progress, delivery).await
            }
        }
    }
}

impl<P: Ports> Submitter<P> {
    async fn submit(
        &self,
        batch: &Batch,
        run: Run,
        work: Work,
        progress: &Progress,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let stage = match run {
            Run::Records(_) => batch.phase.stage(),
            Run::Links(_) => Stage::Organizations,
        };
        let dialects = progress.orders.dialect.candidates(progress.dialects.get(&stage).copied());
        let mut records = Vec::new();
        let answer = match &run {
            Run::Records(positions) => {
                let all = (0..).zip(self.archive.records(batch).await?);
                let sent = all.filter(|(position, _)| positions.contains(position));
                records.extend(sent.map(|(_, record)| record));
                let operation = progress.orders.operation;
                hand_over(&self.site, batch, &records, dialects, operation).await?
            }
            Run::Links(links) => hand_over_links(&self.site, batch, links, dialects).await?,
        };
        match answer {
            Answer::Accepted { task, dialect, key, telling } => {
                let at_site = AtSite {
                    run,
                    task,
                    dialect,
                    idempotency_key: key,
                    submitted_at: self.clock.now(),
                    ended_at: None,
                };
                let request = Some(request(&at_site));
                // Before anything else: without its id a task can only be read back.
                self.update(batch, |work| work.taken(batch, at_site.clone())).await?;
                metric::open_tasks(progress.in_flight.len());
                if telling && !progress.dialects.contains_key(&stage) {
                    let accepted = |progress: &mut Progress| progress.accepted(stage, dialect);
                    self.archive.advance(batch.import, accepted).await?;
                }
                let first = pace::first_look(&progress.task_seconds);
                self.watch(batch, request, first, delivery).await
            }
            Answer::Refused(answers) => self.refused(batch, &run, &records, answers).await,
            Answer::NotNow(error) => self.not_now(batch, work, error, delivery).await,
        }
    }

    /// Has POLL look at the task or at what was written, and keeps the slot.
    async fn watch(
        &self,
        batch: &Batch,
        request: Option<Request>,
        first: Duration,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let receipt_handle = delivery.receipt_handle.clone();
        let poll = TaskMessage::Poll(Poll { batch: *batch, request, receipt_handle });
        self.tasks_queue.send(vec![Outgoing { delay: first, ..message(&poll)? }]).await?;
        Ok(Disposition::Later(HOLD + first))
    }

    /// Has the records sent in halves that the site refused together; one that it refuses alone is
    /// rejected.
    async fn refused(
        &self,
        batch: &Batch,
        run: &Run,
        records: &[MappedRecord<'_>],
        answers: Vec<(Dialect, String)>,
    ) -> Result<Disposition, ConsumeError> {
        tracing::warn!(import = %batch.import, phase = %batch.phase, batch = %batch.batch, records = records.len(), "the site refused the request; what it holds is sent in halves, or told to be refused");
        let said: Vec<&str> = answers.iter().map(|(_, answer)| answer.as_str()).collect();
        let said = said.join(" - ");
        let code = if records.len() == 1 { Code::RecordRefused } else { Code::BatchRefused };
        let results: Vec<RecordResult> = records
            .iter()
            .map(|record| RecordResult {
                message: Some(said.clone()),
                ..RecordResult::of(record, Outcome::Rejected, Some(code))
            })
            .collect();
        let refused = |work: &mut Work| work.refused(batch, run, results.clone());
        let (work, is_final) = self.update(batch, refused).await?;
        // Where nothing is left to be halved, the records may not be to blame.
        let counts = !work.fruitful && is_final;
        let noted = |progress: &mut Progress| {
            progress.rests(batch);
            if counts {
                progress.refused(batch, &answers);
            }
        };
        self.archive.advance(batch.import, noted).await?;
        match work.step(batch) {
            Step::Complete => self.settle(batch, work, Code::Unclear).await,
            _ => Ok(Disposition::Later(Duration::ZERO)),
        }
    }

    async fn not_now(
        &self,
        batch: &Batch,
        work: Work,
        error: SiteError,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let after = match error.class() {
            Class::Wait => {
                let (_, waits) =
                    self.archive.advance(batch.import, |progress| progress.waited(batch)).await?;
                tracing::info!(import = %batch.import, batch = %batch.batch, waits, "the site's slots are taken");
                return Ok(Disposition::Later(pace::slot_wait(waits, delivery.seed())));
            }
            Class::Stop(blocked) if !batch.phase.verifies() => {
                tracing::error!(import = %batch.import, %blocked, "the import stops");
                let stop =
                    |progress: &mut Progress| progress.stop_before(batch, Stop::from(blocked));
                let (_, may_have_arrived) = self.archive.advance(batch.import, stop).await?;
                return if may_have_arrived {
                    self.settle(batch, work, Code::Unclear).await
                } else {
                    self.leave(batch).await
                };
            }
            Class::Retry { after } => after,
            Class::Reject | Class::ReadBack | Class::Stop(_) => None,
        };
        let most = match error.class() {
            // It will be the same the next time.
            Class::Stop(_) => 1,
            _ if batch.phase.verifies() => MAX_LINKING,
            _ => MAX_ERRORS,
        };
        let (_, errors) =
            self.archive.advance(batch.import, |progress| progress.failed(batch)).await?;
        tracing::warn!(import = %batch.import, batch = %batch.batch, errors, error = %Causes(&error), "the batch was not taken");
        if errors < most && delivery.receives < MAX_RECEIVES {
            return Ok(Disposition::Later(pace::backoff(errors, after, delivery.seed())));
        }
        if batch.phase.verifies()
            && let Step::Send(run) = work.step(batch)
        {
            // All is written; what is not linked is told.
            return self.refused(batch, &run, &[], Vec::new()).await;
        }
        tracing::error!(import = %batch.import, phase = %batch.phase, batch = %batch.batch, "the batch is given up: what is not known of its records stays unknown");
        let id = batch.deduplication_id(0);
        let (body, fifo) = (delivery.body.clone(), Some((id.clone(), id)));
        self.dead_letters.send(vec![Outgoing { body, fifo, ..Outgoing::default() }]).await?;
        self.settle(batch, work, Code::DeadLettered).await
    }

    /// Settles the batch. What is not known of a record stays unknown: a request may have arrived
    /// without its answer.
    async fn settle(
        &self,
        batch: &Batch,
        work: Work,
        otherwise: Code,
    ) -> Result<Disposition, ConsumeError> {
        let results = if batch.phase.verifies() {
            // They were written; only that nobody could look.
            Vec::new()
        } else {
            let records = self.archive.records(batch).await?;
            work.results(&records, |record| {
                RecordResult::of(record, Outcome::Unknown, Some(otherwise))
            })
        };
        let ended = Ended { task_seconds: None, dead_lettered: otherwise == Code::DeadLettered };
        settlement::settle(&self.archive, batch, &results, ended, self.clock.now()).await?;
        self.leave(batch).await
    }

    async fn update<R>(
        &self,
        batch: &Batch,
        change: impl FnMut(&mut Work) -> R,
    ) -> Result<(Work, R), ConsumeError> {
        let key = keys::work(batch.import, batch.phase, batch.batch);
        Ok(self.archive.update(&key, change).await?)
    }

    /// Lets the batch go, and the import go on where this was what it waited for.
    async fn leave(&self, batch: &Batch) -> Result<Disposition, ConsumeError> {
        let now = self.clock.now();
        go_on(&self.archive, batch.import, now, &self.exports_queue, &self.tasks_queue).await
    }
}

fn request(at_site: &AtSite) -> Request {
    let AtSite { idempotency_key: key, task, submitted_at, .. } = at_site.clone();
    Request { key, task, submitted_at }
}
