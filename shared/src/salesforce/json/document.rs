//! What stands around the records: which objects are records, and which only hold them.

use json_event_parser::JsonEvent;
use serde::{Deserialize, Serialize};

use super::flatten::Flattener;
use crate::salesforce::record::Limits;

/// How the records of a text stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// One array of records.
    Array,
    /// One record after another, mostly each on its own line.
    Lines,
    /// `{"records": […]}`, an answer of the REST API or a file of `sf data export tree`.
    Records,
    /// `{"result": {"records": […]}}`, written by `sf data query --json`.
    ResultRecords,
}

/// What an event led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Nothing,
    /// The brace was read that may open a record.
    Begin,
    /// A record is complete.
    Record,
    /// Where a record should be stands something else.
    NoRecord,
}

/// The value at the top level that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Outside,
    Array,
    /// An object that is a record unless it turns out to hold them.
    Candidate,
    /// An object that holds the records.
    Wrapper,
}

/// The key that was read last around the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Records,
    Result,
    Done,
    Other,
}

/// Follows the events of a text. Depths are those of the parser: 1 in a value at the top level.
#[derive(Debug)]
pub(super) struct Document {
    shape: Option<Shape>,
    kind: Kind,
    depth: usize,
    /// The depth in the array of the records, while in it.
    records_at: Option<usize>,
    /// The depth in the record, while in it.
    record_at: Option<usize>,
    in_result: bool,
    key: Key,
    done: Option<bool>,
    more: bool,
    flattener: Flattener,
}

impl Document {
    pub(super) fn new(columns: Vec<String>, limits: Limits) -> Self {
        Self {
            shape: None,
            kind: Kind::Outside,
            depth: 0,
            records_at: None,
            record_at: None,
            in_result: false,
            key: Key::Other,
            done: None,
            more: false,
            flattener: Flattener::new(columns, limits),
        }
    }

    pub(super) const fn shape(&self) -> Option<Shape> {
        self.shape
    }

    pub(super) const fn more(&self) -> bool {
        self.more
    }

    pub(super) const fn flattener(&self) -> &Flattener {
        &self.flattener
    }

    /// Whether no value at the top level is open.
    pub(super) fn is_outside(&self) -> bool {
        self.kind == Kind::Outside
    }

    /// Whether a value may begin with this byte at the top level.
    pub(super) const fn may_begin(&self, byte: u8) -> bool {
        match self.shape {
            None => matches!(byte, b'{' | b'['),
            Some(Shape::Array) => byte == b'[',
            Some(Shape::Lines | Shape::Records | Shape::ResultRecords) => byte == b'{',
        }
    }

    /// Leaves what cannot be read, for what follows it; false where nothing that follows can be
    /// relied on.
    pub(super) fn leave(&mut self) -> bool {
        let leaves = match self.kind {
            Kind::Outside => self.shape == Some(Shape::Lines),
            Kind::Candidate => matches!(self.shape, None | Some(Shape::Lines)),
            Kind::Array | Kind::Wrapper => false,
        };
        if leaves {
            if self.record_at.is_some() {
                // Otherwise what is in hand is the record before, whose columns stay.
                self.flattener.discard();
            }
            self.shape = Some(Shape::Lines);
            (self.kind, self.depth, self.record_at) = (Kind::Outside, 0, None);
        }
        leaves
    }

    /// Takes the next event; what does not fit into the limit of its record is left out.
    pub(super) fn take(&mut self, event: JsonEvent<'_>, fits: bool) -> Step {
        let before = self.depth;
        match event {
            JsonEvent::StartArray | JsonEvent::StartObject => self.depth += 1,
            JsonEvent::EndArray | JsonEvent::EndObject => self.depth = before.saturating_sub(1),
            _ => {}
        }
        let step = match (self.record_at, self.records_at) {
            (Some(record), _) => self.in_record(event, before, record, fits),
            (None, Some(records)) => self.in_records(&event, before, records),
            (None, None) if before == 0 => self.begin(&event),
            (None, None) => self.in_wrapper(&event, before),
        };
        if self.depth == 0 {
            self.end();
        }
        step
    }

    fn begin(&mut self, event: &JsonEvent<'_>) -> Step {
        match event {
            JsonEvent::StartObject => {
                (self.kind, self.key) = (Kind::Candidate, Key::Other);
                self.begin_record(1)
            }
            JsonEvent::StartArray => {
                self.kind = Kind::Array;
                self.records_at = Some(1);
                self.shape.get_or_insert(Shape::Array);
                Step::Nothing
            }
            _ => Step::NoRecord,
        }
    }

    fn end(&mut self) {
        if let (Kind::Wrapper, Some(done)) = (self.kind, self.done) {
            // Of pages in a row, the last one tells.
            self.more = !done;
        }
        (self.kind, self.in_result, self.done) = (Kind::Outside, false, None);
    }

    fn begin_record(&mut self, depth: usize) -> Step {
        self.flattener.begin();
        self.record_at = Some(depth);
        Step::Begin
    }

    fn in_record(
        &mut self,
        event: JsonEvent<'_>,
        before: usize,
        record: usize,
        fits: bool,
    ) -> Step {
        if self.kind == Kind::Candidate && before == 1 && self.unwrap(&event, before) {
            self.flattener.discard();
            (self.kind, self.record_at) = (Kind::Wrapper, None);
            return Step::Nothing;
        }
        self.flattener.take(event, fits);
        if self.depth >= record {
            return Step::Nothing;
        }
        self.record_at = None;
        if self.kind == Kind::Candidate && *self.shape.get_or_insert(Shape::Lines) != Shape::Lines {
            // Behind a page of an answer stands something without records, such as a warning.
            self.flattener.discard();
            return Step::Nothing;
        }
        Step::Record
    }

    fn in_records(&mut self, event: &JsonEvent<'_>, before: usize, records: usize) -> Step {
        match event {
            _ if before > records => Step::Nothing,
            JsonEvent::StartObject => self.begin_record(before + 1),
            JsonEvent::EndArray => {
                self.records_at = None;
                Step::Nothing
            }
            _ => Step::NoRecord,
        }
    }

    fn in_wrapper(&mut self, event: &JsonEvent<'_>, before: usize) -> Step {
        let level = 1 + usize::from(self.in_result);
        if before == level && !self.unwrap(event, level) && self.depth < level {
            self.in_result = false;
        }
        Step::Nothing
    }

    /// Looks for records in an object; true when this event opens what holds them.
    fn unwrap(&mut self, event: &JsonEvent<'_>, depth: usize) -> bool {
        match (event, self.key) {
            (JsonEvent::ObjectKey(key), _) => {
                self.key = match key.as_ref() {
                    "records" => Key::Records,
                    "result" => Key::Result,
                    "done" => Key::Done,
                    _ => Key::Other,
                };
                false
            }
            (JsonEvent::Boolean(done), Key::Done) => {
                self.done = Some(*done);
                false
            }
            (JsonEvent::StartArray, Key::Records) => {
                self.records_at = Some(depth + 1);
                let shape = if depth == 1 { Shape::Records } else { Shape::ResultRecords };
                self.shape.get_or_insert(shape);
                true
            }
            (JsonEvent::StartObject, Key::Result) if depth == 1 => {
                self.in_result = true;
                true
            }
            _ => false,
        }
    }
}
