//! Which columns give what: the default mapping, and what the configuration says instead.
//!
//! Columns are named as in the API. Where a file has labels instead, as reports do, or a nested parent,
//! as JSON does, those stand for them ([`crate::salesforce::labels`]).

use std::collections::BTreeMap;

use super::definition::{DetailType, name_key};
use super::kind::Kind;
use super::record::EXTERNAL_ID;
use super::stage::Stage;
use crate::configuration::{Configuration, Declared, Field, FieldValue, Rule, Source};

/// How the columns of a detail field give its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The first column that is not blank.
    First,
    /// All columns that are not blank, with this between them.
    Joined(String),
    /// Street, city, state, postal code and country, in this order.
    Address,
    /// The first column that holds an id, in its long form.
    Id,
    /// This text, without any column.
    Constant(String),
}

/// What one detail field is made of.
#[derive(Clone, Debug)]
pub(super) struct FieldRule {
    pub(super) field: String,
    pub(super) shape: Shape,
    pub(super) columns: Vec<String>,
    /// Whether a column holds several values, separated by semicolons.
    pub(super) multi: bool,
    /// What the field is created as; `None`: as its name and values suggest.
    pub(super) declared: Option<Declared>,
    /// What is sent instead of these values.
    pub(super) values: BTreeMap<String, String>,
    pub(super) origin: Origin,
}

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The default mapping.
    Default,
    /// What the configuration says of this object.
    Configuration,
    /// What it says of contacts, which goes for person accounts as well.
    OfContacts,
}

type Default = (&'static str, Shape, &'static [&'static str]);

const ORGANIZATION: &[Default] = &[
    (EXTERNAL_ID, Shape::Id, &["Id"]),
    ("Type", Shape::First, &["Type"]),
    ("Industry", Shape::First, &["Industry"]),
    ("Website", Shape::First, &["Website"]),
    (
        "Address",
        Shape::Address,
        &["BillingStreet", "BillingCity", "BillingState", "BillingPostalCode", "BillingCountry"],
    ),
];

const LANGUAGE: &str = "Preferred language";

const CONTACT: &[Default] = &[
    (EXTERNAL_ID, Shape::Id, &["Id"]),
    ("Phone", Shape::First, &["Phone", "MobilePhone"]),
    ("Title", Shape::First, &["Title"]),
    ("Region", Shape::First, &["MailingCountry", "MailingState"]),
    (LANGUAGE, Shape::First, &["Languages__c", "Preferred_Language__c"]),
];

const PERSON_ACCOUNT: &[Default] = &[
    (EXTERNAL_ID, Shape::Id, &["PersonContactId", "Id"]),
    ("Phone", Shape::First, &["Phone", "PersonMobilePhone"]),
    ("Title", Shape::First, &["PersonTitle"]),
    ("Region", Shape::First, &["PersonMailingCountry", "PersonMailingState"]),
    (LANGUAGE, Shape::First, &["Languages__pc", "Preferred_Language__pc"]),
];

const PERSON_CONTACT: &[Default] = &[
    (EXTERNAL_ID, Shape::Id, &["AccountId"]),
    (
        "Address",
        Shape::Address,
        &["MailingStreet", "MailingCity", "MailingState", "MailingPostalCode", "MailingCountry"],
    ),
];

/// The fields of the default mapping, besides the one for the Salesforce id.
pub(crate) fn default_fields(stage: Stage) -> impl Iterator<Item = &'static str> {
    let defaults = match stage {
        Stage::Organizations => ORGANIZATION,
        Stage::Customers => CONTACT,
    };
    defaults.iter().map(|(field, ..)| *field).filter(|field| *field != EXTERNAL_ID)
}

/// What a field of the default mapping is created as, where a site lacks it: those that the guide
/// lists are of text, but for web addresses.
pub fn default_type(field: &str) -> DetailType {
    if field == "Website" { DetailType::Url } else { DetailType::Text }
}

/// What the details of a kind of record are made of, each field once.
pub(super) fn of(kind: Kind, configuration: &Configuration) -> Vec<FieldRule> {
    let (defaults, mapping) = match kind {
        Kind::Organization => (ORGANIZATION, &configuration.account),
        Kind::PersonContact => (PERSON_CONTACT, &configuration.account),
        Kind::Contact => (CONTACT, &configuration.contact),
        Kind::PersonAccount => (PERSON_ACCOUNT, &configuration.person_account),
    };
    let mut rules: Vec<FieldRule> = defaults
        .iter()
        // The Salesforce id, by which records are found again, is sent in any case.
        .filter(|(field, ..)| mapping.defaults || *field == EXTERNAL_ID)
        .map(by_default)
        .collect();
    // What is said of contacts goes for person accounts, which are contacts as well.
    if kind == Kind::PersonAccount {
        let said = configuration.contact.fields.iter();
        for field in said.filter(|field| mapping.rule(&field.name).is_none()) {
            apply(&mut rules, field, Origin::OfContacts, person_column);
        }
    }
    for field in &mapping.fields {
        apply(&mut rules, field, Origin::Configuration, str::to_owned);
    }
    rules
}

fn by_default((field, shape, columns): &Default) -> FieldRule {
    FieldRule {
        field: (*field).to_owned(),
        shape: shape.clone(),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        // The languages of a person are a multi-select wherever there are several.
        multi: *field == LANGUAGE,
        declared: None,
        values: BTreeMap::new(),
        origin: Origin::Default,
    }
}

fn apply(
    rules: &mut Vec<FieldRule>,
    field: &Field,
    origin: Origin,
    column: impl Fn(&str) -> String,
) {
    let name = name_key(&field.name);
    if name == name_key(EXTERNAL_ID) {
        return;
    }
    rules.retain(|rule| name_key(&rule.field) != name);
    let Rule::Import(FieldValue { source, declared, values }) = &field.rule else {
        return;
    };
    let shape = match source {
        Source::Column(_) | Source::First(_) => Shape::First,
        Source::Joined { separator, .. } => Shape::Joined(separator.clone()),
        Source::Constant(text) => Shape::Constant(text.clone()),
    };
    rules.push(FieldRule {
        field: field.name.clone(),
        shape,
        columns: source.columns().iter().map(|name| column(name)).collect(),
        multi: declared.as_ref().is_some_and(Declared::is_multi),
        declared: declared.clone(),
        values: values.clone(),
        origin,
    });
}

/// Contact fields that an account of a person has under the same name with `Person` before it
/// ("Person Account Fields"). Others have the same name, or end in `__pc` instead of `__c`.
const OF_PERSONS: [&str; 11] = [
    "AssistantName",
    "AssistantPhone",
    "Birthdate",
    "Department",
    "Email",
    "HomePhone",
    "LeadSource",
    "MobilePhone",
    "OtherPhone",
    "Title",
    "HasOptedOutOfEmail",
];

/// What a contact's column is called on a person account.
fn person_column(name: &str) -> String {
    if let Some(custom) = name.strip_suffix("__c") {
        return format!("{custom}__pc");
    }
    let address = ["Mailing", "Other"].iter().any(|kind| name.starts_with(kind));
    if address || OF_PERSONS.contains(&name) { format!("Person{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(kind: Kind, file: &str) -> Vec<String> {
        let configuration = Configuration::parse(file).unwrap();
        of(kind, &configuration)
            .iter()
            .map(|rule| format!("{} {:?} {}", rule.field, rule.shape, rule.columns.join(" ")))
            .collect()
    }

    #[test]
    fn the_configuration_changes_the_default_mapping() {
        for (kind, file, expected) in [
            (
                Kind::Contact,
                "",
                &[
                    "External ID Id Id",
                    "Phone First Phone MobilePhone",
                    "Title First Title",
                    "Region First MailingCountry MailingState",
                    "Preferred language First Languages__c Preferred_Language__c",
                ][..],
            ),
            (Kind::Contact, "[contact]\ndefaults = false", &["External ID Id Id"]),
            (
                Kind::PersonContact,
                "[account.fields]\nIndustry = false\nAddress = { constant = 'x' }",
                &["External ID Id AccountId", "Address Constant(\"x\") "],
            ),
            (
                Kind::PersonAccount,
                "[contact]\ndefaults = false\n[contact.fields]\nLevel = 'Level__c'\nRole = 'Title'\n\
                 [person_account]\ndefaults = false\n[person_account.fields]\nRole = 'Role__pc'",
                &[
                    "External ID Id PersonContactId Id",
                    "Level First Level__pc",
                    "Role First Role__pc",
                ],
            ),
            (
                Kind::PersonAccount,
                "[person_account]\ndefaults = false\n[contact.fields]\n\
                 Town = { columns = ['MailingCity', 'MailingState'], join = ', ' }\nFax = 'Fax'",
                &[
                    "External ID Id PersonContactId Id",
                    "Town Joined(\", \") PersonMailingCity PersonMailingState",
                    "Fax First Fax",
                ],
            ),
        ] {
            assert_eq!(rules(kind, file), expected, "{file}");
        }
    }
}
