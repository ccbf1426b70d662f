//! JSON exports: answers of the REST API and of `sf data query`, files of `sf data export tree`, and
//! JSON lines.
//!
//! Bytes are fed, records are taken; they come flat, in the columns that a CSV of the same query
//! would have (`flatten`). The tokens are `json-event-parser`'s. Around them stand what exports need
//! beyond it: bounded tokens, the lines of records, and reading on behind a line that is no JSON.
//!
//! Memory holds the columns, one record and one token, each of at most [`Limits::record_bytes`], and
//! what was fed last.

use json_event_parser::LowLevelJsonParser;

use super::record::{Limits, Problem, Record};
use document::Document;
use input::Input;
use skip::Skip;

mod columns;
mod document;
mod error;
mod flatten;
mod input;
mod refusal;
mod skip;
mod steps;

pub use document::Shape;
pub use error::JsonError;
pub use refusal::{NotJsonExport, refusal};

/// How deep JSON may be nested. Records nest five parents and an address, in three levels at most.
const DEPTH: usize = 64;

/// Reads the records of a JSON text in UTF-8, in any [`Shape`], which it finds by itself.
///
/// The records do not depend on where the text is cut.
pub struct JsonReader {
    limits: Limits,
    parser: LowLevelJsonParser,
    document: Document,
    input: Input,
    skip: Option<Skip>,
    number: u64,
    /// The line on which the record in hand starts, from 1.
    line: u64,
    /// Bytes of the record in hand so far.
    length: usize,
    fault: Option<JsonError>,
}

impl JsonReader {
    /// A reader at the start of a text.
    ///
    /// Columns that are not among `columns` are added in the order in which they are met, up to
    /// [`Limits::fields`]. With those of a first reading, every record has a field for each.
    pub fn new(columns: Vec<String>, limits: Limits) -> Self {
        Self {
            limits,
            parser: parser(),
            document: Document::new(columns, limits),
            input: Input::new(limits.record_bytes),
            skip: None,
            number: 0,
            line: 1,
            length: 0,
            fault: None,
        }
    }

    /// Takes the next bytes of the text. Take all records before feeding again, or the bytes that
    /// are left have to be moved.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.fault.is_none() {
            self.input.feed(bytes);
        }
    }

    /// Says that the text has ended; the last records may follow.
    pub const fn finish(&mut self) {
        self.input.finish();
    }

    /// The columns so far.
    pub fn columns(&self) -> &[String] {
        self.document.flattener().columns()
    }

    /// How the records stand in the text; `None` until the first of them can.
    pub const fn shape(&self) -> Option<Shape> {
        self.document.shape()
    }

    /// What ended the reading before the end of the text; known once all records were taken.
    pub const fn fault(&self) -> Option<&JsonError> {
        self.fault.as_ref()
    }

    /// The object that the records are of: `attributes.type` of the first that has one.
    pub fn sobject(&self) -> Option<&str> {
        self.document.flattener().sobject()
    }

    /// Whether `"done": false` stands beside the records: more of them are elsewhere.
    pub const fn more(&self) -> bool {
        self.document.more()
    }

    /// What the text is if it is no export, by the keys met so far, also of a record that has not
    /// ended.
    pub fn refusal(&self) -> Option<NotJsonExport> {
        refusal::by_columns(self.columns())
    }

    /// The next record. `None`: feed more, or after [`finish`](Self::finish), the end or a
    /// [`fault`](Self::fault).
    pub fn next_record(&mut self) -> Option<Record<'_>> {
        let is_record = self.find()?;
        self.number += 1;
        if !is_record {
            let problem = Some(Problem::JsonInvalid);
            return Some(Record::new(self.number, self.line, problem, &[], &[]));
        }
        let flattener = self.document.flattener();
        let (data, spans) = flattener.values();
        Some(Record::new(self.number, self.line, flattener.problem(), data, spans))
    }
}

/// A parser at the start of a document.
fn parser() -> LowLevelJsonParser {
    let mut parser = LowLevelJsonParser::new().with_max_stack_size(DEPTH);
    // It waits for as many bytes as a byte order mark has, which a whole document can lack.
    parser.parse_next(b"   ", false);
    parser
}

#[cfg(test)]
mod tests;
