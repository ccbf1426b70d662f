//! How a record that was not written is told to the client.

use super::{World, record::Entity};
use crate::{faults::TaskEnd, options::Site, request::operation::Operation, state::Failure};

/// A record that was not written, and why.
#[derive(Debug)]
pub(crate) struct Rejection {
    /// What was attempted: `CREATE` or `UPDATE`.
    pub(crate) operation: &'static str,
    /// The record: its id if it has one, else its email or name.
    pub(crate) record: String,
    /// Everything that is wrong with it, in the order of the payload.
    pub(crate) problems: Vec<Problem>,
}

impl Rejection {
    /// Adds the record to what is wrong with it.
    pub(super) fn quote(&mut self, operation: &Operation) {
        for problem in &mut self.problems {
            problem.error = format!("{}: {operation:?}", problem.error);
        }
    }
}

/// One thing that is wrong with a record.
#[derive(Debug)]
pub(crate) struct Problem {
    /// Detail fields or ids concerned.
    pub(crate) about: Vec<String>,
    pub(crate) error: String,
}

impl Problem {
    pub(crate) fn new(error: impl Into<String>) -> Self {
        Self { about: Vec::new(), error: error.into() }
    }

    pub(crate) fn about(mut self, subject: &str) -> Self {
        self.about.push(subject.to_owned());
        self
    }
}

impl World {
    /// One failure for each problem. Live sites were reported to answer with messages that could
    /// not be tied to a record, so there the id is one nobody knows and the subject is missing.
    pub(super) fn report(
        &mut self,
        entity: Entity,
        rejection: Rejection,
        end: TaskEnd,
    ) -> Vec<Failure> {
        let live = self.options.site == Site::Live;
        let record =
            if live || end == TaskEnd::UnusableIds { self.opaque_id() } else { rejection.record };
        let operated_on = match entity {
            Entity::Organization => "ORGANIZATION",
            Entity::Customer => "CUSTOMER_ACCOUNT",
        };
        rejection
            .problems
            .into_iter()
            .map(|problem| Failure {
                entity: entity.constant().to_owned(),
                entity_id: record.clone(),
                operation: rejection.operation.to_owned(),
                operated_on: operated_on.to_owned(),
                operated_on_ids: if live { Vec::new() } else { problem.about },
                error: problem.error,
            })
            .collect()
    }
}
