//! Phone numbers, put into the form of E.164.

use std::borrow::Cow;
use std::fmt;

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

/// Where phone numbers without a country code are from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PhoneRegion(Region);

impl PhoneRegion {
    /// Reads the two letters of ISO 3166, in any case. The error is the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let region = text.to_ascii_uppercase().parse::<Region>().ok();
        region
            .filter(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(*region).is_some())
            .map(Self)
            .ok_or_else(|| text.to_owned())
    }
}

impl fmt::Display for PhoneRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for PhoneRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneRegion({self})")
    }
}

/// A number that can be dialled from everywhere.
pub(super) struct Phone<'t> {
    /// `+`, country code, number.
    pub(super) e164: Cow<'t, str>,
    /// Whether the text has an extension, which E.164 has no room for.
    pub(super) extended: bool,
}

/// Reads a number with `+` or `00` and country code; any other one only if the region is known.
///
/// Its length has to be one that the country has. Whether the number is in use there is not asked:
/// numbering plans change faster than this program. Nothing may be lost but an extension, so that a
/// text with words, or with two numbers, is none.
pub(super) fn phone(text: &str, region: Option<PhoneRegion>) -> Option<Phone<'_>> {
    if is_e164(text) && parse(text, None).is_some() {
        return Some(Phone { e164: text.into(), extended: false });
    }
    if !text.starts_with(|c: char| c.is_numeric() || c == '+' || c == '(' || c == '＋')
        || text.contains('*')
    {
        return None;
    }
    // What most countries dial for `+`. Where it is something else, no number begins like this.
    let international = text.strip_prefix("00").and_then(|rest| parse(&format!("+{rest}"), None));
    international.or_else(|| parse(text, region))
}

fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|rest| {
        (7..=15).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn parse(text: &str, region: Option<PhoneRegion>) -> Option<Phone<'static>> {
    let number = PHONE_NUMBER_UTIL.parse(text, region.map(|region| region.0)).ok()?;
    let possible = PHONE_NUMBER_UTIL.is_possible_number_with_reason(&number);
    if possible != Ok(NumberLengthType::IsPossible) {
        return None;
    }
    let extended = number.extension.as_deref().is_some_and(|extension| !extension.is_empty());
    if let Some(letter) = text.find(char::is_alphabetic) {
        // Letters are read as the digits on their keys. Only those of `ext.` are no part of the number.
        let national = rlibphonenumber::get_national_significant_number_owned(&number);
        let digits = text.get(..letter)?.chars().filter(|c| c.is_numeric()).count();
        if !extended || digits < national.len() {
            return None;
        }
    }
    let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
    // Some countries have had digits put before numbers; what is told with its country is not changed.
    let digits = |text: &str| text.chars().filter(|c| c.is_numeric()).count();
    if region.is_none() && digits(&e164) > digits(text) {
        return None;
    }
    Some(Phone { e164: e164.into(), extended })
}
