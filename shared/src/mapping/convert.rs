//! From the text of a field of the export to the values of a detail.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::definition::DetailType;
use super::email::Email;
use super::values::Values;
use crate::code::Code;

/// The values of one detail and what was lost on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Converted<'a> {
    /// What is sent; nothing is sent if it is empty.
    pub values: Values<'a>,
    /// A code and the value it is about, for each loss.
    pub losses: Vec<(Code, String)>,
}

impl<'a> Converted<'a> {
    fn one(value: Cow<'a, str>) -> Self {
        Self { values: value.into(), losses: Vec::new() }
    }

    fn lost(code: Code, value: &str) -> Self {
        Self { values: Values::default(), losses: vec![(code, value.to_owned())] }
    }
}

/// Removes NULs, which rich text begins with, and surrounding white space; see also [`blank_or`].
pub fn clean(text: &str) -> Cow<'_, str> {
    match blank_or(trim(text)) {
        text if has_controls(text) && text.contains('\0') => {
            Cow::Owned(text.replace('\0', "").trim().to_owned())
        }
        text => Cow::Borrowed(text),
    }
}

/// `#N/A` is a blank, as in the files of Data Loader.
pub(super) fn blank_or(text: &str) -> &str {
    if text == "#N/A" { "" } else { text }
}

/// Whether a text has any control characters. Values are short, and few have any: one pass over the
/// bytes costs less than a search for each.
fn has_controls(text: &str) -> bool {
    text.bytes().fold(u8::MAX, u8::min) < b' '
}

/// As [`str::trim`], which looks at characters where most values begin and end with a plain one.
pub(super) fn trim(text: &str) -> &str {
    let plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    match text.as_bytes() {
        bytes if plain(bytes.first()) && plain(bytes.last()) => text,
        _ => text.trim(),
    }
}

/// Puts a text on one line: the lines, trimmed and without blank ones, joined by `separator`.
pub fn fold<'a>(text: &'a str, separator: &str) -> Cow<'a, str> {
    if !has_controls(text) || !text.contains(['\r', '\n']) {
        return Cow::Borrowed(text);
    }
    let lines = text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty());
    Cow::Owned(lines.collect::<Vec<_>>().join(separator))
}

/// A Salesforce flag: `1` or `true` in any case. A blank is false.
pub fn flag(text: &str) -> bool {
    boolean(text.trim()) == Some("true")
}

/// Converts a text that [`clean`] has left to the values of a detail of this type.
///
/// `multi` says that the column is a multi-select, whose values are separated by semicolons; in any
/// other column a semicolon is part of the value. Texts are cut at `limit` characters.
pub fn convert<'a>(
    text: Cow<'a, str>,
    multi: bool,
    detail_type: &DetailType,
    limit: usize,
) -> Converted<'a> {
    if text.is_empty() {
        return Converted::default();
    }
    let exact = |value: Option<String>| match value {
        Some(value) if !is_longer(&value, limit) => Converted::one(value.into()),
        _ => Converted::lost(Code::DetailInvalid, &text),
    };
    match detail_type {
        DetailType::Text | DetailType::Other(_) => cut(text, limit),
        DetailType::Email => exact(Email::parse(&text).ok().map(|email| email.as_str().to_owned())),
        DetailType::Url => exact(url(&text)),
        DetailType::Date => exact(date(&text)),
        DetailType::Number => exact(number(&text)),
        DetailType::Boolean => exact(boolean(&text).map(str::to_owned)),
        DetailType::Phone => exact(phone(&text)),
        DetailType::MultiSelect(options) if multi => {
            select(text.split(';').map(str::trim), options)
        }
        DetailType::Select(options) | DetailType::MultiSelect(options) => {
            select([text.as_ref()].into_iter(), options)
        }
    }
}

fn is_longer(text: &str, limit: usize) -> bool {
    // No text has more characters than bytes.
    text.len() > limit && text.chars().nth(limit).is_some()
}

fn cut(text: Cow<'_, str>, limit: usize) -> Converted<'_> {
    let line = match text {
        Cow::Borrowed(text) => fold(text, " "),
        Cow::Owned(text) => Cow::Owned(fold(&text, " ").into_owned()),
    };
    if !is_longer(&line, limit) {
        return Converted::one(line);
    }
    let kept: String = line.chars().take(limit).collect();
    Converted {
        values: Cow::<str>::Owned(kept).into(),
        losses: vec![(Code::ValueCut, line.into_owned())],
    }
}

fn select<'v>(
    values: impl Iterator<Item = &'v str>,
    options: &BTreeSet<String>,
) -> Converted<'static> {
    let mut converted = Converted::default();
    for value in values.filter(|value| !value.is_empty()) {
        if !options.is_empty() && !options.contains(value) {
            converted.losses.push((Code::OptionUnknown, value.to_owned()));
        } else if !converted.values.iter().any(|taken| taken == value) {
            converted.values.push(value.to_owned().into());
        }
    }
    converted
}

/// Salesforce lets people leave the scheme out.
fn url(text: &str) -> Option<String> {
    let has_scheme = text.contains("://");
    let address = if has_scheme { text.to_owned() } else { format!("https://{text}") };
    let parsed = url::Url::parse(&address).ok()?;
    let dotted = parsed.domain().is_some_and(|domain| domain.trim_matches('.').contains('.'));
    let web = matches!(parsed.scheme(), "http" | "https");
    // A parser for browsers forgives white space; a field for addresses need not.
    (web && dotted && !text.contains(char::is_whitespace)).then_some(address)
}

/// The day of a date, or of a time, which some exports append to dates. It is never shifted by a time
/// zone: a birthday is the same everywhere.
fn date(text: &str) -> Option<String> {
    let (day, rest) = text.split_at_checked(10)?;
    let separated = rest.is_empty() || rest.starts_with(['T', ' ']);
    let shaped = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (separated && shaped && day.parse::<jiff::civil::Date>().is_ok()).then(|| day.to_owned())
}

const fn boolean(text: &str) -> Option<&'static str> {
    match text.as_bytes() {
        b"1" => Some("true"),
        b"0" => Some("false"),
        text if text.eq_ignore_ascii_case(b"true") => Some("true"),
        text if text.eq_ignore_ascii_case(b"false") => Some("false"),
        _ => None,
    }
}

/// A number with `+` and country code. A national number is not guessed at.
fn phone(text: &str) -> Option<String> {
    let punctuation = |c: &char| !matches!(c, ' ' | '\u{a0}' | '-' | '.' | '(' | ')' | '/');
    let bare: String = text.chars().filter(punctuation).collect();
    let digits = bare.strip_prefix('+')?;
    // E.164 allows 15 digits; no country has numbers of fewer than 7 with its code.
    let valid =
        (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    (valid && !digits.starts_with('0')).then_some(bare)
}

/// Writes an exponent out, which some exports use for large numbers.
fn number(text: &str) -> Option<String> {
    /// A double has no larger exponent, so that no text can ask for a gigabyte of zeros.
    const MAX_EXPONENT: i32 = 308;

    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.parse::<i32>().ok()?)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let Some(exponent) = exponent else {
        let whole = if whole.is_empty() { "0" } else { whole };
        let point = if fraction.is_empty() { "" } else { "." };
        return Some(format!("{sign}{whole}{point}{fraction}"));
    };
    if exponent.abs() > MAX_EXPONENT {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let leading = usize::try_from(1 - point).unwrap_or(0);
    let all = format!("{}{whole}{fraction}", "0".repeat(leading));
    let point = usize::try_from(point.max(1)).ok()?;
    let all = format!("{all:0<point$}");
    let (whole, fraction) = all.split_at_checked(point)?;
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

#[cfg(test)]
mod tests;
