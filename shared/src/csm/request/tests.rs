use super::*;
use crate::mapping::mapper::Detail;
use crate::mapping::values::Values;
use crate::salesforce::id::SalesforceId;

fn details() -> Vec<Detail<'static>> {
    vec![
        Detail { name: "External ID".into(), values: ["003000000000001AAA"].into() },
        Detail { name: "Type".into(), values: ["Customer", "Partner"].into() },
    ]
}

fn record(profile: Profile<'static>) -> MappedRecord<'static> {
    let id = SalesforceId::parse("003000000000001").unwrap();
    MappedRecord { source: 0, record: 1, line: 2, id, customer: None, profile, warnings: vec![] }
}

fn organizations() -> Vec<MappedRecord<'static>> {
    let named =
        |name: &'static str, details| record(Profile::Organization { name: name.into(), details });
    vec![named("Müller & Söhne", details()), named("Plain", vec![])]
}

fn customers() -> Vec<MappedRecord<'static>> {
    let person = |email: &'static str, details, organizations| {
        let (email, display_name) = (email.into(), "Ada \"A\" Lovelace".into());
        record(Profile::Customer { email, display_name, details, organizations })
    };
    vec![
        person("ada@example.com", details(), ["10", "not-a-number"].into()),
        person("bob@example.com", vec![], Values::default()),
    ]
}

#[test]
fn both_dialects_as_they_go_over_the_wire() {
    for (stage, records) in
        [(Stage::Organizations, organizations()), (Stage::Customers, customers())]
    {
        for dialect in [Dialect::Reference, Dialect::Guide] {
            let body = render(stage, dialect, Operation::Upsert, &records).unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            insta::assert_json_snapshot!(format!("{stage}-{}", dialect.name()), body);
        }
    }
}

#[test]
fn a_customer_that_is_updated_can_be_named_by_its_id() {
    let mut records = customers();
    records[1].customer = Some("qm:2".into());
    for (operation, named) in [
        (Operation::Upsert, ["UPSERT", "email", "email"]),
        (Operation::Create, ["CREATE", "email", "email"]),
        (Operation::Update, ["UPDATE", "email", "customerId"]),
    ] {
        let body = render(Stage::Customers, Dialect::Reference, operation, &records).unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        for (at, key) in [(0, named[1]), (1, named[2])] {
            let item = &body["customerProfiles"][at];
            assert_eq!(item["operationType"], named[0]);
            let payload = item["payload"].as_object().unwrap();
            let keys: Vec<_> =
                payload.keys().filter(|k| *k == "email" || *k == "customerId").collect();
            assert_eq!(keys, [key], "{operation:?}");
        }
    }
}

#[test]
fn the_key_changes_with_the_body_and_with_nothing_else() {
    let import = Uuid::from_u128(1);
    let key = |batch, body: &[u8]| idempotency_key(import, Stage::Customers, batch, body);
    assert_eq!(key(1, b"a"), key(1, b"a"));
    assert_ne!(key(1, b"a"), key(1, b"b"));
    assert_ne!(key(1, b"a"), key(2, b"a"));
    assert_ne!(key(1, b"a"), idempotency_key(import, Stage::Organizations, 1, b"a"));
    assert_ne!(key(1, b"a"), idempotency_key(import, Endpoint::CustomerDetails, 1, b"a"));
    // Requests of an earlier version may be in flight.
    assert_eq!(key(1, b"a").to_string(), "53b10a37-f163-50b8-bb0d-f73f269e9a86");
}

#[test]
fn auto_tries_both_until_the_site_has_taken_one() {
    use Dialect::{Guide, Reference};
    for (setting, accepted, candidates) in [
        (DialectSetting::Auto, None, &[Reference, Guide][..]),
        (DialectSetting::Auto, Some(Guide), &[Guide]),
        (DialectSetting::Auto, Some(Reference), &[Reference]),
        (DialectSetting::Guide, None, &[Guide]),
        (DialectSetting::Reference, Some(Guide), &[Reference]),
    ] {
        assert_eq!(setting.candidates(accepted), candidates);
    }
}
