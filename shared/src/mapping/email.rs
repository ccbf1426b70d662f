//! One email address, checked as strictly as a mail server would.

/// Bytes that an address may have (RFC 5321, 4.5.3.1).
const LENGTH: usize = 254;

/// A syntactically valid address, as it was written. Comparison goes by [`hash`](Self::hash).
#[derive(Clone, Copy, Debug)]
pub struct Email<'a>(&'a str);

/// The text is not one valid address. It never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one valid email address")]
pub struct InvalidEmail;

impl<'a> Email<'a> {
    /// Reads one address without display name, comment or quoted local part; surrounding white space
    /// is ignored. The lengths are those of RFC 5321: 64 before the `@`, 63 in a label, 254 in all.
    pub fn parse(text: &'a str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let valid = text.len() <= LENGTH
            && text
                .rsplit_once('@')
                .is_some_and(|(local, domain)| is_local(local) && is_domain(domain));
        valid.then_some(Self(text)).ok_or(InvalidEmail)
    }

    /// The address as it was written.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }

    /// A hash of the form in which addresses are compared: lower case.
    pub fn hash(&self) -> u64 {
        let mut lower = [0; LENGTH];
        let text = self.0.as_bytes();
        let key = lower.get_mut(..text.len()).unwrap_or_default();
        for (to, from) in key.iter_mut().zip(text) {
            *to = from.to_ascii_lowercase();
        }
        xxhash_rust::xxh3::xxh3_64(key)
    }
}

fn is_local(local: &str) -> bool {
    let is_atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    (1..=64).contains(&local.len())
        && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom))
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let Some((_, top)) = domain.rsplit_once('.') else {
        return false;
    };
    domain.split('.').all(is_label) && top.len() >= 2 && !top.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_checked() {
        let long_label = format!("a@{}.com", "b".repeat(64));
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("a@{}com", "example.".repeat(40));
        for (text, valid) in [
            ("ada@example.com", true),
            (" Ada.Lovelace+x@mail.Example.org ", true),
            ("o'brien_1@ex-ample.co.uk", true),
            ("a@xn--bcher-kva.example", true),
            ("", false),
            ("ada", false),
            ("ada@example", false),
            ("@example.com", false),
            ("ada@", false),
            ("ada@@example.com", false),
            ("ada@example..com", false),
            ("ada@-example.com", false),
            ("ada@192.168.0.1", false),
            (".ada@example.com", false),
            ("ada lovelace@example.com", false),
            ("ada@example.com;bob@example.com", false),
            ("Ada <ada@example.com>", false),
            ("ada@example.com.", false),
            ("ada@exämple.com", false),
            (long_label.as_str(), false),
            (long_local.as_str(), false),
            (long.as_str(), false),
        ] {
            assert_eq!(Email::parse(text).is_ok(), valid, "{text}");
        }
        let email = Email::parse(" Ada@Example.com").unwrap();
        assert_eq!(email.as_str(), "Ada@Example.com");
        assert_eq!(email.hash(), Email::parse("ada@example.COM").unwrap().hash());
        assert_ne!(email.hash(), Email::parse("ada@example.org").unwrap().hash());
    }

    proptest! {
        #[test]
        fn what_is_accepted_has_one_at_and_a_dotted_domain(text in "[a-z.@<>; -]{0,24}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(email.as_str().matches('@').count(), 1);
                prop_assert!(email.as_str().rsplit('@').next().unwrap().contains('.'));
                prop_assert!(!email.as_str().contains([' ', ';', '<', '>']));
            }
        }
    }
}
