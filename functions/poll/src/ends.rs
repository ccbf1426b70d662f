//! The end of every record of a stage, in the order in which the exports are read.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;

use csm_import::archive::{Archive, ArchiveError};
use csm_import::code::Code;
use csm_import::delivery::ConsumeError;
use csm_import::import::batch::Batch;
use csm_import::import::document::Mode;
use csm_import::import::keys;
use csm_import::import::manifest::{LeftOut, Manifest};
use csm_import::import::outcome::{Outcome, RecordResult};
use csm_import::import::phase::Phase;
use csm_import::import::progress::Progress;
use csm_import::import::work::Work;
use csm_import::mapping::mapper::MappedRecord;
use csm_import::port::Store;
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};

/// Objects read ahead at once.
const AHEAD: usize = 16;

/// A record and what became of it.
#[derive(Clone, Debug)]
pub enum End {
    /// It never became part of a batch.
    LeftOut(LeftOut),
    /// It did.
    Sent(Box<MappedRecord<'static>>, RecordResult),
    /// It would, but its import is only a plan.
    Planned(Box<MappedRecord<'static>>),
}

impl End {
    /// Which object, and which record in it.
    pub const fn position(&self) -> (u32, u64) {
        match self {
            Self::LeftOut(left_out) => (left_out.source, left_out.record),
            Self::Sent(record, _) | Self::Planned(record) => (record.source, record.record),
        }
    }

    /// The line where it starts, as an editor shows it.
    pub const fn line(&self) -> u64 {
        match self {
            Self::LeftOut(left_out) => left_out.line,
            Self::Sent(record, _) | Self::Planned(record) => record.line,
        }
    }

    /// What a person can do, if there is something to do.
    pub fn hint(&self) -> String {
        let hint = self.code().map(Code::hint).unwrap_or_default();
        match self {
            Self::Sent(_, RecordResult { message: Some(said), .. }) => {
                format!("{hint} The site said: {said}")
            }
            _ => hint.to_owned(),
        }
    }

    /// What became of it.
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::LeftOut(left_out) => left_out.outcome,
            Self::Sent(_, result) => result.outcome,
            Self::Planned(_) => Outcome::Planned,
        }
    }

    /// Why, unless it was imported or would be.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::LeftOut(left_out) => Some(left_out.code()),
            Self::Sent(_, result) => result.code,
            Self::Planned(_) => None,
        }
    }
}

type Ahead<'a, T> = Pin<Box<dyn Stream<Item = Result<Vec<T>, ConsumeError>> + Send + 'a>>;

/// Merges the records left out while splitting with those of the batches.
pub struct Ends<'a> {
    left_out: Ahead<'a, End>,
    sent: Ahead<'a, End>,
    next_left_out: VecDeque<End>,
    next_sent: VecDeque<End>,
}

impl<'a> Ends<'a> {
    /// The ends of a stage, from its first record on.
    pub fn of<S: Store>(
        archive: &'a Archive<S>,
        manifest: &'a Manifest,
        progress: &'a Progress,
        mode: Mode,
    ) -> Self {
        let Manifest { import, stage, edition, .. } = *manifest;
        let left_out = (0..manifest.left_out_parts).map(move |number| async move {
            let key = keys::left_out(import, stage, edition, number);
            let lines = archive.lines(&key, None).await?.ok_or(ArchiveError::Missing(key))?;
            Ok(lines.into_iter().map(End::LeftOut).collect())
        });
        let sent = manifest.batches().map(move |batch| async move {
            if mode == Mode::Plan {
                let records = archive.records(&batch).await?;
                return Ok(records.into_iter().map(Box::new).map(End::Planned).collect());
            }
            let key = keys::results(import, batch.phase, batch.batch);
            let (records, stored) =
                tokio::try_join!(archive.records(&batch), archive.lines(&key, None))?;
            let results = results(archive, progress, &batch, &records, stored).await?;
            let ends = records.into_iter().map(Box::new).zip(results);
            Ok(ends.map(|(record, result)| End::Sent(record, result)).collect())
        });
        Self {
            left_out: stream::iter(left_out).buffered(AHEAD).boxed(),
            sent: stream::iter(sent).buffered(AHEAD).boxed(),
            next_left_out: VecDeque::new(),
            next_sent: VecDeque::new(),
        }
    }

    /// The next end in the object `source`; `None` when all of them have been taken.
    ///
    /// # Errors
    /// Something that was written is not there or cannot be read.
    pub async fn next_of(&mut self, source: u32) -> Result<Option<End>, ConsumeError> {
        fill(&mut self.next_left_out, &mut self.left_out).await?;
        fill(&mut self.next_sent, &mut self.sent).await?;
        let position = |queue: &VecDeque<End>| {
            queue.front().map(End::position).filter(|(of, _)| *of == source)
        };
        let queue = match (position(&self.next_left_out), position(&self.next_sent)) {
            (None, None) => return Ok(None),
            (Some(left_out), Some(sent)) if sent < left_out => &mut self.next_sent,
            (None, Some(_)) => &mut self.next_sent,
            (Some(_), _) => &mut self.next_left_out,
        };
        Ok(queue.pop_front())
    }
}

async fn fill(queue: &mut VecDeque<End>, ahead: &mut Ahead<'_, End>) -> Result<(), ConsumeError> {
    while queue.is_empty() {
        match ahead.try_next().await? {
            Some(more) => queue.extend(more),
            None => break,
        }
    }
    Ok(())
}

/// What became of the records of a batch, and what was noticed when they were read back.
async fn results<S: Store>(
    archive: &Archive<S>,
    progress: &Progress,
    batch: &Batch,
    records: &[MappedRecord<'_>],
    stored: Option<Vec<RecordResult>>,
) -> Result<Vec<RecordResult>, ConsumeError> {
    let Batch { import, phase, batch: number, .. } = *batch;
    let mut results: Vec<RecordResult> = match stored {
        Some(results) if results.len() == records.len() => results,
        // A stopped import leaves batches that were never sent, or not all of them.
        None if progress.stopped.is_some() => {
            let work: Work =
                archive.find(&keys::work(import, phase, number)).await?.unwrap_or_default();
            let stopped = Some(Code::ImportStopped);
            work.results(records, |record| RecordResult::of(record, Outcome::Failed, stopped))
        }
        _ => return Err(ArchiveError::Missing(keys::results(import, phase, number)).into()),
    };
    for later in [Phase::Verification, Phase::Repair] {
        if phase != Phase::Customers || !progress.is_settled(later, number) {
            continue;
        }
        let key = keys::results(import, later, number);
        let noticed: Vec<RecordResult> = archive.lines(&key, None).await?.unwrap_or_default();
        let noticed: HashMap<_, _> =
            noticed.into_iter().map(|result| ((result.source, result.record), result)).collect();
        for result in &mut results {
            if let Some(later) = noticed.get(&(result.source, result.record)) {
                result.csm_id = result.csm_id.take().or_else(|| later.csm_id.clone());
                result.warnings.retain(|code| !code.may_pass());
                result.warnings.extend_from_slice(&later.warnings);
            }
        }
    }
    Ok(results)
}
