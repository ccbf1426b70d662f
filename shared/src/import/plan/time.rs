//! How long an import would take.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What sites were reported to take for a record, one request after another: 8 minutes for 100.
const REPORTED: Duration = Duration::from_millis(4800);
/// Requests that a site works on side by side, as documented.
const SIDE_BY_SIDE: u64 = 5;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// How long an import would take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Seconds from its first request to the end of its last task.
    pub seconds: u64,
    /// What this is derived from.
    pub from: String,
}

/// How long `requests` take at `pace` seconds from the end of one to the end of the next.
pub(super) fn expected(requests: u64, pace: Option<f64>) -> Option<Expected> {
    let pace = pace?;
    let requests = f64::from(u32::try_from(requests).ok()?);
    let seconds = Duration::try_from_secs_f64((requests * pace).ceil()).ok()?.as_secs();
    let from = format!("this site's pace so far, a request every {pace:.1} seconds");
    Some(Expected { seconds, from })
}

/// How long sending `records` takes, as a sentence.
pub(super) fn sentence(records: u64, expected: Option<&Expected>) -> String {
    if records == 0 {
        return "No time: nothing would be sent.".to_owned();
    }
    if let Some(Expected { seconds, from }) = expected {
        return format!("About {}, from {from}.", in_words(*seconds));
    }
    let one_by_one =
        u64::try_from(REPORTED.as_millis()).unwrap_or(u64::MAX).saturating_mul(records) / 1000;
    format!(
        "It is not known yet how fast this site works. From {} if it works on five requests at once, \
         as documented, to {} if it takes 8 minutes for 100 records and works on one request after \
         another, as was reported of some sites. A site that is faster than these needs less.",
        in_words(one_by_one / SIDE_BY_SIDE),
        in_words(one_by_one),
    )
}

/// A length of time as a person says it.
pub fn in_words(seconds: u64) -> String {
    let of = |number: u64, unit: &str| match number {
        1 => format!("1 {unit}"),
        _ => format!("{number} {unit}s"),
    };
    let two = |whole: u64, part: u64, unit: (&str, &str)| match part {
        0 => of(whole, unit.0),
        _ => format!("{} {}", of(whole, unit.0), of(part, unit.1)),
    };
    match seconds {
        0..MINUTE => of(seconds.max(1), "second"),
        // Rounded up: nobody is annoyed that it took less.
        MINUTE..HOUR => of(seconds.div_ceil(MINUTE), "minute"),
        HOUR..DAY => two(seconds / HOUR, seconds % HOUR / MINUTE, ("hour", "minute")),
        _ => two(seconds / DAY, seconds % DAY / HOUR, ("day", "hour")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_a_person_would() {
        for (seconds, words) in [
            (0, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (3600, "1 hour"),
            (3720, "1 hour 2 minutes"),
            (90_000, "1 day 1 hour"),
            (2 * DAY, "2 days"),
        ] {
            assert_eq!(in_words(seconds), words);
        }
    }

    #[test]
    fn a_known_pace_is_believed_and_nonsense_is_not() {
        assert_eq!(expected(10, Some(1.25)).unwrap().seconds, 13);
        for nonsense in [f64::NAN, f64::INFINITY, -1.0, f64::MAX] {
            assert_eq!(expected(10, Some(nonsense)), None, "{nonsense}");
        }
        assert_eq!(expected(10, None), None);
    }

    #[test]
    fn an_unknown_pace_gives_a_range() {
        let said = sentence(100, None);
        assert!(said.contains("not known yet"), "{said}");
        assert!(said.contains("From 2 minutes") && said.contains("to 8 minutes"), "{said}");
        assert_eq!(sentence(0, None), "No time: nothing would be sent.");
        let known = expected(60, Some(2.0));
        assert_eq!(
            sentence(6000, known.as_ref()),
            "About 2 minutes, from this site's pace so far, a request every 2.0 seconds."
        );
    }
}
