//! What must hold of `infra/template.yaml`, each with mistakes that it has to find.
//!
//! Linters know what AWS refuses; these rules know what this system relies on.
#![expect(
    clippy::indexing_slicing,
    reason = "what is not there in JSON is null, and then a rule finds it"
)]

mod bucket;
mod functions;
mod parameters;
mod queues;
mod watching;

use csm_import_tests::template::Template;
use serde_json::Value;

/// Something that must hold.
struct Rule {
    says: &'static str,
    /// What does not hold, a line each.
    faults: fn(&Template) -> Vec<String>,
    /// Mistakes: a JSON pointer, and what stands there instead; nothing, where it is empty.
    mistakes: &'static [(&'static str, &'static str)],
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    let all = [bucket::RULES, functions::RULES, parameters::RULES, queues::RULES, watching::RULES];
    all.into_iter().flatten()
}

#[test]
fn the_template_keeps_every_rule() {
    let template = Template::of_the_project();
    let broken = |rule: &Rule| {
        let faults = (rule.faults)(&template);
        (!faults.is_empty()).then(|| format!("{}:\n  {}", rule.says, faults.join("\n  ")))
    };
    let broken: Vec<String> = rules().filter_map(broken).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_rule_finds_mistakes() {
    let template = Template::of_the_project();
    for rule in rules() {
        assert!(!rule.mistakes.is_empty(), "{}: no mistake is known", rule.says);
        for (pointer, instead) in rule.mistakes {
            let instead: Option<Value> = match *instead {
                "" => None,
                text => Some(serde_json::from_str(text).unwrap()),
            };
            let mistaken = template.with(pointer, instead);
            assert!(!(rule.faults)(&mistaken).is_empty(), "{}: {pointer} is not found", rule.says);
        }
    }
}

/// What a resource is made with, at a JSON pointer.
fn at(template: &Template, resource: &str, pointer: &str) -> Value {
    template.properties(resource).pointer(pointer).cloned().unwrap_or_default()
}

/// The name of the resource that a `Ref` or `Fn::GetAtt` is about.
fn target(value: &Value) -> &str {
    value["Ref"].as_str().or_else(|| value["Fn::GetAtt"][0].as_str()).unwrap_or_default()
}

/// The names of the resources of a type.
fn named<'a>(template: &'a Template, kind: &'a str) -> impl Iterator<Item = &'a str> {
    template.resources(kind).map(|(name, _)| name)
}

/// Those of `found` that are wrong, as lines.
fn lines(found: impl Iterator<Item = Option<String>>) -> Vec<String> {
    found.flatten().collect()
}
