//! What the simulation has found, each with as little as it takes. None of it goes wrong any more.

use std::time::Duration;

use csm_sim::Options;
use simulation::chance::{Chance, Plan};
use simulation::fault::Fault;
use simulation::history::{Event, History};
use simulation::records::{accounts, contacts};
use simulation::run::play;
use simulation::world::lock;

fn with(faults: &[(&str, Fault)]) -> History {
    History { plan: Plan::these(faults.iter().copied()), ..History::small() }
}

/// It no longer goes wrong.
fn comes_to_a_true_end(history: &History) {
    let report = play(history, false, |_| {});
    assert!(report.violations.is_empty(), "{report:?}");
}

/// SPLIT dies once the import has begun, and what it took is deleted before its message comes again.
/// Then it finds nothing in the folder, and has to go on all the same.
#[test]
fn an_import_whose_exports_are_deleted_while_split_is_dead_ends() {
    // Two files are two messages.
    let begins = "SPLIT writes progress.json";
    let mut history = with(&[(begins, Fault::CrashAfter), (begins, Fault::CrashAfter)]);
    for key in ["exports/a/Account.csv", "exports/a/Contact.csv"] {
        history.events.push((Duration::from_mins(5), Event::Delete { key: key.to_owned() }));
    }
    comes_to_a_true_end(&history);
}

/// Two imports have taken something of a folder, and a third waits for the tasks of the second, which
/// it takes over from. SPLIT goes on with all that are current, and what each of them says counts.
#[test]
fn an_import_that_waits_for_its_predecessor_is_not_forgotten() {
    let violations = |folder: u32| {
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
        play(&history, false, |_| {}).violations
    };
    // Which is the last depends on their ids.
    for folder in 0..8 {
        assert_eq!(violations(folder), Vec::<String>::new());
    }
}

/// The first request arrives and is not answered; the second is answered 403. The import stops, and
/// cannot say of the batch that it was never sent.
#[test]
fn a_batch_that_may_have_arrived_is_unclear_when_the_import_stops() {
    let post = "SUBMIT posts organizations";
    let history = with(&[(post, Fault::SilenceAfter), (post, Fault::Forbidden)]);
    comes_to_a_true_end(&history);
}

/// The results of a refused batch are stored, and not counted. They stay what
/// they are.
#[test]
fn a_batch_that_was_refused_for_good_is_not_sent_again() {
    let post = "SUBMIT posts organizations";
    let history = with(&[
        (post, Fault::Refused),
        (post, Fault::Refused),
        ("SUBMIT writes the results of organizations", Fault::ErrorAfter),
    ]);
    comes_to_a_true_end(&history);
}

/// A look each minute is a receive each minute: after 1000 of them, 17 hours, the message would go to the
/// dead letters.
#[test]
fn a_task_of_days_is_looked_at_to_its_end() {
    comes_to_a_true_end(&with(&[("SUBMIT posts customers", Fault::TaskOver3Days)]));
}

/// Others take all slots for days. Each wait for a slot is a receive, of which there are 1000.
#[test]
fn a_batch_waits_for_a_slot_for_days() {
    let mut history = History::small();
    history.events.push((Duration::ZERO, Event::Others { tasks: 100 }));
    history.events.push((Duration::from_hours(5 * 24), Event::Others { tasks: 0 }));
    comes_to_a_true_end(&history);
}

/// An import waits for the tasks of the one that it takes over from. A look every five seconds would be
/// 1000 looks after 83 minutes, and its message would go to the dead letters.
#[test]
fn an_import_waits_for_its_predecessor_for_days() {
    let mut chance = Chance::new(1, Plan::Undisturbed);
    let replaced = contacts(&mut chance, &[], 1, 3, 2);
    let mut history = with(&[("SUBMIT posts customers", Fault::TaskOver3Days)]);
    let key = "exports/a/Contact.csv".to_owned();
    history.events.push((Duration::from_mins(2), Event::Drop { key, export: replaced }));
    comes_to_a_true_end(&history);
}

/// The site is asked for its detail fields for six hours at most. Every ten seconds would be 1000 times
/// after three hours, and the message would go to the dead letters.
#[test]
fn an_import_waits_for_its_fields_for_hours() {
    let gate = [("SPLIT writes folders state", Fault::Slow)];
    // Two files are two messages, which both ask.
    let silence = vec![("SPLIT reads the detail fields", Fault::Unavailable); 2500];
    let faults: Vec<_> = gate.into_iter().chain(silence).collect();
    let site = Options { bare: true, ..History::small().site };
    comes_to_a_true_end(&History { site, ..with(&faults) });
}

/// The site does not let links be made that it has not made itself. All is written, and what is not linked
/// is told: nothing stops, and nothing waits for hours.
#[test]
fn links_that_cannot_be_made_stop_nothing() {
    for fault in [Fault::Forbidden, Fault::NotFound, Fault::Overloaded, Fault::Refused] {
        let dropped = [("SUBMIT posts customers", Fault::AssociationDropped)];
        let links = vec![("SUBMIT posts links", fault); 50];
        let faults: Vec<_> = dropped.into_iter().chain(links).collect();
        let report = play(&with(&faults), false, |_| {});
        assert!(report.violations.is_empty(), "{report:?}");
        assert_eq!(report.ends.get("imports finished"), Some(&1), "{report:?}");
        assert_eq!(report.ends.get("records warned: association-missing"), Some(&2), "{report:?}");
        assert!(report.faults.contains_key(&fault), "{report:?}");
    }
}

/// Two folders wait for the schedule, which fires after a minute; the task of the first one takes long.
fn scheduled(faults: &[(&str, Fault)]) -> History {
    let mut history = with(faults);
    let drops = history.events.drain(..).map(|(at, event)| match event {
        Event::Drop { key, export } => {
            let (folder, name) =
                if key.ends_with("Account.csv") { ("z", "Account") } else { ("a", "Contact") };
            let at = if folder == "z" { at } else { at + Duration::from_secs(1) };
            (at, Event::Drop { key: format!("scheduled/{folder}/{name}.csv"), export })
        }
        event => (at, event),
    });
    history.events = drops.collect();
    history.events.push((Duration::from_mins(1), Event::Scheduled));
    history
}

#[test]
fn what_is_dropped_during_a_run_waits_for_the_next_one() {
    let mut history = scheduled(&[("SUBMIT posts organizations", Fault::TaskOver30Minutes)]);
    let late = contacts(&mut Chance::new(1, Plan::Undisturbed), &[], 100, 3, 1);
    let key = "scheduled/late/Contact.csv".to_owned();
    history.events.push((Duration::from_mins(5), Event::Drop { key, export: late }));
    let report = play(&history, false, |_| {});
    assert_eq!(report.violations, ["scheduled/late/Contact.csv was never imported"]);
    history.events.push((Duration::from_mins(10), Event::Scheduled));
    comes_to_a_true_end(&history);
}

/// SPLIT dies once the run is on record, and its message comes back after 90 minutes. The schedule fires
/// before that.
#[test]
fn a_run_whose_message_is_lost_is_gone_on_with_when_the_schedule_fires_again() {
    let mut history = scheduled(&[("SPLIT writes scheduled.json state", Fault::CrashAfter)]);
    history.events.push((Duration::from_mins(10), Event::Scheduled));
    let report = play(&history, false, |_| {});
    assert!(report.violations.is_empty(), "{report:?}");
    assert!(report.finished < Duration::from_hours(1), "{report:?}");
}

#[test]
fn a_missed_event_is_made_good_by_the_next_one() {
    let mut history = scheduled(&[]);
    history.events.push((Duration::from_mins(10), Event::Scheduled));
    let report = play(&history, false, |world| lock(&world.queues.exports).swallowed = 1);
    assert!(report.violations.is_empty(), "{report:?}");
    assert!(report.finished > Duration::from_mins(10), "{report:?}");
}
