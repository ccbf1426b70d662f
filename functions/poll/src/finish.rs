//! Writing the results of an import or its plan: one pass over the ends of its records, and over its
//! exports where records are to be given back as they were.

use std::time::Duration;

use csm_import::archive::Archive;
use csm_import::delivery::ConsumeError;
use csm_import::import::document::{Export, ImportDocument, Mode};
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::manifest::Manifest;
use csm_import::import::plan::PlanBuilder;
use csm_import::import::progress::Progress;
use csm_import::import::summary::{Summary, Tally};
use csm_import::mapping::mapper::Profile;
use csm_import::mapping::stage::Stage;
use csm_import::port::{Condition, ExportError, Exports, PortError, Store};
use csm_import::salesforce::export::{Object, Recognised};
use csm_import::salesforce::header::Header;
use csm_import::salesforce::record::Record;
use csm_import::salesforce::stream::Records;
use tokio::sync::mpsc;

use crate::ends::{End, Ends};
use crate::issues;
use crate::outputs::{self, CsvUpload, ErrorColumns, Layout, SUCCEEDED};
use crate::page;

/// Writes `succeeded.csv`, `errors.csv`, `issues.csv` and at last `summary.json`; of a plan, `plan.json`
/// and `plan.html` instead of the first. Writing them again gives the same. The ledger is the answer.
///
/// `pace` is how many seconds pass on this site from the end of one task to the end of the next, where
/// that is known. What is not written within `left` is given up, and its uploads are abandoned: a file
/// is there as a whole, or as it was before.
///
/// # Errors
/// A fault of the bucket, a ledger that does not add up, or too little time.
pub async fn write<S: Store, E: Exports>(
    archive: &Archive<S>,
    exports: &E,
    document: &ImportDocument,
    progress: &Progress,
    pace: Option<f64>,
    left: Duration,
) -> Result<Summary, ConsumeError> {
    let (import, mode) = (document.id, document.mode);
    let mut manifests = Vec::new();
    for stage in Stage::ALL {
        manifests.push(archive.get::<Manifest>(&keys::manifest(import, stage)).await?);
    }
    // Two parts ahead keep the upload busy without gathering the file in memory.
    let (succeeded, succeeded_parts) = mpsc::channel(2);
    let (errors, error_parts) = mpsc::channel(2);
    let (issues, issue_parts) = mpsc::channel(2);
    let (succeeded_key, errors_key) = (keys::succeeded(import), keys::errors(import));
    let issues_key = keys::issues(import);
    let uploads = async {
        tokio::try_join!(
            async {
                match mode {
                    Mode::Import => archive.store.upload(&succeeded_key, succeeded_parts).await,
                    Mode::Plan => Ok(()),
                }
            },
            archive.store.upload(&errors_key, error_parts),
            archive.store.upload(&issues_key, issue_parts),
        )
    };
    let results = Results {
        document,
        others: match mode {
            Mode::Import => Others::Succeeded(Box::new(CsvUpload::new(succeeded))),
            Mode::Plan => Others::Plan(Box::default()),
        },
        errors: CsvUpload::new(errors),
        issues: CsvUpload::new(issues),
        columns: columns(document, &manifests, progress),
        tally: Tally::default(),
    };
    let written = results.write(archive, exports, &manifests, progress);
    // Dropped, it leaves the uploads without their ends.
    let (uploaded, written) = tokio::join!(uploads, tokio::time::timeout(left, written));
    let written = written.map_err(|_| ConsumeError::TooLong("writing the results"))?;
    // A failed upload ends the writing as well; its own error says more.
    let ((), (), ()) = uploaded?;
    let (tally, plan) = written?;
    if let Some(plan) = plan {
        let plan = plan.finish(document, progress, &manifests, pace)?;
        archive.put(&keys::plan(import), &plan, Condition::Always).await?;
        let html = page::render(&plan)?.into();
        archive.store.write(&keys::plan_page(import), html, Condition::Always).await?;
    }
    let summary = Summary::draw_up(document, progress, &manifests, tally)?;
    archive.put(&keys::summary(import), &summary, Condition::Always).await?;
    Ok(summary)
}

/// The columns of the exports that have records to be given back; of all, if there are none.
fn columns(document: &ImportDocument, manifests: &[Manifest], progress: &Progress) -> ErrorColumns {
    let with_errors = |manifest: &&Manifest| {
        let settled = progress.stage(manifest.stage);
        let open = settled.is_some_and(|stage| {
            let outcomes = &stage.outcomes;
            // A plan sends nothing, so that nothing it sent can be an error.
            let open = document.mode == Mode::Import && !stage.is_settled();
            open || outcomes.rejected + outcomes.failed + outcomes.unknown > 0
        });
        open || !manifest.rejected.is_empty()
    };
    let mut stages: Vec<Stage> = manifests.iter().filter(with_errors).map(|m| m.stage).collect();
    if stages.is_empty() {
        stages.extend(Stage::ALL);
    }
    ErrorColumns::of(stages.into_iter().flat_map(|stage| document.exports_of(stage)))
}

/// What is told about the records that are no errors.
enum Others {
    /// A line each.
    Succeeded(Box<CsvUpload>),
    /// What would become of them.
    Plan(Box<PlanBuilder>),
}

struct Results<'a> {
    document: &'a ImportDocument,
    others: Others,
    errors: CsvUpload,
    issues: CsvUpload,
    columns: ErrorColumns,
    tally: Tally,
}

impl Results<'_> {
    async fn write<S: Store, E: Exports>(
        mut self,
        archive: &Archive<S>,
        exports: &E,
        manifests: &[Manifest],
        progress: &Progress,
    ) -> Result<(Tally, Option<Box<PlanBuilder>>), ConsumeError> {
        if let Others::Succeeded(succeeded) = &mut self.others {
            succeeded.line(SUCCEEDED).await?;
        }
        self.errors.line(self.columns.header()).await?;
        self.issues.line(issues::COLUMNS).await?;
        for line in issues::of_files(self.document) {
            self.issues.line(line).await?;
        }
        for manifest in manifests {
            let mut ends = Ends::of(archive, manifest, progress, self.document.mode);
            // Relations were read before the records of the stage, and are none themselves.
            for relations in self.document.relations() {
                while let Some(end) = ends.next_of(relations.source).await? {
                    self.note(relations, &end).await?;
                }
            }
            for export in self.document.exports_of(manifest.stage) {
                self.export(exports, manifest.stage, export, &mut ends).await?;
            }
        }
        self.errors.end().await?;
        self.issues.end().await?;
        match self.others {
            Others::Succeeded(succeeded) => {
                succeeded.end().await?;
                Ok((self.tally, None))
            }
            Others::Plan(plan) => Ok((self.tally, Some(plan))),
        }
    }

    async fn note(&mut self, export: &Export, end: &End) -> Result<(), ConsumeError> {
        for line in issues::of_record(export, end) {
            self.issues.line(line).await?;
        }
        Ok(())
    }

    async fn export<E: Exports>(
        &mut self,
        exports: &E,
        stage: Stage,
        export: &Export,
        ends: &mut Ends<'_>,
    ) -> Result<(), ConsumeError> {
        let header = Header::new(export.header.iter().map(String::as_str));
        let layout = self.columns.layout(&header);
        let mut originals = Originals::NotOpened;
        while let Some(end) = ends.next_of(export.source).await? {
            self.count(stage, &end);
            self.note(export, &end).await?;
            self.tell(stage, export, &end).await?;
            if !end.outcome().needs_attention() {
                continue;
            }
            if matches!(originals, Originals::NotOpened) {
                originals = self.open(exports, export).await?;
            }
            let line = originals.line(self.document.id, export, &end, &layout).await?;
            self.errors.line(line).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, stage: Stage, export: &Export, end: &End) -> Result<(), ConsumeError> {
        match (&mut self.others, end) {
            (Others::Succeeded(succeeded), _) => {
                if let Some(line) = outputs::succeeded(end, object_sent(export, end)) {
                    succeeded.line(line).await?;
                }
            }
            (Others::Plan(plan), End::LeftOut(left_out)) => {
                plan.left_out(stage, &export.file, left_out);
            }
            (Others::Plan(plan), End::Planned(record) | End::Sent(record, _)) => {
                plan.to_send(stage, &export.file, record);
            }
        }
        Ok(())
    }

    fn count(&mut self, stage: Stage, end: &End) {
        self.tally.add(stage, end.outcome(), end.code());
        let (mapped, later) = match end {
            End::LeftOut(_) => return,
            End::Sent(record, result) => (record, result.warnings.as_slice()),
            End::Planned(record) => (record, [].as_slice()),
        };
        let noticed = mapped.warnings.iter().map(|warning| warning.code);
        for code in noticed.chain(later.iter().copied()) {
            self.tally.warn(code);
        }
    }

    async fn open<E: Exports>(
        &self,
        exports: &E,
        export: &Export,
    ) -> Result<Originals<E::Chunks>, ConsumeError> {
        let Some(place) = self.document.place(export) else {
            return Ok(Originals::Gone);
        };
        match Records::open(exports, place, &self.document.archives).await {
            Ok(records) => Ok(Originals::Open(Box::new(records))),
            Err(ExportError::Gone) => Ok(Originals::Gone),
            Err(error) => Err(error.into()),
        }
    }
}

/// The object of a record that was sent; its profile tells more than a mixed export does.
fn object_sent(export: &Export, end: &End) -> Object {
    match (export.recognised, end) {
        (Recognised::One(object), _) => object,
        (_, End::Sent(record, _)) if matches!(record.profile, Profile::Organization { .. }) => {
            Object::Account
        }
        _ => Object::Contact,
    }
}

/// An export that is read again for the records that are given back.
enum Originals<C> {
    NotOpened,
    Open(Box<Records<C>>),
    /// It was deleted; the ledger still says what became of its records.
    Gone,
}

impl<C: csm_import::port::Chunks> Originals<C> {
    /// The line of `errors.csv` for a record; ends come in the order of the export.
    async fn line(
        &mut self,
        import: ImportId,
        export: &Export,
        end: &End,
        layout: &Layout,
    ) -> Result<Vec<String>, ConsumeError> {
        let line = |raw: Option<&Record<'_>>| {
            let object = outputs::object_of(export.recognised, raw);
            outputs::error(import, end, &export.file, object, raw, layout)
        };
        let Self::Open(records) = self else {
            return Ok(line(None));
        };
        let (_, wanted) = end.position();
        loop {
            while let Some(record) = records.next_record() {
                if record.number == wanted {
                    return Ok(line(Some(&record)));
                }
            }
            if !records.fill().await? {
                let missing = format!("record {wanted} is not in the export");
                return Err(PortError::new("reading an export again", missing).into());
            }
        }
    }
}
