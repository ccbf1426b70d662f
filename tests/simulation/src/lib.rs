//! The whole pipeline in one thread, with invented time, and everything going wrong that can.
//!
//! The three use cases and the client of the site are the real ones. What they ask of the world is
//! played in memory: a bucket ([`bucket`]), queues ([`queue`]), Lambda ([`invocation`]) and the site
//! of `csm-sim` without a socket ([`site`]). A seed decides everything that chance decides
//! ([`chance`]): what is dropped and what the site is like ([`history`]), how long each step takes,
//! and which [`fault`] meets it. The same seed is the same history, step by step. What came of it is
//! held against what the site holds ([`check`]).

pub mod asked;
pub mod bucket;
pub mod chance;
pub mod check;
pub mod events;
pub mod fault;
pub mod history;
pub mod invocation;
pub mod point;
pub mod queue;
pub mod records;
pub mod run;
pub mod site;
pub mod table;
pub mod trace;
pub mod wiring;
pub mod world;

pub use run::{Report, replay, replay_scheduled};
