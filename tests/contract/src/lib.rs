//! What the use cases rely on, asked of whatever plays the ports: of the adapters on emulated
//! services, and of the bucket and queues of the simulation.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "this is test support: a panic says what does not hold"
)]

pub mod exports;
pub mod memory;
pub mod queue;
pub mod store;
