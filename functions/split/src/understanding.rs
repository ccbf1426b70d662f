//! Understanding one file of what was dropped.

use csm_import::import::document::{Export, ImportDocument};
use csm_import::import::id::SourceObject;
use csm_import::mapping::mapper::Mapper;
use csm_import::mapping::stage::Stage;
use csm_import::port::{ExportError, Exports};
use csm_import::salesforce::encoding::Charset;
use csm_import::salesforce::examine::Examined;
use csm_import::salesforce::export::NotAnExport;
use csm_import::salesforce::header::Header;

use crate::listing::Found;
use crate::reading::{self, Read};

/// What a file turned out to be.
#[derive(Debug)]
pub enum Understood {
    /// An export.
    Export(Box<Export>),
    /// Nothing that can be imported.
    Refused(NotAnExport),
}

/// Understands one file of an object, but for its number among the exports and where its columns go.
///
/// # Errors
/// The object cannot be read.
pub async fn understand<E: Exports>(
    exports: &E,
    document: &ImportDocument,
    number: u32,
    object: &SourceObject,
    mut found: Found,
    encoding: Option<Charset>,
) -> Result<Understood, ExportError> {
    if let Some(refused) = found.refused.take() {
        return Ok(Understood::Refused(refused));
    }
    let examined = reading::examine(exports, object, &found, &document.archives, encoding).await?;
    let (examined, content) = match examined {
        Ok(Read { examined, content }) => (examined, content),
        Err(refused) => return Ok(Understood::Refused(refused)),
    };
    let Examined { header, recognised, format, survey, attempt_of } = examined;
    let export = Export {
        // Known once it is known which of the files before it are exports.
        source: 0,
        object: number,
        file: found.file,
        wrappings: found.wrappings,
        recognised,
        attempt_of,
        format,
        survey,
        content,
        header: header.names().to_vec(),
        columns: Vec::new(),
        column_change: None,
    };
    Ok(Understood::Export(Box::new(export)))
}

/// Notes which column goes where, in the stages that the export has records for.
///
/// # Errors
/// A column that is needed is there twice.
pub fn columns(document: &ImportDocument, export: &mut Export) -> Result<(), NotAnExport> {
    let header = Header::new(export.header.iter().map(String::as_str));
    export.columns.clear();
    for stage in Stage::ALL {
        let people = document.configuration.policies.person_accounts;
        if stage.reads(export.recognised, &header, people) {
            let fields = document.fields(stage);
            let mapper =
                Mapper::new(stage, &header, &export.recognised, fields, &document.configuration)?;
            export.columns.push((stage, mapper.columns()));
        }
    }
    Ok(())
}
