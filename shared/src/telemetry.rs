//! Logs: structured, to standard output, without a value of any record.

use tracing_subscriber::EnvFilter;

/// Sets up JSON logs; `level` is what `LOG_LEVEL` holds, such as `info`.
///
/// The libraries below are kept to warnings: their debug output holds requests and answers.
pub fn init(level: &str) {
    let directives = format!("warn,csm_import={level},split={level},submit={level},poll={level}");
    let filter = EnvFilter::try_new(directives).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).with_current_span(true).init();
}
