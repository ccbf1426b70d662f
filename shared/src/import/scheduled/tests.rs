use super::*;
use crate::csm::error::Blocked;
use crate::import::claims::Claim;
use crate::import::progress::{Orders, Stop, StopCode};

/// So many seconds after an hour that all tests share.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn object(key: &str, etag: &str, written: i64) -> Listed {
    Listed { key: key.to_owned(), etag: etag.to_owned(), written: Some(at(written)) }
}

fn import(name: &str) -> ImportId {
    ImportId::of("b", name, &[])
}

fn progress(stop: Option<StopCode>, finished: bool) -> Progress {
    let mut progress = Progress::new(import("x"), Orders::default(), at(100));
    progress.stopped = stop.map(|code| Stop::new(code, "It stopped."));
    progress.finished = finished;
    progress
}

const SETTLE: Duration = Duration::from_secs(30);

#[test]
fn an_object_of_its_own_is_complete_and_a_folder_once_it_is_quiet() {
    let listed = vec![
        object("scheduled/Contact.csv", "e", 999),
        object("scheduled/a/Account.csv", "e", 100),
        object("scheduled/a/Contact.csv", "e", 980),
        object("scheduled/a/b/Contact.csv", "e", 970),
        object("scheduled/ahead.csv", "e", 1_002),
    ];
    let found = folders(listed, at(1_000), SETTLE);
    let found = found.iter().map(|f| (f.name.as_str(), f.objects.len(), f.unsettled.as_secs()));
    let expected = [
        ("scheduled/Contact.csv", 1, 0),
        ("scheduled/a/", 2, 10),
        ("scheduled/a/b/", 1, 0),
        // The clock of the bucket is ahead: it was written just now.
        ("scheduled/ahead.csv", 1, 2),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn a_run_waits_for_what_is_being_uploaded_and_not_for_ever() {
    for (written, waited, settle, waits) in [
        (990, 0, 30, Some(21)),
        (970, 0, 30, None),
        (990, 299, 30, Some(21)),
        (990, 300, 30, None),
        (1_001, 59, 0, Some(2)),
        (1_001, 60, 0, None),
    ] {
        let settle = Duration::from_secs(settle);
        let found = folders(vec![object("scheduled/a/x", "e", written)], at(1_000), settle);
        let waited = Duration::from_secs(waited);
        let expected = waits.map(Duration::from_secs);
        assert_eq!(wait_for(&found, waited, settle), expected, "{written} {waited:?}");
    }
    assert_eq!(wait_for(&[], Duration::ZERO, SETTLE), None);
}

#[test]
fn a_message_is_covered_by_the_run_it_began_and_by_any_that_began_after_it_was_sent() {
    let run = Run::new(at(10), "own", vec![]);
    for (message, sent, covered) in [
        ("own", Some(11), true),
        ("own", None, true),
        ("other", Some(9), true),
        ("other", Some(10), true),
        ("other", Some(11), false),
        ("other", None, false),
    ] {
        assert_eq!(run.covers(message, sent.map(at)), covered, "{message} {sent:?}");
    }
    assert!(!Run::default().covers("any", Some(at(0))), "there has been none");
}

#[test]
fn folders_end_one_by_one_and_each_once() {
    let mut run = Run::new(at(10), "m", vec!["scheduled/a/".into(), "scheduled/b/".into()]);
    let seen = run.clone();
    assert_eq!(run.folder(), Some("scheduled/a/"));
    run.end_folder(&seen, at(20));
    // Another message saw the same.
    run.end_folder(&seen, at(21));
    assert_eq!((run.folder(), run.ended_at), (Some("scheduled/b/"), at(20)));
    let seen = run.clone();
    run.end_folder(&seen, at(30));
    assert_eq!(run.folder(), None);
    let seen = run.clone();
    run.end_folder(&seen, at(40));
    assert_eq!((run.ended, run.ended_at), (2, at(30)));
}

#[test]
fn what_the_site_refused_goes_on_once_in_each_run_and_what_needs_a_person_does_not() {
    let run = Run::new(at(1_000), "m", vec![]);
    for code in StopCode::all() {
        let goes_on = matches!(
            code.as_str(),
            "token-refused"
                | "right-missing"
                | "site-missing"
                | "csm-missing"
                | "cloud-id-wrong"
                | "opt-in-refused"
                | "address-moved"
                | "secret-empty"
                | "site-unreachable"
                | "dialects-refused"
                | "configuration-invalid"
        );
        let stopped = progress(Some(code), true);
        assert_eq!(run.revives(&stopped, at(1_001)), goes_on, "{}", code.as_str());
        let by_this_run = Progress { resumed_by: Some(run.name()), ..stopped.clone() };
        assert!(!run.revives(&by_this_run, at(1_001)));
        let of_this_run = Progress { started_at: at(1_000), ..stopped };
        assert!(!run.revives(&of_this_run, at(1_001)));
    }
    assert!(!run.revives(&progress(None, true), at(1_001)), "it is finished");
    let stopping = progress(Some(StopCode::Blocked(Blocked::TokenRefused)), false);
    assert!(!run.revives(&stopping, at(1_001)), "it is not at its end yet");
    let fourteen_days = 14 * 86_400;
    for (now, revived) in [(100 + fourteen_days, false), (101 + fourteen_days, true)] {
        assert_eq!(run.revives(&progress(None, false), at(now)), revived);
    }
}

#[test]
fn a_folder_waits_since_the_oldest_object_that_nobody_is_done_with() {
    const REFUSED: StopCode = StopCode::Blocked(Blocked::TokenRefused);
    const TOO_MANY: StopCode = StopCode::ToleranceExceeded;
    let finished = Some(progress(None, true));
    let stopped = |code| Some(progress(Some(code), true));
    // The account is taken by x, whose progress is this; and these objects lie there.
    for (about, taken_by, objects, since) in [
        ("all is imported", finished.clone(), vec![("a", "e", 7)], None),
        ("one is new", finished.clone(), vec![("a", "e", 7), ("c", "e", 9)], Some(9)),
        ("one is replaced", finished.clone(), vec![("a", "other", 8)], Some(8)),
        ("the same bytes again", finished.clone(), vec![("a", "e", 200)], None),
        ("its import is under way", Some(progress(None, false)), vec![("a", "e", 7)], Some(7)),
        ("its import never began", None, vec![("a", "e", 7)], Some(7)),
        ("the site refused", stopped(REFUSED), vec![("a", "e", 7)], Some(7)),
        ("too many failed", stopped(TOO_MANY), vec![("a", "e", 7)], None),
        (
            "too many failed, and it is dropped again",
            stopped(TOO_MANY),
            vec![("a", "e", 101)],
            Some(101),
        ),
        ("it was deleted, and is imported", finished, vec![], None),
        ("it was deleted after the site refused", stopped(REFUSED), vec![], None),
    ] {
        let claim = Claim { import: import("x"), etag: "e".to_owned(), version: None };
        let claims = Claims { objects: [("a".to_owned(), claim)].into(), ..Claims::default() };
        let objects = objects.into_iter().map(|(key, etag, at)| object(key, etag, at)).collect();
        let folder = Folder { name: String::new(), objects, unsettled: Duration::ZERO };
        let imports = [(import("x"), taken_by)].into();
        assert_eq!(folder.waits_since(&claims, &imports), since.map(at), "{about}");
    }
    let claim = Claim { import: import("x"), etag: "e".to_owned(), version: None };
    let claims = Claims { objects: [("a".to_owned(), claim)].into(), ..Claims::default() };
    let empty = Folder { name: String::new(), objects: vec![], unsettled: Duration::ZERO };
    let under_way = [(import("x"), Some(progress(None, false)))].into();
    assert_eq!(
        empty.waits_since(&claims, &under_way),
        Some(Timestamp::MIN),
        "it must not be forgotten"
    );
}
