//! The fields of the record in hand: places in the file itself, or in a text without its escapes.

use crate::salesforce::formula;
use crate::salesforce::record::Span;

/// Reused for every record, so that a record costs no allocation.
#[derive(Debug)]
pub(super) struct Fields {
    /// How many fields are kept; one more is noted, to tell that there were too many.
    limit: usize,
    spans: Vec<Span>,
    /// Where `csv-core` writes to; longer than what it wrote.
    text: Vec<u8>,
    ends: Vec<usize>,
    /// Whether the spans lie in `text`, not in the file.
    unescaped: bool,
}

impl Fields {
    /// Room for so many fields.
    pub(super) const fn new(limit: usize) -> Self {
        Self { limit, spans: Vec::new(), text: Vec::new(), ends: Vec::new(), unescaped: false }
    }

    /// Forgets the last record; places in the file follow.
    pub(super) fn clear(&mut self) {
        self.spans.clear();
        self.unescaped = false;
    }

    /// Adds a field that lies in the file, counted from the start of the record; false when there
    /// is no room.
    pub(super) fn push(&mut self, start: usize, end: usize) -> bool {
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) else {
            return false;
        };
        self.spans.push((start, end));
        self.spans.len() <= self.limit
    }

    /// The buffers for `csv-core`, with at least this much room.
    pub(super) fn buffers(&mut self, text: usize, ends: usize) -> (&mut Vec<u8>, &mut Vec<usize>) {
        if self.text.len() < text {
            self.text.resize(text.next_power_of_two(), 0);
        }
        if self.ends.len() < ends {
            self.ends.resize(ends.next_power_of_two(), 0);
        }
        (&mut self.text, &mut self.ends)
    }

    /// How many ends there are room for: the one beyond the limit is written over again and again.
    pub(super) const fn room(&self) -> usize {
        self.limit + 1
    }

    /// Takes the first `count` ends that `csv-core` wrote for fields.
    pub(super) fn take(&mut self, count: usize) {
        self.clear();
        self.unescaped = true;
        let mut start = 0;
        for &end in self.ends.iter().take(count) {
            let end = u32::try_from(end).unwrap_or(u32::MAX);
            self.spans.push((start, end));
            start = end;
        }
    }

    /// Removes a carriage return from the end of the last field.
    pub(super) fn trim_cr(&mut self) {
        if let Some((start, end)) = self.spans.last_mut()
            && *end > *start
            && self.text.get((*end - 1) as usize) == Some(&b'\r')
        {
            *end -= 1;
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn are_blank(&self) -> bool {
        self.spans.iter().all(|(start, end)| start == end)
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Whether the record is regular, so that its fields lie in the file as they are.
    pub(super) const fn are_in_file(&self) -> bool {
        !self.unescaped
    }

    /// What the spans lie in; `raw` is the record as it stands in the file.
    pub(super) fn data<'a>(&'a self, raw: &'a [u8]) -> &'a [u8] {
        let data = if self.unescaped { &self.text } else { raw };
        let end = self.spans.last().map_or(0, |(_, end)| *end as usize);
        data.get(..end).unwrap_or(data)
    }

    /// Leaves the guards out of the fields; `raw` is the record as it stands in the file.
    pub(super) fn unguard(&mut self, raw: &[u8]) {
        let data = if self.unescaped { &self.text } else { raw };
        for (start, end) in &mut self.spans {
            let field = data.get(*start as usize..*end as usize).unwrap_or_default();
            // A character that is cut, as in a record that is too large, is none to begin with.
            let text = field.utf8_chunks().next().map_or("", |chunk| chunk.valid());
            if formula::unguarded(text).len() < text.len() {
                *start += 1;
            }
        }
    }

    /// Keeps no more fields than the limit; true if there were more.
    pub(super) fn truncate(&mut self) -> bool {
        let too_many = self.spans.len() > self.limit;
        self.spans.truncate(self.limit);
        too_many
    }
}
