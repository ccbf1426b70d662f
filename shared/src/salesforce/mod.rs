//! Salesforce exports: which there are, and reading them.
//!
//! From the outside in: a file may lie in a container ([`container`], reached as [`unpack`] says), in
//! some encoding ([`encoding`]) and syntax ([`csv`], [`json`]; [`format`] says which); its columns
//! ([`header`], [`labels`]) tell what it is ([`export`]). [`stream`] joins the parts to
//! [`record`]s, and [`examine`] reads a file once to
//! find all that out, and what else there is to tell about it as a whole ([`survey`]). [`formula`] keeps
//! spreadsheets from running what stands in the files that come of it.

pub mod container;
pub mod csv;
pub mod encoding;
pub mod examine;
pub mod export;
pub mod format;
pub mod formula;
pub mod header;
pub mod id;
pub mod json;
pub mod labels;
mod lines;
pub mod record;
pub mod stream;
pub mod survey;
pub mod unpack;
