//! SPLIT: what was dropped becomes an import, and its exports become batches.

mod census;
mod checkpoint;
mod drawing_up;
mod examinations;
pub mod fields;
mod gathered;
mod gathering;
pub mod intake;
mod known;
pub mod listing;
pub mod notification;
pub mod organizations;
mod others;
mod passes;
mod planning;
mod preparing;
pub mod reading;
mod resuming;
mod scheduled;
pub mod splitter;
pub mod stage;
pub mod understanding;
