//! Reading the sections `[account]`, `[contact]` and `[person_account]`.

use std::collections::{BTreeMap, HashSet};

use super::{Declared, Field, FieldType, FieldValue, ObjectMapping, Rule, Source};
use crate::choice::Choice;
use crate::configuration::fault::{Problems, shown};
use crate::configuration::keys::{self, Key};
use crate::configuration::nearest::did_you_mean;
use crate::configuration::section::{Node, Section};
use crate::csm::fields::{MAX_FIELDS, MAX_OPTIONS};
use crate::mapping::record::EXTERNAL_ID;
use crate::mapping::rules::default_fields;
use crate::mapping::stage::Stage;

/// What sections can have, by their names.
fn rules(section: &str) -> (&'static [Key], Vec<&'static str>) {
    match section {
        "account" => (keys::ORGANIZATION, default_fields(Stage::Organizations).collect()),
        _ => (keys::CUSTOMER, default_fields(Stage::Customers).collect()),
    }
}

impl ObjectMapping {
    /// Reads a section of the file on top of this.
    pub(in crate::configuration) fn overlay(
        self,
        root: &Section<'_>,
        name: &str,
        problems: &mut Problems<'_>,
    ) -> Self {
        let table =
            root.value(name, problems, |node| node.value.as_table().ok_or_else(String::new));
        let Some(table) = table else { return self };
        let (keys, defaults) = rules(name);
        let section = Section::open(name, table, keys, problems);
        let flag = |node: &Node<'_>| node.value.as_bool().ok_or_else(String::new);
        let fields = section
            .value("fields", problems, |node| node.children().ok_or_else(String::new))
            .map(|nodes| read_fields(&nodes, &defaults, problems));
        let mapping = Self {
            defaults: section.value("defaults", problems, flag).unwrap_or(self.defaults),
            fields: fields.unwrap_or(self.fields),
            columns: columns(&section, problems).unwrap_or(self.columns),
            customer_id: text(&section, "customer_id", problems).or(self.customer_id),
        };
        let imported = mapping.fields.iter().filter(|field| field.rule != Rule::Omit).count();
        if let Some(node) = root.get(name).filter(|_| imported + mapping.columns.len() > MAX_FIELDS)
        {
            let many = format!("has more than {MAX_FIELDS} detail fields, which no site can have");
            problems.add(node.key_at, &node.path, many);
        }
        mapping
    }
}

fn read_fields(
    nodes: &[Node<'_>],
    default_fields: &[&str],
    problems: &mut Problems<'_>,
) -> Vec<Field> {
    let mut taken = HashSet::new();
    let mut fields = Vec::new();
    for node in nodes {
        let name = node.name.trim();
        if let Some(problem) = name_problem(name, &mut taken) {
            problems.add(node.key_at, &node.path, problem);
            continue;
        }
        if let Some(rule) = rule(node, default_fields, problems) {
            fields.push(Field { name: name.to_owned(), rule });
        }
    }
    fields
}

fn name_problem(name: &str, taken: &mut HashSet<String>) -> Option<&'static str> {
    if name.is_empty() {
        Some("must be the name of a detail field, which is not empty")
    } else if name.eq_ignore_ascii_case(EXTERNAL_ID) {
        Some(
            "always holds the Salesforce id, by which records are found again: remove it here, and \
             give the value a detail field of another name",
        )
    } else if !taken.insert(name.to_lowercase()) {
        Some("is there twice; names of detail fields must differ by more than case")
    } else {
        None
    }
}

fn rule(node: &Node<'_>, default_fields: &[&str], problems: &mut Problems<'_>) -> Option<Rule> {
    if node.value.as_bool() == Some(false) {
        let name = node.name.trim();
        if default_fields.iter().any(|field| field.eq_ignore_ascii_case(name)) {
            return Some(Rule::Omit);
        }
        let meant = did_you_mean(name, default_fields.iter().copied());
        let known = default_fields.join(", ");
        let problem =
            format!("is no default field that could be left out{meant} (there are: {known})");
        problems.add(node.key_at, &node.path, problem);
        return None;
    }
    if let Some(column) = node.text() {
        return Some(Rule::Import(Source::Column(column.to_owned()).into()));
    }
    let Some(table) = node.value.as_table() else {
        node.refuse(keys::FIELD_TAKES, "", problems);
        return None;
    };
    let section = Section::open(&node.path, table, keys::FIELD, problems);
    let source = source(node, &section, problems);
    let declared = declared(&section, problems);
    let values = values(&section, problems);
    Some(Rule::Import(FieldValue { source: source?, declared, values }))
}

fn source(node: &Node<'_>, section: &Section<'_>, problems: &mut Problems<'_>) -> Option<Source> {
    let sources = ["column", "columns", "constant"];
    if sources.iter().filter(|source| section.get(source).is_some()).count() != 1 {
        problems.add(
            node.key_at,
            &node.path,
            "must have exactly one of column, columns and constant",
        );
    }
    let separator = section.value("join", problems, |node| {
        node.value.as_str().map(str::to_owned).ok_or_else(String::new)
    });
    if let Some(join) = section.get("join").filter(|_| section.get("columns").is_none()) {
        problems.add(join.key_at, &join.path, "needs columns, whose values it joins");
    }
    let column = text(section, "column", problems);
    let columns = columns(section, problems);
    if let Some(node) =
        section.get("columns").filter(|_| columns.as_ref().is_some_and(Vec::is_empty))
    {
        problems.add(node.at, &node.path, "must name at least one column");
    }
    let constant = text(section, "constant", problems);
    match (column, columns, constant, separator) {
        (Some(column), ..) => Some(Source::Column(column)),
        (_, Some(columns), _, Some(separator)) => Some(Source::Joined { columns, separator }),
        (_, Some(columns), ..) => Some(Source::First(columns)),
        (_, _, Some(constant), _) => Some(Source::Constant(constant)),
        _ => None,
    }
}

fn declared(section: &Section<'_>, problems: &mut Problems<'_>) -> Option<Declared> {
    let field_type = section.parsed("type", problems, |word| {
        FieldType::named(&word.trim().to_ascii_uppercase()).ok_or_else(String::new)
    });
    let options = texts(section, "options", str::to_owned, problems).unwrap_or_default();
    if let Some(node) = section.get("options") {
        // A type that is wrong has been told already.
        if section.get("type").is_none() || field_type.is_some_and(|of| !of.has_options()) {
            problems.add(node.key_at, &node.path, "needs type = \"SELECT\" or \"MULTISELECT\"");
        }
        if options.len() > MAX_OPTIONS {
            problems.add(node.at, &node.path, format!("must have at most {MAX_OPTIONS} options"));
        }
    }
    field_type.map(|field_type| Declared { field_type, options })
}

fn values(section: &Section<'_>, problems: &mut Problems<'_>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    let children =
        section.value("values", problems, |node| node.children().ok_or_else(String::new));
    let (Some(children), Some(node)) = (children, section.get("values")) else { return values };
    if section.get("constant").is_some() {
        problems.add(node.key_at, &node.path, "does nothing to a constant: remove one of the two");
    }
    if children.len() > MAX_OPTIONS {
        problems.add(node.at, &node.path, format!("must have at most {MAX_OPTIONS} values"));
        return values;
    }
    for child in children {
        let from = child.name.trim();
        let Some(to) = child.value.as_str() else {
            child.refuse("the text that is sent, or \"\" to leave the value out", "", problems);
            continue;
        };
        if from.is_empty() {
            problems.add(
                child.key_at,
                &child.path,
                "must be a value of the export, which is not empty",
            );
        } else if values.insert(from.to_owned(), to.trim().to_owned()).is_some() {
            problems.add(child.key_at, &child.path, "is there twice");
        }
    }
    values
}

/// A text that is not blank, trimmed.
fn text(section: &Section<'_>, name: &str, problems: &mut Problems<'_>) -> Option<String> {
    section.value(name, problems, |node| node.text().map(str::to_owned).ok_or_else(String::new))
}

/// The names of columns, each once, compared as in a header.
fn columns(section: &Section<'_>, problems: &mut Problems<'_>) -> Option<Vec<String>> {
    texts(section, "columns", str::to_ascii_lowercase, problems)
}

/// A list of texts that are not blank, trimmed, each once.
fn texts(
    section: &Section<'_>,
    name: &str,
    same: fn(&str) -> String,
    problems: &mut Problems<'_>,
) -> Option<Vec<String>> {
    let elements = section.value(name, problems, |node| node.elements().ok_or_else(String::new))?;
    let mut taken = HashSet::new();
    let mut texts = Vec::new();
    for element in elements {
        match element.text() {
            None => element.refuse("a text that is not empty", "", problems),
            Some(text) if !taken.insert(same(text)) => {
                problems.add(element.at, &element.path, format!("has {} twice", shown(text)));
            }
            Some(text) => texts.push(text.to_owned()),
        }
    }
    Some(texts)
}
