//! Reading a task.

use serde_json::json;

use super::reply::Reply;
use crate::{clock::Moment, world::World};

/// The task, if there is one and its results are still kept. It never lists what was created.
pub(super) fn status(world: &World, id: &str, now: Moment) -> Reply {
    let task = world.tasks.get(id).filter(|task| !task.is_expired(now));
    let Some(task) = task else {
        return Reply::error(404, "Task not found");
    };
    Reply::value(&json!({
        "id": task.id,
        "type": task.kind,
        "status": task.status(now),
        "failures": task.failures,
        "createdAt": world.clock.timestamp(task.created),
        "updatedAt": world.clock.timestamp(task.updated(now)),
    }))
}
