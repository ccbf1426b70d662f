//! The identity of an import: derived from what was dropped, so that the same drop is the same import.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The namespace of import ids; any constant would do, as long as it stays.
const NAMESPACE: Uuid = Uuid::from_u128(0x6373_6d2d_696d_706f_7274_0000_0000_0001);

/// An object of the bucket that belongs to an import, pinned to what it held when it was taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceObject {
    /// The key in the bucket.
    pub key: String,
    /// The `ETag`, without quotes.
    pub etag: String,
    /// The version, when the bucket keeps versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Bytes.
    pub size: u64,
}

impl SourceObject {
    /// The key without its folder.
    pub fn file_name(&self) -> &str {
        self.key.rsplit('/').next().unwrap_or(&self.key)
    }
}

/// The id of an import: `UUIDv5` of the bucket, the folder, and the sorted objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportId(Uuid);

impl ImportId {
    /// The id of the import of `objects`, whatever their order.
    pub fn of(bucket: &str, folder: &str, objects: &[SourceObject]) -> Self {
        let mut parts: Vec<(&str, &str)> = objects
            .iter()
            .map(|o| (o.key.as_str(), o.version.as_deref().unwrap_or(&o.etag)))
            .collect();
        parts.sort_unstable();
        // JSON keeps the parts apart whatever characters they hold.
        let name = serde_json::json!([bucket, folder, parts]).to_string();
        Self(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
    }

    /// The id of the import of the same objects once they were taken anew so many times.
    pub fn again(self, times: u32) -> Self {
        match times {
            0 => self,
            _ => Self(Uuid::new_v5(&self.0, &times.to_be_bytes())),
        }
    }

    /// Reads an id as it is displayed.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim()).ok().map(Self)
    }

    /// The id as a UUID: the namespace of the idempotency keys.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl std::fmt::Display for ImportId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str, etag: &str, version: Option<&str>) -> SourceObject {
        SourceObject {
            key: key.into(),
            etag: etag.into(),
            version: version.map(Into::into),
            size: 1,
        }
    }

    #[test]
    fn an_import_is_what_was_dropped_and_nothing_else() {
        let a = object("exports/d/Account.csv", "e1", None);
        let c = object("exports/d/Contact.csv", "e2", None);
        let id = |objects: &[SourceObject]| ImportId::of("b", "exports/d/", objects);
        assert_eq!(id(&[a.clone(), c.clone()]), id(&[c.clone(), a.clone()]));
        assert_ne!(id(std::slice::from_ref(&a)), id(&[a.clone(), c]));
        assert_ne!(
            id(&[object("exports/d/Account.csv", "e9", None)]),
            id(std::slice::from_ref(&a))
        );
        // A version, where there is one, decides.
        let v1 = object("exports/d/Account.csv", "e1", Some("v1"));
        let v2 = object("exports/d/Account.csv", "e1", Some("v2"));
        assert_ne!(id(&[v1]), id(&[v2]));
        assert_ne!(
            ImportId::of("x", "exports/d/", std::slice::from_ref(&a)),
            id(std::slice::from_ref(&a))
        );
        // Taken anew, the same objects are another import.
        let times = [0, 1, 2].map(|times| id(std::slice::from_ref(&a)).again(times));
        assert!(
            times[0] == id(std::slice::from_ref(&a))
                && times[0] != times[1]
                && times[1] != times[2]
        );
    }
}
