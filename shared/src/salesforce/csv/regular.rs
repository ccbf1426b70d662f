//! The fast path: a record of which every field is quoted and none holds a quote, as the Data Export
//! Service and Data Loader write most of them.

use memchr::memchr;

use super::fields::Fields;

/// What the bytes turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Regular {
    /// A regular record of this many bytes, line end included; its fields are set.
    Record(usize),
    /// As far as they go, the bytes are regular.
    Incomplete,
    /// The exact parser has to look.
    Irregular,
}

/// Reads a record whose fields lie in `raw` as they are.
pub(super) fn parse(raw: &[u8], delimiter: u8, fields: &mut Fields) -> Regular {
    fields.clear();
    let mut at = 0;
    loop {
        match raw.get(at) {
            Some(b'"') => at += 1,
            Some(_) => return Regular::Irregular,
            None => return Regular::Incomplete,
        }
        let Some(rest) = raw.get(at..) else {
            return Regular::Incomplete;
        };
        // Exports are full of blank fields.
        let length = if rest.first() == Some(&b'"') { Some(0) } else { memchr(b'"', rest) };
        let Some(length) = length else {
            return Regular::Incomplete;
        };
        let end = at + length;
        if !fields.push(at, end) {
            return Regular::Irregular;
        }
        match (raw.get(end + 1), raw.get(end + 2)) {
            (Some(&byte), _) if byte == delimiter => at = end + 2,
            (Some(b'\n'), _) => return Regular::Record(end + 2),
            (Some(b'\r'), Some(b'\n')) => return Regular::Record(end + 3),
            (None, _) | (Some(b'\r'), None) => return Regular::Incomplete,
            _ => return Regular::Irregular,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_regular_is_taken() {
        for (raw, expected) in [
            ("\"a\",\"b\"\n\"c\"", Regular::Record(8)),
            ("\"a\",\"\"\r\n", Regular::Record(8)),
            ("\"a\nb\"\n", Regular::Record(6)),
            ("\"a\",\"b\"", Regular::Incomplete),
            ("\"a\",\"b\"\r", Regular::Incomplete),
            ("\"a\",", Regular::Incomplete),
            ("\"a", Regular::Incomplete),
            ("", Regular::Incomplete),
            ("\"a\"\"b\"\n", Regular::Irregular),
            ("\"a\" \n", Regular::Irregular),
            ("\"a\"\rb", Regular::Irregular),
            ("\"a\",b\n", Regular::Irregular),
        ] {
            assert_eq!(parse(raw.as_bytes(), b',', &mut Fields::new(9)), expected, "{raw:?}");
        }
    }
}
