//! The way to the site: the real client on one end, the simulated site on the other, and faults in
//! between.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use csm_import::csm::client::{ANSWER, Authorization, Transport};
use csm_import::csm::error::{SiteError, Unreached};
use csm_import::import::batch::Batch;
use csm_import::import::keys;
use csm_import::import::progress::Progress;
use csm_sim::{Faults, TaskEnd, TaskFault};
use http::{Request, Response, StatusCode};
use tokio::time::{sleep, timeout};

use crate::asked::Of;
use crate::fault::Fault;
use crate::world::{World, lock};
use crate::{invocation, point};

/// The token that the site takes at first.
pub const TOKEN: &str = "first";
/// The token that it takes after a change.
const CHANGED: &str = "second";

const READING: &[Fault] = &[
    Fault::CrashBefore,
    Fault::Slow,
    Fault::Unconnected,
    Fault::SilenceBefore,
    Fault::Unavailable,
    Fault::Overloaded,
    Fault::Throttled,
    Fault::Unauthorized,
    Fault::Forbidden,
    Fault::NotFound,
    Fault::OptInRefused,
    Fault::Garbled,
    Fault::TokenChanged,
    Fault::TokenWrong,
];
const LOOKING: &[Fault] = &[
    Fault::TaskForgotten,
    Fault::CrashBefore,
    Fault::Slow,
    Fault::Unconnected,
    Fault::SilenceBefore,
    Fault::Unavailable,
    Fault::Throttled,
    Fault::Unauthorized,
    Fault::Forbidden,
    Fault::OptInRefused,
    Fault::Garbled,
    Fault::TokenChanged,
    Fault::TokenWrong,
];
/// What can happen to a request that becomes a task.
pub const POSTING: &[Fault] = &[
    Fault::CrashBefore,
    Fault::CrashAfter,
    Fault::Slow,
    Fault::Unconnected,
    Fault::SilenceBefore,
    Fault::SilenceAfter,
    Fault::GatewayAfter,
    Fault::Unavailable,
    Fault::Overloaded,
    Fault::Throttled,
    Fault::Refused,
    Fault::Unauthorized,
    Fault::Forbidden,
    Fault::NotFound,
    Fault::OptInRefused,
    Fault::Garbled,
    Fault::TokenChanged,
    Fault::TokenWrong,
    Fault::TaskFailedWritten,
    Fault::TaskFailedHalf,
    Fault::TaskFailedUnwritten,
    Fault::UnusableIds,
    Fault::TaskOver30Minutes,
    Fault::TaskOver3Days,
    Fault::AssociationDropped,
    Fault::KeysForgotten,
    Fault::SlotsTaken,
];

/// The secret, and what the site has forgotten.
#[derive(Debug, Default)]
pub struct Secret {
    changed: bool,
    forgotten: BTreeSet<String>,
}

/// The batch that this step is about, if it is about one.
fn batch() -> Option<Batch> {
    serde_json::from_str(&invocation::body()?).ok()
}

/// Reads the secret.
#[derive(Clone)]
pub struct WorldSecret(pub Arc<World>);

impl Authorization for WorldSecret {
    async fn read(&self) -> Result<Option<String>, Box<dyn std::error::Error + Send + Sync>> {
        self.0.ask("Authorization::read", Of::Secret);
        let point = invocation::point("reads the secret");
        let possible = &[Fault::CrashBefore, Fault::SecretUnreadable, Fault::Slow];
        let fault = self.0.enter(&point, possible).await;
        let token = if lock(&self.0.secret).changed { CHANGED } else { TOKEN };
        self.0.leave(fault).await;
        match fault {
            Some(Fault::SecretUnreadable) => Err("the secret is not to be had".into()),
            _ => Ok(Some(format!("Bearer {token}"))),
        }
    }
}

/// The way to the site.
#[derive(Clone)]
pub struct Line(pub Arc<World>);

impl Transport for Line {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, SiteError> {
        match timeout(ANSWER, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(late) => Err(unreachable(Unreached::Answer, late)),
        }
    }
}

impl Line {
    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, SiteError> {
        let path = request.uri().path().to_owned();
        let verb = match point::request(request.method().as_str(), &path) {
            // Links go to the same address.
            "posts organizations" if batch().is_some_and(|batch| batch.phase.verifies()) => {
                "posts links"
            }
            verb => verb,
        };
        let possible = match verb {
            "posts organizations" | "posts customers" | "posts links" => POSTING,
            "looks at a task" => LOOKING,
            _ => READING,
        };
        let fault = self.0.enter(&invocation::point(verb), possible).await;
        match fault {
            Some(Fault::Unconnected) => {
                return Err(unreachable(Unreached::Connection, "no connection"));
            }
            Some(Fault::SilenceBefore) => return pending().await,
            _ => {}
        }
        if let Some((status, body)) = fault.and_then(instead) {
            return Ok(answer(status, body, fault == Some(Fault::Overloaded)));
        }
        if verb == "posts customers" {
            self.check_order();
        }
        if fault == Some(Fault::TaskForgotten) {
            lock(&self.0.secret).forgotten.insert(path.clone());
        }
        if lock(&self.0.secret).forgotten.contains(&path) {
            let body =
                r#"{"errorMessage":"Task not found","errors":["NOT_FOUND"],"statusCode":404}"#;
            return Ok(answer(404, body, false));
        }
        self.prepare(fault);
        let (head, body) = self.0.site.call(request.map(Bytes::from)).await.into_parts();
        // What was ordered for a task that has not come to be is not for another one.
        self.0.site.change_faults(|faults| faults.tasks.clear());
        if possible == POSTING {
            self.0.note(&format!("the site answers {}", head.status.as_u16()));
        }
        self.0.leave(fault).await;
        match fault {
            Some(Fault::SilenceAfter) => pending().await,
            Some(Fault::GatewayAfter) => Ok(answer(502, "<html>Bad gateway</html>", false)),
            // A gateway may lose an answer, and does not turn a refusal into a success.
            Some(Fault::Garbled) if head.status.is_success() => {
                Ok(answer(200, "<html>Welcome</html>", false))
            }
            _ => Ok(Response::from_parts(head, body.to_vec())),
        }
    }

    /// Tells the site how to misbehave.
    fn prepare(&self, fault: Option<Fault>) {
        let end = |end| Some(TaskFault::ending(end));
        let lasting = |time| Some(TaskFault::lasting(time));
        let task = match fault {
            Some(Fault::TaskFailedWritten) => end(TaskEnd::FailedWritten),
            Some(Fault::TaskFailedHalf) => end(TaskEnd::FailedHalfWritten),
            Some(Fault::TaskFailedUnwritten) => end(TaskEnd::FailedUnwritten),
            Some(Fault::UnusableIds) => end(TaskEnd::UnusableIds),
            Some(Fault::TaskOver30Minutes) => lasting(Duration::from_mins(45)),
            Some(Fault::TaskOver3Days) => lasting(Duration::from_hours(80)),
            _ => None,
        };
        let site = &self.0.site;
        site.change_faults(|faults| faults.tasks.extend(task));
        match fault {
            Some(Fault::AssociationDropped) => site.change_faults(|f| f.drop_associations += 2),
            Some(Fault::KeysForgotten) => site.change_faults(|f| f.forget_keys = true),
            Some(Fault::SlotsTaken) => {
                site.change_faults(|faults| faults.foreign_tasks = 100);
                // Mostly for an hour or two; sometimes for a long weekend.
                let hours = lock(&self.0.chance).one_of(2, &[2, 2, 96]);
                self.later(60..hours * 3600, |world| {
                    world.site.change_faults(|faults| faults.foreign_tasks = 0);
                });
            }
            Some(Fault::TokenChanged) => {
                self.change_token();
                self.later(5..3600, |world| lock(&world.secret).changed = true);
            }
            Some(Fault::TokenWrong) => self.change_token(),
            _ => {}
        }
    }

    fn change_token(&self) {
        let token = Some(CHANGED.to_owned());
        self.0.site.change_faults(|faults: &mut Faults| faults.token = token);
    }

    /// Has something happen so many seconds later.
    fn later(&self, seconds: std::ops::Range<u64>, act: impl FnOnce(&World) + Send + 'static) {
        let wait = Duration::from_secs(lock(&self.0.chance).number(seconds));
        let world = Arc::clone(&self.0);
        tokio::spawn(async move {
            sleep(wait).await;
            act(&world);
        });
    }

    /// No customer is sent before every organization of the import is settled: it would not be
    /// linked.
    fn check_order(&self) {
        let Some(batch) = batch() else { return };
        let stored = lock(&self.0.bucket).get(&keys::progress(batch.import)).cloned();
        let progress = stored.and_then(|bytes| serde_json::from_slice::<Progress>(&bytes).ok());
        let organizations = progress.and_then(|progress| progress.stages.organizations);
        if !organizations.is_some_and(|organizations| organizations.is_settled()) {
            self.0.violate("customers are sent before all organizations are settled".to_owned());
        }
    }
}

fn unreachable(
    how: Unreached,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> SiteError {
    SiteError::Unreachable { how, source: source.into() }
}

/// What is answered instead of the site's answer, where the request does not come to it.
const fn instead(fault: Fault) -> Option<(u16, &'static str)> {
    Some(match fault {
        Fault::Unavailable => (500, r#"{"errorMessage":"Internal"}"#),
        Fault::Overloaded => (503, r#"{"errorMessage":"Busy"}"#),
        Fault::Throttled => (429, r#"{"errorMessage":"Slow down"}"#),
        Fault::Refused => (400, r#"{"errorMessage":"Nothing of this is right"}"#),
        Fault::Unauthorized => (401, r#"{"errorMessage":"Unauthorized"}"#),
        Fault::Forbidden => (403, r#"{"errorMessage":"Forbidden"}"#),
        Fault::NotFound => (404, r#"{"errorMessage":"Not found","statusCode":404}"#),
        Fault::OptInRefused => (412, r#"{"errorMessage":"No opt-in"}"#),
        _ => return None,
    })
}

fn answer(status: u16, body: &str, patience: bool) -> Response<Vec<u8>> {
    let mut response = Response::new(body.as_bytes().to_vec());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    if patience {
        response.headers_mut().insert("Retry-After", http::HeaderValue::from_static("90"));
    }
    response
}
