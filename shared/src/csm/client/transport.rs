//! How requests reach the site and answers come back: over HTTP, or over whatever stands for it.

use std::future::Future;
use std::time::Duration;

use http::{Request, Response};

use crate::csm::error::{SiteError, Unreached};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take in all; below the time-out of every function.
pub const ANSWER: Duration = Duration::from_secs(30);
/// A connection that has been idle for longer was most likely frozen along with its function.
const IDLE: Duration = Duration::from_secs(20);
/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 16 << 20;

/// What carries one request to the site and its whole answer back.
pub trait Transport: Send + Sync {
    /// Sends a request. Whatever the site answers is no error here; no answer within [`ANSWER`] is
    /// [`SiteError::Unreachable`].
    fn send(
        &self,
        request: Request<Vec<u8>>,
    ) -> impl Future<Output = Result<Response<Vec<u8>>, SiteError>> + Send;
}

/// The network. Redirects are answers, and not followed: the token would go along.
#[derive(Clone, Debug)]
pub struct Wire(reqwest::Client);

impl Wire {
    /// A client with connections of its own.
    ///
    /// # Errors
    /// The TLS set-up of this machine is unusable.
    pub fn new() -> Result<Self, reqwest::Error> {
        reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("csm-import/", env!("CARGO_PKG_VERSION")))
            .build()
            .map(Self)
    }
}

impl Transport for Wire {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, SiteError> {
        let request = reqwest::Request::try_from(request).map_err(unreachable)?;
        let mut answer = self.0.execute(request).await.map_err(unreachable)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(SiteError::Unreadable("a request (it is too large)", None));
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

/// The address may be in the error: it is not a secret, but it has no place in a log line either.
fn unreachable(error: reqwest::Error) -> SiteError {
    let how = Unreached::of(&error);
    SiteError::Unreachable { how, source: error.without_url().into() }
}
