//! Which CSM organization a Salesforce account became: in this import, and in earlier ones.

use std::collections::{BTreeMap, HashMap};

use csm_import::archive::Archive;
use csm_import::delivery::ConsumeError;
use csm_import::import::batch::Edition;
use csm_import::import::document::ImportDocument;
use csm_import::import::keys::{self, ORGANIZATION_SHARDS};
use csm_import::import::manifest::Manifest;
use csm_import::import::outcome::RecordResult;
use csm_import::mapping::stage::Stage;
use csm_import::port::Store;
use csm_import::salesforce::id::SalesforceId;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use xxhash_rust::xxh3::xxh3_64;

/// Results read at once.
const READS: usize = 16;

/// One object of `state/organizations/`, sorted so that the same knowledge gives the same bytes.
type Shard = BTreeMap<SalesforceId, String>;

/// The organizations that accounts became.
#[derive(Clone, Debug, Default)]
pub struct Organizations {
    ids: HashMap<SalesforceId, Box<str>>,
}

impl Organizations {
    /// The site's id of the organization that an account became.
    pub fn get(&self, account: SalesforceId) -> Option<String> {
        self.ids.get(&account).map(ToString::to_string)
    }

    /// A number that differs when the knowledge differs.
    pub fn edition(&self) -> Edition {
        let hashes = self.ids.iter().map(|(account, id)| hash(*account) ^ xxh3_64(id.as_bytes()));
        let sum = hashes.fold(0u64, u64::wrapping_add);
        #[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
        Edition((sum ^ (sum >> 32)) as u32)
    }

    /// Adds what this import has learned to what is kept, and loads all of it.
    ///
    /// # Errors
    /// A fault of the bucket; adding twice changes nothing.
    pub async fn learn<S: Store>(
        archive: &Archive<S>,
        site: &str,
        document: &ImportDocument,
    ) -> Result<Self, ConsumeError> {
        let mut learned = learned(archive, document).await?;
        let mut ids = HashMap::new();
        for number in 0..ORGANIZATION_SHARDS {
            let key = keys::organizations(site, number);
            let new = learned.remove(&number).unwrap_or_default();
            let (shard, ()) = archive
                .update(&key, |shard: &mut Shard| {
                    shard.extend(new.iter().map(|(account, id)| (*account, id.clone())));
                })
                .await?;
            ids.extend(shard.into_iter().map(|(account, id)| (account, id.into_boxed_str())));
        }
        Ok(Self { ids })
    }
}

/// The organizations of the settled batches of an import, by shard.
async fn learned<S: Store>(
    archive: &Archive<S>,
    document: &ImportDocument,
) -> Result<HashMap<u64, Shard>, ConsumeError> {
    let stage = Stage::Organizations;
    let manifest: Manifest = archive.get(&keys::manifest(document.id, stage)).await?;
    let reads = manifest.batches().map(|batch| {
        let key = keys::results(document.id, stage, batch.batch);
        async move { archive.lines::<RecordResult>(&key, None).await }
    });
    // Collected first: the reads borrow the archive only.
    let reads: Vec<_> = reads.collect();
    let mut results = stream::iter(reads).buffer_unordered(READS);
    let mut shards: HashMap<u64, Shard> = HashMap::new();
    while let Some(lines) = results.try_next().await? {
        for result in lines.into_iter().flatten() {
            if let (Some(account), Some(id)) = (result.id, result.csm_id) {
                let shard = shards.entry(hash(account) % ORGANIZATION_SHARDS).or_default();
                shard.insert(account, id);
            }
        }
    }
    Ok(shards)
}

fn hash(account: SalesforceId) -> u64 {
    xxh3_64(account.as_str().as_bytes())
}
