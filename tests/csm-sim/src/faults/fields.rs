//! Misbehaviour around detail fields.

use serde::{Deserialize, Serialize};

use crate::{state::DetailField, world::record::Entity};

/// Whose detail fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldOwner {
    /// Those of organizations.
    Organizations,
    /// Those of customers.
    Customers,
}

impl FieldOwner {
    pub(crate) fn is(self, entity: Entity) -> bool {
        match self {
            Self::Organizations => entity == Entity::Organization,
            Self::Customers => entity == Entity::Customer,
        }
    }
}

/// What somebody else does to the detail fields between our reading and our writing: creates a field,
/// or gives one that exists (of exactly this name) other options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meanwhile {
    /// Whose fields.
    pub of: FieldOwner,
    /// The field as it is then.
    pub field: DetailField,
}

/// Rights that can be lacking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Right {
    /// Everything is refused.
    Everything,
    /// Detail fields can be read, not changed.
    Fields,
}
