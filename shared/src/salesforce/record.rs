//! One record of an export, whatever syntax it came in.

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
    data: &'a [u8],
    spans: &'a [Span],
}

impl<'a> Record<'a> {
    /// A record whose fields lie at `spans` in `data`, as UTF-8 without quotes and escapes.
    pub const fn new(
        number: u64,
        line: u64,
        problem: Option<Problem>,
        data: &'a [u8],
        spans: &'a [Span],
    ) -> Self {
        Self { number, line, problem, after_blank: false, data, spans }
    }

    /// Says whether a blank record was passed over right before this one.
    pub const fn after_blank(mut self, after_blank: bool) -> Self {
        self.after_blank = after_blank;
        self
    }

    /// The field at `index`, from 0.
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        let &(start, end) = self.spans.get(index)?;
        self.data.get(start as usize..end as usize)
    }

    /// All fields in the order of the columns.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + use<'a> {
        let data = self.data;
        self.spans
            .iter()
            .map(move |&(start, end)| data.get(start as usize..end as usize).unwrap_or_default())
    }

    /// How many fields the record has.
    pub const fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether the record has no fields, which only one with a problem can have.
    pub const fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// A hash of all fields: the same fields give the same number, in every process and from every
    /// syntax.
    pub fn fingerprint(&self) -> u64 {
        const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut sum = ODD;
        for field in self.fields() {
            // A blank field, of which exports are full, is its place alone.
            let hash = if field.is_empty() { ODD } else { xxhash_rust::xxh3::xxh3_64(field) };
            sum = (sum.rotate_left(5) ^ hash).wrapping_mul(ODD);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(fields: &[&str]) -> u64 {
        let data = fields.concat();
        let mut at = 0;
        let spans: Vec<Span> = fields
            .iter()
            .map(|field| {
                let start = at;
                at += u32::try_from(field.len()).unwrap();
                (start, at)
            })
            .collect();
        Record::new(1, 1, None, data.as_bytes(), &spans).fingerprint()
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
