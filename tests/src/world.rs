//! A simulated site and a stack deployed for it.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use csm_import::import::progress::Progress;
use csm_import::import::summary::Summary;
use csm_sim::{Options, Sim};
use local::display::Display;
use local::{Cloud, CloudOptions, Placed, watch};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::account::Import;
use crate::cloud::{self, Functions, Kind, ministack};
use crate::costs::Counts;
use crate::table::Table;

/// Stacks at once: each is an emulator with a handful of processes.
static STACKS: Semaphore = Semaphore::const_new(2);
/// Nothing changed for so long: something is stuck.
pub(crate) const STUCK: Duration = Duration::from_mins(2);
/// Between two looks at something that cannot be awaited.
pub(crate) const LOOK: Duration = Duration::from_millis(100);

/// The token that the site of every test asks for; a test of hygiene looks for it.
pub const TOKEN: &str = "token-that-nobody-may-see";

/// A site and a stack. Dropping it ends both.
pub struct World {
    /// The site.
    pub sim: Sim,
    functions: Functions,
    /// The stack.
    pub cloud: Cloud,
    _permit: SemaphorePermit<'static>,
}

impl World {
    /// Starts a site and deploys the template for it, with parameters other than the defaults.
    pub async fn start(options: Options, parameters: &[(&str, &str)]) -> Self {
        Self::start_on(Kind::chosen(), options, parameters).await
    }

    /// The same, on a cloud of one's own choice.
    pub async fn start_on(kind: Kind, options: Options, parameters: &[(&str, &str)]) -> Self {
        let permit = STACKS.acquire().await.expect("never closed");
        let options = Options { token: Some(TOKEN.to_owned()), ..options };
        let sim = Sim::start(options).await.expect("the site starts");
        let mut deployment =
            CloudOptions::new(sim.base_url(), TOKEN).parameter("ReadBackSeconds", "20");
        for (name, value) in parameters {
            deployment = deployment.parameter(name, *value);
        }
        let (functions, cloud) = cloud::start(kind, deployment).await;
        Self { sim, functions, cloud, _permit: permit }
    }

    /// A site that behaves as documented, with fast tasks.
    pub fn documented() -> Options {
        Options { task_seconds: Some(0.3), ..Options::documented() }
    }

    /// Drops an object.
    pub async fn drop(&self, key: &str, bytes: impl Into<Vec<u8>>) -> Placed {
        self.cloud.put(key, bytes).await.expect("the drop")
    }

    /// Waits until every dropped object has been imported; the imports there are then.
    pub async fn imported(&self, dropped: Vec<Placed>) -> Vec<Import> {
        let mut imports = Vec::new();
        for id in self.finished(dropped).await {
            imports.push(self.import(&id).await);
        }
        imports
    }

    /// Waits until what every dropped object led to has come to its end; the ids of that.
    pub async fn finished(&self, dropped: Vec<Placed>) -> Vec<String> {
        let mut display = Display::silent();
        match watch::until_finished(&self.cloud, dropped, STUCK, &mut display).await {
            Ok(ids) => ids,
            Err(error) => panic!("{error}\n{}", self.log_tail()),
        }
    }

    /// Drops objects that make up one import, and waits for its end.
    pub async fn import_of(&self, objects: &[(&str, Vec<u8>)]) -> Import {
        let before = self.cloud.folders("imports/").await.expect("a listing");
        let mut dropped = Vec::new();
        for (key, bytes) in objects {
            dropped.push(self.drop(key, bytes.clone()).await);
        }
        let mut new = self.finished(dropped).await;
        new.retain(|id| !before.contains(id));
        assert_eq!(new.len(), 1, "one drop is one import");
        self.import(&new.remove(0)).await
    }

    /// What an import has written.
    pub async fn import(&self, id: &str) -> Import {
        let read = async |name: &str| {
            let key = format!("imports/{id}/{name}");
            self.cloud.get(&key).await.expect("a read").unwrap_or_else(|| panic!("{key} is there"))
        };
        let summary: Summary =
            serde_json::from_slice(&read("summary.json").await).expect("a summary");
        Import {
            id: id.to_owned(),
            succeeded: Table::parse(&read("succeeded.csv").await),
            errors: Table::parse(&read("errors.csv").await),
            issues: Table::parse(&read("issues.csv").await),
            summary,
        }
    }

    /// The progress of an import, as soon as it has any that satisfies `reached`.
    pub async fn progress(&self, reached: impl Fn(&Progress) -> bool) -> Progress {
        let looked = tokio::time::timeout(STUCK, async {
            loop {
                for id in self.cloud.folders("imports/").await.expect("a listing") {
                    let key = format!("imports/{id}/progress.json");
                    let read = self.cloud.get(&key).await.expect("a read");
                    let progress = read.and_then(|bytes| serde_json::from_slice(&bytes).ok());
                    if let Some(progress) = progress.filter(&reached) {
                        return progress;
                    }
                }
                tokio::time::sleep(LOOK).await;
            }
        });
        looked.await.unwrap_or_else(|_| panic!("not reached\n{}", self.log_tail()))
    }

    /// Waits until nothing is left in any queue, in flight or not.
    pub async fn queues_are_empty(&self) {
        let queues = self.cloud.queues();
        let emptied = tokio::time::timeout(STUCK, async {
            for queue in [&queues.exports, &queues.batches, &queues.tasks] {
                while self.held_by(queue).await > 0 {
                    tokio::time::sleep(LOOK).await;
                }
            }
        });
        emptied.await.unwrap_or_else(|_| panic!("a queue is not empty\n{}", self.log_tail()));
        self.cloud.check_dead_letters().await.expect("no dead letters");
    }

    /// How many messages a queue holds: those that wait, those in flight, and those that are delayed.
    pub async fn held_by(&self, queue: &str) -> u64 {
        let counts = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let request = self.cloud.sqs().get_queue_attributes().queue_url(queue);
        let request = request.set_attribute_names(Some(counts.to_vec()));
        let answer = request.send().await.expect("the attributes");
        let held = answer.attributes().expect("the attributes");
        counts.iter().map(|count| held[count].parse::<u64>().expect("a number")).sum()
    }

    /// An output of the stack, on ministack.
    pub async fn output(&self, name: &str) -> String {
        let stack = ministack::stack(&self.cloud).await;
        let output = stack.outputs().iter().find(|output| output.output_key() == Some(name));
        output.and_then(|output| output.output_value()).expect("an output").to_owned()
    }

    /// Deploys the stack again with other parameters, on ministack.
    pub async fn update(&self, parameters: &[(&str, &str)]) {
        ministack::update(&self.cloud, parameters).await;
    }

    /// Kills every process of the functions; how many there were.
    pub fn kill_functions(&self) -> usize {
        self.functions.kill(&self.cloud)
    }

    /// Everything that the emulator and the functions have logged.
    pub fn log(&self) -> String {
        let file = self.cloud.log_file().expect("they were started here");
        let bytes = std::fs::read(file).expect("a log");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What the functions asked AWS for, on clouds that note it.
    pub fn counts(&self) -> Counts {
        let calls = self.functions.calls().expect("a cloud that notes calls");
        Counts::of(&std::fs::read_to_string(calls).expect("the calls"))
    }

    fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().rev().take(60).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}
