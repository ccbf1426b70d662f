//! Parameters and outputs: what whoever deploys reads.

use std::collections::BTreeSet;

use csm_import_tests::template::Template;
use serde_json::Value;

use crate::{Rule, lines};

pub(crate) const RULES: &[Rule] = &[
    Rule {
        says: "each parameter says what it is, takes nothing that makes no sense, and is safe by default",
        faults: told,
        mistakes: &[
            ("/Parameters/MaxOpenTasks/Description", ""),
            ("/Parameters/MaxOpenTasks/MaxValue", ""),
            ("/Parameters/CsmBaseUrl/AllowedPattern", ""),
            ("/Parameters/LogLevel/Default", ""),
            ("/Parameters/Paused/Default", r#""yes""#),
        ],
    },
    Rule {
        says: "each parameter is used, and stands in one group of the console",
        faults: used,
        mistakes: &[
            ("/Parameters/Unused", r#"{"Type": "String"}"#),
            ("/Metadata/AWS::CloudFormation::Interface/ParameterGroups/0/Parameters/0", ""),
            (
                "/Metadata/AWS::CloudFormation::Interface/ParameterGroups/0/Parameters/0",
                r#""MaxOpenTasks""#,
            ),
        ],
    },
    Rule {
        says: "outputs are described, and say what is left to do",
        faults: outputs,
        mistakes: &[("/Outputs/BucketName/Description", ""), ("/Outputs/NextStep", "")],
    },
];

fn told(template: &Template) -> Vec<String> {
    // What only whoever deploys knows.
    const NEEDED: [&str; 2] = ["CsmBaseUrl", "CodeBucket"];
    // The stack works with nothing else said, and sends nothing to anybody.
    const SAFE: [(&str, &str); 4] =
        [("Paused", "no"), ("Tracing", "PassThrough"), ("NoticeEmail", ""), ("CsmSecretArn", "")];
    let told = template.section("Parameters").map(|(name, parameter)| {
        let has = |field: &str| parameter.get(field).is_some();
        let bounded = match parameter["Type"].as_str() {
            Some("Number") => has("AllowedValues") || has("MinValue") && has("MaxValue"),
            Some("String") => has("AllowedValues") || has("AllowedPattern"),
            _ => false,
        };
        let well = has("Description") && bounded && has("Default") != NEEDED.contains(&name);
        (!well).then(|| name.to_owned())
    });
    let safe = SAFE.into_iter().map(|(name, value)| {
        let default = &template.document()["Parameters"][name]["Default"];
        (default != value).then(|| format!("{name} is {default} by default"))
    });
    lines(told.chain(safe))
}

fn used(template: &Template) -> Vec<String> {
    let document = template.document();
    let groups = &document["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"];
    let listed: Vec<&str> = groups
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|group| group["Parameters"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    let mut named = BTreeSet::new();
    for section in ["Conditions", "Globals", "Resources", "Outputs"] {
        names(&document[section], &mut named);
    }
    lines(template.section("Parameters").map(|(name, _)| {
        let times = listed.iter().filter(|listed| **listed == name).count();
        (times != 1 || !named.contains(name)).then(|| format!("{name} (in {times} groups)"))
    }))
}

/// What is referred to, by `Ref` or within `Fn::Sub`.
fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            found.extend(entries.get("Ref").and_then(Value::as_str).map(str::to_owned));
            entries.values().for_each(|value| names(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| names(value, found)),
        Value::String(text) => {
            let parts = text.split("${").skip(1).filter_map(|part| part.split_once('}'));
            found.extend(parts.map(|(name, _)| name.to_owned()));
        }
        _ => {}
    }
}

fn outputs(template: &Template) -> Vec<String> {
    let undescribed = template
        .section("Outputs")
        .map(|(name, output)| output["Description"].as_str().is_none().then(|| name.to_owned()));
    let next = template.section("Outputs").any(|(name, _)| name == "NextStep");
    lines(undescribed.chain([(!next).then(|| "there is no next step".to_owned())]))
}
