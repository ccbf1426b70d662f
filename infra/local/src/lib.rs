//! The deployable template on an emulated cloud: what the `local` command and the pipeline tests
//! share.
//!
//! The functions are the same binaries and the template is the same file that go to a real
//! account; only the services underneath are played by an emulator on this machine, and the
//! site by a simulator.

pub mod args;
pub mod bucket;
pub mod build;
pub mod cloud;
pub mod codes;
pub mod deploy;
pub mod display;
pub mod emulator;
pub mod error;
pub mod exports;
pub mod ledger;
pub mod plans;
pub mod run;
pub mod site;
pub mod venv;
pub mod watch;
pub mod workspace;

pub use bucket::Placed;
pub use cloud::{Cloud, CloudOptions, Queues, Resources};
pub use error::LocalError;
