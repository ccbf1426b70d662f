//! Rendering a batch as the body of a bulk request, in either dialect. What has but one shape stands
//! in [`definitions`], [`details`] and [`links`].

pub mod definitions;
pub mod details;
pub mod links;

use std::borrow::Cow;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::mapping::mapper::{MappedRecord, Profile};
use crate::mapping::policies::Operation;
use crate::mapping::stage::Stage;

/// Records in one bulk request at most (documented).
pub const MAX_BATCH: usize = 100;

/// One of the two published shapes of a bulk request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// The API reference: `customerProfiles`, `{"organizationIds":[…]}`.
    Reference,
    /// The guide for imports from Salesforce: `customers`, a bare list of ids.
    Guide,
}

impl Dialect {
    /// The name, as in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Guide => "guide",
        }
    }
}

/// Which dialect the operator asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DialectSetting {
    /// Try the reference first, then the guide once; keep what the site accepted.
    #[default]
    Auto,
    /// Only the reference's shape.
    Reference,
    /// Only the guide's shape.
    Guide,
}

impl DialectSetting {
    /// The dialects to try for a batch, best first; `accepted` is what the import has learned.
    pub fn candidates(self, accepted: Option<Dialect>) -> &'static [Dialect] {
        match (self, accepted) {
            (Self::Reference, _) | (Self::Auto, Some(Dialect::Reference)) => &[Dialect::Reference],
            (Self::Guide, _) | (Self::Auto, Some(Dialect::Guide)) => &[Dialect::Guide],
            (Self::Auto, None) => &[Dialect::Reference, Dialect::Guide],
        }
    }
}

/// What a bulk request writes. Each becomes a task of the site, and all share its slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Organizations or customers, with their details.
    Profiles(Stage),
    /// Details of customers that exist, by the site's ids.
    CustomerDetails,
    /// Links between organizations and customers that exist, by the site's ids.
    Links,
}

impl Endpoint {
    /// The path below the site's base address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Profiles(Stage::Organizations) | Self::Links => {
                "api/v1/organization/profile/bulk"
            }
            Self::Profiles(Stage::Customers) => "api/v1/customer/profile/bulk",
            Self::CustomerDetails => "api/v1/customer/details/bulk",
        }
    }

    /// The name in idempotency keys, which must stay: a request in flight is known by it.
    const fn name(self) -> &'static str {
        match self {
            Self::Profiles(stage) => stage.as_str(),
            Self::CustomerDetails => "customer-details",
            Self::Links => "links",
        }
    }
}

impl From<Stage> for Endpoint {
    fn from(stage: Stage) -> Self {
        Self::Profiles(stage)
    }
}

/// What paths call the records of a stage.
pub(super) const fn entity(stage: Stage) -> &'static str {
    match stage {
        Stage::Organizations => "organization",
        Stage::Customers => "customer",
    }
}

const fn root_key(stage: Stage, dialect: Dialect) -> &'static str {
    match (stage, dialect) {
        (Stage::Organizations, Dialect::Reference) => "organizationProfiles",
        (Stage::Organizations, Dialect::Guide) => "organizations",
        (Stage::Customers, Dialect::Reference) => "customerProfiles",
        (Stage::Customers, Dialect::Guide) => "customers",
    }
}

/// The body of the bulk request for `records`: the same records give the same bytes.
///
/// # Errors
/// Never for mapped records; the error of the JSON writer is passed on all the same.
pub fn render(
    stage: Stage,
    dialect: Dialect,
    operation: Operation,
    records: &[MappedRecord],
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Body { stage, dialect, operation, records })
}

/// The idempotency key of a request: derived from the import, the batch and the body, so that a
/// repeated request repeats its key and a changed body never does.
pub fn idempotency_key(
    import: Uuid,
    endpoint: impl Into<Endpoint>,
    batch: u32,
    body: &[u8],
) -> Uuid {
    key(import, &format!("{}/{batch}/", endpoint.into().name()), body)
}

fn key(import: Uuid, about: &str, body: &[u8]) -> Uuid {
    let digest = Sha256::digest(body);
    let mut name = about.as_bytes().to_vec();
    name.extend_from_slice(&digest);
    Uuid::new_v5(&import, &name)
}

struct Body<'a> {
    stage: Stage,
    dialect: Dialect,
    operation: Operation,
    records: &'a [MappedRecord<'a>],
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        let items =
            Items { dialect: self.dialect, operation: self.operation, records: self.records };
        map.serialize_entry(root_key(self.stage, self.dialect), &items)?;
        map.end()
    }
}

struct Items<'a> {
    dialect: Dialect,
    operation: Operation,
    records: &'a [MappedRecord<'a>],
}

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.records.len()))?;
        for record in self.records {
            list.serialize_element(&Item {
                operation_type: match self.operation {
                    Operation::Upsert => "UPSERT",
                    Operation::Create => "CREATE",
                    Operation::Update => "UPDATE",
                },
                payload: Payload {
                    dialect: self.dialect,
                    // Only one that is there can be named by its id.
                    customer: record
                        .customer
                        .as_deref()
                        .filter(|_| self.operation == Operation::Update),
                    profile: &record.profile,
                },
            })?;
        }
        list.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    operation_type: &'static str,
    payload: Payload<'a>,
}

struct Payload<'a> {
    dialect: Dialect,
    customer: Option<&'a str>,
    profile: &'a Profile<'a>,
}

impl Serialize for Payload<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.profile {
            Profile::Organization { name, details } => {
                map.serialize_entry("name", name)?;
                map.serialize_entry("details", details)?;
            }
            // Who is named by an id may be an Atlassian account, whose name cannot be changed.
            Profile::Customer { details, .. } if self.customer.is_some() => {
                map.serialize_entry("customerId", &self.customer)?;
                map.serialize_entry("details", details)?;
            }
            Profile::Customer { email, display_name, details, organizations } => {
                map.serialize_entry("email", email)?;
                map.serialize_entry("displayName", display_name)?;
                map.serialize_entry("details", details)?;
                if !organizations.is_empty() {
                    let ids = OrganizationIds(organizations);
                    match self.dialect {
                        Dialect::Guide => map.serialize_entry("associateOrganizations", &ids)?,
                        Dialect::Reference => map.serialize_entry(
                            "associateOrganizations",
                            &Association { organization_ids: ids },
                        )?,
                    }
                }
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Association<'a> {
    organization_ids: OrganizationIds<'a>,
}

/// Organization ids are numbers wherever the API takes them; one that is none is passed on as the site
/// gave it.
pub(super) fn number_or_text(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| Value::from(id), Value::from)
}

struct OrganizationIds<'a>(&'a [Cow<'a, str>]);

impl Serialize for OrganizationIds<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for id in self.0 {
            list.serialize_element(&number_or_text(id))?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests;
