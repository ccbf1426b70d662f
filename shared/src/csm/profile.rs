//! A profile as the site gives it back, and whether it holds what was sent.

use std::borrow::Cow;

use serde_json::Value;

use super::answer::{list, text};
use crate::mapping::mapper::{Detail, Profile};
use crate::mapping::values::Values;

/// An organization or a customer as read back. Every part may be missing from an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteProfile {
    /// The site's id.
    pub id: String,
    /// An organization's name, or a customer's display name.
    pub name: Option<String>,
    /// A customer's email.
    pub email: Option<String>,
    /// The details, when the answer held them.
    pub details: Option<Vec<Detail<'static>>>,
    /// The organizations of a customer, when the answer held them.
    pub organizations: Option<Vec<String>>,
}

impl SiteProfile {
    /// Reads every profile in an answer; an entry without an id is no profile.
    pub fn parse_all(answer: Value) -> Vec<Self> {
        const KEYS: &[&str] = &["profiles", "organizations", "customers", "results", "values"];
        list(answer, KEYS).iter().filter_map(Self::parse).collect()
    }

    fn parse(value: &Value) -> Option<Self> {
        let first = |keys: &[&str]| keys.iter().find_map(|key| text(value.get(key)?));
        Some(Self {
            id: first(&["id", "customerId", "organizationId", "accountId"])?,
            name: first(&["name", "displayName", "organizationName"]),
            email: first(&["email", "emailAddress"]),
            details: value.get("details").and_then(details),
            organizations: ["organizations", "organizationIds", "associatedOrganizations"]
                .iter()
                .find_map(|key| value.get(key))
                .and_then(Value::as_array)
                // An entry that cannot be read says nothing about the others either.
                .and_then(|list| list.iter().map(organization_id).collect()),
        })
    }

    /// Whether the profile holds everything that was sent; `None` when it does not say.
    ///
    /// Details that were not sent do not count: the site leaves them as they were (reported).
    pub fn holds(&self, sent: &Profile) -> Option<bool> {
        let (named, sent_details) = match sent {
            Profile::Organization { name, details } => (same(self.name.as_deref(), name), details),
            Profile::Customer { email, display_name, details, .. } => {
                let name =
                    self.name.as_deref().is_none_or(|held| held.trim() == display_name.trim());
                (name && same(self.email.as_deref(), email), details)
            }
        };
        Some(named && self.holds_details(sent_details)?)
    }

    /// Whether the profile holds these details; `None` when it does not say.
    pub fn holds_details(&self, sent: &[Detail<'_>]) -> Option<bool> {
        let details = self.details.as_ref()?;
        let held = |sent: &Detail| {
            let held = details.iter().find(|held| held.name == sent.name);
            // What was cleared may not be there at all.
            held.map_or(sent.values.is_empty(), |held| same_values(&held.values, &sent.values))
        };
        Some(sent.iter().all(held))
    }

    /// Whether a customer is linked to all organizations that were sent; `None` when it does not say.
    pub fn is_linked(&self, sent: &Profile) -> Option<bool> {
        let Profile::Customer { organizations, .. } = sent else {
            return Some(true);
        };
        let held = self.organizations.as_ref()?;
        Some(organizations.iter().all(|id| held.iter().any(|held| held == id)))
    }

    /// The values of one detail field, when the profile holds it.
    pub fn detail(&self, name: &str) -> Option<&[Cow<'static, str>]> {
        let details = self.details.as_ref()?;
        details.iter().find(|detail| detail.name == name).map(|detail| &*detail.values)
    }
}

fn organization_id(value: &Value) -> Option<String> {
    let id = value.get("id").or_else(|| value.get("organizationId")).unwrap_or(value);
    text(id)
}

/// The names of profiles are compared as people read them.
pub fn same_name(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

fn same(held: Option<&str>, sent: &str) -> bool {
    held.is_none_or(|held| same_name(held, sent))
}

fn same_values(held: &[Cow<'_, str>], sent: &[Cow<'_, str>]) -> bool {
    held.len() == sent.len()
        && sent.iter().all(|value| held.iter().any(|h| h.trim() == value.trim()))
}

fn details(value: &Value) -> Option<Vec<Detail<'static>>> {
    let entries = value.as_array()?;
    Some(entries.iter().filter_map(detail).collect())
}

fn detail(value: &Value) -> Option<Detail<'static>> {
    let values = match (value.get("values"), value.get("value")) {
        (Some(Value::Array(list)), _) | (None, Some(Value::Array(list))) => {
            list.iter().filter_map(text).map(Cow::Owned).collect()
        }
        (Some(single), _) | (None, Some(single)) => {
            text(single).map(Cow::Owned).into_iter().collect()
        }
        (None, None) => Values::default(),
    };
    Some(Detail { name: text(value.get("name")?)?.into(), values })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> Profile<'static> {
        Profile::Customer {
            email: "Ada@example.com".into(),
            display_name: "Ada".into(),
            details: vec![Detail { name: "External ID".into(), values: ["003"].into() }],
            organizations: ["10"].into(),
        }
    }

    #[test]
    fn answers_are_read_whatever_their_list_is_called() {
        for key in ["profiles", "organizations", "results", "values", "entries"] {
            let answer =
                serde_json::json!({ key: [{"id": 10, "name": "Acme"}, {"name": "no id"}] });
            let found = SiteProfile::parse_all(answer);
            assert_eq!(found.len(), 1, "{key}");
            assert_eq!((found[0].id.as_str(), found[0].name.as_deref()), ("10", Some("Acme")));
        }
    }

    #[test]
    fn success_is_what_was_read_back() {
        let base = r#"{"id":"c","email":"ada@example.com","displayName":"Ada","details":DETAILS,"organizations":[{"id":"10"}]}"#;
        for (details, holds) in [
            (
                r#"[{"name":"External ID","values":["003"]},{"name":"Old","values":["x"]}]"#,
                Some(true),
            ),
            (r#"[{"name":"External ID","value":"003"}]"#, Some(true)),
            (r#"[{"name":"External ID","values":["004"]}]"#, Some(false)),
            ("[]", Some(false)),
            ("null", None),
        ] {
            let value = serde_json::from_str(&base.replace("DETAILS", details)).unwrap();
            let profile = SiteProfile::parse(&value).unwrap();
            assert_eq!(profile.holds(&sent()), holds, "{details}");
            assert_eq!(profile.is_linked(&sent()), Some(true));
        }
    }

    #[test]
    fn an_old_name_is_not_the_one_that_was_sent() {
        let details = serde_json::json!([{"name": "External ID", "values": ["003"]}]);
        let value = serde_json::json!({"id": "c", "displayName": "Old", "details": details});
        assert_eq!(SiteProfile::parse(&value).unwrap().holds(&sent()), Some(false));
    }

    #[test]
    fn organizations_that_cannot_be_read_say_nothing() {
        for (organizations, linked) in [
            (serde_json::json!([{"organizationId": 10}]), Some(true)),
            (serde_json::json!([10, 11]), Some(true)),
            (serde_json::json!([]), Some(false)),
            (serde_json::json!([{"key": 10}]), None),
        ] {
            let value = serde_json::json!({"id": "c", "organizations": organizations});
            assert_eq!(SiteProfile::parse(&value).unwrap().is_linked(&sent()), linked, "{value}");
        }
    }
}
