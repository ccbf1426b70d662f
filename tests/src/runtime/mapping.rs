//! From a queue to a function, as an event source mapping does it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::environment::{Environment, Failure};
use super::event::{event, staying};
use super::{Function, Mapping, Shared};

/// Before the queue is asked again that could not be asked.
const AGAIN: Duration = Duration::from_secs(1);

/// A mapping at work.
struct Work {
    shared: Arc<Shared>,
    function: Function,
    mapping: Mapping,
    sqs: Client,
    /// Environments that have nothing to do. The last one is taken first.
    idle: Mutex<Vec<Environment>>,
}

/// Receives messages and has the function deal with them, for ever.
pub(super) async fn pump(shared: Arc<Shared>, function: Function, mapping: Mapping) {
    let sqs = Client::new(&shared.surroundings.config);
    let places = Arc::new(Semaphore::new(mapping.concurrency));
    let work = Arc::new(Work { shared, function, mapping, sqs, idle: Mutex::default() });
    // Aborted with this task.
    let mut invocations = JoinSet::new();
    loop {
        let place = Arc::clone(&places).acquire_owned().await.expect("never closed");
        let messages = work.receive().await;
        while invocations.try_join_next().is_some() {}
        if !messages.is_empty() {
            let work = Arc::clone(&work);
            invocations.spawn(async move {
                work.deal_with(messages).await;
                drop(place);
            });
        }
    }
}

impl Work {
    async fn receive(&self) -> Vec<Message> {
        let wait = i32::try_from(self.shared.surroundings.wait.as_secs()).unwrap_or(i32::MAX);
        let receive = self.sqs.receive_message().queue_url(&self.mapping.queue_url);
        let receive = receive.max_number_of_messages(self.mapping.batch_size);
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All);
        match receive.wait_time_seconds(wait).send().await {
            Ok(received) => received.messages.unwrap_or_default(),
            Err(error) => {
                self.shared.say(&format!("{}: receiving failed: {error:?}", self.function.name));
                tokio::time::sleep(AGAIN).await;
                Vec::new()
            }
        }
    }

    /// Whatever the function does not say it is done with stays in the queue.
    async fn deal_with(&self, messages: Vec<Message>) {
        match self.invoke(&messages).await {
            Ok(staying) => {
                let stays =
                    |message: &Message| message.message_id().is_some_and(|id| staying.contains(id));
                self.delete(messages.into_iter().filter(|message| !stays(message))).await;
            }
            Err(failure) => self.shared.say(&format!("{}: {failure}", self.function.name)),
        }
    }

    /// The ids of messages that stay.
    async fn invoke(&self, messages: &[Message]) -> Result<BTreeSet<String>, Failure> {
        let mut environment = match self.idle() {
            Some(environment) => environment,
            None => Environment::start(&self.shared, &self.function).await?,
        };
        let event = event(&self.mapping, messages).to_string();
        let begin = Instant::now();
        let answer = environment.invoke(event.into()).await;
        let given = messages.iter().filter_map(|message| message.message_id().map(str::to_owned));
        let given = given.collect();
        let staying = answer.map(|answer| staying(&self.mapping, &given, &answer));
        let end = match &staying {
            Ok(staying) if staying.is_empty() => "done",
            Ok(_) => "stays",
            Err(_) => "failed",
        };
        let millis = begin.elapsed().as_millis();
        self.shared.note(&format!("end {} {end} {millis}", environment.name));
        if matches!(&staying, Ok(_) | Err(Failure::Reported(_))) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(environment);
        }
        staying
    }

    fn idle(&self) -> Option<Environment> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(mut environment) = idle.pop() {
            if environment.is_alive() {
                return Some(environment);
            }
        }
        None
    }

    async fn delete(&self, messages: impl Iterator<Item = Message>) {
        let entry = |(number, message): (usize, Message)| {
            let entry = DeleteMessageBatchRequestEntry::builder().id(number.to_string());
            entry.set_receipt_handle(message.receipt_handle).build().expect("a handle")
        };
        let entries: Vec<_> = messages.enumerate().map(entry).collect();
        if entries.is_empty() {
            return;
        }
        let delete = self.sqs.delete_message_batch().queue_url(&self.mapping.queue_url);
        // What could not be deleted comes again, as with Lambda.
        match delete.set_entries(Some(entries)).send().await {
            Ok(deleted) => {
                for failed in deleted.failed() {
                    let told = format!("{}: not deleted: {failed:?}", self.function.name);
                    self.shared.say(&told);
                }
            }
            Err(error) => {
                self.shared.say(&format!("{}: deleting failed: {error:?}", self.function.name));
            }
        }
    }
}
