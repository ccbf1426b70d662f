//! When to look at a task. Most of the efficiency lies here: a look too late leaves a slot idle,
//! a look too early is a wasted request.

use std::time::Duration;

use crate::csm::task::TaskStatus;

/// How many recent task durations an import keeps.
pub const KEPT_DURATIONS: usize = 32;
/// Never look more often than this.
const SHORTEST: Duration = Duration::from_secs(1);
/// Never look less often than this, unless a task takes hours: an answer is a small request.
const LONGEST: Duration = Duration::from_mins(1);
/// The share of its age after which a task is looked at that takes hours. Each look is a receive of its
/// message, of which there may be 1000: at this pace three days take some 700.
const SLOW_SHARE: u32 = 120;
/// SQS delays a message by at most this.
const LONGEST_DELAY: Duration = Duration::from_mins(15);

/// When to look at a new task for the first time: near the 5th percentile of recent durations.
pub fn first_look(recent_seconds: &[f64]) -> Duration {
    let mut sorted: Vec<f64> =
        recent_seconds.iter().copied().filter(|s| s.is_finite() && *s >= 0.0).collect();
    sorted.sort_by(f64::total_cmp);
    let percentile = sorted.get(sorted.len() / 20).copied().unwrap_or_default();
    Duration::from_secs_f64(percentile.min(LONGEST_DELAY.as_secs_f64())).max(SHORTEST)
}

/// How long to wait before looking again at a task that has been open for `elapsed`.
///
/// A task that works is looked at every 40th of its age, so that at most 2.5 % of its time is lost.
/// One that waits for its turn is looked at lazily: sites were reported to work tasks off one by one.
pub fn next_look(status: TaskStatus, elapsed: Duration) -> Duration {
    let share = match status {
        TaskStatus::NotStarted => elapsed / 10,
        _ => elapsed / 40,
    };
    share.clamp(SHORTEST, LONGEST.max(elapsed / SLOW_SHARE))
}

/// How long to wait before looking again after a look that failed.
pub fn next_try(receives: u32, elapsed: Duration, asked: Option<Duration>, seed: u64) -> Duration {
    // Looks that succeeded count as receives too, so the pause must not grow with them alone.
    backoff(receives.min(5), asked, seed).max(elapsed / SLOW_SHARE)
}

/// How long a message stays, which was sent `age` ago, before it looks again whether others have brought an
/// import to its end. As with a task that waits for its turn: at most a tenth of the time goes by unseen.
pub fn next_visit(age: Duration) -> Duration {
    next_look(TaskStatus::NotStarted, age)
}

/// How long to wait before a request that failed `failures` times in a row is tried again:
/// doubling up to five minutes, or what the site asked for, with a jitter taken from `seed`.
pub fn backoff(failures: u32, asked: Option<Duration>, seed: u64) -> Duration {
    const CAP: Duration = Duration::from_mins(5);
    let doubled = SHORTEST.saturating_mul(1 << failures.min(9)).min(CAP);
    let base = asked.map_or(doubled, |asked| asked.clamp(SHORTEST, LONGEST_DELAY));
    base + jitter(base / 2, seed)
}

/// How long to wait for a slot of the site that somebody else has taken, after `waits` waits. Each is a
/// receive of the batch's message, of which there may be 1000, and none may be lost for lack of a slot:
/// at this pace they last as long as the queue keeps the message.
pub fn slot_wait(waits: u32, seed: u64) -> Duration {
    const CAP: Duration = Duration::from_mins(3);
    const MANY: u32 = 200;
    let base = if waits < MANY {
        Duration::from_secs(2).saturating_mul(1 << waits.min(7)).min(CAP)
    } else {
        CAP * 12
    };
    base / 2 + jitter(base, seed)
}

fn jitter(within: Duration, seed: u64) -> Duration {
    let millis = u64::try_from(within.as_millis()).unwrap_or(u64::MAX).max(1);
    Duration::from_millis(xxhash_rust::xxh3::xxh3_64(&seed.to_le_bytes()) % millis)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_look_is_near_the_fastest_tasks() {
        let recent: Vec<f64> = (0..32).map(|n| 100.0 + f64::from(n)).collect();
        assert_eq!(first_look(&recent), Duration::from_secs(101));
        assert_eq!(first_look(&[]), SHORTEST);
        assert_eq!(first_look(&[0.01]), SHORTEST);
        assert_eq!(first_look(&[1e9]), LONGEST_DELAY);
    }

    #[test]
    fn looking_costs_at_most_a_fortieth() {
        for (status, elapsed, wait) in [
            (TaskStatus::InProgress, 4, 1),
            (TaskStatus::InProgress, 400, 10),
            (TaskStatus::NotStarted, 400, 40),
            (TaskStatus::InProgress, 7_200, 60),
            (TaskStatus::InProgress, 86_400, 720),
        ] {
            assert_eq!(next_look(status, Duration::from_secs(elapsed)), Duration::from_secs(wait));
        }
    }

    /// The queue moves a message to its dead letters after so many receives.
    const RECEIVES: u32 = 1_000;

    #[test]
    fn a_task_of_three_days_is_looked_at_less_often_than_its_message_may_be_received() {
        for status in [TaskStatus::NotStarted, TaskStatus::InProgress] {
            let mut age = Duration::ZERO;
            let mut looks = 0;
            while age < Duration::from_hours(72) {
                age += next_look(status, age);
                looks += 1;
            }
            assert!(looks < RECEIVES - 100, "{looks} looks");
        }
        let mut age = Duration::ZERO;
        let mut looks = 0;
        while age < Duration::from_hours(72) {
            looks += 1;
            age += next_try(looks, age, None, 0);
        }
        assert!(looks < RECEIVES, "{looks} looks that failed");
    }

    #[test]
    fn a_message_visits_imports_as_long_as_the_queue_keeps_it() {
        let mut age = Duration::ZERO;
        let mut visits = 0;
        while age < Duration::from_hours(14 * 24) {
            age += next_visit(age);
            visits += 1;
        }
        assert!(visits < RECEIVES - 100, "{visits} visits");
    }

    #[test]
    fn waiting_for_a_slot_lasts_as_long_as_the_queue_keeps_the_message() {
        for seed in 0..10 {
            let waited: Duration = (0..RECEIVES - 50)
                .map(|waits| slot_wait(waits, seed * 1_000 + u64::from(waits)))
                .sum();
            assert!(waited > Duration::from_hours(14 * 24), "{waited:?}");
        }
    }

    proptest! {
        #[test]
        fn waits_are_bounded(failures: u32, seed: u64, asked in prop::option::of(0u64..1_000_000)) {
            let wait = backoff(failures, asked.map(Duration::from_secs), seed);
            prop_assert!(wait >= SHORTEST && wait <= LONGEST_DELAY * 2);
            let wait = slot_wait(failures, seed);
            prop_assert!(wait >= Duration::from_secs(1) && wait <= Duration::from_hours(1));
        }
    }
}
