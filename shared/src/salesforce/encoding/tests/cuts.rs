//! Whatever the bytes, it does not matter where they are cut.

use proptest::prelude::*;

use super::*;

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
