//! Whether what was counted is still what is documented.

use std::collections::BTreeMap;

use super::counts::{End, is_of_environment};
use super::page::Measured;

/// Counts vary by races.
const SHARE: f64 = 0.2;
/// The smallest difference that says something.
const FEW: f64 = 5.0;

/// What differs noticeably, a sentence for each.
///
/// How long something took, and how often a task was looked at in vain, is a matter of the machine and
/// of the site; what a look asks for is compared as if there were as many as documented.
pub fn drifts(documented: &Measured, counted: &Measured) -> Vec<String> {
    let (documented_rows, counted_rows) = (documented.rows(), counted.rows());
    let looks = ["poll".to_owned(), End::Stays.word().to_owned(), "invocations".to_owned()];
    let names = documented_rows
        .keys()
        .chain(counted_rows.keys().filter(|names| !documented_rows.contains_key(*names)));
    let of_requests =
        names.filter(|[_, _, what]| !["milliseconds", "bytes logged"].contains(&what.as_str()));
    let mut drifts = Vec::new();
    for names in of_requests {
        let values = |rows: &BTreeMap<[String; 3], [u64; 2]>, key: &[String; 3]| {
            #[expect(clippy::cast_precision_loss, reason = "counts are small")]
            rows.get(key).map_or([0.0; 2], |values| values.map(|value| value as f64))
        };
        let expected = values(&documented_rows, names);
        let mut found = values(&counted_rows, names);
        if names[..2] == looks[..2] && !is_of_environment(&names[2]) {
            let [of, to] = [values(&counted_rows, &looks), values(&documented_rows, &looks)];
            for (number, found) in found.iter_mut().enumerate() {
                // Where nobody looked in vain, nothing can be said.
                *found = if of[number] > 0.0 {
                    *found * to[number] / of[number]
                } else {
                    expected[number]
                };
            }
        }
        for (expected, found) in expected.into_iter().zip(found) {
            if (expected - found).abs() > expected * SHARE + FEW {
                let [function, end, what] = names;
                drifts.push(format!(
                    "{function} ({end}): {what}: {found:.0}, but infra/COSTS.md says {expected:.0}"
                ));
            }
        }
    }
    drifts
}

#[cfg(test)]
mod tests {
    use super::super::counts::Counts;
    use super::super::page::Run;
    use super::*;

    fn measured(puts: usize, looks: usize, gets_a_look: usize) -> Measured {
        let split = format!("{}end split-1 done 50\n", "call split-1 s3 PUT - -\n".repeat(puts));
        let look =
            format!("{}end poll-1 stays 9\n", "call poll-1 s3 GET - -\n".repeat(gets_a_look));
        let run = Run {
            batches: 1,
            counts: Counts::of(&[split, look.repeat(looks)].concat()),
            ..Run::default()
        };
        Measured { runs: [run.clone(), run] }
    }

    #[test]
    fn a_few_requests_more_or_less_are_no_drift_and_many_are() {
        let documented = measured(100, 10, 3);
        for puts in [80, 100, 124] {
            assert!(drifts(&documented, &measured(puts, 10, 3)).is_empty(), "{puts}");
        }
        let drifts = drifts(&documented, &measured(126, 10, 3));
        assert_eq!(drifts.len(), 2);
        assert_eq!(drifts[0], "split (done): S3 PutObject: 126, but infra/COSTS.md says 100");
    }

    #[test]
    fn looks_are_compared_by_what_one_asks_for() {
        let documented = measured(1, 20, 3);
        assert!(drifts(&documented, &measured(1, 90, 3)).is_empty());
        assert!(drifts(&documented, &measured(1, 0, 3)).is_empty());
        assert!(!drifts(&documented, &measured(1, 20, 5)).is_empty());
    }
}
