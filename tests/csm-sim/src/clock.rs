//! The simulator's time: a duration since its start, which tests can push forward.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// A point in simulated time, counted from the start.
pub(crate) type Moment = Duration;

/// Runs with the clock of tokio, which is the real one unless it is paused, plus whatever it was
/// advanced by.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    started_at: Timestamp,
    advanced: Duration,
}

impl Clock {
    pub(crate) fn start(started_at: Timestamp) -> Self {
        Self { started: Instant::now(), started_at, advanced: Duration::ZERO }
    }

    /// Counts from now on.
    pub(crate) fn restart(&self) -> Self {
        Self::start(self.started_at.checked_add(self.now()).unwrap_or(Timestamp::MAX))
    }

    pub(crate) fn now(&self) -> Moment {
        self.started.elapsed().saturating_add(self.advanced)
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced = self.advanced.saturating_add(by);
    }

    /// The moment as the API writes it: RFC 3339, UTC.
    pub(crate) fn timestamp(&self, moment: Moment) -> String {
        self.started_at
            .checked_add(moment)
            .unwrap_or(Timestamp::MAX)
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string()
    }
}
