//! What an import needs next, and whether somebody has to be asked for it.

use jiff::{SignedDuration, Timestamp};

use super::{Ask, Asked, Next, Progress, StageProgress};
use crate::code::Code;
use crate::configuration::Verify;
use crate::import::batch::BatchIndex;
use crate::import::document::Mode;
use crate::import::phase::{Phase, SAMPLED};

/// For so long it is not asked for the same again, and twice as long each time: splitting an export takes
/// minutes, and whoever does it need not be asked. A batch that waits holds its slot.
const ASKED_RECENTLY: SignedDuration = SignedDuration::from_secs(10);
/// It is doubled so often at most, to some eleven minutes.
const DOUBLED: u32 = 6;

impl Progress {
    /// Whether the next thing is to be asked for now: not when somebody was just asked for the
    /// same, for a stopped import leaves thousands of batches that would all ask.
    pub fn ask(&mut self, now: Timestamp) -> Ask {
        let next = self.next();
        if next == Next::Nothing {
            return Ask::Nothing;
        }
        let before = self.asked.filter(|asked| asked.next == next);
        let pause = |asked: Asked| ASKED_RECENTLY * (1 << asked.times.min(DOUBLED));
        if before.is_some_and(|asked| now.duration_since(asked.at) < pause(asked)) {
            return Ask::Later;
        }
        let times = before.map_or(0, |asked| asked.times + 1);
        self.asked = Some(Asked { next, at: now, times });
        Ask::Now(next)
    }

    /// What the import needs next. Asked again, it answers the same until that has been done.
    pub fn next(&self) -> Next {
        if self.finished {
            return Next::Nothing;
        }
        let sends = self.stopped.is_none() && self.orders.mode == Mode::Import;
        for phase in Phase::ALL {
            if phase.verifies() && !(sends && self.batches_of(phase) > 0) {
                continue;
            }
            let Some(progress) = self.stage(phase) else {
                return Next::Begin(phase);
            };
            if sends && !progress.is_settled() {
                return Next::Nothing;
            }
            if !sends && !self.in_flight.is_empty() {
                return Next::Nothing;
            }
        }
        Next::Finish
    }

    /// How many batches of customers are read back in a phase.
    pub(super) fn batches_of(&self, phase: Phase) -> u32 {
        let Some(customers) = &self.stages.customers else { return 0 };
        let told = [Some(customers), self.stages.verification.as_ref()];
        let has_unlinked = |stage: &StageProgress| {
            [Code::AssociationMissing, Code::AssociationRepaired]
                .iter()
                .any(|code| stage.codes.contains_key(code))
        };
        match (phase, self.orders.verify) {
            (Phase::Verification, Verify::All) => customers.batches,
            (Phase::Verification, Verify::Sample) => customers.batches.div_ceil(SAMPLED),
            // Where some of a sample had no link, the others may have none either.
            (Phase::Repair, Verify::Sample) if told.into_iter().flatten().any(has_unlinked) => {
                customers.batches
            }
            _ => 0,
        }
    }

    /// Whether a phase reads back only some customers.
    pub fn is_sampled(&self, phase: Phase) -> bool {
        phase == Phase::Verification && self.orders.verify == Verify::Sample
    }

    /// Whether a batch of customers is read back in a phase.
    pub fn is_verified(&self, phase: Phase, batch: BatchIndex) -> bool {
        !self.is_sampled(phase) || batch.0.is_multiple_of(SAMPLED)
    }
}
