//! Byte order marks, right and wrong ones, at the beginning of a text.

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::{Charset, Kind, Order};

const OF_UTF_8: &[u8] = b"\xEF\xBB\xBF";
const OF_UTF_16BE: &[u8] = b"\xFE\xFF";
const OF_UTF_16LE: &[u8] = b"\xFF\xFE";
const OF_UTF_32BE: &[u8] = b"\0\0\xFE\xFF";
const OF_UTF_32LE: &[u8] = b"\xFF\xFE\0\0";
const OF_GB18030: &[u8] = b"\x84\x31\x95\x33";

/// The marks by which an encoding is told. Longer ones come first, since one begins with another.
pub(super) const TELLING: [(&[u8], Charset); 5] = [
    (OF_UTF_32BE, Charset::UTF_32BE),
    (OF_UTF_32LE, Charset::UTF_32LE),
    (OF_UTF_8, Charset::UTF_8),
    (OF_UTF_16BE, Charset::UTF_16BE),
    (OF_UTF_16LE, Charset::UTF_16LE),
];

/// What stands between the beginning of a file and its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passed<'b> {
    /// The text begins here.
    Text(&'b [u8]),
    /// These bytes may be a part of a mark, or more marks may follow.
    Unknown(&'b [u8]),
}

/// The marks that can stand in front of a text in this encoding, including wrong ones; longer ones
/// first. Hardly any honest text begins so.
///
/// Data Loader writes the mark of UTF-16BE in front of UTF-16LE, UTF-32LE and UTF-32BE as well.
fn in_front_of(charset: Charset) -> &'static [&'static [u8]] {
    match charset.0 {
        // In this order, FF FE 00 00 is the short mark and half of a character.
        Kind::Utf32(Order::Big) => &[OF_UTF_32BE, OF_UTF_8, OF_UTF_16BE, OF_UTF_16LE],
        Kind::Utf32(Order::Little) => {
            &[OF_UTF_32LE, OF_UTF_32BE, OF_UTF_8, OF_UTF_16BE, OF_UTF_16LE]
        }
        Kind::Standard(encoding) if encoding == UTF_8 => &[OF_UTF_8],
        Kind::Standard(encoding) if encoding == UTF_16BE || encoding == UTF_16LE => {
            &[OF_UTF_8, OF_UTF_16BE, OF_UTF_16LE]
        }
        Kind::Standard(encoding) if encoding == GB18030 => &[OF_GB18030, OF_UTF_8],
        Kind::Standard(_) => &[OF_UTF_8],
    }
}

/// Passes over all marks at the beginning of a file; joined files have several. `last` says that
/// nothing follows these bytes.
pub(super) fn pass(charset: Charset, mut bytes: &[u8], last: bool) -> Passed<'_> {
    let marks = in_front_of(charset);
    loop {
        let cut = |mark: &&[u8]| mark.len() > bytes.len() && mark.starts_with(bytes);
        if !last && marks.iter().any(cut) {
            return Passed::Unknown(bytes);
        }
        match marks.iter().find_map(|mark| bytes.strip_prefix(*mark)) {
            Some(rest) => bytes = rest,
            None => return Passed::Text(bytes),
        }
    }
}
