//! The life of tasks, and how many there may be.

use std::{collections::HashSet, time::Duration};

use csm_sim::{Faults, Options, TaskStatus};
use serde_json::json;

use crate::client::{CUSTOMERS, Client, customer, customers};

/// A task long enough that none ends by itself during a test.
fn slow() -> Options {
    Options { task_seconds: Some(600.0), ..Options::documented() }
}

#[tokio::test]
async fn a_task_begins_runs_and_ends_by_the_clock() {
    let client = Client::new(slow()).await;
    let (_, accepted) = client.bulk(CUSTOMERS, &customers("UPSERT", &[customer(1)])).await;
    let (_, task) = client.task(&accepted).await;
    assert_eq!(task["status"], "NOT_STARTED");
    assert_eq!(task["type"], "BULK_CUSTOMER_PROFILE_CREATE_UPDATE");
    assert_eq!(task["createdAt"], task["updatedAt"]);
    client.sim.advance(Duration::from_mins(2));
    assert_eq!(client.task(&accepted).await.1["status"], "IN_PROGRESS");
    assert!(client.sim.state().customers.is_empty());
    client.sim.advance(Duration::from_mins(15));
    assert_eq!(client.task(&accepted).await.1["status"], "FINISHED");
    assert_eq!(client.sim.state().customers.len(), 1);
    client.sim.advance(Duration::from_hours(73));
    assert_eq!(client.task(&accepted).await.0, 404, "results expire");
    assert_eq!(client.get("/api/v1/tasks/unknown").await.0, 404);
}

#[tokio::test]
async fn one_task_too_many_is_refused_and_may_come_again() {
    let client = Client::new(slow()).await;
    for number in 0..5 {
        let body = customers("UPSERT", &[customer(number)]);
        assert_eq!(client.bulk(CUSTOMERS, &body).await.0, 202);
    }
    let body = customers("UPSERT", &[customer(5)]);
    let refused = client.bulk_as("patient", CUSTOMERS, &body).await;
    let expected = json!({
        "errorMessage": "Maximum number of tasks reached",
        "errors": ["BAD_REQUEST"],
        "statusCode": 400,
    });
    assert_eq!(refused, (400, expected));
    client.sim.advance(Duration::from_mins(16));
    assert_eq!(client.bulk_as("patient", CUSTOMERS, &body).await.0, 202);
    let counters = client.sim.state().counters;
    assert_eq!((counters.max_open_tasks, counters.limit_refusals), (5, 1));
    assert_eq!(counters.requests["POST customer/profile/bulk"][&400], 1);
    assert_eq!(counters.requests_to("POST customer/profile/bulk"), 7);
}

#[tokio::test]
async fn open_tasks_older_than_half_an_hour_do_not_count() {
    let options = Options { task_limit: 1, task_seconds: Some(1e6), ..Options::documented() };
    let client = Client::new(options).await;
    let body = customers("UPSERT", &[customer(1)]);
    assert_eq!(client.bulk(CUSTOMERS, &body).await.0, 202);
    client.sim.advance(Duration::from_mins(29));
    assert_eq!(client.bulk(CUSTOMERS, &body).await.0, 400);
    client.sim.advance(Duration::from_mins(1));
    assert_eq!(client.bulk(CUSTOMERS, &body).await.0, 202);
}

#[tokio::test]
async fn the_tasks_of_others_count_too() {
    let client = Client::new(slow()).await;
    client.sim.set_faults(Faults { foreign_tasks: 4, ..Faults::default() });
    let body = customers("UPSERT", &[customer(1)]);
    assert_eq!(client.bulk(CUSTOMERS, &body).await.0, 202);
    assert_eq!(client.bulk(CUSTOMERS, &body).await.0, 400);
    assert_eq!(client.sim.state().counters.max_open_tasks, 1);
}

#[tokio::test]
async fn tasks_end_in_another_order_than_they_began_and_the_seed_decides() {
    let mut ids = Vec::new();
    for seed in [7, 7, 8] {
        let options = Options { task_limit: 50, seed, ..slow() };
        let client = Client::new(options).await;
        for number in 0..20 {
            client.bulk(CUSTOMERS, &customers("UPSERT", &[customer(number)])).await;
        }
        client.sim.advance(Duration::from_mins(10));
        let tasks = client.sim.state().tasks;
        let finished = |status| status == TaskStatus::Finished;
        assert!(
            tasks.windows(2).any(|pair| !finished(pair[0].status) && finished(pair[1].status)),
            "a later task ended first"
        );
        ids.push(tasks.into_iter().map(|task| task.id).collect::<Vec<_>>());
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(ids.concat().into_iter().collect::<HashSet<_>>().len(), 40);
}
