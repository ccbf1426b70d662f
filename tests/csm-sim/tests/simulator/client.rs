//! A small client, and the bodies it sends.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use csm_sim::{Options, Sim};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Status and body of an answer.
pub(crate) type Answered = (u16, Value);

/// A simulator and somebody who calls it.
pub(crate) struct Client {
    pub(crate) sim: Sim,
    http: reqwest::Client,
    keys: AtomicU64,
}

impl Client {
    pub(crate) async fn new(options: Options) -> Self {
        Self {
            sim: Sim::start(options).await.unwrap(),
            http: reqwest::Client::new(),
            keys: AtomicU64::new(0),
        }
    }

    /// A request without any of the headers the API asks for.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let base = if path.starts_with("/_sim") || path.starts_with("/rest") {
            self.sim.root_url()
        } else {
            self.sim.base_url()
        };
        self.http.request(method, format!("{base}{path}"))
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.bare(method, path).bearer_auth("token").header("X-ExperimentalApi", "opt-in")
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        answered(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answered {
        answered(self.request(Method::POST, path).json(body)).await
    }

    /// A bulk POST with this idempotency key.
    pub(crate) async fn bulk_as(&self, key: &str, path: &str, body: &Value) -> Answered {
        let request = self.request(Method::POST, path).json(body);
        answered(request.header("Idempotency-Key", key)).await
    }

    /// A bulk POST with a key of its own.
    pub(crate) async fn bulk(&self, path: &str, body: &Value) -> Answered {
        let key = self.keys.fetch_add(1, Ordering::Relaxed);
        self.bulk_as(&format!("key-{key}"), path, body).await
    }

    /// Sends records, lets their task end, and returns the task.
    pub(crate) async fn write(&self, path: &str, body: &Value) -> Value {
        let (status, accepted) = self.bulk(path, body).await;
        assert_eq!(status, 202, "{accepted}");
        self.sim.advance(Duration::from_hours(1));
        self.task(&accepted).await.1
    }

    /// Reads the task that a bulk POST was answered.
    pub(crate) async fn task(&self, accepted: &Value) -> Answered {
        let id = accepted.get("id").or(accepted.get("taskId")).unwrap();
        self.get(&format!("/api/v1/tasks/{}", id.as_str().unwrap())).await
    }
}

pub(crate) async fn answered(request: RequestBuilder) -> Answered {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

pub(crate) const ORGANIZATIONS: &str = "/api/v1/organization/profile/bulk";
pub(crate) const CUSTOMERS: &str = "/api/v1/customer/profile/bulk";

/// Organization payloads, all with the same operation, in the shape of the reference.
pub(crate) fn organizations(operation: &str, payloads: &[Value]) -> Value {
    json!({ "organizationProfiles": elements(operation, payloads) })
}

/// Customer payloads, all with the same operation, in the shape of the reference.
pub(crate) fn customers(operation: &str, payloads: &[Value]) -> Value {
    json!({ "customerProfiles": elements(operation, payloads) })
}

pub(crate) fn elements(operation: &str, payloads: &[Value]) -> Vec<Value> {
    let element = |payload| json!({ "operationType": operation, "payload": payload });
    payloads.iter().map(element).collect()
}

/// A customer who can be found by the external id `003-<number>`.
pub(crate) fn customer(number: usize) -> Value {
    json!({
        "email": format!("person{number}@example.com"),
        "displayName": format!("Person {number}"),
        "details": [{ "name": "External ID", "values": [format!("003-{number}")] }],
    })
}
