use proptest::prelude::*;

use super::*;

/// Number, line, problem and fields of a record.
type Owned = (u64, u64, Option<Problem>, Vec<String>);

const INVALID: Option<Problem> = Some(Problem::JsonInvalid);
const LARGE: Option<Problem> = Some(Problem::TooLarge);

fn take(reader: &mut JsonReader, records: &mut Vec<Owned>) {
    while let Some(record) = reader.next_record() {
        let fields = record.fields().map(str::to_owned).collect();
        records.push((record.number, record.line, record.problem, fields));
    }
}

fn read_pieces<'a>(
    columns: &[String],
    limits: Limits,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (JsonReader, Vec<Owned>) {
    let mut reader = JsonReader::new(columns.to_vec(), limits);
    let mut records = Vec::new();
    for piece in pieces {
        reader.feed(piece);
        take(&mut reader, &mut records);
    }
    reader.finish();
    take(&mut reader, &mut records);
    (reader, records)
}

/// Reads twice, as an import does: to find the columns, and to take the records; and once byte by
/// byte, which must tell the same.
fn read_within(limits: Limits, text: &str) -> (JsonReader, Vec<Owned>) {
    let (first, _) = read_pieces(&[], limits, [text.as_bytes()]);
    let (second, records) = read_pieces(first.columns(), limits, [text.as_bytes()]);
    let (bytewise, same) = read_pieces(first.columns(), limits, text.as_bytes().chunks(1));
    assert_eq!(records, same, "cut everywhere: {text}");
    for other in [&second, &bytewise] {
        assert_eq!(first.columns(), other.columns(), "{text}");
        assert_eq!(first.fault(), other.fault(), "{text}");
        assert_eq!(first.shape(), other.shape(), "{text}");
    }
    for (.., problem, fields) in &records {
        assert!(*problem == INVALID || fields.len() == second.columns().len(), "{text}");
    }
    (second, records)
}

fn read(text: &str) -> (JsonReader, Vec<Owned>) {
    read_within(Limits::default(), text)
}

fn outline(records: &[Owned]) -> Vec<(u64, Option<Problem>)> {
    records.iter().map(|(_, line, problem, _)| (*line, *problem)).collect()
}

#[test]
fn records_are_found_in_every_shape() {
    let two = r#"{"Id":"1","N":2},{"Id":"3"}"#;
    for (text, shape, lines) in [
        (format!("[{two}]"), Shape::Array, [1, 1]),
        ("\u{feff}\r\n[\r\n{\"Id\":\"1\",\"N\":2},\r\n\r\n{\"Id\":\"3\"}]\r\n".into(), Shape::Array, [3, 5]),
        ("[{\"Id\":\"1\",\"N\":2}]\n\u{feff}[{\"Id\":\"3\"}]".into(), Shape::Array, [1, 2]),
        ("{\"Id\":\"1\",\"N\":2}\n{\"Id\":\"3\"}\n".into(), Shape::Lines, [1, 2]),
        ("{\"Id\":\"1\",\"N\":2}{\"Id\":\"3\"}".into(), Shape::Lines, [1, 1]),
        ("\u{feff}{\n \"Id\":\"1\",\r \"N\":2\r\n}\n\n{\"Id\":\"3\"}".into(), Shape::Lines, [1, 6]),
        (format!(r#"{{"totalSize":2,"done":true,"records":[{two}]}}"#), Shape::Records, [1, 1]),
        (format!("{{\n\"records\":[\n{two}],\"x\":[[{{}}]],\"done\":true}}"), Shape::Records, [3, 3]),
        ("{\"records\":[{\"Id\":\"1\",\"N\":2}],\"done\":false}\n{\"records\":[{\"Id\":\"3\"}],\"done\":true}".into(), Shape::Records, [1, 2]),
        (format!(r#"{{"status":0,"result":{{"a":{{"records":[1]}},"records":[{two}],"done":true}},"warnings":["x"]}}"#), Shape::ResultRecords, [1, 1]),
    ] {
        let (reader, records) = read(&text);
        let fields = |fields: [&str; 2]| fields.map(str::to_owned).to_vec();
        let expected = [(1, lines[0], None, fields(["1", "2"])), (2, lines[1], None, fields(["3", ""]))];
        assert_eq!(records, expected, "{text}");
        assert_eq!(reader.columns(), ["Id", "N"], "{text}");
        assert_eq!(reader.shape(), Some(shape), "{text}");
        assert!(reader.fault().is_none() && !reader.more(), "{text}");
    }
}

#[test]
fn no_records_are_told_from_nothing() {
    for (text, shape) in [
        ("[]", Shape::Array),
        (r#"{"totalSize":0,"done":true,"records":[]}"#, Shape::Records),
        (r#"{"status":0,"result":{"records":[]}}"#, Shape::ResultRecords),
    ] {
        let (reader, records) = read(text);
        assert!(records.is_empty() && reader.columns().is_empty(), "{text}");
        assert_eq!((reader.shape(), reader.fault()), (Some(shape), None), "{text}");
    }
    for text in ["", " \n", "\u{feff}", r#"{"status":0,"result":{"id":"1","success":true}}"#] {
        assert_eq!(read(text).0.fault(), Some(&JsonError::NoRecords), "{text}");
    }
}

#[test]
fn records_come_flat() {
    let deep = format!("{}1{}", "{\"a\":".repeat(8), "}".repeat(8));
    for (record, fields) in [
        ("{}", ""),
        (
            r#"{"a":null,"b":true,"c":false,"d":1.0E8,"e":-0.50}"#,
            "a=|b=true|c=false|d=1.0E8|e=-0.50",
        ),
        (r#"{"a":"x\n\t\"\\\/ é\u00fc\ud83d\ude00"}"#, "a=x\n\t\"\\/ éü😀"),
        (r#"{"a":1,"b":0,"a":2}"#, "a=2|b=0"),
        (r#"{"a":1,"a":null}"#, "a="),
        // Parents.
        (
            r#"{"Account":{"attributes":{"type":"Account"},"Name":"Acme","Owner":{"Name":"Ada"}},"Id":"1"}"#,
            "Account.Name=Acme|Account.Owner.Name=Ada|Id=1",
        ),
        (r#"{"Account":null,"N":{},"z":1}"#, "Account=|N=|z=1"),
        (r#"{"a":{"b":{"c":{"d":{"e":{"f":{"g":1}},"h":2}}}}}"#, "a.b.c.d.h=2"),
        (r#"{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}"#, "a.b.c.d.e.f=1"),
        (&deep, ""),
        // Ids from where the record can be fetched.
        (
            r#"{"attributes":{"type":"Contact","url":"/services/data/v60.0/sobjects/Contact/003000000000001AAA"},"Name":"A"}"#,
            "Id=003000000000001AAA|Name=A",
        ),
        (
            r#"{"Id":"own","attributes":{"url":"/services/data/v60.0/sobjects/Contact/003000000000001"}}"#,
            "Id=own",
        ),
        (
            r#"{"attributes":{"url":"/services/data/v60.0/sobjects/Contact/003000000000001"},"Id":"own"}"#,
            "Id=own",
        ),
        (
            r#"{"attributes":{"type":"Contact","referenceId":"ContactRef1"},"AccountId":"@AccountRef1"}"#,
            "AccountId=@AccountRef1",
        ),
        (
            r#"{"attributes":{"url":"/services/data/v60.0/sobjects/Contact/External/12"},"a":1}"#,
            "a=1",
        ),
        (r#"{"attributes":{"url":7,"type":{"x":[1]}},"a":1}"#, "a=1"),
        (
            r#"{"Account":{"attributes":{"url":"/services/data/v60.0/sobjects/Account/001000000000001AAA"}}}"#,
            "Account.Id=001000000000001AAA",
        ),
        // Addresses.
        (
            r#"{"MailingAddress":{"Street":"S\nT","city":"C","stateCode":"X","postalCode":null,"country":"Y","latitude":1.5}}"#,
            "MailingStreet=S\nT|MailingCity=C|MailingPostalCode=|MailingCountry=Y",
        ),
        (r#"{"MailingAddress":{"city":"C"},"MailingCity":"own"}"#, "MailingCity=own"),
        (r#"{"MailingCity":null,"MailingAddress":{"city":"C"}}"#, "MailingCity="),
        (r#"{"Address":{"city":"C","x":{"y":1}}}"#, "City=C"),
        (
            r#"{"Account":{"BillingAddress":{"geocodeAccuracy":null,"city":"C"},"Name":"N"}}"#,
            "Account.BillingCity=C|Account.Name=N",
        ),
        (
            r#"{"VisitorAddress":{"attributes":{"type":"Address"},"City":"C"}}"#,
            "VisitorAddress.City=C",
        ),
        (r#"{"éAddress":{"city":"C"},"Address":null}"#, "éCity=C|Address="),
        // Children and lists.
        (
            r#"{"Contacts":{"totalSize":1,"done":true,"records":[{"Id":"x","Y":{"z":[]}}]},"Id":"1"}"#,
            "Contacts=|Id=1",
        ),
        (r#"{"Contacts":{"records":[]},"Tags":["x",{"y":1},[]],"z":1}"#, "Contacts=|Tags=|z=1"),
    ] {
        let (reader, records) = read(&format!("[{record}]"));
        let pairs = reader.columns().iter().zip(&records[0].3);
        let found: Vec<_> = pairs.map(|(column, value)| format!("{column}={value}")).collect();
        assert_eq!(found.join("|"), fields, "{record}");
        assert_eq!(records[0].2, None, "{record}");
    }
}

#[test]
fn facts_beside_the_records_are_told() {
    for (text, sobject, more) in [
        (
            r#"[{"a":1},{"attributes":{"type":"Contact"}},{"attributes":{"type":"Lead"}}]"#,
            Some("Contact"),
            false,
        ),
        (r#"[{"Account":{"attributes":{"type":"Account"}}}]"#, None, false),
        (r#"{"done":false,"records":[{"a":1}],"nextRecordsUrl":"/x"}"#, None, true),
        (r#"{"records":[{"a":1}],"done":false}"#, None, true),
        (r#"{"result":{"records":[],"done":false},"done":1}"#, None, true),
        (
            r#"{"records":[{"done":false,"c":{"done":false}}],"x":{"done":false},"done":true}"#,
            None,
            false,
        ),
        (r#"{"done":false,"a":1}"#, None, false),
    ] {
        let (reader, _) = read(text);
        assert_eq!((reader.sobject(), reader.more()), (sobject, more), "{text}");
    }
}

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
fn what_is_no_export_is_recognised() {
    for (text, expected) in [
        (
            r#"[{"errorCode":"INVALID_SESSION_ID","message":"Session expired"}]"#,
            Some(NotJsonExport::Failure),
        ),
        (r#"{"error":"invalid_grant","error_description":"x"}"#, Some(NotJsonExport::Failure)),
        (r#"{"error":{"code":1,"message":"x"}}"#, Some(NotJsonExport::Failure)),
        (
            r#"{"name":"NoOrgFound","message":"x","exitCode":1,"status":1}"#,
            Some(NotJsonExport::Failure),
        ),
        (
            r#"[{"sobject":"Account","saveRefs":true,"files":["Account.json"]}]"#,
            Some(NotJsonExport::Plan),
        ),
        (
            r#"{"actionOverrides":[],"activateable":false,"childRelationships":[{"#,
            Some(NotJsonExport::Describe),
        ),
        (
            r#"{"name":"Account","fields":[{}],"queryable":true,"recordTypeInfos":[]}"#,
            Some(NotJsonExport::Describe),
        ),
        (
            r#"{"apiName":"Account","childRelationships":[],"fields":{"Id":{"x":1}}}"#,
            Some(NotJsonExport::Describe),
        ),
        (r#"[{"id":"001","success":true,"errors":[]}]"#, Some(NotJsonExport::LoadResult)),
        (r#"{"done":true,"records":[{"Id":"1","Name":"errorCode"}]}"#, None),
        (r#"[{"Id":"1","error":"x","Fields":1}]"#, None),
        ("", None),
    ] {
        assert_eq!(refusal(text.as_bytes()), expected, "{text}");
        assert_eq!(
            read(text).0.refusal(),
            if text.ends_with('{') { None } else { expected },
            "{text}"
        );
    }
}

#[test]
fn shapes_have_names() {
    assert_eq!(serde_json::to_string(&Shape::ResultRecords).unwrap(), "\"result-records\"");
}

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
