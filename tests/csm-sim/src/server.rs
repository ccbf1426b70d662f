//! The HTTP server around the simulated site.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query, State as Held},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::{
    faults::Faults,
    options::Options,
    routes::{self, Request},
    state::State,
    world::World,
};

/// The cloud id of a site that was given none; real ones look like it.
const CLOUD_ID: &str = "c5a0c5a0-0000-4000-8000-000000000051";
/// Room for 100 records with every detail field filled to the brim.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

type Shared = Arc<Mutex<World>>;

/// A running simulator. It has a thread and a runtime of its own, so it neither needs nor blocks
/// its caller's; dropping it shuts it down, withheld answers included.
#[derive(Debug)]
pub struct Sim {
    address: SocketAddr,
    cloud_id: String,
    world: Shared,
    shut_down: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sim {
    /// Starts a simulator on 127.0.0.1 and returns when it can be called. Fails if the port is
    /// taken.
    #[expect(clippy::unused_async, reason = "callers may rely on it; binding happens to be quick")]
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let cloud_id = options.cloud_id.clone().unwrap_or_else(|| CLOUD_ID.to_owned());
        let world = Arc::new(Mutex::new(World::new(options)));
        let router = Router::new()
            .fallback(handle)
            .layer(DefaultBodyLimit::max(LARGEST_BODY))
            .with_state(Arc::clone(&world));
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (shut_down, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new().name("csm-sim".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = axum::serve(listener, router) => {}
                    _ = stopped => {}
                }
            });
            // Requests that are still being answered end with the runtime.
        })?;
        Ok(Self { address, cloud_id, world, shut_down: Some(shut_down), thread: Some(thread) })
    }

    /// Where the CSM endpoints hang: `http://127.0.0.1:<port>/jsm/csm/cloudid/<cloud id>`.
    pub fn base_url(&self) -> String {
        format!("{}/jsm/csm/cloudid/{}", self.root_url(), self.cloud_id)
    }

    /// Where `/_sim` and the list of Jira Service Management hang: `http://127.0.0.1:<port>`.
    pub fn root_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the site holds and has counted by now.
    pub fn state(&self) -> State {
        let mut world = lock(&self.world);
        let now = world.clock.now();
        world.settle(now);
        world.snapshot(now)
    }

    /// Replaces what is left of the faults set before.
    pub fn set_faults(&self, faults: Faults) {
        let mut world = lock(&self.world);
        let now = world.clock.now();
        world.settle(now);
        world.set_faults(faults);
    }

    /// Lets simulated time pass at once: tasks end, results expire, customers are indexed.
    pub fn advance(&self, by: Duration) {
        lock(&self.world).clock.advance(by);
    }

    /// Empties the site and forgets all counts and faults; detail fields are the first ones again.
    pub fn reset(&self) {
        lock(&self.world).reset();
    }

    /// Shuts the server down and waits until its port is free.
    pub async fn stop(mut self) {
        self.signal();
        if let Some(thread) = self.thread.take() {
            let joined = tokio::task::spawn_blocking(move || thread.join());
            // Whatever ended the thread, it is over.
            drop(joined.await);
        }
    }

    fn signal(&mut self) {
        if let Some(shut_down) = self.shut_down.take() {
            // The server may have ended already.
            let _ = shut_down.send(());
        }
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.signal();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// A panic while the site was locked cannot have been ours; what it holds is still worth showing.
fn lock(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn handle(
    Held(world): Held<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let query = Query::<HashMap<String, String>>::try_from_uri(&uri);
    let request = Request {
        method,
        path: uri.path().to_owned(),
        query: query.map(|query| query.0).unwrap_or_default(),
        headers,
        body,
    };
    let reply = routes::answer(&mut lock(&world), &request);
    if let Some(delay) = reply.delay {
        tokio::time::sleep(delay).await;
    }
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(reply.body)).into_response();
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            let name = name.to_ascii_lowercase();
            if let Ok(name) = axum::http::HeaderName::try_from(name) {
                response.headers_mut().insert(name, value);
            }
        }
    }
    response
}
