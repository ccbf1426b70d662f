//! Any bytes in every encoding: the text and what is counted in it do not depend on where the input
//! is cut.
#![no_main]

use csm_import::salesforce::encoding::{Charset, Decoder, Suspicions, by_beginning, is_suspicious};
use csm_import_fuzz::{Input, Pieces};
use libfuzzer_sys::fuzz_target;

/// Every encoding: UTF-32 and those of the Encoding Standard without "replacement".
const CHARSETS: [&str; 41] = [
    "UTF-8",
    "UTF-16LE",
    "UTF-16BE",
    "UTF-32LE",
    "UTF-32BE",
    "windows-1252",
    "Shift_JIS",
    "ISO-2022-JP",
    "EUC-JP",
    "EUC-KR",
    "Big5",
    "GBK",
    "gb18030",
    "IBM866",
    "ISO-8859-2",
    "ISO-8859-3",
    "ISO-8859-4",
    "ISO-8859-5",
    "ISO-8859-6",
    "ISO-8859-7",
    "ISO-8859-8",
    "ISO-8859-8-I",
    "ISO-8859-10",
    "ISO-8859-13",
    "ISO-8859-14",
    "ISO-8859-15",
    "ISO-8859-16",
    "KOI8-R",
    "KOI8-U",
    "macintosh",
    "windows-874",
    "windows-1250",
    "windows-1251",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "x-mac-cyrillic",
    "x-user-defined",
];

/// What was read.
#[derive(Debug, PartialEq)]
struct Read {
    text: String,
    replaced: u64,
    /// NULs, U+FFFD, C1 controls, what looks encoded twice.
    suspicions: [u64; 4],
}

/// Reads a file; `ends_empty` says that its end is told by a piece of its own.
fn read(charset: Charset, pieces: Pieces<'_>, ends_empty: bool) -> Read {
    let mut decoder = Decoder::new(charset);
    let mut suspicions = Suspicions::default();
    let (mut text, mut replaced) = (String::new(), 0);
    let mut decode = |piece: &[u8], last| {
        let mut out = b"kept".to_vec();
        decoder.decode(piece, last, &mut out);
        let out = str::from_utf8(&out).expect("whole characters of UTF-8 after every piece");
        let out = out.strip_prefix("kept").expect("text is appended");
        suspicions.look(out.as_bytes());
        text.push_str(out);
        assert!(decoder.replaced() >= replaced, "counts grow");
        replaced = decoder.replaced();
        assert_eq!(decoder.is_clean(), replaced == 0);
    };
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        decode(piece, !ends_empty && pieces.peek().is_none());
    }
    if ends_empty {
        decode(b"", true);
    }
    let Suspicions { nuls, replacement_characters, c1_controls, double_encoded, .. } = suspicions;
    let suspicions = [nuls, replacement_characters, c1_controls, double_encoded];
    Read { text, replaced, suspicions }
}

fuzz_target!(|input: &[u8]| {
    let Some(input) = Input::new(input) else { return };
    let bytes = input.bytes;
    let told = by_beginning(bytes);
    assert_eq!(told, by_beginning(&bytes[..bytes.len().min(4096)]), "4 KiB are enough");

    let name = input.first(&CHARSETS);
    let charset = Charset::named(name).expect("the name is known");
    assert_eq!(charset.name(), name);
    for charset in [Some(charset), told.map(|told| told.charset)].into_iter().flatten() {
        let whole = read(charset, Pieces::whole(bytes), bytes.is_empty());
        let cut = read(charset, input.cut(bytes), input.second(&[true, false]) || bytes.is_empty());
        assert_eq!(whole, cut, "{charset}: the same however cut");
        // A character has at most three bytes for each of its own, but for a broken one at the end.
        assert!(whole.text.len() <= bytes.len() * 3 + 12, "{charset}: no more than there can be");
        let [nuls, suspicions @ ..] = whole.suspicions;
        assert_eq!(nuls, whole.text.bytes().filter(|byte| *byte == 0).count() as u64);
        assert_eq!(is_suspicious(&whole.text), suspicions.iter().any(|count| *count > 0));
        assert!(suspicions[0] >= whole.replaced, "what was replaced is U+FFFD");
    }
});
