//! Alarms, the dashboard, and what is told of imports.

use std::collections::BTreeMap;

use csm_import::aws::{Aws, events};
use csm_import::delivery::Consumer;
use csm_import::metric::{self, Kind};
use csm_import_tests::template::Template;
use poll::poller::Poller;
use serde_json::{Value, json};
use split::splitter::Splitter;
use submit::submitter::Submitter;

use crate::{Rule, at, lines, named, target};

const ALARM: &str = "AWS::CloudWatch::Alarm";
const MANUAL: &str = include_str!("../../infra/README.md");

pub(crate) const RULES: &[Rule] = &[
    Rule {
        says: "there are alarms for the age and the dead letters of each queue, and the errors of each function",
        faults: complete,
        mistakes: &[
            ("/Resources/TasksDeadLettersAlarm", ""),
            ("/Resources/BatchesAgeAlarm", ""),
            ("/Resources/PollErrorsAlarm", ""),
            ("/Resources/PollErrorsAlarm/Properties/Dimensions/0/Value", r#"{"Ref": "Submit"}"#),
            ("/Resources/TasksAgeAlarm/Properties/Dimensions/1/Value", r#""exports""#),
            // Of a queue that is not FIFO, it leaves out what waits.
            (
                "/Resources/TasksAgeAlarm/Properties/MetricName",
                r#""ApproximateAgeOfOldestMessage""#,
            ),
            ("/Resources/UntoldAlarm", ""),
            // What nobody receives has no age of ours.
            ("/Resources/ExportsUnreadAlarm", ""),
        ],
    },
    Rule {
        says: "each alarm tells the topic, and its text what to do, with a chapter of the manual",
        faults: texts,
        mistakes: &[
            ("/Resources/FaultsAlarm/Properties/AlarmActions", ""),
            ("/Resources/FaultsAlarm/Properties/AlarmDescription", r#""Faults.""#),
            (
                "/Resources/FaultsAlarm/Properties/AlarmDescription",
                r#""Something happened: infra/README.md, No such chapter.""#,
            ),
            ("/Resources/FaultsAlarm/Properties/TreatMissingData", ""),
        ],
    },
    Rule {
        says: "alarms and the dashboard show what is measured, as it is measured, and all of it",
        faults: metrics,
        mistakes: &[
            ("/Resources/FaultsAlarm/Properties/MetricName", r#""Fault""#),
            ("/Resources/FaultsAlarm/Properties/Statistic", r#""Average""#),
            ("/Resources/NoProgressAlarm/Properties/Statistic", r#""Sum""#),
            ("/Resources/FaultsAlarm/Properties/Dimensions", "[]"),
            ("/Resources/FaultsAlarm/Properties/Dimensions/0/Value", r#""another""#),
            ("/Resources/FaultsAlarm/Properties/Namespace", r#""AWS/Lambda""#),
            ("/Resources/PollErrorsAlarm/Properties/Namespace", r#""AWS/SQS""#),
            (
                "/Resources/Dashboard/Properties/DashboardBody",
                r#"{"Fn::Sub": "{\"widgets\": []}"}"#,
            ),
        ],
    },
    Rule {
        says: "whoever subscribes is told of the ends of imports into this bucket",
        faults: ends,
        mistakes: &[
            ("/Resources/ImportFinished/Properties/EventPattern/source/0", r#""csm""#),
            ("/Resources/ImportFinished/Properties/EventPattern/detail", "{}"),
            (
                "/Resources/ImportFinished/Properties/Targets/0/InputTransformer/InputPathsMap/read",
                r#""$.detail.message""#,
            ),
            ("/Resources/NoticesPolicy/Properties/PolicyDocument/Statement/0/Principal", r#""*""#),
            ("/Resources/NoticesPolicy/Properties/PolicyDocument/Statement/0/Condition", "{}"),
            (
                "/Resources/NoticesPolicy/Properties/PolicyDocument/Statement/1/Condition",
                r#"{"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}"#,
            ),
            ("/Resources/NoticesPolicy/Properties/PolicyDocument/Statement/2", ""),
        ],
    },
];

/// The alarms about a metric of AWS, and what each is about.
fn about(template: &Template, metric: &str) -> Vec<String> {
    let alarms = named(template, ALARM).filter(|name| at(template, name, "/MetricName") == metric);
    alarms.map(|name| target(&at(template, name, "/Dimensions/0/Value")).to_owned()).collect()
}

fn complete(template: &Template) -> Vec<String> {
    let unread = about(template, "ApproximateAgeOfOldestMessage");
    let ages: Vec<String> = unread
        .iter()
        .filter(|queue| at(template, queue, "/FifoQueue") == true)
        .cloned()
        .chain(measured_ages(template))
        .collect();
    let dead = about(template, "ApproximateNumberOfMessagesVisible");
    let errors = about(template, "Errors");
    let queues = named(template, "AWS::SQS::Queue").map(|queue| {
        let is_in = |all: &[String]| all.iter().any(|of| of == queue);
        let is_dead = queue.ends_with("DeadLetters");
        let watched = if is_dead { is_in(&dead) } else { is_in(&ages) && is_in(&unread) };
        (!watched).then(|| queue.to_owned())
    });
    let functions = named(template, "AWS::Serverless::Function")
        .map(|function| (!errors.iter().any(|of| of == function)).then(|| function.to_owned()));
    let rules = named(template, "AWS::Events::Rule").map(|rule| {
        let failures = about(template, "FailedInvocations");
        (!failures.iter().any(|of| of == rule)).then(|| rule.to_owned())
    });
    lines(queues.chain(functions).chain(rules))
}

/// The queues of which we measure the age of messages ourselves, and have an alarm for it.
fn measured_ages(template: &Template) -> impl Iterator<Item = String> {
    let measured = [
        (<Splitter<Aws> as Consumer>::QUEUE, "ExportsQueue"),
        (<Submitter<Aws> as Consumer>::QUEUE, "BatchesQueue"),
        (<Poller<Aws> as Consumer>::QUEUE, "TasksQueue"),
    ];
    let watched = |name: &str| {
        named(template, ALARM).any(|alarm| {
            at(template, alarm, "/MetricName") == "MessageAge"
                && at(template, alarm, "/Dimensions/1") == json!({"Name": "Queue", "Value": name})
        })
    };
    measured.into_iter().filter(move |(name, _)| watched(name)).map(|(_, queue)| queue.to_owned())
}

fn texts(template: &Template) -> Vec<String> {
    lines(named(template, ALARM).map(|alarm| {
        let properties = at(template, alarm, "");
        let text = properties["AlarmDescription"].as_str().unwrap_or_default();
        let chapter = text.rsplit_once("infra/README.md, ").map(|(_, chapter)| chapter);
        let chapter = chapter.and_then(|chapter| chapter.strip_suffix('.')).unwrap_or("?");
        let mut headings = MANUAL.lines().filter_map(|line| line.strip_prefix("##"));
        let known = headings.any(|heading| heading.trim_start_matches('#').trim() == chapter);
        let well = known
            && properties["AlarmActions"] == json!([{"Ref": "Notices"}])
            && properties["TreatMissingData"] == "notBreaching";
        (!well).then(|| format!("{alarm}: {text}"))
    }))
}

/// A metric of ours as something shows it: its name, its dimensions, and by which statistic.
type Shown = (String, Vec<String>, String);

fn shown(template: &Template) -> Vec<Shown> {
    let alarms = named(template, ALARM).filter_map(|alarm| {
        let properties = at(template, alarm, "");
        let dimensions = properties["Dimensions"].as_array()?.iter();
        let dimensions = dimensions.filter_map(|dimension| dimension["Name"].as_str());
        let text = |field: &str| properties[field].as_str().unwrap_or_default().to_owned();
        let ours = properties["Namespace"] == metric::NAMESPACE;
        let dimensions = dimensions.map(str::to_owned).collect();
        ours.then(|| (text("MetricName"), dimensions, text("Statistic")))
    });
    alarms.chain(on_the_dashboard(template)).collect()
}

fn on_the_dashboard(template: &Template) -> Vec<Shown> {
    let body = at(template, "Dashboard", "/DashboardBody/Fn::Sub");
    let body: Value = serde_json::from_str(body.as_str().unwrap_or_default()).unwrap_or_default();
    let widgets = body["widgets"].as_array().cloned().unwrap_or_default().into_iter();
    let metrics = widgets.flat_map(|widget| {
        let properties = widget["properties"].clone();
        let metrics = properties["metrics"].as_array().cloned().unwrap_or_default().into_iter();
        metrics.filter_map(move |metric| {
            let metric = metric.as_array()?;
            let words: Vec<&str> = metric.iter().filter_map(Value::as_str).collect();
            let [namespace, name, dimensions @ ..] = words.as_slice() else { return None };
            let own = metric.last().and_then(|last| last.get("stat"));
            let stat = own.or_else(|| properties.get("stat")).and_then(Value::as_str);
            let dimensions = dimensions.iter().step_by(2).map(|name| (*name).to_owned()).collect();
            let shown = ((*name).to_owned(), dimensions, stat.unwrap_or("Average").to_owned());
            (*namespace == metric::NAMESPACE).then_some(shown)
        })
    });
    metrics.collect()
}

fn metrics(template: &Template) -> Vec<String> {
    let measured: BTreeMap<&str, &metric::Metric> =
        metric::ALL.iter().map(|metric| (metric.name, metric)).collect();
    let wrong = shown(template).into_iter().map(|(name, dimensions, stat)| {
        let Some(metric) = measured.get(name.as_str()) else {
            return Some(format!("{name} is not measured"));
        };
        let expected: Vec<&str> = [metric::STACK].into_iter().chain(metric.dimension).collect();
        let adds_up = match metric.kind {
            Kind::Counter => stat == "Sum",
            Kind::Values => stat != "Sum" && stat != "SampleCount",
        };
        (dimensions != expected || !adds_up).then(|| format!("{name} by {dimensions:?}, {stat}"))
    });
    let foreign = named(template, ALARM).map(|alarm| {
        let properties = at(template, alarm, "");
        let of_its_own = json!({"Name": metric::STACK, "Value": {"Ref": "AWS::StackName"}});
        let well = match properties["MetricName"].as_str().unwrap_or_default() {
            "Errors" => properties["Namespace"] == "AWS/Lambda",
            "FailedInvocations" => properties["Namespace"] == "AWS/Events",
            name if name.starts_with("Approximate") => properties["Namespace"] == "AWS/SQS",
            _ => {
                properties["Namespace"] == metric::NAMESPACE
                    && properties["Dimensions"][0] == of_its_own
            }
        };
        (!well).then(|| format!("{alarm} is about somebody else's metric"))
    });
    let wrong = wrong.chain(foreign);
    let on_the_dashboard = on_the_dashboard(template);
    let missing = metric::ALL.iter().map(|metric| {
        let is_shown = on_the_dashboard.iter().any(|(name, ..)| name == metric.name);
        (!is_shown).then(|| format!("{} is not on the dashboard", metric.name))
    });
    lines(wrong.chain(missing))
}

fn ends(template: &Template) -> Vec<String> {
    // What an event says: see `csm_import::import::finished`.
    const TOLD: [&str; 5] = ["import", "state", "records", "report", "errors"];
    let rule = at(template, "ImportFinished", "");
    let pattern = json!({
        "source": [events::SOURCE],
        "detail-type": [events::FINISHED],
        "detail": {"bucket": [{"Ref": "Bucket"}]},
    });
    let paths = &rule["Targets"][0]["InputTransformer"]["InputPathsMap"];
    let unknown = paths.as_object().into_iter().flatten().map(|(name, path)| {
        let field = path.as_str().and_then(|path| path.strip_prefix("$.detail."));
        let field = field.and_then(|field| field.split('.').next()).unwrap_or_default();
        (!TOLD.contains(&field)).then(|| format!("{name} is {path}"))
    });
    let policy = at(template, "NoticesPolicy", "/PolicyDocument/Statement");
    let [alarms, events] = [0, 1].map(|number| policy[number].clone());
    let connections = policy.as_array().into_iter().flatten().any(|statement| {
        statement["Effect"] == "Deny"
            && statement["Principal"] == "*"
            && statement["Condition"] == json!({"Bool": {"aws:SecureTransport": "false"}})
    });
    let others = [
        (rule["EventPattern"] == pattern, "another event is listened for"),
        (target(&rule["Targets"][0]["Arn"]) == "Notices", "it is not told to the topic"),
        (
            alarms["Principal"] == json!({"Service": "cloudwatch.amazonaws.com"})
                && events["Principal"] == json!({"Service": "events.amazonaws.com"}),
            "somebody else may publish",
        ),
        (alarms["Condition"]["ArnLike"]["aws:SourceArn"].is_object(), "others' alarms may publish"),
        // EventBridge User Guide, "Amazon SNS permissions".
        (events.get("Condition").is_none(), "the event bus cannot publish under a condition"),
        (connections, "it is reached by connections that are not encrypted"),
    ];
    let others =
        others.into_iter().map(|(holds, otherwise)| (!holds).then(|| otherwise.to_owned()));
    lines(unknown.chain(others))
}

#[test]
fn the_manual_explains_every_metric() {
    for metric in metric::ALL {
        let metric::Metric { name, unit, dimension, meaning, .. } = metric;
        let dimension = dimension.map(|name| format!("`{name}`")).unwrap_or_default();
        let row = format!("| `{name}` | {unit:?} | {dimension} | {meaning} |");
        assert!(MANUAL.lines().any(|line| line == row), "infra/README.md has no row\n{row}");
    }
}
