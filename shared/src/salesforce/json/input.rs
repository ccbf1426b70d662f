//! The bytes that were fed and not read yet, and the lines they are on.

use crate::salesforce::lines::Lines;

/// Bytes of a token that are looked at however low the limit is: more than any token has that is
/// neither text nor number.
const MIN_WINDOW: usize = 64;

/// What lies before the reader.
#[derive(Debug)]
pub(super) struct Input {
    bytes: Vec<u8>,
    /// Where the next token starts.
    at: usize,
    finished: bool,
    /// Bytes that are looked at at once, so that what is found does not depend on how many are here.
    window: usize,
    /// Bytes of an unfinished token before it is worth looking at again: looking anew at every chunk
    /// would make a long one quadratic.
    worth: usize,
    lines: Lines,
    /// Up to where lines were counted.
    counted: usize,
}

impl Input {
    /// Nothing yet; tokens of more than `limit` bytes will not be seen whole.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            at: 0,
            finished: false,
            window: limit.max(MIN_WINDOW),
            worth: 0,
            lines: Lines::default(),
            counted: 0,
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.line();
        self.bytes.drain(..self.at);
        (self.at, self.counted) = (0, 0);
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) const fn finish(&mut self) {
        self.finished = true;
    }

    pub(super) const fn is_finished(&self) -> bool {
        self.finished
    }

    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// What may be looked at, and whether more lies behind it; `None` when it is not worth it yet.
    pub(super) fn window(&self) -> Option<(&[u8], bool)> {
        let rest = self.rest();
        match rest.get(..self.window) {
            Some(window) if window.len() < rest.len() => Some((window, true)),
            _ if rest.len() >= self.worth || self.finished => Some((rest, false)),
            _ => None,
        }
    }

    /// Waits for as many bytes again.
    pub(super) fn wait(&mut self) {
        self.worth = self.rest().len().saturating_mul(2).min(self.window.saturating_add(1));
    }

    pub(super) fn advance(&mut self, length: usize) {
        self.at = self.at.saturating_add(length).min(self.bytes.len());
        self.worth = 0;
    }

    /// The line of the next byte, or of the token just passed, which has no line end in it; from 1.
    pub(super) fn line(&mut self) -> u64 {
        self.lines.pass(self.bytes.get(self.counted..self.at).unwrap_or_default());
        self.counted = self.at;
        self.lines.current()
    }

    /// Whether the next byte is the first of its line.
    pub(super) fn at_line_start(&mut self) -> bool {
        self.line();
        self.lines.at_start()
    }

    /// Bytes of memory in use.
    #[cfg(test)]
    pub(super) const fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}
