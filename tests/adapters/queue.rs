use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use contract::queue::Receiver;
use csm_import::aws::queue::SqsQueue;
use csm_import_tests::World;

/// A queue that no function is fed from.
struct Received {
    client: Client,
    url: String,
}

impl Received {
    async fn from(world: &World, name: &str, fifo: bool) -> (SqsQueue, Self) {
        let client = world.cloud.sqs().clone();
        let mut create = client.create_queue().queue_name(name);
        if fifo {
            create = create.attributes(QueueAttributeName::FifoQueue, "true");
        }
        let url = create.send().await.unwrap().queue_url().unwrap().to_owned();
        (SqsQueue::new(client.clone(), url.clone()), Self { client, url })
    }
}

impl Receiver for Received {
    async fn receive(&self) -> Option<(String, String)> {
        let request = self.client.receive_message().queue_url(&self.url).max_number_of_messages(1);
        let answer = request.visibility_timeout(600).send().await.unwrap();
        let message = answer.messages().first()?;
        Some((message.body()?.to_owned(), message.receipt_handle()?.to_owned()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_messages_are_sent_however_many() {
    let world = World::start(World::documented(), &[]).await;
    let (queue, received) = Received::from(&world, "many", false).await;
    contract::queue::takes_many(&queue, &received).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_holds_one_message_until_it_is_deleted_from_wherever() {
    let world = World::start(World::documented(), &[]).await;
    let (queue, received) = Received::from(&world, "slots.fifo", true).await;
    contract::queue::holds_slots(&queue, &received).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_message_is_not_there_yet() {
    let world = World::start(World::documented(), &[]).await;
    let (queue, received) = Received::from(&world, "later", false).await;
    contract::queue::delays(&queue, &received).await;
    let delayed = QueueAttributeName::ApproximateNumberOfMessagesDelayed;
    let request = received.client.get_queue_attributes().queue_url(&received.url);
    let answer = request.attribute_names(delayed.clone()).send().await.unwrap();
    assert_eq!(answer.attributes().unwrap()[&delayed], "1");
}
