//! What has to be known about an export to read the values that do not say it themselves.

use jiff::civil::date;
use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};

use super::date::declared_day;
use super::phone::PhoneRegion;

/// How values are converted.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// Characters that a value may have.
    pub limit: usize,
    /// Where phone numbers without a country code are from.
    pub phone_region: Option<PhoneRegion>,
    /// Whose days times are put on.
    pub time_zone: TimeZone,
    /// The form of days that are not written `YYYY-MM-DD`, in the words of `strptime`.
    pub date_format: Option<String>,
}

/// A setting that says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConversionError {
    /// No such region has phone numbers.
    #[error("`{0}` is no region; give two letters, such as US or DE")]
    PhoneRegion(String),
    /// No such time zone.
    #[error("`{0}` is no time zone; give a name such as America/New_York or Europe/Berlin")]
    TimeZone(String),
    /// The pattern is none, or does not give year, month and day.
    #[error("`{0}` is no form of a day; give a pattern such as %m/%d/%Y or %d.%m.%Y")]
    DateFormat(String),
    /// The pattern reads `YYYY-MM-DD` as another day.
    #[error("`{0}` takes days of the form year-month-day for others; no export has that form")]
    DateFormatAmbiguous(String),
}

impl Default for Conversion {
    /// 255 characters, the size of Salesforce's own text fields; nothing is known about the rest.
    fn default() -> Self {
        Self { limit: 255, phone_region: None, time_zone: TimeZone::UTC, date_format: None }
    }
}

impl Conversion {
    /// Reads a region such as `US` (ISO 3166), a time zone such as `Europe/Berlin` (IANA), and a form of
    /// days such as `%d.%m.%Y` (`jiff::fmt::strtime`). What is `None` or blank is as by default. All
    /// problems are reported together.
    ///
    /// A two-digit year is read only where the form has `%y`: 69 to 99 are of the last century.
    pub fn parse(
        limit: usize,
        phone_region: Option<&str>,
        time_zone: Option<&str>,
        date_format: Option<&str>,
    ) -> Result<Self, Vec<ConversionError>> {
        let mut conversion = Self { limit, ..Self::default() };
        let mut problems = Vec::new();
        match setting(phone_region).map(PhoneRegion::parse).transpose() {
            Ok(region) => conversion.phone_region = region,
            Err(name) => problems.push(ConversionError::PhoneRegion(name)),
        }
        if let Some(name) = setting(time_zone) {
            match TimeZone::get(name) {
                Ok(zone) => conversion.time_zone = zone,
                Err(_) => problems.push(ConversionError::TimeZone(name.to_owned())),
            }
        }
        if let Some(pattern) = setting(date_format) {
            match check_date_format(pattern) {
                Ok(()) => conversion.date_format = Some(pattern.to_owned()),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(conversion) } else { Err(problems) }
    }
}

fn setting(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Writes a day in this form and reads it again.
fn check_date_format(pattern: &str) -> Result<(), ConversionError> {
    let (day, written) = (date(2001, 2, 3), "2001-02-03");
    let sample = Offset::UTC.to_timestamp(day.at(4, 5, 6, 0)).unwrap_or_default();
    let again = strtime::format(pattern, sample)
        .ok()
        .and_then(|text| declared_day(&text, pattern, &TimeZone::UTC));
    if again != Some(day) {
        Err(ConversionError::DateFormat(pattern.to_owned()))
    } else if declared_day(written, pattern, &TimeZone::UTC).is_some_and(|read| read != day) {
        Err(ConversionError::DateFormatAmbiguous(pattern.to_owned()))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read() {
        let conversion =
            Conversion::parse(80, Some(" us "), Some("europe/berlin"), Some("%d.%m.%Y")).unwrap();
        assert_eq!(conversion.limit, 80);
        assert_eq!(conversion.phone_region.unwrap().to_string(), "US");
        assert_eq!(conversion.time_zone.iana_name(), Some("Europe/Berlin"));
        let default = Conversion::parse(255, None, Some(" "), Some("")).unwrap();
        assert!(default.phone_region.is_none() && default.date_format.is_none());
        assert_eq!(default.time_zone, TimeZone::UTC);
    }

    #[test]
    fn all_problems_are_reported() {
        let problems =
            Conversion::parse(255, Some("USA"), Some("Mars/Olympus"), Some("%d.%m.")).unwrap_err();
        assert_eq!(
            problems,
            [
                ConversionError::PhoneRegion("USA".into()),
                ConversionError::TimeZone("Mars/Olympus".into()),
                ConversionError::DateFormat("%d.%m.".into()),
            ]
        );
    }

    #[test]
    fn a_form_of_days_must_give_days() {
        for pattern in
            ["%m/%d/%Y", "%d.%m.%y", "%Y-%m-%d", "%d. %B %Y", "%m/%d/%Y, %I:%M %p", "%Y/%m/%d"]
        {
            assert!(Conversion::parse(255, None, None, Some(pattern)).is_ok(), "{pattern}");
        }
        for pattern in ["DD.MM.YYYY", "%m/%Y", "%H:%M", "%", "%Q", "day"] {
            assert_eq!(
                Conversion::parse(255, None, None, Some(pattern)).unwrap_err(),
                [ConversionError::DateFormat(pattern.into())]
            );
        }
        assert_eq!(
            Conversion::parse(255, None, None, Some("%Y-%d-%m")).unwrap_err(),
            [ConversionError::DateFormatAmbiguous("%Y-%d-%m".into())]
        );
    }
}
