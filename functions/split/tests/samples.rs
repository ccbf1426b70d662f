//! Sample files that lie outside the project, when `CSM_IMPORT_SAMPLES` names a folder of them: every
//! one goes through the reader and, where it is an export, through the mapping.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the helpers of tests say by a panic what does not hold"
)]

use std::fmt::Write;
use std::path::{Path, PathBuf};

use csm_import::configuration::Configuration;
use csm_import::import::id::SourceObject;
use csm_import::mapping::mapper::{Links, Mapper, PersonAccounts, Verdict};
use csm_import::mapping::relation::Relations;
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::salesforce::container::Limits;
use csm_import::salesforce::csv::{CsvReader, delimiter};
use csm_import::salesforce::examine::Examined;
use csm_import::salesforce::export::Recognised;
use csm_import::salesforce::record;
use csm_import::salesforce::stream::{Place, Records};
use split::listing::{self, Found, Unlisted};
use split::reading;

mod files;

use files::Files;

fn samples() -> Option<PathBuf> {
    let folder = std::env::var_os("CSM_IMPORT_SAMPLES");
    if folder.is_none() {
        println!("CSM_IMPORT_SAMPLES is not set: no samples to read");
    }
    folder.map(PathBuf::from)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

/// What became of one file: a line of the snapshot.
async fn line(files: &Files, object: &SourceObject, found: Found) -> String {
    let limits = Limits::default();
    let examined = match reading::examine(files, object, &found, &limits, None).await.unwrap() {
        Ok(read) => read.examined,
        Err(refused) => return format!("refused: {refused}"),
    };
    let (records, dealt_with) = deal(files, object, &found, &examined).await;
    assert_eq!(records, examined.survey.records, "{}", object.key);
    if examined.recognised != Recognised::Relations {
        assert_eq!(records, dealt_with, "{}: each record is of one stage", object.key);
    }
    let format = serde_json::to_string(&examined.format).unwrap();
    let survey = serde_json::to_string(&examined.survey).unwrap();
    format!("{:?} {format} {survey}", examined.recognised)
}

/// Records in all, and those that a stage has dealt with, in both stages together.
async fn deal(
    files: &Files,
    object: &SourceObject,
    found: &Found,
    examined: &Examined,
) -> (u64, u64) {
    let Examined { header, recognised, format, survey, .. } = examined;
    let place = Place {
        object,
        wrappings: &found.wrappings,
        format: *format,
        columns: header.names(),
        survey,
    };
    let (mut read, mut dealt_with) = (0, 0);
    for stage in Stage::ALL {
        let Ok(mapper) = Mapper::new(stage, header, recognised, None, &Configuration::default())
        else {
            return (survey.records, survey.records);
        };
        let mut records = Records::open(files, place, &Limits::default()).await.unwrap();
        let mut seen = Seen::default();
        read = 0;
        while records.fill().await.unwrap() {
            while let Some(record) = records.next_record() {
                read += 1;
                let mut relations = Relations::default();
                let mut links = Links { organizations: &|_| None, relations: &mut relations };
                let verdict = mapper.map(&record, &mut seen, &mut links);
                dealt_with += u64::from(verdict != Verdict::NotOfThisStage);
            }
        }
        assert!(stage.reads(*recognised, header, PersonAccounts::Customers) || dealt_with <= read);
    }
    (read, dealt_with)
}

#[tokio::test]
async fn every_sample_is_read_or_refused_and_no_record_is_lost() {
    let Some(folder) = samples() else { return };
    let mut paths = Vec::new();
    walk(&folder, &mut paths);
    paths.sort();
    let files = Files::new(&folder);
    let (mut lines, mut exports) = (String::new(), 0);
    for path in paths {
        let key = path.strip_prefix(&folder).unwrap().to_str().unwrap();
        let object = files.object(key);
        let hash = xxhash_rust::xxh3::xxh3_64(key.as_bytes());
        match listing::files(&files, &object, &Limits::default()).await {
            Err(Unlisted::Refused(refused)) => writeln!(lines, "{hash:016x} {refused}").unwrap(),
            Err(Unlisted::Export(error)) => panic!("{key}: {error}"),
            Ok(listed) => {
                for mut found in listed {
                    let inner = found.file.strip_prefix(key).unwrap().to_owned();
                    let line = match found.refused.take() {
                        Some(refused) => format!("refused: {refused}"),
                        None => line(&files, &object, found).await,
                    };
                    exports += u32::from(!line.starts_with("refused"));
                    println!("{key}{inner}: {line}");
                    writeln!(lines, "{hash:016x}{inner} {line}").unwrap();
                }
            }
        }
    }
    assert!(exports > 0, "there are exports in {}", folder.display());
    // Files have no names here: they are not the project's. Run with --nocapture to see them.
    insta::assert_snapshot!("samples", lines);
}

/// Suites of CSV files with what they should be read as: `csvs/x.csv` beside `json/x.json`.
#[test]
fn samples_with_an_expected_reading_are_read_so() {
    let Some(folder) = samples() else { return };
    let mut paths = Vec::new();
    walk(&folder, &mut paths);
    let mut compared = 0;
    for path in paths {
        let suite = path.parent().and_then(Path::parent).map(|suite| suite.join("json"));
        let name = path.with_extension("json").file_name().unwrap().to_owned();
        let expected = match suite.map(|suite| suite.join(name)) {
            Some(expected) if path.extension() == Some("csv".as_ref()) && expected.is_file() => {
                expected
            }
            _ => continue,
        };
        let expected: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let mut reader = CsvReader::new(delimiter::sniff(&bytes), record::Limits::default());
        reader.feed(&bytes);
        reader.finish();
        let mut rows: Vec<Vec<String>> = Vec::new();
        while let Some(record) = reader.next_record() {
            let fields = record.fields().map(str::to_owned);
            rows.push(fields.collect());
        }
        // A file whose line ends were converted on its way here is compared without them.
        let converted = !bytes.contains(&b'\r');
        let value = |text: &str| {
            if converted { text.replace("\r\n", "\n") } else { text.to_owned() }
        };
        let expected: Vec<Vec<String>> = expected
            .iter()
            .map(|row| rows[0].iter().map(|c| value(row[c].as_str().unwrap())).collect())
            .collect();
        assert_eq!(rows[1..], expected, "{}", path.display());
        compared += 1;
    }
    assert!(compared > 0, "there are suites with expectations in {}", folder.display());
}
