//! Whoever runs the stack is told what happens, and can hold it and let it go on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use csm_import::import::keys;
use csm_import::import::summary::State;
use csm_import_tests::cloud::Kind;
use csm_import_tests::{Import, Table, World, fixture};
use local::cloud::configuration;
use serde_json::Value;

use crate::hygiene::await_that;
use crate::killed::redeliver_soon;

/// SQS answers no later.
const LONG_POLL: i32 = 20;

/// A queue that gets what the topic is told.
struct Listener {
    url: String,
}

impl Listener {
    async fn to(world: &World) -> Self {
        let sqs = world.cloud.sqs();
        let made = sqs.create_queue().queue_name("listener").send().await.unwrap();
        let url = made.queue_url().unwrap().to_owned();
        let name = QueueAttributeName::QueueArn;
        let asked = sqs.get_queue_attributes().queue_url(&url).attribute_names(name.clone());
        let arn = asked.send().await.unwrap().attributes().unwrap()[&name].clone();
        let sns = aws_sdk_sns::Client::new(&configuration(world.cloud.endpoint(), "tests"));
        let topic = world.output("NoticesTopicArn").await;
        let subscribe = sns.subscribe().topic_arn(topic).protocol("sqs").endpoint(arn);
        subscribe.attributes("RawMessageDelivery", "true").send().await.unwrap();
        Self { url }
    }

    /// The next notice.
    async fn hear(&self, world: &World) -> String {
        loop {
            let receive = world.cloud.sqs().receive_message().queue_url(&self.url);
            let received = receive.wait_time_seconds(LONG_POLL).send().await.unwrap();
            let Some(message) = received.messages().first() else { continue };
            let delete = world.cloud.sqs().delete_message().queue_url(&self.url);
            delete.receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
            return message.body().unwrap().to_owned();
        }
    }
}

/// The numbers that the functions logged for CloudWatch: by metric and what it is told apart by.
fn metrics(world: &World) -> BTreeMap<(String, String), Vec<f64>> {
    let mut metrics: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for line in world.log().lines() {
        let Some(start) = line.find("{\"_aws\"") else { continue };
        // The emulator may have written something behind it, or not all of it yet.
        let mut documents = serde_json::Deserializer::from_str(&line[start..]).into_iter::<Value>();
        let Some(Ok(document)) = documents.next() else { continue };
        let told = &document["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(told["Namespace"], "csm-import");
        let dimensions: Vec<&str> = told["Dimensions"][0]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .filter(|name| *name != "Stack")
            .map(|name| document[name].as_str().unwrap())
            .collect();
        for metric in told["Metrics"].as_array().unwrap() {
            let name = metric["Name"].as_str().unwrap();
            let key = (name.to_owned(), dimensions.join(" "));
            let numbers = match &document[name] {
                Value::Array(several) => several.clone(),
                one => vec![one.clone()],
            };
            metrics.entry(key).or_default().extend(numbers.iter().map(|n| n.as_f64().unwrap()));
        }
    }
    metrics
}

async fn assert_measured(world: &World, import: &Import) {
    // They are written when the invocation ends that has told the end of the import.
    let ends = ("ImportsFinished".to_owned(), "finished".to_owned());
    await_that("the end is measured", async || metrics(world).contains_key(&ends)).await;
    let metrics = metrics(world);
    let sum = |name: &str, of: &str| -> String {
        let numbers = metrics.get(&(name.to_owned(), of.to_owned())).into_iter().flatten();
        numbers.fold(0.0, |sum, number| sum + number).to_string()
    };
    let records = import.records();
    for (outcome, count) in [
        ("imported", records.imported),
        ("unchanged", records.unchanged),
        ("failed", records.failed),
        ("unknown", records.unknown),
        ("rejected", records.rejected),
        ("skipped", records.skipped),
    ] {
        assert_eq!(sum("Records", outcome), count.to_string(), "{outcome}: {metrics:?}");
    }
    // Those that verify what was written are batches, too.
    let settled = world.log().matches("the batch is settled").count();
    assert!(settled as u64 > import.summary.batches.settled);
    assert_eq!(sum("BatchesSettled", ""), settled.to_string());
    assert_eq!(sum("ImportsFinished", "finished"), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_an_import_is_told_with_its_ledger_and_measured() {
    if !Kind::Ministack.is_chosen("nobody else plays the event bus, the topic and the log") {
        return;
    }
    let world = World::start(World::documented(), &[]).await;
    let listener = Listener::to(&world).await;
    let files = [
        ("exports/w/Account.csv", fixture("acme/Account.csv")),
        ("exports/w/Contact.csv", fixture("acme/Contact.csv")),
    ];
    let import = world.import_of(&files).await;
    let heard = tokio::time::timeout(Duration::from_mins(1), listener.hear(&world)).await.unwrap();
    let (id, records) = (&import.id, import.records());
    for part in [
        format!("Import {id} has ended. Its state is: finished."),
        format!("{} records were read: {} imported", records.read, records.imported),
        format!("{} rejected, {} failed", records.rejected, records.failed),
        format!("{}?prefix=imports/{id}/", world.cloud.bucket()),
    ] {
        assert!(heard.contains(&part), "{part} is not in {heard}");
    }
    assert_measured(&world, &import).await;

    // What the bucket's lifecycle may remove, and what it may not.
    let mut tagged = BTreeSet::new();
    for key in world.cloud.list(&format!("imports/{id}/")).await.unwrap() {
        let asked = world.cloud.s3().get_object_tagging().bucket(world.cloud.bucket());
        let tags = asked.key(&key).send().await.unwrap();
        let tags: Vec<_> = tags.tag_set().iter().map(|tag| (tag.key(), tag.value())).collect();
        if keys::is_working_paper(&key) {
            assert_eq!(tags, [("csm-import", "working-paper")], "{key}");
            tagged.insert(key.split('/').nth(2).unwrap().to_owned());
        } else {
            assert_eq!(tags, [], "{key}");
        }
    }
    for name in ["segments", "rejected", "tasks", "results"] {
        assert!(tagged.contains(name), "{name}: {tagged:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_is_paused_sends_nothing_until_it_goes_on() {
    if !Kind::Ministack.is_chosen("nobody else updates a stack") {
        return;
    }
    let world = World::start(World::documented(), &[("Paused", "yes")]).await;
    let dropped = world.drop("exports/p/Contact.csv", Table::contacts(250).write()).await;
    // What was dropped is read all the same.
    let queues = world.cloud.queues();
    await_that("it is split", async || {
        world.held_by(&queues.batches).await == 3 && world.held_by(&queues.exports).await == 0
    })
    .await;
    // All of them wait, and nobody has one in hand.
    assert_eq!(world.cloud.messages(&queues.batches).await.unwrap(), 3);
    assert!(world.sim.state().tasks.is_empty(), "something was sent");
    world.update(&[("Paused", "no")]).await;
    let import = world.imported(vec![dropped]).await.remove(0);
    assert_eq!((import.summary.state, import.records().imported), (State::Finished, 250));
    import.assert_true(&world.sim.state());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_may_be_updated_in_the_middle_of_an_import() {
    if !Kind::Ministack.is_chosen("nobody else updates a stack") {
        return;
    }
    let world = World::start(World::documented(), &[("MaxOpenTasks", "2")]).await;
    // Where Lambda lets invocations end, the emulator kills them.
    redeliver_soon(&world).await;
    let dropped = world.drop("exports/u/Contact.csv", Table::contacts(2_000).write()).await;
    let is_under_way = |settled| settled > 0 && settled < 20;
    world
        .progress(|p| p.stages.customers.as_ref().is_some_and(|s| is_under_way(s.settled_batches)))
        .await;
    world.update(&[("LogLevel", "debug"), ("MaxOpenTasks", "5")]).await;
    let import = world.imported(vec![dropped]).await.remove(0);
    assert_eq!(import.records().imported, 2_000);
    import.assert_true(&world.sim.state());
    csm_import_tests::account::assert_created_once(&world.sim.state());
    world.queues_are_empty().await;
}
