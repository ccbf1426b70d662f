//! Going on with an import that stopped, or of which messages were lost.

use super::{InFlight, Next, Progress, Resumption, StopCode};
use crate::import::manifest::Manifest;
use crate::import::phase::Phase;
use crate::mapping::stage::Stage;

impl Progress {
    /// Has everything sent anew that is not settled, because the cause of a stop is gone or messages were
    /// lost. What another import has taken since is not sent: it would write old values over new ones.
    /// `by` is the message that asks for it; when it comes again, nothing changes.
    pub fn resume(&mut self, by: &str, taken_over: bool) -> Resumption {
        if self.resumed_by.as_deref() == Some(by) {
            let stopped = self.stopped.is_some();
            return if stopped { Resumption::InFlight } else { Resumption::Everything };
        }
        let stopped = self.stopped.as_ref().map(|stop| stop.code);
        let is_gone = stopped.is_some_and(|code| !code.may_go_on());
        let may_send = stopped.is_none() || !(is_gone || taken_over);
        let resumption = match (may_send, self.finished) {
            (false, true) => Resumption::Nothing,
            (true, true) if stopped.is_none() => Resumption::Nothing,
            (false, false) => Resumption::InFlight,
            (true, _) => Resumption::Everything,
        };
        if resumption != Resumption::Nothing {
            self.resumed += 1;
            self.resumed_by = Some(by.to_owned());
            self.asked = None;
            for flight in self.in_flight.values_mut() {
                *flight = InFlight { requests: flight.requests, ..InFlight::default() };
            }
        }
        if resumption == Resumption::Everything {
            // Whoever has it go on knows how many have failed.
            if self.stopped.as_ref().is_some_and(|stop| stop.code == StopCode::ToleranceExceeded) {
                self.orders.tolerated = None;
            }
            self.stopped = None;
            self.finished = false;
            self.preparing_since = None;
            self.refusals.clear();
            let organizations = self.stages.organizations.as_ref();
            if organizations.is_some_and(|organizations| !organizations.is_settled()) {
                // They were split for the ledger alone, and know nothing of their organizations.
                self.stages.customers = None;
                self.customers_since = self.resumed;
            }
            for phase in Phase::ALL {
                if let Some(stage) = self.stage_mut(phase) {
                    stage.enqueued &= stage.is_settled();
                }
            }
        }
        resumption
    }

    /// Whether a stage was split with what has to be known for it.
    pub fn takes(&self, manifest: &Manifest) -> bool {
        manifest.stage == Stage::Organizations || manifest.resumed >= self.customers_since
    }

    /// Notes that the results have been written, as they were after `resumed` resumptions.
    pub fn finish(&mut self, resumed: u32) {
        self.finished |= self.resumed == resumed && self.next() == Next::Finish;
    }
}
