//! `summary.json`: the ledger of an import.

use serde::{Deserialize, Serialize};

use super::counts::{self, ByCode, Counts};
use super::document::{Export, Ignored, ImportDocument, Mode};
use super::id::ImportId;
use super::keys;
use super::manifest::Manifest;
use super::outcome::Outcome;
use super::phase::Phase;
use super::progress::{Progress, Stop};
use crate::code::Code;
use crate::csm::request::Dialect;
use crate::mapping::relation::RelationCounts;
use crate::mapping::stage::Stage;
use crate::salesforce::export::Recognised;
use crate::salesforce::format::Format;
use crate::salesforce::survey::Survey;

/// How an import came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Every batch was settled.
    Finished,
    /// Something stopped it; the message says what, and what was left.
    Stopped,
    /// Nothing that was dropped is an export that can be imported.
    Refused,
    /// Nothing was sent: it was only to be seen what would be.
    Planned,
}

impl State {
    /// The name, as in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Refused => "refused",
            Self::Planned => "planned",
        }
    }
}

/// The ledger of an import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The import.
    pub import: ImportId,
    /// How it came to its end.
    pub state: State,
    /// A sentence for the administrator, where there is something to say.
    pub message: Option<String>,
    /// Where its objects were dropped.
    pub folder: String,
    /// All records.
    pub records: Counts,
    /// The same by what they became.
    pub objects: Objects,
    /// Its batches.
    pub batches: Batches,
    /// Why records were rejected.
    pub rejected_by_code: ByCode,
    /// Why records were skipped.
    pub skipped_by_code: ByCode,
    /// Why records failed.
    pub failed_by_code: ByCode,
    /// Why records are unknown.
    pub unknown_by_code: ByCode,
    /// What was noticed about records that were sent.
    pub warnings_by_code: ByCode,
    /// What became of the relations between contacts and accounts, where there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relations: Option<RelationCounts>,
    /// What came of reading customers back, where some were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// How the files were read.
    #[serde(default)]
    pub files: Vec<File>,
    /// What was dropped and is not imported.
    pub ignored: Vec<Ignored>,
    /// The dialect that the site accepted.
    pub dialect: Option<Dialect>,
    /// How fast the site worked.
    pub pace: Pace,
    /// When.
    pub timings: Timings,
}

/// How a file was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct File {
    /// The key, and behind it the name of the member of a ZIP.
    pub file: String,
    /// What its records are.
    pub recognised: Recognised,
    /// Its encoding and syntax.
    #[serde(flatten)]
    pub format: Format,
    /// What it holds besides good records.
    #[serde(flatten)]
    pub survey: Survey,
    /// What there is to say about it, and how often.
    #[serde(default, skip_serializing_if = "ByCode::is_empty")]
    pub notices: ByCode,
}

impl File {
    fn of(export: &Export) -> Self {
        Self {
            file: export.file.clone(),
            recognised: export.recognised,
            format: export.format,
            survey: export.survey.clone(),
            notices: export.survey.notices(),
        }
    }
}

/// Records by what they became.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objects {
    /// Accounts.
    pub organizations: Counts,
    /// Contacts and person accounts.
    pub customers: Counts,
}

/// What came of reading back customers whose tasks ended well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// How many were looked for.
    pub looked_for: u64,
    /// Those that a search did not find.
    pub not_found_yet: u64,
    /// Those that the site holds otherwise than they were sent.
    pub held_otherwise: u64,
    /// Those that had to be linked to their organization by a second request.
    pub linked: u64,
    /// Those that are not linked to it all the same.
    pub not_linked: u64,
    /// Those that the site did not let be read back.
    pub not_verified: u64,
}

impl Verification {
    /// `noticed` are the warnings of all records, with what was found at the last look.
    fn of(progress: &Progress, noticed: &ByCode) -> Option<Self> {
        let sample = progress.stage(Phase::Verification)?;
        // Where all are looked for, those of the sample are among them.
        let last = progress.stage(Phase::Repair).unwrap_or(sample);
        let count = |code| noticed.get(&code).copied().unwrap_or(0);
        Some(Self {
            looked_for: last.outcomes.read,
            not_found_yet: count(Code::NotFoundYet),
            held_otherwise: count(Code::HeldOtherwise),
            linked: count(Code::AssociationRepaired),
            not_linked: count(Code::AssociationMissing),
            not_verified: count(Code::NotVerified),
        })
    }
}

/// The batches of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batches {
    /// In all.
    pub total: u64,
    /// Those whose results are stored.
    pub settled: u64,
    /// Of these, those that were given up after too many errors.
    pub dead_lettered: u64,
}

/// How fast the site worked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// The median duration of the most recent tasks, in seconds, as far as any were seen to end.
    pub task_seconds_median: Option<f64>,
    /// Records settled per second, from the first look at the export to the last settled batch.
    pub records_per_second: Option<f64>,
}

/// When an import began and ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timings {
    /// When its objects were taken.
    pub started_at: jiff::Timestamp,
    /// When its last batch was settled.
    pub finished_at: jiff::Timestamp,
    /// The time between the two.
    pub seconds: f64,
}

/// Counts the records of a stage while its results are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    counts: [Counts; 2],
    rejected: ByCode,
    skipped: ByCode,
    failed: ByCode,
    unknown: ByCode,
    warnings: ByCode,
}

impl Tally {
    /// Counts one record.
    pub fn add(&mut self, stage: Stage, outcome: Outcome, code: Option<Code>) {
        if let Some(counts) = self.counts.get_mut(position(stage)) {
            counts.add(outcome);
        }
        let by_code = match outcome {
            Outcome::Rejected => &mut self.rejected,
            Outcome::Skipped => &mut self.skipped,
            Outcome::Failed => &mut self.failed,
            Outcome::Unknown => &mut self.unknown,
            Outcome::Imported | Outcome::Unchanged | Outcome::Planned => return,
        };
        if let Some(code) = code {
            counts::count(by_code, code);
        }
    }

    /// Counts a warning.
    pub fn warn(&mut self, code: Code) {
        counts::count(&mut self.warnings, code);
    }

    /// The counts of a stage.
    pub fn of(&self, stage: Stage) -> Counts {
        self.counts.get(position(stage)).copied().unwrap_or_default()
    }
}

const fn position(stage: Stage) -> usize {
    match stage {
        Stage::Organizations => 0,
        Stage::Customers => 1,
    }
}

/// The ledger does not add up: a fault of this program, never of an export.
#[derive(Debug, thiserror::Error)]
#[error(
    "the ledger of import {import} does not add up for {stage}: {expected} records expected, {counted:?} counted"
)]
pub struct Unbalanced {
    import: ImportId,
    stage: Stage,
    expected: u64,
    counted: Counts,
}

impl Summary {
    /// Draws up the ledger, and asserts that it adds up.
    ///
    /// # Errors
    /// [`Unbalanced`]: some record was counted not at all or twice.
    pub fn draw_up(
        document: &ImportDocument,
        progress: &Progress,
        manifests: &[Manifest],
        tally: Tally,
    ) -> Result<Self, Unbalanced> {
        let mut batches = Batches::default();
        for manifest in manifests {
            let counted = tally.of(manifest.stage);
            let expected = manifest.mapped + manifest.left_out().read;
            if counted.read != expected || !counted.balances() {
                let (import, stage) = (manifest.import, manifest.stage);
                return Err(Unbalanced { import, stage, expected, counted });
            }
            batches.total += manifest.batches.len() as u64;
            if let Some(stage) = progress.stage(manifest.stage) {
                batches.settled += u64::from(stage.settled_batches);
                batches.dead_lettered += u64::from(stage.dead_lettered);
            }
        }
        let objects = Objects {
            organizations: tally.of(Stage::Organizations),
            customers: tally.of(Stage::Customers),
        };
        let mut records = objects.organizations;
        records.merge(&objects.customers);
        let seconds = progress.updated_at.duration_since(progress.started_at).as_secs_f64();
        let (state, message) = verdict(document, progress);
        Ok(Self {
            import: document.id,
            state,
            message,
            folder: document.folder.clone(),
            records,
            objects,
            batches,
            rejected_by_code: tally.rejected,
            skipped_by_code: tally.skipped,
            failed_by_code: tally.failed,
            unknown_by_code: tally.unknown,
            verification: Verification::of(progress, &tally.warnings),
            warnings_by_code: tally.warnings,
            relations: manifests
                .iter()
                .map(|manifest| &manifest.relations)
                .find(|relations| relations.read > 0)
                .cloned(),
            files: document.exports.iter().map(File::of).collect(),
            ignored: document.ignored.clone(),
            dialect: progress.dialects.values().next_back().copied(),
            pace: Pace {
                task_seconds_median: median(&progress.task_seconds),
                records_per_second: (seconds > 0.0).then(|| rate(&objects, seconds)),
            },
            timings: Timings {
                started_at: progress.started_at,
                finished_at: progress.updated_at,
                seconds,
            },
        })
    }
}

fn verdict(document: &ImportDocument, progress: &Progress) -> (State, Option<String>) {
    let stopped = progress.stopped.as_ref().map(|stop| told(document, stop));
    match stopped.or_else(|| progress.all_refused()) {
        Some(message) => (State::Stopped, Some(message)),
        None if document.exports.is_empty() => {
            let mut reasons: Vec<&str> = Vec::new();
            for ignored in &document.ignored {
                if !reasons.contains(&ignored.reason.as_str()) {
                    reasons.push(&ignored.reason);
                }
            }
            (State::Refused, Some(format!("Nothing was imported. {}", reasons.join(" "))))
        }
        None if document.mode == Mode::Plan => {
            let message = "Nothing was sent. plan.html says what would be, and how to run it.";
            (State::Planned, Some(message.to_owned()))
        }
        None => (State::Finished, None),
    }
}

/// Why the import stopped, and how it can go on.
fn told(document: &ImportDocument, stop: &Stop) -> String {
    let Stop { code, message } = stop;
    if !code.may_go_on() || document.mode == Mode::Plan {
        return message.clone();
    }
    let key = keys::resume(document.id);
    format!(
        "{message} Instead of dropping anything again, you can have this import go on where it was: put an object {key} into the bucket."
    )
}

fn median(seconds: &[f64]) -> Option<f64> {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

fn rate(objects: &Objects, seconds: f64) -> f64 {
    let sent = |c: &Counts| c.imported + c.unchanged + c.failed + c.unknown;
    #[expect(clippy::cast_precision_loss, reason = "a rate needs no 53 bits")]
    let records = (sent(&objects.organizations) + sent(&objects.customers)) as f64;
    records / seconds
}
