//! What POLL does with a message: look at a task, or write the results of an import.

use std::time::Duration;

use csm_import::archive::Archive;
use csm_import::configuration::Verify;
use csm_import::csm::error::Class;
use csm_import::csm::port::Site;
use csm_import::csm::task::{Task, TaskFailure, TaskStatus};
use csm_import::delivery::{
    ASK_AGAIN, Causes, ConsumeError, Consumer, Delivery, Disposition, message,
};
use csm_import::import::attribution::{Ending, Evidence, attribute};
use csm_import::import::batch::Batch;
use csm_import::import::document::ImportDocument;
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::message::{Continue, Poll, TaskMessage, TaskRecord};
use csm_import::import::outcome::RecordResult;
use csm_import::import::pace;
use csm_import::import::progress::{Ask, Next, Progress, Stop};
use csm_import::import::settlement::{self, Ended};
use csm_import::mapping::stage::Stage;
use csm_import::port::{Clock, Condition, Exports, Queue, Store};
use jiff::Timestamp;

use crate::read_back::{ReadBack, read_back};

/// The batch's message is stretched to this at every look, once it has been in flight for a while.
const STRETCH: Duration = Duration::from_mins(15);
/// For so long a task counts as open, even when nothing is heard of it (documented).
const OPEN: Duration = Duration::from_mins(30);
/// For so long what ended well is looked for.
const VERIFICATION: Duration = Duration::from_secs(20);
/// Of a sample, so many records of every so manieth batch are read back: each costs a search.
const SAMPLE: usize = 5;
const SAMPLED: u32 = 20;
/// Results of tasks are kept for three days (documented); after that nothing can be learned.
const TASK_LIFE: Duration = Duration::from_hours(72);

/// The use case, on whatever plays its ports.
#[derive(Debug)]
pub struct Poller<S, E, C, Q, T> {
    /// Where everything about imports is kept.
    pub archive: Archive<S>,
    /// What was dropped, read again for the values of records that were not imported.
    pub exports: E,
    /// The site.
    pub site: C,
    /// Where the batch's message is still in flight.
    pub batches_queue: Q,
    /// Where SPLIT is asked to go on.
    pub exports_queue: Q,
    /// The time.
    pub clock: T,
    /// How long to look for records whose task ended unclear.
    pub patience: Duration,
}

/// How a task ended, as the site tells it.
struct End {
    /// `None`: the site does not know the task, or its id was lost.
    status: Option<TaskStatus>,
    failures: Vec<TaskFailure>,
}

impl End {
    const fn lost() -> Self {
        Self { status: None, failures: Vec::new() }
    }
}

impl<S, E, C, Q, T> Consumer for Poller<S, E, C, Q, T>
where
    S: Store,
    E: Exports,
    C: Site,
    Q: Queue,
    T: Clock,
{
    async fn consume(&self, delivery: &Delivery) -> Result<Disposition, ConsumeError> {
        match serde_json::from_str(&delivery.body).map_err(ConsumeError::foreign)? {
            TaskMessage::Poll(poll) => self.look(&poll, delivery).await,
            TaskMessage::Finish(import) => {
                self.finish(import).await?;
                Ok(Disposition::Done)
            }
        }
    }
}

impl<S, E, C, Q, T> Poller<S, E, C, Q, T>
where
    S: Store,
    E: Exports,
    C: Site,
    Q: Queue,
    T: Clock,
{
    async fn look(&self, poll: &Poll, delivery: &Delivery) -> Result<Disposition, ConsumeError> {
        let batch = &poll.batch;
        let progress = self.archive.progress(batch.import).await?;
        if progress.is_settled(batch.stage, batch.batch) {
            return self.leave(poll).await;
        }
        let age = since(self.clock.now(), poll.submitted_at);
        if age > STRETCH / 3 {
            self.batches_queue.hold(&poll.receipt_handle, STRETCH).await?;
        }
        let asked = match &poll.task {
            None => Ok(None),
            Some(_) if age > TASK_LIFE => Ok(None),
            Some(task) => self.site.task(task).await,
        };
        let end = match asked {
            Ok(Some(Task { status, .. }))
                if !matches!(status, TaskStatus::Finished | TaskStatus::Failed) =>
            {
                return Ok(Disposition::Later(pace::next_look(status, age)));
            }
            Ok(Some(Task { status, failures })) => End { status: Some(status), failures },
            Ok(None) => End::lost(),
            Err(error) => {
                tracing::warn!(import = %batch.import, batch = %batch.batch, error = %Causes(&error), "the task could not be looked at");
                let Class::Stop(blocked) = error.class() else {
                    return Ok(wait(delivery, error.class()));
                };
                // Nobody can look any more. What the task did is found out if the cause goes away
                // soon, and unknown otherwise.
                let stop = Stop::from(blocked);
                self.archive.advance(batch.import, |progress| progress.stop(stop.clone())).await?;
                if age < self.patience {
                    return Ok(wait(delivery, error.class()));
                }
                End::lost()
            }
        };
        let verified = verified(progress.orders.verify, batch);
        self.settle(poll, end, verified, delivery).await
    }

    /// Says what became of every record of a batch whose task has ended, or looks again later.
    async fn settle(
        &self,
        poll: &Poll,
        end: End,
        verified: usize,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let batch = &poll.batch;
        // A task that nobody can look at may still be open, and its records may still come.
        let (since_when, patience) = match end.status {
            Some(_) => (self.ended_at(poll).await?, self.patience),
            None => (poll.submitted_at, self.patience.max(OPEN)),
        };
        let waited = since(self.clock.now(), since_when);
        let records = self.archive.records(batch).await?;

        let attribution = attribute(&end.failures, &records, &[]);
        // What ended well is only verified, and its slot is wanted.
        let is_clear = end.status == Some(TaskStatus::Finished) && attribution.loose.is_empty();
        let is_verified = is_clear && batch.stage == Stage::Customers;
        let patience = if is_verified { patience.min(VERIFICATION) } else { patience };
        let patience_over = waited >= patience;
        let ending = Ending {
            stage: batch.stage,
            status: end.status,
            attribution: &attribution,
            patience_over,
            verified,
        };
        let told = read_back(&self.site, &records, &ending).await;
        let never = matches!(told, ReadBack::Never);
        let evidence = match told {
            ReadBack::Told(evidence) => evidence,
            ReadBack::NotNow(class) if !patience_over => return Ok(wait(delivery, class)),
            ReadBack::NotNow(_) | ReadBack::Never => vec![Evidence::None; records.len()],
        };
        // The site's ids are known now: failures may name them.
        let known: Vec<Option<String>> =
            evidence.iter().map(|evidence| evidence.csm_id().map(str::to_owned)).collect();
        let attribution = attribute(&end.failures, &records, &known);
        let patience_over = patience_over || never;
        let ending = Ending { attribution: &attribution, patience_over, ..ending };
        let Some(results) = ending.decide(&records, &evidence) else {
            tracing::info!(import = %batch.import, batch = %batch.batch, "not everything can be read back yet");
            let again = (waited / 4).clamp(Duration::from_secs(2), Duration::from_secs(30));
            return Ok(Disposition::Later(again));
        };
        self.store(poll, &results, end.status.map(|_| since_when)).await
    }

    async fn store(
        &self,
        poll: &Poll,
        results: &[RecordResult],
        ended_at: Option<Timestamp>,
    ) -> Result<Disposition, ConsumeError> {
        let task_seconds = ended_at.map(|end| since(end, poll.submitted_at).as_secs_f64());
        let ended = Ended { task_seconds, dead_lettered: false };
        let now = self.clock.now();
        settlement::settle(&self.archive, &poll.batch, results, ended, now).await?;
        self.leave(poll).await
    }

    /// Frees the slot, and has the import go on where this batch was what it waited for.
    async fn leave(&self, poll: &Poll) -> Result<Disposition, ConsumeError> {
        self.batches_queue.delete(&poll.receipt_handle).await?;
        let import = poll.batch.import;
        let now = self.clock.now();
        let (_, ask) = self.archive.advance(import, |progress| progress.ask(now)).await?;
        match ask {
            Ask::Later => return Ok(Disposition::Later(ASK_AGAIN)),
            Ask::Nothing | Ask::Now(Next::Nothing) => {}
            Ask::Now(Next::Split(_)) => {
                self.exports_queue.send(vec![message(&Continue { import })?]).await?;
            }
            Ask::Now(Next::Finish) => self.finish(import).await?,
        }
        Ok(Disposition::Done)
    }

    /// When the task was first seen to have ended, which is now the first time.
    async fn ended_at(&self, poll: &Poll) -> Result<Timestamp, ConsumeError> {
        let key = keys::task(poll.batch.import, poll.batch.stage, poll.batch.batch);
        let mut record: TaskRecord = self.archive.get(&key).await?;
        if let Some(ended_at) = record.ended_at {
            return Ok(ended_at);
        }
        let now = self.clock.now();
        record.ended_at = Some(now);
        self.archive.put(&key, &record, Condition::Always).await?;
        Ok(now)
    }

    /// Writes the results of an import that has come to its end, or its plan.
    async fn finish(&self, import: ImportId) -> Result<(), ConsumeError> {
        let progress = self.archive.progress(import).await?;
        if progress.next() != Next::Finish {
            return Ok(());
        }
        let document = self.archive.document(import).await?;
        let pace = self.observed_pace(&document).await?;
        crate::finish::write(&self.archive, &self.exports, &document, &progress, pace).await?;
        self.archive.advance(import, |progress| progress.finished = true).await?;
        tracing::info!(%import, "the import is finished");
        Ok(())
    }

    /// How many seconds a batch took in the last import, all in all.
    async fn observed_pace(&self, document: &ImportDocument) -> Result<Option<f64>, ConsumeError> {
        let Some(last) = document.last_import else { return Ok(None) };
        let last: Option<Progress> = self.archive.find(&keys::progress(last)).await?;
        let Some(last) = last.filter(|last| last.finished) else { return Ok(None) };
        let settled = |stage| last.stage(stage).map_or(0, |stage| stage.settled_batches);
        let batches: u32 = Stage::ALL.into_iter().map(settled).sum();
        let took = since(last.updated_at, last.started_at).as_secs_f64();
        Ok((batches > 0).then(|| took / f64::from(batches)))
    }
}

/// How many records of a batch are read back although its task says that they were written.
const fn verified(verify: Verify, batch: &Batch) -> usize {
    match verify {
        Verify::All => usize::MAX,
        Verify::Sample if batch.batch.0.is_multiple_of(SAMPLED) => SAMPLE,
        Verify::Sample | Verify::None => 0,
    }
}

fn since(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

fn wait(delivery: &Delivery, class: Class) -> Disposition {
    let after = match class {
        Class::Retry { after } => after,
        _ => None,
    };
    // Looks that succeeded count as receives too, so the pause must not grow with them alone.
    Disposition::Later(pace::backoff(delivery.receives.min(5), after, delivery.seed()))
}
