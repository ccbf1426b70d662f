//! What is written about an import that is only a plan.
#![allow(clippy::unwrap_used, reason = "the helpers of tests say by a panic what does not hold")]

use std::time::Duration;

use bytes::Bytes;
use contract::memory::Memory;
use csm_import::archive::Archive;
use csm_import::csm::error::Blocked;
use csm_import::delivery::ConsumeError;
use csm_import::import::document::{ImportDocument, Mode};
use csm_import::import::id::SourceObject;
use csm_import::import::keys;
use csm_import::import::manifest::Manifest;
use csm_import::import::plan::{PlanDocument, Verdict};
use csm_import::import::progress::{Orders, Progress, Stop, StopCode};
use csm_import::import::summary::{State, Summary};
use csm_import::mapping::stage::Stage;
use csm_import::port::{self, Chunks, Condition, ExportError, Exports, Listed, PortError, Store};
use jiff::Timestamp;
use poll::finish;
use serde_json::json;

/// The only file that was dropped.
struct Dropped;

const CONTACTS: &str =
    "Id,Email,Name\n003000000000001,ada@example.com,Ada\n003000000000002,nobody,Bob\n";

struct Once(Option<Bytes>);

impl Chunks for Once {
    async fn next(&mut self) -> Result<Option<Bytes>, ExportError> {
        Ok(self.0.take())
    }
}

impl Exports for Dropped {
    type Chunks = Once;

    async fn below(&self, _: &str, _: usize) -> Result<Vec<Listed>, PortError> {
        unreachable!("nothing is scheduled")
    }

    async fn objects(&self, _: &str) -> Result<Vec<port::Dropped>, PortError> {
        Ok(Vec::new())
    }

    async fn open(&self, _: &SourceObject, from: u64) -> Result<Once, ExportError> {
        Ok(Once(Some(
            Bytes::from_static(CONTACTS.as_bytes()).slice(usize::try_from(from).unwrap()..),
        )))
    }
}

/// The same, when nothing is to be heard of it.
struct Silent;

impl Chunks for Silent {
    async fn next(&mut self) -> Result<Option<Bytes>, ExportError> {
        std::future::pending().await
    }
}

impl Exports for Silent {
    type Chunks = Self;

    async fn below(&self, _: &str, _: usize) -> Result<Vec<Listed>, PortError> {
        unreachable!("nothing is scheduled")
    }

    async fn objects(&self, _: &str) -> Result<Vec<port::Dropped>, PortError> {
        Ok(Vec::new())
    }

    async fn open(&self, _: &SourceObject, _: u64) -> Result<Self, ExportError> {
        Ok(Self)
    }
}

fn document() -> ImportDocument {
    serde_json::from_value(json!({
        "id": "5f0f7f51-3c1e-5c52-9a4e-0d6f6f2a7b10", "mode": "plan", "bucket": "b",
        "folder": "plan/Contact.csv", "started_at": "2026-11-24T20:40:39Z",
        "objects": [{"key": "plan/Contact.csv", "etag": "e", "size": CONTACTS.len()}],
        "exports": [{"source": 0, "object": 0, "file": "plan/Contact.csv",
            "format": {"encoding": "UTF-8", "syntax": "csv", "delimiter": ","},
            "survey": {"records": 2}, "recognised": {"one": "Contact"},
            "header": ["Id", "Email", "Name"],
            "columns": [["customers", [{"column": "Email", "purpose": "email"}]]]}],
        "ignored": [],
        "organization_fields": null, "customer_fields": null
    }))
    .unwrap()
}

/// Everything that splitting leaves behind: one contact to be sent, and one rejected.
async fn split(archive: &Archive<Memory>) {
    let document = document();
    let record = json!({"source": 0, "record": 1, "line": 2, "id": "003000000000001AAA",
        "profile": {"email": "ada@example.com", "displayName": "Ada"},
        "warnings": [{"code": "value-cut", "field": "Title", "value": "v"}]});
    let rejected = json!({"source": 0, "record": 2, "line": 3, "outcome": "rejected",
        "code": "email-invalid", "field": "Email", "value": "nobody", "hint": "h"});
    let line = |value: &serde_json::Value| Bytes::from(format!("{value}\n"));
    let record = line(&record);
    for stage in Stage::ALL {
        let is_customers = stage == Stage::Customers;
        let batches = json!([[0, 0, record.len(), 1]]);
        let manifest: Manifest = serde_json::from_value(json!({
            "import": document.id, "stage": stage, "edition": 0,
            "mapped": u8::from(is_customers), "skipped": {}, "warnings": {},
            "rejected": if is_customers { json!({"email-invalid": 1}) } else { json!({}) },
            "left_out_parts": u8::from(is_customers),
            "batches": if is_customers { batches } else { json!([]) }
        }))
        .unwrap();
        let edition = manifest.edition;
        let key = keys::manifest(document.id, stage);
        archive.put(&key, &manifest, Condition::Always).await.unwrap();
        if is_customers {
            let (store, always) = (&archive.store, Condition::Always);
            let key = keys::segment(document.id, stage, edition, 0);
            store.write(&key, record.clone(), always).await.unwrap();
            let key = keys::left_out(document.id, stage, edition, 0);
            store.write(&key, line(&rejected), always).await.unwrap();
        }
    }
}

fn progress() -> Progress {
    let orders = Orders { mode: Mode::Plan, ..Orders::default() };
    let mut progress = Progress::new(document().id, orders, document().started_at);
    progress.split(Stage::Organizations, 0, 0, 0, Timestamp::UNIX_EPOCH);
    progress.split(Stage::Customers, 1, 1, 1, Timestamp::UNIX_EPOCH);
    progress
}

#[tokio::test]
async fn a_plan_is_written_and_nothing_else_is_said_to_have_happened() {
    let archive = Archive::new(Memory::default());
    split(&archive).await;
    let write = async || {
        let pace = Some(30.0);
        finish::write(&archive, &Dropped, &document(), &progress(), pace, Duration::MAX)
            .await
            .unwrap();
        archive.store.below("")
    };
    let first = write().await;
    assert_eq!(first, write().await, "written twice, it is the same");

    let id = document().id;
    let text = |key: &str| archive.store.text(key);
    assert_eq!(text(&keys::succeeded(id)), None);
    let errors = text(&keys::errors(id)).unwrap();
    assert!(errors.starts_with("\"Id\",\"Email\",\"Name\",\"_csm_object\""), "{errors}");
    let given_back = "\"003000000000002\",\"nobody\",\"Bob\",\"Contact\",\"email-invalid\"";
    assert_eq!(errors.lines().count(), 2);
    assert!(errors.contains(given_back), "{errors}");
    let issues = text(&keys::issues(id)).unwrap();
    assert!(issues.contains("\"planned\",\"value-cut\"") && issues.contains("\"rejected\""));

    let summary: Summary = archive.get(&keys::summary(id)).await.unwrap();
    assert_eq!(summary.state, State::Planned);
    assert!(summary.records.balances());
    let counts = (summary.records.read, summary.records.planned, summary.records.rejected);
    assert_eq!(counts, (2, 1, 1));
    assert_eq!(summary.warnings_by_code.values().sum::<u64>(), 1);

    let plan: PlanDocument = archive.get(&keys::plan(id)).await.unwrap();
    assert_eq!(plan.verdict, Verdict::Attention);
    assert_eq!((plan.stages[1].to_send, plan.stages[1].rejected), (1, 1));
    assert_eq!(plan.expected.unwrap().seconds, 30);
    assert!(text(&keys::plan_page(id)).unwrap().contains("Dry run: nothing was sent"));
}

#[tokio::test]
async fn results_that_take_too_long_are_given_up_as_a_whole() {
    let archive = Archive::new(Memory::default());
    split(&archive).await;
    let before = archive.store.below("");
    let left = Duration::ZERO;
    let written = finish::write(&archive, &Silent, &document(), &progress(), None, left).await;
    assert!(matches!(written, Err(ConsumeError::TooLong(_))), "{written:?}");
    assert_eq!(archive.store.below(""), before);
}

#[tokio::test]
async fn a_plan_that_cannot_be_run_says_why() {
    let archive = Archive::new(Memory::default());
    split(&archive).await;
    let mut progress = progress();
    let message = "The token is refused.".to_owned();
    progress.stopped =
        Some(Stop { code: StopCode::Blocked(Blocked::TokenRefused), message: message.clone() });
    finish::write(&archive, &Dropped, &document(), &progress, None, Duration::MAX).await.unwrap();
    let summary: Summary = archive.get(&keys::summary(document().id)).await.unwrap();
    assert_eq!((summary.state, summary.message), (State::Stopped, Some(message)));
    assert_eq!(summary.records.planned, 1);
    let page = archive.store.text(&keys::plan_page(document().id)).unwrap();
    assert!(page.contains("Cannot be run yet") && page.contains("The token is refused."));
}

#[tokio::test]
async fn an_import_whose_batches_have_no_results_is_no_plan() {
    let archive = Archive::new(Memory::default());
    split(&archive).await;
    let document = ImportDocument { mode: Mode::Import, ..document() };
    let written =
        finish::write(&archive, &Dropped, &document, &progress(), None, Duration::MAX).await;
    assert!(written.is_err());
    assert_eq!(archive.store.text(&keys::summary(document.id)), None);
}
