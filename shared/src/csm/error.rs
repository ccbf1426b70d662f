//! What can go wrong when speaking to the site, classified once.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::json::JsonFault;

/// A request to the site that did not end in what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// 400 *Maximum number of tasks reached*: all slots are taken, by us or by others.
    #[error("the site has as many open tasks as it allows")]
    TaskLimit,
    /// 429: asked too often.
    #[error("the site asks to slow down (429)")]
    Throttled {
        /// The site's `Retry-After`, when it sent one.
        retry_after: Option<Duration>,
    },
    /// 401, 403, 404 or 412 of an address that must exist: nothing will work until someone acts.
    #[error("{0}")]
    Blocked(Blocked),
    /// There is a task, but its id was not told: the idempotency key was used before, or the answer
    /// that accepted the request has no id.
    #[error("the site has a task for this request and does not tell its id")]
    KeySeen,
    /// Any other 4xx: the site refuses this request as it is.
    #[error("the site refused the request ({status})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The site's answer, shortened. May hold personal data: for the bucket, never for logs.
        answer: String,
    },
    /// 5xx.
    #[error("the site is not available ({status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// The site's `Retry-After`, when it sent one.
        retry_after: Option<Duration>,
    },
    /// No answer: connection, time-out, TLS.
    #[error("no answer from the site")]
    Unreachable(#[source] reqwest::Error),
    /// An answer that is not what the API describes.
    #[error("the site's answer to {0} could not be read")]
    Unreadable(&'static str, #[source] Option<JsonFault>),
    /// The secret could not be read.
    #[error("the secret with the site's token could not be read")]
    Secret(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why nothing can be sent until someone acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blocked {
    /// 401, also after reading the secret again.
    TokenRefused,
    /// 403.
    RightMissing,
    /// 404.
    SiteMissing,
    /// 412.
    OptInRefused,
    /// The secret holds neither a token nor an email with an API token.
    SecretEmpty,
}

impl std::fmt::Display for Blocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TokenRefused => {
                "The site does not accept the token (401). Put a valid token into the secret."
            }
            Self::RightMissing => {
                "The token's owner may not do this (403). The owner must be a Jira admin with a \
                 Customer Service Management or Jira Service Management seat."
            }
            Self::SiteMissing => {
                "There is no Customer Service Management at this address (404). Check the cloud id \
                 in the address, and that the site has Customer Service Management."
            }
            Self::OptInRefused => {
                "The site refuses the experimental API (412). Ask Atlassian whether the opt-in header \
                 of the bulk API has changed."
            }
            Self::SecretEmpty => {
                "The secret holds no token. Put {\"token\": …} or {\"email\": …, \"apiToken\": …} \
                 into it."
            }
        })
    }
}

/// What to do about an error: the one place that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Not this request's fault and no failure either: come back when a slot may be free.
    Wait,
    /// A passing fault: try the very same again, not before `after` when the site said so.
    Retry {
        /// The site's wish, if it had one.
        after: Option<Duration>,
    },
    /// The request was refused for what it holds.
    Reject,
    /// The import cannot go on until someone acts.
    Stop(Blocked),
    /// The request has arrived before; what it did must be read back.
    ReadBack,
}

impl SiteError {
    /// What to do about it. Whatever is not known is tried again.
    pub fn class(&self) -> Class {
        match self {
            Self::TaskLimit => Class::Wait,
            Self::Throttled { retry_after } | Self::Unavailable { retry_after, .. } => {
                Class::Retry { after: *retry_after }
            }
            Self::Blocked(blocked) => Class::Stop(*blocked),
            Self::KeySeen => Class::ReadBack,
            Self::Refused { .. } => Class::Reject,
            Self::Unreachable(_) | Self::Unreadable(..) | Self::Secret(_) => {
                Class::Retry { after: None }
            }
        }
    }
}
