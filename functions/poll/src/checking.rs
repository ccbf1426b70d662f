//! Reading back customers that were written, and linking those to their organizations that the site has
//! not linked.

use std::time::Duration;

use csm_import::code::Code;
use csm_import::delivery::{ConsumeError, Delivery, Disposition};
use csm_import::import::attribution::Evidence;
use csm_import::import::batch::Batch;
use csm_import::import::keys;
use csm_import::import::message::Poll;
use csm_import::import::outcome::{Outcome, RecordResult};
use csm_import::import::phase::Phase;
use csm_import::import::progress::Progress;
use csm_import::import::work::{Step, Work};
use csm_import::mapping::mapper::{MappedRecord, Profile};
use csm_import::mapping::stage::Stage;
use csm_import::port::{Clock, Ports, Queue};

use crate::poller::{MARGIN, Poller, STRETCH, again, since, wait};
use crate::read_back::{Question, ReadBack, Sought, read_back};

/// Each batch is looked at for so long, also when the patience with all of them is over.
const OWN: Duration = Duration::from_secs(20);
/// Of a sampled batch, so many customers are read back: each costs a search.
const SAMPLE: usize = 5;

impl<P: Ports> Poller<P> {
    /// Reads back customers of a batch; links that are missing are made once, and read back again.
    pub(crate) async fn check(
        &self,
        poll: &Poll,
        progress: &Progress,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let batch = &poll.batch;
        let key = keys::work(batch.import, batch.phase, batch.batch);
        let work: Work = self.archive.find(&key).await?.unwrap_or_default();
        match work.step(batch) {
            Step::Check | Step::Complete => {}
            // The batch has gone on since, and comes back here.
            Step::Watch(_) | Step::Send(_) => return self.release(poll).await,
        }
        let begun_at = progress.stage(batch.phase).map_or(progress.updated_at, |s| s.begun_at);
        let waited = since(self.clock.now(), begun_at);
        // A stopped import waits for nothing that is not needed for its ledger.
        let now = self.clock.now();
        let own = work.checked_since.map_or(Duration::ZERO, |then| since(now, then));
        let patience_over = (waited >= self.patience && own >= self.patience.min(OWN))
            || progress.stopped.is_some();
        if waited > STRETCH / 3 {
            self.batches_queue.hold(&poll.receipt_handle, STRETCH).await?;
        }

        let Written { positions, records, known } = self.written(batch, progress).await?;
        let (stage, sought) = (Stage::Customers, Sought::Profiles);
        let open = (0..records.len()).collect();
        let left = delivery.deadline.before(MARGIN).left(self.clock.now());
        let question = Question { stage, records: &records, known: &known, open, sought, left };
        let told = read_back(&self.site, question).await;
        let evidence = match told {
            ReadBack::Told(evidence) => evidence,
            ReadBack::NotNow(class) if !patience_over => {
                self.update(poll, |work| work.checked(now)).await?;
                return Ok(wait(delivery, own, class));
            }
            ReadBack::NotNow(_) | ReadBack::Never => vec![Evidence::None; records.len()],
        };
        let checked: Vec<_> = positions.iter().zip(&records).zip(&evidence).collect();
        let missing: Vec<_> = checked.iter().flat_map(|((p, r), e)| links(**p, r, e)).collect();
        if !missing.is_empty() && work.may_link() && progress.stopped.is_none() {
            tracing::info!(import = %batch.import, batch = %batch.batch, links = missing.len(), "links are missing and are made");
            self.update(poll, |work| work.link(&missing)).await?;
            return self.hand_back(poll).await;
        }
        let judged = checked.iter().map(|((position, record), evidence)| {
            judge(record, evidence, work.linked.contains(position), patience_over)
        });
        if let Some(results) = judged.collect::<Option<Vec<RecordResult>>>() {
            return self.store(poll, &results, None, delivery).await;
        }
        self.update(poll, |work| work.checked(now)).await?;
        Ok(Disposition::Later(again(own)))
    }

    /// The customers of a batch that were written and are to be read back.
    async fn written(&self, batch: &Batch, progress: &Progress) -> Result<Written, ConsumeError> {
        let key = keys::results(batch.import, Phase::Customers, batch.batch);
        let results: Vec<RecordResult> = self.archive.lines(&key, None).await?.unwrap_or_default();
        let most = if progress.is_sampled(batch.phase) { SAMPLE } else { usize::MAX };
        let all = (0..).zip(self.archive.records(batch).await?).zip(results);
        let imported = all.filter(|(_, result)| result.outcome == Outcome::Imported);
        let mut written = Written::default();
        for ((position, record), result) in imported.take(most) {
            written.positions.push(position);
            written.records.push(record);
            written.known.push(result.csm_id);
        }
        Ok(written)
    }
}

/// Customers that were written.
#[derive(Default)]
struct Written {
    /// Their positions in the batch.
    positions: Vec<u32>,
    records: Vec<MappedRecord<'static>>,
    /// The site's ids, as far as they are known.
    known: Vec<Option<String>>,
}

/// The links of a customer that the site does not have.
fn links(
    position: u32,
    record: &MappedRecord<'_>,
    evidence: &Evidence,
) -> Vec<(u32, String, String)> {
    let (
        Evidence::Holds { csm_id, linked: Some(false) }
        | Evidence::Differs { csm_id, linked: Some(false) },
        Profile::Customer { organizations, .. },
    ) = (evidence, &record.profile)
    else {
        return Vec::new();
    };
    let organizations = organizations.iter();
    organizations.map(|id| (position, csm_id.clone(), id.to_string())).collect()
}

/// What is told of a customer that was read back; `None`: look again later.
fn judge(
    record: &MappedRecord<'_>,
    evidence: &Evidence,
    was_linked: bool,
    patience_over: bool,
) -> Option<RecordResult> {
    let (linked, otherwise) = match evidence {
        // Searches find new customers late.
        Evidence::Missing => (None, Some(Code::NotFoundYet)),
        // The site may write values in a way of its own.
        Evidence::Differs { linked, .. } => (*linked, Some(Code::HeldOtherwise)),
        Evidence::Holds { linked, .. } => (*linked, None),
        Evidence::None => (None, Some(Code::NotVerified)),
        Evidence::Mute { .. } => (None, None),
    };
    let link = match linked {
        Some(false) => Some(Code::AssociationMissing),
        Some(true) if was_linked => Some(Code::AssociationRepaired),
        _ => None,
    };
    let is_final = matches!(evidence, Evidence::None);
    let may_change = !is_final && otherwise.is_some() || linked == Some(false);
    if may_change && !patience_over {
        return None;
    }
    Some(RecordResult {
        csm_id: evidence.csm_id().map(str::to_owned),
        warnings: otherwise.into_iter().chain(link).collect(),
        ..RecordResult::of(record, Outcome::Imported, None)
    })
}
