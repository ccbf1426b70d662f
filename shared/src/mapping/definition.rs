//! The site's detail fields: which there are and what each one takes.

use std::collections::{BTreeSet, HashMap};

use serde::de::Error;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

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

/// What two names of detail fields may not have in common on a site: compared trimmed and without
/// case (documented). A value, however, names its field exactly (guide).
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// A detail field of the site, or one that is to become such. Written as the site writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetailFieldDefinition {
    /// The name; matched exactly, case included.
    pub name: String,
    /// What it takes.
    pub detail_type: DetailType,
    /// The options of a select in the site's order, which administrators have chosen.
    pub listed: Vec<String>,
}

impl DetailFieldDefinition {
    /// A field whose options, if it has any, are listed alphabetically.
    pub fn new(name: impl Into<String>, detail_type: DetailType) -> Self {
        let listed = detail_type.options().into_iter().flatten().cloned().collect();
        Self { name: name.into(), detail_type, listed }
    }
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

    /// The field of exactly this name, or else the only one whose name is the same when it is
    /// compared as the site compares names; values are then sent under the name that the site has.
    pub fn find_loosely(&self, name: &str) -> Option<&DetailFieldDefinition> {
        self.get(name).or_else(|| {
            let mut alike = self.alike(name);
            alike.next().filter(|_| alike.next().is_none())
        })
    }

    /// The fields that stand in the way of creating one of this name.
    pub fn alike(&self, name: &str) -> impl Iterator<Item = &DetailFieldDefinition> {
        let key = name_key(name);
        self.fields.iter().filter(move |field| name_key(&field.name) == key)
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
        let list = list.ok_or_else(|| D::Error::custom("no list of detail fields"))?;
        Ok(Self::new(list.iter().filter_map(field).collect()))
    }
}

fn field(entry: &Value) -> Option<DetailFieldDefinition> {
    let name = entry.get("name")?.as_str()?.to_owned();
    let typed = entry.get("type").unwrap_or(&Value::Null);
    let type_name = typed.get("name").unwrap_or(typed).as_str().unwrap_or("TEXT");
    let options = typed.get("options").or_else(|| entry.get("options")).and_then(Value::as_array);
    let listed: Vec<String> = options.into_iter().flatten().filter_map(option).collect();
    let detail_type = DetailType::new(type_name, listed.iter().cloned().collect());
    let listed = if detail_type.options().is_some() { listed } else { Vec::new() };
    Some(DetailFieldDefinition { name, detail_type, listed })
}

fn option(entry: &Value) -> Option<String> {
    let text = entry
        .as_str()
        .or_else(|| entry.get("name")?.as_str())
        .or_else(|| entry.get("value")?.as_str());
    text.map(str::to_owned)
}

impl<'de> Deserialize<'de> for DetailFieldDefinition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entry = Value::deserialize(deserializer)?;
        field(&entry).ok_or_else(|| D::Error::custom("a detail field without a name"))
    }
}

impl Serialize for DetailFieldDefinition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Typed<'a> {
            name: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            options: Option<&'a [String]>,
        }
        let options = self.detail_type.options().map(|_| self.listed.as_slice());
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("type", &Typed { name: self.detail_type.name(), options })?;
        map.end()
    }
}

impl Serialize for Definitions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("results", &self.fields)?;
        map.end()
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
    fn a_name_is_found_as_the_site_compares_names() {
        let text = |name: &str| DetailFieldDefinition::new(name, DetailType::Text);
        let definitions =
            Definitions::new(["Région ", "Title", "title", "X", "x "].map(text).into());
        for (name, found) in [
            (" RÉGION", Some("Région ")),
            ("title", Some("title")),
            ("TITLE", None),
            ("x", None),
            ("Regi", None),
        ] {
            let field = definitions.find_loosely(name);
            assert_eq!(field.map(|field| field.name.as_str()), found, "{name}");
        }
        assert_eq!(definitions.alike("TITLE").count(), 2);
    }

    #[test]
    fn options_keep_the_order_of_the_site() {
        let answer = r#"[{"name":"Size","type":{"name":"SELECT","options":["S","M","L"]}}]"#;
        let definitions = Definitions::parse(answer.as_bytes()).unwrap();
        assert_eq!(definitions.get("Size").unwrap().listed, ["S", "M", "L"]);
        let written = serde_json::to_string(definitions.fields()).unwrap();
        assert_eq!(written, answer);
    }

    #[test]
    fn an_answer_without_a_list_is_no_answer() {
        for answer in ["{}", r#"{"errorMessage":"no"}"#, "null", "<html>"] {
            assert!(Definitions::parse(answer.as_bytes()).is_err(), "{answer}");
        }
    }
}
