//! The end of an invocation, and stopping cleanly before it: what is cut off by it has lost its work,
//! and its message comes back only when its visibility ends.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;

use crate::import::id::SourceObject;
use crate::port::{Chunks, Clock, Dropped, ExportError, Exports, Listed, PortError};

/// When an invocation ends; by default never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadline(Option<Timestamp>);

impl Deadline {
    /// An end at this time.
    pub const fn at(end: Timestamp) -> Self {
        Self(Some(end))
    }

    /// The moment at which so much time is left.
    pub fn before(self, needed: Duration) -> Self {
        // What is too long for the calendar was over before it began.
        Self(self.0.map(|end| end.checked_sub(needed).unwrap_or(Timestamp::MIN)))
    }

    /// Whether it has come.
    pub fn has_come(self, now: Timestamp) -> bool {
        self.0.is_some_and(|end| end <= now)
    }

    /// How much time is left.
    pub fn left(self, now: Timestamp) -> Duration {
        self.0.map_or(Duration::MAX, |end| {
            Duration::try_from(end.duration_since(now)).unwrap_or_default()
        })
    }
}

/// Exports that are read until a deadline: then every chunk is [`ExportError::TimeIsUp`].
#[derive(Clone, Copy, Debug)]
pub struct Timely<'a, E, C> {
    exports: &'a E,
    clock: &'a C,
    deadline: Deadline,
}

impl<'a, E: Exports, C: Clock> Timely<'a, E, C> {
    /// The exports, as long as `deadline` has not come.
    pub const fn new(exports: &'a E, clock: &'a C, deadline: Deadline) -> Self {
        Self { exports, clock, deadline }
    }
}

/// The chunks of an export, as long as there is time.
#[derive(Debug)]
pub struct TimelyChunks<'a, K, C> {
    chunks: K,
    clock: &'a C,
    deadline: Deadline,
}

impl<K: Chunks, C: Clock> Chunks for TimelyChunks<'_, K, C> {
    async fn next(&mut self) -> Result<Option<Bytes>, ExportError> {
        if self.deadline.has_come(self.clock.now()) {
            return Err(ExportError::TimeIsUp);
        }
        self.chunks.next().await
    }
}

impl<'a, E: Exports, C: Clock> Exports for Timely<'a, E, C> {
    type Chunks = TimelyChunks<'a, E::Chunks, C>;

    async fn objects(&self, folder: &str) -> Result<Vec<Dropped>, PortError> {
        self.exports.objects(folder).await
    }

    async fn below(&self, prefix: &str, most: usize) -> Result<Vec<Listed>, PortError> {
        self.exports.below(prefix, most).await
    }

    async fn open(&self, object: &SourceObject, from: u64) -> Result<Self::Chunks, ExportError> {
        let chunks = self.exports.open(object, from).await?;
        Ok(TimelyChunks { chunks, clock: self.clock, deadline: self.deadline })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_comes_and_without_one_there_is_always_time() {
        let second = |n| Timestamp::from_second(n).unwrap();
        let end = Deadline::at(second(100));
        for (needed, now, come, left) in [
            (0, 99, false, 1),
            (0, 100, true, 0),
            (0, 101, true, 0),
            (60, 39, false, 1),
            (60, 40, true, 0),
            (u64::MAX, 0, true, 0),
        ] {
            let deadline = end.before(Duration::from_secs(needed));
            assert_eq!(deadline.has_come(second(now)), come, "{needed} {now}");
            assert_eq!(deadline.left(second(now)), Duration::from_secs(left), "{needed} {now}");
        }
        let never = Deadline::default().before(Duration::from_mins(1));
        assert!(!never.has_come(Timestamp::MAX));
        assert_eq!(never.left(Timestamp::MAX), Duration::MAX);
    }
}
