//! What is done next, for a batch and for an import.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::import::counts::{ByCode, Counts};
use crate::import::phase::Phase;

/// Somebody was asked to do the next thing for an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What for.
    pub next: Next,
    /// When.
    pub at: Timestamp,
    /// How often before.
    #[serde(default)]
    pub times: u32,
}

/// A batch that is being handed to the site or whose task is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlight {
    /// Errors so far, for which the batch is given up one day.
    pub errors: u32,
    /// Times that no slot was free, which is nobody's fault.
    pub waits: u32,
    /// Requests that may have arrived without their answer: nobody can say that they did not.
    pub requests: u32,
}

/// What a batch may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Be sent.
    Send,
    /// Nothing: its results are stored.
    Settled,
    /// Nothing: the import has stopped before it was sent.
    Stopped,
    /// Nothing: the import has stopped, and whether it was sent before is not known.
    StoppedUnclear,
}

/// What goes on when an import is told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumption {
    /// Nothing is left to be done.
    Nothing,
    /// What is at the site is looked at to its end; nothing more is sent.
    InFlight,
    /// Everything that is not settled is sent.
    Everything,
}

/// Whether to ask for the next thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// There is nothing to ask for.
    Nothing,
    /// Yes, for this.
    Now(Next),
    /// Somebody just did. Whether it was heard is seen later.
    Later,
}

/// What an import needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Next {
    /// Its open batches to be settled, or nothing at all.
    Nothing,
    /// A part of it to be begun.
    Begin(Phase),
    /// Its results to be written.
    Finish,
}

/// The end of a batch, to be counted once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    /// What became of its records.
    pub outcomes: Counts,
    /// Why, where they were not imported, and what was noticed.
    pub codes: ByCode,
    /// How long its task took, if it had one that was seen to end.
    pub task_seconds: Option<f64>,
    /// Whether it was given up.
    pub dead_lettered: bool,
}
