//! Addresses of web pages.

use std::borrow::Cow;

use url::Url;

use super::Conversion;

/// An address with its scheme, which Salesforce lets people leave out; otherwise as it was written.
pub(super) fn url<'t>(text: &'t str, _: &Conversion) -> Option<Cow<'t, str>> {
    // A parser for browsers forgives white space; a field for addresses need not.
    if text.contains(char::is_whitespace) {
        return None;
    }
    let address = if has_scheme(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("https://{}", text.trim_start_matches('/')))
    };
    let parsed = Url::parse(&address).ok()?;
    let web = matches!(parsed.scheme(), "http" | "https");
    // `mailto:ada@example.com` and addresses of people are no pages.
    let guessed = matches!(address, Cow::Owned(_));
    let nobody = !guessed || (parsed.username().is_empty() && parsed.password().is_none());
    (web && nobody && parsed.domain().is_some_and(is_public)).then_some(address)
}

fn has_scheme(text: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    text.split_once("://").is_some_and(|(scheme, _)| scheme.bytes().all(part))
}

fn is_public(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    domain.contains('.') && domain.split('.').all(|label| !label.is_empty())
}
