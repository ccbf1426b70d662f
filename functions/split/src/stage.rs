//! Splitting a stage: every record of its exports is mapped, rejected or skipped; the mapped ones
//! become segments and batches.

use std::collections::BTreeSet;

use csm_import::deadline::{Deadline, Timely};
use csm_import::delivery::ConsumeError;
use csm_import::import::batch::Edition;
use csm_import::import::document::{Export, ImportDocument, Mode};
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::manifest::Manifest;
use csm_import::import::progress::{Next, Stop, StopCode};
use csm_import::mapping::mapper::Mapper;
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::port::{Condition, ExportError, Exports, Ports, Store, Written};
use csm_import::salesforce::header::Header;
use csm_import::salesforce::record::Record;
use csm_import::salesforce::stream::{Mark, Records};

use crate::checkpoint;
use crate::gathered::{Full, Gathered};
use crate::gathering::Basis;
use crate::organizations::Organizations;
use crate::splitter::Splitter;

impl<P: Ports> Splitter<P> {
    /// Splits a stage, unless that has been done; `None`: there was no time to do all of it, and what
    /// was done is laid down.
    pub(crate) async fn split(
        &self,
        import: ImportId,
        stage: Stage,
        deadline: Deadline,
    ) -> Result<Option<Manifest>, ConsumeError> {
        let key = keys::manifest(import, stage);
        let progress = self.archive.progress(import).await?;
        let (before, etag): (Option<Manifest>, _) = self.archive.find_with_etag(&key).await?;
        if let Some(manifest) = before.filter(|manifest| progress.takes(manifest)) {
            return Ok(Some(manifest));
        }
        if progress.next() != Next::Begin(stage.into()) {
            // It was told to go on meanwhile, and something else comes first.
            return Ok(None);
        }
        let document = self.archive.document(import).await?;
        let settled: Option<Manifest> = match stage {
            Stage::Organizations => None,
            Stage::Customers => {
                Some(self.archive.get(&keys::manifest(import, Stage::Organizations)).await?)
            }
        };
        let mut organizations = Organizations::load(
            &self.archive,
            &self.settings.site(),
            settled.as_ref(),
            document.mode,
        )
        .await?;
        let edition = organizations.edition();
        let names = organizations.take_names();
        let basis =
            Basis { document: &document, stage, organizations: &organizations, names: &names };
        let Some(mut manifest) = self.gather_in_time(&basis, edition, deadline).await? else {
            return Ok(None);
        };
        if document.mode == Mode::Plan && stage == Stage::Organizations && document.stop.is_none() {
            manifest.known = self.known_on_site(&manifest, &organizations).await?;
        }
        manifest.resumed = progress.resumed;
        tracing::info!(%import, %stage, mapped = manifest.mapped, batches = manifest.batches.len(), "split");
        let condition = etag.as_deref().map_or(Condition::Absent, Condition::Unchanged);
        match self.archive.put(&key, &manifest, condition).await? {
            Written::Yes => Ok(Some(manifest)),
            // Somebody else has split the stage meanwhile; theirs is the one that counts.
            Written::Lost => Ok(Some(self.archive.get(&key).await?)),
        }
    }

    /// Gathers a stage from its beginning, or from where an earlier invocation has laid it down.
    async fn gather_in_time(
        &self,
        basis: &Basis<'_>,
        edition: Edition,
        deadline: Deadline,
    ) -> Result<Option<Manifest>, ConsumeError> {
        let (import, stage) = (basis.document.id, basis.stage);
        let records = basis.document.exports.iter().map(|export| export.survey.records).sum();
        let deadline = deadline.before(checkpoint::needs(records));
        let exports = Timely::new(&self.exports, &self.clock, deadline);
        let (store, key) = (&self.archive.store, keys::checkpoint(import, stage, edition));
        let kept = checkpoint::read(store, &key).await?;
        let goes_on = kept.is_some();
        let mut gathering = kept.unwrap_or_else(|| basis.begin(edition));
        let before = gathering.position;
        match self.gather(&exports, basis, &mut gathering).await {
            Ok(true) => Ok(Some(gathering.gathered.manifest)),
            // Laid down again, it would come no further the next time either.
            Ok(false) if gathering.position == before && goes_on => {
                Err(ConsumeError::TooLong("coming to where an export is to be read on"))
            }
            // It was begun too late to read anything.
            Ok(false) if gathering.position == before => Ok(None),
            Ok(false) => {
                checkpoint::write(store, &key, &gathering).await?;
                tracing::info!(%import, %stage, position = ?gathering.position, "laid down");
                Ok(None)
            }
            Err(ConsumeError::Export(ExportError::Gone)) => {
                self.stop_gone(import).await?;
                // Nothing of the stage is sent, and nothing of it can be counted any more.
                Ok(Some(Gathered::new(import, stage, edition).manifest))
            }
            Err(error) => Err(error),
        }
    }

    /// Hands every record of an export behind `from` to `take`, and writes the parts that become full
    /// by it; how far, if the time was up before the end.
    pub(crate) async fn each<E: Exports>(
        &self,
        exports: &E,
        document: &ImportDocument,
        export: &Export,
        from: Mark,
        mut take: impl FnMut(&Record<'_>) -> Result<Option<Full>, ConsumeError> + Send,
    ) -> Result<Option<Mark>, ConsumeError> {
        let Some(place) = document.place(export) else {
            return Ok(None);
        };
        let mut records = Records::open_at(exports, place, &document.archives, from).await?;
        loop {
            match records.fill().await {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(ExportError::TimeIsUp) => return Ok(Some(records.mark())),
                Err(error) => return Err(error.into()),
            }
            while let Some(record) = records.next_record() {
                if let Some(full) = take(&record)? {
                    self.write(full).await?;
                }
            }
        }
    }

    /// Remembers what earlier attempts at the same records sent: a contact that was rejected because
    /// another one has its email must not take that email over when it is dropped again alone.
    pub(crate) async fn remember(
        &self,
        attempt_of: Option<ImportId>,
        stage: Stage,
        seen: &mut Seen,
    ) -> Result<(), ConsumeError> {
        let mut earlier: Vec<ImportId> = attempt_of.into_iter().collect();
        let mut remembered = BTreeSet::new();
        while let Some(import) = earlier.pop() {
            // An attempt whose import was removed from the bucket is an ordinary drop.
            let key = keys::manifest(import, stage);
            let Some(manifest) = self.archive.find::<Manifest>(&key).await? else { continue };
            if !remembered.insert(import) {
                continue;
            }
            for batch in manifest.batches() {
                for record in self.archive.records(&batch).await? {
                    if let Some(id) = record.id {
                        seen.remember(&record.profile, id);
                    }
                }
            }
            let document = self.archive.document(import).await?;
            earlier.extend(document.exports.iter().filter_map(|export| export.attempt_of));
        }
        Ok(())
    }

    pub(crate) async fn write(&self, full: Full) -> Result<(), ConsumeError> {
        let lines = full.part.lines.into();
        self.archive.store.write(&full.key, lines, Condition::Always).await?;
        Ok(())
    }

    async fn stop_gone(&self, import: ImportId) -> Result<(), ConsumeError> {
        tracing::warn!(%import, "stopped: an export is gone");
        let message = "An export of this import was deleted while it was being imported.";
        let stop = Stop::new(StopCode::ExportGone, message);
        self.archive.advance(import, |progress| progress.stop(stop.clone())).await?;
        Ok(())
    }
}

/// The mapper of an export. The import began only because there was one, so it is there again.
pub(crate) fn mapper(document: &ImportDocument, stage: Stage, export: &Export) -> Option<Mapper> {
    let fields = document.fields(stage);
    let (header, configuration) = (header(export), &document.configuration);
    let mapper = Mapper::new(stage, &header, &export.recognised, fields, configuration).ok()?;
    Some(mapper.with_source(export.source).with_findings(&export.survey))
}

pub(crate) fn header(export: &Export) -> Header {
    Header::new(export.header.iter().map(String::as_str))
}
