//! How an import stands to others: the last one of the same objects, and the plan that was approved.

use std::collections::{BTreeMap, BTreeSet};

use csm_import::delivery::ConsumeError;
use csm_import::import::document::{ColumnChange, Export, ImportDocument, Mode};
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::progress::{Progress, Stop, StopCode};
use csm_import::mapping::definition::{Definitions, DetailFieldDefinition};
use csm_import::mapping::stage::Stage;
use csm_import::port::{Condition, Ports};
use csm_import::salesforce::export::Recognised;
use csm_import::salesforce::format::Format;
use serde::{Deserialize, Serialize};

use crate::splitter::Splitter;

/// `state/last/<site>.json`: the last import, and the columns that each object had in its last one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Last {
    import: Option<ImportId>,
    columns: BTreeMap<String, Vec<String>>,
}

/// `state/plans/….json`: the newest plan of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PlanRecord {
    plan: ImportId,
}

impl<P: Ports> Splitter<P> {
    /// Notes what is new since the last import of each object, and stops an approved import that is
    /// not what was planned.
    pub(crate) async fn compare_with_others(
        &self,
        document: &mut ImportDocument,
    ) -> Result<(), ConsumeError> {
        let (last, _): (Last, _) =
            self.archive.find_with_etag(&keys::last(&self.settings.site())).await?;
        document.last_import = last.import;
        for export in &mut document.exports {
            let before = object(export).and_then(|object| last.columns.get(object));
            export.column_change = before.map(|before| change(before, &export.header));
        }
        let Some(folder) = keys::planned(&document.folder) else {
            return Ok(());
        };
        let changes = match self.plan_of(&folder).await? {
            None => vec![format!("no plan of {folder} is finished")],
            Some(plan) => differences(&plan, document),
        };
        if !changes.is_empty() {
            let message = format!(
                "What lies in {} is not what was planned: {}.",
                document.folder,
                changes.join("; ")
            );
            document.stop.get_or_insert(Stop::new(StopCode::PlanChanged, message));
        }
        Ok(())
    }

    /// The plan that a folder names by its id, or else the newest one of that folder.
    async fn plan_of(&self, folder: &str) -> Result<Option<ImportDocument>, ConsumeError> {
        let first = folder.strip_prefix(keys::PLAN).and_then(|rest| rest.split('/').next());
        let plan = if let Some(plan) = first.and_then(ImportId::parse) {
            plan
        } else {
            let record = self.archive.find::<PlanRecord>(&keys::plan_record(folder)).await?;
            let Some(PlanRecord { plan }) = record else { return Ok(None) };
            plan
        };
        // What has not come to its end has not been looked at.
        let progress: Option<Progress> = self.archive.find(&keys::progress(plan)).await?;
        if !progress.is_some_and(|progress| progress.finished) {
            return Ok(None);
        }
        let document: Option<ImportDocument> = self.archive.find(&keys::document(plan)).await?;
        Ok(document.filter(|document| document.mode == Mode::Plan))
    }

    /// Remembers an import that begins, for those to come.
    pub(crate) async fn remember_for_others(
        &self,
        document: &ImportDocument,
    ) -> Result<(), ConsumeError> {
        if document.mode == Mode::Plan {
            let record = PlanRecord { plan: document.id };
            let key = keys::plan_record(&document.folder);
            self.archive.put(&key, &record, Condition::Always).await?;
            return Ok(());
        }
        if document.stop.is_some() || document.exports.is_empty() {
            return Ok(());
        }
        let change = |last: &mut Last| {
            last.import = Some(document.id);
            for export in &document.exports {
                if let Some(object) = object(export) {
                    last.columns.insert(object.to_owned(), export.header.clone());
                }
            }
        };
        self.archive.update(&keys::last(&self.settings.site()), change).await?;
        Ok(())
    }
}

/// The object of an export, unless it holds several.
const fn object(export: &Export) -> Option<&'static str> {
    match export.recognised {
        Recognised::One(object) => Some(object.as_str()),
        Recognised::PerRecord(_) | Recognised::Relations => None,
    }
}

fn change(before: &[String], now: &[String]) -> ColumnChange {
    let names = |columns: &[String]| -> BTreeSet<String> {
        columns.iter().map(|column| column.trim().to_lowercase()).collect()
    };
    let (had, has) = (names(before), names(now));
    let not_in = |columns: &[String], other: &BTreeSet<String>| -> Vec<String> {
        let new = columns.iter().filter(|column| !other.contains(&column.trim().to_lowercase()));
        new.cloned().collect()
    };
    ColumnChange { appeared: not_in(now, &had), vanished: not_in(before, &has) }
}

/// A hash of a file, and how it is read.
type Content = (String, (Format, Recognised, Vec<String>));

/// What is not as it was planned, in plain words.
fn differences(plan: &ImportDocument, import: &ImportDocument) -> Vec<String> {
    let mut all = Vec::new();
    let files = |document: &ImportDocument| -> BTreeMap<String, Content> {
        let folder = document.folder.rfind('/').map_or(0, |end| end + 1);
        let name = |export: &Export| export.file.get(folder..).unwrap_or_default().to_owned();
        let content = |export: &Export| {
            let read = (export.format, export.recognised, export.header.clone());
            (export.content.clone(), read)
        };
        document.exports.iter().map(|export| (name(export), content(export))).collect()
    };
    let (planned, now) = (files(plan), files(import));
    for (name, content) in &now {
        match planned.get(name) {
            None => all.push(format!("{name} is no part of the plan")),
            Some(then) if then.0 != content.0 => all.push(format!("{name} has other content")),
            Some(then) if then.1 != content.1 => all.push(format!("{name} is read in another way")),
            Some(_) => {}
        }
    }
    let missing = planned.keys().filter(|name| !now.contains_key(*name));
    all.extend(missing.map(|name| format!("{name} is missing")));
    if plan.configuration != import.configuration {
        all.push(format!("{} has changed", csm_import::configuration::FILE));
    }
    for stage in Stage::ALL {
        let fields = |document: &ImportDocument| -> Vec<DetailFieldDefinition> {
            document.fields(stage).map(Definitions::fields).unwrap_or_default().to_vec()
        };
        let (then, now) = (fields(plan), fields(import));
        let names: BTreeSet<&str> = then
            .iter()
            .filter(|field| !now.contains(field))
            .chain(now.iter().filter(|field| !then.contains(field)))
            .map(|field| field.name.as_str())
            .collect();
        if !names.is_empty() {
            let names: Vec<_> = names.into_iter().collect();
            all.push(format!(
                "the site's detail fields of {stage} have changed: {}",
                names.join(", ")
            ));
        }
    }
    all
}
