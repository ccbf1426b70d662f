//! The Lambda side of a function that is fed by a queue.

use std::sync::Arc;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use lambda_runtime::{Error, LambdaEvent, service_fn};

use crate::delivery::{Consumer, Delivery, consume_all};
use crate::port::Queue;

/// Serves invocations until the environment ends.
///
/// # Errors
/// The runtime API cannot be reached.
pub async fn serve<C, Q>(consumer: C, queue: Q) -> Result<(), Error>
where
    C: Consumer + 'static,
    Q: Queue + 'static,
{
    let shared = Arc::new((consumer, queue));
    lambda_runtime::run(service_fn(move |event: LambdaEvent<SqsEvent>| {
        let shared = Arc::clone(&shared);
        async move {
            let (consumer, queue) = &*shared;
            let deliveries: Vec<Delivery> =
                event.payload.records.into_iter().map(delivery).collect();
            let staying = consume_all(consumer, queue, &deliveries).await;
            Ok::<_, Error>(response(staying))
        }
    }))
    .await
}

fn delivery(message: SqsMessage) -> Delivery {
    let receives = message.attributes.get("ApproximateReceiveCount");
    Delivery {
        receives: receives.and_then(|count| count.parse().ok()).unwrap_or(1),
        id: message.message_id.unwrap_or_default(),
        receipt_handle: message.receipt_handle.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
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
