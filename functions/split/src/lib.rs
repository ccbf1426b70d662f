//! SPLIT: what was dropped becomes an import, and its exports become batches.

pub mod fields;
mod gathered;
pub mod intake;
pub mod listing;
pub mod notification;
pub mod organizations;
pub mod reading;
pub mod splitter;
pub mod stage;
