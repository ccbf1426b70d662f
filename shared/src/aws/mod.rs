//! Adapters: the bucket, the queues and the secret as AWS has them. They translate and classify,
//! and decide nothing.

pub mod bucket;
pub mod lambda;
pub mod queue;
pub mod secret;

use aws_config::{BehaviorVersion, SdkConfig};

/// The configuration that all clients share, from the function's environment.
pub async fn sdk_config() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest()).load().await
}
