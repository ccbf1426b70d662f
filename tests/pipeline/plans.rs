//! A plan sends nothing; approved, it is carried out as it is, or not at all.

use std::io::Write;

use csm_import::import::plan::{PlanDocument, Verdict};
use csm_import::import::summary::State;
use csm_import_tests::{Table, World, fixture};
use csm_sim::{Options, State as Site};
use local::Placed;

const CONFIGURATION: &str = "config/import.toml";

/// The plan that the drop leads to, and its page.
async fn plan(world: &World, objects: &[(&str, Vec<u8>)]) -> (PlanDocument, String) {
    let before = world.cloud.folders("imports/").await.unwrap();
    let mut dropped: Vec<Placed> = Vec::new();
    for (key, bytes) in objects {
        dropped.push(world.drop(key, bytes.clone()).await);
    }
    let ids = world.finished(dropped).await;
    let new: Vec<_> = ids.into_iter().filter(|id| !before.contains(id)).collect();
    let [id] = new.as_slice() else { panic!("one drop is one plan: {new:?}") };
    let read = async |name: &str| {
        let key = format!("imports/{id}/{name}");
        world.cloud.get(&key).await.unwrap().unwrap_or_else(|| panic!("{key} is there"))
    };
    let plan = serde_json::from_slice(&read("plan.json").await).unwrap();
    let page = String::from_utf8(read("plan.html").await).unwrap();
    assert!(world.cloud.get(&format!("imports/{id}/succeeded.csv")).await.unwrap().is_none());
    (plan, page)
}

fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

/// The plan without what differs from run to run.
fn told(plan: &PlanDocument) -> String {
    let plan = serde_json::to_string_pretty(plan).unwrap();
    let id = serde_json::from_str::<serde_json::Value>(&plan).unwrap()["import"].clone();
    let lines = plan.lines().filter(|line| {
        let line = line.trim_start();
        !["\"when\":", "\"bucket\":"].iter().any(|key| line.starts_with(key))
    });
    let lines: Vec<_> = lines.collect();
    lines.join("\n").replace(id.as_str().unwrap(), "<import>")
}

fn assert_untouched(site: &Site) {
    assert!(site.tasks.is_empty() && site.customers.is_empty() && site.organizations.is_empty());
    assert!(site.customer_details.is_empty() && site.organization_details.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_approved_does_what_it_said() {
    let world = World::start(Options { bare: true, ..World::documented() }, &[]).await;
    let files =
        ["Account.csv", "Contact.csv"].map(|name| (name, fixture(&format!("people/{name}"))));
    let below =
        |folder: &str| files.clone().map(|(name, bytes)| (format!("{folder}{name}"), bytes));
    let planned = below("plan/people/");
    let planned = planned.each_ref().map(|(key, bytes)| (key.as_str(), bytes.clone()));
    let (plan, page) = plan(&world, &planned).await;
    assert_untouched(&world.sim.state());
    insta::assert_snapshot!("people", told(&plan));
    assert_eq!(plan.verdict, Verdict::Attention);
    let names: Vec<_> = plan.fields.iter().map(|field| field.name.as_str()).collect();
    assert!(names.contains(&"External ID") && names.contains(&"Industry"), "{names:?}");
    for stage in &plan.stages {
        let left_out = stage.rejected + stage.skipped;
        assert_eq!(stage.read, stage.to_send + left_out);
        assert!(stage.to_send > 0);
    }
    // Contacts find the accounts of the same plan.
    let warnings = plan.stages.iter().flat_map(|stage| &stage.warnings_by_code);
    let unknown = warnings.filter(|group| group.code.as_str() == "organization-unknown");
    let unknown: u64 = unknown.map(|group| group.count).sum();
    assert!(page.contains("exports/approved/"));

    let approved = below(&format!("exports/approved/{}/", plan.import));
    let approved = approved.each_ref().map(|(key, bytes)| (key.as_str(), bytes.clone()));
    let import = world.import_of(&approved).await;
    let site = world.sim.state();
    import.assert_true(&site);
    assert_eq!(import.summary.state, State::Finished);
    let [organizations, customers] = plan.stages.as_slice() else { panic!("two stages") };
    let done = import.summary.objects;
    assert_eq!(done.organizations.imported, organizations.to_send);
    assert_eq!(done.customers.imported, customers.to_send);
    assert_eq!(done.organizations.rejected, organizations.rejected);
    assert_eq!(done.customers.rejected, customers.rejected);
    let mut found = import.summary.warnings_by_code.iter();
    let found = found.find(|(code, _)| code.as_str() == "organization-unknown");
    assert_eq!(found.map_or(0, |(_, count)| *count), unknown);
    assert!(site.violations.is_empty());

    // The next plan knows what there is now.
    let mut table = Table::parse(&files[0].1);
    table.columns.push("Level__c".to_owned());
    table.columns.retain(|column| column != "Fax");
    let again = [("plan/again/Account.csv", table.write())];
    let (next, _) = self::plan(&world, &again).await;
    assert!(next.fields.is_empty(), "{:?}", next.fields);
    assert_eq!(next.stages[0].known, Some(next.stages[0].to_send));
    let change = next.files[0].column_change.clone().unwrap();
    assert_eq!((change.appeared, change.vanished), (vec!["Level__c".into()], vec!["Fax".into()]));
    assert!(next.expected.is_some(), "{}", next.time);
    world.queues_are_empty().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_the_plan_is_not_carried_out() {
    let world = World::start(World::documented(), &[]).await;
    let stops = async |key: String, bytes: Vec<u8>, said: &str| {
        let import = world.import_of(&[(&key, bytes)]).await;
        assert_eq!(import.summary.state, State::Stopped, "{key}");
        let message = import.summary.message.clone().unwrap();
        assert!(message.contains(said), "{message}");
        assert!(world.sim.state().tasks.is_empty(), "nothing was sent");
    };
    let export = Table::contacts(3).write();
    stops("exports/approved/never/Contact.csv".into(), export.clone(), "no plan of").await;
    plan(&world, &[("plan/a/Contact.csv", export.clone())]).await;
    let other = Table::contacts(4).write();
    stops("exports/approved/a/Contact.csv".into(), other, "Contact.csv has other content").await;
    world.drop(CONFIGURATION, "verify = 'none'").await;
    let (second, _) = plan(&world, &[("plan/b/Contact.csv", export.clone())]).await;
    world.drop(CONFIGURATION, "verify = 'all'").await;
    let key = format!("exports/approved/{}/Contact.csv", second.import);
    stops(key, export.clone(), "config/import.toml has changed").await;
    // Planned once more, with the new configuration, it is carried out; also a ZIP on its own.
    let zip = zipped("Contact.csv", &export);
    plan(&world, &[("plan/WE.ZIP", zip.clone())]).await;
    let import = world.import_of(&[("exports/approved/WE.ZIP", zip)]).await;
    assert_eq!((import.summary.state, import.records().imported), (State::Finished, 3));
    // A broken configuration is told by the plan as well.
    world.drop(CONFIGURATION, "operation = 'delete'").await;
    let (broken, page) = plan(&world, &[("plan/d/Contact.csv", export)]).await;
    assert_eq!(broken.verdict, Verdict::Stopped);
    assert!(page.contains("upsert"), "what is allowed is told");
}
