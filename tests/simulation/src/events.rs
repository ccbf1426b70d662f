//! Whoever listens for the ends of imports.

use std::sync::Arc;

use csm_import::import::finished::Finished;
use csm_import::port::{Events, PortError};

use crate::asked::Of;
use crate::world::{World, lock};

/// Keeps everything that is told.
pub struct WorldEvents(pub Arc<World>);

impl Events for WorldEvents {
    async fn tell(&self, finished: &Finished) -> Result<(), PortError> {
        self.0.ask("Events::tell", Of::Events);
        self.0.note("told that an import has come to its end");
        lock(&self.0.told).push(finished.clone());
        Ok(())
    }
}
