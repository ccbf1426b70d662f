//! Reading records back.

use std::{collections::HashMap, str::FromStr};

use serde_json::{Value, json};

use super::reply::Reply;
use crate::{
    request::reads::{self, Wanted},
    world::{
        World,
        record::{Entity, Record},
    },
};

/// Most organizations on a page of the Jira Service Management list.
const MOST_ON_A_PAGE: usize = 50;

/// Organizations by id or exact name; the ones there are not are left out (documented).
pub(super) fn organizations(world: &World, body: &[u8]) -> Reply {
    let records = &world.organizations;
    let found: Vec<Value> = match reads::organizations(body) {
        Err(message) => return Reply::bad_request(&message),
        Ok(Wanted::Ids(ids)) => ids.iter().filter_map(|id| records.get(id)).map(brief).collect(),
        Ok(Wanted::Names(names)) => {
            let known = names.iter().filter_map(|name| records.by_key(name));
            known.map(brief).collect()
        }
    };
    Reply::json(200, json!({ "organizations": found }))
}

fn brief(record: &Record) -> Value {
    json!({ "id": record.id, "name": record.key })
}

/// Profiles by id, with their details; the ones there are not are left out.
pub(super) fn profiles(world: &World, entity: Entity, body: &[u8]) -> Reply {
    let ids = match reads::profiles(entity, body) {
        Err(message) => return Reply::bad_request(&message),
        Ok(ids) => ids,
    };
    let found = ids.iter().filter_map(|id| world.records(entity).get(id));
    let profiles: Vec<Value> = match entity {
        Entity::Organization => found.map(organization).collect(),
        Entity::Customer => found.map(|record| customer(world, record)).collect(),
    };
    Reply::json(200, json!({ "profiles": profiles }))
}

fn organization(record: &Record) -> Value {
    json!({ "id": record.id, "name": record.key, "details": details(record) })
}

fn customer(world: &World, record: &Record) -> Value {
    let joined = record.organizations.iter();
    let organizations: Vec<Value> =
        joined.filter_map(|id| world.organizations.get(id)).map(brief).collect();
    json!({
        "id": record.id,
        "email": record.key,
        "displayName": record.display_name,
        "details": details(record),
        "organizations": organizations,
    })
}

/// Detail values in the documented form.
pub(super) fn details(record: &Record) -> Vec<Value> {
    let details = record.details.iter();
    details.map(|(name, values)| json!({ "name": name, "values": values })).collect()
}

/// The paged list of Jira Service Management.
pub(super) fn service_desk(world: &World, query: &HashMap<String, String>) -> Reply {
    let start = number(query, "start", 0);
    let limit = number(query, "limit", MOST_ON_A_PAGE);
    let (Some(start), Some(limit)) = (start, limit) else {
        return Reply::bad_request("start and limit must be numbers");
    };
    let limit = limit.clamp(1, MOST_ON_A_PAGE);
    let all = world.organizations.iter();
    let values: Vec<Value> = all.skip(start).take(limit).map(brief).collect();
    Reply::json(
        200,
        json!({
            "size": values.len(),
            "start": start,
            "limit": limit,
            "isLastPage": start.saturating_add(limit) >= world.organizations.len(),
            "values": values,
        }),
    )
}

/// A number from the query, or what stands for a missing one.
pub(super) fn number<T: FromStr>(
    query: &HashMap<String, String>,
    name: &str,
    missing: T,
) -> Option<T> {
    match query.get(name) {
        None => Some(missing),
        Some(text) => text.parse().ok(),
    }
}
