//! What is measured, as CloudWatch reads it. A program of its own, since a program measures once.

use std::time::Duration;

use csm_import::aws::emf::Metrics;
use csm_import::csm::error::{Blocked, SiteError};
use csm_import::import::counts::Counts;
use csm_import::import::outcome::Outcome;
use csm_import::import::summary::State;
use csm_import::metric;
use serde_json::Value;

#[test]
fn metrics_are_lines_of_the_log_that_cloudwatch_understands() {
    let metrics = Metrics::init("my-stack").unwrap();
    let mut outcomes = Counts::default();
    outcomes.add_many(Outcome::Imported, 97);
    outcomes.add_many(Outcome::Failed, 3);
    metric::batch(&outcomes, Some(10.5));
    metric::batch(&Counts::default(), None);
    metric::batch_age(Duration::from_millis(12_500));
    metric::standstill(Duration::from_mins(2));
    metric::open_tasks(5);
    metric::import(State::Finished);
    metric::message_age("exports", Duration::from_secs(5));
    metric::fault();
    for error in [
        SiteError::TaskLimit,
        SiteError::Throttled { retry_after: None },
        SiteError::Unavailable { status: 503, retry_after: None },
        SiteError::Blocked(Blocked::TokenRefused),
        SiteError::Blocked(Blocked::RightMissing),
        SiteError::Secret("no".into()),
        // These are told of records, or are no failures.
        SiteError::Refused { status: 400, answer: "ada@example.com".to_owned() },
        SiteError::Blocked(Blocked::SiteMissing),
        SiteError::KeySeen,
    ] {
        metric::site_error(&error);
    }
    // The lines, without their times.
    let written = || -> Vec<String> {
        let mut log = Vec::new();
        metrics.write_to(&mut log).unwrap();
        let lines = std::str::from_utf8(&log).unwrap().lines();
        let timeless = lines.map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            line["_aws"]["Timestamp"] = 0.into();
            line.to_string()
        });
        timeless.collect()
    };
    let lines = written();
    insta::assert_snapshot!(lines.join("\n"));
    assert!(written().is_empty(), "each number is told once");
    let told = lines.concat();
    for metric in metric::ALL {
        assert!(
            told.contains(&format!("\"Name\":\"{}\"", metric.name)),
            "{} is measured",
            metric.name
        );
    }
}
