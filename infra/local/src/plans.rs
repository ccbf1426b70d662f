//! What imports would do.

use std::path::Path;

use csm_import::import::plan::{PlanDocument, Verdict};
use serde_json::{Value, json};

use crate::codes;
use crate::error::LocalError;

mod text;

/// The plans of all imports of one command.
#[derive(Debug, Default)]
pub struct Plans {
    plans: Vec<PlanDocument>,
    documents: Vec<String>,
}

impl Plans {
    /// Adds the `plan.json` of an import.
    pub fn add(&mut self, key: &str, document: &[u8]) -> Result<(), LocalError> {
        let plan = serde_json::from_slice(document);
        self.plans.push(plan.map_err(|source| LocalError::document(key, source))?);
        self.documents.push(String::from_utf8_lossy(document).trim_end().to_owned());
        Ok(())
    }

    /// What the command exits with.
    pub fn exit_code(&self) -> u8 {
        let mut stages = self.plans.iter().flat_map(|plan| &plan.stages);
        if !self.can_be_run() {
            codes::FAILED
        } else if stages.any(|stage| stage.rejected > 0) {
            codes::INCOMPLETE
        } else {
            codes::IMPORTED
        }
    }

    /// Whether none of them has stopped, and each has something to read.
    pub fn can_be_run(&self) -> bool {
        self.plans.iter().all(|plan| plan.verdict != Verdict::Stopped && !plan.files.is_empty())
    }

    /// The keys of everything that was planned: what has to be copied to run it.
    pub fn objects(&self) -> impl Iterator<Item = &str> {
        self.plans.iter().flat_map(|plan| &plan.objects).map(String::as_str)
    }

    /// For programs: the document itself, or all of several.
    pub fn json(&self) -> String {
        if let [document] = self.documents.as_slice() {
            return format!("{document}\n");
        }
        let plans = self.documents.iter().map(|text| serde_json::from_str(text).ok());
        let plans: Vec<Option<Value>> = plans.collect();
        format!("{:#}\n", json!({ "plans": plans }))
    }

    /// For people.
    pub fn text(&self, out: &Path) -> String {
        self.plans.iter().map(|plan| text::render(plan, out)).collect()
    }
}

#[cfg(test)]
mod tests;
