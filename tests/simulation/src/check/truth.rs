//! Whether what is said of each record is what the site holds.

use std::collections::BTreeMap;

use csm_import::mapping::stage::Stage;
use csm_sim::{Site, Writes};

use super::{Check, Import, Row};
use crate::fault::Fault;
use crate::records::Expected;
use crate::world::lock;

/// How many imports were given a record of each key.
pub(super) type Takers<'a> = BTreeMap<&'a str, u32>;

impl Check<'_> {
    /// What is said of each record is what the site holds. Of records that are wrong in the same way
    /// one is told.
    pub(super) fn says_the_truth(&self, import: &Import, takers: &Takers<'_>) {
        let expected: BTreeMap<&str, &Expected> =
            self.records(import).into_iter().map(|record| (record.id.as_str(), record)).collect();
        let of = |row: &Row| row.get("Id").and_then(|id| expected.get(id.as_str())).copied();
        let mut wrong: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for row in &import.succeeded {
            match of(row) {
                Some(record) => {
                    for how in self.of_imported(import, record, row, takers) {
                        wrong.entry(how).or_default().push(&record.id);
                    }
                }
                None => self.fails("succeeded.csv has a record that was never dropped".to_owned()),
            }
        }
        for row in &import.errors {
            match of(row) {
                Some(record) => {
                    for how in self.of_error(record, row, takers) {
                        wrong.entry(how).or_default().push(&record.id);
                    }
                }
                // Of a deleted export only the reasons are left.
                None if self.hit(Fault::ExportDeleted) => {}
                None => self.fails("errors.csv has a record that was never dropped".to_owned()),
            }
        }
        for (how, records) in wrong {
            let first = records.first().copied().unwrap_or_default();
            self.fails(format!("{} records, such as {first}: {how}", records.len()));
        }
    }

    /// What is wrong with an imported record.
    fn of_imported(
        &self,
        import: &Import,
        record: &Expected,
        row: &Row,
        takers: &Takers<'_>,
    ) -> Vec<String> {
        let name = row.get("Name").map_or("", String::as_str);
        let found = match record.stage {
            Stage::Organizations => self.organizations.get(name).map(|found| &found.details),
            Stage::Customers => self.customers.get(&record.key).map(|found| &found.details),
        };
        let Some(details) = found else {
            return vec!["not on the site although imported".to_owned()];
        };
        let noticed = row.get("_csm_warnings").is_some_and(|warnings| !warnings.is_empty());
        // What a task wrote that outlived all patience is not to be known.
        let late = [Fault::TaskOver30Minutes, Fault::TaskOver3Days, Fault::TaskForgotten];
        let alone = takers.get(record.key.as_str()) == Some(&1);
        let overtaken = late.into_iter().any(|fault| self.hit(fault)) || !self.is_last(import);
        if noticed || (!alone && overtaken) {
            return Vec::new();
        }
        let (field, value) = &record.detail;
        let mut wrong = Vec::new();
        for (field, value) in [(*field, value), ("External ID", &record.id)] {
            if details.get(field).is_none_or(|held| held.as_slice() != std::slice::from_ref(value))
            {
                wrong.push(format!("the site holds another {field}"));
            }
        }
        if !self.is_linked(import, record) {
            wrong.push("not linked to its organization".to_owned());
        }
        wrong
    }

    /// What is wrong with a record that was not imported, or of which that is not known.
    fn of_error(&self, record: &Expected, row: &Row, takers: &Takers<'_>) -> Vec<String> {
        let code = row.get("_csm_code").map_or("", String::as_str);
        let mut wrong = Vec::new();
        if code.is_empty() {
            wrong.push("not imported, and nobody says why".to_owned());
        }
        // Of several of one key nobody can tell whose write it was.
        if takers.get(record.key.as_str()) != Some(&1) {
            return wrong;
        }
        let Writes { sent, created, updated, .. } = self.writes(record);
        let may_be = matches!(code, "unclear" | "dead-lettered");
        if created + updated > 0 && !may_be {
            wrong.push(format!("on the site although {code}"));
        }
        if sent > 0 && code == "import-stopped" {
            wrong.push(format!("sent although {code}"));
        }
        wrong
    }

    fn writes(&self, record: &Expected) -> Writes {
        let counters = match record.stage {
            Stage::Organizations => &self.site.counters.organizations,
            Stage::Customers => &self.site.counters.customers,
        };
        counters.records.get(&record.key).copied().unwrap_or_default()
    }

    /// Whether an import took what lies in its folder now.
    fn is_last(&self, import: &Import) -> bool {
        let bucket = lock(&self.world.bucket);
        import.document.objects.iter().all(|object| {
            bucket.get(&object.key).is_some_and(|bytes| {
                object.etag == format!("{:032x}", xxhash_rust::xxh3::xxh3_128(bytes))
            })
        })
    }

    /// A customer belongs to its organization, if that was imported with it and the site does as it
    /// is told.
    fn is_linked(&self, import: &Import, record: &Expected) -> bool {
        let dropped = self.history.site.site == Site::Live || self.hit(Fault::AssociationDropped);
        let Some(account) = record.account.as_ref().filter(|_| !dropped) else {
            return true;
        };
        let of_account = |row: &&Row| row.get("Id") == Some(account);
        let Some(organization) = import.succeeded.iter().find(of_account) else {
            return true;
        };
        let id = organization.get("_csm_id").map_or("", String::as_str);
        let customer = self.customers.get(&record.key);
        let linked =
            customer.is_some_and(|customer| customer.organizations.iter().any(|o| o == id));
        linked || id.is_empty()
    }
}
