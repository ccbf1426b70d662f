//! How the site is spoken to: the two request dialects, tasks, read-back answers, and the client.
//!
//! Facts about the API are Atlassian's public documentation unless a comment says that they were
//! only reported of live sites.

pub mod answer;
mod blocked;
pub mod client;
pub mod error;
pub mod fields;
pub mod port;
pub mod profile;
pub mod request;
pub mod task;
mod unreached;
