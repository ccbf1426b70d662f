//! What has to be known about an export to read the values that do not say it themselves.

use jiff::tz::TimeZone;

use super::phone::PhoneRegion;
use crate::configuration::Configuration;

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

impl Default for Conversion {
    /// 255 characters, the size of Salesforce's own text fields; nothing is known about the rest.
    fn default() -> Self {
        Self { limit: 255, phone_region: None, time_zone: TimeZone::UTC, date_format: None }
    }
}

impl From<&Configuration> for Conversion {
    fn from(configuration: &Configuration) -> Self {
        let region = configuration.default_phone_region.as_ref();
        let date_format = configuration.date_format.as_ref();
        Self {
            limit: configuration.policies.detail_limit,
            // A region without phone numbers is as good as none.
            phone_region: region.and_then(|region| PhoneRegion::parse(region.as_str()).ok()),
            time_zone: configuration.time_zone.time_zone().clone(),
            date_format: date_format.map(|format| format.as_str().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_says_how_values_are_read() {
        let file = "default_phone_region = 'US'\ntime_zone = 'Europe/Berlin'\n\
                    date_format = '%d.%m.%Y'\ndetail_limit = 80";
        let conversion = Conversion::from(&Configuration::parse(file).unwrap());
        assert_eq!(conversion.limit, 80);
        assert_eq!(conversion.phone_region.unwrap().to_string(), "US");
        assert_eq!(conversion.time_zone.iana_name(), Some("Europe/Berlin"));
        assert_eq!(conversion.date_format.as_deref(), Some("%d.%m.%Y"));
        let default = Conversion::from(&Configuration::default());
        assert!(default.phone_region.is_none() && default.date_format.is_none());
    }
}
