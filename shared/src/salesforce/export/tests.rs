use super::*;

const ACCOUNT: &[&str] = &["Id", "Name", "Industry"];
const CONTACT: &[&str] = &["Id", "AccountId", "LastName", "FirstName", "Email"];

#[test]
fn files_are_recognised_by_name_and_columns() {
    let account = Some(&Recognised::One(Object::Account));
    let contact = Some(&Recognised::One(Object::Contact));
    let relations = Some(&Recognised::Relations);
    for (name, columns, expected) in [
        ("Account.csv", ACCOUNT, account),
        ("ACCOUNTS.CSV", ACCOUNT, account),
        ("exports/Account_2026.csv", ACCOUNT, account),
        ("Account.csv", &["ID", "NAME"], account),
        ("contact.csv", CONTACT, contact),
        ("2026-Contact-export.csv", CONTACT, contact),
        ("ContactExport2026.csv", CONTACT, contact),
        ("Contact2.csv", &["Email", "Name"], contact),
        ("Accounts-Contacts.csv", CONTACT, contact),
        ("export.csv", ACCOUNT, account),
        ("export.csv", CONTACT, contact),
        ("bulk", &["Email", "FirstName"], contact),
        ("bulk.csv", &["Name", "LastName", "PersonEmail", "Website"], account),
        ("Account.csv", &["Id", "Name", "LastName", "FirstName", "IsPersonAccount"], account),
        ("errors.csv", &["Id", "Name", "_csm_object"], Some(&Recognised::PerRecord(2))),
        ("AccountContactRelation.csv", &["Id", "AccountId", "ContactId", "IsDirect"], relations),
        ("relations.csv", &["ACCOUNTID", "CONTACTID", "ISDIRECT", "ROLES"], relations),
        ("links.csv", &["Id", "AccountId", "ContactId"], relations),
        ("export.csv", &["Name", "Email", "LastName", "Status"], contact),
        ("report1700000000000.csv", &["First Name", "Last Name", "Email", "Account Name"], contact),
        ("report.csv", &["Account Name", "Billing City", "Account ID"], account),
        ("wizard.csv", &["Account: Account Name", "Contact: Last Name", "Contact: Email"], contact),
    ] {
        let clues = Clues { file_name: name, sobject: None };
        let found = recognise(clues, &Header::new(columns.iter().copied()));
        assert_eq!(found.as_ref().ok(), expected, "{name} {columns:?}");
    }
}

#[test]
fn what_a_file_says_itself_counts_more_than_its_name() {
    let header = Header::new(["Id", "Name", "Email", "LastName"]);
    for (sobject, expected) in [
        ("Account", Some(Recognised::One(Object::Account))),
        ("contact", Some(Recognised::One(Object::Contact))),
        ("Lead", None),
    ] {
        let clues = Clues { file_name: "Contact.json", sobject: Some(sobject) };
        assert_eq!(recognise(clues, &header).ok(), expected, "{sobject}");
    }
}

#[test]
fn other_files_are_refused() {
    for (name, columns, said) in [
        ("Account.csv", &["Id", "Industry"][..], "no column Name"),
        ("Contact.csv", &["Id", "LastName"], "no column Email"),
        ("Contact.csv", &["Id", "Email"], "no column LastName"),
        ("AccountContactRelation.csv", &["Id", "AccountId"], "no column ContactId"),
        ("AccountBrand.csv", &["Id", "Name", "AccountId"], "neither those of accounts"),
        ("Lead.csv", &["Id", "LastName", "FirstName", "Email"], "an export of Lead"),
        ("Account_Plan__c.csv", &["Id", "Name"], "an export of Account_Plan__c"),
        ("people.csv", &["LastName", "FirstName", "Email", "Company"], "neither"),
        ("people.csv", &["Username", "LastName", "Email", "AccountId"], "neither"),
        ("deals.csv", &["Name", "Type", "AccountId", "StageName"], "neither"),
        ("things.csv", &["Id", "Name"], "neither"),
        ("roles.csv", &["Id", "AccountId", "ContactId", "Role", "IsPrimary"], "neither"),
        ("cases.csv", &["Id", "AccountId", "ContactId", "Subject"], "neither"),
        ("q.csv", &["Id", "Username", "ContactId", "AccountId", "IsActive"], "neither"),
        ("ContactCleanInfo.csv", &["ContactId", "Email", "LastName"], "neither"),
        ("report1.csv", &["Lead ID", "First Name", "Last Name", "Email"], "neither"),
        ("report2.csv", &["First Name", "Last Name", "Company / Account", "Email"], "neither"),
        ("success.csv", &["ID", "ID", "NAME", "STATUS"], "result of a load"),
        ("mine.csv", &["Id", "Id", "Name", "Status"], "result of a load"),
        ("error.csv", &["NAME", "ERROR"], "result of a load"),
        ("Contact.csv", &["sf__Id", "sf__Created", "Email"], "result of a load"),
    ] {
        let clues = Clues { file_name: name, sobject: None };
        let refused = recognise(clues, &Header::new(columns.iter().copied())).unwrap_err();
        assert!(refused.to_string().contains(said), "{name}: {refused}");
    }
}

#[test]
fn other_formats_are_refused_by_their_first_bytes() {
    for (first, said) in [
        (&b"\"Id\",\"Name\"\n"[..], ""),
        (b"Id", ""),
        (b"{\"result\":", ""),
        (b" \n", "empty"),
        (b"\xD0\xCF\x11\xE0\xA1", "XLS"),
        (b"\n <!DOCTYPE html>", "HTML"),
        (b"%PDF-1.7", "PDF"),
    ] {
        let sentence = sniff(first).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(sentence.contains(said) && sentence.is_empty() == said.is_empty(), "{sentence}");
    }
}

#[test]
fn only_the_members_that_are_wanted_are_read() {
    for (name, wanted) in [
        ("Account.csv", true),
        ("WE_00D/CONTACT.CSV", true),
        ("AccountContactRelation.csv", true),
        ("Contact.csv.gz", true),
        // Told by its columns.
        ("Contacts.csv", true),
        ("AccountTeamMember.csv", true),
        ("__MACOSX/._Account.csv", false),
        ("Plan__c.csv", false),
        ("Lead.csv", false),
    ] {
        assert_eq!(is_wanted(name), wanted, "{name}");
    }
}

#[test]
fn each_record_of_an_errors_file_names_its_object() {
    use crate::salesforce::csv::CsvReader;
    use crate::salesforce::record::Limits;

    let mut reader = CsvReader::new(b',', Limits::default());
    reader.feed(b"Id,_csm_object\n1,Account\n2, contact\n3,Lead\n4\n");
    let mut objects = Vec::new();
    while let Some(record) = reader.next_record() {
        objects.push(Recognised::PerRecord(1).object_of(&record));
    }
    assert_eq!(objects, [None, Some(Object::Account), Some(Object::Contact), None, None]);
}
