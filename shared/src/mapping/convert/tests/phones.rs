use super::*;

#[test]
fn without_a_region_a_number_needs_its_country_code() {
    check(
        &DetailType::Phone,
        &Conversion::default(),
        &[
            ("+16502530000", Some("+16502530000")),
            ("+1 650 253 0000", Some("+16502530000")),
            ("+1 (650) 253-0000", Some("+16502530000")),
            ("+1.650.253.0000", Some("+16502530000")),
            ("+49 (30) 123-456", Some("+4930123456")),
            ("+49 (0)30 123456", Some("+4930123456")),
            ("+49/30/123456", Some("+4930123456")),
            ("0049 30 123456", Some("+4930123456")),
            ("0044 20 7946 0958", Some("+442079460958")),
            ("+44\u{a0}20\u{a0}7946\u{a0}0958", Some("+442079460958")),
            ("+39 06 1234 5678", Some("+390612345678")),
            ("+800 1234 5678", Some("+80012345678")),
            ("＋１ ６５０ ２５３ ００００", Some("+16502530000")),
            ("+1 650 253 0000.", Some("+16502530000")),
            ("(650) 253-0000", None),
            ("1(650)253-0000", None),
            ("030 123456", None),
            ("+1 650", None),
            ("+1 650 253 0000 0000", None),
            ("+999 123 456 789", None),
            ("+0 650 253 0000", None),
            ("+", None),
            ("++", None),
            ("00", None),
            ("n/a", None),
            ("unknown", None),
            ("+81 *2345", None),
        ],
    );
}

#[test]
fn with_a_region_national_numbers_are_read() {
    check(
        &DetailType::Phone,
        &with("US", "UTC", ""),
        &[
            ("(650) 253-0000", Some("+16502530000")),
            ("650-253-0000", Some("+16502530000")),
            ("650.253.0000", Some("+16502530000")),
            ("6502530000", Some("+16502530000")),
            ("1(650)253-0000", Some("+16502530000")),
            ("1-650-253-0000", Some("+16502530000")),
            ("+49 30 123456", Some("+4930123456")),
            ("0049 30 123456", Some("+4930123456")),
            ("011 49 30 123456", Some("+4930123456")),
            // The area is not in use, which may change.
            ("(555) 549-8313", Some("+15555498313")),
            ("555-0199", None),
            ("12345", None),
            ("1-800-FLOWERS", None),
            ("650 253 0000 Bob", None),
            ("650 253 0000 (home)", None),
            ("650 253 0000 w", None),
            ("Bob 650 253 0000", None),
            ("Tel: 650 253 0000", None),
            ("650 253 0000 / 650 253 0001", None),
            ("650 253 0000 x", None),
            ("ada@example.com", None),
        ],
    );
    check(
        &DetailType::Phone,
        &with("de", "UTC", ""),
        &[
            ("030 123456", Some("+4930123456")),
            ("(030) 12 34 56", Some("+4930123456")),
            ("0170/1234567", Some("+491701234567")),
            ("0049 30 123456", Some("+4930123456")),
            ("001 650 253 0000", Some("+16502530000")),
            ("030 123456 Büro", None),
        ],
    );
    check(
        &DetailType::Phone,
        &with("AU", "UTC", ""),
        &[
            ("0011 1 650 253 0000", Some("+16502530000")),
            ("0044 20 7946 0958", Some("+442079460958")),
            ("02 9374 4000", Some("+61293744000")),
        ],
    );
    check(&DetailType::Phone, &with("IT", "UTC", ""), &[("06 1234 5678", Some("+390612345678"))]);
}

#[test]
fn an_extension_is_never_lost_silently() {
    for (text, value) in [
        ("650 253 0000 x123", "+16502530000"),
        ("(650) 253-0000 x 123", "+16502530000"),
        ("650-253-0000 ext. 5", "+16502530000"),
        ("650-253-0000 extension 5", "+16502530000"),
        ("+1 650 253 0000;ext=5", "+16502530000"),
        ("+1 650 253 0000 #5", "+16502530000"),
        ("650-253-0000,,5", "+16502530000"),
        ("(530) 583-6985 x302/x2303", "+15305836985"),
        ("0044 20 7946 0958 x5", "+442079460958"),
    ] {
        let converted = outcome(text, &DetailType::Phone, &with("US", "UTC", ""));
        assert_eq!(*converted.values, [value], "{text}");
        assert_eq!(converted.losses, [(Code::PhoneExtensionDropped, text.to_owned())]);
    }
}

#[test]
fn a_number_beyond_the_limit_is_not_cut() {
    let short = Conversion { limit: 11, ..Conversion::default() };
    assert!(outcome("+16502530000", &DetailType::Phone, &short).values.is_empty());
}

#[test]
fn a_number_of_a_country_is_not_completed() {
    // Norfolk Island has had a 3 put before its numbers of five digits.
    assert!(outcome("+672 0000(0", &DetailType::Phone, &Conversion::default()).values.is_empty());
}

proptest! {
    #[test]
    fn no_digit_is_added_or_lost(text in "\\+[1-9][0-9 ().-]{6,18}") {
        let converted = outcome(&text, &DetailType::Phone, &Conversion::default());
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        for value in converted.values.iter() {
            let (sent, given) = (digits(value), digits(&text));
            // Only the zero that is dialled within a country is left out.
            prop_assert!(sent == given || sent.len() < given.len() && given.contains(['0', '1', '8']));
        }
    }
}
