//! What POLL does with a message: look at a task, or write the results of an import.

use std::time::Duration;

use csm_import::archive::Archive;
use csm_import::code::Code;
use csm_import::csm::error::Class;
use csm_import::csm::port::Site;
use csm_import::csm::task::{Task, TaskFailure, TaskStatus};
use csm_import::delivery::{
    ASK_AGAIN, Causes, ConsumeError, Consumer, Delivery, Disposition, message,
};
use csm_import::import::attribution::{Ending, Evidence, attribute};
use csm_import::import::document::ImportDocument;
use csm_import::import::finished::Finished;
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::message::{Continue, Poll, Request, TaskMessage};
use csm_import::import::outcome::{Outcome, RecordResult};
use csm_import::import::pace;
use csm_import::import::progress::{Ask, Next, Progress, Stop};
use csm_import::import::settlement::{self, Ended};
use csm_import::import::work::{Run, Step, Work};
use csm_import::mapping::stage::Stage;
use csm_import::metric;
use csm_import::port::{Clock, Events, Ports, Queue};
use jiff::Timestamp;
use tracing::Instrument;

use crate::read_back::{Question, ReadBack, Sought, read_back};

/// The time before the end of the invocation at which whatever takes long is given up.
pub(crate) const MARGIN: Duration = Duration::from_secs(20);
/// The batch's message is stretched to this beyond the next look at every look, once it has been in
/// flight for a while.
pub(crate) const STRETCH: Duration = Duration::from_mins(15);
/// For so long a task counts as open, even when nothing is heard of it (documented).
const OPEN: Duration = Duration::from_mins(30);
/// Results of tasks are kept for three days (documented); after that nothing can be learned.
const TASK_LIFE: Duration = Duration::from_hours(72);

/// The use case, on whatever plays its ports.
#[derive(Debug)]
pub struct Poller<P: Ports> {
    /// Where everything about imports is kept.
    pub archive: Archive<P::Store>,
    /// What was dropped, read again for the values of records that were not imported.
    pub exports: P::Exports,
    /// The site.
    pub site: P::Site,
    /// Where the batch's message is still in flight.
    pub batches_queue: P::Queue,
    /// Where SPLIT is asked to go on.
    pub exports_queue: P::Queue,
    /// Whoever wants to know that an import has ended.
    pub events: P::Events,
    /// The time.
    pub clock: P::Clock,
    /// How long to look for records whose task ended unclear.
    pub patience: Duration,
}

/// How a task ended, as the site tells it.
pub(crate) struct End {
    /// `None`: the site does not know the task, or its id was lost.
    status: Option<TaskStatus>,
    failures: Vec<TaskFailure>,
}

/// A look at a task.
pub(crate) enum Look {
    /// It has ended.
    Ended(End),
    /// It has not, or it cannot be told now.
    NotYet(Disposition),
}

impl End {
    const fn lost() -> Self {
        Self { status: None, failures: Vec::new() }
    }
}

impl<P: Ports> Consumer for Poller<P> {
    const QUEUE: &str = "tasks";
    const NEEDS: Duration = Duration::from_secs(45);

    async fn consume(&self, delivery: &Delivery) -> Result<Disposition, ConsumeError> {
        match serde_json::from_str(&delivery.body).map_err(ConsumeError::foreign)? {
            TaskMessage::Poll(poll) => self.look(&poll, delivery).await,
            TaskMessage::Finish(import) => {
                self.finish(import, delivery).await?;
                Ok(Disposition::Done)
            }
        }
    }
}

impl<P: Ports> Poller<P> {
    async fn look(&self, poll: &Poll, delivery: &Delivery) -> Result<Disposition, ConsumeError> {
        let batch = &poll.batch;
        let progress = self.archive.progress(batch.import).await?;
        if progress.is_settled(batch.phase, batch.batch) {
            return self.leave(poll, delivery).await;
        }
        metric::standstill(progress.standstill(batch.phase, self.clock.now()));
        let Some(request) = &poll.request else {
            return self.check(poll, &progress, delivery).await;
        };
        let end = match self.ask(poll, request, delivery).await? {
            Look::Ended(end) => end,
            Look::NotYet(disposition) => return Ok(disposition),
        };
        // Links are read back, whatever their task says; one that nobody can look at may still be open.
        if batch.phase.verifies() {
            let age = since(self.clock.now(), request.submitted_at);
            if end.status.is_none() && age < OPEN {
                return Ok(Disposition::Later(again(age)));
            }
            self.update(poll, |work| work.told(request.key, Vec::new(), false)).await?;
            return self.hand_back(poll).await;
        }
        self.settle(poll, request, end, &progress, delivery).await
    }

    /// Looks at a task.
    async fn ask(
        &self,
        poll: &Poll,
        request: &Request,
        delivery: &Delivery,
    ) -> Result<Look, ConsumeError> {
        let batch = &poll.batch;
        let age = since(self.clock.now(), request.submitted_at);
        metric::batch_age(age);
        if age > STRETCH / 3 {
            let pause = pace::next_look(TaskStatus::InProgress, age);
            self.batches_queue.hold(&poll.receipt_handle, STRETCH + pause).await?;
        }
        let asked = match &request.task {
            None => Ok(None),
            Some(_) if age > TASK_LIFE => Ok(None),
            Some(task) => self.site.task(task).await,
        };
        let error = match asked {
            Ok(Some(Task { status, failures })) => {
                return Ok(match status {
                    TaskStatus::NotStarted | TaskStatus::InProgress => {
                        Look::NotYet(Disposition::Later(pace::next_look(status, age)))
                    }
                    TaskStatus::Finished | TaskStatus::Failed => {
                        Look::Ended(End { status: Some(status), failures })
                    }
                });
            }
            Ok(None) => return Ok(Look::Ended(End::lost())),
            Err(error) => error,
        };
        tracing::warn!(import = %batch.import, batch = %batch.batch, error = %Causes(&error), "the task could not be looked at");
        let Class::Stop(blocked) = error.class() else {
            return Ok(Look::NotYet(wait(delivery, age, error.class())));
        };
        // Nobody can look any more. What the task did is found out if the cause goes away soon, and
        // unknown otherwise.
        let stop = Stop::from(blocked);
        self.archive.advance(batch.import, |progress| progress.stop(stop.clone())).await?;
        if age < self.patience {
            return Ok(Look::NotYet(wait(delivery, age, error.class())));
        }
        Ok(Look::Ended(End::lost()))
    }

    /// Says what became of every record of a request whose task has ended, or looks again later.
    async fn settle(
        &self,
        poll: &Poll,
        request: &Request,
        end: End,
        progress: &Progress,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let batch = &poll.batch;
        let now = self.clock.now();
        let (work, ended_at) = self.update(poll, |work| work.ended(request.key, now)).await?;
        let (Some(ended_at), Some(Run::Records(positions))) = (ended_at, work.run()) else {
            // The batch has gone on since.
            return self.release(poll).await;
        };
        // A task that nobody can look at may still be open, and its records may still come.
        let (since_when, patience) = match end.status {
            Some(_) => (ended_at, self.patience),
            None => (request.submitted_at, self.patience.max(OPEN)),
        };
        let waited = since(now, since_when);
        if end.status.is_none() && work.requests > 1 && waited < OPEN {
            // What is there may be of an earlier request, and the slot is taken by this one.
            return Ok(Disposition::Later(again(waited)));
        }
        let all = (0..).zip(self.archive.records(batch).await?);
        let sent = all.filter(|(position, _)| positions.contains(position));
        let records: Vec<_> = sent.map(|(_, record)| record).collect();

        let attribution = attribute(&end.failures, &records, &[]);
        let patience_over = waited >= patience;
        let stage = batch.phase.stage();
        let ending = Ending { stage, status: end.status, attribution: &attribution, patience_over };
        let open = (0..records.len()).filter(|position| ending.needs_evidence(*position)).collect();
        // After a clear end only the ids of organizations are wanted.
        let sought = if ending.is_clear() { Sought::Ids } else { Sought::Profiles };
        let left = delivery.deadline.before(MARGIN).left(now);
        let question = Question { stage, records: &records, known: &[], open, sought, left };
        // What it logs is about this batch.
        let about = tracing::error_span!("batch", import = %batch.import, batch = %batch.batch);
        let told = read_back(&self.site, question).instrument(about).await;
        let never = matches!(told, ReadBack::Never);
        let evidence = match told {
            ReadBack::Told(evidence) => evidence,
            ReadBack::NotNow(class) if !patience_over => return Ok(wait(delivery, waited, class)),
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
            return Ok(Disposition::Later(again(waited)));
        };
        let again = progress.may_send_again();
        let mut after = work.clone();
        after.told(request.key, results.clone(), again);
        if after.step(batch) != Step::Complete {
            tracing::info!(import = %batch.import, batch = %batch.batch, requests = after.requests, "some records of the batch are yet to be sent, or sent again");
            self.update(poll, |work| work.told(request.key, results.clone(), again)).await?;
            return self.hand_back(poll).await;
        }
        let records = self.archive.records(batch).await?;
        let unknown = |record| RecordResult::of(record, Outcome::Unknown, Some(Code::Unclear));
        let results = after.results(&records, unknown);
        let took = end.status.map(|_| since(ended_at, request.submitted_at));
        self.store(poll, &results, took, delivery).await
    }

    /// Stores what became of the records of a batch, and lets it go.
    pub(crate) async fn store(
        &self,
        poll: &Poll,
        results: &[RecordResult],
        took: Option<Duration>,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let task_seconds = took.map(|took| took.as_secs_f64());
        let ended = Ended { task_seconds, dead_lettered: false };
        let now = self.clock.now();
        settlement::settle(&self.archive, &poll.batch, results, ended, now).await?;
        self.leave(poll, delivery).await
    }

    /// Changes what is kept of how far a batch has come.
    pub(crate) async fn update<R>(
        &self,
        poll: &Poll,
        change: impl FnMut(&mut Work) -> R,
    ) -> Result<(Work, R), ConsumeError> {
        let batch = &poll.batch;
        let key = keys::work(batch.import, batch.phase, batch.batch);
        Ok(self.archive.update(&key, change).await?)
    }

    /// Has SUBMIT go on with the batch, of which nothing is at the site just now.
    pub(crate) async fn hand_back(&self, poll: &Poll) -> Result<Disposition, ConsumeError> {
        let batch = &poll.batch;
        self.archive.advance(batch.import, |progress| progress.rests(batch)).await?;
        self.release(poll).await
    }

    /// Has the message of the batch come back at once, unless it has by itself.
    pub(crate) async fn release(&self, poll: &Poll) -> Result<Disposition, ConsumeError> {
        self.batches_queue.hold(&poll.receipt_handle, Duration::ZERO).await?;
        Ok(Disposition::Done)
    }

    /// Frees the slot, and has the import go on where this batch was what it waited for.
    async fn leave(&self, poll: &Poll, delivery: &Delivery) -> Result<Disposition, ConsumeError> {
        self.batches_queue.delete(&poll.receipt_handle).await?;
        let import = poll.batch.import;
        let now = self.clock.now();
        let (_, ask) = self.archive.advance(import, |progress| progress.ask(now)).await?;
        match ask {
            Ask::Later => return Ok(Disposition::Later(ASK_AGAIN)),
            Ask::Nothing | Ask::Now(Next::Nothing) => {}
            Ask::Now(Next::Begin(_)) => {
                self.exports_queue.send(vec![message(&Continue { import })?]).await?;
            }
            Ask::Now(Next::Finish) => self.finish(import, delivery).await?,
        }
        Ok(Disposition::Done)
    }

    /// Writes the results of an import that has come to its end, or its plan.
    async fn finish(&self, import: ImportId, delivery: &Delivery) -> Result<(), ConsumeError> {
        let progress = self.archive.progress(import).await?;
        if progress.next() != Next::Finish {
            return Ok(());
        }
        let resumed = progress.resumed;
        let document = self.archive.document(import).await?;
        let pace = self.observed_pace(&document).await?;
        let left = delivery.deadline.before(MARGIN).left(self.clock.now());
        let summary =
            crate::finish::write(&self.archive, &self.exports, &document, &progress, pace, left);
        let summary = summary.await?;
        self.events.tell(&Finished::of(&summary, &progress)).await?;
        self.archive.advance(import, |progress| progress.finish(resumed)).await?;
        metric::import(summary.state);
        tracing::info!(%import, state = summary.state.as_str(), "the import is finished");
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

pub(crate) fn since(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

pub(crate) fn wait(delivery: &Delivery, age: Duration, class: Class) -> Disposition {
    let after = match class {
        Class::Retry { after } => after,
        _ => None,
    };
    Disposition::Later(pace::next_try(delivery.receives, age, after, delivery.seed()))
}

/// When to read back again what was not there after so long.
pub(crate) fn again(waited: Duration) -> Duration {
    (waited / 4).clamp(Duration::from_secs(2), Duration::from_secs(30))
}
