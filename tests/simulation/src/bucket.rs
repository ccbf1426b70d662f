//! The bucket: objects with versions, conditions and `ETag`s, as S3 has them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use csm_import::import::id::SourceObject;
use csm_import::port::{
    Chunks, Clock, Condition, Dropped, ExportError, Exports, Listed, PortError, Store, Stored,
    Written,
};
use jiff::Timestamp;
use tokio::sync::mpsc::Receiver;
use xxhash_rust::xxh3::xxh3_128;

use crate::asked::Of;
use crate::fault::Fault;
use crate::world::{World, WorldClock, lock};
use crate::{invocation, point};

const READING: &[Fault] = &[Fault::CrashBefore, Fault::ErrorBefore, Fault::Slow];
const WRITING: &[Fault] =
    &[Fault::CrashBefore, Fault::CrashAfter, Fault::ErrorBefore, Fault::ErrorAfter, Fault::Slow];
const CREATING: &[Fault] = &[
    Fault::CrashBefore,
    Fault::CrashAfter,
    Fault::ErrorBefore,
    Fault::ErrorAfter,
    Fault::LostAfter,
    Fault::Slow,
];
const SWAPPING: &[Fault] = &[
    Fault::CrashBefore,
    Fault::CrashAfter,
    Fault::ErrorBefore,
    Fault::ErrorAfter,
    Fault::LostAfter,
    Fault::LostRace,
    Fault::Slow,
];
/// Bytes of an export that come at once.
const CHUNK: usize = 16 << 10;

/// One version of an object.
#[derive(Clone, Debug)]
struct Version {
    number: u64,
    bytes: Bytes,
    written: Timestamp,
}

impl Version {
    /// As S3's, it says what the object holds: the same bytes again have the same one.
    fn etag(&self) -> String {
        format!("{:032x}", xxh3_128(&self.bytes))
    }
}

/// All objects, each with its versions; the last counts.
#[derive(Debug, Default)]
pub struct Objects {
    held: BTreeMap<String, Vec<Version>>,
    versions: u64,
    /// Objects that are taken away as soon as they are written: for tests of the checks.
    pub swallowed: Option<String>,
}

impl Objects {
    /// What an object holds.
    pub fn get(&self, key: &str) -> Option<&Bytes> {
        self.latest(key).map(|version| &version.bytes)
    }

    /// The keys that begin so.
    pub fn keys(&self, prefix: &str) -> impl Iterator<Item = &str> {
        self.held.keys().map(String::as_str).filter(move |key| key.starts_with(prefix))
    }

    /// When an object was last written.
    pub fn written(&self, key: &str) -> Option<Timestamp> {
        self.latest(key).map(|version| version.written)
    }

    /// When an object was written for the first time.
    pub fn first_written(&self, key: &str) -> Option<Timestamp> {
        self.held.get(key)?.first().map(|version| version.written)
    }

    /// Writes an object.
    pub fn put(&mut self, key: &str, bytes: Bytes, written: Timestamp) {
        if self.swallowed.as_deref().is_some_and(|part| key.contains(part)) {
            return;
        }
        self.versions += 1;
        let version = Version { number: self.versions, bytes, written };
        self.held.entry(key.to_owned()).or_default().push(version);
    }

    /// Removes an object with all its versions.
    pub fn remove(&mut self, key: &str) {
        self.held.remove(key);
    }

    fn latest(&self, key: &str) -> Option<&Version> {
        self.held.get(key)?.last()
    }

    fn write(
        &mut self,
        key: &str,
        bytes: Bytes,
        condition: Condition<'_>,
        at: Timestamp,
    ) -> Written {
        let held = self.latest(key).map(|version| format!("\"{}\"", version.etag()));
        let holds = match condition {
            Condition::Always => true,
            Condition::Absent => held.is_none(),
            Condition::Unchanged(etag) => held.as_deref() == Some(etag),
        };
        if !holds {
            return Written::Lost;
        }
        self.put(key, bytes, at);
        Written::Yes
    }

    fn objects(&self, folder: &str) -> Vec<Dropped> {
        let is_in = |key: &&str| match key.strip_prefix(folder) {
            Some("") => true,
            Some(rest) => folder.ends_with('/') && !rest.contains('/'),
            None => false,
        };
        let found = self.keys(folder).filter(is_in);
        let found = found.filter_map(|key| Some((key, self.latest(key)?)));
        let found =
            found.filter(|(_, version)| !folder.ends_with('/') || !version.bytes.is_empty());
        let dropped = |(key, version): (&str, &Version)| {
            let object = SourceObject {
                key: key.to_owned(),
                etag: version.etag(),
                version: Some(format!("v{}", version.number)),
                size: version.bytes.len() as u64,
            };
            Dropped { object, written: Some(version.written) }
        };
        found.map(dropped).collect()
    }

    fn below(&self, prefix: &str) -> Vec<Listed> {
        let found = self.keys(prefix).filter_map(|key| Some((key, self.latest(key)?)));
        let found = found.filter(|(_, version)| !version.bytes.is_empty());
        let listed = |(key, version): (&str, &Version)| Listed {
            key: key.to_owned(),
            etag: version.etag(),
            written: Some(version.written),
        };
        found.map(listed).collect()
    }

    fn pinned(&self, object: &SourceObject) -> Option<Bytes> {
        let is_it = |version: &&Version| match &object.version {
            Some(pinned) => *pinned == format!("v{}", version.number),
            None => version.etag() == object.etag,
        };
        let versions = self.held.get(&object.key)?;
        let found = match object.version {
            Some(_) => versions.iter().find(is_it),
            None => versions.last().filter(is_it),
        };
        found.map(|version| version.bytes.clone())
    }
}

/// The bucket, as the use cases see it.
#[derive(Clone)]
pub struct WorldBucket(pub Arc<World>);

impl WorldBucket {
    fn now(&self) -> Timestamp {
        WorldClock(Arc::clone(&self.0)).now()
    }
}

impl Store for WorldBucket {
    async fn read(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<Stored>, PortError> {
        self.0.ask("Store::read", Of::object(key));
        let point = invocation::point(format_args!("reads {}", point::object(key)));
        let act = |_| {
            let bucket = lock(&self.0.bucket);
            let version = bucket.latest(key)?;
            let size = version.bytes.len();
            let place = |byte: u64| usize::try_from(byte).unwrap_or(size).min(size);
            let range = range.map_or(0..size, |range| place(range.start)..place(range.end));
            let etag = format!("\"{}\"", version.etag());
            Some(Stored { bytes: version.bytes.slice(range), etag })
        };
        self.0.effect(&point, READING, act).await
    }

    async fn write(
        &self,
        key: &str,
        bytes: Bytes,
        condition: Condition<'_>,
    ) -> Result<Written, PortError> {
        self.0.ask("Store::write", Of::object(key));
        let point = invocation::point(format_args!("writes {}", point::object(key)));
        let possible = match condition {
            Condition::Always => WRITING,
            Condition::Absent => CREATING,
            Condition::Unchanged(_) => SWAPPING,
        };
        let act = |fault| {
            if fault == Some(Fault::LostRace) {
                return Written::Lost;
            }
            let written = lock(&self.0.bucket).write(key, bytes, condition, self.now());
            if fault == Some(Fault::LostAfter) { Written::Lost } else { written }
        };
        self.0.effect(&point, possible, act).await
    }

    async fn upload(&self, key: &str, mut parts: Receiver<Option<Bytes>>) -> Result<(), PortError> {
        let mut whole = Vec::new();
        loop {
            match parts.recv().await {
                Some(Some(part)) => whole.extend_from_slice(&part),
                Some(None) => break,
                None => return Err(PortError::new("uploading an object", "it has no end")),
            }
        }
        self.0.ask("Store::upload", Of::object(key));
        let point = invocation::point(format_args!("uploads {}", point::object(key)));
        let act = |_| lock(&self.0.bucket).put(key, whole.into(), self.now());
        self.0.effect(&point, WRITING, act).await
    }
}

impl Exports for WorldBucket {
    type Chunks = ExportChunks;

    async fn objects(&self, folder: &str) -> Result<Vec<Dropped>, PortError> {
        self.0.ask("Exports::objects", Of::object(folder));
        let point = invocation::point("lists a folder");
        self.0.effect(&point, READING, |_| lock(&self.0.bucket).objects(folder)).await
    }

    async fn below(&self, prefix: &str, most: usize) -> Result<Vec<Listed>, PortError> {
        self.0.ask("Exports::below", Of::object(prefix));
        let point = invocation::point("lists what is scheduled");
        let found = self.0.effect(&point, READING, |_| lock(&self.0.bucket).below(prefix)).await?;
        if found.len() > most {
            return Err(PortError::new("listing what was dropped", "there is too much"));
        }
        Ok(found)
    }

    async fn open(&self, object: &SourceObject, from: u64) -> Result<ExportChunks, ExportError> {
        let of = Of::object(&object.key);
        self.0.ask("Exports::open", of);
        let point = invocation::point("opens an export");
        let found = self.0.effect(&point, READING, |_| lock(&self.0.bucket).pinned(object)).await?;
        let bytes = found.ok_or(ExportError::Gone)?;
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
        Ok(ExportChunks { world: Arc::clone(&self.0), of, rest: bytes.slice(from..) })
    }
}

/// The rest of an export.
pub struct ExportChunks {
    world: Arc<World>,
    of: Of,
    rest: Bytes,
}

impl Chunks for ExportChunks {
    async fn next(&mut self) -> Result<Option<Bytes>, ExportError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.world.ask("Chunks::next", self.of);
        let point = invocation::point("reads a part of an export");
        let rest = &mut self.rest;
        let act = |_| rest.split_to(rest.len().min(CHUNK));
        Ok(Some(self.world.effect(&point, READING, act).await?))
    }
}
