//! A record of nested JSON as flat fields, in the columns that a CSV of the same query would have.
//!
//! A parent's field is `Account.Name`. The parts of a compound address stand in the columns they are
//! put together from: `MailingAddress` → `MailingStreet` and so on. `attributes` is no data, but has
//! the id where the query did not ask for it. Children and lists are columns without a value.

use json_event_parser::JsonEvent;

use super::columns::{Columns, Right};
use crate::salesforce::record::{Limits, Problem, Span};

/// Levels of parents that are taken; a SOQL query has no more ("Using Relationship Queries").
const PARENTS: usize = 5;

/// How the key of a compound address ends, and of the object about a record.
const ADDRESS: &str = "Address";
const ATTRIBUTES: &str = "attributes";

/// The parts of a compound address ("Address Compound Fields"), and how the column ends in which
/// each stands; those with no end are not taken.
const PARTS: [(&str, &str); 10] = [
    ("street", "Street"),
    ("city", "City"),
    ("state", "State"),
    ("postalCode", "PostalCode"),
    ("country", "Country"),
    ("stateCode", ""),
    ("countryCode", ""),
    ("latitude", ""),
    ("longitude", ""),
    ("geocodeAccuracy", ""),
];

/// The keys of a subquery's result, of which one comes first.
const CHILDREN: [&str; 4] = ["totalSize", "done", "nextRecordsUrl", "records"];

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The first key will tell.
    Undecided,
    /// The record itself, or a parent of it.
    Parent,
    Address,
    Attributes,
}

/// An object around the next value.
#[derive(Clone, Copy, Debug)]
struct Object {
    kind: Kind,
    /// Bytes of the path that stand before each of its keys.
    prefix: usize,
}

/// Puts the values of one record after another into columns.
#[derive(Debug)]
pub(super) struct Flattener {
    columns: Columns,
    objects: Vec<Object>,
    /// The name of the column that the next value belongs to.
    path: String,
    /// The value that follows belongs to no column.
    ignored: bool,
    /// So deep in something that is passed over.
    aside: usize,
    sobject: Option<String>,
}

impl Flattener {
    pub(super) fn new(columns: Vec<String>, limits: Limits) -> Self {
        Self {
            columns: Columns::new(columns, limits),
            objects: Vec::new(),
            path: String::new(),
            ignored: false,
            aside: 0,
            sobject: None,
        }
    }

    pub(super) fn columns(&self) -> &[String] {
        self.columns.names()
    }

    pub(super) fn sobject(&self) -> Option<&str> {
        self.sobject.as_deref()
    }

    pub(super) fn values(&self) -> (&[u8], &[Span]) {
        self.columns.values()
    }

    pub(super) fn problem(&self) -> Option<Problem> {
        self.columns.problem()
    }

    /// Begins a record, whose opening brace was read.
    pub(super) fn begin(&mut self) {
        self.columns.begin();
        self.path.clear();
        self.objects.clear();
        self.objects.push(Object { kind: Kind::Parent, prefix: 0 });
        self.aside = 0;
    }

    /// Forgets the record in hand: it is none.
    pub(super) fn discard(&mut self) {
        self.columns.discard();
    }

    /// Takes an event of the record; what does not fit into its limit is left out.
    pub(super) fn take(&mut self, event: JsonEvent<'_>, fits: bool) {
        if self.aside > 0 {
            match event {
                JsonEvent::StartArray | JsonEvent::StartObject => self.aside += 1,
                JsonEvent::EndArray | JsonEvent::EndObject => self.aside -= 1,
                _ => {}
            }
            return;
        }
        if !fits {
            self.columns.overflow();
        }
        match event {
            JsonEvent::ObjectKey(key) => self.key(&key, fits),
            JsonEvent::StartObject => self.open(fits),
            JsonEvent::StartArray => {
                self.note(fits);
                self.aside = 1;
            }
            JsonEvent::EndObject | JsonEvent::EndArray => {
                if self.objects.pop().is_some_and(|object| object.kind == Kind::Undecided) {
                    self.note(fits);
                }
            }
            _ if !fits => {}
            JsonEvent::String(text) | JsonEvent::Number(text) => self.value(&text),
            JsonEvent::Boolean(flag) => self.value(if flag { "true" } else { "false" }),
            JsonEvent::Null => self.value(""),
            JsonEvent::Eof => {}
        }
    }

    fn key(&mut self, key: &str, fits: bool) {
        let Some(mut object) = self.objects.pop() else { return };
        if object.kind == Kind::Undecided {
            if CHILDREN.contains(&key) {
                self.note(fits);
                self.aside = 1;
                return;
            }
            object = self.decide(key);
        }
        self.objects.push(object);
        self.path.truncate(object.prefix);
        let is_address = object.kind == Kind::Address;
        let end = if is_address { part(key).unwrap_or_default() } else { key };
        self.ignored = is_address && end.is_empty();
        self.path.push_str(end);
    }

    /// Tells by its first key what the object is that the path leads to.
    fn decide(&mut self, first_key: &str) -> Object {
        let stem = self.path.len().checked_sub(ADDRESS.len());
        let is_address = stem
            .and_then(|stem| self.path.get(stem..))
            .is_some_and(|end| end.eq_ignore_ascii_case(ADDRESS));
        if let (Some(prefix), true, Some(_)) = (stem, is_address, part(first_key)) {
            return Object { kind: Kind::Address, prefix };
        }
        self.path.push('.');
        Object { kind: Kind::Parent, prefix: self.path.len() }
    }

    fn open(&mut self, fits: bool) {
        let Some(around) = self.objects.last() else { return };
        let prefix = around.prefix;
        let is_attributes = self.path.get(prefix..) == Some(ATTRIBUTES);
        let kind = match around.kind {
            Kind::Parent if is_attributes => Kind::Attributes,
            Kind::Parent if fits && self.objects.len() <= PARENTS => Kind::Undecided,
            _ => {
                self.aside = 1;
                return;
            }
        };
        self.objects.push(Object { kind, prefix });
    }

    fn value(&mut self, value: &str) {
        let Some(Object { kind, prefix }) = self.objects.last().copied() else { return };
        match kind {
            Kind::Parent if self.path.get(prefix..) == Some(ATTRIBUTES) => {}
            Kind::Parent => self.columns.set(&self.path, value, Right::Own),
            Kind::Address if !self.ignored => self.columns.set(&self.path, value, Right::Derived),
            Kind::Address | Kind::Undecided => {}
            Kind::Attributes => self.attribute(prefix, value),
        }
    }

    /// Notes a column of which no value is taken.
    fn note(&mut self, fits: bool) {
        let is_parent = self.objects.last().is_some_and(|object| object.kind == Kind::Parent);
        if fits && is_parent {
            self.columns.set(&self.path, "", Right::Own);
        }
    }

    fn attribute(&mut self, prefix: usize, value: &str) {
        match self.path.get(prefix..) {
            Some("type") if prefix == 0 && self.sobject.is_none() && value.len() <= 255 => {
                self.sobject = Some(value.to_owned());
            }
            Some("url") => {
                if let Some(id) = id_of(value) {
                    self.path.truncate(prefix);
                    self.path.push_str("Id");
                    self.columns.set(&self.path, id, Right::Derived);
                }
            }
            _ => {}
        }
    }
}

/// The end of the column of a part of an address, empty for one that is not taken; `None` when the
/// key is no part.
fn part(key: &str) -> Option<&'static str> {
    PARTS.iter().find(|(part, _)| part.eq_ignore_ascii_case(key)).map(|(_, end)| *end)
}

/// The id in `/services/data/v60.0/sobjects/Contact/003…`.
fn id_of(url: &str) -> Option<&str> {
    let (before, id) = url.rsplit_once('/')?;
    let is_id = matches!(id.len(), 15 | 18) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_id && before.contains("/sobjects/")).then_some(id)
}
