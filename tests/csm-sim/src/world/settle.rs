//! Catching up: doing the work of the tasks that have ended.

use super::{World, record::Entity, task::Work};
use crate::{
    clock::Moment,
    faults::TaskEnd,
    request::operation::Operation,
    state::{DetailField, EntityCounters, Failure, Writes},
};

impl World {
    /// Does the work of every task that has ended by now, in the order of their ends, so that the
    /// outcome does not depend on when somebody looks.
    pub(crate) fn settle(&mut self, now: Moment) {
        let tasks = &self.tasks;
        let ends = |position: usize| tasks.all.get(position).map(|task| task.ends);
        let is_over = |position: usize| ends(position).is_none_or(|end| end <= now);
        let mut over: Vec<usize> = tasks.open.iter().copied().filter(|&at| is_over(at)).collect();
        over.sort_by_key(|&position| (ends(position), position));
        self.tasks.open.retain(|position| !over.contains(position));
        for position in over {
            self.finish(position);
        }
    }

    fn finish(&mut self, position: usize) {
        let Some(task) = self.tasks.all.get_mut(position) else {
            return;
        };
        let (entity, end, at) = (task.entity, task.end, task.ends);
        let failures = match task.work.take() {
            Some(Work::Profiles(operations) | Work::Details(operations)) => {
                self.write_all(entity, &operations, end, at)
            }
            Some(Work::Definitions(fields)) => self.define_all(entity, fields),
            None => Vec::new(),
        };
        if let Some(task) = self.tasks.all.get_mut(position) {
            task.failures = failures;
        }
    }

    fn write_all(
        &mut self,
        entity: Entity,
        operations: &[Operation],
        end: TaskEnd,
        at: Moment,
    ) -> Vec<Failure> {
        let reached = match end {
            TaskEnd::FailedUnwritten => 0,
            TaskEnd::FailedHalfWritten => operations.len() / 2,
            _ => operations.len(),
        };
        let mut failures = Vec::new();
        for operation in operations.iter().take(reached) {
            match self.write(entity, operation, at) {
                Ok(true) => self.count(entity, operation, |writes| writes.created += 1),
                Ok(false) => self.count(entity, operation, |writes| writes.updated += 1),
                Err(mut rejection) => {
                    if self.faults.quoting {
                        rejection.quote(operation);
                    }
                    self.count(entity, operation, |writes| writes.failed += 1);
                    failures.extend(self.report(entity, rejection, end));
                }
            }
        }
        match end {
            TaskEnd::Normal | TaskEnd::UnusableIds => failures,
            // A FAILED task was seen to list nothing, whatever became of its records.
            _ => Vec::new(),
        }
    }

    fn define_all(&mut self, entity: Entity, fields: Vec<DetailField>) -> Vec<Failure> {
        // The names were free when the task was accepted, but another task may have been quicker.
        if let Err(error) = self.fields(entity).check(&fields) {
            let names = fields.into_iter().map(|field| field.name).collect();
            return vec![Failure {
                entity: entity.constant().to_owned(),
                entity_id: String::new(),
                operation: "CREATE".to_owned(),
                operated_on: format!("{}_DETAIL_DEFINITION", entity.constant()),
                operated_on_ids: names,
                error,
            }];
        }
        for field in fields {
            self.fields_mut(entity).add(field);
        }
        Vec::new()
    }

    /// Counts what happened to the record of an operation.
    pub(crate) fn count(
        &mut self,
        entity: Entity,
        operation: &Operation,
        step: impl Fn(&mut Writes),
    ) {
        let key = match (&operation.key, &operation.id) {
            (Some(key), _) => entity.fold(key),
            (None, Some(id)) => match self.records(entity).get(id) {
                Some(record) => entity.fold(&record.key),
                None => id.clone(),
            },
            (None, None) => return,
        };
        let counters = match entity {
            Entity::Organization => &mut self.counters.organizations,
            Entity::Customer => &mut self.counters.customers,
        };
        let writes = counters.records.entry(key).or_default();
        let before = *writes;
        step(writes);
        let after = *writes;
        counters.add(before, after);
    }
}

impl EntityCounters {
    fn add(&mut self, before: Writes, after: Writes) {
        self.created += after.created - before.created;
        self.updated += after.updated - before.updated;
        self.failed += after.failed - before.failed;
    }
}
