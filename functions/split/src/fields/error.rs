//! Why the site does not have the detail fields that are wanted.

use std::collections::BTreeSet;

use csm_import::csm::error::{Blocked, Class, SiteError};
use csm_import::csm::fields::FieldFault;
use csm_import::mapping::stage::Stage;
use serde::{Deserialize, Serialize};

/// A field that the site does not have, or that lacks options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingField {
    /// Its name.
    pub field: String,
    /// The options that it lacks, when the field itself is there.
    pub options: Option<BTreeSet<String>>,
    /// What the site said when it was asked for it.
    pub said: Option<String>,
}

impl std::fmt::Display for MissingField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.options {
            None => f.write_str(&self.field)?,
            Some(options) => write!(f, "{} ({} options)", self.field, options.len())?,
        }
        match &self.said {
            None => Ok(()),
            Some(said) => write!(f, ", to which the site said: {said}"),
        }
    }
}

/// Why the site does not have the detail fields that are wanted. Its text is for logs, and names no
/// field; [`EnsureError::message`] does.
#[derive(Debug, thiserror::Error)]
pub enum EnsureError {
    /// The site could not be asked, or not now.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The task that creates them has not ended. It is found again by its idempotency key.
    #[error("the task that creates detail fields has not ended")]
    Unfinished,
    /// They cannot all exist; nothing was created.
    #[error("the detail fields that are wanted cannot all exist ({} faults)", .0.len())]
    Impossible(Vec<FieldFault>),
    /// Everything was tried, or nothing may be.
    #[error("the site does not have {} of the detail fields that are wanted", .missing.len())]
    Missing {
        /// What is missing. May hold answers of the site: for the bucket, never for logs.
        missing: Vec<MissingField>,
        /// What someone must do before they can be created, where that is known.
        blocked: Option<Blocked>,
    },
}

impl EnsureError {
    /// What to do about it, as for any other request: it never is to be read back.
    pub fn class(&self) -> Class {
        match self {
            Self::Site(error) => match error.class() {
                Class::ReadBack => Class::Retry { after: None },
                class => class,
            },
            Self::Unfinished => Class::Wait,
            Self::Missing { blocked: Some(blocked), .. } => Class::Stop(*blocked),
            Self::Impossible(_) | Self::Missing { blocked: None, .. } => Class::Reject,
        }
    }

    /// What happened, in sentences for the administrator. May hold answers of the site: for the bucket,
    /// not for logs.
    pub fn message(&self, stage: Stage) -> String {
        match self {
            Self::Site(_) | Self::Unfinished => {
                format!("The detail fields of {stage} could not be made ready: {self}.")
            }
            Self::Impossible(faults) => {
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                faults.join(" ")
            }
            Self::Missing { missing, blocked } => {
                let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
                let why = blocked.map(|blocked| format!(" {}", blocked.meaning()));
                let missing = missing.join("; ");
                format!(
                    "The site lacks detail fields of {stage}: {}.{}",
                    missing.trim_end_matches('.'),
                    why.unwrap_or_default()
                )
            }
        }
    }
}
