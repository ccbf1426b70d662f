//! Letting a history happen: what is dropped, and Lambda feeding the functions from their queues.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use csm_import::import::keys;
use csm_import::port::{Clock, Outgoing};
use csm_sim::Embedded;
use jiff::Timestamp;
use serde_json::json;
use tokio::runtime;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use crate::asked::Asked;
use crate::chance::Chance;
use crate::check::{self, Ends};
use crate::fault::Fault;
use crate::history::{Event, History};
use crate::invocation::Function;
use crate::queue::{Kind, WorldQueue};
use crate::trace::Trace;
use crate::wiring::Functions;
use crate::world::{World, WorldClock, lock};

/// A history that has not come to its end by then has got stuck: messages are kept for 14 days.
const LIMIT: Duration = Duration::from_hours(20 * 24);
/// When every history begins.
const START: i64 = 1_795_341_600;

/// What came of a history.
#[derive(Debug, Default)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// A number that differs when anything happened otherwise.
    pub hash: u64,
    /// What does not hold.
    pub violations: Vec<String>,
    /// The faults that happened.
    pub faults: BTreeMap<Fault, u64>,
    /// What came of imports and records.
    pub ends: Ends,
    /// A number that differs when the site holds other records.
    pub holds: u64,
    /// What the functions asked of their ports.
    pub asked: BTreeSet<Asked>,
    /// What happened, step by step, where that was kept.
    pub trace: Vec<String>,
    /// The points that were passed, in order, and what could have happened there; where the trace was
    /// kept.
    pub points: Vec<(String, &'static [Fault])>,
    /// When the last ledger was written, from the beginning.
    pub finished: Duration,
    /// When the last message was gone, from the beginning.
    pub took: Duration,
}

/// Lets the history of a seed happen.
pub fn replay(seed: u64, keep_trace: bool) -> Report {
    play(&History::of(seed), keep_trace, |_| {})
}

/// Lets the history of a seed happen in which everything is imported on a schedule.
pub fn replay_scheduled(seed: u64, keep_trace: bool) -> Report {
    play(&History::scheduled(seed), keep_trace, |_| {})
}

/// Lets a history happen in a world that `prepare` may have changed.
pub fn play(history: &History, keep_trace: bool, prepare: impl FnOnce(&World)) -> Report {
    let runtime = runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    match runtime {
        Ok(runtime) => runtime.block_on(happen(history, keep_trace, prepare)),
        Err(error) => Report { violations: vec![error.to_string()], ..Report::default() },
    }
}

async fn happen(history: &History, keep_trace: bool, prepare: impl FnOnce(&World)) -> Report {
    let start = Timestamp::from_second(START).unwrap_or_default();
    let site = Embedded::starting(history.site.clone(), start);
    let chance = Chance::new(history.seed, history.plan.clone());
    let world = World::new(start, chance, site, Trace::new(keep_trace));
    prepare(&world);
    match Functions::new(&world, history.parameters) {
        Ok(functions) => serve(&world, &Arc::new(functions), history).await,
        Err(error) => world.violate(error.to_string()),
    }
    let ends = check::all(&world, history);
    let mut trace = lock(&world.trace);
    let trace = std::mem::take(&mut *trace);
    let hash = trace.hash();
    let (trace, points) = trace.into_parts();
    Report {
        seed: history.seed,
        hash,
        violations: lock(&world.violations).clone(),
        faults: lock(&world.chance).hit().clone(),
        ends,
        holds: holds(&world),
        asked: std::mem::take(&mut *lock(&world.asked)),
        trace,
        points,
        finished: finished(&world, start),
        took: world.elapsed(),
    }
}

fn finished(world: &World, start: Timestamp) -> Duration {
    let bucket = lock(&world.bucket);
    let ledgers = bucket.keys(keys::IMPORTS).filter(|key| key.ends_with("/summary.json"));
    let last = ledgers.filter_map(|key| bucket.written(key)).max().unwrap_or(start);
    Duration::try_from(last.duration_since(start)).unwrap_or_default()
}

fn holds(world: &World) -> u64 {
    let state = world.site.state();
    let held = format!("{:?}{:?}", state.organizations, state.customers);
    xxhash_rust::xxh3::xxh3_64(held.as_bytes())
}

/// Feeds the functions until no message can come any more.
async fn serve(world: &Arc<World>, functions: &Arc<Functions>, history: &History) {
    let mut events = history.events.iter().peekable();
    let mut running: JoinSet<Function> = JoinSet::new();
    let mut active = [0_usize; 3];
    let mut number = 0;
    loop {
        while let Some((_, event)) = events.next_if(|(at, _)| *at <= world.elapsed()) {
            occur(world, event);
        }
        for (function, active) in Function::ALL.into_iter().zip(&mut active) {
            let queue = WorldQueue::new(Arc::clone(world), function.queue());
            while *active < function.concurrency()
                && let Some(delivery) = queue.receive()
            {
                *active += 1;
                number += 1;
                let functions = Arc::clone(functions);
                running.spawn(async move {
                    Box::pin(functions.invoke(function, number, delivery)).await;
                    function
                });
            }
        }
        let next = events.peek().map(|(at, _)| *at);
        let next = next.into_iter().chain(waiting(world)).min();
        if running.is_empty() && next.is_none() {
            break;
        }
        if world.elapsed() > LIMIT {
            world.violate("it does not come to an end".to_owned());
            break;
        }
        let wake = world.instant(next.unwrap_or(LIMIT * 2));
        tokio::select! {
            biased;
            Some(ended) = running.join_next() => match ended {
                Ok(function) => {
                    let ended = Function::ALL.into_iter().zip(&mut active);
                    ended.filter(|(other, _)| *other == function).for_each(|(_, n)| *n -= 1);
                }
                Err(error) => {
                    world.violate(format!("a function panicked: {error}"));
                    break;
                }
            },
            () = world.changed.notified() => {}
            () = sleep_until(wake) => {}
        }
    }
}

/// When the next message becomes visible that is not yet.
fn waiting(world: &World) -> Option<Duration> {
    let queues = [&world.queues.exports, &world.queues.batches, &world.queues.tasks];
    queues.into_iter().filter_map(|queue| lock(queue).next(world.elapsed())).min()
}

/// Does something from outside.
fn occur(world: &Arc<World>, event: &Event) {
    match event {
        Event::Purge => {
            world.note("batches and tasks are purged");
            for queue in [&world.queues.batches, &world.queues.tasks] {
                lock(queue).purge();
            }
        }
        Event::Expire => {
            world.note("working papers expire");
            let mut bucket = lock(&world.bucket);
            let expired = bucket.keys(keys::IMPORTS).filter(|key| keys::is_working_paper(key));
            for key in expired.map(str::to_owned).collect::<Vec<_>>() {
                bucket.remove(&key);
            }
        }
        Event::Resume => {
            let begun: BTreeSet<String> = {
                let bucket = lock(&world.bucket);
                let names = bucket.keys(keys::IMPORTS).filter_map(|key| key.split('/').nth(1));
                names.map(str::to_owned).collect()
            };
            for import in begun {
                world.note(&format!("{import} is to go on"));
                put(world, &format!("{}{import}", keys::RESUME), Bytes::from_static(b"go on"));
            }
        }
        Event::Scheduled => {
            world.note("the schedule fires");
            tell(world, &json!({ "scheduled": true }).to_string());
        }
        Event::Others { tasks } => {
            world.note(&format!("others have {tasks} tasks open"));
            world.site.change_faults(|faults| faults.foreign_tasks = *tasks);
        }
        Event::Delete { key } => {
            world.note(&format!("{key} is deleted"));
            lock(&world.chance).count(Fault::ExportDeleted);
            lock(&world.bucket).remove(key);
        }
        Event::Drop { key, export } => {
            world.note(&format!("{key} is dropped, {} records", export.records.len()));
            if lock(&world.bucket).get(key).is_some() {
                lock(&world.chance).count(Fault::ExportReplaced);
            }
            put(world, key, export.csv.clone().into());
        }
    }
}

/// Puts an object, of which S3 tells the queue a little later, unless it waits for the schedule.
fn put(world: &Arc<World>, key: &str, bytes: Bytes) {
    let now = WorldClock(Arc::clone(world)).now();
    lock(&world.bucket).put(key, bytes, now);
    if key.starts_with(keys::SCHEDULED) {
        return;
    }
    let record = json!({
        "eventTime": now.to_string(),
        "eventName": "ObjectCreated:Put",
        "s3": { "object": { "key": key } },
    });
    tell(world, &json!({ "Records": [record] }).to_string());
}

/// Lets a message from outside arrive a little later, once or twice.
fn tell(world: &Arc<World>, body: &str) {
    let twice = lock(&world.chance).fault("S3 notifies", &[Fault::NotifiedTwice]);
    for _ in 0..if twice.is_some() { 2 } else { 1 } {
        let delay = Duration::from_millis(lock(&world.chance).number(50..5_000));
        let message = Outgoing { body: body.to_owned(), delay, fifo: None };
        let queue = WorldQueue::new(Arc::clone(world), Kind::Exports);
        queue.with(|messages, now, _| messages.send(message, now));
    }
}
