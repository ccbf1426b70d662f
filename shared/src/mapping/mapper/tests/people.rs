//! People that Salesforce keeps as an account and a contact in one: each is imported once at most.

use super::*;

const ACCOUNTS: &str = "Id,Name,IsPersonAccount,PersonContactId,PersonEmail\n\
    001000000000001,Acme,0,000000000000000AAA,\n\
    001000000000002,Ada Lovelace,1,003000000000002,ada@example.com\n";
const CONTACTS: &str = "Id,AccountId,IsPersonAccount,LastName,Email\n\
    003000000000001,001000000000001,0,Bolt,bolt@example.com\n\
    003000000000002,001000000000002,1,Lovelace,ada@example.com\n";

/// The verdicts on both files in both stages, files in the order in which they are read.
fn verdicts(people: PersonAccounts, files: [&str; 2]) -> Vec<String> {
    let mut all = Vec::new();
    for stage in Stage::ALL {
        let mut seen = Seen::default();
        let mut names = [("Account.csv", files[0]), ("Contact.csv", files[1])];
        if stage == Stage::Customers {
            names.reverse();
        }
        for (name, text) in names.into_iter().filter(|(_, text)| !text.is_empty()) {
            let mut pass = Pass::new(stage, name);
            pass.configuration.policies.person_accounts = people;
            all.extend(briefs(&pass.run(text.as_bytes(), &mut seen, &|_| Some("10"))));
        }
    }
    all.retain(|brief| brief != "other");
    all
}

#[test]
fn a_person_is_imported_once_from_whichever_file_is_there() {
    let twin = "skip person-account-twin";
    for (people, files, expected) in [
        (PersonAccounts::Customers, [ACCOUNTS, CONTACTS], vec!["+", "+", "+", twin]),
        (PersonAccounts::Customers, [ACCOUNTS, ""], vec!["+", "+"]),
        (PersonAccounts::Customers, ["", CONTACTS], vec!["+", "+"]),
        (PersonAccounts::Organizations, [ACCOUNTS, CONTACTS], vec!["+", "+", twin, "+"]),
        (PersonAccounts::Organizations, [ACCOUNTS, ""], vec!["+", "+"]),
        (PersonAccounts::Organizations, ["", CONTACTS], vec!["+", "+"]),
        (
            PersonAccounts::Skip,
            [ACCOUNTS, CONTACTS],
            vec!["+", "+", "skip person-account-skipped", "skip person-account-skipped"],
        ),
        (PersonAccounts::Skip, [ACCOUNTS, ""], vec!["+", "skip person-account-skipped"]),
    ] {
        let found = verdicts(people, files);
        let same = found.len() == expected.len()
            && found.iter().zip(&expected).all(|(found, expected)| found.starts_with(expected));
        assert!(same, "{people:?}: {found:?}, not {expected:?}");
    }
}

#[test]
fn a_contact_that_becomes_an_organization_goes_by_its_account() {
    let mut pass = Pass::new(Stage::Organizations, "Contact.csv");
    pass.configuration.policies.person_accounts = PersonAccounts::Organizations;
    let verdicts = pass.only(CONTACTS);
    let person = mapped(&verdicts[1]);
    assert_eq!(person.id.unwrap().as_str(), "001000000000002AAA");
    assert_eq!(person.external_id(), Some("001000000000002AAA"));
    assert!(matches!(&person.profile, Profile::Organization { name, .. } if name == "Lovelace"));
}

#[test]
fn an_account_that_names_its_contact_is_a_person_without_a_flag_too() {
    let accounts = "Id,Name,PersonContactId,PersonEmail\n\
        001000000000001,Acme,000000000000000AAA,\n\
        001000000000002,Ada Lovelace,003000000000002,ada@example.com\n";
    assert_eq!(
        briefs(&Pass::new(Stage::Organizations, "Account.csv").only(accounts)),
        ["+", "other"]
    );
    assert_eq!(briefs(&Pass::new(Stage::Customers, "Account.csv").only(accounts)), ["other", "+"]);
}

#[test]
fn labels_of_reports_stand_for_columns() {
    let report = "Account Name,Account ID,Contact ID,First Name,Last Name,Email,Mailing Country,Mobile\n\
        Acme,001000000000001,003000000000001,Ada,Lovelace,ada@example.com,Bern,+41 44 1234567\n";
    let verdicts = Pass::new(Stage::Customers, "report1700000000000.csv").only(report);
    let record = mapped(&verdicts[0]);
    let Profile::Customer { display_name, organizations, .. } = &record.profile else {
        panic!("{record:?}")
    };
    assert_eq!((display_name.as_ref(), &**organizations), ("Ada Lovelace", &["10".into()][..]));
    let found = details(record);
    assert!(
        found.contains(&("Region", vec!["Bern"]))
            && found.contains(&("Phone", vec!["+41 44 1234567"]))
    );
    let report = "Account Name,Account ID,Industry,Billing City\nAcme,001000000000001,Tools,Bern\n";
    let verdicts = Pass::new(Stage::Organizations, "report.csv").only(report);
    assert!(details(mapped(&verdicts[0])).contains(&("Address", vec!["Bern"])));
}

#[test]
fn a_related_account_becomes_a_further_organization() {
    let id = |text: &str| text.parse::<SalesforceId>().unwrap();
    let contacts = "Id,AccountId,LastName,Email\n\
        003000000000001,001000000000001,Bolt,bolt@example.com\n\
        003000000000002,001000000000001,Cog,cog@example.com\n";
    let header = Header::new(["Id", "AccountId", "LastName", "Email"]);
    let recognised = Recognised::One(Object::Contact);
    let mapper =
        Mapper::new(Stage::Customers, &header, &recognised, None, &Configuration::default())
            .unwrap();
    let mut relations = Relations::default();
    for account in ["001000000000001", "001000000000002", "001000000000002", "001000000000009"] {
        relations.add(Ok((id("003000000000001"), id(account))));
    }
    relations.add(Ok((id("003000000000007"), id("001000000000001"))));
    relations.complete();
    let known = |account: SalesforceId| {
        let number = account.as_str().get(14..15)?;
        ["1", "2"].into_iter().find(|known| *known == number)
    };
    let mut links = Links { organizations: &known, relations: &mut relations };
    let mut reader = CsvReader::new(b',', Limits::default());
    reader.feed(contacts.as_bytes());
    reader.next_record().unwrap();
    let mut found = Vec::new();
    while let Some(record) = reader.next_record() {
        let verdict = owned(mapper.map(&record, &mut Seen::default(), &mut links));
        let Profile::Customer { organizations, .. } = &mapped(&verdict).profile else { continue };
        found.push((organizations.join(" "), brief(&verdict)));
    }
    let expected = [("1 2", "+ organization-unknown"), ("1", "+")];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let counts = relations.counts();
    assert_eq!((counts.read, counts.linked, counts.unused), (5, 3, 1));
    assert_eq!(counts.skipped[&Code::RecordDuplicate], 1);
}
