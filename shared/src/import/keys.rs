//! The layout of the bucket: every key that is ever written, once.

use super::batch::{BatchIndex, Edition};
use super::id::ImportId;
use super::phase::Phase;
use crate::mapping::stage::Stage;

/// Where exports are dropped to be imported at once.
pub const EXPORTS: &str = "exports/";
/// Where exports are dropped to see what an import of them would do.
pub const PLAN: &str = "plan/";
/// Where exports are dropped to be imported by the next scheduled run.
pub const SCHEDULED: &str = "scheduled/";
/// Where exports are dropped whose plan is approved.
pub const APPROVED: &str = "exports/approved/";
/// Where an object is dropped that is named like an import which is to go on.
pub const RESUME: &str = "exports/resume/";
/// Where everything about imports is written.
pub const IMPORTS: &str = "imports/";
/// Where is written what outlives an import: of folders, of the schedule and of sites.
pub const STATES: &str = "state/";

/// `imports/<id>/`.
pub fn import(id: ImportId) -> String {
    format!("{IMPORTS}{id}/")
}

/// What was found: objects, recognition, mapping, settings. Written once.
pub fn document(id: ImportId) -> String {
    format!("{IMPORTS}{id}/import.json")
}

/// Batches settled, counts, pace. Written by compare-and-swap.
pub fn progress(id: ImportId) -> String {
    format!("{IMPORTS}{id}/progress.json")
}

/// What a stage consists of: its batches and what was left out. Written once.
pub fn manifest(id: ImportId, stage: Stage) -> String {
    format!("{IMPORTS}{id}/segments/{stage}.json")
}

/// Mapped records, one a line. Written once.
pub fn segment(id: ImportId, stage: Stage, edition: Edition, number: u32) -> String {
    format!("{IMPORTS}{id}/segments/{stage}-{edition}-{number:05}.ndjson")
}

/// How far the splitting of a stage has come that takes more than one invocation.
pub fn checkpoint(id: ImportId, stage: Stage, edition: Edition) -> String {
    format!("{IMPORTS}{id}/segments/{stage}-{edition}.checkpoint")
}

/// What the files of an import turned out to be, where looking at them takes more than one invocation.
pub fn examined(id: ImportId) -> String {
    format!("{IMPORTS}{id}/{DRAWING_UP}")
}

/// Records that were rejected or skipped while splitting, one a line. Written once.
pub fn left_out(id: ImportId, stage: Stage, edition: Edition, number: u32) -> String {
    format!("{IMPORTS}{id}/rejected/{stage}-{edition}-{number:05}.ndjson")
}

/// How far a batch has come on the site. Written by compare-and-swap.
pub fn work(id: ImportId, phase: Phase, batch: BatchIndex) -> String {
    format!("{IMPORTS}{id}/tasks/{phase}-{batch}.json")
}

/// The outcome of every record of a batch. Written once.
pub fn results(id: ImportId, phase: Phase, batch: BatchIndex) -> String {
    format!("{IMPORTS}{id}/results/{phase}-{batch}.ndjson")
}

/// Whether an object is only of use while its import is under way, or may go on: the bucket's
/// lifecycle removes it after a while. What an administrator reads, and what tells imports apart, stays.
pub fn is_working_paper(key: &str) -> bool {
    const FOLDERS: [&str; 4] = ["segments", "rejected", "tasks", "results"];
    let mut parts = key.strip_prefix(IMPORTS).unwrap_or_default().split('/').skip(1);
    parts.next().is_some_and(|part| FOLDERS.contains(&part) || part == DRAWING_UP)
}

const DRAWING_UP: &str = "drawing-up.json";

/// The ledger.
pub fn summary(id: ImportId) -> String {
    format!("{IMPORTS}{id}/summary.json")
}

/// The records that were imported.
pub fn succeeded(id: ImportId) -> String {
    format!("{IMPORTS}{id}/succeeded.csv")
}

/// The records that were not imported, in the export's own columns.
pub fn errors(id: ImportId) -> String {
    format!("{IMPORTS}{id}/errors.csv")
}

/// Everything irregular that was noticed, a line each.
pub fn issues(id: ImportId) -> String {
    format!("{IMPORTS}{id}/issues.csv")
}

/// What an import would do, for programs.
pub fn plan(id: ImportId) -> String {
    format!("{IMPORTS}{id}/plan.json")
}

/// The same for people.
pub fn plan_page(id: ImportId) -> String {
    format!("{IMPORTS}{id}/plan.html")
}

/// Which import took which object of a folder. Written by compare-and-swap.
pub fn claims(folder: &str) -> String {
    format!(
        "{STATES}folders/{}.json",
        uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, folder.as_bytes())
    )
}

/// The newest scheduled run. Written by compare-and-swap.
pub const RUN: &str = "state/scheduled.json";

/// How many objects hold the organization ids of a site.
pub const ORGANIZATION_SHARDS: u64 = 16;

/// Salesforce account id → CSM organization id of one site, kept across imports.
pub fn organizations(site: &str, shard: u64) -> String {
    format!("{STATES}organizations/{site}/{shard:02}.json")
}

/// The newest plan of a folder below `plan/`.
pub fn plan_record(folder: &str) -> String {
    let name = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, folder.as_bytes());
    format!("{STATES}plans/{name}.json")
}

/// The last import of each object into a site.
pub fn last(site: &str) -> String {
    format!("{STATES}last/{site}.json")
}

/// Whether something is dropped where exports are taken from at once.
pub fn is_drop(key: &str) -> bool {
    root(key).is_some_and(|root| root != SCHEDULED) && !key.ends_with('/')
}

/// The folder of a key: what lies directly in `exports/`, `exports/approved/`, `plan/` or
/// `scheduled/` is a folder of its own.
pub fn folder(key: &str) -> &str {
    let root = root(key).unwrap_or(EXPORTS);
    match key.rfind('/') {
        Some(end) if end + 1 > root.len() => key.get(..=end).unwrap_or(key),
        _ => key,
    }
}

/// The object that has an import go on.
pub fn resume(id: ImportId) -> String {
    format!("{RESUME}{id}")
}

/// The import that an object asks to go on with: `exports/resume/<id>`, with any extension.
pub fn resumed(key: &str) -> Option<ImportId> {
    let name = key.strip_prefix(RESUME)?;
    ImportId::parse(name.split_once('.').map_or(name, |(name, _)| name))
}

fn root(key: &str) -> Option<&'static str> {
    [APPROVED, EXPORTS, PLAN, SCHEDULED].into_iter().find(|root| key.starts_with(root))
}

/// The folder that a folder below `exports/approved/` was planned in.
pub fn planned(folder: &str) -> Option<String> {
    folder.strip_prefix(APPROVED).map(|rest| format!("{PLAN}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_the_import() {
        for (key, expected) in [
            ("exports/2026-11-22/Account.csv", "exports/2026-11-22/"),
            ("exports/a/b/Contact.csv", "exports/a/b/"),
            ("exports/Contact.csv", "exports/Contact.csv"),
            ("exports/approved/Contact.csv", "exports/approved/Contact.csv"),
            ("exports/approved/a/Contact.csv", "exports/approved/a/"),
            ("plan/Contact.csv", "plan/Contact.csv"),
            ("plan/a/Contact.csv", "plan/a/"),
            ("scheduled/Contact.csv", "scheduled/Contact.csv"),
            ("scheduled/a/b/Contact.csv", "scheduled/a/b/"),
        ] {
            assert_eq!(folder(key), expected, "{key}");
        }
    }

    #[test]
    fn working_papers_are_those_of_an_import_under_way() {
        let id = ImportId::of("b", "f", &[]);
        let (stage, edition, batch) = (Stage::Customers, Edition(1), BatchIndex(7));
        for (key, expected) in [
            (segment(id, stage, edition, 0), true),
            (manifest(id, stage), true),
            (checkpoint(id, stage, edition), true),
            (left_out(id, stage, edition, 0), true),
            (work(id, Phase::Customers, batch), true),
            (results(id, Phase::Customers, batch), true),
            (examined(id), true),
            (document(id), false),
            (progress(id), false),
            (summary(id), false),
            (errors(id), false),
            (plan(id), false),
            (organizations("site", 3), false),
            (claims("exports/segments/"), false),
            ("exports/results/a.csv".to_owned(), false),
        ] {
            assert_eq!(is_working_paper(&key), expected, "{key}");
        }
    }

    #[test]
    fn nothing_is_written_where_a_drop_would_be_seen() {
        let id = ImportId::of("b", "f", &[]);
        let batch = BatchIndex(7);
        let stage = Stage::Customers;
        let edition = Edition(1);
        for key in [
            document(id),
            progress(id),
            manifest(id, stage),
            segment(id, stage, edition, 0),
            left_out(id, stage, edition, 0),
            work(id, Phase::Repair, batch),
            results(id, Phase::Customers, batch),
            checkpoint(id, stage, edition),
            examined(id),
            summary(id),
            succeeded(id),
            errors(id),
            issues(id),
            plan(id),
            plan_page(id),
        ] {
            assert!(key.starts_with(&import(id)), "{key}");
        }
        assert_eq!(planned("exports/approved/a/").as_deref(), Some("plan/a/"));
        assert_eq!(planned("exports/a/"), None);
        for key in [resume(id), format!("exports/resume/{id}.txt")] {
            assert_eq!(resumed(&key), Some(id));
        }
        assert!(
            [format!("exports/{id}"), "exports/resume/x".to_owned()]
                .iter()
                .all(|key| resumed(key).is_none())
        );
        assert!(!is_drop("imports/x/errors.csv") && !is_drop("plan/a/"));
        assert!(!is_drop("scheduled/a/Contact.csv"), "it waits for the schedule");
        assert!(RUN.starts_with(STATES));
        assert!(claims("exports/x/").starts_with(STATES));
        assert!(plan_record("plan/x/").starts_with(STATES));
        assert!(last("site").starts_with(STATES));
        assert!(organizations("site", 3).starts_with(STATES));
    }
}
