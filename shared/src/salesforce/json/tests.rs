use super::*;

mod cuts;
mod faults;

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
