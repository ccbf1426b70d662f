//! Which CSM organization a Salesforce account became: in this import, and in earlier ones.

use std::collections::{BTreeMap, HashMap};

use csm_import::archive::{Archive, ArchiveError};
use csm_import::delivery::ConsumeError;
use csm_import::import::batch::Edition;
use csm_import::import::document::Mode;
use csm_import::import::keys::{self, ORGANIZATION_SHARDS};
use csm_import::import::manifest::Manifest;
use csm_import::import::outcome::RecordResult;
use csm_import::mapping::mapper::Profile;
use csm_import::mapping::seen::Seen;
use csm_import::port::Store;
use csm_import::salesforce::id::SalesforceId;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

/// Results read at once.
const READS: usize = 16;

/// One object of `state/organizations/`, sorted so that the same knowledge gives the same bytes.
type Shard = BTreeMap<SalesforceId, Known>;

/// What an account became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// The site's id of the organization.
    id: String,
    /// The name that it was given, by which the site knows it.
    name: String,
}

/// The organizations that accounts became.
#[derive(Debug, Default)]
pub struct Organizations {
    ids: HashMap<SalesforceId, Box<str>>,
    names: Seen,
    fingerprint: u64,
}

impl Organizations {
    /// The site's id of the organization that an account became.
    pub fn get(&self, account: SalesforceId) -> Option<&str> {
        self.ids.get(&account).map(AsRef::as_ref)
    }

    /// A number that differs when the knowledge differs.
    pub fn edition(&self) -> Edition {
        let sum = self.fingerprint;
        #[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
        Edition((sum ^ (sum >> 32)) as u32)
    }

    /// The names that organizations of earlier imports have, as taken.
    pub fn take_names(&mut self) -> Seen {
        std::mem::take(&mut self.names)
    }

    /// Loads all that is kept, after adding what this import has learned once its organizations are
    /// settled.
    ///
    /// # Errors
    /// A fault of the bucket; adding twice changes nothing.
    pub async fn load<S: Store>(
        archive: &Archive<S>,
        site: &str,
        settled: Option<&Manifest>,
        mode: Mode,
    ) -> Result<Self, ConsumeError> {
        let mut known = Self::default();
        let mut learned = match (settled, mode) {
            (Some(manifest), Mode::Import) => learned(archive, manifest).await?,
            (Some(manifest), Mode::Plan) => {
                known.plan(archive, manifest).await?;
                HashMap::new()
            }
            (None, _) => HashMap::new(),
        };
        for number in 0..ORGANIZATION_SHARDS {
            let key = keys::organizations(site, number);
            let new = learned.remove(&number).unwrap_or_default();
            let (shard, ()) = archive
                .update(&key, |shard: &mut Shard| {
                    shard.extend(new.iter().map(|(account, known)| (*account, known.clone())));
                })
                .await?;
            for (account, Known { id, name }) in shard {
                let both = format!("{id} {name}");
                let both = hash(account) ^ xxh3_64(both.as_bytes());
                known.fingerprint = known.fingerprint.wrapping_add(both);
                let named = Profile::Organization { name: name.into(), details: Vec::new() };
                known.names.remember(&named, account);
                known.ids.insert(account, id.into_boxed_str());
            }
        }
        Ok(known)
    }
}

/// What stands for the site's id of an organization that a plan would create.
const PLANNED: &str = "planned";

impl Organizations {
    /// Adds the organizations that would be there once a plan is carried out.
    async fn plan<S: Store>(
        &mut self,
        archive: &Archive<S>,
        manifest: &Manifest,
    ) -> Result<(), ConsumeError> {
        for batch in manifest.batches() {
            for record in archive.records(&batch).await? {
                if let Some(account) = record.id {
                    self.ids.insert(account, PLANNED.into());
                }
            }
        }
        Ok(())
    }
}

/// The organizations of the settled batches of an import, by shard.
async fn learned<S: Store>(
    archive: &Archive<S>,
    manifest: &Manifest,
) -> Result<HashMap<u64, Shard>, ConsumeError> {
    let reads = manifest.batches().map(|batch| {
        let key = keys::results(batch.import, batch.phase, batch.batch);
        async move {
            let results = archive.lines::<RecordResult>(&key, None).await?.unwrap_or_default();
            Ok::<_, ArchiveError>((archive.records(&batch).await?, results))
        }
    });
    // Collected first: the reads borrow the archive only.
    let reads: Vec<_> = reads.collect();
    let mut results = stream::iter(reads).buffer_unordered(READS);
    let mut shards: HashMap<u64, Shard> = HashMap::new();
    while let Some((records, results)) = results.try_next().await? {
        for (record, result) in records.into_iter().zip(results) {
            if let (Profile::Organization { name, .. }, Some(account), Some(id)) =
                (record.profile, result.id, result.csm_id)
            {
                let shard = shards.entry(hash(account) % ORGANIZATION_SHARDS).or_default();
                shard.insert(account, Known { id, name: name.into_owned() });
            }
        }
    }
    Ok(shards)
}

fn hash(account: SalesforceId) -> u64 {
    xxh3_64(account.as_str().as_bytes())
}
