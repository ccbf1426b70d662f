//! Accepting bulk requests: idempotency first, then shape, then the number of open tasks.

use serde_json::{Value, json};

use super::{Request, reply::Reply, route::Route};
use crate::{
    clock::Moment,
    faults::{
        TaskEnd,
        poison::{self, PoisonEffect},
    },
    request,
    world::{
        World,
        keys::{Known, fingerprint},
        record::Entity,
        task::Work,
    },
};

/// As reported of live sites. It means waiting, not that anything is wrong with the request.
const FULL: &str = "Maximum number of tasks reached";
/// In the words reported of live sites.
const KEY_REUSED: &str =
    "Requests with the same idempotency key can only be retried with the same request data";

/// What a request asks for, and how to name the task it is answered.
struct Asked {
    work: Work,
    guide: bool,
}

pub(super) fn profiles(world: &mut World, entity: Entity, request: &Request, now: Moment) -> Reply {
    let label = Route::ProfileBulk(entity).label();
    submit(world, entity, request, &label, now, |world| {
        let profiles = request::profiles::parse(entity, world.options.dialect, &request.body)?;
        Ok(Asked { work: Work::Profiles(profiles.operations), guide: profiles.guide })
    })
}

/// One name that is taken refuses the whole request (documented).
pub(super) fn definitions(
    world: &mut World,
    entity: Entity,
    request: &Request,
    now: Moment,
) -> Reply {
    if let Some(status) = world.faults.definitions_bulk_status {
        return Reply::error(status, "Not supported");
    }
    world.somebody_else(entity);
    let label = Route::DefinitionsBulk(entity).label();
    submit(world, entity, request, &label, now, |world| {
        let fields = request::definitions::parse(&request.body)?;
        world.fields(entity).check(&fields)?;
        Ok(Asked { work: Work::Definitions(fields), guide: false })
    })
}

/// Details of customers that exist. Taking values away is nothing that an importer may do.
pub(super) fn customer_details(world: &mut World, request: &Request, now: Moment) -> Reply {
    if request::details::deletes(&request.body) {
        world.violations.push("DELETE in customer/details/bulk".to_owned());
        return Reply::bad_request("The simulator deletes no values");
    }
    let label = Route::CustomerDetailsBulk.label();
    submit(world, Entity::Customer, request, &label, now, |_| {
        let operations = request::details::parse(&request.body)?;
        Ok(Asked { work: Work::Details(operations), guide: false })
    })
}

fn submit(
    world: &mut World,
    entity: Entity,
    request: &Request,
    label: &str,
    now: Moment,
    understand: impl FnOnce(&World) -> Result<Asked, String>,
) -> Reply {
    let key = request.headers.get("idempotency-key");
    let key = key.and_then(|value| value.to_str().ok()).unwrap_or_default();
    if key.trim().is_empty() {
        return Reply::bad_request("Idempotency-Key header is required");
    }
    let fingerprint = fingerprint(label, &request.body);
    match world.keys.look_up(key, fingerprint) {
        Known::New => {}
        Known::Other => return Reply::bad_request(KEY_REUSED),
        Known::Same(reply) if reply.is_success() && world.options.refuse_resent_keys => {
            return Reply::bad_request(KEY_REUSED);
        }
        Known::Same(reply) => {
            world.counters.replays += 1;
            return reply;
        }
    }
    let poison = poison::effect(&world.faults.poison, &request.body);
    let reply = match understand(world) {
        Err(message) => Reply::bad_request(&message),
        Ok(_) if poison == Some(PoisonEffect::Refuse) => Reply::bad_request("Invalid request"),
        // Not an answer to remember: the same request is welcome later.
        Ok(_) if world.is_full(now) => {
            world.counters.limit_refusals += 1;
            return Reply::bad_request(FULL);
        }
        Ok(Asked { work, guide }) => {
            let end = poison.map(|_| TaskEnd::FailedUnwritten);
            let task = world.accept(entity, work, end, now);
            Reply::json(202, accepted(&task, guide))
        }
    };
    world.keys.remember(key, fingerprint, &reply);
    reply
}

/// The reference and the import guide name the task differently.
fn accepted(task: &str, guide: bool) -> Value {
    if guide {
        json!({ "taskId": task })
    } else {
        json!({ "id": task, "statusUrl": format!("/api/v1/tasks/{task}") })
    }
}
