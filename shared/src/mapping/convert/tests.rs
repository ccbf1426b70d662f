use proptest::prelude::*;

use super::*;

fn options() -> BTreeSet<String> {
    ["Customer", "Partner", "Food; drink"].map(str::to_owned).into()
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
fn values_fit_the_type() {
    for (detail_type, text, value) in [
        (DetailType::Text, "two\r\nlines", Some("two lines")),
        (DetailType::Other("RATING".into()), "5", Some("5")),
        (DetailType::Email, "Ada@example.com", Some("Ada@example.com")),
        (DetailType::Email, "ada", None),
        (DetailType::Url, "www.example.com/a", Some("https://www.example.com/a")),
        (DetailType::Url, "HTTP://example.com", Some("HTTP://example.com")),
        (DetailType::Url, "example", None),
        (DetailType::Url, "ftp://example.com", None),
        (DetailType::Url, "no site yet", None),
        (DetailType::Url, "javascript:alert(1)", None),
        (DetailType::Date, "2012-08-27", Some("2012-08-27")),
        (DetailType::Date, "1960-08-09 00:00:00", Some("1960-08-09")),
        (DetailType::Date, "2017-10-10T08:38:20.000+0000", Some("2017-10-10")),
        (DetailType::Date, "2023-02-29", None),
        (DetailType::Date, "7/22/70", None),
        (DetailType::Date, "2012-08-2712", None),
        (DetailType::Number, "0012.50", Some("0012.50")),
        (DetailType::Number, "-.5", Some("-0.5")),
        (DetailType::Number, "1.0E8", Some("100000000")),
        (DetailType::Number, "12.5e-3", Some("0.0125")),
        (DetailType::Number, "1.25E1", Some("12.5")),
        (DetailType::Number, "0E5", Some("0")),
        (DetailType::Number, "1E999", None),
        (DetailType::Number, "1,000", None),
        (DetailType::Number, ".", None),
        (DetailType::Boolean, "TRUE", Some("true")),
        (DetailType::Boolean, "0", Some("false")),
        (DetailType::Boolean, "yes", None),
        (DetailType::Phone, "+49 (30) 123-456", Some("+4930123456")),
        (DetailType::Phone, "(555) 549-8313", None),
        (DetailType::Phone, "+1 555 0100 x12", None),
    ] {
        let converted = convert(text.into(), false, &detail_type, 255);
        assert_eq!(converted.values.first().map(AsRef::as_ref), value, "{detail_type:?} {text}");
        let losses =
            if value.is_some() { vec![] } else { vec![(Code::DetailInvalid, text.to_owned())] };
        assert_eq!(converted.losses, losses, "{detail_type:?} {text}");
    }
}

#[test]
fn options_are_matched_exactly() {
    let select = DetailType::Select(options());
    let multi_select = DetailType::MultiSelect(options());
    for (detail_type, multi, text, values, unknown) in [
        (&select, false, "Customer", vec!["Customer"], vec![]),
        (&select, false, "customer", vec![], vec!["customer"]),
        (&select, false, "Food; drink", vec!["Food; drink"], vec![]),
        (&multi_select, false, "Food; drink", vec!["Food; drink"], vec![]),
        (
            &multi_select,
            true,
            "Partner; Customer;;Partner;Press",
            vec!["Partner", "Customer"],
            vec!["Press"],
        ),
        (&DetailType::Select(BTreeSet::new()), false, "Any", vec!["Any"], vec![]),
        (&multi_select, true, "", vec![], vec![]),
    ] {
        let converted = convert(text.into(), multi, detail_type, 255);
        assert_eq!(*converted.values, *values, "{text}");
        let losses: Vec<_> =
            unknown.into_iter().map(|value| (Code::OptionUnknown, value.to_owned())).collect();
        assert_eq!(converted.losses, losses, "{text}");
    }
}

#[test]
fn long_texts_are_cut_between_characters() {
    let converted = convert("äöü".into(), false, &DetailType::Text, 2);
    assert_eq!(*converted.values, ["äö"]);
    assert_eq!(converted.losses, [(Code::ValueCut, "äöü".to_owned())]);
    assert!(convert("äöü".into(), false, &DetailType::Text, 3).losses.is_empty());
    assert!(convert("example.com/long".into(), false, &DetailType::Url, 10).values.is_empty());
}

proptest! {
    #[test]
    fn an_expanded_number_keeps_its_value(text in "-?[0-9]{1,6}(\\.[0-9]{0,6})?[eE][+-]?[0-9]{1,2}") {
        let expanded = number(&text).unwrap();
        prop_assert!(!expanded.contains(['e', 'E']));
        prop_assert_eq!(expanded.parse::<f64>().unwrap().to_bits(), text.parse::<f64>().unwrap().to_bits());
    }

    #[test]
    fn no_text_exceeds_the_limit(text in "\\PC{0,80}", limit in 1_usize..40) {
        for value in convert(clean(&text), false, &DetailType::Text, limit).values.iter() {
            prop_assert!(value.chars().count() <= limit);
        }
    }
}
