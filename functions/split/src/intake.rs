//! Taking what lies in a folder: once nothing new comes in, and nothing twice.

use std::time::Duration;

use csm_import::delivery::{AT_ONCE, ConsumeError, Delivery, Disposition};
use csm_import::import::claims::Claims;
use csm_import::import::document::Mode;
use csm_import::import::id::{ImportId, SourceObject};
use csm_import::import::keys;
use csm_import::import::pace;
use csm_import::import::progress::{Orders, Progress, Stop, StopCode};
use csm_import::import::scheduled::Run;
use csm_import::port::{Clock, Condition, Dropped, Exports, Ports, Written};
use jiff::Timestamp;

use crate::drawing_up::Drawn;
use crate::splitter::Splitter;

/// How often a message comes back before the site, which does not answer, is given up, if that has
/// taken as long as it is looked for records.
const ASKED: u32 = 6;
/// How often a lost race for a folder is run again before the message is left to come back.
const RACES: u32 = 5;

/// On whose behalf a folder is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Taking<'a> {
    /// Somebody dropped something, at this time if that is known: everything is taken, once the folder is quiet.
    At(Option<Timestamp>),
    /// It is the folder's turn in a scheduled run: what lay there when that began is taken.
    By(&'a Run),
}

impl<'a> Taking<'a> {
    /// The run.
    pub(crate) const fn run(self) -> Option<&'a Run> {
        match self {
            Self::At(_) => None,
            Self::By(run) => Some(run),
        }
    }

    /// Since when it is tried, if that is known.
    fn since(self) -> Option<Timestamp> {
        match self {
            Self::At(arrived) => arrived,
            Self::By(run) => Some(run.ended_at),
        }
    }

    fn takes(self, found: &Dropped) -> bool {
        let later = |run: &Run| found.written.is_some_and(|written| written > run.began_at);
        !self.run().is_some_and(later)
    }
}

/// What imports have given up of what they took.
enum GivenUp {
    Nothing,
    Some,
    /// One of them has to come to its end before.
    NotYet(Duration),
}

impl<P: Ports> Splitter<P> {
    /// Takes what is new in a folder as one import, unless something has just come in.
    pub(crate) async fn take(
        &self,
        folder: &str,
        taking: Taking<'_>,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        for race in 0..RACES {
            // Before the listing: what is listed must not be older than what was taken.
            let key = keys::claims(folder);
            let (mut claims, etag): (Claims, _) = self.archive.find_with_etag(&key).await?;
            let condition = etag.as_deref().map_or(Condition::Absent, Condition::Unchanged);
            let found = self.exports.objects(folder).await?;
            if let Some(rest) = self.unsettled(folder, taking, &found) {
                return Ok(Disposition::Later(rest + Duration::from_secs(1)));
            }
            let found = found.into_iter().filter(|found| taking.takes(found));
            let objects: Vec<SourceObject> = found.map(|found| found.object).collect();
            match self.give_up(&mut claims, &objects, delivery).await? {
                GivenUp::Nothing => {}
                GivenUp::Some => {
                    // On record before anything else: it must not be forgotten if this ends here.
                    self.archive.put(&key, &claims, condition).await?;
                    continue;
                }
                GivenUp::NotYet(wait) => return Ok(Disposition::Later(wait)),
            }
            let standing = claims.standing(&objects);
            // Nothing new in these; but whoever took them may have died before going on.
            let mut disposition = Disposition::Done;
            for import in standing.current.union(&standing.absent) {
                let progress: Option<Progress> =
                    self.archive.find(&keys::progress(*import)).await?;
                if progress.is_some_and(|progress| progress.finished) {
                    continue;
                }
                self.begin(*import).await?;
                // None of them may be forgotten while one has to wait.
                disposition = disposition.and(self.go_on(*import, delivery).await?);
            }
            if standing.fresh.is_empty() {
                return Ok(disposition);
            }
            let waited = taking.since().map_or(Duration::MAX, |since| self.time_since(since));
            let patient = delivery.receives < ASKED || waited < self.settings.read_back;
            let fresh = standing.fresh.clone();
            let drawn = self.document(folder, &objects, fresh, &claims, patient, delivery.deadline);
            let import = match drawn.await? {
                Drawn::Up(import) => import,
                Drawn::NotNow => {
                    let wait = pace::backoff(delivery.receives, None, delivery.seed());
                    return Ok(Disposition::Later(wait));
                }
                Drawn::NotYet => return Ok(Disposition::Later(AT_ONCE)),
            };
            folder.clone_into(&mut claims.folder);
            claims.claim(import, &standing.fresh);
            if self.archive.put(&key, &claims, condition).await? == Written::Yes {
                tracing::info!(%import, objects = standing.fresh.len(), "an import begins");
                self.begin(import).await?;
                return Ok(disposition.and(self.go_on(import, delivery).await?));
            }
            tracing::info!(race, "another function took something of the same folder");
        }
        Ok(Disposition::Later(pace::backoff(delivery.receives, None, delivery.seed())))
    }

    /// How much longer a folder has to be quiet in which somebody drops something.
    fn unsettled(&self, folder: &str, taking: Taking<'_>, found: &[Dropped]) -> Option<Duration> {
        let Taking::At(arrived) = taking else { return None };
        let newest = found.iter().filter_map(|found| found.written).max().max(arrived);
        let newest = newest.filter(|_| folder.ends_with('/'))?;
        let rest = self.settings.settle.saturating_sub(self.time_since(newest));
        (!rest.is_zero()).then_some(rest)
    }

    /// The time since then; none if it is still to come.
    pub(crate) fn time_since(&self, then: Timestamp) -> Duration {
        Duration::try_from(self.clock.now().duration_since(then)).unwrap_or_default()
    }

    /// Writes the progress of an import that has none yet: only then it is under way.
    pub(crate) async fn begin(&self, import: ImportId) -> Result<(), ConsumeError> {
        let document = self.archive.document(import).await?;
        let configuration = &document.configuration;
        let orders = Orders {
            mode: document.mode,
            dialect: configuration.dialect,
            operation: configuration.policies.operation,
            unclear: configuration.policies.unclear,
            verify: configuration.verify,
            tolerated: configuration.tolerated_failures,
            records: document.exports.iter().map(|export| export.survey.records).sum(),
        };
        let mut progress = Progress::new(import, orders, self.clock.now());
        if let Some(stop) = document.stop {
            progress.stop(stop);
        }
        let key = keys::progress(import);
        self.archive.put(&key, &progress, Condition::Absent).await?;
        Ok(())
    }

    /// Frees what imports have taken where they do not go on with it: those under way of which an
    /// object has been replaced, which stop, and stopped ones of which an object is dropped again.
    /// All that they took goes to the import that takes the new object.
    async fn give_up(
        &self,
        claims: &mut Claims,
        objects: &[SourceObject],
        delivery: &Delivery,
    ) -> Result<GivenUp, ConsumeError> {
        let standing = claims.standing(objects);
        let mut given_up = GivenUp::Nothing;
        for import in standing.replaced.union(&standing.repeated) {
            let replaced = standing.replaced.contains(import);
            let progress: Option<Progress> = self.archive.find(&keys::progress(*import)).await?;
            // A plan that is asked for again may come out otherwise.
            let (under_way, again) = match &progress {
                Some(progress) => {
                    let is_plan = progress.orders.mode == Mode::Plan;
                    (!progress.finished, progress.stopped.is_some() || is_plan)
                }
                None => (true, false),
            };
            if under_way && replaced {
                // Also one that never began: whoever took it may be about to begin.
                self.begin(*import).await?;
                if let Disposition::Later(wait) = self.stop_replaced(*import, delivery).await? {
                    return Ok(GivenUp::NotYet(wait));
                }
                claims.given_up.insert(*import);
            } else if under_way || !again {
                continue;
            }
            claims.release(*import);
            given_up = GivenUp::Some;
        }
        Ok(given_up)
    }

    async fn stop_replaced(
        &self,
        import: ImportId,
        delivery: &Delivery,
    ) -> Result<Disposition, ConsumeError> {
        let message = "An export of this import was replaced while it was being imported.";
        let stop = Stop::new(StopCode::ExportReplaced, message);
        self.archive.advance(import, |progress| progress.stop(stop.clone())).await?;
        tracing::info!(%import, "stopped: an export was replaced");
        self.go_on(import, delivery).await
    }
}
