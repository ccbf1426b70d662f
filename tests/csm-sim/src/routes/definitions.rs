//! Reading the detail fields, adding one, and changing the options of one.

use serde::Deserialize;
use serde_json::{Value, json};

use super::reply::Reply;
use crate::{
    request,
    state::{DetailField, DetailType},
    world::{World, record::Entity},
};

/// All detail fields of an entity in the documented form.
pub(super) fn list(world: &World, entity: Entity) -> Reply {
    let fields = world.fields(entity).all().iter().zip(1..);
    let results: Vec<Value> = fields.map(|(field, position)| result(field, position)).collect();
    Reply::json(200, json!({ "results": results }))
}

/// Adds one detail field at once, without a task.
pub(super) fn add(world: &mut World, entity: Entity, body: &[u8]) -> Reply {
    let field: DetailField = match request::parse(body) {
        Err(message) => return Reply::bad_request(&message),
        Ok(field) => field,
    };
    world.somebody_else(entity);
    if let Err(message) = world.fields(entity).check(std::slice::from_ref(&field)) {
        return Reply::bad_request(&message);
    }
    world.fields_mut(entity).add(field.clone());
    Reply::json(201, result(&field, world.fields(entity).all().len()))
}

/// What `PUT` may change (documented): the name and the options.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    name: Option<String>,
    #[serde(rename = "type")]
    kind: DetailType,
}

/// Gives a select other options. Another name is refused, though the API has it: an importer must
/// never rename a field that others use.
pub(super) fn edit(world: &mut World, entity: Entity, name: &str, body: &[u8]) -> Reply {
    let Some(name) = decode(name) else {
        return Reply::bad_request("The name is not percent-encoded UTF-8");
    };
    let Edit { name: new_name, kind } = match request::parse(body) {
        Err(message) => return Reply::bad_request(&message),
        Ok(edit) => edit,
    };
    if new_name.is_some_and(|new_name| new_name != name) {
        world.violations.push(format!("PUT {}/details/{name} renames it", entity.word()));
        return Reply::bad_request("The simulator renames no detail field");
    }
    world.somebody_else(entity);
    if world.fields(entity).get(&name).is_none() {
        return Reply::error(404, "Detail field not found");
    }
    if let Err(message) = world.fields_mut(entity).set_options(&name, kind) {
        return Reply::bad_request(&message);
    }
    let fields = world.fields(entity).all().iter().zip(1..);
    let changed = fields.filter(|(field, _)| field.name == name);
    let changed: Vec<Value> = changed.map(|(field, position)| result(field, position)).collect();
    Reply::json(200, changed.into_iter().next().unwrap_or_default())
}

/// Refused, though the API has it: it destroys the values of all records.
pub(super) fn delete(world: &mut World, entity: Entity, name: &str) -> Reply {
    world.violations.push(format!("DELETE {}/details/{name}", entity.word()));
    Reply::bad_request("The simulator deletes no detail field")
}

/// A segment of a path as text.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn result(field: &DetailField, position: usize) -> Value {
    json!({
        "name": field.name,
        "type": field.kind,
        "configuration": { "position": position },
    })
}
