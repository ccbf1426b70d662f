//! SUBMIT: a batch becomes a task of the site, and its message stays in flight as the slot.

pub mod request;
pub mod submitter;
