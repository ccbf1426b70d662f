//! Splitting a stage: every record of its exports is mapped, rejected or skipped; the mapped ones
//! become segments and batches.

use std::collections::BTreeSet;

use csm_import::code::Code;
use csm_import::delivery::ConsumeError;
use csm_import::import::batch::Edition;
use csm_import::import::document::{Export, ImportDocument, Mode};
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::manifest::Manifest;
use csm_import::import::outcome::Outcome;
use csm_import::import::progress::{Stop, StopCode};
use csm_import::mapping::mapper::{Links, Mapper, PersonAccounts};
use csm_import::mapping::relation::{Left, RelationReader, Relations};
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::port::{Condition, ExportError, Ports, Store, Written};
use csm_import::salesforce::header::Header;
use csm_import::salesforce::record::Record;
use csm_import::salesforce::stream::Records;

use crate::gathered::{Full, Gathered};
use crate::organizations::Organizations;
use crate::splitter::Splitter;

impl<P: Ports> Splitter<P> {
    /// Splits a stage, unless that has been done.
    pub(crate) async fn split(
        &self,
        import: ImportId,
        stage: Stage,
    ) -> Result<Manifest, ConsumeError> {
        let key = keys::manifest(import, stage);
        if let Some(manifest) = self.archive.find(&key).await? {
            return Ok(manifest);
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
        let begin = |edition| {
            let mut gathered = Gathered::new(import, stage, edition);
            if stage == Stage::Organizations {
                gathered.seen = names.clone();
            }
            gathered
        };
        let mut manifest = match self.gather_latest(&document, &organizations, begin, edition).await
        {
            Ok(manifest) => manifest,
            Err(ConsumeError::Export(ExportError::Gone)) => {
                self.stop_gone(import).await?;
                // Nothing of the stage is sent, and nothing of it can be counted any more.
                Gathered::new(import, stage, edition).manifest
            }
            Err(error) => return Err(error),
        };
        if document.mode == Mode::Plan && stage == Stage::Organizations && document.stop.is_none() {
            manifest.known = self.known_on_site(&manifest, &organizations).await?;
        }
        tracing::info!(%import, %stage, mapped = manifest.mapped, batches = manifest.batches.len(), "split");
        match self.archive.put(&key, &manifest, Condition::Absent).await? {
            Written::Yes => Ok(manifest),
            // Somebody else has split the stage meanwhile; theirs is the one that counts.
            Written::Lost => Ok(self.archive.get(&key).await?),
        }
    }

    /// Gathers a stage. Where records share an id, the export is read once more to find the latest
    /// version of each, and then gathered anew.
    async fn gather_latest(
        &self,
        document: &ImportDocument,
        organizations: &Organizations,
        begin: impl Fn(Edition) -> Gathered,
        edition: Edition,
    ) -> Result<Manifest, ConsumeError> {
        let gathered = self.gather(document, organizations, begin(edition)).await?;
        let Gathered { manifest, mut seen, .. } = gathered;
        let mut versions = seen.take_versions();
        if !versions.are_contested() {
            return Ok(manifest);
        }
        let stage = manifest.stage;
        // What is known so far takes memory that the next pass needs.
        drop(seen);
        for export in document.exports_of(stage) {
            let Some(mapper) = mapper(document, stage, export) else { continue };
            self.each(document, export, |record| {
                if let Some((id, modified)) = mapper.version(record) {
                    versions.weigh(id, modified);
                }
                Ok(None)
            })
            .await?;
        }
        // Parts of its own: somebody else may be at the first pass still.
        let mut gathered = begin(edition.weighed());
        gathered.seen = gathered.seen.with_versions(versions.settle());
        Ok(self.gather(document, organizations, gathered).await?.manifest)
    }

    async fn gather(
        &self,
        document: &ImportDocument,
        organizations: &Organizations,
        mut gathered: Gathered,
    ) -> Result<Gathered, ConsumeError> {
        let stage = gathered.manifest.stage;
        let mut relations = Relations::default();
        if stage == Stage::Customers {
            for export in document.relations() {
                self.relate(document, export, &mut relations, &mut gathered).await?;
            }
            self.note_people(document, &mut gathered.seen).await?;
        }
        relations.complete();
        let find = |account| organizations.get(account);
        let mut links = Links { organizations: &find, relations: &mut relations };
        for export in document.exports_of(stage) {
            self.remember(export.attempt_of, stage, &mut gathered.seen).await?;
            let Some(mapper) = mapper(document, stage, export) else {
                continue;
            };
            self.each(document, export, |record| {
                let verdict = mapper.map(record, &mut gathered.seen, &mut links);
                gathered.add(export.source, record, verdict)
            })
            .await?;
        }
        gathered.manifest.relations = relations.counts();
        for full in gathered.finish() {
            self.write(full).await?;
        }
        Ok(gathered)
    }

    /// Hands every record of an export to `take`, and writes the parts that become full by it.
    pub(crate) async fn each(
        &self,
        document: &ImportDocument,
        export: &Export,
        mut take: impl FnMut(&Record<'_>) -> Result<Option<Full>, ConsumeError> + Send,
    ) -> Result<(), ConsumeError> {
        let Some(place) = document.place(export) else {
            return Ok(());
        };
        let mut records = Records::open(&self.exports, place, &document.archives).await?;
        while records.fill().await? {
            while let Some(record) = records.next_record() {
                if let Some(full) = take(&record)? {
                    self.write(full).await?;
                }
            }
        }
        Ok(())
    }

    /// Reads the relations between contacts and accounts.
    async fn relate(
        &self,
        document: &ImportDocument,
        export: &Export,
        relations: &mut Relations,
        gathered: &mut Gathered,
    ) -> Result<(), ConsumeError> {
        let reader = RelationReader::new(&header(export), export.survey.null_word);
        self.each(document, export, |record| {
            let relation = reader.read(record);
            relations.add(relation.as_ref().copied());
            match relation {
                Ok(_) => Ok(None),
                // Every contact with an account has one.
                Err(Left::Skipped(issue)) if issue.code == Code::RelationDirect => Ok(None),
                Err(Left::Skipped(issue)) => {
                    gathered.add_left_out(export.source, record, Outcome::Skipped, issue)
                }
                Err(Left::Rejected(issue)) => {
                    gathered.add_left_out(export.source, record, Outcome::Rejected, issue)
                }
            }
        })
        .await
    }

    /// Notes the contacts of people who are not imported as customers, so that these contacts are
    /// not either. Contacts that say themselves that they are such need no note.
    async fn note_people(
        &self,
        document: &ImportDocument,
        seen: &mut Seen,
    ) -> Result<(), ConsumeError> {
        if document.configuration.policies.person_accounts == PersonAccounts::Customers {
            return Ok(());
        }
        for export in document.exports_of(Stage::Organizations) {
            let Some(mapper) = mapper(document, Stage::Organizations, export) else { continue };
            if !header(export).has("PersonContactId") {
                continue;
            }
            self.each(document, export, |record| {
                if let Some(contact) = mapper.contact_of_person(record) {
                    seen.mapped_as_twin(contact);
                }
                Ok(None)
            })
            .await?;
        }
        Ok(())
    }

    /// Remembers what earlier attempts at the same records sent: a contact that was rejected because
    /// another one has its email must not take that email over when it is dropped again alone.
    async fn remember(
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

    async fn write(&self, full: Full) -> Result<(), ConsumeError> {
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
fn mapper(document: &ImportDocument, stage: Stage, export: &Export) -> Option<Mapper> {
    let fields = document.fields(stage);
    let (header, configuration) = (header(export), &document.configuration);
    let mapper = Mapper::new(stage, &header, &export.recognised, fields, configuration).ok()?;
    Some(mapper.with_source(export.source).with_findings(&export.survey))
}

pub(crate) fn header(export: &Export) -> Header {
    Header::new(export.header.iter().map(String::as_str))
}
