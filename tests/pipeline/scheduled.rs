//! What lies below `scheduled/` is imported when the schedule fires.

use std::time::Duration;

use csm_import::import::keys;
use csm_import::import::scheduled::Run;
use csm_import::import::summary::State;
use csm_import_tests::account::assert_created_once;
use csm_import_tests::{Import, Table, World, fixture};
use csm_sim::{Answer, AnswerFault, Faults, Options};

/// S3 lists in whole seconds when objects were written: within one of them, none is the older one.
const LISTED: Duration = Duration::from_secs(1);

/// What the schedule sends, out of turn.
async fn fire(world: &World) {
    let send = world.cloud.sqs().send_message().queue_url(&world.cloud.queues().exports);
    send.message_body(r#"{"scheduled":true}"#).send().await.unwrap();
}

async fn run(world: &World) -> Option<Run> {
    let run = world.cloud.get(keys::RUN).await.unwrap();
    run.map(|run| serde_json::from_slice(&run).unwrap())
}

fn of<'a>(imports: &'a [Import], folder: &str) -> &'a Import {
    imports.iter().find(|import| import.summary.folder == folder).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_are_imported_one_after_the_other_and_what_comes_meanwhile_waits() {
    let options = Options { task_seconds: Some(2.0), ..World::documented() };
    let world = World::start(options, &[]).await;
    // Nothing there is no error.
    fire(&world).await;
    world.queues_are_empty().await;
    assert_eq!(run(&world).await.unwrap().folders, Vec::<String>::new());

    // The names would have the contacts come first.
    let accounts = world.drop("scheduled/z/Account.csv", fixture("acme/Account.csv")).await;
    tokio::time::sleep(LISTED).await;
    let contacts = world.drop("scheduled/a/Contact.csv", fixture("acme/Contact.csv")).await;
    world.queues_are_empty().await;
    assert!(world.cloud.folders("imports/").await.unwrap().is_empty(), "it waits for the schedule");

    fire(&world).await;
    fire(&world).await;
    world.progress(|p| !p.in_flight.is_empty()).await;
    let late = world.drop("scheduled/late/Contact.csv", Table::contacts(3).write()).await;
    let imports = world.imported(vec![accounts, contacts]).await;
    world.queues_are_empty().await;
    assert_eq!(world.cloud.folders("imports/").await.unwrap().len(), 2, "the third one waits");
    let (first, second) = (of(&imports, "scheduled/z/"), of(&imports, "scheduled/a/"));
    assert!(first.summary.timings.finished_at <= second.summary.timings.started_at);
    let site = world.sim.state();
    first.assert_true(&site);
    second.assert_true(&site);
    assert_created_once(&site);
    let known: Vec<&str> = first.succeeded.rows.iter().map(|row| row["Id"].as_str()).collect();
    let contacts = Table::parse(&fixture("acme/Contact.csv"));
    let of_known = contacts.rows.iter().filter(|row| known.contains(&row["AccountId"].as_str()));
    let mut linked = 0;
    for contact in of_known {
        let row = second.succeeded.rows.iter().find(|row| row["Id"] == contact["Id"]);
        let Some(row) = row else { continue };
        assert!(!row["_csm_warnings"].contains("organization-unknown"), "{row:?}");
        linked += 1;
    }
    assert!(linked > 0);

    fire(&world).await;
    let imports = world.imported(vec![late]).await;
    assert_eq!(of(&imports, "scheduled/late/").records().imported, 3);
    world.queues_are_empty().await;
    let before = world.sim.state().counters;
    fire(&world).await;
    world.queues_are_empty().await;
    assert_eq!(world.sim.state().counters, before, "all is imported");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_site_refused_goes_on_in_the_next_run_and_blocks_nothing() {
    let world = World::start(World::documented(), &[]).await;
    let answers = [AnswerFault::bulk(2, Answer::Normal), AnswerFault::bulk(2, Answer::Status(403))];
    world.sim.set_faults(Faults { answers: answers.into(), ..Faults::default() });
    let first = world.drop("scheduled/1/Contact.csv", Table::contacts(350).write()).await;
    let second = world.drop("scheduled/2/Contact.csv", Table::contacts(20).write()).await;
    fire(&world).await;
    let imports = world.imported(vec![first, second]).await;
    world.queues_are_empty().await;
    let stopped = of(&imports, "scheduled/1/");
    assert_eq!((stopped.summary.state, stopped.records().imported), (State::Stopped, 200));
    assert_eq!(run(&world).await.unwrap().folder(), None);

    world.sim.set_faults(Faults::default());
    fire(&world).await;
    world.progress(|p| p.finished && p.resumed == 1).await;
    world.queues_are_empty().await;
    let import = world.import(&stopped.id).await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!((import.summary.state, import.records().imported), (State::Finished, 350));
    assert_created_once(&site);
}
