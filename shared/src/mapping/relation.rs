//! Further accounts of contacts, from exports of `AccountContactRelation`.

use serde::{Deserialize, Serialize};

use super::convert::{clean, flag};
use super::record::Issue;
use crate::code::Code;
use crate::frames::{Damaged, Entry, Frame, Kind, entries, frames};
use crate::import::counts::{self, ByCode};
use crate::salesforce::header::Header;
use crate::salesforce::id::SalesforceId;
use crate::salesforce::record::Record;

/// What became of the relations of an import; they are no records of the ledger, but links of its
/// customers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationCounts {
    /// Relations in the exports: the sum of the others.
    pub read: u64,
    /// Those that a customer was linked by, or would be without an error of its own.
    pub linked: u64,
    /// Those whose contact is not among the customers of this import.
    pub unused: u64,
    /// Those left out on purpose.
    pub skipped: ByCode,
    /// Those that cannot be read.
    pub rejected: ByCode,
}

/// The relations of an import: 36 bytes each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Relations {
    /// Contact and account; sorted, unless some were just added. In frames where the rest is kept.
    #[serde(skip)]
    pairs: Vec<(SalesforceId, SalesforceId)>,
    sorted: bool,
    linked: u64,
    counts: RelationCounts,
}

impl Relations {
    /// Notes a relation, or says why it does not count.
    pub fn add(&mut self, relation: Result<(SalesforceId, SalesforceId), &Left>) {
        self.counts.read += 1;
        match relation {
            Ok(pair) => {
                self.pairs.push(pair);
                self.sorted = false;
            }
            Err(Left::Skipped(issue)) => counts::count(&mut self.counts.skipped, issue.code),
            Err(Left::Rejected(issue)) => counts::count(&mut self.counts.rejected, issue.code),
        }
    }

    /// Says that all relations have been added.
    pub fn complete(&mut self) {
        self.pairs.sort_unstable();
        let before = self.pairs.len();
        self.pairs.dedup();
        let repeated = (before - self.pairs.len()) as u64;
        if repeated > 0 {
            *self.counts.skipped.entry(Code::RecordDuplicate).or_default() += repeated;
        }
        self.sorted = true;
    }

    /// The accounts that a contact is related to.
    pub fn of(&mut self, contact: SalesforceId) -> Vec<SalesforceId> {
        if self.pairs.is_empty() {
            return Vec::new();
        }
        debug_assert!(self.sorted);
        let start = self.pairs.partition_point(|(of, _)| *of < contact);
        let related = self.pairs.iter().skip(start).take_while(|(of, _)| *of == contact);
        let accounts: Vec<_> = related.map(|(_, account)| *account).collect();
        self.linked += accounts.len() as u64;
        accounts
    }

    /// What became of them, once all customers have been mapped.
    pub fn counts(&self) -> RelationCounts {
        let linked = self.linked.min(self.pairs.len() as u64);
        RelationCounts { linked, unused: self.pairs.len() as u64 - linked, ..self.counts.clone() }
    }
}

impl Entry for SalesforceId {
    const WIDTH: usize = 18;

    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn take(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok()?.parse().ok()
    }
}

impl Relations {
    /// The pairs, in frames.
    pub fn frames(&self) -> impl Iterator<Item = Frame> {
        frames(Kind::Relations, self.pairs.iter().copied())
    }

    /// Adds what a frame holds; false if it is none of [`Self::frames`].
    ///
    /// # Errors
    /// It does not hold what it should.
    pub fn add_frame(&mut self, kind: Kind, bytes: &[u8]) -> Result<bool, Damaged> {
        if kind != Kind::Relations {
            return Ok(false);
        }
        for pair in entries(bytes) {
            self.pairs.push(pair?);
        }
        Ok(true)
    }
}

/// Why a relation does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// On purpose.
    Skipped(Issue),
    /// It cannot be read.
    Rejected(Issue),
}

/// Reads the relations of one export.
#[derive(Clone, Debug)]
pub struct RelationReader {
    id: Option<usize>,
    contact: Option<usize>,
    account: Option<usize>,
    deleted: Option<usize>,
    active: Option<usize>,
    direct: Option<usize>,
    names: Vec<String>,
    null_word: bool,
}

impl RelationReader {
    /// Finds the columns. `null_word` says that the word `null` stands for nothing.
    pub fn new(header: &Header, null_word: bool) -> Self {
        let find = |name| header.position(name);
        Self {
            id: find("Id"),
            contact: find("ContactId"),
            account: find("AccountId"),
            deleted: find("IsDeleted"),
            active: find("IsActive"),
            direct: find("IsDirect"),
            names: header.names().to_vec(),
            null_word,
        }
    }

    /// The contact and the account that a relation links.
    ///
    /// # Errors
    /// It does not count: deleted, ended, broken, or the contact's own account, which the contact
    /// names itself.
    pub fn read(&self, record: &Record<'_>) -> Result<(SalesforceId, SalesforceId), Left> {
        let text = |column: Option<usize>| {
            let field = column.and_then(|at| record.get(at)).unwrap_or_default();
            if self.null_word && field == "null" { "" } else { field }
        };
        let own_id = SalesforceId::parse(text(self.id)).ok().flatten();
        let issue = |code, field: &str, value: &str| Issue::new(code, field, value, own_id);
        let mut surplus = record.fields().skip(self.names.len());
        if record.problem.is_some() || surplus.any(|field| !field.is_empty()) {
            return Err(Left::Rejected(issue(Code::RelationInvalid, "", "")));
        }
        if record.fields().zip(&self.names).all(|(field, name)| field == name) {
            return Err(Left::Skipped(issue(Code::HeaderRepeated, "", "")));
        }
        if flag(text(self.deleted)) {
            return Err(Left::Skipped(issue(Code::Deleted, "IsDeleted", text(self.deleted))));
        }
        let active = text(self.active);
        if !active.trim().is_empty() && !flag(active) {
            return Err(Left::Skipped(issue(Code::RelationEnded, "IsActive", active)));
        }
        if flag(text(self.direct)) {
            return Err(Left::Skipped(issue(Code::RelationDirect, "IsDirect", text(self.direct))));
        }
        let id = |field: &str, column| match SalesforceId::parse(&clean(text(column))) {
            Ok(Some(id)) => Ok(id),
            _ => Err(Left::Rejected(issue(Code::RelationInvalid, field, text(column)))),
        };
        Ok((id("ContactId", self.contact)?, id("AccountId", self.account)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::salesforce::csv::CsvReader;
    use crate::salesforce::record::Limits;

    #[test]
    fn relations_count_unless_they_say_otherwise() {
        let header = "Id,AccountId,ContactId,IsDeleted,IsActive,IsDirect";
        let reader = RelationReader::new(&Header::new(header.split(',')), false);
        for (record, expected) in [
            ("07k000000000001,001000000000001,003000000000001,0,1,0", "ok"),
            ("07k000000000001,001000000000001,003000000000001,false,,", "ok"),
            ("07k000000000001,001000000000001,003000000000001,1,1,0", "skip deleted IsDeleted"),
            (
                "07k000000000001,001000000000001,003000000000001,0,0,0",
                "skip relation-ended IsActive",
            ),
            (
                "07k000000000001,001000000000001,003000000000001,0,1,true",
                "skip relation-direct IsDirect",
            ),
            ("07k000000000001,,003000000000001,0,1,0", "reject relation-invalid AccountId"),
            ("07k000000000001,001000000000001,#N/A,0,1,0", "reject relation-invalid ContactId"),
            ("07k000000000001,001000000000001,003000000000001,0,1,0,", "ok"),
            ("Id,AccountId,ContactId,IsDeleted,IsActive,IsDirect", "skip header-repeated "),
            ("07k000000000001,001000000000001,003000000000001,0,1,0,x", "reject relation-invalid "),
            ("\"07k\"x,001000000000001,003000000000001,0,1,0", "reject relation-invalid "),
        ] {
            let mut csv = CsvReader::new(b',', Limits::default());
            csv.feed(format!("{header}\n{record}\n").as_bytes());
            csv.next_record().unwrap();
            let found = match reader.read(&csv.next_record().unwrap()) {
                Ok(_) => "ok".to_owned(),
                Err(Left::Skipped(issue)) => format!("skip {} {}", issue.code, issue.field),
                Err(Left::Rejected(issue)) => format!("reject {} {}", issue.code, issue.field),
            };
            assert_eq!(found, expected, "{record}");
        }
    }
}
