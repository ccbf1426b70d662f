//! Histories of many seeds, and what the simulation itself must be able to do.

use std::time::Duration;

use simulation::chance::Plan;
use simulation::fault::Fault;
use simulation::history::{Event, History};
use simulation::invocation::Function;
use simulation::queue::{MAX_RECEIVES, RETENTION};
use simulation::run::play;
use simulation::world::lock;
use simulation::{Report, replay, replay_scheduled, table};

/// Seeds that went wrong once, and what each was about.
const KEPT: &[(u64, &str)] = &[
    (430, "tasks that create detail fields beside those of batches"),
    (494, "a task that creates detail fields while another import has a batch open"),
    (292, "a task of days fills the dead letters"),
    (366, "an import that waits for its predecessor is forgotten"),
    (416, "what was sent and may be there is said to be unsent when the import stops"),
    (1371, "a function dies after its request, and the next one is answered 401"),
    (3638, "the slot of a task that the site does not know is given away while it is open"),
    (20287, "a batch that waits for a slot for days goes to the dead letters"),
    (21263, "the patience for detail fields begins with the import, not with the asking"),
    (21461, "an import whose exports are deleted while SPLIT is dead never ends"),
    (22118, "an import that waits long for its predecessor goes to the dead letters"),
];

fn holds(seeds: impl Iterator<Item = u64>) {
    all_hold(seeds.map(|seed| replay(seed, false)), "");
}

fn all_hold(reports: impl Iterator<Item = Report>, options: &str) {
    let failed: Vec<_> = reports
        .filter(|report| !report.violations.is_empty())
        .map(|report| (report.seed, report.violations))
        .collect();
    assert!(
        failed.is_empty(),
        "{failed:#?}\nreplay one with `cargo run -p simulation -- --seed N --trace{options}`"
    );
}

#[test]
fn histories_come_to_a_true_end() {
    holds(200..300);
}

#[test]
fn more_histories_come_to_a_true_end() {
    holds(300..400);
}

#[test]
fn still_more_histories_come_to_a_true_end() {
    holds(400..500);
}

#[test]
fn histories_on_a_schedule_come_to_a_true_end() {
    all_hold((0..100).map(|seed| replay_scheduled(seed, false)), " --scheduled");
}

#[test]
fn what_went_wrong_once_does_not_again() {
    holds(KEPT.iter().map(|(seed, _)| *seed));
}

#[test]
fn the_same_seed_is_the_same_history() {
    for seed in [3, 17, 40, 77] {
        let (first, second) = (replay(seed, true), replay(seed, false));
        assert_eq!(first.hash, second.hash, "seed {seed}");
        assert_eq!((first.ends, first.faults), (second.ends, second.faults), "seed {seed}");
    }
    assert_ne!(replay(3, false).hash, replay(17, false).hash);
}

#[test]
fn a_history_in_which_nothing_goes_wrong_has_nothing_to_complain_of() {
    let report = play(&History::small(), true, |_| {});
    assert_eq!(report.violations, Vec::<String>::new());
    assert_eq!(report.ends["records imported"], 5, "{:?}", report.ends);
    assert_eq!(report.ends["records rejected: email-missing"], 1);
    assert!(report.faults.is_empty());
}

#[test]
fn an_import_goes_on_after_it_stopped_unless_its_working_papers_have_expired() {
    let stops = Plan::these([("SUBMIT posts customers", Fault::Forbidden)]);
    let play = |later: &[Event]| {
        let mut history = History { plan: stops.clone(), ..History::small() };
        let events = later.iter().zip(1..);
        history.events.extend(events.map(|(event, h)| (Duration::from_hours(h), event.clone())));
        let report = play(&history, false, |_| {});
        assert_eq!(report.violations, Vec::<String>::new());
        report
    };
    let stopped = play(&[]);
    assert_eq!(stopped.ends["imports stopped: right-missing"], 1, "{:?}", stopped.ends);
    let resumed = play(&[Event::Resume]);
    assert_eq!(resumed.ends["imports finished"], 1, "{:?}", resumed.ends);
    assert_ne!(resumed.holds, stopped.holds);
    // Nothing is sent, and no ledger is written again.
    let expired = play(&[Event::Expire, Event::Resume]);
    assert_eq!((expired.holds, expired.ends), (stopped.holds, stopped.ends));
    assert_eq!(expired.finished, stopped.finished);
}

#[test]
fn a_bucket_that_loses_results_is_noticed() {
    let report = play(&History::small(), false, |world| {
        lock(&world.bucket).swallowed = Some("/results/customers".to_owned());
    });
    assert!(report.violations.iter().any(|what| what.ends_with("is not finished")), "{report:?}");
}

#[test]
fn a_queue_that_loses_a_message_is_noticed() {
    for lost in ["exports", "batches", "tasks"] {
        let report = play(&History::small(), false, |world| {
            let queues = &world.queues;
            let queue = match lost {
                "exports" => &queues.exports,
                "batches" => &queues.batches,
                _ => &queues.tasks,
            };
            lock(queue).swallowed = 2;
        });
        // A task nobody is told of is looked at again, once its batch comes back.
        assert_eq!(report.violations.is_empty(), lost == "tasks", "{lost}: {report:?}");
    }
}

#[test]
fn limits_are_those_of_the_template() {
    let template = include_str!("../../../infra/template.yaml");
    for function in Function::ALL {
        let visibility =
            format!("VisibilityTimeout: {}\n", function.queue().visibility().as_secs());
        let timeout = format!("Timeout: {}\n", function.limit().as_secs());
        assert!(template.contains(&visibility), "{visibility}");
        assert!(template.contains(&timeout), "{timeout}");
    }
    assert!(template.contains(&format!("maxReceiveCount: {MAX_RECEIVES}\n")));
    assert!(template.contains(&format!("MessageRetentionPeriod: {}\n", RETENTION.as_secs())));
    let concurrency = Function::Split.concurrency();
    assert!(template.contains(&format!("MaximumConcurrency: {concurrency}\n")));
}

/// `FAULTS.md`, as it has to be. `UPDATE_DOCS=1 cargo test -p simulation` writes it.
#[test]
fn every_fault_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/FAULTS.md");
    let page = table::page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), page);
}
