//! What SUBMIT does with a batch.

use std::time::Duration;

use csm_import::archive::Archive;
use csm_import::code::Code;
use csm_import::csm::error::{Class, SiteError};
use csm_import::csm::port::Site;
use csm_import::csm::request::Dialect;
use csm_import::delivery::{Causes, ConsumeError, Consumer, Delivery, Disposition, go_on, message};
use csm_import::import::batch::Batch;
use csm_import::import::keys;
use csm_import::import::message::{Poll, TaskMessage, TaskRecord};
use csm_import::import::outcome::{Outcome, RecordResult};
use csm_import::import::pace;
use csm_import::import::progress::{Admission, Progress, Stop};
use csm_import::import::settlement::{self, Ended};
use csm_import::mapping::mapper::MappedRecord;
use csm_import::port::{Clock, Condition, Outgoing, Queue, Store};

use crate::request::{Answer, hand_over};

/// How long a submitted batch stays invisible unless POLL stretches it: longer than any pause
/// between two looks, so that it comes back only when something has died.
pub const HOLD: Duration = Duration::from_mins(15);
/// Errors after which a batch is given up; with the longest pauses that is most of a day.
const MAX_ERRORS: u32 = 200;
/// Receives after which a batch is given up, before the queue moves it to its dead letters.
const MAX_RECEIVES: u32 = 950;

/// The use case, on whatever plays its ports.
#[derive(Debug)]
pub struct Submitter<S, C, Q, T> {
    /// Where everything about imports is kept.
    pub archive: Archive<S>,
    /// The site.
    pub site: C,
    /// Where SPLIT is asked to go on.
    pub exports_queue: Q,
    /// Where tasks go.
    pub tasks_queue: Q,
    /// Where batches go that are given up.
    pub dead_letters: Q,
    /// The time.
    pub clock: T,
}

impl<S, C, Q, T> Consumer for Submitter<S, C, Q, T>
where
    S: Store,
    C: Site,
    Q: Queue,
    T: Clock,
{
    async fn consume(&self, delivery: &Delivery) -> Result<Disposition, ConsumeError> {
        let batch: Batch = serde_json::from_str(&delivery.body).map_err(ConsumeError::foreign)?;
        let key = keys::task(batch.import, batch.stage, batch.batch);
        let on_record: Option<TaskRecord> = self.archive.find(&key).await?;
        let has_task = on_record.is_some();
        let (progress, admission) =
            self.archive.advance(batch.import, |progress| progress.admit(&batch, has_task)).await?;
        match (admission, on_record) {
            // Whoever settled it may have died before asking for what comes next.
            (Admission::Settled | Admission::Stopped, _) => self.leave(&batch).await,
            (Admission::StoppedUnclear, _) => {
                let records = self.archive.records(&batch).await?;
                self.give_up(&batch, &records, Code::Unclear).await
            }
            (Admission::Send, Some(record)) => {
                // Something died since; the task is still there, only nobody looks at it.
                self.watch(&batch, record, Duration::ZERO, delivery).await
            }
            (Admission::Send, None) => self.submit(&batch, &progress, delivery).await,
        }
    }
}

impl<S, C, Q, T> Submitter<S, C, Q, T>
where
    S: Store,
    C: Site,
    Q: Queue,
    T: Clock,
{
    async fn submit(
        &self,
        batch: &Batch,
        progress: &Progress,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let records = self.archive.records(batch).await?;
        let dialects =
            progress.orders.dialect.candidates(progress.dialects.get(&batch.stage).copied());
        let operation = progress.orders.operation;
        match hand_over(&self.site, batch, &records, dialects, operation).await? {
            Answer::Accepted { task, dialect, key, telling } => {
                let record = TaskRecord {
                    task,
                    dialect,
                    idempotency_key: key,
                    submitted_at: self.clock.now(),
                    ended_at: None,
                };
                // Before anything else: without its id a task can only be read back.
                let task_key = keys::task(batch.import, batch.stage, batch.batch);
                self.archive.put(&task_key, &record, Condition::Always).await?;
                if telling && !progress.dialects.contains_key(&batch.stage) {
                    self.archive
                        .advance(batch.import, |progress| progress.accepted(batch.stage, dialect))
                        .await?;
                }
                let first = pace::first_look(&progress.task_seconds);
                self.watch(batch, record, first, delivery).await
            }
            Answer::Refused(answers) => self.refused(batch, &records, answers).await,
            Answer::NotNow(error) => self.not_now(batch, &records, error, delivery).await,
        }
    }

    /// Has POLL look at the task, and keeps the slot.
    async fn watch(
        &self,
        batch: &Batch,
        record: TaskRecord,
        first: Duration,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let poll = TaskMessage::Poll(Poll {
            batch: *batch,
            task: record.task,
            submitted_at: record.submitted_at,
            receipt_handle: delivery.receipt_handle.clone(),
        });
        self.tasks_queue.send(vec![Outgoing { delay: first, ..message(&poll)? }]).await?;
        Ok(Disposition::Later(HOLD + first))
    }

    async fn refused(
        &self,
        batch: &Batch,
        records: &[MappedRecord<'_>],
        answers: Vec<(Dialect, String)>,
    ) -> Result<Disposition, ConsumeError> {
        tracing::warn!(import = %batch.import, stage = %batch.stage, batch = %batch.batch, "the site refused the batch");
        let said: Vec<&str> = answers.iter().map(|(_, answer)| answer.as_str()).collect();
        let said = said.join(" - ");
        let results: Vec<RecordResult> = records
            .iter()
            .map(|record| result(record, Outcome::Rejected, Code::BatchRefused, Some(&said)))
            .collect();
        if answers.len() > 1 {
            self.archive
                .advance(batch.import, |progress| {
                    progress.refused(batch, &answers);
                })
                .await?;
        }
        self.settle(batch, &results, false).await
    }

    async fn not_now(
        &self,
        batch: &Batch,
        records: &[MappedRecord<'_>],
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
            Class::Stop(blocked) => {
                tracing::error!(import = %batch.import, %blocked, "the import stops");
                self.archive
                    .advance(batch.import, |progress| {
                        progress.stop_before(batch, Stop::from(blocked));
                    })
                    .await?;
                return self.leave(batch).await;
            }
            Class::Retry { after } => after,
            Class::Reject | Class::ReadBack => None,
        };
        let (_, errors) =
            self.archive.advance(batch.import, |progress| progress.failed(batch)).await?;
        tracing::warn!(import = %batch.import, batch = %batch.batch, errors, error = %Causes(&error), "the batch was not taken");
        if errors < MAX_ERRORS && delivery.receives < MAX_RECEIVES {
            return Ok(Disposition::Later(pace::backoff(errors, after, delivery.seed())));
        }
        self.dead_letters
            .send(vec![Outgoing {
                body: delivery.body.clone(),
                fifo: Some((batch.deduplication_id(), batch.deduplication_id())),
                ..Outgoing::default()
            }])
            .await?;
        self.give_up(batch, records, Code::DeadLettered).await
    }

    /// Says of every record that it is unknown: a request may have arrived without its answer.
    async fn give_up(
        &self,
        batch: &Batch,
        records: &[MappedRecord<'_>],
        code: Code,
    ) -> Result<Disposition, ConsumeError> {
        let unknown = |record| result(record, Outcome::Unknown, code, None);
        let results: Vec<RecordResult> = records.iter().map(unknown).collect();
        self.settle(batch, &results, code == Code::DeadLettered).await
    }

    async fn settle(
        &self,
        batch: &Batch,
        results: &[RecordResult],
        dead_lettered: bool,
    ) -> Result<Disposition, ConsumeError> {
        let ended = Ended { task_seconds: None, dead_lettered };
        settlement::settle(&self.archive, batch, results, ended, self.clock.now()).await?;
        self.leave(batch).await
    }

    /// Lets the batch go, and the import go on where this was what it waited for.
    async fn leave(&self, batch: &Batch) -> Result<Disposition, ConsumeError> {
        let now = self.clock.now();
        go_on(&self.archive, batch.import, now, &self.exports_queue, &self.tasks_queue).await
    }
}

fn result(
    record: &MappedRecord<'_>,
    outcome: Outcome,
    code: Code,
    message: Option<&str>,
) -> RecordResult {
    RecordResult {
        source: record.source,
        record: record.record,
        outcome,
        code: Some(code),
        message: message.map(str::to_owned),
        id: record.id,
        csm_id: None,
        warnings: Vec::new(),
    }
}
