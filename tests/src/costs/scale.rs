//! From two imports that were counted to one that is as large as one likes.

use std::collections::BTreeMap;
use std::time::Duration;

use csm_import::csm::task::TaskStatus;
use csm_import::import::pace;

use super::counts::{End, Invocations, is_of_environment};
use super::page::Measured;

/// What an import makes the functions do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Work {
    /// Invocations by function.
    pub invocations: BTreeMap<String, f64>,
    /// Of these, those whose message could be deleted.
    pub done: BTreeMap<String, f64>,
    /// How long they last together, by function, in seconds.
    pub seconds: BTreeMap<String, f64>,
    /// Requests by name.
    pub requests: BTreeMap<String, f64>,
    /// Bytes of log lines.
    pub logged: f64,
    /// Bytes that stay in the bucket.
    pub kept: f64,
}

/// The work of an import of so many batches, whose tasks are looked at in vain so many times each.
///
/// What grew between the two imports grows on with the batches, and the rest is there once. Only the
/// looks in vain grow with the time that the site takes.
pub fn work(measured: &Measured, batches: f64, looks: f64) -> Work {
    let [small, large] = &measured.runs;
    let grown = |small_value: u64, large_value: u64| {
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let [few, many, from, to] =
            [small.batches, large.batches, small_value, large_value].map(|number| number as f64);
        let each = ((to - from) / (many - few)).max(0.0);
        (from - each * few).max(0.0) + each * batches
    };
    let nothing = Invocations::default();
    let mut work = Work {
        logged: grown(small.logged, large.logged),
        kept: grown(small.kept, large.kept),
        ..Work::default()
    };
    for ((function, end), many) in &large.counts.0 {
        let few = small.counts.0.get(&(function.clone(), *end)).unwrap_or(&nothing);
        let is_look = function == "poll" && *end == End::Stays;
        let scaled = |few_times: u64, many_times: u64| {
            if is_look {
                #[expect(clippy::cast_precision_loss, reason = "counts are small")]
                let each = (few_times + many_times) as f64 / (few.count + many.count).max(1) as f64;
                looks * batches * each
            } else {
                grown(few_times, many_times)
            }
        };
        let count = scaled(few.count, many.count);
        *work.invocations.entry(function.clone()).or_default() += count;
        if *end == End::Done {
            *work.done.entry(function.clone()).or_default() += count;
        }
        let seconds = match shorter(few, many) {
            Some(millis) => count * millis / 1e3,
            None => scaled(few.millis, many.millis) / 1e3,
        };
        *work.seconds.entry(function.clone()).or_default() += seconds;
        for (request, times) in &many.requests {
            let before = few.requests.get(request).copied().unwrap_or_default();
            #[expect(clippy::cast_precision_loss, reason = "counts are small")]
            let number = if is_of_environment(request) {
                // More batches need no more environments.
                *times as f64
            } else {
                scaled(before, *times)
            };
            *work.requests.entry(request.clone()).or_default() += number;
        }
    }
    work
}

/// How long an invocation takes of which there are more where there are more batches, in milliseconds:
/// the shorter of the two times. The services that are played are soon busy, which makes everybody wait.
fn shorter(few: &Invocations, many: &Invocations) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let each = |run: &Invocations| run.millis as f64 / run.count as f64;
    (0 < few.count && few.count < many.count).then(|| each(few).min(each(many)))
}

/// How often a task is looked at before it is finished, on average, where tasks take so many seconds
/// on average and each between half and one and a half times as long.
pub fn looks_in_vain(seconds: f64) -> f64 {
    const KEPT: u32 = 32;
    let recent: Vec<f64> = (0..KEPT)
        .map(|number| seconds * (0.5 + (f64::from(number) + 0.5) / f64::from(KEPT)))
        .collect();
    // SQS delays by whole seconds.
    let whole = |time: Duration| Duration::from_secs_f64(time.as_secs_f64().ceil());
    let looks = |seconds: &f64| {
        let lasting = Duration::from_secs_f64(*seconds);
        let mut elapsed = whole(pace::first_look(&recent));
        let mut looks = 0;
        while elapsed < lasting {
            looks += 1;
            elapsed += whole(pace::next_look(TaskStatus::InProgress, elapsed));
        }
        f64::from(looks)
    };
    recent.iter().map(looks).sum::<f64>() / f64::from(KEPT)
}

#[cfg(test)]
mod tests {
    use super::super::counts::Counts;
    use super::super::page::Run;
    use super::*;

    fn run(batches: u64, notes: &str) -> Run {
        Run { batches, logged: batches * 10, kept: 5, counts: Counts::of(notes) }
    }

    #[test]
    fn what_grows_with_the_batches_grows_on_and_the_rest_is_there_once() {
        let submit = "call submit-1 sqs POST SendMessageBatch -\nend submit-1 stays 100\n";
        let waiting = submit.replace("100", "900");
        let split = "call split-1 s3 PUT - -\ncall split-1 s3 PUT - -\nend split-1 done 50\n";
        let look = "call poll-1 s3 GET - -\nend poll-1 stays 10\n";
        let secret = "call poll-1 secretsmanager POST GetSecretValue -\n";
        let small = run(2, &[split, &submit.repeat(2), secret, look].concat());
        let large = run(10, &[split, &waiting.repeat(10), secret, &look.repeat(3)].concat());
        let work = work(&Measured { runs: [small, large] }, 1_000.0, 4.0);
        let close = |map: &BTreeMap<String, f64>, name: &str, value: f64| {
            assert!((map[name] - value).abs() < 1e-6, "{name}: {}", map[name]);
        };
        close(&work.requests, "SQS SendMessageBatch", 1_000.0);
        close(&work.requests, "S3 PutObject", 2.0);
        close(&work.requests, "S3 GetObject", 4_000.0);
        close(&work.requests, "SecretsManager GetSecretValue", 1.0);
        close(&work.invocations, "poll", 4_000.0);
        close(&work.seconds, "submit", 100.0);
        close(&work.seconds, "poll", 40.0);
        assert!((work.logged - 10_000.0).abs() < 1e-6 && (work.kept - 5.0).abs() < 1e-6);
    }

    #[test]
    fn looks_follow_the_time_that_the_site_takes_but_slower() {
        let [short, long, longer] = [10.0, 480.0, 960.0].map(looks_in_vain);
        assert!((2.0..6.0).contains(&short), "{short}");
        assert!(long > short && long < 48.0 * short, "{long}");
        assert!((long - longer).abs() < 10.0, "{longer}");
    }
}
