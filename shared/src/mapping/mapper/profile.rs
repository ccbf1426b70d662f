//! What the site is to hold about a record that has passed the checks of its id.

use std::borrow::Cow;

use super::{Mapper, Organizations, Stop, UnknownOrganization};
use crate::code::Code;
use crate::mapping::convert::{convert, fold};
use crate::mapping::email::Email;
use crate::mapping::plan::{DetailPlan, Plan, Shape};
use crate::mapping::record::{Detail, Issue, Profile};
use crate::mapping::seen::Seen;
use crate::salesforce::id::SalesforceId;
use crate::salesforce::reader::Record;

impl Mapper {
    pub(super) fn organization(
        &self,
        plan: &Plan,
        record: &Record<'_>,
        id: Option<SalesforceId>,
        seen: &mut Seen,
        warnings: &mut Vec<Issue>,
    ) -> Result<Profile, Stop> {
        let text = self.text(record, plan.name)?;
        let name = fold(&text, " ");
        if name.is_empty() {
            return Err(self.reject(record, Code::NameMissing, plan.name, ""));
        }
        let details = self.details(plan, record, warnings)?;
        let name = match seen.claim_name(&name, id) {
            None => name.into_owned(),
            Some(unique) => {
                let column = self.column_name(plan.name);
                warnings.push(self.issue(record, Code::NameDuplicate, column, &name));
                unique
            }
        };
        Ok(Profile::Organization { name, details })
    }

    pub(super) fn customer(
        &self,
        plan: &Plan,
        record: &Record<'_>,
        id: Option<SalesforceId>,
        seen: &mut Seen,
        organizations: &Organizations<'_>,
        warnings: &mut Vec<Issue>,
    ) -> Result<Profile, Stop> {
        let text = self.text(record, plan.email)?;
        if text.is_empty() {
            return Err(self.reject(record, Code::EmailMissing, plan.email, ""));
        }
        let Ok(email) = Email::parse(&text) else {
            return Err(self.reject(record, Code::EmailInvalid, plan.email, &text));
        };
        let display_name = self.display_name(plan, record)?;
        if seen.has_email(&email, id) {
            return Err(self.reject(record, Code::EmailDuplicate, plan.email, &text));
        }
        let organization = self.link(plan, record, organizations, warnings)?;
        let details = self.details(plan, record, warnings)?;
        seen.claim_email(&email);
        Ok(Profile::Customer {
            email: email.as_str().to_owned(),
            display_name,
            details,
            organizations: organization.into_iter().collect(),
        })
    }

    /// The full name, or its parts where the export has none.
    fn display_name(&self, plan: &Plan, record: &Record<'_>) -> Result<String, Stop> {
        let name = self.text(record, plan.name)?;
        if !name.is_empty() {
            return Ok(fold(&name, " ").into_owned());
        }
        let (first, last) =
            (self.text(record, plan.first_name)?, self.text(record, plan.last_name)?);
        let joined = format!("{} {}", fold(&first, " "), fold(&last, " "));
        match joined.trim() {
            "" => Err(self.reject(record, Code::NameMissing, plan.last_name.or(plan.name), "")),
            name => Ok(name.to_owned()),
        }
    }

    /// The organization to link to. A person account is its own account, so it has none.
    fn link(
        &self,
        plan: &Plan,
        record: &Record<'_>,
        organizations: &Organizations<'_>,
        warnings: &mut Vec<Issue>,
    ) -> Result<Option<String>, Stop> {
        if plan.organization.is_none() || self.is_person(record) {
            return Ok(None);
        }
        let text = self.text(record, plan.organization)?;
        let found = match SalesforceId::parse(&text) {
            Ok(None) => return Ok(None),
            Ok(Some(account)) => organizations(account),
            Err(_) => None,
        };
        if found.is_none() {
            let column = self.column_name(plan.organization);
            let issue = self.issue(record, Code::OrganizationUnknown, column, &text);
            match self.policies.unknown_organization {
                UnknownOrganization::Warn => warnings.push(issue),
                UnknownOrganization::Reject => return Err(Stop::Rejected(issue)),
            }
        }
        Ok(found)
    }

    fn details(
        &self,
        plan: &Plan,
        record: &Record<'_>,
        warnings: &mut Vec<Issue>,
    ) -> Result<Vec<Detail>, Stop> {
        let mut details = Vec::with_capacity(plan.details.len());
        for detail in &plan.details {
            let text = self.detail_text(detail, record)?;
            let multi = detail.shape == Shape::FirstMulti;
            let converted = convert(&text, multi, &detail.detail_type, self.policies.detail_limit);
            for (code, value) in converted.losses {
                warnings.push(self.issue(record, code, detail.field, &value));
            }
            if !converted.values.is_empty() {
                details.push(Detail { name: detail.field.to_owned(), values: converted.values });
            }
        }
        Ok(details)
    }

    fn detail_text<'r>(
        &self,
        detail: &DetailPlan,
        record: &Record<'r>,
    ) -> Result<Cow<'r, str>, Stop> {
        match detail.shape {
            Shape::Address => self.address(detail, record).map(Cow::Owned),
            Shape::First | Shape::FirstMulti | Shape::Id => {
                for &column in &detail.columns {
                    let text = self.text(record, column)?;
                    let text = match detail.shape {
                        Shape::Id => SalesforceId::parse(&text)
                            .ok()
                            .flatten()
                            .map_or(Cow::Borrowed(""), |id| Cow::Owned(id.to_string())),
                        _ => text,
                    };
                    if !text.is_empty() {
                        return Ok(text);
                    }
                }
                Ok(Cow::Borrowed(""))
            }
        }
    }

    /// `street, city, state postal-code, country`, without what is blank.
    fn address(&self, detail: &DetailPlan, record: &Record<'_>) -> Result<String, Stop> {
        let mut parts = Vec::with_capacity(detail.columns.len());
        for &column in &detail.columns {
            let text = self.text(record, column)?;
            let lines = text.split(['\r', '\n']).map(|line| line.trim().trim_end_matches(','));
            parts.push(lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", "));
        }
        let [street, city, state, postal_code, country] = parts.as_slice() else {
            return Ok(parts.join(", "));
        };
        let region = format!("{state} {postal_code}");
        let parts = [street, city, region.trim(), country];
        Ok(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
    }
}
