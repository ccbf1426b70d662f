//! The template, `infra/template.yaml`, as a document that can be asked.

pub mod resolver;

use local::deploy::TEMPLATE;
use serde_json::{Map, Value, json};
use yaml_serde::Value as Yaml;

pub use resolver::{Made, Resolver, Unmade};

/// A template. The short forms of its functions are written out: `!Ref Bucket` is `{"Ref": "Bucket"}`,
/// `!Sub x` is `{"Fn::Sub": "x"}`, and `!GetAtt Bucket.Arn` is `{"Fn::GetAtt": ["Bucket", "Arn"]}`.
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
}

impl Template {
    /// The template of this project.
    pub fn of_the_project() -> Self {
        Self::parse(TEMPLATE)
    }

    /// Reads a template.
    pub fn parse(text: &str) -> Self {
        Self { document: written_out(yaml_serde::from_str(text).expect("YAML")) }
    }

    /// All of it.
    pub const fn document(&self) -> &Value {
        &self.document
    }

    /// This template with another value at a JSON pointer, or without what stands there.
    pub fn with(&self, pointer: &str, value: Option<Value>) -> Self {
        let mut document = self.document.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        match (document.pointer_mut(parent), value) {
            (Some(Value::Object(parent)), Some(value)) => {
                parent.insert(name.to_owned(), value);
            }
            (Some(Value::Object(parent)), None) => {
                parent.remove(name).expect("something is there");
            }
            (Some(Value::Array(parent)), Some(value)) => {
                parent[name.parse::<usize>().expect("a position")] = value;
            }
            (Some(Value::Array(parent)), None) => {
                parent.remove(name.parse().expect("a position"));
            }
            _ => panic!("there is nothing at {parent}"),
        }
        Self { document }
    }

    /// A section such as `Parameters`: names and what stands under them.
    pub fn section(&self, name: &str) -> impl Iterator<Item = (&str, &Value)> {
        let entries = self.document[name].as_object().into_iter().flatten();
        entries.map(|(name, value)| (name.as_str(), value))
    }

    /// The resources of a type such as `AWS::SQS::Queue`.
    pub fn resources(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.section("Resources").filter(move |(_, resource)| resource["Type"] == kind)
    }

    /// What a resource is made with. A function has what stands in `Globals` as well, unless it says
    /// otherwise itself.
    pub fn properties(&self, resource: &str) -> Value {
        let resource = &self.document["Resources"][resource];
        let own = resource["Properties"].clone();
        if resource["Type"] == "AWS::Serverless::Function" {
            return merged(self.document["Globals"]["Function"].clone(), own);
        }
        own
    }
}

fn merged(general: Value, special: Value) -> Value {
    match (general, special) {
        (Value::Object(mut general), Value::Object(special)) => {
            for (name, value) in special {
                let below = general.remove(&name).unwrap_or_default();
                general.insert(name, merged(below, value));
            }
            Value::Object(general)
        }
        (_, special) => special,
    }
}

fn written_out(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Sequence(items) => items.into_iter().map(written_out).collect(),
        Yaml::Mapping(entries) => {
            let entry = |(name, value): (Yaml, Yaml)| {
                let name = name.as_str().expect("names are texts").to_owned();
                (name, written_out(value))
            };
            Value::Object(entries.into_iter().map(entry).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let value = written_out(tagged.value);
            match (tag.trim_start_matches('!'), &value) {
                (name @ ("Ref" | "Condition"), _) => json!({ name: value }),
                ("GetAtt", Value::String(path)) => {
                    let (resource, attribute) = path.split_once('.').expect("a dot in a GetAtt");
                    json!({ "Fn::GetAtt": [resource, attribute] })
                }
                (name, _) => json!({ format!("Fn::{name}"): value }),
            }
        }
        plain => serde_json::to_value(plain).expect("plain values are JSON"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_written_out() {
        let template = Template::parse(
            "A: !Ref B\nC: !GetAtt D.E\nF: !If [G, !Sub '${H}', !Ref AWS::NoValue]\n\
             I: !Sub\n  - ${J}\n  - J: !Select [0, [1, 2]]\nK: {Fn::GetAtt: [L, M]}\n",
        );
        assert_eq!(
            *template.document(),
            json!({
                "A": {"Ref": "B"},
                "C": {"Fn::GetAtt": ["D", "E"]},
                "F": {"Fn::If": ["G", {"Fn::Sub": "${H}"}, {"Ref": "AWS::NoValue"}]},
                "I": {"Fn::Sub": ["${J}", {"J": {"Fn::Select": [0, [1, 2]]}}]},
                "K": {"Fn::GetAtt": ["L", "M"]},
            })
        );
    }

    #[test]
    fn what_a_function_says_itself_counts_more_than_what_is_said_of_all() {
        let template = Template::parse(
            "Globals: {Function: {Timeout: 3, Environment: {Variables: {A: 1, B: 2}}}}\n\
             Resources:\n  F:\n    Type: AWS::Serverless::Function\n\
             \x20   Properties: {Timeout: 9, Environment: {Variables: {B: 3}}}\n",
        );
        assert_eq!(
            template.properties("F"),
            json!({"Timeout": 9, "Environment": {"Variables": {"A": 1, "B": 3}}})
        );
    }

    #[test]
    fn the_projects_template_has_three_functions() {
        let template = Template::of_the_project();
        let functions = template.resources("AWS::Serverless::Function").map(|(name, _)| name);
        let mut functions: Vec<_> = functions.collect();
        functions.sort_unstable();
        assert_eq!(functions, ["Poll", "Split", "Submit"]);
    }
}
