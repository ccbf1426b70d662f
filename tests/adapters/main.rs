//! What the use cases rely on, asked of the adapters on emulated services.
//!
//! Each suite is written against the port, so that whatever plays it can be asked the same.

mod exports;
mod queue;
mod store;
