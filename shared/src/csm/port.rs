//! What the use cases ask of the site.

use std::future::Future;

use uuid::Uuid;

use super::error::SiteError;
use super::profile::SiteProfile;
use super::request::Endpoint;
use super::task::{Task, TaskId};
use crate::mapping::definition::{Definitions, DetailFieldDefinition};
use crate::mapping::stage::Stage;

/// The site, in our words. Every method fails with a classified [`SiteError`]; none repeats a
/// request on its own, except that a 401 makes the client read the secret again once.
pub trait Site: Send + Sync {
    /// Posts a bulk request. The same key with the same body is one request, however often sent.
    fn submit(
        &self,
        endpoint: Endpoint,
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

    /// Customers whose detail field of this name has this value. New ones may be missing for minutes
    /// (reported of live sites).
    fn customers(
        &self,
        field: &str,
        value: &str,
    ) -> impl Future<Output = Result<Vec<SiteProfile>, SiteError>> + Send;

    /// Full profiles, with details, by the site's ids; those that do not exist are left out.
    fn profiles(
        &self,
        stage: Stage,
        ids: &[&str],
    ) -> impl Future<Output = Result<Vec<SiteProfile>, SiteError>> + Send;
}

/// The detail fields of the site. They fail as [`Site`] does.
///
/// There is no way to rename or delete one here, and there is to be none: that destroys values.
pub trait Fields: Send + Sync {
    /// The detail fields that the site has for organizations or customers.
    fn definitions(
        &self,
        stage: Stage,
    ) -> impl Future<Output = Result<Definitions, SiteError>> + Send;

    /// Creates several fields, at most [`MAX_DEFINITIONS`], all or none: a single name that is taken
    /// refuses the request. They are there when the task has ended; `None`: without a task, or with
    /// one whose id is not told.
    ///
    /// [`MAX_DEFINITIONS`]: super::fields::MAX_DEFINITIONS
    fn create_fields(
        &self,
        stage: Stage,
        key: Uuid,
        fields: &[DetailFieldDefinition],
    ) -> impl Future<Output = Result<Option<TaskId>, SiteError>> + Send;

    /// Creates one field, at once.
    fn create_field(
        &self,
        stage: Stage,
        field: &DetailFieldDefinition,
    ) -> impl Future<Output = Result<(), SiteError>> + Send;

    /// Gives a select the options that `field` lists, in place of those it has: what is left out is
    /// lost, so all that the site has must be among them.
    fn set_options(
        &self,
        stage: Stage,
        field: &DetailFieldDefinition,
    ) -> impl Future<Output = Result<(), SiteError>> + Send;
}
