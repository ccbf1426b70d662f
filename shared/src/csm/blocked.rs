//! Why nothing can be sent until someone acts, and what that someone can do.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why nothing can be sent until someone acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blocked {
    /// 401, also after reading the secret again.
    TokenRefused,
    /// 403.
    RightMissing,
    /// 404 of which it cannot be told who answered it.
    SiteMissing,
    /// 404 in the error form of Customer Service Management: the gateway knows the site, but there is
    /// no Customer Service Management on it (reported of live sites).
    CsmMissing,
    /// 404 of the gateway, before any site was asked, or a cloud id that cannot be one.
    CloudIdWrong,
    /// 412.
    OptInRefused,
    /// 301 or 308.
    AddressMoved,
    /// The secret holds neither a token nor an email with an API token.
    SecretEmpty,
}

impl Blocked {
    /// What a 404 says about the site, from its body.
    ///
    /// Nothing is published about it. Errors of Customer Service Management were reported to have the
    /// form `{"errorMessage", "errors", "statusCode"}`; Atlassian's gateway answers
    /// `{"code":404,"message":…}`, a page, or nothing.
    pub fn of_not_found(body: &[u8]) -> Self {
        const ITS_OWN: &[&str] = &["errorMessage", "errorMessages", "errors", "statusCode"];
        let Ok(answer) = serde_json::from_slice::<Value>(body) else {
            let body = body.trim_ascii();
            let is_gateway = body.is_empty() || body.starts_with(b"<");
            return if is_gateway { Self::CloudIdWrong } else { Self::SiteMissing };
        };
        if ITS_OWN.iter().any(|key| answer.get(key).is_some()) {
            Self::CsmMissing
        } else if answer.get("code").is_some() {
            Self::CloudIdWrong
        } else {
            Self::SiteMissing
        }
    }

    /// Everything there is.
    pub const ALL: [Self; 8] = [
        Self::TokenRefused,
        Self::RightMissing,
        Self::SiteMissing,
        Self::CsmMissing,
        Self::CloudIdWrong,
        Self::OptInRefused,
        Self::AddressMoved,
        Self::SecretEmpty,
    ];

    /// The name in stored documents, which does not change.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenRefused => "token-refused",
            Self::RightMissing => "right-missing",
            Self::SiteMissing => "site-missing",
            Self::CsmMissing => "csm-missing",
            Self::CloudIdWrong => "cloud-id-wrong",
            Self::OptInRefused => "opt-in-refused",
            Self::AddressMoved => "address-moved",
            Self::SecretEmpty => "secret-empty",
        }
    }

    /// What is the matter.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::TokenRefused => "The site does not accept the token (401).",
            Self::RightMissing => "The token's owner may not do this (403).",
            Self::SiteMissing => "There is no Customer Service Management at this address (404).",
            Self::CsmMissing => {
                "The site has no Customer Service Management (404, in the form of its own errors)."
            }
            Self::CloudIdWrong => "There is no site with the cloud id in the address (404).",
            Self::OptInRefused => "The site refuses the experimental API (412).",
            Self::AddressMoved => "The address redirects to another one (301 or 308).",
            Self::SecretEmpty => "The secret holds no token.",
        }
    }

    /// What to do about it.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::TokenRefused => "Put a valid token into the secret, then drop the export again.",
            Self::RightMissing => {
                "The owner must be a Jira admin with a Customer Service Management or Jira Service \
                 Management seat. Then drop the export again."
            }
            Self::SiteMissing => {
                "Check the cloud id in the address, and that the site has Customer Service \
                 Management; then drop the export again."
            }
            Self::CsmMissing => {
                "Add Customer Service Management to the site, or put the cloud id of the site that \
                 has it into the address; then drop the export again."
            }
            Self::CloudIdWrong => {
                "The cloud id of a site stands at https://<site>.atlassian.net/_edge/tenant_info and \
                 looks like 12345678-90ab-cdef-1234-567890abcdef. If it is right, check that the site \
                 has Customer Service Management. Then drop the export again."
            }
            Self::OptInRefused => {
                "Ask Atlassian whether the opt-in header of the bulk API has changed, then drop the \
                 export again."
            }
            Self::AddressMoved => {
                "Set it to that of the API itself: \
                 https://api.atlassian.com/jsm/csm/cloudid/<cloud id>. Then drop the export again."
            }
            Self::SecretEmpty => {
                "Put {\"token\": …} or {\"email\": …, \"apiToken\": …} into it, then drop the \
                 export again."
            }
        }
    }

    /// Whether it stands for a 404.
    pub const fn is_not_found(self) -> bool {
        matches!(self, Self::SiteMissing | Self::CsmMissing | Self::CloudIdWrong)
    }
}

impl std::fmt::Display for Blocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.meaning(), self.remedy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_answered_a_404_is_told_from_its_form() {
        for (body, blocked) in [
            (
                r#"{"errorMessage":"no","errors":["NOT_FOUND"],"statusCode":404}"#,
                Blocked::CsmMissing,
            ),
            (r#"{"errorMessages":["no"],"errors":{}}"#, Blocked::CsmMissing),
            (r#"{"code":404,"message":"Not Found"}"#, Blocked::CloudIdWrong),
            ("<!DOCTYPE html><title>Not found</title>", Blocked::CloudIdWrong),
            (" \n", Blocked::CloudIdWrong),
            (r#"{"message":"no"}"#, Blocked::SiteMissing),
            ("[]", Blocked::SiteMissing),
            ("Not found", Blocked::SiteMissing),
        ] {
            assert_eq!(Blocked::of_not_found(body.as_bytes()), blocked, "{body}");
            assert!(blocked.is_not_found());
        }
    }

    #[test]
    fn names_are_those_in_stored_documents() {
        for blocked in Blocked::ALL {
            let name = blocked.as_str();
            assert_eq!(serde_json::to_string(&blocked).unwrap(), format!("\"{name}\""));
        }
    }
}
