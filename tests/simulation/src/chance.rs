//! Everything that chance decides, from a seed.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::fault::Fault;

/// Which faults are to come.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Plan {
    /// None.
    #[default]
    Undisturbed,
    /// Each with its probability wherever it can happen, until so many have happened.
    Random {
        /// The probability of each fault at a point where it is possible.
        rates: BTreeMap<Fault, f64>,
        /// How many happen at most.
        budget: u32,
    },
    /// These, one after the other, each at the next passing of its point.
    These(VecDeque<(String, Fault)>),
}

impl Plan {
    /// These faults at these points.
    pub fn these<'a>(faults: impl IntoIterator<Item = (&'a str, Fault)>) -> Self {
        Self::These(faults.into_iter().map(|(point, fault)| (point.to_owned(), fault)).collect())
    }
}

/// A seeded source of choices, and of faults by plan.
#[derive(Debug)]
pub struct Chance {
    random: StdRng,
    plan: Plan,
    hit: BTreeMap<Fault, u64>,
}

impl Chance {
    /// The choices of a seed.
    pub fn new(seed: u64, plan: Plan) -> Self {
        Self { random: StdRng::seed_from_u64(seed), plan, hit: BTreeMap::new() }
    }

    /// A number of a range that is not empty.
    pub fn number(&mut self, range: Range<u64>) -> u64 {
        self.random.random_range(range)
    }

    /// A position in a list of this length; 0 for an empty one.
    pub fn position(&mut self, length: usize) -> usize {
        if length < 2 { 0 } else { self.random.random_range(0..length) }
    }

    /// One of several.
    pub fn one_of<T: Copy>(&mut self, first: T, others: &[T]) -> T {
        let at = self.position(others.len() + 1);
        at.checked_sub(1).and_then(|at| others.get(at)).copied().unwrap_or(first)
    }

    /// True with this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.random.random_range(0.0..1.0) < probability
    }

    /// A time between two others, to the millisecond: tokio's timers know nothing shorter.
    pub fn time(&mut self, range: Range<Duration>) -> Duration {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.number(millis(range.start)..millis(range.end)))
    }

    /// The fault that this passing of a point meets, of those that are possible there.
    pub fn fault(&mut self, point: &str, possible: &[Fault]) -> Option<Fault> {
        let met = match &mut self.plan {
            Plan::Undisturbed | Plan::Random { budget: 0, .. } => None,
            Plan::These(faults) => {
                let is_next = |next: &mut (String, Fault)| {
                    let (at, fault) = next;
                    at == point && possible.contains(fault)
                };
                faults.pop_front_if(is_next).map(|(_, fault)| fault)
            }
            Plan::Random { rates, .. } => {
                let mut left = self.random.random_range(0.0..1.0);
                possible.iter().copied().find(|fault| {
                    left -= rates.get(fault).copied().unwrap_or_default();
                    left < 0.0
                })
            }
        }?;
        if let Plan::Random { budget, .. } = &mut self.plan {
            *budget -= 1;
        }
        self.count(met);
        Some(met)
    }

    /// Counts a fault that came about otherwise.
    pub fn count(&mut self, fault: Fault) {
        *self.hit.entry(fault).or_default() += 1;
    }

    /// How often each fault has happened.
    pub const fn hit(&self) -> &BTreeMap<Fault, u64> {
        &self.hit
    }
}
