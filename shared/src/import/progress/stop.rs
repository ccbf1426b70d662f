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
    /// The site does not accept the token.
    TokenRefused,
    /// The token's owner lacks a right.
    RightMissing,
    /// The address leads to no Customer Service Management; it cannot be told why.
    SiteMissing,
    /// The site has no Customer Service Management.
    CsmMissing,
    /// There is no site with this cloud id.
    CloudIdWrong,
    /// The experimental API is closed.
    OptInRefused,
    /// The address has moved.
    AddressMoved,
    /// There is no token.
    SecretEmpty,
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
}

impl From<Blocked> for Stop {
    fn from(blocked: Blocked) -> Self {
        let code = match blocked {
            Blocked::TokenRefused => StopCode::TokenRefused,
            Blocked::RightMissing => StopCode::RightMissing,
            Blocked::SiteMissing => StopCode::SiteMissing,
            Blocked::CsmMissing => StopCode::CsmMissing,
            Blocked::CloudIdWrong => StopCode::CloudIdWrong,
            Blocked::OptInRefused => StopCode::OptInRefused,
            Blocked::AddressMoved => StopCode::AddressMoved,
            Blocked::SecretEmpty => StopCode::SecretEmpty,
        };
        Self { code, message: blocked.to_string() }
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
