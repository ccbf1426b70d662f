//! Telling what a dropped file is: accounts, contacts, or something else that has a better sentence
//! than a thousand rejected records.

use serde::{Deserialize, Serialize};

use super::header::{Header, OBJECT_COLUMN};
use super::reader::Record;

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
}

impl Recognised {
    /// Whether the file can hold records of `object`.
    pub fn may_hold(self, object: Object) -> bool {
        match self {
            Self::One(one) => one == object,
            Self::PerRecord(_) => true,
        }
    }

    /// The object of one record; `None` when its `_csm_object` names none.
    pub fn object_of(self, record: &Record<'_>) -> Option<Object> {
        match self {
            Self::One(object) => Some(object),
            Self::PerRecord(column) => {
                let value = record.get(column)?.trim_ascii();
                Object::ALL
                    .into_iter()
                    .find(|object| value.eq_ignore_ascii_case(object.as_str().as_bytes()))
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
];

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

/// Labels of standard columns, which only reports use as column names.
const LABELS: &[&str] = &[
    "Account Name",
    "Last Name",
    "First Name",
    "Account ID",
    "Contact ID",
    "Full Name",
    "Account: Account Name",
    "Contact: Last Name",
    "Contact: Full Name",
];

/// Refuses a file by its first bytes when it is no CSV in UTF-8. 1 KiB is enough to tell.
pub fn sniff(first: &[u8]) -> Result<(), NotAnExport> {
    let contains = |text: &[u8]| first.windows(text.len()).any(|window| window == text);
    let zeros =
        |from: usize| first.iter().skip(from).step_by(2).take(8).filter(|&&byte| byte == 0).count();
    let text = first.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(first).trim_ascii_start();
    let format = if first.starts_with(b"PK") {
        if contains(b"[Content_Types].xml") || contains(b"xl/") {
            "an Excel workbook (XLSX)"
        } else {
            "a ZIP archive"
        }
    } else if first.starts_with(b"\x1F\x8B") {
        "compressed with gzip"
    } else if first.starts_with(b"\xD0\xCF\x11\xE0") {
        "an Excel workbook (XLS)"
    } else if first.starts_with(b"\xFF\xFE")
        || first.starts_with(b"\xFE\xFF")
        || zeros(0) > 3
        || zeros(1) > 3
    {
        "in UTF-16"
    } else if text.starts_with(b"<") {
        "HTML or XML (an error page, or a spreadsheet in disguise)"
    } else if text.starts_with(b"{") || text.starts_with(b"[") {
        "JSON"
    } else if text.is_empty() {
        return Err(NotAnExport::Empty);
    } else {
        return Ok(());
    };
    Err(NotAnExport::Format(format))
}

/// Tells what a file holds by its name, where that is clear, and by its columns.
///
/// The columns must bear out the name: an `Account.csv` without `Name` is no export of accounts.
pub fn recognise(file_name: &str, header: &Header) -> Result<Recognised, NotAnExport> {
    if let Some(column) = header.position(OBJECT_COLUMN) {
        return Ok(Recognised::PerRecord(column));
    }
    refuse(header)?;
    let named = named_object(file_name);
    let object = match named {
        Named::Object(object) => object,
        Named::Other(other) => return Err(NotAnExport::OtherObject(other.to_owned())),
        Named::Unclear => by_columns(header).ok_or(NotAnExport::Unknown)?,
    };
    bear_out(object, header).map(|()| Recognised::One(object))
}

/// Refuses what is no export of any object.
fn refuse(header: &Header) -> Result<(), NotAnExport> {
    if let [only] = header.names() {
        let other = [
            (';', "semicolons"),
            ('\t', "tabs"),
            ('|', "bars"),
            ('^', "carets"),
            ('`', "backquotes"),
        ];
        if let Some((_, name)) = other.into_iter().find(|(delimiter, _)| only.contains(*delimiter))
        {
            return Err(NotAnExport::Delimiter(name));
        }
    }
    let last = header.names().last().map(|name| name.trim());
    let status =
        |name: &str| ["Status", "Error", "Errors"].iter().any(|s| s.eq_ignore_ascii_case(name));
    if last.is_some_and(status) || header.has_any(&["sf__Id", "sf__Error", "sf__Created"]) {
        return Err(NotAnExport::LoadResult);
    }
    match LABELS.iter().find(|label| header.has(label)) {
        Some(label) => Err(NotAnExport::Report((*label).to_owned())),
        None => Ok(()),
    }
}

enum Named {
    Object(Object),
    Other(&'static str),
    Unclear,
}

/// The object that the words of a file name mention; unclear when they mention both or neither.
fn named_object(file_name: &str) -> Named {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if let Some(other) = OTHER_OBJECTS.iter().find(|other| other.eq_ignore_ascii_case(stem)) {
        return Named::Other(other);
    }
    let words = words(stem);
    let mentions =
        |object: &str| words.iter().any(|word| word.strip_suffix('s').unwrap_or(word) == object);
    match (mentions("account"), mentions("contact")) {
        (true, false) => Named::Object(Object::Account),
        (false, true) => Named::Object(Object::Contact),
        _ => Named::Unclear,
    }
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

/// The object that the columns alone suggest.
fn by_columns(header: &Header) -> Option<Object> {
    if header.has_any(OF_OTHERS) {
        return None;
    }
    let person_accounts = header.has("PersonEmail") || header.has("PersonContactId");
    if header.has("Email") && header.has_any(&["LastName", "FirstName"]) && !person_accounts {
        return Some(Object::Contact);
    }
    let of_accounts = header.has("Name") && header.has_any(OF_ACCOUNTS);
    let of_people = header.has("AccountId") || (header.has("LastName") && !person_accounts);
    (of_accounts && !of_people).then_some(Object::Account)
}

/// Checks that an object's indispensable columns are there, and none that it cannot have.
fn bear_out(object: Object, header: &Header) -> Result<(), NotAnExport> {
    let missing = |column, wanted| Err(NotAnExport::ColumnMissing { object, column, wanted });
    match object {
        Object::Account if !header.has("Name") => missing("Name", ACCOUNT_COLUMNS),
        // `AccountBrand` and its like have names, too, but point to their account.
        Object::Account if header.has("AccountId") => Err(NotAnExport::Unknown),
        Object::Contact if !header.has("Email") => missing("Email", CONTACT_COLUMNS),
        Object::Contact if !header.has_any(&["LastName", "FirstName", "Name"]) => {
            missing("LastName", CONTACT_COLUMNS)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
