//! What Salesforce says about the fields of an object: the answer of `sObject Describe` of the REST API,
//! as `sf sobject describe` prints it, too. It is the only source of which columns are rich text,
//! multi-selects or picklists, and of their options.

use super::definition::DetailType;
use crate::csm::fields::MAX_OPTIONS;

mod parse;

pub use parse::DescribeError;

/// The fields of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Describe {
    /// The API name of the object, such as `Account`.
    pub object: String,
    /// Its fields in the order of the description.
    pub columns: Vec<DescribedColumn>,
}

/// One field of an object, a column of its exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedColumn {
    /// The API name, which exports have as header.
    pub name: String,
    /// What it is called on screens, and in the headers of reports.
    pub label: String,
    /// Whether the label tells this field from all others of the object.
    pub label_is_unique: bool,
    /// The type in Salesforce, in lower case.
    pub salesforce_type: String,
    /// Whether the values are addresses within Salesforce, which lead nowhere else.
    pub is_internal: bool,
    /// The active options of a picklist.
    pub options: Vec<PicklistOption>,
}

/// An option of a picklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PicklistOption {
    /// What exports write.
    pub value: String,
    /// What screens and reports show, if it is something else.
    pub label: Option<String>,
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
