//! What the first bytes tell.

use super::*;

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
