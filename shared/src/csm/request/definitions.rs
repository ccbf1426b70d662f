//! Requests that create detail fields or change their options. The importer never sends another
//! change: a field keeps its name, and is never deleted.

use serde::Serialize;
use uuid::Uuid;

use super::{entity, key};
use crate::mapping::definition::DetailFieldDefinition;
use crate::mapping::stage::Stage;

/// Where the fields of a stage are read, and created one by one (documented).
pub fn path(stage: Stage) -> String {
    format!("api/v1/{}/details", entity(stage))
}

/// Where several are created at once, by a task (documented).
pub fn bulk_path(stage: Stage) -> String {
    format!("{}/definitions/bulk", path(stage))
}

/// Where a field is changed (documented); `None` for a name that cannot stand in a path.
pub fn field_path(stage: Stage, name: &str) -> Option<String> {
    // Even encoded, these are steps in the path.
    if matches!(name, "" | "." | "..") {
        return None;
    }
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    Some(format!("{}/{}", path(stage), name.bytes().map(encode).collect::<String>()))
}

/// The body that creates several fields (documented).
///
/// # Errors
/// Never for definitions; the error of the JSON writer is passed on all the same.
pub fn render_all(fields: &[DetailFieldDefinition]) -> Result<Vec<u8>, serde_json::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        detail_fields: &'a [DetailFieldDefinition],
    }
    serde_json::to_vec(&Body { detail_fields: fields })
}

/// The body that creates a field, or that gives one its options (documented).
///
/// # Errors
/// Never for definitions; the error of the JSON writer is passed on all the same.
pub fn render(field: &DetailFieldDefinition) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(field)
}

/// The idempotency key of the request that creates `fields`: the same fields of the same import are
/// one request, and after a clash the rest is another one.
///
/// # Errors
/// As [`render_all`].
pub fn idempotency_key(
    import: Uuid,
    stage: Stage,
    fields: &[DetailFieldDefinition],
) -> Result<Uuid, serde_json::Error> {
    Ok(key(import, &format!("fields/{stage}/"), &render_all(fields)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::definition::DetailType;

    fn fields() -> [DetailFieldDefinition; 2] {
        let options = ["M".to_owned(), "S".to_owned()].into();
        [
            DetailFieldDefinition::new("Account tier", DetailType::Text),
            DetailFieldDefinition::new("Größe", DetailType::MultiSelect(options)),
        ]
    }

    #[test]
    fn definitions_as_they_go_over_the_wire() {
        let body: serde_json::Value =
            serde_json::from_slice(&render_all(&fields()).unwrap()).unwrap();
        insta::assert_json_snapshot!("definitions", body);
        let one: serde_json::Value =
            serde_json::from_slice(&render(&fields()[1]).unwrap()).unwrap();
        assert_eq!(one, body["detailFields"][1]);
    }

    #[test]
    fn a_name_cannot_leave_its_path() {
        for (name, encoded) in [
            ("Region", Some("Region")),
            ("a/b?c#d", Some("a%2Fb%3Fc%23d")),
            ("50 % off+", Some("50%20%25%20off%2B")),
            ("Größe", Some("Gr%C3%B6%C3%9Fe")),
            ("..", None),
            ("...", Some("...")),
        ] {
            let path = encoded.map(|encoded| format!("api/v1/customer/details/{encoded}"));
            assert_eq!(field_path(Stage::Customers, name), path);
        }
    }

    #[test]
    fn the_key_is_that_of_the_fields_of_an_import() {
        let key = |import, stage, fields: &[_]| {
            idempotency_key(Uuid::from_u128(import), stage, fields).unwrap()
        };
        let all = fields();
        let first = key(1, Stage::Customers, &all);
        assert_eq!(first, key(1, Stage::Customers, &all));
        for other in [
            key(2, Stage::Customers, &all),
            key(1, Stage::Organizations, &all),
            key(1, Stage::Customers, &all[1..]),
        ] {
            assert_ne!(first, other);
        }
    }
}
