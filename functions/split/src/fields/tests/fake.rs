//! A site in memory that has detail fields and nothing else.

use std::collections::VecDeque;
use std::sync::Mutex;

use csm_import::csm::answer::{Headers, failure};
use csm_import::csm::error::SiteError;
use csm_import::csm::port::{Fields, Site};
use csm_import::csm::profile::SiteProfile;
use csm_import::csm::request::Endpoint;
use csm_import::csm::task::{Task, TaskFailure, TaskId, TaskStatus};
use csm_import::mapping::definition::{Definitions, DetailFieldDefinition, name_key};
use csm_import::mapping::stage::Stage;
use uuid::Uuid;

/// What somebody else does to the fields before a write takes effect.
pub(super) type Meanwhile = Box<dyn FnOnce(&mut Vec<DetailFieldDefinition>) + Send>;

/// How the request for many fields at once is answered.
#[derive(Clone, Copy, Default)]
pub(super) enum AtOnce {
    /// At once, without a task.
    #[default]
    Direct,
    /// With a task that has ended at the nth look.
    Task(u32),
    /// With a task that ends FAILED and has created nothing.
    FailingTask,
    /// With this status.
    Status(u16, &'static str),
}

#[derive(Default)]
pub(super) struct State {
    pub(super) fields: Vec<DetailFieldDefinition>,
    /// What happens before each of the next writes.
    pub(super) meanwhile: VecDeque<Meanwhile>,
    pub(super) at_once: AtOnce,
    /// The status of every other write.
    pub(super) writes: Option<u16>,
    /// Requests in their order, without the reads.
    pub(super) log: Vec<String>,
    pub(super) keys: Vec<Uuid>,
    /// Fields that are created when their task has ended, and the looks until then.
    pending: Option<(u32, Vec<DetailFieldDefinition>)>,
}

#[derive(Default)]
pub(super) struct Fake(Mutex<State>);

impl Fake {
    pub(super) fn new(fields: &[DetailFieldDefinition]) -> Self {
        Self(Mutex::new(State { fields: fields.to_vec(), ..State::default() }))
    }

    pub(super) fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.with(|state| state.fields.iter().map(|field| field.name.clone()).collect())
    }

    pub(super) fn log(&self) -> Vec<String> {
        self.with(|state| state.log.clone())
    }
}

pub(super) fn answered(status: u16, body: &str) -> SiteError {
    failure(status, Headers::default(), body.as_bytes())
}

impl State {
    fn begin(&mut self, what: String) {
        self.log.push(what);
        if let Some(meanwhile) = self.meanwhile.pop_front() {
            meanwhile(&mut self.fields);
        }
    }

    fn create(&mut self, fields: &[DetailFieldDefinition]) -> Result<(), SiteError> {
        let taken =
            |name: &str| self.fields.iter().any(|held| name_key(&held.name) == name_key(name));
        if fields.iter().any(|field| taken(&field.name)) {
            return Err(answered(400, r#"{"errorMessage":"already exists"}"#));
        }
        if self.fields.len() + fields.len() > 50 {
            return Err(answered(400, r#"{"errorMessage":"too many"}"#));
        }
        self.fields.extend_from_slice(fields);
        Ok(())
    }
}

impl Fields for Fake {
    async fn definitions(&self, _: Stage) -> Result<Definitions, SiteError> {
        // Others may come in between any two requests.
        tokio::task::yield_now().await;
        Ok(self.with(|state| Definitions::new(state.fields.clone())))
    }

    async fn create_fields(
        &self,
        _: Stage,
        key: Uuid,
        fields: &[DetailFieldDefinition],
    ) -> Result<Option<TaskId>, SiteError> {
        tokio::task::yield_now().await;
        self.with(|state| {
            state.begin(format!("create {}", fields.len()));
            state.keys.push(key);
            match state.at_once {
                AtOnce::Direct => state.create(fields).map(|()| None),
                AtOnce::Task(looks) => {
                    state.pending = Some((looks, fields.to_vec()));
                    Ok(TaskId::parse("task"))
                }
                AtOnce::FailingTask => Ok(TaskId::parse("failing")),
                AtOnce::Status(status, body) => Err(answered(status, body)),
            }
        })
    }

    async fn create_field(&self, _: Stage, field: &DetailFieldDefinition) -> Result<(), SiteError> {
        tokio::task::yield_now().await;
        self.with(|state| {
            state.begin(format!("create {}", field.name));
            match state.writes {
                Some(status) => Err(answered(status, "refused")),
                None => state.create(std::slice::from_ref(field)),
            }
        })
    }

    async fn set_options(&self, _: Stage, field: &DetailFieldDefinition) -> Result<(), SiteError> {
        tokio::task::yield_now().await;
        self.with(|state| {
            state.begin(format!("options of {}", field.name));
            if let Some(status) = state.writes {
                return Err(answered(status, "refused"));
            }
            let held = state.fields.iter_mut().find(|held| held.name == field.name);
            *held.ok_or_else(|| answered(404, "{}"))? = field.clone();
            Ok(())
        })
    }
}

impl Site for Fake {
    async fn submit(&self, _: Endpoint, _: Uuid, _: Vec<u8>) -> Result<TaskId, SiteError> {
        unreachable!("no records are sent")
    }

    async fn task(&self, id: &TaskId) -> Result<Option<Task>, SiteError> {
        if id.as_str() == "failing" {
            let failure =
                TaskFailure { error: Some("it broke".to_owned()), ..TaskFailure::default() };
            return Ok(Some(Task { status: TaskStatus::Failed, failures: vec![failure] }));
        }
        self.with(|state| match state.pending.take() {
            Some((looks, fields)) if looks > 1 => {
                state.pending = Some((looks - 1, fields));
                Ok(Some(Task { status: TaskStatus::InProgress, failures: Vec::new() }))
            }
            Some((_, fields)) => {
                state.create(&fields)?;
                Ok(Some(Task { status: TaskStatus::Finished, failures: Vec::new() }))
            }
            None => Ok(None),
        })
    }

    async fn organizations(&self, _: &[&str]) -> Result<Vec<SiteProfile>, SiteError> {
        unreachable!("no records are read")
    }

    async fn customers(&self, _: &str, _: &str) -> Result<Vec<SiteProfile>, SiteError> {
        unreachable!("no records are read")
    }

    async fn profiles(&self, _: Stage, _: &[&str]) -> Result<Vec<SiteProfile>, SiteError> {
        unreachable!("no records are read")
    }
}
