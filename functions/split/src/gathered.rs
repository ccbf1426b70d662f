//! What has been gathered of a stage while its exports are read: segments, what was left out, counts.

use csm_import::delivery::ConsumeError;
use csm_import::frames::{self, Damaged, Frame, Kind};
use csm_import::import::batch::Edition;
use csm_import::import::counts;
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::manifest::{LeftOut, Manifest};
use csm_import::import::outcome::Outcome;
use csm_import::import::segment::{Part, PartWriter, SegmentWriter};
use csm_import::mapping::mapper::{Issue, MappedRecord, Verdict};
use csm_import::mapping::relation::RelationCounts;
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::salesforce::record::Record;
use serde::{Deserialize, Serialize};

/// Segments and parts are closed at this size.
const PART: usize = 8 << 20;

/// What has been gathered of a stage so far.
#[derive(Serialize, Deserialize)]
pub(crate) struct Gathered {
    pub(crate) manifest: Manifest,
    /// In frames where the rest is kept, and so are the lines that have not been written.
    #[serde(skip)]
    pub(crate) seen: Seen,
    segments: SegmentWriter,
    left_out: PartWriter,
}

/// A part that is full and has to be written before going on.
pub(crate) struct Full {
    pub(crate) key: String,
    pub(crate) part: Part,
}

impl Gathered {
    pub(crate) fn new(import: ImportId, stage: Stage, edition: Edition) -> Self {
        Self {
            manifest: Manifest {
                import,
                stage,
                resumed: 0,
                edition,
                mapped: 0,
                known: None,
                rejected: counts::ByCode::new(),
                skipped: counts::ByCode::new(),
                warnings: counts::ByCode::new(),
                relations: RelationCounts::default(),
                left_out_parts: 0,
                batches: Vec::new(),
            },
            seen: Seen::default(),
            segments: SegmentWriter::new(PART),
            left_out: PartWriter::new(PART),
        }
    }

    /// What is too large for a document, in frames.
    pub(crate) fn frames(&self) -> impl Iterator<Item = Frame> {
        frames::runs(Kind::Segment, self.segments.lines())
            .chain(frames::runs(Kind::LeftOut, self.left_out.lines()))
            .chain(self.seen.frames())
    }

    /// Adds what a frame holds; false if it is none of [`Self::frames`].
    ///
    /// # Errors
    /// It does not hold what it should.
    pub(crate) fn add_frame(&mut self, kind: Kind, bytes: &[u8]) -> Result<bool, Damaged> {
        match kind {
            Kind::Segment => self.segments.add_lines(bytes),
            Kind::LeftOut => self.left_out.add_lines(bytes),
            _ => return self.seen.add_frame(kind, bytes),
        }
        Ok(true)
    }

    /// Adds a record to where its verdict says that it belongs.
    pub(crate) fn add(
        &mut self,
        source: u32,
        record: &Record<'_>,
        verdict: Verdict<'_>,
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

    fn add_mapped(&mut self, mapped: &MappedRecord<'_>) -> Result<Option<Full>, ConsumeError> {
        self.manifest.mapped += 1;
        for warning in &mapped.warnings {
            counts::count(&mut self.manifest.warnings, warning.code);
        }
        let part = self.segments.push(|out| serde_json::to_writer(out, mapped));
        Ok(part.map_err(ConsumeError::unwritable)?.map(|part| self.segment(part)))
    }

    pub(crate) fn add_left_out(
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
        Ok(part.map_err(ConsumeError::unwritable)?.map(|part| self.rejected(part)))
    }

    /// Ends the last batch; the parts that are left have to be written.
    pub(crate) fn finish(&mut self) -> Vec<Full> {
        let (segment, batches) =
            std::mem::replace(&mut self.segments, SegmentWriter::new(PART)).finish();
        let (part, parts) = std::mem::replace(&mut self.left_out, PartWriter::new(PART)).finish();
        self.manifest.batches = batches;
        self.manifest.left_out_parts = parts;
        let segment = segment.map(|part| self.segment(part));
        segment.into_iter().chain(part.map(|part| self.rejected(part))).collect()
    }

    fn segment(&self, part: Part) -> Full {
        let Manifest { import, stage, edition, .. } = self.manifest;
        Full { key: keys::segment(import, stage, edition, part.number), part }
    }

    fn rejected(&self, part: Part) -> Full {
        let Manifest { import, stage, edition, .. } = self.manifest;
        Full { key: keys::left_out(import, stage, edition, part.number), part }
    }
}
