//! Telling what a dropped file is: accounts, contacts, or something else that has a better sentence
//! than a thousand rejected records.

use serde::{Deserialize, Serialize};

use super::header::{Header, OBJECT_COLUMN};
use super::labels;
use super::record::Record;

mod refusal;

pub use refusal::NotAnExport;

/// A Salesforce object that is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Object {
    /// Companies, and people when they are person accounts.
    Account,
    /// People.
    Contact,
}

impl Object {
    /// Both objects.
    pub const ALL: [Self; 2] = [Self::Account, Self::Contact];

    /// The API name, as in file names and in `_csm_object`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "Account",
            Self::Contact => "Contact",
        }
    }
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recognised {
    /// Records of one object.
    One(Object),
    /// Records of both; each names its object in the column at this position. Our own `errors.csv`.
    PerRecord(usize),
    /// No records of their own, but links between contacts and accounts: `AccountContactRelation`.
    Relations,
}

impl Recognised {
    /// Whether the file can hold records of `object`.
    pub fn may_hold(self, object: Object) -> bool {
        match self {
            Self::One(one) => one == object,
            Self::PerRecord(_) => true,
            Self::Relations => false,
        }
    }

    /// The object of one record; `None` when its `_csm_object` names none.
    pub fn object_of(self, record: &Record<'_>) -> Option<Object> {
        match self {
            Self::One(object) => Some(object),
            Self::Relations => None,
            Self::PerRecord(column) => {
                let value = record.get(column)?.trim_ascii();
                Object::ALL.into_iter().find(|object| value.eq_ignore_ascii_case(object.as_str()))
            }
        }
    }
}

/// Columns that an export of accounts should have.
const ACCOUNT_COLUMNS: &str = "Id, Name, Type, Industry, Website and the Billing columns";
/// Columns that an export of contacts should have.
const CONTACT_COLUMNS: &str = "Id, FirstName, LastName, Email, AccountId, Phone and Title";

/// Columns that tell accounts when the file name does not.
const OF_ACCOUNTS: &[&str] = &[
    "Industry",
    "BillingCity",
    "BillingStreet",
    "BillingCountry",
    "Website",
    "NumberOfEmployees",
    "AccountNumber",
    "AnnualRevenue",
    "Type",
    "PersonContactId",
];

/// Columns that only other objects with names and emails have: users, leads, opportunities, quotes,
/// cases, campaigns, orders and contracts (Object Reference for Salesforce).
const OF_OTHERS: &[&str] = &[
    "Username",
    "ProfileId",
    "IsConverted",
    "ConvertedDate",
    "Company",
    "StageName",
    "OpportunityId",
    "QuoteNumber",
    "CaseNumber",
    "BudgetedCost",
    "CampaignId",
    "OrderNumber",
    "ContractNumber",
    "ContactId",
    // What reports call such columns.
    "Company / Account",
    "Lead ID",
    "Lead Owner",
    "Lead Status",
    "Opportunity ID",
    "Opportunity Name",
    "Case ID",
    "Case Number",
    "Campaign ID",
    "Campaign Name",
    "Profile",
];

/// The object of [`Recognised::Relations`]; its records link contacts to further accounts.
const RELATION: &str = "AccountContactRelation";

/// The members of a Data Export that are most likely dropped along with the two that are wanted.
const OTHER_OBJECTS: &[&str] = &[
    "Asset",
    "Attachment",
    "Campaign",
    "CampaignMember",
    "Case",
    "ContentVersion",
    "Contract",
    "Event",
    "Lead",
    "Note",
    "Opportunity",
    "Order",
    "Pricebook2",
    "Product2",
    "Quote",
    "Task",
    "User",
];

/// Refuses a file by its first characters when it is nothing that anybody exports.
pub fn sniff(beginning: &[u8]) -> Result<(), NotAnExport> {
    if beginning.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(NotAnExport::Workbook("XLS"));
    }
    match beginning.trim_ascii_start() {
        [] => Err(NotAnExport::Empty),
        [b'<', ..] => Err(NotAnExport::Markup),
        [b'%', b'P', b'D', b'F', ..] => Err(NotAnExport::Pdf),
        _ => Ok(()),
    }
}

/// What is known of a file besides its columns.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clues<'a> {
    /// The name of the file or member.
    pub file_name: &'a str,
    /// The object that the file itself names: the `attributes` of JSON, or the `[Account]` that
    /// Salesforce Inspector writes into a column `_`.
    pub sobject: Option<&'a str>,
}

/// Tells what a file holds by what it says itself, by its name where that is clear, and by its
/// columns.
///
/// The columns must bear it out: an `Account.csv` without `Name` is no export of accounts.
pub fn recognise(clues: Clues<'_>, header: &Header) -> Result<Recognised, NotAnExport> {
    if let Some(column) = header.position(OBJECT_COLUMN) {
        return Ok(Recognised::PerRecord(column));
    }
    refuse_load_result(clues.file_name, header)?;
    let named = match clues.sobject {
        Some(sobject) => object_called(sobject),
        None => named_object(clues.file_name),
    };
    let object = match named {
        Named::Object(object) => object,
        Named::Relations => return relations(header),
        Named::Other(other) => return Err(NotAnExport::OtherObject(other)),
        Named::Unclear if is_relation(header) => return Ok(Recognised::Relations),
        Named::Unclear => by_columns(header).ok_or(NotAnExport::Unknown)?,
    };
    bear_out(object, header).map(|()| Recognised::One(object))
}

/// Whether a member of a ZIP may be wanted, by its name alone.
pub fn is_wanted(file_name: &str) -> bool {
    // Archives made on a Mac have a companion for every file.
    let companion = file_name.split('/').any(|part| part.starts_with("._") || part == "__MACOSX");
    !companion && matches!(named_object(file_name), Named::Object(_) | Named::Relations)
}

/// Refuses what Data Loader and the Bulk API leave about an earlier load: files with a last column
/// for the outcome, named after it or with the id twice.
fn refuse_load_result(file_name: &str, header: &Header) -> Result<(), NotAnExport> {
    let last = header.names().last().map_or("", |name| name.trim());
    let outcome = ["STATUS", "ERROR", "ERRORS"];
    let named_after_it = ["success", "error"]
        .iter()
        .any(|word| stem(file_name).to_ascii_lowercase().starts_with(word));
    let of_data_loader = outcome.iter().any(|name| name.eq_ignore_ascii_case(last))
        && (outcome.contains(&last) || named_after_it || header.is_ambiguous("Id"));
    if of_data_loader || header.has_any(&["sf__Id", "sf__Error", "sf__Created"]) {
        return Err(NotAnExport::LoadResult);
    }
    Ok(())
}

fn relations(header: &Header) -> Result<Recognised, NotAnExport> {
    for column in ["ContactId", "AccountId"] {
        if !header.has(column) {
            return Err(NotAnExport::ColumnMissing {
                object: RELATION,
                column,
                wanted: "ContactId and AccountId",
            });
        }
    }
    Ok(Recognised::Relations)
}

/// Whether the columns alone are those of relations: cases, roles and users name both, too.
fn is_relation(header: &Header) -> bool {
    const OWN: &[&str] =
        &["Id", "AccountId", "ContactId", "IsDeleted", "IsActive", "StartDate", "EndDate"];
    let own = |name: &String| OWN.iter().any(|own| own.eq_ignore_ascii_case(name.trim()));
    relations(header).is_ok() && (header.has("IsDirect") || header.names().iter().all(own))
}

enum Named {
    Object(Object),
    Relations,
    Other(String),
    Unclear,
}

/// The object of this API name.
fn object_called(name: &str) -> Named {
    match Object::ALL.into_iter().find(|object| object.as_str().eq_ignore_ascii_case(name)) {
        Some(object) => Named::Object(object),
        None if name.eq_ignore_ascii_case(RELATION) => Named::Relations,
        None => Named::Other(name.to_owned()),
    }
}

/// A file name without its folders and its extensions.
fn stem(file_name: &str) -> &str {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let cut = |name: &'_ str, of: &[&str]| -> usize {
        match name.rsplit_once('.') {
            Some((stem, extension)) if of.iter().any(|e| e.eq_ignore_ascii_case(extension)) => {
                stem.len()
            }
            _ => name.len(),
        }
    };
    let name = name.get(..cut(name, &["gz", "zip"])).unwrap_or(name);
    let end = cut(name, &["csv", "tsv", "txt", "json", "jsonl", "ndjson"]);
    name.get(..end).unwrap_or(name)
}

/// The object that the words of a file name mention; unclear when they mention both or neither.
fn named_object(file_name: &str) -> Named {
    let stem = stem(file_name);
    let other = OTHER_OBJECTS.iter().find(|other| other.eq_ignore_ascii_case(stem));
    if let Some(other) = other {
        return Named::Other((*other).to_owned());
    }
    // The API names of custom objects, of their histories and their shares.
    if ["__c", "__history", "__share", "__feed"].iter().any(|end| ends_with(stem, end)) {
        return Named::Other(stem.to_owned());
    }
    let words = words(stem);
    if words.concat().contains("accountcontactrelation") {
        return Named::Relations;
    }
    let mentions =
        |object: &str| words.iter().any(|word| word.strip_suffix('s').unwrap_or(word) == object);
    match (mentions("account"), mentions("contact")) {
        (true, false) => Named::Object(Object::Account),
        (false, true) => Named::Object(Object::Contact),
        _ => Named::Unclear,
    }
}

fn ends_with(text: &str, end: &str) -> bool {
    let from = text.len().checked_sub(end.len());
    from.and_then(|from| text.get(from..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// The words of a name, in lower case: cut at what is no letter and before capitals.
fn words(stem: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for letter in stem.chars() {
        if !letter.is_alphabetic() || (after_lower && letter.is_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphabetic()) {
            word.extend(letter.to_lowercase());
        }
        after_lower = letter.is_lowercase();
    }
    words
}

/// Whether there is a column of an object, by its API name or by a label of reports.
fn has(header: &Header, object: Object, column: &str) -> bool {
    header.has(column) || header.has_any(labels::labels(object, column))
}

/// The object that the columns alone suggest.
fn by_columns(header: &Header) -> Option<Object> {
    if header.has_any(OF_OTHERS) {
        return None;
    }
    let of_contact = |column: &str| has(header, Object::Contact, column);
    let of_account = |column: &str| has(header, Object::Account, column);
    let person_accounts = of_account("PersonEmail") || header.has("PersonContactId");
    let named = of_contact("LastName") || of_contact("FirstName");
    if of_contact("Email") && named && !person_accounts {
        return Some(Object::Contact);
    }
    let of_accounts = of_account("Name") && OF_ACCOUNTS.iter().any(|column| of_account(column));
    let of_people = header.has("AccountId") || (of_contact("LastName") && !person_accounts);
    (of_accounts && !of_people).then_some(Object::Account)
}

/// Checks that an object's indispensable columns are there, and none that it cannot have.
fn bear_out(object: Object, header: &Header) -> Result<(), NotAnExport> {
    let has = |column| has(header, object, column);
    let (column, wanted) = match object {
        Object::Account if !has("Name") => ("Name", ACCOUNT_COLUMNS),
        // `AccountBrand` and its like have names, too, but point to their account.
        Object::Account if header.has("AccountId") => return Err(NotAnExport::Unknown),
        // `ContactCleanInfo` and its like have names and emails, but point to their contact.
        Object::Contact if header.has("ContactId") => return Err(NotAnExport::Unknown),
        Object::Contact if !has("Email") => ("Email", CONTACT_COLUMNS),
        Object::Contact if !["LastName", "FirstName", "Name"].into_iter().any(has) => {
            ("LastName", CONTACT_COLUMNS)
        }
        _ => return Ok(()),
    };
    Err(NotAnExport::ColumnMissing { object: object.as_str(), column, wanted })
}

#[cfg(test)]
mod tests;
