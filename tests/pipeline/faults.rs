use csm_import_tests::account::assert_created_once;
use csm_import_tests::{Table, World};
use csm_sim::{Answer, AnswerFault, Faults, Options, RequestKind, TaskEnd, TaskFault};

fn task(end: TaskEnd) -> TaskFault {
    TaskFault::ending(end)
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_get_lost_lose_nothing_and_double_nothing() {
    let world = World::start(World::documented(), &[]).await;
    let look = |status| AnswerFault {
        on: RequestKind::Task,
        ..AnswerFault::bulk(1, Answer::Status(status))
    };
    world.sim.set_faults(Faults {
        answers: [
            AnswerFault::bulk(1, Answer::Status(429)),
            AnswerFault::bulk(2, Answer::Status(503)),
            // Accepted, but the answer is an error: the same key must find the same task.
            AnswerFault::bulk(2, Answer::Status(502)).after_accepting(),
            look(500),
            look(429),
        ]
        .into(),
        ..Faults::default()
    });
    let import = world.import_of(&[("exports/Contact.csv", Table::contacts(650).write())]).await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!(import.records().imported, 650);
    assert_created_once(&site);
    assert_eq!(site.tasks.len(), 7, "a request that came again made no second task");
    assert!(site.counters.replays > 0);
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_failed_is_settled_by_reading_back() {
    let world = World::start(World::documented(), &[("ReadBackSeconds", "6")]).await;
    let tasks = [
        task(TaskEnd::FailedWritten),
        task(TaskEnd::FailedUnwritten),
        task(TaskEnd::FailedHalfWritten),
    ];
    world.sim.set_faults(Faults { tasks: tasks.into(), ..Faults::default() });
    let import = world.import_of(&[("exports/Contact.csv", Table::contacts(400).write())]).await;
    let site = world.sim.state();
    import.assert_true(&site);
    // 100 were not written and 50 of another task: they were sent again.
    assert_eq!(import.records().imported, 400);
    assert_eq!(site.customers.len(), 400);
    assert_created_once(&site);
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unclear_may_be_dropped_again() {
    let world = World::start(World::documented(), &[("ReadBackSeconds", "4")]).await;
    world.drop(csm_import::configuration::FILE, "unclear = 'report'").await;
    let tasks = [task(TaskEnd::FailedUnwritten), task(TaskEnd::FailedHalfWritten)].into();
    world.sim.set_faults(Faults { tasks, ..Faults::default() });
    let import = world.import_of(&[("exports/Contact.csv", Table::contacts(300).write())]).await;
    import.assert_true(&world.sim.state());
    // Not found is not the same as not there.
    assert_eq!((import.records().imported, import.records().unknown), (150, 150));
    assert_eq!(import.error_codes(), [("unclear".to_owned(), 150)].into());
    world.queues_are_empty().await;

    // What the hint says is true: dropping errors.csv again is safe, and settles it.
    let again = world.import_of(&[("exports/errors.csv", import.errors.write())]).await;
    assert_eq!(again.records().imported, 150);
    let site = world.sim.state();
    assert_eq!(site.customers.len(), 300);
    assert_created_once(&site);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_that_name_nobody_are_tied_to_records_by_what_is_there() {
    // A site whose details may have 30 characters, which the importer cannot know.
    let options = Options { value_length: 30, ..World::documented() };
    let world = World::start(options, &[]).await;
    let tasks = [task(TaskEnd::UnusableIds)].into();
    world.sim.set_faults(Faults { tasks, ..Faults::default() });
    let mut contacts = Table::contacts(60);
    for row in [7, 31] {
        contacts.rows[row].insert("Title".into(), "Director of everything else there is".into());
    }
    let import = world.import_of(&[("exports/Contact.csv", contacts.write())]).await;
    import.assert_true(&world.sim.state());
    assert_eq!((import.records().imported, import.records().failed), (58, 2));
    assert_eq!(import.error_codes(), [("site-failure".to_owned(), 2)].into());
    let lines: Vec<&str> = import.errors.rows.iter().map(|row| row["_csm_line"].as_str()).collect();
    assert_eq!(lines, ["9", "33"]);
}
