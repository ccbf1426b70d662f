//! What arrives on the exports queue: S3's notifications, what the schedule sends, and our own requests
//! to go on.

use std::collections::{BTreeMap, BTreeSet};

use csm_import::delivery::ConsumeError;
use csm_import::import::id::ImportId;
use csm_import::import::keys;
use csm_import::import::message::{Continue, Scheduled};
use jiff::Timestamp;
use serde::Deserialize;

/// What a message on the exports queue asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Something was dropped.
    Dropped(Drops),
    /// An import is to go on.
    Continue(ImportId),
    /// What waits for the schedule is to be imported.
    Scheduled,
}

/// What was dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drops {
    /// These folders have something new (a key that lies directly in `exports/` is its own folder),
    /// and since when. S3 dates an object that was uploaded in parts back to the upload's beginning,
    /// so the time of the event says more.
    pub folders: BTreeMap<String, Option<Timestamp>>,
    /// Imports that somebody wants to go on although they stopped.
    pub resumed: BTreeSet<ImportId>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Continue(Continue),
    Scheduled(Scheduled),
    // S3 sends `s3:TestEvent` without records when notifications are set up.
    Notification {
        #[serde(rename = "Records", default)]
        records: Vec<Record>,
    },
}

// Only what is needed is read: emulators and future versions differ in the rest.
#[derive(Deserialize)]
struct Record {
    #[serde(rename = "eventTime", default)]
    event_time: Option<String>,
    s3: Entity,
}

#[derive(Deserialize)]
struct Entity {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    key: String,
}

/// Reads a message of the exports queue.
///
/// # Errors
/// [`ConsumeError::Foreign`]: it is neither S3's nor ours.
pub fn parse(body: &str) -> Result<Request, ConsumeError> {
    Ok(match serde_json::from_str(body).map_err(ConsumeError::foreign)? {
        Body::Continue(Continue { import }) => Request::Continue(import),
        Body::Scheduled(Scheduled { scheduled: true }) => Request::Scheduled,
        Body::Scheduled(Scheduled { scheduled: false }) => Request::Dropped(Drops::default()),
        Body::Notification { records } => {
            let Drops { mut folders, mut resumed } = Drops::default();
            for record in &records {
                let key = decode(&record.s3.object.key);
                if let Some(import) = keys::resumed(&key) {
                    resumed.insert(import);
                } else if key.starts_with(keys::RESUME) {
                    tracing::warn!(
                        "what was dropped to have an import go on is not named like one; nothing is done"
                    );
                } else if keys::is_drop(&key) {
                    let time = record.event_time.as_deref().and_then(|time| time.parse().ok());
                    let newest: &mut Option<Timestamp> =
                        folders.entry(keys::folder(&key).to_owned()).or_default();
                    *newest = (*newest).max(time);
                }
            }
            Request::Dropped(Drops { folders, resumed })
        }
    })
}

/// Keys in notifications are form-encoded: a space is a `+`.
fn decode(key: &str) -> String {
    // The key is all there is, so what looks like separators belongs to it.
    let escaped = key.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(keys: &[&str]) -> String {
        let records: Vec<_> = keys
            .iter()
            .map(|key| serde_json::json!({"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}))
            .collect();
        serde_json::json!({ "Records": records }).to_string()
    }

    #[test]
    fn keys_are_form_encoded_and_folders_come_once() {
        for (keys, folders) in [
            (vec!["exports/Contact.csv"], vec!["exports/Contact.csv"]),
            (vec!["exports/a/Account.csv", "exports/a/Contact.csv"], vec!["exports/a/"]),
            (vec!["exports/Nov+22/Konto%C3%A9+1%2B1.csv"], vec!["exports/Nov 22/"]),
            (vec!["exports/a%3Db%26c.csv"], vec!["exports/a=b&c.csv"]),
            (vec!["exports/a=b&c.csv"], vec!["exports/a=b&c.csv"]),
            (vec!["exports/new/", "imports/x/errors.csv"], vec![]),
            (vec!["scheduled/a/Contact.csv", "scheduled/Contact.csv"], vec![]),
        ] {
            let folders = folders.iter().map(|folder| ((*folder).to_owned(), None));
            let expected = dropped(folders.collect());
            assert_eq!(parse(&notification(&keys)).unwrap(), expected, "{keys:?}");
        }
    }

    fn dropped(folders: BTreeMap<String, Option<Timestamp>>) -> Request {
        Request::Dropped(Drops { folders, ..Drops::default() })
    }

    #[test]
    fn an_import_is_resumed_by_an_object_of_its_name() {
        let import = ImportId::of("b", "f", &[]);
        let key = format!("exports/resume/{import}.txt");
        let expected = Drops { resumed: [import].into(), ..Drops::default() };
        assert_eq!(parse(&notification(&[&key])).unwrap(), Request::Dropped(expected));
        let other = notification(&["exports/resume/my import"]);
        assert_eq!(parse(&other).unwrap(), dropped(BTreeMap::new()));
    }

    #[test]
    fn the_test_event_asks_for_nothing() {
        let body = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#;
        assert_eq!(parse(body).unwrap(), dropped(BTreeMap::new()));
    }

    #[test]
    fn the_newest_event_of_a_folder_counts() {
        let record = |key: &str, time: &str| serde_json::json!({"eventTime": time, "s3": {"object": {"key": key}}});
        let body = serde_json::json!({ "Records": [
            record("exports/a/1", "2026-11-22T10:00:00.000Z"),
            record("exports/a/2", "2026-11-22T10:00:09.000Z"),
            record("exports/a/3", "not a time"),
        ] });
        let newest = "2026-11-22T10:00:09Z".parse().ok();
        let expected = dropped([("exports/a/".to_owned(), newest)].into());
        assert_eq!(parse(&body.to_string()).unwrap(), expected);
    }

    #[test]
    fn our_own_message_goes_on() {
        let import = ImportId::of("b", "f", &[]);
        let body = serde_json::to_string(&Continue { import }).unwrap();
        assert_eq!(parse(&body).unwrap(), Request::Continue(import));
    }

    #[test]
    fn what_the_template_has_the_schedule_send_begins_a_run() {
        let template = include_str!("../../../infra/template.yaml");
        let body = template.split("Input: '").nth(1).and_then(|rest| rest.split('\'').next());
        assert_eq!(parse(body.unwrap()).unwrap(), Request::Scheduled);
        assert_eq!(parse(r#"{"scheduled":false}"#).unwrap(), dropped(BTreeMap::new()));
    }

    #[test]
    fn anything_else_is_foreign() {
        for body in ["", "[]", "hello", r#"{"Records": 1}"#] {
            assert!(matches!(parse(body), Err(ConsumeError::Foreign(_))), "{body}");
        }
    }
}
