//! What is no JSON, or too large.

use super::*;

#[test]
fn a_line_that_is_no_json_harms_no_other() {
    for (text, expected) in [
        (
            "{\"a\":1}\nnull\n[1]\n\"x\n}\n{\"a\":3}\n",
            vec![(1, None), (2, INVALID), (3, INVALID), (4, INVALID), (5, INVALID), (6, None)],
        ),
        ("{\"a\":1}\n{a:2}\n{\"a\":3}\n", vec![(1, None), (2, INVALID), (3, None)]),
        ("{\"a\":1}\n{\"a\":-\n{\"a\":3}\n", vec![(1, None), (2, INVALID), (3, None)]),
        ("{\"a\":1}\r{a}\r{\"a\":3}\r", vec![(1, None), (2, INVALID), (3, None)]),
        ("{bad}\n{\"a\":1}\n", vec![(1, INVALID), (2, None)]),
        ("{\"a\":1} x\n{\"a\":3}", vec![(1, None), (1, INVALID), (2, None)]),
        ("{\"a\":1},\n{\"a\":3}", vec![(1, None), (1, INVALID), (2, None)]),
        // A line that breaks off, in a text and elsewhere: the next one is not lost.
        ("{\"a\":\"x\n{\"a\":2}\n{\"a\":\"3\"}\n", vec![(1, INVALID), (2, None), (3, None)]),
        ("{\"a\":1,\n{\"a\":2}\n", vec![(1, INVALID), (2, None)]),
        // The second line may well belong to what the first one begins.
        ("{\"a\":\n{\"a\" 2}\n{\"a\":3}", vec![(1, INVALID), (3, None)]),
        ("{\"a\":1}\nnull\n", vec![(1, None), (2, INVALID)]),
        (
            "{\"a\":\"\u{1}\"}\n{\"a\":\"\\ud800\"}\n{\"a\":3}",
            vec![(1, INVALID), (2, INVALID), (3, None)],
        ),
        // A record over several lines is one.
        ("{\n  \"a\": 1,,\n  \"b\": 2\n}\n{\n  \"a\": 3\n}\n", vec![(1, INVALID), (5, None)]),
        ("{\"a\":1}\n{\"a\":2", vec![(1, None), (2, INVALID)]),
        ("{\"a\":1}\n{\"a\":\"2", vec![(1, None), (2, INVALID)]),
    ] {
        let (reader, records) = read(text);
        assert_eq!(outline(&records), expected, "{text}");
        assert_eq!((reader.fault(), reader.columns()), (None, &["a".to_owned()][..]), "{text}");
    }
}

#[test]
fn elsewhere_it_ends_the_reading() {
    for (text, records, broken, line) in [
        ("[{\"a\":1},\n{\"a\":", 1, false, 2),
        ("[{\"a\":1},\n{\"a\" 2}]", 1, true, 2),
        ("[{\"a\":1},\n{\"a\":\"2\n\"}]", 1, true, 2),
        ("[{\"a\":1}\n{\"a\":2}]", 1, true, 2),
        ("[{\"a\":1},]", 1, true, 1),
        ("[{\"a\":1}]\n]", 1, true, 2),
        ("[{\"a\":1}]\n{\"a\":1}", 1, true, 2),
        ("{\"records\":[{\"a\":1}", 1, false, 1),
        ("{\"records\":[{\"a\":1}]\n", 1, false, 2),
        ("{\"records\":[{\"a\":1}]}\nx", 1, true, 2),
        ("{\"result\":{\"status\":\n", 0, false, 2),
        ("\nId,Name\n", 0, true, 2),
        ("<html>", 0, true, 1),
    ] {
        let (reader, found) = read(text);
        assert_eq!(found.len(), records, "{text}");
        let fault = reader.fault().cloned().unwrap();
        assert_eq!(matches!(fault, JsonError::Broken { .. }), broken, "{text}");
        assert!(fault.to_string().contains(&format!("line {line}")), "{text}: {fault}");
    }
    let (reader, records) = read("[1,[{\"a\":1}],null,{\"a\":2}]");
    assert_eq!(outline(&records), [(1, INVALID), (1, INVALID), (1, INVALID), (1, None)]);
    assert!(reader.fault().is_none());
}

#[test]
fn what_is_too_large_is_left_out() {
    let limits = Limits { record_bytes: 100, fields: 3 };
    let (x, y) = ("x".repeat(1000), "x".repeat(60));
    for (record, problem, fields) in [
        (format!(r#"{{"a":"{y}"}}"#), None, vec![&*y, "", ""]),
        (format!(r#"{{"a":"1","b":"{x}","c":2}}"#), LARGE, vec!["1", "", ""]),
        (format!(r#"{{"a":"1","{x}":{{"{x}":["{x}"]}},"c":2}}"#), LARGE, vec!["1", "", ""]),
        (format!(r#"{{"a":"{y}","b":"{y}","c":2}}"#), LARGE, vec![&*y, "", ""]),
        (format!(r#"{{"a":1,"x":["\"\\{x}"]}}"#), LARGE, vec!["1", "", ""]),
        (format!(r#"{{"a":1{}}}"#, " ".repeat(500)), LARGE, vec!["1", "", ""]),
        (r#"{"d":4,"c":3}"#.into(), LARGE, vec!["", "", "3"]),
    ] {
        let all = r#"{"a":"","b":"","c":""}"#;
        for text in [format!("{all}\n{record}\n{all}"), format!("[{all}\n,{record}\n,{all}]")] {
            let (_, records) = read_within(limits, &text);
            assert_eq!(outline(&records), [(1, None), (2, problem), (3, None)], "{text}");
            assert_eq!(records[1].3, fields, "{text}");
        }
    }
    // Without an end, neither in the line nor at all.
    let text = format!("{{\"a\":\"{x}\n{{\"a\":2}}\n{{\"a\":{}}}\n{{\"a\":\"{x}", "1".repeat(1000));
    let (_, records) = read_within(limits, &text);
    assert_eq!(outline(&records), [(1, INVALID), (2, None), (3, INVALID), (4, INVALID)]);
    let (reader, records) = read_within(limits, &format!("[{{\"a\":1}},{{\"a\":\"{x}"));
    assert_eq!(records.len(), 1);
    assert_eq!(reader.fault(), Some(&JsonError::Truncated { line: 1 }));
    let long_name = format!("{{\"{}\":1,\"a\":1}}", "n".repeat(2000));
    let (reader, records) = read(&long_name);
    assert_eq!((reader.columns().len(), outline(&records)), (1, vec![(1, LARGE)]));
}

#[test]
fn memory_is_bounded() {
    let limits = Limits { record_bytes: 1 << 16, fields: 100 };
    let text = vec![b'x'; 10 << 20];
    for begin in [&b"[{\"a\":\""[..], b"{\"a\":\"", b"{\"records\":[{\"", b"[\"", b"{\"x\":\""] {
        let mut reader = JsonReader::new(Vec::new(), limits);
        reader.feed(begin);
        let mut most = 0;
        for piece in text.chunks(4096) {
            assert!(reader.next_record().is_none());
            reader.feed(piece);
            most = most.max(reader.input.capacity());
        }
        assert!(most < 4 << 16, "{most}");
        assert!(reader.columns().is_empty());
    }
    for (piece, is_fault) in
        [("[", true), ("{\"a\":", false), ("[{\"a\":[", true), ("{\"records\":[", true)]
    {
        let bomb = piece.repeat(1 << 20);
        let (reader, records) = read_pieces(&[], limits, bomb.as_bytes().chunks(4096));
        assert_eq!(reader.fault().is_some(), is_fault, "{piece}");
        assert!(records.iter().all(|(.., problem, _)| *problem == INVALID), "{piece}");
    }
    let keys: Vec<_> = (0..1000).map(|key| format!("{{\"k{key}\":1}}\n")).collect();
    let keys = keys.concat();
    assert_eq!(read_pieces(&[], limits, [keys.as_bytes()]).0.columns().len(), 100);
}

#[test]
fn a_line_that_was_cut_does_not_take_the_next_one_in() {
    let text = "{\"Id\":\"1\"}\n{\"Account\":\n{\"Id\":\"3\"}\n{\"Id\":\"4\"}\n";
    for cut in 0..=text.len() {
        let mut reader = JsonReader::new(vec!["Id".to_owned()], Limits::default());
        let mut found = Vec::new();
        for piece in [&text.as_bytes()[..cut], &text.as_bytes()[cut..]] {
            reader.feed(piece);
            while let Some(record) = reader.next_record() {
                found.push((
                    record.line,
                    record.problem,
                    record.get(0).unwrap_or_default().to_owned(),
                ));
            }
        }
        reader.finish();
        assert!(reader.next_record().is_none() && reader.fault().is_none());
        let id = |line: u64, id: &str| (line, None, id.to_owned());
        let broken = (2, Some(Problem::JsonInvalid), String::new());
        assert_eq!(found, [id(1, "1"), broken, id(3, "3"), id(4, "4")], "cut at {cut}");
    }
}
