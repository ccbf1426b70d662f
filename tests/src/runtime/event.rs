//! What a function is handed, and what its answer says of the messages.

use std::collections::BTreeSet;

use aws_sdk_sqs::types::Message;
use serde_json::{Map, Value, json};

use super::Mapping;

/// Messages as Lambda hands them over.
pub(super) fn event(mapping: &Mapping, messages: &[Message]) -> Value {
    let record = |message: &Message| {
        let attributes = message.attributes().into_iter().flatten();
        let attributes = attributes.map(|(name, value)| (name.to_string(), json!(value)));
        json!({
            "messageId": message.message_id(),
            "receiptHandle": message.receipt_handle(),
            "body": message.body(),
            "attributes": attributes.collect::<Map<_, _>>(),
            "messageAttributes": {},
            "md5OfBody": message.md5_of_body(),
            "eventSource": "aws:sqs",
            "eventSourceARN": mapping.queue_arn,
            "awsRegion": mapping.queue_arn.split(':').nth(3),
        })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() })
}

/// The ids of messages that stay, by a function's answer. An answer that names a message which it was
/// not given, or is not to be understood, keeps all of them.
pub(super) fn staying(
    mapping: &Mapping,
    given: &BTreeSet<String>,
    answer: &[u8],
) -> BTreeSet<String> {
    if !mapping.names_failures {
        return BTreeSet::new();
    }
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else {
        return given.clone();
    };
    let named = match answer.get("batchItemFailures") {
        None | Some(Value::Null) => return BTreeSet::new(),
        Some(Value::Array(named)) => named,
        Some(_) => return given.clone(),
    };
    let ids = named.iter().map(|failure| failure["itemIdentifier"].as_str().map(str::to_owned));
    match ids.collect::<Option<BTreeSet<_>>>() {
        Some(ids) if ids.is_subset(given) => ids,
        _ => given.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(names_failures: bool) -> Mapping {
        Mapping {
            queue_url: String::new(),
            queue_arn: "arn:aws:sqs:eu-central-1:1:q".to_owned(),
            batch_size: 1,
            names_failures,
            concurrency: 1,
        }
    }

    #[test]
    fn messages_stay_that_are_named_and_all_where_the_answer_makes_no_sense() {
        let given = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        for (answer, stay) in [
            ("null", vec![]),
            ("{}", vec![]),
            (r#"{"batchItemFailures":null}"#, vec![]),
            (r#"{"batchItemFailures":[]}"#, vec![]),
            (r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#, vec!["b"]),
            (r#"{"batchItemFailures":[{"itemIdentifier":"c"}]}"#, vec!["a", "b"]),
            (r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#, vec!["a", "b"]),
            (r#"{"batchItemFailures":[{"other":"a"}]}"#, vec!["a", "b"]),
            (r#"{"batchItemFailures":"a"}"#, vec!["a", "b"]),
            ("", vec!["a", "b"]),
        ] {
            let staying = staying(&mapping(true), &given, answer.as_bytes());
            assert_eq!(staying.iter().collect::<Vec<_>>(), stay, "{answer}");
        }
        let answer = br#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#;
        assert!(staying(&mapping(false), &given, answer).is_empty(), "nobody asked for names");
    }

    #[test]
    fn an_event_says_what_lambda_says() {
        use aws_sdk_sqs::types::MessageSystemAttributeName::ApproximateReceiveCount;
        let message = Message::builder().message_id("m").receipt_handle("r").body("b");
        let message = message.attributes(ApproximateReceiveCount, "2").build();
        let event = event(&mapping(true), &[message]);
        assert_eq!(
            event["Records"][0],
            json!({
                "messageId": "m", "receiptHandle": "r", "body": "b", "md5OfBody": null,
                "attributes": {"ApproximateReceiveCount": "2"}, "messageAttributes": {},
                "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-central-1:1:q",
                "awsRegion": "eu-central-1",
            })
        );
    }
}
