//! A streaming CSV reader that does no input itself: bytes are fed, records are taken.
//!
//! ```
//! use csm_import::salesforce::reader::{CsvReader, Limits};
//!
//! let mut reader = CsvReader::new(Limits::default());
//! let mut emails = Vec::new();
//! for chunk in [&b"Id,Email\n1,a@exam"[..], b"ple.com\n"] {
//!     reader.feed(bytes::Bytes::from_static(chunk));
//!     while let Some(record) = reader.next_record() {
//!         emails.extend(record.get(1).map(<[u8]>::to_vec));
//!     }
//! }
//! reader.finish();
//! assert!(reader.next_record().is_none());
//! assert_eq!(emails, [&b"Email"[..], b"a@example.com"]);
//! ```

use bytes::{Buf, Bytes, BytesMut};
use csv_core::ReadRecordResult;

use super::quotes::Quotes;

/// What one record may take; what is beyond it is a [`Problem::TooLarge`] of that record alone.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of all fields of a record together, without quotes and delimiters.
    pub record_bytes: usize,
    /// Fields of a record.
    pub fields: usize,
}

impl Default for Limits {
    /// 16 MiB in 16,384 fields. Salesforce allows 131,072 characters in a field.
    fn default() -> Self {
        Self { record_bytes: 16 << 20, fields: 1 << 14 }
    }
}

/// What is wrong with a record; reading goes on with the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The record exceeds [`Limits`]; only its first fields were kept.
    TooLarge,
    /// Text stands between a closing quote and the end of its field.
    QuoteMisplaced,
    /// The file ends between the quotes of a field: whatever followed the quote is in that field.
    QuoteUnclosed,
}

/// One record of the file, borrowed from the reader.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// 0 for the header, 1 for the first record after it. Blank records are not counted.
    pub number: u64,
    /// The line the record starts on, from 1, as an editor shows it.
    pub line: u64,
    /// What is wrong with the record as a whole.
    pub problem: Option<Problem>,
    bytes: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// The field at `index`, from 0, without its quotes.
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        let start = match index.checked_sub(1) {
            Some(previous) => *self.ends.get(previous)?,
            None => 0,
        };
        self.bytes.get(start..*self.ends.get(index)?)
    }

    /// All fields in the order of the file.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + use<'a> {
        let record = *self;
        (0..self.ends.len()).map(move |index| record.get(index).unwrap_or_default())
    }

    /// How many fields the record has.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the record has no fields, which only one that is too large can have.
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A hash of all fields: the same fields give the same number, in every process.
    pub fn fingerprint(&self) -> u64 {
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
        let seed = self
            .ends
            .iter()
            .fold(ODD, |seed, &end| (seed.rotate_left(5) ^ end as u64).wrapping_mul(ODD));
        xxhash_rust::xxh3::xxh3_64_with_seed(self.bytes, seed)
    }
}

/// Reads comma-separated UTF-8 text with `"` quotes, `""` escapes and LF or CRLF ends.
///
/// The records do not depend on where the chunks are cut, and memory does not grow with the file:
/// the reader holds one chunk and one record.
pub struct CsvReader {
    core: csv_core::Reader,
    limits: Limits,
    input: Bytes,
    /// No more input will come.
    finished: bool,
    place: Place,
    quotes: Quotes,
    bytes: Vec<u8>,
    bytes_used: usize,
    ends: Vec<usize>,
    ends_used: usize,
    /// Line ends between records, which `csv-core` never sees.
    blank_lines: u64,
    line: u64,
    number: u64,
}

/// Where in the file the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Where a byte order mark may stand.
    Start,
    /// Between two records.
    Between,
    /// In a record.
    Record,
    /// In a record that is too large: its fields are thrown away until it ends.
    TooLarge,
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

impl CsvReader {
    /// A reader at the start of a file.
    pub fn new(limits: Limits) -> Self {
        Self {
            core: csv_core::Reader::new(),
            limits,
            input: Bytes::new(),
            finished: false,
            place: Place::Start,
            quotes: Quotes::default(),
            bytes: vec![0; limits.record_bytes.clamp(1, 1 << 13)],
            bytes_used: 0,
            ends: vec![0; limits.fields.clamp(1, 1 << 7)],
            ends_used: 0,
            blank_lines: 0,
            line: 1,
            number: 0,
        }
    }

    /// Takes the next bytes of the file. Take all records before feeding again, or the bytes that
    /// are left have to be copied.
    pub fn feed(&mut self, chunk: Bytes) {
        if self.input.is_empty() {
            self.input = chunk;
        } else if !chunk.is_empty() {
            let mut joined = BytesMut::with_capacity(self.input.len() + chunk.len());
            joined.extend_from_slice(&self.input);
            joined.extend_from_slice(&chunk);
            self.input = joined.freeze();
        }
    }

    /// Says that the file has ended; the last record may follow.
    pub const fn finish(&mut self) {
        self.finished = true;
    }

    /// The next record, the header first. `None`: feed more, or after [`finish`](Self::finish), the
    /// end.
    pub fn next_record(&mut self) -> Option<Record<'_>> {
        loop {
            if matches!(self.place, Place::Start | Place::Between) && !self.begin_record() {
                return None;
            }
            if !self.read_to_end()? {
                continue;
            }
            let problem = self.problem();
            self.place = Place::Between;
            // Spreadsheets write a blank line as delimiters alone.
            if self.bytes_used > 0 || problem.is_some() {
                let number = self.number;
                self.number += 1;
                return Some(Record {
                    number,
                    line: self.line,
                    problem,
                    bytes: self.bytes.get(..self.bytes_used)?,
                    ends: self.ends.get(..self.ends_used)?,
                });
            }
        }
    }

    /// Moves to the first byte of a record; false when it is not there yet.
    fn begin_record(&mut self) -> bool {
        if self.place == Place::Start {
            // Joined files can begin with several.
            while self.input.starts_with(BOM) {
                self.input.advance(BOM.len());
            }
            if BOM.starts_with(&self.input) && !self.finished {
                return false;
            }
            self.place = Place::Between;
        }
        while let Some(&byte @ (b'\r' | b'\n')) = self.input.first() {
            self.blank_lines += u64::from(byte == b'\n');
            self.input.advance(1);
        }
        self.line = self.core.line() + self.blank_lines;
        if self.input.is_empty() {
            return false;
        }
        self.place = Place::Record;
        self.quotes = Quotes::default();
        (self.bytes_used, self.ends_used) = (0, 0);
        true
    }

    /// Reads on in the record: true at its end, false when there was no room, `None` when there is
    /// no more input.
    fn read_to_end(&mut self) -> Option<bool> {
        if self.input.is_empty() && !self.finished {
            return None;
        }
        let (result, read) = if self.place == Place::TooLarge {
            let (result, read, _, _) =
                self.core.read_record(&self.input, &mut [0; 1 << 12], &mut [0; 1 << 8]);
            (result, read)
        } else {
            let bytes = self.bytes.get_mut(self.bytes_used..)?;
            let ends = self.ends.get_mut(self.ends_used..)?;
            let (result, read, wrote, ended) = self.core.read_record(&self.input, bytes, ends);
            self.bytes_used += wrote;
            self.ends_used += ended;
            (result, read)
        };
        self.quotes.scan(self.input.get(..read)?);
        self.input.advance(read);
        let room = match result {
            ReadRecordResult::Record => return Some(true),
            ReadRecordResult::End => return None,
            ReadRecordResult::InputEmpty => true,
            // What is too large goes to a scratch buffer, which has room again at every call.
            _ if self.place == Place::TooLarge => true,
            ReadRecordResult::OutputFull => grow(&mut self.bytes, self.limits.record_bytes),
            ReadRecordResult::OutputEndsFull => grow(&mut self.ends, self.limits.fields),
        };
        if !room {
            self.place = Place::TooLarge;
        }
        Some(false)
    }

    fn problem(&self) -> Option<Problem> {
        if self.quotes.open() {
            Some(Problem::QuoteUnclosed)
        } else if self.place == Place::TooLarge {
            Some(Problem::TooLarge)
        } else if self.quotes.misplaced() {
            Some(Problem::QuoteMisplaced)
        } else {
            None
        }
    }
}

/// Doubles a buffer within its limit; false when it has reached it.
fn grow<T: Clone + Default>(buffer: &mut Vec<T>, limit: usize) -> bool {
    let len = buffer.len().saturating_mul(2).min(limit);
    let grows = len > buffer.len();
    if grows {
        buffer.resize(len, T::default());
    }
    grows
}

#[cfg(test)]
mod tests;
