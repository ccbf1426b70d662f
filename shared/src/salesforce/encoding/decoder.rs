//! Reading a stream of bytes as UTF-8.

use encoding_rs::{DecoderResult, Encoding};

use super::marks::{self, Passed};
use super::{Charset, Kind, Order};

/// Bytes that are decoded at once, and the room for their text: three bytes of UTF-8 for each at most,
/// and a character that was begun before. Both stay in the processor's cache.
const PIECE: usize = 16 << 10;
const SCRATCH: usize = 3 * PIECE + 64;

/// Reads a stream of bytes as UTF-8, wherever it is cut. A few bytes are kept between two calls.
pub struct Decoder {
    charset: Charset,
    reading: Reading,
    /// Bytes that wait for more: a part of a byte order mark or of a character, fewer than four.
    held: Vec<u8>,
    /// The text has begun; no byte order mark can follow.
    begun: bool,
    replaced: u64,
}

enum Reading {
    Utf8,
    Utf32(Order),
    Standard { decoder: Box<encoding_rs::Decoder>, scratch: Vec<u8> },
}

impl Reading {
    fn of(charset: Charset) -> Self {
        match charset.0 {
            Kind::Utf32(order) => Self::Utf32(order),
            Kind::Standard(encoding) if encoding == encoding_rs::UTF_8 => Self::Utf8,
            Kind::Standard(encoding) => Self::Standard {
                decoder: Box::new(encoding.new_decoder_without_bom_handling()),
                scratch: vec![0; SCRATCH],
            },
        }
    }
}

impl Decoder {
    /// A decoder at the start of a file.
    pub fn new(charset: Charset) -> Self {
        let reading = Reading::of(charset);
        Self { charset, reading, held: Vec::new(), begun: false, replaced: 0 }
    }

    /// Appends the text of the next bytes, always whole characters. Byte order marks at the
    /// beginning are left out, also wrong ones and several. Each sequence of bytes that is nothing
    /// in the encoding becomes U+FFFD.
    ///
    /// `last` says that the file ends with these bytes, which may be none. What follows then is the
    /// start of another file; only the number of replacements goes on.
    pub fn decode(&mut self, input: &[u8], last: bool, out: &mut Vec<u8>) {
        let joined;
        let mut bytes = input;
        if !self.held.is_empty() {
            joined = [self.held.as_slice(), input].concat();
            self.held.clear();
            bytes = &joined;
        }
        if !self.begun {
            match marks::pass(self.charset, bytes, last) {
                Passed::Text(text) => {
                    self.begun = true;
                    bytes = text;
                }
                Passed::Unknown(part) => {
                    self.held.extend_from_slice(part);
                    return;
                }
            }
        }
        let (rest, replaced) = match &mut self.reading {
            Reading::Utf8 => utf8(bytes, last, out),
            Reading::Utf32(order) => utf32(*order, bytes, last, out),
            Reading::Standard { decoder, scratch } => {
                (&[][..], standard(decoder, scratch, bytes, last, out))
            }
        };
        self.held.extend_from_slice(rest);
        self.replaced += replaced;
        if last {
            // A decoder of encoding_rs panics when it is used after the end.
            self.reading = Reading::of(self.charset);
            self.begun = false;
        }
    }

    /// How many malformed sequences became U+FFFD so far.
    pub const fn replaced(&self) -> u64 {
        self.replaced
    }

    /// Whether all bytes so far were strictly valid in the encoding. A character that is cut at the
    /// end of what was fed counts once `last` was said.
    pub const fn is_clean(&self) -> bool {
        self.replaced == 0
    }
}

/// Copies what is valid. Returns the bytes of a character that is cut, and the number of
/// replacements.
fn utf8<'b>(mut bytes: &'b [u8], last: bool, out: &mut Vec<u8>) -> (&'b [u8], u64) {
    let mut replaced = 0;
    loop {
        let (valid, rest) = bytes.split_at(Encoding::utf8_valid_up_to(bytes));
        out.extend_from_slice(valid);
        // What is wrong behind it, the standard library tells, which is slower with long text.
        let Err(error) = str::from_utf8(rest) else {
            return (&[], replaced);
        };
        let malformed = match error.error_len() {
            None if !last => return (rest, replaced),
            None => rest.len(),
            Some(length) => length,
        };
        push(char::REPLACEMENT_CHARACTER, out);
        replaced += 1;
        bytes = rest.get(malformed..).unwrap_or_default();
    }
}

/// As [`utf8`]. `encoding_rs` leaves UTF-32 out, as the Encoding Standard does.
fn utf32<'b>(order: Order, bytes: &'b [u8], last: bool, out: &mut Vec<u8>) -> (&'b [u8], u64) {
    let (units, rest) = bytes.as_chunks::<4>();
    let mut replaced = 0;
    for unit in units {
        let scalar = match order {
            Order::Big => u32::from_be_bytes(*unit),
            Order::Little => u32::from_le_bytes(*unit),
        };
        let character = char::from_u32(scalar);
        replaced += u64::from(character.is_none());
        push(character.unwrap_or(char::REPLACEMENT_CHARACTER), out);
    }
    if !last || rest.is_empty() {
        return (rest, replaced);
    }
    push(char::REPLACEMENT_CHARACTER, out);
    (&[], replaced + 1)
}

/// Returns the number of replacements; a character that is cut stays in the decoder.
fn standard(
    decoder: &mut encoding_rs::Decoder,
    scratch: &mut [u8],
    mut bytes: &[u8],
    last: bool,
    out: &mut Vec<u8>,
) -> u64 {
    let mut replaced = 0;
    loop {
        // encoding_rs is several times as fast when it sees that all of the text has room.
        let (piece, rest) = bytes.split_at_checked(PIECE).unwrap_or((bytes, &[]));
        let ends = rest.is_empty();
        let (result, read, written) =
            decoder.decode_to_utf8_without_replacement(piece, scratch, last && ends);
        out.extend_from_slice(scratch.get(..written).unwrap_or_default());
        bytes = bytes.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty if ends => return replaced,
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                replaced += 1;
                push(char::REPLACEMENT_CHARACTER, out);
            }
        }
    }
}

fn push(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}
