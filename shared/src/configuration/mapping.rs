//! What the details of an object's records are made of.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::choice::choices;
use crate::mapping::definition::DetailType;

pub(super) mod described;
mod read;

choices! {
    /// The types of detail fields that can be created.
    FieldType {
        /// A single line of text.
        Text = "TEXT",
        /// One email address.
        Email = "EMAIL",
        /// An address of a web page.
        Url = "URL",
        /// A day.
        Date = "DATE",
        /// An integer or a decimal.
        Number = "NUMBER",
        /// `true` or `false`.
        Boolean = "BOOLEAN",
        /// A phone number.
        Phone = "PHONE",
        /// One of some options.
        Select = "SELECT",
        /// Several of some options.
        MultiSelect = "MULTISELECT",
    }
}

impl FieldType {
    /// Whether fields of this type have options.
    pub const fn has_options(self) -> bool {
        matches!(self, Self::Select | Self::MultiSelect)
    }
}

/// What the file says about the records of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ObjectMapping {
    /// Whether the default mapping applies to the fields that are not named here. The Salesforce id
    /// goes to `External ID` in any case.
    pub defaults: bool,
    /// Detail fields, each once, in the order of the file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Further columns; each goes to a field that is named by the column's label.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// The column with the site's id of the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
}

impl Default for ObjectMapping {
    fn default() -> Self {
        Self { defaults: true, fields: Vec::new(), columns: Vec::new(), customer_id: None }
    }
}

impl ObjectMapping {
    /// What is said about a detail field. Fields differ by more than case.
    pub fn rule(&self, field: &str) -> Option<&Rule> {
        let wanted = field.to_lowercase();
        let found = self.fields.iter().find(|field| field.name.to_lowercase() == wanted);
        found.map(|field| &field.rule)
    }
}

/// What is said about one detail field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The name, as on the site.
    pub name: String,
    /// What becomes of it.
    pub rule: Rule,
}

/// What becomes of a detail field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// It is not imported, though it would be by default.
    Omit,
    /// It is imported.
    Import(FieldValue),
}

/// What the value of a detail field is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// Where it comes from.
    pub source: Source,
    /// What the field is if it has to be created; `None`: as the columns suggest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Declared>,
    /// Values of the export, trimmed, and what is sent for them; an empty text: nothing. Values that
    /// are not here are sent as they are. In a multi-select it applies to each value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, String>,
}

impl From<Source> for FieldValue {
    fn from(source: Source) -> Self {
        Self { source, declared: None, values: BTreeMap::new() }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A column.
    Column(String),
    /// The first of these columns that is not blank.
    First(Vec<String>),
    /// All of these columns that are not blank.
    Joined {
        /// The columns, in their order.
        columns: Vec<String>,
        /// What stands between the values.
        separator: String,
    },
    /// The same text for every record.
    Constant(String),
}

impl Source {
    /// The columns that are needed.
    pub fn columns(&self) -> &[String] {
        match self {
            Self::Column(column) => std::slice::from_ref(column),
            Self::First(columns) | Self::Joined { columns, .. } => columns,
            Self::Constant(_) => &[],
        }
    }
}

/// What a field is created as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The type.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// The options of a select, in their order; none: as the values suggest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

impl Declared {
    /// Whether a value may consist of several.
    pub const fn is_multi(&self) -> bool {
        matches!(self.field_type, FieldType::MultiSelect)
    }

    /// The same as a type of the site.
    pub fn detail_type(&self) -> DetailType {
        let options: BTreeSet<_> = self.options.iter().cloned().collect();
        match self.field_type {
            FieldType::Text => DetailType::Text,
            FieldType::Email => DetailType::Email,
            FieldType::Url => DetailType::Url,
            FieldType::Date => DetailType::Date,
            FieldType::Number => DetailType::Number,
            FieldType::Boolean => DetailType::Boolean,
            FieldType::Phone => DetailType::Phone,
            FieldType::Select => DetailType::Select(options),
            FieldType::MultiSelect => DetailType::MultiSelect(options),
        }
    }
}
