//! `import.json`: what was found when an import began. Written once.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::id::{ImportId, SourceObject};
use crate::configuration::Configuration;
use crate::csm::fields::WantedField;
use crate::import::progress::Stop;
use crate::mapping::definition::Definitions;
use crate::mapping::mapper::ColumnUse;
use crate::mapping::stage::Stage;
use crate::salesforce::container;
use crate::salesforce::export::{Object, Recognised};
use crate::salesforce::format::Format;
use crate::salesforce::stream::Place;
use crate::salesforce::survey::Survey;
use crate::salesforce::unpack::Wrapping;

/// Whether an import is carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Its records are sent.
    #[default]
    Import,
    /// Its records are read, mapped and checked, and nothing is sent.
    Plan,
}

/// A detail field that the site lacks, or that lacks options, and what is done about it before the
/// first record is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedField {
    /// Whether it is a field of organizations or of customers.
    pub stage: Stage,
    /// Its name.
    pub name: String,
    /// The name of its type, as the site writes it.
    pub field_type: String,
    /// The options that it gets: all of a new select, the missing ones of one that is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Whether the field is created; otherwise options are added to it.
    pub created: bool,
    /// Why it has this type, in plain words.
    pub because: String,
}

/// What an import consists of and how its records are understood.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportDocument {
    /// The import.
    pub id: ImportId,
    /// Whether it is carried out.
    #[serde(default)]
    pub mode: Mode,
    /// The bucket.
    pub bucket: String,
    /// Where its objects were dropped.
    pub folder: String,
    /// When it began.
    pub started_at: jiff::Timestamp,
    /// Imports that it takes over from: none of its batches is sent while they have open tasks.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub replaces: BTreeSet<ImportId>,
    /// Its objects.
    pub objects: Vec<SourceObject>,
    /// How each file that is an export is understood; `source` numbers count in this list.
    pub exports: Vec<Export>,
    /// Files that are no export that can be imported, and why.
    pub ignored: Vec<Ignored>,
    /// Describe files whose types, labels and options are used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub described: Vec<String>,
    /// Why nothing is sent, where that was clear before the first record was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<Stop>,
    /// What the administrator chose, with what describe files add to it.
    #[serde(default)]
    pub configuration: Configuration,
    /// The last import into the site before this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_import: Option<ImportId>,
    /// What archives may be.
    #[serde(default)]
    pub archives: container::Limits,
    /// The detail fields that are created or extended before the first record is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planned_fields: Vec<PlannedField>,
    /// The same in the words of requests: what has to be there before the first record is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wanted_fields: Vec<(Stage, WantedField)>,
    /// The detail fields that values are mapped to: those of the site, and those that are created;
    /// absent where the site did not say.
    pub organization_fields: Option<Definitions>,
    /// The same for customers.
    pub customer_fields: Option<Definitions>,
}

impl ImportDocument {
    /// The exports that can hold records of a stage, in the order in which they are read: contacts
    /// come before the person accounts that may be their twins, and accounts before the contacts of
    /// people who become organizations.
    pub fn exports_of(&self, stage: Stage) -> Vec<&Export> {
        let read = self.exports.iter().filter(|e| e.columns.iter().any(|(of, _)| *of == stage));
        let first = match stage {
            Stage::Organizations => Object::Account,
            Stage::Customers => Object::Contact,
        };
        let (first, others): (Vec<_>, Vec<_>) =
            read.partition(|export| export.recognised == Recognised::One(first));
        first.into_iter().chain(others).collect()
    }

    /// The exports that hold links between contacts and accounts.
    pub fn relations(&self) -> impl Iterator<Item = &Export> {
        self.exports.iter().filter(|export| export.recognised == Recognised::Relations)
    }

    /// Where an export lies and how it is read.
    pub fn place<'a>(&'a self, export: &'a Export) -> Option<Place<'a>> {
        Some(Place {
            object: self.objects.get(usize::try_from(export.object).ok()?)?,
            wrappings: &export.wrappings,
            format: export.format,
            columns: &export.header,
            survey: &export.survey,
        })
    }

    /// Notes the detail fields that the site has for a stage.
    pub fn set_fields(&mut self, stage: Stage, fields: Option<Definitions>) {
        match stage {
            Stage::Organizations => self.organization_fields = fields,
            Stage::Customers => self.customer_fields = fields,
        }
    }

    /// The detail fields that the site had for a stage.
    pub const fn fields(&self, stage: Stage) -> Option<&Definitions> {
        match stage {
            Stage::Organizations => self.organization_fields.as_ref(),
            Stage::Customers => self.customer_fields.as_ref(),
        }
    }
}

/// How the columns of an export differ from those of the last import of the same object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnChange {
    /// Columns that were not there then.
    pub appeared: Vec<String>,
    /// Columns that were there then.
    pub vanished: Vec<String>,
}

/// A file understood as an export.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Export {
    /// Its number among the exports of the import.
    pub source: u32,
    /// Which object of the import it lies in, from 0.
    pub object: u32,
    /// The key, and behind it the name of the member of a ZIP.
    pub file: String,
    /// The containers around it in the object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wrappings: Vec<Wrapping>,
    /// How it is read.
    pub format: Format,
    /// What it holds besides good records.
    pub survey: Survey,
    /// What its records are.
    pub recognised: Recognised,
    /// The import whose `errors.csv` it is: this one is a further attempt at the same records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt_of: Option<ImportId>,
    /// A hash of the file's bytes, without the containers around it.
    #[serde(default)]
    pub content: String,
    /// Its columns, as in the file.
    pub header: Vec<String>,
    /// Which column goes where, for each stage that takes records from it.
    pub columns: Vec<(Stage, Vec<ColumnUse>)>,
    /// How its columns differ from those of the last import of the same object; absent where there
    /// was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column_change: Option<ColumnChange>,
}

/// A file that is not imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ignored {
    /// The key, and behind it the name of the member of a ZIP.
    pub key: String,
    /// A sentence that says what it is and what to drop instead.
    pub reason: String,
}
