//! What is measured while imports run: every metric, once, with the moments that count for it.
//!
//! The numbers are for dashboards and alarms. What became of records is told by the ledger alone:
//! an invocation that dies takes its metrics with it.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};

use crate::csm::error::{Blocked, Class, SiteError};
use crate::import::counts::Counts;
use crate::import::outcome::Outcome;
use crate::import::summary::State;

/// The namespace in CloudWatch.
pub const NAMESPACE: &str = "csm-import";
/// The dimension that all metrics have: the name of the stack.
pub const STACK: &str = "Stack";

/// How a metric adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// How often something happened: its sum says something.
    Counter,
    /// Values, one at a time: their average and their maximum do.
    Values,
}

/// A metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// How it adds up.
    pub kind: Kind,
    /// What it is counted in.
    pub unit: Unit,
    /// The dimension that it has beside [`STACK`].
    pub dimension: Option<&'static str>,
    /// What it says.
    pub meaning: &'static str,
}

macro_rules! metrics {
    ($($name:ident = $told:literal, $kind:ident, $unit:ident, $dimension:expr, $meaning:literal;)*) => {
        $(
            #[doc = $meaning]
            const $name: Metric = Metric {
                name: $told,
                kind: Kind::$kind,
                unit: Unit::$unit,
                dimension: $dimension,
                meaning: $meaning,
            };
        )*
        /// Every metric.
        pub const ALL: &[Metric] = &[$($name),*];
    };
}

metrics! {
    RECORDS = "Records", Counter, Count, Some("Outcome"), "Records that came to an end, by what became of them.";
    NOT_IMPORTED = "NotImportedPercent", Values, Percent, None, "Of a batch, how many records were rejected, failed or are unknown.";
    BATCHES = "BatchesSettled", Counter, Count, None, "Batches whose results are stored.";
    BATCH_AGE = "BatchAge", Values, Seconds, None, "At each look at a task, how long ago its batch was sent; the maximum is the oldest batch.";
    STANDSTILL = "Standstill", Values, Seconds, None, "At each step of a batch, how long its import has settled none; the minimum tells whether anything goes on.";
    OPEN_TASKS = "OpenTasks", Values, Count, None, "Whenever a task was opened, how many batches of its import were at the site.";
    TASK_TIME = "TaskTime", Values, Seconds, None, "How long a task took that was seen to end.";
    RETRIES = "Retries", Counter, Count, None, "Requests that the site did not answer as it should and that are sent again.";
    THROTTLED = "Throttled", Counter, Count, None, "Answers of the site that asked to slow down (429).";
    SLOTS_TAKEN = "SlotsTaken", Counter, Count, None, "Requests that found as many open tasks at the site as it allows.";
    AUTHENTICATION_FAILURES = "AuthenticationFailures", Counter, Count, None, "Requests that could not be sent or were refused for the token or its owner's rights.";
    MESSAGE_AGE = "MessageAge", Values, Seconds, Some("Queue"), "At each receive of a message, how long ago it was sent; the maximum is the oldest message.";
    FAULTS = "Faults", Counter, Count, None, "Messages that could not be dealt with and come again.";
    IMPORTS = "ImportsFinished", Counter, Count, Some("State"), "Imports and plans that came to their end.";
}

/// Tells the recorder of this program what is measured.
pub fn describe() {
    for metric in ALL {
        match metric.kind {
            Kind::Counter => describe_counter!(metric.name, metric.unit, metric.meaning),
            Kind::Values => describe_histogram!(metric.name, metric.unit, metric.meaning),
        }
    }
}

/// Records came to their ends.
pub fn records(counts: &Counts) {
    for (outcome, number) in [
        (Outcome::Imported, counts.imported),
        (Outcome::Unchanged, counts.unchanged),
        (Outcome::Rejected, counts.rejected),
        (Outcome::Failed, counts.failed),
        (Outcome::Skipped, counts.skipped),
        (Outcome::Unknown, counts.unknown),
    ] {
        if number > 0 {
            counter!(RECORDS.name, "Outcome" => outcome.as_str()).increment(number);
        }
    }
}

/// A batch of records was settled.
pub fn batch(outcomes: &Counts, task_seconds: Option<f64>) {
    counter!(BATCHES.name).increment(1);
    records(outcomes);
    if outcomes.read > 0 {
        let not_imported = outcomes.rejected + outcomes.failed + outcomes.unknown;
        #[expect(clippy::cast_precision_loss, reason = "a batch has 100 records")]
        let percent = 100.0 * not_imported as f64 / outcomes.read as f64;
        histogram!(NOT_IMPORTED.name).record(percent);
    }
    if let Some(seconds) = task_seconds {
        histogram!(TASK_TIME.name).record(seconds);
    }
}

/// Somebody looks at a task whose batch was sent so long ago.
pub fn batch_age(age: Duration) {
    histogram!(BATCH_AGE.name).record(age);
}

/// A batch comes to a step, and its import has settled none for so long.
pub fn standstill(time: Duration) {
    histogram!(STANDSTILL.name).record(time);
}

/// A task was opened, and so many batches of its import are at the site now.
pub fn open_tasks(number: usize) {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    histogram!(OPEN_TASKS.name).record(f64::from(number));
}

/// The site did not do what it was asked for.
pub fn site_error(error: &SiteError) {
    match (error, error.class()) {
        (SiteError::Secret(_), _)
        | (_, Class::Stop(Blocked::TokenRefused | Blocked::RightMissing | Blocked::SecretEmpty)) => {
            counter!(AUTHENTICATION_FAILURES.name).increment(1);
        }
        (SiteError::TaskLimit, _) => {
            counter!(SLOTS_TAKEN.name).increment(1);
        }
        (error, Class::Retry { .. }) => {
            counter!(RETRIES.name).increment(1);
            if matches!(error, SiteError::Throttled { .. }) {
                counter!(THROTTLED.name).increment(1);
            }
        }
        // What was refused for what it holds, or is not there, is told of its records.
        _ => {}
    }
}

/// A message of this queue was received that was sent so long ago. SQS tells no age of messages that were
/// received three times (`ApproximateAgeOfOldestMessage` of standard queues), and waiting is receiving.
pub fn message_age(queue: &'static str, age: Duration) {
    histogram!(MESSAGE_AGE.name, "Queue" => queue).record(age);
}

/// A message could not be dealt with.
pub fn fault() {
    counter!(FAULTS.name).increment(1);
}

/// An import came to its end.
pub fn import(state: State) {
    counter!(IMPORTS.name, "State" => state.as_str()).increment(1);
}
