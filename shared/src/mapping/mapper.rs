//! Checks the records of one file in one stage and maps the good ones.
//!
//! A record is judged in a fixed order, and by the first thing that is wrong with it: its shape,
//! recycle bin and merges, the Salesforce id, email and name, the organization. A record that is
//! rejected takes neither its email nor its name away from later ones.

use serde::{Deserialize, Serialize};

use super::columns::column_uses;
use super::definition::Definitions;
use super::plan::{CONTROLS, Kind, Plan, find};
use super::seen::{IdClaim, Seen};
use super::stage::Stage;
use crate::code::Code;
use crate::salesforce::export::{NotAnExport, Object, Recognised};
use crate::salesforce::header::Header;
use crate::salesforce::id::SalesforceId;
use crate::salesforce::reader::{Problem, Record};

pub use super::columns::{ColumnUse, Purpose};
pub use super::record::{Detail, EXTERNAL_ID, Issue, MappedRecord, Profile, Verdict};

mod fields;
mod profile;

use fields::raw;

/// What to do with a contact whose account is not known on the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownOrganization {
    /// Import the customer without the link, with a warning.
    #[default]
    Warn,
    /// Reject the record.
    Reject,
}

/// Choices that the default mapping leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policies {
    /// What to do with a contact whose account is not known on the site.
    pub unknown_organization: UnknownOrganization,
    /// Characters that a detail may have. The site's own limit is not documented.
    pub detail_limit: usize,
}

impl Default for Policies {
    /// Warns of unknown organizations; 255 characters, the size of Salesforce's own text fields.
    fn default() -> Self {
        Self { unknown_organization: UnknownOrganization::Warn, detail_limit: 255 }
    }
}

/// Looks up the site's id of the organization that an account became.
pub type Organizations<'a> = dyn Fn(SalesforceId) -> Option<String> + 'a;

/// Maps the records of one file in one stage.
#[derive(Debug)]
pub struct Mapper {
    stage: Stage,
    source: u32,
    header: Header,
    recognised: Recognised,
    deleted: Option<usize>,
    merged: Option<usize>,
    person: Option<usize>,
    id: Option<usize>,
    plans: Vec<Plan>,
    policies: Policies,
    columns: Vec<ColumnUse>,
}

/// Why a record is not mapped.
enum Stop {
    Rejected(Issue),
    Skipped(Issue),
}

impl Mapper {
    /// Finds the columns that the stage needs.
    ///
    /// `definitions` are the detail fields of the stage's side of the site; without them every value is
    /// sent as text. The error names a column that is needed in either stage and is there twice.
    pub fn new(
        stage: Stage,
        header: &Header,
        recognised: &Recognised,
        definitions: Option<&Definitions>,
        policies: &Policies,
    ) -> Result<Self, NotAnExport> {
        let kinds = Kind::ALL.into_iter().filter(|kind| recognised.may_hold(kind.object()));
        let all = kinds
            .map(|kind| Plan::new(kind, header, definitions))
            .collect::<Result<Vec<_>, _>>()?;
        let [deleted, merged, person] = CONTROLS.map(|name| find(header, name));
        let (deleted, merged, person) = (deleted?, merged?, person?);
        let columns = column_uses(stage, header, &all);
        let plans = all.into_iter().filter(|plan| plan.kind.stage() == stage).collect();
        let id = find(header, "Id")?;
        Ok(Self {
            stage,
            source: 0,
            header: header.clone(),
            recognised: *recognised,
            deleted,
            merged,
            person,
            id,
            plans,
            policies: *policies,
            columns,
        })
    }

    /// Sets which file of the import this is, from 0.
    pub const fn with_source(mut self, source: u32) -> Self {
        self.source = source;
        self
    }

    /// What each column is used for in this stage, in the order of the file, and the ones that are used
    /// in no stage.
    pub fn columns(&self) -> Vec<ColumnUse> {
        self.columns.clone()
    }

    /// Judges a record, which must not be the header.
    ///
    /// `organizations` is asked in the stage of the customers only.
    pub fn map(
        &self,
        record: &Record<'_>,
        seen: &mut Seen,
        organizations: &Organizations<'_>,
    ) -> Verdict {
        let Some(kind) = self.kind(record) else {
            // Belongs nowhere, so the first stage reports it.
            let value = raw(record, self.object_column());
            return match self.stage {
                Stage::Organizations => Verdict::Rejected(self.issue(
                    record,
                    Code::ObjectUnknown,
                    self.column_name(self.object_column()),
                    &value,
                )),
                Stage::Customers => Verdict::NotOfThisStage,
            };
        };
        let Some(plan) = self.plans.iter().find(|plan| plan.kind == kind) else {
            return Verdict::NotOfThisStage;
        };
        match self.judge(plan, record, seen, organizations) {
            Ok(mapped) => Verdict::Mapped(Box::new(mapped)),
            Err(Stop::Rejected(issue)) => Verdict::Rejected(issue),
            Err(Stop::Skipped(issue)) => Verdict::Skipped(issue),
        }
    }

    /// What the record is taken for. The answer is the same in both stages, so that each record is
    /// dealt with in exactly one; a record that cannot be relied on is never a person account.
    fn kind(&self, record: &Record<'_>) -> Option<Kind> {
        let is_whole = record.problem.is_none() && self.surplus(record).is_none();
        match self.recognised.object_of(record)? {
            Object::Contact => Some(Kind::Contact),
            Object::Account
                if is_whole
                    && !self.is_deleted(record)
                    && self.is_merged(record).is_none()
                    && self.is_person(record) =>
            {
                Some(Kind::PersonAccount)
            }
            Object::Account => Some(Kind::Organization),
        }
    }

    fn judge(
        &self,
        plan: &Plan,
        record: &Record<'_>,
        seen: &mut Seen,
        organizations: &Organizations<'_>,
    ) -> Result<MappedRecord, Stop> {
        self.check_shape(record)?;
        self.check_presence(record)?;
        let id = self.check_id(plan, record, seen)?;
        let twin = self.check_twin(plan, record, seen)?;
        let mut warnings = Vec::new();
        if record.len() < self.header.len() {
            let missing = self.column_name(Some(record.len()));
            warnings.push(self.issue(record, Code::FieldsMissing, missing, ""));
        }
        let profile = match plan.kind {
            Kind::Organization => self.organization(plan, record, id, seen, &mut warnings)?,
            Kind::Contact | Kind::PersonAccount => {
                self.customer(plan, record, id, seen, organizations, &mut warnings)?
            }
        };
        seen.mapped(id, twin);
        Ok(MappedRecord {
            source: self.source,
            record: record.number,
            line: record.line,
            id,
            profile,
            warnings,
        })
    }

    /// Rejects a record whose fields cannot be told apart reliably.
    fn check_shape(&self, record: &Record<'_>) -> Result<(), Stop> {
        if let Some(problem) = record.problem {
            let code = match problem {
                Problem::TooLarge => Code::RecordTooLarge,
                Problem::QuoteMisplaced => Code::QuoteMisplaced,
                Problem::QuoteUnclosed => Code::QuoteUnclosed,
            };
            return Err(self.reject(record, code, None, ""));
        }
        if let Some(surplus) = self.surplus(record) {
            return Err(self.reject(
                record,
                Code::FieldsSurplus,
                None,
                &String::from_utf8_lossy(surplus),
            ));
        }
        let repeats = |(name, field): (&String, &[u8])| name.as_bytes() == field;
        if record.len() == self.header.len()
            && self.header.names().iter().zip(record.fields()).all(repeats)
        {
            return Err(self.skip(record, Code::HeaderRepeated, None, ""));
        }
        Ok(())
    }

    /// Skips what Salesforce itself no longer shows.
    fn check_presence(&self, record: &Record<'_>) -> Result<(), Stop> {
        if self.is_deleted(record) {
            return Err(self.skip(record, Code::Deleted, self.deleted, &raw(record, self.deleted)));
        }
        match self.is_merged(record) {
            Some(master) => Err(self.skip(record, Code::Merged, self.merged, &master)),
            None => Ok(()),
        }
    }

    /// The record's id, which is taken from now on.
    fn check_id(
        &self,
        plan: &Plan,
        record: &Record<'_>,
        seen: &mut Seen,
    ) -> Result<Option<SalesforceId>, Stop> {
        let Some(column) = plan.id else {
            return Ok(None);
        };
        let text = self.text(record, Some(column))?;
        let id = match SalesforceId::parse(&text) {
            Ok(Some(id)) => id,
            Ok(None) => return Err(self.reject(record, Code::IdMissing, plan.id, &text)),
            Err(_) => return Err(self.reject(record, Code::IdInvalid, plan.id, &text)),
        };
        match seen.claim_id(id, record.fingerprint()) {
            IdClaim::New => Ok(Some(id)),
            IdClaim::Same => Err(self.skip(record, Code::RecordDuplicate, plan.id, &text)),
            IdClaim::Other => Err(self.reject(record, Code::IdDuplicate, plan.id, &text)),
            IdClaim::Twin => Err(self.skip(record, Code::PersonAccountTwin, plan.id, &text)),
        }
    }

    /// The id of the other record of the same person, if there is one and it was not mapped.
    fn check_twin(
        &self,
        plan: &Plan,
        record: &Record<'_>,
        seen: &Seen,
    ) -> Result<Option<SalesforceId>, Stop> {
        if plan.kind == Kind::Organization
            || (plan.kind == Kind::Contact && !self.is_person(record))
        {
            return Ok(None);
        }
        let text = self.text(record, plan.twin)?;
        match (SalesforceId::parse(&text), plan.kind) {
            (Ok(Some(twin)), _) if seen.is_mapped(twin) => {
                Err(self.skip(record, Code::PersonAccountTwin, plan.twin, &text))
            }
            (Ok(twin), _) => Ok(twin),
            // It would be sent as External ID.
            (Err(_), Kind::PersonAccount) => {
                Err(self.reject(record, Code::IdInvalid, plan.twin, &text))
            }
            (Err(_), _) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
