//! Functions and the queues that they are invoked from.

use std::time::Duration;

use local::build::Executable;
use serde_json::Value;

use super::{Maker, known};
use crate::runtime::{Function, Mapping};
use crate::template::resolver::text;

/// What Lambda begins with where a mapping says nothing.
const CONCURRENCY: u64 = 5;
/// What one receive brings at most.
const MOST_MESSAGES: u64 = 10;

impl Maker {
    /// Every function with the mapping that invokes it, unless that is switched off.
    pub(super) fn functions(&self, built: &[Executable]) -> Vec<(Function, Mapping)> {
        let template = self.resolver.template();
        let functions = template.resources("AWS::Serverless::Function");
        let functions = functions.filter_map(|(name, _)| {
            let properties = template.properties(name);
            let mapping = self.mapping(&properties["Events"])?;
            Some((self.function(&properties, built), mapping))
        });
        functions.collect()
    }

    fn function(&self, properties: &Value, built: &[Executable]) -> Function {
        let run = ["CodeUri", "Environment", "Events", "FunctionName", "MemorySize", "Timeout"];
        let unseen = ["Architectures", "Description", "LoggingConfig", "Role", "Tags", "Tracing"];
        // Whatever runs on the one runs on the other.
        let machine = ["Handler", "Runtime"];
        known(properties, &[&run[..], &unseen[..], &machine[..]].concat());
        // Each program is packed into a zip of its name.
        let zip = text(&self.resolved(&properties["CodeUri"]["Key"]));
        let name = zip.trim_end_matches(".zip").to_owned();
        let found = built.iter().find(|(program, _)| *program == name);
        let (_, program) = found.unwrap_or_else(|| panic!("there is no program {name}"));
        let variables = self.resolved(&properties["Environment"]["Variables"]);
        let variables = variables.as_object().expect("variables").iter();
        Function {
            full_name: text(&self.resolved(&properties["FunctionName"])),
            program: program.clone(),
            timeout: Duration::from_secs(number(&properties["Timeout"])),
            memory: number(&properties["MemorySize"]),
            variables: variables.map(|(name, value)| (name.clone(), text(value))).collect(),
            name,
        }
    }

    fn mapping(&self, events: &Value) -> Option<Mapping> {
        let events: Vec<&Value> = events.as_object().expect("events").values().collect();
        let [event] = events.as_slice() else { panic!("one event invokes a function: {events:?}") };
        assert_eq!(event["Type"], "SQS", "a queue invokes a function");
        let mapping = self.resolved(&event["Properties"]);
        let names = ["BatchSize", "Enabled", "FunctionResponseTypes", "Queue", "ScalingConfig"];
        known(&mapping, &names);
        if mapping.get("Enabled").is_some_and(|enabled| text(enabled) == "false") {
            return None;
        }
        let queue_arn = text(&mapping["Queue"]);
        let batch_size = number(&mapping["BatchSize"]);
        assert!(batch_size <= MOST_MESSAGES, "only one receive is made for an invocation");
        let most = &mapping["ScalingConfig"]["MaximumConcurrency"];
        let concurrency = most.as_u64().unwrap_or(CONCURRENCY).min(CONCURRENCY);
        let kinds = mapping["FunctionResponseTypes"].as_array().into_iter().flatten();
        Some(Mapping {
            queue_url: self.resolver.reference_of(&queue_arn).expect("a queue of the stack"),
            queue_arn,
            batch_size: i32::try_from(batch_size).unwrap_or(i32::MAX),
            names_failures: kinds.into_iter().any(|kind| kind == "ReportBatchItemFailures"),
            concurrency: usize::try_from(concurrency).unwrap_or(usize::MAX),
        })
    }

    /// A value, now that everything is there.
    fn resolved(&self, value: &Value) -> Value {
        let resolved = self.resolver.resolve(value);
        resolved.unwrap_or_else(|missing| panic!("nobody has made {missing:?}"))
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}
