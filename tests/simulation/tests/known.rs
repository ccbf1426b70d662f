//! What the simulation has found, each with as little as it takes.

use std::time::Duration;

use csm_sim::Options;
use simulation::chance::{Chance, Plan};
use simulation::fault::Fault;
use simulation::history::{Event, History};
use simulation::records::{accounts, contacts};
use simulation::run::play;

fn with(faults: &[(&str, Fault)]) -> History {
    History { plan: Plan::these(faults.iter().copied()), ..History::small() }
}

/// It still goes wrong, in these words.
fn goes_wrong(history: &History, how: &str) {
    let report = play(history, false, |_| {});
    assert!(report.violations.iter().any(|what| what.contains(how)), "{report:?}");
}

/// SPLIT dies once the import has begun, and what it took is deleted before its message comes again.
/// Then it finds nothing in the folder, and goes on with nothing.
#[test]
fn an_import_whose_exports_are_deleted_while_split_is_dead_never_ends() {
    // Two files are two messages.
    let begins = "SPLIT writes progress.json";
    let mut history = with(&[(begins, Fault::CrashAfter), (begins, Fault::CrashAfter)]);
    for key in ["exports/a/Account.csv", "exports/a/Contact.csv"] {
        history.events.push((Duration::from_mins(5), Event::Delete { key: key.to_owned() }));
    }
    goes_wrong(&history, "is not finished");
}

/// Two imports have taken something of a folder, and a third waits for the tasks of the second, which
/// it takes over from. SPLIT goes on with all that are current, and what the last of them says counts:
/// that there is nothing to be done. So the third is forgotten.
#[test]
fn an_import_that_waits_for_its_predecessor_is_forgotten() {
    let goes_wrong = |folder: u32| {
        let mut chance = Chance::new(1, Plan::Undisturbed);
        let accounts = accounts(&mut chance, 1, 2, 1);
        let contacts =
            [1, 2].map(|version| contacts(&mut chance, &accounts.records, 1, 3, version));
        let [first, second] = contacts;
        let events = [("Account", 0, accounts), ("Contact", 90, first), ("Contact", 150, second)];
        let events = events.map(|(name, at, export)| {
            let key = format!("exports/{folder}/{name}.csv");
            (Duration::from_secs(at), Event::Drop { key, export })
        });
        let history = History {
            events: events.into(),
            ..with(&[("SUBMIT posts customers", Fault::TaskOver30Minutes)])
        };
        play(&history, false, |_| {}).violations.iter().any(|what| what.ends_with("not finished"))
    };
    // Which is the last depends on their ids.
    assert!((0..8).any(goes_wrong));
}

/// The first request arrives and is not answered; the second is answered 403. The import stops, and
/// says of the batch that it was never sent.
#[test]
fn a_batch_that_may_have_arrived_is_said_to_be_unsent_when_the_import_stops() {
    let post = "SUBMIT posts organizations";
    let history = with(&[(post, Fault::SilenceAfter), (post, Fault::Forbidden)]);
    goes_wrong(&history, "was sent although import-stopped");
}

/// The results of a refused batch are stored, and not counted. The batch is sent once more, and what
/// comes of that is not what is stored.
#[test]
fn a_batch_with_results_is_sent_again() {
    let post = "SUBMIT posts organizations";
    let history = with(&[
        (post, Fault::Refused),
        (post, Fault::Refused),
        ("SUBMIT writes the results of organizations", Fault::ErrorAfter),
    ]);
    goes_wrong(&history, "is on the site although batch-refused");
}

/// A look each minute is a receive each minute: after 1000 of them, 17 hours, the message goes to the
/// dead letters. The batch's message comes back and makes a new one.
#[test]
fn a_task_of_days_fills_the_dead_letters() {
    goes_wrong(
        &with(&[("SUBMIT posts customers", Fault::TaskOver3Days)]),
        "of tasks are dead letters",
    );
}

/// Others take all slots for days. Each wait for a slot is a receive, of which there are 1000.
#[test]
fn a_batch_that_waits_for_a_slot_for_days_goes_to_the_dead_letters() {
    let site = Options { task_limit: 0, ..History::small().site };
    goes_wrong(&History { site, ..History::small() }, "of batches are dead letters");
}
