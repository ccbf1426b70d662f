//! One record of an export, whatever syntax it came in.

use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

/// Where a field lies in the data of its record: start and end, in bytes.
pub type Span = (u32, u32);

/// What one record may take; what is beyond it is a [`Problem::TooLarge`] of that record alone.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a record as it stands in the file, at most 4 GiB.
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
    /// A quote is opened and never closed: the record ends before the next line that begins a good
    /// record, or with the file.
    QuoteUnclosed,
    /// A line that is no JSON.
    JsonInvalid,
}

/// One record of an export, borrowed from its reader.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// 1 for the first record; 0 for the header of a CSV. Blank records are not counted.
    pub number: u64,
    /// The line the record starts on, from 1, as an editor shows it.
    pub line: u64,
    /// What is wrong with the record as a whole.
    pub problem: Option<Problem>,
    /// Whether a blank record was passed over right before it.
    pub after_blank: bool,
    text: &'a str,
    spans: &'a [Span],
    /// Whether the text has no control characters.
    plain: bool,
    /// Whether the fields stand in it with [`BETWEEN`] between them.
    joined: bool,
}

impl<'a> Record<'a> {
    /// A record whose fields lie at `spans` in `data`, as UTF-8 without quotes and escapes. A character
    /// that the end of the data cuts, as that of a record that is too large may, is left out.
    pub fn new(
        number: u64,
        line: u64,
        problem: Option<Problem>,
        data: &'a [u8],
        spans: &'a [Span],
    ) -> Self {
        // Checked once for all fields.
        let text = simdutf8::basic::from_utf8(data).unwrap_or_else(|_| whole_characters(data));
        Self {
            number,
            line,
            problem,
            after_blank: false,
            text,
            spans,
            plain: is_plain(text),
            joined: false,
        }
    }

    /// Says whether a blank record was passed over right before this one.
    pub const fn after_blank(mut self, after_blank: bool) -> Self {
        self.after_blank = after_blank;
        self
    }

    /// Says whether the fields stand as in a file of which every field is quoted.
    pub const fn joined(mut self, joined: bool) -> Self {
        self.joined = joined;
        self
    }

    /// The field at `index`, from 0.
    pub fn get(&self, index: usize) -> Option<&'a str> {
        self.spans.get(index).map(|span| field(self.text, *span))
    }

    /// All fields in the order of the columns.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &'a str> + use<'a> {
        let text = self.text;
        self.spans.iter().map(move |span| field(text, *span))
    }

    /// Whether no field has a control character, such as a line end.
    pub const fn is_plain(&self) -> bool {
        self.plain
    }

    /// How many fields the record has.
    pub const fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether the record has no fields, which only one with a problem can have.
    pub const fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// A hash of all fields: the same fields give the same number, from every syntax.
    pub fn fingerprint(&self) -> u64 {
        if let Some(joined) = self.as_joined() {
            return xxh3_64(joined.as_bytes());
        }
        let mut hash = Xxh3Default::new();
        for (at, field) in self.fields().enumerate() {
            if at > 0 {
                hash.update(BETWEEN.as_bytes());
            }
            hash.update(field.as_bytes());
        }
        hash.digest()
    }

    /// All fields with [`BETWEEN`] between them, where the text holds them like this, as in nearly all
    /// records of most exports. One hash over it costs a fraction of one over each field.
    fn as_joined(&self) -> Option<&'a str> {
        let (&(first, _), &(_, last)) = (self.spans.first()?, self.spans.last()?);
        self.joined.then(|| self.text.get(first as usize..last as usize))?
    }
}
/// What stands between two fields of a record of which every field is quoted.
const BETWEEN: &str = "\",\"";

/// The text up to the first byte that is none.
fn whole_characters(data: &[u8]) -> &str {
    let valid = str::from_utf8(data).err().map_or(data.len(), |error| error.valid_up_to());
    str::from_utf8(data.get(..valid).unwrap_or_default()).unwrap_or_default()
}

/// Whether a text has no control characters: one pass without branches.
fn is_plain(text: &str) -> bool {
    text.bytes().fold(u8::MAX, u8::min) >= b' '
}

/// The part of the text at a span; what a record that is too large lost of it is missing.
fn field(text: &str, (start, end): Span) -> &str {
    let (start, end) = (start as usize, end as usize);
    text.get(start..end).or_else(|| text.get(start..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fingerprints of the fields with nothing between them, and as in a file.
    fn fingerprints(fields: &[&str]) -> [u64; 2] {
        ["", BETWEEN].map(|between| {
            let mut data = String::new();
            let mut spans: Vec<Span> = Vec::new();
            for field in fields {
                if !spans.is_empty() {
                    data.push_str(between);
                }
                let start = u32::try_from(data.len()).unwrap();
                data.push_str(field);
                spans.push((start, u32::try_from(data.len()).unwrap()));
            }
            Record::new(1, 1, None, data.as_bytes(), &spans)
                .joined(between == BETWEEN)
                .fingerprint()
        })
    }

    fn fingerprint(fields: &[&str]) -> u64 {
        let [apart, joined] = fingerprints(fields);
        assert_eq!(apart, joined);
        apart
    }

    #[test]
    fn a_fingerprint_tells_fields_apart() {
        let all = [
            fingerprint(&["a", "b"]),
            fingerprint(&["ab", ""]),
            fingerprint(&["", "ab"]),
            fingerprint(&["b", "a"]),
            fingerprint(&["a", "b", ""]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[..at].contains(one));
        }
        assert_eq!(fingerprint(&["a", "b"]), all[0]);
    }
}
