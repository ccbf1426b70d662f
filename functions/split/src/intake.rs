//! Taking what lies in a folder: once nothing new comes in, and nothing twice.

use std::collections::BTreeSet;
use std::time::Duration;

use csm_import::csm::error::{Class, SiteError};
use csm_import::csm::port::Site;
use csm_import::delivery::{Causes, ConsumeError, Delivery, Disposition};
use csm_import::import::claims::Claims;
use csm_import::import::document::{Export, Ignored, ImportDocument, Mode};
use csm_import::import::id::{ImportId, SourceObject};
use csm_import::import::keys;
use csm_import::import::pace;
use csm_import::import::progress::{Progress, Stop, StopCode};
use csm_import::mapping::definition::Definitions;
use csm_import::mapping::mapper::{Mapper, Policies};
use csm_import::mapping::stage::Stage;
use csm_import::port::{Clock, Condition, ExportError, Exports, Queue, Store, Written};
use csm_import::salesforce::examine::Examined;
use csm_import::salesforce::export::NotAnExport;
use jiff::Timestamp;

use crate::listing::{self, Found, Unlisted};
use crate::reading;
use crate::splitter::Splitter;

/// How often the site is asked for its detail fields before an import begins without them.
const ASKED: u32 = 6;
/// How often a lost race for a folder is run again before the message is left to come back.
const RACES: u32 = 5;

impl<S, E, C, Q, T> Splitter<S, E, C, Q, T>
where
    S: Store,
    E: Exports,
    C: Site,
    Q: Queue,
    T: Clock,
{
    /// Takes what is new in a folder as one import, unless something has just come in.
    pub(crate) async fn take(
        &self,
        folder: &str,
        arrived: Option<Timestamp>,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        for race in 0..RACES {
            let (objects, newest) = self.exports.objects(folder).await?;
            if let Some(newest) = newest.max(arrived).filter(|_| folder.ends_with('/')) {
                let quiet = self.clock.now().duration_since(newest);
                let quiet = Duration::try_from(quiet).unwrap_or_default();
                let rest = self.settings.settle.saturating_sub(quiet);
                if !rest.is_zero() {
                    return Ok(Disposition::Later(rest + Duration::from_secs(1)));
                }
            }
            let key = keys::claims(folder);
            let (mut claims, etag): (Claims, _) = self.archive.find_with_etag(&key).await?;
            let condition = etag.as_deref().map_or(Condition::Absent, Condition::Unchanged);
            if self.give_up(&mut claims, &objects).await? {
                // On record before anything else: it must not be forgotten if this ends here.
                self.archive.put(&key, &claims, condition).await?;
                continue;
            }
            let standing = claims.standing(&objects);
            // Nothing new in these; but whoever took them may have died before going on.
            let mut disposition = Disposition::Done;
            for import in &standing.current {
                self.begin(*import).await?;
                disposition = self.go_on(*import).await?;
            }
            if standing.fresh.is_empty() {
                return Ok(disposition);
            }
            let patient = delivery.receives < ASKED;
            let replaces = claims.given_up.clone();
            let fresh = standing.fresh.clone();
            let Some(import) = self.document(folder, fresh, replaces, patient).await? else {
                let wait = pace::backoff(delivery.receives, None, delivery.seed());
                return Ok(Disposition::Later(wait));
            };
            folder.clone_into(&mut claims.folder);
            claims.claim(import, &standing.fresh);
            if self.archive.put(&key, &claims, condition).await? == Written::Yes {
                tracing::info!(%import, objects = standing.fresh.len(), "an import begins");
                self.begin(import).await?;
                return self.go_on(import).await;
            }
            tracing::info!(race, "another function took something of the same folder");
        }
        Ok(Disposition::Later(pace::backoff(delivery.receives, None, delivery.seed())))
    }

    /// Writes the progress of an import that has none yet: only then it is under way.
    async fn begin(&self, import: ImportId) -> Result<(), ConsumeError> {
        let progress = Progress::new(import, self.clock.now());
        let key = keys::progress(import);
        self.archive.put(&key, &progress, Condition::Absent).await?;
        Ok(())
    }

    /// Frees what imports have taken where they do not go on with it: those under way of which an
    /// object has been replaced, which stop, and stopped ones of which an object is dropped again.
    /// All that they took goes to the import that takes the new object. True: something was freed.
    async fn give_up(
        &self,
        claims: &mut Claims,
        objects: &[SourceObject],
    ) -> Result<bool, ConsumeError> {
        let standing = claims.standing(objects);
        let mut freed = false;
        for import in standing.replaced.union(&standing.repeated) {
            let replaced = standing.replaced.contains(import);
            let progress: Option<Progress> = self.archive.find(&keys::progress(*import)).await?;
            let (under_way, stopped) = match &progress {
                Some(progress) => (!progress.finished, progress.stopped.is_some()),
                None => (true, false),
            };
            if under_way && replaced {
                // Taken, but never begun: there is nothing to be stopped.
                if progress.is_some() {
                    self.stop_replaced(*import).await?;
                }
                claims.given_up.insert(*import);
            } else if under_way || !stopped {
                continue;
            }
            claims.release(*import);
            freed = true;
        }
        Ok(freed)
    }

    async fn stop_replaced(&self, import: ImportId) -> Result<(), ConsumeError> {
        let stop = Stop {
            code: StopCode::ExportReplaced,
            message: "An export of this import was replaced while it was being imported. What \
                      had not been sent by then is part of the import of the new export."
                .to_owned(),
        };
        self.archive.advance(import, |progress| progress.stop(stop.clone())).await?;
        tracing::info!(%import, "stopped: an export was replaced");
        self.go_on(import).await?;
        Ok(())
    }

    /// Writes down what the objects are and how they are understood; `None` when the site cannot be
    /// asked for its detail fields just now.
    async fn document(
        &self,
        folder: &str,
        objects: Vec<SourceObject>,
        replaces: BTreeSet<ImportId>,
        patient: bool,
    ) -> Result<Option<ImportId>, ConsumeError> {
        let id = ImportId::of(&self.settings.bucket, folder, &objects);
        let mut document = ImportDocument {
            id,
            mode: Mode::Import,
            bucket: self.settings.bucket.clone(),
            folder: folder.to_owned(),
            started_at: self.clock.now(),
            replaces,
            objects,
            exports: Vec::new(),
            ignored: Vec::new(),
            dialect: self.settings.dialect,
            policies: Policies {
                unknown_organization: self.settings.unknown_organization,
                person_accounts: self.settings.person_accounts,
                ..Policies::default()
            },
            archives: self.settings.archives,
            planned_fields: Vec::new(),
            organization_fields: None,
            customer_fields: None,
        };
        for stage in Stage::ALL {
            match self.fields(stage, patient).await {
                Ok(fields) => document.set_fields(stage, fields),
                Err(Unavailable) => return Ok(None),
            }
        }
        for (number, object) in (0..).zip(document.objects.clone()) {
            self.understand(&mut document, number, &object).await?;
        }
        self.archive.put(&keys::document(id), &document, Condition::Absent).await?;
        Ok(Some(id))
    }

    /// The detail fields that the site has; `None` when it does not say. Whatever forbids the
    /// question forbids the requests too, and is told apart there.
    async fn fields(
        &self,
        stage: Stage,
        patient: bool,
    ) -> Result<Option<Definitions>, Unavailable> {
        match self.site.definitions(stage).await {
            Ok(fields) => Ok(Some(fields)),
            Err(error) => {
                tracing::warn!(%stage, error = %Causes(&error), "the site's detail fields are not known");
                match error.class() {
                    Class::Retry { .. } | Class::Wait
                        if patient && !matches!(error, SiteError::Unreadable(..)) =>
                    {
                        Err(Unavailable)
                    }
                    _ => Ok(None),
                }
            }
        }
    }

    /// Adds the files of an object to the document: the exports, and what is ignored.
    async fn understand(
        &self,
        document: &mut ImportDocument,
        number: u32,
        object: &SourceObject,
    ) -> Result<(), ConsumeError> {
        let key = &object.key;
        let ignore = |document: &mut ImportDocument, key: &str, reason: String| {
            document.ignored.push(Ignored { key: key.to_owned(), reason });
        };
        let gone = || "It was deleted before it could be read.".to_owned();
        let files = match listing::files(&self.exports, object, &document.archives).await {
            Ok(files) => files,
            Err(Unlisted::Refused(refused)) => {
                ignore(document, key, refused.to_string());
                return Ok(());
            }
            Err(Unlisted::Export(ExportError::Gone)) => {
                ignore(document, key, gone());
                return Ok(());
            }
            Err(Unlisted::Export(error)) => return Err(error.into()),
        };
        for found in files {
            let file = found.file.clone();
            match self.export(document, number, object, found).await {
                Ok(Ok(export)) => document.exports.push(export),
                Ok(Err(refused)) => ignore(document, &file, refused.to_string()),
                Err(ExportError::Gone) => ignore(document, &file, gone()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Understands one file of an object.
    async fn export(
        &self,
        document: &ImportDocument,
        number: u32,
        object: &SourceObject,
        mut found: Found,
    ) -> Result<Result<Export, NotAnExport>, ExportError> {
        if let Some(refused) = found.refused.take() {
            return Ok(Err(refused));
        }
        let (limits, encoding) = (&document.archives, self.settings.export_encoding);
        let examined = reading::examine(&self.exports, object, &found, limits, encoding).await?;
        let Examined { header, recognised, format, survey, attempt_of } = match examined {
            Ok(examined) => examined,
            Err(refused) => return Ok(Err(refused)),
        };
        let mut columns = Vec::new();
        for stage in Stage::ALL {
            if !stage.reads(recognised, &header, document.policies.person_accounts) {
                continue;
            }
            let fields = document.fields(stage);
            match Mapper::new(stage, &header, &recognised, fields, &document.policies) {
                Ok(mapper) => columns.push((stage, mapper.columns())),
                Err(refused) => return Ok(Err(refused)),
            }
        }
        Ok(Ok(Export {
            source: u32::try_from(document.exports.len()).unwrap_or(u32::MAX),
            object: number,
            file: found.file,
            wrappings: found.wrappings,
            recognised,
            attempt_of,
            format,
            survey,
            header: header.names().to_vec(),
            columns,
            column_change: None,
        }))
    }
}

/// The site cannot be asked just now.
struct Unavailable;
