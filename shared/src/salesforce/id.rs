//! Salesforce record ids in their 18-character form, which can be compared without regard to case.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const SHORT: usize = 15;
const LONG: usize = 18;

/// The characters of the checksum: each stands for the five bits of its position. The scheme is
/// Salesforce's own ("How to convert 15-digit IDs to 18-digit IDs").
const SUFFIX: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// A Salesforce id of 18 characters whose checksum holds; never the null id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SalesforceId([u8; LONG]);

/// Why a text is no Salesforce id. It never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// Ids have 15 or 18 characters.
    #[error("a Salesforce id has 15 or 18 characters, this has {0}")]
    Length(usize),
    /// Ids consist of ASCII letters and digits.
    #[error("a Salesforce id consists of letters and digits")]
    Character,
    /// The last three characters do not belong to the first fifteen.
    #[error("the checksum of the Salesforce id is wrong; its letter case was changed")]
    Checksum,
}

impl SalesforceId {
    /// Reads an id of 15 or 18 characters; surrounding white space is ignored.
    ///
    /// `None` is the null reference: an empty text or an id of zeros, which some exports write for
    /// it. An 18-character id that was folded to upper or lower case is repaired from its checksum.
    pub fn parse(text: &str) -> Result<Option<Self>, InvalidId> {
        // Most ids need no trimming, which looks at characters.
        let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let bare = is_plain(text.as_bytes().first()) && is_plain(text.as_bytes().last());
        let text = if bare { text } else { text.trim() };
        if text.is_empty() {
            return Ok(None);
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(InvalidId::Character);
        }
        let (body, suffix) = match text.len() {
            SHORT => (text.as_bytes(), None),
            LONG => {
                let (body, suffix) = text.as_bytes().split_at(SHORT);
                (body, Some(suffix))
            }
            other => return Err(InvalidId::Length(other)),
        };
        if body.iter().all(|&byte| byte == b'0') {
            return Ok(None);
        }
        let id = Self::complete(body);
        match suffix {
            Some(suffix) if !id.0.ends_with(suffix) => Self::repair(body, suffix).map(Some),
            _ => Ok(Some(id)),
        }
    }

    /// The 18 characters, all of them ASCII.
    pub(crate) const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The id as text, always 18 characters.
    pub fn as_str(&self) -> &str {
        // The bytes were checked to be ASCII when the id was made.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Appends the checksum to the first 15 characters.
    fn complete(body: &[u8]) -> Self {
        let mut id = [0; LONG];
        if let Some(start) = id.get_mut(..body.len()) {
            start.copy_from_slice(body);
        }
        for (chunk, to) in body.chunks_exact(5).zip(id.iter_mut().skip(SHORT)) {
            let bits = chunk
                .iter()
                .rev()
                .fold(0, |bits, byte| bits << 1 | usize::from(byte.is_ascii_uppercase()));
            *to = SUFFIX.get(bits).copied().unwrap_or_default();
        }
        Self(id)
    }

    /// Gives a folded id its case back. The suffix says which characters are upper case, so it can
    /// only be believed when the whole id was folded, and it with it.
    fn repair(body: &[u8], suffix: &[u8]) -> Result<Self, InvalidId> {
        let whole = || body.iter().chain(suffix);
        if whole().any(u8::is_ascii_lowercase) && whole().any(u8::is_ascii_uppercase) {
            return Err(InvalidId::Checksum);
        }
        let mut repaired = [0; SHORT];
        let mut places = repaired.iter_mut();
        for (chunk, sum) in body.chunks(5).zip(suffix) {
            let sum = sum.to_ascii_uppercase();
            let Some(bits) = SUFFIX.iter().position(|&byte| byte == sum) else {
                return Err(InvalidId::Checksum);
            };
            for (bit, (&byte, place)) in
                chunk.iter().zip(places.by_ref().take(chunk.len())).enumerate()
            {
                let upper = bits >> bit & 1 == 1;
                if upper && !byte.is_ascii_alphabetic() {
                    return Err(InvalidId::Checksum);
                }
                *place = if upper { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
            }
        }
        Ok(Self::complete(&repaired))
    }
}

impl fmt::Display for SalesforceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for SalesforceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text that must be an id is none: [`InvalidId`], or the null reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoId {
    /// The text is no id.
    #[error(transparent)]
    Invalid(#[from] InvalidId),
    /// The text is empty or all zeros.
    #[error("the Salesforce id is null")]
    Null,
}

impl FromStr for SalesforceId {
    type Err = NoId;

    fn from_str(text: &str) -> Result<Self, NoId> {
        Self::parse(text)?.ok_or(NoId::Null)
    }
}

impl Serialize for SalesforceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SalesforceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_read_in_both_forms() {
        for (text, read) in [
            ("a01M00000062mPg", Ok(Some("a01M00000062mPgIAI"))),
            ("001M000000qfPyS", Ok(Some("001M000000qfPySIAU"))),
            ("AbCdEfGhIjKlMnO", Ok(Some("AbCdEfGhIjKlMnOVKV"))),
            (" aBcDEfgHIJKLMNO025\t", Ok(Some("aBcDEfgHIJKLMNO025"))),
            ("A01M00000062MPGIAI", Ok(Some("a01M00000062mPgIAI"))),
            ("001M000000qfPyS   ", Ok(Some("001M000000qfPySIAU"))),
            ("", Ok(None)),
            ("000000000000000", Ok(None)),
            ("000000000000000AAA", Ok(None)),
            ("001m000000qfpysiau", Ok(Some("001M000000qfPySIAU"))),
            ("001M000000qfPySIAI", Err(InvalidId::Checksum)),
            ("001m000000qfpysIAU", Err(InvalidId::Checksum)),
            ("001000000000000999", Err(InvalidId::Checksum)),
            ("001M000000qfPy", Err(InvalidId::Length(14))),
            ("@AccountRef1", Err(InvalidId::Character)),
            ("001M000000qfPyé", Err(InvalidId::Character)),
        ] {
            let found = SalesforceId::parse(text);
            assert_eq!(
                found.map(|id| id.map(|id| id.to_string())),
                read.map(|id| id.map(str::to_owned)),
                "{text}"
            );
        }
    }

    #[test]
    fn ids_are_texts_in_json() {
        let id: SalesforceId = serde_json::from_str(r#""001M000000qfPyS""#).unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""001M000000qfPySIAU""#);
        assert!(serde_json::from_str::<SalesforceId>(r#""000000000000000AAA""#).is_err());
    }

    proptest! {
        #[test]
        fn completing_and_reading_are_inverse(body in "[1-9][0-9A-Za-z]{14}") {
            let id = SalesforceId::parse(&body).unwrap().unwrap();
            prop_assert!(id.as_str().starts_with(&body));
            prop_assert_eq!(SalesforceId::parse(id.as_str()).unwrap(), Some(id));
            prop_assert_eq!(SalesforceId::parse(&id.as_str().to_uppercase()).unwrap(), Some(id));
            prop_assert_eq!(SalesforceId::parse(&id.as_str().to_lowercase()).unwrap(), Some(id));
        }

        #[test]
        fn one_changed_case_is_found(body in "[1-9][0-9A-Za-z]{14}", at in 0_usize..15) {
            let id = SalesforceId::parse(&body).unwrap().unwrap();
            let mut bytes = *id.as_str().as_bytes().first_chunk::<18>().unwrap();
            prop_assume!(bytes[at].is_ascii_alphabetic());
            bytes[at] ^= 0x20;
            let changed = str::from_utf8(&bytes).unwrap();
            // What is of one case throughout can be told from its suffix, so it is repaired instead.
            match SalesforceId::parse(changed) {
                Ok(repaired) => prop_assert_eq!(repaired, Some(id)),
                Err(error) => prop_assert_eq!(error, InvalidId::Checksum),
            }
        }
    }
}
