use csm_import::import::progress::StopCode;
use csm_import::import::summary::State;
use csm_import_tests::account::assert_created_once;
use csm_import_tests::{Table, World, fixture};
use csm_sim::Options;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_export_is_imported_once_and_under_another_key_without_doubling() {
    let world = World::start(World::documented(), &[]).await;
    let objects = |folder: &str| {
        ["Account.csv", "Contact.csv"]
            .map(|name| (format!("exports/{folder}/{name}"), fixture(&format!("people/{name}"))))
    };
    let drop = async |folder: &str| {
        let [(a, account), (c, contact)] = objects(folder);
        vec![world.drop(&a, account).await, world.drop(&c, contact).await]
    };
    let dropped = drop("one").await;
    let first = world.imported(dropped).await.remove(0);
    world.queues_are_empty().await;
    let before = world.sim.state();

    // The same bytes under the same keys: nothing new.
    let dropped = drop("one").await;
    let imports = world.imported(dropped).await;
    world.queues_are_empty().await;
    assert_eq!(imports.len(), 1);
    assert_eq!(world.sim.state().counters, before.counters);

    // Another object beside them: they are not taken again.
    let contacts = Table::contacts(3).write();
    let third = world.import_of(&[("exports/one/Contact-2.csv", contacts)]).await;
    assert_eq!((third.records().read, third.records().imported), (3, 3));

    // The same bytes under other keys: everything is sent, and nothing is there twice.
    let dropped = drop("two").await;
    let imports = world.imported(dropped).await;
    let second = imports.iter().find(|i| i.summary.folder == "exports/two/").unwrap();
    let site = world.sim.state();
    second.assert_true(&site);
    assert_created_once(&site);
    assert_eq!(second.records(), first.records());
    assert_eq!(site.organizations.len(), before.organizations.len());
    assert_eq!(site.customers.len(), before.customers.len() + 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_replaced_midway_gives_way_to_the_new_one() {
    let options = Options { task_seconds: Some(3.0), ..Options::documented() };
    let world = World::start(options, &[("MaxOpenTasks", "1")]).await;
    let key = "exports/daily/Contact.csv";
    world.drop(key, Table::contacts(700).write()).await;
    world.progress(|p| p.stages.customers.as_ref().is_some_and(|s| s.settled_batches > 0)).await;

    let mut table = Table::contacts(650);
    for row in &mut table.rows {
        row.insert("Title".into(), "Promoted".into());
    }
    let dropped = world.drop(key, table.write()).await;
    let imports = world.imported(vec![dropped]).await;
    world.queues_are_empty().await;

    let [stopped, finished] = [State::Stopped, State::Finished]
        .map(|state| imports.iter().find(|import| import.summary.state == state).unwrap());
    stopped.assert_balanced();
    assert_eq!(stopped.records().read, 700);
    assert_eq!(stopped.error_codes().keys().collect::<Vec<_>>(), ["import-stopped"]);
    assert!(stopped.records().imported >= 100 && stopped.records().failed > 0);
    let progress = world.progress(|p| p.stopped.is_some()).await;
    assert_eq!(progress.stopped.unwrap().code, StopCode::ExportReplaced);

    let site = world.sim.state();
    finished.assert_true(&site);
    assert_eq!(finished.records().imported, 650);
    assert_created_once(&site);
    for row in &table.rows {
        let customer = site.customer(&row["Email"]).unwrap();
        assert_eq!(customer.details["Title"], ["Promoted"], "no old value came after a new one");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_csv_is_a_drop_and_what_was_told_apart_stays_apart() {
    let world = World::start(World::documented(), &[]).await;
    let first = world
        .import_of(&[
            ("exports/acme/Account.csv", fixture("acme/Account.csv")),
            ("exports/acme/Contact.csv", fixture("acme/Contact.csv")),
        ])
        .await;
    let before = world.sim.state();

    // Both kinds of records are in one file; one of each is corrected.
    let mut table = first.errors.clone();
    let mut correct = |object: &str, code: &str, column: &str, value: &str| {
        let row = table
            .rows
            .iter_mut()
            .find(|row| row["_csm_object"] == object && row["_csm_code"] == code)
            .unwrap();
        row.insert(column.into(), value.into());
    };
    correct("Contact", "email-missing", "Email", "corrected@example.net");
    correct("Account", "name-missing", "Name", "Corrected Ltd");
    let again = world.import_of(&[("exports/errors.csv", table.write())]).await;

    let site = world.sim.state();
    again.assert_balanced();
    assert_created_once(&site);
    assert_eq!(again.records().read, first.errors.rows.len() as u64);
    assert!(site.customer("corrected@example.net").is_some());
    assert!(site.organization("Corrected Ltd").is_some());
    // A contact that shares its email with an imported one does not take it over, now that it
    // comes without the other: the records that were on the site are as they were.
    assert_eq!(again.error_codes()["email-duplicate"], first.error_codes()["email-duplicate"]);
    for customer in &before.customers {
        assert_eq!(site.customer(&customer.email), Some(customer));
    }
    for organization in &before.organizations {
        assert_eq!(site.organization(&organization.name), Some(organization));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn organizations_of_earlier_imports_are_remembered() {
    let world = World::start(World::documented(), &[]).await;
    let accounts =
        world.import_of(&[("exports/accounts/Account.csv", fixture("acme/Account.csv"))]).await;
    let account = &accounts.succeeded.rows[17];
    let mut contacts = Table::contacts(3);
    contacts.rows[0].insert("AccountId".into(), account["Id"].clone());
    contacts.rows[1].insert("AccountId".into(), "001Zz0000000001AAA".into());
    let import = world.import_of(&[("exports/later/Contact.csv", contacts.write())]).await;
    let site = world.sim.state();
    import.assert_true(&site);
    let organizations = |row: usize| {
        let email = &contacts.rows[row]["Email"];
        site.customer(email).unwrap().organizations.clone()
    };
    assert_eq!(organizations(0), [account["_csm_id"].clone()]);
    assert!(organizations(1).is_empty() && organizations(2).is_empty());
    let warned: Vec<&str> =
        import.succeeded.rows.iter().map(|row| row["_csm_warnings"].as_str()).collect();
    assert_eq!(warned, ["", "organization-unknown (AccountId)", ""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_organization_may_be_a_reason_to_reject() {
    let world = World::start(World::documented(), &[("UnknownOrganization", "reject")]).await;
    let mut contacts = Table::contacts(3);
    contacts.rows[1].insert("AccountId".into(), "001000000000001AAA".into());
    let import = world.import_of(&[("exports/Contact.csv", contacts.write())]).await;
    import.assert_true(&world.sim.state());
    assert_eq!(import.error_codes(), [("organization-unknown".to_owned(), 1)].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_account_of_a_known_name_becomes_an_organization_of_its_own() {
    let world = World::start(World::documented(), &[]).await;
    let export = |id: &str, name: &str| {
        format!("\"Id\",\"Name\",\"Industry\"\n\"{id}\",\"{name}\",\"\"\n").into_bytes()
    };
    let (first, second) = ("001000000000001AAA", "001000000000002AAA");
    let apart = format!("ACME ({second})");
    for (folder, id, name, sent) in [
        ("a", first, "Acme", "Acme"),
        ("b", second, "ACME", apart.as_str()),
        // Whichever comes again, and however alone, stays what it was.
        ("c", second, "ACME", apart.as_str()),
        ("d", first, "Acme", "Acme"),
    ] {
        let key = format!("exports/{folder}/Account.csv");
        let import = world.import_of(&[(&key, export(id, name))]).await;
        assert_eq!(import.succeeded.rows[0]["Name"], sent, "{folder}");
    }
    let site = world.sim.state();
    assert_eq!(site.organizations.len(), 2);
    for (name, id) in [("Acme", first), (apart.as_str(), second)] {
        assert_eq!(site.organization(name).unwrap().details["External ID"], [id]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_record_stays_broken_until_somebody_corrects_it() {
    let world = World::start(World::documented(), &[]).await;
    let export = "Id,Name,Industry,Type\n\
        001000000000001AAA,Acme, Inc,Tools,Customer\n\
        001000000000002AAA,\"Bolt\"s,Tools,Customer\n\
        001000000000003AAA,Cogs,Tools,Customer\n";
    let first = world.import_of(&[("exports/Account.csv", export.into())]).await;
    assert_eq!(first.records().imported, 1);
    let id = &first.id;
    let errors = world.cloud.get(&format!("imports/{id}/errors.csv")).await.unwrap().unwrap();
    let again = world.import_of(&[("exports/errors.csv", errors)]).await;
    assert_eq!((again.records().imported, again.records().rejected), (0, 2));
    assert_eq!(world.sim.state().organizations.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cell_runs_in_a_spreadsheet_and_a_value_comes_back_as_it_was() {
    let world = World::start(World::documented(), &[]).await;
    let values = "\"=1+1|'/c x'!A0\",\"'-5 %\",\"''+49 30 1\",\" @SUM(A1)\"";
    let export = format!(
        "\"Id\",\"LastName\",\"Title\",\"Phone\",\"MailingCountry\",\"=Notes\",\"Email\"\n\
         \"003000000000001AAA\",{values},\"+\",\"sent@example.org\"\n\
         \"003000000000002AAA\",{values},\"\t-\",\"\"\n"
    );
    let utf16: Vec<u8> =
        format!("\u{feff}{export}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let first = world.import_of(&[("exports/Contact.csv", utf16)]).await;
    assert_eq!((first.records().imported, first.records().rejected), (1, 1));

    let mut cells = Vec::new();
    for file in ["succeeded.csv", "errors.csv", "issues.csv"] {
        let key = format!("imports/{}/{file}", first.id);
        let file = world.cloud.get(&key).await.unwrap().unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file.as_slice());
        let records = reader.records().map(Result::unwrap);
        cells.extend(
            records.flat_map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>()),
        );
    }
    assert!(cells.iter().any(|cell| cell == "'=Notes"), "the header is guarded");
    for cell in cells {
        assert!(!cell.trim().starts_with(['=', '+', '-', '@', '\t']), "{cell:?}");
    }

    // Corrected with its guards, as Excel saves it.
    let key = format!("imports/{}/errors.csv", first.id);
    let errors = String::from_utf8(world.cloud.get(&key).await.unwrap().unwrap()).unwrap();
    let row = "\"\",\"Contact\",\"email-missing\"";
    assert!(errors.contains(row), "{errors}");
    let corrected = errors.replace(row, "\"again@example.org\",\"Contact\",\"\"");
    let again = world.import_of(&[("exports/errors.csv", corrected.into())]).await;
    assert_eq!((again.records().read, again.records().imported), (1, 1));
    let site = world.sim.state();
    let [sent, again] = ["sent@example.org", "again@example.org"].map(|email| {
        let mut customer = site.customer(email).unwrap().clone();
        customer.details.remove("External ID");
        (customer.display_name, customer.details)
    });
    assert_eq!(sent.0.as_deref(), Some("=1+1|'/c x'!A0"));
    assert_eq!(sent.1["Title"], ["'-5 %"]);
    assert_eq!(sent, again);
}
