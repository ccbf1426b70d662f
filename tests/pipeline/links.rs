//! Customers that the site has not linked to their organizations are linked by a second request.

use csm_import_tests::account::assert_created_once;
use csm_import_tests::{Import, World, fixture};
use csm_sim::{Faults, State};

/// Imports the fixture into a site that silently makes no links at first.
async fn import(lost: u32, configuration: &str) -> (Import, State) {
    let world = World::start(World::documented(), &[("ReadBackSeconds", "4")]).await;
    if !configuration.is_empty() {
        world.drop(csm_import::configuration::FILE, configuration).await;
    }
    world.sim.set_faults(Faults { drop_associations: lost, ..Faults::default() });
    let import = world
        .import_of(&[
            ("exports/x/Account.csv", fixture("acme/Account.csv")),
            ("exports/x/Contact.csv", fixture("acme/Contact.csv")),
        ])
        .await;
    let site = world.sim.state();
    import.assert_balanced();
    assert_created_once(&site);
    assert!(site.counters.max_open_tasks <= 5);
    world.queues_are_empty().await;
    (import, site)
}

fn linked(site: &State) -> usize {
    site.customers.iter().filter(|customer| !customer.organizations.is_empty()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_a_sample_misses_are_made_for_all() {
    let (_, expected) = import(0, "verify = 'none'").await;
    let (import, site) = import(1_000_000, "").await;
    assert_eq!(linked(&site), linked(&expected));
    let verification = import.summary.verification.unwrap();
    assert_eq!(verification.looked_for, import.summary.objects.customers.imported);
    assert_eq!((verification.linked, verification.not_linked), (linked(&site) as u64, 0));
    assert_eq!(
        import.summary.warnings_by_code.get(&csm_import::code::Code::AssociationMissing),
        None
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_few_lack_are_made_where_all_are_verified() {
    let (import, site) = import(40, "verify = 'all'").await;
    let verification = import.summary.verification.unwrap();
    assert_eq!((verification.linked, verification.not_linked), (40, 0));
    assert_eq!(verification.looked_for, site.customers.len() as u64);
}
