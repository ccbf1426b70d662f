//! The client of the site: one request, one classified answer.

mod fields;
mod transport;

use std::sync::Arc;

use http::{HeaderMap, Method, Request};
use serde_json::{Value, json};
use tokio::sync::RwLock;
use url::Url;
use uuid::Uuid;

use super::answer::{self, Headers};
use super::error::{Blocked, SiteError};
use super::port::Site;
use super::profile::{SiteProfile, same_name};
use super::request::{Endpoint, entity, number_or_text};
use super::task::{Task, TaskId};
use crate::mapping::stage::Stage;
use crate::metric;

pub use transport::{ANSWER, Transport, Wire};

/// Names in one organization fetch at most (documented).
pub const MAX_NAMES: usize = 50;
/// Ids in one profile fetch at most (documented).
pub const MAX_PROFILES: usize = 25;
/// Organizations on one page of the list (documented).
const PAGE: usize = 50;
/// Pages that are looked through at most.
const MAX_PAGES: usize = 2_000;

/// Where the value of the `Authorization` header comes from.
pub trait Authorization: Send + Sync {
    /// Reads it anew, for instance from a secret store.
    fn read(
        &self,
    ) -> impl Future<Output = Result<Option<String>, Box<dyn std::error::Error + Send + Sync>>> + Send;
}

/// A site spoken to over HTTP.
pub struct HttpSite<A, T = Wire> {
    transport: T,
    base: Url,
    authorization: A,
    known: RwLock<Option<Arc<str>>>,
}

impl<A: Authorization> HttpSite<A> {
    /// A client for the site at `base` (up to and including the cloud id).
    ///
    /// # Errors
    /// The TLS set-up of this machine is unusable.
    pub fn new(base: &Url, authorization: A) -> Result<Self, reqwest::Error> {
        Ok(Self::over(Wire::new()?, base, authorization))
    }
}

impl<A: Authorization, T: Transport> HttpSite<A, T> {
    /// The same, with requests that go by `transport`.
    pub fn over(transport: T, base: &Url, authorization: A) -> Self {
        let mut base = base.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Self { transport, base, authorization, known: RwLock::new(None) }
    }

    /// The `Authorization` header, read again when the site refused `refused`.
    async fn authorization(&self, refused: Option<&Arc<str>>) -> Result<Arc<str>, SiteError> {
        if let Some(known) = self.known.read().await.clone()
            && refused.is_none_or(|refused| *refused != known)
        {
            return Ok(known);
        }
        let read = self.authorization.read().await.map_err(SiteError::Secret)?;
        let fresh: Arc<str> = read.ok_or(SiteError::Blocked(Blocked::SecretEmpty))?.into();
        *self.known.write().await = Some(fresh.clone());
        Ok(fresh)
    }

    async fn send(
        &self,
        method: &Method,
        path: &str,
        key: Option<Uuid>,
        body: Option<&[u8]>,
    ) -> Result<Vec<u8>, SiteError> {
        let answer = self.send_authorized(method, path, key, body).await;
        answer.inspect_err(metric::site_error)
    }

    async fn send_authorized(
        &self,
        method: &Method,
        path: &str,
        key: Option<Uuid>,
        body: Option<&[u8]>,
    ) -> Result<Vec<u8>, SiteError> {
        let authorization = self.authorization(None).await?;
        match self.send_once(method, path, key, body, &authorization).await {
            Err(SiteError::Blocked(Blocked::TokenRefused)) => {
                let fresh = self.authorization(Some(&authorization)).await?;
                self.send_once(method, path, key, body, &fresh).await
            }
            other => other,
        }
    }

    async fn send_once(
        &self,
        method: &Method,
        path: &str,
        key: Option<Uuid>,
        body: Option<&[u8]>,
        authorization: &str,
    ) -> Result<Vec<u8>, SiteError> {
        let unaddressed = || SiteError::Unreadable("an address", None);
        let url = self.base.join(path).map_err(|_| unaddressed())?;
        let mut request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header("Authorization", authorization)
            .header("Accept", "application/json")
            .header("X-ExperimentalApi", "opt-in");
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key.to_string());
        }
        if body.is_some() {
            request = request.header("Content-Type", "application/json");
        }
        let body = body.unwrap_or_default().to_vec();
        let request = request.body(body).map_err(|_| unaddressed())?;
        let (head, body) = self.transport.send(request).await?.into_parts();
        if head.status.is_success() {
            return Ok(body);
        }
        let body = answer::without_credentials(&body, authorization);
        let failure = answer::failure(head.status.as_u16(), told(&head.headers), &body);
        Err(self.judged(failure))
    }

    /// A 404 is the cloud id's fault when it cannot be one, whatever the answer says.
    fn judged(&self, error: SiteError) -> SiteError {
        let is_cloud_id = cloud_id(&self.base).is_some_and(|id| Uuid::try_parse(id).is_ok());
        if error.is_not_found() && !is_cloud_id {
            return SiteError::Blocked(Blocked::CloudIdWrong);
        }
        error
    }

    /// Organizations by name from the paged list of Jira Service Management (documented), for sites
    /// that do not take the fetch by name; `None` when there is no such list either.
    async fn listed(&self, names: &[&str]) -> Result<Option<Vec<SiteProfile>>, SiteError> {
        let paths = [
            "rest/servicedeskapi/organization".to_owned(),
            "/rest/servicedeskapi/organization".to_owned(),
            format!(
                "/ex/jira/{}/rest/servicedeskapi/organization",
                cloud_id(&self.base).unwrap_or_default()
            ),
        ];
        for path in paths {
            match self.listed_at(&path, names).await {
                Ok(found) => return Ok(Some(found)),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    async fn listed_at(&self, path: &str, names: &[&str]) -> Result<Vec<SiteProfile>, SiteError> {
        const WHAT: &str = "a list of organizations";
        let mut found: Vec<SiteProfile> = Vec::new();
        for page in 0..MAX_PAGES {
            let path = format!("{path}?start={}&limit={PAGE}", page * PAGE);
            let answer = self.send(&Method::GET, &path, None, None).await?;
            let answer: Value = serde_json::from_slice(&answer)
                .map_err(|e| SiteError::Unreadable(WHAT, Some(e.into())))?;
            let is_last = answer.get("isLastPage").and_then(Value::as_bool).unwrap_or(true);
            let is_wanted = |profile: &SiteProfile| {
                let held = profile.name.as_deref().unwrap_or_default();
                names.iter().any(|name| same_name(held, name))
            };
            found.extend(SiteProfile::parse_all(answer).into_iter().filter(is_wanted));
            if is_last || found.len() >= names.len() {
                break;
            }
        }
        Ok(found)
    }

    async fn fetch(
        &self,
        what: &'static str,
        path: &str,
        body: &Value,
    ) -> Result<Value, SiteError> {
        let sent = body.to_string();
        let answer = self.send(&Method::POST, path, None, Some(sent.as_bytes())).await?;
        serde_json::from_slice(&answer).map_err(|e| SiteError::Unreadable(what, Some(e.into())))
    }
}

/// The headers that say more than the status.
fn told(headers: &HeaderMap) -> Headers<'_> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    Headers { retry_after: header("retry-after"), location: header("location") }
}

/// The cloud id in the address of a site, which ends with it.
fn cloud_id(base: &Url) -> Option<&str> {
    base.path().trim_end_matches('/').rsplit('/').next()
}

impl<A: Authorization, T: Transport> Site for HttpSite<A, T> {
    async fn submit(
        &self,
        endpoint: Endpoint,
        key: Uuid,
        body: Vec<u8>,
    ) -> Result<TaskId, SiteError> {
        let answer = self.send(&Method::POST, endpoint.path(), Some(key), Some(&body)).await?;
        // Accepted without a usable id: there is a task, and only reading back tells what it did.
        answer::accepted(&answer).ok_or(SiteError::KeySeen)
    }

    async fn task(&self, id: &TaskId) -> Result<Option<Task>, SiteError> {
        let path = format!("api/v1/tasks/{}", id.as_str());
        match self.send(&Method::GET, &path, None, None).await {
            Ok(answer) => Task::parse(&answer)
                .map(Some)
                .map_err(|e| SiteError::Unreadable("a look at a task", Some(e.into()))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn organizations(&self, names: &[&str]) -> Result<Vec<SiteProfile>, SiteError> {
        let mut found = Vec::with_capacity(names.len());
        for names in names.chunks(MAX_NAMES) {
            // The body's key is not documented; this one is assumed.
            let body = json!({ "organizationNames": names });
            match self.fetch("a fetch of organizations", "api/v1/organization/fetch", &body).await {
                Ok(answer) => found.extend(SiteProfile::parse_all(answer)),
                Err(error)
                    if error.is_not_found() || matches!(error, SiteError::Refused { .. }) =>
                {
                    found.extend(self.listed(names).await?.ok_or(error)?);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn customers(&self, field: &str, value: &str) -> Result<Vec<SiteProfile>, SiteError> {
        let body = json!({ "detailFields": [{ "name": field, "value": value }] });
        let path = "api/v1/customer/search-by-detail-field?page=0&maxResults=50";
        match self.fetch("a search for a customer", path, &body).await {
            Ok(answer) => Ok(SiteProfile::parse_all(answer)),
            // Live sites were reported to answer so when nothing is found.
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    async fn profiles(&self, stage: Stage, ids: &[&str]) -> Result<Vec<SiteProfile>, SiteError> {
        let path = format!("api/v1/{}/profile/fetch", entity(stage));
        let key = format!("{}Ids", entity(stage));
        let mut found = Vec::with_capacity(ids.len());
        for ids in ids.chunks(MAX_PROFILES) {
            let ids: Vec<Value> = match stage {
                Stage::Organizations => ids.iter().map(|id| number_or_text(id)).collect(),
                Stage::Customers => ids.iter().map(|id| Value::from(*id)).collect(),
            };
            let answer = self.fetch("a fetch of profiles", &path, &json!({ &key: ids })).await?;
            found.extend(SiteProfile::parse_all(answer));
        }
        Ok(found)
    }
}
