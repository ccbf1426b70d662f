//! What can be seen of the simulator from outside: a snapshot, as a value and as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything the site holds and has counted, at one moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// Organizations in the order of their creation.
    pub organizations: Vec<OrganizationState>,
    /// Customers in the order of their creation.
    pub customers: Vec<CustomerState>,
    /// Tasks in the order of their acceptance, expired ones included.
    pub tasks: Vec<TaskState>,
    /// Detail fields of organizations, in the order of their position.
    pub organization_details: Vec<DetailField>,
    /// Detail fields of customers, in the order of their position.
    pub customer_details: Vec<DetailField>,
    /// What was counted since the start or the last reset.
    pub counters: Counters,
    /// Requests that an importer must never make: renaming or deleting a detail field or a value.
    #[serde(default)]
    pub violations: Vec<String>,
}

impl State {
    /// The organization of exactly this name.
    pub fn organization(&self, name: &str) -> Option<&OrganizationState> {
        self.organizations.iter().find(|found| found.name == name)
    }

    /// The customer with this email, whatever its case.
    pub fn customer(&self, email: &str) -> Option<&CustomerState> {
        self.customers.iter().find(|found| found.email.to_lowercase() == email.to_lowercase())
    }
}

/// An organization as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationState {
    /// Id: digits.
    pub id: String,
    /// Name, by which it is known.
    pub name: String,
    /// Detail values by field name.
    pub details: BTreeMap<String, Vec<String>>,
}

/// A customer as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerState {
    /// Id of the customer account, `qm:…` (documented form).
    pub id: String,
    /// Email as it was first written; it identifies the customer without regard to case.
    pub email: String,
    /// Display name, if one was ever sent.
    pub display_name: Option<String>,
    /// Detail values by field name.
    pub details: BTreeMap<String, Vec<String>>,
    /// Ids of the organizations the customer belongs to.
    pub organizations: Vec<String>,
}

/// A task, and what it was about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskState {
    /// Task id.
    pub id: String,
    /// Documented name of the kind of work, e.g. `BULK_CUSTOMER_PROFILE_CREATE_UPDATE`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Status at the moment of the snapshot.
    pub status: TaskStatus,
    /// Failures as a client reads them; empty until the task ends.
    pub failures: Vec<Failure>,
    /// When it was accepted: RFC 3339, UTC.
    pub created: String,
    /// The records it carried: name or email, else the id, as sent.
    pub records: Vec<String>,
}

/// Documented statuses of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskStatus {
    /// Accepted, waiting.
    NotStarted,
    /// Being worked on.
    InProgress,
    /// Over; the failures say what did not work.
    Finished,
    /// Over; documented as failed, reported of live sites also where the records were written.
    Failed,
}

/// Why a record of a task was not written, in the documented form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// `ORGANIZATION` or `CUSTOMER`.
    pub entity: String,
    /// The record, or an id nobody knows; not to be relied on.
    pub entity_id: String,
    /// `CREATE` or `UPDATE`: what was attempted.
    pub operation: String,
    /// Kind of thing that was written, e.g. `CUSTOMER_ACCOUNT`.
    pub operated_on: String,
    /// Detail fields or ids concerned; empty on a live site.
    pub operated_on_ids: Vec<String>,
    /// Message.
    pub error: String,
}

/// A detail value as the API writes it; values are always strings (documented).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// Name of the detail field, case included.
    pub name: String,
    /// Values; none clears the field.
    pub values: Vec<String>,
}

/// Definition of a detail field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailField {
    /// Name, unique without regard to case and surrounding blanks (documented).
    pub name: String,
    /// Type and, for the select types, its options.
    #[serde(rename = "type")]
    pub kind: DetailType,
}

/// Types of detail fields, as the import guide lists them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailType {
    /// `TEXT`, `EMAIL`, `URL`, `DATE`, `NUMBER`, `BOOLEAN`, `PHONE`, `SELECT` or `MULTISELECT`.
    pub name: String,
    /// Options of the select types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Requests by endpoint (`POST customer/profile/bulk`) and by the status they were answered.
    pub requests: BTreeMap<String, BTreeMap<u16, u64>>,
    /// Writes to organizations.
    pub organizations: EntityCounters,
    /// Writes to customers.
    pub customers: EntityCounters,
    /// Most tasks that clients had open at the same time.
    pub max_open_tasks: usize,
    /// Bulk POSTs refused because too many tasks were open.
    pub limit_refusals: u64,
    /// Requests refused because there were too many in a second.
    pub rate_refusals: u64,
    /// Bulk POSTs answered from a known idempotency key.
    pub replays: u64,
}

impl Counters {
    /// Requests to an endpoint, whatever they were answered.
    pub fn requests_to(&self, endpoint: &str) -> u64 {
        self.requests.get(endpoint).map_or(0, |by_status| by_status.values().sum())
    }
}

/// Writes to one kind of record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityCounters {
    /// Records created.
    pub created: u64,
    /// Updates of records that existed.
    pub updated: u64,
    /// Record operations that failed.
    pub failed: u64,
    /// The same by record: the name, the email in lower case, or the id if neither is known.
    pub records: BTreeMap<String, Writes>,
}

/// What happened to one record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Writes {
    /// How often an accepted request carried it.
    pub sent: u64,
    /// How often it was created.
    pub created: u64,
    /// How often it was updated.
    pub updated: u64,
    /// How often writing it failed.
    pub failed: u64,
}
