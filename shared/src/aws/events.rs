//! The account's event bus, on which the ends of imports are told.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde::Serialize;

use crate::import::finished::Finished;
use crate::port::{Events, PortError};

/// The source of all events of ours. The template's rule listens to it.
pub const SOURCE: &str = "csm-import";
/// The type of the event that an import has come to its end.
pub const FINISHED: &str = "import finished";

const ACTION: &str = "telling the end of an import";

/// The default event bus of the account.
#[derive(Clone, Debug)]
pub struct EventBus {
    client: Client,
    bucket: String,
}

impl EventBus {
    /// The event bus, told about what happens in the bucket of that name.
    pub const fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }
}

/// Several stacks may use one bus: their buckets tell them apart.
#[derive(Serialize)]
struct Detail<'a> {
    bucket: &'a str,
    #[serde(flatten)]
    finished: &'a Finished,
}

impl Events for EventBus {
    async fn tell(&self, finished: &Finished) -> Result<(), PortError> {
        let detail = serde_json::to_string(&Detail { bucket: &self.bucket, finished })
            .map_err(|error| PortError::new(ACTION, error))?;
        let entry = PutEventsRequestEntry::builder().source(SOURCE).detail_type(FINISHED);
        let request = self.client.put_events().entries(entry.detail(detail).build());
        let answer = request.send().await.map_err(|error| PortError::new(ACTION, error))?;
        match answer.entries().iter().find_map(|entry| entry.error_code()) {
            None => Ok(()),
            Some(code) => Err(PortError::new(ACTION, format!("EventBridge answered {code}"))),
        }
    }
}
