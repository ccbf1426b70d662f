//! Countries and regions, as phone numbers tell them apart.

use serde::{Deserialize, Serialize};

/// ISO 3166-1 alpha-2, and three that have country codes of their own without being in it: Ascension,
/// Tristan da Cunha and Kosovo.
const REGIONS: &str = "\
    AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC \
    EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK \
    HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB \
    LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ \
    NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU \
    RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM \
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// A country or region by its two letters, such as `DE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);

impl Region {
    /// Reads the two letters in any case.
    ///
    /// # Errors
    /// What else may have been meant, as the end of a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let letters = text.trim().to_ascii_uppercase();
        if REGIONS.split(' ').any(|region| region == letters) {
            return Ok(Self(letters));
        }
        Err(if letters == "UK" { ", did you mean GB?".to_owned() } else { String::new() })
    }

    /// The two letters, capital.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Region {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|_| "no region".to_owned())
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_two_letters() {
        assert_eq!(REGIONS.split(' ').count(), 249 + 3);
        for (text, expected) in [
            ("DE", Some("DE")),
            (" gb ", Some("GB")),
            ("XK", Some("XK")),
            ("UK", None),
            ("EU", None),
            ("DEU", None),
            ("D", None),
            ("", None),
            ("DE AT", None),
            ("49", None),
        ] {
            assert_eq!(Region::parse(text).ok().as_ref().map(Region::as_str), expected, "{text}");
        }
        assert_eq!(Region::parse("UK").unwrap_err(), ", did you mean GB?");
        let json = serde_json::to_string(&Region::parse("de").unwrap()).unwrap();
        assert_eq!(json, "\"DE\"");
        assert!(serde_json::from_str::<Region>("\"XX\"").is_err());
    }
}
