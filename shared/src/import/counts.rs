//! Counting records: each exactly once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::outcome::Outcome;
use crate::code::Code;

/// How many records came to which end. `read` is the sum of the others: the ledger adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records that the export holds.
    pub read: u64,
    /// Created or updated on the site.
    pub imported: u64,
    /// On the site already as they are in the export.
    pub unchanged: u64,
    /// Refused before or by the request, for what they hold.
    pub rejected: u64,
    /// Sent and not written, or not sent because the import stopped.
    pub failed: u64,
    /// Left out on purpose.
    pub skipped: u64,
    /// Sent, and not to be found out.
    pub unknown: u64,
    /// Would be sent, in an import that is only a plan; in any other there are none, and none are
    /// written down.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub planned: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Counts {
    /// Counts one record that came to `outcome`.
    pub fn add(&mut self, outcome: Outcome) {
        self.add_many(outcome, 1);
    }

    /// Counts `n` records that came to `outcome`.
    pub fn add_many(&mut self, outcome: Outcome, n: u64) {
        self.read += n;
        *match outcome {
            Outcome::Imported => &mut self.imported,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Rejected => &mut self.rejected,
            Outcome::Failed => &mut self.failed,
            Outcome::Skipped => &mut self.skipped,
            Outcome::Unknown => &mut self.unknown,
            Outcome::Planned => &mut self.planned,
        } += n;
    }

    /// Adds other counts to these.
    pub fn merge(&mut self, other: &Self) {
        self.read += other.read;
        self.imported += other.imported;
        self.unchanged += other.unchanged;
        self.rejected += other.rejected;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.unknown += other.unknown;
        self.planned += other.planned;
    }

    /// Whether every record read came to exactly one end.
    pub const fn balances(&self) -> bool {
        let ends = self.imported + self.unchanged + self.rejected + self.failed + self.skipped;
        self.read == ends + self.unknown + self.planned
    }
}

/// How often each code occurred.
pub type ByCode = BTreeMap<Code, u64>;

/// Counts one occurrence of `code`.
pub fn count(by_code: &mut ByCode, code: Code) {
    *by_code.entry(code).or_default() += 1;
}

/// Adds `other` to `by_code`.
pub fn merge(by_code: &mut ByCode, other: &ByCode) {
    for (code, n) in other {
        *by_code.entry(*code).or_default() += n;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planned_records_are_an_end_of_their_own() {
        let mut counts = Counts::default();
        counts.add_many(Outcome::Planned, 2);
        counts.add(Outcome::Rejected);
        assert!(counts.balances());
        counts.read += 1;
        assert!(!counts.balances());
    }

    #[test]
    fn counts_without_planned_records_are_written_and_read_as_ever() {
        let text = r#"{"read":1,"imported":1,"unchanged":0,"rejected":0,"failed":0,"skipped":0,"unknown":0}"#;
        let counts: Counts = serde_json::from_str(text).unwrap();
        assert!(counts.balances());
        assert_eq!(serde_json::to_string(&counts).unwrap(), text);
    }
}
