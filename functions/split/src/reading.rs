//! Looking at the beginning of an export.

use csm_import::import::id::SourceObject;
use csm_import::port::{ExportError, Exports};
use csm_import::salesforce::export::{self, NotAnExport, Recognised};
use csm_import::salesforce::header::Header;
use csm_import::salesforce::stream::Records;

/// Tells what an object is.
///
/// # Errors
/// The object cannot be read. What it turns out to be is the inner result.
pub async fn recognise<E: Exports>(
    exports: &E,
    object: &SourceObject,
) -> Result<Result<(Header, Recognised), NotAnExport>, ExportError> {
    let mut records = Records::open(exports, object).await?;
    while records.fill().await? {
        if records.is_short() {
            continue;
        }
        if let Err(refused) = export::sniff(records.beginning()) {
            return Ok(Err(refused));
        }
        if let Some(record) = records.next_record() {
            let understood = Header::read(&record).and_then(|header| {
                let recognised = export::recognise(object.file_name(), &header)?;
                Ok((header, recognised))
            });
            return Ok(understood);
        }
    }
    Ok(Err(NotAnExport::Empty))
}
