//! The Lambda side of a function that is fed by a queue.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::FutureExt;
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

use crate::aws::emf::Metrics;
use crate::deadline::Deadline;
use crate::delivery::{Consumer, Delivery, consume_all};
use crate::json::JsonFault;
use crate::metric;
use crate::port::{Queue, SystemClock};

/// Why an invocation came to nothing. The runtime tells it to Lambda and logs it.
#[derive(Debug, thiserror::Error)]
enum InvocationError {
    /// An event that no queue sends.
    #[error("the event is no list of messages of a queue; nothing was done")]
    Foreign(#[source] JsonFault),
    /// A fault of this program. What it said stays untold, since it may quote a value.
    #[error("the function panicked; its messages come again")]
    Panicked,
}

/// Serves invocations until the environment ends, each with its metrics.
///
/// # Errors
/// The runtime API cannot be reached.
pub async fn serve<C, Q>(consumer: C, queue: Q, metrics: Metrics) -> Result<(), Error>
where
    C: Consumer + 'static,
    Q: Queue + 'static,
{
    let shared = Arc::new((consumer, queue));
    // The event is read here and a panic caught here: the runtime would log what it stumbled over.
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let shared = Arc::clone(&shared);
        async move {
            let (consumer, queue) = &*shared;
            let deadline = deadline(event.context.deadline);
            let answer = deal_with(consumer, queue, event.payload, deadline).await;
            metrics.write();
            answer.map_err(Error::from)
        }
    }))
    .await
}

async fn deal_with<C: Consumer, Q: Queue>(
    consumer: &C,
    queue: &Q,
    event: Value,
    deadline: Deadline,
) -> Result<SqsBatchResponse, InvocationError> {
    let event: SqsEvent =
        serde_json::from_value(event).map_err(|error| InvocationError::Foreign(error.into()))?;
    let messages = event.records.into_iter();
    let deliveries: Vec<Delivery> = messages.map(|message| delivery(message, deadline)).collect();
    let dealt_with = AssertUnwindSafe(consume_all(consumer, queue, &SystemClock, &deliveries));
    let Ok(staying) = dealt_with.catch_unwind().await else {
        metric::fault();
        // Left alone they would come again only when their visibility ends: six times the time limit.
        for delivery in &deliveries {
            delivery.hold(queue, delivery.after_a_fault()).await;
        }
        return Err(InvocationError::Panicked);
    };
    Ok(response(staying))
}

/// The end of an invocation, as Lambda tells it: in milliseconds of the Unix epoch. An emulator may
/// not say it.
fn deadline(milliseconds: u64) -> Deadline {
    let end = i64::try_from(milliseconds).ok().filter(|end| *end > 0);
    end.and_then(|end| Timestamp::from_millisecond(end).ok())
        .map_or_else(Deadline::default, Deadline::at)
}

fn delivery(message: SqsMessage, deadline: Deadline) -> Delivery {
    let receives = message.attributes.get("ApproximateReceiveCount");
    let sent = message.attributes.get("SentTimestamp").and_then(|sent| sent.parse().ok());
    Delivery {
        sent: sent.and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok()),
        receives: receives.and_then(|count| count.parse().ok()).unwrap_or(1),
        id: message.message_id.unwrap_or_default(),
        receipt_handle: message.receipt_handle.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
        deadline,
    }
}

/// Names the messages that stay; all others are deleted by Lambda.
fn response(staying: Vec<String>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = staying
        .into_iter()
        .map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        })
        .collect();
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::delivery::{ConsumeError, Disposition};
    use crate::port::{Outgoing, PortError};

    /// Deals with every message, which its queue may forget.
    struct Willing;

    impl Consumer for Willing {
        const QUEUE: &str = "tests";
        const NEEDS: Duration = Duration::ZERO;

        async fn consume(&self, delivery: &Delivery) -> Result<Disposition, ConsumeError> {
            let after = Duration::from_secs(1);
            Ok(if delivery.receives > 1 { Disposition::Done } else { Disposition::Later(after) })
        }
    }

    /// Notes what is held, and for how long.
    #[derive(Default)]
    struct Held(Mutex<Vec<(String, Duration)>>);

    impl Queue for Held {
        async fn send(&self, _: Vec<Outgoing>) -> Result<(), PortError> {
            Ok(())
        }

        async fn hold(&self, receipt_handle: &str, time: Duration) -> Result<(), PortError> {
            self.0.lock().unwrap().push((receipt_handle.to_owned(), time));
            Ok(())
        }

        async fn delete(&self, _: &str) -> Result<(), PortError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn messages_that_stay_are_named() {
        let event = json!({"Records": [
            {"messageId": "new", "receiptHandle": "1", "body": "", "attributes": {}},
            {"messageId": "old", "receiptHandle": "2", "body": "",
             "attributes": {"ApproximateReceiveCount": "2"}},
        ]});
        let queue = Held::default();
        let response = deal_with(&Willing, &queue, event, Deadline::default()).await.unwrap();
        let staying = response.batch_item_failures.iter().map(|f| f.item_identifier.as_str());
        assert_eq!(staying.collect::<Vec<_>>(), ["new"]);
        assert_eq!(queue.0.into_inner().unwrap(), [("1".to_owned(), Duration::from_secs(1))]);
    }

    /// Deals with no message.
    struct Panicking;

    impl Consumer for Panicking {
        const QUEUE: &str = "tests";
        const NEEDS: Duration = Duration::ZERO;

        async fn consume(&self, delivery: &Delivery) -> Result<Disposition, ConsumeError> {
            panic!("{} cannot be dealt with", delivery.body)
        }
    }

    #[tokio::test]
    async fn messages_that_make_a_function_panic_come_again_soon() {
        let event = json!({"Records": [
            {"messageId": "m", "receiptHandle": "1", "body": "ada@example.com", "attributes": {}},
        ]});
        let queue = Held::default();
        let error = deal_with(&Panicking, &queue, event, Deadline::default()).await.unwrap_err();
        assert_eq!(error.to_string(), "the function panicked; its messages come again");
        let held = queue.0.into_inner().unwrap();
        let [(receipt_handle, time)] = held.as_slice() else { panic!("{held:?}") };
        assert_eq!(receipt_handle, "1");
        assert!(*time < Duration::from_mins(1), "{time:?}");
    }

    #[test]
    fn the_queue_says_when_a_message_was_sent() {
        for (told, sent) in [
            (json!({"SentTimestamp": "1795000000500"}), Some("2026-11-18T11:06:40.5Z")),
            (json!({"SentTimestamp": "yesterday"}), None),
            (json!({}), None),
        ] {
            let event = json!({"Records": [{"messageId": "m", "attributes": told}]});
            let event: SqsEvent = serde_json::from_value(event).unwrap();
            let message = event.records.into_iter().next().unwrap();
            let sent = sent.map(|time| time.parse().unwrap());
            assert_eq!(delivery(message, Deadline::default()).sent, sent, "{told}");
        }
    }

    #[tokio::test]
    async fn an_event_that_no_queue_sends_is_not_quoted() {
        let event = json!({"Records": "ada@example.com"});
        let queue = Held::default();
        let error = deal_with(&Willing, &queue, event, Deadline::default()).await.unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(told.contains("nothing was done") && !told.contains("ada"), "{told}");
    }
}
