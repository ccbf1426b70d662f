//! Reads the JSON of a description. Unknown keys are passed over; what is `null` counts as absent.

use std::collections::HashMap;

use serde::{Deserialize, Deserializer};

use crate::json::JsonFault;

use super::{Describe, DescribedColumn, PicklistOption};

/// The largest description that is read. Those of large organizations have 3 MiB.
const MAX_BYTES: usize = 16 << 20;

/// Why a description cannot be read. It names the place and holds nothing of a record.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// The file is larger than any description.
    #[error("the description has {bytes} bytes; the limit is {MAX_BYTES}")]
    TooLarge {
        /// How large it is.
        bytes: usize,
    },
    /// The file is no JSON, or another one; the source has line and column.
    #[error("the description cannot be read: {0}")]
    Json(#[from] JsonFault),
    /// The file is what `sf` prints when it fails.
    #[error("the file is an error message of Salesforce, not a description: {0}")]
    Failure(String),
    /// The object has no name.
    #[error("the description does not name its object")]
    NoName,
    /// There are no fields.
    #[error("the description of {0} has no fields")]
    NoFields(String),
    /// A field has no name.
    #[error("fields[{index}] of the description of {object} has no name")]
    FieldWithoutName {
        /// The object.
        object: String,
        /// Which field, from 0.
        index: usize,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    fields: Option<Vec<Field>>,
    result: Option<Box<Self>>,
    #[serde(default, deserialize_with = "or_default")]
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    #[serde(default, deserialize_with = "or_default")]
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    label: String,
    #[serde(default, rename = "type", deserialize_with = "or_default")]
    salesforce_type: String,
    #[serde(default, deserialize_with = "or_default")]
    extra_type_info: String,
    #[serde(default, deserialize_with = "or_default")]
    picklist_values: Vec<PicklistValue>,
}

#[derive(Deserialize)]
struct PicklistValue {
    active: Option<bool>,
    label: Option<String>,
    value: Option<String>,
}

fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

pub(super) fn parse(bytes: &[u8]) -> Result<Describe, DescribeError> {
    if bytes.len() > MAX_BYTES {
        return Err(DescribeError::TooLarge { bytes: bytes.len() });
    }
    // Goes by a byte order mark, if there is one.
    let (text, _, _) = encoding_rs::UTF_8.decode(bytes);
    let mut answer: Answer = serde_json::from_str(&text).map_err(JsonFault::from)?;
    if let Some(result) = answer.result.take() {
        answer = *result;
    }
    let Answer { name: object, fields, message, .. } = answer;
    match fields {
        None if !message.is_empty() => Err(DescribeError::Failure(message)),
        _ if object.trim().is_empty() => Err(DescribeError::NoName),
        None => Err(DescribeError::NoFields(object)),
        Some(fields) if fields.is_empty() => Err(DescribeError::NoFields(object)),
        Some(fields) => {
            if let Some(index) = fields.iter().position(|field| field.name.trim().is_empty()) {
                return Err(DescribeError::FieldWithoutName { object, index });
            }
            let mut columns: Vec<_> = fields.into_iter().map(column).collect();
            mark_unique_labels(&mut columns);
            Ok(Describe { object, columns })
        }
    }
}

fn column(field: Field) -> DescribedColumn {
    let options =
        field.picklist_values.into_iter().filter(|option| option.active != Some(false)).filter_map(
            |option| {
                let value = option.value?;
                let label = option.label.filter(|label| *label != value);
                (!value.trim().is_empty()).then_some(PicklistOption { value, label })
            },
        );
    DescribedColumn {
        options: options.collect(),
        name: field.name.trim().to_owned(),
        label: field.label.trim().to_owned(),
        label_is_unique: false,
        salesforce_type: field.salesforce_type.trim().to_ascii_lowercase(),
        // Pictures of people, whose addresses begin with `/services`.
        is_internal: field.extra_type_info == "imageurl",
    }
}

/// A label must not be the API name of another field either, which may have to go by that.
fn mark_unique_labels(columns: &mut [DescribedColumn]) {
    let mut uses: HashMap<String, u32> = HashMap::new();
    for column in &*columns {
        let (name, label) = (column.name.to_lowercase(), column.label.to_lowercase());
        if name != label {
            *uses.entry(name).or_default() += 1;
        }
        *uses.entry(label).or_default() += 1;
    }
    for column in columns {
        let taken = uses.get(&column.label.to_lowercase()).is_some_and(|&uses| uses > 1);
        column.label_is_unique = !column.label.is_empty() && !taken;
    }
}
