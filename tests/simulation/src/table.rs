//! Which fault at which point has which outcome, as a page.

use std::fmt::Write;

use crate::chance::Plan;
use crate::fault::Fault;
use crate::history::History;
use crate::run::{Report, play};

/// What the page begins with.
const HEAD: &str = "# Faults and their outcomes

Written by the simulation, `UPDATE_DOCS=1 cargo test -p simulation`; do not edit. Two accounts and four
contacts, one of them without an email, are imported again and again. Each time one fault happens,
once, where the point is passed for the first time. *As without* means that the ledger, and what the
site holds, are in the end as they are when nothing goes wrong. *Later* is the ledger; a function that
has died holds its message until its visibility ends, which is 90 minutes for SPLIT and POLL and 9 for
SUBMIT.

## Every effect

An effect is whatever changes something: a write, a message, a request that becomes a task. A request to
the site has no error before or after it; there, no answer comes, and the request arrives or does not.

| effect | crash before | crash after | error before | error though it worked |
|---|---|---|---|---|
";

/// What stands before the second table.
const SITE: &str = "
## The site

What the site, or the way to it, does at each kind of request. A dash: it cannot happen there.

| fault |";

/// The two faults that stand for one column, whichever is possible at a point.
const COLUMNS: [[Fault; 2]; 4] = [
    [Fault::CrashBefore, Fault::CrashBefore],
    [Fault::CrashAfter, Fault::CrashAfter],
    [Fault::ErrorBefore, Fault::SilenceBefore],
    [Fault::ErrorAfter, Fault::SilenceAfter],
];

/// The page.
pub fn page() -> String {
    let without = play(&History::small(), true, |_| {});
    let mut page = HEAD.to_owned();
    for (point, possible) in without.points.iter().filter(|point| is_effect(point.1)) {
        let cells = COLUMNS.map(|faults| {
            let fault = faults.into_iter().find(|fault| possible.contains(fault));
            cell(&without, point, fault)
        });
        line(&mut page, point, &cells);
    }
    let requests: Vec<_> =
        without.points.iter().filter(|point| point.1.contains(&Fault::SilenceBefore)).collect();
    let names: Vec<String> = requests.iter().map(|(name, _)| name.clone()).collect();
    page.push_str(SITE);
    let _ = writeln!(page, " {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    let is_elsewhere = |fault: &Fault| COLUMNS.iter().flatten().any(|column| column == fault);
    for fault in Fault::ALL.iter().filter(|fault| !is_elsewhere(fault) || is_silence(**fault)) {
        if !requests.iter().any(|(_, possible)| possible.contains(fault)) {
            continue;
        }
        let cells: Vec<String> = requests
            .iter()
            .map(|(point, possible)| {
                cell(&without, point, possible.contains(fault).then_some(*fault))
            })
            .collect();
        line(&mut page, fault.words(), &cells);
    }
    page
}

fn is_effect(possible: &[Fault]) -> bool {
    possible.contains(&Fault::CrashAfter)
}

const fn is_silence(fault: Fault) -> bool {
    matches!(fault, Fault::SilenceBefore | Fault::SilenceAfter)
}

fn line(page: &mut String, name: &str, cells: &[String]) {
    // A string takes whatever is written to it.
    let _ = writeln!(page, "| {name} | {} |", cells.join(" | "));
}

/// What a fault at a point changes.
fn cell(without: &Report, point: &str, fault: Option<Fault>) -> String {
    let Some(fault) = fault else { return "–".to_owned() };
    let plan = Plan::these([(point, fault)]);
    let with = play(&History { plan, ..History::small() }, false, |_| {});
    if !with.violations.is_empty() {
        return format!("**{}**", with.violations.join("; "));
    }
    let minutes = with.finished.saturating_sub(without.finished).as_secs() / 60;
    let later = if minutes > 0 { format!(", {minutes} min later") } else { String::new() };
    if with.ends == without.ends && with.holds == without.holds {
        return format!("as without{later}");
    }
    let other: Vec<String> = with
        .ends
        .iter()
        .filter(|(end, number)| without.ends.get(*end) != Some(number))
        .map(|(end, number)| format!("{number} {end}"))
        .collect();
    if other.is_empty() {
        "the site holds something else".to_owned()
    } else {
        other.join("; ") + &later
    }
}
