//! Going on with an import that stopped, or of which messages were lost.

use csm_import::delivery::{ConsumeError, Delivery, Disposition};
use csm_import::import::claims::Claims;
use csm_import::import::document::ImportDocument;
use csm_import::import::id::{ImportId, SourceObject};
use csm_import::import::keys;
use csm_import::import::manifest::Manifest;
use csm_import::import::pace;
use csm_import::import::phase::Phase;
use csm_import::import::progress::{Progress, Resumption};
use csm_import::import::scheduled::Run;
use csm_import::mapping::stage::Stage;
use csm_import::port::Ports;

use crate::intake::Taking;
use crate::splitter::Splitter;

impl<P: Ports> Splitter<P> {
    /// Goes on with an import where it was: everything that is not settled is sent anew. One that
    /// stopped before its exports were read takes them anew. Doing it again does no harm.
    pub(crate) async fn resume(
        &self,
        import: ImportId,
        taking: Taking<'_>,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let document: Option<ImportDocument> = self.archive.find(&keys::document(import)).await?;
        let Some(document) = document else {
            tracing::warn!(%import, "there is no such import to go on with; nothing was done");
            return Ok(Disposition::Done);
        };
        let key = keys::claims(&document.folder);
        let progress: Option<Progress> = self.archive.find(&keys::progress(import)).await?;
        if document.stop.is_some() {
            // What was found out about the site or the configuration was wrong, and nothing was sent.
            if progress.is_some_and(|progress| !progress.finished) {
                // Nobody else comes back to it once it has given up its exports.
                let wait = pace::backoff(delivery.receives, None, delivery.seed());
                return Ok(self.go_on(import, delivery).await?.and(Disposition::Later(wait)));
            }
            self.archive.update(&key, |claims: &mut Claims| claims.free(import)).await?;
            return self.take(&document.folder, taking, delivery).await;
        }
        let (claims, _): (Claims, _) = self.archive.find_with_etag(&key).await?;
        if progress.is_none() {
            if !claims.objects.values().any(|claim| claim.import == import) {
                tracing::info!(%import, "another import took its exports; nothing was done");
                return Ok(Disposition::Done);
            }
            self.begin(import).await?;
        }
        for stage in Stage::ALL {
            let begun = progress.as_ref().is_some_and(|p| p.stage(stage).is_some());
            let manifest = keys::manifest(import, stage);
            if begun && self.archive.find::<Manifest>(&manifest).await?.is_none() {
                tracing::warn!(%import, "its working papers have expired, so that it cannot go on; drop its exports again");
                return Ok(Disposition::Done);
            }
        }
        let is_taken_over = |object: &SourceObject| {
            claims.objects.get(&object.key).is_none_or(|claim| claim.import != import)
        };
        let taken_over = document.objects.iter().any(is_taken_over);
        let name = taking.run().map_or_else(|| delivery.id.clone(), Run::name);
        let resume = |progress: &mut Progress| progress.resume(&name, taken_over);
        let (progress, resumption) = self.archive.advance(import, resume).await?;
        tracing::info!(%import, ?resumption, resumed = progress.resumed, "the import is told to go on");
        match resumption {
            Resumption::Nothing => Ok(Disposition::Done),
            Resumption::Everything => self.go_on(import, delivery).await,
            Resumption::InFlight => {
                for phase in Phase::ALL {
                    if progress.stage(phase).is_some() {
                        self.enqueue(import, phase, delivery.deadline).await?;
                    }
                }
                self.go_on(import, delivery).await
            }
        }
    }
}
