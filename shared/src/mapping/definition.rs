//! The site's detail fields: which there are and what each one takes.

use std::collections::{BTreeSet, HashMap};

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// What values a detail field takes. The names are those of the import guide for CSM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetailType {
    /// A single line of text.
    Text,
    /// One email address.
    Email,
    /// An address of a web page, with its scheme.
    Url,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// An integer or a decimal.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A phone number with `+` and country code.
    Phone,
    /// One of the options; any value if the site names no options.
    Select(BTreeSet<String>),
    /// Several of the options; any values if the site names no options.
    MultiSelect(BTreeSet<String>),
    /// A type that is not known here; values are sent as text.
    Other(String),
}

impl DetailType {
    /// Reads a type by its name, in any case, with or without underscores.
    pub fn new(name: &str, options: BTreeSet<String>) -> Self {
        match name.trim().to_ascii_uppercase().replace('_', "").as_str() {
            "TEXT" => Self::Text,
            "EMAIL" => Self::Email,
            "URL" => Self::Url,
            "DATE" => Self::Date,
            "NUMBER" => Self::Number,
            "BOOLEAN" => Self::Boolean,
            "PHONE" => Self::Phone,
            "SELECT" => Self::Select(options),
            "MULTISELECT" => Self::MultiSelect(options),
            _ => Self::Other(name.to_owned()),
        }
    }

    /// The type's name as the site writes it.
    pub fn name(&self) -> &str {
        match self {
            Self::Text => "TEXT",
            Self::Email => "EMAIL",
            Self::Url => "URL",
            Self::Date => "DATE",
            Self::Number => "NUMBER",
            Self::Boolean => "BOOLEAN",
            Self::Phone => "PHONE",
            Self::Select(_) => "SELECT",
            Self::MultiSelect(_) => "MULTISELECT",
            Self::Other(name) => name,
        }
    }

    /// The options of a select, in alphabetical order.
    pub const fn options(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::Select(options) | Self::MultiSelect(options) => Some(options),
            _ => None,
        }
    }
}

/// A detail field of the site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetailFieldDefinition {
    /// The name; matched exactly, case included.
    pub name: String,
    /// What it takes.
    pub detail_type: DetailType,
}

/// All detail fields of the site's organizations or of its customers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definitions {
    fields: Vec<DetailFieldDefinition>,
    by_name: HashMap<String, usize>,
}

impl Definitions {
    /// Definitions of these fields; the last one counts if a name is there twice.
    pub fn new(fields: Vec<DetailFieldDefinition>) -> Self {
        let by_name =
            fields.iter().enumerate().map(|(at, field)| (field.name.clone(), at)).collect();
        Self { fields, by_name }
    }

    /// Reads the site's answer, `{"results":[{"name":…,"type":{"name":…,"options":[…]}}]}`.
    ///
    /// Entries without a name are passed over. An answer without a list is an error: taken for an
    /// empty list, it would cost every record its details.
    pub fn parse(answer: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(answer)
    }

    /// The field of exactly this name.
    pub fn get(&self, name: &str) -> Option<&DetailFieldDefinition> {
        self.by_name.get(name).and_then(|&at| self.fields.get(at))
    }

    /// All fields in the order of the site.
    pub fn fields(&self) -> &[DetailFieldDefinition] {
        &self.fields
    }
}

impl<'de> Deserialize<'de> for Definitions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let answer = Value::deserialize(deserializer)?;
        let list = ["results", "values", "detailFields"].iter().find_map(|key| answer.get(key));
        let list = list.unwrap_or(&answer).as_array();
        let list = list.ok_or_else(|| serde::de::Error::custom("no list of detail fields"))?;
        Ok(Self::new(list.iter().filter_map(field).collect()))
    }
}

fn field(entry: &Value) -> Option<DetailFieldDefinition> {
    let name = entry.get("name")?.as_str()?.to_owned();
    let typed = entry.get("type").unwrap_or(&Value::Null);
    let type_name = typed.get("name").unwrap_or(typed).as_str().unwrap_or("TEXT");
    let options = typed.get("options").or_else(|| entry.get("options")).and_then(Value::as_array);
    let options = options.into_iter().flatten().filter_map(option).collect();
    Some(DetailFieldDefinition { name, detail_type: DetailType::new(type_name, options) })
}

fn option(entry: &Value) -> Option<String> {
    let text = entry
        .as_str()
        .or_else(|| entry.get("name")?.as_str())
        .or_else(|| entry.get("value")?.as_str());
    text.map(str::to_owned)
}

impl Serialize for Definitions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("results", &List(&self.fields))?;
        map.end()
    }
}

struct List<'a>(&'a [DetailFieldDefinition]);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for field in self.0 {
            let mut typed = json!({ "name": field.detail_type.name() });
            if let (Some(options), Some(typed)) =
                (field.detail_type.options(), typed.as_object_mut())
            {
                typed.insert("options".to_owned(), json!(options));
            }
            list.serialize_element(&json!({ "name": field.name, "type": typed }))?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_read_leniently() {
        let options: BTreeSet<_> = ["AU".to_owned(), "EU".to_owned()].into();
        for (entry, detail_type) in [
            (
                r#"{"name":"F","type":{"name":"SELECT","options":["EU","AU"]},"configuration":{}}"#,
                DetailType::Select(options.clone()),
            ),
            (
                r#"{"name":"F","type":{"name":"multi_select","options":[{"name":"AU"},{"value":"EU"}]}}"#,
                DetailType::MultiSelect(options.clone()),
            ),
            (
                r#"{"name":"F","type":"MultiSelect","options":["AU","EU"]}"#,
                DetailType::MultiSelect(options),
            ),
            (r#"{"name":"F","type":{"name":"Phone"}}"#, DetailType::Phone),
            (r#"{"name":"F"}"#, DetailType::Text),
            (r#"{"name":"F","type":{"name":"RATING"}}"#, DetailType::Other("RATING".into())),
        ] {
            for answer in [format!(r#"{{"results":[{{}},{entry}]}}"#), format!("[{entry}]")] {
                let found = Definitions::parse(answer.as_bytes()).unwrap();
                assert_eq!(found.get("F").unwrap().detail_type, detail_type, "{answer}");
                assert!(found.get("f").is_none());
                let again = serde_json::to_vec(&found).unwrap();
                assert_eq!(Definitions::parse(&again).unwrap(), found);
            }
        }
    }

    #[test]
    fn an_answer_without_a_list_is_no_answer() {
        for answer in ["{}", r#"{"errorMessage":"no"}"#, "null", "<html>"] {
            assert!(Definitions::parse(answer.as_bytes()).is_err(), "{answer}");
        }
    }
}
