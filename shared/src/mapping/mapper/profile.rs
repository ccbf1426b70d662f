//! What the site is to hold about a record that has passed the checks of its id.

use std::borrow::Cow;

use super::fields::raw;
use super::{Links, Mapper, Stop, UnknownOrganization};
use crate::code::Code;
use crate::mapping::convert::{convert, fold};
use crate::mapping::email::Email;
use crate::mapping::plan::{DetailPlan, Plan};
use crate::mapping::policies::{
    Blank, DuplicateEmail, DuplicateName, InvalidDetail, MissingEmail, Operation, UnknownOption,
};
use crate::mapping::record::{Detail, Issue, Profile};
use crate::mapping::rules::Shape;
use crate::mapping::seen::Seen;
use crate::mapping::values::Values;
use crate::salesforce::id::SalesforceId;
use crate::salesforce::record::Record;

impl Mapper {
    pub(super) fn organization<'r>(
        &'r self,
        plan: &'r Plan,
        record: &Record<'r>,
        id: Option<SalesforceId>,
        seen: &mut Seen,
        warnings: &mut Vec<Issue>,
    ) -> Result<Profile<'r>, Stop> {
        let name = self.full_name(plan, record, warnings)?;
        let mut details = self.details(plan, record, id, warnings)?;
        let column = plan.name.or(plan.last_name);
        let issue = |code| self.issue(record, code, self.column_name(column), &name);
        let name = match self.policies.duplicate_name {
            DuplicateName::Suffix => match seen.claim_name(&name, id) {
                None => name,
                Some(unique) => {
                    warnings.push(issue(Code::NameDuplicate));
                    unique.into()
                }
            },
            _ if seen.take_name(&name, id) => name,
            DuplicateName::Reject => return Err(Stop::Rejected(issue(Code::NameTaken))),
            DuplicateName::Merge => {
                // The details of the first account stay.
                details.clear();
                warnings.push(issue(Code::NameMerged));
                name
            }
        };
        Ok(Profile::Organization { name, details })
    }

    /// The site's id of the customer that is updated, where the configuration names a column of it.
    pub(super) fn customer_of<'r>(&self, plan: &Plan, record: &Record<'r>) -> Option<Cow<'r, str>> {
        // Any other request names customers by their email.
        let is_update = self.policies.operation == Operation::Update;
        Some(self.text(record, plan.customer)).filter(|id| is_update && !id.is_empty())
    }

    pub(super) fn customer<'r, 'o: 'r>(
        &'r self,
        plan: &'r Plan,
        record: &Record<'r>,
        id: Option<SalesforceId>,
        seen: &mut Seen,
        links: &mut Links<'_, 'o>,
        warnings: &mut Vec<Issue>,
    ) -> Result<Profile<'r>, Stop> {
        let text = self.text(record, plan.email);
        let customer = self.customer_of(plan, record);
        let is_named = customer.is_some();
        if text.is_empty() && !is_named {
            return Err(match self.policies.missing_email {
                MissingEmail::Reject => self.reject(record, Code::EmailMissing, plan.email, ""),
                MissingEmail::Skip => self.skip(record, Code::EmailMissing, plan.email, ""),
            });
        }
        let email = match Email::parse(&text) {
            Ok(email) => email.hash(),
            // The site knows the customer by its id.
            Err(_) if is_named && text.is_empty() => {
                xxhash_rust::xxh3::xxh3_64(customer.as_deref().unwrap_or_default().as_bytes())
            }
            Err(_) => return Err(self.reject(record, Code::EmailInvalid, plan.email, &text)),
        };
        let display_name = self.full_name(plan, record, warnings)?;
        let all = self.policies.duplicate_email == DuplicateEmail::RejectAll;
        if seen.has_email(email, id) || (all && seen.is_repeated(email)) {
            if all {
                seen.repeated(email);
            }
            return Err(self.reject(record, Code::EmailDuplicate, plan.email, &text));
        }
        let organizations = self.links(plan, record, id, links, warnings)?;
        let details = self.details(plan, record, id, warnings)?;
        seen.claim_email(email);
        Ok(Profile::Customer { email: text, display_name, details, organizations })
    }

    /// The name, or its parts where the export has none.
    fn full_name<'r>(
        &self,
        plan: &Plan,
        record: &Record<'r>,
        warnings: &mut Vec<Issue>,
    ) -> Result<Cow<'r, str>, Stop> {
        let mut sent = |column| {
            let text = self.sent(record, column, warnings);
            if record.is_plain() { text } else { on_one_line(text) }
        };
        let name = sent(plan.name);
        if !name.is_empty() {
            return Ok(name);
        }
        let (first, last) = (sent(plan.first_name), sent(plan.last_name));
        match (first.is_empty(), last.is_empty()) {
            (true, true) => {
                Err(self.reject(record, Code::NameMissing, plan.last_name.or(plan.name), ""))
            }
            (true, false) => Ok(last),
            (false, true) => Ok(first),
            (false, false) => Ok([first.as_ref(), last.as_ref()].join(" ").into()),
        }
    }

    /// The organizations to link to: that of the contact's account, and of the accounts it is related
    /// to. A person account is its own account, so it has none of its own.
    fn links<'r, 'o: 'r>(
        &self,
        plan: &Plan,
        record: &Record<'_>,
        id: Option<SalesforceId>,
        links: &mut Links<'_, 'o>,
        warnings: &mut Vec<Issue>,
    ) -> Result<Values<'r>, Stop> {
        let own = if self.is_person(record, plan.kind.object()) { None } else { plan.organization };
        let text = self.text(record, own);
        let mut found = Values::default();
        let mut unknown = Vec::new();
        let own_account = SalesforceId::parse(&text).unwrap_or_else(|_| {
            unknown.push((self.column_name(own), text.into_owned()));
            None
        });
        if let Some(account) = own_account {
            match (links.organizations)(account) {
                Some(organization) => found.push(organization.into()),
                None => unknown.push((self.column_name(own), account.to_string())),
            }
        }
        let contact = plan.relates_by(|column| self.id_at(record, column)).or(id);
        for account in contact.map(|contact| links.relations.of(contact)).unwrap_or_default() {
            if Some(account) == own_account {
                continue;
            }
            match (links.organizations)(account) {
                Some(organization) if found.iter().any(|known| known == organization) => {}
                Some(organization) => found.push(organization.into()),
                None => unknown.push(("AccountContactRelation", account.to_string())),
            }
        }
        for (column, account) in unknown {
            let issue = self.issue(record, Code::OrganizationUnknown, column, &account);
            match self.policies.unknown_organization {
                UnknownOrganization::Warn => warnings.push(issue),
                UnknownOrganization::Reject => return Err(Stop::Rejected(issue)),
            }
        }
        Ok(found)
    }

    fn details<'r>(
        &'r self,
        plan: &'r Plan,
        record: &Record<'r>,
        id: Option<SalesforceId>,
        warnings: &mut Vec<Issue>,
    ) -> Result<Vec<Detail<'r>>, Stop> {
        let mut details = Vec::with_capacity(plan.details.len());
        for detail in &plan.details {
            let text = match (&detail.shape, id) {
                // Read already, to check it.
                (Shape::Id, Some(id)) if detail.columns.as_slice() == [plan.id] => {
                    let text = raw(record, plan.id);
                    if text.as_bytes() == id.as_bytes() {
                        text.into()
                    } else {
                        id.as_str().to_owned().into()
                    }
                }
                _ => detail.renamed(self.detail_text(detail, record, warnings)),
            };
            let cleared =
                self.policies.blank == Blank::Clear && is_blank(detail, record) && text.is_empty();
            let converted = convert(text, detail.multi, &detail.detail_type, &self.conversion);
            for (code, value) in converted.losses {
                let issue = self.issue(record, code, &detail.field, &value);
                if self.rejects(code) {
                    return Err(Stop::Rejected(issue));
                }
                warnings.push(issue);
            }
            if cleared || !converted.values.is_empty() {
                let name = Cow::Borrowed(detail.field.as_str());
                details.push(Detail { name, values: converted.values });
            }
        }
        Ok(details)
    }

    /// Whether a value that is lost costs the record.
    fn rejects(&self, code: Code) -> bool {
        match code {
            Code::OptionUnknown => self.policies.unknown_option == UnknownOption::Reject,
            Code::DetailInvalid => self.policies.invalid_detail == InvalidDetail::Reject,
            _ => false,
        }
    }

    fn detail_text<'r>(
        &'r self,
        detail: &'r DetailPlan,
        record: &Record<'r>,
        warnings: &mut Vec<Issue>,
    ) -> Cow<'r, str> {
        match &detail.shape {
            Shape::Constant(text) => Cow::Borrowed(text),
            Shape::Joined(separator) => {
                let texts =
                    detail.columns.iter().map(|&column| self.sent(record, column, warnings));
                let texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
                Cow::Owned(texts.join(separator))
            }
            Shape::Address => Cow::Owned(self.address(detail, record, warnings)),
            Shape::Id => {
                let ids = detail.columns.iter().filter_map(|column| self.id_at(record, *column));
                ids.map(|id| Cow::Owned(id.to_string())).next().unwrap_or_default()
            }
            Shape::First => {
                let texts =
                    detail.columns.iter().map(|&column| self.sent(record, column, warnings));
                texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
            }
        }
    }

    fn id_at(&self, record: &Record<'_>, column: Option<usize>) -> Option<SalesforceId> {
        SalesforceId::parse(&self.text(record, column)).ok().flatten()
    }

    /// `street, city, state postal-code, country`, without what is blank.
    fn address(
        &self,
        detail: &DetailPlan,
        record: &Record<'_>,
        warnings: &mut Vec<Issue>,
    ) -> String {
        let mut address = String::new();
        for (at, &column) in detail.columns.iter().enumerate() {
            let text = self.sent(record, column, warnings);
            let lines = text.split(['\r', '\n']).map(|line| line.trim().trim_end_matches(','));
            for (number, line) in lines.filter(|line| !line.is_empty()).enumerate() {
                if !address.is_empty() {
                    let follows_state = at == POSTAL_CODE && number == 0 && {
                        let state = detail.columns.get(at - 1).copied().flatten();
                        !self.text(record, state).is_empty()
                    };
                    address.push_str(if follows_state { " " } else { ", " });
                }
                address.push_str(line);
            }
        }
        address
    }
}

/// Whether the record has the columns of a detail, and nothing in them. What a record that was cut
/// does not have is not known to be blank.
fn is_blank(detail: &DetailPlan, record: &Record<'_>) -> bool {
    let mut there = detail.columns.iter().flatten();
    detail.shape != Shape::Id
        && there.all(|&at| record.get(at).is_some_and(|field| field.trim().is_empty()))
}

/// Where the postal code stands among the columns of an address.
const POSTAL_CODE: usize = 3;

fn on_one_line(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => fold(text, " "),
        Cow::Owned(text) => Cow::Owned(fold(&text, " ").into_owned()),
    }
}
