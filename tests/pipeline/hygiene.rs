use std::collections::BTreeSet;

use csm_import_tests::world::TOKEN;
use csm_import_tests::{Table, World, fixture};
use csm_sim::{Answer, AnswerFault, Faults, Options};

/// Words of the export that would give a person away.
fn personal() -> BTreeSet<String> {
    let accounts = Table::parse(&fixture("acme/Account.csv"));
    let contacts = Table::parse(&fixture("acme/Contact.csv"));
    let of = |table: &Table, column: &str| -> Vec<String> {
        table.rows.iter().map(|row| row[column].trim().to_owned()).collect()
    };
    let emails = of(&contacts, "Email");
    // The name within an address gives away as much as the whole of it.
    let local_parts = emails.iter().filter_map(|email| Some(email.split_once('@')?.0.to_owned()));
    let mut values: BTreeSet<String> = local_parts.collect();
    values.extend(emails);
    for column in ["Phone", "LastName", "MailingStreet"] {
        values.extend(of(&contacts, column));
    }
    values.extend(of(&accounts, "Name"));
    // Shorter ones could be part of an id.
    values.retain(|value| value.len() > 7);
    values
}

/// The bodies of messages that wait in a queue, without taking them.
async fn peek(world: &World, queue: &str) -> Vec<String> {
    let request = world.cloud.sqs().receive_message().queue_url(queue);
    let answer = request.max_number_of_messages(10).visibility_timeout(0).send().await.unwrap();
    answer.messages().iter().filter_map(|message| message.body().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_data_is_in_logs_or_messages() {
    let options = Options { task_seconds: Some(1.0), ..Options::documented() };
    let world = World::start(options, &[("LogLevel", "debug"), ("MaxOpenTasks", "2")]).await;
    let answers = [
        AnswerFault::bulk(1, Answer::Status(503)),
        AnswerFault::bulk(1, Answer::Status(429)),
        AnswerFault::bulk(2, Answer::Status(400)),
    ];
    world.sim.set_faults(Faults { answers: answers.into(), ..Faults::default() });
    let dropped = vec![
        world.drop("exports/h/Account.csv", fixture("acme/Account.csv")).await,
        world.drop("exports/h/Contact.csv", fixture("acme/Contact.csv")).await,
    ];
    world.progress(|p| p.stages.customers.as_ref().is_some_and(|s| s.enqueued)).await;
    let queues = world.cloud.queues().clone();
    let mut messages = peek(&world, &queues.batches).await;
    messages.extend(peek(&world, &queues.tasks).await);
    let import = world.imported(dropped).await.remove(0);
    import.assert_balanced();

    let log = world.log();
    assert!(log.contains("the batch is settled"), "the functions' own lines are in this log");
    assert!(!messages.is_empty());
    let personal = personal();
    assert!(personal.len() > 1_000);
    for (what, text) in [("the log", log), ("a message", messages.join("\n"))] {
        assert!(!text.contains(TOKEN), "the token is in {what}");
        for value in &personal {
            assert!(!text.contains(value), "{value} is in {what}");
        }
    }
}
