use super::*;

#[test]
fn numbers_become_plain_decimals() {
    check(
        &DetailType::Number,
        &Conversion::default(),
        &[
            ("0", Some("0")),
            ("28549", Some("28549")),
            ("0012.50", Some("0012.50")),
            ("119373.34", Some("119373.34")),
            ("500000.0", Some("500000.0")),
            ("-12", Some("-12")),
            ("+12", Some("12")),
            ("-.5", Some("-0.5")),
            ("5.", Some("5")),
            ("1.0E8", Some("100000000")),
            ("12.5e-3", Some("0.0125")),
            ("1.25E1", Some("12.5")),
            ("1.5E+2", Some("150")),
            ("-1e3", Some("-1000")),
            ("0E5", Some("0")),
            ("1E999", None),
            ("1E", None),
            ("E5", None),
            ("1,5E3", None),
            (".", None),
            ("-", None),
            ("", None),
            ("12a", None),
            ("NaN", None),
            ("Infinity", None),
            ("0x10", None),
            ("1 2", None),
            ("--1", None),
            ("1.2.3", None),
            ("٣", None),
        ],
    );
}

#[test]
fn what_reports_add_is_taken_away_where_it_is_certain() {
    check(
        &DetailType::Number,
        &Conversion::default(),
        &[
            ("12%", Some("12")),
            ("12.5 %", Some("12.5")),
            ("100.00%", Some("100.00")),
            ("%", None),
            ("$5", Some("5")),
            ("-$5", Some("-5")),
            ("$-5", Some("-5")),
            ("$1,234.50", Some("1234.50")),
            ("1.234,50 €", Some("1234.50")),
            ("£ 10", Some("10")),
            ("($5)", None),
            ("USD 5.00", None),
            ("5 EUR", None),
            ("$5%", None),
            ("1,234.50", Some("1234.50")),
            ("1.234,50", Some("1234.50")),
            ("1,234,567", Some("1234567")),
            ("1.234.567", Some("1234567")),
            ("12,345,678.9", Some("12345678.9")),
            ("1,234", None),
            ("-1,234", None),
            ("0,123", Some("0.123")),
            ("0,5", Some("0.5")),
            ("12,50", Some("12.50")),
            ("1234,567", None),
            ("1.234", Some("1.234")),
            ("1 234", Some("1234")),
            ("1\u{a0}234,5", Some("1234.5")),
            ("1\u{202f}234\u{202f}567", Some("1234567")),
            ("1'234.50", Some("1234.50")),
            ("1’234", Some("1234")),
            ("1,23,456", None),
            ("1,2345.6", None),
            ("0,123.5", None),
            ("1,234.567.890", None),
            ("1,", None),
            (",5", None),
            ("12-34", None),
            ("555-549-831", None),
            ("2012-08-27", None),
        ],
    );
}

#[test]
fn booleans_are_read_in_every_spelling() {
    check(
        &DetailType::Boolean,
        &Conversion::default(),
        &[
            ("1", Some("true")),
            ("0", Some("false")),
            ("true", Some("true")),
            ("TRUE", Some("true")),
            ("True", Some("true")),
            ("FALSE", Some("false")),
            (" false ", Some("false")),
            ("yes", None),
            ("no", None),
            ("2", None),
            ("t", None),
            ("01", None),
            ("1.0", None),
        ],
    );
}

proptest! {
    #[test]
    fn an_expanded_number_keeps_its_value(text in "-?[0-9]{1,6}(\\.[0-9]{0,6})?[eE][+-]?[0-9]{1,2}") {
        let converted = outcome(&text, &DetailType::Number, &Conversion::default());
        let expanded = converted.values.concat();
        prop_assert!(!expanded.contains(['e', 'E']));
        prop_assert_eq!(expanded.parse::<f64>().unwrap().to_bits(), text.parse::<f64>().unwrap().to_bits());
    }

    #[test]
    fn separators_of_thousands_do_not_change_a_number(number in 1_000_000_u64..u64::MAX, cents in 0..100) {
        let digits = number.to_string();
        let grouped = |group: &str| {
            let mut whole = String::new();
            for (at, digit) in digits.chars().enumerate() {
                if at > 0 && (digits.len() - at).is_multiple_of(3) {
                    whole += group;
                }
                whole.push(digit);
            }
            whole
        };
        for (group, point) in [(",", "."), (".", ","), (" ", ","), ("'", ".")] {
            let text = format!("{}{point}{cents:02}", grouped(group));
            let values = outcome(&text, &DetailType::Number, &Conversion::default()).values.concat();
            prop_assert_eq!(values, format!("{digits}.{cents:02}"));
        }
    }
}
