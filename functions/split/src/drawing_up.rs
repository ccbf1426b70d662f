//! Drawing up an import: what its objects are, what was chosen, and what the site has and lacks.

use std::time::Duration;

use csm_import::configuration::{self, Configuration, Faults};
use csm_import::csm::error::{Class, SiteError};
use csm_import::csm::port::Fields;
use csm_import::deadline::{Deadline, Timely};
use csm_import::delivery::{Causes, ConsumeError};
use csm_import::import::claims::Claims;
use csm_import::import::document::{Ignored, ImportDocument, Mode};
use csm_import::import::id::{ImportId, SourceObject};
use csm_import::import::keys;
use csm_import::import::progress::{Stop, StopCode};
use csm_import::mapping::definition::Definitions;
use csm_import::mapping::describe::{Describe, is_describe};
use csm_import::mapping::stage::Stage;
use csm_import::port::{Clock, Condition, ExportError, Ports, Store};

use crate::examinations::Examinations;
use crate::listing::Found;
use crate::reading;
use crate::splitter::Splitter;
use crate::understanding::columns;

/// Bytes of a describe file that are read at most, and one more to tell that it is too large.
const MAX_DESCRIBE: usize = (16 << 20) + 1;

/// The time before the end of the invocation at which reading stops.
const MARGIN: Duration = Duration::from_secs(30);

/// What became of drawing up an import.
pub(crate) enum Drawn {
    /// It is drawn up.
    Up(ImportId),
    /// The site cannot be asked for its detail fields just now.
    NotNow,
    /// There was no time to do all of it, and what was done is laid down.
    NotYet,
}

/// What the site says about its detail fields.
enum Answer {
    Known(Definitions),
    /// It does not say; whatever is mapped is taken for what it has.
    Unknown,
    /// It cannot be asked just now.
    NotNow,
    /// Nothing can be sent until someone acts.
    Stop(Stop),
}

impl<P: Ports> Splitter<P> {
    /// Writes down what the objects are and how they are understood.
    pub(crate) async fn document(
        &self,
        folder: &str,
        all: &[SourceObject],
        objects: Vec<SourceObject>,
        claims: &Claims,
        patient: bool,
        deadline: Deadline,
    ) -> Result<Drawn, ConsumeError> {
        let id = ImportId::of(&self.settings.bucket, folder, &objects).again(claims.again);
        let (configuration, mut stop) = match self.configuration().await? {
            Ok(configuration) => (configuration, None),
            Err(stop) => (self.chosen_by_deployment(), Some(stop)),
        };
        let mut document = ImportDocument {
            id,
            mode: if folder.starts_with(keys::PLAN) { Mode::Plan } else { Mode::Import },
            bucket: self.settings.bucket.clone(),
            folder: folder.to_owned(),
            started_at: self.clock.now(),
            replaces: claims.given_up.clone(),
            objects,
            exports: Vec::new(),
            ignored: Vec::new(),
            described: Vec::new(),
            stop: None,
            configuration,
            last_import: None,
            archives: self.settings.archives,
            planned_fields: Vec::new(),
            wanted_fields: Vec::new(),
            organization_fields: None,
            customer_fields: None,
        };
        for stage in Stage::ALL {
            match self.site_fields(id, stage, patient).await {
                Answer::Known(fields) => document.set_fields(stage, Some(fields)),
                Answer::Unknown => {}
                Answer::NotNow => return Ok(Drawn::NotNow),
                Answer::Stop(reason) => stop = stop.or(Some(reason)),
            }
        }
        document.stop = stop;
        // What they say goes for all exports of the folder, also for one that came alone.
        let describes = self.describes(&mut document, all).await?;
        let said = document.configuration.clone();
        document.configuration = document.configuration.described(&describes);
        let exports = Timely::new(&self.exports, &self.clock, deadline.before(MARGIN));
        let key = keys::examined(id);
        let kept = self.archive.find(&key).await?;
        let mut known = Examinations::new(&self.settings).or_kept(kept);
        match known.go_on(&exports, &document, self.settings.export_encoding).await {
            Err(ConsumeError::Export(ExportError::TimeIsUp)) => {
                return self.lay_down(&key, &known).await;
            }
            looked => looked?,
        }
        Self::add(&mut document, known.clone());
        match self.plan_fields(&exports, &mut document, &said, &describes).await {
            Err(ConsumeError::Export(ExportError::TimeIsUp)) if known.give_up() => {
                document.stop.get_or_insert_with(too_long);
            }
            Err(ConsumeError::Export(ExportError::TimeIsUp)) => {
                return self.lay_down(&key, &known).await;
            }
            planned => planned?,
        }
        self.compare_with_others(&mut document).await?;
        self.archive.put(&keys::document(id), &document, Condition::Absent).await?;
        self.remember_for_others(&document).await?;
        Ok(Drawn::Up(id))
    }

    /// What was chosen when the functions were deployed.
    fn chosen_by_deployment(&self) -> Configuration {
        let mut configuration =
            Configuration { dialect: self.settings.dialect, ..Configuration::default() };
        configuration.policies.unknown_organization = self.settings.unknown_organization;
        configuration.policies.person_accounts = self.settings.person_accounts;
        configuration
    }

    /// The configuration in the bucket, on top of what was chosen when the functions were deployed.
    pub(crate) async fn configuration(&self) -> Result<Result<Configuration, Stop>, ConsumeError> {
        let chosen = self.chosen_by_deployment();
        let Some(stored) = self.archive.store.read(configuration::FILE, None).await? else {
            return Ok(Ok(chosen));
        };
        let read = Configuration::text(&stored.bytes).and_then(|text| chosen.overlay(text));
        Ok(read.map_err(|faults: Faults| {
            Stop::new(StopCode::ConfigurationInvalid, format!("{faults}."))
        }))
    }

    async fn site_fields(&self, import: ImportId, stage: Stage, patient: bool) -> Answer {
        let error = match self.site.definitions(stage).await {
            Ok(fields) => return Answer::Known(fields),
            Err(error) => error,
        };
        let class = error.class();
        let again = patient && matches!(class, Class::Retry { .. } | Class::Wait);
        tracing::warn!(%import, %stage, again, error = %Causes(&error), "the site's detail fields are not known");
        match class {
            Class::Stop(blocked) => Answer::Stop(Stop::from(blocked)),
            _ if again => Answer::NotNow,
            // A site whose answer cannot be read takes records all the same.
            _ if matches!(error, SiteError::Unreadable(..)) => Answer::Unknown,
            Class::Retry { .. } | Class::Wait => Answer::Stop(Stop::new(
                StopCode::SiteUnreachable,
                format!(
                    "The site was asked for its detail fields of {stage} several times, and did not \
                     answer: {error}."
                ),
            )),
            Class::Reject | Class::ReadBack => Answer::Unknown,
        }
    }

    /// What describe files say, which lie beside the exports.
    async fn describes(
        &self,
        document: &mut ImportDocument,
        all: &[SourceObject],
    ) -> Result<Vec<Describe>, ConsumeError> {
        let mut describes = Vec::new();
        for object in all.iter().filter(|object| is_describe(&object.key).is_some()) {
            let found = Found::file(object.key.clone(), Vec::new());
            let limits = &document.archives;
            let read = reading::whole(&self.exports, object, &found, limits, MAX_DESCRIBE).await;
            let refused = match read {
                Ok(bytes) => match Describe::parse(&bytes) {
                    Ok(describe) => {
                        document.described.push(object.key.clone());
                        describes.push(describe);
                        continue;
                    }
                    Err(error) => format!("It is no describe file: {error}."),
                },
                Err(ExportError::Gone) => "It was deleted before it could be read.".to_owned(),
                Err(error) => return Err(error.into()),
            };
            document.ignored.push(Ignored { key: object.key.clone(), reason: refused });
        }
        Ok(describes)
    }

    /// Adds the files of the objects to the document: the exports, and what is ignored.
    fn add(document: &mut ImportDocument, examinations: Examinations) {
        let (exports, ignored) = examinations.into_files();
        document.ignored.extend(ignored);
        for mut export in exports {
            export.source = u32::try_from(document.exports.len()).unwrap_or(u32::MAX);
            match columns(document, &mut export) {
                Ok(()) => document.exports.push(export),
                Err(refused) => {
                    let (key, reason) = (export.file, refused.to_string());
                    document.ignored.push(Ignored { key, reason });
                }
            }
        }
    }

    /// Lays down what the files turned out to be, for lack of time.
    async fn lay_down(
        &self,
        key: &str,
        examinations: &Examinations,
    ) -> Result<Drawn, ConsumeError> {
        tracing::info!("drawing up an import takes more than one invocation");
        self.archive.put(key, examinations, Condition::Always).await?;
        Ok(Drawn::NotYet)
    }
}

/// Why nothing is sent where the values of new detail fields cannot be looked through.
fn too_long() -> Stop {
    let message = format!(
        "Looking through the values that new detail fields are to hold takes longer than one invocation \
         of the function lasts. Nothing was sent. Say the types of these fields in {}, or drop the \
         export in parts.",
        configuration::FILE
    );
    Stop { code: StopCode::FieldsMissing, message }
}
