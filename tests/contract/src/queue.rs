//! What is promised of queues.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use csm_import::port::{Outgoing, Queue};

/// Whoever receives from a queue. What it receives stays invisible for some minutes.
pub trait Receiver {
    /// Receives one message, if there is one: its body and its receipt handle.
    fn receive(&self) -> impl Future<Output = Option<(String, String)>>;
}

/// All messages are sent, however many.
pub async fn takes_many<Q: Queue>(queue: &Q, receiver: &impl Receiver) {
    let body = |n: usize| format!("message {n}");
    let message = |n| Outgoing { body: body(n), ..Outgoing::default() };
    queue.send((0..137).map(message).collect()).await.unwrap();
    queue.send(vec![]).await.unwrap();
    let mut bodies = BTreeSet::new();
    while let Some((body, _)) = receiver.receive().await {
        bodies.insert(body);
    }
    assert_eq!(bodies, (0..137).map(body).collect());
}

/// A group of a FIFO queue holds one message until it is deleted, from wherever.
pub async fn holds_slots<Q: Queue>(queue: &Q, receiver: &impl Receiver) {
    let message = |n: u32| Outgoing {
        body: n.to_string(),
        fifo: Some((format!("slot-{}", n % 3), format!("batch-{n}"))),
        ..Outgoing::default()
    };
    queue.send((0..9).map(message).collect()).await.unwrap();
    // Sent again within five minutes is sent once.
    queue.send((0..9).map(message).collect()).await.unwrap();

    let mut held = Vec::new();
    while let Some(message) = receiver.receive().await {
        held.push(message);
    }
    let bodies: BTreeSet<&str> = held.iter().map(|(body, _)| body.as_str()).collect();
    assert_eq!(bodies, BTreeSet::from(["0", "1", "2"]), "one of each group");

    // Stretched, it stays; deleted, the next of its group comes.
    queue.hold(&held[0].1, Duration::from_mins(20)).await.unwrap();
    assert_eq!(receiver.receive().await, None);
    queue.delete(&held[0].1).await.unwrap();
    let (next, handle) = receiver.receive().await.unwrap();
    assert_eq!(next, (held[0].0.parse::<u32>().unwrap() + 3).to_string());

    // Whoever comes too late does no harm.
    queue.delete(&held[0].1).await.unwrap();
    queue.hold(&held[0].1, Duration::from_secs(1)).await.unwrap();
    queue.hold(&handle, Duration::ZERO).await.unwrap();
    assert_eq!(receiver.receive().await.map(|(body, _)| body), Some(next));
}

/// A delayed message is not there yet.
pub async fn delays<Q: Queue>(queue: &Q, receiver: &impl Receiver) {
    let delay = Duration::from_mins(10);
    queue.send(vec![Outgoing { body: "x".into(), delay, ..Outgoing::default() }]).await.unwrap();
    assert_eq!(receiver.receive().await, None);
}
