//! The sentences for files that are not imported.

use super::Object;

/// Why a file cannot be imported. Shown to an administrator after the file's name: what the file is
/// and what to drop instead. Holds names of columns and objects, never a value of a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnExport {
    /// Nothing in it, not even a header.
    #[error("The file is empty; drop an export with a header line.")]
    Empty,
    /// A container or an encoding that is not read, found by the first bytes.
    #[error("The file is {0}, which is not supported; drop a CSV in UTF-8.")]
    Format(&'static str),
    /// Bytes in the header that are no UTF-8.
    #[error("The header is not UTF-8; export again and choose UTF-8 as the encoding.")]
    NotUtf8,
    /// The first record is larger than a record may be.
    #[error(
        "The file does not begin with a header line; drop a CSV whose first line names the columns."
    )]
    HeaderTooLarge,
    /// The quotes of the header are misplaced or unclosed.
    #[error(
        "The quotes in the header line do not match; export again and do not edit the first line."
    )]
    HeaderQuotes,
    /// One column whose name holds another delimiter.
    #[error("The columns are separated by {0}; export again with commas.")]
    Delimiter(&'static str),
    /// What Data Loader or the Bulk API left about an earlier load.
    #[error(
        "The file is the result of a load into Salesforce (success or error file), not an export; drop the export that holds the records."
    )]
    LoadResult,
    /// Labels instead of API names.
    #[error(
        "The file is a report with labels as column names (such as \u{201c}{0}\u{201d}), which is not supported; drop Account.csv and Contact.csv from Salesforce's Data Export or Data Loader."
    )]
    Report(String),
    /// An export of something that has no place in CSM.
    #[error(
        "The file is an export of {0}, which is not imported; drop the exports of Account and Contact."
    )]
    OtherObject(String),
    /// The name says one object and the columns do not bear it out.
    #[error(
        "The file is named like an export of {object} but has no column {column}; export {object} again with {wanted}."
    )]
    ColumnMissing {
        /// What the file name says.
        object: Object,
        /// The column or columns that were looked for.
        column: &'static str,
        /// The columns that an export should have.
        wanted: &'static str,
    },
    /// Neither name nor columns are known.
    #[error(
        "The columns are neither those of accounts nor those of contacts; drop an export of Account (with Id and Name) or of Contact (with Id, FirstName, LastName, Email and AccountId)."
    )]
    Unknown,
    /// A column that is needed stands there twice.
    #[error(
        "The column {0} is there twice, so its values are ambiguous; remove one of the two and drop the file again."
    )]
    ColumnTwice(String),
}
