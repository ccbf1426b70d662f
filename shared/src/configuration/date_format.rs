//! Dates as people of one country write them.

use jiff::civil::Date;
use jiff::fmt::strtime::BrokenDownTime;
use serde::{Deserialize, Serialize};

/// Longer patterns are no dates.
const LONGEST: usize = 64;

/// How dates are written, such as `%d/%m/%Y`: with day, month and year, once each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DateFormat(String);

impl DateFormat {
    /// Takes a pattern. A year of two digits is one from 1969 to 2068.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let pattern = pattern.trim();
        if pattern.len() > LONGEST {
            return Err(", which is too long".to_owned());
        }
        let (mut days, mut months, mut years) = (0, 0, 0);
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            if character != '%' {
                continue;
            }
            match characters.next() {
                Some('d' | 'e') => days += 1,
                Some('m' | 'b' | 'B') => months += 1,
                Some('Y' | 'y') => years += 1,
                Some('%') => {}
                Some(other) => {
                    return Err(format!(", in which %{} is not known", other.escape_debug()));
                }
                None => return Err(", which ends in %".to_owned()),
            }
        }
        for (part, count) in [("day", days), ("month", months), ("year", years)] {
            match count {
                1 => {}
                0 => return Err(format!(", which has no {part}")),
                _ => return Err(format!(", which has two {part}s")),
            }
        }
        Ok(Self(pattern.to_owned()))
    }

    /// The pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The day that a text says, be it a date or a date with a time behind it.
    ///
    /// The time is not looked at: without a zone it can't move the day.
    pub fn read(&self, text: &str) -> Option<Date> {
        let text = text.trim();
        let (parts, length) = BrokenDownTime::parse_prefix(&self.0, text).ok()?;
        let rest = text.get(length..)?;
        let date = parts.to_date().ok()?;
        // `%Y` would take `24` for a year of the first century.
        let credible = date.year() >= 1000;
        (credible && (rest.is_empty() || rest.starts_with([' ', ',', 'T']))).then_some(date)
    }
}

impl TryFrom<String> for DateFormat {
    type Error = String;

    fn try_from(pattern: String) -> Result<Self, String> {
        Self::new(&pattern).map_err(|problem| format!("no date format{problem}"))
    }
}

impl From<DateFormat> for String {
    fn from(format: DateFormat) -> Self {
        format.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_day_month_and_year() {
        for (pattern, problem) in [
            ("%d/%m/%Y", ""),
            ("%m/%d/%y", ""),
            ("%Y-%m-%d", ""),
            ("%Y年%m月%d日", ""),
            ("%e %B %Y", ""),
            ("%d.%b.%Y 100%%", ""),
            ("%m/%Y", ", which has no day"),
            ("%d/%Y", ", which has no month"),
            ("%d/%m", ", which has no year"),
            ("DD/MM/YYYY", ", which has no day"),
            ("%d/%m/%Y %y", ", which has two years"),
            ("%d/%m/%Y %H:%M", ", in which %H is not known"),
            ("%-d/%m/%Y", ", in which %- is not known"),
            ("%d/%m/%Y%", ", which ends in %"),
            ("", ", which has no day"),
        ] {
            let found = DateFormat::new(pattern);
            assert_eq!(found.as_ref().err().map_or("", String::as_str), problem, "{pattern}");
            if let Ok(found) = found {
                let sample = jiff::civil::date(2024, 11, 23);
                let written = sample.strftime(found.as_str()).to_string();
                assert_eq!(found.read(&written), Some(sample), "{pattern}");
                let json = serde_json::to_string(&found).unwrap();
                assert_eq!(serde_json::from_str::<DateFormat>(&json).unwrap(), found);
            }
        }
        assert!(DateFormat::new(&"x".repeat(LONGEST + 1)).is_err());
        assert!(serde_json::from_str::<DateFormat>("\"%d\"").is_err());
    }

    #[test]
    fn dates_are_read_as_declared() {
        for (pattern, text, expected) in [
            ("%d/%m/%Y", "01/02/2024", Some("2024-02-01")),
            ("%m/%d/%Y", "01/02/2024", Some("2024-01-02")),
            ("%m/%d/%Y", "1/2/2024", Some("2024-01-02")),
            ("%m/%d/%Y", " 1/2/2024, 3:45 PM ", Some("2024-01-02")),
            ("%d.%m.%Y", "31.12.2024 23:59", Some("2024-12-31")),
            ("%m/%d/%y", "1/2/24", Some("2024-01-02")),
            ("%m/%d/%y", "1/2/69", Some("1969-01-02")),
            ("%m/%d/%y", "1/2/2024", None),
            ("%m/%d/%Y", "1/2/24", None),
            ("%m/%d/%Y", "13/02/2024", None),
            ("%d/%m/%Y", "30/02/2024", None),
            ("%d/%m/%Y", "1/2/20245", None),
            ("%d/%m/%Y", "tomorrow", None),
            ("%d/%m/%Y", "", None),
            ("%e %B %Y", "4 July 2024", Some("2024-07-04")),
        ] {
            let found = DateFormat::new(pattern).unwrap().read(text);
            assert_eq!(found.map(|date| date.to_string()).as_deref(), expected, "{pattern} {text}");
        }
    }
}
