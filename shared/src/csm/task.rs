//! Tasks of the site: what a bulk request becomes, and how it ends.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{list, text};

/// The site's id of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(String);

impl TaskId {
    /// A task id as the site gave it; `None` when it could not stand in a path.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:~".contains(c);
        let fits = !text.is_empty() && text.len() <= 200 && text.chars().all(plain);
        (fits && text.chars().any(char::is_alphanumeric)).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskStatus {
    /// Waiting for its turn; sites were reported to work tasks off one by one.
    NotStarted,
    /// Being worked on, or in a state that is not documented.
    InProgress,
    /// Ended; single records may still have failed.
    Finished,
    /// Failed or timed out. Records were reported to have been written all the same.
    Failed,
}

/// A failure as a task lists it. There is no email, name or index to rely on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFailure {
    /// An id of the site's choosing; the documented example names one the caller never saw.
    pub entity_id: Option<String>,
    /// Ids or names of what was operated on, such as a detail field.
    pub operated_on_ids: Vec<String>,
    /// What the site says went wrong.
    pub error: Option<String>,
}

impl TaskFailure {
    /// Reads whatever of it can be read: a failure that is hard to read is still a failure.
    fn read(value: &Value) -> Self {
        let ids = value.get("operatedOnIds");
        let several = ids.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let error = value.get("error").filter(|error| !error.is_null());
        Self {
            entity_id: value.get("entityId").and_then(text),
            operated_on_ids: several.iter().chain(ids).filter_map(text).collect(),
            error: error.map(|error| text(error).unwrap_or_else(|| error.to_string())),
        }
    }
}

/// A task as `GET /api/v1/tasks/{id}` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Where it stands.
    pub status: TaskStatus,
    /// What it lists as failed; complete only once it has ended.
    pub failures: Vec<TaskFailure>,
}

impl Task {
    /// Reads the site's answer. An unknown status counts as in progress: it is no verdict.
    ///
    /// # Errors
    /// The answer is not a JSON object with a status.
    pub fn parse(body: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Raw {
            status: String,
            #[serde(default)]
            failures: Value,
        }
        let raw: Raw = serde_json::from_slice(body)?;
        let status = match raw.status.as_str() {
            "NOT_STARTED" => TaskStatus::NotStarted,
            "FINISHED" => TaskStatus::Finished,
            "FAILED" => TaskStatus::Failed,
            _ => TaskStatus::InProgress,
        };
        Ok(Self {
            status,
            failures: list(raw.failures, &[]).iter().map(TaskFailure::read).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_answer_is_read() {
        let task = Task::parse(
            br#"{"id":"t","type":"X","status":"FINISHED","failures":[{"entity":"CUSTOMER","entityId":"qm:1",
            "operation":"CREATE","operatedOn":"CUSTOMER_ACCOUNT","operatedOnIds":["Region"],"error":"Invalid detail field"}]}"#,
        )
        .unwrap();
        assert_eq!(task.status, TaskStatus::Finished);
        assert_eq!(task.failures[0].error.as_deref(), Some("Invalid detail field"));
        assert_eq!(task.failures[0].operated_on_ids, ["Region"]);
    }

    #[test]
    fn missing_failures_and_unknown_states_are_no_verdict() {
        for (body, status) in [
            (r#"{"status":"NOT_STARTED"}"#, TaskStatus::NotStarted),
            (r#"{"status":"IN_PROGRESS","failures":null}"#, TaskStatus::InProgress),
            (r#"{"status":"PAUSED"}"#, TaskStatus::InProgress),
            (r#"{"status":"FAILED","failures":[]}"#, TaskStatus::Failed),
        ] {
            let task = Task::parse(body.as_bytes()).unwrap();
            assert_eq!((task.status, task.failures.len()), (status, 0), "{body}");
        }
        assert!(Task::parse(b"[]").is_err());
    }

    #[test]
    fn a_failure_that_is_hard_to_read_is_still_one() {
        for (failure, id, error) in [
            (
                r#"{"entityId":7,"operatedOnIds":null,"error":{"code":1}}"#,
                Some("7"),
                Some(r#"{"code":1}"#),
            ),
            (r#"{"operatedOnIds":"x"}"#, None, None),
            (r#""just words""#, None, None),
        ] {
            let body = format!(r#"{{"status":"FINISHED","failures":[{failure}]}}"#);
            let task = Task::parse(body.as_bytes()).unwrap();
            assert_eq!(task.failures.len(), 1, "{failure}");
            assert_eq!(task.failures[0].entity_id.as_deref(), id);
            assert_eq!(task.failures[0].error.as_deref(), error);
        }
    }

    #[test]
    fn a_task_id_cannot_leave_its_path() {
        assert!(TaskId::parse("0c2f-77").is_some());
        for bad in ["", "a/b", "..", "a?b", "a b", &"x".repeat(201)] {
            assert!(TaskId::parse(bad).is_none(), "{bad}");
        }
    }
}
