//! POLL: a task is followed to its end, its records are settled, and at last the results are written.

pub mod checking;
pub mod ends;
pub mod finish;
pub mod issues;
pub mod outputs;
pub mod page;
pub mod poller;
pub mod read_back;
