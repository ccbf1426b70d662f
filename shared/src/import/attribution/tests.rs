use super::*;
use crate::mapping::mapper::Detail;

fn customer(number: u64) -> MappedRecord<'static> {
    MappedRecord {
        source: 0,
        record: number,
        line: number + 1,
        id: SalesforceId::parse(&format!("003{number:012}")).unwrap(),
        customer: None,
        profile: Profile::Customer {
            email: format!("c{number}@example.com").into(),
            display_name: "C".into(),
            details: vec![Detail { name: "External ID".into(), values: ["x"].into() }],
            organizations: ["1"].into(),
        },
        warnings: vec![],
    }
}

fn organization(number: u64, name: &'static str) -> MappedRecord<'static> {
    let profile = Profile::Organization { name: name.into(), details: vec![] };
    MappedRecord { profile, ..customer(number) }
}

fn failure(id: &str, error: &str) -> TaskFailure {
    TaskFailure { entity_id: Some(id.into()), operated_on_ids: vec![], error: Some(error.into()) }
}

fn holds(linked: bool) -> Evidence {
    Evidence::Holds { csm_id: "7".into(), linked: Some(linked) }
}

#[test]
fn failures_are_tied_to_records_only_where_that_is_certain() {
    let records: Vec<_> = (0..3).map(customer).collect();
    let own_id = records[2].id.unwrap().to_string();
    let known = vec![None, Some("qm:1".to_owned()), None];
    for (failure, owner) in [
        (failure("C1@Example.com", "bad"), Some(1)),
        (failure(&own_id, "bad"), Some(2)),
        (failure("qm:1", "bad"), Some(1)),
        (failure("qm:99", "bad"), None),
        (failure("qm:99", "The address 'c0@example.com' is taken."), Some(0)),
        (failure("qm:99", "c0@example.com clashes with c1@example.com"), None),
        (failure("", &format!("record {own_id} is bad")), Some(2)),
    ] {
        let attribution = attribute(std::slice::from_ref(&failure), &records, &known);
        assert_eq!(attribution.failed.keys().next().copied(), owner, "{failure:?}");
        assert_eq!(attribution.loose.is_empty(), owner.is_some());
    }
}

#[test]
fn a_name_that_is_an_ordinary_word_is_not_found_in_running_text() {
    let records = vec![organization(0, "invalid"), organization(1, "Acme")];
    let loose = attribute(&[failure("?", "invalid detail field")], &records, &[]);
    assert_eq!(loose.loose, ["invalid detail field"]);
    let tied = attribute(&[failure("acme", "invalid detail field")], &records, &[]);
    assert_eq!(tied.failed.len(), 1);
}

#[test]
fn what_stands_for_two_records_stands_for_none() {
    let records = vec![organization(0, "Acme"), organization(1, "ACME ")];
    assert_eq!(attribute(&[failure("acme", "x")], &records, &[]).loose.len(), 1);
}

type Case = (Stage, Option<TaskStatus>, usize, [Evidence; 2], bool, Option<[Outcome; 2]>);

/// How a batch of two ends: status, failures that name nobody, evidence, whether patience is over,
/// and the outcome of each record, where it is decided.
#[test]
fn failed_is_not_failed_and_success_is_what_was_read_back() {
    use Outcome::{Failed, Imported, Unknown};
    use Stage::{Customers, Organizations};
    use TaskStatus::{Failed as TaskFailed, Finished};
    let missing = || Evidence::Missing;
    let mute = || Evidence::Mute { csm_id: "7".into() };
    let differs = || Evidence::Differs { csm_id: "7".into(), linked: None };
    let none = || Evidence::None;
    let cases: Vec<Case> = vec![
        // A clear end needs nothing more, except that organizations need their ids.
        (Customers, Some(Finished), 0, [none(), none()], false, Some([Imported, Imported])),
        (Organizations, Some(Finished), 0, [mute(), mute()], false, Some([Imported, Imported])),
        (Organizations, Some(Finished), 0, [mute(), missing()], false, None),
        (Organizations, Some(Finished), 0, [mute(), missing()], true, Some([Imported, Unknown])),
        (Organizations, Some(Finished), 0, [none(), none()], true, Some([Imported, Imported])),
        // A task that FAILED although it worked.
        (
            Customers,
            Some(TaskFailed),
            0,
            [holds(true), holds(true)],
            false,
            Some([Imported, Imported]),
        ),
        // New customers are found only after a while; what is never found is unknown.
        (Customers, Some(TaskFailed), 0, [holds(true), missing()], false, None),
        (Customers, Some(TaskFailed), 0, [holds(true), missing()], true, Some([Imported, Unknown])),
        (Customers, None, 0, [none(), mute()], true, Some([Unknown, Unknown])),
        // Organizations are fetched by name: what is not there was not written.
        (
            Organizations,
            Some(TaskFailed),
            0,
            [holds(true), missing()],
            true,
            Some([Imported, Failed]),
        ),
        (Organizations, Some(TaskFailed), 0, [differs(), mute()], true, Some([Failed, Unknown])),
        // As many nameless failures as records that are missing: these are the ones.
        (
            Organizations,
            Some(Finished),
            1,
            [holds(true), missing()],
            false,
            Some([Imported, Failed]),
        ),
        (Customers, Some(Finished), 1, [holds(true), missing()], false, None),
        (Customers, Some(Finished), 1, [holds(true), missing()], true, Some([Imported, Failed])),
        (Customers, Some(Finished), 1, [missing(), missing()], true, Some([Unknown, Unknown])),
        (Customers, Some(Finished), 1, [none(), missing()], true, Some([Unknown, Unknown])),
        // Nothing is known of the task: it may write them yet.
        (Organizations, None, 0, [holds(true), missing()], false, None),
        (Organizations, None, 0, [holds(true), missing()], true, Some([Imported, Unknown])),
    ];
    for (stage, status, loose, evidence, patience_over, expected) in cases {
        let records = match stage {
            Organizations => vec![organization(0, "A"), organization(1, "B")],
            Customers => vec![customer(0), customer(1)],
        };
        let attribution = Attribution { loose: vec!["no".into(); loose], ..Attribution::default() };
        let ending = Ending { stage, status, attribution: &attribution, patience_over };
        let decided = ending.decide(&records, &evidence);
        let outcomes = decided.map(|results| [results[0].outcome, results[1].outcome]);
        assert_eq!(outcomes, expected, "{stage} {status:?} {loose} {evidence:?} {patience_over}");
    }
}

#[test]
fn a_named_failure_counts_even_when_the_rest_is_unclear() {
    let records = vec![customer(0), customer(1)];
    let attribution = attribute(&[failure("c1@example.com", "no seat")], &records, &[]);
    let status = Some(TaskStatus::Finished);
    let ending =
        Ending { stage: Stage::Customers, status, attribution: &attribution, patience_over: false };
    let results = ending.decide(&records, &[Evidence::None, Evidence::None]).unwrap();
    assert_eq!(results[0].outcome, Outcome::Imported);
    assert_eq!((results[1].outcome, results[1].code), (Outcome::Failed, Some(Code::SiteFailure)));
    assert_eq!(results[1].message.as_deref(), Some("no seat"));
}

#[test]
fn a_link_that_silently_was_not_made_is_noticed() {
    let records = vec![customer(0)];
    let attribution = Attribution::default();
    let status = Some(TaskStatus::Failed);
    let ending =
        Ending { stage: Stage::Customers, status, attribution: &attribution, patience_over: false };
    let results = ending.decide(&records, &[holds(false)]).unwrap();
    assert_eq!(results[0].outcome, Outcome::Imported);
    assert_eq!(results[0].warnings, [Code::AssociationMissing]);
}
