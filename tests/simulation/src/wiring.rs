//! The three use cases, put together as their programs do it.

use std::sync::Arc;
use std::time::Duration;

use csm_import::archive::Archive;
use csm_import::config::{ConfigError, Settings};
use csm_import::csm::client::HttpSite;
use csm_import::delivery::Delivery;
use csm_import::port::Ports;
use poll::poller::Poller;
use split::splitter::Splitter;
use submit::submitter::Submitter;
use url::Url;

use crate::bucket::WorldBucket;
use crate::events::WorldEvents;
use crate::invocation::{Function, run};
use crate::queue::{Kind, WorldQueue};
use crate::site::{Line, WorldSecret};
use crate::world::{World, WorldClock};

type Site = HttpSite<WorldSecret, Line>;

/// Those of the world.
struct Played;

impl Ports for Played {
    type Store = WorldBucket;
    type Exports = WorldBucket;
    type Site = Site;
    type Queue = WorldQueue;
    type Events = WorldEvents;
    type Clock = WorldClock;
}

/// The use cases of one world.
pub struct Functions {
    world: Arc<World>,
    split: Splitter<Played>,
    submit: Submitter<Played>,
    poll: Poller<Played>,
}

/// What the template's parameters say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// `MaxOpenTasks`.
    pub max_open_tasks: u16,
    /// `ReadBackSeconds`.
    pub read_back: Duration,
}

/// The bucket's name.
const BUCKET: &str = "simulated";

impl Functions {
    /// The use cases, which share nothing but the world.
    ///
    /// # Errors
    /// A parameter is out of its range.
    pub fn new(world: &Arc<World>, parameters: Parameters) -> Result<Self, ConfigError> {
        let base = format!("https://site.invalid{}", world.site.base_path());
        let read_back = parameters.read_back.as_secs().to_string();
        let max_open_tasks = parameters.max_open_tasks.to_string();
        let settings = Settings::read(|name| {
            Some(match name {
                "BUCKET" => BUCKET.to_owned(),
                "CSM_BASE_URL" => base.clone(),
                "MAX_OPEN_TASKS" => max_open_tasks.clone(),
                "SETTLE_SECONDS" => "30".to_owned(),
                "READ_BACK_SECONDS" => read_back.clone(),
                "DIALECT" | "EXPORT_ENCODING" => "auto".to_owned(),
                "UNKNOWN_ORGANIZATION" => "warn".to_owned(),
                "PERSON_ACCOUNTS" => "customers".to_owned(),
                "ARCHIVE_MAX_MEMBERS" | "ARCHIVE_MAX_GIB" | "ARCHIVE_MAX_RATIO" => "100".to_owned(),
                name => name.to_owned(),
            })
        })?;
        let bucket = WorldBucket(Arc::clone(world));
        let queue = |kind| WorldQueue::new(Arc::clone(world), kind);
        let clock = WorldClock(Arc::clone(world));
        let site = |base: &Url| {
            HttpSite::over(Line(Arc::clone(world)), base, WorldSecret(Arc::clone(world)))
        };
        Ok(Self {
            world: Arc::clone(world),
            submit: Submitter {
                archive: Archive::new(bucket.clone()),
                site: site(&settings.csm_base_url),
                exports_queue: queue(Kind::Exports),
                tasks_queue: queue(Kind::Tasks),
                dead_letters: queue(Kind::DeadBatches),
                clock: clock.clone(),
            },
            poll: Poller {
                archive: Archive::new(bucket.clone()),
                exports: bucket.clone(),
                site: site(&settings.csm_base_url),
                batches_queue: queue(Kind::Batches),
                exports_queue: queue(Kind::Exports),
                events: WorldEvents(Arc::clone(world)),
                clock: clock.clone(),
                patience: settings.read_back,
            },
            split: Splitter {
                archive: Archive::new(bucket.clone()),
                exports: bucket,
                site: site(&settings.csm_base_url),
                batches_queue: queue(Kind::Batches),
                tasks_queue: queue(Kind::Tasks),
                clock,
                settings,
            },
        })
    }

    /// Runs one invocation.
    pub async fn invoke(&self, function: Function, number: u64, delivery: Delivery) {
        match function {
            Function::Split => run(&self.world, function, number, &self.split, delivery).await,
            Function::Submit => run(&self.world, function, number, &self.submit, delivery).await,
            Function::Poll => run(&self.world, function, number, &self.poll, delivery).await,
        }
    }
}
