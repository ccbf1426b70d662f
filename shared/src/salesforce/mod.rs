//! What a Salesforce export is and how its records are read.

pub mod export;
pub mod header;
pub mod id;
mod quotes;
pub mod reader;
pub mod stream;
