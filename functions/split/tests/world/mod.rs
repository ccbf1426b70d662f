//! Everything that SPLIT asks of the world, in memory.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use csm_import::archive::Archive;
use csm_import::config::Settings;
use csm_import::csm::error::SiteError;
use csm_import::csm::port::{Fields, Site};
use csm_import::csm::profile::SiteProfile;
use csm_import::csm::request::Endpoint;
use csm_import::csm::task::{Task, TaskId};
use csm_import::deadline::Deadline;
use csm_import::delivery::Delivery;
use csm_import::mapping::definition::{Definitions, DetailFieldDefinition};
use csm_import::mapping::stage::Stage;
use csm_import::port::{
    Clock, Condition, Outgoing, PortError, Ports, Queue, Store, Stored, Written,
};
use jiff::Timestamp;
use split::splitter::Splitter;
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

use super::files::Files;

/// The bucket, and how often it was written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(Arc<Mutex<(BTreeMap<String, Stored>, u64)>>);

impl Memory {
    /// Everything whose key begins with this.
    pub(crate) fn below(&self, prefix: &str) -> BTreeMap<String, Bytes> {
        let objects = self.0.lock().unwrap();
        let below = objects.0.iter().filter(|(key, _)| key.starts_with(prefix));
        below.map(|(key, stored)| (key.clone(), stored.bytes.clone())).collect()
    }

    pub(crate) fn put(&self, key: &str, bytes: Bytes) {
        let (objects, writes) = &mut *self.0.lock().unwrap();
        *writes += 1;
        objects.insert(key.to_owned(), Stored { bytes, etag: writes.to_string() });
    }
}

impl Store for Memory {
    async fn read(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<Stored>, PortError> {
        let stored = self.0.lock().unwrap().0.get(key).cloned();
        let Some(Stored { bytes, etag }) = stored else { return Ok(None) };
        let Some(range) = range else { return Ok(Some(Stored { bytes, etag })) };
        let [start, end] = [range.start, range.end].map(|at| usize::try_from(at).unwrap());
        if start >= bytes.len() {
            return Err(PortError::new("reading", "S3 answered 416"));
        }
        Ok(Some(Stored { bytes: bytes.slice(start..end.min(bytes.len())), etag }))
    }

    async fn write(
        &self,
        key: &str,
        bytes: Bytes,
        condition: Condition<'_>,
    ) -> Result<Written, PortError> {
        let etag = self.0.lock().unwrap().0.get(key).map(|stored| stored.etag.clone());
        let holds = match condition {
            Condition::Always => true,
            Condition::Absent => etag.is_none(),
            Condition::Unchanged(expected) => etag.as_deref() == Some(expected),
        };
        if !holds {
            return Ok(Written::Lost);
        }
        self.put(key, bytes);
        Ok(Written::Yes)
    }

    async fn upload(&self, key: &str, mut parts: Receiver<Option<Bytes>>) -> Result<(), PortError> {
        let mut whole = Vec::new();
        while let Some(part) = parts.recv().await {
            let Some(part) = part else {
                self.put(key, whole.into());
                return Ok(());
            };
            whole.extend_from_slice(&part);
        }
        Err(PortError::new("uploading", "abandoned"))
    }
}

/// A site that has nothing.
pub(crate) struct Empty;

impl Fields for Empty {
    async fn definitions(&self, _: Stage) -> Result<Definitions, SiteError> {
        Ok(Definitions::new(Vec::new()))
    }

    async fn create_fields(
        &self,
        _: Stage,
        _: Uuid,
        _: &[DetailFieldDefinition],
    ) -> Result<Option<TaskId>, SiteError> {
        unreachable!("no fields are wanted")
    }

    async fn create_field(&self, _: Stage, _: &DetailFieldDefinition) -> Result<(), SiteError> {
        unreachable!("no fields are wanted")
    }

    async fn set_options(&self, _: Stage, _: &DetailFieldDefinition) -> Result<(), SiteError> {
        unreachable!("no fields are wanted")
    }
}

impl Site for Empty {
    async fn submit(&self, _: Endpoint, _: Uuid, _: Vec<u8>) -> Result<TaskId, SiteError> {
        unreachable!("no records are sent")
    }

    async fn task(&self, _: &TaskId) -> Result<Option<Task>, SiteError> {
        unreachable!("no records are sent")
    }

    async fn organizations(&self, _: &[&str]) -> Result<Vec<SiteProfile>, SiteError> {
        Ok(Vec::new())
    }

    async fn customers(&self, _: &str, _: &str) -> Result<Vec<SiteProfile>, SiteError> {
        unreachable!("no records are read")
    }

    async fn profiles(&self, _: Stage, _: &[&str]) -> Result<Vec<SiteProfile>, SiteError> {
        unreachable!("no records are read")
    }
}

/// What was sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent(pub(crate) Arc<Mutex<Vec<Outgoing>>>);

impl Queue for Sent {
    async fn send(&self, messages: Vec<Outgoing>) -> Result<(), PortError> {
        self.0.lock().unwrap().extend(messages);
        Ok(())
    }

    async fn hold(&self, _: &str, _: Duration) -> Result<(), PortError> {
        Ok(())
    }

    async fn delete(&self, _: &str) -> Result<(), PortError> {
        Ok(())
    }
}

/// A clock that stands still for so many looks, and then shows that it is too late.
#[derive(Clone, Debug)]
pub(crate) struct Looks {
    pub(crate) taken: Arc<AtomicUsize>,
    allowed: usize,
}

const START: Timestamp = Timestamp::constant(1_795_000_000, 0);

impl Clock for Looks {
    fn now(&self) -> Timestamp {
        let taken = self.taken.fetch_add(1, Ordering::Relaxed);
        if taken < self.allowed { START } else { START + Duration::from_hours(1) }
    }
}

/// The functions's world, across its invocations.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) bucket: Memory,
    pub(crate) exports: Files,
    pub(crate) batches: Sent,
    pub(crate) tasks: Sent,
    pub(crate) person_accounts: &'static str,
}

impl Ports for World {
    type Store = Memory;
    type Exports = Files;
    type Site = Empty;
    type Queue = Sent;
    type Clock = Looks;
}

impl World {
    pub(crate) fn new(exports: Files, person_accounts: &'static str) -> Self {
        let (batches, tasks) = (Sent::default(), Sent::default());
        Self { bucket: Memory::default(), exports, batches, tasks, person_accounts }
    }

    /// The function as one invocation finds it, which ends after so many looks at the clock; the
    /// number of looks that were taken.
    pub(crate) fn splitter(&self, looks: usize) -> (Splitter<Self>, Arc<AtomicUsize>) {
        let taken = Arc::new(AtomicUsize::new(0));
        let clock = Looks { taken: Arc::clone(&taken), allowed: looks };
        let settings = Settings::read(|name| {
            Some(match name {
                "CSM_BASE_URL" => "https://api.atlassian.com/jsm/csm/cloudid/c1".to_owned(),
                "MAX_OPEN_TASKS" => "5".to_owned(),
                "SETTLE_SECONDS" | "READ_BACK_SECONDS" => "30".to_owned(),
                "DIALECT" | "EXPORT_ENCODING" => "auto".to_owned(),
                "UNKNOWN_ORGANIZATION" => "warn".to_owned(),
                "PERSON_ACCOUNTS" => self.person_accounts.to_owned(),
                "ARCHIVE_MAX_MEMBERS" | "ARCHIVE_MAX_GIB" | "ARCHIVE_MAX_RATIO" => "100".to_owned(),
                _ => "x".to_owned(),
            })
        });
        let splitter = Splitter {
            archive: Archive::new(self.bucket.clone()),
            exports: self.exports.clone(),
            site: Empty,
            batches_queue: self.batches.clone(),
            tasks_queue: self.tasks.clone(),
            clock,
            settings: settings.unwrap(),
        };
        (splitter, taken)
    }
}

/// A message, in an invocation that ends when the clock says so.
pub(crate) fn delivery(body: String) -> Delivery {
    let deadline = Deadline::at(START + Duration::from_mins(15));
    Delivery { body, receives: 1, deadline, ..Delivery::default() }
}
