//! What the files of an import turned out to be, kept where looking at all of them takes more than one
//! invocation. One file is looked at within one.

use csm_import::config::Settings;
use csm_import::delivery::ConsumeError;
use csm_import::import::document::{Export, Ignored, ImportDocument};
use csm_import::import::id::SourceObject;
use csm_import::mapping::describe::is_describe;
use csm_import::port::{ExportError, Exports};
use csm_import::salesforce::encoding::Charset;
use csm_import::salesforce::export::NotAnExport;
use serde::{Deserialize, Serialize};

use crate::listing::{self, Unlisted};
use crate::understanding::{Understood, understand};

/// How often something is begun that the time is never enough for.
const TRIES: u32 = 3;

/// `drawing-up.json`: what the files of an import turned out to be, as far as they have been looked at.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Examinations {
    /// What a file is taken for depends on it.
    reader: String,
    /// The files of each object, in order; of the last one perhaps not all.
    objects: Vec<Vec<File>>,
    /// Objects that are done with.
    done: usize,
    /// How often the time was not enough for what comes next.
    tries: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum File {
    Export(Box<Export>),
    Ignored(Ignored),
}

impl Examinations {
    /// Nothing looked at yet.
    pub(crate) fn new(settings: &Settings) -> Self {
        let Settings { export_encoding, archives, .. } = settings;
        let version = env!("CARGO_PKG_VERSION");
        let reader = format!("{version} {export_encoding:?} {archives:?}");
        Self { reader, ..Self::default() }
    }

    /// These, or those that were kept if they were read in the same way.
    pub(crate) fn or_kept(self, kept: Option<Self>) -> Self {
        kept.filter(|kept| kept.reader == self.reader).unwrap_or(self)
    }

    /// Notes that the time was not enough; whether it has been like this for long enough.
    pub(crate) const fn give_up(&mut self) -> bool {
        self.tries += 1;
        self.tries >= TRIES
    }

    /// The exports, and what is ignored, in order.
    pub(crate) fn into_files(self) -> (Vec<Export>, Vec<Ignored>) {
        let (mut exports, mut ignored) = (Vec::new(), Vec::new());
        for file in self.objects.into_iter().flatten() {
            match file {
                File::Export(export) => exports.push(*export),
                File::Ignored(file) => ignored.push(file),
            }
        }
        (exports, ignored)
    }

    /// Looks at the files of all objects that have not been.
    ///
    /// # Errors
    /// An object cannot be read just now, or the time is up; what has been looked at is kept.
    pub(crate) async fn go_on<E: Exports>(
        &mut self,
        exports: &E,
        document: &ImportDocument,
        encoding: Option<Charset>,
    ) -> Result<(), ConsumeError> {
        for (number, object) in (0..).zip(&document.objects).skip(self.done) {
            if self.objects.len() == self.done {
                self.objects.push(Vec::new());
            }
            if is_describe(&object.key).is_none() {
                self.object(exports, document, number, object, encoding).await?;
            }
            self.done += 1;
        }
        Ok(())
    }

    async fn object<E: Exports>(
        &mut self,
        exports: &E,
        document: &ImportDocument,
        number: u32,
        object: &SourceObject,
        encoding: Option<Charset>,
    ) -> Result<(), ConsumeError> {
        let key = &object.key;
        let files = match listing::files(exports, object, &document.archives).await {
            Ok(files) => files,
            Err(Unlisted::Refused(refused)) => {
                self.ignore(key, refused.to_string());
                return Ok(());
            }
            Err(Unlisted::Export(error)) => return self.unread(key, error),
        };
        let known = self.objects.last().map_or(0, Vec::len);
        for found in files.into_iter().skip(known) {
            let file = found.file.clone();
            match understand(exports, document, number, object, found, encoding).await {
                Ok(Understood::Export(export)) => self.push(File::Export(export)),
                Ok(Understood::Refused(refused)) => self.ignore(&file, refused.to_string()),
                Err(error) => self.unread(&file, error)?,
            }
        }
        Ok(())
    }

    /// Ignores what will never be read.
    fn unread(&mut self, key: &str, error: ExportError) -> Result<(), ConsumeError> {
        let reason = match error {
            ExportError::Gone => "It was deleted before it could be read.".to_owned(),
            ExportError::TimeIsUp if self.give_up() => NotAnExport::TooLong.to_string(),
            error => return Err(error.into()),
        };
        self.ignore(key, reason);
        Ok(())
    }

    fn ignore(&mut self, key: &str, reason: String) {
        self.push(File::Ignored(Ignored { key: key.to_owned(), reason }));
    }

    fn push(&mut self, file: File) {
        if let Some(object) = self.objects.last_mut() {
            object.push(file);
        }
        self.tries = 0;
    }
}
