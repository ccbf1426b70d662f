//! The body of `customer/details/bulk`. The shape of its elements is not published; it is that of the
//! other bulk requests.

use serde::Deserialize;
use serde_json::Value;

use super::{
    check_count,
    operation::{Operation, OperationType},
};
use crate::state::Detail;

/// Most operations in one request, counted over all customers (documented): one for each detail.
const MOST_OPERATIONS: usize = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    customers: Vec<Element>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Element {
    operation_type: OperationType,
    payload: Payload,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Payload {
    customer_id: String,
    details: Vec<Detail>,
}

/// Understands a request completely or refuses it.
pub(crate) fn parse(body: &[u8]) -> Result<Vec<Operation>, String> {
    let Body { customers } = super::parse(body)?;
    let operations = customers.iter().map(|element| element.payload.details.len()).sum();
    check_count(operations, MOST_OPERATIONS)?;
    customers.into_iter().map(operation).collect()
}

/// Whether it asks for values to be deleted, which the API would do.
pub(crate) fn deletes(body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let elements = body.get("customers").and_then(Value::as_array);
    let is_delete =
        |element: &Value| element.get("operationType").and_then(Value::as_str) == Some("DELETE");
    elements.is_some_and(|elements| elements.iter().any(is_delete))
}

fn operation(element: Element) -> Result<Operation, String> {
    let Element { operation_type: kind, payload } = element;
    if !matches!(kind, OperationType::Update | OperationType::Patch) {
        return Err("Details are updated or patched".to_owned());
    }
    Ok(Operation {
        kind,
        id: Some(payload.customer_id),
        key: None,
        display_name: None,
        details: payload.details,
        associate: Vec::new(),
    })
}
