//! Telling text that was encoded twice from text.
//!
//! A character of UTF-8 read as windows-1252 becomes a letter, such as `Ã` or `â`, and one to three
//! characters that stand for the bytes 80 to BF: mostly signs that cannot follow a letter. Those
//! that can do not count, so that a few characters go unseen, but hardly a text.

use encoding_rs::WINDOWS_1252;

/// The length in bytes of the character that was encoded twice at the beginning of `text`; of
/// four-byte characters, of their first two. `None` if there is none, or it does not end in `text`.
pub(super) fn begins_encoded_twice(text: &[u8]) -> Option<usize> {
    let [0xC3, lead, rest @ ..] = text else {
        return None;
    };
    // In UTF-8, the letter for the byte C0 + n is C3 80 + n.
    let lead = lead | 0x40;
    let (second, length) = windows_1252(rest)?;
    let third = || windows_1252(rest.get(length..)?);
    match lead {
        // Â and Ã of Latin letters and signs, Ä and Å of the eastern ones, Î and Ï of Greek,
        // Ð and Ñ of Cyrillic, Ù of Arabic. They are capitals, which signs follow more seldom.
        0xC2..=0xC5 | 0xCE..=0xD1 | 0xD9 if follows_capital(lead, second) => Some(2 + length),
        // Signs such as ’ and €. Nobody writes â€.
        0xE2 if second == 0x80 => Some(2 + length),
        // Of half of Vietnamese: á».
        0xE1 if second == 0xBB => {
            let (third, more) = third()?;
            let end = 2 + length + more;
            let letter = || text.get(end).is_some_and(u8::is_ascii_alphabetic);
            match third {
                // What opens a quote does not follow one that closes.
                0x8B | 0x91 | 0x93 => Some(end),
                // Nguyễn; behind the ellipsis in «está»… no letter follows.
                0x85 => letter().then_some(end + 1),
                _ if follows_small(third) => is_odd_pair(second, third).then_some(end),
                _ => None,
            }
        }
        // Of Vietnamese, kana, ideographs, Hangul, signs. A small letter is often followed by one
        // sign, such as ™ or », but not by two.
        0xE1..=0xEF if follows_small(second) => {
            let (third, more) = third().filter(|(byte, _)| follows_small(*byte))?;
            is_odd_pair(second, third).then_some(2 + length + more)
        }
        // The emoji: ðŸ.
        0xF0 if second == 0x9F => Some(2 + length),
        _ => None,
    }
}

/// Whether a byte from 80 to BF, as windows-1252 shows it, cannot stand behind this capital letter.
const fn follows_capital(lead: u8, second: u8) -> bool {
    match second {
        // Ellipsis, bullet, dashes, and the quotes that close: ‹ ‘ ’ “ ” › « ».
        0x85 | 0x8B | 0x91..=0x97 | 0x9B | 0xAB | 0xBB => false,
        // A word may end with any of them and a no-break space, except with Â.
        0xA0 => lead == 0xC2,
        // Å is also a unit, which is squared (²), cubed (³), multiplied (·), and has tolerances
        // (±).
        0xB1 | 0xB2 | 0xB3 | 0xB7 if lead == 0xC5 => false,
        // `Ã·`: words in capitals that end so, as MAÇÃ·LIMÃO, in lists.
        0xB7 => lead != 0xC3,
        _ => true,
    }
}

/// Whether a byte from 80 to BF, as windows-1252 shows it, cannot be one of two behind a small
/// letter. Those that can: ellipsis, bullet, dashes, quotes that close, no-break space, soft
/// hyphen.
const fn follows_small(byte: u8) -> bool {
    !matches!(byte, 0x85 | 0x8B | 0x91..=0x97 | 0x9B | 0xA0 | 0xAB | 0xAD | 0xBB)
}

/// Whether two of these cannot stand together behind a small letter. The numbers of footnotes (² ³
/// ¹) can, also behind a quote, and so can the letters Š Œ Ž š œ ž Ÿ.
const fn is_odd_pair(second: u8, third: u8) -> bool {
    let letters = matches!(
        (second, third),
        (
            0x8A | 0x8C | 0x8E | 0x9A | 0x9C | 0x9E | 0x9F,
            0x8A | 0x8C | 0x8E | 0x9A | 0x9C | 0x9E | 0x9F
        )
    );
    let footnotes = matches!((second, third), (0xB2 | 0xB3 | 0xB9 | 0xBB, 0xB2 | 0xB3 | 0xB9));
    !letters && !footnotes
}

/// The byte from 80 to BF that windows-1252 shows as the first character of `text`, and the length
/// of that character in UTF-8. Control characters count as well: ISO-8859-1 shows 80 to 9F as such.
fn windows_1252(text: &[u8]) -> Option<(u8, usize)> {
    let length = match text.first()? {
        0xC2..=0xDF => 2,
        0xE2 => 3,
        _ => return None,
    };
    let bytes = text.get(..length)?;
    if let [0xC2, control @ 0x80..=0x9F] = bytes {
        return Some((*control, length));
    }
    let mut bytes_of_it = [0; 8];
    let character = str::from_utf8(bytes).ok()?;
    let mut encoder = WINDOWS_1252.new_encoder();
    // A character that windows-1252 does not have leaves the zero.
    let _ = encoder.encode_from_utf8_without_replacement(character, &mut bytes_of_it, true);
    match bytes_of_it {
        [byte @ 0x80..=0xBF, ..] => Some((byte, length)),
        _ => None,
    }
}
