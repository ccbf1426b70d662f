//! What an import is, from drop to report: its identity, its batches, its progress, its ledger.

pub mod attribution;
pub mod batch;
pub mod claims;
pub mod counts;
pub mod document;
pub mod finished;
pub mod id;
pub mod keys;
pub mod manifest;
pub mod message;
pub mod outcome;
pub mod pace;
pub mod phase;
pub mod plan;
pub mod progress;
pub mod scheduled;
pub mod segment;
pub mod settlement;
pub mod summary;
pub mod work;
