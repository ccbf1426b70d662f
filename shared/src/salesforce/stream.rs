//! The records of an export as it streams out of the bucket.

use super::container;
use super::csv::CsvReader;
use super::encoding::{Charset, Decoder};
use super::format::{Format, Syntax};
use super::json::JsonReader;
use super::record::{Limits, Record};
use super::survey::Survey;
use super::unpack::{Unpacked, Wrapping};
use crate::import::id::SourceObject;
use crate::port::{Chunks, ExportError, Exports};

/// Reads the records of a file whose format is known: bytes are fed, records are taken.
pub struct RecordReader {
    decoder: Decoder,
    /// The bytes are the text: what was found to be UTF-8 from beginning to end needs no decoding.
    is_plain: bool,
    text: Vec<u8>,
    syntax: SyntaxReader,
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
        Self { decoder, is_plain, text, syntax, last, ended: false }
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
        (!self.ended).then_some(record)
    }

    /// Whether there are no more records, whatever follows in the file.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }
}

/// The records of a file in the bucket. A few chunks and one record are in memory.
pub struct Records<C> {
    bytes: Unpacked<C>,
    reader: RecordReader,
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
        Ok(Self {
            bytes: Unpacked::open(exports, place.object, place.wrappings, limits).await?,
            reader: RecordReader::new(place.format, place.columns, place.survey),
            ended: false,
        })
    }

    /// Reads on; false at the end. Take all records before reading on.
    ///
    /// # Errors
    /// The object cannot be read as it was taken.
    pub async fn fill(&mut self) -> Result<bool, ExportError> {
        if self.ended || self.reader.has_ended() {
            return Ok(false);
        }
        if let Some(bytes) = self.bytes.next().await? {
            self.reader.feed(&bytes);
        } else {
            self.ended = true;
            self.reader.finish();
        }
        Ok(true)
    }

    /// The next record that has been read whole.
    pub fn next_record(&mut self) -> Option<Record<'_>> {
        self.reader.next_record()
    }
}
