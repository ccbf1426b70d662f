//! The delimiter of a file, told by its header.

use super::exact::{Behind, Exact};
use super::fields::Fields;
use crate::salesforce::labels;

/// The delimiters that Salesforce's tools write: the six of the Bulk API 2.0 (`columnDelimiter`).
pub const ALL: [u8; 6] = *b",;\t|^`";

/// The delimiter of a file that begins with these bytes, which should hold its whole header: the one
/// that gives the most columns known from exports, then the one that gives the most columns.
pub fn sniff(beginning: &[u8]) -> u8 {
    let beginning = beginning.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(beginning);
    let beginning = beginning.trim_ascii_start();
    let score = |delimiter: u8| {
        let mut fields = Fields::new(1 << 14);
        Exact::new(delimiter).parse(beginning, Behind::End, None, &mut fields);
        let data = fields.data(beginning);
        let known = fields.spans().iter().filter(|(start, end)| {
            let name = data.get(*start as usize..*end as usize).unwrap_or_default();
            str::from_utf8(name).is_ok_and(labels::is_known)
        });
        (known.count(), fields.len())
    };
    // The comma is the first of its equals.
    ALL.into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}

/// The delimiter's name, for people.
pub const fn name(delimiter: u8) -> &'static str {
    match delimiter {
        b',' => "comma",
        b';' => "semicolon",
        b'\t' => "tab",
        b'|' => "pipe",
        b'^' => "caret",
        b'`' => "backquote",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_columns_decide() {
        for (header, delimiter) in [
            ("Id,Name,Industry\n", b','),
            ("\u{feff}Id;Name;Industry\r\n", b';'),
            ("\n\"Id\"\t\"Name\"\tIndustry", b'\t'),
            ("Id|Name|Industry\r", b'|'),
            ("NAME^TYPE^PHONE\n", b'^'),
            ("NAME`TYPE`PHONE\n", b'`'),
            ("Id;Name;a,b,c,d,e,f,g\n", b';'),
            ("\"a;b;c\",Name\n", b','),
            ("Account Name;Last Name;x\n", b';'),
            ("x;y;z\n", b';'),
            ("Name\n", b','),
            ("", b','),
        ] {
            assert_eq!(sniff(header.as_bytes()), delimiter, "{header:?}");
        }
    }
}
