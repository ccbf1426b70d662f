//! The exact parser: `csv-core` on one record, with what it reads over by design.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

use super::Shape;
use super::fields::Fields;
use super::quotes::Quotes;
use crate::salesforce::record::Problem;

/// What the bytes turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// A record of this many bytes, line end included, and what is wrong with its quotes.
    Record { length: usize, quotes: Option<Problem> },
    /// The record does not end within the bytes.
    Incomplete,
}

/// What lies behind the bytes in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    /// It is not known yet.
    More,
    /// More of the file, which is not to be looked at.
    Cut,
    /// The end of the file.
    End,
}

/// Parses one record at a time.
pub(super) struct Exact {
    delimiter: u8,
    /// Takes LF, CRLF and CR for the end of a record.
    any_end: Reader,
    /// Takes LF alone for the end of a record.
    line_feed: Reader,
    /// So many bytes from here on are known to hold no carriage returns that belong to values: to look
    /// again at every record of a line would make a long one quadratic.
    split: usize,
}

impl Exact {
    pub(super) fn new(delimiter: u8) -> Self {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(delimiter);
        let any_end = builder.build();
        let line_feed = builder.terminator(Terminator::Any(b'\n')).build();
        Self { delimiter, any_end, line_feed, split: 0 }
    }

    /// A parser that goes on where another one was.
    pub(super) fn at(delimiter: u8, split: usize) -> Self {
        Self { split, ..Self::new(delimiter) }
    }

    /// What another parser has to know to go on here.
    pub(super) const fn split(&self) -> usize {
        self.split
    }

    /// Says that the next record starts so many bytes further on.
    pub(super) const fn advance(&mut self, length: usize) {
        self.split = self.split.saturating_sub(length);
    }

    /// Parses the record that `raw` begins with.
    pub(super) fn parse(
        &mut self,
        raw: &[u8],
        behind: Behind,
        header: Option<Shape>,
        fields: &mut Fields,
    ) -> Parsed {
        let at_end = behind == Behind::End;
        let Some(length) = run(&mut self.any_end, raw, at_end, fields) else {
            return Parsed::Incomplete;
        };
        let carriage_return = raw.get(length.wrapping_sub(1)) == Some(&b'\r');
        let length = match raw.get(length) {
            Some(b'\n') if carriage_return => length + 1,
            None if carriage_return && !at_end => return Parsed::Incomplete,
            Some(_) if carriage_return && self.split == 0 => {
                match self.with_carriage_returns(raw, at_end, header, fields) {
                    Whole::Yes(length) => return Parsed::Record { length, quotes: None },
                    Whole::Unknown if behind == Behind::More => return Parsed::Incomplete,
                    Whole::Unknown => self.split = raw.len(),
                    Whole::No(line) => self.split = line,
                }
                run(&mut self.any_end, raw, at_end, fields).unwrap_or(length)
            }
            _ => length,
        };
        let quotes = self.fault(raw.get(..length).unwrap_or_default());
        Parsed::Record { length, quotes }
    }

    /// As [`Self::parse`], for bytes elsewhere than where the reader is.
    pub(super) fn parse_at(
        &mut self,
        raw: &[u8],
        behind: Behind,
        header: Option<Shape>,
        fields: &mut Fields,
    ) -> Parsed {
        let split = std::mem::take(&mut self.split);
        let parsed = self.parse(raw, behind, header, fields);
        self.split = split;
        parsed
    }

    /// Parses all of `raw` as one record, whatever is wrong with it.
    pub(super) fn parse_all(&mut self, raw: &[u8], fields: &mut Fields) -> Option<Problem> {
        if run(&mut self.any_end, raw, true, fields).is_none() {
            fields.clear();
        }
        self.fault(raw)
    }

    /// Reads on in a record that was begun with [`Self::begin_skipping`]; where it ends.
    pub(super) fn skip(&mut self, raw: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
            // What is skipped goes to scratch buffers, which have room again at every call.
            let (result, read, _, _) =
                self.any_end.read_record(rest, &mut [0; 1 << 12], &mut [0; 1 << 8]);
            at += read;
            if matches!(result, ReadRecordResult::Record) {
                return Some(at);
            }
        }
        None
    }

    /// Begins a record whose end is to be found by [`Self::skip`]; false if it ends with `raw`.
    pub(super) fn begin_skipping(&mut self, raw: &[u8]) -> bool {
        self.any_end.reset();
        self.skip(raw).is_none()
    }

    /// Whether a carriage return that stands alone is part of a value, as `sf data query` writes
    /// them: in a file whose lines end otherwise, if only so the record has as many fields as the
    /// header.
    fn with_carriage_returns(
        &mut self,
        raw: &[u8],
        at_end: bool,
        header: Option<Shape>,
        fields: &mut Fields,
    ) -> Whole {
        let Some(shape) = header.filter(|shape| !shape.lone_cr && shape.width > 1) else {
            return Whole::No(0);
        };
        let Some(length) = run(&mut self.line_feed, raw, at_end, fields) else {
            return Whole::Unknown;
        };
        let line = raw.get(..length).unwrap_or_default();
        if line.ends_with(b"\r\n") || line.ends_with(b"\r") {
            fields.trim_cr();
        }
        let whole = fields.len() == shape.width && self.fault(line).is_none();
        if whole { Whole::Yes(length) } else { Whole::No(length) }
    }

    fn fault(&self, raw: &[u8]) -> Option<Problem> {
        let mut quotes = Quotes::new(self.delimiter);
        quotes.scan(raw);
        if quotes.open() {
            Some(Problem::QuoteUnclosed)
        } else if quotes.misplaced() {
            Some(Problem::QuoteMisplaced)
        } else {
            None
        }
    }
}

/// Whether a line is one record with carriage returns in its values.
enum Whole {
    Yes(usize),
    /// The line of this many bytes is several records.
    No(usize),
    Unknown,
}

/// Runs the parser over one record; its bytes, or `None` if it does not end within `raw`.
fn run(core: &mut Reader, raw: &[u8], at_end: bool, fields: &mut Fields) -> Option<usize> {
    core.reset();
    let (mut read, mut wrote, mut ended) = (0, 0, 0);
    let room = fields.room();
    loop {
        // Ends that there is no room for take the place of the last one.
        ended = ended.min(room - 1);
        let (text, ends) = fields.buffers(wrote + 1, ended + 1);
        let rest = raw.get(read..)?;
        if rest.is_empty() && !at_end {
            return None;
        }
        let (result, r, w, e) =
            core.read_record(rest, text.get_mut(wrote..)?, ends.get_mut(ended..)?);
        (read, wrote, ended) = (read + r, wrote + w, ended + e);
        match result {
            ReadRecordResult::Record => {
                fields.take(ended);
                return Some(read);
            }
            ReadRecordResult::End => return None,
            ReadRecordResult::InputEmpty
            | ReadRecordResult::OutputFull
            | ReadRecordResult::OutputEndsFull => {}
        }
    }
}
