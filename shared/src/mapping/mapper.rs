//! Checks the records of one file in one stage and maps the good ones.
//!
//! A record is judged in a fixed order, and by the first thing that is wrong with it: its shape,
//! recycle bin and merges, the Salesforce id, email and name, the organization. A record that is
//! rejected takes neither its email nor its name away from later ones.

use super::columns::column_uses;
use super::convert::Conversion;
use super::definition::Definitions;
use super::kind::Kind;
use super::plan::{CONTROLS, Plan, find};
use super::relation::Relations;
use super::seen::{IdClaim, Seen};
use super::stage::Stage;
use super::version::Modified;
use crate::code::Code;
use crate::configuration::Configuration;
use crate::salesforce::export::{NotAnExport, Object, Recognised};
use crate::salesforce::header::Header;
use crate::salesforce::id::SalesforceId;
use crate::salesforce::record::{Problem, Record};
use crate::salesforce::survey::Survey;

pub use super::columns::{ColumnUse, Purpose};
pub use super::plan::Wanted;
pub use super::policies::{PersonAccounts, Policies, UnknownOrganization};
pub use super::record::{Detail, EXTERNAL_ID, Issue, MappedRecord, Profile, Verdict};

mod fields;
mod profile;

use fields::raw;

/// What the records of a stage are linked to.
pub struct Links<'a, 'o> {
    /// Looks up the site's id of the organization that an account became.
    pub organizations: &'a (dyn Fn(SalesforceId) -> Option<&'o str> + Sync),
    /// Further accounts of contacts.
    pub relations: &'a mut Relations,
}

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
    modified: Option<usize>,
    id: Option<usize>,
    plans: Vec<Plan>,
    policies: Policies,
    conversion: Conversion,
    /// Whether the file holds characters that may not be what was meant.
    doubtful: bool,
    /// Whether the word `null` stands for nothing.
    null_word: bool,
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
        configuration: &Configuration,
    ) -> Result<Self, NotAnExport> {
        let kinds = Kind::ALL.into_iter().filter(|kind| recognised.may_hold(kind.object()));
        let all = kinds
            .map(|kind| Plan::new(kind, header, definitions, configuration))
            .collect::<Result<Vec<_>, _>>()?;
        let object = match recognised {
            Recognised::One(object) => *object,
            // Whose columns are looked for does not matter where both may stand there.
            Recognised::PerRecord(_) | Recognised::Relations => Object::Contact,
        };
        let [deleted, merged, person, modified] = CONTROLS.map(|name| find(header, object, name));
        let (deleted, merged, person, modified) = (deleted?, merged?, person?, modified?);
        let columns = column_uses(stage, header, &all);
        let plans = all.into_iter().filter(|plan| plan.kind.stage() == stage).collect();
        let id = find(header, object, "Id")?;
        Ok(Self {
            stage,
            source: 0,
            header: header.clone(),
            recognised: *recognised,
            deleted,
            merged,
            person,
            modified,
            id,
            plans,
            policies: configuration.policies,
            conversion: Conversion::from(configuration),
            doubtful: false,
            null_word: false,
            columns,
        })
    }

    /// Sets which file of the import this is, from 0.
    pub const fn with_source(mut self, source: u32) -> Self {
        self.source = source;
        self
    }

    /// Says what was found about the file as a whole: whether it holds characters that may not be
    /// what was meant, so that each value has to be looked at, and whether the word `null` stands
    /// for nothing.
    pub const fn with_findings(mut self, survey: &Survey) -> Self {
        self.doubtful = survey.has_doubtful_text();
        self.null_word = survey.null_word;
        self
    }

    /// What each column is used for in this stage, in the order of the file, and the ones that are used
    /// in no stage.
    pub fn columns(&self) -> Vec<ColumnUse> {
        self.columns.clone()
    }

    /// The detail fields that the file gives values to in this stage, whether the site has them or
    /// not.
    pub fn wanted(&self) -> impl Iterator<Item = &Wanted> {
        self.plans.iter().flat_map(|plan| &plan.wanted)
    }

    /// Judges a record.
    pub fn map<'r, 'o: 'r>(
        &'r self,
        record: &Record<'r>,
        seen: &mut Seen,
        links: &mut Links<'_, 'o>,
    ) -> Verdict<'r> {
        let Some(kind) = self.kind(record) else {
            // Belongs nowhere, so the first stage reports it.
            let value = raw(record, self.object_column());
            return match self.stage {
                Stage::Organizations => Verdict::Rejected(self.issue(
                    record,
                    Code::ObjectUnknown,
                    self.column_name(self.object_column()),
                    value,
                )),
                Stage::Customers => Verdict::NotOfThisStage,
            };
        };
        let Some(plan) = self.plans.iter().find(|plan| plan.kind == kind) else {
            return Verdict::NotOfThisStage;
        };
        match self.judge(plan, record, seen, links) {
            Ok(mapped) => Verdict::Mapped(Box::new(mapped)),
            Err(Stop::Rejected(issue)) => Verdict::Rejected(issue),
            Err(Stop::Skipped(issue)) => Verdict::Skipped(issue),
        }
    }

    /// The id of a record and when it was last modified, where the export says both: what decides
    /// between two versions of one record.
    pub fn version(&self, record: &Record<'_>) -> Option<(SalesforceId, Modified)> {
        // What is broken has no say about what is whole.
        if record.problem.is_some() || self.surplus(record).is_some() {
            return None;
        }
        let id = SalesforceId::parse(&self.text(record, self.id)).ok()??;
        Some((id, self.modified(record)?))
    }

    /// The contact that a person account has, if the record is one.
    pub fn contact_of_person(&self, record: &Record<'_>) -> Option<SalesforceId> {
        let is_account = self.recognised.object_of(record) == Some(Object::Account);
        if !is_account || !self.is_whole_person(record, Object::Account) {
            return None;
        }
        let contact = self.text(record, self.header.position("PersonContactId"));
        SalesforceId::parse(&contact).ok().flatten()
    }

    fn modified(&self, record: &Record<'_>) -> Option<Modified> {
        Modified::parse(record.get(self.modified?)?)
    }

    /// What the record is taken for. The answer is the same in both stages, so that each record is
    /// dealt with in exactly one; a record that cannot be relied on is never a person account.
    fn kind(&self, record: &Record<'_>) -> Option<Kind> {
        let object = self.recognised.object_of(record)?;
        let is_person = || self.is_whole_person(record, object);
        Some(match (object, self.policies.person_accounts) {
            (Object::Contact, PersonAccounts::Organizations) if is_person() => Kind::PersonContact,
            (Object::Contact, _) => Kind::Contact,
            (Object::Account, PersonAccounts::Organizations) => Kind::Organization,
            (Object::Account, _) if is_person() => Kind::PersonAccount,
            (Object::Account, _) => Kind::Organization,
        })
    }

    fn judge<'r, 'o: 'r>(
        &'r self,
        plan: &'r Plan,
        record: &Record<'r>,
        seen: &mut Seen,
        links: &mut Links<'_, 'o>,
    ) -> Result<MappedRecord<'r>, Stop> {
        self.check_shape(record)?;
        self.check_presence(plan, record, seen)?;
        let mut warnings = Vec::new();
        let id = self.check_id(plan, record, seen, &mut warnings)?;
        let judged = self.judge_rest(plan, record, id, seen, links, warnings);
        if let (Err(_), Some(id)) = (&judged, id) {
            seen.not_mapped(id);
        }
        judged
    }

    /// Judges a record that has taken its id.
    fn judge_rest<'r, 'o: 'r>(
        &'r self,
        plan: &'r Plan,
        record: &Record<'r>,
        id: Option<SalesforceId>,
        seen: &mut Seen,
        links: &mut Links<'_, 'o>,
        mut warnings: Vec<Issue>,
    ) -> Result<MappedRecord<'r>, Stop> {
        let twin = self.check_twin(plan, record, seen)?;
        if record.len() < self.header.len() {
            let missing = self.column_name(Some(record.len()));
            warnings.push(self.issue(record, Code::FieldsMissing, missing, ""));
        }
        let profile = match plan.kind {
            Kind::Organization | Kind::PersonContact => {
                self.organization(plan, record, id, seen, &mut warnings)?
            }
            Kind::Contact | Kind::PersonAccount => {
                self.customer(plan, record, id, seen, links, &mut warnings)?
            }
        };
        if let Some(twin) = twin {
            seen.mapped_as_twin(twin);
        }
        Ok(MappedRecord {
            source: self.source,
            record: record.number,
            line: record.line,
            // Contacts of the account look for its id.
            id: if plan.kind == Kind::PersonContact { twin.or(id) } else { id },
            customer: self.customer_of(plan, record),
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
                Problem::JsonInvalid => Code::JsonInvalid,
            };
            return Err(self.reject(record, code, None, ""));
        }
        if let Some(surplus) = self.surplus(record) {
            return Err(self.reject(record, Code::FieldsSurplus, None, surplus));
        }
        let repeats =
            |(name, field): (&String, &str)| name.trim().eq_ignore_ascii_case(field.trim_ascii());
        if record.len() == self.header.len()
            && self.header.names().iter().zip(record.fields()).all(repeats)
        {
            return Err(self.skip(record, Code::HeaderRepeated, None, ""));
        }
        Ok(())
    }

    /// Skips what Salesforce itself no longer shows, and people where the policy says so.
    fn check_presence(
        &self,
        plan: &Plan,
        record: &Record<'_>,
        seen: &mut Seen,
    ) -> Result<(), Stop> {
        let gone = if self.is_deleted(record) {
            Some((Code::Deleted, self.deleted))
        } else {
            self.is_merged(record).map(|_| (Code::Merged, self.merged))
        };
        if let Some((code, column)) = gone {
            // An earlier version of it may stand elsewhere.
            if let Ok(Some(id)) = SalesforceId::parse(&self.text(record, plan.id)) {
                seen.left_out(id);
            }
            return Err(self.skip(record, code, column, raw(record, column)));
        }
        if self.policies.person_accounts == PersonAccounts::Skip
            && self.is_person(record, plan.kind.object())
        {
            return Err(self.skip(record, Code::PersonAccountSkipped, self.person, ""));
        }
        Ok(())
    }

    /// The record's id, which is taken from now on.
    fn check_id(
        &self,
        plan: &Plan,
        record: &Record<'_>,
        seen: &mut Seen,
        warnings: &mut Vec<Issue>,
    ) -> Result<Option<SalesforceId>, Stop> {
        let Some(column) = plan.id else {
            return Ok(None);
        };
        let text = self.text(record, Some(column));
        let id = match SalesforceId::parse(&text) {
            Ok(Some(id)) => id,
            Ok(None) => return Err(self.reject(record, Code::IdMissing, plan.id, &text)),
            Err(_) => return Err(self.reject(record, Code::IdInvalid, plan.id, &text)),
        };
        if !id.as_bytes().starts_with(text.as_bytes()) {
            warnings.push(self.issue(record, Code::IdRepaired, self.column_name(plan.id), &text));
        }
        match seen.claim_id(id, record.fingerprint(), || self.modified(record)) {
            IdClaim::New => Ok(Some(id)),
            IdClaim::Superseded => Err(self.skip(record, Code::RecordSuperseded, plan.id, &text)),
            IdClaim::Same => Err(self.skip(record, Code::RecordDuplicate, plan.id, &text)),
            IdClaim::Other => Err(self.reject(record, Code::IdDuplicate, plan.id, &text)),
            IdClaim::Twin if self.policies.person_accounts == PersonAccounts::Skip => {
                Err(self.skip(record, Code::PersonAccountSkipped, plan.id, &text))
            }
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
        if !self.is_person(record, plan.kind.object()) {
            return Ok(None);
        }
        let text = self.text(record, plan.twin);
        match (SalesforceId::parse(&text), plan.kind) {
            (Ok(Some(twin)), _) if seen.is_mapped(twin) => {
                Err(self.skip(record, Code::PersonAccountTwin, plan.twin, &text))
            }
            (Ok(twin), _) => Ok(twin),
            // It would be sent as External ID.
            (Err(_), Kind::PersonAccount | Kind::PersonContact) => {
                Err(self.reject(record, Code::IdInvalid, plan.twin, &text))
            }
            (Err(_), _) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
