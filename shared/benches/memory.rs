//! Peak memory of splitting an export of 100 MB and one of 2 GB: the same, apart from about 40 bytes a
//! record for telling duplicates.
//!
//! `cargo bench -p csm-import --no-default-features --bench memory`
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

use std::process::Command;

use csm_import::configuration::Configuration;
use csm_import::import::segment::SegmentWriter;
use csm_import::mapping::mapper::{Links, Mapper, Verdict};
use csm_import::mapping::relation::Relations;
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::salesforce::encoding::Charset;
use csm_import::salesforce::export::{Object, Recognised};
use csm_import::salesforce::format::{Format, Syntax};
use csm_import::salesforce::header::Header;
use csm_import::salesforce::stream::RecordReader;
use csm_import::salesforce::survey::Survey;

mod contacts;

/// Bytes that a record may cost.
const PER_RECORD: u64 = 40;

/// Splits an export of so many bytes, which is made as it is read; how many records it had.
fn split(size: u64) -> u64 {
    let header = Header::new(contacts::COLUMNS);
    let recognised = Recognised::One(Object::Contact);
    let configuration = Configuration::default();
    let mapper = Mapper::new(Stage::Customers, &header, &recognised, None, &configuration).unwrap();
    let format = Format { encoding: Charset::UTF_8, syntax: Syntax::Csv { delimiter: ',' } };
    let survey = Survey { records: u64::MAX, ..Survey::default() };
    let mut reader = RecordReader::new(format, &[], &survey);
    let mut seen = Seen::default();
    let mut relations = Relations::default();
    let organizations = |_| Some("10");
    let mut links = Links { organizations: &organizations, relations: &mut relations };
    let mut segments = SegmentWriter::new(8 << 20);
    let (mut read, mut number, mut records) = (0, 0, 0);
    let mut chunk = Vec::new();
    contacts::header(&mut chunk);
    while read < size {
        while chunk.len() < 64 << 10 {
            contacts::record(number, &mut chunk);
            number += 1;
        }
        read += chunk.len() as u64;
        reader.feed(&chunk);
        chunk.clear();
        while let Some(record) = reader.next_record() {
            let Verdict::Mapped(mapped) = mapper.map(&record, &mut seen, &mut links) else {
                panic!("record {} is not mapped", record.number);
            };
            drop(segments.push(|out| serde_json::to_writer(out, &mapped)).unwrap());
            records += 1;
        }
    }
    records
}

fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes << 10
}

/// Measured in a process of its own, whose peak nothing else has raised.
fn measure(size: u64) -> (u64, u64) {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).env("EXPORT_SIZE", size.to_string()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<u64> = text.split_whitespace().map(|n| n.parse().unwrap()).collect();
    (numbers[0], numbers[1])
}

fn main() {
    if let Ok(size) = std::env::var("EXPORT_SIZE") {
        let records = split(size.parse().unwrap());
        println!("{records} {}", peak());
        return;
    }
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let (small, large) = (measure(100_000_000), measure(2_000_000_000));
    for (size, (records, peak)) in [("100 MB", small), ("2 GB", large)] {
        println!("{size:>7} {records:>10} records {:>8.1} MB at the peak", peak as f64 / 1e6);
    }
    let allowed = small.1 / 10 + PER_RECORD * (large.0 - small.0);
    let grown = large.1.saturating_sub(small.1);
    let per_record = grown as f64 / (large.0 - small.0) as f64;
    println!(
        "grown by {:.1} MB of {:.1} MB allowed: {per_record:.1} bytes a record",
        grown as f64 / 1e6,
        allowed as f64 / 1e6
    );
    assert!(grown <= allowed, "memory grows with the export");
}
