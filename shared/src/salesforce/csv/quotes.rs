//! Finds misplaced quotes, which `csv-core` reads over by design.

use memchr::memchr;

/// Follows the quotes of one record, in pieces of any size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quotes {
    delimiter: u8,
    place: Place,
    misplaced: bool,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// At the first byte of a field.
    Start,
    /// In an unquoted field.
    Unquoted,
    /// Between the quotes of a field.
    Quoted,
    /// Behind a quote that either ends the field or escapes the next one.
    Quote,
}

impl Quotes {
    /// At the start of a record.
    pub(super) const fn new(delimiter: u8) -> Self {
        Self { delimiter, place: Place::Start, misplaced: false }
    }

    /// Follows the next bytes of the record.
    pub(super) fn scan(&mut self, mut bytes: &[u8]) {
        while let Some((&byte, rest)) = bytes.split_first() {
            match (self.place, byte) {
                (Place::Quoted, _) => {
                    let Some(at) = memchr(b'"', bytes) else {
                        return;
                    };
                    bytes = bytes.get(at + 1..).unwrap_or_default();
                    self.place = Place::Quote;
                    continue;
                }
                (Place::Start | Place::Quote, b'"') => self.place = Place::Quoted,
                (_, b'\r' | b'\n') => self.place = Place::Start,
                (_, byte) if byte == self.delimiter => self.place = Place::Start,
                (Place::Quote, _) => {
                    self.misplaced = true;
                    self.place = Place::Unquoted;
                }
                _ => self.place = Place::Unquoted,
            }
            bytes = rest;
        }
    }

    /// Whether text stood between a closing quote and the end of its field.
    pub(super) const fn misplaced(self) -> bool {
        self.misplaced
    }

    /// Whether the bytes so far end between the quotes of a field.
    pub(super) const fn open(self) -> bool {
        matches!(self.place, Place::Quoted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_followed_whatever_the_pieces() {
        for (text, misplaced, open) in [
            ("a,b", false, false),
            ("\"a\",\"b\"\r\n", false, false),
            ("\"a \"\"b\"\" c\",\"\"", false, false),
            ("a \"b\" c,\"d", false, true),
            ("\"a\" b,c", true, false),
            ("\"a\"b\",c", true, false),
            ("\"a\"\"", false, true),
        ] {
            for cut in 0..=text.len() {
                let (first, second) = text.as_bytes().split_at(cut);
                let mut quotes = Quotes::new(b',');
                quotes.scan(first);
                quotes.scan(second);
                assert_eq!(
                    (quotes.misplaced(), quotes.open()),
                    (misplaced, open),
                    "{text} cut at {cut}"
                );
            }
        }
    }
}
