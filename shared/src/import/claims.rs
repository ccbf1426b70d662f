//! Which import took which object of a folder.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::id::{ImportId, SourceObject};

/// `state/folders/….json`: the newest import of every key of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The folder.
    pub folder: String,
    /// Key → who took it, and what it held then.
    pub objects: BTreeMap<String, Claim>,
    /// Imports that had to give up what they took while tasks of theirs may have been open; the
    /// next import waits for these tasks, or old values could be written after new ones.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub given_up: BTreeSet<ImportId>,
    /// How often objects were freed to be taken anew as they are.
    #[serde(default)]
    pub again: u32,
}

/// A key that an import took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The import.
    pub import: ImportId,
    /// The `ETag` then.
    pub etag: String,
    /// The version then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl Claim {
    /// The same version, or the same bytes under another version: nothing new was dropped.
    fn is_of(&self, object: &SourceObject) -> bool {
        (self.version.is_some() && self.version == object.version) || self.etag == object.etag
    }
}

/// How the objects of a folder stand to the imports that there have been.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Objects that no import took as they are now.
    pub fresh: Vec<SourceObject>,
    /// Imports of objects that are as they were.
    pub current: BTreeSet<ImportId>,
    /// Imports of objects that are no longer there.
    pub absent: BTreeSet<ImportId>,
    /// Imports that took an object which has been replaced since.
    pub replaced: BTreeSet<ImportId>,
    /// Imports of which an object has been dropped again with the same bytes.
    pub repeated: BTreeSet<ImportId>,
}

impl Claims {
    /// Compares the objects that lie in the folder now with what was taken.
    pub fn standing(&self, objects: &[SourceObject]) -> Standing {
        let keys: BTreeSet<&str> = objects.iter().map(|object| object.key.as_str()).collect();
        let gone = self.objects.iter().filter(|(key, _)| !keys.contains(key.as_str()));
        let absent = gone.map(|(_, claim)| claim.import).collect();
        let mut standing = Standing { absent, ..Standing::default() };
        for object in objects {
            match self.objects.get(&object.key) {
                None => standing.fresh.push(object.clone()),
                Some(claim) if claim.is_of(object) => {
                    standing.current.insert(claim.import);
                    if claim.version != object.version {
                        standing.repeated.insert(claim.import);
                    }
                }
                Some(claim) => {
                    standing.replaced.insert(claim.import);
                    standing.fresh.push(object.clone());
                }
            }
        }
        standing
    }

    /// The imports that took something of the folder.
    pub fn imports(&self) -> BTreeSet<ImportId> {
        self.objects.values().map(|claim| claim.import).collect()
    }

    /// Gives up what `import` took, so that its objects are fresh again.
    pub fn release(&mut self, import: ImportId) {
        self.objects.retain(|_, claim| claim.import != import);
    }

    /// Frees what `import` took, so that another import takes it as it is. False: it holds nothing.
    pub fn free(&mut self, import: ImportId) -> bool {
        let holds = self.objects.values().any(|claim| claim.import == import);
        if holds {
            self.release(import);
            self.again += 1;
        }
        holds
    }

    /// Notes that `import` took `objects`.
    pub fn claim(&mut self, import: ImportId, objects: &[SourceObject]) {
        self.given_up.clear();
        for object in objects {
            let claim =
                Claim { import, etag: object.etag.clone(), version: object.version.clone() };
            self.objects.insert(object.key.clone(), claim);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(key: &str, etag: &str, version: &str) -> SourceObject {
        SourceObject { key: key.into(), etag: etag.into(), version: Some(version.into()), size: 1 }
    }

    #[test]
    fn an_object_is_imported_once_unless_it_changed() {
        let (a, c) = (object("a", "e1", "v1"), object("c", "e2", "v2"));
        let first = ImportId::of("b", "f", std::slice::from_ref(&a));
        let mut claims = Claims::default();
        claims.claim(first, std::slice::from_ref(&a));

        // Another one arrives beside it.
        let standing = claims.standing(&[a.clone(), c.clone()]);
        assert_eq!(standing.fresh, std::slice::from_ref(&c));
        assert_eq!(standing.current, BTreeSet::from([first]));

        // What was deleted may have been taken by an import that is not at its end.
        assert_eq!(claims.standing(std::slice::from_ref(&c)).absent, BTreeSet::from([first]));
        assert!(standing.absent.is_empty());

        // The same bytes again are nothing new; other bytes are.
        assert!(claims.standing(std::slice::from_ref(&a)).repeated.is_empty());
        let standing = claims.standing(&[object("a", "e1", "v9")]);
        assert!(standing.fresh.is_empty());
        assert_eq!(standing.repeated, BTreeSet::from([first]));
        let standing = claims.standing(&[object("a", "e9", "v9")]);
        assert_eq!((standing.fresh.len(), standing.replaced), (1, BTreeSet::from([first])));

        assert!(claims.free(first) && !claims.free(first));
        assert_eq!(claims.again, 1);
        assert_eq!(claims.standing(&[a, c]).fresh.len(), 2);
    }
}
