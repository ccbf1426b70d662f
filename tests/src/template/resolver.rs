//! What the functions of a template stand for, in a stack that is being made.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Template;

/// A resource that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// What `!Ref` stands for.
    pub reference: String,
    /// What `!GetAtt` stands for, by attribute.
    pub attributes: BTreeMap<&'static str, String>,
}

/// A resource that has to be made first.
#[derive(Debug, PartialEq, Eq)]
pub struct Unmade(pub String);

/// A stack that is being made. Whatever it does not understand is a panic: a template that is read
/// half is worse than one that is not read.
#[derive(Debug)]
pub struct Resolver {
    template: Template,
    /// Values of parameters, and of pseudo parameters such as `AWS::Region`.
    parameters: BTreeMap<String, Value>,
    made: BTreeMap<String, Made>,
}

impl Resolver {
    /// A stack of which nothing is there yet. Parameters that are not given have their defaults.
    pub fn new(template: Template, given: BTreeMap<String, String>) -> Self {
        let default = |(name, parameter): (&str, &Value)| {
            Some((name.to_owned(), parameter.get("Default")?.clone()))
        };
        let mut parameters: BTreeMap<String, Value> =
            template.section("Parameters").filter_map(default).collect();
        parameters.extend(given.into_iter().map(|(name, value)| (name, Value::String(value))));
        Self { template, parameters, made: BTreeMap::new() }
    }

    /// The template.
    pub const fn template(&self) -> &Template {
        &self.template
    }

    /// Takes note that a resource is there.
    pub fn made(&mut self, name: &str, made: Made) {
        self.made.insert(name.to_owned(), made);
    }

    /// Takes note of a pseudo parameter that came to be known with a resource.
    pub fn learn(&mut self, name: &str, value: impl Into<Value>) {
        self.parameters.insert(name.to_owned(), value.into());
    }

    /// What `!Ref` stands for of the resource with this ARN.
    pub fn reference_of(&self, arn: &str) -> Option<String> {
        let found = self
            .made
            .values()
            .find(|made| made.attributes.get("Arn").is_some_and(|its| its == arn));
        found.map(|made| made.reference.clone())
    }

    /// Whether a resource is there.
    pub fn is_made(&self, name: &str) -> bool {
        self.made.contains_key(name)
    }

    /// A value with all that it refers to.
    ///
    /// # Errors
    /// It refers to a resource that is not there yet.
    pub fn resolve(&self, value: &Value) -> Result<Value, Unmade> {
        Ok(self.value(value)?.unwrap_or_default())
    }

    /// A value, or none where it is `AWS::NoValue`.
    fn value(&self, value: &Value) -> Result<Option<Value>, Unmade> {
        match value {
            Value::Array(items) => {
                let items = items.iter().filter_map(|item| self.value(item).transpose());
                Ok(Some(Value::Array(items.collect::<Result<_, _>>()?)))
            }
            Value::Object(entries) => {
                let mut only = entries.iter();
                if let (Some((name, argument)), None) = (only.next(), only.next())
                    && (name == "Ref" || name.starts_with("Fn::"))
                {
                    return self.call(name, argument);
                }
                let mut resolved = Map::new();
                for (name, value) in entries {
                    if let Some(value) = self.value(value)? {
                        resolved.insert(name.clone(), value);
                    }
                }
                Ok(Some(Value::Object(resolved)))
            }
            plain => Ok(Some(plain.clone())),
        }
    }

    fn call(&self, function: &str, argument: &Value) -> Result<Option<Value>, Unmade> {
        let arguments = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        let value = match (function, arguments) {
            ("Ref", _) if argument == "AWS::NoValue" => return Ok(None),
            ("Ref", _) => self.reference(argument.as_str().expect("a name"))?,
            ("Fn::If", [condition, then, otherwise]) => {
                let holds = self.condition(condition.as_str().expect("a name"))?;
                return self.value(if holds { then } else { otherwise });
            }
            ("Fn::GetAtt", [resource, attribute]) => {
                let (resource, attribute) = (text(resource), text(attribute));
                Value::String(self.attribute(&resource, &attribute)?)
            }
            ("Fn::Sub", []) => Value::String(self.substituted(&text(argument), &Map::new())?),
            ("Fn::Sub", [pattern, names]) => {
                let names = self.resolve(names)?;
                let names = names.as_object().expect("names and values");
                Value::String(self.substituted(&text(pattern), names)?)
            }
            ("Fn::Select", [index, items]) => {
                let index = text(index).parse::<usize>().expect("an index");
                self.resolve(items)?.get(index).cloned().expect("an item of this index")
            }
            ("Fn::Split", [separator, whole]) => {
                let (separator, whole) = (text(separator), text(&self.resolve(whole)?));
                whole.split(&separator).map(Value::from).collect()
            }
            ("Fn::Join", [separator, items]) => {
                let items = self.resolve(items)?;
                let items = items.as_array().expect("items").iter().map(text);
                Value::String(items.collect::<Vec<_>>().join(&text(separator)))
            }
            _ => panic!("{function} of {argument} is not understood"),
        };
        Ok(Some(value))
    }

    /// Whether a condition of the template holds.
    fn condition(&self, name: &str) -> Result<bool, Unmade> {
        let conditions = &self.template.document()["Conditions"];
        self.holds(conditions.get(name).unwrap_or_else(|| panic!("there is no condition {name}")))
    }

    /// Whether the condition of a resource holds, if it has one.
    ///
    /// # Errors
    /// It depends on a resource that is not there yet.
    pub fn is_wanted(&self, resource: &Value) -> Result<bool, Unmade> {
        resource["Condition"].as_str().map_or(Ok(true), |name| self.condition(name))
    }

    fn holds(&self, condition: &Value) -> Result<bool, Unmade> {
        let entries = condition.as_object().expect("a condition");
        let (function, argument) = entries.iter().next().expect("a condition");
        let arguments = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match (function.as_str(), arguments) {
            ("Condition", _) => self.condition(&text(argument)),
            ("Fn::Equals", [one, other]) => {
                Ok(text(&self.resolve(one)?) == text(&self.resolve(other)?))
            }
            ("Fn::Not", [condition]) => self.holds(condition).map(|holds| !holds),
            ("Fn::And", conditions) => {
                conditions.iter().try_fold(true, |all, one| Ok(all && self.holds(one)?))
            }
            ("Fn::Or", conditions) => {
                conditions.iter().try_fold(false, |any, one| Ok(any || self.holds(one)?))
            }
            _ => panic!("the condition {function} of {argument} is not understood"),
        }
    }

    fn reference(&self, name: &str) -> Result<Value, Unmade> {
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        self.resource(name).map(|made| Value::String(made.reference.clone()))
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Result<String, Unmade> {
        let found = self.resource(resource)?.attributes.get(attribute);
        Ok(found.unwrap_or_else(|| panic!("{resource} has no {attribute}")).clone())
    }

    fn resource(&self, name: &str) -> Result<&Made, Unmade> {
        let resources = &self.template.document()["Resources"];
        // What is not known yet of the stack itself comes with a resource.
        let known = resources.get(name).is_some() || name.starts_with("AWS::");
        assert!(known, "{name} is no resource, and no parameter with a value");
        self.made.get(name).ok_or_else(|| Unmade(name.to_owned()))
    }

    fn substituted(&self, pattern: &str, names: &Map<String, Value>) -> Result<String, Unmade> {
        let mut parts = pattern.split("${");
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').expect("a closing brace");
            let value = match (name.strip_prefix('!'), names.get(name), name.split_once('.')) {
                (Some(literal), ..) => format!("${{{literal}}}"),
                (_, Some(value), _) => text(value),
                (.., Some((resource, attribute))) => self.attribute(resource, attribute)?,
                _ => text(&self.reference(name)?),
            };
            whole.push_str(&value);
            whole.push_str(rest);
        }
        Ok(whole)
    }
}

/// A plain value as CloudFormation hands it on: as a text.
///
/// # Panics
/// It is a list or an object.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => panic!("{value} is no text"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resolver() -> Resolver {
        let template = Template::parse(
            "Parameters: {Seconds: {Type: Number, Default: 5}, Given: {Type: String}}\n\
             Conditions:\n  Set: !Not [!Equals [!Ref Given, '']]\n  Unset: !Equals [!Ref Given, '']\n\
             Resources: {Queue: {Type: Q}, Later: {Type: Q}}\n",
        );
        let given = [("Given", "x"), ("AWS::StackName", "s")];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut resolver = Resolver::new(template, given.into());
        let attributes = BTreeMap::from([("Arn", "arn:q".to_owned())]);
        resolver.made("Queue", Made { reference: "http://q".to_owned(), attributes });
        resolver
    }

    #[test]
    fn every_function_stands_for_a_value() {
        let resolver = resolver();
        for (yaml, value) in [
            ("!Ref Seconds", json!(5)),
            ("!Ref Queue", json!("http://q")),
            ("!GetAtt Queue.Arn", json!("arn:q")),
            ("!Sub '${AWS::StackName}-${Seconds}-${Queue.Arn}-${!x}'", json!("s-5-arn:q-${x}")),
            ("!Sub ['${A}', {A: !Ref Given}]", json!("x")),
            ("!If [Set, 1, 2]", json!(1)),
            ("!If [Unset, 1, 2]", json!(2)),
            ("!Select [1, !Split ['-', a-b]]", json!("b")),
            ("!Join ['/', [a, !Ref Given]]", json!("a/x")),
            ("[!If [Unset, 1, !Ref AWS::NoValue], 3]", json!([3])),
            ("{A: !Ref AWS::NoValue, B: !Ref Queue}", json!({"B": "http://q"})),
        ] {
            let value_of = Template::parse(yaml);
            assert_eq!(resolver.resolve(value_of.document()), Ok(value), "{yaml}");
        }
    }

    #[test]
    fn what_is_not_there_yet_is_waited_for() {
        let value = Template::parse("{A: [!Sub '${Later.Arn}']}");
        assert_eq!(resolver().resolve(value.document()), Err(Unmade("Later".to_owned())));
    }

    #[test]
    #[should_panic(expected = "Fn::Cidr")]
    fn what_is_not_understood_is_told() {
        drop(resolver().resolve(&json!({"Fn::Cidr": ["10.0.0.0/8", 1]})));
    }
}
