//! What a Salesforce record becomes in CSM.
//!
//! [`mapper`] joins the parts: which columns are used (`plan`), how values change ([`convert`]), what
//! an earlier record has taken ([`seen`]), and what comes out ([`record`]).

pub mod columns;
pub mod convert;
pub mod definition;
pub mod describe;
pub mod email;
mod hashes;
pub mod infer;
mod kind;
pub mod mapper;
mod plan;
pub mod policies;
pub mod record;
pub mod relation;
pub mod rules;
pub mod seen;
pub mod stage;
pub mod values;
pub mod version;
