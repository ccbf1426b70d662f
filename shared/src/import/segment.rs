//! Segments: mapped records, one a line; batches are runs of lines that never cross a segment.

use serde::{Deserialize, Serialize};

use super::batch::Extent;
use crate::csm::request::MAX_BATCH;

/// A part that is ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The number of the part, from 0.
    pub number: u32,
    /// Its lines.
    pub lines: Vec<u8>,
}

/// Gathers lines into batches and batches into segments.
#[derive(Debug, Serialize, Deserialize)]
pub struct SegmentWriter {
    limit: usize,
    number: u32,
    /// Kept apart from the rest.
    #[serde(skip)]
    lines: Vec<u8>,
    batch_start: usize,
    batch_records: u32,
    batches: Vec<Extent>,
}

impl SegmentWriter {
    /// A writer whose segments are closed once they hold `limit` bytes.
    pub const fn new(limit: usize) -> Self {
        Self {
            limit,
            number: 0,
            lines: Vec::new(),
            batch_start: 0,
            batch_records: 0,
            batches: Vec::new(),
        }
    }

    /// The lines of the segment that is not full yet.
    pub fn lines(&self) -> &[u8] {
        &self.lines
    }

    /// Gives back [`Self::lines`] to a writer that was kept without them, piece by piece.
    pub fn add_lines(&mut self, lines: &[u8]) {
        self.lines.extend_from_slice(lines);
    }

    /// Adds a record, written by `write` without its line end; a full segment is handed out.
    ///
    /// # Errors
    /// What `write` returns; the writer must not be used afterwards.
    pub fn push<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Option<Part>, E> {
        if self.lines.capacity() == 0 {
            // Growing by and by, the lines would be copied again and again.
            self.lines.reserve(self.limit.saturating_add(self.limit / 8));
        }
        write(&mut self.lines)?;
        self.lines.push(b'\n');
        self.batch_records += 1;
        if self.batch_records as usize == MAX_BATCH {
            self.close_batch();
            if self.lines.len() >= self.limit {
                return Ok(self.close_segment());
            }
        }
        Ok(None)
    }

    /// The last segment, if any lines are left, and where every batch lies.
    pub fn finish(mut self) -> (Option<Part>, Vec<Extent>) {
        self.close_batch();
        (self.close_segment(), self.batches)
    }

    fn close_batch(&mut self) {
        if self.batch_records > 0 {
            self.batches.push(Extent {
                segment: self.number,
                start: self.batch_start as u64,
                end: self.lines.len() as u64,
                records: self.batch_records,
            });
        }
        self.batch_start = self.lines.len();
        self.batch_records = 0;
    }

    fn close_segment(&mut self) -> Option<Part> {
        let lines = std::mem::take(&mut self.lines);
        self.batch_start = 0;
        let number = self.number;
        (!lines.is_empty()).then(|| {
            self.number += 1;
            Part { number, lines }
        })
    }
}

/// Gathers lines into parts of about `limit` bytes; for what needs no batches.
#[derive(Debug, Serialize, Deserialize)]
pub struct PartWriter {
    limit: usize,
    number: u32,
    /// Kept apart from the rest.
    #[serde(skip)]
    lines: Vec<u8>,
}

impl PartWriter {
    /// A writer whose parts are closed once they hold `limit` bytes.
    pub const fn new(limit: usize) -> Self {
        Self { limit, number: 0, lines: Vec::new() }
    }

    /// The lines of the part that is not full yet.
    pub fn lines(&self) -> &[u8] {
        &self.lines
    }

    /// Gives back [`Self::lines`] to a writer that was kept without them, piece by piece.
    pub fn add_lines(&mut self, lines: &[u8]) {
        self.lines.extend_from_slice(lines);
    }

    /// Adds a line, written by `write` without its line end; a full part is handed out.
    ///
    /// # Errors
    /// What `write` returns; the writer must not be used afterwards.
    pub fn push<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Option<Part>, E> {
        write(&mut self.lines)?;
        self.lines.push(b'\n');
        Ok(if self.lines.len() >= self.limit { self.take() } else { None })
    }

    /// The last part, if any lines are left, and how many parts there were.
    pub fn finish(mut self) -> (Option<Part>, u32) {
        let last = self.take();
        (last, self.number)
    }

    fn take(&mut self) -> Option<Part> {
        let lines = std::mem::take(&mut self.lines);
        (!lines.is_empty()).then(|| {
            let number = self.number;
            self.number += 1;
            Part { number, lines }
        })
    }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, reason = "the tests' parts are small")]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn segments_hold_every_record_once_and_batches_never_split_one(
            lines in prop::collection::vec("[a-z]{0,40}", 0..1200),
            limit in 1usize..6000,
        ) {
            let mut writer = SegmentWriter::new(limit);
            let mut parts = Vec::new();
            for line in &lines {
                let part = writer.push(|out| {
                    out.extend_from_slice(line.as_bytes());
                    Ok::<_, Infallible>(())
                });
                parts.extend(part.unwrap());
            }
            let (last, batches) = writer.finish();
            parts.extend(last);

            let joined: Vec<u8> = parts.iter().flat_map(|part| part.lines.clone()).collect();
            let expected: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
            prop_assert_eq!(String::from_utf8(joined).unwrap(), expected);

            let mut read = Vec::new();
            for batch in &batches {
                let part = &parts[batch.segment as usize];
                prop_assert_eq!(part.number, batch.segment);
                let bytes = &part.lines[batch.start as usize..batch.end as usize];
                let text = std::str::from_utf8(bytes).unwrap();
                prop_assert!(text.ends_with('\n'));
                prop_assert_eq!(text.lines().count(), batch.records as usize);
                prop_assert!(batch.records as usize <= MAX_BATCH);
                read.extend(text.lines().map(str::to_owned));
            }
            prop_assert_eq!(read, lines);
        }

        #[test]
        fn parts_hold_every_line_once(
            lines in prop::collection::vec("[a-z]{0,40}", 0..200), limit in 1usize..600,
        ) {
            let mut writer = PartWriter::new(limit);
            let mut parts = Vec::new();
            for line in &lines {
                let part = writer.push(|out| {
                    out.extend_from_slice(line.as_bytes());
                    Ok::<_, Infallible>(())
                });
                parts.extend(part.unwrap());
            }
            let (last, count) = writer.finish();
            parts.extend(last);
            prop_assert_eq!(parts.len(), count as usize);
            let joined: Vec<u8> = parts.into_iter().flat_map(|part| part.lines).collect();
            let expected: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
            prop_assert_eq!(String::from_utf8(joined).unwrap(), expected);
        }
    }
}
