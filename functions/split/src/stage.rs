//! Splitting a stage: every record of its exports is mapped, rejected or skipped; the mapped ones
//! become segments and batches.

use csm_import::csm::port::Site;
use std::collections::BTreeSet;

use csm_import::delivery::ConsumeError;
use csm_import::import::batch::Edition;
use csm_import::import::counts;
use csm_import::import::document::{Export, ImportDocument};
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::manifest::{LeftOut, Manifest};
use csm_import::import::outcome::Outcome;
use csm_import::import::progress::{Stop, StopCode};
use csm_import::import::segment::{Part, PartWriter, SegmentWriter};
use csm_import::mapping::mapper::{Issue, MappedRecord, Mapper, Verdict};
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::port::{Clock, Condition, ExportError, Exports, Queue, Store, Written};
use csm_import::salesforce::header::Header;
use csm_import::salesforce::reader::Record;
use csm_import::salesforce::stream::Records;

use crate::organizations::Organizations;
use crate::splitter::Splitter;

/// Segments and parts are closed at this size.
const PART: usize = 8 << 20;

/// What has been gathered of a stage so far.
struct Gathered {
    manifest: Manifest,
    seen: Seen,
    segments: SegmentWriter,
    left_out: PartWriter,
}

/// A part that is full and has to be written before going on.
enum Full {
    Segment(Part),
    LeftOut(Part),
}

impl<S, E, C, Q, T> Splitter<S, E, C, Q, T>
where
    S: Store,
    E: Exports,
    C: Site,
    Q: Queue,
    T: Clock,
{
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
        let mut organizations =
            Organizations::load(&self.archive, &self.settings.site(), settled.as_ref()).await?;
        let edition = organizations.edition();
        let mut gathered = Gathered::new(import, stage, edition);
        if stage == Stage::Organizations {
            gathered.seen = organizations.take_names();
        }
        let manifest = match self.gather(&document, stage, &organizations, gathered).await {
            Ok(manifest) => manifest,
            Err(ConsumeError::Export(ExportError::Gone)) => {
                self.stop_gone(import).await?;
                // Nothing of the stage is sent, and nothing of it can be counted any more.
                Gathered::new(import, stage, edition).manifest
            }
            Err(error) => return Err(error),
        };
        tracing::info!(%import, %stage, mapped = manifest.mapped, batches = manifest.batches.len(), "split");
        match self.archive.put(&key, &manifest, Condition::Absent).await? {
            Written::Yes => Ok(manifest),
            // Somebody else has split the stage meanwhile; theirs is the one that counts.
            Written::Lost => Ok(self.archive.get(&key).await?),
        }
    }

    async fn gather(
        &self,
        document: &ImportDocument,
        stage: Stage,
        organizations: &Organizations,
        mut gathered: Gathered,
    ) -> Result<Manifest, ConsumeError> {
        for export in document.exports_of(stage) {
            self.remember(export.attempt_of, stage, &mut gathered.seen).await?;
            let Some(object) = document.object(export) else {
                continue;
            };
            let Some(mapper) = mapper(document, stage, export) else {
                continue;
            };
            let mut records = Records::open(&self.exports, object).await?;
            while records.fill().await? {
                while let Some(record) = records.next_record() {
                    if record.number == 0 {
                        continue;
                    }
                    let verdict = {
                        let find = |account| organizations.get(account);
                        mapper.map(&record, &mut gathered.seen, &find)
                    };
                    if let Some(full) = gathered.add(export.source, &record, verdict)? {
                        self.write(&gathered.manifest, full).await?;
                    }
                }
            }
        }
        let Gathered { mut manifest, segments, left_out, .. } = gathered;
        let (segment, batches) = segments.finish();
        let (part, parts) = left_out.finish();
        manifest.batches = batches;
        manifest.left_out_parts = parts;
        for full in segment.map(Full::Segment).into_iter().chain(part.map(Full::LeftOut)) {
            self.write(&manifest, full).await?;
        }
        Ok(manifest)
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

    async fn write(&self, manifest: &Manifest, full: Full) -> Result<(), ConsumeError> {
        let Manifest { import, stage, edition, .. } = manifest;
        let (key, part) = match full {
            Full::Segment(part) => (keys::segment(*import, *stage, *edition, part.number), part),
            Full::LeftOut(part) => (keys::left_out(*import, *stage, *edition, part.number), part),
        };
        self.archive.store.write(&key, part.lines.into(), Condition::Always).await?;
        Ok(())
    }

    async fn stop_gone(&self, import: ImportId) -> Result<(), ConsumeError> {
        tracing::warn!(%import, "stopped: an export is gone");
        let stop = Stop {
            code: StopCode::ExportGone,
            message: "An export of this import was deleted while it was being imported. What had \
                      been sent by then is in the ledger; drop the export again for the rest."
                .to_owned(),
        };
        self.archive.advance(import, |progress| progress.stop(stop.clone())).await?;
        Ok(())
    }
}

/// The mapper of an export. The import began only because there was one, so it is there again.
fn mapper(document: &ImportDocument, stage: Stage, export: &Export) -> Option<Mapper> {
    let header = Header::new(export.header.iter().map(String::as_str));
    let fields = document.fields(stage);
    let mapper =
        Mapper::new(stage, &header, &export.recognised, fields, &document.policies).ok()?;
    Some(mapper.with_source(export.source))
}

impl Gathered {
    fn new(import: ImportId, stage: Stage, edition: Edition) -> Self {
        Self {
            manifest: Manifest {
                import,
                stage,
                edition,
                mapped: 0,
                rejected: counts::ByCode::new(),
                skipped: counts::ByCode::new(),
                warnings: counts::ByCode::new(),
                left_out_parts: 0,
                batches: Vec::new(),
            },
            seen: Seen::default(),
            segments: SegmentWriter::new(PART),
            left_out: PartWriter::new(PART),
        }
    }

    /// Adds a record to where its verdict says that it belongs.
    fn add(
        &mut self,
        source: u32,
        record: &Record<'_>,
        verdict: Verdict,
    ) -> Result<Option<Full>, ConsumeError> {
        match verdict {
            Verdict::NotOfThisStage => Ok(None),
            Verdict::Mapped(mapped) => self.add_mapped(&mapped),
            Verdict::Rejected(issue) => {
                counts::count(&mut self.manifest.rejected, issue.code);
                self.add_left_out(source, record, Outcome::Rejected, issue)
            }
            Verdict::Skipped(issue) => {
                counts::count(&mut self.manifest.skipped, issue.code);
                self.add_left_out(source, record, Outcome::Skipped, issue)
            }
        }
    }

    fn add_mapped(&mut self, mapped: &MappedRecord) -> Result<Option<Full>, ConsumeError> {
        self.manifest.mapped += 1;
        for warning in &mapped.warnings {
            counts::count(&mut self.manifest.warnings, warning.code);
        }
        let part = self.segments.push(|out| serde_json::to_writer(out, mapped));
        Ok(part.map_err(ConsumeError::unwritable)?.map(Full::Segment))
    }

    fn add_left_out(
        &mut self,
        source: u32,
        record: &Record<'_>,
        outcome: Outcome,
        issue: Issue,
    ) -> Result<Option<Full>, ConsumeError> {
        let hint = issue.code.hint().to_owned();
        let (record, line) = (record.number, record.line);
        let line = LeftOut { source, record, line, outcome, issue, hint };
        let part = self.left_out.push(|out| serde_json::to_writer(out, &line));
        Ok(part.map_err(ConsumeError::unwritable)?.map(Full::LeftOut))
    }
}
