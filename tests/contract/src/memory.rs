//! A bucket in memory that keeps the contract of a store, for tests in which nothing goes wrong.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use csm_import::port::{Condition, PortError, Store, Stored, Written};
use tokio::sync::mpsc::Receiver;

/// The objects, and how often one was written.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Mutex<(BTreeMap<String, Stored>, u64)>>);

impl Memory {
    /// Everything whose key begins with this.
    pub fn below(&self, prefix: &str) -> BTreeMap<String, Bytes> {
        let objects = self.0.lock().unwrap();
        let below = objects.0.iter().filter(|(key, _)| key.starts_with(prefix));
        below.map(|(key, stored)| (key.clone(), stored.bytes.clone())).collect()
    }

    /// An object that is text.
    pub fn text(&self, key: &str) -> Option<String> {
        let bytes = self.0.lock().unwrap().0.get(key)?.bytes.to_vec();
        Some(String::from_utf8(bytes).unwrap())
    }

    /// Puts an object.
    pub fn put(&self, key: &str, bytes: Bytes) {
        let (objects, writes) = &mut *self.0.lock().unwrap();
        *writes += 1;
        let etag = format!("\"{writes}\"");
        objects.insert(key.to_owned(), Stored { bytes, etag });
    }
}

impl Store for Memory {
    async fn read(
        &self,
        key: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<Stored>, PortError> {
        let stored = self.0.lock().unwrap().0.get(key).cloned();
        let Some(Stored { bytes, etag }) = stored else { return Ok(None) };
        let Some(range) = range else { return Ok(Some(Stored { bytes, etag })) };
        let [start, end] = [range.start, range.end].map(|at| usize::try_from(at).unwrap());
        if start >= bytes.len() {
            return Err(PortError::new("reading", "S3 answered 416"));
        }
        Ok(Some(Stored { bytes: bytes.slice(start..end.min(bytes.len())), etag }))
    }

    async fn write(
        &self,
        key: &str,
        bytes: Bytes,
        condition: Condition<'_>,
    ) -> Result<Written, PortError> {
        let etag = self.0.lock().unwrap().0.get(key).map(|stored| stored.etag.clone());
        let holds = match condition {
            Condition::Always => true,
            Condition::Absent => etag.is_none(),
            Condition::Unchanged(expected) => etag.as_deref() == Some(expected),
        };
        if !holds {
            return Ok(Written::Lost);
        }
        self.put(key, bytes);
        Ok(Written::Yes)
    }

    async fn upload(&self, key: &str, mut parts: Receiver<Option<Bytes>>) -> Result<(), PortError> {
        let mut whole = Vec::new();
        while let Some(part) = parts.recv().await {
            let Some(part) = part else {
                self.put(key, whole.into());
                return Ok(());
            };
            whole.extend_from_slice(&part);
        }
        Err(PortError::new("uploading", "abandoned"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_memory_keeps_the_contract_of_a_store() {
        crate::store::keeps(&Memory::default()).await;
    }
}
