//! What is dropped: invented accounts and contacts, some of them faulty.

use csm_import::mapping::stage::Stage;
use csm_import::salesforce::id::SalesforceId;
use csv::{QuoteStyle, WriterBuilder};

use crate::chance::Chance;

/// A record of an export, and what is to be found on the site if it was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Account or contact.
    pub stage: Stage,
    /// The Salesforce id.
    pub id: String,
    /// What the site knows it by: the name, or the email in lower case.
    pub key: String,
    /// A detail field and its value.
    pub detail: (&'static str, String),
    /// The account of a contact.
    pub account: Option<String>,
}

/// An export and its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The file.
    pub csv: Vec<u8>,
    /// What it holds.
    pub records: Vec<Expected>,
}

/// How many of the records are faulty, each in some way.
const FAULTY: f64 = 0.06;

fn id(prefix: &str, number: u64) -> String {
    let text = format!("{prefix}{number:012}");
    let parsed = SalesforceId::parse(&text).ok().flatten();
    parsed.map_or(text, |id| id.to_string())
}

fn csv(header: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(Vec::new());
    // Memory does not fail.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(row);
    }
    writer.into_inner().unwrap_or_default()
}

/// Accounts, counted from `first`. `version` changes their values, not their names.
pub fn accounts(chance: &mut Chance, first: u64, count: u64, version: u32) -> Export {
    let mut records: Vec<Expected> = Vec::new();
    let mut rows = Vec::new();
    for number in first..first + count {
        let mut name = format!("Company {number}");
        match chance.number(0..6) {
            0 if chance.happens(FAULTY * 2.0) => name = String::new(),
            1 if chance.happens(FAULTY * 2.0) => {
                name = records.last().map_or(name, |other| other.key.clone());
            }
            _ => {}
        }
        let industry = detail(chance, "Industry", number, version);
        let id = id("001", number);
        rows.push(vec![id.clone(), name.clone(), industry.clone()]);
        let stage = Stage::Organizations;
        records.push(Expected {
            stage,
            id,
            key: name,
            detail: ("Industry", industry),
            account: None,
        });
    }
    Export { csv: csv(&["Id", "Name", "Industry"], &rows), records }
}

/// Contacts of some of the accounts, as [`accounts`].
pub fn contacts(
    chance: &mut Chance,
    accounts: &[Expected],
    first: u64,
    count: u64,
    version: u32,
) -> Export {
    let mut records: Vec<Expected> = Vec::new();
    let mut rows = Vec::new();
    for number in first..first + count {
        let mut email = format!("Person.{number}@example.org");
        match chance.number(0..6) {
            0 if chance.happens(FAULTY * 2.0) => email = String::new(),
            1 if chance.happens(FAULTY * 2.0) => "nobody at example".clone_into(&mut email),
            2 if chance.happens(FAULTY * 2.0) => {
                email = records.last().map_or(email, |other| other.key.clone());
            }
            _ => {}
        }
        let account = accounts.get(chance.position(accounts.len())).map(|found| found.id.clone());
        let account = account.filter(|_| !chance.happens(0.2));
        let title = detail(chance, "Title", number, version);
        let id = id("003", number);
        let last = format!("Person {number}");
        let of = account.clone().unwrap_or_default();
        rows.push(vec![id.clone(), of, last, email.clone(), title.clone()]);
        let (stage, key) = (Stage::Customers, email.to_lowercase());
        records.push(Expected { stage, id, key, detail: ("Title", title), account });
    }
    Export { csv: csv(&["Id", "AccountId", "LastName", "Email", "Title"], &rows), records }
}

/// A value; now and then one that some sites find too long.
fn detail(chance: &mut Chance, what: &str, number: u64, version: u32) -> String {
    let mut value = format!("{what} {number}, version {version}");
    if chance.happens(FAULTY / 3.0) {
        value.push_str(&" and so on".repeat(6));
    }
    value
}
