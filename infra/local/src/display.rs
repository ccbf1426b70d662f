//! How far the imports are, for the person who waits: bars on a terminal, a line now and then
//! elsewhere. Always on standard error.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use crate::watch::{Progress, Stage};
use crate::workspace::Notes;

const LINE_EVERY: Duration = Duration::from_secs(5);
const STYLE: &str = "{prefix:13} {bar:30} {human_pos}/{human_len} records  {rate}  ETA {eta}";

/// Shows progress, in whichever way suits.
#[derive(Debug)]
pub struct Display {
    bars: Option<Bars>,
    lines: Lines,
    stopped: usize,
    /// Records of a plan are never settled: there is nothing to count.
    counts: bool,
    notes: Notes,
}

impl Display {
    /// Bars if a person watches a terminal, lines otherwise.
    pub fn new(json: bool) -> Self {
        let bars = (!json && io::stderr().is_terminal()).then(Bars::default);
        Self {
            bars,
            lines: Lines::default(),
            stopped: 0,
            counts: true,
            notes: Notes { shown: true },
        }
    }

    /// Lines only, and no counts.
    pub fn of_plan() -> Self {
        Self { counts: false, ..Self::new(true) }
    }

    /// Nobody watches.
    pub fn silent() -> Self {
        let notes = Notes { shown: false };
        Self { bars: None, lines: Lines::default(), stopped: 0, counts: true, notes }
    }

    /// Shows how far the imports are.
    pub fn show(&mut self, imports: &BTreeMap<String, Progress>) {
        let organizations =
            total(imports.values().filter_map(|import| import.stages.organizations));
        let customers = total(imports.values().filter_map(|import| import.stages.customers));
        match &mut self.bars {
            Some(bars) => bars.show(organizations, customers),
            None if !self.counts => {}
            None => self.lines.show(organizations, customers, self.notes),
        }
        let stopped: Vec<_> = imports
            .iter()
            .filter_map(|(id, import)| Some((id, import.stopped.as_ref()?)))
            .collect();
        for (id, stopped) in stopped.iter().skip(self.stopped) {
            self.say(&format!("Import {id} has stopped ({}): {}", stopped.code, stopped.message));
        }
        self.stopped = stopped.len();
    }

    /// Says something without disturbing the bars.
    pub fn say(&self, text: &str) {
        let note = || self.notes.say(text);
        match &self.bars {
            Some(bars) => bars.all.suspend(note),
            None => note(),
        }
    }

    /// Leaves the terminal to others.
    pub fn end(&self) {
        if let Some(bars) = &self.bars {
            for bar in [&bars.organizations, &bars.customers].into_iter().flatten() {
                bar.finish();
            }
        }
    }
}

/// Several imports of one command are one piece of work for the person who waits.
fn total(stages: impl Iterator<Item = Stage>) -> Option<Stage> {
    stages.reduce(|a, b| Stage {
        records: a.records + b.records,
        settled_records: a.settled_records + b.settled_records,
        batches: a.batches + b.batches,
        settled_batches: a.settled_batches + b.settled_batches,
    })
}

#[derive(Debug, Default)]
struct Bars {
    all: MultiProgress,
    organizations: Option<ProgressBar>,
    customers: Option<ProgressBar>,
}

impl Bars {
    fn show(&mut self, organizations: Option<Stage>, customers: Option<Stage>) {
        let all = &self.all;
        for (name, stage, bar) in [
            ("organizations", organizations, &mut self.organizations),
            ("customers", customers, &mut self.customers),
        ] {
            let Some(stage) = stage else { continue };
            let bar = bar.get_or_insert_with(|| {
                // A style that cannot be parsed is no reason to stop an import.
                let style = ProgressStyle::with_template(STYLE)
                    .unwrap_or_else(|_| ProgressStyle::default_bar())
                    .with_key("rate", rate);
                all.add(ProgressBar::new(stage.records).with_style(style).with_prefix(name))
            });
            bar.set_length(stage.records);
            bar.set_position(stage.settled_records);
            if stage.settled_batches == stage.batches && !bar.is_finished() {
                bar.finish();
            } else {
                bar.tick();
            }
        }
    }
}

fn rate(state: &ProgressState, text: &mut dyn fmt::Write) {
    let _ = write!(text, "{:.0}/s", state.per_sec());
}

#[derive(Debug, Default)]
struct Lines {
    last: Option<(Instant, String, usize)>,
}

impl Lines {
    fn show(&mut self, organizations: Option<Stage>, customers: Option<Stage>, notes: Notes) {
        let line = line(organizations, customers);
        // Begun stages and ended stages are news; in between, a line now and then is enough.
        let news = [organizations, customers]
            .into_iter()
            .flatten()
            .map(|stage| 1 + usize::from(stage.settled_batches == stage.batches))
            .sum();
        let due = match &self.last {
            None => true,
            Some((at, shown, before)) => {
                *before != news || (*shown != line && at.elapsed() > LINE_EVERY)
            }
        };
        if due && !line.is_empty() {
            notes.say(&line);
            self.last = Some((Instant::now(), line, news));
        }
    }
}

fn line(organizations: Option<Stage>, customers: Option<Stage>) -> String {
    let stages = [("organizations", organizations), ("customers", customers)];
    let shown = stages.into_iter().filter_map(|(name, stage)| {
        let stage = stage.filter(|stage| stage.records > 0)?;
        let (settled, records) = (stage.settled_records, stage.records);
        Some(format!("{name} {settled} of {records} records settled"))
    });
    shown.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_added_up() {
        let stage =
            |records, settled_records| Stage { records, settled_records, ..Stage::default() };
        let sum = total([stage(10, 3), stage(5, 5)].into_iter());
        assert_eq!(line(sum, None), "organizations 8 of 15 records settled");
        assert_eq!(total(std::iter::empty()), None);
    }
}
