//! Looking at the beginning of an export.

use csm_import::import::id::{ImportId, SourceObject};
use csm_import::port::{ExportError, Exports};
use csm_import::salesforce::export::{self, NotAnExport, Recognised};
use csm_import::salesforce::header::{Header, IMPORT_COLUMN};
use csm_import::salesforce::stream::Records;

/// What an object that is an export turned out to be.
#[derive(Clone, Debug)]
pub struct Understood {
    /// Its columns.
    pub header: Header,
    /// What its records are.
    pub recognised: Recognised,
    /// The import whose `errors.csv` it is, by its first record.
    pub attempt_of: Option<ImportId>,
}

/// Tells what an object is.
///
/// # Errors
/// The object cannot be read. What it turns out to be is the inner result.
pub async fn recognise<E: Exports>(
    exports: &E,
    object: &SourceObject,
) -> Result<Result<Understood, NotAnExport>, ExportError> {
    let mut records = Records::open(exports, object).await?;
    let mut understood: Option<Understood> = None;
    while records.fill().await? {
        if records.is_short() {
            continue;
        }
        if understood.is_none() {
            if let Err(refused) = export::sniff(records.beginning()) {
                return Ok(Err(refused));
            }
            let Some(record) = records.next_record() else { continue };
            let header = match Header::read(&record) {
                Ok(header) => header,
                Err(refused) => return Ok(Err(refused)),
            };
            match export::recognise(object.file_name(), &header) {
                Ok(recognised) => {
                    understood = Some(Understood { header, recognised, attempt_of: None });
                }
                Err(refused) => return Ok(Err(refused)),
            }
        }
        let Some(found) = &mut understood else { continue };
        let Some(column) = found.header.position(IMPORT_COLUMN) else { break };
        if let Some(record) = records.next_record() {
            let id = record.get(column).and_then(|field| str::from_utf8(field).ok());
            found.attempt_of = id.and_then(ImportId::parse);
            break;
        }
    }
    Ok(understood.ok_or(NotAnExport::Empty))
}
