use proptest::prelude::*;

use super::*;

type Owned = (u64, u64, Option<Problem>, Vec<String>);

fn owned(record: Record<'_>) -> Owned {
    let fields = record.fields().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
    (record.number, record.line, record.problem, fields)
}

fn read(limits: Limits, chunks: &[&[u8]]) -> Vec<Owned> {
    let mut reader = CsvReader::new(limits);
    let mut records = Vec::new();
    for chunk in chunks {
        reader.feed(Bytes::copy_from_slice(chunk));
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
    let mut reader = CsvReader::new(Limits::default());
    reader.feed(Bytes::from_static(b"ab,c\na,bc\na,bc\n\"a\",\"bc\"\na,b,c\n"));
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
    let mut reader = CsvReader::new(Limits::default());
    for chunk in ["a\n1", "2\n", "", "3"] {
        reader.feed(Bytes::from(chunk));
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
