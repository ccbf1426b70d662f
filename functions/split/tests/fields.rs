//! Making fields ready over HTTP, on a simulated site.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests may panic as tests do; the lints only excuse the tests themselves"
)]

use std::time::Duration;

use csm_import::csm::client::{Authorization, HttpSite};
use csm_import::csm::error::{Blocked, Class};
use csm_import::csm::fields::WantedField;
use csm_import::csm::port::{Fields, Site};
use csm_import::csm::request::details::{CustomerDetails, Operation, render};
use csm_import::csm::request::{Endpoint, idempotency_key};
use csm_import::csm::task::TaskStatus;
use csm_import::import::id::ImportId;
use csm_import::mapping::definition::{Definitions, DetailFieldDefinition, DetailType};
use csm_import::mapping::mapper::Detail;
use csm_import::mapping::stage::Stage;
use csm_sim::{Faults, FieldOwner, FirstFields, Meanwhile, Missing, Options, Right, Sim};
use split::fields::{EnsureError, Patience, ensure};
use url::Url;

struct Token;

impl Authorization for Token {
    async fn read(&self) -> Result<Option<String>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Some("Bearer token".to_owned()))
    }
}

fn client(address: &str) -> HttpSite<Token> {
    HttpSite::new(&Url::parse(address).unwrap(), Token).unwrap()
}

fn select(name: &str, options: &[&str]) -> DetailFieldDefinition {
    let options = options.iter().map(ToString::to_string).collect();
    DetailFieldDefinition::new(name, DetailType::Select(options))
}

fn sim_select(name: &str, options: &[&str]) -> csm_sim::DetailField {
    let options = options.iter().map(ToString::to_string).collect();
    let kind = csm_sim::DetailType { name: "SELECT".to_owned(), options };
    csm_sim::DetailField { name: name.to_owned(), kind }
}

async fn run(
    site: &HttpSite<Token>,
    folder: &str,
    wanted: &[DetailFieldDefinition],
) -> Result<Definitions, EnsureError> {
    let wanted: Vec<WantedField> = wanted
        .iter()
        .map(|field| WantedField { field: field.clone(), add_options: true })
        .collect();
    let import = ImportId::of("bucket", folder, &[]);
    let patience = Patience { pause: Duration::from_millis(100), looks: 50 };
    ensure(site, Stage::Customers, &wanted, import, patience).await
}

fn fast() -> Options {
    Options { task_seconds: Some(0.2), ..Options::documented() }
}

#[tokio::test]
async fn fields_are_created_and_options_added() {
    for bulk_status in [None, Some(404), Some(405)] {
        let customers = Some(vec![sim_select("größe / 50 %", &["S", "M"])]);
        let fields = Some(FirstFields { customers, ..FirstFields::default() });
        let sim = Sim::start(Options { fields, ..fast() }).await.unwrap();
        sim.set_faults(Faults { definitions_bulk_status: bulk_status, ..Faults::default() });
        let wanted = [
            select("Größe / 50 %", &["L", "M"]),
            select("Tier", &["1"]),
            DetailFieldDefinition::new("Plan", DetailType::Text),
        ];
        let site = client(&sim.base_url());
        let found = run(&site, "exports/a/", &wanted).await.unwrap();
        assert_eq!(found.fields().len(), 3);
        assert_eq!(found.find_loosely("Größe / 50 %").unwrap().listed, ["S", "M", "L"]);
        run(&site, "exports/b/", &wanted).await.unwrap();
        let state = sim.state();
        assert_eq!(state.tasks.len(), usize::from(bulk_status.is_none()));
        assert_eq!(state.counters.requests_to("PUT customer/details/{name}"), 1);
        assert!(state.violations.is_empty());
    }
}

#[tokio::test]
async fn imports_that_start_together_do_not_fail_each_other() {
    let sim = Sim::start(Options { bare: true, ..fast() }).await.unwrap();
    let theirs = Meanwhile { of: FieldOwner::Customers, field: sim_select("PLAN", &["x"]) };
    sim.set_faults(Faults { meanwhile: [theirs].into(), ..Faults::default() });
    let (one, two) = (client(&sim.base_url()), client(&sim.base_url()));
    let first = [select("Tier", &["1"]), select("Plan", &["x"])];
    let second = [select("tier", &["1"]), select("Size", &["S"])];
    let (one, two) =
        tokio::join!(run(&one, "exports/1/", &first), run(&two, "exports/2/", &second));
    one.unwrap();
    two.unwrap();
    assert_eq!(sim.state().customer_details.len(), 3);
}

#[tokio::test]
async fn what_stands_in_the_way_is_told_apart() {
    let missing = |missing| Options { missing: Some(missing), ..fast() };
    for (options, right, blocked) in [
        (missing(Missing::Site), None, Blocked::CloudIdWrong),
        (missing(Missing::Csm), None, Blocked::CsmMissing),
        (Options { token: Some("other".to_owned()), ..fast() }, None, Blocked::TokenRefused),
        (fast(), Some(Right::Fields), Blocked::RightMissing),
    ] {
        let sim = Sim::start(options).await.unwrap();
        sim.set_faults(Faults { lacking_right: right, ..Faults::default() });
        let site = client(&sim.base_url());
        let error = run(&site, "exports/a/", &[select("Tier", &["1"])]).await.unwrap_err();
        assert_eq!(error.class(), Class::Stop(blocked));
        assert_eq!(site.definitions(Stage::Customers).await.is_ok(), right.is_some());
    }
    let sim = Sim::start(missing(Missing::Csm)).await.unwrap();
    let no_cloud_id = format!("{}/jsm/csm/cloudid/example", sim.root_url());
    let error = client(&no_cloud_id).definitions(Stage::Customers).await.unwrap_err();
    assert_eq!(error.class(), Class::Stop(Blocked::CloudIdWrong));
}

#[tokio::test]
async fn no_answer_says_how_far_it_came() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    for (address, said, accepts) in [
        ("http://csm.invalid/".to_owned(), "DNS", false),
        (format!("https://127.0.0.1:{port}/"), "TLS", true),
        ("http://127.0.0.1:1/".to_owned(), "refused", false),
    ] {
        let site = client(&address);
        let asked = site.definitions(Stage::Customers);
        let error = if accepts {
            let answer = async {
                let (stream, _) = silent.accept().await.unwrap();
                stream.writable().await.unwrap();
                stream.try_write(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
                stream
            };
            tokio::join!(asked, answer).0.unwrap_err()
        } else {
            asked.await.unwrap_err()
        };
        assert!(error.to_string().contains(said), "{error} {error:?}");
        assert_eq!(error.class(), Class::Retry { after: None });
    }
}

#[tokio::test]
async fn details_of_customers_are_sent_in_bulk() {
    let sim = Sim::start(fast()).await.unwrap();
    let site = client(&sim.base_url());
    let details = [Detail { name: "Title".into(), values: ["x"].into() }];
    let (customer_id, operation) = ("qm:nobody", Operation::Patch);
    let body = render(&[CustomerDetails { customer_id, operation, details: &details }]).unwrap();
    let import = ImportId::of("bucket", "exports/a/", &[]);
    let key = idempotency_key(import.uuid(), Endpoint::CustomerDetails, 1, &body);
    let task = site.submit(Endpoint::CustomerDetails, key, body).await.unwrap();
    sim.advance(Duration::from_mins(1));
    let task = site.task(&task).await.unwrap().unwrap();
    assert_eq!(task.status, TaskStatus::Finished);
    assert_eq!(task.failures[0].error.as_deref(), Some("Customer not found"));
}
