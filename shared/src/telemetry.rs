//! Logs: structured, to standard output, without a value of any record.

use std::panic;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The crates that run in functions and log no value, whatever the level.
const OURS: [&str; 4] = ["csm_import", "split", "submit", "poll"];

/// Sets up JSON logs; `level` is what `LOG_LEVEL` holds: a level such as `info`, or levels by module.
///
/// A panic is logged with its place and without its words, which may be a value that a library
/// stumbled over.
pub fn init(level: &str) {
    let lines = tracing_subscriber::fmt::layer().json().with_current_span(true);
    let lines = lines.with_filter(chosen(level).and(harmless()));
    tracing_subscriber::registry().with(lines).init();
    panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "a panic: the messages of this invocation come again");
    }));
}

/// What is to be logged; `info` where nothing is said, or nothing that can be read.
fn chosen(level: &str) -> Targets {
    // No text is no level, but one module without a name.
    let level = Some(level.trim()).filter(|level| !level.is_empty());
    let targets: Targets = level.and_then(|level| level.parse().ok()).unwrap_or_default();
    let default = targets.default_level().unwrap_or(LevelFilter::INFO);
    targets.with_default(default)
}

/// What may be logged. The libraries are kept to warnings whoever asks for more: below that they log
/// requests and answers, with their headers and bodies.
fn harmless() -> Targets {
    let ours = OURS.map(|name| (name, LevelFilter::TRACE));
    Targets::new().with_default(LevelFilter::WARN).with_targets(ours)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn libraries_log_warnings_at_most_whatever_is_asked_for() {
        let hyper = "hyper_util::client";
        for (level, target, most) in [
            ("info", "split::stage", Level::INFO),
            ("trace", "csm_import::csm", Level::TRACE),
            ("warn,csm_import=debug", "csm_import::delivery", Level::DEBUG),
            ("warn,csm_import=debug", "poll", Level::WARN),
            ("error", hyper, Level::ERROR),
            ("debug", hyper, Level::WARN),
            ("trace", "aws_smithy_runtime::client", Level::WARN),
            ("trace", "lambda_runtime", Level::WARN),
            ("trace,hyper_util=trace", hyper, Level::WARN),
            ("", "submit", Level::INFO),
            ("", hyper, Level::WARN),
            ("verbose", "submit", Level::INFO),
            ("csm_import=loud", hyper, Level::WARN),
            ("csm_import=debug", "submit", Level::INFO),
        ] {
            let (chosen, harmless) = (chosen(level), harmless());
            let logged = |level: &Level| {
                chosen.would_enable(target, level) && harmless.would_enable(target, level)
            };
            let levels = [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR];
            assert_eq!(levels.iter().find(|level| logged(level)), Some(&most), "{level}, {target}");
        }
    }
}
