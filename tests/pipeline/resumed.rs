//! An import that stopped, or of which messages were lost, goes on when an object of its name is dropped.

use csm_import::import::summary::State;
use csm_import_tests::account::assert_created_once;
use csm_import_tests::{Import, Table, World};
use csm_sim::{Answer, AnswerFault, Faults, RequestKind};

/// Has an import go on, and waits for its end.
async fn resume(world: &World, import: &str, finished: impl Fn(u32) -> bool) -> Import {
    world.drop(&format!("exports/resume/{import}"), "").await;
    let progress = world.progress(|p| p.finished && finished(p.resumed)).await;
    world.import(&progress.import.to_string()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_import_goes_on_where_it_was() {
    let world = World::start(World::documented(), &[]).await;
    let answers =
        [AnswerFault::bulk(2, Answer::Normal), AnswerFault::bulk(1_000, Answer::Status(403))];
    world.sim.set_faults(Faults { answers: answers.into(), ..Faults::default() });
    let contacts = Table::contacts(650).write();
    let stopped = world.import_of(&[("exports/a/Contact.csv", contacts)]).await;
    stopped.assert_true(&world.sim.state());
    assert_eq!(stopped.summary.state, State::Stopped);
    assert_eq!((stopped.records().imported, stopped.records().failed), (200, 450));

    world.sim.set_faults(Faults::default());
    let import = resume(&world, &stopped.id, |times| times == 1).await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!((import.summary.state, import.records().imported), (State::Finished, 650));
    assert_eq!(site.tasks.len(), 7, "what was written is not sent again");
    assert_created_once(&site);
    assert!(import.errors.rows.is_empty());
    world.queues_are_empty().await;

    // Again and again there is nothing left to be done.
    world.drop(&format!("exports/resume/{}.txt", stopped.id), "go on").await;
    world.queues_are_empty().await;
    assert_eq!(world.sim.state().tasks.len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_were_deleted_are_made_anew() {
    let world = World::start(World::documented(), &[]).await;
    // Whoever looks at tasks gets no answer, so that all stays in flight.
    let answers = [AnswerFault {
        on: RequestKind::Task,
        ..AnswerFault::bulk(1_000_000, Answer::Status(503))
    }];
    world.sim.set_faults(Faults { answers: answers.into(), ..Faults::default() });
    world.drop("exports/a/Contact.csv", Table::contacts(650).write()).await;
    let progress = world.progress(|p| p.in_flight.len() >= 5).await;
    let queues = world.cloud.queues().clone();
    for queue in [&queues.batches, &queues.tasks] {
        world.cloud.sqs().purge_queue().queue_url(queue).send().await.unwrap();
    }
    world.sim.set_faults(Faults::default());

    let import = resume(&world, &progress.import.to_string(), |times| times == 1).await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!(import.records().imported, 650);
    assert_created_once(&site);
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_could_not_begin_takes_its_exports_anew() {
    let world = World::start(World::documented(), &[]).await;
    world.drop(csm_import::configuration::FILE, "verify = 'never'\n").await;
    let stopped = world.import_of(&[("exports/a/Contact.csv", Table::contacts(50).write())]).await;
    assert_eq!((stopped.summary.state, stopped.records().failed), (State::Stopped, 50));

    world.drop(csm_import::configuration::FILE, "verify = 'none'\n").await;
    world.drop(&format!("exports/resume/{}", stopped.id), "").await;
    let id = stopped.id.clone();
    let progress = world.progress(|p| p.finished && p.import.to_string() != id).await;
    let import = world.import(&progress.import.to_string()).await;
    import.assert_true(&world.sim.state());
    assert_eq!((import.summary.state, import.records().imported), (State::Finished, 50));
    world.queues_are_empty().await;
}
