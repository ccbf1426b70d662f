//! Going on between two records with another reader.

use serde::{Deserialize, Serialize};

use super::exact::Exact;
use super::{CsvReader, Lines, Shape};

/// Where a reader is between two records, and what it has learned on the way: all that another one
/// needs to give out the same records from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Bytes of the text before the next record.
    pub offset: u64,
    header: Shape,
    lines: Lines,
    number: u64,
    blanks: u64,
    blanks_told: u64,
    split: usize,
    guarded: bool,
}

impl CsvReader {
    /// Where the reader is. `None` before the header, and in a record that is too large and was given
    /// out already: another reader could not find its end.
    pub fn mark(&self) -> Option<Mark> {
        let header = self.header.filter(|_| !self.skipping)?;
        Some(Mark {
            offset: self.passed,
            header,
            lines: self.lines,
            number: self.number,
            blanks: self.blanks,
            blanks_told: self.blanks_told,
            split: self.exact.split(),
            guarded: self.guarded,
        })
    }

    /// A reader like this one, at a mark of another one of the same text; feed it from `offset` on.
    pub fn resumed(&self, mark: Mark) -> Self {
        let Mark { offset, header, lines, number, blanks, blanks_told, split, guarded } = mark;
        Self {
            passed: offset,
            header: Some(header),
            lines,
            number,
            blanks,
            blanks_told,
            guarded,
            exact: Exact::at(self.delimiter, split),
            ..Self::new(self.delimiter, self.limits)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::salesforce::record::{Limits, Problem};

    /// Everything there is to a record.
    type Told = (u64, u64, Option<Problem>, bool, Vec<String>);

    fn take(reader: &mut CsvReader) -> Vec<Told> {
        let mut all = Vec::new();
        while let Some(record) = reader.next_record() {
            let fields = record.fields().map(str::to_owned).collect();
            all.push((record.number, record.line, record.problem, record.after_blank, fields));
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn another_reader_goes_on_wherever_one_waits_for_more(
            text in prop::collection::vec(prop::sample::select(vec![
                "a", "b,c", ",", "\"", "\"\"", "\"x\"", "\"a\nb\",\"c\"", "\n", "\r", "\r\n", "\u{feff}",
                "é", "'=1", "''-2,", "\"a\",\"b\"\n", "a,b\r", "a,b\n", "0123456789", "a,b,c\r", "d\r", "e,f\n",
            ]), 0..40),
            piece in 1_usize..40,
            bytes in prop::sample::select(vec![24_usize, 64, 4096]),
            header in prop::sample::select(vec!["h,i", "h,_csm_import"]),
        ) {
            let text = format!("{header}\n{}", text.concat());
            let limits = Limits { record_bytes: bytes, fields: 8 };
            let mut whole = CsvReader::new(b',', limits);
            whole.feed(text.as_bytes());
            whole.finish();
            let whole = take(&mut whole);
            let (mut reader, mut told, mut fed) = (CsvReader::new(b',', limits), Vec::new(), 0);
            while fed < text.len() {
                let end = text.len().min(fed + piece);
                reader.feed(&text.as_bytes()[fed..end]);
                fed = end;
                told.extend(take(&mut reader));
                if let Some(mark) = reader.mark() {
                    let json = serde_json::to_string(&mark).unwrap();
                    reader = reader.resumed(serde_json::from_str(&json).unwrap());
                    // What was read of the next record is read anew.
                    reader.feed(&text.as_bytes()[usize::try_from(mark.offset).unwrap()..fed]);
                }
            }
            reader.finish();
            told.extend(take(&mut reader));
            prop_assert_eq!(told, whole);
        }
    }
}
