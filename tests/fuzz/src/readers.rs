//! The readers of CSV and JSON alone, with limits so small that an input reaches them.

use csm_import::salesforce::csv::{CsvReader, delimiter};
use csm_import::salesforce::json::JsonReader;
use csm_import::salesforce::record::{Limits, Problem, Record};

use super::{Input, Pieces};

const LIMITS: [Limits; 4] = [
    Limits { record_bytes: 64, fields: 4 },
    Limits { record_bytes: 1, fields: 1 },
    Limits { record_bytes: 300, fields: 16 },
    Limits { record_bytes: 1 << 20, fields: 1 << 10 },
];

/// What can be known of a record.
#[derive(Debug, PartialEq)]
struct Copied {
    number: u64,
    line: u64,
    problem: Option<Problem>,
    after_blank: bool,
    fields: Vec<String>,
}

impl Copied {
    fn new(record: &Record<'_>) -> Self {
        let &Record { number, line, problem, after_blank, .. } = record;
        let fields = record.fields().map(str::to_owned).collect();
        Self { number, line, problem, after_blank, fields }
    }
}

/// A reader that is fed and asked for records.
trait Read {
    fn feed(&mut self, piece: &[u8]);
    fn finish(&mut self);
    fn next_record(&mut self) -> Option<Record<'_>>;
}

macro_rules! read {
    ($reader:ty) => {
        impl Read for $reader {
            fn feed(&mut self, piece: &[u8]) {
                Self::feed(self, piece);
            }
            fn finish(&mut self) {
                Self::finish(self);
            }
            fn next_record(&mut self) -> Option<Record<'_>> {
                Self::next_record(self)
            }
        }
    };
}

read!(CsvReader);
read!(JsonReader);

fn records(reader: &mut impl Read, pieces: Pieces<'_>, limits: Limits) -> Vec<Copied> {
    let mut records: Vec<Copied> = Vec::new();
    let mut drain = |reader: &mut dyn Read| {
        while let Some(record) = reader.next_record() {
            assert!(record.len() <= limits.fields, "fields within the limit");
            let record = Copied::new(&record);
            if let Some(last) = records.last() {
                assert!(record.number == last.number + 1 && record.line >= last.line);
            }
            records.push(record);
        }
    };
    for piece in pieces {
        reader.feed(piece);
        drain(reader);
    }
    reader.finish();
    drain(reader);
    records
}

/// Reads the input in one piece and in those that it asks for, as CSV and as JSON: the same records
/// come of it.
pub fn compare(input: &Input<'_>) {
    let (limits, delimiter) = (input.first(&LIMITS), input.second(&delimiter::ALL));
    let both = [Pieces::whole(input.bytes), input.cut(input.bytes)];

    let [whole, cut] = both.clone().map(|pieces| {
        let mut reader = CsvReader::new(delimiter, limits);
        (records(&mut reader, pieces, limits), reader.blanks())
    });
    assert_eq!(whole, cut, "the same CSV however cut");

    // JSON is text that was decoded before.
    if str::from_utf8(input.bytes).is_err() {
        return;
    }
    let [whole, cut] = both.map(|pieces| {
        let mut reader = JsonReader::new(Vec::new(), limits);
        let records = records(&mut reader, pieces, limits);
        let fault = reader.fault().map(ToString::to_string);
        (records, fault, reader.columns().to_vec(), reader.more(), reader.shape())
    });
    assert_eq!(whole, cut, "the same JSON however cut");
}
