use std::collections::BTreeMap;

use csm_import::import::counts::ByCode;
use csm_import::salesforce::id::SalesforceId;
use csm_import_tests::account::assert_created_once;
use csm_import_tests::{Import, Table, World, fixture};
use csm_sim::State;
use serde_json::Value;

use crate::records::assert_accounted_for;

fn codes(by_code: &ByCode) -> BTreeMap<String, u64> {
    by_code.iter().map(|(code, n)| (code.to_string(), *n)).collect()
}

/// What the fixture's maker says of both objects together.
fn expected(document: &Value, kind: &str) -> BTreeMap<String, u64> {
    let mut sum = BTreeMap::new();
    for object in ["Account", "Contact"] {
        for (code, n) in document[object][kind].as_object().unwrap() {
            *sum.entry(code.clone()).or_default() += n.as_u64().unwrap();
        }
    }
    sum
}

fn assert_expected(import: &Import, fixture_name: &str) {
    let document: Value =
        serde_json::from_slice(&fixture(&format!("{fixture_name}/expected.json"))).unwrap();
    let summary = &import.summary;
    assert_eq!(codes(&summary.rejected_by_code), expected(&document, "rejected"));
    assert_eq!(codes(&summary.skipped_by_code), expected(&document, "skipped"));
    assert_eq!(codes(&summary.warnings_by_code), expected(&document, "warnings"));
    for (object, counts) in
        [("organizations", summary.objects.organizations), ("customers", summary.objects.customers)]
    {
        assert_eq!(counts.imported, document[object].as_u64().unwrap(), "{object}");
    }
}

/// Every contact that was imported is linked to just the organization that its account became.
fn assert_linked(import: &Import, contacts: &Table, site: &State) {
    let accounts: BTreeMap<&str, &str> = import
        .succeeded
        .rows
        .iter()
        .filter(|row| row["_csm_object"] == "Account")
        .map(|row| (row["Id"].as_str(), row["_csm_id"].as_str()))
        .collect();
    let mut linked = 0;
    for row in import.succeeded.rows.iter().filter(|row| row["_csm_object"] == "Contact") {
        let original = contacts.find("Id", &row["Id"]).unwrap();
        // Ids of 15 and of 18 characters mix.
        let account = SalesforceId::parse(&original["AccountId"]).ok().flatten();
        let account = account.and_then(|id| accounts.get(id.as_str()));
        let customer = site.customer(&row["Email"]).unwrap();
        let expected: Vec<&str> = account.into_iter().copied().collect();
        assert_eq!(customer.organizations, expected, "{}", row["Id"]);
        linked += expected.len();
    }
    assert!(linked > 0);
}

/// `errors.csv` gives every record back as it was, with its line.
fn assert_given_back(import: &Import, originals: &[(&str, Vec<u8>)]) {
    for (object, bytes) in originals {
        let table = Table::parse(bytes);
        let text = String::from_utf8(bytes.clone()).unwrap();
        let lines: Vec<&str> = text.split('\n').collect();
        for row in import.errors.rows.iter().filter(|row| row["_csm_object"] == *object) {
            let line: usize = row["_csm_line"].parse().unwrap();
            assert!(lines[line - 1].starts_with(&format!("\"{}\"", row["Id"])), "line {line}");
            let same = |original: &&csm_import_tests::Row| {
                table.columns.iter().all(|column| original[column] == row[column])
            };
            assert!(table.rows.iter().any(|original| same(&original)), "{}", row["Id"]);
            assert!(!row["_csm_hint"].is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_export_becomes_organizations_and_customers() {
    let world = World::start(World::documented(), &[]).await;
    let (accounts, contacts) = (fixture("acme/Account.csv"), fixture("acme/Contact.csv"));
    let import = world
        .import_of(&[
            ("exports/2026-11-22/Account.csv", accounts.clone()),
            ("exports/2026-11-22/Contact.csv", contacts.clone()),
        ])
        .await;

    let site = world.sim.state();
    import.assert_true(&site);
    assert_expected(&import, "acme");
    assert_linked(&import, &Table::parse(&contacts), &site);
    assert_accounted_for(&world, &import, &[("Account", &accounts), ("Contact", &contacts)]).await;
    assert_given_back(&import, &[("Account", accounts), ("Contact", contacts)]);
    assert_created_once(&site);
    // Nothing else is there, and nothing was sent twice.
    assert_eq!(site.organizations.len() as u64, import.summary.objects.organizations.imported);
    assert_eq!(site.customers.len() as u64, import.summary.objects.customers.imported);
    assert_eq!(site.tasks.len() as u64, import.summary.batches.total);
    assert_eq!(import.summary.batches.settled, import.summary.batches.total);
    assert!(site.counters.max_open_tasks <= 5);
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_account_is_one_person_and_its_contact_another_record_of_it() {
    let world = World::start(World::documented(), &[]).await;
    let (accounts, contacts) = (fixture("people/Account.csv"), fixture("people/Contact.csv"));
    let import = world
        .import_of(&[
            ("exports/people/Account.csv", accounts.clone()),
            ("exports/people/Contact.csv", contacts.clone()),
        ])
        .await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_accounted_for(&world, &import, &[("Account", &accounts), ("Contact", &contacts)]).await;
    assert_expected(&import, "people");
    assert_created_once(&site);
    assert_eq!(site.customers.len() as u64, import.summary.objects.customers.imported);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_export_is_refused_with_a_sentence() {
    let world = World::start(World::documented(), &[]).await;
    let import = world
        .import_of(&[
            (
                "exports/odd/Account.json",
                b"[{\"errorCode\":\"INVALID_SESSION_ID\",\"message\":\"Session expired\"}]"
                    .to_vec(),
            ),
            ("exports/odd/notes.txt", b"Remember the milk\n".to_vec()),
        ])
        .await;
    let summary = &import.summary;
    assert_eq!(summary.state, csm_import::import::summary::State::Refused);
    assert_eq!((summary.records.read, summary.ignored.len()), (0, 2));
    assert!(summary.message.as_ref().unwrap().contains("error message"), "{:?}", summary.message);
    assert!(world.sim.state().tasks.is_empty());

    // An export beside it is none the worse, a header alone is no records, and names are free.
    let header = b"\"Id\",\"LastName\",\"Email\"\n".to_vec();
    let import = world.import_of(&[("exports/Kontakte + ü & 1/Contact = 2.csv", header)]).await;
    assert_eq!(import.summary.state, csm_import::import::summary::State::Finished);
    assert_eq!(import.records().read, 0);
    world.queues_are_empty().await;
}
