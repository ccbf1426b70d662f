//! Why an import stops.

use serde::{Deserialize, Serialize};

use crate::csm::error::Blocked;
use crate::csm::request::Dialect;

/// Why an import stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// A stable code.
    pub code: StopCode,
    /// A sentence for the administrator. May hold answers of the site: for the bucket, not for logs.
    pub message: String,
}

/// Why an import stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopCode {
    /// The site refused the request in every dialect.
    DialectsRefused,
    /// An object of the import was replaced while it was being imported.
    ExportReplaced,
    /// An object of the import is no longer there.
    ExportGone,
    /// The configuration cannot be read.
    ConfigurationInvalid,
    /// The site did not answer.
    SiteUnreachable,
    /// Detail fields that are wanted are not there, and cannot be created.
    FieldsMissing,
    /// What was approved is not what was planned, or was never planned.
    PlanChanged,
    /// More records failed than are tolerated.
    ToleranceExceeded,
    /// The site lets nothing through until someone acts; told by its own name.
    #[serde(untagged)]
    Blocked(Blocked),
}

impl From<Blocked> for Stop {
    fn from(blocked: Blocked) -> Self {
        Self { code: StopCode::Blocked(blocked), message: blocked.to_string() }
    }
}

/// What the site said to a batch in each dialect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The batch.
    pub batch: String,
    /// Dialect and answer.
    pub answers: Vec<(Dialect, String)>,
}

/// What the site said to a batch in each dialect, as a sentence for the administrator.
pub(super) fn refusal_message(answers: &[(Dialect, String)]) -> String {
    let said: Vec<String> = answers
        .iter()
        .map(|(dialect, answer)| format!("to the {} dialect: {answer}", dialect.name()))
        .collect();
    format!(
        "The site refuses the request in every shape it is documented to take. It answered {}",
        said.join(" - ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_words_in_json() {
        for (code, word) in [
            (StopCode::Blocked(Blocked::TokenRefused), "\"token-refused\""),
            (StopCode::Blocked(Blocked::CloudIdWrong), "\"cloud-id-wrong\""),
            (StopCode::DialectsRefused, "\"dialects-refused\""),
            (StopCode::PlanChanged, "\"plan-changed\""),
        ] {
            assert_eq!(serde_json::to_string(&code).unwrap(), word);
            assert_eq!(serde_json::from_str::<StopCode>(word).unwrap(), code);
        }
        assert!(serde_json::from_str::<StopCode>("\"klingon\"").is_err());
    }
}
