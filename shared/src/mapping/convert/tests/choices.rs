use super::*;

fn options() -> BTreeSet<String> {
    ["Customer", "Partner", "Food; drink", "Größe", "new", "NEW"].map(str::to_owned).into()
}

#[test]
fn addresses_of_people_are_checked() {
    check(
        &DetailType::Email,
        &Conversion::default(),
        &[
            ("Ada@example.com", Some("Ada@example.com")),
            (" ada.lovelace+x@mail.example.org ", Some("ada.lovelace+x@mail.example.org")),
            ("ada", None),
            ("ada@example", None),
            ("ada@example.com;bob@example.com", None),
            ("ada@example.com, bob@example.com", None),
            ("Ada <ada@example.com>", None),
            ("mailto:ada@example.com", None),
            ("ada@@example.com", None),
            ("https://example.com", None),
        ],
    );
}

#[test]
fn addresses_of_pages_have_a_scheme() {
    check(
        &DetailType::Url,
        &Conversion::default(),
        &[
            ("https://example.com", Some("https://example.com")),
            ("HTTP://example.com", Some("HTTP://example.com")),
            ("http://example.com/a?b=c#d", Some("http://example.com/a?b=c#d")),
            ("www.example.com/a", Some("https://www.example.com/a")),
            ("example.com", Some("https://example.com")),
            ("example.com:8080/a", Some("https://example.com:8080/a")),
            ("//example.com", Some("https://example.com")),
            ("example.com?u=http://example.org", Some("https://example.com?u=http://example.org")),
            ("https://user@example.com", Some("https://user@example.com")),
            ("https://bücher.example", Some("https://bücher.example")),
            ("example", None),
            ("example..com", None),
            ("n/a", None),
            ("none.", None),
            ("ftp://example.com", None),
            ("no site yet", None),
            ("javascript:alert(1)", None),
            ("mailto:ada@example.com", None),
            ("ada@example.com", None),
            ("http:/example.com", None),
            ("http//example.com", None),
            ("https://", None),
            ("/services/images/photo/0", None),
            ("https://example.com and https://example.org", None),
        ],
    );
    let short = Conversion { limit: 10, ..Conversion::default() };
    assert!(outcome("example.com/long", &DetailType::Url, &short).values.is_empty());
}

#[test]
fn options_are_matched() {
    let select = DetailType::Select(options());
    let multi_select = DetailType::MultiSelect(options());
    let any = DetailType::Select(BTreeSet::new());
    let any_of = DetailType::MultiSelect(BTreeSet::new());
    for (detail_type, multi, text, values, unknown) in [
        (&select, false, "Customer", vec!["Customer"], vec![]),
        (&select, false, " Customer ", vec!["Customer"], vec![]),
        (&select, false, "customer", vec!["Customer"], vec![]),
        (&select, false, "GRÖSSE", vec![], vec!["GRÖSSE"]),
        (&select, false, "GRÖßE", vec!["Größe"], vec![]),
        (&select, false, "new", vec!["new"], vec![]),
        (&select, false, "NEW", vec!["NEW"], vec![]),
        (&select, false, "New", vec![], vec!["New"]),
        (&select, false, "Custom", vec![], vec!["Custom"]),
        (&select, false, "Food; drink", vec!["Food; drink"], vec![]),
        (&select, true, "Food; drink", vec!["Food; drink"], vec![]),
        (&select, true, "Partner;Customer", vec![], vec!["Partner;Customer"]),
        (&any, false, "Any", vec!["Any"], vec![]),
        (&any, true, "a;b", vec!["a;b"], vec![]),
        (&multi_select, false, "Food; drink", vec!["Food; drink"], vec![]),
        (&multi_select, false, "Partner;Customer", vec![], vec!["Partner;Customer"]),
        (&multi_select, true, "Partner", vec!["Partner"], vec![]),
        (
            &multi_select,
            true,
            "Partner; Customer;;Partner;Press",
            vec!["Partner", "Customer"],
            vec!["Press"],
        ),
        (&multi_select, true, "partner;PARTNER;Partner", vec!["Partner"], vec![]),
        (&multi_select, true, ";", vec![], vec![]),
        (&multi_select, true, " ; ;; ", vec![], vec![]),
        (&multi_select, true, "x;y", vec![], vec!["x", "y"]),
        (&any_of, true, "b;a;b", vec!["b", "a"], vec![]),
        (&any_of, true, "", vec![], vec![]),
    ] {
        for text in [Cow::Borrowed(text), Cow::Owned(text.to_owned())] {
            let converted = convert(text.clone(), multi, detail_type, &Conversion::default());
            assert_eq!(*converted.values, *values, "{text}");
            let losses: Vec<_> =
                unknown.iter().map(|&value| (Code::OptionUnknown, value.to_owned())).collect();
            assert_eq!(converted.losses, losses, "{text}");
        }
    }
}

#[test]
fn a_choice_is_never_cut() {
    let short = Conversion { limit: 5, ..Conversion::default() };
    let any = DetailType::Select(BTreeSet::new());
    let converted = outcome("longer", &any, &short);
    assert_eq!(converted.losses, [(Code::DetailInvalid, "longer".to_owned())]);
    assert_eq!(
        outcome("partner", &DetailType::Select(options()), &short).values,
        ["Partner"].into()
    );
}

proptest! {
    #[test]
    fn values_of_a_multi_select_come_once_and_in_order(
        values in proptest::collection::vec("[a-c]{1,2}", 0..6),
    ) {
        let text = values.join("; ");
        let detail_type = DetailType::MultiSelect(BTreeSet::new());
        let converted = convert(text.into(), true, &detail_type, &Conversion::default());
        let mut expected: Vec<String> = Vec::new();
        for value in values {
            if !expected.contains(&value) {
                expected.push(value);
            }
        }
        prop_assert_eq!(&*converted.values, &*expected);
    }
}
