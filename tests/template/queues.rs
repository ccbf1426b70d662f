//! Queues, and what feeds functions from them.

use csm_import_tests::template::Template;
use serde_json::{Value, json};

use crate::{Rule, at, lines, named, target};

const QUEUE: &str = "AWS::SQS::Queue";
const FUNCTION: &str = "AWS::Serverless::Function";

pub(crate) const RULES: &[Rule] = &[
    Rule {
        says: "a message stays invisible for six times the time limit of its function",
        faults: visibility,
        mistakes: &[
            ("/Resources/BatchesQueue/Properties/VisibilityTimeout", "539"),
            ("/Resources/BatchesQueue/Properties/VisibilityTimeout", ""),
            ("/Resources/Submit/Properties/Timeout", "91"),
        ],
    },
    Rule {
        says: "what a queue gives up on goes to dead letters of its own, after a thousand receives",
        faults: dead_letters,
        mistakes: &[
            ("/Resources/TasksQueue/Properties/RedrivePolicy", ""),
            ("/Resources/TasksQueue/Properties/RedrivePolicy/maxReceiveCount", "5"),
            (
                "/Resources/TasksQueue/Properties/RedrivePolicy/deadLetterTargetArn",
                r#"{"Fn::GetAtt": ["ExportsDeadLetters", "Arn"]}"#,
            ),
            ("/Resources/BatchesDeadLetters/Properties/FifoQueue", ""),
        ],
    },
    Rule {
        says: "messages are kept for 14 days, encrypted, and outlive updates of the stack",
        faults: kept,
        mistakes: &[
            ("/Resources/ExportsQueue/Properties/MessageRetentionPeriod", "345600"),
            ("/Resources/BatchesDeadLetters/Properties/MessageRetentionPeriod", ""),
            ("/Resources/TasksQueue/Properties/SqsManagedSseEnabled", "false"),
            ("/Resources/BatchesQueue/UpdateReplacePolicy", ""),
        ],
    },
    Rule {
        says: "each queue is reached by encrypted connections only",
        faults: connections,
        mistakes: &[
            ("/Resources/QueuesPolicy/Properties/Queues/0", ""),
            ("/Resources/QueuesPolicy/Properties/PolicyDocument/Statement/0/Effect", r#""Allow""#),
            ("/Resources/ExportsQueuePolicy/Properties/PolicyDocument/Statement/1", ""),
        ],
    },
    Rule {
        says: "each function takes one message at a time and names those that stay",
        faults: mappings,
        mistakes: &[
            ("/Resources/Submit/Properties/Events/Batches/Properties/FunctionResponseTypes", ""),
            ("/Resources/Poll/Properties/Events/Tasks/Properties/BatchSize", "10"),
            (
                "/Resources/Split/Properties/Events/Exports/Properties/ScalingConfig/MaximumConcurrency",
                "1",
            ),
            (
                "/Resources/Split/Properties/Events/Exports/Properties/Queue",
                r#"{"Fn::GetAtt": ["TasksQueue", "Arn"]}"#,
            ),
        ],
    },
    Rule {
        says: "batches go out in order within their slot, and only while the stack is not paused",
        faults: batches,
        mistakes: &[
            ("/Resources/BatchesQueue/Properties/FifoQueue", "false"),
            ("/Resources/BatchesQueue/Properties/ContentBasedDeduplication", "true"),
            ("/Resources/Submit/Properties/Events/Batches/Properties/Enabled", ""),
        ],
    },
];

/// Function, its event and the queue that feeds it.
fn mapped(template: &Template) -> Vec<(&str, Value, String)> {
    let functions = named(template, FUNCTION);
    let events = functions.flat_map(|function| {
        let events = at(template, function, "/Events");
        let events = events.as_object().cloned().unwrap_or_default().into_iter();
        events.map(move |(_, event)| {
            let queue = target(&event["Properties"]["Queue"]).to_owned();
            (function, event, queue)
        })
    });
    events.collect()
}

fn visibility(template: &Template) -> Vec<String> {
    lines(mapped(template).into_iter().map(|(function, _, queue)| {
        let limit = at(template, function, "/Timeout").as_u64().unwrap_or(3);
        let visible = at(template, &queue, "/VisibilityTimeout").as_u64().unwrap_or(30);
        (visible < 6 * limit).then(|| format!("{queue}: {visible} s, and {function} has {limit} s"))
    }))
}

fn dead_letters(template: &Template) -> Vec<String> {
    let living = named(template, QUEUE).filter(|name| !name.ends_with("DeadLetters"));
    lines(living.map(|queue| {
        let own = format!("{}DeadLetters", queue.trim_end_matches("Queue"));
        let policy = at(template, queue, "/RedrivePolicy");
        let same_kind = at(template, queue, "/FifoQueue") == at(template, &own, "/FifoQueue");
        let well = target(&policy["deadLetterTargetArn"]) == own
            && policy["maxReceiveCount"] == 1000
            && same_kind;
        (!well).then(|| format!("{queue}: {policy}"))
    }))
}

fn kept(template: &Template) -> Vec<String> {
    lines(template.resources(QUEUE).map(|(name, queue)| {
        let properties = &queue["Properties"];
        let well = properties["MessageRetentionPeriod"] == 14 * 24 * 3600
            && properties["SqsManagedSseEnabled"] == true
            && queue["UpdateReplacePolicy"] == "Retain";
        (!well).then(|| name.to_owned())
    }))
}

fn connections(template: &Template) -> Vec<String> {
    lines(named(template, QUEUE).map(|queue| {
        let policies = named(template, "AWS::SQS::QueuePolicy");
        let denies = |policy: &str| {
            let of_it = at(template, policy, "/Queues");
            let statements = at(template, policy, "/PolicyDocument/Statement");
            let insecure = json!({"Bool": {"aws:SecureTransport": "false"}});
            let mut statements = statements.as_array().cloned().unwrap_or_default().into_iter();
            of_it.as_array().is_some_and(|all| all.iter().any(|of| target(of) == queue))
                && statements.any(|statement| {
                    statement["Effect"] == "Deny"
                        && statement["Action"] == "sqs:*"
                        && statement["Condition"] == insecure
                })
        };
        (!policies.into_iter().any(denies)).then(|| queue.to_owned())
    }))
}

fn mappings(template: &Template) -> Vec<String> {
    let expected = [("Split", "ExportsQueue"), ("Submit", "BatchesQueue"), ("Poll", "TasksQueue")];
    let mapped = mapped(template);
    lines(expected.into_iter().map(|(function, queue)| {
        let mut of_it = mapped.iter().filter(|(name, ..)| *name == function);
        let (Some((_, event, from)), None) = (of_it.next(), of_it.next()) else {
            return Some(format!("{function} has not one event"));
        };
        let properties = &event["Properties"];
        let most = &properties["ScalingConfig"]["MaximumConcurrency"];
        let well = from == queue
            && event["Type"] == "SQS"
            && properties["BatchSize"] == 1
            && properties["FunctionResponseTypes"] == json!(["ReportBatchItemFailures"])
            && most.as_u64().is_none_or(|most| most >= 2);
        (!well).then(|| format!("{function}: {properties}"))
    }))
}

fn batches(template: &Template) -> Vec<String> {
    let queue = at(template, "BatchesQueue", "");
    let enabled = at(template, "Submit", "/Events/Batches/Properties/Enabled");
    lines(
        [
            (queue["FifoQueue"] == true, "it is no FIFO queue"),
            (queue["ContentBasedDeduplication"] == false, "what was sent once could be swallowed"),
            (enabled["Fn::If"] == json!(["IsRunning", true, false]), "it cannot be paused"),
        ]
        .into_iter()
        .map(|(holds, otherwise)| (!holds).then(|| otherwise.to_owned())),
    )
}
