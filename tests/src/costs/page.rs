//! `infra/COSTS.md`: what was counted, and what follows from it.

use std::collections::BTreeMap;
use std::fmt::Write;

use csm_import::metric::{self, Metric};
use serde_json::Value;

use super::counts::{Counts, End};
use super::prices::{self, Price};
use super::scale::{Work, looks_in_vain, work};
use crate::template::Template;

/// The import that costs are told of.
const BATCHES: f64 = 10_000.0;
/// How long the site may take for a task, in seconds.
const TASK_SECONDS: [f64; 2] = [10.0, 480.0];
/// How many long polls a mapping keeps open, and how many of these end in a minute.
const POLLERS: f64 = 5.0;
const POLLS_A_MINUTE: f64 = 3.0;
const MINUTES_A_MONTH: f64 = 30.0 * 24.0 * 60.0;

/// About how many bytes Lambda itself logs for an invocation: START, END and REPORT.
const LINES_OF_LAMBDA: f64 = 400.0;

/// One import that was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// Its batches.
    pub batches: u64,
    /// Bytes of log lines.
    pub logged: u64,
    /// Bytes that it left in the bucket.
    pub kept: u64,
    /// What the functions did.
    pub counts: Counts,
}

/// A small and a larger import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    /// The small one, and the larger one.
    pub runs: [Run; 2],
}

impl Measured {
    /// What was counted, as rows of a table: function, end, what, and how often in each of the imports.
    pub fn rows(&self) -> BTreeMap<[String; 3], [u64; 2]> {
        let mut rows: BTreeMap<[String; 3], [u64; 2]> = BTreeMap::new();
        for (number, run) in self.runs.iter().enumerate() {
            let mut row = |names: [&str; 3], value: u64| {
                let names = names.map(str::to_owned);
                if let Some(cell) = rows.entry(names).or_default().get_mut(number) {
                    *cell = value;
                }
            };
            row(["all", "", "batches"], run.batches);
            row(["all", "", "bytes logged"], run.logged);
            row(["all", "", "bytes kept"], run.kept);
            for ((function, end), invocations) in &run.counts.0 {
                row([function, end.word(), "invocations"], invocations.count);
                row([function, end.word(), "milliseconds"], invocations.millis);
                for (request, times) in &invocations.requests {
                    row([function, end.word(), request], *times);
                }
            }
        }
        rows
    }

    /// Reads what was counted from a page.
    pub fn parse(page: &str) -> Self {
        let mut measured = Self::default();
        for line in page.lines() {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let ["", function, end, what, few, many, ""] = cells.as_slice() else { continue };
            let (Ok(few), Ok(many)) = (few.parse(), many.parse()) else { continue };
            for (run, value) in measured.runs.iter_mut().zip([few, many]) {
                run.take(function, end, what, value);
            }
        }
        measured
    }
}

impl Run {
    fn take(&mut self, function: &str, end: &str, what: &str, value: u64) {
        match (End::of(end), what) {
            (None, "batches") => self.batches = value,
            (None, "bytes logged") => self.logged = value,
            (None, "bytes kept") => self.kept = value,
            (None, _) => panic!("nobody knows what {function} {end} {what} is"),
            // What did not occur in this import did in the other.
            (Some(_), _) if value == 0 => {}
            (Some(end), _) => {
                let invocations = self.counts.0.entry((function.to_owned(), end)).or_default();
                match what {
                    "invocations" => invocations.count = value,
                    "milliseconds" => invocations.millis = value,
                    request => drop(invocations.requests.insert(request.to_owned(), value)),
                }
            }
        }
    }
}

/// What the template says of a function that matters here.
struct Function {
    gigabytes: f64,
    has_fifo: bool,
}

fn functions(template: &Template) -> BTreeMap<String, Function> {
    let function = |name: &str| {
        let properties = template.properties(name);
        let events = properties["Events"].as_object().into_iter().flatten();
        let queues = events.map(|(_, event)| &event["Properties"]["Queue"]["Fn::GetAtt"][0]);
        let has_fifo = queues
            .filter_map(Value::as_str)
            .any(|queue| template.properties(queue)["FifoQueue"] == true);
        let gigabytes = properties["MemorySize"].as_f64().expect("a size") / 1024.0;
        (name.to_lowercase(), Function { gigabytes, has_fifo })
    };
    template.resources("AWS::Serverless::Function").map(|(name, _)| function(name)).collect()
}

/// What is paid for an import: price by price, how many.
fn bill(template: &Template, work: &Work) -> Vec<(Price, f64)> {
    let mut numbers: BTreeMap<&str, f64> = BTreeMap::new();
    let mut add = |price: Price, number: f64| *numbers.entry(price.what).or_default() += number;
    for (request, number) in &work.requests {
        if let Some(price) = prices::of_request(request) {
            add(price, *number);
        }
    }
    for (name, function) in functions(template) {
        let of = |numbers: &BTreeMap<String, f64>| numbers.get(&name).copied().unwrap_or_default();
        add(prices::INVOCATIONS, of(&work.invocations));
        add(prices::GB_SECONDS, of(&work.seconds) * function.gigabytes);
        // The mapping receives each message, and deletes those that are done with.
        let queue = if function.has_fifo { prices::SQS_FIFO } else { prices::SQS };
        add(queue, of(&work.invocations) + of(&work.done));
    }
    let told = work.logged + LINES_OF_LAMBDA * work.invocations.values().sum::<f64>();
    add(prices::LOGS, told / 1e9);
    add(prices::STORAGE, work.kept / 1e9);
    prices::ALL.into_iter().filter_map(|price| Some((price, *numbers.get(price.what)?))).collect()
}

/// What is paid each month although nothing is imported.
fn idle(template: &Template) -> Vec<(Price, f64)> {
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let number = |kind: &str| template.resources(kind).count() as f64;
    let polls = POLLERS * POLLS_A_MINUTE * MINUTES_A_MONTH;
    let functions = functions(template);
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let with = |fifo: bool| {
        functions.values().filter(|function| function.has_fifo == fifo).count() as f64 * polls
    };
    vec![
        (prices::SQS, with(false)),
        (prices::SQS_FIFO, with(true)),
        (prices::SECRETS, number("AWS::SecretsManager::Secret")),
        (prices::ALARMS, number("AWS::CloudWatch::Alarm")),
        (prices::DASHBOARDS, number("AWS::CloudWatch::Dashboard")),
    ]
}

/// How many metrics there are at most: one for each value of a dimension.
fn metrics() -> f64 {
    let values = |metric: &Metric| match metric.dimension {
        None => 1.0,
        // Imported, unchanged, rejected, failed, skipped, unknown.
        Some("Outcome") => 6.0,
        // Planned, finished, refused, stopped.
        Some("State") => 4.0,
        // Exports, batches, tasks.
        Some("Queue") => 3.0,
        Some(other) => panic!("nobody knows how many values {other} has"),
    };
    metric::ALL.iter().map(values).sum()
}

fn total(bill: &[(Price, f64)]) -> f64 {
    bill.iter().map(|(price, number)| price.of(*number)).sum()
}

/// The page.
pub fn page(measured: &Measured, template: &Template) -> String {
    let bills = TASK_SECONDS
        .map(|seconds| bill(template, &work(measured, BATCHES, looks_in_vain(seconds))));
    let idle = idle(template);
    let [short, long] = bills.each_ref().map(|bill| total(bill));
    let [quick, slow] = TASK_SECONDS;
    let (month, dashboards, as_of) = (total(&idle), prices::DASHBOARDS.dollars, prices::AS_OF);
    let head = format!(
        "# What it costs\n\n\
         A million customers cost about ${short:.2} where the site takes {quick} seconds for 100 of them, and \
         about ${long:.2}\nwhere it takes {slow}. Being there costs about ${month:.2} a month, of which \
         ${dashboards:.2} are for a dashboard:\nan account has three for nothing.\n\n\
         Written by the tests from counted requests; do not edit. `UPDATE_DOCS=1 cargo test -p \
         csm-import-tests`\ncounts anew. An ordinary run fails if the functions ask for noticeably more or \
         less than stands here.\nPrices are the list prices of us-east-1 of {as_of}, without free tiers: \
         check them\nbefore you rely on them.\n"
    );
    [head, million(&bills), monthly(&idle), price_list(), counted(measured)].join("\n")
}

fn million([shorts, longs]: &[Vec<(Price, f64)>; 2]) -> String {
    let ([quick, slow], [few, many]) = (TASK_SECONDS, TASK_SECONDS.map(looks_in_vain));
    let batches = number(BATCHES);
    let mut section = format!(
        "## A million customers\n\n\
         {batches} batches. POLL looks at a task for the first time when the fastest of the last 32 tasks \
         were\nfinished, and then every 40th of its age, at least a second and at most a minute apart: \
         that is\n{few:.1} looks in vain for each task of {quick} seconds, {many:.1} for each of {slow}, \
         where tasks take between\nhalf and one and a half times as long. What else grows is what grew \
         between the two imports\n[below](#what-was-counted).\n\n\
         | | tasks of {quick} s | $ | tasks of {slow} s | $ |\n|---|--:|--:|--:|--:|\n"
    );
    for ((price, few), (_, many)) in shorts.iter().zip(longs) {
        let cells =
            [*few, *many].map(|times| format!("{} | {:.2}", number(times), price.of(times)));
        let _ = writeln!(section, "| {} | {} |", price.what, cells.join(" | "));
    }
    let _ = writeln!(section, "| together | | {:.2} | | {:.2} |", total(shorts), total(longs));
    section.push_str(
        "\nThe time of the functions was measured with unoptimised programs on a machine that other work \
         shares:\nthose that are deployed take less. Of the two imports that one counts in which an \
         invocation took less.\n",
    );
    section
}

fn monthly(idle: &[(Price, f64)]) -> String {
    let mut section = format!(
        "## Each month\n\n\
         A mapping keeps about {POLLERS} long polls open at its queue, of which each ends \
         {POLLS_A_MINUTE} times a minute,\nwhether or not anything comes.\n\n| | number | $ |\n|---|--:|--:|\n"
    );
    for (price, times) in idle {
        let (times, dollars) = (number(*times), price.of(*times));
        let _ = writeln!(section, "| {} | {times} | {dollars:.2} |", price.what);
    }
    let _ = writeln!(section, "| together | | {:.2} |", total(idle));
    let metrics = metrics();
    let hourly = prices::METRICS.of(metrics) / (MINUTES_A_MONTH / 60.0);
    let _ = writeln!(
        section,
        "\nMetrics are paid for the hours in which there are any. While something is imported, {metrics} of \
         them cost\n${hourly:.4} an hour.",
    );
    section
}

fn price_list() -> String {
    let mut section = "## Prices\n\n| | $ | for |\n|---|--:|--:|\n".to_owned();
    for Price { what, dollars, per } in prices::ALL {
        let _ = writeln!(section, "| {what} | {dollars} | {} |", number(per));
    }
    section
}

fn counted(measured: &Measured) -> String {
    let mut section = "## What was counted\n\n\
         Two imports, each into a new stack, of 50 accounts and 500 contacts, and of 200 and 2,000, with the \
         simulated\nsite's tasks of 4 seconds. *Stays*: the message stayed in its queue, as each batch does \
         while its task is\nopen, and each task that is looked at in vain. Of the mappings' own requests, one \
         receive for each\ninvocation and one delete for each that is done are added above; a look at an empty \
         queue is part of\nwhat is paid each month.\n\n\
         | function | message | | small | large |\n|---|---|---|--:|--:|\n"
        .to_owned();
    for ([function, end, what], [few, many]) in measured.rows() {
        let _ = writeln!(section, "| {function} | {end} | {what} | {few} | {many} |");
    }
    section
}

/// A number as people read it.
fn number(value: f64) -> String {
    if value < 100.0 && value.fract() > 1e-9 {
        return format!("{value:.3}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_can_be_read_from_the_page() {
        let run = |batches, notes: &str| Run {
            batches,
            logged: 1_000 * batches,
            kept: 70,
            counts: Counts::of(notes),
        };
        let submit = "call submit-1 sqs POST SendMessageBatch -\nend submit-1 stays 100\n";
        let other = "call poll-1 s3 GET - -\nend poll-1 done 7\n";
        let measured =
            Measured { runs: [run(2, submit), run(4, &[submit, submit, other].concat())] };
        let page = page(&measured, &Template::of_the_project());
        assert_eq!(Measured::parse(&page), measured);
    }

    /// `infra/COSTS.md`, as it has to be. `UPDATE_DOCS=1 cargo test -p csm-import-tests` writes it.
    #[test]
    fn the_documented_costs_follow_from_the_documented_counts() {
        let path = super::super::path();
        let documented = std::fs::read_to_string(&path).unwrap();
        let page = page(&Measured::parse(&documented), &Template::of_the_project());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &page).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), page);
    }

    #[test]
    fn numbers_are_read_by_people() {
        for (value, text) in
            [(0.0, "0"), (7.0, "7"), (0.125, "0.125"), (1_234.4, "1,234"), (1e6, "1,000,000")]
        {
            assert_eq!(number(value), text);
        }
    }
}
