//! The fields of a record as the mapper asks for them, and what it says about them.

use std::borrow::Cow;

use super::{Mapper, Stop};
use crate::code::Code;
use crate::mapping::convert::{blank_or, clean, flag, trim};
use crate::mapping::record::Issue;
use crate::salesforce::encoding::is_suspicious;
use crate::salesforce::export::{Object, Recognised};
use crate::salesforce::id::SalesforceId;
use crate::salesforce::record::Record;

impl Mapper {
    /// The first field beyond the header that holds something.
    pub(super) fn surplus<'r>(&self, record: &Record<'r>) -> Option<&'r str> {
        (self.header.len()..record.len())
            .filter_map(|at| record.get(at))
            .find(|field| !field.is_empty())
    }

    pub(super) fn is_deleted(&self, record: &Record<'_>) -> bool {
        flag(raw(record, self.deleted))
    }

    /// Whether the record is half of a person account. Where no flag says so, an account that names
    /// a contact of its own is one.
    pub(super) fn is_person(&self, record: &Record<'_>, object: Object) -> bool {
        match (self.person, object) {
            (Some(person), _) => flag(raw(record, Some(person))),
            (None, Object::Contact) => false,
            (None, Object::Account) => {
                let contact = self.text(record, self.header.position("PersonContactId"));
                matches!(SalesforceId::parse(&contact), Ok(Some(_)))
            }
        }
    }

    /// Whether the record is half of a person account, and one that can be relied on.
    pub(super) fn is_whole_person(&self, record: &Record<'_>, object: Object) -> bool {
        record.problem.is_none()
            && self.surplus(record).is_none()
            && !self.is_deleted(record)
            && self.is_merged(record).is_none()
            && self.is_person(record, object)
    }

    /// The id of the record that this one was merged into; a damaged one counts.
    pub(super) fn is_merged<'r>(&self, record: &Record<'r>) -> Option<Cow<'r, str>> {
        let master = self.text(record, self.merged);
        (!matches!(SalesforceId::parse(&master), Ok(None))).then_some(master)
    }

    /// A field as text, cleaned. Blank if the file has no such column or the record no such field.
    pub(super) fn text<'r>(&self, record: &Record<'r>, column: Option<usize>) -> Cow<'r, str> {
        match raw(record, column) {
            "null" if self.null_word => Cow::Borrowed(""),
            text if record.is_plain() => Cow::Borrowed(blank_or(trim(text))),
            text => clean(text),
        }
    }

    /// A field that is sent as it is: as [`Self::text`], with a warning if it does not look as it was
    /// meant.
    pub(super) fn sent<'r>(
        &self,
        record: &Record<'r>,
        column: Option<usize>,
        warnings: &mut Vec<Issue>,
    ) -> Cow<'r, str> {
        let text = self.text(record, column);
        if self.doubtful && is_suspicious(&text) {
            let field = self.column_name(column);
            warnings.push(self.issue(record, Code::TextSuspicious, field, &text));
        }
        text
    }

    pub(super) const fn object_column(&self) -> Option<usize> {
        match self.recognised {
            Recognised::One(_) | Recognised::Relations => None,
            Recognised::PerRecord(column) => Some(column),
        }
    }

    pub(super) fn column_name(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.header.names().get(column)).map_or("", |name| name.trim())
    }

    pub(super) fn issue(&self, record: &Record<'_>, code: Code, field: &str, value: &str) -> Issue {
        let id = SalesforceId::parse(raw(record, self.id)).ok().flatten();
        Issue::new(code, field, value, id)
    }

    pub(super) fn reject(
        &self,
        record: &Record<'_>,
        code: Code,
        column: Option<usize>,
        value: &str,
    ) -> Stop {
        Stop::Rejected(self.issue(record, code, self.column_name(column), value))
    }

    pub(super) fn skip(
        &self,
        record: &Record<'_>,
        code: Code,
        column: Option<usize>,
        value: &str,
    ) -> Stop {
        Stop::Skipped(self.issue(record, code, self.column_name(column), value))
    }
}

/// A field as it stands in the file, for reports and flags.
pub(super) fn raw<'r>(record: &Record<'r>, column: Option<usize>) -> &'r str {
    column.and_then(|column| record.get(column)).unwrap_or_default()
}
