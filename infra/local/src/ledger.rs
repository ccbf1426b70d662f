//! The end of the story: what became of every record.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use csm_import::import::summary::Timings;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::codes;
use crate::error::LocalError;

/// A `summary.json`, as far as it is shown; it may say more.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Summary {
    import: String,
    state: String,
    message: Option<String>,
    records: Records,
    objects: BTreeMap<String, Records>,
    batches: BTreeMap<String, Value>,
    verification: Option<Verification>,
    files: Vec<File>,
    ignored: Vec<Ignored>,
    timings: Option<Timings>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(default)]
struct Records {
    read: u64,
    imported: u64,
    unchanged: u64,
    rejected: u64,
    failed: u64,
    skipped: u64,
    unknown: u64,
    planned: u64,
}

/// What came of reading customers back.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct Verification {
    looked_for: u64,
    linked: u64,
    not_linked: u64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct File {
    #[serde(rename = "file")]
    key: String,
    encoding: String,
    records: u64,
    notices: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Ignored {
    key: String,
    reason: String,
}

/// The summaries of all imports of one command.
#[derive(Debug, Default)]
pub struct Ledger {
    summaries: Vec<Summary>,
    documents: Vec<String>,
}

impl Ledger {
    /// Adds the `summary.json` of an import, in the order in which they began.
    pub fn add(&mut self, key: &str, document: &[u8]) -> Result<(), LocalError> {
        let summary = serde_json::from_slice(document);
        let summary: Summary = summary.map_err(|source| LocalError::document(key, source))?;
        let began = |summary: &Summary| summary.timings.map(|timings| timings.started_at);
        let at = self.summaries.partition_point(|other| began(other) <= began(&summary));
        self.summaries.insert(at, summary);
        self.documents.insert(at, String::from_utf8_lossy(document).trim_end().to_owned());
        Ok(())
    }

    /// What the command exits with.
    pub fn exit_code(&self) -> u8 {
        let total = self.total();
        let ended = |state: &str| matches!(state, "finished" | "planned");
        if self.summaries.iter().any(|summary| !ended(&summary.state)) {
            codes::FAILED
        } else if total.rejected + total.failed + total.unknown > 0 {
            codes::INCOMPLETE
        } else {
            codes::IMPORTED
        }
    }

    /// For programs: the document itself, or for several imports their sum and all of them.
    pub fn json(&self) -> String {
        if let [document] = self.documents.as_slice() {
            return format!("{document}\n");
        }
        let imports = self.documents.iter().map(|text| serde_json::from_str(text).ok());
        let imports: Vec<Option<Value>> = imports.collect();
        format!("{:#}\n", json!({ "records": self.total(), "imports": imports }))
    }

    /// For people.
    pub fn text(&self, out: &Path) -> String {
        let mut text = String::new();
        for summary in &self.summaries {
            summary.render(out, &mut text);
        }
        if self.summaries.len() > 1 {
            let _ = writeln!(text, "\nAll {} imports", self.summaries.len());
            table(&mut text, [("records", self.total())]);
        }
        text
    }

    fn total(&self) -> Records {
        self.summaries.iter().map(|summary| summary.records).fold(Records::default(), Records::plus)
    }
}

/// The column that only plans have.
const PLANNED: &str = "planned";

impl Records {
    fn plus(self, other: Self) -> Self {
        Self {
            read: self.read + other.read,
            imported: self.imported + other.imported,
            unchanged: self.unchanged + other.unchanged,
            rejected: self.rejected + other.rejected,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
            unknown: self.unknown + other.unknown,
            planned: self.planned + other.planned,
        }
    }

    /// Records that a person may want to see to.
    const fn left_out(self) -> u64 {
        self.rejected + self.failed + self.skipped + self.unknown
    }

    const fn columns(self) -> [(&'static str, u64); 8] {
        [
            ("read", self.read),
            (PLANNED, self.planned),
            ("imported", self.imported),
            ("unchanged", self.unchanged),
            ("rejected", self.rejected),
            ("failed", self.failed),
            ("skipped", self.skipped),
            ("unknown", self.unknown),
        ]
    }
}

impl Summary {
    fn render(&self, out: &Path, text: &mut String) {
        let _ = writeln!(text, "\nImport {}: {}", self.import, self.state);
        if let Some(message) = &self.message {
            let _ = writeln!(text, "  {message}");
        }
        let mut objects: Vec<_> = self.objects.iter().collect();
        // In the order in which they are imported.
        objects.sort_by_key(|(name, _)| *name != "organizations");
        let objects = objects.into_iter().map(|(name, records)| (name.as_str(), *records));
        table(text, objects.chain([("all", self.records)]));
        for (name, codes) in &self.other {
            if let (Some(kind), Value::Object(codes)) = (name.strip_suffix("_by_code"), codes) {
                for (code, count) in codes {
                    // A JSON value by itself takes no notice of the width.
                    let count = count.to_string();
                    let _ = writeln!(text, "  {kind:13} {count:>9}  {code}");
                }
            }
        }
        for File { key, encoding, records, notices } in &self.files {
            let _ = write!(text, "  file          {key}: {records} records in {encoding}");
            for (code, count) in notices {
                let _ = write!(text, ", {code} {count}");
            }
            text.push('\n');
        }
        if let Some(Verification { looked_for, linked, not_linked }) = self.verification {
            let _ = writeln!(
                text,
                "  verification  {looked_for} customers were looked for, {linked} had to be linked, {not_linked} are not linked"
            );
        }
        ignored(text, self.ignored.iter().map(|file| (&*file.key, &*file.reason)));
        if !self.batches.is_empty() {
            let numbers = self.batches.iter().map(|(name, count)| format!("{name} {count}"));
            let _ = writeln!(text, "  batches       {}", numbers.collect::<Vec<_>>().join(", "));
        }
        let _ = writeln!(text, "Files: {}", out.join(&self.import).display());
        for (file, content) in [
            ("errors.csv", "records that were not imported, to be corrected and dropped again"),
            ("issues.csv", "everything that was noticed, a line each"),
            ("succeeded.csv", "records that were imported"),
            ("plan.html", "what would be imported, as a page"),
            ("plan.json", "the same for programs"),
            ("report.html", "the same as a page"),
            ("summary.json", "this ledger"),
        ] {
            let idle = file == "errors.csv" && self.records.left_out() == 0;
            if !idle && out.join(&self.import).join(file).is_file() {
                let _ = writeln!(text, "  {file:13} {content}");
            }
        }
    }
}

/// Files that are named for each reason why files are ignored; a Data Export has hundreds of others.
const NAMED: usize = 5;

/// Names ignored files, each by its key and the reason.
pub(crate) fn ignored<'a>(text: &mut String, files: impl Iterator<Item = (&'a str, &'a str)>) {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, reason) in files {
        by_reason.entry(reason).or_default().push(key);
    }
    for (reason, keys) in by_reason {
        let reason = safe(reason);
        for key in keys.iter().take(NAMED) {
            let _ = writeln!(text, "  ignored       {}: {reason}", safe(key));
        }
        if let Some(more) = keys.len().checked_sub(NAMED).filter(|more| *more > 0) {
            let _ = writeln!(text, "  ignored       {more} more: {reason}");
        }
    }
}

/// A text that somebody else wrote, without characters that a terminal would obey.
pub(crate) fn safe(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c }).collect()
}

fn table<'a>(text: &mut String, lines: impl IntoIterator<Item = (&'a str, Records)>) {
    let lines: Vec<_> = lines.into_iter().collect();
    let plans = lines.iter().any(|(_, records)| records.planned > 0);
    let shown = |(column, _): &(&str, u64)| plans || *column != PLANNED;
    let _ = write!(text, "  {:13}", "");
    for (column, _) in Records::default().columns().into_iter().filter(shown) {
        let _ = write!(text, " {column:>9}");
    }
    text.push('\n');
    for (name, records) in lines {
        let _ = write!(text, "  {name:13}");
        for (_, count) in records.columns().into_iter().filter(shown) {
            let _ = write!(text, " {count:>9}");
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = r#"{"import":"a","state":"finished","message":null,
        "records":{"read":5,"imported":3,"unchanged":1,"rejected":0,"failed":0,"skipped":1,"unknown":0},
        "objects":{"customers":{"read":5,"imported":3,"unchanged":1,"skipped":1}},
        "batches":{"total":1,"settled":1,"dead_lettered":0},
        "verification":{"looked_for":5,"not_found_yet":0,"linked":2,"not_linked":1},
        "skipped_by_code":{"duplicate":1},"unheard_of":{"x":[1]},
        "files":[{"file":"exports/Contact.csv","encoding":"UTF-8","records":5,"notices":{"nuls-removed":2}}],
        "ignored":[{"key":"a","reason":"r"},{"key":"b","reason":"r"},{"key":"c","reason":"r"},
            {"key":"d","reason":"r"},{"key":"e","reason":"r"},{"key":"f","reason":"r"}]}"#;

    fn ledger(summaries: &[&str]) -> Ledger {
        let mut ledger = Ledger::default();
        for summary in summaries {
            ledger.add("summary.json", summary.as_bytes()).unwrap();
        }
        ledger
    }

    fn with(state: &str, rejected: u64, failed: u64, unknown: u64) -> String {
        json!({"import": "b", "state": state, "records": {
            "read": 9, "rejected": rejected, "failed": failed, "unknown": unknown}})
        .to_string()
    }

    #[test]
    fn the_exit_code_tells_how_it_ended() {
        assert_eq!(ledger(&[CLEAN]).exit_code(), codes::IMPORTED);
        for (rejected, failed, unknown) in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
            let other = with("finished", rejected, failed, unknown);
            assert_eq!(ledger(&[CLEAN, &other]).exit_code(), codes::INCOMPLETE);
        }
        for state in ["stopped", "refused", ""] {
            assert_eq!(ledger(&[&with(state, 1, 0, 0), CLEAN]).exit_code(), codes::FAILED);
        }
    }

    #[test]
    fn imports_come_in_the_order_in_which_they_began() {
        let began = |name: &str, at: &str| {
            let timings = json!({"started_at": at, "finished_at": at, "seconds": 1.0});
            json!({"import": name, "state": "finished", "timings": timings}).to_string()
        };
        let later = began("later", "2026-11-25T04:00:00.5Z");
        let text =
            ledger(&[&later, &began("first", "2026-11-25T04:00:00Z")]).text(Path::new("out"));
        assert!(text.find("Import first") < text.find("Import later"), "{text}");
    }

    #[test]
    fn a_plan_shows_what_would_be_sent() {
        let plan = r#"{"import":"p","state":"planned","message":"Nothing was sent.",
            "records":{"read":3,"planned":3},"objects":{"customers":{"read":3,"planned":3}}}"#;
        assert_eq!(ledger(&[plan]).exit_code(), codes::IMPORTED);
        let text = ledger(&[plan]).text(Path::new("out"));
        assert!(text.contains("Import p: planned\n  Nothing was sent.\n"), "{text}");
        assert!(text.contains("                     read   planned  imported"), "{text}");
        assert!(text.contains("  customers             3         3         0"), "{text}");
        assert!(!ledger(&[CLEAN]).text(Path::new("out")).contains("planned"));
        let rejected = with("planned", 1, 0, 0);
        assert_eq!(ledger(&[&rejected]).exit_code(), codes::INCOMPLETE);
    }

    #[test]
    fn one_import_is_its_document_and_several_are_added_up() {
        let one: Value = serde_json::from_str(&ledger(&[CLEAN]).json()).unwrap();
        assert_eq!(one, serde_json::from_str::<Value>(CLEAN).unwrap());
        let two: Value = serde_json::from_str(&ledger(&[CLEAN, CLEAN]).json()).unwrap();
        assert_eq!(two["records"]["read"], 10);
        assert_eq!(two["records"]["imported"], 6);
        assert_eq!(two["imports"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn the_table_is_aligned_and_names_the_codes() {
        let text = ledger(&[CLEAN]).text(Path::new("out"));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1], "Import a: finished");
        let widths: Vec<_> = lines[2..5].iter().map(|line| line.len()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
        assert!(text.contains("skipped               1  duplicate"), "{text}");
        let verification =
            "verification  5 customers were looked for, 2 had to be linked, 1 are not linked";
        assert!(text.contains(verification), "{text}");
        assert!(text.contains("batches       dead_lettered 0, settled 1, total 1"), "{text}");
        assert!(text.contains("Files: out/a"), "{text}");
        let file = "file          exports/Contact.csv: 5 records in UTF-8, nuls-removed 2";
        assert!(text.contains(file), "{text}");
        assert!(
            text.contains("ignored       e: r") && !text.contains("ignored       f: r"),
            "{text}"
        );
        assert!(text.contains("ignored       1 more: r"), "{text}");
    }
}
