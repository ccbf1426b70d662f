//! Scheduled runs: what waits under `scheduled/` is imported folder by folder, when the schedule says so.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::claims::Claims;
use super::id::ImportId;
use super::keys;
use super::progress::Progress;
use crate::port::Listed;

/// Messages are kept for so long: an import of which nothing was settled for longer has lost its own.
const MESSAGES_LAST: SignedDuration = SignedDuration::from_hours(14 * 24);
/// A run waits for folders that are being uploaded for so many times as long as they have to be quiet,
const PATIENCE: u32 = 10;
/// and for so long at least: the clocks of the bucket and of the functions differ.
const PATIENCE_AT_LEAST: Duration = Duration::from_mins(1);

/// `state/scheduled.json`: the newest scheduled run, over or under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it began. What was written later waits for the next one.
    pub began_at: Timestamp,
    /// The message that began it.
    pub begun_by: String,
    /// The folders in which something waited, in the order in which they are imported.
    pub folders: Vec<String>,
    /// How many of them have come to their end.
    pub ended: usize,
    /// When the last of these had, or the run began.
    pub ended_at: Timestamp,
}

impl Run {
    /// A run that begins.
    pub fn new(began_at: Timestamp, begun_by: &str, folders: Vec<String>) -> Self {
        Self { began_at, begun_by: begun_by.to_owned(), folders, ended: 0, ended_at: began_at }
    }

    /// The folder that is being imported; none once the run is over.
    pub fn folder(&self) -> Option<&str> {
        self.folders.get(self.ended).map(String::as_str)
    }

    /// Whether a message asks for nothing beyond this run: it began the run, or had been sent before that.
    pub fn covers(&self, message: &str, sent: Option<Timestamp>) -> bool {
        self.begun_by == message || sent.is_some_and(|sent| sent <= self.began_at)
    }

    /// Notes that a folder has come to its end, as seen by whoever looked at the run `as_seen`.
    pub fn end_folder(&mut self, as_seen: &Self, now: Timestamp) {
        if self == as_seen && self.folder().is_some() {
            self.ended += 1;
            self.ended_at = now;
        }
    }

    /// In whose name the run has imports go on: once, however many messages bring it forward.
    pub fn name(&self) -> String {
        format!("scheduled {}", self.began_at)
    }

    /// Whether the run has an import go on that does not by itself: one that stopped before the run for
    /// something that may have passed, or has lost its messages.
    pub fn revives(&self, progress: &Progress, now: Timestamp) -> bool {
        if progress.started_at >= self.began_at
            || progress.resumed_by.as_deref() == Some(&self.name())
        {
            return false;
        }
        if progress.finished {
            progress.stopped.as_ref().is_some_and(|stop| stop.code.goes_on_by_schedule())
        } else {
            now.duration_since(progress.updated_at) > MESSAGES_LAST
        }
    }
}

/// A folder below `scheduled/` as a run finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its name, as [`keys::folder`] has it.
    pub name: String,
    /// What lay in it when the run began.
    pub objects: Vec<Listed>,
    /// How much longer it has to be quiet before it counts as complete.
    pub unsettled: Duration,
}

/// What was listed, by folder. A single object is complete as soon as it is there.
pub fn folders(listed: Vec<Listed>, now: Timestamp, settle: Duration) -> Vec<Folder> {
    let mut folders: BTreeMap<String, Vec<Listed>> = BTreeMap::new();
    for object in listed {
        folders.entry(keys::folder(&object.key).to_owned()).or_default().push(object);
    }
    let folder = |(name, objects): (String, Vec<Listed>)| {
        let quiet = if name.ends_with('/') { settle } else { Duration::ZERO };
        let quiet = SignedDuration::try_from(quiet).unwrap_or(SignedDuration::MAX);
        let newest = objects.iter().filter_map(|object| object.written).max();
        let rest = newest.map(|newest| quiet.saturating_sub(now.duration_since(newest)));
        // Nothing is left where it is negative.
        let unsettled = rest.and_then(|rest| Duration::try_from(rest).ok()).unwrap_or_default();
        Folder { name, objects, unsettled }
    };
    folders.into_iter().map(folder).collect()
}

/// How long a message, sent `waited` ago, waits before it begins a run, because something is being uploaded.
/// After some time it waits no longer, and what is not complete by then is left for the next run.
pub fn wait_for(folders: &[Folder], waited: Duration, settle: Duration) -> Option<Duration> {
    let rest = folders.iter().map(|folder| folder.unsettled).max().unwrap_or_default();
    let patience = settle.saturating_mul(PATIENCE).max(PATIENCE_AT_LEAST);
    (!rest.is_zero() && waited < patience).then_some(rest + Duration::from_secs(1))
}

impl Folder {
    /// Since when the folder has waited for a run: when the oldest object was written that no import took, or
    /// whose import has not done with it. Nothing where it does not wait.
    ///
    /// `imports` are those that took something of it, with their progress once they have begun.
    pub fn waits_since(
        &self,
        claims: &Claims,
        imports: &BTreeMap<ImportId, Option<Progress>>,
    ) -> Option<Timestamp> {
        let progress = |import: &ImportId| imports.get(import).and_then(Option::as_ref);
        let is_open = |import: &ImportId| progress(import).is_none_or(|found| !found.finished);
        let waits = |object: &&Listed| {
            let Some(claim) = claims.objects.get(&object.key) else { return true };
            let Some(found) = progress(&claim.import) else { return true };
            let stopped = found.stopped.as_ref();
            let goes_on = stopped.is_some_and(|stop| stop.code.goes_on_by_schedule());
            // The same bytes again have a stopped import begin anew.
            let again = stopped.is_some() && object.written.is_some_and(|at| at > found.started_at);
            claim.etag != object.etag || !found.finished || goes_on || again
        };
        let written = |object: &Listed| object.written.unwrap_or(Timestamp::MIN);
        let objects = self.objects.iter().filter(waits).map(written);
        let keys: BTreeSet<&str> = self.objects.iter().map(|object| object.key.as_str()).collect();
        let gone = claims.objects.iter().filter(|(key, _)| !keys.contains(key.as_str()));
        let gone = gone.filter(|(_, claim)| is_open(&claim.import)).map(|_| Timestamp::MIN);
        objects.chain(gone).min()
    }
}

#[cfg(test)]
mod tests;
