//! Whether what is scheduled is imported folder by folder, the oldest first.

use std::collections::BTreeSet;
use std::time::Duration;

use csm_import::import::keys;
use csm_import::import::scheduled::Run;
use xxhash_rust::xxh3::xxh3_128;

use super::{Check, Import};
use crate::history::Event;

impl Check<'_> {
    /// Of what was scheduled, a later folder begins when the earlier one has come to its end, and whoever
    /// belongs to an organization of an earlier one finds it.
    pub(super) fn runs(&self, imports: &[Import]) {
        let run: Run = self.read(keys::RUN).unwrap_or_default();
        if run.folder().is_some() {
            self.fails("the scheduled run is not over".to_owned());
        }
        let is_scheduled = |import: &&Import| import.document.folder.starts_with(keys::SCHEDULED);
        let mut scheduled: Vec<_> = imports.iter().filter(is_scheduled).collect();
        scheduled.sort_by_key(|import| import.began);
        for (at, later) in scheduled.iter().enumerate() {
            for earlier in scheduled.iter().take(at) {
                // The ledger of one that goes on is written once more, much later.
                if later.began < earlier.ended && !earlier.resumed {
                    let (one, other) = (&later.document.folder, &earlier.document.folder);
                    self.fails(format!("{one} began before {other} had ended"));
                }
                let dropped = (self.dropped(later), self.dropped(earlier));
                if let (Some((_, last)), Some((first, _))) = dropped
                    && last < first
                    && !(earlier.resumed || later.resumed)
                    // What could not be read is taken anew by a later run.
                    && later.stop.is_none()
                    && !scheduled.iter().any(|one| {
                        one.stop.is_some() && one.document.folder == later.document.folder
                    })
                {
                    let (one, other) = (&later.document.folder, &earlier.document.folder);
                    self.fails(format!("{one} is older than {other} and was imported later"));
                }
            }
            self.knows_organizations(later, imports);
        }
    }

    /// When the objects of an import were dropped: the first one and the last.
    fn dropped(&self, import: &Import) -> Option<(Duration, Duration)> {
        let times = self.history.events.iter().filter_map(|(at, event)| match event {
            Event::Drop { key, export } => {
                let etag = format!("{:032x}", xxh3_128(&export.csv));
                let mut objects = import.document.objects.iter();
                objects.any(|object| object.key == *key && object.etag == etag).then_some(*at)
            }
            _ => None,
        });
        let times: Vec<Duration> = times.collect();
        Some((*times.iter().min()?, *times.iter().max()?))
    }

    fn knows_organizations(&self, import: &Import, imports: &[Import]) {
        let earlier = imports.iter().filter(|other| other.ended <= import.began);
        let known = earlier
            .flat_map(|other| &other.succeeded)
            .filter(|row| row.get("_csm_id").is_some_and(|id| !id.is_empty()));
        let known: BTreeSet<&str> =
            known.filter_map(|row| row.get("Id")).map(String::as_str).collect();
        for record in self.records(import) {
            let account = record.account.as_deref().unwrap_or_default();
            let mut rows = import.succeeded.iter().chain(&import.errors);
            let row = rows.find(|row| row.get("Id") == Some(&record.id));
            let told = row.and_then(|row| row.get("_csm_warnings")).map_or("", String::as_str);
            if known.contains(account) && told.contains("organization-unknown") {
                self.fails(format!("{} does not know its organization", record.id));
            }
        }
    }
}
