//! Reading back what the site holds of the records of a batch.

use std::collections::HashMap;
use std::time::Duration;

use csm_import::csm::error::{Class, SiteError};
use csm_import::csm::port::Site;
use csm_import::csm::profile::{SiteProfile, same_name};
use csm_import::delivery::Causes;
use csm_import::import::attribution::Evidence;
use csm_import::mapping::mapper::{MappedRecord, Profile};
use csm_import::mapping::stage::Stage;
use futures_util::stream::{self, StreamExt, TryStreamExt};

/// Searches under way at once: few enough not to run into the site's burst limits.
const SEARCHES: usize = 4;
/// Reading back takes so long at most, however much time is left: the slot is wanted.
const BUDGET: Duration = Duration::from_mins(3);

/// What reading back came to.
#[derive(Debug)]
pub enum ReadBack {
    /// What is known of each record of the batch.
    Told(Vec<Evidence>),
    /// The site could not be asked this time.
    NotNow(Class),
    /// The site does not answer this question; asking again would be no use.
    Never,
}

/// What is to be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    /// The site's ids.
    Ids,
    /// Ids, and what the site holds.
    Profiles,
}

/// What is asked of the site.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Organizations or customers.
    pub stage: Stage,
    /// Records of a batch.
    pub records: &'a [MappedRecord<'a>],
    /// The site's ids of them, as far as they are known.
    pub known: &'a [Option<String>],
    /// Which of them are asked for.
    pub open: Vec<usize>,
    /// What is to be found out.
    pub sought: Sought,
    /// For how long it may be asked.
    pub left: Duration,
}

/// Asks the site for records.
pub async fn read_back<C: Site>(site: &C, question: Question<'_>) -> ReadBack {
    let Question { stage, records, known, open, sought, left } = question;
    let mut evidence = vec![Evidence::None; records.len()];
    if open.is_empty() {
        return ReadBack::Told(evidence);
    }
    let asked = async {
        let found = match stage {
            Stage::Organizations => organizations(site, records, &open).await?,
            Stage::Customers => customers(site, records, known, &open).await?,
        };
        let full = match sought {
            Sought::Ids => HashMap::new(),
            Sought::Profiles => profiles(site, stage, &found).await?,
        };
        Ok::<_, SiteError>((found, full))
    };
    let (found, full) = match tokio::time::timeout(BUDGET.min(left), asked).await {
        Ok(Ok(told)) => told,
        Err(_) => return ReadBack::NotNow(Class::Retry { after: None }),
        Ok(Err(error)) => {
            tracing::warn!(error = %Causes(&error), "the site could not be read back");
            return match error.class() {
                Class::Reject => ReadBack::Never,
                Class::Stop(blocked) if blocked.is_not_found() => ReadBack::Never,
                class => ReadBack::NotNow(class),
            };
        }
    };
    for (position, candidates) in found {
        if let (Some(record), Some(evidence)) = (records.get(position), evidence.get_mut(position))
        {
            *evidence = judge(record, &candidates, &full);
        }
    }
    ReadBack::Told(evidence)
}

/// Position in the batch → profiles that may be the record.
type Found = HashMap<usize, Vec<SiteProfile>>;

async fn organizations<C: Site>(
    site: &C,
    records: &[MappedRecord<'_>],
    open: &[usize],
) -> Result<Found, SiteError> {
    let name = |position: &usize| match records.get(*position).map(|record| &record.profile) {
        Some(Profile::Organization { name, .. }) => Some(name.as_ref()),
        _ => None,
    };
    let names: Vec<&str> = open.iter().filter_map(name).collect();
    let answers = site.organizations(&names).await?;
    Ok(open
        .iter()
        .map(|position| {
            let matches = |profile: &&SiteProfile| {
                let held = profile.name.as_deref().unwrap_or_default();
                name(position).is_some_and(|name| same_name(held, name))
            };
            (*position, answers.iter().filter(matches).cloned().collect())
        })
        .collect())
}

/// Customers can only be searched for by the Salesforce id that was sent with them.
async fn customers<C: Site>(
    site: &C,
    records: &[MappedRecord<'_>],
    known: &[Option<String>],
    open: &[usize],
) -> Result<Found, SiteError> {
    // Whose id is known need not be searched for.
    let id = |position: &usize| {
        let told = known.get(*position).and_then(Option::as_deref);
        told.or_else(|| records.get(*position)?.customer.as_deref())
    };
    let external_id = |position: &usize| records.get(*position)?.named_external_id();
    let profile = |id: &str| SiteProfile { id: id.to_owned(), ..SiteProfile::default() };
    let known = open.iter().filter_map(|position| Some((*position, vec![profile(id(position)?)])));
    let searches = open.iter().filter(|position| id(position).is_none());
    let searches = searches.filter_map(|position| Some((*position, external_id(position)?)));
    let searches = searches.map(|(position, (field, external_id))| async move {
        let mut candidates = site.customers(field, external_id).await?;
        // The search was not promised to be exact.
        candidates.retain(|candidate| {
            let held = candidate.detail(field);
            held.is_none_or(|values| values.iter().any(|value| value == external_id))
        });
        Ok::<_, SiteError>((position, candidates))
    });
    let searches: Vec<_> = searches.collect();
    let mut found: Found = stream::iter(searches).buffer_unordered(SEARCHES).try_collect().await?;
    found.extend(known);
    Ok(found)
}

/// The full profiles of everything found, by the site's id. A site that does not give them tells
/// less, but that is no reason to stop.
async fn profiles<C: Site>(
    site: &C,
    stage: Stage,
    found: &Found,
) -> Result<HashMap<String, SiteProfile>, SiteError> {
    let mut ids: Vec<&str> = found.values().flatten().map(|profile| profile.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    match site.profiles(stage, &ids).await {
        Ok(profiles) => {
            Ok(profiles.into_iter().map(|profile| (profile.id.clone(), profile)).collect())
        }
        Err(error) if matches!(error.class(), Class::Reject | Class::Stop(_)) => {
            tracing::warn!(error = %Causes(&error), "the site does not give full profiles: what it holds is not compared");
            Ok(HashMap::new())
        }
        Err(error) => Err(error),
    }
}

fn judge(
    record: &MappedRecord<'_>,
    candidates: &[SiteProfile],
    full: &HashMap<String, SiteProfile>,
) -> Evidence {
    let mut best = Evidence::Missing;
    for candidate in candidates {
        let profile = match full.get(&candidate.id) {
            Some(profile) => profile,
            // There is no customer of the id that the export tells.
            None if record.customer.is_some() && !full.is_empty() => continue,
            None => candidate,
        };
        let csm_id = candidate.id.clone();
        let (holds, linked) = match record.customer {
            // Only details were sent.
            Some(_) => (profile.holds_details(record.profile.details()), Some(true)),
            None => (profile.holds(&record.profile), profile.is_linked(&record.profile)),
        };
        match holds {
            Some(true) => return Evidence::Holds { csm_id, linked },
            Some(false) => best = Evidence::Differs { csm_id, linked },
            None => best = Evidence::Mute { csm_id },
        }
    }
    best
}
