//! Everything that SPLIT asks of the world, in memory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::memory::Memory;
use csm_import::archive::Archive;
use csm_import::config::Settings;
use csm_import::csm::error::SiteError;
use csm_import::csm::port::{Fields, Site};
use csm_import::csm::profile::SiteProfile;
use csm_import::csm::request::Endpoint;
use csm_import::csm::task::{Task, TaskId};
use csm_import::deadline::Deadline;
use csm_import::delivery::Delivery;
use csm_import::import::finished::Finished;
use csm_import::mapping::definition::{Definitions, DetailFieldDefinition};
use csm_import::mapping::stage::Stage;
use csm_import::port::{Clock, Events, Outgoing, PortError, Ports, Queue};
use jiff::Timestamp;
use split::splitter::Splitter;
use uuid::Uuid;

use super::files::Files;

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

/// Nobody listens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nobody;

impl Events for Nobody {
    async fn tell(&self, _: &Finished) -> Result<(), PortError> {
        unreachable!("no import is finished by SPLIT")
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
    type Events = Nobody;
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
