use proptest::prelude::*;

use super::*;

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

const UTF: [Charset; 5] =
    [Charset::UTF_8, Charset::UTF_16LE, Charset::UTF_16BE, Charset::UTF_32LE, Charset::UTF_32BE];

#[test]
fn zeros_tell_the_encoding_whatever_the_mark_says() {
    let english = "\"Id\",\"Name\",\"Email\"\n\"003\",\"木下\",\"a@example.com\"\n";
    let japanese = "\"顧客名\",\"電話\",\"都市\"\r\n\"木下\",\"+81 3\",\"東京\"\r\n";
    let marks: [(&[u8], Charset); 4] = [
        (b"\xFF\xFE", Charset::UTF_16LE),
        (b"\xFE\xFF", Charset::UTF_16BE),
        (b"\xFF\xFE\0\0", Charset::UTF_32LE),
        (b"\0\0\xFE\xFF", Charset::UTF_32BE),
    ];
    for text in [english, japanese] {
        for charset in UTF.into_iter().skip(1) {
            let bytes = encode(charset, text).unwrap();
            let bare = Beginning { charset, bom: false, contradicts: false };
            assert_eq!(by_beginning(&bytes), Some(bare), "{text}");
            every_cut(charset, &bytes, text);
            for (mark, marked) in marks {
                // Four bytes in front of units of two are no mark of those.
                let is_mark = mark.len() == 2 || marked == charset;
                if !is_mark {
                    continue;
                }
                let file = [mark, &bytes].concat();
                let contradicts = marked != charset;
                let expected = Beginning { charset, bom: true, contradicts };
                assert_eq!(by_beginning(&file), Some(expected), "{charset} {mark:?} {text}");
                every_cut(charset, &file, text);
            }
        }
    }
}

#[test]
fn chinese_without_a_letter_of_ascii_has_zeros_in_its_separators() {
    // 一 and the ideographic space have a zero as their lower byte.
    let text =
        "客戶一\u{3000}名,公司一二三四五六七八九十\n王小明一一一,北京市朝阳区建国路一号一层\n";
    for (charset, other) in [(Charset::UTF_16LE, b"\xFE\xFF"), (Charset::UTF_16BE, b"\xFF\xFE")] {
        let bytes = encode(charset, text).unwrap();
        let right: Vec<u8> = other.iter().rev().copied().collect();
        for (mark, contradicts) in [(right.as_slice(), false), (other, true)] {
            let file = [mark, &bytes].concat();
            let expected = Beginning { charset, bom: true, contradicts };
            assert_eq!(by_beginning(&file), Some(expected));
            every_cut(charset, &file, text);
        }
    }
}

#[test]
fn marks_alone_tell_the_encoding() {
    for (file, charset) in [
        (&b"\xEF\xBB\xBF"[..], Charset::UTF_8),
        (b"\xEF\xBB\xBFId,Name\n", Charset::UTF_8),
        (b"\xEF\xBB\xBF\xEF\xBB\xBFId\n", Charset::UTF_8),
        (b"\xFF\xFE", Charset::UTF_16LE),
        (b"\xFE\xFF\0I", Charset::UTF_16BE),
        (b"\xFE\xFF\x67\x28", Charset::UTF_16BE),
        (b"\xFF\xFE\0\0", Charset::UTF_32LE),
        (b"\xFF\xFE\0\0I\0\0\0", Charset::UTF_32LE),
        (b"\0\0\xFE\xFF", Charset::UTF_32BE),
    ] {
        let expected = Beginning { charset, bom: true, contradicts: false };
        assert_eq!(by_beginning(file), Some(expected), "{file:?}");
    }
}

#[test]
fn marks_of_joined_files_are_left_out() {
    for (charset, bytes, text) in [
        (Charset::UTF_8, &b"\xEF\xBB\xBF\xEF\xBB\xBFId"[..], "Id"),
        (Charset::UTF_8, b"\xEF\xBB\xBF", ""),
        (Charset::UTF_16LE, b"\xFF\xFE\xFE\xFFI\0", "I"),
        (Charset::UTF_16BE, b"\xEF\xBB\xBF\0I", "I"),
        (Charset::UTF_32LE, b"\xFF\xFE\0\0\xFF\xFE\0\0I\0\0\0", "I"),
        (Charset::UTF_32LE, b"\xFF\xFEI\0\0\0", "I"),
        (Charset::UTF_32BE, b"\xFF\xFE\0\0\0I", "I"),
        (Charset::UTF_32BE, b"\0\0\xFE\xFF\0\0\xFE\xFF\0\0\0I", "I"),
        (Charset::WINDOWS_1252, b"\xEF\xBB\xBF\xEF", "ï"),
        (Charset::named("gb18030").unwrap(), b"\x84\x31\x95\x33Id", "Id"),
        (Charset::named("Shift_JIS").unwrap(), b"\xEF\xBB\xBFId", "Id"),
        // Only at the beginning.
        (Charset::UTF_8, b"I\xEF\xBB\xBFd", "I\u{feff}d"),
    ] {
        every_cut(charset, bytes, text);
    }
}

#[test]
fn text_with_nuls_is_not_taken_for_utf_16() {
    let short = format!("Id,Notes__c\n{}", "1,\0x\n".repeat(900));
    let even = format!("Id,Notes__c\n{}", "1,\0xy\n".repeat(900));
    let quoted = format!("\"Id\",\"Notes__c\"\n{}", "\"1\",\"\0\"\n".repeat(500));
    for text in [
        "",
        "I",
        "Id\n",
        "Id,Name\n",
        "Id,Notes\n1,\0<b>x</b>\n2,\0<i>y</i>\n",
        "Zoë",
        "\0\0\0\0\0\0\0\0",
        &short,
        &even,
        &quoted,
    ] {
        assert_eq!(by_beginning(text.as_bytes()), None, "{text:?}");
    }
    assert_eq!(by_beginning(b"Zo\xEB,Gr\xFCn"), None);
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

/// The text as it is after UTF-8 was once read as windows-1252.
fn twice(text: &str) -> String {
    decode(Charset::WINDOWS_1252, &[text.as_bytes()]).0
}

#[test]
fn text_that_was_encoded_twice_is_suspicious() {
    for text in [
        "Grünwald",
        "naïve",
        "it’s",
        "“quoted”",
        "20 °C",
        "x\u{a0}y",
        "Łódź",
        "Straße",
        "São João",
        "coração",
        "español",
        "señor José",
        "garçon, à, été",
        "İstanbul ağ",
        "Příliš žluťoučký",
        "őrült Ágnes",
        "Анна Иванова",
        "Ελένη",
        "سلام",
        "Nguyễn",
        "Thị",
        "Hồng",
        "Việt",
        "東京都港区",
        "とうきょう",
        "김철수 서울",
        "100 €",
        "Acme™",
        "😀",
        "© 2026",
        "£5",
        "\u{fffd}",
        "½",
    ] {
        assert!(is_suspicious(&twice(text)), "{text}: {}", twice(text));
    }
    for text in
        ["GrÃ¼nwald", "â€œquotedâ€\u{9d}", "Â°C", "Â\u{a0}x", "Å‚Ã³dÅº", "ÃŸ", "\u{fffd}", "\u{85}"]
    {
        assert!(is_suspicious(text), "{text}");
    }
}

#[test]
fn honest_text_is_not_suspicious() {
    for text in [
        "",
        "plain",
        "\0<p>x</p>",
        // Portuguese
        "NÃO É",
        "IRMÃ”",
        "“IRMÔ",
        "‘MAÇÃ’",
        "MAÇÃ·LIMÃO",
        "MAÇÃ\u{a0}VERDE",
        "MANHÃ–TARDE",
        "AMANHû…",
        "São João",
        "Âmbito – “x”",
        "«MAÇû",
        "1ª, 2º, 3ª",
        "Conceição… à",
        "AVÓ, AVÔ",
        // French
        "À la carte",
        "Â",
        "Île-de-France",
        "Noël",
        "théâtre¹²",
        "« é »",
        "«été»",
        "café…”",
        "Nescafé®",
        "Nescafé™\u{a0}!",
        "l’été",
        "ÎLE",
        "L’ÂGE",
        "cœur",
        "MAÎTRE",
        "prix 5 €",
        "où?",
        "à…",
        // Vietnamese, composed and decomposed
        "Nguyễn Thị Hồng",
        "ÂU LẠC",
        "ẤP",
        "Đà Nẵng",
        "LÂM ĐỒNG",
        "Ý KIẾN",
        "Ca\u{302}\u{301}p",
        "Â\u{301}P",
        "Hồ Chí Minh, á, à, â",
        // Others
        "Äpfel, Ärger",
        "„Ä“",
        "»Ä«",
        "Ångström",
        "10 Å²",
        "1,54 Å±0,02",
        "ÅÄÖ",
        "«está»",
        "«está»…",
        "«está»… dijo",
        "«está»²",
        "España ñandú",
        "PEÑA",
        "Ñ…",
        "ROMÂNIA",
        "Î",
        "„Â”",
        "PIÙ",
        "Ø 5",
        "3 × 4",
        "2×½",
        "Ísland, Það, ÐAÐ",
        "ďábel, příští",
        "läšš",
        "木下",
        "とうきょう",
        "김철수",
        "Анна",
        "naïve…",
        "5 °C ± 1",
        "© ® ™ € £ ½ ¼",
        "😀",
        "ＡＢＣ",
        "\u{feff}",
    ] {
        assert!(!is_suspicious(text), "{text}");
    }
}

#[test]
fn suspicions_are_counted_and_serialised_without_zeros() {
    let text = "\0a\0\u{fffd}\u{85}Ã¼â€™ðŸ˜€á»‡";
    let mut suspicions = Suspicions::default();
    assert!(suspicions.is_none());
    suspicions.look(b"plain text");
    assert!(suspicions.is_none());
    assert_eq!(serde_json::to_string(&suspicions).unwrap(), "{}");
    suspicions.look(text.as_bytes());
    assert!(!suspicions.is_none());
    let json = serde_json::to_string(&suspicions).unwrap();
    assert_eq!(json, r#"{"nuls":2,"replacement_characters":1,"c1_controls":1,"double_encoded":4}"#);
    assert_eq!(serde_json::from_str::<Suspicions>(&json).unwrap(), suspicions);
}

fn pieces<'b>(mut bytes: &'b [u8], cuts: &[usize]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    for cut in cuts {
        let (piece, rest) = bytes.split_at((*cut).min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces.push(bytes);
    pieces
}

fn any_charset() -> impl Strategy<Value = Charset> {
    let named = OFFERED.iter().filter_map(|(label, _, _)| Charset::named(label));
    prop::sample::select(named.chain(UTF).collect::<Vec<_>>())
}

fn any_cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0_usize..9, 0..40)
}

const MARKS: &[&[u8]] =
    &[b"", b"\xFF\xFE", b"\xFE\xFF", b"\xFF\xFE\0\0", b"\0\0\xFE\xFF", b"\xEF\xBB", b"\x84\x31"];

/// Bytes of which suspicious characters consist, and others.
const PARTS: &[u8] =
    &[0, 0xC2, 0xC3, 0xE2, 0x80, 0x82, 0x99, 0xA1, 0xBB, 0xBC, 0xBF, 0xBD, 0xEF, 0xA6, b'a'];

proptest! {
    #[test]
    fn text_does_not_depend_on_the_cuts(
        text in any::<String>(), charset in 0_usize..5, cuts in any_cuts(),
    ) {
        // At the beginning, these are marks.
        let text = text.trim_start_matches(['\u{feff}', '\u{fffe}', '\u{bbef}']);
        let bytes = encode(UTF[charset], text).unwrap();
        prop_assert_eq!(decode(UTF[charset], &pieces(&bytes, &cuts)), (text.to_owned(), 0));
    }

    #[test]
    fn any_bytes_are_read_alike_wherever_they_are_cut(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        mark in prop::sample::select(MARKS),
        charset in any_charset(),
        cuts in any_cuts(),
    ) {
        let bytes = [mark, &bytes].concat();
        by_beginning(&bytes);
        prop_assert_eq!(decode(charset, &pieces(&bytes, &cuts)), decode(charset, &[&bytes]));
    }

    #[test]
    fn malformed_utf_8_is_replaced_as_the_standard_library_does(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        prop_assume!(!bytes.starts_with(b"\xEF\xBB\xBF"));
        let (text, replaced) = decode(Charset::UTF_8, &[&bytes]);
        prop_assert_eq!(&text, &String::from_utf8_lossy(&bytes));
        prop_assert_eq!(replaced == 0, str::from_utf8(&bytes).is_ok());
    }

    #[test]
    fn suspicions_do_not_depend_on_the_cuts(
        text in "[aéÃÂÄÅâáðÑ¼°€»‡™Ÿ’…“\u{a0}\u{fffd}\u{85}\u{0}木]{0,60}",
        cuts in any_cuts(),
    ) {
        let mut whole = Suspicions::default();
        whole.look(text.as_bytes());
        let mut found = Suspicions::default();
        for piece in pieces(text.as_bytes(), &cuts) {
            found.look(piece);
        }
        prop_assert_eq!(&found, &whole);
        let doubtful = whole.replacement_characters + whole.c1_controls + whole.double_encoded;
        prop_assert_eq!(is_suspicious(&text), doubtful > 0);
    }

    #[test]
    fn suspicions_of_any_bytes_do_not_depend_on_the_cuts(
        bytes in prop::collection::vec(prop::sample::select(PARTS), 0..60),
        cuts in any_cuts(),
    ) {
        let mut whole = Suspicions::default();
        whole.look(&bytes);
        let mut found = Suspicions::default();
        for piece in pieces(&bytes, &cuts) {
            found.look(piece);
        }
        prop_assert_eq!(found, whole);
    }
}
