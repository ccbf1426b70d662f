use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::code::Code;
use crate::csm::error::Blocked;
use crate::import::document::ImportDocument;
use crate::import::manifest::{LeftOut, Manifest};
use crate::import::outcome::Outcome;
use crate::import::progress::{Orders, Progress, StopCode};
use crate::mapping::record::{Issue, MappedRecord, Profile};
use crate::salesforce::id::SalesforceId;

const ACCOUNTS: &str = "plan/spring/Account.csv";
const CONTACTS: &str = "plan/spring/Contact <img src=x onerror=alert('k')>.csv";

/// What the fields of an export hold must never be taken for anything but text.
const HOSTILE: [&str; 6] = [
    "<script>alert(\"v\")</script>",
    "\"quoted\" & 'single' </td></table>",
    "\u{202e}moc.elpmaxe@ada \u{05e9}\u{05dc}\u{05d5}\u{05dd}",
    "AveryLongValueWithoutAnySpacesThatHasMoreThanSixtyCharactersInAll",
    "\u{1f469}\u{200d}\u{1f4bb}\u{1f1e9}\u{1f1ea}\u{1f44d}\u{1f3fd}",
    "=HYPERLINK(\"http://example.com\")",
];

fn document() -> ImportDocument {
    let used = |column: &str, purpose: &str, field: Option<&str>, warning: Option<Code>| json!({"column": column, "purpose": purpose, "field": field, "warning": warning});
    let export = |source: u32, file: &str, object: &str, records: u64, stage: &str, uses: Value| {
        let header = ["Id", "Name"];
        json!({"source": source, "object": source, "file": file,
            "format": {"encoding": "windows-1252", "syntax": "csv", "delimiter": ";"},
            "survey": {"records": records, "guessed": source == 1, "nuls": 2 * source},
            "recognised": {"one": object}, "header": header, "columns": [[stage, uses]]})
    };
    let mut document: ImportDocument = serde_json::from_value(json!({
        "id": "5f0f7f51-3c1e-5c52-9a4e-0d6f6f2a7b10", "mode": "plan", "bucket": "acme-exports",
        "folder": "plan/spring/", "started_at": "2026-11-24T20:40:39Z",
        "objects": [
            {"key": ACCOUNTS, "etag": "a", "size": 1}, {"key": CONTACTS, "etag": "c", "size": 1},
            {"key": "plan/spring/Leads.xlsx", "etag": "l", "size": 1}],
        "exports": [
            export(0, ACCOUNTS, "Account", 131, "organizations", json!([
                used("Id", "detail", Some("External ID"), None), used("Name", "name", None, None),
                used("Industry", "detail", Some("Industry"), None),
                used("NumberOfEmployees", "unmapped", None, None),
                used(HOSTILE[0], "unmapped", None, None)])),
            export(1, CONTACTS, "Contact", 1276, "customers", json!([
                used("Id", "detail", Some("External ID"), None), used("Email", "email", None, None),
                used("AccountId", "organization", None, None), used("IsDeleted", "control", None, None),
                used("MailingCountry", "detail", Some("Region"), None),
                used("Shoe_Size__c", "detail", Some("Shoe size"), Some(Code::FieldUnknown)),
                used(HOSTILE[3], "unmapped", None, None)]))],
        "ignored": [{"key": "plan/spring/Leads.xlsx",
            "reason": "It is an Excel workbook. Save it as CSV and drop that."}],
        "configuration": {},
        "planned_fields": [
            {"stage": "organizations", "name": "Customer segment", "field_type": "SELECT",
             "options": ["Enterprise", "Small \"business\"", HOSTILE[0]], "created": true,
             "because": "The column Segment__c has 3 different values in 131 records."},
            {"stage": "customers", "name": "Region", "field_type": "SELECT",
             "options": ["NZ"], "created": false, "because": "The file has values that it lacks."}],
        "organization_fields": {"results": []}, "customer_fields": {"results": []}
    }))
    .unwrap();
    document.exports[1].column_change = Some(crate::import::document::ColumnChange {
        appeared: vec!["Shoe_Size__c".into(), HOSTILE[1].into()],
        vanished: vec!["Phone".into()],
    });
    document
}

fn manifest(stage: Stage, mapped: u64, left_out: [&[(Code, u64)]; 2]) -> Manifest {
    let [rejected, skipped] = left_out.map(|codes| codes.iter().copied().collect::<ByCode>());
    let starts = (0..mapped).step_by(100);
    let batches: Vec<_> = starts.map(|n| [0, n, n + 100, 100.min(mapped - n)]).collect();
    serde_json::from_value(json!({
        "import": document().id, "stage": stage, "edition": 0, "mapped": mapped,
        "known": (stage == Stage::Organizations).then_some(97), "rejected": rejected,
        "skipped": skipped, "warnings": {}, "left_out_parts": 0, "batches": batches,
        "relations": {"read": if stage == Stage::Customers { 12 } else { 0 },
            "linked": 9, "unused": 2, "skipped": {"relation-ended": 1}, "rejected": {}}
    }))
    .unwrap()
}

fn id(number: u64) -> Option<SalesforceId> {
    SalesforceId::parse(&format!("003{number:012}")).unwrap()
}

fn mapped(number: u64, warnings: Vec<Issue>) -> MappedRecord<'static> {
    let profile = Profile::Organization { name: "n".into(), details: Vec::new() };
    MappedRecord {
        source: 0,
        record: number,
        line: number + 1,
        id: id(number),
        customer: None,
        profile,
        warnings,
    }
}

fn left_out(number: u64, outcome: Outcome, issue: Issue) -> LeftOut {
    let hint = String::new();
    LeftOut { source: 0, record: number, line: number + 1, outcome, issue, hint }
}

/// A plan with something of everything, among it 1,276 contacts.
fn build() -> (PlanBuilder, Vec<Manifest>) {
    let mut builder = PlanBuilder::default();
    for number in 1..=128 {
        let name = Issue::new(Code::NameDuplicate, "Name", HOSTILE[2], id(number));
        let warnings = if number == 7 { vec![name] } else { Vec::new() };
        builder.to_send(Stage::Organizations, ACCOUNTS, &mapped(number, warnings));
    }
    let issue = Issue::new(Code::NameMissing, "Name", "", id(129));
    builder.left_out(Stage::Organizations, ACCOUNTS, &left_out(129, Outcome::Rejected, issue));
    for number in 130..=131 {
        let issue = Issue::new(Code::Deleted, "IsDeleted", "true", id(number));
        let skipped = left_out(number, Outcome::Skipped, issue);
        builder.left_out(Stage::Organizations, ACCOUNTS, &skipped);
    }
    for number in 1..=1204_u64 {
        let mut warnings = Vec::new();
        let value = HOSTILE[usize::try_from(number).unwrap() % HOSTILE.len()];
        if number % 40 == 0 {
            warnings.push(Issue::new(Code::OptionUnknown, "Region", value, id(number)));
        }
        if number % 300 == 0 {
            warnings.push(Issue::new(Code::ValueCut, "Title", value, id(number)));
        }
        builder.to_send(Stage::Customers, CONTACTS, &mapped(number, warnings));
    }
    for number in 1205..=1264_u64 {
        let value = HOSTILE[usize::try_from(number).unwrap() % HOSTILE.len()];
        let issue = Issue::new(Code::EmailInvalid, "Email", value, id(number));
        builder.left_out(Stage::Customers, CONTACTS, &left_out(number, Outcome::Rejected, issue));
    }
    for number in 1265..=1276 {
        let issue = Issue::new(Code::EmailDuplicate, "Email", "ada@example.com", id(number));
        builder.left_out(Stage::Customers, CONTACTS, &left_out(number, Outcome::Rejected, issue));
    }
    let manifests = vec![
        manifest(Stage::Organizations, 128, [&[(Code::NameMissing, 1)], &[(Code::Deleted, 2)]]),
        manifest(
            Stage::Customers,
            1204,
            [&[(Code::EmailInvalid, 60), (Code::EmailDuplicate, 12)], &[]],
        ),
    ];
    (builder, manifests)
}

fn progress() -> Progress {
    Progress::new(document().id, Orders::default(), "2026-11-24T20:41:00Z".parse().unwrap())
}

/// `tests/fixtures/plan/plan.json`, as it has to be. `UPDATE_DOCS=1 cargo test` writes it.
#[test]
fn a_plan_says_everything_and_the_same_each_time() {
    let written = || {
        let (builder, manifests) = build();
        let plan = builder.finish(&document(), &progress(), &manifests, None).unwrap();
        serde_json::to_string_pretty(&plan).unwrap() + "\n"
    };
    let plan = written();
    assert_eq!(plan, written());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/plan/plan.json");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &plan).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), plan);
    let read: PlanDocument = serde_json::from_str(&plan).unwrap();
    assert_eq!(serde_json::to_string_pretty(&read).unwrap() + "\n", plan);
}

#[test]
fn a_plan_does_not_grow_with_its_records() {
    let mut builder = PlanBuilder::default();
    for number in 0..3000 {
        let issue = Issue::new(Code::OptionUnknown, "Region", &format!("r{number}"), None);
        builder.to_send(Stage::Customers, CONTACTS, &mapped(number, vec![issue.clone(); 2]));
    }
    let manifests = [manifest(Stage::Customers, 3000, [&[], &[]])];
    let plan = builder.finish(&document(), &progress(), &manifests, None).unwrap();
    assert_eq!(plan.unknown_options.values.len(), KEPT_OPTIONS);
    // Those that are kept are counted in full.
    assert!(plan.unknown_options.values.iter().all(|option| option.count == 2));
    assert_eq!(plan.unknown_options.others, 4000);
    let warnings = &plan.stages[1].warnings_by_code;
    assert_eq!((warnings[0].count, warnings[0].examples.len()), (6000, KEPT_EXAMPLES));
    assert_eq!(plan.stages[1].with_warnings, 3000);
}

#[test]
fn a_plan_that_does_not_add_up_is_an_error() {
    type Fault = dyn Fn(&mut PlanBuilder, &mut Vec<Manifest>);
    let faults: [&Fault; 4] = [
        &|builder, _| builder.to_send(Stage::Customers, CONTACTS, &mapped(9, Vec::new())),
        &|builder, _| {
            let issue = Issue::new(Code::Deleted, "", "", None);
            let skipped = left_out(9, Outcome::Skipped, issue);
            builder.left_out(Stage::Organizations, ACCOUNTS, &skipped);
        },
        &|_, manifests| manifests[1].mapped += 1,
        // The sum is right, and a reason is wrong.
        &|_, manifests| manifests[1].rejected = [(Code::EmailMissing, 72)].into(),
    ];
    for fault in faults {
        let (mut builder, mut manifests) = build();
        fault(&mut builder, &mut manifests);
        let error = builder.finish(&document(), &progress(), &manifests, None).unwrap_err();
        assert!(error.to_string().contains("does not add up"), "{error}");
    }
}

#[test]
fn the_verdict_is_the_worst_that_was_found() {
    let verdict = |document: &ImportDocument, progress: &Progress, builder: PlanBuilder, n| {
        let manifests = [manifest(Stage::Customers, n, [&[], &[]])];
        builder.finish(document, progress, &manifests, Some(2.0)).unwrap().verdict
    };
    let one = |warnings| {
        let mut builder = PlanBuilder::default();
        builder.to_send(Stage::Customers, CONTACTS, &mapped(1, warnings));
        builder
    };
    let mut document = document();
    let warnings = vec![Issue::new(Code::ValueCut, "Title", "", None)];
    assert_eq!(verdict(&document, &progress(), one(Vec::new()), 1), Verdict::Attention);
    document.ignored[0].key += ": Lead.csv";
    document.exports.clear();
    assert_eq!(verdict(&document, &progress(), one(Vec::new()), 1), Verdict::Ready);
    assert_eq!(verdict(&document, &progress(), one(warnings), 1), Verdict::Attention);
    assert_eq!(verdict(&document, &progress(), PlanBuilder::default(), 0), Verdict::Empty);
    let mut stopped = progress();
    stopped.stop(Stop { code: StopCode::Blocked(Blocked::TokenRefused), message: "m".into() });
    assert_eq!(verdict(&document, &stopped, one(Vec::new()), 1), Verdict::Stopped);
    document.customer_fields = None;
    assert_eq!(verdict(&document, &progress(), one(Vec::new()), 1), Verdict::Attention);
}
