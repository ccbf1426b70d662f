//! Reading the detail fields and adding one.

use serde_json::{Value, json};

use super::reply::Reply;
use crate::{
    request,
    state::DetailField,
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
    if let Err(message) = world.fields(entity).check(std::slice::from_ref(&field)) {
        return Reply::bad_request(&message);
    }
    world.fields_mut(entity).add(field.clone());
    Reply::json(201, result(&field, world.fields(entity).all().len()))
}

fn result(field: &DetailField, position: usize) -> Value {
    json!({
        "name": field.name,
        "type": field.kind,
        "configuration": { "position": position },
    })
}
