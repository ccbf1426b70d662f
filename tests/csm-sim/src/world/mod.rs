//! The simulated site: what it holds, and what it is asked to do.

pub(crate) mod failure;
pub(crate) mod field;
pub(crate) mod keys;
pub(crate) mod record;
mod settle;
mod snapshot;
pub(crate) mod task;
mod value;
mod write;

use crate::{
    chance::{Chance, Stream},
    clock::{Clock, Moment},
    faults::Faults,
    options::Options,
    state::Counters,
};
use field::Fields;
use keys::Keys;
use record::{Entity, Records};
use task::Tasks;

/// One simulated site. Everything in it happens at a moment that is passed in, after
/// [`World::settle`] has caught up with that moment.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    /// The only bearer token accepted, if there is one.
    pub(crate) token: Option<String>,
    pub(crate) organizations: Records,
    pub(crate) customers: Records,
    pub(crate) organization_fields: Fields,
    pub(crate) customer_fields: Fields,
    pub(crate) tasks: Tasks,
    pub(crate) keys: Keys,
    pub(crate) counters: Counters,
    /// Requests that an importer must never make.
    pub(crate) violations: Vec<String>,
    /// Second that requests are being counted in, and their number.
    pub(crate) rate_window: (u64, u32),
    /// Customer associations so far, lost ones included.
    associations: u64,
    /// Ids handed out so far that stand for nothing.
    opaque_ids: u64,
}

impl World {
    pub(crate) fn new(options: Options, clock: Clock) -> Self {
        let (organization_fields, customer_fields) = field::first(&options);
        Self {
            clock,
            faults: Faults::default(),
            token: options.token.clone(),
            organizations: Records::new(Entity::Organization),
            customers: Records::new(Entity::Customer),
            organization_fields,
            customer_fields,
            tasks: Tasks::default(),
            keys: Keys::default(),
            counters: Counters::default(),
            violations: Vec::new(),
            rate_window: (0, 0),
            associations: 0,
            opaque_ids: 0,
            options,
        }
    }

    /// Empties the site and forgets all counts and faults.
    pub(crate) fn reset(&mut self) {
        *self = Self::new(self.options.clone(), self.clock.restart());
    }

    /// Replaces what is left of the faults set before.
    pub(crate) fn set_faults(&mut self, mut faults: Faults) {
        if std::mem::take(&mut faults.forget_keys) {
            self.keys = Keys::default();
        }
        if let Some(token) = faults.token.take() {
            self.token = (!token.is_empty()).then_some(token);
        }
        self.faults = faults;
    }

    pub(crate) fn records(&self, entity: Entity) -> &Records {
        match entity {
            Entity::Organization => &self.organizations,
            Entity::Customer => &self.customers,
        }
    }

    pub(crate) fn records_mut(&mut self, entity: Entity) -> &mut Records {
        match entity {
            Entity::Organization => &mut self.organizations,
            Entity::Customer => &mut self.customers,
        }
    }

    pub(crate) fn fields(&self, entity: Entity) -> &Fields {
        match entity {
            Entity::Organization => &self.organization_fields,
            Entity::Customer => &self.customer_fields,
        }
    }

    pub(crate) fn fields_mut(&mut self, entity: Entity) -> &mut Fields {
        match entity {
            Entity::Organization => &mut self.organization_fields,
            Entity::Customer => &mut self.customer_fields,
        }
    }

    /// Lets somebody else be quicker, if that was ordered, right before our write.
    pub(crate) fn somebody_else(&mut self, entity: Entity) {
        let ordered = self.faults.meanwhile.front();
        if ordered.is_some_and(|meanwhile| meanwhile.of.is(entity))
            && let Some(meanwhile) = self.faults.meanwhile.pop_front()
        {
            self.fields_mut(entity).put(meanwhile.field);
        }
    }

    /// Whether search finds a customer created at `created`: new ones take a while (reported of
    /// live sites).
    pub(crate) fn is_indexed(&self, created: Moment, now: Moment) -> bool {
        created.saturating_add(self.options.index_delay()) <= now
    }

    /// An id in the documented form that no record has.
    fn opaque_id(&mut self) -> String {
        self.opaque_ids += 1;
        Chance::new(self.options.seed, Stream::Opaque, self.opaque_ids).customer_id()
    }
}
