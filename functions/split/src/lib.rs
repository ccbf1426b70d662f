//! SPLIT: what was dropped becomes an import, and its exports become batches.

mod census;
mod drawing_up;
pub mod fields;
mod gathered;
pub mod intake;
mod known;
pub mod listing;
pub mod notification;
pub mod organizations;
mod others;
mod planning;
mod preparing;
pub mod reading;
mod resuming;
pub mod splitter;
pub mod stage;
pub mod understanding;
