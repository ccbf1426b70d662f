//! What can go wrong, and what the command then exits with.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt::Write, io};

use csm_import::json::JsonFault;

/// Why a deployment or an import on this machine did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// What was asked for cannot be done; nothing was started.
    #[error("{0}")]
    Usage(String),
    /// A file or a process of this machine.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program that was needed failed.
    #[error("{command} failed: {detail}")]
    Command {
        /// The program and what it was to do.
        command: String,
        /// How it ended.
        detail: String,
    },
    /// A service of the emulated cloud refused or did not answer.
    #[error("{what}: {detail}")]
    Aws {
        /// What was being done.
        what: String,
        /// The error and its sources.
        detail: String,
    },
    /// The stack was not created.
    #[error("the template was not deployed, so nothing was imported: {0}")]
    Deploy(String),
    /// The emulator did not start, or ended by itself.
    #[error("the emulator {detail}; its log: {}", log.display())]
    Emulator {
        /// What happened.
        detail: String,
        /// Where it wrote its log, and the functions theirs.
        log: PathBuf,
    },
    /// A message was given up on, which never happens while everything works.
    #[error("message {message} was given up on and lies in the queue {queue}; {log}")]
    DeadLetter {
        /// The dead-letter queue.
        queue: String,
        /// The id of the message.
        message: String,
        /// Where to read on.
        log: String,
    },
    /// Nothing moved for too long.
    #[error("nothing has changed for {seconds} s ({state}); {log}")]
    Stalled {
        /// How long nothing moved.
        seconds: u64,
        /// What was being waited for.
        state: String,
        /// Where to read on.
        log: String,
    },
    /// A document in the bucket is not what it should be.
    #[error("{key} cannot be read: {source}; it may be of another version of csm-import")]
    Document {
        /// Its key.
        key: String,
        /// What is wrong with it.
        source: JsonFault,
    },
    /// Ended by the person at the keyboard.
    #[error("interrupted; the same command can be run again, and doubles nothing")]
    Interrupted,
}

impl LocalError {
    /// What was asked for cannot be done.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// Names what was being done with a file or a process.
    pub fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// A document that is not what it should be.
    pub fn document(key: &str, fault: serde_json::Error) -> Self {
        Self::Document { key: key.to_owned(), source: fault.into() }
    }

    /// Names what was asked of a service; the error keeps its sources in its text.
    pub fn aws<E: Error>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        let what = what.into();
        move |error| Self::Aws { what, detail: chain(&error) }
    }
}

/// Where a person finds out more: the emulator's log holds the functions' as well.
pub(crate) fn see(log: Option<&Path>) -> String {
    log.map_or_else(
        || "see the log of the emulator".to_owned(),
        |path| format!("see the log {}", path.display()),
    )
}

/// The SDK's errors say little by themselves; the reason is among their sources.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let _ = write!(text, ": {error}");
        source = error.source();
    }
    text
}
