//! Numbers, as Salesforce computes with them and as reports show them.

use std::borrow::Cow;

use super::Conversion;

/// A double has no larger exponent, so that no text can ask for a gigabyte of zeros.
const MAX_EXPONENT: i32 = 308;

/// A plain decimal.
///
/// An exponent, which some exports use for large numbers, is written out. What reports add is taken
/// away where it cannot be misread: a percent sign (the number is not divided), a currency sign,
/// separators of thousands. `1.234` is a decimal, as all exports but reports write it; `1,234` can be
/// either and is refused, as are currency codes: in an organization with one currency there are none,
/// and in one with several they matter.
pub(super) fn number<'t>(text: &'t str, _: &Conversion) -> Option<Cow<'t, str>> {
    if is_plain(text) {
        return Some(text.into());
    }
    let (sign, unsigned) = signed(text);
    if let Some((mantissa, exponent)) = unsigned.split_once(['e', 'E']) {
        return expanded(sign, mantissa, exponent.parse().ok()?).map(Cow::Owned);
    }
    let bare = without_unit(unsigned);
    let (sign, bare) = match (sign, bare.strip_prefix('-')) {
        ("", Some(bare)) if bare.len() + 1 < unsigned.len() => ("-", bare),
        _ => (sign, bare),
    };
    let (whole, fraction) = ungrouped(bare)?;
    Some(decimal(sign, &whole, fraction).into())
}

/// Whether a text is a decimal as it is sent: digits, and a point between digits.
fn is_plain(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    is_digits(whole) && is_digits(fraction)
}

/// Whether a text is a number that is counted or measured, and so neither a code with leading zeros or
/// many digits nor anything with a unit.
pub(in crate::mapping) fn is_quantity(text: &str) -> bool {
    /// Digits that a double keeps.
    const PRECISION: usize = 15;

    let (_, unsigned) = signed(text);
    if let Some((mantissa, exponent)) = unsigned.split_once(['e', 'E']) {
        return exponent.parse().is_ok_and(|exponent| expanded("", mantissa, exponent).is_some());
    }
    let whole = unsigned.split_once('.').map_or(unsigned, |(whole, _)| whole);
    is_plain(unsigned) && whole.len() <= PRECISION && (whole == "0" || !whole.starts_with('0'))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn signed(text: &str) -> (&'static str, &str) {
    match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Takes a percent sign or one currency sign away.
fn without_unit(text: &str) -> &str {
    const CURRENCIES: [char; 4] = ['$', '€', '£', '¥'];
    let bare = text
        .strip_suffix('%')
        .or_else(|| text.strip_prefix(CURRENCIES))
        .or_else(|| text.strip_suffix(CURRENCIES));
    bare.map_or(text, str::trim)
}

/// The digits before and after the decimal point, if it is certain which separator that is.
fn ungrouped(text: &str) -> Option<(String, &str)> {
    let separator = |c: char| !c.is_ascii_digit();
    let Some(last) = text.rfind(separator) else {
        return is_digits(text).then(|| (text.to_owned(), ""));
    };
    let (before, after) = text.split_at_checked(last)?;
    let mark = after.chars().next()?;
    let after = after.get(mark.len_utf8()..)?;
    if !after.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let group = before.chars().find(|&c| separator(c));
    let leading_zero = before.starts_with('0');
    match (group, mark) {
        // The only one.
        (None, '.') if before.is_empty() && after.is_empty() => None,
        (None, '.') => Some((before.to_owned(), after)),
        (None, ',') if is_digits(before) && (leading_zero || after.len() != 3) => {
            is_digits(after).then(|| (before.to_owned(), after))
        }
        // Either could be meant.
        (None, ',') => None,
        (None, _) => joined(text, mark).map(|whole| (whole, "")),
        (Some(group), _) if group == mark => joined(text, mark).map(|whole| (whole, "")),
        (Some(group), '.' | ',') if is_digits(after) => {
            joined(before, group).map(|whole| (whole, after))
        }
        _ => None,
    }
}

/// The digits of a number with separators of thousands.
fn joined(text: &str, group: char) -> Option<String> {
    if !matches!(group, ',' | '.' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’') {
        return None;
    }
    let mut groups = text.split(group);
    let first = groups.next().filter(|first| is_digits(first) && first.len() <= 3)?;
    if first.starts_with('0') {
        return None;
    }
    groups.try_fold(first.to_owned(), |whole, group| {
        (is_digits(group) && group.len() == 3).then(|| whole + group)
    })
}

fn decimal(sign: &str, whole: &str, fraction: &str) -> String {
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

fn expanded(sign: &str, mantissa: &str, exponent: i32) -> Option<String> {
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
        return None;
    }
    if !(-MAX_EXPONENT..=MAX_EXPONENT).contains(&exponent) {
        return None;
    }
    let point = i32::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let leading = usize::try_from(1_i32.checked_sub(point)?).unwrap_or(0);
    let all = format!("{}{whole}{fraction}", "0".repeat(leading));
    let point = usize::try_from(point.max(1)).ok()?;
    // A width of a format has 16 bits, and may not be exceeded by a long mantissa.
    let missing = point.saturating_sub(all.len());
    let all = all + &"0".repeat(missing);
    let (whole, fraction) = all.split_at_checked(point)?;
    Some(decimal(sign, whole.trim_start_matches('0'), fraction.trim_end_matches('0')))
}
