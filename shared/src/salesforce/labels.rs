//! What reports call the columns: labels, where every other export has API names.
//!
//! The labels are those of English organizations (Object Reference and the report types *Accounts* and
//! *Contacts & Accounts*); reports prefix a label with its object's where two objects share it.

use super::export::Object;

/// API name and the labels that reports use for it, or the path by which JSON and the Bulk API reach the
/// same value, in the order of preference.
type Labels = (&'static str, &'static [&'static str]);

const ACCOUNT: &[Labels] = &[
    ("Id", &["Account ID", "Account: Account ID"]),
    ("Name", &["Account Name", "Account: Account Name"]),
    ("Type", &["Account Type", "Account: Type"]),
    ("Industry", &["Account: Industry"]),
    ("Website", &["Account: Website"]),
    ("Phone", &["Account: Phone", "Account Phone"]),
    ("BillingStreet", &["Billing Street", "Account: Billing Street", "Billing Address Line 1"]),
    ("BillingCity", &["Billing City", "Account: Billing City"]),
    (
        "BillingState",
        &["Billing State/Province", "Billing State", "Account: Billing State/Province"],
    ),
    (
        "BillingPostalCode",
        &[
            "Billing Zip/Postal Code",
            "Billing Postal Code",
            "Billing Zip",
            "Account: Billing Zip/Postal Code",
        ],
    ),
    ("BillingCountry", &["Billing Country", "Account: Billing Country"]),
    ("IsPersonAccount", &["Is Person Account"]),
    ("PersonEmail", &["Person Account: Email"]),
    ("PersonTitle", &["Person Account: Title"]),
    ("PersonMobilePhone", &["Person Account: Mobile"]),
    ("FirstName", &["First Name"]),
    ("LastName", &["Last Name"]),
];

const CONTACT: &[Labels] = &[
    ("Id", &["Contact ID", "Contact: Contact ID"]),
    ("AccountId", &["Account.Id", "Account ID", "Account: Account ID"]),
    ("Name", &["Full Name", "Contact Name", "Contact: Full Name"]),
    ("FirstName", &["First Name", "Contact: First Name"]),
    ("LastName", &["Last Name", "Contact: Last Name"]),
    ("Email", &["Email Address", "Contact: Email", "Contact Email"]),
    ("Title", &["Contact: Title"]),
    ("Phone", &["Business Phone", "Contact: Phone", "Contact Phone"]),
    ("MobilePhone", &["Mobile", "Mobile Phone", "Contact: Mobile", "Contact: Mobile Phone"]),
    (
        "MailingState",
        &["Mailing State/Province", "Mailing State", "Contact: Mailing State/Province"],
    ),
    ("MailingCountry", &["Mailing Country", "Contact: Mailing Country"]),
    ("IsPersonAccount", &["Is Person Account"]),
];

/// Columns of exports that are no labels; with the mapped ones they tell a header from a record.
const OTHERS: &[&str] = &[
    "IsDeleted",
    "MasterRecordId",
    "AccountId",
    "ContactId",
    "OwnerId",
    "CreatedDate",
    "SystemModstamp",
    "PersonContactId",
    "Salutation",
    "Description",
    "ParentId",
    "AccountNumber",
    "ShippingStreet",
    "ShippingCity",
    "Fax",
    "_csm_object",
];

const fn of(object: Object) -> &'static [Labels] {
    match object {
        Object::Account => ACCOUNT,
        Object::Contact => CONTACT,
    }
}

/// The labels that reports use for a column of an object.
pub fn labels(object: Object, api_name: &str) -> &'static [&'static str] {
    let found = of(object).iter().find(|(name, _)| name.eq_ignore_ascii_case(api_name));
    found.map_or(&[], |(_, labels)| labels)
}

/// Whether a column is known from exports of accounts and contacts, by API name or by label.
pub fn is_known(column: &str) -> bool {
    let is = |name: &str| name.eq_ignore_ascii_case(column.trim());
    let mut all = Object::ALL.into_iter().flat_map(of);
    OTHERS.iter().any(|name| is(name))
        || all.any(|(name, labels)| is(name) || labels.iter().any(|label| is(label)))
}
