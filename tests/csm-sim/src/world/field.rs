//! Detail fields: the ones a site starts with, and how more are added.

use std::collections::HashSet;

use crate::{
    options::Options,
    state::{DetailField, DetailType},
};

/// Most detail fields an entity may have (documented).
const MOST_FIELDS: usize = 50;
/// Most options a select type may have (documented).
const MOST_OPTIONS: usize = 2000;
/// Types the import guide lists.
const TYPES: [&str; 9] =
    ["TEXT", "EMAIL", "URL", "DATE", "NUMBER", "BOOLEAN", "PHONE", "SELECT", "MULTISELECT"];
/// Preset options of the field Type (import guide).
const PRESETS: [&str; 5] = ["Customer", "Prospect", "Partner", "Supplier/Vendor", "Other"];
/// The published pages do not name these options; they are made up.
const SEGMENTS: [&str; 3] = ["Enterprise", "Mid-market", "Small business"];
/// Made up as well.
const LANGUAGES: [&str; 8] =
    ["English", "French", "German", "Italian", "Japanese", "Korean", "Portuguese", "Spanish"];

/// The detail fields of one entity, in the order of their position.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<DetailField>);

impl Fields {
    pub(crate) fn all(&self) -> &[DetailField] {
        &self.0
    }

    /// Names of values are matched exactly (import guide).
    pub(crate) fn get(&self, name: &str) -> Option<&DetailField> {
        self.0.iter().find(|field| field.name == name)
    }

    /// Why these fields cannot all be added; one clash spoils them all (documented).
    pub(crate) fn check(&self, added: &[DetailField]) -> Result<(), String> {
        let mut taken: Vec<String> = self.0.iter().map(|field| fold(&field.name)).collect();
        for field in added {
            check_definition(field)?;
            let name = fold(&field.name);
            if taken.contains(&name) {
                return Err(format!("Detail field {} already exists", field.name.trim()));
            }
            taken.push(name);
        }
        if taken.len() > MOST_FIELDS {
            return Err(format!("At most {MOST_FIELDS} detail fields are allowed"));
        }
        Ok(())
    }

    /// Gives a field other options, as `PUT` does.
    pub(crate) fn set_options(&mut self, name: &str, kind: DetailType) -> Result<(), String> {
        let Some(held) = self.0.iter_mut().find(|field| field.name == name) else {
            return Err("Detail field not found".to_owned());
        };
        if held.kind.name != kind.name {
            return Err("The type of a detail field cannot be changed".to_owned());
        }
        let changed = DetailField { name: name.to_owned(), kind };
        check_definition(&changed)?;
        *held = changed;
        Ok(())
    }

    /// What somebody else does: a new field, or other options of one that exists.
    pub(crate) fn put(&mut self, field: DetailField) {
        match self.0.iter_mut().find(|held| held.name == field.name) {
            Some(held) => *held = field,
            None => self.0.push(field),
        }
    }

    /// Adds a field that [`Fields::check`] has passed.
    pub(crate) fn add(&mut self, field: DetailField) {
        let name = field.name.trim().to_owned();
        self.0.push(DetailField { name, ..field });
    }
}

fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

fn check_definition(field: &DetailField) -> Result<(), String> {
    let DetailType { name, options } = &field.kind;
    let selects = name.ends_with("SELECT");
    if field.name.trim().is_empty() {
        return Err("A detail field needs a name".to_owned());
    }
    if !TYPES.contains(&name.as_str()) {
        return Err(format!("Unknown detail field type {name}"));
    }
    if selects == options.is_empty() {
        return Err("Options are for the select types, which need them".to_owned());
    }
    if options.iter().collect::<HashSet<_>>().len() < options.len() {
        return Err("Options must differ from each other".to_owned());
    }
    if options.len() > MOST_OPTIONS {
        return Err(format!("At most {MOST_OPTIONS} options are allowed"));
    }
    Ok(())
}

fn field(name: &str, kind: &str, options: &[&str]) -> DetailField {
    DetailField {
        name: name.to_owned(),
        kind: DetailType {
            name: kind.to_owned(),
            options: options.iter().map(ToString::to_string).collect(),
        },
    }
}

/// What organizations and customers of a new site start with.
pub(crate) fn first(options: &Options) -> (Fields, Fields) {
    let first = options.fields.clone().unwrap_or_default();
    let of = |chosen: Option<Vec<DetailField>>, defaults: fn() -> Fields| {
        let mut fields = match chosen {
            Some(chosen) => Fields(chosen),
            None if options.bare => Fields::default(),
            None => defaults(),
        };
        for number in 1..=options.filler_fields {
            fields.put(field(&format!("Filler {number}"), "TEXT", &[]));
        }
        fields
    };
    (of(first.organizations, organization_defaults), of(first.customers, customer_defaults))
}

/// What customers start with. Phone is plain text and Type a multi-select (documented).
fn customer_defaults() -> Fields {
    Fields(vec![
        field("Phone", "TEXT", &[]),
        field("External ID", "TEXT", &[]),
        field("Type", "MULTISELECT", &PRESETS),
        field("Title", "TEXT", &[]),
        field("Region", "TEXT", &[]),
        field("Preferred language", "SELECT", &LANGUAGES),
    ])
}

/// What organizations start with.
fn organization_defaults() -> Fields {
    Fields(vec![
        field("Type", "MULTISELECT", &PRESETS),
        field("Industry", "TEXT", &[]),
        field("External ID", "TEXT", &[]),
        field("Website", "URL", &[]),
        field("Address", "TEXT", &[]),
        field("Customer Segment", "SELECT", &SEGMENTS),
    ])
}
