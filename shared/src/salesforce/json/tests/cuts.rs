//! Whatever the text, it does not matter where it is cut.

use proptest::prelude::*;

use super::*;

/// Cuts a text in pieces.
fn pieces<'a>(text: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (text.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(text.len());
    let mut from = 0;
    cuts.into_iter().map(|cut| &text[std::mem::replace(&mut from, cut)..cut]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_was_written_in_any_shape_is_read_back(
        values in prop::collection::vec(prop::collection::vec("[a\"\\\\\n\u{e9}{}\\[\\],:\u{1}😀 ]{0,6}", 3), 0..6),
        shape in 0_usize..4,
        spaces in prop::collection::vec("[ \n\r\t]{0,3}", 1..6),
        cuts in prop::collection::vec(0_usize..10_000, 0..6),
    ) {
        let mut spaces = spaces.iter().cycle();
        let mut space = || spaces.next().unwrap();
        let mut records = Vec::new();
        for fields in &values {
            let pairs: Vec<_> = ["a", "b", "c"].iter().zip(fields).map(|(key, value)| {
                let value = serde_json::to_string(value).unwrap();
                format!("{}\"{key}\"{}:{}{value}{}", space(), space(), space(), space())
            }).collect();
            records.push(format!("{{{}}}", pairs.join(",")));
        }
        let list = records.join(&format!("{},{}", space(), space()));
        let text = match shape {
            0 => format!("{}[{}{list}{}]{}", space(), space(), space(), space()),
            1 => format!("{}{}{}", space(), records.join(space()), space()),
            2 => format!("{{{}\"records\"{}:[{list}{}],\"done\":true}}", space(), space(), space()),
            _ => format!("{{\"status\":0,\"result\":{{\"records\":[{list}]{},\"done\":true}}{}}}", space(), space()),
        };
        let (reader, found) = read_pieces(&[], Limits::default(), pieces(text.as_bytes(), &cuts));
        prop_assert!(reader.fault().is_none() || values.is_empty());
        prop_assert!(found.iter().all(|(_, _, problem, _)| problem.is_none()));
        let found: Vec<_> = found.into_iter().map(|(.., fields)| fields).collect();
        prop_assert_eq!(found, values);
    }

    #[test]
    fn any_text_is_read_the_same_wherever_it_is_cut(
        text in prop::collection::vec(prop::sample::select(&[
            "{", "}", "[", "]", ":", ",", "\"", "\\", "\n", "\r", "\r\n", " ", "1", "-", "e", "tru", "null", "\\u00", "\u{feff}", "é",
            "{\"a\":1}", "{\"a\":", "\"records\":[", "{\"result\":", "\"attributes\":{\"type\":\"x\"},", "\"done\":false,",
            "{\"b\":\"", "\"MailingAddress\":{\"city\":", "\n{\"a\":2}\n", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ][..]), 0..40).prop_map(|parts| parts.concat()),
        cuts in prop::collection::vec(0_usize..10_000, 0..6),
    ) {
        let limits = Limits { record_bytes: 70, fields: 3 };
        let (reader, whole) = read_pieces(&[], limits, [text.as_bytes()]);
        for pieces in [pieces(text.as_bytes(), &cuts), text.as_bytes().chunks(1).collect()] {
            let (other, parts) = read_pieces(&[], limits, pieces);
            prop_assert_eq!(&whole, &parts);
            prop_assert_eq!(reader.columns(), other.columns());
            prop_assert_eq!(reader.fault(), other.fault());
            prop_assert_eq!((reader.shape(), reader.more()), (other.shape(), other.more()));
        }
        let (_, again) = read_pieces(reader.columns(), limits, [text.as_bytes()]);
        prop_assert_eq!(whole.len(), again.len());
        prop_assert!(again.iter().all(|(.., problem, fields)| *problem == INVALID || fields.len() == reader.columns().len()));
    }
}
