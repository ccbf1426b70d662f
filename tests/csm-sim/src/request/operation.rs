//! One element of a bulk request: what is to be done with a record.

use serde::Deserialize;

use crate::state::Detail;

/// Documented operations on a profile or on details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum OperationType {
    Create,
    Update,
    Upsert,
    /// Of details alone.
    Patch,
}

impl OperationType {
    /// What an operation attempts on a record that exists.
    pub(crate) fn attempted(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update | Self::Upsert => "UPDATE",
            Self::Patch => "PATCH",
        }
    }
}

/// An operation on an organization or a customer.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) kind: OperationType,
    pub(crate) id: Option<String>,
    /// An organization's name, a customer's email.
    pub(crate) key: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) details: Vec<Detail>,
    /// Ids of customers to join to an organization, or of organizations to join a customer to.
    pub(crate) associate: Vec<String>,
}

impl Operation {
    /// What the record is called in lists: its name or email, else its id.
    pub(crate) fn label(&self) -> String {
        let label = self.key.as_ref().or(self.id.as_ref());
        label.cloned().unwrap_or_default()
    }
}
