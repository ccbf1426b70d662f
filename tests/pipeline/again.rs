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
async fn errors_csv_is_a_drop_and_organizations_are_remembered() {
    let world = World::start(World::documented(), &[]).await;
    let first =
        world.import_of(&[("exports/accounts/Account.csv", fixture("acme/Account.csv"))]).await;
    let contacts =
        world.import_of(&[("exports/contacts/Contact.csv", fixture("acme/Contact.csv"))]).await;
    let site = world.sim.state();
    contacts.assert_true(&site);
    // The accounts came with another import, and still the customers are linked to them.
    let linked = site.customers.iter().filter(|customer| !customer.organizations.is_empty());
    assert!(linked.count() > 500);

    // Both kinds of records in one file, one of each corrected.
    let mut table = Table { columns: first.errors.columns.clone(), rows: vec![] };
    let new = contacts.errors.columns.iter().filter(|c| !first.errors.columns.contains(c));
    table.columns.extend(new.cloned());
    table.rows.extend(first.errors.rows.iter().chain(&contacts.errors.rows).cloned());
    let correct = |rows: &mut Vec<csm_import_tests::Row>, code: &str, column: &str, value: &str| {
        let row = rows.iter_mut().find(|row| row["_csm_code"] == code && row.contains_key(column));
        row.unwrap().insert(column.into(), value.into());
    };
    correct(&mut table.rows, "email-missing", "Email", "corrected@example.net");
    let name = table
        .rows
        .iter_mut()
        .find(|row| row["_csm_code"] == "name-missing" && row["_csm_object"] == "Account");
    name.unwrap().insert("Name".into(), "Corrected Ltd".into());
    let again = world.import_of(&[("exports/errors.csv", table.write())]).await;

    let site = world.sim.state();
    again.assert_balanced();
    assert_eq!(again.records().read, table.rows.len() as u64);
    assert!(site.customer("corrected@example.net").is_some());
    assert!(site.organization("Corrected Ltd").is_some());
    assert!(again.records().rejected > 0);
    assert!(!again.error_codes().contains_key("object-unknown"));
    assert_created_once(&site);
}
