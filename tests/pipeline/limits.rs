use csm_import_tests::account::assert_created_once;
use csm_import_tests::{Table, World};
use csm_sim::{Dialect, Faults, Options};

const BATCHES: u64 = 13;

fn contacts() -> Vec<u8> {
    Table::contacts(1_250).write()
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_slots_as_the_site_allows_are_never_refused() {
    // Long enough for two of them to be open at once, however slow the services are.
    let options = Options { task_limit: 2, task_seconds: Some(4.0), ..World::documented() };
    let world = World::start(options, &[("MaxOpenTasks", "2")]).await;
    let import = world.import_of(&[("exports/Contact.csv", contacts())]).await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_created_once(&site);
    assert_eq!(import.records().imported, 1_250);
    assert_eq!((import.summary.batches.total, import.summary.batches.dead_lettered), (BATCHES, 0));
    assert_eq!(site.counters.max_open_tasks, 2);
    assert_eq!(site.counters.limit_refusals, 0);
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_that_others_have_taken_are_waited_for() {
    let options = Options { task_limit: 2, dialect: Dialect::Guide, ..World::documented() };
    let world = World::start(options, &[]).await;
    world.sim.set_faults(Faults { foreign_tasks: 1, ..Faults::default() });
    let import = world.import_of(&[("exports/Contact.csv", contacts())]).await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_created_once(&site);
    assert_eq!(import.records().imported, 1_250);
    assert_eq!((import.summary.batches.total, import.summary.batches.dead_lettered), (BATCHES, 0));
    assert!(site.counters.max_open_tasks <= 2);
    assert!(site.counters.limit_refusals > 0, "five slots against one: some had to wait");
    // The site took the guide's dialect only, which was found out by itself.
    assert_eq!(import.summary.dialect, Some(csm_import::csm::request::Dialect::Guide));
    world.queues_are_empty().await;
}
