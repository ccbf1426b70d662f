use std::path::{Path, PathBuf};

use csm_import::csm::error::Blocked;
use csm_import::import::plan::{Expected, PlanDocument, Requests, UnknownOption, Verdict};
use csm_import::import::progress::{Stop, StopCode};
use csm_import::mapping::stage::Stage;

use super::{SHOWN_OPTIONS, render};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/plan").join(name)
}

fn plan() -> PlanDocument {
    serde_json::from_slice(&std::fs::read(fixture("plan.json")).unwrap()).unwrap()
}

/// A plan with nothing in it.
fn empty() -> PlanDocument {
    let mut plan = plan();
    for stage in &mut plan.stages {
        (stage.read, stage.to_send, stage.rejected, stage.skipped) = (0, 0, 0, 0);
        (stage.with_warnings, stage.values_cut) = (0, 0);
        (stage.known, stage.new) = (None, None);
        stage.duplicates.clear();
        stage.rejected_by_code.clear();
        stage.skipped_by_code.clear();
        stage.warnings_by_code.clear();
    }
    plan.files.clear();
    plan.fields.clear();
    plan.unknown_options.values.clear();
    plan.relations = None;
    plan.verdict = Verdict::Empty;
    plan.requests = Requests::default();
    plan.time.clear();
    plan
}

/// `tests/fixtures/plan/plan.html`, as it has to be. `UPDATE_DOCS=1 cargo test` writes it.
#[test]
fn the_page_is_as_it_was_looked_at() {
    let page = render(&plan()).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(fixture("plan.html"), &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(fixture("plan.html")).unwrap(), page);
}

#[test]
fn no_value_becomes_markup() {
    let page = render(&plan()).unwrap();
    for tag in ["<script", "<img", "</td></table>", "<a ", "onerror=alert('k')>", "<link", "src=\""]
    {
        assert!(!page.contains(tag), "{tag}");
    }
    assert!(page.contains("&#60;script&#62;alert(&#34;v&#34;)&#60;/script&#62;"), "{page}");
    // Nothing is fetched, and no script would run.
    assert!(page.contains("default-src 'none'"));
    assert!(!page.contains("@import") && !page.contains("url("));
}

#[test]
fn the_page_says_whether_it_can_be_run_and_how() {
    let page = render(&plan()).unwrap();
    assert!(page.contains("Can be run, but look at this first"));
    let from = "aws s3 cp &#39;s3://acme-exports/plan/spring/Account.csv&#39; ";
    let to = "&#39;s3://acme-exports/exports/approved/5f0f7f51-3c1e-5c52-9a4e-0d6f6f2a7b10/Account.csv&#39;";
    assert!(page.contains(&format!("{from}{to}")), "{page}");
    assert!(!page.contains("s3://acme-exports/plan/spring/Leads.xlsx"), "it would not be read");
    assert!(page.contains("It is not known yet how fast this site works."));

    let mut ready = empty();
    (ready.stages[0].read, ready.stages[0].to_send) = (3, 3);
    ready.verdict = Verdict::Ready;
    ready.ignored.clear();
    ready.expected = Some(Expected { seconds: 90, from: "m".into() });
    "About 2 minutes, from m.".clone_into(&mut ready.time);
    let page = render(&ready).unwrap();
    assert!(page.contains("Safe to run") && page.contains("How to run it"), "{page}");
    assert!(
        page.contains("Expected time: About 2 minutes") && page.contains("No record was rejected")
    );
    for absent in ["What needs attention", "Warnings", "Skipped on purpose", "no option for"] {
        assert!(!page.contains(absent), "{absent}");
    }
}

#[test]
fn what_cannot_be_run_has_no_command() {
    let mut stopped = plan();
    stopped.verdict = Verdict::Stopped;
    stopped.stop = Some(Stop {
        code: StopCode::Blocked(Blocked::TokenRefused),
        message: "The <token> is old.".into(),
    });
    let page = render(&stopped).unwrap();
    assert!(page.contains("Cannot be run yet") && page.contains("The &#60;token&#62; is old."));
    assert!(!page.contains("How to run it") && !page.contains("exports/approved"));
    let page = render(&empty()).unwrap();
    assert!(page.contains("Nothing to run") && page.contains("No file can be imported."), "{page}");
    assert!(!page.contains("How to run it"));
}

#[test]
fn the_page_stays_small() {
    let mut plan = plan();
    let option = |number| UnknownOption {
        stage: Stage::Customers,
        field: "Region".into(),
        value: format!("r{number}"),
        count: 1,
    };
    plan.unknown_options.values = (0..1000).map(option).collect();
    plan.unknown_options.others = 7;
    plan.files[0].unmapped = (0..=300).map(|number| format!("c{number}")).collect();
    let ignored = plan.ignored[0].clone();
    plan.ignored = vec![ignored; 300];
    let page = render(&plan).unwrap();
    assert!(page.contains(&format!("{} further values in plan.json", 1000 - SHOWN_OPTIONS)));
    assert!(page.contains("more than 1,000 different values; others occur 7 times"), "{page}");
    assert!(page.contains("and 295 more: It is an Excel workbook."), "{page}");
    assert!(
        page.contains("c99<")
            && !page.contains("c100<")
            && page.contains("and 201 more in plan.json")
    );
}
