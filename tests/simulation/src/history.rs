//! What a seed decides before anything begins: the site, what is dropped and when, and which faults
//! are to come.

use std::collections::BTreeMap;
use std::time::Duration;

use csm_sim::{Dialect, Options, Site};

use crate::chance::{Chance, Plan};
use crate::fault::Fault;
use crate::records::{Expected, Export, accounts, contacts};
use crate::site::TOKEN;
use crate::wiring::Parameters;

/// Something that is done from outside.
#[derive(Clone, Debug)]
pub enum Event {
    /// An object is dropped, or replaced.
    Drop {
        /// Its key.
        key: String,
        /// What it is.
        export: Export,
    },
    /// An object is deleted, with all of its versions.
    Delete {
        /// Its key.
        key: String,
    },
    /// Somebody deletes what waits in the queues of batches and tasks, in flight or not.
    Purge,
    /// The bucket's lifecycle removes the working papers of all imports.
    Expire,
    /// Every import there is is told to go on.
    Resume,
    /// The schedule fires.
    Scheduled,
    /// Others have so many tasks open at the site from now on.
    Others {
        /// Of these count towards the limit.
        tasks: usize,
    },
}

/// One history, before it happens.
#[derive(Clone, Debug)]
pub struct History {
    /// The seed of all that chance decides.
    pub seed: u64,
    /// The site.
    pub site: Options,
    /// The parameters of the deployment.
    pub parameters: Parameters,
    /// What is done from outside, and when.
    pub events: Vec<(Duration, Event)>,
    /// The faults to come.
    pub plan: Plan,
}

impl History {
    /// The history of a seed.
    pub fn of(seed: u64) -> Self {
        let mut chance = Chance::new(seed ^ 0x5eed, Plan::Undisturbed);
        let site = site(&mut chance, seed);
        let parameters = Parameters {
            max_open_tasks: u16::try_from(chance.number(1..6)).unwrap_or(1),
            read_back: Duration::from_secs(chance.one_of(300, &[20, 300])),
        };
        let plan = plan(&mut chance);
        let events = events(&mut chance, &plan);
        Self { seed, site, parameters, events, plan }
    }

    /// The history of a seed in which everything is imported on a schedule.
    pub fn scheduled(seed: u64) -> Self {
        let mut chance = Chance::new(seed ^ 0x5c4e, Plan::Undisturbed);
        let events = runs(&mut chance);
        Self { events, ..Self::of(seed) }
    }

    /// A small one in which nothing goes wrong: two accounts, four contacts, one of them without an
    /// address.
    pub fn small() -> Self {
        let mut chance = Chance::new(4, Plan::Undisturbed);
        let organizations = accounts(&mut chance, 1, 2, 1);
        let mut people = contacts(&mut chance, &organizations.records, 1, 3, 1);
        people.csv.extend_from_slice(b"\"003000000000009AAA\",\"\",\"Nobody\",\"\",\"\"\n");
        people.records.push(Expected {
            id: "003000000000009AAA".to_owned(),
            key: String::new(),
            detail: ("Title", String::new()),
            account: None,
            stage: csm_import::mapping::stage::Stage::Customers,
        });
        let drop = |key: &str, export| {
            (Duration::ZERO, Event::Drop { key: format!("exports/a/{key}"), export })
        };
        Self {
            seed: 4,
            site: Options { token: Some(TOKEN.to_owned()), ..Options::documented() },
            parameters: Parameters { max_open_tasks: 5, read_back: Duration::from_mins(5) },
            events: vec![drop("Account.csv", organizations), drop("Contact.csv", people)],
            plan: Plan::Undisturbed,
        }
    }
}

fn site(chance: &mut Chance, seed: u64) -> Options {
    Options {
        site: chance.one_of(Site::Documented, &[Site::Live]),
        dialect: chance.one_of(Dialect::Both, &[Dialect::Reference, Dialect::Guide]),
        token: Some(TOKEN.to_owned()),
        seed,
        task_limit: chance.position(5) + 1,
        task_seconds: Some(chance.one_of(1.0, &[8.0, 60.0, 480.0])),
        index_seconds: Some(chance.one_of(0.0, &[0.0, 5.0, 60.0, 400.0])),
        rate_limit: chance.one_of(0, &[0, 0, 0, 0, 0, 8]),
        value_length: chance.one_of(255, &[255, 40]),
        refuse_resent_keys: chance.happens(0.15),
        bare: chance.happens(0.1),
        ..Options::documented()
    }
}

/// Faults of a few kinds, which differ from history to history: what hides behind one of them comes
/// out where that one is missing.
fn plan(chance: &mut Chance) -> Plan {
    if chance.happens(0.05) {
        return Plan::Undisturbed;
    }
    let mut rates = BTreeMap::new();
    for fault in Fault::ALL {
        let rare = fault.stops() || *fault == Fault::TaskOver3Days;
        if chance.happens(if rare { 0.06 } else { 0.25 }) {
            let often = chance.one_of(0.003, &[0.01, 0.03, 0.1]);
            rates.insert(*fault, if rare { often / 3.0 } else { often });
        }
    }
    let budget = chance.one_of(3, &[10, 40]);
    Plan::Random { rates, budget }
}

fn events(chance: &mut Chance, plan: &Plan) -> Vec<(Duration, Event)> {
    let mut events = Vec::new();
    let is_to_come =
        |fault| matches!(plan, Plan::Random { rates, .. } if rates.contains_key(&fault));
    let folders = if chance.happens(0.15) { 2 } else { 1 };
    for folder in 0..folders {
        let first = folder * 1000 + 1;
        let (organizations, people) = (size(chance), size(chance));
        let at = Duration::from_secs(if folder == 0 { 0 } else { chance.number(0..1200) });
        let mut drop = |at, name: &str, export: Export| {
            let key = format!("exports/{folder}/{name}");
            events.push((at, Event::Drop { key, export }));
        };
        let organizations = accounts(chance, first, organizations, 1);
        let known = organizations.records.clone();
        let apart = Duration::from_secs(chance.one_of(0, &[2, 90]));
        if !organizations.records.is_empty() {
            drop(at, "Account.csv", organizations);
        }
        drop(at + apart, "Contact.csv", contacts(chance, &known, first, people, 1));
        let later = at + apart + Duration::from_secs(chance.number(20..900));
        if is_to_come(Fault::ExportReplaced) {
            drop(later, "Contact.csv", contacts(chance, &known, first, people, 2));
        } else if is_to_come(Fault::ExportDeleted) {
            events.push((later, Event::Delete { key: format!("exports/{folder}/Contact.csv") }));
        }
    }
    if chance.happens(0.2) {
        let lost = Duration::from_secs(chance.number(30..2400));
        events.push((lost, Event::Purge));
        // By then whoever has a message in hand is done with it.
        events.push((lost + Duration::from_secs(chance.number(1_000..8_000)), Event::Resume));
    }
    if chance.happens(0.1) {
        events.push((Duration::from_secs(chance.number(60..20_000)), Event::Resume));
    }
    events.sort_by_key(|(at, _)| *at);
    events
}

/// What is dropped below `scheduled/`, and when the schedule fires: at the end, when all is there, and before
/// that at any time. Whose account stands in which folder is left to chance.
fn runs(chance: &mut Chance) -> Vec<(Duration, Event)> {
    let mut events = Vec::new();
    let mut known: Vec<Expected> = Vec::new();
    let mut last = Duration::ZERO;
    for folder in 0..chance.number(2..5) {
        let first = folder * 1000 + 1;
        let at = Duration::from_secs(chance.number(0..3_600));
        let mut drop = |at, name: &str, export: Export| {
            let key = format!("scheduled/{folder}/{name}");
            last = last.max(at);
            events.push((at, Event::Drop { key, export }));
        };
        let (organizations, people) = (size(chance) / 2, size(chance) / 2);
        let organizations = accounts(chance, first, organizations, 1);
        if !organizations.records.is_empty() {
            known.extend(organizations.records.iter().cloned());
            drop(at, "Account.csv", organizations);
        }
        let apart = Duration::from_secs(chance.one_of(0, &[2, 90]));
        let exports = [1, 2].map(|version| contacts(chance, &known, first, people, version));
        let [people, replaced] = exports;
        if !people.records.is_empty() {
            drop(at + apart, "Contact.csv", people);
            if chance.happens(0.1) {
                let later = Duration::from_secs(chance.number(20..9_000));
                drop(at + apart + later, "Contact.csv", replaced);
            }
        }
    }
    for _ in 0..chance.number(1..5) {
        events.push((Duration::from_secs(chance.number(0..20_000)), Event::Scheduled));
    }
    if chance.happens(0.1) {
        events.push((Duration::from_secs(chance.number(60..20_000)), Event::Resume));
    }
    events.push((last + Duration::from_secs(chance.number(1..9_000)), Event::Scheduled));
    events.sort_by_key(|(at, _)| *at);
    events
}

/// Records of an export: mostly a handful, sometimes several batches.
fn size(chance: &mut Chance) -> u64 {
    match chance.number(0..20) {
        0 | 1 => 0,
        2..14 => chance.number(1..12),
        14..19 => chance.number(101..220),
        _ => chance.number(220..420),
    }
}
