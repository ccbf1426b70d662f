//! The configuration, and the detail fields that it asks for.

use std::collections::BTreeMap;

use csm_import::import::summary::State;
use csm_import_tests::account::assert_created_once;
use csm_import_tests::{Import, Table, World};
use csm_sim::{DetailField, FirstFields, Options};
use serde_json::json;

const CONFIGURATION: &str = "config/import.toml";

/// Contacts with these values in further columns.
fn contacts(from: usize, columns: &[&str], rows: &[&[&str]]) -> Vec<u8> {
    let mut table = Table::contacts(from + rows.len());
    table.rows.drain(..from);
    table.columns.extend(columns.iter().map(ToString::to_string));
    for (row, values) in table.rows.iter_mut().zip(rows) {
        let named = columns.iter().zip(*values);
        row.extend(named.map(|(column, value)| ((*column).to_owned(), (*value).to_owned())));
    }
    table.write()
}

fn fields(fields: serde_json::Value) -> Vec<DetailField> {
    serde_json::from_value(fields).unwrap()
}

/// Name and type of the fields, with their options.
fn told(fields: &[DetailField]) -> BTreeMap<String, String> {
    let told = |field: &DetailField| {
        let typed = serde_json::to_value(field).unwrap()["type"].clone();
        let options = typed.get("options").filter(|options| !options.is_null());
        let options = options.map(|options| format!(" {options}")).unwrap_or_default();
        (field.name.clone(), format!("{}{options}", typed["name"].as_str().unwrap()))
    };
    fields.iter().map(told).collect()
}

fn assert_nothing_was_sent(world: &World, import: &Import, said: &str) {
    import.assert_balanced();
    assert_eq!(import.summary.state, State::Stopped);
    let message = import.summary.message.clone().unwrap();
    assert!(message.contains(said), "{message}");
    let records = import.records();
    assert!(records.read > 0 && records.imported + records.unknown == 0, "{records:?}");
    let site = world.sim.state();
    assert!(site.tasks.is_empty() && site.customers.is_empty(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_an_empty_site_lacks_are_created_and_filled() {
    let world = World::start(Options { bare: true, ..World::documented() }, &[]).await;
    let file = r#"
        default_phone_region = "US"
        [contact]
        columns = ["Level__c"]
        [contact.fields]
        Title = false
        Mobile = { column = "MobilePhone", type = "PHONE" }
        Birthday = "Birth__c"
        "Full name" = { columns = ["FirstName", "LastName"], join = " " }
        Source = { constant = "Salesforce" }
        Kind = { column = "Kind__c", type = "SELECT", values = { "Customer - Direct" = "Customer" } }
    "#;
    world.drop(CONFIGURATION, file).await;
    let describe = json!({ "name": "Contact", "fields": [
        { "name": "Level__c", "label": "Support level", "type": "picklist", "picklistValues": [
            { "value": "Gold", "label": "Gold", "active": true },
            { "value": "Tin", "label": "Tin", "active": true },
        ]},
    ]});
    let describe = serde_json::to_vec(&describe).unwrap();
    let columns = ["MobilePhone", "Birth__c", "Kind__c", "Level__c"];
    let first = contacts(
        0,
        &columns,
        &[
            &["(650) 253-0000", "1984-06-11 00:00:00", "Customer - Direct", "Gold"],
            &["", "1985-01-02", "Partner", ""],
        ],
    );
    let import = world
        .import_of(&[
            ("exports/x/Contact.csv", first),
            ("exports/x/Contact.describe.json", describe),
        ])
        .await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!((import.summary.state, import.records().imported), (State::Finished, 2));
    assert!(site.violations.is_empty(), "{:?}", site.violations);
    let expected = [
        ("Birthday", "DATE"),
        ("External ID", "TEXT"),
        ("Full name", "TEXT"),
        ("Kind", r#"SELECT ["Customer","Partner"]"#),
        ("Mobile", "PHONE"),
        ("Phone", "TEXT"),
        ("Source", "TEXT"),
        ("Support level", r#"SELECT ["Gold","Tin"]"#),
    ];
    let expected = expected.map(|(name, told)| (name.to_owned(), told.to_owned()));
    assert_eq!(told(&site.customer_details), expected.into());
    let details = &site.customer("sample1@example.org").unwrap().details;
    for (field, value) in [
        ("Mobile", "+16502530000"),
        ("Birthday", "1984-06-11"),
        ("Full name", "Pat Sample1"),
        ("Source", "Salesforce"),
        ("Kind", "Customer"),
        ("Support level", "Gold"),
    ] {
        assert_eq!(details[field], [value], "{field}");
    }
    assert!(!details.contains_key("Title"));
    // What is there is not created again; and what lies beside the new export still describes it.
    let second = contacts(10, &columns, &[&["", "", "Partner", "Tin"]]);
    let import = world.import_of(&[("exports/x/Contact.csv", second)]).await;
    assert_eq!(import.records().imported, 1);
    assert_eq!(told(&world.sim.state().customer_details).len(), 8);
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_another_spelling_are_the_sites_own() {
    let customers = fields(json!([
        { "name": "external id", "type": { "name": "TEXT" } },
        { "name": "TITLE", "type": { "name": "TEXT" } },
    ]));
    let options = Options {
        fields: Some(FirstFields { customers: Some(customers), ..FirstFields::default() }),
        ..World::documented()
    };
    let world = World::start(options, &[]).await;
    world.drop(CONFIGURATION, "verify = 'all'").await;
    let import = world.import_of(&[("exports/Contact.csv", Table::contacts(3).write())]).await;
    import.assert_balanced();
    let site = world.sim.state();
    assert_eq!((import.summary.state, import.records().imported), (State::Finished, 3));
    assert!(import.summary.warnings_by_code.is_empty(), "{:?}", import.summary.warnings_by_code);
    assert_eq!(site.customer_details.len(), 2, "nothing is created beside them");
    let details = &site.customer("sample2@example.org").unwrap().details;
    assert_eq!(details["TITLE"], ["Tester"]);
    assert_eq!(details["external id"].len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_without_room_for_the_fields_stops_the_import_before_a_record_is_sent() {
    let options = Options {
        fields: Some(FirstFields { customers: Some(Vec::new()), ..FirstFields::default() }),
        filler_fields: 49,
        ..World::documented()
    };
    let world = World::start(options, &[]).await;
    // External ID and Title are two fields, and there is room for one.
    let import = world.import_of(&[("exports/a/Contact.csv", Table::contacts(3).write())]).await;
    assert_nothing_was_sent(&world, &import, "50");
    assert_eq!(world.sim.state().customer_details.len(), 49, "all or nothing");
    world.drop(CONFIGURATION, "[contact.fields]\nTitle = false").await;
    let import = world.import_of(&[("exports/b/Contact.csv", Table::contacts(3).write())]).await;
    assert_eq!((import.summary.state, import.records().imported), (State::Finished, 3));
    assert_eq!(world.sim.state().customer_details.len(), 50);
    // Each policy for a field that is not there.
    world.drop(CONFIGURATION, "missing_field = 'drop'").await;
    let more = contacts(10, &[], &[&[], &[]]);
    let import = world.import_of(&[("exports/c/Contact.csv", more)]).await;
    assert_eq!((import.summary.state, import.records().imported), (State::Finished, 2));
    world.drop(CONFIGURATION, "missing_field = 'stop'").await;
    let more = contacts(20, &[], &[&[], &[]]);
    let import = world.import_of(&[("exports/d/Contact.csv", more)]).await;
    assert_eq!(import.summary.state, State::Stopped);
    assert!(import.summary.message.unwrap().contains("Title"));
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_option_that_is_missing_is_dropped_rejected_or_added() {
    let customers = fields(json!([
        { "name": "External ID", "type": { "name": "TEXT" } },
        { "name": "Title", "type": { "name": "TEXT" } },
        { "name": "Kind", "type": { "name": "SELECT", "options": ["Known"] } },
    ]));
    let options = Options {
        fields: Some(FirstFields { customers: Some(customers), ..FirstFields::default() }),
        ..World::documented()
    };
    let world = World::start(options, &[]).await;
    let mapping = "[contact.fields]\nKind = 'Kind__c'\n";
    let export = |from| contacts(from, &["Kind__c"], &[&["Known"], &["New"]]);
    for (number, (policy, imported, code)) in [
        ("drop", 2, Some(("warning", "option-unknown"))),
        ("reject", 1, Some(("rejected", "option-unknown"))),
        ("add-option", 2, None),
    ]
    .into_iter()
    .enumerate()
    {
        world.drop(CONFIGURATION, format!("unknown_option = '{policy}'\n{mapping}")).await;
        let key = format!("exports/{policy}/Contact.csv");
        let import = world.import_of(&[(&key, export(number * 10))]).await;
        import.assert_balanced();
        assert_eq!(import.records().imported, imported, "{policy}");
        let found = import.issues.rows.iter().find(|row| row["Code"] == "option-unknown");
        assert_eq!(found.is_some(), code.is_some(), "{policy}");
        assert_eq!(import.records().rejected, 2 - imported, "{policy}");
    }
    let site = world.sim.state();
    assert_eq!(told(&site.customer_details)["Kind"], r#"SELECT ["Known","New"]"#);
    assert_eq!(site.customer("sample22@example.org").unwrap().details["Kind"], ["New"]);
    assert!(site.violations.is_empty());
    assert_created_once(&site);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_failures_than_are_tolerated_stop_the_import() {
    let world = World::start(World::documented(), &[]).await;
    world.drop(CONFIGURATION, "tolerated_failures = '20%'\nduplicate_email = 'reject-all'").await;
    let with_doubles = |from: usize, doubles: usize| {
        let mut table = Table::parse(&contacts(from, &[], &[&[][..]; 10]));
        for row in table.rows.iter_mut().take(doubles) {
            row.insert("Email".to_owned(), format!("shared{from}@example.org"));
        }
        table.write()
    };
    let import = world.import_of(&[("exports/a/Contact.csv", with_doubles(0, 2))]).await;
    assert_eq!((import.summary.state, import.records().imported), (State::Finished, 8));
    assert_eq!(import.error_codes(), [("email-duplicate".to_owned(), 2)].into());
    let import = world.import_of(&[("exports/b/Contact.csv", with_doubles(20, 3))]).await;
    import.assert_balanced();
    assert_eq!((import.summary.state, import.records().imported), (State::Stopped, 0));
    assert!(import.summary.message.unwrap().contains("3 of 10 records"));
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_are_updated_by_the_id_that_the_export_tells() {
    let world = World::start(World::documented(), &[]).await;
    world.import_of(&[("exports/a/Contact.csv", Table::contacts(3).write())]).await;
    let site = world.sim.state();
    let ids: Vec<&str> = site.customers.iter().map(|customer| customer.id.as_str()).collect();
    world
        .drop(
            CONFIGURATION,
            "operation = 'update'\nverify = 'all'\n[contact]\ncustomer_id = 'CSM_Id__c'",
        )
        .await;
    let mut table =
        Table::parse(&contacts(0, &["CSM_Id__c"], &[&[ids[0]], &[ids[1]], &["qm:gone"]]));
    for row in &mut table.rows {
        row.insert("Title".to_owned(), "Countess".to_owned());
        // The id counts, whatever the email.
        let email = if row["Id"].contains('1') { "new@example.org" } else { "" };
        row.insert("Email".to_owned(), email.to_owned());
    }
    let import = world.import_of(&[("exports/b/Contact.csv", table.write())]).await;
    let site = world.sim.state();
    assert!(import.summary.warnings_by_code.is_empty(), "{:?}", import.summary.warnings_by_code);
    assert_eq!((import.records().imported, import.records().failed), (2, 1));
    assert_eq!(site.customers.len(), 3, "nobody is created");
    for (customer, title) in site.customers.iter().zip(["Countess", "Countess", "Tester"]) {
        assert_eq!(customer.details["Title"], [title]);
    }
    assert!(site.tasks.iter().any(|task| task.kind.contains("DETAILS")), "{:?}", site.tasks.last());
}
