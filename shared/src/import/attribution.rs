//! Which records of a batch a task's failures belong to, where that is certain, and what is to be
//! said of every record once the site has been read back.

use std::collections::{BTreeMap, HashMap};

use crate::code::Code;
use crate::csm::task::{TaskFailure, TaskStatus};
use crate::import::outcome::{Outcome, RecordResult};
use crate::mapping::mapper::{MappedRecord, Profile};
use crate::mapping::stage::Stage;
use crate::salesforce::id::SalesforceId;

/// A task's failures, as far as they can be tied to records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribution {
    /// Position in the batch → what the site said.
    pub failed: BTreeMap<usize, String>,
    /// What the site said of records that it did not name.
    pub loose: Vec<String>,
}

/// Ties failures to records: by an id, email or name that stands for exactly one record of the
/// request. `known` are the site's ids of records, as far as they have been read back.
pub fn attribute(
    failures: &[TaskFailure],
    records: &[MappedRecord],
    known: &[Option<String>],
) -> Attribution {
    let names = Names::of(records, known);
    let mut attribution = Attribution::default();
    for failure in failures {
        let message = failure.error.clone().unwrap_or_else(|| "no reason given".to_owned());
        // What was sent alone is what fails.
        let owner = if records.len() == 1 { Some(0) } else { names.owner(failure) };
        match owner {
            Some(position) => {
                let said = attribution.failed.entry(position).or_default();
                if !said.is_empty() {
                    said.push_str("; ");
                }
                said.push_str(&message);
            }
            None => attribution.loose.push(message),
        }
    }
    attribution
}

/// What stands for which record; `None` where it stands for several.
struct Names(HashMap<String, Option<usize>>);

impl Names {
    fn of(records: &[MappedRecord], known: &[Option<String>]) -> Self {
        let mut names = Self(HashMap::new());
        for (position, record) in records.iter().enumerate() {
            let own = match &record.profile {
                Profile::Organization { name, .. } => name,
                Profile::Customer { email, .. } => email,
            };
            let known = known.get(position).and_then(Option::as_deref);
            let id = record.id.as_ref().map(SalesforceId::as_str);
            for name in [Some(own.as_ref()), id, known].into_iter().flatten() {
                names.add(name, position);
            }
        }
        names
    }

    fn add(&mut self, name: &str, position: usize) {
        let name = name.trim().to_lowercase();
        if !name.is_empty() {
            let entry = self.0.entry(name).or_insert(Some(position));
            if *entry != Some(position) {
                *entry = None;
            }
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.0.get(&name.trim().to_lowercase()).copied().flatten()
    }

    /// The one record that a failure names; none when it names several or nobody.
    fn owner(&self, failure: &TaskFailure) -> Option<usize> {
        // What was operated on may be a detail field, whose name may be an organization's too.
        let operated_on = failure.operated_on_ids.iter().filter(|id| is_distinct(id));
        let ids = failure.entity_id.iter().chain(operated_on);
        let mut owners: Vec<usize> = ids.filter_map(|id| self.find(id)).collect();
        if owners.is_empty() {
            // In running text only what cannot be an ordinary word counts: addresses and ids.
            let text = failure.error.as_deref().unwrap_or_default();
            owners = text
                .split(|c: char| c.is_whitespace() || "\"'`<>()[]{},;:=".contains(c))
                .map(|word| word.trim_end_matches('.'))
                .filter(|word| is_distinct(word))
                .filter_map(|word| self.find(word))
                .collect();
        }
        owners.sort_unstable();
        owners.dedup();
        match owners.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }
}

/// Whether a word can be an address or an id, and no ordinary word.
fn is_distinct(word: &str) -> bool {
    word.contains('@') || (word.len() >= 15 && !word.contains(' '))
}

/// What the site holds of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Nobody asked, or nobody could.
    None,
    /// Not there.
    Missing,
    /// There; what it holds was not told.
    Mute {
        /// The site's id.
        csm_id: String,
    },
    /// There, with other values than were sent.
    Differs {
        /// The site's id.
        csm_id: String,
        /// Whether a customer is linked to its organizations, where that was told.
        linked: Option<bool>,
    },
    /// There, as it was sent.
    Holds {
        /// The site's id.
        csm_id: String,
        /// Whether a customer is linked to its organizations, where that was told.
        linked: Option<bool>,
    },
}

impl Evidence {
    /// The site's id of the record.
    pub fn csm_id(&self) -> Option<&str> {
        match self {
            Self::None | Self::Missing => None,
            Self::Mute { csm_id } | Self::Differs { csm_id, .. } | Self::Holds { csm_id, .. } => {
                Some(csm_id)
            }
        }
    }
}

/// How a batch's task ended, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending<'a> {
    /// Organizations or customers.
    pub stage: Stage,
    /// FINISHED or FAILED; `None` when the task's id or the task itself was lost.
    pub status: Option<TaskStatus>,
    /// What the task listed as failed.
    pub attribution: &'a Attribution,
    /// Whether there is no point in looking again.
    pub patience_over: bool,
}

impl Ending<'_> {
    /// Whether the task itself says what became of every record.
    pub fn is_clear(&self) -> bool {
        self.status == Some(TaskStatus::Finished) && self.attribution.loose.is_empty()
    }

    /// Whether a record has to be read back before anything can be said of it: everything of an
    /// unclear task, and every organization, because its customers need the site's id.
    pub fn needs_evidence(&self, position: usize) -> bool {
        !self.attribution.failed.contains_key(&position)
            && (self.stage == Stage::Organizations || !self.is_clear())
    }

    /// The result of every record of the batch; `None`: look again later.
    pub fn decide(
        &self,
        records: &[MappedRecord],
        evidence: &[Evidence],
    ) -> Option<Vec<RecordResult>> {
        let counted = self.missing_are_the_failed(evidence);
        let judged = records.iter().enumerate().map(|(position, record)| {
            let evidence = evidence.get(position).unwrap_or(&Evidence::None);
            let verdict = self.judge(position, evidence, counted)?;
            Some(verdict.result(record, evidence))
        });
        judged.collect()
    }

    fn judge(&self, position: usize, evidence: &Evidence, counted: bool) -> Option<Verdict> {
        if let Some(said) = self.attribution.failed.get(&position) {
            return Some(Verdict::failed(Code::SiteFailure, Some(said.clone())));
        }
        if self.is_clear() {
            return match evidence {
                // An organization is looked for after a clear end, as its id is needed.
                Evidence::Missing if self.stage == Stage::Organizations => {
                    self.when_over(Verdict::unknown())
                }
                Evidence::None if self.stage == Stage::Organizations => {
                    self.when_over(Verdict::imported(None))
                }
                // The site may write values in a way of its own.
                Evidence::Differs { .. } => self.when_over(Verdict::noticed(Code::HeldOtherwise)),
                _ => Some(Verdict::imported(None)),
            };
        }
        match evidence {
            Evidence::Holds { linked, .. } => {
                let mut verdict = Verdict::imported(*linked);
                if !self.attribution.loose.is_empty() && !counted {
                    // The site says that something failed, and this may be what it means.
                    verdict.warnings.push(Code::FailureUnattributed);
                    verdict.message = Some(self.loose_messages());
                }
                Some(verdict)
            }
            // Without a word on how the task ended, it may write them yet.
            Evidence::Missing | Evidence::Differs { .. } if self.status.is_none() => {
                self.when_over(Verdict::unknown())
            }
            Evidence::Missing | Evidence::Differs { .. } if counted => {
                Some(Verdict::failed(Code::SiteFailure, self.common_message()))
            }
            Evidence::Differs { .. } => {
                self.when_over(Verdict::failed(Code::NotWritten, self.common_message()))
            }
            // Organizations are fetched by name; customers are searched, and may appear later.
            Evidence::Missing if self.stage == Stage::Organizations => {
                self.when_over(Verdict::failed(Code::NotWritten, self.common_message()))
            }
            Evidence::Missing | Evidence::Mute { .. } | Evidence::None => {
                self.when_over(Verdict::unknown())
            }
        }
    }

    fn when_over(&self, verdict: Verdict) -> Option<Verdict> {
        self.patience_over.then_some(verdict)
    }

    /// A finished task that lists as many nameless failures as records are not on the site means
    /// just these. Customers may appear late, and one record may have two failures, so for them
    /// the counting is done at the end.
    fn missing_are_the_failed(&self, evidence: &[Evidence]) -> bool {
        let absent = evidence
            .iter()
            .filter(|e| matches!(e, Evidence::Missing | Evidence::Differs { .. }))
            .count();
        let vague = evidence.iter().enumerate().any(|(position, e)| {
            self.needs_evidence(position) && matches!(e, Evidence::None | Evidence::Mute { .. })
        });
        self.status == Some(TaskStatus::Finished)
            && !vague
            && absent > 0
            && (self.patience_over || self.stage == Stage::Organizations)
            && absent == self.attribution.loose.len()
    }

    /// What the site said without naming a record, each sentence once.
    fn loose_messages(&self) -> String {
        let mut said: Vec<&str> = self.attribution.loose.iter().map(String::as_str).collect();
        said.sort_unstable();
        said.dedup();
        said.join("; ")
    }

    /// What the site said, when it said the same of all it did not name.
    fn common_message(&self) -> Option<String> {
        let first = self.attribution.loose.first()?;
        self.attribution.loose.iter().all(|said| said == first).then(|| first.clone())
    }
}

struct Verdict {
    outcome: Outcome,
    code: Option<Code>,
    message: Option<String>,
    warnings: Vec<Code>,
}

impl Verdict {
    fn imported(linked: Option<bool>) -> Self {
        let warnings = if linked == Some(false) { vec![Code::AssociationMissing] } else { vec![] };
        Self { outcome: Outcome::Imported, code: None, message: None, warnings }
    }

    fn noticed(warning: Code) -> Self {
        let warnings = vec![warning];
        Self { outcome: Outcome::Imported, code: None, message: None, warnings }
    }

    const fn failed(code: Code, message: Option<String>) -> Self {
        Self { outcome: Outcome::Failed, code: Some(code), message, warnings: Vec::new() }
    }

    const fn unknown() -> Self {
        let code = Some(Code::Unclear);
        Self { outcome: Outcome::Unknown, code, message: None, warnings: Vec::new() }
    }

    fn result(self, record: &MappedRecord, evidence: &Evidence) -> RecordResult {
        RecordResult {
            message: self.message,
            csm_id: evidence.csm_id().map(str::to_owned),
            warnings: self.warnings,
            ..RecordResult::of(record, self.outcome, self.code)
        }
    }
}

#[cfg(test)]
mod tests;
