//! What reading a file once tells about it as a whole, before the first of its records is sent.

use serde::{Deserialize, Serialize};

use super::encoding::Suspicions;
use super::record::Record;
use crate::code::Code;
use crate::import::counts::ByCode;

/// What a file holds besides good records, and how many records it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a finding of its own")]
pub struct Survey {
    /// Records; what follows them is furniture of a report.
    pub records: u64,
    /// Records at the end that are a report's furniture: its name, copyright, who ran it.
    #[serde(skip_serializing_if = "is_zero")]
    pub furniture: u64,
    /// Blank records, which are passed over.
    #[serde(skip_serializing_if = "is_zero")]
    pub blanks: u64,
    /// Bytes that are nothing in the encoding; each became U+FFFD.
    #[serde(skip_serializing_if = "is_zero")]
    pub replaced: u64,
    /// Characters that hint at an encoding gone wrong before this file was written.
    #[serde(flatten)]
    pub suspicions: Suspicions,
    /// The byte order mark says another encoding than the bytes that follow it.
    #[serde(skip_serializing_if = "is_false")]
    pub wrong_bom: bool,
    /// Not UTF-8, and nothing says what else: taken for windows-1252.
    #[serde(skip_serializing_if = "is_false")]
    pub guessed: bool,
    /// The word `null` stands where there is nothing, as old versions of `sf data query` wrote it.
    #[serde(skip_serializing_if = "is_false")]
    pub null_word: bool,
    /// The file says that it is one page of an answer that goes on elsewhere.
    #[serde(skip_serializing_if = "is_false")]
    pub incomplete: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Survey {
    /// What there is to say about the file, with how often it is so.
    pub fn notices(&self) -> ByCode {
        let Suspicions { nuls, replacement_characters, c1_controls, double_encoded, .. } =
            self.suspicions;
        let suspicious = replacement_characters + c1_controls + double_encoded;
        [
            (Code::EncodingGuessed, u64::from(self.guessed)),
            (Code::CharactersReplaced, self.replaced),
            // What was replaced here is U+FFFD as well.
            (Code::TextSuspicious, suspicious.saturating_sub(self.replaced)),
            (Code::ByteOrderMarkWrong, u64::from(self.wrong_bom)),
            (Code::NulsRemoved, nuls),
            (Code::FurnitureDropped, self.furniture),
            (Code::ExportIncomplete, u64::from(self.incomplete)),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect()
    }

    /// Whether values may hold characters that are not what was meant.
    pub const fn has_doubtful_text(&self) -> bool {
        let Suspicions { replacement_characters, c1_controls, double_encoded, .. } =
            self.suspicions;
        self.replaced + replacement_characters + c1_controls + double_encoded > 0
    }
}

/// Finds out where the records of a report end.
///
/// A classic report ends with two blank records and lines of one field each: its name, copyright,
/// confidentiality, who ran it and when, and the company; sometimes with totals before them.
#[derive(Clone, Debug, Default)]
pub struct Surveyor {
    last: u64,
    /// The first of the records with one field that follow a blank one, to the end.
    tail: Option<u64>,
    /// Whether one of them is certainly no data.
    marked: bool,
    /// The record that is a total.
    totals: Option<u64>,
}

impl Surveyor {
    /// Looks at the next record.
    pub fn look(&mut self, record: &Record<'_>) {
        self.last = record.number;
        let mut fields = record.fields();
        let first = fields.next().unwrap_or_default();
        let alone = !first.is_empty() && fields.all(str::is_empty) && record.problem.is_none();
        if !alone {
            (self.tail, self.totals) = (None, None);
            return;
        }
        if record.after_blank {
            (self.tail, self.marked) = (Some(record.number), false);
        }
        if self.tail.is_some() {
            self.marked |= is_furniture(first);
        } else if is_total(first) {
            self.totals = Some(record.number);
        }
    }

    /// How many records there are, and how many pieces of furniture behind them.
    pub fn finish(self) -> (u64, u64) {
        let tail = self.tail.filter(|_| self.marked).unwrap_or(self.last + 1);
        let body_ends = match self.totals {
            Some(totals) if totals + 1 == tail => totals,
            _ => tail,
        };
        (body_ends.saturating_sub(1), (self.last + 1).saturating_sub(body_ends.max(1)))
    }
}

/// Texts of the furniture that stand in every report, as Salesforce writes them.
fn is_furniture(field: &str) -> bool {
    field.contains("Confidential Information - Do Not Distribute")
        || (field.contains("Copyright (c)") && field.contains("salesforce.com"))
        || field.starts_with("Generated By:")
}

fn is_total(field: &str) -> bool {
    field.starts_with("Grand Total") && field.ends_with(')')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::salesforce::csv::CsvReader;
    use crate::salesforce::record::Limits;

    fn survey(text: &str) -> (u64, u64) {
        let mut reader = CsvReader::new(b',', Limits::default());
        reader.feed(text.as_bytes());
        reader.finish();
        let mut surveyor = Surveyor::default();
        while let Some(record) = reader.next_record() {
            if record.number > 0 {
                surveyor.look(&record);
            }
        }
        surveyor.finish()
    }

    #[test]
    fn furniture_is_told_from_records() {
        const END: &str = "\n\nContacts\n\"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved.\"\nConfidential Information - Do Not Distribute\nGenerated By:  Ada  2026-11-22\nAcme\n";
        let padded = END.replace("\n\n", ",\n,\n").replace("Acme\n", "Acme,\n");
        for (text, expected) in [
            ("a,b\n".to_owned(), (0, 0)),
            ("a,b\n1,2\n3,4\n".to_owned(), (2, 0)),
            (format!("a,b\n1,2\n3,4\n{END}"), (2, 5)),
            (format!("a,b\n1,2\n{padded}"), (1, 5)),
            (format!("a,b\n1,2\nGrand Totals (1 records)\n{END}"), (1, 6)),
            ("a,b\n1,2\nGrand Totals (1 records),\n".to_owned(), (1, 1)),
            // A record with one field is a record, also behind a blank one.
            ("a,b\n1,2\n\n\n3\n4,\n".to_owned(), (3, 0)),
            (format!("a,b\n1\n{END}1,2\n"), (7, 0)),
            (format!("a,b\n{END}"), (0, 5)),
        ] {
            assert_eq!(survey(&text), expected, "{text}");
        }
    }
}
