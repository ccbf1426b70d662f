//! A weekly Data Export as Salesforce writes it: several ZIPs, ISO-8859-1, parts that overlap, person
//! accounts in both files, relations, and all the other objects beside.

use std::io::Write;

use csm_import::code::Code;
use csm_import_tests::{Import, World};
use csm_sim::State;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const NULL: &str = "000000000000000AAA";

const ACCOUNTS: &str = r#""Id","IsDeleted","MasterRecordId","Name","IsPersonAccount","PersonContactId","PersonEmail","SystemModstamp"
"001000000000001AAA","0","000000000000000AAA","Müller & Söhne","0","000000000000000AAA","","2026-11-01 08:00:00"
"001000000000002AAA","0","000000000000000AAA","Øresund Ñandú","0","000000000000000AAA","","2026-11-01 08:00:00"
"001000000000003AAA","0","000000000000000AAA","Renée Núñez","1","003000000000009AAA","renee@example.com","2026-11-01 08:00:00"
"#;

const CONTACT_COLUMNS: &str = r#""Id","IsDeleted","MasterRecordId","AccountId","IsPersonAccount","LastName","FirstName","Email","Title","SystemModstamp""#;

const RELATIONS: &str = r#""Id","IsDeleted","AccountId","ContactId","IsDirect","IsActive"
"07k000000000001AAA","0","001000000000001AAA","003000000000001AAA","1","1"
"07k000000000002AAA","0","001000000000002AAA","003000000000001AAA","0","1"
"07k000000000003AAA","0","001000000000001AAA","003000000000002AAA","0","0"
"07k000000000004AAA","0","001000000000001AAA","003000000000009AAA","0","1"
"07k000000000005AAA","0","001000000000099AAA","003000000000002AAA","0","1"
"07k000000000006AAA","0","x","003000000000002AAA","0","1"
"07k000000000007AAA","0","001000000000001AAA","003000000000077AAA","0","1"
"#;

fn contact(number: u32, account: &str, name: &str, title: &str, modified: &str) -> String {
    let person = u8::from(number == 9);
    let account = if account.is_empty() { NULL } else { account };
    format!(
        "\"00300000000000{number}AAA\",\"0\",\"{NULL}\",\"{account}\",\"{person}\",\"{name}\",\"Zoë\",\"c{number}@example.com\",\"{title}\",\"{modified} 08:00:00\"\n"
    )
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

fn zip(members: &[(&str, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&latin1(text)).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn parts() -> [(&'static str, Vec<u8>); 2] {
    let (a1, a2) = ("001000000000001AAA", "001000000000002AAA");
    let first = [
        contact(1, a1, "Grünwald", "Geschäftsführer", "2026-11-01"),
        contact(2, a2, "D'Amico", "Käufer", "2026-11-01"),
    ];
    let second = [
        // The very same record again, a later version of another, and one that only this part has.
        first[0].clone(),
        contact(2, a2, "D'Amico", "Einkaufsleiter", "2026-11-02"),
        contact(3, "", "Brandt", "", "2026-11-02"),
        contact(9, "001000000000003AAA", "Núñez", "", "2026-11-02").replace("Zoë", "Renée"),
    ];
    let contacts = |records: &[String]| format!("{CONTACT_COLUMNS}\n{}", records.concat());
    [
        (
            "exports/weekly/WE_00D000000000001EAA_1.ZIP",
            zip(&[
                ("Lead.csv", "\"Id\",\"Email\",\"LastName\"\n".to_owned()),
                ("Account.csv", ACCOUNTS.to_owned()),
                ("Contact.csv", contacts(&first)),
                ("Plan__c.csv", "\"Id\",\"Name\"\n\"a01000000000001\",\"x\"\n".to_owned()),
            ]),
        ),
        (
            "exports/weekly/WE_00D000000000001EAA_2.ZIP",
            zip(&[
                ("Contact.csv", contacts(&second)),
                ("AccountContactRelation.csv", RELATIONS.to_owned()),
            ]),
        ),
    ]
}

async fn import(world: &World) -> (Import, State) {
    let parts = parts();
    let import = world.import_of(&parts.map(|(key, bytes)| (key, bytes))).await;
    let site = world.sim.state();
    import.assert_true(&site);
    (import, site)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_zips_of_a_data_export_are_one_export() {
    let world = World::start(World::documented(), &[]).await;
    let (import, site) = import(&world).await;

    let summary = &import.summary;
    let records = import.records();
    assert_eq!((records.read, records.imported), (9, 6), "{summary:?}");
    let skipped: Vec<_> = summary.skipped_by_code.iter().map(|(code, n)| (*code, *n)).collect();
    let expected =
        [(Code::RecordDuplicate, 1), (Code::RecordSuperseded, 1), (Code::PersonAccountTwin, 1)];
    assert_eq!(skipped, expected);

    let organization = |name: &str| site.organization(name).unwrap().id.clone();
    let (first, second) = (organization("Müller & Söhne"), organization("Øresund Ñandú"));
    assert_eq!(site.organizations.len(), 2);
    let customer = |email: &str| site.customer(email).unwrap();
    assert_eq!(customer("c1@example.com").organizations, [first.clone(), second.clone()]);
    assert_eq!(customer("c1@example.com").details["Title"], ["Geschäftsführer"]);
    assert_eq!(customer("c2@example.com").organizations, [second]);
    assert_eq!(customer("c2@example.com").details["Title"], ["Einkaufsleiter"]);
    assert!(customer("c3@example.com").organizations.is_empty());
    // One person once, from the contact, with the organization that she is related to.
    let person = customer("c9@example.com");
    assert_eq!(person.display_name.as_deref(), Some("Renée Núñez"));
    assert_eq!(person.organizations, [first]);
    assert!(site.customer("renee@example.com").is_none());

    let relations = summary.relations.as_ref().unwrap();
    assert_eq!((relations.read, relations.linked, relations.unused), (7, 3, 1));
    assert_eq!(relations.skipped[&Code::RelationDirect], 1);
    assert_eq!(relations.skipped[&Code::RelationEnded], 1);
    assert_eq!(relations.rejected[&Code::RelationInvalid], 1);

    // What was found stands there: how the files were read, and what was left out.
    assert!(summary.files.iter().all(|file| file.format.encoding.name() == "windows-1252"
        || file.recognised == csm_import::salesforce::export::Recognised::Relations));
    let ignored: Vec<&str> = summary.ignored.iter().map(|ignored| ignored.key.as_str()).collect();
    assert_eq!(ignored.len(), 2);
    assert!(ignored.iter().any(|key| key.ends_with("_1.ZIP/Lead.csv")), "{ignored:?}");
    let line = import.issues.find("Code", "relation-invalid").unwrap();
    assert_eq!((line["Record"].as_str(), line["Line"].as_str()), ("6", "7"));
    assert!(line["File"].ends_with("_2.ZIP/AccountContactRelation.csv"), "{line:?}");
    assert!(import.issues.find("Code", "organization-unknown").is_some());
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn person_accounts_may_become_organizations_or_nothing() {
    for (policy, organizations, customers) in [("organizations", 3, 3), ("skip", 2, 3)] {
        let world = World::start(World::documented(), &[("PersonAccounts", policy)]).await;
        let (import, site) = import(&world).await;
        assert_eq!(site.organizations.len(), organizations, "{policy}");
        assert_eq!(site.customers.len(), customers, "{policy}");
        assert_eq!(site.organization("Renée Núñez").is_some(), policy == "organizations");
        assert!(site.customer("c9@example.com").is_none(), "{policy}");
        assert_eq!(import.records().read, 9, "{policy}");
        let left_out = match policy {
            "skip" => (Code::PersonAccountSkipped, 2),
            _ => (Code::PersonAccountTwin, 1),
        };
        assert_eq!(import.summary.skipped_by_code[&left_out.0], left_out.1, "{policy}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_that_may_do_harm_are_refused_by_name() {
    let world = World::start(World::documented(), &[("ArchiveMaxMembers", "3")]).await;
    let text = || "Id,Name,Industry\n001000000000001AAA,Acme,\n".to_owned();
    let outside = zip(&[("../Account.csv", text()), ("good/Account.csv", text())]);
    let many = zip(&[("a", text()), ("b", text()), ("c", text()), ("Account.csv", text())]);
    let mut damaged = zip(&[("Account.csv", text())]);
    let name = damaged.windows(2).position(|bytes| bytes == b"nt").unwrap();
    damaged[name + 12] ^= 1;
    let import = world
        .import_of(&[
            ("exports/odd/outside.zip", outside),
            ("exports/odd/many.zip", many),
            ("exports/odd/damaged.zip", damaged),
        ])
        .await;
    assert_eq!((import.records().read, import.records().imported), (1, 1));
    let reason = |key: &str| {
        let ignored = import.summary.ignored.iter().find(|ignored| ignored.key.contains(key));
        ignored.unwrap_or_else(|| panic!("{key}: {:?}", import.summary.ignored)).reason.clone()
    };
    assert!(reason("outside.zip/../Account.csv").contains(".."));
    assert!(reason("many.zip").contains("3 members"), "{}", reason("many.zip"));
    assert!(reason("damaged.zip").contains("damaged"), "{}", reason("damaged.zip"));
}

#[tokio::test(flavor = "multi_thread")]
async fn json_of_the_api_is_an_export_too() {
    let world = World::start(World::documented(), &[]).await;
    let contacts = r#"{"status":0,"result":{"done":true,"totalSize":2,"records":[
        {"attributes":{"type":"Contact","url":"/services/data/v62.0/sobjects/Contact/003000000000001AAA"},
         "FirstName":"Zoë","LastName":"Grünwald","Email":"c1@example.com",
         "MailingAddress":{"street":"A 1\nB","city":"Bern","country":"Switzerland"},
         "Account":{"attributes":{"type":"Account","url":"/services/data/v62.0/sobjects/Account/001000000000001AAA"},"Name":"Acme"}},
        {"attributes":{"type":"Contact"},"Id":"003000000000002AAA","LastName":"Nobody","Email":null}]}}"#;
    let accounts =
        "{\"attributes\":{\"type\":\"Account\"},\"Id\":\"001000000000001AAA\",\"Name\":\"Acme\"}\n";
    let import = world
        .import_of(&[
            ("exports/json/people.json", contacts.into()),
            ("exports/json/companies.jsonl", accounts.into()),
        ])
        .await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!((import.records().imported, import.records().rejected), (2, 1));
    let customer = site.customer("c1@example.com").unwrap();
    assert_eq!(customer.organizations, [site.organization("Acme").unwrap().id.clone()]);
    assert_eq!(customer.details["Region"], ["Switzerland"]);
    assert_eq!(customer.details["External ID"], ["003000000000001AAA"]);
    let error = &import.errors.rows[0];
    assert_eq!(
        (error["_csm_code"].as_str(), error["_csm_record"].as_str()),
        ("email-missing", "2")
    );
    assert_eq!(error["LastName"], "Nobody");
}
