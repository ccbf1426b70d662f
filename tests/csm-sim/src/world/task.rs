//! Tasks: when they run, and how many are open.

use std::{collections::HashMap, time::Duration};

use super::{World, record::Entity};
use crate::{
    chance::{Chance, Stream},
    clock::Moment,
    faults::TaskEnd,
    options::{Site, duration},
    request::operation::Operation,
    state::{DetailField, Failure, TaskStatus},
};

/// Older open tasks do not count towards the limit (documented).
const COUNTS_FOR: Duration = Duration::from_mins(30);
/// How long results can be read (documented).
const KEPT_FOR: Duration = Duration::from_hours(3 * 24);

/// What a task is to do.
#[derive(Debug)]
pub(crate) enum Work {
    Profiles(Vec<Operation>),
    /// Details of customers that exist.
    Details(Vec<Operation>),
    Definitions(Vec<DetailField>),
}

/// A task. Its times are decided when it is accepted; its work is done by whoever looks first
/// after its end.
#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) entity: Entity,
    pub(crate) kind: String,
    pub(crate) created: Moment,
    starts: Moment,
    pub(crate) ends: Moment,
    pub(crate) end: TaskEnd,
    pub(crate) records: Vec<String>,
    pub(crate) failures: Vec<Failure>,
    /// Taken away when it is done.
    pub(crate) work: Option<Work>,
}

impl Task {
    pub(crate) fn status(&self, now: Moment) -> TaskStatus {
        if now < self.starts {
            TaskStatus::NotStarted
        } else if now < self.ends {
            TaskStatus::InProgress
        } else {
            match self.end {
                TaskEnd::Normal | TaskEnd::UnusableIds => TaskStatus::Finished,
                _ => TaskStatus::Failed,
            }
        }
    }

    /// When its status last changed.
    pub(crate) fn updated(&self, now: Moment) -> Moment {
        match self.status(now) {
            TaskStatus::NotStarted => self.created,
            TaskStatus::InProgress => self.starts,
            TaskStatus::Finished | TaskStatus::Failed => self.ends,
        }
    }

    pub(crate) fn is_expired(&self, now: Moment) -> bool {
        now > self.ends.saturating_add(KEPT_FOR)
    }
}

/// All tasks since the start, in the order of their acceptance.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    pub(crate) all: Vec<Task>,
    positions: HashMap<String, usize>,
    /// Positions of the tasks whose work is not done.
    pub(crate) open: Vec<usize>,
    /// Profile tasks so far; every so many of them fail on a live site.
    with_profiles: u64,
}

impl Tasks {
    pub(crate) fn get(&self, id: &str) -> Option<&Task> {
        self.all.get(*self.positions.get(id)?)
    }

    /// Open tasks of our clients that count towards the limit.
    pub(crate) fn counted(&self, now: Moment) -> usize {
        self.open
            .iter()
            .filter_map(|&position| self.all.get(position))
            .filter(|task| now < task.created.saturating_add(COUNTS_FOR))
            .count()
    }

    fn push(&mut self, task: Task) {
        let position = self.all.len();
        self.positions.insert(task.id.clone(), position);
        self.open.push(position);
        self.all.push(task);
    }
}

impl World {
    /// Whether the site takes no more tasks for now; tasks of others count too (documented).
    pub(crate) fn is_full(&self, now: Moment) -> bool {
        self.tasks.counted(now) + self.faults.foreign_tasks >= self.options.task_limit
    }

    /// Accepts work and returns the id of its task, which ends as `poisoned` says, if it is.
    pub(crate) fn accept(
        &mut self,
        entity: Entity,
        work: Work,
        poisoned: Option<TaskEnd>,
        now: Moment,
    ) -> String {
        let ordinal = self.tasks.all.len() as u64 + 1;
        let mut chance = Chance::new(self.options.seed, Stream::Task, ordinal);
        let id = chance.uuid().to_string();
        let ordered = match &work {
            Work::Profiles(_) | Work::Details(_) => self.faults.take_task(),
            Work::Definitions(_) => None,
        };
        let lasting = ordered.as_ref().and_then(|fault| fault.seconds).map(duration);
        let mean = self.options.task_duration();
        let (starts, ends) = match self.options.site {
            Site::Documented => {
                let duration = lasting.unwrap_or_else(|| chance.around(mean));
                let starts = now.saturating_add(duration / 10);
                (starts, now.saturating_add(duration))
            }
            // Live sites were reported to work through their tasks one at a time.
            Site::Live => {
                let free = self.tasks.all.last().map_or(now, |last| last.ends.max(now));
                (free, free.saturating_add(lasting.unwrap_or(mean)))
            }
        };
        let (action, records, end) = match &work {
            Work::Profiles(operations) => {
                self.tasks.with_profiles += 1;
                let records = operations.iter().map(Operation::label).collect();
                let fails = self.options.fails_task(self.tasks.with_profiles);
                let usual = if fails { TaskEnd::FailedWritten } else { TaskEnd::Normal };
                let end = ordered.map_or(usual, |fault| fault.end);
                ("PROFILE_CREATE_UPDATE", records, end)
            }
            Work::Details(operations) => {
                let records = operations.iter().map(Operation::label).collect();
                ("DETAILS_UPDATE", records, ordered.map(|fault| fault.end).unwrap_or_default())
            }
            Work::Definitions(fields) => {
                let records = fields.iter().map(|field| field.name.clone()).collect();
                ("DETAIL_DEFINITION_CREATE", records, TaskEnd::Normal)
            }
        };
        if let Work::Profiles(operations) | Work::Details(operations) = &work {
            for operation in operations {
                self.count(entity, operation, |writes| writes.sent += 1);
            }
        }
        self.tasks.push(Task {
            id: id.clone(),
            entity,
            kind: format!("BULK_{}_{action}", entity.constant()),
            created: now,
            starts,
            ends,
            end: poisoned.unwrap_or(end),
            records,
            failures: Vec::new(),
            work: Some(work),
        });
        let open = self.tasks.counted(now);
        self.counters.max_open_tasks = self.counters.max_open_tasks.max(open);
        id
    }
}
