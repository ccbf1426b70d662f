//! Functions that die in the middle of their work, and what they leave to be found.

#![cfg(target_os = "linux")]

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use csm_import::import::message::{Poll, TaskMessage};
use csm_import::import::plan::PlanDocument;
use csm_import_tests::account::assert_created_once;
use csm_import_tests::cloud::Kind;
use csm_import_tests::{Table, World};
use csm_sim::{Answer, AnswerFault, Faults, Options};

const LIMIT: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_millis(20);

/// What an invocation held that was killed comes back when its visibility ends. That is half an hour
/// for a task; nobody waits so long for a test.
pub(crate) async fn redeliver_soon(world: &World) {
    let queues = world.cloud.queues();
    for queue in [&queues.exports, &queues.batches, &queues.tasks] {
        let set = world.cloud.sqs().set_queue_attributes().queue_url(queue);
        set.attributes(QueueAttributeName::VisibilityTimeout, "5").send().await.unwrap();
    }
    tokio::time::sleep(Kind::chosen().lag()).await;
}

/// Waits for the first object of a kind that an import writes.
async fn written(world: &World, kind: &str) {
    let looked = tokio::time::timeout(LIMIT, async {
        let there = |key: &String| key.split('/').nth(2).is_some_and(|name| kind.starts_with(name));
        while !world.cloud.list("imports/").await.unwrap().iter().any(there) {
            tokio::time::sleep(LOOK).await;
        }
    });
    looked.await.unwrap_or_else(|_| panic!("no {kind} was written"));
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_killed_at_every_step_lose_nothing_and_double_nothing() {
    let options = Options { task_seconds: Some(1.0), ..Options::documented() };
    let world = World::start(options, &[("MaxOpenTasks", "2")]).await;
    redeliver_soon(&world).await;
    let dropped = world.drop("exports/Contact.csv", Table::contacts(750).write()).await;

    // As soon as a step has left its first trace, those who take it are in the middle of it.
    let mut killed = 0;
    for step in ["import.json", "segments/", "tasks/", "results/"] {
        written(&world, step).await;
        killed += world.kill_functions();
    }
    world.progress(|p| p.stages.customers.as_ref().is_some_and(|s| s.settled_batches >= 4)).await;
    killed += world.kill_functions();
    assert!(killed >= 5, "{killed} were killed");
    // An invocation that ended without an answer is told in the log.
    assert!(world.log().contains("Runtime exited before returning a response"));

    let import = world.imported(vec![dropped]).await.remove(0);
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!((import.records().read, import.records().imported), (750, 750));
    assert_eq!((import.summary.batches.settled, import.summary.batches.dead_lettered), (8, 0));
    assert_created_once(&site);
    assert_eq!(site.tasks.len(), 8, "no batch became a second task");
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_site_has_answered_no_batch_is_sent_as_another_one() {
    let world = World::start(World::documented(), &[]).await;
    redeliver_soon(&world).await;
    let answers = [AnswerFault::bulk(1, Answer::Hang).after_accepting()].into();
    world.sim.set_faults(Faults { answers, ..Faults::default() });
    let dropped = world.drop("exports/Contact.csv", Table::contacts(250).write()).await;

    // The site has taken the request, and SUBMIT waits for an answer that it will not live to read.
    let asked = tokio::time::timeout(LIMIT, async {
        while world.sim.state().tasks.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
    });
    asked.await.expect("a request is accepted");
    assert!(world.kill_functions() > 0);

    let import = world.imported(vec![dropped]).await.remove(0);
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!((import.records().read, import.records().imported), (250, 250));
    assert_created_once(&site);
    assert_eq!(site.tasks.len(), 3, "the same key, the same task");
    assert!(site.counters.replays > 0);
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_creates_fields_it_creates_none_twice() {
    let world = World::start(Options { bare: true, ..World::documented() }, &[]).await;
    redeliver_soon(&world).await;
    let answers = [AnswerFault::bulk(1, Answer::Hang).after_accepting()].into();
    world.sim.set_faults(Faults { answers, ..Faults::default() });
    let dropped = world.drop("exports/Contact.csv", Table::contacts(250).write()).await;

    // The site has the fields, and SPLIT waits for an answer that it will not live to read.
    let asked = tokio::time::timeout(LIMIT, async {
        while world.sim.state().customer_details.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
    });
    asked.await.expect("fields are created");
    assert!(world.kill_functions() > 0);

    let import = world.imported(vec![dropped]).await.remove(0);
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!((import.records().read, import.records().imported), (250, 250));
    let names: Vec<_> = site.customer_details.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["External ID", "Title"]);
    assert!(site.violations.is_empty());
    assert_created_once(&site);
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_killed_at_every_step_comes_to_its_end_and_sends_nothing() {
    let world = World::start(World::documented(), &[]).await;
    redeliver_soon(&world).await;
    let dropped = world.drop("plan/Contact.csv", Table::contacts(750).write()).await;
    let mut killed = 0;
    for step in ["import.json", "segments/", "errors.csv"] {
        written(&world, step).await;
        killed += world.kill_functions();
    }
    assert!(killed >= 2, "{killed} were killed");
    let ids = world.finished(vec![dropped]).await;
    let plan = world.cloud.get(&format!("imports/{}/plan.json", ids[0])).await.unwrap().unwrap();
    let plan: PlanDocument = serde_json::from_slice(&plan).unwrap();
    assert_eq!((plan.stages[1].read, plan.stages[1].to_send), (750, 750));
    let site = world.sim.state();
    assert!(site.tasks.is_empty() && site.customers.is_empty());
    world.queues_are_empty().await;
}

/// Takes the message away by which a task is looked at, as if SUBMIT had died before sending it.
async fn lose_the_look(world: &World) -> Poll {
    let (sqs, queue) = (world.cloud.sqs(), &world.cloud.queues().tasks);
    let taken = tokio::time::timeout(LIMIT, async {
        loop {
            let received = sqs.receive_message().queue_url(queue).send().await.unwrap();
            if let [message, ..] = received.messages() {
                let handle = message.receipt_handle().unwrap();
                sqs.delete_message().queue_url(queue).receipt_handle(handle).send().await.unwrap();
                match serde_json::from_str(message.body().unwrap()).unwrap() {
                    TaskMessage::Poll(poll) => return poll,
                    TaskMessage::Finish(_) => panic!("the task is still open"),
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    taken.await.unwrap_or_else(|_| panic!("nobody is to look at the task"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_nobody_looks_at_any_more_is_found_again() {
    let options = Options { task_seconds: Some(3_600.0), ..Options::documented() };
    let world = World::start(options, &[]).await;
    let dropped = world.drop("exports/Contact.csv", Table::contacts(50).write()).await;
    let lost = lose_the_look(&world).await;

    // The batch comes back when it has been held for long enough, which is now.
    let (sqs, queues) = (world.cloud.sqs(), world.cloud.queues());
    let found = tokio::time::timeout(LIMIT, async {
        while world.held_by(&queues.tasks).await == 0 {
            let hold = sqs.change_message_visibility().queue_url(&queues.batches);
            let hold = hold.receipt_handle(&lost.receipt_handle).visibility_timeout(0);
            // Once the batch is with somebody else, this handle is void.
            drop(hold.send().await);
            tokio::time::sleep(LOOK).await;
        }
    });
    found.await.expect("the task is looked at again");

    world.sim.advance(Duration::from_hours(2));
    let import = world.imported(vec![dropped]).await.remove(0);
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!((import.records().imported, site.tasks.len()), (50, 1));
    assert_created_once(&site);
    world.queues_are_empty().await;
}
