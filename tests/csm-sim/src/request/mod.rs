//! Reading request bodies as strictly as the contract allows: one unknown key, and all is refused.

pub(crate) mod definitions;
pub(crate) mod details;
pub(crate) mod operation;
mod payload;
pub(crate) mod profiles;
pub(crate) mod reads;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Parses a body whose shape is known.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    convert(json(body)?)
}

/// Parses a body into JSON. Nothing published says that a null may stand for a missing value.
fn json(body: &[u8]) -> Result<Value, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if has_null(&value) {
        return Err("null is not a value".to_owned());
    }
    Ok(value)
}

fn convert<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(has_null),
        Value::Object(members) => members.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The only member of an object, which says what the object is about.
fn single_member(value: Value) -> Result<(String, Value), String> {
    let Value::Object(members) = value else {
        return Err("The body must be an object".to_owned());
    };
    let mut members = members.into_iter();
    match (members.next(), members.next()) {
        (Some(member), None) => Ok(member),
        _ => Err("The body must have exactly one key".to_owned()),
    }
}

/// Refuses empty lists and ones that are too long.
fn check_count(count: usize, most: usize) -> Result<(), String> {
    match count {
        0 => Err("At least one element is needed".to_owned()),
        _ if count > most => Err(format!("At most {most} elements are allowed")),
        _ => Ok(()),
    }
}
