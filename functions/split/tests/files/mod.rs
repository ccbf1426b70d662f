//! Exports that lie in a folder or in memory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use csm_import::import::id::SourceObject;
use csm_import::port::{Chunks, Dropped, ExportError, Exports, Listed, PortError};

/// Objects by key: in memory, or else below a folder.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    folder: PathBuf,
    objects: BTreeMap<String, Bytes>,
    chunk: usize,
}

impl Default for Files {
    fn default() -> Self {
        // So odd that cuts fall everywhere.
        Self { folder: PathBuf::new(), objects: BTreeMap::new(), chunk: 65_537 }
    }
}

impl Files {
    /// The files below a folder.
    #[allow(dead_code, reason = "not every test that includes this reads a folder")]
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), ..Self::default() }
    }

    /// Puts an object into memory.
    #[allow(dead_code, reason = "not every test that includes this has objects in memory")]
    pub(crate) fn with(mut self, key: &str, bytes: impl Into<Bytes>) -> Self {
        self.objects.insert(key.to_owned(), bytes.into());
        self
    }

    /// Gives the objects out in chunks of so many bytes.
    #[allow(dead_code, reason = "not every test that includes this cares where objects are cut")]
    pub(crate) fn in_chunks_of(mut self, chunk: usize) -> Self {
        self.chunk = chunk;
        self
    }

    /// An object, pinned.
    pub(crate) fn object(&self, key: &str) -> SourceObject {
        let size = self.bytes(key).len() as u64;
        SourceObject { key: key.to_owned(), etag: "e".to_owned(), version: None, size }
    }

    fn bytes(&self, key: &str) -> Bytes {
        match self.objects.get(key) {
            Some(bytes) => bytes.clone(),
            None => std::fs::read(self.folder.join(key)).unwrap().into(),
        }
    }
}

pub(crate) struct Pieces(Bytes, usize);

impl Chunks for Pieces {
    async fn next(&mut self) -> Result<Option<Bytes>, ExportError> {
        let length = self.0.len().min(self.1);
        Ok((length > 0).then(|| self.0.split_to(length)))
    }
}

impl Exports for Files {
    type Chunks = Pieces;

    async fn objects(&self, _folder: &str) -> Result<Vec<Dropped>, PortError> {
        let objects = self.objects.keys().map(|key| self.object(key));
        Ok(objects.map(|object| Dropped { object, written: None }).collect())
    }

    async fn below(&self, _prefix: &str, _most: usize) -> Result<Vec<Listed>, PortError> {
        unreachable!("nothing is scheduled")
    }

    async fn open(&self, object: &SourceObject, from: u64) -> Result<Pieces, ExportError> {
        let bytes = self.bytes(&object.key);
        let from = usize::try_from(from).unwrap().min(bytes.len());
        Ok(Pieces(bytes.slice(from..), self.chunk))
    }
}
