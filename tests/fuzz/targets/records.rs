//! Any bytes as a file of records: they are examined, read and mapped, each in its own cuts, and no
//! record is lost, read twice or dealt with twice.
#![no_main]

use csm_import::configuration::Configuration;
use csm_import::mapping::mapper::{Links, Mapper, PersonAccounts, Policies, Verdict};
use csm_import::mapping::relation::{RelationReader, Relations};
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::salesforce::encoding::Charset;
use csm_import::salesforce::examine::{Examined, Examiner};
use csm_import::salesforce::export::{NotAnExport, Recognised};
use csm_import::salesforce::format::Syntax;
use csm_import::salesforce::record::Record;
use csm_import::salesforce::stream::RecordReader;
use csm_import_fuzz::{Input, Pieces, readers};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 4] = ["Contact.csv", "x.json", "Account.csv", "errors.csv"];

/// The encodings that are set by hand, if any.
const CHARSETS: [Option<&str>; 5] =
    [None, Some("windows-1252"), Some("Shift_JIS"), Some("UTF-16LE"), Some("gb18030")];

/// How often an input is read one after another: beyond 64 KiB a file is examined in pieces.
const TIMES: [usize; 16] = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 400];

/// Bytes that a repeated input has at most.
const MOST: usize = 96 << 10;

const PEOPLE: [PersonAccounts; 3] =
    [PersonAccounts::Customers, PersonAccounts::Organizations, PersonAccounts::Skip];

/// Examines a file once; `None`: it is not in UTF-8, as was thought.
fn examine_once(
    name: &str,
    charset: Option<Charset>,
    pieces: Pieces<'_>,
) -> Option<Result<Examined, NotAnExport>> {
    let mut examiner = Examiner::new(name, charset);
    for piece in pieces {
        let fed = examiner.feed(piece);
        if examiner.is_misread() {
            return None;
        }
        if let Err(refused) = fed {
            return Some(Err(refused));
        }
    }
    let ended = examiner.end();
    (!examiner.is_misread()).then(|| ended.and_then(|()| examiner.finish()))
}

/// Examines a file as the split function does: again with another encoding if it is not in UTF-8.
fn examine(
    name: &str,
    charset: Option<Charset>,
    pieces: &Pieces<'_>,
) -> Result<Examined, NotAnExport> {
    examine_once(name, None, pieces.clone()).unwrap_or_else(|| {
        let charset = charset.unwrap_or(Charset::WINDOWS_1252);
        examine_once(name, Some(charset), pieces.clone()).expect("with a charset none is misread")
    })
}

fn assert_same(one: &Examined, other: &Examined) {
    assert_eq!(one.header, other.header, "the same header however cut");
    assert_eq!(one.recognised, other.recognised, "recognised as the same however cut");
    assert_eq!(one.format, other.format, "the same format however cut");
    let surveyed = |Examined { survey, .. }: &Examined| {
        (survey.records, survey.blanks, survey.notices(), survey.has_doubtful_text())
    };
    assert_eq!(surveyed(one), surveyed(other), "the same survey however cut");
    assert_eq!(one.attempt_of, other.attempt_of, "the same attempt however cut");
}

/// Reads the records, hands each to `take`, and says how many there were.
fn read(found: &Examined, pieces: Pieces<'_>, mut take: impl FnMut(&Record<'_>)) -> u64 {
    let mut reader = RecordReader::new(found.format, found.header.names(), &found.survey);
    let (mut count, mut line) = (0, 1);
    let mut drain = |reader: &mut RecordReader| {
        while let Some(record) = reader.next_record() {
            count += 1;
            assert_eq!(record.number, count, "numbered one after another");
            assert!(record.line >= line, "lines never decrease");
            line = record.line;
            assert_eq!(record.fields().len(), record.len());
            if found.format.syntax == Syntax::Json && record.problem.is_none() {
                assert_eq!(record.len(), found.header.len(), "a field for every column");
            }
            take(&record);
        }
    };
    for piece in pieces {
        reader.feed(piece);
        drain(&mut reader);
    }
    reader.finish();
    drain(&mut reader);
    count
}

/// Which records a stage deals with; `None` if the file is refused for a column that is there twice.
fn deal(
    stage: Stage,
    found: &Examined,
    people: PersonAccounts,
    pieces: Pieces<'_>,
) -> Option<Vec<bool>> {
    let Examined { header, recognised, survey, .. } = found;
    let policies = Policies { person_accounts: people, ..Policies::default() };
    let configuration = Configuration { policies, ..Configuration::default() };
    let mapper =
        Mapper::new(stage, header, recognised, None, &configuration).ok()?.with_findings(survey);
    let (mut seen, mut relations) = (Seen::default(), Relations::default());
    let mut links = Links { organizations: &|_| None, relations: &mut relations };
    let mut dealt_with = Vec::new();
    read(found, pieces, |record| {
        let verdict = mapper.map(record, &mut seen, &mut links);
        dealt_with.push(verdict != Verdict::NotOfThisStage);
    });
    assert!(
        stage.reads(*recognised, header, people) || dealt_with.iter().all(|dealt| !dealt),
        "a stage that does not read a file has no record in it"
    );
    Some(dealt_with)
}

fn examine_read_and_map(input: &Input<'_>, bytes: &[u8]) {
    let name = input.first(&NAMES);
    let charset = input.second(&CHARSETS).and_then(Charset::named);
    let examined = examine(name, charset, &Pieces::whole(bytes));
    let again = examine(name, charset, &input.cut(bytes));
    let found = match (examined, again) {
        (Ok(found), Ok(again)) => {
            assert_same(&found, &again);
            found
        }
        (Err(one), Err(other)) => {
            return assert_eq!(one.to_string(), other.to_string(), "the same refusal however cut");
        }
        (one, other) => panic!("an export only if cut in one way: {one:?}, {other:?}"),
    };
    let pieces = input.cut_otherwise(bytes);
    if found.recognised == Recognised::Relations {
        let (reader, mut relations) =
            (RelationReader::new(&found.header, found.survey.null_word), Relations::default());
        let read =
            read(&found, pieces, |record| relations.add(reader.read(record).as_ref().copied()));
        relations.complete();
        assert_eq!((read, read), (found.survey.records, relations.counts().read));
        return;
    }
    let people = input.second(&PEOPLE);
    let dealt = Stage::ALL.map(|stage| deal(stage, &found, people, pieces.clone()));
    let [Some(organizations), Some(customers)] = dealt else {
        return assert_eq!(dealt, [None, None], "refused in both stages or in none");
    };
    assert_eq!(organizations.len() as u64, found.survey.records, "as many as were surveyed");
    assert_eq!(customers.len(), organizations.len(), "as many in each stage");
    for (number, (first, second)) in organizations.iter().zip(&customers).enumerate() {
        assert_ne!(first, second, "record {}: dealt with in exactly one stage", number + 1);
    }
}

fuzz_target!(|input: &[u8]| {
    let Some(input) = Input::new(input) else { return };
    // Either of them: what is slow is to make a reader, and examining a file makes many.
    if input.is_of_second_kind() {
        return readers::compare(&input);
    }
    let most = (MOST / input.bytes.len().max(1)).max(1);
    match input.second(&TIMES).min(most) {
        1 => examine_read_and_map(&input, input.bytes),
        times => examine_read_and_map(&input, &input.bytes.repeat(times)),
    }
});
