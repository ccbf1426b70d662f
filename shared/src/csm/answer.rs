//! Reading the site's answers leniently: field names differ between documents and live sites.

use std::borrow::Cow;
use std::time::Duration;

use memchr::memmem;
use serde_json::Value;
use url::Url;

use super::error::{Blocked, SiteError};
use super::task::TaskId;

/// The text of the 400 that means *wait*, as live sites were reported to send it.
const TASK_LIMIT: &str = "maximum number of tasks reached";
/// What live sites were reported to say when an idempotency key comes again.
const KEY_SEEN: &str = "only be retried with the same request data";
/// How much of an answer is kept.
const KEPT: usize = 2_000;

/// The headers of an answer that say more than its status.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    /// `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// `Location`.
    pub location: Option<&'a str>,
}

/// An answer without the credentials of its request, which a gateway may repeat: what the site says is
/// kept in the bucket.
pub fn without_credentials<'b>(body: &'b [u8], authorization: &str) -> Cow<'b, [u8]> {
    // The scheme may stay. What is shorter is no token, and may be part of any word.
    let secret = authorization.split_once(' ').map_or(authorization, |(_, secret)| secret);
    if secret.len() < 8 || memmem::find(body, secret.as_bytes()).is_none() {
        return Cow::Borrowed(body);
    }
    Cow::Owned(String::from_utf8_lossy(body).replace(secret, "…").into_bytes())
}

/// Classifies an answer that is not a success.
pub fn failure(status: u16, headers: Headers<'_>, body: &[u8]) -> SiteError {
    let retry_after = headers.retry_after.and_then(parse_retry_after);
    let answer = String::from_utf8_lossy(body);
    let said = answer.to_lowercase();
    match status {
        400 if said.contains(TASK_LIMIT) => SiteError::TaskLimit,
        400 | 422 if said.contains(KEY_SEEN) => SiteError::KeySeen,
        409 => SiteError::KeySeen,
        401 => SiteError::Blocked(Blocked::TokenRefused),
        403 => SiteError::Blocked(Blocked::RightMissing),
        404 => SiteError::Blocked(Blocked::of_not_found(body)),
        412 => SiteError::Blocked(Blocked::OptInRefused),
        429 => SiteError::Throttled { retry_after },
        400 | 413 | 422 => {
            let answer = messages(body).unwrap_or_else(|| shorten(&answer));
            SiteError::Refused { status, answer }
        }
        300..=399 => SiteError::Redirected { status, to: headers.location.and_then(origin) },
        // Whatever is not known to be about the records may pass: a gateway's word.
        _ => SiteError::Unavailable { status, retry_after },
    }
}

/// `Retry-After` in seconds; a date is rare and treated as absent.
fn parse_retry_after(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.trim().parse().ok()?).ok()
}

/// Scheme and host of an address.
fn origin(address: &str) -> Option<String> {
    let address = Url::parse(address).ok()?;
    Some(format!("{}://{}", address.scheme(), address.host_str()?))
}

/// The messages of an error body, from wherever the site put them.
fn messages(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let mut found = Vec::new();
    for key in ["errorMessage", "errorMessages", "message", "errors"] {
        match value.get(key) {
            Some(Value::String(text)) => found.push(text.clone()),
            Some(Value::Array(list)) => found.extend(list.iter().map(|item| match item {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })),
            Some(Value::Object(object)) => found.push(Value::Object(object.clone()).to_string()),
            _ => {}
        }
    }
    (!found.is_empty()).then(|| shorten(&found.join("; ")))
}

fn shorten(text: &str) -> String {
    text.chars().take(KEPT).collect()
}

/// The task id of an accepted bulk request: `id`, or `taskId` in the guide's dialect; `None` when
/// the answer holds neither.
pub fn accepted(body: &[u8]) -> Option<TaskId> {
    let value: Value = serde_json::from_slice(body).ok()?;
    ["id", "taskId"]
        .iter()
        .filter_map(|key| text(value.get(key)?))
        .find_map(|id| TaskId::parse(&id))
}

/// The list in an answer: the value itself, or the first of `keys`, or the only list there is.
pub fn list(value: Value, keys: &[&str]) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        Value::Object(mut object) => {
            for key in keys {
                if let Some(Value::Array(list)) = object.remove(*key) {
                    return list;
                }
            }
            let mut lists = object.into_iter().filter_map(|(_, value)| match value {
                Value::Array(list) => Some(list),
                _ => None,
            });
            match (lists.next(), lists.next()) {
                (Some(list), None) => list,
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// A string, or a number as a string: ids come as both.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csm::error::Class;

    #[test]
    fn a_400_is_not_always_bad_data() {
        let limit = br#"{"errorMessage":"Maximum number of tasks reached","errors":["BAD_REQUEST"],"statusCode":400}"#;
        let again = br#"{"message":"can only be retried with the same request data"}"#;
        for (status, body, class) in [
            (400, &limit[..], Class::Wait),
            (400, &again[..], Class::ReadBack),
            (400, &br#"{"errorMessages":["Unknown property"]}"#[..], Class::Reject),
            (413, b"too large", Class::Reject),
            (401, b"", Class::Stop(Blocked::TokenRefused)),
            (403, b"", Class::Stop(Blocked::RightMissing)),
            (404, b"", Class::Stop(Blocked::CloudIdWrong)),
            (404, br#"{"errorMessage":"no"}"#, Class::Stop(Blocked::CsmMissing)),
            (412, b"", Class::Stop(Blocked::OptInRefused)),
            (429, b"", Class::Retry { after: None }),
            (502, b"<html>", Class::Retry { after: None }),
            (302, b"", Class::Retry { after: None }),
            (308, b"", Class::Stop(Blocked::AddressMoved)),
            (405, b"", Class::Retry { after: None }),
            (409, b"", Class::ReadBack),
        ] {
            assert_eq!(failure(status, Headers::default(), body).class(), class, "{status}");
        }
    }

    #[test]
    fn credentials_are_not_kept() {
        for (body, authorization, kept) in [
            ("no: Bearer token-token", "Bearer token-token", "no: Bearer …"),
            ("a dG9rZW4tdG9rZW4= b", "Basic dG9rZW4tdG9rZW4=", "a … b"),
            ("token-token, token-token", "token-token", "…, …"),
            ("no token", "Bearer token-token", "no token"),
            ("it is said", "Bearer is", "it is said"),
        ] {
            assert_eq!(&*without_credentials(body.as_bytes(), authorization), kept.as_bytes());
        }
    }

    #[test]
    fn retry_after_is_in_seconds() {
        for (header, after) in
            [("7", Some(7)), (" 0 ", Some(0)), ("soon", None), ("-1", None), ("1e300", None)]
        {
            let headers = Headers { retry_after: Some(header), ..Headers::default() };
            let class = failure(503, headers, b"").class();
            assert_eq!(class, Class::Retry { after: after.map(Duration::from_secs) }, "{header}");
        }
    }

    #[test]
    fn a_redirect_says_where_to_and_no_more() {
        for (location, said) in [
            (
                Some("https://id.example.com/login?continue=secret"),
                "the site's address redirects to https://id.example.com (302)",
            ),
            (Some("/elsewhere"), "the site's address redirects to another (302)"),
            (None, "the site's address redirects to another (302)"),
        ] {
            let headers = Headers { location, ..Headers::default() };
            assert_eq!(failure(302, headers, b"").to_string(), said);
        }
    }

    #[test]
    fn what_a_site_does_not_have_is_no_fault_of_a_request() {
        let error = |status, body: &[u8]| failure(status, Headers::default(), body);
        assert!(error(404, b"").is_not_found() && error(404, b"{}").is_unsupported());
        assert!(error(405, b"").is_unsupported() && !error(405, b"").is_not_found());
        assert!(!error(403, b"").is_unsupported() && !error(503, b"").is_unsupported());
    }

    #[test]
    fn both_answers_to_a_bulk_request_are_read() {
        for body in [r#"{"id":"t1","statusUrl":"/x"}"#, r#"{"taskId":"t1"}"#] {
            assert_eq!(accepted(body.as_bytes()).unwrap().as_str(), "t1");
        }
        assert!(accepted(b"{}").is_none());
        assert!(accepted(b"<html>").is_none());
    }

    #[test]
    fn the_messages_of_an_error_are_found_wherever_they_stand() {
        for body in [
            r#"{"errorMessage":"no"}"#,
            r#"{"errorMessages":["no"]}"#,
            r#"{"message":"no"}"#,
            r#"{"errors":["no"]}"#,
        ] {
            let SiteError::Refused { answer, .. } =
                failure(400, Headers::default(), body.as_bytes())
            else {
                panic!("{body} is a refusal")
            };
            assert_eq!(answer, "no");
        }
    }
}
