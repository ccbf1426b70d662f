//! The simulated site without a socket: requests and answers as values.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::Query,
    http::{HeaderName, HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE},
};
use jiff::Timestamp;

use crate::{clock::Clock, faults::Faults, options::Options, routes, state::State, world::World};

/// The cloud id of a site that was given none; real ones look like it.
const CLOUD_ID: &str = "c5a0c5a0-0000-4000-8000-000000000051";

/// A site that is called from inside the process. Its time is that of tokio: where a runtime's time
/// is paused, so is the site's. Clones are the same site.
#[derive(Debug, Clone)]
pub struct Embedded {
    cloud_id: Arc<str>,
    world: Arc<Mutex<World>>,
}

impl Embedded {
    /// A site whose time begins with the machine's.
    pub fn new(options: Options) -> Self {
        Self::starting(options, Timestamp::now())
    }

    /// A site whose time begins at `start`.
    pub fn starting(options: Options, start: Timestamp) -> Self {
        let cloud_id = options.cloud_id.clone().unwrap_or_else(|| CLOUD_ID.to_owned());
        let world = World::new(options, Clock::start(start));
        Self { cloud_id: cloud_id.into(), world: Arc::new(Mutex::new(world)) }
    }

    /// The path that the CSM endpoints hang from: `/jsm/csm/cloudid/<cloud id>`.
    pub fn base_path(&self) -> String {
        format!("/jsm/csm/cloudid/{}", self.cloud_id)
    }

    /// Answers a request. What it asks for is done at once, even where the answer is withheld.
    pub async fn call(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        let query = Query::<HashMap<String, String>>::try_from_uri(&head.uri);
        let request = routes::Request {
            method: head.method,
            path: head.uri.path().to_owned(),
            query: query.map(|query| query.0).unwrap_or_default(),
            headers: head.headers,
            body,
        };
        let reply = routes::answer(&mut self.lock(), &request);
        if let Some(delay) = reply.delay {
            tokio::time::sleep(delay).await;
        }
        let mut response = Response::new(reply.body.to_string().into());
        *response.status_mut() =
            StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in reply.headers {
            let name = HeaderName::try_from(name.to_ascii_lowercase());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
                headers.insert(name, value);
            }
        }
        response
    }

    /// What the site holds and has counted by now.
    pub fn state(&self) -> State {
        let mut world = self.lock();
        let now = world.clock.now();
        world.settle(now);
        world.snapshot(now)
    }

    /// Replaces what is left of the faults set before.
    pub fn set_faults(&self, faults: Faults) {
        self.change_faults(|left| *left = faults);
    }

    /// Changes what is left of the faults set before.
    pub fn change_faults(&self, change: impl FnOnce(&mut Faults)) {
        let mut world = self.lock();
        let now = world.clock.now();
        world.settle(now);
        let mut faults = world.faults.clone();
        change(&mut faults);
        world.set_faults(faults);
    }

    /// Lets simulated time pass at once: tasks end, results expire, customers are indexed.
    pub fn advance(&self, by: Duration) {
        self.lock().clock.advance(by);
    }

    /// Empties the site and forgets all counts and faults; detail fields are the first ones again.
    pub fn reset(&self) {
        self.lock().reset();
    }

    /// A panic while the site was locked cannot have been ours; what it holds is still worth showing.
    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
