//! Text that was bent before it was written.

use super::*;

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
