//! Searching customers by detail values.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    reads::{details, number},
    reply::Reply,
};
use crate::{
    clock::Moment,
    request::reads::{self, Sought},
    world::{World, record::Record},
};

/// Customers on a page unless told otherwise, and at most.
const PAGE: usize = 50;

/// Customers that have all the values. A value also matches longer ones that begin with it,
/// whatever their case: exact matching is nowhere promised, so clients have to check. Pages count
/// from 0.
pub(super) fn customers(
    world: &World,
    query: &HashMap<String, String>,
    body: &[u8],
    now: Moment,
) -> Reply {
    let sought = match reads::search(body) {
        Err(message) => return Reply::bad_request(&message),
        Ok(sought) => sought,
    };
    let fields = &world.customer_fields;
    if sought.iter().any(|wanted| fields.get(&wanted.name).is_none()) {
        return Reply::bad_request("Invalid detail field");
    }
    let (Some(page), Some(size)) = (number(query, "page", 0), number(query, "maxResults", PAGE))
    else {
        return Reply::bad_request("page and maxResults must be numbers");
    };
    let size = size.clamp(1, PAGE);
    let found: Vec<&Record> = world
        .customers
        .iter()
        .filter(|record| world.is_indexed(record.created, now))
        .filter(|record| sought.iter().all(|wanted| has(record, wanted)))
        .collect();
    let total = found.len();
    let skipped = size.saturating_mul(page);
    let customers: Vec<Value> = found.into_iter().skip(skipped).take(size).map(customer).collect();
    Reply::json(200, json!({ "customers": customers, "total": total }))
}

fn has(record: &Record, wanted: &Sought) -> bool {
    let begins = wanted.value.to_lowercase();
    let values = record.details.get(&wanted.name);
    values.is_some_and(|values| {
        let mut values = values.iter();
        values.any(|value| value.to_lowercase().starts_with(&begins))
    })
}

fn customer(record: &Record) -> Value {
    json!({
        "id": record.id,
        "email": record.key,
        "displayName": record.display_name,
        "details": details(record),
    })
}
