//! What was noticed, by code, with the first few records that it was noticed about.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::import::counts::ByCode;
use crate::mapping::record::Issue;

/// Records that are named for each code; `issues.csv` has all of them.
pub const KEPT_EXAMPLES: usize = 20;

/// Everything of one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The code.
    pub code: Code,
    /// How often it occurred.
    pub count: u64,
    /// What it means.
    pub meaning: String,
    /// What a person can do about it.
    pub hint: String,
    /// The first records of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

impl Group {
    /// `count` occurrences without examples.
    pub fn new(code: Code, count: u64) -> Self {
        let (meaning, hint) = (code.meaning().trim().to_owned(), code.hint().to_owned());
        Self { code, count, meaning, hint, examples: Vec::new() }
    }
}

/// Where something was noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The file.
    pub file: String,
    /// The number of the record in it, from 1.
    pub record: u64,
    /// The line where the record starts, as an editor shows it.
    pub line: u64,
    /// Its Salesforce id, if it has a valid one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The column or the detail field that it is about; may be empty.
    pub field: String,
    /// The value, shortened; may be empty.
    pub value: String,
}

/// Where a record stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot<'a> {
    pub(super) file: &'a str,
    pub(super) record: u64,
    pub(super) line: u64,
}

/// Gathers groups: a count for each code, and never more than [`KEPT_EXAMPLES`] records.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups(BTreeMap<Code, (u64, Vec<Example>)>);

impl Groups {
    pub(super) fn add(&mut self, spot: Spot<'_>, issue: &Issue) {
        let (count, examples) = self.0.entry(issue.code).or_default();
        *count += 1;
        if examples.len() < KEPT_EXAMPLES {
            examples.push(Example {
                file: spot.file.to_owned(),
                record: spot.record,
                line: spot.line,
                id: issue.salesforce_id.clone(),
                field: issue.field.clone(),
                value: issue.value.clone(),
            });
        }
    }

    pub(super) fn total(&self) -> u64 {
        self.0.values().map(|(count, _)| count).sum()
    }

    pub(super) fn count(&self, code: Code) -> u64 {
        self.0.get(&code).map(|(count, _)| *count).unwrap_or_default()
    }

    pub(super) fn by_code(&self) -> ByCode {
        self.0.iter().map(|(code, (count, _))| (*code, *count)).collect()
    }

    /// The groups, those that occurred most often first.
    pub(super) fn finish(self) -> Vec<Group> {
        let group = |(code, (count, examples))| Group { examples, ..Group::new(code, count) };
        let mut groups: Vec<Group> = self.0.into_iter().map(group).collect();
        // A stable sort: codes that occurred equally often stay in their own order.
        groups.sort_by_key(|group| Reverse(group.count));
        groups
    }
}
