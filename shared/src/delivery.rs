//! A message as it is delivered to a function, and what becomes of it.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

use crate::archive::{Archive, ArchiveError};
use crate::deadline::Deadline;
use crate::import::id::ImportId;
use crate::import::message::{Continue, TaskMessage};
use crate::import::pace;
use crate::import::progress::{Ask, Next};
use crate::json::JsonFault;
use crate::metric;
use crate::port::{Clock, ExportError, Outgoing, PortError, Queue, Store};

/// A message in hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The queue's id of the message.
    pub id: String,
    /// What holds and deletes it.
    pub receipt_handle: String,
    /// Its body.
    pub body: String,
    /// How often it has been received, this time included. Waiting counts as well.
    pub receives: u32,
    /// When it was sent, by the queue's clock; where the queue says so.
    pub sent: Option<Timestamp>,
    /// When the invocation ends that deals with it.
    pub deadline: Deadline,
}

impl Delivery {
    /// A number that differs between deliveries, for jitter.
    pub fn seed(&self) -> u64 {
        xxhash_rust::xxh3::xxh3_64(self.id.as_bytes()).wrapping_add(self.receives.into())
    }

    /// How long it stays after it could not be dealt with. Waiting counts as receiving too, so the pause
    /// must not grow with it without bound.
    pub fn after_a_fault(&self) -> Duration {
        pace::backoff(self.receives.min(8), None, self.seed())
    }

    /// Has it come again after this time. If that fails, it comes when its visibility ends by itself.
    pub async fn hold<Q: Queue>(&self, queue: &Q, time: Duration) {
        if let Err(error) = queue.hold(&self.receipt_handle, time).await {
            tracing::warn!(message_id = %self.id, error = %Causes(&error), "the message could not be held");
        }
    }
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Its effect is durable; it may be deleted.
    Done,
    /// It stays in its queue and comes again after this time.
    Later(Duration),
}

/// How long a message stays whose work was broken off for lack of time: its next turn may come at once.
pub const AT_ONCE: Duration = Duration::from_secs(1);

impl Disposition {
    /// What becomes of a message that had two things done: it stays if either asks for it, for the
    /// longer of two times.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Done, other) => other,
            (one, Self::Done) => one,
            (Self::Later(one), Self::Later(other)) => Self::Later(one.max(other)),
        }
    }
}

/// Why a message could not be dealt with this time.
#[derive(Debug, thiserror::Error)]
pub enum ConsumeError {
    /// The archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The bucket or a queue.
    #[error(transparent)]
    Port(#[from] PortError),
    /// An export.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// A body that none of ours sent. It comes back until the queue hands it to its dead letters.
    #[error("the message is not one of ours")]
    Foreign(#[source] JsonFault),
    /// The ledger does not add up.
    #[error(transparent)]
    Unbalanced(#[from] crate::import::summary::Unbalanced),
    /// A plan does not add up.
    #[error(transparent)]
    UnbalancedPlan(#[from] crate::import::plan::Unbalanced),
    /// Something could not be written as JSON.
    #[error("a document could not be written")]
    Unwritable(#[source] JsonFault),
    /// Something that has to be done in one go, and was given up before the invocation ended.
    #[error("{0} takes longer than this invocation lasts")]
    TooLong(&'static str),
}

impl ConsumeError {
    /// A body that none of ours sent.
    pub fn foreign(error: serde_json::Error) -> Self {
        Self::Foreign(error.into())
    }

    /// Something that cannot be written as JSON.
    pub fn unwritable(error: serde_json::Error) -> Self {
        Self::Unwritable(error.into())
    }
}

/// What a function does with a message.
pub trait Consumer: Send + Sync {
    /// The queue that its messages come from, as metrics call it.
    const QUEUE: &str;

    /// With less time left than this a message is not begun: what its small steps take, and one
    /// answer of the site.
    const NEEDS: Duration;

    /// Deals with one message. Dealing with it twice changes nothing.
    fn consume(
        &self,
        delivery: &Delivery,
    ) -> impl Future<Output = Result<Disposition, ConsumeError>> + Send;
}

/// Deals with the messages of one invocation, one by one; the ids of those that stay.
///
/// A message that has to wait, or failed, is held for the time that it should wait. If even that
/// fails it stays as well, and comes again when its visibility ends by itself. One whose turn comes
/// too late is not begun.
pub async fn consume_all<C: Consumer, Q: Queue, T: Clock>(
    consumer: &C,
    queue: &Q,
    clock: &T,
    deliveries: &[Delivery],
) -> Vec<String> {
    let mut staying = Vec::new();
    for delivery in deliveries {
        if let Some(sent) = delivery.sent {
            metric::message_age(C::QUEUE, clock.now().duration_since(sent).unsigned_abs());
        }
        let outcome = if delivery.deadline.before(C::NEEDS).has_come(clock.now()) {
            Ok(Disposition::Later(AT_ONCE))
        } else {
            consumer.consume(delivery).await
        };
        let wait = match outcome {
            Ok(Disposition::Done) => continue,
            Ok(Disposition::Later(wait)) => wait,
            Err(error) => {
                metric::fault();
                let wait = delivery.after_a_fault();
                tracing::warn!(
                    message_id = %delivery.id,
                    receives = delivery.receives,
                    error = %Causes(&error),
                    again_in_seconds = wait.as_secs(),
                    "the message stays"
                );
                wait
            }
        };
        delivery.hold(queue, wait).await;
        staying.push(delivery.id.clone());
    }
    staying
}

/// An error with its causes, on one line.
pub struct Causes<'a>(pub &'a dyn std::error::Error);

impl std::fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// How long a message stays that may be the only one left to ask again.
pub const ASK_AGAIN: Duration = Duration::from_secs(10);

/// Asks for the next thing that an import needs, if there is one; asking twice does no harm. The
/// message in hand stays until it is certain that somebody has been asked.
///
/// # Errors
/// The message could not be sent. Whoever asked comes back by its own message and asks again.
pub async fn go_on<S: Store, Q: Queue>(
    archive: &Archive<S>,
    import: ImportId,
    now: Timestamp,
    exports: &Q,
    tasks: &Q,
) -> Result<Disposition, ConsumeError> {
    let (_, ask) = archive.advance(import, |progress| progress.ask(now)).await?;
    match ask {
        Ask::Later => return Ok(Disposition::Later(ASK_AGAIN)),
        Ask::Nothing | Ask::Now(Next::Nothing) => {}
        Ask::Now(Next::Begin(_)) => exports.send(vec![message(&Continue { import })?]).await?,
        Ask::Now(Next::Finish) => {
            tasks.send(vec![message(&TaskMessage::Finish(import))?]).await?;
        }
    }
    Ok(Disposition::Done)
}

/// A message to a standard queue, without a delay.
///
/// # Errors
/// It cannot be written as JSON.
pub fn message<T: serde::Serialize>(value: &T) -> Result<Outgoing, ConsumeError> {
    let body = serde_json::to_string(value).map_err(ConsumeError::unwritable)?;
    Ok(Outgoing { body, ..Outgoing::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_stays_as_long_as_anything_asks_for_it() {
        let later = |seconds| Disposition::Later(Duration::from_secs(seconds));
        let done = Disposition::Done;
        for (one, other, both) in [
            (done, done, done),
            (later(1), done, later(1)),
            (done, later(1), later(1)),
            (later(1), later(5), later(5)),
            (later(5), later(1), later(5)),
        ] {
            assert_eq!(one.and(other), both);
        }
    }
}
