//! Days, and the days of times.
//!
//! Exports write times in UTC, with or without saying so. A day with a false time, `1960-08-09
//! 00:00:00`, as the Data Export Service writes dates, is cut and never shifted: a birthday is the same
//! everywhere. So is midnight in UTC however it is spelled, for the exports spell one value differently,
//! and it must not fall on two days. Of real times one in 86,400 is that one.

use std::borrow::Cow;

use jiff::civil::{Date, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, tz::Offset};

use super::Conversion;

/// The years of Salesforce's dates ("Date Formats and Date Literals in WHERE", SOQL and SOSL Reference).
/// Anything else is a damaged one, such as the year 70.
const YEARS: std::ops::RangeInclusive<i16> = 1700..=4000;

/// The day of a date or of a time, `YYYY-MM-DD`.
pub(super) fn date<'t>(text: &'t str, conversion: &Conversion) -> Option<Cow<'t, str>> {
    iso(text, &conversion.time_zone).or_else(|| {
        let pattern = conversion.date_format.as_deref()?;
        declared_day(text, pattern, &conversion.time_zone).map(|day| day.to_string().into())
    })
}

/// Whether a text is a day without a time, in the form of exports.
pub(in crate::mapping) fn is_pure_day(text: &str) -> bool {
    let timeless = |rest: &str| !rest.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    iso(text, &TimeZone::UTC).is_some() && text.get(10..).is_some_and(timeless)
}

fn iso<'t>(text: &'t str, zone: &TimeZone) -> Option<Cow<'t, str>> {
    let (written, rest) = text.split_at_checked(10)?;
    let shaped = written.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if !shaped {
        return None;
    }
    let day = written.parse::<Date>().ok().filter(|day| YEARS.contains(&day.year()))?;
    let moved = match rest.strip_prefix(['T', 't', ' ']) {
        None if rest.is_empty() => day,
        None => return None,
        Some(clock) => on_day(day, clock, zone)?,
    };
    if moved == day {
        return Some(written.into());
    }
    YEARS.contains(&moved.year()).then(|| moved.to_string().into())
}

/// The day in a zone on which a time of a day falls that is written in UTC or with its offset.
fn on_day(day: Date, clock: &str, zone: &TimeZone) -> Option<Date> {
    let end = clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len());
    let (time, offset) = clock.split_at_checked(end)?;
    let time = time.parse::<Time>().ok()?;
    let offset = match offset {
        "" | "Z" | "z" => Offset::UTC,
        written => offset_of(written)?,
    };
    if offset == Offset::UTC && time == Time::midnight() {
        return Some(day);
    }
    let instant: Timestamp = offset.to_timestamp(day.to_datetime(time)).ok()?;
    Some(zone.to_datetime(instant).date())
}

/// `+0000`, `+02:00` or `-03`.
fn offset_of(text: &str) -> Option<Offset> {
    let digits: Vec<i32> = text
        .chars()
        .skip(1)
        .filter(|&c| c != ':')
        .map(|c| c.to_digit(10).and_then(|digit| i32::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let (hours, minutes) = match *digits.as_slice() {
        [a, b] => (a * 10 + b, 0),
        [a, b, c, d] => (a * 10 + b, c * 10 + d),
        _ => return None,
    };
    let seconds = (hours * 60 + minutes) * 60;
    Offset::from_seconds(if text.starts_with('-') { -seconds } else { seconds }).ok()
}

/// Reads a day in the declared form. A time after it, as reports write, is passed over: it is in the
/// zone of the person who made the report.
pub(super) fn declared_day(text: &str, pattern: &str, zone: &TimeZone) -> Option<Date> {
    let (read, length) = strtime::BrokenDownTime::parse_prefix(pattern, text).ok()?;
    let rest = text.get(length..)?;
    if !rest.is_empty() && !rest.starts_with([' ', ',']) {
        return None;
    }
    let day = match read.offset() {
        Some(_) => zone.to_datetime(read.to_timestamp().ok()?).date(),
        None => read.to_date().ok()?,
    };
    YEARS.contains(&day.year()).then_some(day)
}
