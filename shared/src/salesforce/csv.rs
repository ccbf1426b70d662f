//! A streaming CSV reader that does no input itself: bytes are fed, records are taken.
//!
//! The grammar is `csv-core`'s. Around it stand what exports need beyond it: a fast path for records
//! of which every field is quoted ([`regular`]), a carriage return that is part of a value
//! ([`exact`]), a quote that is never closed ([`recovery`]), and the guards before the cells of this
//! importer's own files ([`formula`](super::formula)).
//!
//! ```
//! use csm_import::salesforce::csv::CsvReader;
//! use csm_import::salesforce::record::Limits;
//!
//! let mut reader = CsvReader::new(b',', Limits::default());
//! let mut emails = Vec::new();
//! for chunk in [&b"Id,Email\n1,a@exam"[..], b"ple.com\n"] {
//!     reader.feed(chunk);
//!     while let Some(record) = reader.next_record() {
//!         emails.extend(record.get(1).map(str::to_owned));
//!     }
//! }
//! reader.finish();
//! assert!(reader.next_record().is_none());
//! assert_eq!(emails, ["Email", "a@example.com"]);
//! ```

use serde::{Deserialize, Serialize};

use super::header::is_own;
use super::lines::Lines;
use super::record::{Limits, Problem, Record};
use exact::{Behind, Exact, Parsed};
use fields::Fields;
use recovery::Recovery;
use regular::Regular;

pub use mark::Mark;

pub mod delimiter;
mod exact;
mod fields;
mod mark;
mod quotes;
mod recovery;
mod regular;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Reads UTF-8 text with one delimiter, `"` quotes, `""` escapes and line ends of any kind.
///
/// The records do not depend on where the chunks are cut, and memory does not grow with the file:
/// the reader holds one chunk and one record.
pub struct CsvReader {
    limits: Limits,
    delimiter: u8,
    input: Vec<u8>,
    /// Where in the input the next record starts.
    at: usize,
    /// Where it starts in the file.
    passed: u64,
    /// No more input will come.
    finished: bool,
    /// Bytes of an unfinished record before it is worth looking at again: looking anew at every
    /// chunk would make a long record quadratic.
    worth: usize,
    exact: Exact,
    fields: Fields,
    /// What the first record tells about the others.
    header: Option<Shape>,
    /// The file is one of this importer's own, whose cells are guarded.
    guarded: bool,
    /// In a record that is too large and was given out already.
    skipping: bool,
    lines: Lines,
    number: u64,
    blanks: u64,
    /// The blank records that the records so far have told of.
    blanks_told: u64,
}

/// What the header tells about the records that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shape {
    /// How many fields a record should have.
    width: usize,
    /// Whether lines end with a carriage return alone.
    lone_cr: bool,
}

/// A record in the input.
struct Found {
    /// Its bytes, line end included.
    length: usize,
    problem: Option<Problem>,
}

impl CsvReader {
    /// A reader at the start of a file.
    pub fn new(delimiter: u8, limits: Limits) -> Self {
        Self {
            limits,
            delimiter,
            input: Vec::new(),
            at: 0,
            passed: 0,
            finished: false,
            worth: 0,
            exact: Exact::new(delimiter),
            fields: Fields::new(limits.fields),
            header: None,
            guarded: false,
            skipping: false,
            lines: Lines::default(),
            number: 0,
            blanks: 0,
            blanks_told: 0,
        }
    }

    /// Takes the next bytes of the file. Take all records before feeding again, or the bytes that
    /// are left have to be moved.
    pub fn feed(&mut self, chunk: &[u8]) {
        self.input.drain(..self.at);
        self.at = 0;
        self.input.extend_from_slice(chunk);
    }

    /// Says that the file has ended; the last records may follow.
    pub const fn finish(&mut self) {
        self.finished = true;
    }

    /// How many blank records were passed over so far: empty lines, and delimiters alone, as
    /// spreadsheets write them.
    pub const fn blanks(&self) -> u64 {
        self.blanks
    }

    /// The next record, the header first. `None`: feed more, or after [`finish`](Self::finish), the
    /// end.
    pub fn next_record(&mut self) -> Option<Record<'_>> {
        loop {
            if !self.begin_record() {
                return None;
            }
            let Found { length, problem } = self.find()?;
            let start = self.at;
            let line = self.lines.current();
            self.advance(length);
            if problem.is_none() && self.fields.are_blank() {
                self.blanks += 1;
                continue;
            }
            let raw = self.input.get(start..self.at).unwrap_or_default();
            if self.header.is_none() {
                let lone_cr = raw.ends_with(b"\r");
                self.header = Some(Shape { width: self.fields.len(), lone_cr });
                let header =
                    Record::new(0, line, problem, self.fields.data(raw), self.fields.spans());
                self.guarded = header.fields().any(is_own);
            }
            if self.guarded {
                self.fields.unguard(raw);
            }
            let number = self.number;
            self.number += 1;
            let after_blank = self.blanks > self.blanks_told;
            self.blanks_told = self.blanks;
            let (data, spans) = (self.fields.data(raw), self.fields.spans());
            let record = Record::new(number, line, problem, data, spans);
            let joined = self.delimiter == b',' && self.fields.are_in_file() && !self.guarded;
            return Some(record.after_blank(after_blank).joined(joined));
        }
    }

    /// Moves to the first byte of a record; false when it is not there yet.
    fn begin_record(&mut self) -> bool {
        if self.skipping {
            let rest = self.input.get(self.at..).unwrap_or_default();
            let length = rest.len();
            let end = self.exact.skip(rest);
            self.advance(end.unwrap_or(length));
            if end.is_none() {
                return false;
            }
            self.skipping = false;
        }
        loop {
            let rest = self.input.get(self.at..).unwrap_or_default();
            match rest.first() {
                Some(b'\r' | b'\n') => {
                    // The second half of a line end that was cut is no blank line.
                    self.blanks += u64::from(!self.lines.continues(rest));
                    self.advance(1);
                }
                // Joined files have one in the middle.
                Some(_) if rest.starts_with(BOM) => self.advance(BOM.len()),
                Some(_) => return self.finished || !BOM.starts_with(rest),
                None => return false,
            }
        }
    }

    fn advance(&mut self, length: usize) {
        let end = self.at.saturating_add(length);
        self.lines.pass(self.input.get(self.at..end).unwrap_or_default());
        self.at = end;
        self.passed += length as u64;
        self.worth = 0;
        self.exact.advance(length);
    }

    /// Finds the record that starts here; `None` when more input is needed.
    fn find(&mut self) -> Option<Found> {
        let rest = self.input.get(self.at..)?;
        let (window, behind) = self.look_at(rest);
        if behind == Behind::More && rest.len() < self.worth {
            return None;
        }
        let parsed = match regular::parse(window, self.delimiter, &mut self.fields) {
            Regular::Record(length) => Parsed::Record { length, quotes: None },
            Regular::Incomplete if behind == Behind::More => Parsed::Incomplete,
            Regular::Incomplete | Regular::Irregular => {
                self.exact.parse(window, behind, self.header, &mut self.fields)
            }
        };
        let found = match parsed {
            Parsed::Record { length, quotes: None } => Some(Found { length, problem: None }),
            Parsed::Record { length, quotes: Some(fault) } => match self.recover(length) {
                Recovery::At(start) => Some(self.broken_off(start)),
                Recovery::None => Some(Found { length, problem: Some(fault) }),
                Recovery::Incomplete => None,
            },
            Parsed::Incomplete if behind == Behind::More => None,
            Parsed::Incomplete => Some(self.oversized()),
        };
        if found.is_none() {
            self.worth = self.input.len().saturating_sub(self.at).saturating_mul(2);
        }
        let mut found = found?;
        if self.fields.truncate() {
            found.problem = found.problem.or(Some(Problem::TooLarge));
        }
        Some(found)
    }

    /// What may be looked at. What lies beyond the limit never is, or records would depend on where
    /// the chunks are cut.
    fn look_at<'i>(&self, rest: &'i [u8]) -> (&'i [u8], Behind) {
        match rest.get(..self.limits.record_bytes) {
            Some(window) if window.len() < rest.len() => (window, Behind::Cut),
            _ if self.finished => (rest, Behind::End),
            _ => (rest, Behind::More),
        }
    }

    /// Where a record whose quotes do not match, or that does not end, is to be broken off: before
    /// the next line that begins a good record, so that a missing quote does not eat the file.
    fn recover(&mut self, length: usize) -> Recovery {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let (window, behind) = self.look_at(rest);
        self.header.map_or(Recovery::None, |shape| {
            recovery::next_good(&mut self.exact, window, length, shape, behind)
        })
    }

    /// A record that does not end within its limit.
    fn oversized(&mut self) -> Found {
        let length = self.limits.record_bytes;
        if let Recovery::At(start) = self.recover(length) {
            return self.broken_off(start);
        }
        let window = self.input.get(self.at..self.at.saturating_add(length)).unwrap_or_default();
        self.exact.parse_all(window, &mut self.fields);
        self.skipping = self.exact.begin_skipping(window);
        Found { length, problem: Some(Problem::TooLarge) }
    }

    /// A record that is broken off where the next good one starts.
    fn broken_off(&mut self, start: usize) -> Found {
        let end = self.at.saturating_add(start);
        let raw = self.input.get(self.at..end).unwrap_or_default().trim_ascii_end();
        let fault = self.exact.parse_all(raw, &mut self.fields);
        Found { length: start, problem: Some(fault.unwrap_or(Problem::QuoteMisplaced)) }
    }
}

#[cfg(test)]
mod tests;
