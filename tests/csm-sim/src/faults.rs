//! Misbehaviour that is switched on at run time, through `POST /_sim/faults` or
//! [`Sim::set_faults`](crate::Sim::set_faults).

pub(crate) mod fields;
pub(crate) mod poison;

use std::{collections::VecDeque, time::Duration};

use serde::{Deserialize, Serialize};

use crate::options::duration;
use fields::{Meanwhile, Right};
use poison::Poison;

/// Misbehaviour to come. Setting it replaces what was left of the one before; whatever is left
/// out of the JSON is not disturbed.
///
/// ```json
/// { "answers": [ { "on": "bulk", "next": 2, "answer": { "status": 503 } },
///                { "on": "bulk", "answer": "hang", "afterAccepting": true } ],
///   "tasks":   [ { "next": 1, "end": "failedHalfWritten" } ],
///   "meanwhile": [ { "of": "customers", "field": { "name": "Tier", "type": { "name": "TEXT" } } } ],
///   "definitionsBulkStatus": 405, "lackingRight": "fields",
///   "poison": [ { "word": "Mallory", "effect": "refuse" } ],
///   "dropAssociations": 3, "foreignTasks": 4, "forgetKeys": true, "quoting": true }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Faults {
    /// Answers to the next well-formed requests, used up from the front for each kind.
    pub answers: VecDeque<AnswerFault>,
    /// How the profile tasks accepted from now on end, used up from the front.
    pub tasks: VecDeque<TaskFault>,
    /// Words that bulk requests must not hold.
    pub poison: Vec<Poison>,
    /// How many of the next customer associations silently do nothing.
    pub drop_associations: u32,
    /// Open tasks of somebody else, which count towards the site's limit until set otherwise.
    pub foreign_tasks: usize,
    /// Forgets all idempotency keys once, when set.
    pub forget_keys: bool,
    /// The status that `definitions/bulk` is answered, as on a site that does not have it: 404, 405.
    pub definitions_bulk_status: Option<u16>,
    /// What somebody else does to the detail fields right before our next requests that change them,
    /// used up from the front.
    pub meanwhile: VecDeque<Meanwhile>,
    /// The right that the token's owner lacks: 403.
    pub lacking_right: Option<Right>,
    /// Refusals quote the request with its credentials, and failures of tasks quote the record, as
    /// gateways and validators do.
    pub quoting: bool,
    /// From now on the only bearer token accepted; an empty one accepts any credentials again.
    pub token: Option<String>,
    /// `Retry-After` of the 429 and 503 answers above, in seconds; 1 if missing.
    pub retry_after: Option<u64>,
    /// How long an answer of [`Answer::Hang`] is withheld, in seconds; 60 if missing.
    pub hang_seconds: Option<f64>,
}

/// What is answered instead of the real answer, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct AnswerFault {
    /// The kind of request that is disturbed.
    pub on: RequestKind,
    /// How many requests; 1 if missing.
    pub next: u32,
    /// What they are answered.
    pub answer: Answer,
    /// The request takes effect first, so that only its answer is lost. Requests that are refused
    /// on their own merits then do not use the fault up.
    pub after_accepting: bool,
}

impl Default for AnswerFault {
    fn default() -> Self {
        Self { on: RequestKind::Bulk, next: 1, answer: Answer::Normal, after_accepting: false }
    }
}

impl AnswerFault {
    /// The next `next` bulk POSTs are answered so, without taking effect.
    pub fn bulk(next: u32, answer: Answer) -> Self {
        Self { next, answer, ..Self::default() }
    }

    /// The same, but the request takes effect before its answer is replaced.
    #[must_use]
    pub fn after_accepting(mut self) -> Self {
        self.after_accepting = true;
        self
    }
}

/// Kinds of requests that faults tell apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RequestKind {
    /// The asynchronous writes: profiles and detail field definitions.
    #[default]
    Bulk,
    /// Reading a task.
    Task,
    /// Everything else.
    Other,
}

/// An answer in place of the real one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// The real answer after all; lets a fault begin with a later request.
    #[default]
    Normal,
    /// This HTTP status with an error body.
    Status(u16),
    /// No answer for so long that clients give up.
    Hang,
}

/// How the next tasks end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TaskFault {
    /// How many tasks; 1 if missing.
    #[serde(default = "one")]
    pub next: u32,
    /// Their end.
    #[serde(default)]
    pub end: TaskEnd,
    /// How long they take, in seconds; what the options say if missing.
    #[serde(default)]
    pub seconds: Option<f64>,
}

const fn one() -> u32 {
    1
}

impl TaskFault {
    /// The next task ends so.
    pub fn ending(end: TaskEnd) -> Self {
        Self { next: 1, end, seconds: None }
    }

    /// The next task takes so long, and then ends well.
    pub fn lasting(time: Duration) -> Self {
        Self { next: 1, end: TaskEnd::Normal, seconds: Some(time.as_secs_f64()) }
    }
}

/// How a task ends. A FAILED task lists no failures (reported of live sites).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TaskEnd {
    /// FINISHED, with the failures there were.
    #[default]
    Normal,
    /// FAILED, although everything valid was written.
    FailedWritten,
    /// FAILED, and nothing was written.
    FailedUnwritten,
    /// FAILED, with the first half of the records written.
    FailedHalfWritten,
    /// FINISHED, with failures whose ids the caller has never seen.
    UnusableIds,
}

impl Faults {
    /// The fault that the next request of this kind meets.
    pub(crate) fn waiting(&self, on: RequestKind) -> Option<AnswerFault> {
        self.answers.iter().find(|fault| fault.on == on).cloned()
    }

    /// Counts a request that has met its fault.
    pub(crate) fn used(&mut self, on: RequestKind) {
        if let Some(at) = self.answers.iter().position(|fault| fault.on == on)
            && let Some(fault) = self.answers.get_mut(at)
        {
            fault.next = fault.next.saturating_sub(1);
            if fault.next == 0 {
                self.answers.remove(at);
            }
        }
    }

    /// The fault of the next task, if one was ordered.
    pub(crate) fn take_task(&mut self) -> Option<TaskFault> {
        let fault = self.tasks.front_mut()?;
        let taken = fault.clone();
        fault.next = fault.next.saturating_sub(1);
        if fault.next == 0 {
            self.tasks.pop_front();
        }
        Some(taken)
    }

    /// Whether the next customer association is to be lost.
    pub(crate) fn take_association(&mut self) -> bool {
        let lost = self.drop_associations > 0;
        self.drop_associations = self.drop_associations.saturating_sub(1);
        lost
    }
}

/// How long an answer is withheld.
pub(crate) fn duration_of_hang(faults: &Faults) -> Duration {
    duration(faults.hang_seconds.unwrap_or(60.0))
}
