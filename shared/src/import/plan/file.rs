//! How a file is understood, as its plan shows it.

use serde::{Deserialize, Serialize};

use super::group::Group;
use crate::code::Code;
use crate::import::document::{ColumnChange, Export};
use crate::import::id::ImportId;
use crate::mapping::columns::{ColumnUse, Purpose};
use crate::mapping::stage::Stage;
use crate::salesforce::export::Recognised;
use crate::salesforce::format::Format;

/// How a file is understood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// The key, and behind it the name of the member of a ZIP.
    pub file: String,
    /// What its records are.
    pub recognised: Recognised,
    /// Its encoding and syntax.
    #[serde(flatten)]
    pub format: Format,
    /// How many records it has.
    pub records: u64,
    /// The import whose `errors.csv` it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt_of: Option<ImportId>,
    /// What was noticed about the file as a whole.
    pub notices: Vec<Group>,
    /// What its columns are used for, in their order; a column may have several uses.
    pub columns: Vec<UsedColumn>,
    /// Columns that nothing is taken from.
    pub unmapped: Vec<String>,
    /// Columns that the configuration names and the file does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// How its columns differ from those of the last import of the same object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column_change: Option<ColumnChange>,
}

/// One use of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedColumn {
    /// For what the record becomes there.
    pub stage: Stage,
    /// The column and what it is used for.
    #[serde(flatten)]
    pub used: ColumnUse,
}

impl PlannedFile {
    /// What was noticed about the file that somebody should look at.
    pub fn doubts(&self) -> Vec<&Group> {
        self.notices.iter().filter(|notice| !is_harmless(notice.code)).collect()
    }

    /// What was noticed about the file that is as it should be.
    pub fn remarks(&self) -> Vec<&Group> {
        self.notices.iter().filter(|notice| is_harmless(notice.code)).collect()
    }

    pub(super) fn of(export: &Export) -> Self {
        let notices = export.survey.notices();
        let uses = export.columns.iter().flat_map(|(stage, uses)| {
            uses.iter().map(|used| UsedColumn { stage: *stage, used: used.clone() })
        });
        let mut unmapped: Vec<String> = Vec::new();
        let (mut absent, mut columns) = (Vec::new(), Vec::new());
        for used in uses {
            match used.used.purpose {
                // A column without any use is named in every stage.
                Purpose::Unmapped if unmapped.contains(&used.used.column) => {}
                Purpose::Unmapped => unmapped.push(used.used.column),
                Purpose::Absent => absent.push(used.used.column),
                Purpose::Own => {}
                _ => columns.push(used),
            }
        }
        Self {
            file: export.file.clone(),
            recognised: export.recognised,
            format: export.format,
            records: export.survey.records,
            attempt_of: export.attempt_of,
            notices: notices.into_iter().map(|(code, count)| Group::new(code, count)).collect(),
            columns,
            unmapped,
            absent,
            column_change: export.column_change.clone(),
        }
    }
}

/// Notices of files that call for nothing.
const fn is_harmless(code: Code) -> bool {
    matches!(code, Code::ByteOrderMarkWrong | Code::NulsRemoved | Code::FurnitureDropped)
}
