use super::*;
use crate::mapping::policies::{Blank, DuplicateEmail, Operation, Unclear, UnknownOption};

mod documentation;
mod mapping;

/// The faults of a file, a line each.
fn faults(text: &str) -> Vec<String> {
    let error = Configuration::parse(text).err();
    error.map_or_else(Vec::new, |error| error.faults().iter().map(Fault::to_string).collect())
}

#[test]
fn an_empty_file_is_the_default() {
    for text in ["", "\u{feff}", "# nothing\r\n", "[account]\n[contact.fields]\n"] {
        assert_eq!(Configuration::parse(text).unwrap(), Configuration::default(), "{text:?}");
    }
    let default = Configuration::default();
    assert_eq!(default.time_zone.name(), "UTC");
    assert!(default.account.defaults && default.contact.defaults);
    assert_eq!(serde_json::from_str::<Configuration>("{}").unwrap(), default);
}

#[test]
fn every_key_is_taken() {
    let text = "\u{feff}operation = 'update'\r\nduplicate_email = \"reject-all\"\r\n\
        unknown_option = 'add-option'\r\nblank = 'clear'\r\ndetail_limit = 1_000\r\n\
        tolerated_failures = '2.5 %'\r\ndefault_phone_region = 'de'\r\n\
        time_zone = 'Europe/Berlin'\r\ndate_format = '%d.%m.%Y'\r\ndialect = 'guide'\r\n\
        max_open_tasks = 0x10\r\nverify = 'all'\r\nunclear = 'report'\r\n";
    let found = Configuration::parse(text).unwrap();
    let expected = Configuration {
        policies: Policies {
            operation: Operation::Update,
            duplicate_email: DuplicateEmail::RejectAll,
            unknown_option: UnknownOption::AddOption,
            blank: Blank::Clear,
            detail_limit: 1000,
            unclear: Unclear::Report,
            ..Policies::default()
        },
        tolerated_failures: Tolerance::parse("2.5%"),
        default_phone_region: Some(Region::parse("DE").unwrap()),
        time_zone: Zone::parse("Europe/Berlin").unwrap(),
        date_format: Some(DateFormat::new("%d.%m.%Y").unwrap()),
        dialect: DialectSetting::Guide,
        max_open_tasks: Some(16),
        verify: Verify::All,
        ..Configuration::default()
    };
    assert_eq!(found, expected);
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Configuration>(&json).unwrap(), expected);
    let count = Configuration::parse("tolerated_failures = 0").unwrap();
    assert_eq!(count.tolerated_failures, Some(Tolerance::Count(0)));
}

#[test]
fn what_the_file_does_not_name_stays_as_it_is() {
    let below = Configuration {
        dialect: DialectSetting::Guide,
        max_open_tasks: Some(3),
        policies: Policies { blank: Blank::Clear, ..Policies::default() },
        ..Configuration::default()
    };
    assert_eq!(below.clone().overlay("").unwrap(), below);
    let found = below.overlay("dialect = 'auto'\nverify = 'none'").unwrap();
    assert_eq!(found.dialect, DialectSetting::Auto);
    assert_eq!(found.verify, Verify::None);
    assert_eq!((found.max_open_tasks, found.policies.blank), (Some(3), Blank::Clear));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, expected) in [
        (
            "operation = 'upsrt'",
            "line 1, column 13: operation must be one of upsert, create, update, not \"upsrt\"",
        ),
        (
            "\u{feff}\n  operaton = 'upsert'",
            "line 2, column 3: operaton is not known, did you mean operation?",
        ),
        (
            "missing-email = 'skip'",
            "line 1, column 1: missing-email is not known, did you mean missing_email?",
        ),
        (
            "operation = true",
            "line 1, column 13: operation must be one of upsert, create, update, not true",
        ),
        ("blank = 'Clear'", "line 1, column 9: blank must be one of leave, clear, not \"Clear\""),
        (
            "detail_limit = 0",
            "line 1, column 16: detail_limit must be a whole number from 1 to 32768, not 0",
        ),
        (
            "detail_limit = -5",
            "line 1, column 16: detail_limit must be a whole number from 1 to 32768, not -5",
        ),
        (
            "detail_limit = 1e3",
            "line 1, column 16: detail_limit must be a whole number from 1 to 32768, not 1e3",
        ),
        (
            "detail_limit = '255'",
            "line 1, column 16: detail_limit must be a whole number from 1 to 32768, not \"255\"",
        ),
        (
            "max_open_tasks = 99999999999999999999999",
            "line 1, column 18: max_open_tasks must be a whole number from 1 to 50, not 99999999999999999999999",
        ),
        (
            "max_open_tasks = 51",
            "line 1, column 18: max_open_tasks must be a whole number from 1 to 50, not 51",
        ),
        (
            "tolerated_failures = '5'",
            "line 1, column 22: tolerated_failures must be a number of records, such as 100, or a percentage, such as \"5%\", not \"5\"",
        ),
        (
            "default_phone_region = 'UK'",
            "line 1, column 24: default_phone_region must be the two letters of a country or region, such as \"DE\", not \"UK\", did you mean GB?",
        ),
        (
            "time_zone = 'Europe/Berln'",
            "line 1, column 13: time_zone must be a time zone's IANA name, such as \"Europe/Berlin\", not \"Europe/Berln\", did you mean Europe/Berlin?",
        ),
        (
            "date_format = '%d/%m'",
            "line 1, column 15: date_format must be a pattern with one day (%d, %e), one month (%m, %b, %B) and one year (%Y, %y), such as \"%d/%m/%Y\", not \"%d/%m\", which has no year",
        ),
        (
            "[contact]\nblank = 'clear'",
            "line 2, column 1: contact.blank does not belong here: move it to the top of the file, before the first section",
        ),
        (
            "columns = ['A']",
            "line 1, column 1: columns does not belong here: move it into [account], [contact] or [person_account]",
        ),
        (
            "[account]\ncustomer_id = 'A'",
            "line 2, column 1: account.customer_id does not belong here: move it into [contact] or [person_account]",
        ),
        (
            "[account]\ncolour = 1",
            "line 2, column 1: account.colour is not known; known here: fields, columns, defaults",
        ),
        ("contact = 'x'", "line 1, column 11: contact must be a section, [contact], not \"x\""),
        ("[[contact]]", "line 1, column 1: contact must be a section, [contact], not a list"),
    ] {
        assert_eq!(faults(text), [expected], "{text}");
    }
}

#[test]
fn all_faults_are_told_together_in_the_order_of_the_file() {
    let text = "verify = 'x'\nblank = 'x'\n[account]\nx = 1\n[contact]\ndefaults = 'no'\n";
    let lines: Vec<_> =
        Configuration::parse(text).unwrap_err().faults().iter().map(|f| f.line).collect();
    assert_eq!(lines, [1, 2, 4, 6]);
    let message = Configuration::parse("verify = 'x'\nblank = 'x'").unwrap_err().to_string();
    assert_eq!(
        message,
        "config/import.toml is not usable: line 1, column 10: verify must be one of sample, none, \
         all, not \"x\"; line 2, column 9: blank must be one of leave, clear, not \"x\""
    );
}

#[test]
fn a_file_that_is_not_toml_is_told_by_its_first_fault() {
    for (text, place) in [
        ("operation = upsert", "line 1, column 13: "),
        ("blank = 'leave'\nblank = 'clear'", "line 2, column 1: "),
        ("operation = 'upsert", "line 1, column "),
        ("[contact.fields]\nFirst name = 'A'", "line 2, column "),
        ("<html>", "line 1, column 7: "),
    ] {
        let found = faults(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(place), "{text}: {}", found[0]);
        assert!(found[0].contains("no valid TOML"), "{}", found[0]);
    }
}

#[test]
fn no_more_of_the_file_is_told_than_helps_to_find_the_place() {
    let secret = "s3cret".repeat(1000);
    for text in [
        format!("operation = '{secret}'"),
        format!("{secret} = 1"),
        format!("operation = {secret}"),
        format!("time_zone = '''{secret}\n{secret}'''"),
        format!("date_format = '{secret}'"),
        format!("max_open_tasks = {}", "9".repeat(5000)),
        format!("[contact.fields]\n'{secret}' = 1"),
        format!("[contact]\ncolumns = ['{secret}', '{secret}']"),
        format!("[contact.fields]\nA = {{ column = 'A', values = {{ '{secret}' = 1 }} }}"),
    ] {
        let message = Configuration::parse(&text).unwrap_err().to_string();
        assert!(message.len() < 500 && !message.contains('\n'), "{message}");
        assert!(message.matches("s3cret").count() <= 14, "{message}");
    }
}

#[test]
fn a_file_can_be_too_large_or_too_wrong() {
    let large = "#".repeat(MAX_BYTES + 1);
    assert_eq!(faults(&large).len(), 1);
    assert!(Configuration::text(large.as_bytes()).is_err());
    assert!(Configuration::parse(&large[1..]).is_ok());
    let keys: Vec<_> = (0..20_000).map(|number| format!("x{number}=1")).collect();
    let error = Configuration::parse(&keys.join("\n")).unwrap_err();
    assert_eq!((error.faults().len(), error.more()), (100, 19_900));
    assert!(error.to_string().ends_with("; and 19900 more"));
}

#[test]
fn no_nesting_is_too_deep() {
    let half = MAX_BYTES / 2 - 10;
    for text in [
        format!("a = {}", "[".repeat(half)),
        format!("a = {}", "{a=".repeat(half / 2)),
        format!("{}a = 1", "a.".repeat(half)),
        format!("[{}a]", "a.".repeat(half)),
        format!("[[{}a]]", "a.".repeat(half)),
        format!("blank = {{{}a = 1}}", "a.".repeat(half)),
    ] {
        assert_eq!(faults(&text).len(), 1, "{}", &text[..20]);
    }
}

#[test]
fn a_file_is_utf_8() {
    assert_eq!(Configuration::text("ü = 1".as_bytes()).unwrap(), "ü = 1");
    let error = Configuration::text(b"# \xc3\xbc\n# \xfc").unwrap_err();
    assert_eq!((error.faults()[0].line, error.faults()[0].column), (2, 3));
}
