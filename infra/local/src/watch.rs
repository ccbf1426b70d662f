//! Following imports from the dropped objects to the last result.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::sleep;

use crate::bucket::Placed;
use crate::cloud::Cloud;
use crate::display::Display;
use crate::error::{LocalError, see};

const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What `import.json` says about where an import came from.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ImportDocument {
    /// Its objects.
    #[serde(default)]
    pub objects: Vec<ObjectRef>,
    /// Objects that turned out to be nothing to import.
    #[serde(default)]
    pub ignored: Vec<IgnoredObject>,
}

/// An object of an import.
#[derive(Debug, Clone, Deserialize)]
pub struct ObjectRef {
    /// Its key.
    pub key: String,
    /// Its entity tag, with or without quotes.
    #[serde(default)]
    pub etag: String,
}

/// An object that is not imported.
#[derive(Debug, Clone, Deserialize)]
pub struct IgnoredObject {
    /// Its key.
    pub key: String,
}

/// What `progress.json` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Progress {
    /// Both stages; each is absent until it begins.
    #[serde(default)]
    pub stages: Stages,
    /// Why the import does not go on, if so.
    #[serde(default)]
    pub stopped: Option<Stopped>,
}

/// The stages of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Stages {
    /// Organizations come first.
    #[serde(default)]
    pub organizations: Option<Stage>,
    /// Customers refer to them.
    #[serde(default)]
    pub customers: Option<Stage>,
}

/// How far a stage has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Stage {
    /// Records that are to be settled.
    pub records: u64,
    /// Records whose outcome is known.
    pub settled_records: u64,
    /// Batches that are to be settled.
    pub batches: u64,
    /// Batches whose results are stored.
    pub settled_batches: u64,
}

/// Why an import does not go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Stopped {
    /// What kind of reason.
    pub code: String,
    /// In words.
    pub message: String,
}

/// Which dropped objects no import has taken yet, and which imports are under way.
#[derive(Debug, Default)]
pub struct Coverage {
    dropped: BTreeSet<String>,
    waiting: Vec<Placed>,
    imports: BTreeMap<String, bool>,
    /// Imports of other objects: they are no matter of those who wait for these.
    others: BTreeSet<String>,
}

impl Coverage {
    /// Nothing is taken yet.
    pub fn new(dropped: Vec<Placed>) -> Self {
        let keys = dropped.iter().map(|object| object.key.clone()).collect();
        Self { dropped: keys, waiting: dropped, ..Self::default() }
    }

    /// Takes note of an import. An object counts as taken only with the content that was dropped.
    pub fn found(&mut self, id: &str, document: &ImportDocument) {
        let mut keys = document.objects.iter().map(|object| &object.key);
        let mut ignored = document.ignored.iter().map(|object| &object.key);
        if !keys.any(|key| self.dropped.contains(key))
            && !ignored.any(|key| self.dropped.contains(key))
        {
            self.others.insert(id.to_owned());
            return;
        }
        self.imports.entry(id.to_owned()).or_insert(false);
        self.waiting.retain(|dropped| {
            let same = |object: &ObjectRef| {
                object.key == dropped.key && object.etag.trim_matches('"') == dropped.etag
            };
            let ignored = document.ignored.iter().any(|object| object.key == dropped.key);
            !ignored && !document.objects.iter().any(same)
        });
    }

    /// Takes note of the end of an import.
    pub fn finished(&mut self, id: &str) {
        self.imports.insert(id.to_owned(), true);
    }

    /// Whether an import is known.
    pub fn knows(&self, id: &str) -> bool {
        self.imports.contains_key(id) || self.others.contains(id)
    }

    /// The imports that are under way.
    pub fn unfinished(&self) -> Vec<String> {
        let unfinished = self.imports.iter().filter(|(_, finished)| !**finished);
        unfinished.map(|(id, _)| id.clone()).collect()
    }

    /// Whether every dropped object was taken and every import has come to its end.
    pub fn is_complete(&self) -> bool {
        self.waiting.is_empty() && self.imports.values().all(|finished| *finished)
    }

    fn state(&self) -> String {
        let under_way = self.unfinished();
        match self.waiting.first() {
            Some(object) => format!("no import has taken {}", object.key),
            None => format!("waiting for import {}", under_way.join(", ")),
        }
    }
}

/// Waits until every dropped object has been imported, and answers the ids of the imports.
pub async fn until_finished(
    cloud: &Cloud,
    dropped: Vec<Placed>,
    limit: Duration,
    display: &mut Display,
) -> Result<Vec<String>, LocalError> {
    let mut coverage = Coverage::new(dropped);
    let mut progress: BTreeMap<String, Progress> = BTreeMap::new();
    let mut seen = (0, 0, progress.clone());
    let mut changed = Instant::now();
    loop {
        let looked = look(cloud, &mut coverage, &mut progress).await;
        // Whatever failed: that the emulator is gone explains it better.
        cloud.check()?;
        looked?;
        display.show(&progress);
        if coverage.is_complete() {
            return Ok(coverage.imports.into_keys().collect());
        }
        let now = (coverage.waiting.len(), coverage.unfinished().len(), progress.clone());
        if now != seen {
            seen = now;
            changed = Instant::now();
        }
        if changed.elapsed() > limit {
            let seconds = limit.as_secs();
            let log = see(cloud.log_file());
            return Err(LocalError::Stalled { seconds, state: coverage.state(), log });
        }
        sleep(LOOK_AGAIN).await;
    }
}

async fn look(
    cloud: &Cloud,
    coverage: &mut Coverage,
    progress: &mut BTreeMap<String, Progress>,
) -> Result<(), LocalError> {
    for id in cloud.folders("imports/").await? {
        if !coverage.knows(&id) {
            let key = format!("imports/{id}/import.json");
            if let Some(document) = read(cloud, &key).await? {
                coverage.found(&id, &document);
            }
        }
    }
    for id in coverage.unfinished() {
        if let Some(found) = read(cloud, &format!("imports/{id}/progress.json")).await? {
            progress.insert(id.clone(), found);
        }
        if cloud.exists(&format!("imports/{id}/summary.json")).await? {
            coverage.finished(&id);
        }
    }
    cloud.check_dead_letters().await
}

async fn read<T: DeserializeOwned>(cloud: &Cloud, key: &str) -> Result<Option<T>, LocalError> {
    let Some(bytes) = cloud.get(key).await? else {
        return Ok(None);
    };
    let document = serde_json::from_slice(&bytes);
    document.map(Some).map_err(|source| LocalError::document(key, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dropped(key: &str, etag: &str) -> Placed {
        Placed { key: key.to_owned(), etag: etag.to_owned(), version: None }
    }

    fn document(json: &str) -> ImportDocument {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_import_covers_an_object_by_key_and_content() {
        let mut coverage =
            Coverage::new(vec![dropped("exports/a", "1"), dropped("exports/b", "2")]);
        coverage.found("x", &document(r#"{"objects":[{"key":"exports/a","etag":"\"1\""}]}"#));
        coverage.finished("x");
        assert!(!coverage.is_complete(), "b is not taken");
        coverage.found("y", &document(r#"{"objects":[{"key":"exports/b","etag":"other"}]}"#));
        coverage.finished("y");
        assert!(!coverage.is_complete(), "b is taken with other content");
        coverage.found("z", &document(r#"{"objects":[{"key":"exports/b","etag":"2"}],"new":1}"#));
        assert_eq!(coverage.unfinished(), ["z"]);
        coverage.finished("z");
        assert!(coverage.is_complete());
    }

    #[test]
    fn an_import_of_other_objects_is_not_waited_for() {
        let mut coverage = Coverage::new(vec![dropped("exports/approved/a", "1")]);
        coverage.found("plan", &document(r#"{"objects":[{"key":"plan/a","etag":"1"}]}"#));
        assert!(coverage.knows("plan") && coverage.unfinished().is_empty());
        assert!(!coverage.is_complete());
    }

    #[test]
    fn an_ignored_object_is_not_waited_for() {
        let mut coverage = Coverage::new(vec![dropped("exports/readme.txt", "1")]);
        coverage
            .found("x", &document(r#"{"ignored":[{"key":"exports/readme.txt","reason":"r"}]}"#));
        coverage.finished("x");
        assert!(coverage.is_complete());
    }

    #[test]
    fn progress_may_say_more_or_less() {
        let progress: Progress = serde_json::from_str(
            r#"{"stages":{"organizations":{"records":3,"settled_records":2,"batches":1,"x":1},
                "customers":null},"stopped":null,"pace":{}}"#,
        )
        .unwrap();
        assert_eq!(progress.stages.organizations.map(|stage| stage.settled_records), Some(2));
        assert_eq!(progress.stages.customers, None);
        let stopped: Progress =
            serde_json::from_str(r#"{"stopped":{"code":"unauthorized","message":"m"}}"#).unwrap();
        assert_eq!(stopped.stopped.map(|stopped| stopped.message).as_deref(), Some("m"));
    }
}
