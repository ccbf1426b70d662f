//! What travels through the queues: pointers and instructions, never records.

use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::id::ImportId;
use crate::csm::request::Dialect;
use crate::csm::task::TaskId;

/// Our own message on the exports queue: go on with an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continue {
    /// The import to go on with.
    #[serde(rename = "continue")]
    pub import: ImportId,
}

/// A message on the tasks queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskMessage {
    /// Look at the task of a batch.
    Poll(Poll),
    /// Write the results of an import that has come to its end.
    Finish(ImportId),
}

/// `tasks/….json`: the task of a batch, kept before anything else is done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// The task; `None` when the site has it but its id was lost.
    pub task: Option<TaskId>,
    /// The dialect of the request.
    pub dialect: Dialect,
    /// The idempotency key of the request.
    pub idempotency_key: uuid::Uuid,
    /// When the site accepted it.
    pub submitted_at: jiff::Timestamp,
    /// When the task was first seen to have ended.
    pub ended_at: Option<jiff::Timestamp>,
}

/// A task to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// The batch that the task works on.
    pub batch: Batch,
    /// The task; `None` when the site has it but its id was lost, so that only reading back helps.
    pub task: Option<TaskId>,
    /// When the site accepted it.
    pub submitted_at: jiff::Timestamp,
    /// The batch's message, still in flight: it is the slot.
    pub receipt_handle: String,
}
