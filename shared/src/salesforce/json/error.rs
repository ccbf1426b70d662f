//! Why a text could not be read to its end.

/// What ended the reading. Its sentences name a line, never a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// What stands there is no JSON, or no shape that exports have.
    #[error(
        "The JSON cannot be read from line {line} on ({reason}); export again and drop the whole file."
    )]
    Broken {
        /// The line, from 1, as an editor shows it.
        line: u64,
        /// What the tokenizer says; it quotes one character at most.
        reason: String,
    },
    /// The text ends before its records do.
    #[error(
        "The JSON breaks off at line {line}, so records are missing; export again and drop the whole file."
    )]
    Truncated {
        /// The last line, from 1.
        line: u64,
    },
    /// The text has ended and held nothing that could be records.
    #[error(
        "The JSON holds no records; drop the answer to a query, which has them in \"records\", or JSON lines."
    )]
    NoRecords,
}
