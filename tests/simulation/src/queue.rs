//! The queues, as the use cases see them.

mod messages;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use csm_import::delivery::Delivery;
use csm_import::port::{Outgoing, PortError, Queue};

pub use messages::{Kind, MAX_RECEIVES, Messages, RETENTION};

use crate::asked::Of;
use crate::chance::Chance;
use crate::fault::Fault;
use crate::invocation;
use crate::world::{World, lock};

const DOING: &[Fault] =
    &[Fault::CrashBefore, Fault::CrashAfter, Fault::ErrorBefore, Fault::ErrorAfter, Fault::Slow];
const SENDING: &[Fault] = &[
    Fault::CrashBefore,
    Fault::CrashAfter,
    Fault::ErrorBefore,
    Fault::ErrorAfter,
    Fault::Slow,
    Fault::Duplicate,
];

/// A queue, as the use cases see it.
#[derive(Clone)]
pub struct WorldQueue {
    world: Arc<World>,
    kind: Kind,
}

impl WorldQueue {
    /// The queue of this kind.
    pub const fn new(world: Arc<World>, kind: Kind) -> Self {
        Self { world, kind }
    }

    fn messages(&self) -> &Mutex<Messages> {
        let queues = &self.world.queues;
        match self.kind {
            Kind::Exports => &queues.exports,
            Kind::Batches => &queues.batches,
            Kind::Tasks => &queues.tasks,
            Kind::DeadBatches => &queues.dead_batches,
        }
    }

    /// Does something with the messages, at once and without fail.
    pub fn with<T>(&self, act: impl FnOnce(&mut Messages, Duration, &mut Chance) -> T) -> T {
        let now = self.world.elapsed();
        let mut chance = lock(&self.world.chance);
        let done = act(&mut lock(self.messages()), now, &mut chance);
        self.world.changed.notify_one();
        done
    }

    /// Receives a message, if there is one.
    pub fn receive(&self) -> Option<Delivery> {
        let now = self.world.elapsed();
        let mut chance = lock(&self.world.chance);
        lock(self.messages()).receive(now, &mut chance)
    }

    fn point(&self, verb: &str, message: &str) -> String {
        let what = match (self.kind, message) {
            (Kind::Exports, _) => "the exports message",
            (Kind::Tasks, body) if body.contains("\"finish\"") => "the finish message",
            (Kind::Tasks, _) => "the task's message",
            (Kind::Batches, _) => "the batch's message",
            (Kind::DeadBatches, _) => "a dead letter",
        };
        invocation::point(format_args!("{verb} {what}"))
    }
}

impl Queue for WorldQueue {
    async fn send(&self, messages: Vec<Outgoing>) -> Result<(), PortError> {
        self.world.ask("Queue::send", Of::Queue(self.kind));
        // Ten at once, as the adapter does; between two of these anything may happen.
        let mut messages = messages.into_iter().peekable();
        while let Some(first) = messages.peek() {
            let point = self.point("sends", &first.body);
            let some: Vec<Outgoing> = messages.by_ref().take(10).collect();
            let act = |fault| {
                self.with(|queue, now, chance| {
                    for message in some {
                        queue.send(message, now);
                        if fault == Some(Fault::Duplicate) && !self.kind.is_fifo() {
                            let delay = Duration::from_secs(chance.number(0..3600));
                            queue.duplicate(delay);
                        }
                    }
                });
            };
            self.world.effect(&point, SENDING, act).await?;
        }
        Ok(())
    }

    async fn hold(&self, receipt_handle: &str, time: Duration) -> Result<(), PortError> {
        self.world.ask("Queue::hold", Of::Queue(self.kind));
        let point = self.point("holds", "");
        let seconds = Duration::from_secs_f64(time.as_secs_f64().ceil());
        let act = |_| self.with(|queue, now, _| queue.hold(receipt_handle, seconds, now));
        self.world.effect(&point, DOING, act).await
    }

    async fn delete(&self, receipt_handle: &str) -> Result<(), PortError> {
        self.world.ask("Queue::delete", Of::Queue(self.kind));
        let point = self.point("deletes", "");
        let act = |_| self.with(|queue, now, chance| queue.delete(receipt_handle, now, chance));
        self.world.effect(&point, DOING, act).await
    }
}
