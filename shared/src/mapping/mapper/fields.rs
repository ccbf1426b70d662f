//! The fields of a record as the mapper asks for them, and what it says about them.

use std::borrow::Cow;

use super::{Mapper, Stop};
use crate::code::Code;
use crate::mapping::convert::{clean, flag};
use crate::mapping::record::Issue;
use crate::salesforce::export::Recognised;
use crate::salesforce::id::SalesforceId;
use crate::salesforce::reader::Record;

impl Mapper {
    /// The first field beyond the header that holds something.
    pub(super) fn surplus<'r>(&self, record: &Record<'r>) -> Option<&'r [u8]> {
        record.fields().skip(self.header.len()).find(|field| !field.is_empty())
    }

    pub(super) fn is_deleted(&self, record: &Record<'_>) -> bool {
        flag(&raw(record, self.deleted))
    }

    pub(super) fn is_person(&self, record: &Record<'_>) -> bool {
        flag(&raw(record, self.person))
    }

    /// The id of the record that this one was merged into; a damaged one counts.
    pub(super) fn is_merged<'r>(&self, record: &Record<'r>) -> Option<Cow<'r, str>> {
        let master = raw(record, self.merged);
        (!matches!(SalesforceId::parse(&clean(&master)), Ok(None))).then_some(master)
    }

    /// A field as text, cleaned. Blank if the file has no such column or the record no such field.
    pub(super) fn text<'r>(
        &self,
        record: &Record<'r>,
        column: Option<usize>,
    ) -> Result<Cow<'r, str>, Stop> {
        let Some(field) = column.and_then(|column| record.get(column)) else {
            return Ok(Cow::Borrowed(""));
        };
        match str::from_utf8(field) {
            Ok(text) => Ok(clean(text)),
            Err(_) => {
                Err(self.reject(record, Code::NotUtf8, column, &String::from_utf8_lossy(field)))
            }
        }
    }

    pub(super) const fn object_column(&self) -> Option<usize> {
        match self.recognised {
            Recognised::One(_) => None,
            Recognised::PerRecord(column) => Some(column),
        }
    }

    pub(super) fn column_name(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.header.names().get(column)).map_or("", |name| name.trim())
    }

    pub(super) fn issue(&self, record: &Record<'_>, code: Code, field: &str, value: &str) -> Issue {
        let id = SalesforceId::parse(&raw(record, self.id)).ok().flatten();
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

/// A field as text whatever its bytes, for reports and flags.
pub(super) fn raw<'r>(record: &Record<'r>, column: Option<usize>) -> Cow<'r, str> {
    String::from_utf8_lossy(column.and_then(|column| record.get(column)).unwrap_or_default())
}
