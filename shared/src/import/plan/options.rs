//! Values that are not among the options of the site's fields, each once.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::mapping::record::Issue;
use crate::mapping::stage::Stage;

/// Different values that are kept. More of them are no options, but free text in a select.
pub const KEPT_OPTIONS: usize = 1000;

/// Values that are not among the options of the site's fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownOptions {
    /// Different values, the most frequent first; at most [`KEPT_OPTIONS`].
    pub values: Vec<UnknownOption>,
    /// How often there were others, once so many different ones had been seen.
    pub others: u64,
}

/// A value that is not among the options of the site's field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownOption {
    /// Whether it is a field of organizations or of customers.
    pub stage: Stage,
    /// The field.
    pub field: String,
    /// The value, shortened.
    pub value: String,
    /// How many records have it.
    pub count: u64,
}

/// Counts them while records are read.
#[derive(Clone, Debug, Default)]
pub(super) struct OptionCounts {
    counts: BTreeMap<(Stage, String, String), u64>,
    others: u64,
}

impl OptionCounts {
    /// Counts an issue, if it is about an option.
    pub(super) fn add(&mut self, stage: Stage, issue: &Issue) {
        if issue.code != Code::OptionUnknown {
            return;
        }
        let key = (stage, issue.field.clone(), issue.value.clone());
        if let Some(count) = self.counts.get_mut(&key) {
            *count += 1;
        } else if self.counts.len() < KEPT_OPTIONS {
            self.counts.insert(key, 1);
        } else {
            self.others += 1;
        }
    }

    pub(super) fn finish(self) -> UnknownOptions {
        let value = |((stage, field, value), count)| UnknownOption { stage, field, value, count };
        let mut values: Vec<UnknownOption> = self.counts.into_iter().map(value).collect();
        // A stable sort: equally frequent ones stay in the order of their fields and values.
        values.sort_by_key(|option| Reverse(option.count));
        UnknownOptions { values, others: self.others }
    }
}
