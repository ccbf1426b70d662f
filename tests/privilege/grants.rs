//! What the template allows the functions.

use csm_import_tests::template::Template;
use serde_json::{Value, json};

use crate::{Permission, Permissions};

/// The statements of a function's role, each with its JSON pointer.
pub(crate) fn statements(template: &Template, function: &str) -> Vec<(String, Value)> {
    let policies = format!("/Resources/{function}Role/Properties/Policies");
    let mut found = Vec::new();
    let all = template.document().pointer(&policies).and_then(Value::as_array);
    for (number, policy) in all.into_iter().flatten().enumerate() {
        let statements = policy["PolicyDocument"]["Statement"].as_array();
        for (position, statement) in statements.into_iter().flatten().enumerate() {
            let pointer = format!("{policies}/{number}/PolicyDocument/Statement/{position}");
            match statement["Fn::If"].as_array().map(Vec::as_slice) {
                None => found.push((pointer, statement.clone())),
                // What is asked for only then is allowed only then, and nothing instead.
                Some([condition, then, otherwise])
                    if is_optional(condition, then)
                        && *otherwise == json!({"Ref": "AWS::NoValue"}) =>
                {
                    found.push((format!("{pointer}/Fn::If/1"), then.clone()));
                }
                Some(_) => {}
            }
        }
    }
    found
}

/// Whether a condition of the template says when these actions are needed at all.
fn is_optional(condition: &Value, statement: &Value) -> bool {
    let all = |is_of: fn(&str) -> bool| {
        several(&statement["Action"]).all(|action| action.as_str().is_some_and(is_of))
    };
    match condition.as_str() {
        Some("HasSecretKey") => all(|action| action == "kms:Decrypt"),
        Some("IsTraced") => all(|action| action.starts_with("xray:")),
        _ => false,
    }
}

/// What a function is allowed.
pub(crate) fn grants(template: &Template, function: &str) -> Permissions {
    let statements = statements(template, function).into_iter();
    statements.flat_map(|(_, statement)| of_statement(&statement)).collect()
}

fn of_statement(statement: &Value) -> Vec<Permission> {
    assert_eq!(statement["Effect"], "Allow", "what is not allowed is forbidden already");
    let mut found = Vec::new();
    for action in several(&statement["Action"]) {
        let action = action.as_str().expect("the name of an action");
        let condition = condition(statement);
        let of = |of: &Value| (action.to_owned(), format!("{}{condition}", place(of)));
        found.extend(several(&statement["Resource"]).map(of));
    }
    found
}

/// Under which condition something is allowed, in short.
fn condition(statement: &Value) -> String {
    let Some(condition) = statement.get("Condition") else { return String::new() };
    let equal = condition["StringEquals"].as_object().expect("conditions are about what is equal");
    assert_eq!(condition.as_object().map(serde_json::Map::len), Some(1), "{condition}");
    let via = "secretsmanager.${AWS::Region}.${AWS::URLSuffix}";
    let told = equal.iter().map(|(name, value)| match value["Fn::Sub"].as_str() {
        Some(text) if text == via => "by Secrets Manager".to_owned(),
        _ => format!("{name} {}", value.as_str().unwrap_or("?")),
    });
    format!(" ({})", told.collect::<Vec<_>>().join(", "))
}

fn several(value: &Value) -> impl Iterator<Item = &Value> {
    let one = (!value.is_array()).then_some(value);
    value.as_array().into_iter().flatten().chain(one)
}

/// What an ARN is about, in short: the objects of a prefix, or the name of a resource or parameter.
fn place(arn: &Value) -> String {
    if let Some(text) = arn["Fn::Sub"].as_str() {
        return match text.strip_prefix("${Bucket.Arn}/") {
            Some("*") => "every object".to_owned(),
            Some(key) => key.to_owned(),
            None if text.ends_with(":${AWS::AccountId}:event-bus/default") => {
                "event bus".to_owned()
            }
            None => text.to_owned(),
        };
    }
    // The stack's own secret, or one that was given.
    let secret = json!(["CreateSecret", {"Ref": "Secret"}, {"Ref": "CsmSecretArn"}]);
    if arn["Fn::If"] == secret {
        return "Secret".to_owned();
    }
    if arn["Ref"] == "CsmSecretKeyArn" {
        return "CsmSecretKeyArn".to_owned();
    }
    // A reference to a queue is its address, and one to a bucket its name.
    let name = arn["Fn::GetAtt"][0].as_str().filter(|_| arn["Fn::GetAtt"][1] == "Arn");
    name.or_else(|| arn.as_str()).unwrap_or("nobody knows what").to_owned()
}
