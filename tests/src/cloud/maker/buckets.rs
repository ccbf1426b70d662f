//! The bucket and what it tells.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, Event, FilterRule,
    FilterRuleName, NotificationConfiguration, NotificationConfigurationFilter, QueueConfiguration,
    S3KeyFilter, VersioningConfiguration,
};
use serde_json::Value;

use super::{Maker, known};
use crate::template::Made;
use crate::template::resolver::text;

/// What nothing that a test can see depends on.
const UNSEEN: [&str; 5] = [
    "BucketEncryption",
    "LifecycleConfiguration",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    "Tags",
];

impl Maker {
    pub(super) async fn bucket(&self, properties: &Value) -> Made {
        let seen = ["BucketName", "NotificationConfiguration", "VersioningConfiguration"];
        known(properties, &[&UNSEEN[..], &seen[..]].concat());
        let name = text(&properties["BucketName"]);
        // Where nothing is said, a bucket lies in this region, which must not be said.
        let elsewhere = (self.region != "us-east-1").then(|| {
            let region = BucketLocationConstraint::from(self.region.as_str());
            CreateBucketConfiguration::builder().location_constraint(region).build()
        });
        let create = self.s3.create_bucket().bucket(&name);
        let create = create.set_create_bucket_configuration(elsewhere).send();
        create.await.expect("a bucket can be made");
        if let Some(versioning) = properties.get("VersioningConfiguration") {
            let status = BucketVersioningStatus::from(text(&versioning["Status"]).as_str());
            let versioning = VersioningConfiguration::builder().status(status).build();
            let put = self.s3.put_bucket_versioning().bucket(&name);
            let put = put.versioning_configuration(versioning).send();
            put.await.expect("versions can be kept");
        }
        if let Some(notifications) = properties.get("NotificationConfiguration") {
            let put = self.s3.put_bucket_notification_configuration().bucket(&name);
            let put = put.notification_configuration(told(notifications)).send();
            put.await.expect("notifications can be set up");
        }
        let attributes = BTreeMap::from([("Arn", format!("arn:aws:s3:::{name}"))]);
        Made { reference: name, attributes }
    }
}

fn told(notifications: &Value) -> NotificationConfiguration {
    known(notifications, &["QueueConfigurations"]);
    let queue = |told: &Value| {
        known(told, &["Event", "Filter", "Queue"]);
        let rule = |rule: &Value| {
            let name = FilterRuleName::from(text(&rule["Name"]).as_str());
            FilterRule::builder().name(name).value(text(&rule["Value"])).build()
        };
        let rules = told["Filter"]["S3Key"]["Rules"].as_array().expect("rules");
        let key = S3KeyFilter::builder();
        let key = key.set_filter_rules(Some(rules.iter().map(rule).collect())).build();
        QueueConfiguration::builder()
            .queue_arn(text(&told["Queue"]))
            .events(Event::from(text(&told["Event"]).as_str()))
            .filter(NotificationConfigurationFilter::builder().key(key).build())
            .build()
            .expect("a queue and an event")
    };
    let queues = notifications["QueueConfigurations"].as_array().expect("queues");
    let queues = queues.iter().map(queue).collect();
    NotificationConfiguration::builder().set_queue_configurations(Some(queues)).build()
}
