//! The bodies of the reading endpoints.

use serde::Deserialize;

use super::{check_count, convert, json, payload::Id, single_member};
use crate::world::record::Entity;

/// Most organizations looked up at once (documented).
const MOST_ORGANIZATIONS: usize = 50;
/// Most profiles read at once (documented).
const MOST_PROFILES: usize = 25;

/// By what organizations are looked up. The keys of this body are not published.
#[derive(Debug)]
pub(crate) enum Wanted {
    Ids(Vec<String>),
    Names(Vec<String>),
}

pub(crate) fn organizations(body: &[u8]) -> Result<Wanted, String> {
    let (root, list) = single_member(json(body)?)?;
    let wanted = match root.as_str() {
        "organizationIds" => Wanted::Ids(ids(convert(list)?)),
        "organizationNames" => Wanted::Names(convert(list)?),
        _ => return Err(format!("Unrecognized field \"{root}\"")),
    };
    let (Wanted::Ids(list) | Wanted::Names(list)) = &wanted;
    check_count(list.len(), MOST_ORGANIZATIONS)?;
    Ok(wanted)
}

/// Ids of the profiles to read.
pub(crate) fn profiles(entity: Entity, body: &[u8]) -> Result<Vec<String>, String> {
    let (root, list) = single_member(json(body)?)?;
    if root != format!("{}Ids", entity.word()) {
        return Err(format!("Unrecognized field \"{root}\""));
    }
    let list = ids(convert(list)?);
    check_count(list.len(), MOST_PROFILES)?;
    Ok(list)
}

fn ids(list: Vec<Id>) -> Vec<String> {
    list.into_iter().map(String::from).collect()
}

/// A detail value that is searched for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sought {
    pub(crate) name: String,
    pub(crate) value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Search {
    detail_fields: Vec<Sought>,
}

/// Values that a customer must all have.
pub(crate) fn search(body: &[u8]) -> Result<Vec<Sought>, String> {
    let Search { detail_fields } = super::parse(body)?;
    check_count(detail_fields.len(), MOST_ORGANIZATIONS)?;
    Ok(detail_fields)
}
