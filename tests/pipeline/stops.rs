use csm_import::import::summary::State;
use csm_import_tests::{Import, Table, World, fixture};
use csm_sim::{Answer, AnswerFault, Faults};

/// Nothing of a stopped import is unaccounted for, and the sentence says what is missing.
async fn stops(status: u16, said: &str) -> Import {
    let world = World::start(World::documented(), &[]).await;
    let answers = [AnswerFault::bulk(1_000, Answer::Status(status))].into();
    world.sim.set_faults(Faults { answers, ..Faults::default() });
    let import = world
        .import_of(&[
            ("exports/x/Account.csv", fixture("people/Account.csv")),
            ("exports/x/Contact.csv", fixture("people/Contact.csv")),
        ])
        .await;
    import.assert_balanced();
    assert_eq!(import.summary.state, State::Stopped);
    let message = import.summary.message.clone().unwrap();
    assert!(message.contains(said), "{message}");
    let records = import.records();
    assert_eq!((records.imported, records.unknown), (0, 0));
    assert!(records.read > 0);
    assert!(world.sim.state().tasks.is_empty());
    world.queues_are_empty().await;
    import
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_right_stops_the_import() {
    let import = stops(403, "Jira admin").await;
    assert!(import.error_codes()["import-stopped"] > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_site_stops_the_import() {
    let import = stops(404, "cloud id").await;
    assert!(import.error_codes()["import-stopped"] > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_takes_no_dialect_stops_the_import_and_both_answers_are_shown() {
    let import = stops(422, "guide dialect").await;
    assert!(import.summary.message.unwrap().contains("reference dialect"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_token_is_read_again() {
    let world = World::start(World::documented(), &[]).await;
    world.import_of(&[("exports/a/Contact.csv", Table::contacts(3).write())]).await;
    // The functions know the old token; the secret and the site have a new one.
    let token = Some("another-token".to_owned());
    world.sim.set_faults(Faults { token, ..Faults::default() });
    world.cloud.set_token("another-token").await.unwrap();
    let import = world.import_of(&[("exports/b/Contact.csv", Table::contacts(205).write())]).await;
    assert_eq!(import.records().imported, 205);
    import.assert_true(&world.sim.state());
}
