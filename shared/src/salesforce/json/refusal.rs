//! JSON of Salesforce's that is no export, told by its keys.
//!
//! All of these keys begin in lower case, which no field of a Salesforce object does, so that no
//! export can be taken for one of them.

use super::JsonReader;
use crate::salesforce::record::Limits;

/// What a text is instead of an export, and what to drop in its stead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotJsonExport {
    /// `[{"errorCode": …, "message": …}]`, `{"error": …}`, or what `sf --json` says when it fails.
    #[error(
        "The file is an error message of Salesforce, not an export; see what it says, then export again."
    )]
    Failure,
    /// `[{"sobject": …, "files": […]}]`, written by `sf data export tree --plan`.
    #[error(
        "The file is the plan of sf data export tree, which only names the files with the records; drop those files."
    )]
    Plan,
    /// A describe of the REST API or a `getObjectInfo` of the UI API.
    #[error(
        "The file describes the fields of an object and holds no records; drop an export of its records."
    )]
    Describe,
    /// `[{"id": …, "success": …, "errors": […]}]`.
    #[error(
        "The file is the result of a load into Salesforce, not an export; drop the export that holds the records."
    )]
    LoadResult,
}

/// Keys of a describe beside `fields`, which itself can lie beyond the beginning (`DescribeSObjectResult`
/// of the REST API; UI API "Object Info").
const DESCRIBE: &[&str] = &[
    "activateable",
    "apiName",
    "childRelationships",
    "defaultRecordTypeId",
    "feedEnabled",
    "keyPrefix",
    "queryable",
    "recordTypeInfos",
    "retrieveable",
    "searchable",
    "undeletable",
];

/// Recognises JSON that is no export by its beginning, of which 64 KiB are enough.
///
/// [`JsonReader::refusal`] tells the same of a text that is being read, or was.
pub fn refusal(first: &[u8]) -> Option<NotJsonExport> {
    let mut reader = JsonReader::new(Vec::new(), Limits::default());
    reader.feed(first);
    while reader.next_record().is_some() {}
    reader.refusal()
}

/// What has these columns; keys of a record that has not ended are among them.
pub(super) fn by_columns(columns: &[String]) -> Option<NotJsonExport> {
    let has = |key: &str| columns.iter().any(|column| column == key);
    let any = |keys: &[&str]| keys.iter().any(|key| has(key));
    if (has("message") && any(&["errorCode", "exitCode", "stack"]))
        || (any(&["error", "error.message"]) && !has("Id"))
    {
        Some(NotJsonExport::Failure)
    } else if has("sobject") && has("files") {
        Some(NotJsonExport::Plan)
    } else if DESCRIBE.iter().filter(|key| has(key)).count() >= 2 {
        Some(NotJsonExport::Describe)
    } else if has("success") && any(&["errors", "id"]) {
        Some(NotJsonExport::LoadResult)
    } else {
        None
    }
}
