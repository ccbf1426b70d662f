//! Nobody's data leaves the bucket for a log or a message, whatever is wrong with an export, the site or
//! the functions.
//!
//! The names of files and folders are the administrator's: they stand in the bucket and in what S3
//! tells the queue `exports`, and are not logged either.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use csm_import::import::summary::State;
use csm_import_tests::world::TOKEN;
use csm_import_tests::{Table, World, fixture};
use csm_sim::{Answer, AnswerFault, Faults, Options, Right};

/// For so long something is waited for.
const LIMIT: Duration = Duration::from_mins(1);
/// Between two looks at something that cannot be awaited.
const LOOK: Duration = Duration::from_millis(100);

/// Words of the export that would give a person away.
fn personal() -> BTreeSet<String> {
    let accounts = Table::parse(&fixture("acme/Account.csv"));
    let contacts = Table::parse(&fixture("acme/Contact.csv"));
    let of = |table: &Table, column: &str| -> Vec<String> {
        table.rows.iter().map(|row| row[column].trim().to_owned()).collect()
    };
    let emails = of(&contacts, "Email");
    // The name within an address gives away as much as the whole of it.
    let local_parts = emails.iter().filter_map(|email| Some(email.split_once('@')?.0.to_owned()));
    let mut values: BTreeSet<String> = local_parts.collect();
    values.extend(emails);
    for column in ["Phone", "LastName", "MailingStreet"] {
        values.extend(of(&contacts, column));
    }
    values.extend(of(&accounts, "Name"));
    // Shorter ones could be part of an id.
    values.retain(|value| value.len() > 7);
    values
}

/// What the functions are asked to log: everything, and everything of the libraries below them.
const EVERYTHING: &str = "trace,hyper=trace,hyper_util=trace,h2=trace,reqwest=trace,rustls=trace,\
    aws_config=trace,aws_runtime=trace,aws_sdk_s3=trace,aws_sdk_sqs=trace,aws_smithy_runtime=trace,\
    aws_smithy_runtime_api=trace,lambda_runtime=trace,lambda_runtime_api_client=trace";

/// Words that stand for people and their companies in the exports below, and for nothing else.
const CANARIES: [&str; 6] =
    ["quillfeather", "umbermoor", "larkspurgasse", "1512340", "pamplemousse", "sesame-street"];

/// A word that stands in the names of files.
const FILE_NAME: &str = "Filenamia";

/// The bodies of messages that wait in the queues, dead letters among them, without taking them.
async fn messages(world: &World) -> Vec<String> {
    let queues = world.cloud.queues();
    let mut bodies = Vec::new();
    for queue in [&queues.batches, &queues.tasks]
        .into_iter()
        .map(String::as_str)
        .chain(queues.dead_letters())
    {
        bodies.extend(peek(world, queue).await);
    }
    bodies
}

/// The bodies of messages that wait in a queue.
async fn peek(world: &World, queue: &str) -> Vec<String> {
    let request = world.cloud.sqs().receive_message().queue_url(queue);
    let answer = request.max_number_of_messages(10).visibility_timeout(0).send().await.unwrap();
    answer.messages().iter().filter_map(|message| message.body().map(str::to_owned)).collect()
}

/// Contacts of whom every value gives somebody away.
fn people(count: usize) -> Table {
    let mut table = Table::contacts(count);
    for (number, row) in table.rows.iter_mut().enumerate() {
        for (column, value) in [
            ("LastName", format!("Quillfeather{number}")),
            ("FirstName", "Pamplemousse".to_owned()),
            ("Email", format!("quillfeather.{number}@umbermoor.example")),
            ("Phone", format!("+49 1512340 {number:03}")),
            ("MailingStreet", format!("Larkspurgasse {number}")),
            ("MailingCountry", "Sesame-Street".to_owned()),
        ] {
            row.insert(column.to_owned(), value);
        }
    }
    table.columns.extend(["Phone", "MailingStreet", "MailingCountry"].map(str::to_owned));
    table
}

fn accounts() -> Vec<u8> {
    let mut text = "Id,Name,Website,BillingStreet\n".to_owned();
    for (number, name) in
        ["Umbermoor", "umbermoor", "", "Umbermoor \"Quillfeather\"s"].iter().enumerate()
    {
        let id = format!("00100000000000{number}");
        writeln!(text, "{id},{name},https://umbermoor.example,\"Larkspurgasse {number}\"").unwrap();
    }
    // A quote that is never closed, and fields that shift what follows.
    text.push_str(
        "001000000000005,\"Umbermoor,x,y\n001000000000006,Umbermoor,Quillfeather,x,y,z\n",
    );
    text.into_bytes()
}

/// Nothing that was logged or sent gives anybody away, and the token is nowhere.
async fn assert_clean(world: &World, messages: &[String]) {
    let log = world.log();
    assert!(
        log.contains("csm_import::") || log.contains("split::"),
        "the functions' own lines are there"
    );
    for (what, text) in [("the log", log.clone()), ("a message", messages.join("\n"))] {
        let lower = text.to_lowercase();
        assert!(!text.contains(TOKEN), "the token is in {what}");
        for canary in CANARIES {
            let line = lower.lines().find(|line| line.contains(canary));
            assert!(line.is_none(), "{canary} is in {what}: {line:?}");
        }
    }
    let told = log.lines().find(|line| line.contains("\"level\"") && line.contains(FILE_NAME));
    assert!(told.is_none(), "the name of a file is logged: {told:?}");
    for prefix in ["imports/", "state/"] {
        for key in world.cloud.list(prefix).await.unwrap() {
            let object = world.cloud.get(&key).await.unwrap().unwrap_or_default();
            assert!(!String::from_utf8_lossy(&object).contains(TOKEN), "the token is in {key}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_data_is_in_logs_or_messages() {
    let options = Options { task_seconds: Some(1.0), ..Options::documented() };
    let world = World::start(options, &[("LogLevel", EVERYTHING), ("MaxOpenTasks", "2")]).await;
    let answers = [
        AnswerFault::bulk(1, Answer::Status(503)),
        AnswerFault::bulk(1, Answer::Status(429)),
        AnswerFault::bulk(2, Answer::Status(400)),
    ];
    world.sim.set_faults(Faults { answers: answers.into(), ..Faults::default() });
    let dropped = vec![
        world.drop("exports/h/Account.csv", fixture("acme/Account.csv")).await,
        world.drop("exports/h/Contact.csv", fixture("acme/Contact.csv")).await,
    ];
    // Most are in flight, and those behind them are not shown as long as these are.
    let mut sent = Vec::new();
    await_that("batches wait", async || {
        sent = messages(&world).await;
        !sent.is_empty()
    })
    .await;
    let import = world.imported(dropped).await.remove(0);
    import.assert_balanced();

    let log = world.log();
    assert!(log.contains("the batch is settled"), "the functions' own lines are in this log");
    let personal = personal();
    assert!(personal.len() > 1_000);
    for (what, text) in [("the log", log), ("a message", sent.join("\n"))] {
        assert!(!text.contains(TOKEN), "the token is in {what}");
        for value in &personal {
            assert!(!text.contains(value), "{value} is in {what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_with_an_export_its_values_stay_in_the_bucket() {
    let options =
        Options { bare: true, value_length: 30, task_seconds: Some(0.5), ..Options::documented() };
    let world = World::start(options, &[("LogLevel", EVERYTHING), ("MaxOpenTasks", "1")]).await;
    let quoting = Faults { quoting: true, ..Faults::default() };
    world.sim.set_faults(quoting.clone());
    let key = |folder: &str, file: &str| format!("{folder}/{FILE_NAME}/{file}");

    // A configuration that somebody has pasted an export into.
    let pasted = "duplicate_email = \"quillfeather@umbermoor.example\"\n[contact.fields]\n\
        Quillfeather = 5\nPamplemousse, Larkspurgasse\n";
    world.drop("config/import.toml", pasted).await;
    let refused = world.import_of(&[(&key("exports/a", "Contact.csv"), people(3).write())]).await;
    assert_eq!(refused.summary.state, State::Stopped);
    world.drop("config/import.toml", "").await;

    // Records that are broken, cannot be taken, or are refused by the site in words that quote them.
    let mut contacts = people(210);
    for (row, column, value) in [
        (1, "Email", "quillfeather at umbermoor"),
        (2, "Email", ""),
        (3, "Id", "quillfeather"),
        (4, "Phone", "call +49 1512340 and ask"),
        (5, "Title", "Pamplemousse of everything else there is"),
        (6, "Email", "quillfeather.7@umbermoor.example"),
    ] {
        contacts.rows[row].insert(column.to_owned(), value.to_owned());
    }
    let files = [("Account.csv", accounts()), ("Contact.csv", contacts.write())];
    let planned = world.drop(&key("plan/b", "WE_1.ZIP"), zipped(&files)).await;
    world.finished(vec![planned]).await;
    let answers =
        [(1, 503), (1, 429), (1, 400)].map(|(n, s)| AnswerFault::bulk(n, Answer::Status(s)));
    world.sim.set_faults(Faults { answers: answers.into(), ..quoting.clone() });
    let dropped = world.drop(&key("exports/b", "WE_1.ZIP"), zipped(&files)).await;
    let mut sent = Vec::new();
    await_that("batches wait", async || {
        sent = messages(&world).await;
        !sent.is_empty()
    })
    .await;
    let finished = world.finished(vec![dropped]).await;
    let finished = world.import(finished.last().unwrap()).await;
    assert!(finished.records().rejected > 5, "{:?}", finished.records());

    // JSON that breaks off, a describe file that is none, and what is no export at all.
    let json = "{\"Id\":\"003000000000001\",\"Email\":\"quillfeather.1@umbermoor.example\",\
        \"LastName\":\"Quillfeather\"}\n{\"Id\":\"Quillfeather\", \"Umbermoor\n";
    let describe = "{\"name\":[\"Quillfeather\"],\"fields\":\"Umbermoor\"}";
    let others = [
        (key("exports/c", "Contact.json"), json.as_bytes().to_vec()),
        (key("exports/c", "Contact.describe.json"), describe.as_bytes().to_vec()),
        (key("exports/c", "Account.xlsx"), b"PK\x03\x04 Quillfeather".to_vec()),
        (key("exports/c", "Account.csv"), b"Umbermoor;Quillfeather\n1;2\n".to_vec()),
    ];
    let others: Vec<_> = others.iter().map(|(key, bytes)| (key.as_str(), bytes.clone())).collect();
    world.import_of(&others).await;
    world.queues_are_empty().await;
    assert_clean(&world, &sent).await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn whatever_becomes_of_an_import_nobodys_data_is_in_logs_and_dead_letters() {
    use super::killed::redeliver_soon;

    let world = World::start(World::documented(), &[("LogLevel", EVERYTHING)]).await;
    redeliver_soon(&world).await;
    let quoting = Faults { quoting: true, ..Faults::default() };
    let mut number = 0;
    let mut import = async |faults: Faults| {
        number += 1;
        world.sim.set_faults(faults);
        let key = format!("exports/{number}/{FILE_NAME}/Contact.csv");
        world.import_of(&[(&key, people(3).write())]).await
    };
    // The site refuses everything, or the shape of everything.
    for faults in [
        Faults { token: Some("another-token".to_owned()), ..quoting.clone() },
        Faults {
            lacking_right: Some(Right::Everything),
            token: Some(TOKEN.to_owned()),
            ..quoting.clone()
        },
        Faults {
            answers: [AnswerFault::bulk(1_000, Answer::Status(422))].into(),
            ..quoting.clone()
        },
    ] {
        assert_eq!(import(faults).await.summary.state, State::Stopped);
    }

    // A function that is killed while it waits for an answer.
    let answers = [AnswerFault::bulk(1, Answer::Hang).after_accepting()].into();
    world.sim.set_faults(Faults { answers, ..quoting.clone() });
    let dropped = world.drop("exports/killed/Contact.csv", people(3).write()).await;
    await_that("a request is accepted", async || !world.sim.state().tasks.is_empty()).await;
    assert!(world.kill_functions() > 0);
    world.finished(vec![dropped]).await;

    // Messages of nobody, and a batch of which nobody can say anything, become dead letters.
    let queues = world.cloud.queues();
    let arn = QueueAttributeName::QueueArn;
    for (queue, dead) in [
        (&queues.exports, &queues.exports_dead_letters),
        (&queues.batches, &queues.batches_dead_letters),
        (&queues.tasks, &queues.tasks_dead_letters),
    ] {
        let asked = world.cloud.sqs().get_queue_attributes().queue_url(dead);
        let told = asked.attribute_names(arn.clone()).send().await.unwrap();
        let dead = &told.attributes().unwrap()[&arn];
        let policy = format!("{{\"deadLetterTargetArn\":\"{dead}\",\"maxReceiveCount\":2}}");
        let set = world.cloud.sqs().set_queue_attributes().queue_url(queue);
        set.attributes(QueueAttributeName::RedrivePolicy, policy).send().await.unwrap();
        let send = world.cloud.sqs().send_message().queue_url(queue);
        let send = send.message_body("{\"Records\": \"quillfeather@umbermoor.example\"}");
        let fifo = (*queue == queues.batches).then(|| "foreign".to_owned());
        let send = send.set_message_group_id(fifo.clone()).set_message_deduplication_id(fifo);
        send.send().await.unwrap();
    }
    let answers = [AnswerFault::bulk(1_000, Answer::Status(503))].into();
    world.sim.set_faults(Faults { answers, ..quoting });
    world.drop("exports/dead/Contact.csv", people(3).write()).await;
    let mut dead: Vec<String> = Vec::new();
    await_that("dead letters", async || {
        dead.clear();
        for queue in queues.dead_letters() {
            dead.extend(peek(&world, queue).await);
        }
        let foreign = dead.iter().filter(|body| body.contains("umbermoor")).count();
        foreign == 3 && dead.len() > foreign
    })
    .await;
    // These came with it, and nobody has looked into them.
    dead.retain(|body| !body.contains("umbermoor"));
    assert_clean(&world, &dead).await;
}

/// Waits until something holds.
pub(crate) async fn await_that(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let holding = async {
        while !holds().await {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(LIMIT, holding).await.unwrap_or_else(|_| panic!("{what}: not reached"));
}

fn zipped(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
