//! Handing a batch to the site, in the dialect that it takes.

use csm_import::csm::error::{Class, SiteError};
use csm_import::csm::port::Site;
use csm_import::csm::request::details::{CustomerDetails, MAX_OPERATIONS, operations};
use csm_import::csm::request::{self, Dialect, Endpoint, idempotency_key, links, render};
use csm_import::csm::task::TaskId;
use csm_import::delivery::ConsumeError;
use csm_import::import::batch::Batch;
use csm_import::import::work::Link;
use csm_import::mapping::mapper::{MappedRecord, Profile};
use csm_import::mapping::policies::Operation;
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
        /// Whether that says which dialect the site takes: details have but one shape.
        telling: bool,
    },
    /// It was refused, in each of the dialects that were tried.
    Refused(Vec<(Dialect, String)>),
    /// It was not taken, for a reason that is not in the batch.
    NotNow(SiteError),
}

/// Sends records of a batch in each of `dialects` until the site takes one.
///
/// # Errors
/// The request cannot be written.
pub async fn hand_over<C: Site>(
    site: &C,
    batch: &Batch,
    records: &[MappedRecord<'_>],
    dialects: &[Dialect],
    operation: Operation,
) -> Result<Answer, ConsumeError> {
    let stage = batch.phase.stage();
    let mut shapes: Vec<(Endpoint, Dialect)> =
        dialects.iter().map(|dialect| (stage.into(), *dialect)).collect();
    let details = details(records).filter(|_| operation == Operation::Update);
    if details.is_some() {
        // There is but one shape; where the site does not take it, the profiles are updated.
        shapes.insert(0, (Endpoint::CustomerDetails, Dialect::Reference));
    }
    send(site, batch, &shapes, |endpoint, dialect| match (endpoint, &details) {
        (Endpoint::CustomerDetails, Some(customers)) => request::details::render(customers),
        _ => render(stage, dialect, operation, records),
    })
    .await
}

/// Sends links in each of `dialects` until the site takes one.
///
/// # Errors
/// The request cannot be written.
pub async fn hand_over_links<C: Site>(
    site: &C,
    batch: &Batch,
    all: &[Link],
    dialects: &[Dialect],
) -> Result<Answer, ConsumeError> {
    let shapes: Vec<_> = dialects.iter().map(|dialect| (Endpoint::Links, *dialect)).collect();
    send(site, batch, &shapes, |_, dialect| links::render(dialect, all)).await
}

async fn send<C: Site>(
    site: &C,
    batch: &Batch,
    shapes: &[(Endpoint, Dialect)],
    render: impl Fn(Endpoint, Dialect) -> Result<Vec<u8>, serde_json::Error> + Send,
) -> Result<Answer, ConsumeError> {
    let mut answers = Vec::new();
    for (endpoint, dialect) in shapes.iter().copied() {
        let body = render(endpoint, dialect).map_err(ConsumeError::unwritable)?;
        let key = idempotency_key(batch.import.uuid(), endpoint, batch.batch.0, &body);
        let telling = matches!(endpoint, Endpoint::Profiles(_));
        // An answer without a task may be nobody's answer.
        let accepted = |task: Option<TaskId>| {
            let telling = telling && task.is_some();
            Answer::Accepted { task, dialect, key, telling }
        };
        let error = match site.submit(endpoint, key, body).await {
            Ok(task) => return Ok(accepted(Some(task))),
            Err(error) => error,
        };
        match (error.class(), error) {
            (Class::ReadBack, _) => return Ok(accepted(None)),
            // Nothing was created: another shape of the same records may be taken.
            (Class::Reject, SiteError::Refused { .. }) if endpoint == Endpoint::CustomerDetails => {
            }
            (Class::Reject, SiteError::Refused { answer, .. }) => answers.push((dialect, answer)),
            (_, error) if endpoint == Endpoint::CustomerDetails && error.is_unsupported() => {}
            (_, error) => return Ok(Answer::NotNow(error)),
        }
    }
    Ok(Answer::Refused(answers))
}

/// The details alone, where every record names a customer by id.
fn details<'a>(records: &'a [MappedRecord<'_>]) -> Option<Vec<CustomerDetails<'a>>> {
    let of = |record: &'a MappedRecord<'_>| match &record.profile {
        Profile::Customer { details, .. } => Some(CustomerDetails {
            customer_id: record.customer.as_deref()?,
            operation: request::details::Operation::Update,
            details,
        }),
        Profile::Organization { .. } => None,
    };
    let all: Vec<_> = records.iter().map(of).collect::<Option<_>>()?;
    (operations(&all) <= MAX_OPERATIONS).then_some(all)
}
