//! Writing organizations and customers.

use csm_sim::{Dialect, Options};
use serde_json::json;

use crate::client::{
    CUSTOMERS, Client, ORGANIZATIONS, customer, customers, elements, organizations,
};

#[tokio::test]
async fn the_reference_shape_is_answered_with_id_and_status_url() {
    let client = Client::new(Options::documented()).await;
    let body = organizations("UPSERT", &[json!({ "name": "Acme" })]);
    let (status, accepted) = client.bulk(ORGANIZATIONS, &body).await;
    assert_eq!(status, 202);
    let id = accepted["id"].as_str().unwrap();
    assert_eq!(accepted["statusUrl"], format!("/api/v1/tasks/{id}"));
}

#[tokio::test]
async fn the_guide_shape_is_answered_with_a_task_id() {
    let client = Client::new(Options::documented()).await;
    let acme = json!({ "organizations": elements("CREATE", &[json!({ "name": "Acme" })]) });
    client.write(ORGANIZATIONS, &acme).await;
    let ann = json!({ "email": "ann@example.com", "associateOrganizations": [1] });
    let body = json!({ "customers": elements("CREATE", &[ann]) });
    let (status, accepted) = client.bulk(CUSTOMERS, &body).await;
    assert_eq!(status, 202);
    assert!(accepted["taskId"].is_string());
    client.sim.advance(std::time::Duration::from_mins(1));
    let state = client.sim.state();
    assert_eq!(state.customer("ann@example.com").unwrap().organizations, ["1"]);
}

#[tokio::test]
async fn a_dialect_that_is_not_accepted_is_refused_without_a_task() {
    for (dialect, statuses) in [(Dialect::Reference, [202, 400]), (Dialect::Guide, [400, 202])] {
        let options = Options { dialect, ..Options::documented() };
        let client = Client::new(options).await;
        let records = elements("UPSERT", &[customer(1)]);
        let reference = json!({ "customerProfiles": records });
        let guide = json!({ "customers": records });
        assert_eq!(client.bulk(CUSTOMERS, &reference).await.0, statuses[0]);
        assert_eq!(client.bulk(CUSTOMERS, &guide).await.0, statuses[1]);
        assert_eq!(client.sim.state().tasks.len(), 1);
    }
}

#[tokio::test]
async fn upsert_creates_once_and_updates_afterwards() {
    let client = Client::new(Options::documented()).await;
    client.write(CUSTOMERS, &customers("UPSERT", &[customer(1)])).await;
    let again = json!({ "email": "PERSON1@example.com", "details": [{ "name": "Title", "values": ["CFO"] }] });
    let task = client.write(CUSTOMERS, &customers("UPSERT", &[again])).await;
    assert_eq!(task["failures"], json!([]));

    let state = client.sim.state();
    let stored = state.customer("person1@example.com").unwrap();
    assert_eq!(stored.display_name.as_deref(), Some("Person 1"), "what is not sent stays");
    assert_eq!(stored.details["External ID"], ["003-1"]);
    assert_eq!(stored.details["Title"], ["CFO"]);
    let writes = state.counters.customers.records["person1@example.com"];
    assert_eq!((writes.sent, writes.created, writes.updated), (2, 1, 1));
    assert_eq!(state.counters.customers.created, 1);
}

#[tokio::test]
async fn organizations_are_told_apart_by_their_exact_name() {
    let client = Client::new(Options::documented()).await;
    let names = ["Acme", "ACME"].map(|name| json!({ "name": name }));
    client.write(ORGANIZATIONS, &organizations("UPSERT", &names)).await;
    assert_eq!(client.sim.state().organizations.len(), 2);
}

#[tokio::test]
async fn create_refuses_what_exists_and_update_what_does_not() {
    let client = Client::new(Options::documented()).await;
    client.write(CUSTOMERS, &customers("CREATE", &[customer(1)])).await;
    let id = client.sim.state().customers[0].id.clone();

    let task = client.write(CUSTOMERS, &customers("CREATE", &[customer(1), customer(2)])).await;
    assert_eq!(task["status"], "FINISHED", "partial success is FINISHED too");
    assert_eq!(task["failures"][0]["entityId"], id.as_str());
    assert_eq!(task["failures"][0]["operation"], "CREATE");
    let task = client.write(CUSTOMERS, &customers("UPDATE", &[customer(3)])).await;
    assert_eq!(task["failures"][0]["entityId"], "person3@example.com");
    assert_eq!(client.sim.state().customers.len(), 2);
}

#[tokio::test]
async fn an_unknown_organization_or_a_bad_email_fails_the_record_alone() {
    let client = Client::new(Options::documented()).await;
    let astray =
        json!({ "email": "a@example.com", "associateOrganizations": { "organizationIds": [7] } });
    let crooked = json!({ "email": "not an email" });
    let task = client.write(CUSTOMERS, &customers("UPSERT", &[astray, crooked, customer(1)])).await;
    assert_eq!(task["failures"].as_array().unwrap().len(), 2);
    assert_eq!(task["failures"][0]["operatedOnIds"], json!(["7"]));
    assert_eq!(client.sim.state().customers.len(), 1);
}

#[tokio::test]
async fn an_association_can_be_made_from_the_organization() {
    let client = Client::new(Options::documented()).await;
    client.write(ORGANIZATIONS, &organizations("CREATE", &[json!({ "name": "Acme" })])).await;
    client.write(CUSTOMERS, &customers("CREATE", &[customer(1)])).await;
    let id = client.sim.state().customers[0].id.clone();
    let repair = json!({ "id": 1, "associateCustomers": { "customerIds": [id] } });
    let task = client.write(ORGANIZATIONS, &organizations("UPDATE", &[repair])).await;
    assert_eq!(task["failures"], json!([]));
    assert_eq!(client.sim.state().customers[0].organizations, ["1"]);
}
