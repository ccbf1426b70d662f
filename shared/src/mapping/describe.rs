//! What Salesforce says about the fields of an object: the answer of `sObject Describe` of the REST API,
//! as `sf sobject describe` prints it, too. It is the only source of which columns are rich text,
//! multi-selects or picklists, and of their options.

use serde::{Deserialize, Serialize};

use super::definition::DetailType;
use crate::csm::fields::MAX_OPTIONS;

mod parse;

pub use parse::DescribeError;

/// The fields of one object. Serialized, it holds only what is needed, for `import.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Describe {
    /// The API name of the object, such as `Account`.
    pub object: String,
    /// Its fields in the order of the description.
    pub columns: Vec<DescribedColumn>,
}

/// One field of an object, a column of its exports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DescribedColumn {
    /// The API name, which exports have as header.
    pub name: String,
    /// What it is called on screens, and in the headers of reports.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Whether the label tells this field from all others of the object.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub label_is_unique: bool,
    /// The type in Salesforce, in lower case.
    #[serde(rename = "type")]
    pub salesforce_type: String,
    /// Whether the values are addresses within Salesforce, which lead nowhere else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_internal: bool,
    /// Characters that a value can have; 0 if it is no text.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub length: u32,
    /// The active options of a picklist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<PicklistOption>,
}

/// An option of a picklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PicklistOption {
    /// What exports write.
    pub value: String,
    /// What screens and reports show, if it is something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_zero(length: &u32) -> bool {
    *length == 0
}

impl Describe {
    /// Reads a description, bare or as `sf … --json` wraps it, in UTF-8 or in UTF-16 with a mark, as
    /// PowerShell writes it.
    pub fn parse(bytes: &[u8]) -> Result<Self, DescribeError> {
        parse::parse(bytes)
    }

    /// The column of this name, in any case.
    pub fn column(&self, name: &str) -> Option<&DescribedColumn> {
        let name = name.trim();
        self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// Keeps only the columns of which the name is wanted.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&str) -> bool) {
        self.columns.retain(|column| is_wanted(&column.name));
    }
}

impl DescribedColumn {
    /// The type of a detail field for this column; `None` for what is better not sent: binaries,
    /// encrypted texts, and values in values.
    ///
    /// The types are those of "Field Types" in the Object Reference and of `DescribeSObjectResult`. One
    /// that is not known becomes text.
    pub fn detail_type(&self) -> Option<DetailType> {
        let options = || self.options.iter().map(|option| option.value.clone()).collect();
        let has_options = (1..=MAX_OPTIONS).contains(&self.options.len());
        Some(match self.salesforce_type.as_str() {
            "anytype" | "base64" | "encryptedstring" | "json" | "location" => return None,
            "email" => DetailType::Email,
            "url" if !self.is_internal => DetailType::Url,
            "phone" => DetailType::Phone,
            "picklist" if has_options => DetailType::Select(options()),
            "multipicklist" if has_options => DetailType::MultiSelect(options()),
            "boolean" => DetailType::Boolean,
            "int" | "integer" | "long" | "double" | "currency" | "percent" => DetailType::Number,
            "date" | "datetime" => DetailType::Date,
            _ => DetailType::Text,
        })
    }

    /// Whether its values are separated by semicolons.
    pub fn is_multi(&self) -> bool {
        self.salesforce_type == "multipicklist"
    }

    /// What a detail field for it is called: the label, or the API name if others have the label, too.
    pub fn field_name(&self) -> &str {
        if self.label_is_unique { &self.label } else { &self.name }
    }
}

/// The name of the object that a file describes, if it is named as one: `Account.describe.json`, in any
/// folder and any case.
pub fn is_describe(file_name: &str) -> Option<&str> {
    const ENDING: &str = ".describe.json";

    let name = file_name.rsplit(['/', '\\']).next()?;
    let (object, ending) = name.split_at_checked(name.len().checked_sub(ENDING.len())?)?;
    (!object.is_empty() && ending.eq_ignore_ascii_case(ENDING)).then_some(object)
}

#[cfg(test)]
mod tests;
