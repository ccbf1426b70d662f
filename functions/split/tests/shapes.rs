//! Whatever tool, encoding, delimiter, line end, container and chunk size a table comes in, the same
//! table is read.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests say by a panic what does not hold"
)]

use std::io::Write;

use csm_import::salesforce::container::Limits;
use csm_import::salesforce::export::{Object, Recognised};
use csm_import::salesforce::stream::{Place, Records};
use csv::{QuoteStyle, Terminator, WriterBuilder};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::sample::select;
use split::listing;
use split::reading;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

mod files;

use files::Files;

const COLUMNS: [&str; 5] = ["Id", "LastName", "Email", "FirstName", "Notes__c"];

type Table = Vec<Vec<String>>;

#[derive(Clone, Copy, Debug)]
enum Syntax {
    /// Every field quoted: Data Export Service, Data Loader.
    Quoted {
        capitals: bool,
    },
    /// Quotes where they are needed: `sf data query`, spreadsheets.
    Minimal,
    /// JSON in the shapes of the API and `sf`.
    Array,
    Lines,
    Records,
    Result,
}

#[derive(Clone, Copy, Debug)]
enum Encoding {
    Utf8 { mark: bool },
    Utf16 { big: bool, mark: &'static [u8] },
    Utf32 { big: bool, mark: &'static [u8] },
    Windows1252,
}

#[derive(Clone, Copy, Debug)]
enum Container {
    Plain,
    Gzip,
    Zip,
    ZipInZip,
    GzipInZip,
}

fn csv_text(table: &Table, style: QuoteStyle, capitals: bool, delimiter: u8, end: &str) -> String {
    let terminator = match end {
        "\r\n" => Terminator::CRLF,
        end => Terminator::Any(end.as_bytes()[0]),
    };
    let mut writer = WriterBuilder::new()
        .quote_style(style)
        .delimiter(delimiter)
        .terminator(terminator)
        .from_writer(Vec::new());
    let header = COLUMNS.map(|c| if capitals { c.to_uppercase() } else { c.to_owned() });
    writer.write_record(header).unwrap();
    for record in table {
        writer.write_record(record).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn json_text(table: &Table, syntax: Syntax) -> String {
    let records: Vec<String> = table
        .iter()
        .map(|record| {
            let fields = COLUMNS.into_iter().map(str::to_owned).zip(record.iter().cloned());
            let object: serde_json::Map<_, _> =
                fields.map(|(name, value)| (name, value.into())).collect();
            serde_json::Value::from(object).to_string()
        })
        .collect();
    match syntax {
        Syntax::Lines => records.join("\n"),
        Syntax::Array => format!("[{}]", records.join(",\n")),
        Syntax::Records => format!("{{\"done\":true,\"records\":[{}]}}", records.join(",")),
        _ => format!("{{\"status\":0,\"result\":{{\"records\":[{}]}}}}", records.join(",")),
    }
}

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 { mark } => {
            [if mark { &b"\xEF\xBB\xBF"[..] } else { b"" }, text.as_bytes()].concat()
        }
        Encoding::Utf16 { big, mark } => {
            let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            [mark.to_vec(), text.encode_utf16().flat_map(bytes).collect()].concat()
        }
        Encoding::Utf32 { big, mark } => {
            let bytes = |c: char| {
                let scalar = u32::from(c);
                if big { scalar.to_be_bytes() } else { scalar.to_le_bytes() }
            };
            [mark.to_vec(), text.chars().flat_map(bytes).collect()].concat()
        }
        Encoding::Windows1252 => {
            text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
        }
    }
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in [("readme.txt", &b"not an export"[..]), (name, bytes)] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// The key to drop it under, and the bytes.
fn pack(name: &str, bytes: Vec<u8>, container: Container) -> (String, Vec<u8>) {
    match container {
        Container::Plain => (name.to_owned(), bytes),
        Container::Gzip => (format!("{name}.gz"), gzip(&bytes)),
        Container::Zip => ("WE_00D000000000001EAA_1.ZIP".to_owned(), zip(name, &bytes)),
        Container::ZipInZip => ("all.zip".to_owned(), zip("WE_1.zip", &zip(name, &bytes))),
        Container::GzipInZip => ("all.zip".to_owned(), zip(&format!("{name}.gz"), &gzip(&bytes))),
    }
}

async fn read(key: &str, bytes: Vec<u8>, chunk: usize) -> (Recognised, Table) {
    let files = Files::default().with(key, bytes).in_chunks_of(chunk);
    let object = files.object(key);
    let limits = Limits::default();
    let mut found = listing::files(&files, &object, &limits).await.unwrap();
    found.retain(|found| found.file.contains("Contact."));
    let [found] = found.as_slice() else { panic!("{found:?}") };
    let examined =
        reading::examine(&files, &object, found, &limits, None).await.unwrap().unwrap().examined;
    let place = Place {
        object: &object,
        wrappings: &found.wrappings,
        format: examined.format,
        columns: examined.header.names(),
        survey: &examined.survey,
    };
    let positions = COLUMNS.map(|column| examined.header.position(column).unwrap());
    let mut records = Records::open(&files, place, &limits).await.unwrap();
    let mut table = Vec::new();
    while records.fill().await.unwrap() {
        while let Some(record) = records.next_record() {
            assert_eq!((record.problem, record.number), (None, table.len() as u64 + 1));
            let field = |at| record.get(at).unwrap().to_owned();
            table.push(positions.map(field).to_vec());
        }
    }
    assert_eq!(table.len() as u64, examined.survey.records);
    (examined.recognised, table)
}

fn syntaxes() -> impl Strategy<Value = Syntax> {
    select(vec![
        Syntax::Quoted { capitals: false },
        Syntax::Quoted { capitals: true },
        Syntax::Minimal,
        Syntax::Array,
        Syntax::Lines,
        Syntax::Records,
        Syntax::Result,
    ])
}

fn encodings() -> impl Strategy<Value = Encoding> {
    select(vec![
        Encoding::Utf8 { mark: false },
        Encoding::Utf8 { mark: true },
        Encoding::Utf16 { big: false, mark: b"\xFF\xFE" },
        Encoding::Utf16 { big: true, mark: b"\xFE\xFF" },
        Encoding::Utf16 { big: false, mark: b"\xFE\xFF" },
        Encoding::Utf16 { big: false, mark: b"" },
        Encoding::Utf32 { big: false, mark: b"\xFE\xFF" },
        Encoding::Utf32 { big: true, mark: b"\0\0\xFE\xFF" },
        Encoding::Windows1252,
    ])
}

fn containers() -> impl Strategy<Value = Container> {
    select(vec![
        Container::Plain,
        Container::Gzip,
        Container::Zip,
        Container::ZipInZip,
        Container::GzipInZip,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_same_table_is_read_from_every_shape(
        rows in prop::collection::vec(
            ("[a-z0-9]{1,18}", prop::collection::vec("[a\u{e9}\u{fc}\u{df}\",;\t|^`\n\r {}\\[\\]:\\\\]{0,7}", 4)),
            0..12,
        ),
        syntax in syntaxes(), encoding in encodings(), container in containers(),
        delimiter in select(b",;\t|^`".to_vec()), end in select(vec!["\n", "\r\n", "\r"]),
        chunk in prop_oneof![1_usize..40, Just(70_000)],
    ) {
        let table: Table = rows
            .into_iter()
            .map(|(id, rest)| [vec![id], rest].concat())
            .collect();
        let (name, text) = match syntax {
            Syntax::Quoted { capitals } => {
                ("Contact.csv", csv_text(&table, QuoteStyle::Always, capitals, delimiter, end))
            }
            Syntax::Minimal => {
                ("Contact.csv", csv_text(&table, QuoteStyle::Necessary, false, delimiter, end))
            }
            syntax => {
                // Without a record there is no column either.
                prop_assume!(!table.is_empty());
                ("Contact.json", json_text(&table, syntax))
            }
        };
        let (key, bytes) = pack(name, encode(&text, encoding), container);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (recognised, found) = runtime.block_on(read(&key, bytes, chunk));
        prop_assert_eq!(recognised, Recognised::One(Object::Contact));
        prop_assert_eq!(found, table);
    }
}
