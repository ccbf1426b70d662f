//! The header of an export: which column stands where.

use super::export::NotAnExport;
use super::record::{Problem, Record};

/// Columns that this importer adds to its own files begin with this and are read over.
const OWN_PREFIX: &str = "_csm_";

/// Whether this importer has added a column of this name; a file with such a column is its own.
pub fn is_own(name: &str) -> bool {
    let start = name.trim_start().get(..OWN_PREFIX.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(OWN_PREFIX))
}

/// The column of an `errors.csv` that says which object each record is of.
pub const OBJECT_COLUMN: &str = "_csm_object";

/// The column of an `errors.csv` that says which import it is the outcome of.
pub const IMPORT_COLUMN: &str = "_csm_import";

/// The column in which Salesforce Inspector writes each record's object, as `[Account]`.
pub const INSPECTOR_COLUMN: &str = "_";

/// The names of the columns, as they stand in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    names: Vec<String>,
}

impl Header {
    /// Takes the header from the first record of a file.
    pub fn read(record: &Record<'_>) -> Result<Self, NotAnExport> {
        if record.problem == Some(Problem::TooLarge) {
            return Err(NotAnExport::HeaderTooLarge);
        }
        if record.problem.is_some() {
            return Err(NotAnExport::HeaderQuotes);
        }
        Ok(Self::new(record.fields()))
    }

    /// A header of these names.
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect() }
    }

    /// The names as they stand in the file, in its order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many columns there are.
    pub const fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are no columns.
    pub const fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Where the column stands, from 0; the first one if the name is there twice.
    ///
    /// Names are compared trimmed and without case, since some tools write them in capitals.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions(name).next()
    }

    /// Whether there is such a column.
    pub fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// Whether there is any of these columns.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// Whether several columns have this name.
    pub fn is_ambiguous(&self, name: &str) -> bool {
        self.positions(name).nth(1).is_some()
    }

    fn positions(&self, name: &str) -> impl Iterator<Item = usize> {
        let same = move |candidate: &String| candidate.trim().eq_ignore_ascii_case(name);
        self.names.iter().enumerate().filter(move |(_, name)| same(name)).map(|(at, _)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_without_case_and_white_space() {
        let header = Header::new(["Id", " EMAIL ", "Name", "name", "_csm_code"]);
        for (name, position) in
            [("id", Some(0)), ("Email", Some(1)), ("NAME", Some(2)), ("Phone", None)]
        {
            assert_eq!(header.position(name), position, "{name}");
        }
        assert!(header.is_ambiguous("Name"));
        assert!(!header.is_ambiguous("Email"));
        assert_eq!(header.names()[1], " EMAIL ");
    }
}
