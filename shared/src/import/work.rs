//! `tasks/….json`: how far a batch has come on the site. Changed only by compare-and-swap, and only by
//! the functions here, so that doing anything twice changes nothing.
//!
//! A batch is one request, unless the site refuses it or its task ends unclear. Then it is sent again in
//! halves, one after the other in the same slot, until the records that are to blame are alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::batch::Batch;
use super::outcome::{Outcome, RecordResult};
use crate::code::Code;
use crate::csm::request::{Dialect, MAX_BATCH};
use crate::csm::task::TaskId;

/// Requests for one batch at most. One record that is to blame is found with 15 at most.
const MAX_REQUESTS: u32 = 32;
/// The same as long as nothing of the batch was written: when the site refuses a half, a quarter and so
/// on down to a record and the one beside it, no record is to blame.
const MAX_FRUITLESS: u32 = 10;

/// What is sent in one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Run {
    /// Records of the batch, by their position in it.
    Records(Vec<u32>),
    /// Links between organizations and customers that are there.
    Links(Vec<Link>),
}

/// An organization that is to have these customers, by the site's ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The organization.
    pub organization: String,
    /// The customers.
    pub customers: Vec<String>,
}

/// A request that the site took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtSite {
    /// What was sent.
    pub run: Run,
    /// The task; `None` when the site has it but its id was lost.
    pub task: Option<TaskId>,
    /// The dialect of the request.
    pub dialect: Dialect,
    /// The idempotency key of the request, by which it is told from those before.
    pub idempotency_key: Uuid,
    /// When the site accepted it.
    pub submitted_at: Timestamp,
    /// When the task was first seen to have ended.
    pub ended_at: Option<Timestamp>,
}

/// How far a batch has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The request whose task has to be looked at.
    pub at_site: Option<AtSite>,
    /// What has to be sent yet, the next first; absent before anything was.
    pub to_send: Option<Vec<Run>>,
    /// What is known of records so far, by position; of those that are sent again too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub results: BTreeMap<u32, RecordResult>,
    /// Records whose links were made, by position.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked: Vec<u32>,
    /// Since when its records are read back, after the last change to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_since: Option<Timestamp>,
    /// Requests that the site took or refused.
    pub requests: u32,
    /// Whether anything of the batch was written.
    pub fruitful: bool,
}

/// What a batch needs next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its task to be looked at.
    Watch(AtSite),
    /// This to be sent.
    Send(Run),
    /// Its records to be read back and compared.
    Check,
    /// Nothing more from the site.
    Complete,
}

impl Work {
    /// What is next for `batch`.
    pub fn step(&self, batch: &Batch) -> Step {
        let next = self.to_send.as_ref().and_then(|runs| runs.first());
        match (&self.at_site, next) {
            (Some(at_site), _) => Step::Watch(at_site.clone()),
            (None, Some(run)) => Step::Send(run.clone()),
            (None, None) if batch.phase.verifies() => Step::Check,
            (None, None) if self.to_send.is_none() => {
                Step::Send(Run::Records((0..batch.extent.records).collect()))
            }
            (None, None) => Step::Complete,
        }
    }

    /// What is at the site.
    pub fn run(&self) -> Option<&Run> {
        self.at_site.as_ref().map(|at_site| &at_site.run)
    }

    /// Notes that the site took the next request; unless that was noted before.
    pub fn taken(&mut self, batch: &Batch, at_site: AtSite) {
        if self.step(batch) == Step::Send(at_site.run.clone()) {
            self.pop();
            self.at_site = Some(at_site);
        }
    }

    /// Notes that the site refused `run`. It is sent again in halves, or `results` are what became of
    /// its records; true: they are.
    pub fn refused(&mut self, batch: &Batch, run: &Run, results: Vec<RecordResult>) -> bool {
        if self.step(batch) != Step::Send(run.clone()) {
            return false;
        }
        self.pop();
        let Run::Records(positions) = run else { return false };
        if positions.len() > 1 && self.may_send_more() {
            self.push(halves(positions));
            return false;
        }
        for (position, result) in positions.iter().zip(results) {
            let before = self.results.get(position);
            // An earlier request may have written it.
            if before.is_none_or(|before| before.outcome != Outcome::Unknown) {
                self.results.insert(*position, result);
            }
        }
        true
    }

    /// Notes that the task of the request with `key` has ended; when that was first seen.
    pub fn ended(&mut self, key: Uuid, now: Timestamp) -> Option<Timestamp> {
        let at_site = self.at_site.as_mut().filter(|at_site| at_site.idempotency_key == key)?;
        Some(*at_site.ended_at.get_or_insert(now))
    }

    /// Notes what became of the records of the request with `key`. Those of which nothing better is
    /// known are sent again in halves, if `again` allows it.
    pub fn told(&mut self, key: Uuid, results: Vec<RecordResult>, again: bool) {
        let Some(at_site) = self.at_site.take_if(|at_site| at_site.idempotency_key == key) else {
            return;
        };
        let Run::Records(positions) = &at_site.run else {
            self.checked_since = None;
            return;
        };
        self.fruitful |= results.iter().any(|result| result.outcome == Outcome::Imported);
        // What was alone in its request is not sent again.
        let again = again && positions.len() > 1 && self.may_send_more();
        let mut open = Vec::new();
        for (position, result) in positions.iter().zip(results) {
            if again && is_open(&result) {
                open.push(*position);
            }
            // Should nothing more come of it, this stays what is known.
            self.results.insert(*position, result);
        }
        self.push(halves(&open));
    }

    /// Notes that its records were read back, and not all was there.
    pub fn checked(&mut self, now: Timestamp) {
        self.checked_since.get_or_insert(now);
    }

    /// Whether links that are missing may be made: once.
    pub const fn may_link(&self) -> bool {
        self.to_send.is_none()
    }

    /// Has links made: position of a record, site's id of the customer, and of the organization.
    pub fn link(&mut self, links: &[(u32, String, String)]) {
        if !self.may_link() {
            return;
        }
        let mut customers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (position, customer, organization) in links {
            customers.entry(organization).or_default().push(customer.clone());
            self.linked.push(*position);
        }
        self.linked.dedup();
        let links: Vec<Link> = customers
            .into_iter()
            .map(|(organization, customers)| Link {
                organization: organization.to_owned(),
                customers,
            })
            .collect();
        let runs = links.chunks(MAX_BATCH).map(|links| Run::Links(links.to_vec()));
        self.to_send = Some(runs.collect());
    }

    /// What is known of every record; `otherwise` says what is told of those of which nothing is.
    pub fn results<'r, R>(
        mut self,
        records: &'r [R],
        otherwise: impl Fn(&'r R) -> RecordResult,
    ) -> Vec<RecordResult> {
        let of = |(position, record)| {
            self.results.remove(&position).unwrap_or_else(|| otherwise(record))
        };
        (0..).zip(records).map(of).collect()
    }

    const fn may_send_more(&self) -> bool {
        self.requests < if self.fruitful { MAX_REQUESTS } else { MAX_FRUITLESS }
    }

    fn push(&mut self, runs: Vec<Run>) {
        self.to_send.get_or_insert_default().splice(0..0, runs);
    }

    fn pop(&mut self) {
        let runs = self.to_send.get_or_insert_default();
        if !runs.is_empty() {
            runs.remove(0);
        }
        self.requests += 1;
    }
}

/// The halves of a run of records; of one record, itself.
fn halves(positions: &[u32]) -> Vec<Run> {
    let (first, second) = positions.split_at(positions.len().div_ceil(2));
    let halves = [first, second].into_iter().filter(|half| !half.is_empty());
    halves.map(|half| Run::Records(half.to_vec())).collect()
}

/// Whether sending a record again may tell more of it: nothing is known of it, or only that it is not
/// there although nobody says why.
fn is_open(result: &RecordResult) -> bool {
    matches!(result.code, Some(Code::Unclear | Code::NotWritten))
}

#[cfg(test)]
mod tests;
