//! Having the detail fields that an import wants, before its records are sent.
//!
//! Others may do the same at the same time: another import, or somebody in the site's settings. So
//! whatever the site answers to a request, what counts is what it has when it is read again.

mod error;

use std::collections::BTreeMap;
use std::time::Duration;

use csm_import::csm::error::{Blocked, Class, SiteError};
use csm_import::csm::fields::{FieldPlan, WantedField, with_options};
use csm_import::csm::port::{Fields, Site};
use csm_import::csm::request::definitions::idempotency_key;
use csm_import::csm::task::{Task, TaskId, TaskStatus};
use csm_import::import::id::ImportId;
use csm_import::mapping::definition::{Definitions, DetailFieldDefinition};
use csm_import::mapping::stage::Stage;

pub use error::{EnsureError, MissingField};

/// How often fields are created all at once. The second time only those that the first left.
const AT_ONCE: u32 = 2;
/// How often fields are then created one by one.
const ONE_BY_ONE: u32 = 2;
/// How often options are added: somebody else may replace them just then.
const OPTIONS: u32 = 4;

/// How long the site is waited for with the message in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The pause between two looks at a task, and before something is tried again.
    pub pause: Duration,
    /// Looks at a task before it is left to itself.
    pub looks: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { pause: Duration::from_secs(2), looks: 15 }
    }
}

/// Creates what is missing, and returns what the site has then, which is all that is wanted.
///
/// May be called again, and at the same time by another import: nothing is created twice, and what
/// one creates the other finds.
///
/// # Errors
/// See [`EnsureError`]; its class says whether to come back. What was created by then stays, and is
/// found the next time.
pub async fn ensure<C: Site + Fields>(
    site: &C,
    stage: Stage,
    wanted: &[WantedField],
    import: ImportId,
    patience: Patience,
) -> Result<Definitions, EnsureError> {
    let mut effort = Effort::new(site, stage, wanted, import, patience);
    loop {
        let definitions = site.definitions(stage).await?;
        let plan = FieldPlan::new(&definitions, wanted);
        if !plan.faults.is_empty() {
            return Err(EnsureError::Impossible(plan.faults));
        }
        if plan.is_met() {
            return Ok(definitions);
        }
        match effort.make(&plan).await? {
            Made::Something => {}
            Made::GivenUp => return Err(effort.missing(&plan, None)),
            Made::Blocked(blocked) => return Err(effort.missing(&plan, Some(blocked))),
        }
    }
}

/// What came of a step.
enum Made {
    /// It was tried; what it did is read from the site.
    Something,
    /// Everything has been tried as often as it may be.
    GivenUp,
    /// Nothing of the kind will work until someone acts.
    Blocked(Blocked),
}

/// What has been tried, and what the site said to it.
struct Effort<'a, C> {
    site: &'a C,
    stage: Stage,
    wanted: &'a [WantedField],
    import: ImportId,
    patience: Patience,
    at_once: u32,
    one_by_one: u32,
    options: u32,
    said: Option<String>,
    said_of: BTreeMap<String, String>,
}

impl<'a, C: Site + Fields> Effort<'a, C> {
    const fn new(
        site: &'a C,
        stage: Stage,
        wanted: &'a [WantedField],
        import: ImportId,
        patience: Patience,
    ) -> Self {
        Self {
            site,
            stage,
            wanted,
            import,
            patience,
            at_once: AT_ONCE,
            one_by_one: ONE_BY_ONE,
            options: OPTIONS,
            said: None,
            said_of: BTreeMap::new(),
        }
    }

    /// Takes the next step towards a plan. There is a bounded number of them.
    async fn make(&mut self, plan: &FieldPlan) -> Result<Made, EnsureError> {
        if plan.create.is_empty() {
            if !take(&mut self.options) {
                return Ok(Made::GivenUp);
            }
            // The first time there is nothing to be waited for.
            if self.options + 1 < OPTIONS {
                self.pause().await;
            }
            return self.add_options(plan).await;
        }
        if take(&mut self.at_once) {
            return self.create_at_once(&plan.create).await;
        }
        if take(&mut self.one_by_one) {
            return self.create_one_by_one(&plan.create).await;
        }
        Ok(Made::GivenUp)
    }

    async fn create_at_once(
        &mut self,
        fields: &[DetailFieldDefinition],
    ) -> Result<Made, EnsureError> {
        let key = idempotency_key(self.import.uuid(), self.stage, fields);
        let key = key.map_err(SiteError::unwritable)?;
        match self.site.create_fields(self.stage, key, fields).await {
            Ok(Some(task)) => self.wait_for(&task).await?,
            // There may be a task all the same. Should it come too late, it finds the names taken.
            Ok(None) => self.pause().await,
            Err(error) if error.is_unsupported() => {
                self.at_once = 0;
                self.said = Some(words(error));
            }
            Err(error) => match error.class() {
                // A name may have been taken meanwhile, and one is enough to refuse them all.
                Class::Reject => self.said = Some(words(error)),
                Class::ReadBack => self.pause().await,
                Class::Stop(blocked) => return Ok(Made::Blocked(blocked)),
                Class::Wait | Class::Retry { .. } => return Err(error.into()),
            },
        }
        Ok(Made::Something)
    }

    async fn create_one_by_one(
        &mut self,
        fields: &[DetailFieldDefinition],
    ) -> Result<Made, EnsureError> {
        for field in fields {
            let created = self.site.create_field(self.stage, field).await;
            if let Err(error) = created
                && let Some(blocked) = self.hear(&field.name, error)?
            {
                return Ok(Made::Blocked(blocked));
            }
        }
        Ok(Made::Something)
    }

    async fn add_options(&mut self, plan: &FieldPlan) -> Result<Made, EnsureError> {
        for field in plan.add_options.iter().map(|missing| missing.field.as_str()) {
            // The request replaces all options, so it must have what others have added by now.
            let definitions = self.site.definitions(self.stage).await?;
            let plan = FieldPlan::new(&definitions, self.wanted);
            let missing = plan.add_options.iter().find(|missing| missing.field == field);
            let (Some(missing), Some(found)) = (missing, definitions.get(field)) else {
                continue;
            };
            let extended = with_options(found, &missing.options);
            let set = self.site.set_options(self.stage, &extended).await;
            if let Err(error) = set
                && let Some(blocked) = self.hear(field, error)?
            {
                return Ok(Made::Blocked(blocked));
            }
        }
        Ok(Made::Something)
    }

    /// Keeps what the site said to a request about one field. It may be there all the same.
    fn hear(&mut self, field: &str, error: SiteError) -> Result<Option<Blocked>, SiteError> {
        match error.class() {
            Class::Stop(blocked) if !error.is_unsupported() => Ok(Some(blocked)),
            Class::Wait | Class::Retry { .. } if !error.is_unsupported() => Err(error),
            _ => {
                self.said_of.insert(field.to_owned(), words(error));
                Ok(None)
            }
        }
    }

    async fn wait_for(&mut self, id: &TaskId) -> Result<(), EnsureError> {
        for _ in 0..self.patience.looks {
            match self.site.task(id).await? {
                Some(Task { status: TaskStatus::Finished | TaskStatus::Failed, failures }) => {
                    let said: Vec<String> =
                        failures.into_iter().filter_map(|failure| failure.error).collect();
                    if !said.is_empty() {
                        self.said = Some(said.join("; "));
                    }
                    return Ok(());
                }
                Some(_) => self.pause().await,
                None => return Ok(()),
            }
        }
        Err(EnsureError::Unfinished)
    }

    /// Waits a little, each import for another time, so that two do not stay in step.
    async fn pause(&self) {
        let share = u32::try_from(self.import.uuid().as_u128() % 1_000).unwrap_or_default();
        tokio::time::sleep(self.patience.pause + self.patience.pause * share / 1_000).await;
    }

    fn missing(&self, plan: &FieldPlan, blocked: Option<Blocked>) -> EnsureError {
        let said = |field: &str| self.said_of.get(field).or(self.said.as_ref()).cloned();
        let fields = plan.create.iter().map(|field| MissingField {
            field: field.name.clone(),
            options: None,
            said: said(&field.name),
        });
        let options = plan.add_options.iter().map(|missing| MissingField {
            field: missing.field.clone(),
            options: Some(missing.options.clone()),
            said: self.said_of.get(&missing.field).cloned(),
        });
        EnsureError::Missing { missing: fields.chain(options).collect(), blocked }
    }
}

/// One try of a number of them, if one is left.
const fn take(tries: &mut u32) -> bool {
    let left = *tries > 0;
    *tries = tries.saturating_sub(1);
    left
}

fn words(error: SiteError) -> String {
    match error {
        SiteError::Refused { answer, .. } => answer,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
