//! Going on with an import that stopped, or of which messages were lost.

use csm_import::delivery::{ConsumeError, Delivery, Disposition};
use csm_import::import::claims::Claims;
use csm_import::import::document::ImportDocument;
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::progress::Progress;
use csm_import::port::Ports;

use crate::splitter::Splitter;

impl<P: Ports> Splitter<P> {
    /// Goes on with an import where it was: everything that is not settled is sent anew. One that
    /// stopped before its exports were read takes them anew. Doing it again does no harm.
    pub(crate) async fn resume(
        &self,
        import: ImportId,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let document: Option<ImportDocument> = self.archive.find(&keys::document(import)).await?;
        let Some(document) = document else {
            tracing::warn!(%import, "there is no such import to go on with; nothing was done");
            return Ok(Disposition::Done);
        };
        let key = keys::claims(&document.folder);
        if document.stop.is_some() {
            // What was found out about the site or the configuration was wrong, and nothing was sent.
            self.archive.update(&key, |claims: &mut Claims| claims.free(import)).await?;
            return self.take(&document.folder, None, delivery).await;
        }
        let progress: Option<Progress> = self.archive.find(&keys::progress(import)).await?;
        if progress.is_none() {
            let (claims, _): (Claims, _) = self.archive.find_with_etag(&key).await?;
            if !claims.objects.values().any(|claim| claim.import == import) {
                tracing::info!(%import, "another import took its exports; nothing was done");
                return Ok(Disposition::Done);
            }
            self.begin(import).await?;
        }
        let (progress, resumed) = self.archive.advance(import, Progress::resume).await?;
        if resumed {
            tracing::info!(%import, resumed = progress.resumed, "the import goes on");
            return self.go_on(import, delivery).await;
        }
        tracing::info!(%import, "there is nothing to go on with");
        Ok(Disposition::Done)
    }
}
