//! The simulator's own endpoints below `/_sim`; they need no credentials and are not counted.

use axum::http::Method;
use serde::Deserialize;
use serde_json::json;

use super::reply::Reply;
use crate::{clock::Moment, faults::Faults, options::duration, request, world::World};

/// Body of `POST /_sim/clock`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Advance {
    advance_seconds: f64,
}

/// `GET state`, `GET faults` (what is left of them), `POST faults`, `POST reset`, `POST clock`.
pub(super) fn answer(
    world: &mut World,
    method: &Method,
    name: &str,
    body: &[u8],
    now: Moment,
) -> Reply {
    match (method.as_str(), name) {
        ("GET", "state") => Reply::value(&world.snapshot(now)),
        ("GET", "faults") => Reply::value(&world.faults),
        // Absence is what leaves a fault out, and reading the faults shows absences as null.
        ("POST", "faults") => match serde_json::from_slice::<Faults>(body) {
            Ok(faults) => {
                world.set_faults(faults);
                Reply::json(200, json!({}))
            }
            Err(error) => Reply::bad_request(&error.to_string()),
        },
        ("POST", "reset") => {
            world.reset();
            Reply::json(200, json!({}))
        }
        ("POST", "clock") => match request::parse::<Advance>(body) {
            Ok(Advance { advance_seconds }) => {
                world.clock.advance(duration(advance_seconds));
                Reply::json(200, json!({}))
            }
            Err(message) => Reply::bad_request(&message),
        },
        _ => Reply::error(404, "Not found"),
    }
}
