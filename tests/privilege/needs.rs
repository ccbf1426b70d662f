//! What each function must be allowed: the operations of what it asks of its ports, on what it asks
//! them for, and what Lambda does in its name.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use csm_import::aws::events;
use simulation::asked::{Asked, Of};
use simulation::chance::Plan;
use simulation::fault::Fault;
use simulation::history::{Event, History};
use simulation::invocation::Function;
use simulation::queue::Kind;
use simulation::run::play;
use simulation::{replay, replay_scheduled};

use crate::code::Operation;
use crate::{Permission, Permissions};

/// The name of a function in the template.
pub(crate) fn resource(function: Function) -> &'static str {
    match function {
        Function::Split => "Split",
        Function::Submit => "Submit",
        Function::Poll => "Poll",
    }
}

/// What the functions ask for in histories of every kind: imported at once, planned, on a schedule,
/// resumed, given up, and with everything going wrong that can.
pub(crate) fn asked() -> BTreeSet<Asked> {
    let reports = (0..60).map(|seed| replay(seed, false));
    let scheduled = (0..20).map(|seed| replay_scheduled(seed, false));
    let special = [planned(), refused()].map(|history| play(&history, false, |_| {}));
    let reports = reports.chain(scheduled).chain(special);
    reports.flat_map(|report| report.asked).collect()
}

/// A small history in which exports are planned.
fn planned() -> History {
    let mut history = History::small();
    for (_, event) in &mut history.events {
        if let Event::Drop { key, .. } = event {
            *key = key.replacen("exports/", "plan/", 1);
        }
    }
    history
}

/// A small history in which the site takes no batch, until it is given up.
fn refused() -> History {
    let unavailable = ("SUBMIT posts organizations", Fault::Unavailable);
    History { plan: Plan::these(iter::repeat_n(unavailable, 1_000)), ..History::small() }
}

/// What every function must be allowed.
pub(crate) fn needs(
    asked: &BTreeSet<Asked>,
    code: &BTreeMap<String, BTreeSet<Operation>>,
) -> BTreeMap<&'static str, Permissions> {
    let mut needs: BTreeMap<_, Permissions> = BTreeMap::new();
    for function in Function::ALL {
        let needed = needs.entry(resource(function)).or_default();
        needed.extend(of_lambda(function));
    }
    for Asked { function, method, of } in asked {
        let Some(operations) = code.get(*method) else { panic!("no adapter has {method}") };
        let needed = needs.entry(resource(*function)).or_default();
        needed.extend(operations.iter().flat_map(|operation| of_operation(operation, *of)));
    }
    needs
}

/// What Lambda does in the name of a function: it takes the messages of its queue (Lambda Developer
/// Guide, "Configuring permissions" of Amazon SQS event sources), writes its log, and sends its traces.
fn of_lambda(function: Function) -> Permissions {
    let queue = queue(function.queue());
    let name = resource(function);
    let taken = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
    let logged = ["logs:CreateLogStream", "logs:PutLogEvents"];
    let traced = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];
    let of = |actions: &[&'static str], of: String| -> Vec<Permission> {
        actions.iter().map(|action| ((*action).to_owned(), of.clone())).collect()
    };
    let all = [of(&taken, queue), of(&logged, format!("{name}Logs")), of(&traced, "*".to_owned())];
    all.into_iter().flatten().collect()
}

/// The name of a queue in the template.
fn queue(kind: Kind) -> String {
    match kind {
        Kind::Exports => "ExportsQueue",
        Kind::Batches => "BatchesQueue",
        Kind::Tasks => "TasksQueue",
        Kind::DeadBatches => "BatchesDeadLetters",
    }
    .to_owned()
}

/// The actions of an operation, with what they are about (Service Authorization Reference).
fn of_operation(operation: &Operation, of: Of) -> Vec<Permission> {
    let has = |name: &str| operation.along.contains(name);
    let (place, tagged) = match of {
        Of::Object { place, is_working_paper } if place.ends_with('/') => {
            (format!("{place}*"), is_working_paper)
        }
        Of::Object { place, .. } => (place.to_owned(), false),
        Of::Queue(kind) => (queue(kind), false),
        Of::Secret => ("Secret".to_owned(), false),
        Of::Events => {
            let told = format!(
                "events:detail-type {}, events:source {}",
                events::FINISHED,
                events::SOURCE
            );
            (format!("event bus ({told})"), false)
        }
    };
    let bucket = || ("s3:ListBucket".to_owned(), "Bucket".to_owned());
    let on = |action: &str| (action.to_owned(), place.clone());
    let tag = (tagged && (has("set_tagging") || has("tagging"))).then(|| on("s3:PutObjectTagging"));
    match operation.name.as_str() {
        "list_objects_v2" => vec![bucket()],
        // Without the right to list, what is not there is told as forbidden.
        "head_object" => vec![on("s3:GetObject"), bucket()],
        "get_object" => {
            let version = has("version_id").then(|| on("s3:GetObjectVersion"));
            [on("s3:GetObject"), bucket()].into_iter().chain(version).collect()
        }
        "put_object" | "create_multipart_upload" => {
            [on("s3:PutObject")].into_iter().chain(tag).collect()
        }
        "upload_part" | "complete_multipart_upload" => vec![on("s3:PutObject")],
        "abort_multipart_upload" => vec![on("s3:AbortMultipartUpload")],
        "send_message_batch" => vec![on("sqs:SendMessage")],
        "change_message_visibility" => vec![on("sqs:ChangeMessageVisibility")],
        "delete_message" => vec![on("sqs:DeleteMessage")],
        "put_events" => vec![on("events:PutEvents")],
        // A key of one's own, where there is one, is used by Secrets Manager in the reader's name.
        "get_secret_value" => vec![
            on("secretsmanager:GetSecretValue"),
            ("kms:Decrypt".to_owned(), "CsmSecretKeyArn (by Secrets Manager)".to_owned()),
        ],
        other => panic!("nobody knows what must be allowed for {other}"),
    }
}
