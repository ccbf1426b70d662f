//! The HTTP server around the simulated site.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    thread::{self, JoinHandle},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State as Held},
    http::{HeaderMap, Method, Request, Uri},
    response::Response,
};
use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::{embedded::Embedded, faults::Faults, options::Options, state::State};

/// Room for 100 records with every detail field filled to the brim.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// A running simulator. It has a thread and a runtime of its own, so it neither needs nor blocks
/// its caller's; dropping it shuts it down, withheld answers included.
#[derive(Debug)]
pub struct Sim {
    address: SocketAddr,
    site: Embedded,
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
        let site = Embedded::new(options);
        let router = Router::new()
            .fallback(handle)
            .layer(DefaultBodyLimit::max(LARGEST_BODY))
            .with_state(site.clone());
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
        Ok(Self { address, site, shut_down: Some(shut_down), thread: Some(thread) })
    }

    /// Where the CSM endpoints hang: `http://127.0.0.1:<port>/jsm/csm/cloudid/<cloud id>`.
    pub fn base_url(&self) -> String {
        format!("{}{}", self.root_url(), self.site.base_path())
    }

    /// Where `/_sim` and the list of Jira Service Management hang: `http://127.0.0.1:<port>`.
    pub fn root_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the site holds and has counted by now.
    pub fn state(&self) -> State {
        self.site.state()
    }

    /// Replaces what is left of the faults set before.
    pub fn set_faults(&self, faults: Faults) {
        self.site.set_faults(faults);
    }

    /// Lets simulated time pass at once: tasks end, results expire, customers are indexed.
    pub fn advance(&self, by: Duration) {
        self.site.advance(by);
    }

    /// Empties the site and forgets all counts and faults; detail fields are the first ones again.
    pub fn reset(&self) {
        self.site.reset();
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

async fn handle(
    Held(site): Held<Embedded>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    site.call(request).await.map(Body::from)
}
