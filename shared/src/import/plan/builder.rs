//! Draws up a plan in one pass over the ends of an import's records.

use super::file::PlannedFile;
use super::group::{Groups, Spot};
use super::options::OptionCounts;
use super::{PlanDocument, PlannedStage, Requests, Results, Verdict, time};
use crate::code::Code;
use crate::import::counts::ByCode;
use crate::import::document::{ImportDocument, PlannedField};
use crate::import::id::ImportId;
use crate::import::keys;
use crate::import::manifest::{LeftOut, Manifest};
use crate::import::outcome::Outcome;
use crate::import::progress::Progress;
use crate::mapping::record::MappedRecord;
use crate::mapping::stage::Stage;

/// Codes of records that stand in the way of each other.
const DUPLICATES: [Code; 6] = [
    Code::IdDuplicate,
    Code::RecordDuplicate,
    Code::RecordSuperseded,
    Code::EmailDuplicate,
    Code::NameDuplicate,
    Code::PersonAccountTwin,
];

/// Gathers what a plan says while records go by. Its memory does not grow with their number.
#[derive(Clone, Debug, Default)]
pub struct PlanBuilder {
    organizations: Gathered,
    customers: Gathered,
    options: OptionCounts,
}

#[derive(Clone, Debug, Default)]
struct Gathered {
    to_send: u64,
    with_warnings: u64,
    rejected: Groups,
    skipped: Groups,
    warnings: Groups,
}

/// A plan does not add up: a fault of this program, never of an export.
#[derive(Debug, thiserror::Error)]
#[error(
    "the plan of import {import} does not add up for {stage}: of {read} records, {to_send} to be sent, {rejected} rejected and {skipped} skipped were found"
)]
pub struct Unbalanced {
    import: ImportId,
    stage: Stage,
    read: u64,
    to_send: u64,
    rejected: u64,
    skipped: u64,
}

impl PlanBuilder {
    /// Adds a record that would be sent.
    pub fn to_send(&mut self, stage: Stage, file: &str, record: &MappedRecord<'_>) {
        let spot = Spot { file, record: record.record, line: record.line };
        for warning in &record.warnings {
            self.options.add(stage, warning);
            self.of(stage).warnings.add(spot, warning);
        }
        let gathered = self.of(stage);
        gathered.to_send += 1;
        gathered.with_warnings += u64::from(!record.warnings.is_empty());
    }

    /// Adds a record that would not.
    pub fn left_out(&mut self, stage: Stage, file: &str, record: &LeftOut) {
        let spot = Spot { file, record: record.record, line: record.line };
        let gathered = self.of(stage);
        let groups = match record.outcome {
            Outcome::Skipped => &mut gathered.skipped,
            _ => &mut gathered.rejected,
        };
        groups.add(spot, &record.issue);
        self.options.add(stage, &record.issue);
    }

    const fn of(&mut self, stage: Stage) -> &mut Gathered {
        match stage {
            Stage::Organizations => &mut self.organizations,
            Stage::Customers => &mut self.customers,
        }
    }

    /// Draws up the plan, and asserts that it adds up. `pace` is how many seconds pass on this site
    /// from the end of one request's task to the end of the next, where that is known.
    ///
    /// # Errors
    /// [`Unbalanced`]: some record was found not at all or twice.
    pub fn finish(
        self,
        document: &ImportDocument,
        progress: &Progress,
        manifests: &[Manifest],
        pace: Option<f64>,
    ) -> Result<PlanDocument, Unbalanced> {
        let manifest = |stage| manifests.iter().find(|manifest| manifest.stage == stage);
        let bulk = |stage| manifest(stage).map_or(0, |manifest| manifest.batches.len() as u64);
        let requests = Requests {
            organizations: bulk(Stage::Organizations),
            customers: bulk(Stage::Customers),
            fields: field_requests(&document.planned_fields),
        };
        let stages = vec![
            self.organizations.finish(
                document,
                Stage::Organizations,
                manifest(Stage::Organizations),
            )?,
            self.customers.finish(document, Stage::Customers, manifest(Stage::Customers))?,
        ];
        let import = document.id;
        let expected = time::expected(requests.bulk(), pace).filter(|_| requests.bulk() > 0);
        let to_send = stages.iter().map(|stage| stage.to_send).sum();
        let mut plan = PlanDocument {
            import,
            verdict: Verdict::Ready,
            stop: progress.stopped.clone(),
            bucket: document.bucket.clone(),
            folder: document.folder.clone(),
            when: document.started_at,
            objects: document.objects.iter().map(|object| object.key.clone()).collect(),
            results: Results {
                page: keys::plan_page(import),
                errors: keys::errors(import),
                issues: keys::issues(import),
                summary: keys::summary(import),
            },
            operation: document.configuration.policies.operation,
            files: document.exports.iter().map(PlannedFile::of).collect(),
            ignored: document.ignored.clone(),
            fields: document.planned_fields.clone(),
            stages,
            relations: manifests
                .iter()
                .map(|manifest| &manifest.relations)
                .find(|relations| relations.read > 0)
                .cloned(),
            unknown_options: self.options.finish(),
            requests,
            time: time::sentence(to_send, expected.as_ref()),
            expected,
        };
        plan.verdict = verdict(&plan);
        Ok(plan)
    }
}

impl Gathered {
    fn finish(
        self,
        document: &ImportDocument,
        stage: Stage,
        manifest: Option<&Manifest>,
    ) -> Result<PlannedStage, Unbalanced> {
        let (rejected, skipped) = (self.rejected.by_code(), self.skipped.by_code());
        let to_send = self.to_send;
        let sum = |by_code: &ByCode| by_code.values().sum::<u64>();
        let none = ByCode::new();
        let expected = manifest.map_or((0, &none, &none), |m| (m.mapped, &m.rejected, &m.skipped));
        let read = expected.0 + sum(expected.1) + sum(expected.2);
        if expected != (to_send, &rejected, &skipped) {
            let (rejected, skipped) = (sum(&rejected), sum(&skipped));
            let import = document.id;
            return Err(Unbalanced { import, stage, read, to_send, rejected, skipped });
        }
        let known = manifest.and_then(|manifest| manifest.known).map(|known| known.min(to_send));
        let occurred = |code: &Code| {
            let groups = [&self.rejected, &self.skipped, &self.warnings];
            let count: u64 = groups.iter().map(|groups| groups.count(*code)).sum();
            (count > 0).then_some((*code, count))
        };
        Ok(PlannedStage {
            stage,
            read,
            to_send,
            known,
            new: known.map(|known| to_send - known),
            rejected: self.rejected.total(),
            skipped: self.skipped.total(),
            with_warnings: self.with_warnings,
            values_cut: self.warnings.count(Code::ValueCut),
            duplicates: DUPLICATES.iter().filter_map(occurred).collect(),
            fields_known: document.fields(stage).is_some(),
            rejected_by_code: self.rejected.finish(),
            skipped_by_code: self.skipped.finish(),
            warnings_by_code: self.warnings.finish(),
        })
    }
}

fn verdict(plan: &PlanDocument) -> Verdict {
    let noticed = |stage: &PlannedStage| {
        stage.rejected > 0 || stage.with_warnings > 0 || (stage.read > 0 && !stage.fields_known)
    };
    let doubtful = plan.files.iter().any(|file| {
        let vanished = file.column_change.as_ref().is_some_and(|c| !c.vanished.is_empty());
        vanished || !file.doubts().is_empty()
    });
    // The other objects of a Data Export are ignored as a matter of course; a file of its own is not.
    let ignored = plan.ignored.iter().any(|ignored| plan.objects.contains(&ignored.key));
    if plan.stop.is_some() {
        Verdict::Stopped
    } else if plan.stages.iter().all(|stage| stage.to_send == 0) {
        Verdict::Empty
    } else if doubtful || ignored || plan.stages.iter().any(noticed) {
        Verdict::Attention
    } else {
        Verdict::Ready
    }
}

/// New fields are created all at once, those of organizations and those of customers; options are
/// added field by field.
fn field_requests(fields: &[PlannedField]) -> u64 {
    let lacks = |stage: &Stage| fields.iter().any(|f| f.created && f.stage == *stage);
    let created = Stage::ALL.iter().filter(|stage| lacks(stage)).count();
    (created + fields.iter().filter(|field| !field.created).count()) as u64
}
