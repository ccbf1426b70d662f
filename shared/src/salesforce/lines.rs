//! Counting lines as an editor does: LF, CRLF and a lone CR each end one.

use memchr::memchr2_iter;
use serde::{Deserialize, Serialize};

/// The line that the reader is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lines {
    ends: u64,
    /// The last byte was a carriage return, which a line feed may complete.
    after_cr: bool,
    /// The last byte ended a line.
    after_end: bool,
}

impl Lines {
    /// The line of the next byte, from 1.
    pub(super) const fn current(self) -> u64 {
        self.ends + 1
    }

    /// Whether the next byte is the first of its line, behind a line end.
    pub(super) const fn at_start(self) -> bool {
        self.after_end
    }

    /// Whether `bytes` begin with the second half of a line end.
    pub(super) fn continues(self, bytes: &[u8]) -> bool {
        self.after_cr && bytes.first() == Some(&b'\n')
    }

    /// Passes over bytes.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.continues(bytes) {
            // Counted with its carriage return.
            self.ends -= 1;
        }
        for at in memchr2_iter(b'\r', b'\n', bytes) {
            let half = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n');
            self.ends += u64::from(!half);
        }
        self.after_cr = bytes.last() == Some(&b'\r');
        self.after_end = self.after_cr || bytes.last() == Some(&b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_of_every_kind_count_once_wherever_they_are_cut() {
        let text = b"a\nb\r\nc\rd\r\r\n\n";
        for cut in 0..=text.len() {
            let mut lines = Lines::default();
            lines.pass(&text[..cut]);
            lines.pass(&text[cut..]);
            assert_eq!(lines.current(), 7, "cut at {cut}");
        }
    }
}
