//! Passing over bytes that are not parsed.

use memchr::{memchr2, memchr3};

/// What is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Skip {
    /// The rest of a line that is no JSON.
    Line,
    /// The rest of a record over several lines that is no JSON: up to a line that begins with an
    /// opening brace, as those within a record do not.
    Record {
        /// At the first byte of a line.
        at_start: bool,
    },
    /// The rest of a string that is too long to be kept.
    Text {
        /// Behind a backslash.
        escaped: bool,
    },
}

/// How far it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// To the end of the bytes.
    All,
    /// Over so many bytes, and that was all of it.
    Done(usize),
    /// To a line end after so many bytes, within a string.
    Broken(usize),
}

impl Skip {
    /// Passes over what belongs to it.
    pub(super) fn over(&mut self, bytes: &[u8]) -> Passed {
        match self {
            Self::Line => line_end(bytes).map_or(Passed::All, Passed::Done),
            Self::Record { at_start } => over_record(bytes, at_start),
            Self::Text { escaped } => over_text(bytes, escaped),
        }
    }
}

fn line_end(bytes: &[u8]) -> Option<usize> {
    memchr2(b'\r', b'\n', bytes).map(|end| end + 1)
}

fn over_record(bytes: &[u8], at_start: &mut bool) -> Passed {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(&first) = rest.first() else { return Passed::All };
        if *at_start && first == b'{' {
            return Passed::Done(at);
        }
        let end = line_end(rest);
        *at_start = end.is_some();
        at += end.unwrap_or(rest.len());
    }
}

fn over_text(bytes: &[u8], escaped: &mut bool) -> Passed {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(&first) = rest.first() else { return Passed::All };
        if *escaped && first != b'\n' {
            *escaped = false;
            at += 1;
            continue;
        }
        let Some(found) = memchr3(b'"', b'\\', b'\n', rest) else { return Passed::All };
        at += found;
        match rest.get(found) {
            Some(b'"') => return Passed::Done(at + 1),
            Some(b'\\') => {
                *escaped = true;
                at += 1;
            }
            _ => return Passed::Broken(at),
        }
    }
}

/// Where an erroneous token starts in the bytes that the parser consumed for it: behind blanks and
/// the separators before it.
pub(super) fn token_start(consumed: &[u8]) -> usize {
    let is_before = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':');
    // A separator can be the error itself.
    let last = consumed.len().saturating_sub(1);
    consumed.iter().position(|byte| !is_before(byte)).unwrap_or(last)
}

/// Whether a string that does not end in these bytes has a line end in it, which JSON does not allow:
/// its closing quote is missing.
pub(super) fn is_unclosed(token: &[u8]) -> bool {
    token.first() == Some(&b'"') && line_end(token).is_some()
}
