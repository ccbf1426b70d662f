use proptest::prelude::*;

use super::*;
use crate::code::Code;
use crate::configuration::Verify;
use crate::import::batch::{Edition, Extent};
use crate::import::outcome::Outcome;

fn start() -> Progress {
    Progress::new(ImportId::of("b", "f", &[]), Orders::default(), Timestamp::UNIX_EPOCH)
}

fn batch(progress: &Progress, stage: Stage, number: u32) -> Batch {
    let extent = Extent { segment: 0, start: 0, end: 1, records: 2 };
    let phase = stage.into();
    Batch { import: progress.import, phase, batch: BatchIndex(number), edition: Edition(0), extent }
}

fn end() -> Settled {
    let mut end = Settled { task_seconds: Some(3.0), ..Settled::default() };
    end.outcomes.add_many(Outcome::Imported, 2);
    end
}

#[test]
fn organizations_come_before_customers_and_the_finish_after_both() {
    let mut progress = start();
    assert_eq!(progress.next(), Next::Begin(Phase::Organizations));
    progress.split(Stage::Organizations, 2, 4, 0, Timestamp::UNIX_EPOCH);
    assert_eq!(progress.next(), Next::Nothing);
    for number in [1, 0] {
        assert_eq!(progress.next(), Next::Nothing);
        let batch = batch(&progress, Stage::Organizations, number);
        assert!(matches!(progress.admit(&batch, false), Admission::Send));
        assert!(progress.settle(&batch, &end(), Timestamp::UNIX_EPOCH));
    }
    assert_eq!(progress.next(), Next::Begin(Phase::Customers));
    progress.split(Stage::Customers, 0, 0, 0, Timestamp::UNIX_EPOCH);
    assert_eq!(progress.next(), Next::Finish);
    progress.finish(1);
    assert_eq!(progress.next(), Next::Finish, "what was written is of another time");
    progress.finish(0);
    assert_eq!(progress.next(), Next::Nothing);
}

#[test]
fn a_stop_waits_for_the_batches_in_flight_and_sends_nothing_more() {
    let mut progress = start();
    progress.split(Stage::Organizations, 3, 6, 0, Timestamp::UNIX_EPOCH);
    let [a, b] = [0, 1].map(|n| batch(&progress, Stage::Organizations, n));
    progress.admit(&a, false);
    progress.admit(&b, false);
    progress.waited(&a);
    progress.stop(crate::csm::error::Blocked::RightMissing.into());
    assert_eq!(progress.next(), Next::Nothing);
    // One was never sent, the other has a task that must be seen to its end.
    assert_eq!(progress.admit(&a, false), Admission::Stopped);
    assert!(matches!(progress.admit(&b, true), Admission::Send));
    assert_eq!(progress.next(), Next::Nothing);
    progress.settle(&b, &end(), Timestamp::UNIX_EPOCH);
    // The customers are still read, so that every record is accounted for.
    assert_eq!(progress.next(), Next::Begin(Phase::Customers));
    progress.split(Stage::Customers, 5, 10, 0, Timestamp::UNIX_EPOCH);
    assert_eq!(progress.next(), Next::Finish);
}

#[test]
fn a_batch_refused_in_both_dialects_stops_the_import_only_when_records_cannot_be_to_blame() {
    let answers =
        || vec![(Dialect::Reference, "no".to_owned()), (Dialect::Guide, "nay".to_owned())];
    let mut many = start();
    many.split(Stage::Organizations, 9, 18, 0, Timestamp::UNIX_EPOCH);
    for number in [0, 0, 1] {
        let batch = batch(&many, Stage::Organizations, number);
        many.refused(&batch, &answers());
    }
    assert_eq!(many.stopped, None);
    let mut proven = many.clone();
    many.refused(&batch(&many, Stage::Organizations, 2), &answers());
    let message = many.stopped.unwrap().message;
    assert!(message.contains("no") && message.contains("nay"), "{message}");

    proven.accepted(Stage::Organizations, Dialect::Guide);
    proven.refused(&batch(&proven, Stage::Organizations, 2), &answers());
    assert_eq!(proven.stopped, None);

    // One batch is too few to tell; that nothing was taken is told at the end.
    let mut single = start();
    single.split(Stage::Organizations, 1, 2, 0, Timestamp::UNIX_EPOCH);
    single.refused(&batch(&single, Stage::Organizations, 0), &answers());
    assert_eq!(single.stopped, None);
    assert!(single.all_refused().unwrap().contains("nay"));
    single.accepted(Stage::Customers, Dialect::Reference);
    assert_eq!(single.all_refused(), None);
}

#[test]
fn a_batch_that_may_have_been_sent_is_not_said_to_have_stayed() {
    let mut progress = start();
    progress.split(Stage::Organizations, 3, 6, 0, Timestamp::UNIX_EPOCH);
    let [sent, waited, lost] = [0, 1, 2].map(|n| batch(&progress, Stage::Organizations, n));
    for batch in [&sent, &waited, &lost] {
        assert_eq!(progress.admit(batch, false), Admission::Send);
    }
    progress.waited(&waited);
    progress.failed(&lost);
    progress.stop(crate::csm::error::Blocked::TokenRefused.into());
    assert_eq!(progress.admit(&waited, false), Admission::Stopped);
    assert_eq!(progress.admit(&lost, false), Admission::StoppedUnclear);
    assert_eq!(progress.admit(&sent, false), Admission::StoppedUnclear, "its answer was not seen");
    assert_eq!(progress.next(), Next::Nothing, "they are to be settled first");
}

#[test]
fn the_next_thing_is_not_asked_for_twice_at_once() {
    let mut progress = start();
    progress.split(Stage::Organizations, 0, 0, 0, Timestamp::UNIX_EPOCH);
    let at = |seconds| Timestamp::from_second(seconds).unwrap();
    assert_eq!(progress.ask(at(0)), Ask::Now(Next::Begin(Phase::Customers)));
    assert_eq!(progress.ask(at(9)), Ask::Later);
    assert_eq!(progress.ask(at(10)), Ask::Now(Next::Begin(Phase::Customers)));
    progress.split(Stage::Customers, 0, 0, 0, Timestamp::UNIX_EPOCH);
    assert_eq!(progress.ask(at(11)), Ask::Now(Next::Finish));
    progress.stop(crate::csm::error::Blocked::TokenRefused.into());
    assert_eq!(progress.stopped, None, "nothing is left to be stopped");
    progress.finished = true;
    assert_eq!(progress.ask(at(999)), Ask::Nothing);
}

proptest! {
    /// However often and in whatever order batches are settled, each is counted once.
    #[test]
    fn everything_may_happen_twice(order in prop::collection::vec(0u32..20, 0..80)) {
        let mut progress = start();
        progress.split(Stage::Customers, 20, 40, 0, Timestamp::UNIX_EPOCH);
        for number in &order {
            let batch = batch(&progress, Stage::Customers, *number);
            progress.settle(&batch, &end(), Timestamp::UNIX_EPOCH);
        }
        let distinct = order.iter().collect::<std::collections::BTreeSet<_>>().len();
        let stage = progress.stage(Stage::Customers).unwrap();
        prop_assert_eq!(stage.settled_batches as usize, distinct);
        prop_assert_eq!(stage.outcomes.read, distinct as u64 * 2);
        prop_assert!(stage.outcomes.balances());
        prop_assert!(progress.task_seconds.len() <= KEPT_DURATIONS);

        let json = serde_json::to_vec(&progress).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Progress>(&json).unwrap(), progress);
    }
}

/// A progress whose customers, of so many batches, are all settled.
fn written(verify: Verify, batches: u32) -> Progress {
    let mut progress = start();
    progress.orders.verify = verify;
    progress.split(Stage::Organizations, 0, 0, 0, Timestamp::UNIX_EPOCH);
    progress.split(Stage::Customers, batches, 2, 0, Timestamp::UNIX_EPOCH);
    for number in 0..batches {
        progress.settle(&batch(&progress, Stage::Customers, number), &end(), Timestamp::UNIX_EPOCH);
    }
    progress
}

#[test]
fn customers_are_read_back_as_the_configuration_says() {
    for (verify, verified) in [(Verify::None, 0), (Verify::Sample, 2), (Verify::All, 21)] {
        let mut progress = written(verify, 21);
        if verified == 0 {
            assert_eq!(progress.next(), Next::Finish);
            continue;
        }
        assert_eq!(progress.next(), Next::Begin(Phase::Verification));
        progress.verify(Phase::Verification, Timestamp::UNIX_EPOCH);
        assert_eq!(progress.stage(Phase::Verification).unwrap().batches, verified);
        let numbers = (0..21).filter(|n| progress.is_verified(Phase::Verification, BatchIndex(*n)));
        let numbers: Vec<u32> = numbers.collect();
        assert_eq!(numbers.len(), verified as usize);
        for number in numbers {
            assert_eq!(progress.next(), Next::Nothing);
            let mut batch = batch(&progress, Stage::Customers, number);
            batch.phase = Phase::Verification;
            progress.settle(&batch, &Settled::default(), Timestamp::UNIX_EPOCH);
        }
        assert_eq!(progress.next(), Next::Finish);
    }
}

#[test]
fn all_are_read_back_where_some_of_a_sample_have_no_link() {
    let mut progress = written(Verify::Sample, 3);
    progress.verify(Phase::Verification, Timestamp::UNIX_EPOCH);
    let mut sampled = batch(&progress, Stage::Customers, 0);
    sampled.phase = Phase::Verification;
    let codes = [(Code::AssociationRepaired, 1)].into();
    let end = Settled { codes, ..Settled::default() };
    progress.settle(&sampled, &end, Timestamp::UNIX_EPOCH);
    assert_eq!(progress.next(), Next::Begin(Phase::Repair));
    progress.verify(Phase::Repair, Timestamp::UNIX_EPOCH);
    assert_eq!(progress.stage(Phase::Repair).unwrap().batches, 3);
    // All is written, and nothing is left to be stopped.
    progress.stop(crate::csm::error::Blocked::RightMissing.into());
    assert_eq!((progress.stopped.is_none(), progress.next()), (true, Next::Nothing));
}

#[test]
fn a_stopped_import_goes_on_with_what_is_not_settled() {
    use StopCode::{DialectsRefused, ExportGone, ExportReplaced, ToleranceExceeded};
    let blocked = StopCode::Blocked(crate::csm::error::Blocked::TokenRefused);
    for (code, goes_on) in [
        (blocked, true),
        (DialectsRefused, true),
        (ToleranceExceeded, true),
        (ExportGone, false),
        (ExportReplaced, false),
    ] {
        let mut progress = start();
        progress.orders.tolerated = Some(crate::configuration::Tolerance::Count(0));
        progress.split(Stage::Organizations, 2, 4, 0, Timestamp::UNIX_EPOCH);
        progress.enqueued(Phase::Organizations, 0);
        let [first, second] = [0, 1].map(|n| batch(&progress, Stage::Organizations, n));
        progress.settle(&first, &end(), Timestamp::UNIX_EPOCH);
        progress.admit(&second, false);
        progress.failed(&second);
        progress.stop(Stop { code, message: String::new() });
        progress.finished = true;
        let mut taken_over = progress.clone();
        assert_eq!(taken_over.resume("m", true), Resumption::Nothing, "{code:?}");
        let resumption = if goes_on { Resumption::Everything } else { Resumption::Nothing };
        assert_eq!(progress.resume("m", false), resumption, "{code:?}");
        assert_eq!(progress.stopped.is_none(), goes_on);
        if goes_on {
            assert_eq!(progress.orders.tolerated.is_none(), code == ToleranceExceeded);
            assert!(!progress.stage(Phase::Organizations).unwrap().enqueued);
            assert_eq!(progress.next(), Next::Nothing);
            assert_eq!(progress.admit(&second, false), Admission::Send);
            assert_eq!(progress.failed(&second), 1, "errors are counted anew");
            assert_eq!(progress.resume("m", false), Resumption::Everything, "the message again");
            assert_eq!(progress.resumed, 1);
            assert_eq!(
                progress.resume("n", false),
                Resumption::Everything,
                "as often as one likes"
            );
        }
    }
    let mut done = written(Verify::None, 1);
    done.finish(0);
    assert_eq!(done.resume("m", false), Resumption::Nothing, "nothing is left");
}

#[test]
fn what_is_at_the_site_is_looked_at_to_its_end_though_the_export_was_replaced() {
    let mut progress = start();
    progress.split(Stage::Organizations, 2, 4, 0, Timestamp::UNIX_EPOCH);
    let [first, second] = [0, 1].map(|n| batch(&progress, Stage::Organizations, n));
    progress.admit(&first, false);
    progress.stop(Stop { code: StopCode::ExportReplaced, message: String::new() });
    assert_eq!(progress.resume("m", false), Resumption::InFlight);
    assert!(progress.stopped.is_some());
    assert!(progress.is_in_flight(&first) && !progress.is_in_flight(&second));
}

#[test]
fn customers_that_know_nothing_of_their_organizations_are_split_anew() {
    let mut progress = start();
    progress.split(Stage::Organizations, 1, 2, 0, Timestamp::UNIX_EPOCH);
    progress.stop(crate::csm::error::Blocked::TokenRefused.into());
    progress.split(Stage::Customers, 1, 2, 0, Timestamp::UNIX_EPOCH);
    assert_eq!(progress.next(), Next::Finish);
    assert_eq!(progress.resume("m", false), Resumption::Everything);
    assert_eq!((progress.stage(Stage::Customers), progress.customers_since), (None, 1));
    assert_eq!(progress.next(), Next::Nothing, "the organizations come first");
}

#[test]
fn the_longer_a_step_takes_the_less_often_it_is_asked_for() {
    let mut progress = start();
    let at = |seconds| Timestamp::from_second(seconds).unwrap();
    // A split of a quarter of an hour, and somebody who would ask every second.
    let asked = (0..900).filter(|second| matches!(progress.ask(at(*second)), Ask::Now(_)));
    assert_eq!(asked.collect::<Vec<_>>(), [0, 10, 30, 70, 150, 310, 630]);
}

#[test]
fn nothing_is_halved_any_more_where_nothing_is_written() {
    let mut progress = start();
    progress.split(Stage::Organizations, 9, 18, 0, Timestamp::UNIX_EPOCH);
    let mut failed = Settled::default();
    failed.outcomes.add_many(Outcome::Failed, 2);
    for number in 0..3 {
        assert!(progress.may_send_again(), "{number}");
        progress.settle(
            &batch(&progress, Stage::Organizations, number),
            &failed,
            Timestamp::UNIX_EPOCH,
        );
    }
    assert!(!progress.may_send_again());
    progress.settle(&batch(&progress, Stage::Organizations, 3), &end(), Timestamp::UNIX_EPOCH);
    assert!(progress.may_send_again(), "something was written");
}

#[test]
fn the_batches_of_a_sample_do_not_share_a_slot() {
    let progress = written(Verify::Sample, 100);
    let sampled =
        (0..100).map(BatchIndex).filter(|n| progress.is_verified(Phase::Verification, *n));
    let slots: std::collections::BTreeSet<String> =
        sampled.map(|n| batch(&progress, Stage::Customers, n.0).slot(5)).collect();
    assert_eq!(slots.len(), 5);
}

#[test]
fn an_import_stands_still_while_it_settles_nothing_that_it_could() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let mut progress = start();
    progress.split(Stage::Organizations, 1, 2, 0, at(500));
    let organizations = Phase::Organizations;
    assert_eq!(progress.standstill(organizations, at(800)).as_secs(), 300, "since it could");
    let batch = batch(&progress, Stage::Organizations, 0);
    progress.settle(&batch, &end(), at(900));
    assert_eq!(progress.standstill(organizations, at(1000)).as_secs(), 100, "since the last one");
    assert_eq!(progress.standstill(organizations, at(1)), Duration::ZERO, "clocks differ");
}
