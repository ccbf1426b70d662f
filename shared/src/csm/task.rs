//! Tasks of the site: what a bulk request becomes, and how it ends.

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TaskFailure {
    /// An id of the site's choosing; the documented example names one the caller never saw.
    pub entity_id: Option<serde_json::Value>,
    /// Ids or names of what was operated on, such as a detail field.
    pub operated_on_ids: Vec<serde_json::Value>,
    /// What the site says went wrong.
    pub error: Option<String>,
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
            failures: Option<Vec<TaskFailure>>,
        }
        let raw: Raw = serde_json::from_slice(body)?;
        let status = match raw.status.as_str() {
            "NOT_STARTED" => TaskStatus::NotStarted,
            "FINISHED" => TaskStatus::Finished,
            "FAILED" => TaskStatus::Failed,
            _ => TaskStatus::InProgress,
        };
        Ok(Self { status, failures: raw.failures.unwrap_or_default() })
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
    fn a_task_id_cannot_leave_its_path() {
        assert!(TaskId::parse("0c2f-77").is_some());
        for bad in ["", "a/b", "..", "a?b", "a b", &"x".repeat(201)] {
            assert!(TaskId::parse(bad).is_none(), "{bad}");
        }
    }
}
