//! Detail fields and the values that suit them.

use csm_sim::Options;
use serde_json::{Value, json};

use crate::client::{CUSTOMERS, Client, customers};

const DETAILS: &str = "/api/v1/customer/details";
const DEFINITIONS: &str = "/api/v1/customer/details/definitions/bulk";

#[tokio::test]
async fn the_default_fields_are_listed_with_type_and_position() {
    let client = Client::new(Options::documented()).await;
    let (status, body) = client.get(DETAILS).await;
    assert_eq!(status, 200);
    let kind = |name: &str| {
        let results = body["results"].as_array().unwrap();
        results.iter().find(|field| field["name"] == name).unwrap()["type"].clone()
    };
    assert_eq!(kind("Phone"), json!({ "name": "TEXT" }));
    assert_eq!(kind("Type")["name"], "MULTISELECT");
    assert_eq!(kind("Type")["options"].as_array().unwrap().len(), 5);
    assert_eq!(body["results"][0]["configuration"]["position"], 1);
}

#[tokio::test]
async fn a_bare_site_has_no_fields() {
    let client = Client::new(Options { bare: true, ..Options::documented() }).await;
    assert_eq!(client.get(DETAILS).await.1["results"], json!([]));
}

#[tokio::test]
async fn values_are_checked_by_type_and_a_wrong_one_fails_its_record() {
    let client = Client::new(Options::documented()).await;
    let select = json!({ "name": "SELECT", "options": ["a", "b"] });
    for (name, kind) in [
        ("Day", json!({ "name": "DATE" })),
        ("Count", json!({ "name": "NUMBER" })),
        ("Flag", json!({ "name": "BOOLEAN" })),
        ("Mail", json!({ "name": "EMAIL" })),
        ("Link", json!({ "name": "URL" })),
        ("Call", json!({ "name": "PHONE" })),
        ("Pick", select),
    ] {
        let (status, body) = client.post(DETAILS, &json!({ "name": name, "type": kind })).await;
        assert_eq!(status, 201, "{body}");
    }
    let long = "x".repeat(256);
    let cases: [(&str, &[&str], &[&str]); 9] = [
        ("Day", &["2026-02-28"], &["2026-02-30", "28.02.2026", "2026-02-28T10:00:00Z"]),
        ("Count", &["-1", "2.50"], &["1,000", "1e3", "", ".5"]),
        ("Flag", &["true", "false"], &["TRUE", "1", "yes"]),
        ("Mail", &["a.b@example.com"], &["a@b", "a b@example.com", "a@@example.com"]),
        ("Link", &["https://example.com/x"], &["example.com", "ftp://example.com", "https://"]),
        ("Call", &["+491234567"], &["01234567", "+49 123 4567"]),
        ("Pick", &["a"], &["A", "c"]),
        ("Title", &["", "CFO"], &[&long]),
        ("title", &[], &["CFO"]),
    ];
    for (name, good, bad) in cases {
        for (value, fails) in good.iter().map(|v| (v, 0)).chain(bad.iter().map(|v| (v, 1))) {
            assert_eq!(failures(&client, name, &[value]).await, fails, "{name} = {value}");
        }
    }
    assert_eq!(
        failures(&client, "Type", &["Customer", "Other"]).await,
        0,
        "many of a multi-select"
    );
    assert_eq!(failures(&client, "Pick", &["a", "b"]).await, 1, "one of a select");
    assert_eq!(failures(&client, "Title", &[]).await, 0, "no value clears");
}

/// How many failures a customer with this detail has.
async fn failures(client: &Client, name: &str, values: &[&str]) -> usize {
    let payload = json!({
        "email": "person@example.com",
        "details": [{ "name": name, "values": values }],
    });
    let task = client.write(CUSTOMERS, &customers("UPSERT", &[payload])).await;
    let failures = task["failures"].as_array().unwrap();
    for failure in failures {
        assert_eq!(failure["operatedOnIds"], json!([name]));
    }
    failures.len()
}

#[tokio::test]
async fn one_name_that_is_taken_refuses_all_definitions() {
    let client = Client::new(Options::documented()).await;
    let text = |name: &str| json!({ "name": name, "type": { "name": "TEXT" } });
    let define = |fields: &[Value]| json!({ "detailFields": fields });
    for clash in [" title ", "Fresh"] {
        let body = define(&[text("fresh"), text(clash)]);
        assert_eq!(client.bulk(DEFINITIONS, &body).await.0, 400);
    }
    let before = client.sim.state().customer_details.len();
    let task = client.write(DEFINITIONS, &define(&[text("Fresh"), text("New")])).await;
    assert_eq!(task["status"], "FINISHED");
    assert_eq!(client.sim.state().customer_details.len(), before + 2);
    assert_eq!(client.post(DETAILS, &text("FRESH")).await.0, 400);
}

#[tokio::test]
async fn definitions_are_limited_and_must_make_sense() {
    let client = Client::new(Options::documented()).await;
    let before = client.sim.state().customer_details.len();
    let field = |number: usize| json!({ "name": format!("f{number}"), "type": { "name": "TEXT" } });
    let many: Vec<Value> = (0..=50 - before).map(field).collect();
    assert_eq!(client.bulk(DEFINITIONS, &json!({ "detailFields": many })).await.0, 400);
    for kind in [
        json!({ "name": "COLOUR" }),
        json!({ "name": "SELECT" }),
        json!({ "name": "TEXT", "options": ["a"] }),
    ] {
        assert_eq!(client.post(DETAILS, &json!({ "name": "x", "type": kind })).await.0, 400);
    }
}
