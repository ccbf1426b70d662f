//! What the use cases rely on, asked of the adapters on emulated services.
//!
//! Each suite is written against the port, so that whatever plays it can be asked the same.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests say by a panic what does not hold"
)]

mod exports;
mod queue;
mod store;
