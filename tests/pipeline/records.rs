//! An account of an import drawn up from the exports alone, without asking the importer what it read.

use std::collections::BTreeMap;

use csm_import::salesforce::formula::guarded;
use csm_import::salesforce::id::SalesforceId;
use csm_import_tests::{Import, Row, Table, World};
use csm_sim::State;
use csv::ByteRecord;

/// A record as it stands in an export.
struct Original {
    line: u64,
    bytes: ByteRecord,
    row: Row,
}

fn originals(export: &[u8]) -> (Vec<String>, Vec<Original>) {
    let mut reader = csv::Reader::from_reader(export);
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let original = |record: csv::Result<ByteRecord>| {
        let bytes = record.unwrap();
        let values = bytes.iter().map(|value| String::from_utf8(value.to_vec()).unwrap());
        let row = columns.iter().cloned().zip(values).collect();
        Original { line: bytes.position().unwrap().line(), bytes, row }
    };
    (columns.clone(), reader.byte_records().map(original).collect())
}

/// Objects and lines of `errors.csv`, with its bytes.
struct Errors {
    columns: Vec<String>,
    lines: BTreeMap<(String, u64), ByteRecord>,
}

impl Errors {
    fn parse(file: &[u8]) -> Self {
        let mut reader = csv::Reader::from_reader(file);
        let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let own = |name: &str| columns.iter().position(|column| column == name).unwrap();
        let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
        let mut lines = BTreeMap::new();
        for record in reader.byte_records() {
            let record = record.unwrap();
            let line = text(&record[own("_csm_line")]).parse().unwrap();
            let place = (text(&record[own("_csm_object")]), line);
            assert!(lines.insert(place.clone(), record).is_none(), "{place:?} stands there twice");
        }
        Self { columns, lines }
    }

    /// Whether a record is in the file, which then holds the very bytes of the export, guarded.
    fn take(&mut self, object: &str, names: &[String], original: &Original) -> bool {
        let Some(given_back) = self.lines.remove(&(object.to_owned(), original.line)) else {
            return false;
        };
        for (name, value) in names.iter().zip(&original.bytes) {
            let position = self.columns.iter().position(|column| column == name).unwrap();
            let value = guarded(str::from_utf8(value).unwrap());
            assert_eq!(&given_back[position], value.as_bytes(), "{name}, line {}", original.line);
        }
        true
    }
}

fn long(id: &str) -> String {
    SalesforceId::parse(id).ok().flatten().map(|id| id.to_string()).unwrap_or_default()
}

/// Words as people read them: what white space stands between them does not matter.
fn words(texts: &[&str]) -> String {
    texts.iter().flat_map(|text| text.split_whitespace()).collect::<Vec<_>>().join(" ")
}

fn first<'a>(row: &'a Row, columns: &[&str]) -> &'a str {
    let mut values = columns.iter().filter_map(|column| row.get(*column)).map(|value| value.trim());
    values
        .find(|value| !value.is_empty() && !value.starts_with("000000000000000"))
        .unwrap_or_default()
}

fn assert_organization(original: &Row, told: &Row, site: &State) {
    let name = words(&[&original["Name"]]);
    let id = long(&original["Id"]);
    let expected = if told["_csm_warnings"].contains("name-duplicate") {
        format!("{name} ({id})")
    } else {
        name
    };
    let held = site.organization(&expected).unwrap_or_else(|| panic!("{expected} is not there"));
    assert_eq!(held.details["External ID"], [id]);
    assert_eq!(held.id, told["_csm_id"]);
    let writes = site.counters.organizations.records[&expected];
    assert_eq!((writes.sent, writes.created, writes.updated), (1, 1, 0), "{expected}");
}

fn assert_customer(original: &Row, site: &State) {
    let person = original.contains_key("PersonEmail");
    let email = first(original, if person { &["PersonEmail"] } else { &["Email"] });
    let held = site.customer(email).unwrap_or_else(|| panic!("{email} is not there"));
    assert_eq!(held.email, email);
    let name = words(&[&original["FirstName"], &original["LastName"]]);
    assert_eq!(held.display_name.as_ref(), Some(&name), "{email}");
    let id = long(first(original, if person { &["PersonContactId", "Id"] } else { &["Id"] }));
    assert_eq!(held.details["External ID"], [id], "{email}");
    let from: [(&str, &[&str]); 3] = if person {
        [
            ("Title", &["PersonTitle"]),
            ("Phone", &["Phone", "PersonMobilePhone"]),
            ("Region", &["PersonMailingCountry", "PersonMailingState"]),
        ]
    } else {
        [
            ("Title", &["Title"]),
            ("Phone", &["Phone", "MobilePhone"]),
            ("Region", &["MailingCountry", "MailingState"]),
        ]
    };
    for (field, columns) in from {
        let held = held.details.get(field).map(|values| words(&[&values.join(" ")]));
        assert_eq!(
            held.unwrap_or_default(),
            words(&[first(original, columns)]),
            "{field}, {email}"
        );
    }
    let writes = site.counters.customers.records[&email.to_lowercase()];
    assert_eq!((writes.sent, writes.created, writes.updated), (1, 1, 0), "{email}");
}

/// Takes every record of the exports in turn: it is either given back in `errors.csv`, byte for byte
/// and with its line; or it is on the site with the values of the export, written once; or it was
/// skipped. Nothing is left over on any side.
pub(crate) async fn assert_accounted_for(
    world: &World,
    import: &Import,
    exports: &[(&str, &[u8])],
) {
    let site = world.sim.state();
    let key = format!("imports/{}/errors.csv", import.id);
    let mut errors = Errors::parse(&world.cloud.get(&key).await.unwrap().unwrap());
    let mut told: BTreeMap<(String, String), Row> = BTreeMap::new();
    let Table { rows, .. } = &import.succeeded;
    for row in rows {
        let record = (row["_csm_object"].clone(), row["Id"].clone());
        assert!(
            told.insert(record.clone(), row.clone()).is_none(),
            "{record:?} stands there twice"
        );
    }
    let (mut read, mut skipped) = (0, 0);
    for (object, export) in exports {
        let (columns, originals) = originals(export);
        for original in originals {
            read += 1;
            if errors.take(object, &columns, &original) {
                continue;
            }
            match told.remove(&((*object).to_owned(), long(&original.row["Id"]))) {
                Some(told) if told["Email"].is_empty() => {
                    assert_organization(&original.row, &told, &site);
                }
                Some(_) => assert_customer(&original.row, &site),
                None => skipped += 1,
            }
        }
    }
    assert!(errors.lines.is_empty(), "no record stands at {:?}", errors.lines.keys());
    assert!(told.is_empty(), "no record is {:?}", told.keys());
    assert_eq!((import.records().read, import.records().skipped), (read, skipped));
}
