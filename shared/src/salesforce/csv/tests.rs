use proptest::prelude::*;

use super::*;

type Owned = (u64, u64, Option<Problem>, Vec<String>);

fn owned(record: Record<'_>) -> Owned {
    let fields = record.fields().map(str::to_owned).collect();
    (record.number, record.line, record.problem, fields)
}

fn read(limits: Limits, chunks: &[&[u8]]) -> Vec<Owned> {
    let mut reader = CsvReader::new(b',', limits);
    let mut records = Vec::new();
    for chunk in chunks {
        reader.feed(chunk);
        while let Some(record) = reader.next_record() {
            records.push(owned(record));
        }
    }
    reader.finish();
    while let Some(record) = reader.next_record() {
        records.push(owned(record));
    }
    records
}

fn plain(number: u64, line: u64, fields: &[&str]) -> Owned {
    (number, line, None, fields.iter().map(|&field| field.to_owned()).collect())
}

#[test]
fn records_have_numbers_and_lines() {
    let header = plain(0, 1, &["a", "b"]);
    for (text, expected) in [
        ("", vec![]),
        ("a,b", vec![header.clone()]),
        ("\u{feff}a,b\n1,2\n", vec![header.clone(), plain(1, 2, &["1", "2"])]),
        (
            "\"a\",\"b\"\r\n1,2\r\n3,4",
            vec![header.clone(), plain(1, 2, &["1", "2"]), plain(2, 3, &["3", "4"])],
        ),
        ("a,b\n\n\r\n,\n1,2\n", vec![header.clone(), plain(1, 5, &["1", "2"])]),
        (
            "a,b\n\"x\ny\r\n\nz\",\"say \"\"hi\"\"\"\n3,\n",
            vec![
                header.clone(),
                plain(1, 2, &["x\ny\r\n\nz", "say \"hi\""]),
                plain(2, 6, &["3", ""]),
            ],
        ),
        (
            "a,b\n1\n1,2,3\n",
            vec![header.clone(), plain(1, 2, &["1"]), plain(2, 3, &["1", "2", "3"])],
        ),
        ("\u{feff}", vec![]),
        ("a,b\n C:\\\"x ,\"\\\"\n", vec![header, plain(1, 2, &[" C:\\\"x ", "\\"])]),
    ] {
        assert_eq!(read(Limits::default(), &[text.as_bytes()]), expected, "{text:?}");
    }
}

#[test]
fn a_record_that_is_too_large_harms_no_other() {
    let limits = Limits { record_bytes: 20, fields: 4 };
    let text = format!("a,b\n1,{}\n2,x\n,,,,,\n3,1,1,1,1,1\n4,y\n", "9".repeat(50_000));
    let records = read(limits, &[text.as_bytes()]);
    let seen: Vec<_> = records
        .iter()
        .map(|(n, line, problem, fields)| (*n, *line, *problem, fields[0].as_str()))
        .collect();
    assert_eq!(
        seen,
        [
            (0, 1, None, "a"),
            (1, 2, Some(Problem::TooLarge), "1"),
            (2, 3, None, "2"),
            (3, 4, Some(Problem::TooLarge), ""),
            (4, 5, Some(Problem::TooLarge), "3"),
            (5, 6, None, "4"),
        ]
    );
}

#[test]
fn misplaced_and_missing_quotes_are_reported() {
    for (text, problems) in [
        ("a\n\"x\" y\nz\n", vec![None, Some(Problem::QuoteMisplaced), None]),
        ("a\n\"x\ny\nz\n", vec![None, Some(Problem::QuoteUnclosed)]),
        ("a\n\"x\"", vec![None, None]),
        ("a\n\"", vec![None, Some(Problem::QuoteUnclosed)]),
    ] {
        let found: Vec<_> =
            read(Limits::default(), &[text.as_bytes()]).iter().map(|r| r.2).collect();
        assert_eq!(found, problems, "{text:?}");
    }
}

#[test]
fn fingerprints_tell_records_apart() {
    let mut reader = CsvReader::new(b',', Limits::default());
    reader.feed(b"ab,c\na,bc\na,bc\n\"a\",\"bc\"\na,b,c\n");
    let mut prints = Vec::new();
    while let Some(record) = reader.next_record() {
        prints.push(record.fingerprint());
    }
    assert_ne!(prints[0], prints[1]);
    assert_eq!(prints[1], prints[2]);
    assert_eq!(prints[1], prints[3]);
    assert_ne!(prints[1], prints[4]);
}

#[test]
fn bytes_that_were_not_taken_are_kept() {
    let mut reader = CsvReader::new(b',', Limits::default());
    for chunk in ["a\n1", "2\n", "", "3"] {
        reader.feed(chunk.as_bytes());
    }
    reader.finish();
    let mut records = Vec::new();
    while let Some(record) = reader.next_record() {
        records.push(owned(record).3.concat());
    }
    assert_eq!(records, ["a", "12", "3"]);
}

proptest! {
    #[test]
    fn records_do_not_depend_on_the_chunks(
        text in "(\u{feff})?([a\",\n\r\u{e9} ]|\"\"|\r\n|\",\"){0,60}",
        cuts in proptest::collection::vec(0_usize..200, 0..6),
        record_bytes in 1_usize..40,
        fields in 1_usize..6,
    ) {
        let limits = Limits { record_bytes, fields };
        let bytes = text.as_bytes();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.sort_unstable();
        let mut chunks = Vec::new();
        let mut from = 0;
        for cut in cuts.into_iter().chain([bytes.len()]) {
            chunks.push(&bytes[from..cut]);
            from = cut;
        }
        let single: Vec<_> = bytes.chunks(1).collect();
        let whole = read(limits, &[bytes]);
        prop_assert_eq!(&read(limits, &chunks), &whole);
        prop_assert_eq!(&read(limits, &single), &whole);
    }

    #[test]
    fn what_a_csv_writer_wrote_is_read_back(
        records in proptest::collection::vec(proptest::collection::vec("[a\",\n\r\u{e9} ]{0,8}", 3), 1..8),
    ) {
        let mut text = String::new();
        for record in &records {
            let quoted: Vec<_> = record.iter().map(|f| format!("\"{}\"", f.replace('"', "\"\""))).collect();
            text += &quoted.join(",");
            text.push('\n');
        }
        let found: Vec<_> = read(Limits::default(), &[text.as_bytes()]).into_iter().map(|r| r.3).collect();
        let expected: Vec<_> = records.into_iter().filter(|r| r.iter().any(|f| !f.is_empty())).collect();
        prop_assert_eq!(found, expected);
    }
}

fn briefly(text: &str) -> Vec<(u64, Option<Problem>, String)> {
    let records = read(Limits::default(), &[text.as_bytes()]);
    records
        .into_iter()
        .map(|(_, line, problem, fields)| (line, problem, fields.join("|")))
        .collect()
}

#[test]
fn a_carriage_return_ends_a_record_or_is_part_of_a_value() {
    for (text, expected) in [
        ("a,b\r1,2\r3,4", &["a|b", "1|2", "3|4"][..]),
        ("a,b\n1,2\r3,4\r\n5,6\n", &["a|b", "1|2", "3|4", "5|6"]),
        ("a,b\n1,x\ry\n2,z\n", &["a|b", "1|x\ry", "2|z"]),
        ("a,b\r\n1,x\ry\r\n2,z\r\n", &["a|b", "1|x\ry", "2|z"]),
        ("a,b\n1,x\ry", &["a|b", "1|x\ry"]),
        ("a,b\r\"1\",\"x\ry\"\r", &["a|b", "1|x\ry"]),
    ] {
        let found: Vec<_> = briefly(text).into_iter().map(|(.., fields)| fields).collect();
        assert_eq!(found, expected, "{text:?}");
    }
    assert_eq!(briefly("a,b\n1,x\ry\n2,z\n")[2].0, 4, "editors end a line at a carriage return");
}

#[test]
fn a_quote_that_is_missing_costs_its_record_and_no_other() {
    let (unclosed, misplaced) = (Some(Problem::QuoteUnclosed), Some(Problem::QuoteMisplaced));
    for (text, expected) in [
        // The quote that closes is missing; the next record's quote seems to close it.
        (
            "\"a\",\"b\"\n\"1\",\"x\n\"2\",\"y\"\n\"3\",\"z\"\n",
            &[(1, None, "a|b"), (2, unclosed, "1|x"), (3, None, "2|y"), (4, None, "3|z")][..],
        ),
        // No quote follows to close it.
        (
            "a,b\n1,\"x\n2,y\n3,z\n",
            &[(1, None, "a|b"), (2, unclosed, "1|x"), (3, None, "2|y"), (4, None, "3|z")],
        ),
        // A quote within a value, in a value of several lines.
        (
            "\"a\",\"b\"\n\"1\",\"x\ny \"q\" z\"\n\"3\",\"z\"\n",
            &[(1, None, "a|b"), (2, misplaced, "1|x\ny q\" z\""), (4, None, "3|z")],
        ),
        ("a,b\n1,\"x\" y\n2,z\n", &[(1, None, "a|b"), (2, misplaced, "1|x y"), (3, None, "2|z")]),
        // Nothing behind it looks like a record.
        ("a,b\n1,\"x\ny\nz\n", &[(1, None, "a|b"), (2, unclosed, "1|x\ny\nz\n")]),
    ] {
        let expected: Vec<_> = expected
            .iter()
            .map(|(line, problem, text)| (*line, *problem, (*text).to_owned()))
            .collect();
        assert_eq!(briefly(text), expected, "{text:?}");
    }
}

#[test]
fn a_quote_that_is_missing_in_a_large_file_is_found_within_the_limit() {
    let others: Vec<_> = (2..5000).map(|number| format!("{number},y\n")).collect();
    let text = format!("a,b\n1,\"x\n{}", others.concat());
    let limits = Limits { record_bytes: 1000, fields: 9 };
    let records = read(limits, &[text.as_bytes()]);
    assert_eq!(records.len(), 5000);
    assert_eq!(records[1].2, Some(Problem::QuoteUnclosed));
    assert!(records[2..].iter().all(|(.., problem, _)| problem.is_none()));
}

#[test]
fn joined_files_have_marks_and_headers_in_the_middle() {
    let text = "\u{feff}\"a\",\"b\"\n\"1\",\"2\"\n\u{feff}\"a\",\"b\"\n\"3\",\"4\"\n";
    let found: Vec<_> = briefly(text).into_iter().map(|(.., fields)| fields).collect();
    assert_eq!(found, ["a|b", "1|2", "a|b", "3|4"]);
}

#[test]
fn the_other_delimiters_are_read_too() {
    for delimiter in delimiter::ALL {
        let separator = char::from(delimiter);
        let text = format!("\"a\"{separator}\"b\"\n1{separator}\"x{separator}y\"\n");
        let mut reader = CsvReader::new(delimiter, Limits::default());
        reader.feed(text.as_bytes());
        reader.finish();
        reader.next_record().unwrap();
        assert_eq!(
            owned(reader.next_record().unwrap()).3,
            ["1".to_owned(), format!("x{separator}y")]
        );
    }
}

#[test]
fn guards_are_taken_away_in_files_of_this_importer_and_in_no_others() {
    let file = |own: &str| {
        format!("\"'=Name\",\"{own}\"\n\"'+49\",\"\"\n\"''=1\",\"'\"\"=2\"\"\"\n'tis,'-5\n'=\"x\n")
    };
    for own in ["_csm_code", " _CSM_Import"] {
        let records = read(Limits::default(), &[file(own).as_bytes()]);
        let expected = [
            plain(0, 1, &["=Name", own]),
            plain(1, 2, &["+49", ""]),
            plain(2, 3, &["'=1", "\"=2\""]),
            plain(3, 4, &["'tis", "-5"]),
            plain(4, 5, &["=\"x"]),
        ];
        assert_eq!(records, expected);
    }
    for others in ["Code", "csm_code", "x_csm_code"] {
        let records = read(Limits::default(), &[file(others).as_bytes()]);
        assert_eq!(records[0].3[0], "'=Name");
        assert_eq!(records[2].3, ["''=1", "'\"=2\""]);
    }
}

#[test]
fn a_guard_is_no_part_of_a_fingerprint() {
    let fingerprint = |text: &str| {
        let mut reader = CsvReader::new(b',', Limits::default());
        reader.feed(text.as_bytes());
        reader.finish();
        reader.next_record();
        reader.next_record().unwrap().fingerprint()
    };
    let guarded = fingerprint("\"a\",\"_csm_b\"\n\"'=1\",\"'+2\"\n");
    assert_eq!(guarded, fingerprint("\"a\",\"b\"\n\"=1\",\"+2\"\n"));
}
