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
        let bytes = text.as_bytes();
        let valid = bytes.len() <= LENGTH
            && bytes
                .iter()
                .rposition(|&byte| byte == b'@')
                .and_then(|at| Some((bytes.get(..at)?, bytes.get(at + 1..)?)))
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

/// Atoms of these bytes, joined by single dots (RFC 5321, 4.1.2).
fn is_local(local: &[u8]) -> bool {
    let mut in_atom = false;
    for &byte in local {
        in_atom = match byte {
            b'.' if in_atom => false,
            _ if byte.is_ascii_alphanumeric() || is_mark(byte) => true,
            _ => return false,
        };
    }
    in_atom && local.len() <= 64
}

/// Bytes that an atom may have besides letters and digits (RFC 5322, 3.2.3).
const fn is_mark(byte: u8) -> bool {
    matches!(
        byte,
        b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~'
    )
}

/// At least two labels of letters, digits and inner hyphens; the last one is no number.
fn is_domain(domain: &[u8]) -> bool {
    let mut labels = 0;
    // Of the label in hand.
    let (mut length, mut digits, mut last) = (0, 0, b'.');
    for &byte in domain {
        match byte {
            b'.' if last == b'.' || last == b'-' => return false,
            b'.' => (labels, length, digits) = (labels + 1, 0, 0),
            b'-' if last == b'.' => return false,
            _ if byte.is_ascii_alphanumeric() || byte == b'-' => {
                length += 1;
                digits += usize::from(byte.is_ascii_digit());
            }
            _ => return false,
        }
        if length > 63 {
            return false;
        }
        last = byte;
    }
    labels > 0 && length >= 2 && digits < length && last != b'-'
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
