//! What must be created or extended so that the detail fields exist that an import wants.
//!
//! A plan only ever adds. A field is never renamed or deleted, and no option is taken away: deleting
//! a field destroys its values (documented), and both belong to whoever made them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::mapping::definition::{Definitions, DetailFieldDefinition, DetailType, name_key};

/// Detail fields that organizations or customers may have (documented).
pub const MAX_FIELDS: usize = 50;
/// Definitions in one request (documented).
pub const MAX_DEFINITIONS: usize = 50;
/// Options that a select may have (documented).
pub const MAX_OPTIONS: usize = 2_000;

/// A detail field that an import wants to fill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedField {
    /// The field as it is created when there is none of its name.
    #[serde(flatten)]
    pub field: DetailFieldDefinition,
    /// Whether options that the site's field lacks may be added to it.
    pub add_options: bool,
}

/// Options that a field of the site lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingOptions {
    /// The field, by the site's own name.
    pub field: String,
    /// What it lacks.
    pub options: BTreeSet<String>,
}

/// A field of the site that takes something else than was wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherType {
    /// The field, by the site's own name.
    pub field: String,
    /// The type that was wanted.
    pub wanted: String,
    /// The type that the site has, and that counts.
    pub found: String,
}

/// Why wanted fields cannot all exist. Nothing is created while there is one of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum FieldFault {
    /// A name is blank.
    #[error("A detail field has no name.")]
    NameBlank,
    /// Wanted fields have the same name, as the site compares names.
    #[error("The detail fields {} have the same name for the site, which compares names without case and surrounding blanks.", .names.join(", "))]
    NamesCollide {
        /// The names as they were wanted.
        names: Vec<String>,
    },
    /// Several fields of the site have the name but for its case.
    #[error(
        "The site has several detail fields that differ from {name} in letter case only; name one of them exactly."
    )]
    NameAmbiguous {
        /// The name that was wanted.
        name: String,
    },
    /// A select that is to be created has no options.
    #[error("The detail field {name} is a select and has no options.")]
    OptionsMissing {
        /// The field.
        name: String,
    },
    /// A select would have more options than the site allows.
    #[error("The detail field {name} would have {count} options; the site allows {MAX_OPTIONS}.")]
    TooManyOptions {
        /// The field.
        name: String,
        /// The options that it would have.
        count: usize,
    },
    /// There would be more fields than the site allows.
    #[error("There would be {count} detail fields; the site allows {MAX_FIELDS}.")]
    TooManyFields {
        /// The fields that there would be.
        count: usize,
    },
}

/// What must be done for the wanted fields of a stage, and what there is to say about them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FieldPlan {
    /// Fields to be created.
    pub create: Vec<DetailFieldDefinition>,
    /// Options to be added to selects that exist.
    pub add_options: Vec<MissingOptions>,
    /// Options that selects lack and that may not be added; such values are left out.
    pub lacking_options: Vec<MissingOptions>,
    /// Fields that exist in another spelling, by the wanted name: the site's own is used.
    pub spelled: BTreeMap<String, String>,
    /// Fields that exist with another type: the site's own counts.
    pub other_types: Vec<OtherType>,
    /// What stands in the way.
    pub faults: Vec<FieldFault>,
}

impl FieldPlan {
    /// Compares what is wanted with what the site has.
    pub fn new(site: &Definitions, wanted: &[WantedField]) -> Self {
        let mut plan = Self::default();
        let wanted = plan.distinct(wanted);
        for wanted in wanted {
            match site.find_loosely(&wanted.field.name) {
                Some(found) => plan.compare(found, wanted),
                None if site.alike(&wanted.field.name).next().is_some() => {
                    let name = wanted.field.name.clone();
                    plan.faults.push(FieldFault::NameAmbiguous { name });
                }
                None => plan.create(&wanted.field),
            }
        }
        let count = site.fields().len() + plan.create.len();
        if !plan.create.is_empty() && count > MAX_FIELDS {
            plan.faults.push(FieldFault::TooManyFields { count });
        }
        plan
    }

    /// Whether the site has all that is wanted.
    pub fn is_met(&self) -> bool {
        self.create.is_empty() && self.add_options.is_empty() && self.faults.is_empty()
    }

    /// The wanted fields that have a name of their own. Saying the very same twice is no fault.
    fn distinct<'a>(&mut self, wanted: &'a [WantedField]) -> Vec<&'a WantedField> {
        let mut by_key: BTreeMap<String, Vec<&WantedField>> = BTreeMap::new();
        for wanted in wanted {
            let same = by_key.entry(name_key(&wanted.field.name)).or_default();
            if !same.contains(&wanted) {
                same.push(wanted);
            }
        }
        let mut distinct = Vec::with_capacity(by_key.len());
        for wanted in wanted {
            // In the order in which they are wanted, each where it comes first.
            match by_key.remove(&name_key(&wanted.field.name)).as_deref() {
                Some(_) if wanted.field.name.trim().is_empty() => {
                    self.faults.push(FieldFault::NameBlank);
                }
                Some([only]) => distinct.push(*only),
                Some(several) => {
                    let names = several.iter().map(|wanted| wanted.field.name.clone()).collect();
                    self.faults.push(FieldFault::NamesCollide { names });
                }
                None => {}
            }
        }
        distinct
    }

    fn create(&mut self, wanted: &DetailFieldDefinition) {
        let name = wanted.name.trim().to_owned();
        match wanted.detail_type.options().map(BTreeSet::len) {
            Some(0) => self.faults.push(FieldFault::OptionsMissing { name: name.clone() }),
            Some(count) if count > MAX_OPTIONS => {
                self.faults.push(FieldFault::TooManyOptions { name: name.clone(), count });
            }
            _ => {}
        }
        self.create.push(DetailFieldDefinition { name, ..wanted.clone() });
    }

    fn compare(&mut self, found: &DetailFieldDefinition, wanted: &WantedField) {
        let field = found.name.clone();
        if wanted.field.name != field {
            self.spelled.insert(wanted.field.name.clone(), field.clone());
        }
        let names = [&wanted.field.detail_type, &found.detail_type].map(DetailType::name);
        if let [wanted, found] = names
            && wanted != found
        {
            let (wanted, found) = (wanted.to_owned(), found.to_owned());
            self.other_types.push(OtherType { field: field.clone(), wanted, found });
        }
        let options = missing_options(found, wanted);
        if options.is_empty() {
            return;
        }
        let count = found.listed.len() + options.len();
        if wanted.add_options && count > MAX_OPTIONS {
            self.faults.push(FieldFault::TooManyOptions { name: field.clone(), count });
        }
        let missing = MissingOptions { field, options };
        if wanted.add_options {
            self.add_options.push(missing);
        } else {
            self.lacking_options.push(missing);
        }
    }
}

/// The wanted options that a field of the site lacks. A select of which the site tells no options
/// takes any value, and whatever it does have must not be replaced.
fn missing_options(found: &DetailFieldDefinition, wanted: &WantedField) -> BTreeSet<String> {
    match (found.detail_type.options(), wanted.field.detail_type.options()) {
        (Some(found), Some(wanted)) if !found.is_empty() => wanted - found,
        _ => BTreeSet::new(),
    }
}

/// The field with these options after its own.
pub fn with_options(
    field: &DetailFieldDefinition,
    added: &BTreeSet<String>,
) -> DetailFieldDefinition {
    let mut listed = field.listed.clone();
    listed.extend(added.iter().filter(|option| !field.listed.contains(option)).cloned());
    let detail_type = DetailType::new(field.detail_type.name(), listed.iter().cloned().collect());
    DetailFieldDefinition { name: field.name.clone(), detail_type, listed }
}

#[cfg(test)]
mod tests;
