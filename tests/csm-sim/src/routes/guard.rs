//! What every request must bring, and how many may come.

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{reply::Reply, route::Route};
use crate::{clock::Moment, faults::fields::Right, options::Missing, world::World};

/// Refuses what comes too fast, with the documented headers.
pub(super) fn rate(world: &mut World, now: Moment) -> Option<Reply> {
    let limit = world.options.rate_limit;
    if limit == 0 {
        return None;
    }
    let second = now.as_secs();
    if world.rate_window.0 != second {
        world.rate_window = (second, 0);
    }
    world.rate_window.1 = world.rate_window.1.saturating_add(1);
    if world.rate_window.1 <= limit {
        return None;
    }
    world.counters.rate_refusals += 1;
    let mut reply = Reply::error(429, "Rate limit exceeded");
    let reset = now.saturating_add(std::time::Duration::from_secs(1));
    reply.headers = vec![
        ("Retry-After", "1".to_owned()),
        ("X-RateLimit-Limit", limit.to_string()),
        ("X-RateLimit-Remaining", "0".to_owned()),
        ("X-RateLimit-Reset", world.clock.timestamp(reset)),
        ("X-RateLimit-NearLimit", "true".to_owned()),
        ("RateLimit-Reason", "jira-burst-based".to_owned()),
    ];
    Some(reply)
}

/// Refuses what leads to no site, or to one without Customer Service Management.
pub(super) fn address(world: &World, route: &Route) -> Option<Reply> {
    match world.options.missing {
        _ if *route == Route::NoSuchSite => Some(Reply::no_such_site()),
        None => None,
        Some(Missing::Site) => Some(Reply::no_such_site()),
        // The list of organizations belongs to Jira Service Management.
        Some(Missing::Csm) if *route == Route::ServiceDesk => None,
        Some(Missing::Csm) => {
            Some(Reply::error(404, "Customer Service Management is not available on this site"))
        }
    }
}

/// Refuses what the token's owner may not do.
pub(super) fn rights(world: &World, route: &Route) -> Option<Reply> {
    let lacks = match world.faults.lacking_right {
        None => false,
        Some(Right::Everything) => true,
        Some(Right::Fields) => route.changes_fields(),
    };
    lacks.then(|| Reply::error(403, "Administer Jira global permission is required"))
}

/// Refuses requests without the headers they need.
pub(super) fn headers(world: &World, route: &Route, headers: &HeaderMap) -> Option<Reply> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let credentials = text("authorization").unwrap_or_default();
    if !is_authenticated(credentials, world.token.as_deref()) {
        return Some(Reply::error(401, "Unauthorized"));
    }
    // The list of Jira Service Management is an older interface and asks for nothing more.
    if *route == Route::ServiceDesk {
        return None;
    }
    // Required by the contract of January 2026; newer pages no longer mention it.
    if text("x-experimentalapi") != Some("opt-in") {
        let message = "This API is experimental; send X-ExperimentalApi: opt-in";
        return Some(Reply::error(412, message));
    }
    let media_type = text("content-type").unwrap_or_default();
    let is_json = media_type.split(';').next().unwrap_or_default().trim() == "application/json";
    if route.has_body() && !is_json {
        return Some(Reply::error(415, "The body must be application/json"));
    }
    None
}

/// A bearer token, or email and API token (both documented). Without a token to compare with,
/// any that is well-formed will do.
fn is_authenticated(credentials: &str, token: Option<&str>) -> bool {
    match (credentials.split_once(' '), token) {
        (Some(("Bearer", sent)), Some(token)) => sent == token,
        (Some(("Bearer", sent)), None) => !sent.trim().is_empty(),
        (Some(("Basic", sent)), None) => is_pair(sent),
        _ => false,
    }
}

fn is_pair(encoded: &str) -> bool {
    let decoded = STANDARD.decode(encoded.trim()).unwrap_or_default();
    let text = String::from_utf8(decoded).unwrap_or_default();
    text.split_once(':').is_some_and(|(email, token)| !email.is_empty() && !token.is_empty())
}
