//! What each policy of the configuration makes of a record.

use super::*;

const CONTACTS: &str = "Id,LastName,Email,Kind__c,Since__c\n";
const ACCOUNTS: &str = "Id,Name,Industry\n";

/// The records' ends under a configuration, on a site with a select and a date.
fn ends(stage: Stage, file: &str, records: &str) -> Vec<String> {
    let definitions = Definitions::parse(
        br#"[{"name":"External ID"},{"name":"Industry"},{"name":"Kind","type":{"name":"SELECT","options":["Known"]}},
             {"name":"Since","type":"DATE"}]"#,
    )
    .unwrap();
    let (name, header) = match stage {
        Stage::Organizations => ("Account.csv", ACCOUNTS),
        Stage::Customers => ("Contact.csv", CONTACTS),
    };
    let mut pass = Pass::new(stage, name);
    pass.definitions = Some(&definitions);
    pass.configuration = Configuration::parse(file).unwrap();
    briefs(&pass.only(&format!("{header}{records}")))
}

#[test]
fn each_policy_decides_about_a_record() {
    use Stage::{Customers, Organizations};
    const MAPPING: &str = "\n[contact.fields]\nKind = 'Kind__c'\nSince = 'Since__c'";
    let no_email = "003000000000001,L,,,\n";
    let option = "003000000000001,L,a@example.com,New,\n";
    let day = "003000000000001,L,a@example.com,,soon\n";
    let twice = "003000000000001,L,a@example.com,,\n003000000000002,M,A@example.com,,\n";
    let names = "001000000000001,Acme,Tools\n001000000000002,ACME,Food\n";
    for (stage, policy, records, expected) in [
        (Customers, "", no_email, &["email-missing Email"][..]),
        (Customers, "missing_email = 'skip'", no_email, &["skip email-missing Email"]),
        (Customers, "", option, &["+ option-unknown"]),
        (Customers, "unknown_option = 'reject'", option, &["option-unknown Kind"]),
        (Customers, "", day, &["+ detail-invalid"]),
        (Customers, "invalid_detail = 'reject'", day, &["detail-invalid Since"]),
        (Customers, "", twice, &["+", "email-duplicate Email"]),
        // The first one is only known to have a double once the second one was read.
        (Customers, "duplicate_email = 'reject-all'", twice, &["+", "email-duplicate Email"]),
        (Organizations, "", names, &["+", "+ name-duplicate"]),
        (Organizations, "duplicate_name = 'reject'", names, &["+", "name-taken Name"]),
        (Organizations, "duplicate_name = 'merge'", names, &["+", "+ name-merged"]),
    ] {
        assert_eq!(ends(stage, &format!("{policy}{MAPPING}"), records), expected, "{policy}");
    }
}

#[test]
fn an_email_that_several_have_is_rejected_for_all_of_them_once_it_is_known() {
    let mut pass = Pass::new(Stage::Customers, "Contact.csv");
    pass.configuration = Configuration::parse("duplicate_email = 'reject-all'").unwrap();
    let text = "Id,LastName,Email\n003000000000001,L,a@example.com\n\
                003000000000002,M,b@example.com\n003000000000003,N,A@example.com\n";
    let mut seen = Seen::default();
    pass.run(text.as_bytes(), &mut seen, &|_| None);
    let versions = seen.take_versions();
    assert!(versions.are_contested());
    let mut seen = Seen::default().with_versions(versions.settle());
    let verdicts = pass.run(text.as_bytes(), &mut seen, &|_| None);
    assert_eq!(briefs(&verdicts), ["email-duplicate Email", "+", "email-duplicate Email"]);
    assert!(!seen.take_versions().are_contested());
}

#[test]
fn an_organization_that_is_merged_keeps_the_details_of_the_first() {
    let mut pass = Pass::new(Stage::Organizations, "Account.csv");
    pass.configuration = Configuration::parse("duplicate_name = 'merge'").unwrap();
    let verdicts =
        pass.only(&format!("{ACCOUNTS}001000000000001,Acme,Tools\n001000000000002,acme,Food\n"));
    let second = mapped(&verdicts[1]);
    assert_eq!(second.profile, Profile::Organization { name: "acme".into(), details: vec![] });
}

#[test]
fn a_blank_is_left_or_cleared() {
    for (policy, expected) in [("leave", 1), ("clear", 2)] {
        let mut pass = Pass::new(Stage::Customers, "Contact.csv");
        pass.configuration = Configuration::parse(&format!("blank = '{policy}'")).unwrap();
        let verdicts = pass.only("Id,LastName,Email,Title\n003000000000001,L,a@example.com,\n");
        let details = details(mapped(&verdicts[0]));
        assert_eq!(details.len(), expected, "{policy}");
        assert!(details.iter().skip(1).all(|(name, values)| *name == "Title" && values.is_empty()));
    }
}

#[test]
fn values_are_renamed_joined_and_made_up() {
    let mut pass = Pass::new(Stage::Customers, "Contact.csv");
    let file = "[contact]\ndefaults = false\n[contact.fields]\n\
        Kind = { column = 'Kind__c', values = { 'Customer - Direct' = 'Customer', 'None' = '' } }\n\
        Skills = { column = 'Skills__c', type = 'MULTISELECT', values = { 'en' = 'English' } }\n\
        Town = { columns = ['City', 'State'], join = ', ' }\n\
        Call = { columns = ['Mobile', 'Phone'] }\nSource = { constant = 'Salesforce' }";
    pass.configuration = Configuration::parse(file).unwrap();
    let verdicts = pass.only(
        "Id,LastName,Email,Kind__c,Skills__c,City,State,Mobile,Phone\n\
         003000000000001,L,a@example.com,Customer - Direct,en; de;;en,Bern,BE,,1\n\
         003000000000002,L,b@example.com,None,,,BE,2,1\n",
    );
    let expected = [
        vec![
            ("Kind", vec!["Customer"]),
            ("Skills", vec!["English", "de"]),
            ("Town", vec!["Bern, BE"]),
            ("Call", vec!["1"]),
            ("Source", vec!["Salesforce"]),
        ],
        vec![("Town", vec!["BE"]), ("Call", vec!["2"]), ("Source", vec!["Salesforce"])],
    ];
    for (verdict, expected) in verdicts.iter().zip(expected) {
        assert_eq!(details(mapped(verdict))[1..], expected);
    }
}
