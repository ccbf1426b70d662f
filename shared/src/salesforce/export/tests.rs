use super::*;

const ACCOUNT: &[&str] = &["Id", "Name", "Industry"];
const CONTACT: &[&str] = &["Id", "AccountId", "LastName", "FirstName", "Email"];

#[test]
fn files_are_recognised_by_name_and_columns() {
    let account = Ok(Recognised::One(Object::Account));
    let contact = Ok(Recognised::One(Object::Contact));
    for (name, columns, expected) in [
        ("Account.csv", ACCOUNT, &account),
        ("ACCOUNTS.CSV", ACCOUNT, &account),
        ("exports/Account_2026.csv", ACCOUNT, &account),
        ("Account.csv", &["ID", "NAME"], &account),
        ("contact.csv", CONTACT, &contact),
        ("2026-Contact-export.csv", CONTACT, &contact),
        ("ContactExport2026.csv", CONTACT, &contact),
        ("Contact2.csv", &["Email", "Name"], &contact),
        ("Accounts-Contacts.csv", CONTACT, &contact),
        ("export.csv", ACCOUNT, &account),
        ("export.csv", CONTACT, &contact),
        ("bulk", &["Email", "FirstName"], &contact),
        ("bulk.csv", &["Name", "LastName", "PersonEmail", "Website"], &account),
        ("Account.csv", &["Id", "Name", "LastName", "FirstName", "IsPersonAccount"], &account),
        ("errors.csv", &["Id", "Name", "_csm_object"], &Ok(Recognised::PerRecord(2))),
    ] {
        assert_eq!(
            &recognise(name, &Header::new(columns.iter().copied())),
            expected,
            "{name} {columns:?}"
        );
    }
}

#[test]
fn other_files_are_refused() {
    let missing = |object, column, wanted| NotAnExport::ColumnMissing { object, column, wanted };
    for (name, columns, expected) in [
        ("Account.csv", &["Id", "Industry"][..], missing(Object::Account, "Name", ACCOUNT_COLUMNS)),
        ("Contact.csv", &["Id", "LastName"], missing(Object::Contact, "Email", CONTACT_COLUMNS)),
        ("Contact.csv", &["Id", "Email"], missing(Object::Contact, "LastName", CONTACT_COLUMNS)),
        ("AccountBrand.csv", &["Id", "Name", "AccountId"], NotAnExport::Unknown),
        (
            "Lead.csv",
            &["Id", "LastName", "FirstName", "Email"],
            NotAnExport::OtherObject("Lead".into()),
        ),
        ("people.csv", &["LastName", "FirstName", "Email", "Company"], NotAnExport::Unknown),
        ("people.csv", &["Username", "LastName", "Email", "AccountId"], NotAnExport::Unknown),
        ("deals.csv", &["Name", "Type", "AccountId", "StageName"], NotAnExport::Unknown),
        ("things.csv", &["Id", "Name"], NotAnExport::Unknown),
        ("success.csv", &["ID", "ID", "NAME", "STATUS"], NotAnExport::LoadResult),
        ("error.csv", &["NAME", "ERROR"], NotAnExport::LoadResult),
        ("Contact.csv", &["sf__Id", "sf__Created", "Email"], NotAnExport::LoadResult),
        ("Account.csv", &["Id;Name;Industry"], NotAnExport::Delimiter("semicolons")),
        ("report.csv", &["Account Name", "Email"], NotAnExport::Report("Account Name".into())),
    ] {
        assert_eq!(recognise(name, &Header::new(columns.iter().copied())), Err(expected), "{name}");
    }
}

#[test]
fn other_formats_are_refused_by_their_first_bytes() {
    for (first, said) in [
        (&b"\"Id\",\"Name\"\n"[..], ""),
        (b"\xEF\xBB\xBFId,Name\n", ""),
        (b"Id", ""),
        (b"", "empty"),
        (b"PK\x03\x04..........[Content_Types].xml", "XLSX"),
        (b"PK\x03\x04........Account.csv", "ZIP"),
        (b"\x1F\x8B\x08\x00", "gzip"),
        (b"\xD0\xCF\x11\xE0\xA1", "XLS"),
        (b"\xFF\xFEI\0d\0", "UTF-16"),
        (b"I\0d\0,\0N\0a\0m\0e\0,\0", "UTF-16"),
        (b"\0I\0d\0,\0N\0a\0m\0e", "UTF-16"),
        (b"\n <!DOCTYPE html>", "HTML"),
        (b"\xEF\xBB\xBF{\"result\":", "JSON"),
        (b"[{\"errorCode\":", "JSON"),
    ] {
        let sentence = sniff(first).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(sentence.contains(said) && sentence.is_empty() == said.is_empty(), "{sentence}");
    }
}

#[test]
fn each_record_of_an_errors_file_names_its_object() {
    use crate::salesforce::reader::{CsvReader, Limits};

    let mut reader = CsvReader::new(Limits::default());
    reader.feed(bytes::Bytes::from_static(b"Id,_csm_object\n1,Account\n2, contact\n3,Lead\n4\n"));
    let mut objects = Vec::new();
    while let Some(record) = reader.next_record() {
        objects.push(Recognised::PerRecord(1).object_of(&record));
    }
    assert_eq!(objects, [None, Some(Object::Account), Some(Object::Contact), None, None]);
}
