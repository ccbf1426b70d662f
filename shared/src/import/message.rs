//! What travels through the queues: pointers and instructions, never records.

use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::id::ImportId;
use crate::csm::task::TaskId;

/// Our own message on the exports queue: go on with an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continue {
    /// The import to go on with.
    #[serde(rename = "continue")]
    pub import: ImportId,
}

/// What the schedule puts into the exports queue: take everything that waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// Always `true`.
    pub scheduled: bool,
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

/// A task to look at, or records to be read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// The batch that the task works on.
    pub batch: Batch,
    /// The request; `None` when nothing was sent and records are only to be read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    /// The batch's message, still in flight: it is the slot.
    pub receipt_handle: String,
}

/// A request that the site took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its idempotency key, by which it is told from other requests of the batch.
    pub key: uuid::Uuid,
    /// The task; `None` when the site has it but its id was lost, so that only reading back helps.
    pub task: Option<TaskId>,
    /// When the site accepted it.
    pub submitted_at: jiff::Timestamp,
}
