//! Queues and what may be sent to them.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

use super::{Maker, known};
use crate::template::Made;
use crate::template::resolver::text;

impl Maker {
    pub(super) async fn queue(&mut self, properties: &Value) -> Made {
        let mut create = self.sqs.create_queue().queue_name(text(&properties["QueueName"]));
        for (name, value) in properties.as_object().expect("properties") {
            if name == "QueueName" {
                continue;
            }
            // Attributes are called in the template as SQS calls them.
            let known = QueueAttributeName::values().contains(&name.as_str());
            assert!(known, "a queue has no {name}");
            let value = if value.is_object() { value.to_string() } else { text(value) };
            let is_false = value == "false" && name == "FifoQueue";
            if !is_false {
                create = create.attributes(QueueAttributeName::from(name.as_str()), value);
            }
        }
        let created = create.send().await.expect("a queue can be made");
        let url = created.queue_url.expect("an address");
        let arn = QueueAttributeName::QueueArn;
        let ask = self.sqs.get_queue_attributes().queue_url(&url).attribute_names(arn.clone());
        let told = ask.send().await.expect("the attributes of a queue");
        let arn = told.attributes().and_then(|told| told.get(&arn)).expect("an ARN").clone();
        // Whose the queue is, the stack is.
        let account = arn.split(':').nth(4).expect("an account").to_owned();
        let stack = format!(
            "arn:aws:cloudformation:{}:{account}:stack/{}/{}",
            self.region,
            self.name,
            uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, self.name.as_bytes())
        );
        self.resolver.learn("AWS::AccountId", account);
        self.resolver.learn("AWS::StackId", stack);
        Made { reference: url, attributes: BTreeMap::from([("Arn", arn)]) }
    }

    pub(super) async fn queue_policy(&self, properties: &Value) -> Made {
        known(properties, &["PolicyDocument", "Queues"]);
        for queue in properties["Queues"].as_array().expect("queues") {
            let set = self.sqs.set_queue_attributes().queue_url(text(queue));
            let policy = properties["PolicyDocument"].to_string();
            let set = set.attributes(QueueAttributeName::Policy, policy).send();
            set.await.expect("a policy can be set");
        }
        Made::default()
    }
}
