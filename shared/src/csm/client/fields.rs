//! Reading and adding detail fields over HTTP.

use http::Method;
use uuid::Uuid;

use super::{Authorization, HttpSite, Transport};
use crate::csm::answer;
use crate::csm::error::SiteError;
use crate::csm::port::Fields;
use crate::csm::request::definitions::{bulk_path, field_path, path, render, render_all};
use crate::csm::task::TaskId;
use crate::mapping::definition::{Definitions, DetailFieldDefinition};
use crate::mapping::stage::Stage;

impl<A: Authorization, T: Transport> Fields for HttpSite<A, T> {
    async fn definitions(&self, stage: Stage) -> Result<Definitions, SiteError> {
        let answer = self.send(&Method::GET, &path(stage), None, None).await?;
        Definitions::parse(&answer)
            .map_err(|e| SiteError::Unreadable("the list of detail fields", Some(e.into())))
    }

    async fn create_fields(
        &self,
        stage: Stage,
        key: Uuid,
        fields: &[DetailFieldDefinition],
    ) -> Result<Option<TaskId>, SiteError> {
        let body = render_all(fields).map_err(SiteError::unwritable)?;
        let answer = self.send(&Method::POST, &bulk_path(stage), Some(key), Some(&body)).await?;
        Ok(answer::accepted(&answer))
    }

    async fn create_field(
        &self,
        stage: Stage,
        field: &DetailFieldDefinition,
    ) -> Result<(), SiteError> {
        let body = render(field).map_err(SiteError::unwritable)?;
        self.send(&Method::POST, &path(stage), None, Some(&body)).await?;
        Ok(())
    }

    async fn set_options(
        &self,
        stage: Stage,
        field: &DetailFieldDefinition,
    ) -> Result<(), SiteError> {
        let Some(path) = field_path(stage, &field.name) else {
            let answer = "A field of this name cannot be addressed.".to_owned();
            return Err(SiteError::Refused { status: 400, answer });
        };
        let body = render(field).map_err(SiteError::unwritable)?;
        self.send(&Method::PUT, &path, None, Some(&body)).await?;
        Ok(())
    }
}
