//! The functions: what they run on, what they are told, and where they log.

use std::cell::RefCell;
use std::collections::BTreeSet;

use csm_import::config::Settings;
use csm_import_tests::template::Template;
use serde_json::{Value, json};

use crate::{Rule, at, lines, named, target};

const FUNCTION: &str = "AWS::Serverless::Function";

pub(crate) const RULES: &[Rule] = &[
    Rule {
        says: "functions are told exactly what they read, and the template can say nothing that they refuse",
        faults: environment,
        mistakes: &[
            ("/Globals/Function/Environment/Variables/MAX_OPEN_TASKS", ""),
            ("/Globals/Function/Environment/Variables/MAX_TASKS", r#""5""#),
            ("/Parameters/MaxOpenTasks/MaxValue", "100"),
            ("/Parameters/SettleSeconds/MinValue", "-1"),
            ("/Parameters/Dialect/AllowedValues/2", r#""klingon""#),
            ("/Parameters/ExportEncoding/Default", r#""utf-9""#),
        ],
    },
    Rule {
        says: "functions have the time and the memory that they count on, and no more",
        faults: bounds,
        mistakes: &[
            ("/Resources/Split/Properties/Timeout", "901"),
            ("/Resources/Submit/Properties/Timeout", "30"),
            ("/Resources/Poll/Properties/MemorySize", "64"),
            ("/Resources/Poll/Properties/MemorySize", "4096"),
            ("/Globals/Function/Runtime", r#""provided.al2""#),
        ],
    },
    Rule {
        says: "the credentials outlive the stack and whatever another secret is given instead",
        faults: secret,
        mistakes: &[
            // Giving another one removes this one, which is no replacement.
            ("/Resources/Secret/DeletionPolicy", r#""Delete""#),
            ("/Resources/Secret/UpdateReplacePolicy", ""),
            ("/Resources/Secret/Properties/SecretString", r#""hunter2""#),
        ],
    },
    Rule {
        says: "each function has a role of its own, which only Lambda takes",
        faults: roles,
        mistakes: &[
            ("/Resources/Poll/Properties/Role", r#"{"Fn::GetAtt": ["SplitRole", "Arn"]}"#),
            ("/Resources/Poll/Properties/Role", ""),
            (
                "/Resources/PollRole/Properties/AssumeRolePolicyDocument/Statement/0/Principal/Service",
                r#""ec2.amazonaws.com""#,
            ),
            (
                "/Resources/SplitRole/Properties/ManagedPolicyArns",
                r#"["arn:aws:iam::aws:policy/X"]"#,
            ),
            ("/Resources/More", r#"{"Type": "AWS::IAM::Policy"}"#),
            ("/Resources/More", r#"{"Type": "AWS::IAM::RolePolicy"}"#),
        ],
    },
    Rule {
        says: "each function logs JSON to a group of its own, which forgets after a while",
        faults: logs,
        mistakes: &[
            ("/Resources/Submit/Properties/LoggingConfig/LogGroup", r#"{"Ref": "PollLogs"}"#),
            ("/Resources/Submit/Properties/LoggingConfig/LogFormat", r#""Text""#),
            ("/Resources/SplitLogs/Properties/RetentionInDays", ""),
            ("/Resources/SplitLogs/Properties/LogGroupName", r#"{"Fn::Sub": "/aws/lambda/x"}"#),
        ],
    },
];

/// What the functions of the template are told, where each parameter has its default, but for one.
fn told(template: &Template, name: &str, other: Option<(&str, &str)>) -> Option<String> {
    let value = at(template, "Split", &format!("/Environment/Variables/{name}"));
    let Some(parameter) = value["Ref"].as_str() else {
        return (!value.is_null()).then(|| "told by the stack".to_owned());
    };
    if let Some((of, instead)) = other
        && of == parameter
    {
        return Some(instead.to_owned());
    }
    Some(match &template.document()["Parameters"][parameter]["Default"] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ if parameter == "CsmBaseUrl" => "https://api.atlassian.com/jsm/csm/cloudid/x".to_owned(),
        _ => "a resource".to_owned(),
    })
}

fn environment(template: &Template) -> Vec<String> {
    let read = RefCell::new(BTreeSet::from(["LOG_LEVEL".to_owned()]));
    let settings = Settings::read(|name| {
        read.borrow_mut().insert(name.to_owned());
        told(template, name, None)
    });
    let mut faults: Vec<String> =
        settings.err().map(|error| error.to_string()).into_iter().collect();
    let variables = at(template, "Split", "/Environment/Variables");
    let variables: BTreeSet<String> =
        variables.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    let read = read.into_inner();
    faults.extend(
        read.symmetric_difference(&variables)
            .map(|name| format!("{name} is told or read, not both")),
    );
    for (parameter, section) in template.section("Parameters") {
        let numbers = ["MinValue", "MaxValue"].map(|end| section[end].as_i64());
        let numbers = numbers.into_iter().flatten().map(|number| number.to_string());
        let words = section["AllowedValues"].as_array().cloned().unwrap_or_default();
        let words = words.into_iter().filter_map(|word| word.as_str().map(str::to_owned));
        for value in numbers.chain(words) {
            let other = Some((parameter, value.as_str()));
            if let Err(error) = Settings::read(|name| told(template, name, other)) {
                faults.push(format!("{parameter}={value}: {error}"));
            }
        }
    }
    faults
}

fn bounds(template: &Template) -> Vec<String> {
    lines(named(template, FUNCTION).map(|function| {
        let properties = at(template, function, "");
        let seconds = properties["Timeout"].as_u64().unwrap_or(3);
        let memory = properties["MemorySize"].as_u64().unwrap_or(128);
        // A batch begins with 45 seconds left at least, and the reading of a stage with two minutes.
        let needed = if function == "Submit" { 60 } else { 300 };
        let well = (needed..=900).contains(&seconds)
            && (256..=1024).contains(&memory)
            && properties["Runtime"] == "provided.al2023"
            && properties["Handler"] == "bootstrap"
            && properties["Architectures"] == json!([{"Ref": "Architecture"}])
            && properties["Tracing"] == json!({"Ref": "Tracing"});
        (!well).then(|| format!("{function}: {seconds} s, {memory} MB"))
    }))
}

fn secret(template: &Template) -> Vec<String> {
    let secret = &template.document()["Resources"]["Secret"];
    let stays = secret["DeletionPolicy"] == "Retain" && secret["UpdateReplacePolicy"] == "Retain";
    let empty = secret["Properties"]["SecretString"] == "{}";
    let faults = [(stays, "it may be deleted"), (empty, "the template holds credentials")];
    lines(faults.into_iter().map(|(holds, otherwise)| (!holds).then(|| otherwise.to_owned())))
}

fn roles(template: &Template) -> Vec<String> {
    let elsewhere = template.section("Resources").map(|(name, resource)| {
        let kind = resource["Type"].as_str().unwrap_or_default();
        let may_add = kind.starts_with("AWS::IAM::") && kind != "AWS::IAM::Role";
        may_add.then(|| format!("{name} may allow more"))
    });
    let own = named(template, FUNCTION).map(|function| {
        let role = at(template, function, "/Role");
        let role = target(&role);
        let properties = at(template, role, "");
        let trust = &properties["AssumeRolePolicyDocument"]["Statement"];
        let well = role == format!("{function}Role")
            && trust.as_array().is_some_and(|statements| statements.len() == 1)
            && trust[0]["Principal"] == json!({"Service": "lambda.amazonaws.com"})
            && properties.get("ManagedPolicyArns").is_none()
            && at(template, function, "/Policies").is_null();
        (!well).then(|| format!("{function}: {role}"))
    });
    lines(own.chain(elsewhere))
}

fn logs(template: &Template) -> Vec<String> {
    lines(named(template, FUNCTION).map(|function| {
        let logging = at(template, function, "/LoggingConfig");
        let group = target(&logging["LogGroup"]).to_owned();
        let properties = at(template, &group, "");
        let name = at(template, function, "/FunctionName/Fn::Sub");
        let expected = format!("/aws/lambda/{}", name.as_str().unwrap_or_default());
        let well = group == format!("{function}Logs")
            && logging["LogFormat"] == "JSON"
            && logging["ApplicationLogLevel"] == "TRACE"
            && properties["RetentionInDays"] == json!({"Ref": "LogDays"})
            && properties["LogGroupName"]["Fn::Sub"] == expected.as_str();
        (!well).then(|| format!("{function}: {group}"))
    }))
}
