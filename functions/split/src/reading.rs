//! Examining the files of an export.

use csm_import::import::id::SourceObject;
use csm_import::port::{ExportError, Exports};
use csm_import::salesforce::container::Limits;
use csm_import::salesforce::encoding::Charset;
use csm_import::salesforce::examine::{Examined, Examiner};
use csm_import::salesforce::export::NotAnExport;
use csm_import::salesforce::unpack::Unpacked;

use xxhash_rust::xxh3::Xxh3Default;

use crate::listing::Found;

/// A file that is an export.
#[derive(Debug)]
pub struct Read {
    /// What it is.
    pub examined: Examined,
    /// A hash of its bytes.
    pub content: String,
}

/// Tells what a file is, by reading all of it.
///
/// `configured` is the encoding of what is not UTF-8 and does not say what it is.
///
/// # Errors
/// The object cannot be read. What the file turns out to be is the inner result.
pub async fn examine<E: Exports>(
    exports: &E,
    object: &SourceObject,
    found: &Found,
    limits: &Limits,
    configured: Option<Charset>,
) -> Result<Result<Read, NotAnExport>, ExportError> {
    // Text in such an encoding is valid UTF-8, of other characters.
    let certain = configured.filter(|charset| !charset.is_ascii_compatible());
    let first = read(exports, object, found, limits, certain).await?;
    let Some(examined) = first else {
        let charset = configured.unwrap_or(Charset::WINDOWS_1252);
        let again = read(exports, object, found, limits, Some(charset)).await?;
        return Ok(again.unwrap_or(Err(NotAnExport::Empty)).map(|mut read| {
            // A byte order mark counts more, whatever follows it.
            let guessed = configured.is_none() && read.examined.format.encoding == charset;
            read.examined.survey.guessed = guessed;
            read
        }));
    };
    Ok(examined)
}

/// The bytes of a file, as far as `most`.
///
/// # Errors
/// The object cannot be read, or what is around the file is damaged.
pub async fn whole<E: Exports>(
    exports: &E,
    object: &SourceObject,
    found: &Found,
    limits: &Limits,
    most: usize,
) -> Result<Vec<u8>, ExportError> {
    let mut stream = Unpacked::open(exports, object, &found.wrappings, limits).await?;
    let mut whole = Vec::new();
    while let Some(bytes) = stream.next().await? {
        let room = most.saturating_sub(whole.len());
        whole.extend_from_slice(bytes.get(..room).unwrap_or(&bytes));
        if bytes.len() >= room {
            break;
        }
    }
    Ok(whole)
}

/// Reads a file with an encoding; `None` when it is not in UTF-8, as was thought.
async fn read<E: Exports>(
    exports: &E,
    object: &SourceObject,
    found: &Found,
    limits: &Limits,
    charset: Option<Charset>,
) -> Result<Option<Result<Read, NotAnExport>>, ExportError> {
    let mut bytes = Unpacked::open(exports, object, &found.wrappings, limits).await?;
    let mut examiner = Examiner::new(&found.file, charset);
    let mut content = Xxh3Default::new();
    loop {
        let fed = match bytes.next().await {
            Ok(Some(bytes)) => {
                content.update(&bytes);
                examiner.feed(&bytes)
            }
            Ok(None) => break,
            Err(ExportError::Container(damaged)) => return Ok(Some(Err(damaged.into()))),
            Err(error) => return Err(error),
        };
        if examiner.is_misread() {
            return Ok(None);
        }
        if let Err(refused) = fed {
            return Ok(Some(Err(refused)));
        }
    }
    let ended = examiner.end();
    if examiner.is_misread() {
        return Ok(None);
    }
    let content = format!("{:032x}", content.digest128());
    let told = ended.and_then(|()| examiner.finish());
    Ok(Some(told.map(|examined| Read { examined, content })))
}
