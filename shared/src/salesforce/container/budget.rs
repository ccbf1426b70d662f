//! Counting what comes out of a container against the limits.

use super::{ContainerError, Limits, Place};

/// Bytes that may come out before the ratio counts.
const FLOOR: u64 = 64 << 20;

/// What went in and came out so far.
#[derive(Debug)]
pub(super) struct Budget {
    limits: Limits,
    taken: u64,
    given: u64,
}

impl Budget {
    pub(super) const fn new(limits: &Limits) -> Self {
        Self { limits: *limits, taken: 0, given: 0 }
    }

    /// Adds what went in and came out, in bytes.
    pub(super) fn charge(
        &mut self,
        taken: u64,
        given: u64,
        place: &Place,
    ) -> Result<(), ContainerError> {
        self.taken = self.taken.saturating_add(taken);
        self.given = self.given.saturating_add(given);
        self.allows(self.taken, self.given, place)
    }

    /// Whether so many bytes may come out of so many, without adding them.
    pub(super) fn allows(
        &self,
        taken: u64,
        given: u64,
        place: &Place,
    ) -> Result<(), ContainerError> {
        let Limits { inflated, ratio, .. } = self.limits;
        if given > inflated {
            return Err(ContainerError::TooLarge { place: place.clone(), limit: inflated });
        }
        if given > FLOOR && given > taken.saturating_mul(u64::from(ratio)) {
            return Err(ContainerError::Ratio { place: place.clone(), limit: ratio });
        }
        Ok(())
    }
}
