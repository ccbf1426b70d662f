//! Metrics, as lines of the log that CloudWatch understands (its embedded metric format).

use std::io::{self, Write};

use metrics_cloudwatch_embedded::{Builder, Collector};

use crate::metric;

/// What has been measured since it was last written.
#[derive(Clone, Copy)]
pub struct Metrics(&'static Collector);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// Measures from now on, for the stack of that name.
    ///
    /// # Errors
    /// This program measures already.
    pub fn init(stack: &str) -> Result<Self, metrics_cloudwatch_embedded::Error> {
        let collector = Builder::new()
            .cloudwatch_namespace(metric::NAMESPACE)
            .with_dimension(metric::STACK, stack.to_owned())
            .init()?;
        metric::describe();
        Ok(Self(collector))
    }

    /// Writes to the log what has been measured.
    pub fn write(self) {
        if let Err(error) = self.write_to(io::stdout().lock()) {
            tracing::warn!(%error, "the metrics could not be written");
        }
    }

    /// Writes to a log, in one piece: the lines of others must not come in between.
    ///
    /// # Errors
    /// The log cannot be written.
    pub fn write_to(self, mut log: impl Write) -> io::Result<()> {
        let mut lines = Vec::new();
        self.0.flush(&mut lines)?;
        log.write_all(&lines)
    }
}
