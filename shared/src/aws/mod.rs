//! Adapters: the bucket, the queues and the secret as AWS has them. They translate and classify,
//! and decide nothing.

pub mod bucket;
pub mod emf;
pub mod events;
pub mod lambda;
pub mod queue;
pub mod secret;

use aws_config::{BehaviorVersion, SdkConfig};

use self::bucket::Bucket;
use self::events::EventBus;
use self::queue::SqsQueue;
use self::secret::Secret;
use crate::csm::client::HttpSite;
use crate::port::{Ports, SystemClock};

/// AWS, the real site and the clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct Aws;

impl Ports for Aws {
    type Store = Bucket;
    type Exports = Bucket;
    type Site = HttpSite<Secret>;
    type Queue = SqsQueue;
    type Events = EventBus;
    type Clock = SystemClock;
}

/// The configuration that all clients share, from the function's environment.
pub async fn sdk_config() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest()).load().await
}
