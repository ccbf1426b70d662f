//! What is wrong in the file, and where.

use std::fmt::{Display, Formatter, Result as Written};

use serde::{Deserialize, Serialize};

/// Faults that are told; a file has more only if it is something else altogether.
const TOLD: usize = 100;

/// Characters of a key or a value that are shown: enough to find it.
const SHOWN: usize = 40;

/// One thing that is wrong in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The character of the line, from 1.
    pub column: usize,
    /// The key with its sections, such as `contact.fields.Phone`; empty for the file as a whole.
    pub key: String,
    /// What is wrong and what is allowed; goes on after the key.
    pub problem: String,
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        let Self { line, column, key, problem } = self;
        let space = if key.is_empty() { "" } else { " " };
        write!(f, "line {line}, column {column}: {key}{space}{problem}")
    }
}

/// Everything that is wrong in the file, in its order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Faults {
    faults: Vec<Fault>,
    more: usize,
}

impl Faults {
    pub(super) fn one(text: &str, at: usize, problem: String) -> Self {
        let (line, column) = position(text, at);
        Self { faults: vec![Fault { line, column, key: String::new(), problem }], more: 0 }
    }

    /// The faults, at most 100.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// How many there are besides.
    pub const fn more(&self) -> usize {
        self.more
    }
}

impl Display for Faults {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "{} is not usable", super::FILE)?;
        for (number, fault) in self.faults.iter().enumerate() {
            write!(f, "{} {fault}", if number == 0 { ":" } else { ";" })?;
        }
        if self.more > 0 {
            write!(f, "; and {} more", self.more)?;
        }
        Ok(())
    }
}

/// Gathers what is wrong while the file is read.
pub(super) struct Problems<'t> {
    text: &'t str,
    found: Vec<(usize, String, String)>,
}

impl<'t> Problems<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new() }
    }

    /// Notes that something is wrong with `key`, at this byte of the file.
    pub(super) fn add(&mut self, at: usize, key: &str, problem: impl Into<String>) {
        self.found.push((at, key.to_owned(), problem.into()));
    }

    pub(super) fn finish(mut self) -> Result<(), Faults> {
        if self.found.is_empty() {
            return Ok(());
        }
        self.found.sort_by_key(|(at, ..)| *at);
        let more = self.found.len().saturating_sub(TOLD);
        let told = self.found.into_iter().take(TOLD).map(|(at, key, problem)| {
            let (line, column) = position(self.text, at);
            Fault { line, column, key, problem }
        });
        Err(Faults { faults: told.collect(), more })
    }
}

/// Line and column of a byte of the text.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// A text of the file on one line, shortened.
pub(super) fn shown(text: &str) -> String {
    let kept: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    let cut = if text.chars().nth(SHOWN).is_some() { "…" } else { "" };
    format!("\"{kept}{cut}\"")
}

/// A key below `path`, quoted where TOML would quote it.
pub(super) fn below(path: &str, key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let key = match key {
        bare_key if !key.is_empty() && key.len() <= SHOWN && key.chars().all(bare) => {
            bare_key.to_owned()
        }
        _ => shown(key),
    };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}
