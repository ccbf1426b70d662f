//! What SPLIT does with a message: take a folder, go on with an import, or take what was scheduled.

use std::time::Duration;

use csm_import::archive::Archive;
use csm_import::config::Settings;
use csm_import::deadline::Deadline;
use csm_import::delivery::{AT_ONCE, ConsumeError, Consumer, Delivery, Disposition, message};
use csm_import::import::batch::Batch;
use csm_import::import::document::Mode;
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::manifest::Manifest;
use csm_import::import::message::TaskMessage;
use csm_import::import::pace;
use csm_import::import::phase::Phase;
use csm_import::import::progress::{Next, Progress};
use csm_import::metric;
use csm_import::port::{Clock, Outgoing, Ports, Queue};

use crate::intake::Taking;
use crate::notification::{Drops, Request, parse};
use crate::preparing::Prepared;

/// The time before the end of the invocation at which sending stops.
const MARGIN: Duration = Duration::from_secs(30);

/// Batches that are sent without a look at the time.
const RUN: usize = 1000;

/// The use case, on whatever plays its ports.
#[derive(Debug)]
pub struct Splitter<P: Ports> {
    /// Where everything about imports is kept.
    pub archive: Archive<P::Store>,
    /// What was dropped.
    pub exports: P::Exports,
    /// The site, asked for its detail fields.
    pub site: P::Site,
    /// Where batches go.
    pub batches_queue: P::Queue,
    /// Where the finish goes, when there is nothing to be sent.
    pub tasks_queue: P::Queue,
    /// The time.
    pub clock: P::Clock,
    /// The settings.
    pub settings: Settings,
}

impl<P: Ports> Consumer for Splitter<P> {
    const QUEUE: &str = "exports";
    const NEEDS: Duration = Duration::from_mins(2);

    async fn consume(&self, delivery: &Delivery) -> Result<Disposition, ConsumeError> {
        match parse(&delivery.body)? {
            Request::Continue(import) => self.go_on(import, delivery).await,
            // Whatever takes a folder is large, and stands on the heap.
            Request::Scheduled => Box::pin(self.scheduled(delivery)).await,
            Request::Dropped(Drops { folders, resumed }) => {
                let mut disposition = Disposition::Done;
                for import in resumed {
                    let resumed = Box::pin(self.resume(import, Taking::At(None), delivery)).await?;
                    disposition = disposition.and(resumed);
                }
                for (folder, arrived) in folders {
                    disposition =
                        disposition.and(self.take(&folder, Taking::At(arrived), delivery).await?);
                }
                Ok(disposition)
            }
        }
    }
}

impl<P: Ports> Splitter<P> {
    /// Does all that can be done for an import until its batches have to be awaited, or the time is up.
    pub(crate) async fn go_on(
        &self,
        import: ImportId,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let deadline = delivery.deadline;
        let later = || Disposition::Later(pace::backoff(delivery.receives, None, delivery.seed()));
        loop {
            if deadline.before(Self::NEEDS).has_come(self.clock.now()) {
                return Ok(Disposition::Later(AT_ONCE));
            }
            let progress = self.archive.progress(import).await?;
            let is_plan = progress.orders.mode == Mode::Plan;
            for phase in Phase::ALL {
                let waiting = progress.stage(phase).is_some_and(|stage| !stage.enqueued);
                if waiting && progress.stopped.is_none() && !is_plan {
                    if self.has_open_predecessors(import).await? {
                        return Ok(later());
                    }
                    if !progress.prepared {
                        match self.prepare(import).await? {
                            Prepared::Yes => {}
                            Prepared::NotYet => return Ok(later()),
                            Prepared::Never => return Box::pin(self.go_on(import, delivery)).await,
                        }
                    }
                    if !self.enqueue(import, phase, deadline).await? {
                        return Ok(Disposition::Later(AT_ONCE));
                    }
                }
            }
            match progress.next() {
                Next::Nothing => return Ok(Disposition::Done),
                Next::Finish => {
                    let finish = message(&TaskMessage::Finish(import))?;
                    self.tasks_queue.send(vec![finish]).await?;
                    return Ok(Disposition::Done);
                }
                Next::Begin(phase) => {
                    if !self.begin_phase(import, phase, deadline).await? {
                        return Ok(Disposition::Later(AT_ONCE));
                    }
                }
            }
        }
    }

    /// Begins a part of an import; what it consists of is known afterwards. False: the time was up.
    async fn begin_phase(
        &self,
        import: ImportId,
        phase: Phase,
        deadline: Deadline,
    ) -> Result<bool, ConsumeError> {
        let now = self.clock.now();
        if phase.verifies() {
            self.archive.advance(import, |progress| progress.verify(phase, now)).await?;
            return Ok(true);
        }
        let stage = phase.stage();
        let Some(manifest) = self.split(import, stage, deadline).await? else { return Ok(false) };
        let batches = u32::try_from(manifest.batches.len()).unwrap_or(u32::MAX);
        let (records, rejected) = (manifest.mapped, manifest.rejected.values().sum());
        let noted = |progress: &mut Progress| {
            // The import may have been told to go on since, and then this is of no use.
            let begins = progress.next() == Next::Begin(phase) && progress.takes(&manifest);
            if begins {
                progress.split(stage, batches, records, rejected, now);
            }
            begins
        };
        if self.archive.advance(import, noted).await?.1 {
            metric::records(&manifest.left_out());
        }
        Ok(true)
    }

    /// Whether imports that this one takes over from may still have open tasks.
    async fn has_open_predecessors(&self, import: ImportId) -> Result<bool, ConsumeError> {
        for predecessor in self.archive.document(import).await?.replaces {
            let key = keys::progress(predecessor);
            let progress: Option<Progress> = self.archive.find(&key).await?;
            if progress.is_some_and(|progress| !progress.in_flight.is_empty()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Sends every batch of a phase that is not settled, or of a stopped import those in flight; false: the time was up before the last one.
    /// The next invocation sends all of them anew, and what was sent twice is let go.
    pub(crate) async fn enqueue(
        &self,
        import: ImportId,
        phase: Phase,
        deadline: Deadline,
    ) -> Result<bool, ConsumeError> {
        let manifest: Manifest = self.archive.get(&keys::manifest(import, phase.stage())).await?;
        let progress = self.archive.progress(import).await?;
        let open = manifest.batches().map(|batch| Batch { phase, ..batch }).filter(|batch| {
            progress.is_verified(phase, batch.batch)
                && !progress.is_settled(phase, batch.batch)
                // A stopped import only brings to its end what is at the site.
                && (progress.stopped.is_none() || progress.is_in_flight(batch))
        });
        let document = self.archive.document(import).await?;
        let slots = document.configuration.max_open_tasks.unwrap_or(self.settings.max_open_tasks);
        let messages = open.map(|batch| {
            let fifo = Some((batch.slot(slots), batch.deduplication_id(progress.resumed)));
            Ok(Outgoing { fifo, ..message(&batch)? })
        });
        let messages = messages.collect::<Result<Vec<_>, ConsumeError>>()?;
        for run in messages.chunks(RUN) {
            if deadline.before(MARGIN).has_come(self.clock.now()) {
                return Ok(false);
            }
            self.batches_queue.send(run.to_vec()).await?;
        }
        tracing::info!(%import, %phase, batches = messages.len(), "batches sent");
        let resumed = progress.resumed;
        self.archive.advance(import, |progress| progress.enqueued(phase, resumed)).await?;
        Ok(true)
    }
}
