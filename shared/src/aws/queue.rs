//! A queue.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::port::{Outgoing, PortError, Queue};

/// Messages in one call at most.
const ENTRIES: usize = 10;
/// Calls under way at once.
const CALLS: usize = 8;
/// How often the entries that a call did not take are sent again.
const ATTEMPTS: u32 = 5;
/// Visibility can be stretched to this at most.
const LONGEST: Duration = Duration::from_hours(12);

/// One SQS queue.
#[derive(Clone, Debug)]
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    /// The queue at `url`.
    pub const fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Sends up to ten messages; those that the answer lists as failed are sent again.
    async fn send_entries(&self, messages: Vec<Outgoing>) -> Result<(), PortError> {
        let mut left: Vec<(usize, Outgoing)> = messages.into_iter().enumerate().collect();
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_millis(100 << attempt)).await;
            }
            let entries = left.iter().map(|(id, message)| entry(*id, message));
            let entries = entries.collect::<Result<Vec<_>, _>>()?;
            let request = self.client.send_message_batch().queue_url(&self.url);
            let answer = request.set_entries(Some(entries)).send().await;
            let answer = answer.map_err(|e| port("sending messages", e))?;
            let failed: Vec<&str> =
                answer.failed().iter().map(aws_sdk_sqs::types::BatchResultErrorEntry::id).collect();
            if failed.is_empty() {
                return Ok(());
            }
            left.retain(|(id, _)| failed.contains(&id.to_string().as_str()));
        }
        Err(PortError::new("sending messages", format!("{} were not taken", left.len())))
    }
}

fn entry(id: usize, message: &Outgoing) -> Result<SendMessageBatchRequestEntry, PortError> {
    let mut entry =
        SendMessageBatchRequestEntry::builder().id(id.to_string()).message_body(&message.body);
    if let Some((group, deduplication)) = &message.fifo {
        entry = entry.message_group_id(group).message_deduplication_id(deduplication);
    } else if !message.delay.is_zero() {
        // Rounded up: a look too early is a wasted one.
        let seconds = message.delay.as_secs_f64().ceil().min(900.0);
        #[expect(clippy::cast_possible_truncation, reason = "at most 900")]
        let seconds = seconds as i32;
        entry = entry.delay_seconds(seconds);
    }
    entry.build().map_err(|e| PortError::new("sending messages", e))
}

impl Queue for SqsQueue {
    async fn send(&self, messages: Vec<Outgoing>) -> Result<(), PortError> {
        let mut calls = Vec::with_capacity(messages.len().div_ceil(ENTRIES));
        let mut messages = messages.into_iter().peekable();
        while messages.peek().is_some() {
            calls.push(self.send_entries(messages.by_ref().take(ENTRIES).collect()));
        }
        stream::iter(calls).buffer_unordered(CALLS).try_collect::<()>().await
    }

    async fn hold(&self, receipt_handle: &str, time: Duration) -> Result<(), PortError> {
        let seconds = time.min(LONGEST).as_secs_f64().ceil();
        #[expect(clippy::cast_possible_truncation, reason = "at most 12 hours")]
        let seconds = seconds as i32;
        let request = self.client.change_message_visibility().queue_url(&self.url);
        let request = request.receipt_handle(receipt_handle).visibility_timeout(seconds);
        stale_is_fine("holding a message", request.send().await)
    }

    async fn delete(&self, receipt_handle: &str) -> Result<(), PortError> {
        let request = self.client.delete_message().queue_url(&self.url);
        stale_is_fine("deleting a message", request.receipt_handle(receipt_handle).send().await)
    }
}

fn stale_is_fine<T, E, R>(
    action: &'static str,
    result: Result<T, SdkError<E, R>>,
) -> Result<(), PortError>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    /// The message was received anew, or has been deleted: both are somebody else's now.
    const STALE: [&str; 4] = [
        "ReceiptHandleIsInvalid",
        "InvalidParameterValue",
        "MessageNotInflight",
        "AWS.SimpleQueueService.MessageNotInflight",
    ];
    match result {
        Ok(_) => Ok(()),
        Err(error) if error.code().is_some_and(|code| STALE.contains(&code)) => Ok(()),
        Err(error) => Err(port(action, error)),
    }
}

fn port<E, R>(action: &'static str, error: SdkError<E, R>) -> PortError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    PortError::new(action, error)
}
