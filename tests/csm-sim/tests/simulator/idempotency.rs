//! Sending the same request again.

use csm_sim::{Faults, Options};
use serde_json::json;

use crate::client::{CUSTOMERS, Client, ORGANIZATIONS, customer, customers};

#[tokio::test]
async fn the_same_key_and_body_are_answered_the_same_task() {
    let client = Client::new(Options { task_limit: 1, ..Options::documented() }).await;
    let body = customers("UPSERT", &[customer(1)]);
    let first = client.bulk_as("key", CUSTOMERS, &body).await;
    let second = client.bulk_as("key", CUSTOMERS, &body).await;
    assert_eq!(first.0, 202);
    assert_eq!(first, second, "and the task limit does not stand in the way");
    let state = client.sim.state();
    assert_eq!((state.tasks.len(), state.counters.replays), (1, 1));
    assert_eq!(state.counters.customers.records["person1@example.com"].sent, 1);
}

#[tokio::test]
async fn the_same_key_with_another_request_is_refused() {
    let client = Client::new(Options::documented()).await;
    let body = customers("UPSERT", &[customer(1)]);
    client.bulk_as("key", CUSTOMERS, &body).await;
    for (path, body) in [(CUSTOMERS, &customers("UPSERT", &[customer(2)])), (ORGANIZATIONS, &body)]
    {
        let (status, answer) = client.bulk_as("key", path, body).await;
        assert_eq!(status, 400);
        let message = answer["errorMessage"].as_str().unwrap();
        assert!(message.contains("can only be retried with the same request data"));
    }
}

#[tokio::test]
async fn an_invalid_request_keeps_its_answer_and_its_key() {
    let client = Client::new(Options::documented()).await;
    let invalid = json!({ "customerProfiles": [] });
    let first = client.bulk_as("key", CUSTOMERS, &invalid).await;
    assert_eq!(first.0, 400);
    assert_eq!(client.bulk_as("key", CUSTOMERS, &invalid).await, first);
    let body = customers("UPSERT", &[customer(1)]);
    assert_eq!(client.bulk_as("key", CUSTOMERS, &body).await.0, 400);
}

#[tokio::test]
async fn forgotten_keys_make_a_new_task() {
    let client = Client::new(Options::documented()).await;
    let body = customers("UPSERT", &[customer(1)]);
    let first = client.bulk_as("key", CUSTOMERS, &body).await;
    client.sim.set_faults(Faults { forget_keys: true, ..Faults::default() });
    assert_ne!(client.bulk_as("key", CUSTOMERS, &body).await, first);
    assert_eq!(client.sim.state().tasks.len(), 2);
}

#[tokio::test]
async fn a_site_may_refuse_a_key_whose_task_exists() {
    let options = Options { refuse_resent_keys: true, ..Options::documented() };
    let client = Client::new(options).await;
    let body = customers("UPSERT", &[customer(1)]);
    assert_eq!(client.bulk_as("key", CUSTOMERS, &body).await.0, 202);
    assert_eq!(client.bulk_as("key", CUSTOMERS, &body).await.0, 400);
}
