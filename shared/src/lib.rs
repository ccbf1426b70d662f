//! Salesforce exports become organizations and customers in Atlassian Customer Service Management.
//!
//! The library behind the three functions, by concept: what an export is ([`salesforce`]), what its
//! records become ([`mapping`]), how the site is spoken to ([`csm`]), and what an import is from
//! drop to report ([`import`]). These take bytes and times and return values; they do no I/O, with
//! one exception, [`csm::client`]. What the use cases ask of the world stands in [`port`] and
//! [`csm::port`], [`archive`] gives types to what lies in the bucket, and [`aws`] has the adapters.

pub mod archive;
#[cfg(feature = "aws")]
pub mod aws;
pub mod choice;
pub mod code;
pub mod config;
pub mod configuration;
pub mod csm;
pub mod deadline;
pub mod delivery;
pub mod frames;
pub mod import;
pub mod json;
pub mod mapping;
pub mod metric;
pub mod port;
pub mod salesforce;
pub mod telemetry;
