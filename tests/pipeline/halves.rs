//! Batches that the site refuses, or whose tasks end unclear, are sent again in halves.

use csm_import::import::summary::State;
use csm_import_tests::account::assert_created_once;
use csm_import_tests::{Row, Table, World};
use csm_sim::{Faults, Poison, PoisonEffect};

/// 150 contacts, of whom the site cannot cope with two.
fn contacts() -> Table {
    let mut contacts = Table::contacts(150);
    for row in [17, 120] {
        contacts.rows[row].insert("Title".into(), "Mallory".into());
    }
    contacts
}

fn poison(effect: PoisonEffect) -> Faults {
    let poison = vec![Poison { word: "Mallory".to_owned(), effect }];
    Faults { poison, ..Faults::default() }
}

/// The lines of records that are given back.
fn lines(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row["_csm_line"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_the_site_refuses_harms_no_other() {
    let world = World::start(World::documented(), &[]).await;
    world.sim.set_faults(poison(PoisonEffect::Refuse));
    let import = world.import_of(&[("exports/Contact.csv", contacts().write())]).await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!(import.summary.state, State::Finished);
    assert_eq!((import.records().imported, import.records().rejected), (148, 2));
    assert_eq!(import.error_codes(), [("record-refused".to_owned(), 2)].into());
    assert_eq!(lines(&import.errors.rows), ["19", "122"]);
    assert!(import.errors.rows.iter().all(|row| row["_csm_hint"].contains("The site said")));
    assert_created_once(&site);
    assert!(site.counters.max_open_tasks <= 5);
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_fails_a_whole_task_is_found() {
    let world = World::start(World::documented(), &[("ReadBackSeconds", "2")]).await;
    world.sim.set_faults(poison(PoisonEffect::Fail));
    let import = world.import_of(&[("exports/Contact.csv", contacts().write())]).await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!((import.records().imported, import.records().unknown), (148, 2));
    assert_eq!(import.error_codes(), [("unclear".to_owned(), 2)].into());
    assert_eq!(lines(&import.errors.rows), ["19", "122"]);
    assert_created_once(&site);
    world.queues_are_empty().await;
}
