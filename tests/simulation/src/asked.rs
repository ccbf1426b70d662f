//! What the functions ask of their ports: what each of them must be allowed to do.

use csm_import::configuration;
use csm_import::import::keys;

use crate::invocation::Function;
use crate::queue::Kind;

/// Something that a function asks of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// Who asks.
    pub function: Function,
    /// The method of the port, such as `Store::write`.
    pub method: &'static str,
    /// What it is about.
    pub of: Of,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// An object of the bucket.
    Object {
        /// The beginning of its key up to which the template tells objects apart, or all of it.
        place: &'static str,
        /// Whether the bucket's lifecycle may remove it.
        is_working_paper: bool,
    },
    /// A queue.
    Queue(Kind),
    /// The secret.
    Secret,
    /// The event bus.
    Events,
}

impl Of {
    /// The object of that key, or those below it.
    pub fn object(key: &str) -> Self {
        let places = [keys::EXPORTS, keys::PLAN, keys::SCHEDULED, keys::IMPORTS, keys::STATES];
        let mut places = places.into_iter().chain([configuration::FILE]);
        let place = places.find(|place| key.starts_with(place)).unwrap_or("elsewhere");
        Self::Object { place, is_working_paper: keys::is_working_paper(key) }
    }
}
