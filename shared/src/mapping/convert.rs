//! From the text of a field of the export to the values of a detail.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::definition::DetailType;
use super::email::Email;
use super::values::Values;
use crate::code::Code;

mod conversion;
mod date;
mod number;
mod phone;
mod rich_text;
mod url;

pub use conversion::Conversion;
pub(super) use date::is_pure_day;
pub(super) use number::is_quantity;
pub use phone::PhoneRegion;

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

/// What a type makes of a text that is sent whole or not at all; the text itself where it fits.
type Exact = for<'t> fn(&'t str, &Conversion) -> Option<Cow<'t, str>>;

/// Converts a text that [`clean`] has left to the values of a detail of this type.
///
/// `multi` says that the column is a multi-select, whose values are separated by semicolons; in any
/// other column a semicolon is part of the value. Texts are cut at the limit; HTML becomes plain text,
/// for which there is no code.
pub fn convert<'a>(
    text: Cow<'a, str>,
    multi: bool,
    detail_type: &DetailType,
    conversion: &Conversion,
) -> Converted<'a> {
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(trim(text)),
        Cow::Owned(text) if trim(&text).len() < text.len() => Cow::Owned(trim(&text).to_owned()),
        owned @ Cow::Owned(_) => owned,
    };
    if text.is_empty() {
        return Converted::default();
    }
    match detail_type {
        DetailType::Text | DetailType::Other(_) => line(text, conversion.limit),
        DetailType::Email => exact(&text, email, conversion),
        DetailType::Url => exact(&text, url::url, conversion),
        DetailType::Date => exact(&text, date::date, conversion),
        DetailType::Number => exact(&text, number::number, conversion),
        DetailType::Boolean => exact(&text, truth, conversion),
        DetailType::Phone => dialled(text, conversion),
        DetailType::Select(options) | DetailType::MultiSelect(options) => {
            let multi = multi && matches!(detail_type, DetailType::MultiSelect(_));
            select(text, multi, options, conversion.limit)
        }
    }
}

fn is_longer(text: &str, limit: usize) -> bool {
    // No text has more characters than bytes.
    text.len() > limit && text.chars().nth(limit).is_some()
}

fn exact<'a>(text: &Cow<'a, str>, fit: Exact, conversion: &Conversion) -> Converted<'a> {
    let value = match text {
        Cow::Borrowed(text) => fit(text, conversion),
        Cow::Owned(text) => fit(text, conversion).map(|value| Cow::Owned(value.into_owned())),
    };
    match value {
        Some(value) if !is_longer(&value, conversion.limit) => Converted::one(value),
        _ => Converted::lost(Code::DetailInvalid, text),
    }
}

fn on_one_line(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => fold(text, " "),
        Cow::Owned(text) => match fold(&text, " ") {
            Cow::Owned(folded) => Cow::Owned(folded),
            Cow::Borrowed(_) => Cow::Owned(text),
        },
    }
}

fn line(text: Cow<'_, str>, limit: usize) -> Converted<'_> {
    let line = match rich_text::plain(&text) {
        Some(plain) if plain.is_empty() => return Converted::default(),
        Some(plain) => Cow::Owned(plain),
        None => on_one_line(text),
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

fn dialled<'a>(text: Cow<'a, str>, conversion: &Conversion) -> Converted<'a> {
    let region = conversion.phone_region;
    match phone::phone(&text, region) {
        Some(phone) if !is_longer(&phone.e164, conversion.limit) => {
            let extended = phone.extended;
            // Nothing was changed, so that the text need not be copied.
            let value = match phone.e164 {
                Cow::Borrowed(_) => None,
                Cow::Owned(value) => Some(value),
            };
            let mut converted = Converted::default();
            if extended {
                converted.losses.push((Code::PhoneExtensionDropped, text.clone().into_owned()));
            }
            converted.values.push(value.map_or(text, Cow::Owned));
            converted
        }
        _ => Converted::lost(Code::DetailInvalid, &text),
    }
}

fn select<'a>(
    text: Cow<'a, str>,
    multi: bool,
    options: &BTreeSet<String>,
    limit: usize,
) -> Converted<'a> {
    let mut converted = Converted::default();
    match on_one_line(text) {
        text if !multi || !text.contains(';') => converted.choose(text, options, limit),
        Cow::Borrowed(text) => {
            for value in values(text) {
                converted.choose(Cow::Borrowed(value), options, limit);
            }
        }
        Cow::Owned(text) => {
            for value in values(&text) {
                converted.choose(Cow::Owned(value.to_owned()), options, limit);
            }
        }
    }
    converted
}

fn values(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|value| !value.is_empty())
}

impl<'a> Converted<'a> {
    /// Takes a value that is an option, or the only one that it is without regard to case: which is
    /// meant is certain, and the site's spelling is sent. Without options any value is one.
    fn choose(&mut self, value: Cow<'a, str>, options: &BTreeSet<String>, limit: usize) {
        let value = if options.contains(value.as_ref()) {
            value
        } else if options.is_empty() {
            if is_longer(&value, limit) {
                // A part of an option is another one.
                self.losses.push((Code::DetailInvalid, value.into_owned()));
                return;
            }
            value
        } else {
            let mut alike = options.iter().filter(|option| is_alike(option, &value));
            let (Some(option), None) = (alike.next(), alike.next()) else {
                self.losses.push((Code::OptionUnknown, value.into_owned()));
                return;
            };
            Cow::Owned(option.clone())
        };
        if !self.values.contains(&value) {
            self.values.push(value);
        }
    }
}

/// Whether two texts are the same without regard to case and surrounding white space.
fn is_alike(a: &str, b: &str) -> bool {
    fn lower(text: &str) -> impl Iterator<Item = char> {
        text.trim().chars().flat_map(char::to_lowercase)
    }
    lower(a).eq(lower(b))
}

fn email<'t>(text: &'t str, _: &Conversion) -> Option<Cow<'t, str>> {
    Email::parse(text).ok().map(|email| email.as_str().into())
}

fn truth<'t>(text: &'t str, _: &Conversion) -> Option<Cow<'t, str>> {
    boolean(text).map(Cow::Borrowed)
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

#[cfg(test)]
mod tests;
