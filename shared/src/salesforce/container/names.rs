//! Names of members, and of compression methods.

use std::borrow::Cow;

use oem_cp::code_table::DECODING_TABLE_CP437;
use rc_zip::parse::Method;

use super::Refusal;

/// General purpose bit 11: the name is UTF-8 (APPNOTE 4.4.4); otherwise it is code page 437
/// (appendix D.1).
const UTF_8: u16 = 1 << 11;

/// Bytes of the longest name; an object in S3 cannot have a longer one either.
const LONGEST: usize = 1024;

/// Characters that are left of a longer one.
const LEFT: usize = 80;

/// Decodes a name; `\` becomes `/`, as the APPNOTE (4.4.17.1) demands and some Windows programs
/// do not do.
pub(super) fn decode(flags: u16, name: &[u8]) -> String {
    let name = if flags & UTF_8 == 0 {
        Cow::Owned(oem_cp::decode_string_complete_table(name, &DECODING_TABLE_CP437))
    } else {
        String::from_utf8_lossy(name)
    };
    name.replace('\\', "/")
}

/// Why a member of this name is not read.
pub(super) fn refusal(name: &str) -> Option<Refusal> {
    let mut first = name.chars();
    let drive = first.next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && first.next() == Some(':');
    if name.is_empty() {
        Some(Refusal::Nameless)
    } else if name.len() > LONGEST {
        Some(Refusal::NameTooLong)
    } else if name.starts_with('/') {
        Some(Refusal::Absolute)
    } else if drive {
        Some(Refusal::Drive)
    } else if name.split('/').any(|part| part == "..") {
        Some(Refusal::Outside)
    } else {
        None
    }
}

/// The name as it is kept and shown for a refused member.
pub(super) fn cut(name: String) -> String {
    if name.len() > LONGEST { name.chars().take(LEFT).chain(['…']).collect() } else { name }
}

/// What a compression method is called (APPNOTE 4.4.5).
pub(super) fn method(method: Method) -> String {
    let name = match u16::from(method) {
        1 => "Shrink",
        2..=5 => "Reduce",
        6 | 10 => "Implode",
        9 => "Deflate64",
        12 => "bzip2",
        14 => "LZMA",
        16 | 18 | 19 => "an IBM method",
        20 | 93 => "Zstandard",
        94 => "MP3",
        95 => "xz",
        96 => "JPEG",
        97 => "WavPack",
        98 => "PPMd",
        other => return format!("method {other}"),
    };
    name.to_owned()
}
