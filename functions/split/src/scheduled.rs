//! Scheduled runs: everything that waits under `scheduled/`, folder by folder.
//!
//! Whichever message asks for a run also brings forward the one that is under way. So it does no harm
//! when messages are lost, doubled or late, and a run never hangs on one of them.

use std::collections::BTreeMap;
use std::time::Duration;

use csm_import::csm::error::{Class, SiteError};
use csm_import::csm::port::Fields;
use csm_import::delivery::{AT_ONCE, Causes, ConsumeError, Consumer, Delivery, Disposition};
use csm_import::import::claims::Claims;
use csm_import::import::id::ImportId;
use csm_import::import::progress::Progress;
use csm_import::import::scheduled::{self, Run};
use csm_import::import::{keys, pace};
use csm_import::mapping::stage::Stage;
use csm_import::port::{Clock, Condition, Exports, Ports, Written};

use crate::intake::Taking;
use crate::splitter::Splitter;

/// Objects that are listed at most; some 20 MB, and some 120 MB if all names are as long as they can be.
const MOST: usize = 100_000;

impl<P: Ports> Splitter<P> {
    /// Brings the run under way as far as it goes, and begins one of its own once that is over, unless it
    /// is not needed any more.
    pub(crate) async fn scheduled(&self, delivery: &Delivery) -> Result<Disposition, ConsumeError> {
        loop {
            if delivery.deadline.before(Self::NEEDS).has_come(self.clock.now()) {
                return Ok(Disposition::Later(AT_ONCE));
            }
            let (run, etag): (Run, _) = self.archive.find_with_etag(keys::RUN).await?;
            if let Some(folder) = run.folder() {
                match self.take_by_turn(&run, folder, delivery).await? {
                    Disposition::Done => {}
                    later @ Disposition::Later(_) => return Ok(later),
                }
                let now = self.clock.now();
                self.archive.update(keys::RUN, |held: &mut Run| held.end_folder(&run, now)).await?;
            } else if run.covers(&delivery.id, delivery.sent) {
                return Ok(Disposition::Done);
            } else if let Some(wait) = self.begin_run(etag.as_deref(), delivery).await? {
                return Ok(Disposition::Later(wait));
            }
        }
    }

    /// Begins a run with all folders in which something waits, the oldest first, unless another message was
    /// quicker; or says how long to wait, because something is being uploaded.
    async fn begin_run(
        &self,
        before: Option<&str>,
        delivery: &Delivery,
    ) -> Result<Option<Duration>, ConsumeError> {
        let now = self.clock.now();
        let listed = self.exports.below(keys::SCHEDULED, MOST).await?;
        let found = scheduled::folders(listed, now, self.settings.settle);
        let waited = delivery.sent.map_or(Duration::MAX, |sent| self.time_since(sent));
        if let Some(wait) = scheduled::wait_for(&found, waited, self.settings.settle) {
            return Ok(Some(wait));
        }
        let mut waiting = Vec::new();
        let mut left = 0_usize;
        for folder in found {
            if delivery.deadline.before(Self::NEEDS).has_come(self.clock.now()) {
                return Err(ConsumeError::TooLong("looking through what is scheduled"));
            }
            if !folder.unsettled.is_zero() {
                left += 1;
                continue;
            }
            let (claims, imports) = self.standing(&folder.name).await?;
            if let Some(since) = folder.waits_since(&claims, &imports) {
                waiting.push((since, folder.name));
            }
        }
        waiting.sort_unstable();
        let folders: Vec<String> = waiting.into_iter().map(|(_, folder)| folder).collect();
        let run = Run::new(now, &delivery.id, folders);
        let condition = before.map_or(Condition::Absent, Condition::Unchanged);
        if self.archive.put(keys::RUN, &run, condition).await? == Written::Yes {
            tracing::info!(folders = run.folders.len(), left, "a scheduled run begins");
        }
        Ok(None)
    }

    /// Who took what of a folder, and how far they have come.
    async fn standing(
        &self,
        folder: &str,
    ) -> Result<(Claims, BTreeMap<ImportId, Option<Progress>>), ConsumeError> {
        let (claims, _): (Claims, _) = self.archive.find_with_etag(&keys::claims(folder)).await?;
        let mut imports = BTreeMap::new();
        for import in claims.imports() {
            imports.insert(import, self.archive.find(&keys::progress(import)).await?);
        }
        Ok((claims, imports))
    }

    /// Imports what waits in a folder whose turn it is; done once all imports of the folder have come to
    /// their end, however that may be.
    async fn take_by_turn(
        &self,
        run: &Run,
        folder: &str,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let taking = Taking::By(run);
        let (_, imports) = self.standing(folder).await?;
        let now = self.clock.now();
        let begun = imports.iter().filter_map(|(import, found)| Some((*import, found.as_ref()?)));
        let revived = begun.filter(|(_, progress)| run.revives(progress, now));
        let revived: Vec<ImportId> = revived.map(|(import, _)| import).collect();
        if !revived.is_empty() && self.has_cause_passed().await? {
            for import in revived {
                let resumed = self.resume(import, taking, delivery).await?;
                if resumed != Disposition::Done {
                    return Ok(resumed);
                }
            }
        }
        let taken = self.take(folder, taking, delivery).await?;
        if taken != Disposition::Done {
            return Ok(taken);
        }
        let (_, imports) = self.standing(folder).await?;
        let mut progress = imports.values();
        if progress.all(|found| found.as_ref().is_some_and(|progress| progress.finished)) {
            return Ok(Disposition::Done);
        }
        let age = self.time_since(delivery.sent.unwrap_or(run.began_at));
        Ok(Disposition::Later(pace::next_visit(age)))
    }

    /// Whether the site answers and the configuration can be read. While they do not, an import that
    /// stopped for that would only stop again, and those that had sent nothing yet under a new id each time.
    async fn has_cause_passed(&self) -> Result<bool, ConsumeError> {
        for stage in Stage::ALL {
            let Err(error) = self.site.definitions(stage).await else { continue };
            // A site whose answer cannot be read takes records all the same.
            let refuses =
                matches!(error.class(), Class::Stop(_) | Class::Retry { .. } | Class::Wait);
            if refuses && !matches!(error, SiteError::Unreadable(..)) {
                tracing::warn!(%stage, error = %Causes(&error), "what stopped does not go on by schedule");
                return Ok(false);
            }
        }
        Ok(self.configuration().await?.is_ok())
    }
}
