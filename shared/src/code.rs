//! Every irregularity that the ledger can name, once: a stable code and what a person can do about it.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $hint:literal;)*) => {
        /// A stable, documented code for something that happened to a record, a batch or an import.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code { $($(#[doc = $doc])+ #[serde(rename = $code)] $variant,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it stands in `errors.csv`, `summary.json` and the documentation.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What it means.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+),)* }
            }

            /// What a person can do about it; never holds a value of a record.
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$variant => $hint,)* }
            }
        }
    };
}

codes! {
    /// The record has no Salesforce id although the export has an `Id` column.
    IdMissing = "id-missing", "Export the record again with its Id.";
    /// The Salesforce id is not one: length, characters or checksum are wrong.
    IdInvalid = "id-invalid", "A spreadsheet may have changed the case of the id; export again and do not re-save it.";
    /// The same Salesforce id stands on an earlier record with other values.
    IdDuplicate = "id-duplicate", "Keep one of the two records and drop the file again.";
    /// The very same record stands in the export twice; the first one counts.
    RecordDuplicate = "record-duplicate", "Nothing to do: the first of the identical records was taken.";
    /// The record stands in the export in a later version, by `SystemModstamp`.
    RecordSuperseded = "record-superseded", "Nothing to do: the later version of the record was taken.";
    /// The Salesforce id had lost its letter case and was repaired from its last three characters.
    IdRepaired = "id-repaired", "A spreadsheet changed the case of the id; export again and do not re-save it, as other values may have changed, too.";
    /// A contact without an email cannot become a customer.
    EmailMissing = "email-missing", "Add an email address in Salesforce and export again.";
    /// The email is not one syntactically valid address.
    EmailInvalid = "email-invalid", "Correct the address in Salesforce and export again.";
    /// An earlier record of the export has the same email; CSM keys customers on it.
    EmailDuplicate = "email-duplicate", "Give each person an address of their own; the first record with this one was taken.";
    /// Neither `Name` nor its parts hold anything.
    NameMissing = "name-missing", "Give the record a name in Salesforce and export again.";
    /// An earlier account has the same name; the Salesforce id was added to tell them apart.
    NameDuplicate = "name-duplicate", "The organization was named `Name (Salesforce id)`; rename one account to avoid it.";
    /// An earlier account has the same name, and the configuration takes only the first.
    NameTaken = "name-taken", "Rename one of the accounts in Salesforce and export again, or set duplicate_name.";
    /// An earlier account has the same name; both became one organization, with the details of the first.
    NameMerged = "name-merged", "Nothing to do: duplicate_name says so.";
    /// `IsDeleted` is true.
    Deleted = "deleted", "Nothing to do: the record lies in Salesforce's recycle bin.";
    /// `MasterRecordId` is set: the record was merged into another.
    Merged = "merged", "Nothing to do: the surviving record is imported.";
    /// A person account and its contact are one person; the other one was taken.
    PersonAccountTwin = "person-account-twin", "Nothing to do: the person is imported from the other record.";
    /// The record is a person account, and the policy leaves these out.
    PersonAccountSkipped = "person-account-skipped", "Nothing to do: the policy for person accounts leaves them out.";
    /// The record has more fields than the header, and they are not empty.
    FieldsSurplus = "fields-surplus", "A delimiter inside a value is not quoted; export again with quotes.";
    /// The record has fewer fields than the header; the missing ones count as absent.
    FieldsMissing = "fields-missing", "Check the record: its last fields are not in the file.";
    /// The record is larger than the reader's limit.
    RecordTooLarge = "record-too-large", "A quote may be missing before this record; correct it and drop the file again.";
    /// Text stands between a closing quote and the end of its field.
    QuoteMisplaced = "quote-misplaced", "Double the quotes inside the value, or export again.";
    /// A quote is opened and not closed; the record was broken off where the next good one begins.
    QuoteUnclosed = "quote-unclosed", "Close the quote, or double it if it belongs to the value; then drop the record again.";
    /// A line of a file of JSON lines is no JSON.
    JsonInvalid = "json-invalid", "Export again; the line may have been cut.";
    /// The header stands in the middle of the file, as when exports were joined.
    HeaderRepeated = "header-repeated", "Nothing to do: the repeated header was passed over.";
    /// `_csm_object` names neither Account nor Contact.
    ObjectUnknown = "object-unknown", "Restore Account or Contact in the column _csm_object.";
    /// A value holds characters that look like an encoding gone wrong; it is sent as it is.
    TextSuspicious = "text-suspicious", "Compare the value with Salesforce; if it is wrong here only, export again as UTF-8.";
    /// A file is not UTF-8 and does not say what it is; it was taken for windows-1252.
    EncodingGuessed = "encoding-guessed", "Look at some names with accents; if they are wrong, set the encoding (ExportEncoding) or export as UTF-8, and drop the file again.";
    /// Bytes of a file are nothing in its encoding; each was replaced by U+FFFD.
    CharactersReplaced = "characters-replaced", "Set the encoding (ExportEncoding) or export as UTF-8, and drop the file again.";
    /// The byte order mark of a file says another encoding than its bytes; the bytes were believed.
    ByteOrderMarkWrong = "byte-order-mark-wrong", "Nothing to do: Data Loader writes such marks.";
    /// A file holds NUL characters, which were removed from what was sent.
    NulsRemoved = "nuls-removed", "Nothing to do: rich text begins with them.";
    /// The lines that a report ends with, which are no records, were passed over.
    FurnitureDropped = "furniture-dropped", "Nothing to do: these lines are the report's name, copyright and totals.";
    /// A file says that it is one page of an answer that goes on elsewhere.
    ExportIncomplete = "export-incomplete", "Query again with a tool that fetches all pages, such as sf data export bulk, and drop that.";
    /// A file was dropped that is not imported.
    FileIgnored = "file-ignored", "Drop an export of Account or Contact.";
    /// A relation between a contact and an account cannot be read.
    RelationInvalid = "relation-invalid", "Export AccountContactRelation again and do not edit it.";
    /// A relation is the contact's own account, which the contact names itself.
    RelationDirect = "relation-direct", "Nothing to do: the customer is linked by the contact's AccountId.";
    /// A relation has ended: `IsActive` is false.
    RelationEnded = "relation-ended", "Nothing to do: the relation is no longer active.";
    /// The contact names an account that was not imported by this or an earlier import.
    OrganizationUnknown = "organization-unknown", "Import the account, then drop the contact again.";
    /// The site has no detail field of this name.
    FieldUnknown = "field-unknown", "Create the detail field in CSM; its values were left out.";
    /// The configuration names a column that the file does not have.
    ColumnAbsent = "column-absent", "Compare the name with the header of the file; export the column too, or correct config/import.toml.";
    /// The value is not one of the options of the site's field.
    OptionUnknown = "option-unknown", "Add the option to the field in CSM; the value was left out.";
    /// The value does not fit the type of the site's field.
    DetailInvalid = "detail-invalid", "Correct the value in Salesforce; it was left out.";
    /// The phone number has an extension, for which a PHONE field has no room; it was left out.
    PhoneExtensionDropped = "phone-extension-dropped", "Make the field in CSM a TEXT field, which takes numbers as they are, if extensions matter.";
    /// The value was longer than a detail may be and was cut.
    ValueCut = "value-cut", "Shorten the value in Salesforce if the rest matters.";
    /// The site refused every request with this record and others that was tried.
    BatchRefused = "batch-refused", "Read the site's answer in results/; correct the records and drop errors.csv.";
    /// The site refused a request with this record alone.
    RecordRefused = "record-refused", "Read the site's answer, correct the record and drop errors.csv.";
    /// The site reported a failure for this record.
    SiteFailure = "site-failure", "Read the site's message, correct the record and drop errors.csv.";
    /// The task listed a failure that names no record; this one was read back as it was sent.
    FailureUnattributed = "failure-unattributed", "Read the site's message in results/ and check the records of this batch.";
    /// The task ended and the record is not on the site.
    NotWritten = "not-written", "The site did not write the record; drop errors.csv to try again.";
    /// The task ended unclear and reading back could not settle the record.
    Unclear = "unclear", "Look for the record on the site; dropping errors.csv again is safe.";
    /// The import stopped before this record was sent.
    ImportStopped = "import-stopped", "Remove the cause named in summary.json, then drop errors.csv.";
    /// The batch failed too often and was parked in the dead-letter queue.
    DeadLettered = "dead-lettered", "See the function's log for the cause, then drop errors.csv.";
    /// The task ended well, and a search does not find the customer, which may take the site minutes.
    NotFoundYet = "not-found-yet", "Search for the customer on the site later.";
    /// The task ended well, and the site holds other values than were sent.
    HeldOtherwise = "held-otherwise", "Compare the record with the site, which may write some values in a way of its own.";
    /// The task ended well, and the site did not let the customer be read back.
    NotVerified = "not-verified", "Look for the customer on the site; where it has no field External ID, it cannot be searched for.";
    /// The customer exists but is not linked to its organization, and was not linked by a second request.
    AssociationMissing = "association-missing", "Link the customer to its organization on the site.";
    /// The site had not linked the customer to its organization; a second request did.
    AssociationRepaired = "association-repaired", "Nothing to do: the customer is linked now.";
}

impl Code {
    /// Whether it tells what was on the site at one moment, and a later look counts more.
    pub const fn may_pass(self) -> bool {
        matches!(
            self,
            Self::NotFoundYet | Self::HeldOtherwise | Self::NotVerified | Self::AssociationMissing
        )
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::import::progress::StopCode;

    /// `shared/CODES.md`, as it has to be. `UPDATE_DOCS=1 cargo test` writes it.
    #[test]
    fn every_code_is_documented() {
        let mut table =
            "# Codes\n\nWhat can stand in `Code` and `_csm_code`, and under `…_by_code` and \
            `notices` in `summary.json`.\n\n| code | meaning | what to do |\n|---|---|---|\n"
                .to_owned();
        for code in Code::ALL {
            let (meaning, hint) = (code.meaning().trim(), code.hint());
            writeln!(table, "| `{code}` | {meaning} | {hint} |").unwrap();
        }
        table.push_str(
            "\n## Why an import stops\n\nWhat can stand under `stopped` in `progress.json`, and under \
            `stop` in `plan.json`. The message beside it, which `summary.json` and `plan.html` have \
            too, says what happened to what, and then the same as here. Instead of dropping the export again, \
            an import can be told to go on where it was: drop an object named exports/resume/<id>.\n\n\
            | code | meaning | what was done | what to do |\n|---|---|---|---|\n",
        );
        for code in StopCode::all() {
            let (name, meaning) = (code.as_str(), code.meaning().trim());
            // Words in angle brackets stand for something, and are no tags.
            let remedy = code.remedy().replace('<', "\\<");
            writeln!(table, "| `{name}` | {meaning} | {} | {remedy} |", code.left()).unwrap();
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/CODES.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &table).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), table);
    }

    #[test]
    fn a_code_is_written_as_it_is_displayed() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_string(code).unwrap(), format!("\"{code}\""));
            assert!(!code.meaning().is_empty() && !code.hint().is_empty());
        }
    }
}
