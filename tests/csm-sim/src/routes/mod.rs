//! From a request to its answer.

mod bulk;
mod control;
mod definitions;
mod guard;
mod reads;
pub(crate) mod reply;
mod route;
mod search;
mod tasks;

use std::collections::HashMap;

use axum::{
    body::Bytes,
    http::{HeaderMap, Method},
};

use crate::{
    clock::Moment,
    faults::{Answer, duration_of_hang},
    world::World,
};
use reply::Reply;
use route::Route;

/// A request, read completely.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: HashMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Answers a request at a moment, and counts it.
pub(crate) fn answer(world: &mut World, request: &Request) -> Reply {
    let now = world.clock.now();
    world.settle(now);
    let route = Route::parse(&request.method, &request.path, world.options.cloud_id.as_deref());
    if let Some(Route::Control(name)) = route {
        return control::answer(world, &request.method, name, &request.body, now);
    }
    let label = route.as_ref().map_or("unknown".to_owned(), Route::label);
    let mut reply = guarded(world, route, request, now);
    if world.faults.quoting && !reply.is_success() {
        reply.quote(request);
    }
    let by_status = world.counters.requests.entry(label).or_default();
    *by_status.entry(reply.counted_status()).or_default() += 1;
    reply
}

/// The answer of a route, unless something stands between the client and it.
fn guarded(world: &mut World, route: Option<Route>, request: &Request, now: Moment) -> Reply {
    if let Some(refusal) = guard::rate(world, now) {
        return refusal;
    }
    let Some(route) = route else {
        return Reply::error(404, "Not found");
    };
    if let Some(refusal) = guard::address(world, &route) {
        return refusal;
    }
    if let Some(refusal) = guard::headers(world, &route, &request.headers) {
        return refusal;
    }
    if let Some(refusal) = guard::rights(world, &route) {
        return refusal;
    }
    let kind = route.kind();
    let fault = world.faults.waiting(kind);
    if let Some(fault) = fault.as_ref().filter(|fault| !fault.after_accepting) {
        world.faults.used(kind);
        if let Some(reply) = disturbed(world, fault.answer) {
            return reply;
        }
    }
    let reply = dispatch(world, &route, request, now);
    match fault {
        Some(fault) if fault.after_accepting && reply.is_success() => {
            world.faults.used(kind);
            disturbed(world, fault.answer).unwrap_or(reply)
        }
        _ => reply,
    }
}

fn dispatch(world: &mut World, route: &Route, request: &Request, now: Moment) -> Reply {
    let body = request.body.as_ref();
    match route {
        Route::ProfileBulk(entity) => bulk::profiles(world, *entity, request, now),
        Route::DefinitionsBulk(entity) => bulk::definitions(world, *entity, request, now),
        Route::Task(id) => tasks::status(world, id, now),
        Route::FetchOrganizations => reads::organizations(world, body),
        Route::FetchProfiles(entity) => reads::profiles(world, *entity, body),
        Route::Search => search::customers(world, &request.query, body, now),
        Route::Fields(entity) => definitions::list(world, *entity),
        Route::AddField(entity) => definitions::add(world, *entity, body),
        Route::EditField(entity, name) => definitions::edit(world, *entity, name, body),
        Route::DeleteField(entity, name) => definitions::delete(world, *entity, name),
        Route::CustomerDetailsBulk => bulk::customer_details(world, request, now),
        Route::ServiceDesk => reads::service_desk(world, &request.query),
        Route::Control(_) | Route::NoSuchSite => Reply::error(404, "Not found"),
    }
}

/// What a fault answers, if it answers anything.
fn disturbed(world: &World, answer: Answer) -> Option<Reply> {
    match answer {
        Answer::Normal => None,
        Answer::Status(status) => {
            let retry_after = world.faults.retry_after.unwrap_or(1);
            Some(Reply::disturbed(status, retry_after))
        }
        Answer::Hang => Some(Reply::hang(duration_of_hang(&world.faults))),
    }
}
