use std::collections::{BTreeMap, HashSet};

use super::*;

use crate::salesforce::csv::CsvReader;
use crate::salesforce::export::{Clues, recognise};
use crate::salesforce::record::Limits;

mod fixtures;
mod people;
mod policies;
mod stages;

/// What a stage makes of one file.
struct Pass<'a> {
    stage: Stage,
    name: &'a str,
    definitions: Option<&'a Definitions>,
    configuration: Configuration,
    survey: Survey,
}

impl<'a> Pass<'a> {
    fn new(stage: Stage, name: &'a str) -> Self {
        Self {
            stage,
            name,
            definitions: None,
            configuration: Configuration::default(),
            survey: Survey::default(),
        }
    }

    fn run(
        &self,
        bytes: &[u8],
        seen: &mut Seen,
        organizations: &Organizations<'_>,
    ) -> Vec<Verdict<'static>> {
        let mut reader = CsvReader::new(b',', Limits::default());
        reader.feed(bytes);
        reader.finish();
        let header = Header::read(&reader.next_record().unwrap()).unwrap();
        let recognised = recognise(Clues { file_name: self.name, sobject: None }, &header).unwrap();
        let mapper =
            Mapper::new(self.stage, &header, &recognised, self.definitions, &self.configuration)
                .unwrap()
                .with_findings(&self.survey);
        let mut verdicts = Vec::new();
        while let Some(record) = reader.next_record() {
            let mut links = Links { organizations, relations: &mut Relations::default() };
            verdicts.push(owned(mapper.map(&record, seen, &mut links)));
        }
        verdicts
    }

    fn only(&self, text: &str) -> Vec<Verdict<'static>> {
        self.run(text.as_bytes(), &mut Seen::default(), &|_| Some("10"))
    }
}

type Organizations<'a> = dyn Fn(SalesforceId) -> Option<&'static str> + Sync + 'a;

/// The verdict as it is read back from a segment.
fn owned(verdict: Verdict<'_>) -> Verdict<'static> {
    match verdict {
        Verdict::NotOfThisStage => Verdict::NotOfThisStage,
        Verdict::Rejected(issue) => Verdict::Rejected(issue),
        Verdict::Skipped(issue) => Verdict::Skipped(issue),
        Verdict::Mapped(mapped) => {
            let line = serde_json::to_vec(&mapped).unwrap();
            Verdict::Mapped(Box::new(serde_json::from_slice(&line).unwrap()))
        }
    }
}

/// A verdict in a few words: the code and field of an issue, or `+` and the warnings' codes.
fn brief(verdict: &Verdict) -> String {
    match verdict {
        Verdict::NotOfThisStage => "other".to_owned(),
        Verdict::Rejected(issue) => format!("{} {}", issue.code, issue.field).trim_end().to_owned(),
        Verdict::Skipped(issue) => {
            format!("skip {} {}", issue.code, issue.field).trim_end().to_owned()
        }
        Verdict::Mapped(mapped) => {
            let codes = mapped.warnings.iter().map(|issue| format!(" {}", issue.code));
            format!("+{}", codes.collect::<String>())
        }
    }
}

fn briefs(verdicts: &[Verdict]) -> Vec<String> {
    verdicts.iter().map(brief).collect()
}

fn mapped<'a>(verdict: &'a Verdict<'_>) -> &'a MappedRecord<'a> {
    match verdict {
        Verdict::Mapped(mapped) => mapped,
        other => panic!("not mapped: {other:?}"),
    }
}

fn details<'a>(record: &'a MappedRecord<'_>) -> Vec<(&'a str, Vec<&'a str>)> {
    let details = record.profile.details().iter();
    details.map(|d| (d.name.as_ref(), d.values.iter().map(AsRef::as_ref).collect())).collect()
}

#[test]
fn an_account_becomes_an_organization() {
    let text = "Id,Name,Type,Industry,Website,BillingStreet,BillingCity,BillingState,BillingPostalCode,BillingCountry\n\
        001000000000001, Acme ,Customer,Tools,acme.example.com,\"1 Main St,\nHall 2\",Town,CT,06472,US\n\
        001000000000002,Bare,,,,,Town,,,\n";
    let verdicts = Pass::new(Stage::Organizations, "Account.csv").only(text);
    let first = mapped(&verdicts[0]);
    assert!(matches!(&first.profile, Profile::Organization { name, .. } if name == "Acme"));
    assert_eq!((first.record, first.line, first.external_id()), (1, 2, Some("001000000000001AAA")));
    assert_eq!(
        details(first),
        [
            ("External ID", vec!["001000000000001AAA"]),
            ("Type", vec!["Customer"]),
            ("Industry", vec!["Tools"]),
            ("Website", vec!["https://acme.example.com"]),
            ("Address", vec!["1 Main St, Hall 2, Town, CT 06472, US"]),
        ]
    );
    let second = mapped(&verdicts[1]);
    assert_eq!((second.record, second.line), (2, 4));
    assert_eq!(details(second)[1..], [("Address", vec!["Town"])]);
}

#[test]
fn a_contact_becomes_a_customer() {
    let text = "ID,ACCOUNTID,FIRSTNAME,LASTNAME,NAME,EMAIL,PHONE,MOBILEPHONE,TITLE,MAILINGCOUNTRY,MAILINGSTATE,LANGUAGES__C\n\
        003000000000001,001000000000001,Ada,L,Ada Lovelace,Ada@example.com,,+1 555,CTO,,Kent,English;German\n\
        003000000000002,000000000000000AAA,,Byron,,b@example.com,,,,,,\n";
    let definitions = Definitions::parse(
        br#"[{"name":"Phone","type":"TEXT"},{"name":"Region","type":"TEXT"},
             {"name":"Preferred language","type":{"name":"MULTISELECT","options":["English","German"]}}]"#,
    )
    .unwrap();
    let mut pass = Pass::new(Stage::Customers, "Contact.csv");
    pass.definitions = Some(&definitions);
    let verdicts = pass.only(text);
    let first = mapped(&verdicts[0]);
    let Profile::Customer { email, display_name, organizations, .. } = &first.profile else {
        panic!("no customer");
    };
    assert_eq!((email.as_ref(), display_name.as_ref()), ("Ada@example.com", "Ada Lovelace"));
    assert_eq!(*organizations, ["10"].into());
    assert_eq!(
        details(first),
        [
            ("Phone", vec!["+1 555"]),
            ("Region", vec!["Kent"]),
            ("Preferred language", vec!["English", "German"]),
        ]
    );
    let Profile::Customer { display_name, organizations, details, .. } =
        &mapped(&verdicts[1]).profile
    else {
        panic!("no customer");
    };
    assert_eq!(display_name, "Byron");
    assert!(organizations.is_empty() && details.is_empty());
}

#[test]
fn contacts_are_judged_by_the_first_thing_that_is_wrong() {
    const HEADER: &str = "Id,IsDeleted,MasterRecordId,AccountId,LastName,Email\n";
    for (records, expected) in [
        ("003000000000001,1,,,,\n", vec!["skip deleted IsDeleted"]),
        ("003000000000001,0,003000000000002,,,\n", vec!["skip merged MasterRecordId"]),
        ("003000000000001,0,000000000000000AAA,,L,a@example.com\n", vec!["+"]),
        (",,,,L,a@example.com\n", vec!["id-missing Id"]),
        ("003x,,,,L,a@example.com\n", vec!["id-invalid Id"]),
        ("003000000000001,,,,L,\n", vec!["email-missing Email"]),
        ("003000000000001,,,,L,#N/A\n", vec!["email-missing Email"]),
        ("003000000000001,,,,L,a@b\n", vec!["email-invalid Email"]),
        ("003000000000001,,,, ,a@example.com\n", vec!["name-missing LastName"]),
        ("003000000000001,,,,L,a@example.com,,\n", vec!["+"]),
        ("003000000000001,,,,L,a@example.com,,x\n", vec!["fields-surplus"]),
        ("003000000000001,,,,L\n", vec!["email-missing Email"]),
        ("\"003\"000000000001,,,,L,a@example.com\n", vec!["quote-misplaced"]),
        ("003000000000001,,,,\"L,a@example.com\n", vec!["quote-unclosed"]),
        (
            // A rejected record takes its email from nobody.
            "003000000000001,,,,,a@example.com\n003000000000002,,,,L,a@example.com\n003000000000003,,,,L,A@Example.com\n",
            vec!["name-missing LastName", "+", "email-duplicate Email"],
        ),
        (
            "003000000000001,,,,L,a@example.com\n003000000000001AAA,,,,L,a@example.com\n003000000000001,,,,L,a@example.com\n",
            vec!["+", "id-duplicate Id", "skip record-duplicate Id"],
        ),
        (
            "Id,IsDeleted,MasterRecordId,AccountId,LastName,Email\n003000000000001,,,,L,a@example.com\n",
            vec!["skip header-repeated", "+"],
        ),
    ] {
        let verdicts =
            Pass::new(Stage::Customers, "Contact.csv").only(&format!("{HEADER}{records}"));
        assert_eq!(briefs(&verdicts), expected, "{records}");
    }
}

#[test]
fn an_unknown_organization_is_a_matter_of_policy() {
    let text = "Id,AccountId,LastName,Email\n\
        003000000000001,001000000000001,L,1@example.com\n\
        003000000000002,001000000000002,L,2@example.com\n\
        003000000000003,@Ref1,L,3@example.com\n\
        003000000000004,,L,4@example.com\n";
    for (policy, expected) in [
        (UnknownOrganization::Warn, ["+", "+ organization-unknown", "+ organization-unknown", "+"]),
        (
            UnknownOrganization::Reject,
            ["+", "organization-unknown AccountId", "organization-unknown AccountId", "+"],
        ),
    ] {
        let mut pass = Pass::new(Stage::Customers, "Contact.csv");
        pass.configuration.policies.unknown_organization = policy;
        let known: SalesforceId = "001000000000001".parse().unwrap();
        let organizations = |id| (id == known).then_some("10");
        let verdicts = pass.run(text.as_bytes(), &mut Seen::default(), &organizations);
        assert_eq!(briefs(&verdicts), expected);
    }
}

#[test]
fn missing_fields_and_lost_values_are_warnings() {
    let definitions = Definitions::parse(
        br#"[{"name":"Type","type":{"name":"SELECT","options":["Customer"]}},{"name":"Website","type":"URL"}]"#,
    )
    .unwrap();
    let mut pass = Pass::new(Stage::Organizations, "Account.csv");
    pass.definitions = Some(&definitions);
    pass.configuration.policies.detail_limit = 30;
    let verdicts = pass.only(
        "Id,Name,Type,Website,Industry\n001000000000001,Acme,Food; drink,n/a,Tools\n001000000000002,Acme\n",
    );
    assert_eq!(
        briefs(&verdicts),
        ["+ option-unknown detail-invalid", "+ fields-missing name-duplicate"]
    );
    let second = mapped(&verdicts[1]);
    assert!(
        matches!(&second.profile, Profile::Organization { name, .. } if name == "Acme (001000000000002AAA)")
    );
    assert_eq!(
        (second.warnings[0].field.as_str(), second.warnings[1].value.as_str()),
        ("Type", "Acme")
    );
    assert_eq!(second.warnings[0].salesforce_id.as_deref(), Some("001000000000002AAA"));
}

#[test]
fn doubtful_text_is_sent_with_a_warning() {
    let text = "Id,Name,Industry,Fax\n001000000000001,A,B,\u{fffd}\n\
        001000000000002,A\u{fffd},B,\n001000000000003,C,B\u{fffd},\n001000000000004,D,B,\n";
    let pass = Pass::new(Stage::Organizations, "Account.csv");
    let expected = ["+", "+ text-suspicious", "+ text-suspicious", "+"];
    let survey = Survey { replaced: 1, ..Survey::default() };
    assert_eq!(briefs(&Pass { survey, ..pass }.only(text)), expected);
    let pass = Pass::new(Stage::Organizations, "Account.csv");
    assert_eq!(briefs(&pass.only(text)), ["+"; 4]);
}

#[test]
fn the_word_null_is_nothing_where_a_file_says_so() {
    let text = "Id,MasterRecordId,AccountId,FirstName,LastName,Email,Title\n\
        003000000000001,null,null,null,Null,null@example.com,null\n\
        003000000000002,null,null,A,B,null,x\n";
    let survey = Survey { null_word: true, ..Survey::default() };
    let pass = Pass { survey, ..Pass::new(Stage::Customers, "Contact.csv") };
    let verdicts = pass.only(text);
    assert_eq!(briefs(&verdicts), ["+", "email-missing Email"]);
    let Profile::Customer { display_name, details, .. } = &mapped(&verdicts[0]).profile else {
        panic!("a customer")
    };
    assert_eq!(display_name, "Null");
    assert_eq!(details.len(), 1, "{details:?}");
}

#[test]
fn without_an_id_column_there_is_no_external_id() {
    let verdicts =
        Pass::new(Stage::Organizations, "Accounts.csv").only("name,type\nAcme,x\nAcme,y\n");
    assert_eq!(briefs(&verdicts), ["+", "+ name-duplicate"]);
    assert_eq!((mapped(&verdicts[0]).id, mapped(&verdicts[0]).external_id()), (None, None));
    assert!(
        matches!(&mapped(&verdicts[1]).profile, Profile::Organization { name, .. } if name == "Acme (2)")
    );
}

#[test]
fn columns_say_where_they_go() {
    let header = Header::new(["Id", "Name", "Fax", "Phone", "IsDeleted", "Type", "_csm_code"]);
    let recognised = recognise(Clues { file_name: "Account.csv", sobject: None }, &header).unwrap();
    let definitions = Definitions::parse(br#"[{"name":"External ID"}]"#).unwrap();
    let new = |stage, header: &Header| {
        Mapper::new(stage, header, &recognised, Some(&definitions), &Configuration::default())
    };
    let mapper = new(Stage::Organizations, &header).unwrap();
    let columns: Vec<_> =
        mapper.columns().into_iter().map(|c| (c.column, c.purpose, c.field)).collect();
    let plain = |column: &str, purpose| (column.to_owned(), purpose, None);
    let detail =
        |column: &str, field: &str| (column.to_owned(), Purpose::Detail, Some(field.to_owned()));
    assert_eq!(
        columns,
        [
            detail("Id", "External ID"),
            plain("Name", Purpose::Name),
            plain("Fax", Purpose::Unmapped),
            plain("IsDeleted", Purpose::Control),
            detail("Type", "Type"),
            plain("_csm_code", Purpose::Own),
        ]
    );

    let twice = Header::new(["Id", "Name", "Industry", "industry"]);
    let error = new(Stage::Customers, &twice).unwrap_err();
    assert!(error.to_string().contains("Industry"), "{error}");
}
