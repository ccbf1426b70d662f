//! Whether detail values suit their field, and whether an email is one.

use jiff::civil::Date;

use crate::state::DetailField;

/// What is wrong with the values of a field, if anything is.
pub(crate) fn problem(field: &DetailField, values: &[String], longest: usize) -> Option<String> {
    let kind = field.kind.name.as_str();
    if values.len() > 1 && kind != "MULTISELECT" {
        return Some("Only one value is allowed".to_owned());
    }
    if values.iter().any(|value| value.chars().count() > longest) {
        return Some(format!("Value is longer than {longest} characters"));
    }
    let fits = |value: &String| match kind {
        "SELECT" | "MULTISELECT" => field.kind.options.contains(value),
        "DATE" => is_date(value),
        "NUMBER" => is_number(value),
        "BOOLEAN" => matches!(value.as_str(), "true" | "false"),
        "EMAIL" => is_email(value),
        "URL" => is_url(value),
        "PHONE" => is_phone(value),
        _ => true,
    };
    (!values.iter().all(fits)).then(|| match kind {
        "SELECT" | "MULTISELECT" => "Invalid option".to_owned(),
        _ => format!("Invalid {} value", kind.to_lowercase()),
    })
}

/// `YYYY-MM-DD` (import guide), and a day that exists.
fn is_date(value: &str) -> bool {
    value.len() == 10 && value.parse::<Date>().is_ok()
}

/// An integer or a decimal (import guide): no exponent, no grouping.
fn is_number(value: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = value.strip_prefix('-').unwrap_or(value);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

/// E.164 with the plus sign; which forms are accepted is not published.
fn is_phone(value: &str) -> bool {
    value.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_url(value: &str) -> bool {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty() && !value.contains(char::is_whitespace)
    })
}

/// A deliberately plain idea of an email: one `@`, a name before it, a dotted host after it.
pub(crate) fn is_email(value: &str) -> bool {
    let Some((name, host)) = value.split_once('@') else {
        return false;
    };
    let dotted = |text: &str| text.split('.').all(|part| !part.is_empty());
    let odd = |c: char| c.is_whitespace() || c.is_control() || "@,;<>()[]\"\\".contains(c);
    value.len() <= 254
        && name.len() <= 64
        && dotted(name)
        && dotted(host)
        && host.contains('.')
        && !name.contains(odd)
        && !host.contains(odd)
}
