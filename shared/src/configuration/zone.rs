//! Time zones by their names.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase, TimeZoneName};
use serde::{Deserialize, Serialize};

use super::nearest::did_you_mean;

/// The zones that come with the program: the same on every machine, and no machine has to have any.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone of the IANA database, such as `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(TimeZone);

impl Zone {
    /// Finds a zone by its name, in any case.
    ///
    /// # Errors
    /// What else may have been meant, as the end of a sentence.
    pub fn parse(name: &str) -> Result<Self, String> {
        match ZONES.get(name.trim()) {
            Ok(zone) if !zone.is_unknown() && zone.iana_name().is_some() => Ok(Self(zone)),
            _ => {
                let names: Vec<_> = ZONES.available().collect();
                Err(did_you_mean(name, names.iter().map(TimeZoneName::as_str)))
            }
        }
    }

    /// The name, such as `Europe/Berlin`.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Its rules.
    pub const fn time_zone(&self) -> &TimeZone {
        &self.0
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::parse(&name).map_err(|_| "no time zone".to_owned())
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_known_by_name() {
        for (name, expected) in [
            ("UTC", Some("UTC")),
            ("Europe/Berlin", Some("Europe/Berlin")),
            (" europe/berlin ", Some("Europe/Berlin")),
            ("Asia/Kolkata", Some("Asia/Kolkata")),
            ("Europe/Berln", None),
            ("+02:00", None),
            ("CET-1CEST", None),
            ("Etc/Unknown", None),
            ("../../etc/passwd", None),
            ("", None),
        ] {
            let found = Zone::parse(name);
            assert_eq!(found.as_ref().ok().map(Zone::name), expected, "{name}");
            if let Ok(found) = found {
                let json = serde_json::to_string(&found).unwrap();
                assert_eq!(serde_json::from_str::<Zone>(&json).unwrap(), found);
            }
        }
        assert_eq!(Zone::parse("UTC").unwrap(), Zone::default());
        assert_eq!(Zone::parse("Europe/Berln").unwrap_err(), ", did you mean Europe/Berlin?");
    }

    #[test]
    fn zones_have_their_rules_without_the_machines() {
        let zone = Zone::parse("Europe/Berlin").unwrap();
        let late: jiff::Timestamp = "2024-06-30T22:30:00Z".parse().unwrap();
        let day = zone.time_zone().to_datetime(late).date();
        assert_eq!(day.to_string(), "2024-07-01");
    }
}
