//! Settling a batch: its results are stored first, then counted, exactly once.

use jiff::Timestamp;

use super::batch::Batch;
use super::counts::Counts;
use super::keys;
use super::outcome::RecordResult;
use super::progress::{Progress, Settled};
use crate::archive::{Archive, ArchiveError};
use crate::metric;
use crate::port::{Store, Written};

/// How a batch ended, apart from its records.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Ended {
    /// How long its task took, if one was seen to end.
    pub task_seconds: Option<f64>,
    /// Whether it was given up.
    pub dead_lettered: bool,
}

/// Stores and counts the results of a batch; the progress afterwards. Results that are there already
/// stay, and they are the ones that count.
///
/// # Errors
/// A fault of the bucket; settling again does no harm.
pub async fn settle<S: Store>(
    archive: &Archive<S>,
    batch: &Batch,
    results: &[RecordResult],
    ended: Ended,
    now: Timestamp,
) -> Result<Progress, ArchiveError> {
    let key = keys::results(batch.import, batch.phase, batch.batch);
    let stored: Vec<RecordResult>;
    let results = match archive.put_lines_once(&key, results).await? {
        Written::Yes => results,
        Written::Lost => {
            stored = archive.lines(&key, None).await?.ok_or(ArchiveError::Missing(key))?;
            &stored
        }
    };
    let mut settled = Settled {
        task_seconds: ended.task_seconds,
        dead_lettered: ended.dead_lettered,
        ..Settled::default()
    };
    for result in results {
        settled.outcomes.add(result.outcome);
        for code in result.code.iter().chain(&result.warnings) {
            super::counts::count(&mut settled.codes, *code);
        }
    }
    let (progress, new) =
        archive.advance(batch.import, |progress| progress.settle(batch, &settled, now)).await?;
    if new {
        if batch.phase.verifies() {
            metric::batch(&Counts::default(), None);
        } else {
            metric::batch(&settled.outcomes, settled.task_seconds);
        }
        let (import, phase, batch) = (batch.import, batch.phase, batch.batch);
        tracing::info!(%import, %phase, %batch, records = results.len(), "the batch is settled");
    }
    Ok(progress)
}
