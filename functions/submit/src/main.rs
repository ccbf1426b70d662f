//! Wires SUBMIT: the batches queue, the bucket, the tasks and exports queues, the site.

// The layout of the SDK's nested futures is deeper than the default limit.
#![recursion_limit = "256"]

use aws_sdk_sqs::Client as Sqs;
use csm_import::archive::Archive;
use csm_import::aws::bucket::Bucket;
use csm_import::aws::emf::Metrics;
use csm_import::aws::queue::SqsQueue;
use csm_import::aws::secret::Secret;
use csm_import::aws::{Aws, lambda, sdk_config};
use csm_import::config::Settings;
use csm_import::csm::client::HttpSite;
use csm_import::port::SystemClock;
use csm_import::telemetry;
use submit::submitter::Submitter;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lookup = |name: &str| std::env::var(name).ok();
    telemetry::init(&lookup("LOG_LEVEL").unwrap_or_default());
    let settings = Settings::read(lookup)?;
    let metrics = Metrics::init(&settings.stack).map_err(anyhow::Error::from_boxed)?;
    let sdk = sdk_config().await;
    let secret =
        Secret::new(aws_sdk_secretsmanager::Client::new(&sdk), settings.csm_secret_id.clone());
    let bucket = Bucket::new(aws_sdk_s3::Client::new(&sdk), settings.bucket.clone());
    // One client, and so one connection, for all of them.
    let sqs = Sqs::new(&sdk);
    let queue = |url: &str| SqsQueue::new(sqs.clone(), url.to_owned());
    let batches_queue = queue(&settings.batches_queue);
    let submitter = Submitter::<Aws> {
        archive: Archive::new(bucket),
        site: HttpSite::new(&settings.csm_base_url, secret)?,
        exports_queue: queue(&settings.exports_queue),
        tasks_queue: queue(&settings.tasks_queue),
        dead_letters: queue(&settings.batches_dead_letters),
        clock: SystemClock,
    };
    let serving = Box::pin(lambda::serve(submitter, batches_queue, metrics));
    serving.await.map_err(anyhow::Error::from_boxed)
}
