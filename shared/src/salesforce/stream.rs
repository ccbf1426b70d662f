//! The records of an export as it streams out of the bucket.

use super::reader::{CsvReader, Limits, Record};
use crate::import::id::SourceObject;
use crate::port::{Chunks, ExportError, Exports};

/// Bytes of the beginning that are kept to tell what an object is.
const BEGINNING: usize = 1024;

/// The records of one object. One chunk and one record are in memory.
pub struct Records<C> {
    chunks: C,
    reader: CsvReader,
    beginning: Vec<u8>,
    ended: bool,
}

impl<C: Chunks> Records<C> {
    /// Opens an object at its beginning.
    ///
    /// # Errors
    /// The object cannot be read as it was taken.
    pub async fn open<E: Exports<Chunks = C>>(
        exports: &E,
        object: &SourceObject,
    ) -> Result<Self, ExportError> {
        Ok(Self {
            chunks: exports.open(object).await?,
            reader: CsvReader::new(Limits::default()),
            beginning: Vec::new(),
            ended: false,
        })
    }

    /// Reads on; false at the end. Take all records before reading on.
    ///
    /// # Errors
    /// The object cannot be read as it was taken.
    pub async fn fill(&mut self) -> Result<bool, ExportError> {
        if self.ended {
            return Ok(false);
        }
        if let Some(chunk) = self.chunks.next().await? {
            let wanted = BEGINNING.saturating_sub(self.beginning.len()).min(chunk.len());
            self.beginning.extend_from_slice(chunk.get(..wanted).unwrap_or_default());
            self.reader.feed(chunk);
        } else {
            self.ended = true;
            self.reader.finish();
        }
        Ok(true)
    }

    /// The next record that has been read whole, the header first.
    pub fn next_record(&mut self) -> Option<Record<'_>> {
        self.reader.next_record()
    }

    /// The first bytes.
    pub fn beginning(&self) -> &[u8] {
        &self.beginning
    }

    /// Whether the first bytes are fewer than there may be.
    pub const fn is_short(&self) -> bool {
        self.beginning.len() < BEGINNING && !self.ended
    }
}
