//! Sample files that lie outside the project, when `CSM_IMPORT_SAMPLES` names a folder of them: every
//! one goes through the reader and, where it is an export, through the mapping.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests say by a panic what does not hold"
)]

use std::path::{Path, PathBuf};

use bytes::Bytes;
use csm_import::mapping::mapper::{Mapper, Policies, Verdict};
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::salesforce::export::{recognise, sniff};
use csm_import::salesforce::header::Header;
use csm_import::salesforce::reader::{CsvReader, Limits};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Records in all, and those that a stage has dealt with, in both stages together.
fn read(path: &Path, bytes: &Bytes) -> Option<(u64, u64)> {
    sniff(&bytes[..bytes.len().min(1024)]).ok()?;
    let name = path.file_name()?.to_str()?;
    let (mut records, mut dealt_with) = (0, 0);
    for stage in Stage::ALL {
        let mut reader = CsvReader::new(Limits::default());
        reader.feed(bytes.clone());
        reader.finish();
        let header = Header::read(&reader.next_record()?).ok()?;
        let recognised = recognise(name, &header).ok()?;
        let mapper = Mapper::new(stage, &header, &recognised, None, &Policies::default()).ok()?;
        let mut seen = Seen::default();
        records = 0;
        while let Some(record) = reader.next_record() {
            records += 1;
            let verdict = mapper.map(&record, &mut seen, &|_| None);
            dealt_with += u64::from(verdict != Verdict::NotOfThisStage);
        }
    }
    Some((records, dealt_with))
}

#[test]
fn every_sample_is_read_or_refused_and_no_record_is_lost() {
    let Some(folder) = std::env::var_os("CSM_IMPORT_SAMPLES") else {
        println!("CSM_IMPORT_SAMPLES is not set: no samples to read");
        return;
    };
    let mut paths = Vec::new();
    files(Path::new(&folder), &mut paths);
    assert!(!paths.is_empty(), "there are samples in {}", folder.display());
    let mut exports = 0;
    for path in paths {
        if let Some((records, dealt_with)) = read(&path, &std::fs::read(&path).unwrap().into()) {
            assert_eq!(records, dealt_with, "{}", path.display());
            exports += 1;
        }
    }
    println!("{exports} of the samples are exports");
    assert!(exports > 0);
}
