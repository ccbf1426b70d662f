//! `plan.html`: a plan as a page for the administrator. It stands alone: no script, nothing to fetch.
//! Every value is escaped by the template, and could not run anything even if it were not.

use askama::Template;
use csm_import::delivery::ConsumeError;
use csm_import::import::document::Ignored;
use csm_import::import::plan::{PlanDocument, PlannedStage};
use csm_import::port::PortError;

mod commands;
mod verdict;
mod words;

/// Different unknown options that are shown; `plan.json` has more.
const SHOWN_OPTIONS: usize = 50;
/// Columns or options that are shown in one place; a file may have thousands of columns.
const SHOWN_NAMES: usize = 100;
/// Ignored files that are named for each reason; a Data Export has hundreds of others.
const SHOWN_IGNORED: usize = 5;

/// Renders a plan.
///
/// # Errors
/// None that is known: the template writes into memory.
pub fn render(plan: &PlanDocument) -> Result<String, ConsumeError> {
    let page = Page { plan, total: Total::of(&plan.stages), ignored: ignored(&plan.ignored) };
    page.render().map_err(|error| PortError::new("rendering a plan", error).into())
}

#[derive(Template)]
#[template(path = "plan.html")]
struct Page<'a> {
    plan: &'a PlanDocument,
    total: Total,
    ignored: Vec<IgnoredFor<'a>>,
}

/// Both stages together.
#[derive(Default)]
struct Total {
    read: u64,
    to_send: u64,
    rejected: u64,
    skipped: u64,
    with_warnings: u64,
}

impl Total {
    fn of(stages: &[PlannedStage]) -> Self {
        stages.iter().fold(Self::default(), |total, stage| Self {
            read: total.read + stage.read,
            to_send: total.to_send + stage.to_send,
            rejected: total.rejected + stage.rejected,
            skipped: total.skipped + stage.skipped,
            with_warnings: total.with_warnings + stage.with_warnings,
        })
    }
}

/// Files that are ignored for one reason.
struct IgnoredFor<'a> {
    reason: &'a str,
    keys: Vec<&'a str>,
    more: u64,
}

fn ignored(all: &[Ignored]) -> Vec<IgnoredFor<'_>> {
    let mut reasons: Vec<IgnoredFor<'_>> = Vec::new();
    for Ignored { key, reason } in all {
        match reasons.iter_mut().find(|known| known.reason == reason) {
            Some(known) if known.keys.len() < SHOWN_IGNORED => known.keys.push(key),
            Some(known) => known.more += 1,
            None => reasons.push(IgnoredFor { reason, keys: vec![key], more: 0 }),
        }
    }
    reasons
}

impl Page<'_> {
    /// Different unknown options that are only in `plan.json`.
    fn more_options(&self) -> u64 {
        self.plan.unknown_options.values.len().saturating_sub(SHOWN_OPTIONS) as u64
    }

    fn has_doubts(&self) -> bool {
        self.plan.files.iter().any(|file| !file.doubts().is_empty())
    }
}

#[cfg(test)]
mod tests;
