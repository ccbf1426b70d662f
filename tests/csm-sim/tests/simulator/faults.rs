//! Misbehaviour that is switched on at run time.

use std::time::Duration;

use csm_sim::{
    Answer, AnswerFault, Faults, Options, Poison, PoisonEffect, RequestKind, Sim, TaskEnd,
    TaskFault,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{
    CUSTOMERS, Client, ORGANIZATIONS, answered, customer, customers, organizations,
};

#[tokio::test]
async fn the_next_bulk_requests_are_answered_as_ordered() {
    let client = Client::new(Options::documented()).await;
    let faults = json!({
        "answers": [
            { "answer": "normal" },
            { "next": 2, "answer": { "status": 503 } },
            { "answer": { "status": 403 } },
        ],
        "retryAfter": 7,
    });
    let request = client.bare(Method::POST, "/_sim/faults").json(&faults);
    assert_eq!(answered(request).await.0, 200);
    let body = customers("UPSERT", &[customer(1)]);
    for expected in [202, 503, 503, 403, 202] {
        let request = client.request(Method::POST, CUSTOMERS).json(&body);
        let response = request.header("Idempotency-Key", "key").send().await.unwrap();
        assert_eq!(response.status(), expected);
        let patience = response.headers().get("Retry-After");
        assert_eq!(patience.is_some_and(|value| value == "7"), expected == 503);
    }
    assert_eq!(client.sim.state().tasks.len(), 1, "the last was the first again");
}

#[tokio::test]
async fn unknown_faults_are_refused() {
    let client = Client::new(Options::documented()).await;
    let request = client.bare(Method::POST, "/_sim/faults").json(&json!({ "answer": 1 }));
    assert_eq!(answered(request).await.0, 400);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_request_took_effect() {
    let client = Client::new(Options::documented()).await;
    client.sim.set_faults(Faults {
        answers: [
            AnswerFault::bulk(1, Answer::Status(503)).after_accepting(),
            AnswerFault::bulk(1, Answer::Hang).after_accepting(),
        ]
        .into(),
        ..Faults::default()
    });
    let first = customers("UPSERT", &[customer(1)]);
    assert_eq!(client.bulk_as("a", CUSTOMERS, &json!({})).await.0, 400, "uses nothing up");
    assert_eq!(client.bulk_as("b", CUSTOMERS, &first).await.0, 503);
    let second = customers("UPSERT", &[customer(2)]);
    let request = client.request(Method::POST, CUSTOMERS).json(&second);
    let request = request.header("Idempotency-Key", "c").timeout(Duration::from_millis(100));
    assert!(request.send().await.unwrap_err().is_timeout());
    assert_eq!(client.sim.state().tasks.len(), 2);
    let (status, accepted) = client.bulk_as("c", CUSTOMERS, &second).await;
    assert_eq!(status, 202);
    assert_eq!(accepted["id"], client.sim.state().tasks[1].id.as_str());
}

#[tokio::test]
async fn reading_can_be_disturbed_too() {
    let client = Client::new(Options::documented()).await;
    let fault =
        |on, status| AnswerFault { on, answer: Answer::Status(status), ..AnswerFault::default() };
    client.sim.set_faults(Faults {
        answers: [fault(RequestKind::Other, 404), fault(RequestKind::Task, 429)].into(),
        ..Faults::default()
    });
    let (_, accepted) = client.bulk(CUSTOMERS, &customers("UPSERT", &[customer(1)])).await;
    assert_eq!(client.task(&accepted).await.0, 429);
    assert_eq!(client.task(&accepted).await.0, 200);
    assert_eq!(client.get("/api/v1/customer/details").await.0, 404);
    assert_eq!(client.get("/api/v1/customer/details").await.0, 200);
}

#[tokio::test]
async fn a_word_makes_requests_fail_that_hold_it() {
    let client = Client::new(Options::documented()).await;
    let poison = |word: &str, effect| Poison { word: word.to_owned(), effect };
    let poison = vec![poison("fail@", PoisonEffect::Fail), poison("refuse@", PoisonEffect::Refuse)];
    client.sim.set_faults(Faults { poison, ..Faults::default() });
    let person = |name: &str| json!({ "operationType": "UPSERT", "payload": { "email": format!("{name}@example.com") } });
    let body = |names: &[&str]| json!({ "customerProfiles": names.iter().map(|name| person(name)).collect::<Vec<_>>() });
    assert_eq!(client.bulk(CUSTOMERS, &body(&["good", "refuse", "fail"])).await.0, 400);
    let task = client.write(CUSTOMERS, &body(&["good", "fail"])).await;
    assert_eq!(task["status"], "FAILED");
    assert!(client.sim.state().customers.is_empty());
    let task = client.write(CUSTOMERS, &body(&["good"])).await;
    assert_eq!((&task["status"], client.sim.state().customers.len()), (&json!("FINISHED"), 1));
}

#[tokio::test]
async fn tasks_end_as_ordered() {
    let client = Client::new(Options::documented()).await;
    let ends = [TaskEnd::FailedWritten, TaskEnd::FailedUnwritten, TaskEnd::FailedHalfWritten];
    client
        .sim
        .set_faults(Faults { tasks: ends.map(TaskFault::ending).into(), ..Faults::default() });
    let mut stored = Vec::new();
    for first in [0, 10, 20] {
        let people: Vec<Value> = (first..first + 10).map(customer).collect();
        let task = client.write(CUSTOMERS, &customers("UPSERT", &people)).await;
        assert_eq!((&task["status"], &task["failures"]), (&json!("FAILED"), &json!([])));
        stored.push(client.sim.state().customers.len());
    }
    assert_eq!(stored, [10, 10, 15]);
    let task = client.write(CUSTOMERS, &customers("UPSERT", &[customer(30)])).await;
    assert_eq!(task["status"], "FINISHED");
}

#[tokio::test]
async fn failures_can_be_given_ids_that_nobody_knows() {
    let client = Client::new(Options::documented()).await;
    let bad = json!({ "email": "nonsense" });
    let body = customers("UPSERT", &[bad]);
    client.sim.set_faults(Faults {
        tasks: [TaskFault::ending(TaskEnd::UnusableIds)].into(),
        ..Faults::default()
    });
    let ids: Vec<Value> = vec![
        client.write(CUSTOMERS, &body).await["failures"][0]["entityId"].clone(),
        client.write(CUSTOMERS, &body).await["failures"][0]["entityId"].clone(),
    ];
    assert!(ids[0].as_str().unwrap().starts_with("qm:"));
    assert_eq!(ids[1], "nonsense");
}

#[tokio::test]
async fn associations_can_be_lost() {
    let client = Client::new(Options::documented()).await;
    client.write(ORGANIZATIONS, &organizations("CREATE", &[json!({ "name": "Acme" })])).await;
    client.sim.set_faults(Faults { drop_associations: 1, ..Faults::default() });
    let people = ["a@example.com", "b@example.com"].map(
        |email| json!({ "email": email, "associateOrganizations": { "organizationIds": [1] } }),
    );
    client.write(CUSTOMERS, &customers("CREATE", &people)).await;
    let state = client.sim.state();
    assert_eq!(state.customer("a@example.com").unwrap().organizations, Vec::<String>::new());
    assert_eq!(state.customer("b@example.com").unwrap().organizations, ["1"]);
}

#[tokio::test]
async fn stopping_does_not_wait_for_answers_that_are_withheld() {
    let client = Client::new(Options::documented()).await;
    client.sim.set_faults(Faults {
        answers: [AnswerFault {
            on: RequestKind::Other,
            answer: Answer::Hang,
            ..AnswerFault::default()
        }]
        .into(),
        hang_seconds: Some(3600.0),
        ..Faults::default()
    });
    let request = client.request(Method::GET, "/api/v1/customer/details");
    let withheld = tokio::spawn(request.send());
    while client.sim.state().counters.requests_to("GET customer/details") == 0 {
        tokio::task::yield_now().await;
    }
    let address = client.sim.root_url();
    client.sim.stop().await;
    assert!(withheld.await.unwrap().is_err());
    assert!(reqwest::get(address).await.is_err());
}

#[tokio::test]
async fn dropping_a_simulator_frees_its_port() {
    let sim = Sim::start(Options::documented()).await.unwrap();
    let port = sim.root_url().rsplit(':').next().unwrap().parse().unwrap();
    drop(sim);
    let again = Sim::start(Options { port, ..Options::documented() }).await.unwrap();
    assert!(again.root_url().ends_with(&port.to_string()));
}

#[tokio::test]
async fn a_quoting_site_repeats_what_it_was_asked() {
    let options = Options { value_length: 3, ..Options::documented() };
    let client = Client::new(options).await;
    let answers = [AnswerFault::bulk(1, Answer::Status(400))].into();
    client.sim.set_faults(Faults { quoting: true, answers, ..Faults::default() });
    let body = customers("UPSERT", &[customer(1)]);
    let (status, answer) = client.bulk_as("a", CUSTOMERS, &body).await;
    let said = answer["errorMessage"].as_str().unwrap().to_owned();
    assert_eq!(status, 400);
    assert!(said.contains(&body.to_string()) && said.contains("Bearer"), "{said}");
    assert_eq!(client.bulk_as("b", CUSTOMERS, &body).await.0, 202);
    client.sim.advance(Duration::from_hours(1));
    let state = client.sim.state();
    let failures = &state.tasks[0].failures;
    assert!(!failures.is_empty());
    assert!(failures.iter().all(|failure| failure.error.contains("person1@example.com")));
}
