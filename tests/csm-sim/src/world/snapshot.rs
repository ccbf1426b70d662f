//! The view from outside.

use super::{World, record::Record, task::Task};
use crate::{
    clock::Moment,
    state::{CustomerState, OrganizationState, State, TaskState},
};

impl World {
    pub(crate) fn snapshot(&self, now: Moment) -> State {
        State {
            organizations: self.organizations.iter().map(organization).collect(),
            customers: self.customers.iter().map(customer).collect(),
            tasks: self.tasks.all.iter().map(|task| self.task(task, now)).collect(),
            organization_details: self.organization_fields.all().to_vec(),
            customer_details: self.customer_fields.all().to_vec(),
            counters: self.counters.clone(),
            violations: self.violations.clone(),
        }
    }

    fn task(&self, task: &Task, now: Moment) -> TaskState {
        TaskState {
            id: task.id.clone(),
            kind: task.kind.clone(),
            status: task.status(now),
            failures: task.failures.clone(),
            created: self.clock.timestamp(task.created),
            records: task.records.clone(),
        }
    }
}

fn organization(record: &Record) -> OrganizationState {
    OrganizationState {
        id: record.id.clone(),
        name: record.key.clone(),
        details: record.details.clone(),
    }
}

fn customer(record: &Record) -> CustomerState {
    CustomerState {
        id: record.id.clone(),
        email: record.key.clone(),
        display_name: record.display_name.clone(),
        details: record.details.clone(),
        organizations: record.organizations.clone(),
    }
}
