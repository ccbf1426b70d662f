//! Requests that are refused as a whole.

use base64::{Engine, engine::general_purpose::STANDARD};
use csm_sim::{Faults, Options};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{
    CUSTOMERS, Client, ORGANIZATIONS, answered, customer, customers, elements, organizations,
};

#[tokio::test]
async fn headers_are_asked_for_in_turn() {
    let client = Client::new(Options::documented()).await;
    let body = customers("UPSERT", &[customer(1)]).to_string();
    let mut request = client.bare(Method::POST, CUSTOMERS).body(body);
    for (status, name, value) in [
        (401, "Authorization", "Bearer token"),
        (412, "X-ExperimentalApi", "opt-in"),
        (415, "Content-Type", "application/json"),
        (400, "Idempotency-Key", "key"),
    ] {
        assert_eq!(answered(request.try_clone().unwrap()).await.0, status, "{name} is missing");
        request = request.header(name, value);
    }
    assert_eq!(answered(request).await.0, 202);
}

#[tokio::test]
async fn only_the_token_that_was_chosen_is_accepted() {
    let options = Options { token: Some("right".to_owned()), ..Options::documented() };
    let client = Client::new(options).await;
    let path = "/api/v1/customer/details";
    let status = async |token: &str| {
        let request = client.bare(Method::GET, path).bearer_auth(token);
        answered(request.header("X-ExperimentalApi", "opt-in")).await.0
    };
    assert_eq!((status("wrong").await, status("right").await), (401, 200));
    client.sim.set_faults(Faults { token: Some("renewed".to_owned()), ..Faults::default() });
    assert_eq!((status("right").await, status("renewed").await), (401, 200));
}

#[tokio::test]
async fn an_api_token_with_its_email_is_accepted_too() {
    let client = Client::new(Options::documented()).await;
    for (pair, status) in [("me@example.com:token", 200), ("token", 401)] {
        let request = client
            .bare(Method::GET, "/api/v1/customer/details")
            .header("X-ExperimentalApi", "opt-in")
            .header("Authorization", format!("Basic {}", STANDARD.encode(pair)));
        assert_eq!(answered(request).await.0, status);
    }
}

#[tokio::test]
async fn shapes_that_are_not_the_published_ones_are_refused_whole() {
    let client = Client::new(Options::documented()).await;
    let good = customer(1);
    let wrong_payloads = [
        json!({ "displayName": "Nobody" }),
        json!({ "email": "a@example.com", "phone": "1" }),
        json!({ "email": "a@example.com", "displayName": null }),
        json!({ "email": "a@example.com", "details": [{ "name": "Title", "value": "x" }] }),
        json!({ "email": "a@example.com", "details": [{ "name": "Title", "values": [1] }] }),
        json!({ "email": "a@example.com", "details": [{ "name": "Title", "values": "x" }] }),
        json!({ "email": "a@example.com", "associateOrganizations": [1] }),
        json!({ "email": "a@example.com", "associateOrganizations": { "organizationIds": ["1"] } }),
    ];
    let mut bodies: Vec<Value> = wrong_payloads
        .into_iter()
        .map(|wrong| customers("CREATE", &[good.clone(), wrong]))
        .collect();
    bodies.extend([
        json!([]),
        json!({}),
        json!({ "customerProfiles": [] }),
        json!({ "customerProfiles": elements("MERGE", std::slice::from_ref(&good)) }),
        json!({ "organizationProfiles": elements("CREATE", std::slice::from_ref(&good)) }),
        json!({ "customerProfiles": elements("CREATE", std::slice::from_ref(&good)), "x": 1 }),
        json!({ "customerProfiles": [{ "payload": good }] }),
        json!({ "customers": elements("CREATE", &[
            json!({ "email": "a@example.com", "associateOrganizations": { "organizationIds": [1] } }),
        ]) }),
        customers("CREATE", &(0..101).map(customer).collect::<Vec<_>>()),
    ]);
    for body in bodies {
        let (status, answer) = client.bulk(CUSTOMERS, &body).await;
        assert_eq!(status, 400, "{body}");
        assert_eq!(answer["statusCode"], 400);
    }
    let nameless = organizations("CREATE", &[json!({ "id": 1 })]);
    assert_eq!(client.bulk(ORGANIZATIONS, &nameless).await.0, 400);
    assert!(client.sim.state().tasks.is_empty());

    let full = customers("CREATE", &(0..100).map(customer).collect::<Vec<_>>());
    assert_eq!(client.bulk(CUSTOMERS, &full).await.0, 202);
}

#[tokio::test]
async fn unknown_paths_and_cloud_ids_are_not_found() {
    let options = Options { cloud_id: Some("mine".to_owned()), ..Options::documented() };
    let client = Client::new(options).await;
    assert!(client.sim.base_url().ends_with("/jsm/csm/cloudid/mine"));
    assert_eq!(client.get("/api/v1/customer/details").await.0, 200);
    assert_eq!(client.get("/../other/api/v1/customer/details").await.0, 404);
    assert_eq!(client.get("/api/v1/customer").await.0, 404);
    assert_eq!(client.get(CUSTOMERS).await.0, 404);
}

#[tokio::test]
async fn too_many_requests_in_a_second_are_told_when_to_come_back() {
    let client = Client::new(Options { rate_limit: 1, ..Options::documented() }).await;
    // Requests may fall into two different seconds, but not each into one of its own for long.
    let refused = loop {
        let response = client.request(Method::GET, "/api/v1/customer/details").send().await;
        let response = response.unwrap();
        if response.status() == 429 {
            break response;
        }
    };
    assert_eq!(refused.headers()["Retry-After"], "1");
    assert_eq!(refused.headers()["X-RateLimit-Limit"], "1");
    assert_eq!(client.sim.state().counters.rate_refusals, 1);
    client.sim.advance(std::time::Duration::from_secs(1));
    assert_eq!(client.get("/api/v1/customer/details").await.0, 200);
}
