//! The columns met so far, and the values of one record in them.

use std::collections::HashMap;

use crate::salesforce::record::{Limits, Problem, Span};

/// Bytes of a column's name that are taken: API names have up to 43 characters, with the names of
/// five parents before them.
const NAME_BYTES: usize = 1024;

/// How a value came to its column. What stands there in its own right goes before what is derived,
/// in whatever order they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Right {
    None,
    Derived,
    Own,
}

/// One record in columns that grow as names are met.
#[derive(Debug)]
pub(super) struct Columns {
    limits: Limits,
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// Columns that were there before the record in hand.
    known: usize,
    /// Where the next value probably goes: records have their keys in the same order.
    next: usize,
    data: Vec<u8>,
    spans: Vec<Span>,
    rights: Vec<Right>,
    too_large: bool,
}

impl Columns {
    pub(super) fn new(names: Vec<String>, limits: Limits) -> Self {
        let mut places = HashMap::with_capacity(names.len());
        for (place, name) in names.iter().enumerate() {
            places.entry(name.clone()).or_insert(place);
        }
        Self {
            limits,
            known: names.len(),
            names,
            places,
            next: 0,
            data: Vec::new(),
            spans: Vec::new(),
            rights: Vec::new(),
            too_large: false,
        }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Begins a record.
    pub(super) fn begin(&mut self) {
        self.data.clear();
        self.spans.clear();
        self.spans.resize(self.names.len(), (0, 0));
        self.rights.clear();
        self.rights.resize(self.names.len(), Right::None);
        self.too_large = false;
        self.next = 0;
        self.known = self.names.len();
    }

    /// Forgets the record in hand and the columns it brought.
    pub(super) fn discard(&mut self) {
        for name in self.names.drain(self.known..) {
            self.places.remove(&name);
        }
        self.data.clear();
        self.spans.clear();
        self.rights.clear();
        self.too_large = false;
    }

    /// The values of the record in hand and where each column's lies in them.
    pub(super) fn values(&self) -> (&[u8], &[Span]) {
        (&self.data, &self.spans)
    }

    pub(super) fn problem(&self) -> Option<Problem> {
        self.too_large.then_some(Problem::TooLarge)
    }

    /// Notes that something of the record was not taken.
    pub(super) const fn overflow(&mut self) {
        self.too_large = true;
    }

    /// Sets the value of a column; the last one of equal right stays.
    pub(super) fn set(&mut self, name: &str, value: &str, right: Right) {
        let start = self.data.len();
        let end = start.saturating_add(value.len());
        // The fallback is past any limit that the type of a span allows.
        let span = (u32::try_from(start).unwrap_or(0), u32::try_from(end).unwrap_or(u32::MAX));
        if end > self.limits.record_bytes || span.1 == u32::MAX {
            self.too_large = true;
            return;
        }
        let Some(place) = self.place(name) else {
            self.too_large = true;
            return;
        };
        self.next = place + 1;
        if let (Some(old), Some(held)) = (self.spans.get_mut(place), self.rights.get_mut(place))
            && right >= *held
        {
            (*old, *held) = (span, right);
            self.data.extend_from_slice(value.as_bytes());
        }
    }

    /// The column of this name, added where it is new; `None` when there is no room for it.
    fn place(&mut self, name: &str) -> Option<usize> {
        if self.names.get(self.next).is_some_and(|next| next == name) {
            return Some(self.next);
        }
        if let Some(place) = self.places.get(name) {
            return Some(*place);
        }
        let place = self.names.len();
        if place >= self.limits.fields || name.len() > NAME_BYTES {
            return None;
        }
        self.places.insert(name.to_owned(), place);
        self.names.push(name.to_owned());
        self.spans.push((0, 0));
        self.rights.push(Right::None);
        Some(place)
    }
}
