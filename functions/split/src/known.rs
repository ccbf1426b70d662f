//! Which organizations of a plan the site has already.

use csm_import::csm::client::MAX_NAMES;
use csm_import::csm::port::Site;
use csm_import::csm::profile::same_name;
use csm_import::delivery::{Causes, ConsumeError};
use csm_import::import::manifest::Manifest;
use csm_import::mapping::mapper::Profile;

use crate::organizations::Organizations;
use csm_import::port::Ports;

use crate::splitter::Splitter;

/// Organizations that the site is asked for at most: a plan is to take minutes.
const ASKED: u64 = 10_000;

impl<P: Ports> Splitter<P> {
    /// How many organizations of a stage the site has: those that accounts became before, and those
    /// that have the same name. `None`: there are too many to ask, or the site does not say.
    pub(crate) async fn known_on_site(
        &self,
        manifest: &Manifest,
        organizations: &Organizations,
    ) -> Result<Option<u64>, ConsumeError> {
        if manifest.mapped > ASKED {
            return Ok(None);
        }
        let mut known = 0;
        for batch in manifest.batches() {
            let records = self.archive.records(&batch).await?;
            let mut names = Vec::new();
            for record in &records {
                let became = record.id.and_then(|account| organizations.get(account));
                match &record.profile {
                    _ if became.is_some() => known += 1,
                    Profile::Organization { name, .. } => names.push(name.as_ref()),
                    Profile::Customer { .. } => {}
                }
            }
            for names in names.chunks(MAX_NAMES) {
                match self.site.organizations(names).await {
                    Ok(found) => {
                        let is_there = |name: &&&str| {
                            found
                                .iter()
                                .any(|f| f.name.as_deref().is_some_and(|f| same_name(f, name)))
                        };
                        known += names.iter().filter(is_there).count() as u64;
                    }
                    Err(error) => {
                        let import = manifest.import;
                        tracing::warn!(%import, error = %Causes(&error), "the plan goes without the site's word on which organizations it has");
                        return Ok(None);
                    }
                }
            }
        }
        Ok(Some(known))
    }
}
