//! What AWS asks for: list prices of us-east-1.

/// When the prices were looked up.
pub const AS_OF: &str = "November 2026";

/// A price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// What it is paid for.
    pub what: &'static str,
    /// Dollars for so many of them.
    pub dollars: f64,
    /// How many these dollars are for.
    pub per: f64,
}

impl Price {
    const fn new(what: &'static str, dollars: f64, per: f64) -> Self {
        Self { what, dollars, per }
    }

    /// What so many of them cost.
    pub fn of(&self, number: f64) -> f64 {
        number * self.dollars / self.per
    }
}

/// PUT, COPY, POST and LIST.
pub const S3_WRITES: Price = Price::new("S3 PUT, POST and LIST requests", 0.005, 1e3);
/// GET, HEAD and all others.
pub const S3_READS: Price = Price::new("S3 GET and HEAD requests", 0.0004, 1e3);
/// Requests to standard queues.
pub const SQS: Price = Price::new("SQS requests, standard queues", 0.40, 1e6);
/// Requests to FIFO queues.
pub const SQS_FIFO: Price = Price::new("SQS requests, FIFO queue", 0.50, 1e6);
/// Invocations.
pub const INVOCATIONS: Price = Price::new("Lambda invocations", 0.20, 1e6);
/// Memory times time, on arm64.
pub const GB_SECONDS: Price = Price::new("Lambda GB-seconds, arm64", 0.000_013_333_4, 1.0);
/// Looks at the secret.
pub const SECRET_CALLS: Price = Price::new("Secrets Manager requests", 0.05, 1e4);
/// Events of our own.
pub const EVENTS: Price = Price::new("EventBridge events", 1.00, 1e6);
/// Log lines that are taken in.
pub const LOGS: Price = Price::new("CloudWatch Logs, GB taken in", 0.50, 1.0);
/// What stays in the bucket.
pub const STORAGE: Price = Price::new("S3 storage, GB a month", 0.023, 1.0);
/// A secret.
pub const SECRETS: Price = Price::new("secrets a month", 0.40, 1.0);
/// An alarm on one metric.
pub const ALARMS: Price = Price::new("CloudWatch alarms a month", 0.10, 1.0);
/// A metric that AWS does not have by itself.
pub const METRICS: Price = Price::new("CloudWatch custom metrics a month", 0.30, 1.0);

/// A page of graphs. An account has three for nothing.
pub const DASHBOARDS: Price = Price::new("CloudWatch dashboards a month", 3.00, 1.0);

/// All of them.
pub const ALL: [Price; 14] = [
    S3_WRITES,
    S3_READS,
    SQS,
    SQS_FIFO,
    INVOCATIONS,
    GB_SECONDS,
    SECRET_CALLS,
    EVENTS,
    LOGS,
    STORAGE,
    SECRETS,
    ALARMS,
    METRICS,
    DASHBOARDS,
];

/// What a request is paid as, by its name; nothing for those that are free.
pub fn of_request(name: &str) -> Option<Price> {
    match name.split_once(' ') {
        Some(("S3", "GetObject" | "HeadObject")) => Some(S3_READS),
        Some(("S3", "AbortMultipartUpload")) => None,
        Some(("S3", _)) => Some(S3_WRITES),
        Some(("SQS", _)) => Some(SQS),
        Some(("SQS.fifo", _)) => Some(SQS_FIFO),
        Some(("SecretsManager", _)) => Some(SECRET_CALLS),
        Some(("EventBridge", _)) => Some(EVENTS),
        _ => panic!("nobody knows what {name} costs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_costs_what_its_kind_costs() {
        for (name, price) in [
            ("S3 PutObject", Some(S3_WRITES)),
            ("S3 ListObjectsV2", Some(S3_WRITES)),
            ("S3 HeadObject", Some(S3_READS)),
            ("S3 AbortMultipartUpload", None),
            ("SQS SendMessageBatch", Some(SQS)),
            ("SQS.fifo DeleteMessage", Some(SQS_FIFO)),
            ("SecretsManager GetSecretValue", Some(SECRET_CALLS)),
            ("EventBridge PutEvents", Some(EVENTS)),
        ] {
            assert_eq!(of_request(name), price, "{name}");
        }
        assert!((S3_WRITES.of(10_000.0) - 0.05).abs() < 1e-9);
    }
}
