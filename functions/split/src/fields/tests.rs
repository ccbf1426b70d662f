mod fake;

use csm_import::csm::fields::FieldFault;
use csm_import::import::id::SourceObject;
use csm_import::mapping::definition::DetailType;

use self::fake::{AtOnce, Fake, Meanwhile};
use super::*;

fn text(name: &str) -> DetailFieldDefinition {
    DetailFieldDefinition::new(name, DetailType::Text)
}

fn select(name: &str, options: &[&str]) -> DetailFieldDefinition {
    let set = options.iter().map(ToString::to_string).collect();
    let listed = options.iter().map(ToString::to_string).collect();
    DetailFieldDefinition { listed, ..DetailFieldDefinition::new(name, DetailType::Select(set)) }
}

fn want(fields: &[DetailFieldDefinition]) -> Vec<WantedField> {
    fields.iter().map(|field| WantedField { field: field.clone(), add_options: true }).collect()
}

fn import(folder: &str) -> ImportId {
    ImportId::of("bucket", folder, &[] as &[SourceObject])
}

async fn run(site: &Fake, wanted: &[DetailFieldDefinition]) -> Result<Definitions, EnsureError> {
    run_as("exports/a/", site, wanted).await
}

async fn run_as(
    folder: &str,
    site: &Fake,
    wanted: &[DetailFieldDefinition],
) -> Result<Definitions, EnsureError> {
    let patience = Patience { pause: Duration::from_millis(1), looks: 3 };
    ensure(site, Stage::Customers, &want(wanted), import(folder), patience).await
}

/// Before the next write, somebody else creates these.
fn created(fields: &[DetailFieldDefinition]) -> Meanwhile {
    let fields = fields.to_vec();
    Box::new(move |held| held.extend(fields))
}

/// Before the next write, somebody else gives the first field these options.
fn replaced(options: &[&str]) -> Meanwhile {
    let options: Vec<String> = options.iter().map(ToString::to_string).collect();
    Box::new(move |held| {
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        held[0] = select(&held[0].name, &options);
    })
}

fn class_and_missing(error: &EnsureError) -> (Class, Vec<(String, Option<String>)>) {
    let EnsureError::Missing { missing, .. } = error else { panic!("{error:?}") };
    let missing = missing.iter().map(|missing| (missing.field.clone(), missing.said.clone()));
    (error.class(), missing.collect())
}

#[tokio::test]
async fn nothing_is_written_where_everything_is_there() {
    let site = Fake::new(&[text("Title"), text("region")]);
    let found = run(&site, &[text("Region"), text("Title")]).await.unwrap();
    assert_eq!(found.find_loosely("Region").unwrap().name, "region");
    assert!(site.log().is_empty());
}

#[tokio::test]
async fn an_empty_site_gets_all_fields_at_once() {
    for at_once in [AtOnce::Direct, AtOnce::Task(1), AtOnce::Task(3)] {
        let site = Fake::new(&[]);
        site.with(|state| state.at_once = at_once);
        let found = run(&site, &[text("A"), select("S", &["x"])]).await.unwrap();
        assert_eq!(found.fields().len(), 2);
        assert_eq!(site.log(), ["create 2"]);
    }
}

#[tokio::test]
async fn a_task_that_takes_long_is_found_again_by_its_key() {
    let site = Fake::new(&[]);
    site.with(|state| state.at_once = AtOnce::Task(4));
    let error = run(&site, &[text("A")]).await.unwrap_err();
    assert!(matches!(error, EnsureError::Unfinished));
    assert_eq!(error.class(), Class::Wait);
    site.with(|state| state.at_once = AtOnce::Task(1));
    run(&site, &[text("A")]).await.unwrap();
    assert!(site.with(|state| state.keys[0] == state.keys[1]));
}

#[tokio::test]
async fn a_clash_with_another_import_leaves_only_the_rest_to_be_created() {
    let site = Fake::new(&[text("Title")]);
    // In another case, which is a clash all the same.
    site.with(|state| state.meanwhile.push_back(created(&[text("tier")])));
    let found = run(&site, &[text("Title"), text("Tier"), text("Plan")]).await.unwrap();
    assert_eq!(site.log(), ["create 2", "create 1"]);
    assert_eq!(site.names(), ["Title", "tier", "Plan"]);
    assert_eq!(found.find_loosely("Tier").unwrap().name, "tier");
    assert!(site.with(|state| state.keys[0] != state.keys[1]));
}

#[tokio::test]
async fn two_clashes_in_a_row_lead_to_one_field_after_another() {
    let site = Fake::new(&[]);
    site.with(|state| {
        state.meanwhile.push_back(created(&[text("A")]));
        state.meanwhile.push_back(created(&[text("B")]));
        state.meanwhile.push_back(created(&[text("C")]));
    });
    run(&site, &[text("A"), text("B"), text("C"), text("D")]).await.unwrap();
    assert_eq!(site.log(), ["create 4", "create 3", "create C", "create D"]);
    assert_eq!(site.names(), ["A", "B", "C", "D"]);
}

#[tokio::test]
async fn imports_that_start_together_do_not_fail_each_other() {
    let site = Fake::new(&[select("S", &["x"])]);
    let first = [text("A"), text("B"), select("S", &["1"])];
    let second = [text("b"), text("C"), select("S", &["2"])];
    let third = [text("c"), text("A"), select("S", &["3"])];
    let (one, two, three) = tokio::join!(
        run_as("exports/1/", &site, &first),
        run_as("exports/2/", &site, &second),
        run_as("exports/3/", &site, &third),
    );
    one.unwrap();
    two.unwrap();
    three.unwrap();
    assert_eq!(site.names().len(), 4);
    let options = site.with(|state| state.fields[0].detail_type.options().unwrap().clone());
    assert!(options.contains("x") && options.len() >= 2, "{options:?}");
}

#[tokio::test]
async fn a_site_without_the_bulk_request_gets_one_field_after_another() {
    for status in [404, 405, 501] {
        let site = Fake::new(&[]);
        site.with(|state| state.at_once = AtOnce::Status(status, ""));
        run(&site, &[text("A"), text("B")]).await.unwrap();
        assert_eq!(site.log(), ["create 2", "create A", "create B"], "{status}");
    }
}

#[tokio::test]
async fn a_task_that_creates_nothing_is_not_believed_twice() {
    let site = Fake::new(&[]);
    site.with(|state| state.at_once = AtOnce::FailingTask);
    run(&site, &[text("A")]).await.unwrap();
    assert_eq!(site.log(), ["create 1", "create 1", "create A"]);
}

#[tokio::test]
async fn a_key_that_has_been_seen_is_read_back() {
    let site = Fake::new(&[]);
    let seen = r#"{"message":"can only be retried with the same request data"}"#;
    site.with(|state| {
        state.at_once = AtOnce::Status(400, seen);
        state.meanwhile.push_back(created(&[text("A")]));
    });
    run(&site, &[text("A")]).await.unwrap();
    assert_eq!(site.log(), ["create 1"]);
}

#[tokio::test]
async fn options_are_added_to_those_of_the_site() {
    let site = Fake::new(&[select("Size", &["S", "M"])]);
    run(&site, &[select("size", &["L", "M"])]).await.unwrap();
    assert_eq!(site.log(), ["options of Size"]);
    assert_eq!(site.with(|state| state.fields[0].listed.clone()), ["S", "M", "L"]);
}

#[tokio::test]
async fn options_that_somebody_replaces_are_added_again_a_few_times() {
    let site = Fake::new(&[select("Size", &["S"]), select("Tone", &["a"])]);
    site.with(|state| {
        state.meanwhile.push_back(Box::new(|_| {}));
        state.meanwhile.push_back(replaced(&["S", "XL"]));
    });
    run(&site, &[select("Size", &["L"]), select("Tone", &["b"])]).await.unwrap();
    assert_eq!(site.log(), ["options of Size", "options of Tone", "options of Size"]);
    assert_eq!(site.with(|state| state.fields[0].listed.clone()), ["S", "XL", "L"]);

    let site = Fake::new(&[select("Size", &["S"])]);
    site.with(|state| state.writes = Some(400));
    let error = run(&site, &[select("Size", &["L"])]).await.unwrap_err();
    let missing = vec![("Size".to_owned(), Some("refused".to_owned()))];
    assert_eq!(class_and_missing(&error), (Class::Reject, missing));
    assert_eq!(site.log().len(), 4);
    let message = error.message(Stage::Customers);
    assert!(
        message.contains("of customers: Size (1 options), to which the site said: refused."),
        "{message}"
    );
    assert!(!error.to_string().contains("Size"));
}

#[tokio::test]
async fn the_fiftieth_field_is_the_last() {
    let fields: Vec<_> = (0..49).map(|number| text(&format!("f{number}"))).collect();
    let site = Fake::new(&fields);
    run(&site, &[text("A")]).await.unwrap();
    assert_eq!(site.names().len(), 50);

    let site = Fake::new(&fields);
    let error = run(&site, &[text("A"), text("B")]).await.unwrap_err();
    assert!(
        matches!(&error, EnsureError::Impossible(faults) if *faults == [FieldFault::TooManyFields { count: 51 }])
    );
    assert_eq!(error.class(), Class::Reject);
    assert!(site.log().is_empty(), "nothing is half done");

    // The last place is taken by somebody else just then.
    let site = Fake::new(&fields);
    site.with(|state| state.meanwhile.push_back(created(&[text("theirs")])));
    let error = run(&site, &[text("A")]).await.unwrap_err();
    assert!(matches!(error, EnsureError::Impossible(_)));
    assert_eq!(site.log(), ["create 1"]);
}

#[tokio::test]
async fn two_thousand_options_are_enough() {
    let options: Vec<String> = (0..2_001).map(|number| number.to_string()).collect();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let site = Fake::new(&[select("S", &options[..1_999])]);
    run(&site, &[select("S", &options[1_000..2_000])]).await.unwrap();
    let error = run(&site, &[select("S", &options)]).await.unwrap_err();
    assert!(matches!(error, EnsureError::Impossible(_)));
    assert_eq!(site.log(), ["options of S"]);
}

#[tokio::test]
async fn a_missing_right_is_told_with_what_is_missing() {
    let site = Fake::new(&[select("S", &["x"])]);
    site.with(|state| state.at_once = AtOnce::Status(403, ""));
    let error = run(&site, &[text("A"), select("S", &["y"])]).await.unwrap_err();
    let (class, missing) = class_and_missing(&error);
    assert_eq!(class, Class::Stop(Blocked::RightMissing));
    assert_eq!(missing.len(), 2);
    let message = error.message(Stage::Customers);
    assert!(message.contains("(403)"), "{message}");
    assert_eq!(site.log(), ["create 1"], "it is asked once");

    let site = Fake::new(&[select("S", &["x"])]);
    site.with(|state| state.writes = Some(403));
    let error = run(&site, &[select("S", &["y"])]).await.unwrap_err();
    assert_eq!(error.class(), Class::Stop(Blocked::RightMissing));
}

#[tokio::test]
async fn what_may_pass_is_left_to_come_back() {
    let limit = r#"{"errorMessage":"Maximum number of tasks reached"}"#;
    for (status, body, class) in [
        (400, limit, Class::Wait),
        (429, "", Class::Retry { after: None }),
        (503, "", Class::Retry { after: None }),
    ] {
        let site = Fake::new(&[]);
        site.with(|state| state.at_once = AtOnce::Status(status, body));
        assert_eq!(run(&site, &[text("A")]).await.unwrap_err().class(), class);
        assert_eq!(site.log().len(), 1);
    }
}

#[tokio::test]
async fn a_field_that_the_site_will_not_have_is_named_with_its_answer() {
    let site = Fake::new(&[]);
    site.with(|state| {
        state.at_once = AtOnce::Status(400, r#"{"errorMessage":"no"}"#);
        state.writes = Some(400);
    });
    let error = run(&site, &[text("A")]).await.unwrap_err();
    let missing = vec![("A".to_owned(), Some("refused".to_owned()))];
    assert_eq!(class_and_missing(&error), (Class::Reject, missing));
    assert_eq!(site.log().len(), 4, "each way twice");
}
