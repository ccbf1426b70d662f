//! The records of an export as it streams out of the bucket.

use serde::{Deserialize, Serialize};

use super::container;
use super::csv::{self, CsvReader};
use super::encoding::{Charset, Decoder};
use super::format::{Format, Syntax};
use super::json::JsonReader;
use super::record::{Limits, Record};
use super::survey::Survey;
use super::unpack::{Unpacked, Wrapping};
use crate::import::id::SourceObject;
use crate::port::{Chunks, ExportError, Exports};

/// How far the records of a file have been taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// So many have been.
    pub records: u64,
    /// Where the next one starts, if it can be read without those before it: the bytes of the file are
    /// the text, and CSV. Elsewhere decoders and nesting would have to be taken up as well, for little:
    /// reading over records takes a fraction of mapping them.
    text: Option<csv::Mark>,
}

impl Mark {
    /// The beginning of a file.
    pub const START: Self = Self { records: 0, text: None };
}

/// Reads the records of a file whose format is known: bytes are fed, records are taken.
pub struct RecordReader {
    decoder: Decoder,
    /// The bytes are the text: what was found to be UTF-8 from beginning to end needs no decoding.
    is_plain: bool,
    text: Vec<u8>,
    syntax: SyntaxReader,
    /// The number of the last record that was taken.
    taken: u64,
    last: u64,
    /// What follows is no record.
    ended: bool,
}

enum SyntaxReader {
    Csv { reader: Box<CsvReader>, header_taken: bool },
    Json(Box<JsonReader>),
}

impl RecordReader {
    /// A reader at the start of a file of these columns, of which `survey` was found.
    pub fn new(format: Format, columns: &[String], survey: &Survey) -> Self {
        let limits = Limits::default();
        let syntax = match format.syntax {
            Syntax::Csv { delimiter } => SyntaxReader::Csv {
                reader: Box::new(CsvReader::new(u8::try_from(delimiter).unwrap_or(b','), limits)),
                header_taken: false,
            },
            Syntax::Json => SyntaxReader::Json(Box::new(JsonReader::new(columns.to_vec(), limits))),
        };
        let decoder = Decoder::new(format.encoding);
        let is_plain = format.encoding == Charset::UTF_8 && survey.replaced == 0;
        let (text, last) = (Vec::new(), survey.records);
        Self { decoder, is_plain, text, syntax, taken: 0, last, ended: false }
    }

    /// Goes to a mark, if the next record can be read without those before it; the byte to feed from.
    fn resume(&mut self, mark: Mark) -> Option<u64> {
        let text = mark.text.filter(|_| self.is_plain)?;
        let SyntaxReader::Csv { reader, header_taken } = &mut self.syntax else { return None };
        **reader = reader.resumed(text);
        *header_taken = true;
        self.taken = mark.records;
        Some(text.offset)
    }

    /// How far the records have been taken.
    pub fn mark(&self) -> Mark {
        let text = match &self.syntax {
            SyntaxReader::Csv { reader, header_taken: true } if self.is_plain => reader.mark(),
            _ => None,
        };
        Mark { records: self.taken, text }
    }

    /// Takes records without giving them out, up to this number, as far as they are there.
    fn pass(&mut self, number: u64) {
        while self.taken < number && self.next_record().is_some() {}
    }

    /// Takes the next bytes of the file. Take all records before feeding again.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.decode(bytes, false);
    }

    /// Says that the file has ended; the last records may follow.
    pub fn finish(&mut self) {
        self.decode(&[], true);
        match &mut self.syntax {
            SyntaxReader::Csv { reader, .. } => reader.finish(),
            SyntaxReader::Json(reader) => reader.finish(),
        }
    }

    fn decode(&mut self, bytes: &[u8], last: bool) {
        let text = if self.is_plain {
            bytes
        } else {
            self.text.clear();
            self.decoder.decode(bytes, last, &mut self.text);
            &self.text
        };
        match &mut self.syntax {
            SyntaxReader::Csv { reader, .. } => reader.feed(text),
            SyntaxReader::Json(reader) => reader.feed(text),
        }
    }

    /// The next record. `None`: feed more, or after [`finish`](Self::finish), the end.
    pub fn next_record(&mut self) -> Option<Record<'_>> {
        let record = match &mut self.syntax {
            SyntaxReader::Json(reader) => reader.next_record()?,
            SyntaxReader::Csv { reader, header_taken } => {
                if !*header_taken {
                    reader.next_record()?;
                    *header_taken = true;
                }
                reader.next_record()?
            }
        };
        self.ended = record.number > self.last;
        if !self.ended {
            self.taken = record.number;
        }
        (!self.ended).then_some(record)
    }

    /// Whether there are no more records, whatever follows in the file.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }
}

/// The records of a file in the bucket. A few chunks and one record are in memory.
pub struct Records<C> {
    /// `None`: there are no more.
    bytes: Option<Unpacked<C>>,
    reader: RecordReader,
    /// What had been taken before.
    from: Mark,
    ended: bool,
}

/// Where a file lies and how it is read.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The object.
    pub object: &'a SourceObject,
    /// The containers around the file in it, from the outside in.
    pub wrappings: &'a [Wrapping],
    /// Encoding and syntax.
    pub format: Format,
    /// Its columns.
    pub columns: &'a [String],
    /// What was found about it as a whole.
    pub survey: &'a Survey,
}

impl<C: Chunks> Records<C> {
    /// Opens a file at its beginning.
    ///
    /// # Errors
    /// The object cannot be read as it was taken.
    pub async fn open<E: Exports<Chunks = C>>(
        exports: &E,
        place: Place<'_>,
        limits: &container::Limits,
    ) -> Result<Self, ExportError> {
        Self::open_at(exports, place, limits, Mark::START).await
    }

    /// Opens a file behind the records that have been taken before.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_at<E: Exports<Chunks = C>>(
        exports: &E,
        place: Place<'_>,
        limits: &container::Limits,
        from: Mark,
    ) -> Result<Self, ExportError> {
        let mut reader = RecordReader::new(place.format, place.columns, place.survey);
        let at = if place.wrappings.is_empty() { reader.resume(from) } else { None };
        let bytes = match at {
            // There is no range behind the last byte.
            Some(at) if at >= place.object.size => None,
            Some(at) => Some(Unpacked::open_at(exports, place.object, at).await?),
            None => Some(Unpacked::open(exports, place.object, place.wrappings, limits).await?),
        };
        Ok(Self { bytes, reader, from, ended: false })
    }

    /// How far the records have been taken, once all that were read have been.
    pub fn mark(&self) -> Mark {
        if self.reader.taken < self.from.records { self.from } else { self.reader.mark() }
    }

    /// Reads on; false at the end. Take all records before reading on.
    ///
    /// # Errors
    /// The object cannot be read as it was taken. After [`ExportError::TimeIsUp`], the mark still tells
    /// how far the records have been taken.
    pub async fn fill(&mut self) -> Result<bool, ExportError> {
        if self.ended || self.reader.has_ended() {
            return Ok(false);
        }
        let bytes = match &mut self.bytes {
            Some(bytes) => bytes.next().await?,
            None => None,
        };
        if let Some(bytes) = bytes {
            self.reader.feed(&bytes);
        } else {
            self.ended = true;
            self.reader.finish();
        }
        self.reader.pass(self.from.records);
        Ok(true)
    }

    /// The next record that has been read whole.
    pub fn next_record(&mut self) -> Option<Record<'_>> {
        self.reader.next_record()
    }
}
