//! Having the detail fields ready before the first record is sent.

use std::time::Duration;

use csm_import::csm::error::Class;
use csm_import::csm::fields::{FieldPlan, OtherType, WantedField};
use csm_import::delivery::{Causes, ConsumeError};
use csm_import::import::id::ImportId;
use csm_import::import::progress::{Progress, Stop, StopCode};
use csm_import::mapping::stage::Stage;
use csm_import::port::{Clock, Ports};

use crate::fields::{EnsureError, Patience, ensure};
use crate::splitter::Splitter;

/// For so long fields are tried again that the site could not be asked for.
const PATIENCE: Duration = Duration::from_hours(6);

/// Whether records can be sent.
pub(crate) enum Prepared {
    /// Everything is there.
    Yes,
    /// The site cannot be asked just now.
    NotYet,
    /// It will not be there; the import was stopped.
    Never,
}

impl<P: Ports> Splitter<P> {
    /// Creates and extends the detail fields that the import wants.
    pub(crate) async fn prepare(&self, import: ImportId) -> Result<Prepared, ConsumeError> {
        let document = self.archive.document(import).await?;
        let now = self.clock.now();
        let begin = |progress: &mut Progress| *progress.preparing_since.get_or_insert(now);
        let until = self.archive.advance(import, begin).await?.1 + PATIENCE;
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
            let stop = match ensure(&self.site, stage, &wanted, import, Patience::default()).await {
                Ok(fields) => otherwise(stage, &FieldPlan::new(&fields, &wanted)),
                Err(error) => {
                    let again = !is_final(&error) && self.clock.now() < until;
                    tracing::warn!(%import, %stage, again, error = %Causes(&error), "the detail fields are not ready");
                    if again {
                        return Ok(Prepared::NotYet);
                    }
                    Some(never(stage, &error))
                }
            };
            if let Some(stop) = stop {
                self.archive.advance(import, |progress| progress.stop(stop.clone())).await?;
                return Ok(Prepared::Never);
            }
        }
        self.archive.advance(import, |progress| progress.prepared = true).await?;
        Ok(Prepared::Yes)
    }
}

/// Whether nothing will change by itself.
fn is_final(error: &EnsureError) -> bool {
    !matches!(error.class(), Class::Wait | Class::Retry { .. })
}

fn never(stage: Stage, error: &EnsureError) -> Stop {
    let code = match error.class() {
        Class::Stop(blocked) => StopCode::Blocked(blocked),
        Class::Wait | Class::Retry { .. } => StopCode::SiteUnreachable,
        Class::Reject | Class::ReadBack => StopCode::FieldsMissing,
    };
    Stop::new(code, error.message(stage))
}

/// Why nothing can be sent where somebody else has created a field meanwhile, as something else than
/// values were mapped to.
fn otherwise(stage: Stage, plan: &FieldPlan) -> Option<Stop> {
    let told =
        |other: &OtherType| format!("{} is {} and not {}", other.field, other.found, other.wanted);
    let fields: Vec<_> = plan.other_types.iter().map(told).collect();
    let message = format!(
        "Detail fields of {stage} were created meanwhile as something else: {}.",
        fields.join("; ")
    );
    (!fields.is_empty()).then(|| Stop::new(StopCode::FieldsMissing, message))
}
