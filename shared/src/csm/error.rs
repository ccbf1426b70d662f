//! What can go wrong when speaking to the site, classified once.

use std::time::Duration;

pub use super::blocked::Blocked;
pub use super::unreached::Unreached;
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
    /// 3xx. Redirects are not followed: the token would go along.
    #[error("the site's address redirects to {} ({status})", .to.as_deref().unwrap_or("another"))]
    Redirected {
        /// The HTTP status.
        status: u16,
        /// Scheme and host of where to; the rest may hold secrets of a login.
        to: Option<String>,
    },
    /// No answer.
    #[error("no answer from the site: {how}")]
    Unreachable {
        /// How far the request came.
        how: Unreached,
        /// The error of what carried it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An answer that is not what the API describes.
    #[error("the site's answer to {0} could not be read")]
    Unreadable(&'static str, #[source] Option<JsonFault>),
    /// The secret could not be read.
    #[error("the secret with the site's token could not be read")]
    Secret(#[source] Box<dyn std::error::Error + Send + Sync>),
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
    /// A request that cannot be written as JSON.
    pub fn unwritable(error: serde_json::Error) -> Self {
        Self::Unreadable("a request (it cannot be written)", Some(error.into()))
    }

    /// What to do about it. Whatever is not known is tried again.
    pub fn class(&self) -> Class {
        match self {
            Self::TaskLimit => Class::Wait,
            Self::Throttled { retry_after } | Self::Unavailable { retry_after, .. } => {
                Class::Retry { after: *retry_after }
            }
            Self::Blocked(blocked) => Class::Stop(*blocked),
            // Only these say that the address has moved for good.
            Self::Redirected { status: 301 | 308, .. } => Class::Stop(Blocked::AddressMoved),
            Self::KeySeen => Class::ReadBack,
            Self::Refused { .. } => Class::Reject,
            Self::Redirected { .. }
            | Self::Unreachable { .. }
            | Self::Unreadable(..)
            | Self::Secret(_) => Class::Retry { after: None },
        }
    }

    /// 404, whoever answered it: what was asked for is not there.
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::Blocked(blocked) if blocked.is_not_found())
    }

    /// The site has no such endpoint, or does not take this method of it. Says so only where the site
    /// is known to answer others.
    pub const fn is_unsupported(&self) -> bool {
        self.is_not_found() || matches!(self, Self::Unavailable { status: 405 | 501, .. })
    }
}
