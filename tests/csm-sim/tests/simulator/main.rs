//! Drives the simulator over HTTP, as an importer would.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may panic as tests do; the lints only excuse the tests themselves"
)]

mod client;
mod details;
mod faults;
mod fields;
mod idempotency;
mod live;
mod profiles;
mod reads;
mod refusals;
mod tasks;
