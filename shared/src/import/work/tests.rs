use proptest::prelude::*;

use super::*;
use crate::import::batch::{BatchIndex, Edition, Extent};
use crate::import::id::ImportId;
use crate::import::phase::Phase;

fn batch(phase: Phase, records: u32) -> Batch {
    let extent = Extent { segment: 0, start: 0, end: 1, records };
    let import = ImportId::of("b", "f", &[]);
    Batch { import, phase, batch: BatchIndex(0), edition: Edition(0), extent }
}

fn result(position: u32, outcome: Outcome, code: Option<Code>) -> RecordResult {
    RecordResult {
        source: 0,
        record: u64::from(position),
        outcome,
        code,
        message: None,
        id: None,
        csm_id: None,
        warnings: Vec::new(),
    }
}

fn at_site(run: Run, number: u32) -> AtSite {
    AtSite {
        run,
        task: None,
        dialect: Dialect::Reference,
        idempotency_key: Uuid::from_u128(number.into()),
        submitted_at: Timestamp::UNIX_EPOCH,
        ended_at: None,
    }
}

/// How a site treats a request that holds a record which it does not take.
#[derive(Clone, Copy, Debug)]
enum Site {
    /// It refuses the request.
    Refuses,
    /// The task fails and writes nothing.
    Fails,
}

/// Sends a batch to a site that dislikes some records; what became of them, and the requests.
fn send(batch: &Batch, disliked: &[u32], site: Site, again: bool) -> (Vec<RecordResult>, u32) {
    let mut work = Work::default();
    loop {
        let run = match work.step(batch) {
            Step::Send(run) => run,
            Step::Complete => break,
            step => panic!("{step:?} is not expected"),
        };
        let Run::Records(positions) = &run else { panic!("links are not expected") };
        let is_bad = positions.iter().any(|position| disliked.contains(position));
        let all = |outcome, code| -> Vec<RecordResult> {
            positions.iter().map(|position| result(*position, outcome, code)).collect()
        };
        if is_bad && matches!(site, Site::Refuses) {
            let results = all(Outcome::Rejected, Some(Code::BatchRefused));
            work.refused(batch, &run, results.clone());
            // Doing it twice changes nothing.
            let once = work.clone();
            work.refused(batch, &run, results);
            assert_eq!(work, once);
            continue;
        }
        let request = at_site(run.clone(), work.requests + 1);
        work.taken(batch, request.clone());
        let once = work.clone();
        work.taken(batch, request.clone());
        assert_eq!(work, once);
        assert_eq!(work.step(batch), Step::Watch(request.clone()));
        let results = if is_bad {
            all(Outcome::Failed, Some(Code::NotWritten))
        } else {
            all(Outcome::Imported, None)
        };
        work.told(request.idempotency_key, results.clone(), again);
        let once = work.clone();
        work.told(request.idempotency_key, results, again);
        assert_eq!(work, once);
    }
    let requests = work.requests;
    let records: Vec<u32> = (0..batch.extent.records).collect();
    let results = work.results(&records, |position| panic!("nothing is known of {position}"));
    (results, requests)
}

#[test]
fn a_batch_is_one_request_when_all_is_well() {
    let (results, requests) = send(&batch(Phase::Customers, 100), &[], Site::Refuses, true);
    assert_eq!(requests, 1);
    assert!(results.iter().all(|result| result.outcome == Outcome::Imported));
}

#[test]
fn the_records_that_are_to_blame_end_alone() {
    for site in [Site::Refuses, Site::Fails] {
        for (disliked, most) in [(vec![0], 15), (vec![99], 15), (vec![37], 15), (vec![3, 80], 27)] {
            let (results, requests) = send(&batch(Phase::Customers, 100), &disliked, site, true);
            let failed: Vec<u64> = results
                .iter()
                .filter(|result| result.outcome != Outcome::Imported)
                .map(|result| result.record)
                .collect();
            let expected: Vec<u64> = disliked.iter().copied().map(u64::from).collect();
            assert_eq!(failed, expected, "{site:?}");
            assert!(requests <= most, "{site:?} {disliked:?}: {requests}");
        }
    }
}

#[test]
fn a_site_that_takes_nothing_is_not_asked_for_ever() {
    let all: Vec<u32> = (0..100).collect();
    for site in [Site::Refuses, Site::Fails] {
        let (results, requests) = send(&batch(Phase::Organizations, 100), &all, site, true);
        assert!(results.iter().all(|result| result.outcome != Outcome::Imported));
        assert!(requests <= MAX_FRUITLESS + 8, "{site:?}: {requests}");
    }
}

#[test]
fn what_was_sent_is_only_sent_again_if_it_may_be() {
    let (results, requests) = send(&batch(Phase::Customers, 100), &[5], Site::Fails, false);
    assert_eq!(requests, 1);
    assert!(results.iter().all(|result| result.code == Some(Code::NotWritten)));
}

#[test]
fn a_verification_reads_back_and_sends_links_once() {
    let batch = batch(Phase::Verification, 3);
    let mut work = Work::default();
    assert_eq!(work.step(&batch), Step::Check);
    let missing = [(0, "c", "10"), (0, "c", "11"), (2, "d", "10")];
    let missing = missing.map(|(n, customer, org)| (n, customer.to_owned(), org.to_owned()));
    work.link(&missing);
    work.link(&missing);
    assert_eq!(work.linked, [0, 2]);
    let link = |organization: &str, customers: &[&str]| Link {
        organization: organization.to_owned(),
        customers: customers.iter().map(ToString::to_string).collect(),
    };
    let links = Run::Links(vec![link("10", &["c", "d"]), link("11", &["c"])]);
    assert_eq!(work.step(&batch), Step::Send(links.clone()));
    work.taken(&batch, at_site(links, 1));
    work.told(Uuid::from_u128(1), Vec::new(), false);
    assert_eq!(work.step(&batch), Step::Check);
    assert!(!work.may_link(), "they are not made twice");
}

proptest! {
    #[test]
    fn every_record_ends_once_and_requests_are_bounded(
        records in 1u32..=100,
        disliked in prop::collection::vec(0u32..100, 0..100),
        refuses: bool,
    ) {
        let site = if refuses { Site::Refuses } else { Site::Fails };
        let (results, requests) = send(&batch(Phase::Customers, records), &disliked, site, true);
        prop_assert!(requests <= MAX_REQUESTS + 8);
        for (position, result) in (0..).zip(&results) {
            prop_assert_eq!(result.record, u64::from(position));
            // What is written never depends on its neighbours, unless there is no end of bad ones.
            if disliked.contains(&position) {
                prop_assert_ne!(result.outcome, Outcome::Imported);
            }
        }
    }
}
