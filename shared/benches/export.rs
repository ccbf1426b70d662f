//! Bytes of an export per second: reading alone, and all that SPLIT does with a record; beside plain
//! `csv` with `serde_json`, and the script that one would write by hand.
//!
//! `cargo bench -p csm-import --no-default-features --bench export` prints the ratios.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::similar_names,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark is no input to be afraid of"
)]

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use csm_import::configuration::Configuration;
use csm_import::import::segment::SegmentWriter;
use csm_import::mapping::mapper::{Links, Mapper, Verdict};
use csm_import::mapping::relation::Relations;
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::salesforce::encoding::Charset;
use csm_import::salesforce::examine::Examiner;
use csm_import::salesforce::export::{Object, Recognised};
use csm_import::salesforce::format::{Format, Syntax};
use csm_import::salesforce::header::Header;
use csm_import::salesforce::stream::RecordReader;
use csm_import::salesforce::survey::Survey;
use serde::Serialize;

mod contacts;

/// Bytes of the export.
const SIZE: usize = 100 << 20;
/// Bytes of a chunk, as they come out of the bucket.
const CHUNK: usize = 64 << 10;
/// What is measured, and its folder among Criterion's reports.
const READING: &str = "reading";
const EVERYTHING: &str = "reading + mapping + checking + segments";
const EXAMINING: &str = "examining (once, before)";
const PLAIN: &str = "csv + serde_json";

fn export() -> Vec<u8> {
    let mut export = Vec::with_capacity(SIZE + 2048);
    contacts::header(&mut export);
    let mut number = 0;
    while export.len() < SIZE {
        contacts::record(number, &mut export);
        number += 1;
    }
    export
}

fn reader() -> RecordReader {
    let format = Format { encoding: Charset::UTF_8, syntax: Syntax::Csv { delimiter: ',' } };
    let survey = Survey { records: u64::MAX, ..Survey::default() };
    RecordReader::new(format, &[], &survey)
}

/// Feeds the export and hands every record to `take`.
fn each(export: &[u8], mut take: impl FnMut(&csm_import::salesforce::record::Record<'_>)) {
    let mut reader = reader();
    for chunk in export.chunks(CHUNK) {
        reader.feed(chunk);
        while let Some(record) = reader.next_record() {
            take(&record);
        }
    }
    reader.finish();
    while let Some(record) = reader.next_record() {
        take(&record);
    }
}

fn read(export: &[u8]) -> usize {
    let mut fields = 0;
    each(export, |record| fields += record.len());
    fields
}

fn everything(export: &[u8]) -> usize {
    let header = Header::new(contacts::COLUMNS);
    let recognised = Recognised::One(Object::Contact);
    let configuration = Configuration::default();
    let mapper = Mapper::new(Stage::Customers, &header, &recognised, None, &configuration).unwrap();
    let mut seen = Seen::default();
    let mut relations = Relations::default();
    let organizations = |_| Some("10");
    let mut links = Links { organizations: &organizations, relations: &mut relations };
    let mut segments = SegmentWriter::new(8 << 20);
    let mut written = 0;
    each(export, |record| match mapper.map(record, &mut seen, &mut links) {
        Verdict::Mapped(mapped) => {
            let part = segments.push(|out| serde_json::to_writer(out, &mapped)).unwrap();
            written += part.map_or(0, |part| part.lines.len());
        }
        other => panic!("{other:?}"),
    });
    written + segments.finish().0.map_or(0, |part| part.lines.len())
}

fn examine(export: &[u8]) -> u64 {
    let mut examiner = Examiner::new("Contact.csv", None);
    for chunk in export.chunks(CHUNK) {
        examiner.feed(chunk).unwrap();
    }
    examiner.end().unwrap();
    examiner.finish().unwrap().survey.records
}

/// What a program writes that only renames columns: no checks, no numbers, no lines.
#[derive(Serialize)]
struct Plain<'a> {
    email: &'a str,
    #[serde(rename = "displayName")]
    display_name: String,
    details: [(&'static str, &'a str); 5],
}

fn plain(export: &[u8]) -> usize {
    let mut reader = csv::ReaderBuilder::new().from_reader(export);
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|column| column == name).unwrap();
    let [email, first, last] = ["Email", "FirstName", "LastName"].map(at);
    let details = [
        ("External ID", at("Id")),
        ("Phone", at("Phone")),
        ("Title", at("Title")),
        ("Region", at("MailingCountry")),
        ("Preferred language", at("Languages__c")),
    ];
    let mut record = csv::StringRecord::new();
    let mut out = Vec::new();
    let mut written = 0;
    while reader.read_record(&mut record).unwrap() {
        let line = Plain {
            email: &record[email],
            display_name: format!("{} {}", &record[first], &record[last]),
            details: details.map(|(name, column)| (name, &record[column])),
        };
        serde_json::to_writer(&mut out, &line).unwrap();
        out.push(b'\n');
        if out.len() > 8 << 20 {
            written += out.len();
            out.clear();
        }
    }
    written + out.len()
}

/// The best of three runs of the script on the same file.
fn script(export: &[u8]) -> Option<Duration> {
    let folder = std::env::temp_dir().join("csm-import-bench");
    std::fs::create_dir_all(&folder).ok()?;
    let file = folder.join("Contact.csv");
    std::fs::write(&file, export).ok()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/script.py");
    let run = || {
        let start = Instant::now();
        let done = Command::new("python3").arg(&script).arg(&file).output().ok()?;
        done.status.success().then(|| start.elapsed())
    };
    let best = (0..3).filter_map(|_| run()).min();
    std::fs::remove_dir_all(&folder).ok()?;
    best
}

/// Seconds that Criterion measured.
fn measured(name: &str) -> Option<f64> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        std::path::PathBuf::from,
    );
    let folder = name.replace(['/', '"', '?', '*', '<', '>', '\\', '|', ':'], "_");
    let file = target.join("criterion/export").join(folder).join("new/estimates.json");
    let estimates: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    Some(estimates["median"]["point_estimate"].as_f64()? / 1e9)
}

fn main() {
    let export = export();
    let mut criterion = Criterion::default()
        .sample_size(10)
        .measurement_time(Duration::from_secs(8))
        .configure_from_args();
    let mut group = criterion.benchmark_group("export");
    group.throughput(Throughput::Bytes(export.len() as u64));
    group.bench_function(READING, |b| b.iter(|| black_box(read(&export))));
    group.bench_function(EVERYTHING, |b| b.iter(|| black_box(everything(&export))));
    group.bench_function(EXAMINING, |b| b.iter(|| black_box(examine(&export))));
    group.bench_function(PLAIN, |b| b.iter(|| black_box(plain(&export))));
    group.finish();
    criterion.final_summary();
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let gigabytes = export.len() as f64 / 1e9;
    let script = script(&export).map(|time| time.as_secs_f64());
    let all = [READING, EVERYTHING, EXAMINING, PLAIN].map(|name| (name, measured(name)));
    let base = measured(EVERYTHING);
    println!("\n{:45} {:>8} {:>10}", "", "GB/s", "× slower");
    for (name, seconds) in all.into_iter().chain([("script.py", script)]) {
        if let (Some(seconds), Some(base)) = (seconds, base) {
            println!("{name:45} {:>8.3} {:>10.2}", gigabytes / seconds, seconds / base);
        }
    }
}
