use super::*;

fn text(name: &str) -> DetailFieldDefinition {
    DetailFieldDefinition::new(name, DetailType::Text)
}

fn select(name: &str, options: &[&str]) -> DetailFieldDefinition {
    let options = options.iter().map(ToString::to_string).collect();
    DetailFieldDefinition::new(name, DetailType::Select(options))
}

fn want(field: DetailFieldDefinition) -> WantedField {
    WantedField { field, add_options: true }
}

fn plan(site: &[DetailFieldDefinition], wanted: &[WantedField]) -> FieldPlan {
    FieldPlan::new(&Definitions::new(site.to_vec()), wanted)
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("o{number:04}")).collect()
}

#[test]
fn what_is_there_is_used_and_the_rest_is_created() {
    let site = [text("Title"), text("region ")];
    let wanted = ["Title", "Region", " New "].map(|name| want(text(name)));
    let plan = plan(&site, &wanted);
    assert_eq!(plan.create, [text("New")]);
    assert_eq!(plan.spelled, [("Region".to_owned(), "region ".to_owned())].into());
    assert!(plan.faults.is_empty() && !plan.is_met());
    assert!(self::plan(&site, &wanted[..2]).is_met());
}

#[test]
fn options_are_added_only_where_that_is_allowed() {
    let site = [select("A", &["x"]), select("B", &["x"]), text("C"), select("D", &[])];
    let mut wanted: Vec<WantedField> =
        ["A", "B", "C", "D"].map(|name| want(select(name, &["x", "y"]))).into();
    wanted[1].add_options = false;
    let plan = plan(&site, &wanted);
    let missing = |field: &str| {
        vec![MissingOptions { field: field.to_owned(), options: ["y".to_owned()].into() }]
    };
    assert_eq!(
        (plan.add_options.clone(), plan.lacking_options.clone()),
        (missing("A"), missing("B"))
    );
    assert_eq!(plan.other_types.len(), 1, "a text field has no options to add to");
    assert_eq!(
        (plan.other_types[0].wanted.as_str(), plan.other_types[0].found.as_str()),
        ("SELECT", "TEXT")
    );
    assert!(plan.faults.is_empty());
}

#[test]
fn added_options_come_after_the_ones_of_the_site() {
    let site =
        Definitions::parse(br#"[{"name":"Size","type":{"name":"SELECT","options":["S","M"]}}]"#);
    let site = site.unwrap();
    let added = ["L".to_owned(), "M".to_owned()].into();
    assert_eq!(with_options(&site.fields()[0], &added).listed, ["S", "M", "L"]);
}

#[test]
fn names_must_be_told_apart() {
    let same = [want(text("A")), want(text("A"))];
    assert_eq!(plan(&[], &same).create.len(), 1, "the very same twice");
    for (site, wanted, fault) in [
        (
            vec![],
            vec!["Tier", " tier"],
            FieldFault::NamesCollide { names: vec!["Tier".to_owned(), " tier".to_owned()] },
        ),
        (vec![], vec!["  "], FieldFault::NameBlank),
        (vec!["TIER", "tier"], vec!["Tier"], FieldFault::NameAmbiguous { name: "Tier".to_owned() }),
    ] {
        let site: Vec<_> = site.into_iter().map(text).collect();
        let wanted: Vec<_> = wanted.into_iter().map(|name| want(text(name))).collect();
        let plan = plan(&site, &wanted);
        assert_eq!(plan.faults, [fault]);
        assert!(plan.create.is_empty());
    }
}

#[test]
fn the_limits_of_the_site_are_told_before_it_is_asked() {
    let site: Vec<_> = (0..49).map(|number| text(&format!("f{number}"))).collect();
    let one = [want(text("A"))];
    let two = [want(text("A")), want(text("B"))];
    assert!(plan(&site, &one).faults.is_empty());
    assert_eq!(plan(&site, &two).faults, [FieldFault::TooManyFields { count: 51 }]);

    let many = numbered(MAX_OPTIONS + 1);
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let (full, more) = (select("S", &many[1..]), select("S", &many));
    let fault = FieldFault::TooManyOptions { name: "S".to_owned(), count: MAX_OPTIONS + 1 };
    let more = [want(more)];
    assert_eq!(plan(std::slice::from_ref(&full), &more).faults, plan(&[], &more).faults);
    assert_eq!(plan(&[], &more).faults, [fault]);
    assert!(plan(&[], &[want(full)]).faults.is_empty());
    let fault = FieldFault::OptionsMissing { name: "S".to_owned() };
    assert_eq!(plan(&[], &[want(select("S", &[]))]).faults, [fault]);
}

#[test]
fn a_full_site_that_has_everything_is_no_fault() {
    let site: Vec<_> = (0..MAX_FIELDS).map(|number| text(&format!("f{number}"))).collect();
    let wanted: Vec<_> = site.iter().cloned().map(want).collect();
    assert!(plan(&site, &wanted).is_met());
}

#[test]
fn a_plan_is_written_and_read() {
    let site = [select("Size", &["S"]), text("region")];
    let wanted = [
        want(select("Size", &["M"])),
        want(select("Region", &["EU"])),
        want(text("New")),
        want(text("new")),
        want(text("Fresh")),
    ];
    let plan = plan(&site, &wanted);
    let written = serde_json::to_value(&plan).unwrap();
    insta::assert_json_snapshot!("plan", written);
    assert_eq!(serde_json::from_value::<FieldPlan>(written).unwrap(), plan);
    let wanted_again: Vec<WantedField> =
        serde_json::from_str(&serde_json::to_string(&wanted).unwrap()).unwrap();
    assert_eq!(wanted_again, wanted);
}
