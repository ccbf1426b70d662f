//! What the first bytes of a file say about its encoding.

use super::Charset;
use super::marks::TELLING;

/// How many bytes of a file are looked at.
const LOOKED_AT: usize = 4096;

/// What separates fields and records. With its two bytes swapped, none of these becomes a character
/// of UTF-16 that occurs often, as 一 and the ideographic space do, which also have a zero.
const SEPARATORS: &[u8] = b"\",;|\t\r\n";

/// An encoding that the first bytes settle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// The encoding.
    pub charset: Charset,
    /// There is a byte order mark, right or wrong.
    pub bom: bool,
    /// The byte order mark says another encoding than the bytes that follow it, which are believed.
    pub contradicts: bool,
}

/// The encoding that the first bytes of a file settle by themselves: by a byte order mark, or by
/// where the zero bytes are. At most 4 KiB are looked at; fewer than 4 bytes of text tell nothing.
///
/// Zeros count more than the mark: Data Loader writes the mark of UTF-16BE in front of UTF-16LE and
/// UTF-32 as well. Single NULs, as rich text has them, do not make UTF-16 of a text.
pub fn by_beginning(first: &[u8]) -> Option<Beginning> {
    let first = first.get(..LOOKED_AT).unwrap_or(first);
    for (mark, charset) in TELLING {
        let Some(mut text) = first.strip_prefix(mark) else {
            continue;
        };
        // Joined files have several.
        while let Some(rest) = text.strip_prefix(mark) {
            text = rest;
        }
        let zeros = by_zeros(text);
        // FF FE 00 00 is also the mark of UTF-16LE in front of UTF-32BE.
        if charset == Charset::UTF_32LE && !text.is_empty() && zeros != Some(charset) {
            continue;
        }
        let found = zeros.or_else(|| by_separators(text, charset)).unwrap_or(charset);
        return Some(Beginning { charset: found, bom: true, contradicts: found != charset });
    }
    let charset = by_zeros(first)?;
    Some(Beginning { charset, bom: false, contradicts: false })
}

/// The encoding by how many bytes are zero at each of four places.
fn by_zeros(text: &[u8]) -> Option<Charset> {
    let (units, _) = text.as_chunks::<4>();
    let total = units.len();
    if total == 0 {
        return None;
    }
    let zeros = units.iter().fold([0_usize; 4], |mut zeros, unit| {
        for (count, byte) in zeros.iter_mut().zip(unit) {
            *count += usize::from(*byte == 0);
        }
        zeros
    });
    let [first, second, third, fourth] = zeros;
    // The highest byte of UTF-32 is always zero, the next one is unless the character is an emoji
    // or the like, and the lowest one hardly ever is.
    let nearly_all = |count: usize| count * 10 >= total * 9;
    if fourth == total && nearly_all(third) && first * 2 < total {
        return Some(Charset::UTF_32LE);
    }
    if first == total && nearly_all(second) && fourth * 2 < total {
        return Some(Charset::UTF_32BE);
    }
    // In UTF-16, each ASCII character has its zero on the same side, also in a file whose labels
    // are Chinese. NULs stand on either side, and most commas and ends of line have none beside
    // them.
    let (even, odd) = (first + third, second + fourth);
    let many = |count: usize| count * 2 >= total;
    let separators = Separators::of(text);
    if many(odd) && even * 10 <= odd && separators.are_mostly(separators.little) {
        return Some(Charset::UTF_16LE);
    }
    let big = many(even) && odd * 10 <= even && separators.are_mostly(separators.big);
    big.then_some(Charset::UTF_16BE)
}

/// The order of UTF-16 whose letters have no zeros, as Chinese, by its separators, which have.
fn by_separators(text: &[u8], marked: Charset) -> Option<Charset> {
    let separators = Separators::of(text);
    if marked == Charset::UTF_16BE && separators.little > separators.big {
        return Some(Charset::UTF_16LE);
    }
    let swapped = marked == Charset::UTF_16LE && separators.big > separators.little;
    swapped.then_some(Charset::UTF_16BE)
}

/// How many separators a text has when it is read as pairs of bytes.
struct Separators {
    /// With a zero before them.
    big: usize,
    /// With a zero behind them.
    little: usize,
    /// Bytes that are separators, with a zero or without.
    all: usize,
}

impl Separators {
    fn of(text: &[u8]) -> Self {
        let mut found = Self { big: 0, little: 0, all: 0 };
        for [one, two] in text.as_chunks::<2>().0 {
            let [first, second] = [one, two].map(|byte| SEPARATORS.contains(byte));
            found.all += usize::from(first) + usize::from(second);
            found.big += usize::from(*one == 0 && second);
            found.little += usize::from(first && *two == 0);
        }
        found
    }

    /// Whether two thirds of them are such as `counted`. The rest are halves of other characters.
    const fn are_mostly(&self, counted: usize) -> bool {
        counted * 3 >= self.all * 2
    }
}
