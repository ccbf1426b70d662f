//! The payloads of both published dialects.

use serde::Deserialize;
use serde_json::Value;

use super::{
    convert,
    operation::{Operation, OperationType},
};
use crate::state::Detail;

/// An id that may be written as a number or as a string.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Id {
    Number(u64),
    Text(String),
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        match id {
            Id::Number(number) => number.to_string(),
            Id::Text(text) => text,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Element<P> {
    operation_type: OperationType,
    payload: P,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OrganizationPayload {
    id: Option<Id>,
    name: Option<String>,
    #[serde(default)]
    details: Vec<Detail>,
    associate_customers: Option<CustomerIds>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CustomerIds {
    customer_ids: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CustomerPayload {
    customer_id: Option<String>,
    email: Option<String>,
    display_name: Option<String>,
    #[serde(default)]
    details: Vec<Detail>,
    associate_organizations: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct OrganizationIds {
    organization_ids: Vec<u64>,
}

/// An element of `organizationProfiles` or `organizations`; the dialects differ in nothing else.
pub(super) fn organization(element: Value) -> Result<Operation, String> {
    let Element { operation_type: kind, payload } =
        convert::<Element<OrganizationPayload>>(element)?;
    let customers = payload.associate_customers;
    identified(Operation {
        kind,
        id: payload.id.map(String::from),
        key: payload.name,
        display_name: None,
        details: payload.details,
        associate: customers.map_or_else(Vec::new, |list| list.customer_ids),
    })
}

/// An element of `customerProfiles` or `customers`.
pub(super) fn customer(element: Value, guide: bool) -> Result<Operation, String> {
    let Element { operation_type: kind, payload } = convert::<Element<CustomerPayload>>(element)?;
    let organizations = match payload.associate_organizations {
        None => Vec::new(),
        Some(list) if guide => convert::<Vec<u64>>(list)?,
        Some(list) => convert::<OrganizationIds>(list)?.organization_ids,
    };
    identified(Operation {
        kind,
        id: payload.customer_id,
        key: payload.email,
        display_name: payload.display_name,
        details: payload.details,
        associate: organizations.iter().map(ToString::to_string).collect(),
    })
}

/// Creating needs a name or an email, everything else any way to find the record (documented).
fn identified(operation: Operation) -> Result<Operation, String> {
    if operation.kind == OperationType::Patch {
        return Err("A profile is created, updated or both".to_owned());
    }
    let creates = operation.kind == OperationType::Create;
    if operation.key.is_none() && (creates || operation.id.is_none()) {
        return Err("The payload does not say which record it is about".to_owned());
    }
    Ok(operation)
}
