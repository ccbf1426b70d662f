//! One world: its time, its chance, and everything that is kept in it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use csm_import::import::finished::Finished;
use csm_import::port::{Clock, PortError};
use csm_sim::Embedded;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use crate::asked::{Asked, Of};
use crate::bucket::Objects;
use crate::chance::Chance;
use crate::fault::Fault;
use crate::invocation;
use crate::queue::{Kind, Messages};
use crate::site::Secret;
use crate::trace::Trace;

/// How long an ordinary step takes at least and at most.
const STEP: std::ops::Range<Duration> = Duration::from_millis(2)..Duration::from_millis(40);
/// How long a slow one takes.
const SLOW: std::ops::Range<Duration> = Duration::from_secs(20)..Duration::from_secs(400);

/// The three queues with their dead letters.
pub struct Queues {
    /// What was dropped, and imports to go on with.
    pub exports: Mutex<Messages>,
    /// Batches to be sent.
    pub batches: Mutex<Messages>,
    /// Tasks to be looked at.
    pub tasks: Mutex<Messages>,
    /// Batches that were given up.
    pub dead_batches: Mutex<Messages>,
}

/// One world. Nothing in it knows real time or another source of chance.
pub struct World {
    started: Instant,
    started_at: Timestamp,
    /// Chance.
    pub chance: Mutex<Chance>,
    /// What has happened.
    pub trace: Mutex<Trace>,
    /// The bucket.
    pub bucket: Mutex<Objects>,
    /// The queues.
    pub queues: Queues,
    /// The site.
    pub site: Embedded,
    /// The secret with the site's token.
    pub secret: Mutex<Secret>,
    /// What whoever listens has been told.
    pub told: Mutex<Vec<Finished>>,
    /// What the functions have asked for.
    pub asked: Mutex<BTreeSet<Asked>>,
    /// What must never happen, and did.
    pub violations: Mutex<Vec<String>>,
    /// Told whenever a queue has changed.
    pub changed: Notify,
}

/// A panic elsewhere is told where it happened; what is kept is still worth looking at.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// An empty world, whose time begins now and at `started_at`.
    pub fn new(started_at: Timestamp, chance: Chance, site: Embedded, trace: Trace) -> Arc<Self> {
        let queue = |kind| Mutex::new(Messages::new(kind, started_at));
        Arc::new(Self {
            started: Instant::now(),
            started_at,
            chance: Mutex::new(chance),
            trace: Mutex::new(trace),
            bucket: Mutex::default(),
            queues: Queues {
                exports: queue(Kind::Exports),
                batches: queue(Kind::Batches),
                tasks: queue(Kind::Tasks),
                dead_batches: queue(Kind::DeadBatches),
            },
            site,
            secret: Mutex::default(),
            told: Mutex::default(),
            asked: Mutex::default(),
            violations: Mutex::default(),
            changed: Notify::new(),
        })
    }

    /// The time since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The instant of tokio's time at which so much time will have passed.
    pub fn instant(&self, elapsed: Duration) -> Instant {
        self.started + elapsed
    }

    /// Notes an event.
    pub fn note(&self, what: &str) {
        let seconds = self.elapsed().as_secs_f64();
        let who = invocation::name();
        lock(&self.trace).note(format!("{seconds:>12.3} {who:<12} {what}"));
    }

    /// Notes that a function asks something of a port.
    pub fn ask(&self, method: &'static str, of: Of) {
        if let Some(function) = invocation::function() {
            lock(&self.asked).insert(Asked { function, method, of });
        }
    }

    /// Notes something that must never happen.
    pub fn violate(&self, what: String) {
        self.note(&format!("VIOLATION: {what}"));
        let mut violations = lock(&self.violations);
        if !violations.contains(&what) {
            violations.push(what);
        }
    }

    /// Comes to a point, where something may go wrong. A function that dies here never returns; any
    /// other fault is for the caller to carry out, except that [`World::leave`] takes its time.
    pub async fn enter(&self, point: &str, possible: &'static [Fault]) -> Option<Fault> {
        let step = lock(&self.chance).time(STEP);
        sleep(step).await;
        lock(&self.trace).pass(point, possible);
        let fault = lock(&self.chance).fault(point, possible);
        match fault {
            Some(fault) => self.note(&format!("{point} [{fault}]")),
            None => self.note(point),
        }
        if fault == Some(Fault::CrashBefore) {
            invocation::die().await;
        }
        fault
    }

    /// Leaves a point once its effect is there.
    pub async fn leave(&self, fault: Option<Fault>) {
        let step = match fault {
            Some(Fault::Slow) => lock(&self.chance).time(SLOW),
            _ => lock(&self.chance).time(STEP),
        };
        if fault == Some(Fault::CrashAfter) {
            invocation::die().await;
        }
        sleep(step).await;
    }

    /// Does something that fails as ports do.
    ///
    /// # Errors
    /// Chance wants it so, before or after it was done.
    pub async fn effect<T>(
        &self,
        point: &str,
        possible: &'static [Fault],
        act: impl FnOnce(Option<Fault>) -> T + Send,
    ) -> Result<T, PortError>
    where
        T: Send,
    {
        let fault = self.enter(point, possible).await;
        if fault == Some(Fault::ErrorBefore) {
            return Err(PortError::new("a step of the simulation", "it failed before it was done"));
        }
        let done = act(fault);
        self.leave(fault).await;
        if fault == Some(Fault::ErrorAfter) {
            return Err(PortError::new("a step of the simulation", "it failed after it was done"));
        }
        Ok(done)
    }
}

/// The clock of a world.
#[derive(Clone)]
pub struct WorldClock(pub Arc<World>);

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        self.0.started_at.checked_add(self.0.elapsed()).unwrap_or(Timestamp::MAX)
    }
}
