//! Reading records back.

use csm_sim::Options;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{
    CUSTOMERS, Client, ORGANIZATIONS, answered, customer, customers, organizations,
};

/// A site with three organizations and twelve customers of the second one.
async fn populated() -> Client {
    let client = Client::new(Options::documented()).await;
    let names = ["One", "Two", "Three"].map(|name| json!({ "name": name }));
    client.write(ORGANIZATIONS, &organizations("CREATE", &names)).await;
    let joined = |number| {
        let mut payload = customer(number);
        payload["associateOrganizations"] = json!({ "organizationIds": [2] });
        payload
    };
    let people: Vec<Value> = (1..=12).map(joined).collect();
    client.write(CUSTOMERS, &customers("CREATE", &people)).await;
    client
}

#[tokio::test]
async fn organizations_are_fetched_by_id_or_name() {
    let client = populated().await;
    let path = "/api/v1/organization/fetch";
    let two = json!({ "organizations": [{ "id": "2", "name": "Two" }] });
    for body in [
        json!({ "organizationIds": [2, 9] }),
        json!({ "organizationIds": ["2"] }),
        json!({ "organizationNames": ["Two", "two"] }),
    ] {
        assert_eq!(client.post(path, &body).await, (200, two.clone()));
    }
    let many = vec!["x"; 51];
    for body in [json!({ "organizationNames": many }), json!({ "names": ["Two"] }), json!({})] {
        assert_eq!(client.post(path, &body).await.0, 400);
    }
}

#[tokio::test]
async fn profiles_are_fetched_with_details_and_organizations() {
    let client = populated().await;
    let id = client.sim.state().customers[0].id.clone();
    let path = "/api/v1/customer/profile/fetch";
    let (_, body) = client.post(path, &json!({ "customerIds": [id, "qm:nobody"] })).await;
    let expected = json!({ "profiles": [{
        "id": id,
        "email": "person1@example.com",
        "displayName": "Person 1",
        "details": [{ "name": "External ID", "values": ["003-1"] }],
        "organizations": [{ "id": "2", "name": "Two" }],
    }] });
    assert_eq!(body, expected);
    assert_eq!(client.post(path, &json!({ "customerIds": vec!["x"; 26] })).await.0, 400);

    let path = "/api/v1/organization/profile/fetch";
    let (_, body) = client.post(path, &json!({ "organizationIds": ["3"] })).await;
    assert_eq!(body, json!({ "profiles": [{ "id": "3", "name": "Three", "details": [] }] }));
}

#[tokio::test]
async fn search_also_finds_what_only_begins_like_the_value() {
    let client = populated().await;
    let path = "/api/v1/customer/search-by-detail-field";
    let wanted = json!({ "detailFields": [{ "name": "External ID", "value": "003-1" }] });
    let (_, body) = client.post(path, &wanted).await;
    assert_eq!(body["total"], 4, "003-1 and 003-10 to 003-12");
    let page = format!("{path}?page=1&maxResults=3");
    let (_, body) = client.post(&page, &wanted).await;
    assert_eq!(body["customers"][0]["email"], "person12@example.com");
    assert_eq!(body["customers"].as_array().unwrap().len(), 1);
    let unknown = json!({ "detailFields": [{ "name": "external id", "value": "003-1" }] });
    assert_eq!(client.post(path, &unknown).await.0, 400);
}

#[tokio::test]
async fn the_service_desk_lists_organizations_by_pages() {
    let client = populated().await;
    let path = "/rest/servicedeskapi/organization";
    let (_, page) = client.get(&format!("{path}?start=0&limit=2")).await;
    assert_eq!((&page["isLastPage"], &page["size"]), (&json!(false), &json!(2)));
    let (_, page) = client.get(&format!("{path}?start=2&limit=2")).await;
    assert_eq!(page["values"], json!([{ "id": "3", "name": "Three" }]));
    assert_eq!(page["isLastPage"], true);
    assert_eq!(answered(client.bare(Method::GET, path)).await.0, 401);

    let below = format!("{}{path}", client.sim.base_url());
    let request = reqwest::Client::new().get(below).bearer_auth("token");
    assert_eq!(answered(request).await.0, 200);
}

#[tokio::test]
async fn the_state_reads_the_same_over_http() {
    let client = populated().await;
    let (status, body) = answered(client.bare(Method::GET, "/_sim/state")).await;
    assert_eq!(status, 200);
    assert_eq!(serde_json::from_value::<csm_sim::State>(body).unwrap(), client.sim.state());
    answered(client.bare(Method::POST, "/_sim/reset")).await;
    assert_eq!(client.sim.state().customers, []);
    assert_eq!(client.sim.state().counters, csm_sim::Counters::default());
}
