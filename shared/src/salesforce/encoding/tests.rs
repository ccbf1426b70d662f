use super::*;

mod cuts;
mod marks;
mod suspicions;

const UTF: [Charset; 5] =
    [Charset::UTF_8, Charset::UTF_16LE, Charset::UTF_16BE, Charset::UTF_32LE, Charset::UTF_32BE];

fn decode(charset: Charset, pieces: &[&[u8]]) -> (String, u64) {
    let mut decoder = Decoder::new(charset);
    let mut out = Vec::new();
    for piece in pieces {
        decoder.decode(piece, false, &mut out);
    }
    decoder.decode(&[], true, &mut out);
    (String::from_utf8(out).unwrap(), decoder.replaced())
}

fn utf32(text: &str, bytes: impl Fn(u32) -> [u8; 4]) -> Vec<u8> {
    text.chars().flat_map(|c| bytes(u32::from(c))).collect()
}

fn utf16(text: &str, bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// The text in an encoding, or `None` if it cannot be written in it.
fn encode(charset: Charset, text: &str) -> Option<Vec<u8>> {
    match charset {
        _ if charset == Charset::UTF_16LE => Some(utf16(text, u16::to_le_bytes)),
        _ if charset == Charset::UTF_16BE => Some(utf16(text, u16::to_be_bytes)),
        Charset(Kind::Utf32(Order::Little)) => Some(utf32(text, u32::to_le_bytes)),
        Charset(Kind::Utf32(Order::Big)) => Some(utf32(text, u32::to_be_bytes)),
        Charset(Kind::Standard(encoding)) => {
            let (bytes, _, lost) = encoding.encode(text);
            (!lost).then(|| bytes.into_owned())
        }
    }
}

/// Decodes with every cut into two, and byte by byte.
fn every_cut(charset: Charset, bytes: &[u8], expected: &str) {
    let expected = (expected.to_owned(), 0);
    for cut in 0..=bytes.len() {
        let (first, second) = bytes.split_at(cut);
        assert_eq!(decode(charset, &[first, second]), expected, "{charset} cut at {cut}");
    }
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(decode(charset, &single), expected, "{charset} byte by byte");
}

/// What Data Export offers, names of Java, and what the encoding is called here.
const OFFERED: &[(&str, &str, &str)] = &[
    ("UTF-8", "UTF-8", "Zoë, 木下 😀"),
    ("UTF8", "UTF-8", "Zoë"),
    ("UTF-16", "UTF-16LE", "Zoë, 木下 😀"),
    ("UTF-16BE", "UTF-16BE", "Zoë, 木下 😀"),
    ("utf-32", "UTF-32BE", "Zoë, 木下 😀"),
    ("UTF_32LE", "UTF-32LE", "Zoë, 木下 😀"),
    ("ISO-8859-1", "windows-1252", "Zoë Grünwald"),
    ("ISO8859_1", "windows-1252", "Zoë Grünwald"),
    ("windows-1252", "windows-1252", "Zoë – “x” €"),
    ("Cp1252", "windows-1252", "Zoë – “x” €"),
    ("ISO-8859-15", "ISO-8859-15", "Zoë €"),
    ("ISO-8859-2", "ISO-8859-2", "Łódź"),
    ("windows-1251", "windows-1251", "Анна"),
    ("KOI8_R", "KOI8-R", "Анна"),
    ("x-SJIS_0213", "Shift_JIS", "木下 ソ表"),
    ("Shift_JIS", "Shift_JIS", "木下 ソ表"),
    ("MS932", "Shift_JIS", "木下①"),
    ("windows-31j", "Shift_JIS", "木下①"),
    ("EUC-JP", "EUC-JP", "木下 ソ"),
    ("EUC_JP", "EUC-JP", "木下 ソ"),
    ("ISO-2022-JP", "ISO-2022-JP", "木下 ソ x 木"),
    ("EUC-KR", "EUC-KR", "김철수"),
    ("ks_c_5601-1987", "EUC-KR", "김철수"),
    ("KSC5601", "EUC-KR", "김철수"),
    ("MS949", "EUC-KR", "똠방각하"),
    ("GB2312", "GBK", "王小明"),
    ("GBK", "GBK", "王小明"),
    ("x-mswin-936", "GBK", "王小明"),
    ("GB18030", "gb18030", "王小明 㐀 😀"),
    ("Big5", "Big5", "王小明"),
    ("Big5-HKSCS", "Big5", "王小明"),
    ("MS950_HKSCS", "Big5", "王小明"),
];

#[test]
fn every_encoding_of_a_data_export_is_read_wherever_it_is_cut() {
    for (label, name, text) in OFFERED {
        let charset = Charset::named(label).unwrap_or_else(|| panic!("{label}"));
        assert_eq!((charset.to_string().as_str(), charset.name()), (*name, *name), "{label}");
        let text = format!("\"Id\",\"Name\"\r\n\"003\",\"{text}\"\r\n");
        let bytes = encode(charset, &text).unwrap_or_else(|| panic!("{label}"));
        every_cut(charset, &bytes, &text);
        let json = serde_json::to_string(&charset).unwrap();
        assert_eq!(json, format!("\"{name}\""));
        assert_eq!(serde_json::from_str::<Charset>(&json).unwrap(), charset);
        assert_eq!(Charset::named(&format!(" {} ", label.to_uppercase())), Some(charset));
    }
    for (other, known) in OTHER_NAMES {
        assert!(Charset::named(other).is_some(), "{other}");
        assert_eq!(Charset::named(other), Charset::named(known), "{other}");
    }
    for name in ["", "utf-9", "auto", "iso-2022-kr", "replacement", "木"] {
        assert_eq!(Charset::named(name), None, "{name}");
    }
    let error = serde_json::from_str::<Charset>("\"secret\"").unwrap_err().to_string();
    assert!(error.contains("Shift_JIS") && !error.contains("secret"), "{error}");
}

#[test]
fn only_some_encodings_have_ascii_as_it_is() {
    for (label, compatible) in [
        ("UTF-8", true),
        ("windows-1252", true),
        ("Shift_JIS", true),
        ("ISO-2022-JP", false),
        ("UTF-16", false),
        ("UTF-32", false),
    ] {
        assert_eq!(Charset::named(label).unwrap().is_ascii_compatible(), compatible, "{label}");
    }
}

#[test]
fn malformed_bytes_are_counted() {
    for (charset, bytes, text, replaced) in [
        (Charset::UTF_8, &b"a\xFFb\xC3"[..], "a\u{fffd}b\u{fffd}", 2),
        (Charset::UTF_8, b"\xE6\x9C", "\u{fffd}", 1),
        (Charset::UTF_8, b"\xC0\x80\xED\xA0\x80", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}", 5),
        (Charset::UTF_8, b"\xEF\xBB", "\u{fffd}", 1),
        (Charset::UTF_8, "\u{fffd}".as_bytes(), "\u{fffd}", 0),
        (Charset::UTF_16LE, b"a\0\0\xD8b\0x", "a\u{fffd}b\u{fffd}", 2),
        (Charset::UTF_32LE, b"a\0\0\0\0\0\x11\0b", "a\u{fffd}\u{fffd}", 2),
        (Charset::UTF_32BE, b"\0\0\xD8\0\0\0\0", "\u{fffd}\u{fffd}", 2),
        (Charset::named("euc-kr").unwrap(), b"a\xB1", "a\u{fffd}", 1),
        (
            Charset::WINDOWS_1252,
            b"\x81\x8D\x8F\x90\x9D\xFF\x80",
            "\u{81}\u{8d}\u{8f}\u{90}\u{9d}ÿ€",
            0,
        ),
    ] {
        assert_eq!(decode(charset, &[bytes]), (text.to_owned(), replaced), "{charset}");
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(decode(charset, &single), (text.to_owned(), replaced), "{charset}");
    }
}

#[test]
fn what_follows_the_end_is_another_file() {
    for charset in UTF.into_iter().chain([Charset::WINDOWS_1252, Charset::named("gbk").unwrap()]) {
        let bytes = encode(charset, "Id").unwrap();
        let mut decoder = Decoder::new(charset);
        let mut out = Vec::new();
        for _ in 0..2 {
            decoder.decode(&bytes, true, &mut out);
            decoder.decode(&[], true, &mut out);
        }
        assert_eq!((out.as_slice(), decoder.is_clean()), (&b"IdId"[..], true), "{charset}");
    }
    let mut decoder = Decoder::new(Charset::UTF_8);
    decoder.decode(b"\xFF", true, &mut Vec::new());
    decoder.decode(b"\xEF\xBB\xBFId", true, &mut Vec::new());
    assert_eq!((decoder.replaced(), decoder.is_clean()), (1, false));
}

#[test]
fn text_larger_than_the_scratch_is_read_whole() {
    let text = "Zoë Grünwald – “x”\n".repeat(9000);
    for charset in [Charset::WINDOWS_1252, Charset::UTF_16LE, Charset::UTF_8, Charset::UTF_32BE] {
        let bytes = encode(charset, &text).unwrap();
        assert_eq!(decode(charset, &[&bytes]), (text.clone(), 0), "{charset}");
    }
    let damaged = [&[0xFF; 3000][..], text.as_bytes()].concat();
    let expected = format!("{}{text}", "\u{fffd}".repeat(3000));
    assert_eq!(decode(Charset::UTF_8, &[&damaged]), (expected, 3000));
}
