//! Changing detail fields and details, and what stands in the way.

use csm_sim::{
    DetailField, DetailType, Faults, FieldOwner, FirstFields, Meanwhile, Missing, Options, Right,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{CUSTOMERS, Client, answered, customer, customers, elements};

const DETAILS: &str = "/api/v1/customer/details";
const DEFINITIONS: &str = "/api/v1/customer/details/definitions/bulk";
const VALUES: &str = "/api/v1/customer/details/bulk";

fn select(name: &str, options: &[&str]) -> DetailField {
    let options = options.iter().map(ToString::to_string).collect();
    DetailField { name: name.to_owned(), kind: DetailType { name: "SELECT".to_owned(), options } }
}

fn text(name: &str) -> Value {
    json!({ "name": name, "type": { "name": "TEXT" } })
}

async fn put(client: &Client, name: &str, body: &Value) -> u16 {
    let request = client.request(Method::PUT, &format!("{DETAILS}/{name}"));
    answered(request.json(body)).await.0
}

#[tokio::test]
async fn a_site_starts_with_the_fields_that_were_chosen() {
    let first =
        FirstFields { customers: Some(vec![select("REGION", &["EU"])]), ..FirstFields::default() };
    let options = Options { fields: Some(first), filler_fields: 2, ..Options::documented() };
    let client = Client::new(options).await;
    let state = client.sim.state();
    let names: Vec<&str> = state.customer_details.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["REGION", "Filler 1", "Filler 2"]);
    assert_eq!(state.organization_details.len(), 8, "the default ones and the filler");
    assert_eq!(client.post(DETAILS, &text("region")).await.0, 400);
}

#[tokio::test]
async fn the_fiftieth_field_is_the_last() {
    let options = Options { bare: true, filler_fields: 49, ..Options::documented() };
    let client = Client::new(options).await;
    let two = json!({ "detailFields": [text("a"), text("b")] });
    assert_eq!(client.bulk(DEFINITIONS, &two).await.0, 400);
    assert_eq!(client.post(DETAILS, &text("a")).await.0, 201);
    assert_eq!(client.post(DETAILS, &text("b")).await.0, 400);
    assert_eq!(client.sim.state().customer_details.len(), 50);
}

#[tokio::test]
async fn options_are_replaced_and_nothing_else_changes() {
    let client = Client::new(Options::documented()).await;
    let size = json!({ "name": "Größe/Size", "type": { "name": "SELECT", "options": ["S"] } });
    assert_eq!(client.post(DETAILS, &size).await.0, 201);
    let path = "Gr%C3%B6%C3%9Fe%2FSize";
    let options = |options: Value| json!({ "type": { "name": "SELECT", "options": options } });
    assert_eq!(put(&client, path, &options(json!(["S", "M"]))).await, 200);
    let many: Vec<String> = (0..2001).map(|number| number.to_string()).collect();
    for (status, name, body) in [
        (200, path, json!({ "name": "Größe/Size", "type": options(json!(["M", "L"]))["type"] })),
        (400, path, json!({ "name": "Other", "type": options(json!(["M"]))["type"] })),
        (400, path, json!({ "type": { "name": "TEXT" } })),
        (400, path, options(json!([]))),
        (400, path, options(json!(["M", "M"]))),
        (400, path, options(json!(many))),
        (400, "Title", options(json!(["M"]))),
        (404, "Nothing", options(json!(["M"]))),
    ] {
        assert_eq!(put(&client, name, &body).await, status, "{name} {status}");
    }
    let state = client.sim.state();
    assert_eq!(state.customer_details.last().unwrap().kind.options, ["M", "L"]);
    assert_eq!(state.violations, ["PUT customer/details/Größe/Size renames it"]);
}

#[tokio::test]
async fn nothing_is_deleted_and_whoever_asks_for_it_is_seen() {
    let client = Client::new(Options::documented()).await;
    let field = client.request(Method::DELETE, &format!("{DETAILS}/Title"));
    assert_eq!(answered(field).await.0, 400);
    let payload = json!({ "customerId": "qm:1", "details": [{ "name": "Title", "values": [] }] });
    let values = json!({ "customers": elements("DELETE", &[payload]) });
    assert_eq!(client.bulk(VALUES, &values).await.0, 400);
    let state = client.sim.state();
    assert_eq!(state.violations.len(), 2);
    assert!(state.customer_details.iter().any(|field| field.name == "Title"));
}

#[tokio::test]
async fn details_of_customers_are_updated_and_patched() {
    let client = Client::new(Options::documented()).await;
    client.write(CUSTOMERS, &customers("UPSERT", &[customer(1)])).await;
    let id = client.sim.state().customers[0].id.clone();
    let details = |kinds: &[&str]| {
        let details =
            json!([{ "name": "Type", "values": kinds }, { "name": "Title", "values": ["x"] }]);
        json!({ "customerId": id, "details": details })
    };
    for (operation, kinds, held) in [
        ("UPDATE", vec!["Customer"], vec!["Customer"]),
        ("PATCH", vec!["Partner", "Customer"], vec!["Customer", "Partner"]),
        ("UPDATE", vec!["Other"], vec!["Other"]),
    ] {
        let body = json!({ "customers": elements(operation, &[details(&kinds)]) });
        let task = client.write(VALUES, &body).await;
        assert_eq!((&task["status"], &task["failures"]), (&json!("FINISHED"), &json!([])));
        let customer = client.sim.state().customers[0].clone();
        assert_eq!(customer.details["Type"], held, "{operation}");
        assert_eq!(customer.details["Title"], ["x"]);
        assert_eq!(customer.details["External ID"], ["003-1"], "not sent, not changed");
    }
}

#[tokio::test]
async fn details_are_refused_whole_or_fail_one_by_one() {
    let client = Client::new(Options::documented()).await;
    let payload = |details: usize| {
        let details = vec![json!({ "name": "Title", "values": ["x"] }); details];
        json!({ "customerId": "qm:nobody", "details": details })
    };
    for body in [
        json!({ "customers": elements("UPSERT", &[payload(1)]) }),
        json!({ "customers": elements("UPDATE", &[payload(600), payload(401)]) }),
        json!({ "customers": [] }),
        json!({ "customerDetails": elements("UPDATE", &[payload(1)]) }),
    ] {
        assert_eq!(client.bulk(VALUES, &body).await.0, 400);
    }
    let body = json!({ "customers": elements("PATCH", &[payload(1)]) });
    let task = client.write(VALUES, &body).await;
    assert_eq!(task["failures"][0]["error"], "Customer not found");
    assert_eq!(task["failures"][0]["entityId"], "qm:nobody");
}

#[tokio::test]
async fn somebody_else_can_be_quicker() {
    let client = Client::new(Options { bare: true, ..Options::documented() }).await;
    let theirs = |field| Meanwhile { of: FieldOwner::Customers, field };
    client.sim.set_faults(Faults {
        meanwhile: [theirs(select("tier", &["a"])), theirs(select("tier", &["b"]))].into(),
        ..Faults::default()
    });
    let organization = client.post("/api/v1/organization/details", &text("Tier")).await;
    assert_eq!(organization.0, 201, "it is about customers");
    let body = json!({ "detailFields": [text("Tier"), text("Plan")] });
    assert_eq!(client.bulk(DEFINITIONS, &body).await.0, 400);
    assert_eq!(client.sim.state().customer_details, [select("tier", &["a"])]);
    let ours = json!({ "type": { "name": "SELECT", "options": ["a", "c"] } });
    assert_eq!(put(&client, "tier", &ours).await, 200);
    assert_eq!(client.sim.state().customer_details, [select("tier", &["a", "c"])]);
    assert_eq!(client.post(DETAILS, &text("Plan")).await.0, 201);
}

#[tokio::test]
async fn the_bulk_request_may_be_missing() {
    let client = Client::new(Options::documented()).await;
    let faults = json!({ "definitionsBulkStatus": 405 });
    let request = client.bare(Method::POST, "/_sim/faults").json(&faults);
    assert_eq!(answered(request).await.0, 200);
    let body = json!({ "detailFields": [text("Plan")] });
    assert_eq!(client.bulk(DEFINITIONS, &body).await.0, 405);
    assert_eq!(client.post(DETAILS, &text("Plan")).await.0, 201);
}

#[tokio::test]
async fn rights_can_be_missing() {
    let client = Client::new(Options::documented()).await;
    for (right, read, field, record) in
        [(Right::Fields, 200, 403, 202), (Right::Everything, 403, 403, 403)]
    {
        client.sim.set_faults(Faults { lacking_right: Some(right), ..Faults::default() });
        assert_eq!(client.get(DETAILS).await.0, read);
        assert_eq!(client.post(DETAILS, &text("Plan")).await.0, field);
        let body = json!({ "detailFields": [text("Plan")] });
        assert_eq!(client.bulk(DEFINITIONS, &body).await.0, field);
        assert_eq!(put(&client, "Type", &text("Type")).await, field);
        assert_eq!(client.bulk(CUSTOMERS, &customers("UPSERT", &[customer(1)])).await.0, record);
    }
}

#[tokio::test]
async fn what_is_missing_at_an_address_shows_in_the_answer() {
    let gateway = json!({ "code": 404, "message": "Not Found" });
    let client =
        Client::new(Options { missing: Some(Missing::Site), ..Options::documented() }).await;
    assert_eq!(client.get(DETAILS).await, (404, gateway.clone()));

    let client =
        Client::new(Options { missing: Some(Missing::Csm), ..Options::documented() }).await;
    let (status, answer) = client.get(DETAILS).await;
    assert_eq!((status, &answer["statusCode"]), (404, &json!(404)));
    assert!(answer["errorMessage"].is_string());

    let cloud_id = Some("c5a0c5a0-0000-4000-8000-000000000052".to_owned());
    let client = Client::new(Options { cloud_id, ..Options::documented() }).await;
    assert_eq!(client.get(&format!("/../other{DETAILS}")).await, (404, gateway));
    assert_eq!(client.get(DETAILS).await.0, 200);
}
