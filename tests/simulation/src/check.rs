//! What must hold when a history has come to its end.

mod runs;
mod truth;

use std::collections::{BTreeMap, BTreeSet};

use csm_import::import::batch::Batch;
use csm_import::import::document::ImportDocument;
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::progress::{Progress, StopCode};
use csm_import::import::summary::{State, Summary};
use csm_sim::{CustomerState, OrganizationState};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::fault::Fault;
use crate::history::{Event, History};
use crate::records::Expected;
use crate::world::{World, lock};
use truth::Takers;

/// What came of imports and records, counted.
pub type Ends = BTreeMap<String, u64>;

/// Checks everything; what does not hold is noted in the world.
pub fn all(world: &World, history: &History) -> Ends {
    let site = world.site.state();
    let customers = site.customers.iter().map(|found| (found.email.to_lowercase(), found));
    let customers = customers.collect();
    let organizations = site.organizations.iter().map(|found| (found.name.as_str(), found));
    let organizations = organizations.collect();
    let check = Check { world, history, site: &site, organizations, customers };
    check.queues();
    check.site();
    check.imports()
}

struct Check<'a> {
    world: &'a World,
    history: &'a History,
    site: &'a csm_sim::State,
    organizations: BTreeMap<&'a str, &'a OrganizationState>,
    customers: BTreeMap<String, &'a CustomerState>,
}

/// An import that has begun, with what it wrote.
struct Import {
    document: ImportDocument,
    summary: Summary,
    stop: Option<StopCode>,
    /// When it began, and when its ledger was written; of one that was told to go on, for the last time.
    began: Timestamp,
    ended: Timestamp,
    /// Whether it was told to go on.
    resumed: bool,
    /// The rows of `succeeded.csv` and `errors.csv`.
    succeeded: Vec<Row>,
    errors: Vec<Row>,
}

type Row = BTreeMap<String, String>;

impl Check<'_> {
    fn fails(&self, what: String) {
        self.world.violate(what);
    }

    fn hit(&self, fault: Fault) -> bool {
        lock(&self.world.chance).hit().contains_key(&fault)
    }

    /// Nothing is left in the queues, and nothing has been given up without a word.
    fn queues(&self) {
        let queues = &self.world.queues;
        for (name, queue) in
            [("exports", &queues.exports), ("batches", &queues.batches), ("tasks", &queues.tasks)]
        {
            let queue = lock(queue);
            if queue.bodies().next().is_some() {
                self.fails(format!("{name} is not empty"));
            }
            if !queue.dead.is_empty() {
                self.fails(format!("{} messages of {name} are dead letters", queue.dead.len()));
            }
            if !queue.expired.is_empty() {
                self.fails(format!("{} messages of {name} have expired", queue.expired.len()));
            }
        }
    }

    /// Nothing was created twice, and the site never had more open tasks of ours than allowed.
    fn site(&self) {
        for counters in [&self.site.counters.organizations, &self.site.counters.customers] {
            for (record, writes) in &counters.records {
                if writes.created > 1 {
                    self.fails(format!("{record} was created {} times", writes.created));
                }
            }
        }
        if !self.site.violations.is_empty() {
            self.fails(format!("the site was asked for {:?}", self.site.violations));
        }
        let open = self.site.counters.max_open_tasks;
        // The tasks that create detail fields hold no slot.
        let fields = self.site.tasks.iter().filter(|task| task.kind.contains("DEFINITION")).count();
        let allowed = usize::from(self.history.parameters.max_open_tasks) + fields;
        if open > allowed && !self.may_be_unknown() {
            self.fails(format!("{open} tasks were open, and {allowed} are allowed"));
        }
    }

    /// Whether a task may have been open of which nobody could know.
    fn may_be_unknown(&self) -> bool {
        // Whose key was forgotten is a new task beside the old one. Whoever deletes messages deletes slots.
        let purged = self.history.events.iter().any(|(_, event)| matches!(event, Event::Purge));
        // Where an earlier import wrote the same, what is read back does not tell that a task has ended
        // whose id was lost.
        let lost = [Fault::Garbled, Fault::SilenceAfter, Fault::GatewayAfter, Fault::TaskForgotten];
        let bucket = lock(&self.world.bucket);
        let documents = bucket.keys(keys::IMPORTS).filter(|key| key.ends_with("/import.json"));
        let several = documents.count() > 1;
        purged
            || self.hit(Fault::KeysForgotten)
            || several && lost.into_iter().any(|fault| self.hit(fault))
    }

    fn read<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let bytes = lock(&self.world.bucket).get(key).cloned()?;
        serde_json::from_slice(&bytes).ok()
    }

    fn rows(&self, key: &str) -> Vec<Row> {
        let bytes = lock(&self.world.bucket).get(key).cloned().unwrap_or_default();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_ref());
        let columns: Vec<String> =
            reader.headers().map(|h| h.iter().map(str::to_owned).collect()).unwrap_or_default();
        let row = |record: csv::StringRecord| {
            columns.iter().cloned().zip(record.iter().map(str::to_owned)).collect()
        };
        reader.records().filter_map(Result::ok).map(row).collect()
    }

    fn imports(&self) -> Ends {
        let mut ends = Ends::new();
        let ids: BTreeSet<ImportId> = {
            let bucket = lock(&self.world.bucket);
            let names = bucket.keys(keys::IMPORTS).filter_map(|key| key.split('/').nth(1));
            names.filter_map(ImportId::parse).collect()
        };
        let imports: Vec<Import> = ids.into_iter().filter_map(|id| self.import(id)).collect();
        self.drops_are_imported(&imports);
        let mut takers = Takers::new();
        for import in &imports {
            for record in self.records(import) {
                *takers.entry(&record.key).or_default() += 1;
            }
        }
        self.given_up(&imports);
        self.runs(&imports);
        for import in &imports {
            count(&mut ends, import);
            self.balances(import);
            self.state(import);
            self.is_told(import);
            self.says_the_truth(import, &takers);
        }
        ends
    }

    /// Whatever lies in the dead letters of batches is in a ledger.
    fn given_up(&self, imports: &[Import]) {
        for body in lock(&self.world.queues.dead_batches).bodies() {
            let batch: Option<Batch> = serde_json::from_str(body).ok();
            let mut ledgers = imports.iter().map(|import| &import.summary);
            let is_told = |summary: &Summary| {
                summary.batches.dead_lettered > 0
                    && batch.is_some_and(|batch| batch.import == summary.import)
            };
            if !ledgers.any(is_told) {
                self.fails("a batch was given up, and no ledger says so".to_owned());
            }
        }
    }

    /// An import that has begun. One that only drew up its document was overtaken by another.
    fn import(&self, id: ImportId) -> Option<Import> {
        let progress: Progress = self.read(&keys::progress(id))?;
        if !progress.finished {
            self.fails(format!("import {id} is not finished"));
        }
        let document: Option<ImportDocument> = self.read(&keys::document(id));
        let summary: Option<Summary> = self.read(&keys::summary(id));
        let (Some(document), Some(summary)) = (document, summary) else {
            self.fails(format!("import {id} has no summary"));
            return None;
        };
        let resumed = progress.resumed > 0;
        let ended = {
            let (bucket, key) = (lock(&self.world.bucket), keys::summary(id));
            // Two that finish an import write the same, one after the other.
            if resumed { bucket.written(&key) } else { bucket.first_written(&key) }
        };
        Some(Import {
            document,
            summary,
            began: progress.started_at,
            ended: ended.unwrap_or(progress.started_at),
            resumed,
            stop: progress.stopped.map(|stop| stop.code),
            succeeded: self.rows(&keys::succeeded(id)),
            errors: self.rows(&keys::errors(id)),
        })
    }

    /// The records that an import was given.
    fn records(&self, import: &Import) -> Vec<&Expected> {
        let is_of = |key: &str, csv: &[u8]| {
            let size = csv.len() as u64;
            let etag = format!("{:032x}", xxhash_rust::xxh3::xxh3_128(csv));
            let mut objects = import.document.objects.iter();
            objects.any(|object| object.key == key && object.etag == etag && object.size == size)
        };
        let dropped = self.history.events.iter().filter_map(|(_, event)| match event {
            Event::Drop { key, export } if is_of(key, &export.csv) => Some(&export.records),
            _ => None,
        });
        dropped.flatten().collect()
    }

    /// Whatever lies in the drop folder was taken by an import.
    fn drops_are_imported(&self, imports: &[Import]) {
        let bucket = lock(&self.world.bucket);
        let taken = |key: &str| {
            let size = bucket.get(key).map(|bytes| bytes.len() as u64);
            imports.iter().any(|import| {
                let mut objects = import.document.objects.iter();
                objects.any(|object| object.key == key && Some(object.size) == size)
            })
        };
        let missed: Vec<&str> = bucket
            .keys(keys::EXPORTS)
            .chain(bucket.keys(keys::SCHEDULED))
            .filter(|key| !key.starts_with(keys::RESUME) && !taken(key))
            .collect();
        if !missed.is_empty() {
            self.fails(format!("{} was never imported", missed.join(", ")));
        }
    }

    /// The ledger adds up, and the files hold what it says.
    fn balances(&self, import: &Import) {
        let Import { summary, succeeded, errors, .. } = import;
        let id = summary.import;
        let records = &summary.records;
        if !records.balances() {
            self.fails(format!("the ledger of {id} does not balance"));
        }
        if succeeded.len() as u64 != records.imported + records.unchanged {
            self.fails(format!("succeeded.csv of {id} has {} records", succeeded.len()));
        }
        if errors.len() as u64 != records.rejected + records.failed + records.unknown {
            self.fails(format!("errors.csv of {id} has {} records", errors.len()));
        }
        let expected = self.records(import);
        // What is gone cannot be counted any more.
        if self.hit(Fault::ExportDeleted) {
            return;
        }
        if records.read != expected.len() as u64 {
            self.fails(format!("{id} has read {} of {} records", records.read, expected.len()));
        }
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        for row in succeeded.iter().chain(errors) {
            *seen.entry(row.get("Id").map_or("", String::as_str)).or_default() += 1;
        }
        for record in expected {
            let times = seen.get(record.id.as_str()).copied().unwrap_or_default();
            if times != 1 {
                self.fails(format!("{} of {id} came to {times} ends", record.id));
            }
        }
    }

    /// Whoever listens knows how it ended.
    fn is_told(&self, import: &Import) {
        let Summary { import: id, state, records, .. } = &import.summary;
        let told = lock(&self.world.told);
        let last = told.iter().rfind(|finished| finished.import == *id);
        if last.is_none_or(|last| last.state != *state || last.records != *records) {
            self.fails(format!("the end of {id} was told as {last:?}"));
        }
    }

    /// An import stops for what stops an import, and for nothing else.
    fn state(&self, import: &Import) {
        let silent = import.stop == Some(StopCode::SiteUnreachable);
        let stops = |fault: &Fault| fault.stops() || (silent && fault.is_of_the_site());
        let stops = lock(&self.world.chance).hit().keys().any(stops);
        let stopped = matches!(import.summary.state, State::Stopped);
        if stopped && !stops {
            self.fails(format!("{} stopped for nothing: {:?}", import.summary.import, import.stop));
        }
    }
}

fn count(ends: &mut Ends, import: &Import) {
    let Summary { state, records, .. } = &import.summary;
    let mut add = |name: String, number: u64| {
        if number > 0 {
            *ends.entry(name).or_default() += number;
        }
    };
    let why = import.stop.and_then(|stop| serde_json::to_value(stop).ok());
    let why = why.and_then(|stop| Some(format!(": {}", stop.as_str()?))).unwrap_or_default();
    add(format!("imports {state:?}{why}").to_lowercase(), 1);
    add("records imported".to_owned(), records.imported + records.unchanged);
    let summary = &import.summary;
    for (outcome, codes) in [
        ("rejected", &summary.rejected_by_code),
        ("skipped", &summary.skipped_by_code),
        ("failed", &summary.failed_by_code),
        ("unknown", &summary.unknown_by_code),
        ("warned", &summary.warnings_by_code),
    ] {
        for (code, number) in codes {
            add(format!("records {outcome}: {code}"), *number);
        }
    }
}
