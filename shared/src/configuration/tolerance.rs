//! How many failures an import bears.

use serde::{Deserialize, Serialize};

/// How many records may fail before an import stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Tolerance {
    /// This many records.
    Count(u64),
    /// This share of the records.
    Percent(Percent),
}

impl Tolerance {
    /// Reads a share, such as `5%` or `0.5 %`.
    pub fn parse(text: &str) -> Option<Self> {
        Percent::parse(text).map(Self::Percent)
    }

    /// Whether more than tolerated have failed.
    ///
    /// `of` are all records of the import, not those that have been tried: the first record that fails
    /// is all of those.
    pub fn is_exceeded(self, failed: u64, of: u64) -> bool {
        match self {
            Self::Count(tolerated) => failed > tolerated,
            Self::Percent(Percent(hundredths)) => {
                u128::from(failed) * 10_000 > u128::from(of) * u128::from(hundredths)
            }
        }
    }
}

impl std::fmt::Display for Tolerance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}"),
        }
    }
}

/// A share from 0 % to 100 %, to the hundredth of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u16);

impl Percent {
    /// The whole.
    const ALL: u16 = 100 * 100;

    fn parse(text: &str) -> Option<Self> {
        let number = text.trim().strip_suffix('%')?.trim_end();
        let (whole, fraction) = match number.split_once('.') {
            Some((whole, fraction)) if matches!(fraction.len(), 1 | 2) => (whole, fraction),
            Some(_) => return None,
            None => (number, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        let hundredths = format!("{whole}{fraction:0<2}").parse().ok()?;
        (hundredths <= Self::ALL).then_some(Self(hundredths))
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, hundredths) = (self.0 / 100, self.0 % 100);
        match hundredths {
            0 => write!(f, "{whole}%"),
            _ => write!(f, "{whole}.{hundredths:02}%"),
        }
    }
}

/// A tolerance as the file and JSON have it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Count(u64),
    Share(String),
}

impl From<Tolerance> for Written {
    fn from(tolerance: Tolerance) -> Self {
        match tolerance {
            Tolerance::Count(count) => Self::Count(count),
            Tolerance::Percent(percent) => Self::Share(percent.to_string()),
        }
    }
}

impl TryFrom<Written> for Tolerance {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Count(count) => Ok(Self::Count(count)),
            Written::Share(share) => Self::parse(&share).ok_or("a share is a percentage"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read() {
        for (text, expected) in [
            ("5%", Some("5%")),
            (" 05 % ", Some("5%")),
            ("0.5%", Some("0.50%")),
            ("12.34%", Some("12.34%")),
            ("100%", Some("100%")),
            ("0%", Some("0%")),
            ("100.01%", None),
            ("700%", None),
            ("99999999999%", None),
            ("5", None),
            ("%", None),
            (".5%", None),
            ("5.%", None),
            ("1.234%", None),
            ("-1%", None),
            ("+1%", None),
            ("5%%", None),
            ("five%", None),
        ] {
            let found = Tolerance::parse(text);
            assert_eq!(found.map(|t| t.to_string()).as_deref(), expected, "{text}");
            if let Some(found) = found {
                let json = serde_json::to_string(&found).unwrap();
                assert_eq!(serde_json::from_str::<Tolerance>(&json).unwrap(), found);
            }
        }
        assert!(serde_json::from_str::<Tolerance>("\"many\"").is_err());
    }

    #[test]
    fn what_is_tolerated_is_not_exceeded() {
        let percent = |text| Tolerance::parse(text).unwrap();
        for (tolerance, failed, of, exceeded) in [
            (Tolerance::Count(0), 0, 10, false),
            (Tolerance::Count(0), 1, 10, true),
            (Tolerance::Count(5), 5, 10, false),
            (Tolerance::Count(5), 6, 10, true),
            (percent("5%"), 5, 100, false),
            (percent("5%"), 6, 100, true),
            (percent("0.01%"), 1, 10_000, false),
            (percent("0.01%"), 1, 9_999, true),
            (percent("0%"), 0, 0, false),
            (percent("0%"), 1, 1, true),
            (percent("100%"), u64::MAX, u64::MAX, false),
        ] {
            assert_eq!(tolerance.is_exceeded(failed, of), exceeded, "{tolerance} {failed} {of}");
        }
    }
}
