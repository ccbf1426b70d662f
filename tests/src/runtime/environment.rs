//! One process of a function, and the runtime API that it asks for work.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{Function, Shared};

/// How long a process may take until it asks for work. Lambda allows ten seconds, on machines that have
/// nothing else to do.
const START_LIMIT: Duration = Duration::from_mins(1);

/// Why an invocation came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The function says so.
    #[error("the function failed: {0}")]
    Reported(String),
    /// The process has ended.
    #[error("Runtime exited before returning a response ({0})")]
    Died(String),
    /// It took too long, and was killed.
    #[error("Task timed out after {} seconds", .0.as_secs())]
    TimedOut(Duration),
}

type Answer = Result<Bytes, Failure>;

struct Invocation {
    id: String,
    event: Bytes,
    deadline: SystemTime,
    answer: oneshot::Sender<Answer>,
}

/// What the process is served from.
struct Api {
    arn: String,
    waiting: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    /// The invocation that the process is busy with.
    current: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
    asked: Notify,
}

impl Api {
    fn answer(&self, id: &str, answer: Answer) -> StatusCode {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match current.take_if(|(current, _)| current == id) {
            // Who waited may have given up.
            Some((_, waiting)) => drop(waiting.send(answer)),
            None => return StatusCode::FORBIDDEN,
        }
        StatusCode::ACCEPTED
    }
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    api.asked.notify_one();
    let Some(invocation) = api.waiting.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = invocation.deadline.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", invocation.id.clone()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", api.arn.clone()),
        ("content-type", "application/json".to_owned()),
    ];
    let mut current = api.current.lock().unwrap_or_else(PoisonError::into_inner);
    *current = Some((invocation.id, invocation.answer));
    (headers, invocation.event).into_response()
}

async fn response(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    api.answer(&id, Ok(body))
}

async fn error(State(api): State<Arc<Api>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    api.answer(&id, Err(Failure::Reported(String::from_utf8_lossy(&body).into_owned())))
}

/// What is wrong stands in the log; the process ends by itself.
async fn init_error() -> StatusCode {
    StatusCode::ACCEPTED
}

/// A process that serves one invocation after the other.
pub(crate) struct Environment {
    /// Its name, such as `split-3`.
    pub(crate) name: String,
    child: Child,
    process: u32,
    invocations: mpsc::Sender<Invocation>,
    timeout: Duration,
    server: JoinHandle<()>,
    shared: Arc<Shared>,
}

impl Environment {
    /// Starts a process, and waits until it asks for work.
    pub(crate) async fn start(shared: &Arc<Shared>, function: &Function) -> Result<Self, Failure> {
        let name = format!("{}-{}", function.name, shared.next_number());
        let (invocations, waiting) = mpsc::channel(1);
        let api = Arc::new(Api {
            arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{}", function.full_name),
            waiting: waiting.into(),
            current: Mutex::default(),
            asked: Notify::new(),
        });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(Arc::clone(&api));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move {
            axum::serve(listener, routes)
                .await
                .expect("the runtime API serves until it is aborted");
        });
        let child = Command::new(&function.program)
            .env_clear()
            .envs((shared.surroundings.variables)(&name))
            .envs(function.variables.iter().cloned())
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &function.full_name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory.to_string())
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", function.full_name))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", &name)
            .stdin(Stdio::null())
            .stdout(shared.log())
            .stderr(shared.log())
            .kill_on_drop(true)
            .spawn()
            .expect("the function can be started");
        let process = child.id().expect("it has not been waited for");
        shared.processes().insert(process);
        let (timeout, shared) = (function.timeout, Arc::clone(shared));
        let mut new = Self { name, child, process, invocations, timeout, server, shared };
        tokio::select! {
            () = api.asked.notified() => Ok(new),
            failure = new.death() => Err(failure),
            () = tokio::time::sleep(START_LIMIT) => Err(Failure::TimedOut(START_LIMIT)),
        }
    }

    /// Whether the process is still there.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Has the process deal with an event. After any other failure than one that it reports itself, it
    /// is gone.
    pub(crate) async fn invoke(&mut self, event: Bytes) -> Answer {
        let (answer, answered) = oneshot::channel();
        let timeout = self.timeout;
        let deadline = SystemTime::now() + timeout;
        let id = Uuid::new_v4().to_string();
        let invocation = Invocation { id, event, deadline, answer };
        if self.invocations.send(invocation).await.is_err() {
            return Err(self.death().await);
        }
        tokio::select! {
            biased;
            Ok(answer) = answered => return answer,
            failure = self.death() => return Err(failure),
            () = tokio::time::sleep(timeout) => {}
        }
        self.child.kill().await.expect("a process can be killed");
        Err(Failure::TimedOut(timeout))
    }

    async fn death(&mut self) -> Failure {
        let status = self.child.wait().await.expect("a process can be waited for");
        Failure::Died(status.to_string())
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.server.abort();
        self.shared.processes().remove(&self.process);
    }
}
