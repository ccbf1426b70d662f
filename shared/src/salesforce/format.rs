//! How the bytes of a file are to be read.

use serde::{Deserialize, Serialize};

use super::encoding::Charset;

/// Encoding and syntax of a file, found once and kept in `import.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// The encoding.
    pub encoding: Charset,
    /// The syntax.
    #[serde(flatten)]
    pub syntax: Syntax,
}

/// The syntax of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "syntax", rename_all = "lowercase")]
pub enum Syntax {
    /// Comma-separated values, whatever separates them.
    Csv {
        /// The character between two values.
        delimiter: char,
    },
    /// Records as objects of JSON.
    Json,
}
