//! What the use cases ask of the site.

use std::future::Future;

use uuid::Uuid;

use super::error::SiteError;
use super::profile::SiteProfile;
use super::task::{Task, TaskId};
use crate::mapping::definition::Definitions;
use crate::mapping::stage::Stage;

/// The site, in our words. Every method fails with a classified [`SiteError`]; none repeats a
/// request on its own, except that a 401 makes the client read the secret again once.
pub trait Site: Send + Sync {
    /// Posts a bulk request. The same key with the same body is one request, however often sent.
    fn submit(
        &self,
        stage: Stage,
        key: Uuid,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<TaskId, SiteError>> + Send;

    /// Looks at a task. `None`: the site does not know it (any more; results are kept three days).
    fn task(&self, id: &TaskId) -> impl Future<Output = Result<Option<Task>, SiteError>> + Send;

    /// Organizations by name; those that do not exist are left out. Details are not filled in.
    fn organizations(
        &self,
        names: &[&str],
    ) -> impl Future<Output = Result<Vec<SiteProfile>, SiteError>> + Send;

    /// Customers whose detail field *External ID* is `salesforce_id`. New ones may be missing for
    /// minutes (reported of live sites).
    fn customers(
        &self,
        salesforce_id: &str,
    ) -> impl Future<Output = Result<Vec<SiteProfile>, SiteError>> + Send;

    /// Full profiles, with details, by the site's ids; those that do not exist are left out.
    fn profiles(
        &self,
        stage: Stage,
        ids: &[&str],
    ) -> impl Future<Output = Result<Vec<SiteProfile>, SiteError>> + Send;

    /// The detail fields that the site has for organizations or customers.
    fn definitions(
        &self,
        stage: Stage,
    ) -> impl Future<Output = Result<Definitions, SiteError>> + Send;
}
