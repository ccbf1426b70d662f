//! Handing a batch to the site, in the dialect that it takes.

use csm_import::csm::error::{Class, SiteError};
use csm_import::csm::port::Site;
use csm_import::csm::request::{Dialect, idempotency_key, render};
use csm_import::csm::task::TaskId;
use csm_import::delivery::ConsumeError;
use csm_import::import::batch::Batch;
use csm_import::mapping::mapper::MappedRecord;
use uuid::Uuid;

/// What the site made of a batch.
#[derive(Debug)]
pub enum Answer {
    /// It has become a task, whose id is `None` when the site has seen the key before and keeps the
    /// id to itself.
    Accepted {
        /// The task.
        task: Option<TaskId>,
        /// The dialect that it was taken in.
        dialect: Dialect,
        /// The key that it was sent with.
        key: Uuid,
    },
    /// It was refused, in each of the dialects that were tried.
    Refused(Vec<(Dialect, String)>),
    /// It was not taken, for a reason that is not in the batch.
    NotNow(SiteError),
}

/// Sends a batch in each of `dialects` until the site takes one.
///
/// # Errors
/// The request cannot be written.
pub async fn hand_over<C: Site>(
    site: &C,
    batch: &Batch,
    records: &[MappedRecord<'_>],
    dialects: &[Dialect],
) -> Result<Answer, ConsumeError> {
    let mut answers = Vec::new();
    for dialect in dialects {
        let body = render(batch.stage, *dialect, records).map_err(ConsumeError::unwritable)?;
        let key = idempotency_key(batch.import.uuid(), batch.stage, batch.batch.0, &body);
        let error = match site.submit(batch.stage.into(), key, body).await {
            Ok(task) => {
                return Ok(Answer::Accepted { task: Some(task), dialect: *dialect, key });
            }
            Err(error) => error,
        };
        match (error.class(), error) {
            (Class::ReadBack, _) => {
                return Ok(Answer::Accepted { task: None, dialect: *dialect, key });
            }
            // Nothing was created: another shape of the same records may be taken.
            (Class::Reject, SiteError::Refused { answer, .. }) => answers.push((*dialect, answer)),
            (_, error) => return Ok(Answer::NotNow(error)),
        }
    }
    Ok(Answer::Refused(answers))
}
