use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use csm_import::aws::queue::SqsQueue;
use csm_import::port::{Outgoing, Queue};
use csm_import_tests::World;

/// A queue that no function is fed from.
async fn queue(world: &World, name: &str, fifo: bool) -> (Client, String, SqsQueue) {
    let client = world.cloud.sqs().clone();
    let mut create = client.create_queue().queue_name(name);
    if fifo {
        create = create.attributes(QueueAttributeName::FifoQueue, "true");
    }
    let url = create.send().await.unwrap().queue_url().unwrap().to_owned();
    (client.clone(), url.clone(), SqsQueue::new(client, url))
}

async fn receive(client: &Client, url: &str) -> Vec<(String, String)> {
    let request = client.receive_message().queue_url(url).max_number_of_messages(10);
    let answer = request.visibility_timeout(600).send().await.unwrap();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let messages = answer.messages().iter();
    messages.map(|message| (text(message.body()), text(message.receipt_handle()))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_messages_are_sent_however_many() {
    let world = World::start(World::documented(), &[]).await;
    let (client, url, queue) = queue(&world, "many", false).await;
    let body = |n: usize| format!("message {n}");
    let message = |n| Outgoing { body: body(n), ..Outgoing::default() };
    queue.send((0..137).map(message).collect()).await.unwrap();
    queue.send(vec![]).await.unwrap();
    let mut bodies = BTreeSet::new();
    loop {
        let received = receive(&client, &url).await;
        if received.is_empty() {
            break;
        }
        bodies.extend(received.into_iter().map(|(body, _)| body));
    }
    assert_eq!(bodies, (0..137).map(body).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_holds_one_message_until_it_is_deleted_from_wherever() {
    let world = World::start(World::documented(), &[]).await;
    let (client, url, queue) = queue(&world, "slots.fifo", true).await;
    let message = |n: u32| Outgoing {
        body: n.to_string(),
        fifo: Some((format!("slot-{}", n % 3), format!("batch-{n}"))),
        ..Outgoing::default()
    };
    queue.send((0..9).map(message).collect()).await.unwrap();
    // Sent again within five minutes is sent once.
    queue.send((0..9).map(message).collect()).await.unwrap();

    let one_by_one = async || {
        let request = client.receive_message().queue_url(&url).max_number_of_messages(1);
        let answer = request.visibility_timeout(600).send().await.unwrap();
        answer.messages().first().map(|message| {
            let handle = message.receipt_handle().unwrap().to_owned();
            (message.body().unwrap().to_owned(), handle)
        })
    };
    let mut held = Vec::new();
    while let Some(message) = one_by_one().await {
        held.push(message);
    }
    let bodies: BTreeSet<&str> = held.iter().map(|(body, _)| body.as_str()).collect();
    assert_eq!(bodies, BTreeSet::from(["0", "1", "2"]), "one of each group");

    // Stretched, it stays; deleted, the next of its group comes.
    queue.hold(&held[0].1, Duration::from_mins(20)).await.unwrap();
    assert_eq!(one_by_one().await, None);
    queue.delete(&held[0].1).await.unwrap();
    let (next, handle) = one_by_one().await.unwrap();
    assert_eq!(next, (held[0].0.parse::<u32>().unwrap() + 3).to_string());

    // Whoever comes too late does no harm.
    queue.delete(&held[0].1).await.unwrap();
    queue.hold(&held[0].1, Duration::from_secs(1)).await.unwrap();
    queue.hold(&handle, Duration::ZERO).await.unwrap();
    assert_eq!(one_by_one().await.map(|(body, _)| body), Some(next));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_message_is_not_there_yet() {
    let world = World::start(World::documented(), &[]).await;
    let (client, url, queue) = queue(&world, "later", false).await;
    let delay = Duration::from_mins(10);
    queue.send(vec![Outgoing { body: "x".into(), delay, ..Outgoing::default() }]).await.unwrap();
    assert!(receive(&client, &url).await.is_empty());
    let delayed = QueueAttributeName::ApproximateNumberOfMessagesDelayed;
    let request = client.get_queue_attributes().queue_url(&url).attribute_names(delayed.clone());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.attributes().unwrap()[&delayed], "1");
}
