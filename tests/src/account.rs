//! What an import said, and whether it is true.

use std::collections::BTreeMap;

use csm_import::import::counts::Counts;
use csm_import::import::summary::Summary;
use csm_sim::State;

use crate::table::Table;

/// An import that has come to its end.
#[derive(Clone, Debug)]
pub struct Import {
    /// Its id.
    pub id: String,
    /// Its ledger.
    pub summary: Summary,
    /// `succeeded.csv`.
    pub succeeded: Table,
    /// `errors.csv`.
    pub errors: Table,
    /// `issues.csv`.
    pub issues: Table,
}

impl Import {
    /// The counts of all records.
    pub const fn records(&self) -> Counts {
        self.summary.records
    }

    /// Codes of `errors.csv` and how often they stand there.
    pub fn error_codes(&self) -> BTreeMap<String, u64> {
        let mut codes = BTreeMap::new();
        for row in &self.errors.rows {
            *codes.entry(row.get("_csm_code").cloned().unwrap_or_default()).or_default() += 1;
        }
        codes
    }

    /// The ledger adds up, and the files hold what it says.
    pub fn assert_balanced(&self) {
        let Summary { records, objects, .. } = &self.summary;
        let mut sum = objects.organizations;
        sum.merge(&objects.customers);
        assert_eq!(*records, sum, "the objects add up");
        for counts in [records, &objects.organizations, &objects.customers] {
            assert!(counts.balances(), "{counts:?}");
        }
        for (outcome, count) in [("rejected", records.rejected), ("skipped", records.skipped)] {
            let lines = self.issues.rows.iter().filter(|row| row["Outcome"] == outcome);
            // Relations are no records, but what is wrong with one stands there, too.
            assert!(lines.count() as u64 >= count, "issues.csv holds the {outcome}");
        }
        let imported = records.imported + records.unchanged;
        assert_eq!(self.succeeded.rows.len() as u64, imported, "succeeded.csv holds the imported");
        let others = records.rejected + records.failed + records.unknown;
        assert_eq!(self.errors.rows.len() as u64, others, "errors.csv holds those to be looked at");
    }

    /// Every record reported as imported is on the site as the import says, and every one reported
    /// as rejected or failed is not there from this import.
    pub fn assert_true(&self, site: &State) {
        self.assert_balanced();
        for row in &self.succeeded.rows {
            let (id, name, email) = (&row["Id"], &row["Name"], &row["Email"]);
            let details = if row["_csm_object"] == "Account" && email.is_empty() {
                let organization = site.organization(name).unwrap_or_else(|| panic!("{name}"));
                assert_eq!(&organization.id, &row["_csm_id"], "{name}");
                &organization.details
            } else {
                let customer = site.customer(email).unwrap_or_else(|| panic!("{email}"));
                assert_eq!(customer.display_name.as_ref(), Some(name));
                &customer.details
            };
            if row["_csm_object"] == "Contact" && !id.is_empty() {
                assert_eq!(details["External ID"], std::slice::from_ref(id), "{email}{name}");
            }
        }
        for row in &self.errors.rows {
            let id = row.get("Id").cloned().unwrap_or_default();
            let is_there = site
                .customers
                .iter()
                .map(|customer| &customer.details)
                .chain(site.organizations.iter().map(|organization| &organization.details))
                .any(|details| details.get("External ID").is_some_and(|ids| ids.contains(&id)));
            let may_be =
                ["unclear", "id-duplicate", "import-stopped"].contains(&row["_csm_code"].as_str());
            // Of a person account one record may be at fault and the other one imported.
            let has_twin = row.get("IsPersonAccount").is_some_and(|flag| flag == "1");
            assert!(
                !is_there || may_be || has_twin,
                "{id} is on the site although {}",
                row["_csm_code"]
            );
        }
    }
}

/// No record was created twice, nor failed to be counted.
pub fn assert_created_once(site: &State) {
    for counters in [&site.counters.organizations, &site.counters.customers] {
        for (record, writes) in &counters.records {
            assert!(writes.created <= 1, "{record} was created {} times", writes.created);
        }
    }
}
