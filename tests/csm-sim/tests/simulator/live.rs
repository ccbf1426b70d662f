//! What is reported of live sites.

use std::time::Duration;

use csm_sim::{Options, TaskStatus};
use serde_json::{Value, json};

use crate::client::{CUSTOMERS, Client, ORGANIZATIONS, customer, customers, organizations};

#[tokio::test]
async fn tasks_run_one_at_a_time_and_all_of_them_count_as_open() {
    let options = Options { task_seconds: Some(100.0), ..Options::live() };
    let client = Client::new(options).await;
    for number in 0..5 {
        client.bulk(CUSTOMERS, &customers("UPSERT", &[customer(number)])).await;
    }
    client.sim.advance(Duration::from_secs(150));
    let tasks = client.sim.state().tasks;
    let statuses: Vec<TaskStatus> = tasks.iter().map(|task| task.status).collect();
    let waiting = TaskStatus::NotStarted;
    let expected = [TaskStatus::Finished, TaskStatus::InProgress, waiting, waiting, waiting];
    assert_eq!(statuses, expected);
    assert_eq!(client.sim.state().counters.max_open_tasks, 5);
}

#[tokio::test]
async fn every_fourth_task_ends_failed_although_it_worked() {
    let client = Client::new(Options::live()).await;
    for number in 1..=8 {
        let task = client.write(CUSTOMERS, &customers("UPSERT", &[customer(number)])).await;
        let expected = if number % 4 == 0 { "FAILED" } else { "FINISHED" };
        assert_eq!(task["status"], expected);
        assert_eq!(task["failures"], json!([]));
    }
    assert_eq!(client.sim.state().customers.len(), 8);
}

#[tokio::test]
async fn failures_do_not_say_which_record_they_are_about() {
    let client = Client::new(Options::live()).await;
    let payload = json!({
        "email": "a@example.com",
        "details": [{ "name": "Nonsense", "values": ["x"] }],
    });
    let task = client.write(CUSTOMERS, &customers("UPSERT", &[payload])).await;
    let failure = &task["failures"][0];
    assert!(failure["entityId"].as_str().unwrap().starts_with("qm:"));
    assert_eq!(failure["operatedOnIds"], json!([]));
    assert_eq!(failure["error"], "Invalid detail field");
}

#[tokio::test]
async fn every_twentieth_association_is_lost() {
    let client = Client::new(Options::live()).await;
    client.write(ORGANIZATIONS, &organizations("CREATE", &[json!({ "name": "Acme" })])).await;
    let joined = |number| {
        json!({
            "email": format!("person{number}@example.com"),
            "associateOrganizations": { "organizationIds": [1] },
        })
    };
    let people: Vec<Value> = (1..=40).map(joined).collect();
    let task = client.write(CUSTOMERS, &customers("CREATE", &people)).await;
    assert_eq!(task["failures"], json!([]));
    let state = client.sim.state();
    let alone = state.customers.iter().filter(|customer| customer.organizations.is_empty());
    assert_eq!(alone.count(), 2);
}

#[tokio::test]
async fn search_finds_new_customers_only_after_a_while() {
    let options =
        Options { task_seconds: Some(0.0), index_seconds: Some(100.0), ..Options::live() };
    let client = Client::new(options).await;
    client.bulk(CUSTOMERS, &customers("UPSERT", &[customer(1)])).await;
    let path = "/api/v1/customer/search-by-detail-field";
    let wanted = json!({ "detailFields": [{ "name": "External ID", "value": "003-1" }] });
    assert_eq!(client.post(path, &wanted).await.1["total"], 0);
    assert_eq!(client.sim.state().customers.len(), 1);
    client.sim.advance(Duration::from_secs(100));
    assert_eq!(client.post(path, &wanted).await.1["total"], 1);
}
