//! The body of the profile bulk endpoints, in both published dialects.

use serde_json::Value;

use super::{check_count, json, operation::Operation, payload, single_member};
use crate::{options::Dialect, world::record::Entity};

/// Most records in one request (documented).
const MOST_RECORDS: usize = 100;

/// A bulk request that was understood.
#[derive(Debug)]
pub(crate) struct Profiles {
    pub(crate) operations: Vec<Operation>,
    /// It came in the shape of the import guide.
    pub(crate) guide: bool,
}

/// Understands a request completely or refuses it.
pub(crate) fn parse(entity: Entity, dialect: Dialect, body: &[u8]) -> Result<Profiles, String> {
    let (root, elements) = single_member(json(body)?)?;
    let reference = match entity {
        Entity::Organization => "organizationProfiles",
        Entity::Customer => "customerProfiles",
    };
    let guide = root == format!("{}s", entity.word());
    let accepted = match dialect {
        Dialect::Both => guide || root == reference,
        Dialect::Reference => root == reference,
        Dialect::Guide => guide,
    };
    if !accepted {
        return Err(format!("Unrecognized field \"{root}\""));
    }
    let Value::Array(elements) = elements else {
        return Err(format!("\"{root}\" must be a list"));
    };
    check_count(elements.len(), MOST_RECORDS)?;
    let operation = |element| match entity {
        Entity::Organization => payload::organization(element),
        Entity::Customer => payload::customer(element, guide),
    };
    let operations = elements.into_iter().map(operation).collect::<Result<_, _>>()?;
    Ok(Profiles { operations, guide })
}
