//! Lets many histories happen, or one.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use clap::Parser;
use simulation::{Report, replay, replay_scheduled};

/// Simulates the pipeline with everything going wrong.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// How many histories.
    #[arg(long, default_value_t = 1000)]
    histories: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Only the history of this seed.
    #[arg(long)]
    seed: Option<u64>,
    /// Print what happens, step by step.
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Histories in which everything is imported on a schedule.
    #[arg(long)]
    scheduled: bool,
}

/// Lets the history of a seed happen.
type Replay = fn(u64, bool) -> Report;

fn main() -> io::Result<ExitCode> {
    let arguments = Arguments::parse();
    let replay: Replay = if arguments.scheduled { replay_scheduled } else { replay };
    match arguments.seed {
        Some(seed) => one(&replay(seed, arguments.trace)),
        None => many(replay, arguments.from, arguments.histories),
    }
}

fn one(report: &Report) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    for line in &report.trace {
        writeln!(out, "{line}")?;
    }
    summarize(&mut out, std::slice::from_ref(report))?;
    writeln!(out, "trace {:016x}, {:?} of its time", report.hash, report.took)?;
    Ok(exit(report.violations.is_empty()))
}

fn many(replay: Replay, from: u64, histories: u64) -> io::Result<ExitCode> {
    let next = AtomicU64::new(from);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (sender, reports) = mpsc::channel();
    let mut all = Vec::new();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + histories || sender.send(replay(seed, false)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut failed = 0;
        for report in reports {
            failed += u64::from(!report.violations.is_empty());
            all.push(report);
            let done = all.len();
            if done % 100 == 0 {
                write!(io::stderr(), "\r{done} of {histories} histories, {failed} failed")?;
            }
        }
        writeln!(io::stderr())
    })?;
    all.sort_by_key(|report| report.seed);
    summarize(&mut io::stdout().lock(), &all)?;
    Ok(exit(all.iter().all(|report| report.violations.is_empty())))
}

fn summarize(out: &mut impl Write, reports: &[Report]) -> io::Result<()> {
    let (mut faults, mut ends) = (BTreeMap::new(), BTreeMap::new());
    for report in reports {
        for (fault, times) in &report.faults {
            *faults.entry(*fault).or_insert(0) += times;
        }
        for (end, times) in &report.ends {
            *ends.entry(end).or_insert(0) += times;
        }
    }
    writeln!(out, "faults that happened:")?;
    for (fault, times) in faults {
        writeln!(out, "{times:>10}  {fault}")?;
    }
    writeln!(out, "what came of it:")?;
    for (end, times) in ends {
        writeln!(out, "{times:>10}  {end}")?;
    }
    for report in reports.iter().filter(|report| !report.violations.is_empty()) {
        writeln!(out, "seed {} (replay with --seed {0} --trace):", report.seed)?;
        for violation in &report.violations {
            writeln!(out, "    {violation}")?;
        }
    }
    Ok(())
}

fn exit(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
