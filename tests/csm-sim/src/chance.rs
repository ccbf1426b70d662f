//! Seeded randomness. Every choice has its own stream, so that it depends on the seed and its
//! ordinal alone and not on what else was asked of the simulator in between.

use std::time::Duration;

use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use uuid::{Builder, Uuid};

/// What a random choice is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    Task = 1,
    Customer = 2,
    Opaque = 3,
}

/// The random choices belonging to one thing.
pub(crate) struct Chance(StdRng);

impl Chance {
    pub(crate) fn new(seed: u64, stream: Stream, ordinal: u64) -> Self {
        // Odd multipliers keep neighbouring seeds, streams and ordinals apart.
        let mixed = seed
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .wrapping_add((stream as u64).wrapping_mul(0xD1B5_4A32_D192_ED03))
            .wrapping_add(ordinal);
        Self(StdRng::seed_from_u64(mixed))
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// An id in the form customer accounts have.
    pub(crate) fn customer_id(&mut self) -> String {
        format!("qm:{}:{}", self.uuid(), self.uuid())
    }

    /// Half to one and a half times the mean, so that tasks end in another order than they began.
    pub(crate) fn around(&mut self, mean: Duration) -> Duration {
        mean.mul_f64(self.0.random_range(0.5..1.5))
    }
}
