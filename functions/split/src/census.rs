//! Looking through an export for what its values say about the detail fields to be created.

use std::collections::{BTreeMap, BTreeSet};

use csm_import::csm::fields::{MAX_OPTIONS, WantedField};
use csm_import::delivery::ConsumeError;
use csm_import::import::document::{ImportDocument, PlannedField};
use csm_import::mapping::convert::Conversion;
use csm_import::mapping::definition::{Definitions, DetailFieldDefinition, DetailType, name_key};
use csm_import::mapping::infer::{Inference, Reason};
use csm_import::mapping::mapper::{Links, Mapper, UnknownOrganization, Verdict};
use csm_import::mapping::relation::Relations;
use csm_import::mapping::seen::Seen;
use csm_import::mapping::stage::Stage;
use csm_import::port::{ExportError, Exports};
use csm_import::salesforce::record::Record;
use csm_import::salesforce::stream::Mark;

use csm_import::port::Ports;

use crate::splitter::Splitter;
use crate::stage::header;

/// A detail field whose values are looked at before the first one is sent.
pub(crate) struct Watch<'c> {
    name: String,
    because: String,
    kind: Kind<'c>,
}

enum Kind<'c> {
    /// The type is known, and so are the options.
    Known(DetailType),
    /// It is a select whose options are those of the export.
    Options { multi: bool, seen: BTreeSet<String> },
    /// It is a select of the site, which gets the options of the export besides its own.
    More { multi: bool, seen: BTreeSet<String> },
    /// The values say what it is.
    Inferred(Box<Inference<'c>>),
}

impl<'c> Watch<'c> {
    /// A field of this type; a select without options gets those of the export.
    pub(crate) fn declared(name: &str, detail_type: DetailType, because: &str) -> Self {
        let multi = matches!(detail_type, DetailType::MultiSelect(_));
        let kind = if detail_type.options().is_some_and(BTreeSet::is_empty) {
            Kind::Options { multi, seen: BTreeSet::new() }
        } else {
            Kind::Known(detail_type)
        };
        Self { name: name.to_owned(), because: because.to_owned(), kind }
    }

    /// A field whose type its values tell.
    pub(crate) fn inferred(name: &str, column: &str, conversion: &'c Conversion) -> Self {
        let inference = Inference::new(column, conversion);
        let kind = Kind::Inferred(Box::new(inference));
        Self { name: name.to_owned(), because: String::new(), kind }
    }

    /// A select of the site that options may be added to.
    pub(crate) fn options_of(field: &DetailFieldDefinition, multi: bool) -> Self {
        let multi = multi && matches!(field.detail_type, DetailType::MultiSelect(_));
        Self {
            name: field.name.clone(),
            because: "unknown_option = \"add-option\"".to_owned(),
            kind: Kind::More { multi, seen: BTreeSet::new() },
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    const fn is_open(&self) -> bool {
        !matches!(self.kind, Kind::Known(_))
    }

    fn see(&mut self, text: &str) {
        match &mut self.kind {
            Kind::Known(_) => {}
            Kind::Inferred(inference) => inference.see(text),
            Kind::Options { multi, seen } | Kind::More { multi, seen } => {
                let separator = if *multi { ';' } else { '\0' };
                for value in text.split(separator).map(str::trim).filter(|v| !v.is_empty()) {
                    // One beyond the limit is enough to be refused for it.
                    if seen.len() <= MAX_OPTIONS && !seen.contains(value) {
                        seen.insert(value.to_owned());
                    }
                }
            }
        }
    }

    /// What is to be done; `None` if nothing is.
    pub(crate) fn conclude(
        self,
        stage: Stage,
        site: &Definitions,
    ) -> Option<(WantedField, PlannedField)> {
        let Self { name, because, kind } = self;
        let (detail_type, because, new) = match kind {
            Kind::Known(detail_type) => (detail_type, because, None),
            // No record has a value, so no field is needed.
            Kind::Options { seen, .. } if seen.is_empty() => return None,
            Kind::Options { multi: true, seen } => (DetailType::MultiSelect(seen), because, None),
            Kind::Options { multi: false, seen } => (DetailType::Select(seen), because, None),
            Kind::More { seen, .. } => {
                let found = site.get(&name)?;
                let held = found.detail_type.options()?;
                // Those that differ in case only are taken for the site's.
                let lower: BTreeSet<String> = held.iter().map(|held| held.to_lowercase()).collect();
                let new: Vec<String> =
                    seen.into_iter().filter(|new| !lower.contains(&new.to_lowercase())).collect();
                if new.is_empty() {
                    return None;
                }
                let all = held.iter().chain(&new).cloned().collect();
                let detail_type = match &found.detail_type {
                    DetailType::MultiSelect(_) => DetailType::MultiSelect(all),
                    _ => DetailType::Select(all),
                };
                (detail_type, because, Some(new))
            }
            Kind::Inferred(inference) => {
                let inferred = inference.finish();
                if inferred.because == Reason::Blank {
                    return None;
                }
                (inferred.detail_type, inferred.because.to_string(), None)
            }
        };
        let planned = PlannedField {
            stage,
            name: name.clone(),
            field_type: detail_type.name().to_owned(),
            created: new.is_none(),
            options: new
                .unwrap_or_else(|| detail_type.options().into_iter().flatten().cloned().collect()),
            because,
        };
        let add = !planned.created;
        Some((want(&name, detail_type, add), planned))
    }
}

impl<P: Ports> Splitter<P> {
    /// Shows every value that would be sent to the fields that are watched, if that can tell more.
    pub(crate) async fn take_census<E: Exports>(
        &self,
        exports: &E,
        document: &ImportDocument,
        stage: Stage,
        site: &Definitions,
        watches: &mut [Watch<'_>],
    ) -> Result<(), ConsumeError> {
        if !watches.iter().any(Watch::is_open) {
            return Ok(());
        }
        let texts = as_text(site, watches);
        let mut configuration = document.configuration.clone();
        // Which organizations there are is not known yet.
        configuration.policies.unknown_organization = UnknownOrganization::Warn;
        // What is cut would be an option that nothing has.
        configuration.policies.detail_limit = usize::MAX;
        let positions: BTreeMap<String, usize> =
            (0..).zip(watches.iter()).map(|(at, watch)| (name_key(watch.name()), at)).collect();
        let (mut seen, mut relations) = (Seen::default(), Relations::default());
        for export in document.exports_of(stage) {
            let Ok(mapper) = Mapper::new(
                stage,
                &header(export),
                &export.recognised,
                Some(&texts),
                &configuration,
            ) else {
                continue;
            };
            let mapper = mapper.with_findings(&export.survey);
            let mut links = Links { organizations: &|_| None, relations: &mut relations };
            let watches = &mut *watches;
            let look = |record: &Record<'_>| {
                if let Verdict::Mapped(mapped) = mapper.map(record, &mut seen, &mut links) {
                    for detail in mapped.profile.details() {
                        let watch = positions
                            .get(&name_key(&detail.name))
                            .and_then(|at| watches.get_mut(*at));
                        if let (Some(watch), Some(value)) = (watch, detail.values.first()) {
                            watch.see(value);
                        }
                    }
                }
                Ok(None)
            };
            if self.each(exports, document, export, Mark::START, look).await?.is_some() {
                return Err(ExportError::TimeIsUp.into());
            }
        }
        Ok(())
    }
}

/// A text field of this name, to see what would be sent.
fn as_text(site: &Definitions, watches: &[Watch<'_>]) -> Definitions {
    let names: BTreeSet<String> = watches.iter().map(|watch| name_key(watch.name())).collect();
    let others = site.fields().iter().filter(|field| !names.contains(&name_key(&field.name)));
    let texts = watches
        .iter()
        .map(|watch| DetailFieldDefinition::new(watch.name().to_owned(), DetailType::Text));
    Definitions::new(others.cloned().chain(texts).collect())
}

/// A field that is wanted, in the words of a request.
fn want(name: &str, detail_type: DetailType, add_options: bool) -> WantedField {
    WantedField { field: DetailFieldDefinition::new(name.to_owned(), detail_type), add_options }
}
