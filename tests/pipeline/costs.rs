//! What an import asks of AWS, counted. Moto notes every request, and the runtime every invocation.

use csm_import_tests::cloud::Kind;
use csm_import_tests::costs::drift::drifts;
use csm_import_tests::costs::{self, Measured, Run};
use csm_import_tests::template::Template;
use csm_import_tests::{Table, World};
use csm_sim::Options;

/// Imports so many accounts and contacts into a stack of its own.
async fn run(accounts: usize, contacts: usize) -> Run {
    // Long enough that tasks are looked at in vain.
    let options = Options { task_seconds: Some(4.0), ..Options::documented() };
    let world = World::start_on(Kind::Moto, options, &[]).await;
    let companies = Table::accounts(accounts);
    let mut people = Table::contacts(contacts);
    for (row, company) in people.rows.iter_mut().zip(companies.rows.iter().cycle()) {
        row.insert("AccountId".to_owned(), company["Id"].clone());
    }
    let import = world
        .import_of(&[
            ("exports/x/Account.csv", companies.write()),
            ("exports/x/Contact.csv", people.write()),
        ])
        .await;
    import.assert_true(&world.sim.state());
    assert_eq!(import.records().imported, (accounts + contacts) as u64);
    world.queues_are_empty().await;
    let log = world.log();
    let logged = log.lines().filter(|line| line.starts_with('{'));
    let mut kept = 0;
    for prefix in ["imports/", "state/"] {
        for key in world.cloud.list(prefix).await.unwrap() {
            kept += world.cloud.get(&key).await.unwrap().unwrap_or_default().len() as u64;
        }
    }
    Run {
        batches: import.summary.batches.total,
        logged: logged.map(|line| line.len() as u64 + 1).sum(),
        kept,
        counts: world.counts(),
    }
}

/// `infra/COSTS.md`, as it has to be. `UPDATE_DOCS=1 cargo test -p csm-import-tests` writes it.
#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_an_import_are_those_that_its_costs_are_computed_from() {
    let counted = Measured { runs: [run(50, 500).await, run(200, 2_000).await] };
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let page = costs::page(&counted, &Template::of_the_project());
        std::fs::write(costs::path(), page).unwrap();
    }
    let documented = Measured::parse(&std::fs::read_to_string(costs::path()).unwrap());
    let drifts = drifts(&documented, &counted);
    assert!(
        drifts.is_empty(),
        "an import asks AWS for more or less than its costs were computed from; if that is meant, \
         UPDATE_DOCS=1 counts anew:\n{}",
        drifts.join("\n")
    );
}
