//! What comes out of the mapping: a mapped record, or an issue in its place.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::values::Values;
use crate::code::Code;
use crate::salesforce::id::SalesforceId;

/// The detail field that holds the Salesforce id, by which a record is found again on the site.
pub const EXTERNAL_ID: &str = "External ID";

/// A value of one detail field. Borrowed from the export where it stands there as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail<'a> {
    /// The name of the field, exactly as on the site.
    pub name: Cow<'a, str>,
    /// The values; several only in a multi-select.
    pub values: Values<'a>,
}

/// What the site is to hold about a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Profile<'a> {
    /// From a contact or a person account.
    #[serde(rename_all = "camelCase")]
    Customer {
        /// A valid address; the site keys customers on it.
        email: Cow<'a, str>,
        /// The name of the person.
        display_name: Cow<'a, str>,
        /// The details that have values.
        #[serde(default, skip_serializing_if = "Vec::is_empty", with = "by_name")]
        details: Vec<Detail<'a>>,
        /// The site's ids of the organizations to link to.
        #[serde(default, skip_serializing_if = "Values::is_none")]
        organizations: Values<'a>,
    },
    /// From an account.
    Organization {
        /// The name, unique within the import; the site keys organizations on it.
        name: Cow<'a, str>,
        /// The details that have values.
        #[serde(default, skip_serializing_if = "Vec::is_empty", with = "by_name")]
        details: Vec<Detail<'a>>,
    },
}

/// Details as a map, in their order: shorter than a list of names and values.
mod by_name {
    use std::borrow::Cow;
    use std::fmt;

    use serde::de::{Deserializer, MapAccess, Visitor};
    use serde::ser::Serializer;

    use super::Detail;

    pub(super) fn serialize<S: Serializer>(
        details: &[Detail<'_>],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(details.iter().map(|detail| (&detail.name, &detail.values)))
    }

    pub(super) fn deserialize<'de, 'a, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Detail<'a>>, D::Error> {
        struct Details;

        impl<'de> Visitor<'de> for Details {
            type Value = Vec<Detail<'static>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("details by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut details = Vec::new();
                while let Some((name, values)) = map.next_entry()? {
                    details.push(Detail { name: Cow::<'static, str>::Owned(name), values });
                }
                Ok(details)
            }
        }

        deserializer.deserialize_map(Details)
    }
}

impl<'a> Profile<'a> {
    /// The details that have values.
    pub fn details(&self) -> &[Detail<'a>] {
        match self {
            Self::Customer { details, .. } | Self::Organization { details, .. } => details,
        }
    }
}

/// A record that is to be written to the site; one line of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedRecord<'a> {
    /// The export of the import it stands in, from 0.
    pub source: u32,
    /// Its number in the file, from 1.
    pub record: u64,
    /// The line of the file it starts on, from 1.
    pub line: u64,
    /// The Salesforce id it goes by, unless the export has no `Id` column: its own, but of a person's
    /// contact that becomes an organization, its account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<SalesforceId>,
    /// The site's id of the customer, where the export tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Cow<'a, str>>,
    /// What the site is to hold.
    pub profile: Profile<'a>,
    /// What was lost or doubtful.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Issue>,
}

impl MappedRecord<'_> {
    /// What is sent as External ID: of a person account, the id of its contact. `None` when the site
    /// has no such field or the export no ids.
    pub fn external_id(&self) -> Option<&str> {
        self.named_external_id().map(|(_, id)| id)
    }

    /// The same with the field's name, in the site's own spelling.
    pub fn named_external_id(&self) -> Option<(&str, &str)> {
        let is_it = |detail: &&Detail<'_>| detail.name.trim().eq_ignore_ascii_case(EXTERNAL_ID);
        let detail = self.profile.details().iter().find(is_it)?;
        Some((&detail.name, detail.values.first()?))
    }
}

/// Something to report about a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// What happened.
    pub code: Code,
    /// The export's column, or the detail field if a value did not fit it; may be empty.
    pub field: String,
    /// The value it is about, shortened; may be empty.
    pub value: String,
    /// The record's own Salesforce id, if it has a valid one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salesforce_id: Option<String>,
}

impl Issue {
    /// Characters of the value that are kept, the ellipsis included.
    pub const VALUE_LIMIT: usize = 60;

    /// An issue whose value is shortened.
    pub fn new(code: Code, field: &str, value: &str, id: Option<SalesforceId>) -> Self {
        let value = if value.chars().nth(Self::VALUE_LIMIT).is_some() {
            value.chars().take(Self::VALUE_LIMIT - 1).chain(['\u{2026}']).collect()
        } else {
            value.to_owned()
        };
        Self { code, field: field.to_owned(), value, salesforce_id: id.map(|id| id.to_string()) }
    }
}

/// What became of a record in a stage. A record of the export is of exactly one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// The other stage deals with it.
    NotOfThisStage,
    /// It is to be written.
    Mapped(Box<MappedRecord<'a>>),
    /// It cannot be written; somebody has to correct it.
    Rejected(Issue),
    /// It need not be written; nobody has to do anything.
    Skipped(Issue),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_record_is_one_line_of_json() {
        let id = SalesforceId::parse("003000000000001").unwrap();
        let details =
            vec![Detail { name: EXTERNAL_ID.into(), values: ["003000000000001AAA"].into() }];
        let warnings = vec![Issue::new(Code::ValueCut, "Title", "x", id)];
        let mut record = MappedRecord {
            source: 0,
            record: 12,
            line: 14,
            id,
            customer: None,
            profile: Profile::Customer {
                email: "ada@example.com".into(),
                display_name: "Ada\nLovelace".into(),
                details,
                organizations: ["10"].into(),
            },
            warnings,
        };
        let line = serde_json::to_string(&record).unwrap();
        assert_eq!(
            line,
            r#"{"source":0,"record":12,"line":14,"id":"003000000000001AAA","profile":{"email":"ada@example.com","displayName":"Ada\nLovelace","details":{"External ID":["003000000000001AAA"]},"organizations":["10"]},"warnings":[{"code":"value-cut","field":"Title","value":"x","salesforce_id":"003000000000001AAA"}]}"#
        );
        assert_eq!(serde_json::from_str::<MappedRecord>(&line).unwrap(), record);
        assert_eq!(record.external_id(), Some("003000000000001AAA"));

        record.id = None;
        record.warnings.clear();
        record.profile = Profile::Organization { name: "Acme".into(), details: vec![] };
        let line = serde_json::to_string(&record).unwrap();
        assert_eq!(line, r#"{"source":0,"record":12,"line":14,"profile":{"name":"Acme"}}"#);
        assert_eq!(serde_json::from_str::<MappedRecord>(&line).unwrap(), record);
    }

    #[test]
    fn values_are_shortened() {
        for (length, kept) in [(60, "é".repeat(60)), (61, format!("{}…", "é".repeat(59)))] {
            assert_eq!(Issue::new(Code::ValueCut, "", &"é".repeat(length), None).value, kept);
        }
    }
}
