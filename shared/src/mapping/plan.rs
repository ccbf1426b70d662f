//! The default mapping: which column of an export goes where on the site.
//!
//! Columns are named as in the API. Where a file has labels instead, as reports do, or a nested parent,
//! as JSON does, those stand for them ([`crate::salesforce::labels`]).

use super::columns::{ColumnUse, Purpose};
use super::definition::{Definitions, DetailType};
use super::record::EXTERNAL_ID;
use super::stage::Stage;
use crate::code::Code;
use crate::salesforce::export::{NotAnExport, Object};
use crate::salesforce::header::Header;
use crate::salesforce::id::SalesforceId;
use crate::salesforce::labels;

/// What a record is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An account; also a person account, where the policy makes organizations of people.
    Organization,
    Contact,
    PersonAccount,
    /// The contact of a person account that becomes an organization, where the account itself is not
    /// in the export.
    PersonContact,
}

impl Kind {
    pub(super) const ALL: [Self; 4] =
        [Self::Organization, Self::Contact, Self::PersonAccount, Self::PersonContact];

    pub(super) const fn object(self) -> Object {
        match self {
            Self::Organization | Self::PersonAccount => Object::Account,
            Self::Contact | Self::PersonContact => Object::Contact,
        }
    }

    pub(super) const fn stage(self) -> Stage {
        match self {
            Self::Organization | Self::PersonContact => Stage::Organizations,
            Self::Contact | Self::PersonAccount => Stage::Customers,
        }
    }

    const fn rules(self) -> &'static Rules {
        match self {
            Self::Organization => &ORGANIZATION,
            Self::Contact => &CONTACT,
            Self::PersonAccount => &PERSON_ACCOUNT,
            Self::PersonContact => &PERSON_CONTACT,
        }
    }
}

/// How the columns of a detail field give its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The first column that is not blank.
    First,
    /// As before, with values separated by semicolons.
    FirstMulti,
    /// Street, city, state, postal code and country, in this order.
    Address,
    /// The first column that holds an id, in its long form.
    Id,
}

struct Rules {
    email: Option<&'static str>,
    organization: Option<&'static str>,
    /// The other record of the same person; for a contact only if it is one of a person account.
    twin: Option<&'static str>,
    details: &'static [(&'static str, Shape, &'static [&'static str])],
}

const ORGANIZATION: Rules = Rules {
    email: None,
    organization: None,
    twin: Some("PersonContactId"),
    details: &[
        (EXTERNAL_ID, Shape::Id, &["Id"]),
        ("Type", Shape::First, &["Type"]),
        ("Industry", Shape::First, &["Industry"]),
        ("Website", Shape::First, &["Website"]),
        (
            "Address",
            Shape::Address,
            &[
                "BillingStreet",
                "BillingCity",
                "BillingState",
                "BillingPostalCode",
                "BillingCountry",
            ],
        ),
    ],
};

const CONTACT: Rules = Rules {
    email: Some("Email"),
    organization: Some("AccountId"),
    twin: Some("AccountId"),
    details: &[
        (EXTERNAL_ID, Shape::Id, &["Id"]),
        ("Phone", Shape::First, &["Phone", "MobilePhone"]),
        ("Title", Shape::First, &["Title"]),
        ("Region", Shape::First, &["MailingCountry", "MailingState"]),
        ("Preferred language", Shape::FirstMulti, &["Languages__c", "Preferred_Language__c"]),
    ],
};

const PERSON_ACCOUNT: Rules = Rules {
    email: Some("PersonEmail"),
    organization: None,
    twin: Some("PersonContactId"),
    details: &[
        (EXTERNAL_ID, Shape::Id, &["PersonContactId", "Id"]),
        ("Phone", Shape::First, &["Phone", "PersonMobilePhone"]),
        ("Title", Shape::First, &["PersonTitle"]),
        ("Region", Shape::First, &["PersonMailingCountry", "PersonMailingState"]),
        ("Preferred language", Shape::FirstMulti, &["Languages__pc", "Preferred_Language__pc"]),
    ],
};

const PERSON_CONTACT: Rules = Rules {
    email: None,
    organization: None,
    twin: Some("AccountId"),
    details: &[
        (EXTERNAL_ID, Shape::Id, &["AccountId"]),
        (
            "Address",
            Shape::Address,
            &[
                "MailingStreet",
                "MailingCity",
                "MailingState",
                "MailingPostalCode",
                "MailingCountry",
            ],
        ),
    ],
};

/// Columns that decide whether and as what a record is imported.
pub(super) const CONTROLS: [&str; 4] =
    ["IsDeleted", "MasterRecordId", "IsPersonAccount", "SystemModstamp"];

/// The columns of one file for one kind of record; positions count from 0.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) kind: Kind,
    pub(super) id: Option<usize>,
    pub(super) name: Option<usize>,
    pub(super) first_name: Option<usize>,
    pub(super) last_name: Option<usize>,
    pub(super) email: Option<usize>,
    pub(super) organization: Option<usize>,
    pub(super) twin: Option<usize>,
    pub(super) details: Vec<DetailPlan>,
    pub(super) uses: Vec<ColumnUse>,
}

/// One detail field that the site has and the file has columns for.
#[derive(Debug)]
pub(super) struct DetailPlan {
    pub(super) field: &'static str,
    pub(super) detail_type: DetailType,
    pub(super) shape: Shape,
    /// As many as the rule has; `None` for one that the file lacks.
    pub(super) columns: Vec<Option<usize>>,
}

/// Looks columns up and notes what for.
struct Finder<'a> {
    object: Object,
    header: &'a Header,
    uses: Vec<ColumnUse>,
}

impl Finder<'_> {
    fn find(&mut self, name: &str, purpose: Purpose) -> Result<Option<usize>, NotAnExport> {
        let position = find(self.header, self.object, name)?;
        if let Some(column) = position.and_then(|at| self.header.names().get(at)) {
            let column = column.clone();
            self.uses.push(ColumnUse { column, purpose, field: None, warning: None });
        }
        Ok(position)
    }

    fn find_optional(
        &mut self,
        name: Option<&str>,
        purpose: Purpose,
    ) -> Result<Option<usize>, NotAnExport> {
        name.map_or(Ok(None), |name| self.find(name, purpose))
    }

    fn find_detail(
        &mut self,
        field: &str,
        known: bool,
        columns: &[&str],
    ) -> Result<Vec<Option<usize>>, NotAnExport> {
        let from = self.uses.len();
        let found = columns.iter().map(|name| self.find(name, Purpose::Detail)).collect();
        for used in self.uses.iter_mut().skip(from) {
            used.field = Some(field.to_owned());
            used.warning = (!known).then_some(Code::FieldUnknown);
        }
        found
    }
}

/// The position of a column that is needed; an error if the file has two of it.
pub(super) fn find(
    header: &Header,
    object: Object,
    name: &str,
) -> Result<Option<usize>, NotAnExport> {
    let labels = labels::labels(object, name).iter().copied();
    let Some(name) = [name].into_iter().chain(labels).find(|name| header.has(name)) else {
        return Ok(None);
    };
    if header.is_ambiguous(name) {
        return Err(NotAnExport::ColumnTwice(name.to_owned()));
    }
    Ok(header.position(name))
}

impl Plan {
    /// The id of the contact that relations name, where it is not the record's own: a person
    /// account's.
    pub(super) fn relates_by(
        &self,
        id_at: impl Fn(Option<usize>) -> Option<SalesforceId>,
    ) -> Option<SalesforceId> {
        (self.kind == Kind::PersonAccount).then(|| id_at(self.twin)).flatten()
    }

    /// Finds the columns. Without definitions every field is taken for one that the site has, of text but for web addresses.
    pub(super) fn new(
        kind: Kind,
        header: &Header,
        definitions: Option<&Definitions>,
    ) -> Result<Self, NotAnExport> {
        let rules = kind.rules();
        let mut finder = Finder { object: kind.object(), header, uses: Vec::new() };
        let name = finder.find("Name", Purpose::Name)?;
        let (mut first_name, mut last_name) = (None, None);
        // Companies have no first names; people who become organizations have.
        if kind != Kind::Organization || header.has("IsPersonAccount") {
            first_name = finder.find("FirstName", Purpose::Name)?;
            last_name = finder.find("LastName", Purpose::Name)?;
        }
        let email = finder.find_optional(rules.email, Purpose::Email)?;
        let organization = finder.find_optional(rules.organization, Purpose::Organization)?;
        let twin = match rules.twin {
            // The link to the organization, noted before, doubles as this.
            Some(twin) if rules.organization == Some(twin) => organization,
            twin => finder.find_optional(twin, Purpose::Twin)?,
        };
        let mut details = Vec::new();
        for &(field, shape, names) in rules.details {
            let detail_type = match definitions {
                // Most default fields are text everywhere; a web address without a scheme is not
                // worth a record.
                None if field == "Website" => Some(DetailType::Url),
                None => Some(DetailType::Text),
                Some(definitions) => definitions.get(field).map(|field| field.detail_type.clone()),
            };
            let columns = finder.find_detail(field, detail_type.is_some(), names)?;
            if let Some(detail_type) = detail_type.filter(|_| columns.iter().any(Option::is_some)) {
                details.push(DetailPlan { field, detail_type, shape, columns });
            }
        }
        let id = find(header, kind.object(), "Id")?;
        let uses = finder.uses;
        Ok(Self { kind, id, name, first_name, last_name, email, organization, twin, details, uses })
    }
}
