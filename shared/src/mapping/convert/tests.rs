//! What becomes of values: one row each, by the type of the detail field.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

mod choices;
mod days;
mod numbers;
mod phones;
mod texts;

/// Settings of the tables: those of the default, or of a company with one.
fn with(region: &str, zone: &str, format: &str) -> Conversion {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Conversion {
        phone_region: some(region).map(|region| PhoneRegion::parse(&region).unwrap()),
        time_zone: some(zone).map_or(TimeZone::UTC, |zone| TimeZone::get(&zone).unwrap()),
        date_format: some(format),
        ..Conversion::default()
    }
}

/// The one value, or the codes of what was lost.
fn outcome<'a>(text: &'a str, detail_type: &DetailType, conversion: &Conversion) -> Converted<'a> {
    convert(clean(text), false, detail_type, conversion)
}

/// Checks that each text becomes the value, or is left out as not fitting.
fn check(detail_type: &DetailType, conversion: &Conversion, rows: &[(&str, Option<&str>)]) {
    for (text, value) in rows {
        let converted = outcome(text, detail_type, conversion);
        assert_eq!(
            converted.values.iter().map(AsRef::as_ref).collect::<Vec<&str>>(),
            value.iter().copied().collect::<Vec<_>>(),
            "{detail_type:?} {text:?}"
        );
        let losses = if value.is_some() || clean(text).is_empty() {
            vec![]
        } else {
            vec![(Code::DetailInvalid, clean(text).into_owned())]
        };
        assert_eq!(converted.losses, losses, "{detail_type:?} {text:?}");
    }
}

fn every_type() -> Vec<DetailType> {
    let options: BTreeSet<String> = ["AU", "EU", "Food; drink"].map(str::to_owned).into();
    vec![
        DetailType::Text,
        DetailType::Email,
        DetailType::Url,
        DetailType::Date,
        DetailType::Number,
        DetailType::Boolean,
        DetailType::Phone,
        DetailType::Select(options.clone()),
        DetailType::Select(BTreeSet::new()),
        DetailType::MultiSelect(options),
        DetailType::MultiSelect(BTreeSet::new()),
        DetailType::Other("RATING".to_owned()),
    ]
}

#[test]
fn texts_are_cleaned() {
    for (text, cleaned) in [
        (" a b\t", "a b"),
        ("\0<p>x</p>", "<p>x</p>"),
        ("\0", ""),
        ("#N/A", ""),
        ("N/A", "N/A"),
        ("None", "None"),
    ] {
        assert_eq!(clean(text), cleaned);
    }
    assert_eq!(fold("1 Main St\r\n\r\n Floor 2\n", ", "), "1 Main St, Floor 2");
}

#[test]
fn flags_are_read_in_every_spelling() {
    for (text, set) in
        [("1", true), ("TRUE", true), ("true", true), ("0", false), ("False", false), ("", false)]
    {
        assert_eq!(flag(text), set, "{text}");
    }
}

#[test]
fn a_blank_is_not_sent_and_not_lost() {
    for detail_type in every_type() {
        for blank in ["", " ", "\t", "\0", "#N/A"] {
            assert_eq!(
                convert(clean(blank), true, &detail_type, &Conversion::default()),
                Converted::default()
            );
        }
    }
}

#[test]
fn plain_values_are_not_copied() {
    for (text, detail_type) in [
        ("Smith Ltd.", DetailType::Text),
        ("ada@example.com", DetailType::Email),
        ("https://example.com", DetailType::Url),
        ("2012-08-27", DetailType::Date),
        ("2012-08-27 00:00:00", DetailType::Date),
        ("12.50", DetailType::Number),
        ("TRUE", DetailType::Boolean),
        ("+16502530000", DetailType::Phone),
        ("AU", every_type()[7].clone()),
        ("AU;EU", every_type()[9].clone()),
    ] {
        for value in convert(text.into(), true, &detail_type, &Conversion::default()).values.iter()
        {
            assert!(matches!(value, Cow::Borrowed(_)), "{text}");
        }
    }
}

/// Texts made of what means something to one of the types.
fn texts() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[ -~]{0,6}",
        "\\PC{0,4}",
        proptest::sample::select(vec![
            "<",
            ">",
            "<p>",
            "</p>",
            "<br/>",
            "<a href=\"",
            "\"",
            "&",
            "&nbsp;",
            "&#",
            ";",
            "<!--",
            "-->",
            "<style>",
            "<b",
            "+",
            "00",
            "1",
            "650 253 0000",
            "x12",
            "ext.",
            "tel:",
            "@",
            "example.com",
            "https://",
            "2012-08-27",
            "T",
            " 03:20:21",
            "Z",
            "+0200",
            ".000",
            "-",
            ",",
            ".",
            "e9",
            "E-400",
            "%",
            "$",
            "\u{a0}",
            "\0",
            "\r\n",
            "true",
            "AU",
            "é",
            "𝟙",
            "٣",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_converts_within_the_limit_to_what_converts_to_itself(
        text in texts(),
        limit in 1_usize..40,
        multi: bool,
    ) {
        let mut conversion = with("US", "America/New_York", "%m/%d/%Y");
        conversion.limit = limit;
        for detail_type in every_type() {
            let converted = convert(clean(&text), multi, &detail_type, &conversion);
            for value in converted.values.iter() {
                let chosen = detail_type.options().is_some_and(|all| all.contains(value.as_ref()));
                prop_assert!(chosen || value.chars().count() <= limit, "{value}");
                prop_assert!(!value.is_empty() && !value.contains(['\0', '\n', '\r']));
            }
            // Markup that was written as text is taken for markup the next time.
            let texts = matches!(detail_type, DetailType::Text | DetailType::Other(_));
            if texts && converted.values.iter().any(|value| value.contains(['<', '&'])) {
                continue;
            }
            for value in converted.values.iter() {
                // What is cut can end in a blank.
                let again = convert(value.trim().into(), false, &detail_type, &conversion);
                prop_assert!(again.losses.is_empty(), "{detail_type:?} {value}");
                prop_assert_eq!(again.values, Values::from([value.trim()]));
            }
        }
    }
}
