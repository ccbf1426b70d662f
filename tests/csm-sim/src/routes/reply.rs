//! An answer before it becomes HTTP.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::Request;

/// Status, headers and body of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Value,
    /// How long the answer is withheld.
    pub(crate) delay: Option<Duration>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body, delay: None }
    }

    /// Anything that can be serialized, with status 200.
    pub(crate) fn value(value: &impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(body) => Self::json(200, body),
            Err(error) => Self::error(500, &error.to_string()),
        }
    }

    /// An error in the form reported of live sites.
    pub(crate) fn error(status: u16, message: &str) -> Self {
        let code = match status {
            400 => "BAD_REQUEST",
            401 => "UNAUTHORIZED",
            403 => "FORBIDDEN",
            404 => "NOT_FOUND",
            412 => "PRECONDITION_FAILED",
            415 => "UNSUPPORTED_MEDIA_TYPE",
            429 => "TOO_MANY_REQUESTS",
            503 => "SERVICE_UNAVAILABLE",
            _ => "ERROR",
        };
        let body = json!({"errorMessage": message, "errors": [code], "statusCode": status});
        Self::json(status, body)
    }

    /// A 404 in the form of Atlassian's gateway (reported), which has found no site to ask.
    pub(crate) fn no_such_site() -> Self {
        Self::json(404, json!({ "code": 404, "message": "Not Found" }))
    }

    pub(crate) fn bad_request(message: &str) -> Self {
        Self::error(400, message)
    }

    /// An answer that a fault ordered; the statuses that ask for patience say how much.
    pub(crate) fn disturbed(status: u16, retry_after: u64) -> Self {
        let mut reply = Self::error(status, "Simulated fault");
        if matches!(status, 429 | 503) {
            reply.headers.push(("Retry-After", retry_after.to_string()));
        }
        reply
    }

    /// No answer for a while, and then one that comes too late.
    pub(crate) fn hang(delay: Duration) -> Self {
        Self { delay: Some(delay), ..Self::error(504, "Gateway timeout") }
    }

    /// Adds what was asked to what the error says.
    pub(crate) fn quote(&mut self, request: &Request) {
        let credentials = request.headers.get("authorization").and_then(|sent| sent.to_str().ok());
        let credentials = credentials.unwrap_or_default();
        let asked = String::from_utf8_lossy(&request.body);
        for key in ["errorMessage", "message"] {
            if let Some(Value::String(message)) = self.body.get_mut(key) {
                *message = format!("{message}: {asked} ({credentials})");
            }
        }
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The status requests are counted under; 0 stands for no answer.
    pub(crate) fn counted_status(&self) -> u16 {
        if self.delay.is_some() { 0 } else { self.status }
    }
}
