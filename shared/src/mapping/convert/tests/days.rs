use super::*;

#[test]
fn days_are_cut_and_times_are_put_on_their_day() {
    check(
        &DetailType::Date,
        &Conversion::default(),
        &[
            ("2012-08-27", Some("2012-08-27")),
            ("2012-08-27 03:20:21", Some("2012-08-27")),
            ("1960-08-09 00:00:00", Some("1960-08-09")),
            ("2017-10-10T08:38:20.000+0000", Some("2017-10-10")),
            ("2017-10-10T23:38:20.000-0300", Some("2017-10-11")),
            ("2024-02-29", Some("2024-02-29")),
            ("2023-02-29", None),
            ("2023-13-01", None),
            ("7/22/70", None),
            ("07/22/1970", None),
            ("22.07.1970", None),
            ("2012-08-2712", None),
            ("2012-8-27", None),
            ("20120827", None),
            ("2012-08", None),
            ("2012-08-27 25:00:00", None),
            ("2012-08-27Z", None),
            ("2012-08-27T", None),
            ("2012-08-27 at noon", None),
            ("2012-08-27T03:20:21.000GMT", None),
            ("2012-08-27T03:20:21.000Z-0300", None),
            ("2012-08-27T03:20:21+02:0", None),
            ("2012-08-27T03:20:21+99:00", None),
            ("0070-07-22", None),
            ("1699-12-31", None),
            ("1700-01-01", Some("1700-01-01")),
            ("4000-12-31", Some("4000-12-31")),
            ("4001-01-01", None),
            ("0000-00-00", None),
            ("today", None),
            ("ééééééééééé", None),
        ],
    );
}

#[test]
fn times_fall_on_days_of_the_zone() {
    check(
        &DetailType::Date,
        &with("US", "America/New_York", ""),
        &[
            ("2012-08-27", Some("2012-08-27")),
            ("2012-08-27 03:20:21", Some("2012-08-26")),
            ("2012-08-27 04:00:00", Some("2012-08-27")),
            ("2012-08-27T03:59:59.999Z", Some("2012-08-26")),
            ("2012-12-27T04:59:59.000+0000", Some("2012-12-26")),
            ("2012-12-27T05:00:00.000+00:00", Some("2012-12-27")),
            ("2012-08-27T03:20:21+02:00", Some("2012-08-26")),
            ("2012-08-27 00:00:00", Some("2012-08-27")),
            ("2012-08-27 00:00", Some("2012-08-27")),
            ("2012-08-27T00:00:00.000Z", Some("2012-08-27")),
            ("2012-08-27T00:00:00.000+0000", Some("2012-08-27")),
            ("2012-08-27T00:00:00Z", Some("2012-08-27")),
            ("2012-08-27T00:00:00.001Z", Some("2012-08-26")),
            ("2012-08-27T00:00:00+02:00", Some("2012-08-26")),
            ("1960-08-09 00:00:00", Some("1960-08-09")),
        ],
    );
    check(
        &DetailType::Date,
        &with("DE", "Europe/Berlin", ""),
        &[
            ("2012-08-27 22:30:00", Some("2012-08-28")),
            ("2012-12-27 22:30:00", Some("2012-12-27")),
            ("2012-12-31T23:00:00.000Z", Some("2013-01-01")),
            ("1960-08-09 00:00:00", Some("1960-08-09")),
        ],
    );
    check(
        &DetailType::Date,
        &with("NZ", "Pacific/Auckland", ""),
        &[("2012-08-27 13:00:00", Some("2012-08-28")), ("4000-12-31 23:00:00", None)],
    );
}

#[test]
fn local_forms_are_read_where_they_are_declared() {
    check(
        &DetailType::Date,
        &with("US", "America/New_York", "%m/%d/%Y"),
        &[
            ("07/22/1970", Some("1970-07-22")),
            ("7/2/1970", Some("1970-07-02")),
            ("7/22/70", None),
            ("8/27/2012, 3:20 AM", Some("2012-08-27")),
            ("8/27/2012 11:20 PM", Some("2012-08-27")),
            ("8/27/2012x", None),
            ("27/8/2012", None),
            ("22.07.1970", None),
            ("2012-08-27", Some("2012-08-27")),
            ("2012-08-27 03:20:21", Some("2012-08-26")),
        ],
    );
    check(
        &DetailType::Date,
        &with("DE", "Europe/Berlin", "%d.%m.%Y"),
        &[
            ("22.07.1970", Some("1970-07-22")),
            ("2.7.1970", Some("1970-07-02")),
            ("22.07.70", None),
            ("27.08.2012 03:20", Some("2012-08-27")),
            ("31.02.2012", None),
            ("07/22/1970", None),
        ],
    );
    check(
        &DetailType::Date,
        &with("US", "UTC", "%m/%d/%y"),
        &[
            ("7/22/70", Some("1970-07-22")),
            ("02/23/26", Some("2026-02-23")),
            ("12/31/69", Some("1969-12-31")),
            ("12/31/68", Some("2068-12-31")),
            ("7/22/1970", None),
        ],
    );
    check(
        &DetailType::Date,
        &with("US", "Asia/Tokyo", "%Y/%m/%d %H:%M %z"),
        &[("2012/08/27 20:00 +0000", Some("2012-08-28")), ("2012/08/27", None)],
    );
}

proptest! {
    #[test]
    fn a_day_is_the_same_everywhere(days in 0_i64..800_000, hours in -23_i32..24) {
        let day = jiff::civil::date(1700, 1, 1) + jiff::Span::new().days(days);
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::Offset::from_seconds(hours * 3600).unwrap());
        let conversion = Conversion { time_zone: zone, ..Conversion::default() };
        for text in [day.to_string(), format!("{day} 00:00:00"), format!("{day}T00:00:00.000Z")] {
            let values = outcome(&text, &DetailType::Date, &conversion).values;
            prop_assert_eq!(values, vec![day.to_string()]);
        }
    }
}
