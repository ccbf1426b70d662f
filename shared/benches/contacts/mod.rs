//! An export of contacts as the Data Export Service writes them: 62 columns, every field quoted, LF,
//! accents, a line end in the mailing street of every fiftieth record, about 870 bytes a record.

use std::io::Write;

/// The columns, in the order of the file.
pub const COLUMNS: [&str; 62] = [
    "Id",
    "IsDeleted",
    "MasterRecordId",
    "AccountId",
    "IsPersonAccount",
    "LastName",
    "FirstName",
    "Salutation",
    "MiddleName",
    "Suffix",
    "RecordTypeId",
    "OtherStreet",
    "OtherCity",
    "OtherState",
    "OtherPostalCode",
    "OtherCountry",
    "OtherLatitude",
    "OtherLongitude",
    "OtherGeocodeAccuracy",
    "MailingStreet",
    "MailingCity",
    "MailingState",
    "MailingPostalCode",
    "MailingCountry",
    "MailingLatitude",
    "MailingLongitude",
    "MailingGeocodeAccuracy",
    "Phone",
    "Fax",
    "MobilePhone",
    "HomePhone",
    "OtherPhone",
    "AssistantPhone",
    "ReportsToId",
    "Email",
    "Title",
    "Department",
    "AssistantName",
    "LeadSource",
    "Birthdate",
    "Description",
    "OwnerId",
    "HasOptedOutOfEmail",
    "HasOptedOutOfFax",
    "DoNotCall",
    "CreatedDate",
    "CreatedById",
    "LastModifiedDate",
    "LastModifiedById",
    "SystemModstamp",
    "LastActivityDate",
    "LastCURequestDate",
    "LastCUUpdateDate",
    "EmailBouncedReason",
    "EmailBouncedDate",
    "Jigsaw",
    "JigsawContactId",
    "IndividualId",
    "Level__c",
    "Languages__c",
    "Preferred_Language__c",
    "External_Key__c",
];

const GIVEN: [&str; 8] =
    ["Abena", "Björn", "Chiara", "Dmitri", "Elif", "Fionn", "Gwenaëlle", "Søren"];
const FAMILY: [&str; 8] =
    ["Adeyemi", "Brandt", "Castellanos", "D'Amico", "Grünwald", "Núñez", "O'Hara", "Lindqvist"];
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Appends the header.
pub fn header(out: &mut Vec<u8>) {
    let quoted: Vec<String> = COLUMNS.iter().map(|column| format!("\"{column}\"")).collect();
    out.extend_from_slice(quoted.join(",").as_bytes());
    out.push(b'\n');
}

/// Appends a record; the same number gives the same record.
pub fn record(number: u64, out: &mut Vec<u8>) {
    let pick = |list: &'static [&'static str; 8], by: u64| list[(number / by % 8) as usize];
    let (first, last) = (pick(&GIVEN, 1), pick(&FAMILY, 8));
    let id = |prefix: &str, n: u64| {
        let mut rest = n;
        let mut tail = [b'0'; 7];
        for digit in tail.iter_mut().rev() {
            *digit = ALPHABET[(rest % 62) as usize];
            rest /= 62;
        }
        format!("{prefix}5g000{}", String::from_utf8_lossy(&tail))
    };
    for (at, column) in COLUMNS.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b"\"" } else { b",\"" });
        let written = match *column {
            "Id" => write!(out, "{}", id("003", number)),
            "AccountId" => write!(out, "{}", id("001", number / 4)),
            "OwnerId" | "CreatedById" | "LastModifiedById" => {
                write!(out, "{}", id("005", number % 40))
            }
            "IsDeleted" | "IsPersonAccount" | "HasOptedOutOfEmail" | "HasOptedOutOfFax"
            | "DoNotCall" => {
                write!(out, "0")
            }
            "MasterRecordId" => write!(out, "000000000000000AAA"),
            "LastName" => write!(out, "{last}"),
            "FirstName" => write!(out, "{first}"),
            "Salutation" => write!(out, "Ms."),
            "MailingStreet" if number.is_multiple_of(50) => {
                write!(out, "{} Hauptstraße\nHintereingang", number % 400)
            }
            "MailingStreet" | "OtherStreet" => write!(out, "{} Hauptstraße", number % 400),
            "MailingCity" | "OtherCity" => write!(out, "Zürich-Oerlikon"),
            "MailingPostalCode" | "OtherPostalCode" => write!(out, "{:05}", number % 100_000),
            "MailingCountry" | "OtherCountry" => write!(out, "Switzerland"),
            "Phone" | "MobilePhone" | "HomePhone" => {
                write!(out, "+41 44 {:07}", number % 10_000_000)
            }
            "Email" => write!(out, "contact.{number}@mail.example.com"),
            "Title" => write!(out, "Senior Vice President of Procurement"),
            "Department" => write!(out, "Procurement & Logistics"),
            "LeadSource" => write!(out, "Partner Referral"),
            "Birthdate" => {
                write!(out, "1975-{:02}-{:02} 00:00:00", number % 12 + 1, number % 28 + 1)
            }
            "Description" => {
                write!(
                    out,
                    "Met at the trade fair; prefers to be called in the afternoon, and to be written to in French or Italian; assistant screens the mail, so mark it as personal where it is."
                )
            }
            "CreatedDate" | "LastModifiedDate" | "SystemModstamp" => {
                write!(out, "2024-05-{:02} 10:{:02}:21", number % 28 + 1, number % 60)
            }
            "Level__c" => write!(out, "Secondary"),
            "Languages__c" => write!(out, "English"),
            "External_Key__c" => write!(out, "K-{number:012}"),
            _ => Ok(()),
        };
        written.expect("memory can be written to");
        out.push(b'"');
    }
    out.push(b'\n');
}
