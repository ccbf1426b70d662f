//! Least privilege: what `infra/template.yaml` allows each function is what its code does, and nothing
//! else.
//!
//! The source of the adapters says which operations a method of a port comes to; the simulation, in
//! which the functions run as they are, says who asks what of which port. Together they are what a
//! function needs, and that is compared with its role, in both directions.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what the test does not understand must not pass for a permission that nobody needs"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "what is not there in JSON is null, and then something is missing"
)]

mod code;
mod grants;
mod needs;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::LazyLock;

use csm_import_tests::template::Template;
use serde_json::{Value, json};
use simulation::asked::Asked;
use simulation::invocation::Function;

/// An action, and what it is about.
type Permission = (String, String);
type Permissions = BTreeSet<Permission>;

static ASKED: LazyLock<BTreeSet<Asked>> = LazyLock::new(needs::asked);

static NEEDS: LazyLock<BTreeMap<&str, Permissions>> =
    LazyLock::new(|| needs::needs(&ASKED, &code::operations()));

/// Where a role differs from what its function does, a line each.
fn differences(template: &Template) -> Vec<String> {
    let of = |(function, needed): (&&str, &Permissions)| {
        let granted = grants::grants(template, function);
        let lacks =
            needed.difference(&granted).map(|(action, of)| format!("lacks {action} on {of}"));
        let has = granted
            .difference(needed)
            .map(|(action, of)| format!("has no use for {action} on {of}"));
        lacks.chain(has).map(|what| format!("{function} {what}")).collect::<Vec<_>>()
    };
    NEEDS.iter().flat_map(of).collect()
}

#[test]
fn functions_may_do_what_they_do_and_nothing_else() {
    let differences = differences(&Template::of_the_project());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Otherwise what it would need would go unnoticed.
#[test]
fn everything_that_an_adapter_can_do_is_asked_for() {
    let asked: BTreeSet<&str> = ASKED.iter().map(|asked| asked.method).collect();
    let operations = code::operations();
    let can = operations.iter().filter(|(_, operations)| !operations.is_empty());
    assert_eq!(can.map(|(method, _)| method.as_str()).collect::<BTreeSet<_>>(), asked);
}

#[test]
fn too_little_and_too_much_are_found() {
    let template = Template::of_the_project();
    for function in Function::ALL.map(needs::resource) {
        for (pointer, statement) in grants::statements(&template, function) {
            let actions = match &statement["Action"] {
                Value::Array(actions) => actions.clone(),
                action => vec![action.clone()],
            };
            let resources = match &statement["Resource"] {
                Value::Array(resources) => resources.clone(),
                resource => vec![resource.clone()],
            };
            let without = |all: &[Value], left_out: usize| -> Value {
                let rest = all.iter().enumerate().filter(|(n, _)| *n != left_out);
                rest.map(|(_, value)| value.clone()).collect()
            };
            let wider = |all: &[Value], more: Value| [all, &[more]].concat();
            let mut mistakes = vec![
                ("Action", json!(wider(&actions, json!("s3:DeleteObject")))),
                ("Action", json!(wider(&actions, json!("sqs:*")))),
                ("Resource", json!(wider(&resources, json!({"Fn::Sub": "${Bucket.Arn}/*"})))),
            ];
            if statement.get("Condition").is_some() {
                mistakes.push(("Condition", json!({"StringEquals": {}})));
            }
            mistakes.extend((0..actions.len()).map(|n| ("Action", without(&actions, n))));
            mistakes.extend((0..resources.len()).map(|n| ("Resource", without(&resources, n))));
            let of = resources[0]["Fn::GetAtt"][0].as_str();
            mistakes.extend(of.map(|of| ("Resource", json!({ "Ref": of }))));
            let mut mistakes: Vec<(String, Value)> = mistakes
                .into_iter()
                .map(|(name, instead)| (format!("{pointer}/{name}"), instead))
                .collect();
            if !pointer.contains("Fn::If") {
                // Only where X-Ray is asked for.
                let traced = json!({"Fn::If": ["IsTraced", statement, {"Ref": "AWS::NoValue"}]});
                mistakes.push((pointer, traced));
            }
            for (place, instead) in mistakes {
                let altered = template.with(&place, Some(instead.clone()));
                assert!(!differences(&altered).is_empty(), "{place}: {instead} is not found");
            }
        }
    }
}

/// The table of `infra/README.md`, by what is acted on.
#[test]
fn the_manual_tells_what_each_function_may_do() {
    let mut rows: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for (function, permissions) in NEEDS.iter() {
        for (action, of) in permissions {
            rows.entry(of).or_default().entry(function).or_default().push(action);
        }
    }
    let mut table = "| | SPLIT | SUBMIT | POLL |\n|---|---|---|---|\n".to_owned();
    for (of, actions) in rows {
        let cells = ["Split", "Submit", "Poll"].map(|function| {
            let actions = actions.get(function).into_iter().flatten();
            let actions: Vec<String> = actions.map(|action| format!("`{action}`")).collect();
            if actions.is_empty() { "–".to_owned() } else { actions.join(" ") }
        });
        writeln!(table, "| `{of}` | {} |", cells.join(" | ")).unwrap();
    }
    let manual = include_str!("../../infra/README.md");
    assert!(manual.contains(&table), "infra/README.md needs this table:\n{table}");
}
