//! What forbids an import is told before a record is sent.

use csm_import::import::summary::State;
use csm_import_tests::{Table, World};
use csm_sim::{Answer, AnswerFault, Faults, Missing, Options, RequestKind, Right};

async fn stops(world: &World, folder: &str, said: &str) {
    let key = format!("exports/{folder}/Contact.csv");
    let import = world.import_of(&[(&key, Table::contacts(3).write())]).await;
    import.assert_balanced();
    assert_eq!(import.summary.state, State::Stopped, "{folder}");
    let message = import.summary.message.clone().unwrap();
    assert!(message.contains(said), "{folder}: {message}");
    assert_eq!(import.error_codes(), [("import-stopped".to_owned(), 3)].into(), "{folder}");
    let site = world.sim.state();
    assert!(site.tasks.is_empty() && site.customers.is_empty(), "{folder}: nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_obstacle_is_told_apart_before_a_record_is_sent() {
    let world = World::start(World::documented(), &[]).await;
    world.drop("config/import.toml", "operation = 'upsert'\nmissing_feld = 'drop'").await;
    stops(&world, "configuration", "line 2").await;
    world.drop("config/import.toml", "").await;
    let lacking_right = Some(Right::Everything);
    world.sim.set_faults(Faults { lacking_right, ..Faults::default() });
    stops(&world, "right", "Jira admin").await;
    let token = Some("another-token".to_owned());
    world.sim.set_faults(Faults { token, ..Faults::default() });
    stops(&world, "token", "401").await;
    // The cause removed, records go through.
    world.cloud.set_token("another-token").await.unwrap();
    let again = ("exports/again/Contact.csv", Table::contacts(3).write());
    let import = world.import_of(&[again]).await;
    assert_eq!(import.records().imported, 3);
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_without_customer_service_management_is_no_wrong_address() {
    for (missing, said) in
        [(Missing::Csm, "no Customer Service Management"), (Missing::Site, "cloud id")]
    {
        let options = Options { missing: Some(missing), ..World::documented() };
        let world = World::start(options, &[]).await;
        stops(&world, "x", said).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_does_not_answer_is_asked_again_before_the_import_stops() {
    let world = World::start(World::documented(), &[]).await;
    let answers = [AnswerFault {
        on: RequestKind::Other,
        next: 1_000,
        answer: Answer::Status(503),
        ..AnswerFault::default()
    }];
    world.sim.set_faults(Faults { answers: answers.into(), ..Faults::default() });
    stops(&world, "x", "did not answer").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_may_not_be_created_stop_the_import() {
    let world = World::start(Options { bare: true, ..World::documented() }, &[]).await;
    let lacking_right = Some(Right::Fields);
    world.sim.set_faults(Faults { lacking_right, ..Faults::default() });
    stops(&world, "x", "External ID").await;
    assert!(world.sim.state().customer_details.is_empty());
}
