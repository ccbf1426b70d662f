//! A simulator of the Customer Service Management (CSM) bulk API, for tests and for a local demo.
//!
//! It answers the endpoints an importer needs as strictly as the published contract allows, and
//! can be told to misbehave the way live sites are reported to. It listens on the loopback
//! interface only, keeps everything in memory and computes the state of its tasks from the clock
//! whenever it is looked at; no work happens between requests.
//!
//! ```
//! # async fn example() -> std::io::Result<()> {
//! use csm_sim::{Options, Sim};
//!
//! let sim = Sim::start(Options::documented()).await?;
//! // … drive a client against sim.base_url() …
//! assert_eq!(sim.state().counters.limit_refusals, 0);
//! sim.stop().await;
//! # Ok(())
//! # }
//! ```

mod chance;
mod clock;
mod embedded;
mod faults;
mod options;
mod request;
mod routes;
mod server;
mod state;
mod world;

pub use embedded::Embedded;
pub use faults::fields::{FieldOwner, Meanwhile, Right};
pub use faults::poison::{Poison, PoisonEffect};
pub use faults::{Answer, AnswerFault, Faults, RequestKind, TaskEnd, TaskFault};
pub use options::{Dialect, FirstFields, Missing, Options, Site};
pub use server::Sim;
pub use state::{
    Counters, CustomerState, Detail, DetailField, DetailType, EntityCounters, Failure,
    OrganizationState, State, TaskState, TaskStatus, Writes,
};
