//! The committed exports give the counts that their generator foretold.

use std::path::{Path, PathBuf};

use super::*;

/// Counts of one object, by the shape of `expected.json`.
#[derive(Debug, Default, PartialEq, serde::Deserialize)]
struct Counts {
    read: u64,
    mapped: u64,
    rejected: BTreeMap<String, u64>,
    skipped: BTreeMap<String, u64>,
    warnings: BTreeMap<String, u64>,
}

#[derive(Debug, Default, PartialEq, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Expected {
    account: Counts,
    contact: Counts,
    #[serde(rename = "organizations")]
    organizations: u64,
    #[serde(rename = "customers")]
    customers: u64,
}

impl Counts {
    fn add(&mut self, verdict: &Verdict) {
        self.read += 1;
        let one = |counts: &mut BTreeMap<String, u64>, issue: &Issue| {
            *counts.entry(issue.code.to_string()).or_default() += 1;
        };
        match verdict {
            Verdict::NotOfThisStage => self.read -= 1,
            Verdict::Mapped(mapped) => {
                self.mapped += 1;
                mapped.warnings.iter().for_each(|issue| one(&mut self.warnings, issue));
            }
            Verdict::Rejected(issue) => one(&mut self.rejected, issue),
            Verdict::Skipped(issue) => one(&mut self.skipped, issue),
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures")
}

fn definitions(entity: &str) -> Definitions {
    let path = folder().join("definitions").join(entity).with_extension("json");
    Definitions::parse(&std::fs::read(path).unwrap()).unwrap()
}

#[test]
fn fixtures_give_the_expected_counts() {
    for name in ["acme", "people"] {
        let file = |file: &str| std::fs::read(folder().join(name).join(file)).unwrap();
        let expected: Expected = serde_json::from_slice(&file("expected.json")).unwrap();
        let mut found = Expected::default();
        let mut ids = HashSet::new();

        let (organizations, customers) = (definitions("organization"), definitions("customer"));
        let mut pass = Pass::new(Stage::Organizations, "Account.csv");
        pass.definitions = Some(&organizations);
        for verdict in pass.run(&file("Account.csv"), &mut Seen::default(), &|_| None) {
            found.account.add(&verdict);
            if let Verdict::Mapped(mapped) = verdict {
                ids.insert(mapped.id.unwrap());
            }
        }
        found.organizations = u64::try_from(ids.len()).unwrap();

        let mut seen = Seen::default();
        for (name, counts) in
            [("Contact.csv", &mut found.contact), ("Account.csv", &mut found.account)]
        {
            let mut pass = Pass::new(Stage::Customers, name);
            pass.definitions = Some(&customers);
            for verdict in pass.run(&file(name), &mut seen, &|id| ids.contains(&id).then_some("10"))
            {
                counts.add(&verdict);
                found.customers += u64::from(matches!(verdict, Verdict::Mapped(_)));
            }
        }
        assert_eq!(found, expected, "{name}");
        for counts in [&found.account, &found.contact] {
            let stopped: u64 = counts.rejected.values().chain(counts.skipped.values()).sum();
            assert_eq!(counts.mapped + stopped, counts.read, "{name}");
        }
    }
}
