//! Having the detail fields ready before the first record is sent.

use std::time::Duration;

use csm_import::csm::error::Class;
use csm_import::csm::fields::WantedField;
use csm_import::csm::port::{Fields, Site};
use csm_import::delivery::{Causes, ConsumeError};
use csm_import::import::id::ImportId;
use csm_import::import::progress::{Stop, StopCode};
use csm_import::mapping::stage::Stage;
use csm_import::port::{Clock, Exports, Queue, Store};

use crate::fields::{Patience, ensure};
use crate::splitter::Splitter;

/// The pause before fields are tried again that the site could not be asked for.
const PAUSE: Duration = Duration::from_secs(10);

/// Whether records can be sent.
pub(crate) enum Prepared {
    /// Everything is there.
    Yes,
    /// The site cannot be asked just now.
    NotYet(Duration),
    /// It will not be there; the import was stopped.
    Never,
}

impl<S, E, C, Q, T> Splitter<S, E, C, Q, T>
where
    S: Store,
    E: Exports,
    C: Site + Fields,
    Q: Queue,
    T: Clock,
{
    /// Creates and extends the detail fields that the import wants.
    pub(crate) async fn prepare(&self, import: ImportId) -> Result<Prepared, ConsumeError> {
        let document = self.archive.document(import).await?;
        for stage in Stage::ALL {
            let wanted: Vec<WantedField> = document
                .wanted_fields
                .iter()
                .filter(|(of, _)| *of == stage)
                .map(|(_, wanted)| wanted.clone())
                .collect();
            if wanted.is_empty() {
                continue;
            }
            let ensured = ensure(&self.site, stage, &wanted, import, Patience::default()).await;
            let Err(error) = ensured else { continue };
            tracing::warn!(%import, %stage, error = %Causes(&error), "the detail fields are not ready");
            match error.class() {
                Class::Wait | Class::Retry { after: None } => return Ok(Prepared::NotYet(PAUSE)),
                Class::Retry { after: Some(after) } => {
                    return Ok(Prepared::NotYet(after.max(PAUSE)));
                }
                Class::Stop(_) | Class::Reject | Class::ReadBack => {}
            }
            let stop = Stop { code: StopCode::FieldsMissing, message: error.message() };
            self.archive.advance(import, |progress| progress.stop(stop.clone())).await?;
            return Ok(Prepared::Never);
        }
        self.archive.advance(import, |progress| progress.prepared = true).await?;
        Ok(Prepared::Yes)
    }
}
