//! What lies under `imports/`, with types.

use std::ops::Range;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::import::batch::Batch;
use crate::import::document::ImportDocument;
use crate::import::id::ImportId;
use crate::import::keys;
use crate::import::progress::Progress;
use crate::json::JsonFault;
use crate::mapping::mapper::MappedRecord;
use crate::port::{Condition, PortError, Store, Written};

/// How often a lost compare-and-swap is tried again before the message is left to come back.
const SWAPS: u32 = 20;

/// Something in the bucket could not be read or written as it should be.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A fault of the bucket.
    #[error(transparent)]
    Port(#[from] PortError),
    /// An object of ours that is not there although it was written.
    #[error("{0} is not in the bucket")]
    Missing(String),
    /// An object of ours that cannot be understood.
    #[error("{key} cannot be read")]
    Unreadable {
        /// Its key.
        key: String,
        /// What is wrong with it.
        #[source]
        source: JsonFault,
    },
    /// Too many others wrote at the same time.
    #[error("{0} was changed by others {SWAPS} times in a row")]
    Contended(String),
}

/// The documents of imports in a [`Store`].
#[derive(Clone, Debug)]
pub struct Archive<S> {
    /// The store itself.
    pub store: S,
}

impl<S: Store> Archive<S> {
    /// The archive in `store`.
    pub const fn new(store: S) -> Self {
        Self { store }
    }

    /// Reads a JSON document; `None` when there is none.
    ///
    /// # Errors
    /// A fault of the bucket, or a document that cannot be understood.
    pub async fn find<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ArchiveError> {
        let Some(stored) = self.store.read(key, None).await? else {
            return Ok(None);
        };
        parse(key, &stored.bytes).map(Some)
    }

    /// Reads a JSON document, or what there is by default, with its `ETag` when it was there.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub async fn find_with_etag<T: DeserializeOwned + Default>(
        &self,
        key: &str,
    ) -> Result<(T, Option<String>), ArchiveError> {
        match self.store.read(key, None).await? {
            Some(stored) => Ok((parse(key, &stored.bytes)?, Some(stored.etag))),
            None => Ok((T::default(), None)),
        }
    }

    /// Reads a JSON document that must be there.
    ///
    /// # Errors
    /// As [`Self::find`], and [`ArchiveError::Missing`].
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<T, ArchiveError> {
        self.find(key).await?.ok_or_else(|| ArchiveError::Missing(key.to_owned()))
    }

    /// Writes a JSON document.
    ///
    /// # Errors
    /// A fault of the bucket.
    pub async fn put<T: Serialize>(
        &self,
        key: &str,
        value: &T,
        condition: Condition<'_>,
    ) -> Result<Written, ArchiveError> {
        let bytes = serialize(key, value)?;
        Ok(self.store.write(key, bytes, condition).await?)
    }

    /// Changes a JSON document by compare-and-swap. `change` may be called several times, and says
    /// what came of it; a document that it leaves as it was is not written.
    ///
    /// # Errors
    /// As [`Self::find`], and [`ArchiveError::Contended`].
    pub async fn update<T, R>(
        &self,
        key: &str,
        mut change: impl FnMut(&mut T) -> R,
    ) -> Result<(T, R), ArchiveError>
    where
        T: Serialize + DeserializeOwned + Default + Clone + PartialEq,
    {
        for _ in 0..SWAPS {
            let (before, etag): (T, _) = self.find_with_etag(key).await?;
            let mut after = before.clone();
            let result = change(&mut after);
            if after == before {
                return Ok((after, result));
            }
            let condition = etag.as_deref().map_or(Condition::Absent, Condition::Unchanged);
            if self.put(key, &after, condition).await? == Written::Yes {
                return Ok((after, result));
            }
        }
        Err(ArchiveError::Contended(key.to_owned()))
    }

    /// The document of an import.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn document(&self, import: ImportId) -> Result<ImportDocument, ArchiveError> {
        self.get(&keys::document(import)).await
    }

    /// The progress of an import.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn progress(&self, import: ImportId) -> Result<Progress, ArchiveError> {
        self.get(&keys::progress(import)).await
    }

    /// Changes the progress of an import by compare-and-swap, as [`Self::update`] does.
    ///
    /// # Errors
    /// As [`Self::update`], and [`ArchiveError::Missing`].
    pub async fn advance<R>(
        &self,
        import: ImportId,
        mut change: impl FnMut(&mut Progress) -> R,
    ) -> Result<(Progress, R), ArchiveError> {
        let key = keys::progress(import);
        let changed = self
            .update(&key, |progress: &mut Option<Progress>| progress.as_mut().map(&mut change))
            .await?;
        match changed {
            (Some(progress), Some(result)) => Ok((progress, result)),
            _ => Err(ArchiveError::Missing(key)),
        }
    }

    /// The lines of an object, or of a range of its bytes; no lines when there is no such object.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub async fn lines<T: DeserializeOwned>(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<Vec<T>>, ArchiveError> {
        let Some(stored) = self.store.read(key, range).await? else {
            return Ok(None);
        };
        let lines = stored.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| parse(key, line)).collect::<Result<Vec<T>, _>>().map(Some)
    }

    /// The records of a batch.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn records(&self, batch: &Batch) -> Result<Vec<MappedRecord<'static>>, ArchiveError> {
        let key =
            keys::segment(batch.import, batch.phase.stage(), batch.edition, batch.extent.segment);
        let range = batch.extent.start..batch.extent.end;
        self.lines(&key, Some(range)).await?.ok_or(ArchiveError::Missing(key))
    }

    /// Writes lines, unless the object is there already; then it stays as it is.
    ///
    /// # Errors
    /// A fault of the bucket.
    pub async fn put_lines_once<T: Serialize>(
        &self,
        key: &str,
        lines: &[T],
    ) -> Result<Written, ArchiveError> {
        let mut bytes = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut bytes, line).map_err(|source| ArchiveError::Unreadable {
                key: key.to_owned(),
                source: source.into(),
            })?;
            bytes.push(b'\n');
        }
        Ok(self.store.write(key, bytes.into(), Condition::Absent).await?)
    }
}

fn parse<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, ArchiveError> {
    serde_json::from_slice(bytes)
        .map_err(|source| ArchiveError::Unreadable { key: key.to_owned(), source: source.into() })
}

fn serialize<T: Serialize>(key: &str, value: &T) -> Result<Bytes, ArchiveError> {
    serde_json::to_vec_pretty(value)
        .map(Bytes::from)
        .map_err(|source| ArchiveError::Unreadable { key: key.to_owned(), source: source.into() })
}
