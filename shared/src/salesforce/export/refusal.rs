//! The sentences for files that are not imported.

use crate::salesforce::container::{ContainerError, Refusal};
use crate::salesforce::json::{JsonError, NotJsonExport};

/// Why a file cannot be imported. Shown to an administrator after the file's name: what the file is
/// and what to drop instead. Holds names of columns and objects, never a value of a record.
#[derive(Debug, thiserror::Error)]
pub enum NotAnExport {
    /// Nothing in it, not even a header.
    #[error("The file is empty; drop an export with a header line.")]
    Empty,
    /// A spreadsheet's own format.
    #[error(
        "The file is an Excel workbook ({0}); save the sheet as CSV UTF-8, or better, drop the export as Salesforce wrote it."
    )]
    Workbook(&'static str),
    /// A page: an error, a login, or a report in disguise.
    #[error(
        "The file is HTML or XML, such as an error page, a login page or a report exported as Excel; export again as CSV and drop that."
    )]
    Markup,
    /// A document.
    #[error("The file is a PDF document; export the records as CSV and drop that.")]
    Pdf,
    /// A container that cannot be unpacked.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// A member of a ZIP that is not read.
    #[error(transparent)]
    Member(#[from] Refusal),
    /// A container in a container in a container.
    #[error(
        "The file lies in archives within archives; unpack the outer ones and drop what is inside."
    )]
    NestedTooDeep,
    /// A file that cannot be read in the time that there is.
    #[error(
        "Reading the file takes longer than one invocation of the function lasts; drop it in parts."
    )]
    TooLong,
    /// A member of a ZIP that holds the wanted ones besides.
    #[error("It is not imported: only Account, Contact and AccountContactRelation are.")]
    NotWanted,
    /// JSON that is something else.
    #[error(transparent)]
    NotJsonExport(#[from] NotJsonExport),
    /// JSON that breaks off.
    #[error(transparent)]
    Json(#[from] JsonError),
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
    /// What Data Loader or the Bulk API left about an earlier load.
    #[error(
        "The file is the result of a load into Salesforce (success or error file), not an export; drop the export that holds the records."
    )]
    LoadResult,
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
        object: &'static str,
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
