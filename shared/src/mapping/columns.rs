//! What each column of a file is used for, as the plan of an import shows it.

use serde::{Deserialize, Serialize};

use super::plan::{CONTROLS, Plan};
use super::stage::Stage;
use crate::code::Code;
use crate::salesforce::header::{Header, INSPECTOR_COLUMN, is_own};

/// What a column is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Decides whether and as what the record is imported.
    Control,
    /// The name of the organization or the person, or a part of it.
    Name,
    /// The customer's email.
    Email,
    /// The link to the organization.
    Organization,
    /// Tells the two records of one person.
    Twin,
    /// The site's id of the customer.
    Customer,
    /// A detail field.
    Detail,
    /// Added by this importer to its `errors.csv`, or by Salesforce Inspector.
    Own,
    /// Nothing, in no stage.
    Unmapped,
    /// A detail field, as the configuration says; but the file has no such column.
    Absent,
}

/// What one column is used for; a column can have several uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnUse {
    /// The column as it is called in the file.
    pub column: String,
    /// What it is used for.
    pub purpose: Purpose,
    /// The detail field, if it goes to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// `field-unknown` if the site has no such field, so that the values are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Code>,
}

/// The uses of all columns in `stage`, in the order of the file, and the columns without any use.
pub(super) fn column_uses(stage: Stage, header: &Header, plans: &[Plan]) -> Vec<ColumnUse> {
    let mut uses = Vec::new();
    for name in header.names() {
        let simple =
            |purpose| ColumnUse { column: name.clone(), purpose, field: None, warning: None };
        let trimmed = name.trim();
        if is_own(name) || trimmed == INSPECTOR_COLUMN {
            uses.push(simple(Purpose::Own));
        } else if CONTROLS.iter().any(|control| control.eq_ignore_ascii_case(trimmed)) {
            uses.push(simple(Purpose::Control));
        } else {
            let of_column = |plan: &Plan| {
                plan.uses.iter().filter(|used| used.column == *name).cloned().collect::<Vec<_>>()
            };
            let before = uses.len();
            for used in plans.iter().filter(|plan| plan.kind.stage() == stage).flat_map(of_column) {
                if !uses.contains(&used) {
                    uses.push(used);
                }
            }
            if uses.len() == before && plans.iter().all(|plan| of_column(plan).is_empty()) {
                uses.push(simple(Purpose::Unmapped));
            }
        }
    }
    let of_stage = plans.iter().filter(|plan| plan.kind.stage() == stage);
    let absent = of_stage.flat_map(|plan| &plan.uses).filter(|u| u.purpose == Purpose::Absent);
    uses.extend(absent.cloned());
    uses
}
