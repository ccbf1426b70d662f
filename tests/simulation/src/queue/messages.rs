//! The messages of a queue, as SQS documents it: they come at least once and in any order, or in the
//! order of their group and one at a time; who holds a message holds it for a while.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use csm_import::delivery::Delivery;
use csm_import::port::Outgoing;
use jiff::Timestamp;

use crate::chance::Chance;

/// Receives after which a message goes to the dead letters, of every queue of the template.
pub const MAX_RECEIVES: u32 = 1000;
/// How long a message is kept, of every queue of the template.
pub const RETENTION: Duration = Duration::from_hours(14 * 24);
/// For so long a FIFO queue knows a deduplication id (documented).
const DEDUPLICATION: Duration = Duration::from_mins(5);
/// Visibility ends so long after the receive at the latest (documented); whoever asks for more is
/// refused, which the adapter takes for a receipt handle that is no longer valid.
const LONGEST: Duration = Duration::from_hours(12);

/// Which queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Drops, and imports to go on with.
    Exports,
    /// Batches: FIFO.
    Batches,
    /// Tasks.
    Tasks,
    /// Batches that were given up: FIFO.
    DeadBatches,
}

impl Kind {
    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exports => "exports",
            Self::Batches => "batches",
            Self::Tasks => "tasks",
            Self::DeadBatches => "dead letters",
        }
    }

    /// Whether messages have groups, and come one by one within each.
    pub const fn is_fifo(self) -> bool {
        matches!(self, Self::Batches | Self::DeadBatches)
    }

    /// How long a received message is invisible, as in the template.
    pub const fn visibility(self) -> Duration {
        match self {
            Self::Exports | Self::Tasks => Duration::from_mins(90),
            Self::Batches => Duration::from_mins(9),
            // What SQS takes where the template says nothing.
            Self::DeadBatches => Duration::from_secs(30),
        }
    }
}

/// A message in a queue. Times are counted from the beginning of the world.
#[derive(Clone, Debug)]
struct Message {
    id: String,
    body: String,
    group: Option<String>,
    sent: Duration,
    visible: Duration,
    received: Duration,
    handle: Option<String>,
    receives: u32,
}

/// The messages of one queue, in the order in which they were sent.
#[derive(Debug)]
pub struct Messages {
    kind: Kind,
    epoch: Timestamp,
    held: Vec<Message>,
    known: BTreeMap<String, Duration>,
    sent: u64,
    /// Messages that were received too often.
    pub dead: Vec<String>,
    /// Messages that nobody took in time.
    pub expired: Vec<String>,
    /// Messages that get lost on their way: for tests of the checks.
    pub swallowed: u32,
}

impl Messages {
    /// An empty queue, in a world whose time begins at `epoch`.
    pub const fn new(kind: Kind, epoch: Timestamp) -> Self {
        Self {
            kind,
            epoch,
            held: Vec::new(),
            known: BTreeMap::new(),
            sent: 0,
            dead: Vec::new(),
            expired: Vec::new(),
            swallowed: 0,
        }
    }

    /// The bodies of the messages that are there, visible or not.
    pub fn bodies(&self) -> impl Iterator<Item = &str> {
        self.held.iter().map(|message| message.body.as_str())
    }

    /// Takes a message.
    pub fn send(&mut self, message: Outgoing, now: Duration) {
        if let Some(left) = self.swallowed.checked_sub(1) {
            self.swallowed = left;
            return;
        }
        let (group, deduplication) = message.fifo.unzip();
        if let Some(id) = deduplication {
            self.known.retain(|_, sent| now < *sent + DEDUPLICATION);
            if self.known.contains_key(&id) {
                return;
            }
            self.known.insert(id, now);
        }
        self.sent += 1;
        self.held.push(Message {
            id: format!("{}-{}", self.kind.name(), self.sent),
            body: message.body,
            group: group.filter(|_| self.kind.is_fifo()),
            sent: now,
            visible: now + message.delay,
            received: Duration::ZERO,
            handle: None,
            receives: 0,
        });
    }

    /// Hands a message out, if there is one: any of a standard queue, the first of any group that
    /// none is in flight of.
    pub fn receive(&mut self, now: Duration, chance: &mut Chance) -> Option<Delivery> {
        self.expire(now);
        loop {
            let visible = self.visible(now);
            let at = *visible.get(chance.position(visible.len()))?;
            let sent = self.sent;
            let message = self.held.get_mut(at)?;
            message.receives += 1;
            if message.receives > MAX_RECEIVES {
                let message = self.held.remove(at);
                self.dead.push(message.body);
                continue;
            }
            message.received = now;
            message.visible = now + self.kind.visibility();
            let handle = format!("{}/{}/{sent}", message.id, message.receives);
            message.handle = Some(handle.clone());
            return Some(Delivery {
                id: message.id.clone(),
                receipt_handle: handle,
                body: message.body.clone(),
                receives: message.receives,
                sent: self.epoch.checked_add(message.sent).ok(),
                ..Delivery::default()
            });
        }
    }

    /// Deletes all of them.
    pub fn purge(&mut self) {
        self.held.clear();
    }

    /// The positions of those that can be received.
    fn visible(&self, now: Duration) -> Vec<usize> {
        let mut groups = BTreeSet::new();
        let first_of_group = |message: &Message| match &message.group {
            Some(group) => groups.insert(group.clone()),
            None => true,
        };
        let mut first_of_group = first_of_group;
        let firsts = self.held.iter().enumerate().filter(|(_, m)| first_of_group(m));
        firsts.filter(|(_, m)| m.visible <= now).map(|(at, _)| at).collect()
    }

    /// When the next message becomes visible that is not yet.
    pub fn next(&self, now: Duration) -> Option<Duration> {
        self.held.iter().map(|message| message.visible).filter(|at| *at > now).min()
    }

    /// Whether there is no message.
    pub const fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Keeps a message in flight invisible; one that is not in flight by this handle stays as it is.
    pub fn hold(&mut self, handle: &str, time: Duration, now: Duration) {
        let held = self.held.iter_mut().find(|m| m.handle.as_deref() == Some(handle));
        if let Some(message) = held
            && message.visible > now
            && now + time <= message.received + LONGEST
        {
            message.visible = now + time;
        }
    }

    /// Deletes a message. A FIFO queue wants the last handle, and in time; a standard queue may
    /// delete by an older one, or not (documented).
    pub fn delete(&mut self, handle: &str, now: Duration, chance: &mut Chance) {
        let id = handle.split('/').next().unwrap_or_default();
        let Some(at) = self.held.iter().position(|message| message.id == id) else { return };
        let Some(message) = self.held.get(at) else { return };
        let is_last = message.handle.as_deref() == Some(handle);
        let deletes = if self.kind.is_fifo() {
            is_last && message.visible > now
        } else {
            is_last || chance.happens(0.5)
        };
        if deletes {
            self.held.remove(at);
        }
    }

    /// Delivers a message once more, at another time.
    pub fn duplicate(&mut self, delay: Duration) {
        if let Some(mut again) = self.held.last().cloned() {
            self.sent += 1;
            again.visible += delay;
            // A copy on another server: it is received and deleted by itself.
            again.id = format!("{}b{}", again.id, self.sent);
            self.held.push(again);
        }
    }

    fn expire(&mut self, now: Duration) {
        let (kept, expired): (Vec<_>, Vec<_>) =
            self.held.drain(..).partition(|message| now < message.sent + RETENTION);
        self.held = kept;
        self.expired.extend(expired.into_iter().map(|message| message.body));
    }
}
