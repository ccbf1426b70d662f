//! One command from beginning to end: deploy, drop, wait, fetch.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use csm_import::configuration::FILE;
use csm_import::import::keys::{APPROVED, EXPORTS, PLAN, SCHEDULED};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use crate::args::Args;
use crate::bucket::Placed;
use crate::cloud::{Cloud, CloudOptions};
use crate::display::Display;
use crate::error::LocalError;
use crate::exports::{self, Export};
use crate::ledger::Ledger;
use crate::plans::Plans;
use crate::site::Target;
use crate::watch;
use crate::workspace::Notes;

/// What a second of waiting is enough to upload.
const BYTES_A_SECOND: u64 = 50_000_000;
const FETCHES_AT_ONCE: usize = 8;
/// As often as a schedule can fire. A single point in time might pass while files are uploaded.
const SCHEDULE: &str = "rate(1 minute)";
const EXPRESSION: &str = "ScheduleExpression";

/// Everything this command has started.
#[derive(Debug)]
pub struct Session {
    target: Target,
    cloud: Arc<Cloud>,
}

impl Session {
    /// Starts what is missing and deploys.
    pub async fn start(args: &Args, work: &Work) -> Result<Self, LocalError> {
        let target = Target::start(args).await?;
        let bytes: u64 = work.exports.iter().map(|export| export.bytes).sum();
        let settle = args.settle_seconds.map_or_else(|| 2 + bytes / BYTES_A_SECOND, u64::from);
        let mut options = CloudOptions::new(&target.url, &target.token)
            .parameter("SettleSeconds", settle.min(900).to_string());
        if let Some(tasks) = args.max_open_tasks {
            options = options.parameter("MaxOpenTasks", tasks.to_string());
        }
        if args.scheduled {
            options = options.parameter(EXPRESSION, schedule(args));
        }
        for (name, value) in &args.parameters {
            options = options.parameter(name, value.clone());
        }
        options.aws_endpoint.clone_from(&args.aws_endpoint);
        options.notes = Notes { shown: true };
        let cloud = Arc::new(Cloud::start(options).await?);
        Ok(Self { target, cloud })
    }

    /// Imports the exports and copies the results.
    pub async fn import(&self, args: &Args, work: &Work) -> Result<Ledger, LocalError> {
        let display = Display::new(args.json);
        display.say(if args.scheduled { "Dropping …" } else { "Importing …" });
        let dropped = self.drop_all(work).await?;
        if args.scheduled {
            let schedule = schedule(args);
            display.say(&format!(
                "Everything lies below scheduled/. Nothing happens before the schedule, {schedule}, fires …"
            ));
        }
        self.ledger(args, dropped, display).await
    }

    /// Plans an import of the exports and copies the plans.
    pub async fn plan(&self, args: &Args, work: &Work) -> Result<Plans, LocalError> {
        let display = Display::of_plan();
        display.say("Planning …");
        let dropped = self.drop_all(work).await?;
        let mut plans = Plans::default();
        for id in self.finished(args, dropped, display).await? {
            let key = format!("imports/{id}/plan.json");
            plans.add(&key, &self.cloud.get(&key).await?.unwrap_or_default())?;
        }
        Ok(plans)
    }

    /// Approves plans: imports what was planned, and copies the results.
    pub async fn approve(&self, args: &Args, plans: &Plans) -> Result<Ledger, LocalError> {
        let display = Display::new(args.json);
        display.say("Importing what was planned …");
        let mut dropped = Vec::new();
        for planned in plans.objects() {
            let approved = format!("{APPROVED}{}", planned.strip_prefix(PLAN).unwrap_or(planned));
            dropped.push(self.cloud.copy(planned, &approved).await?);
        }
        self.ledger(args, dropped, display).await
    }

    async fn ledger(
        &self,
        args: &Args,
        dropped: Vec<Placed>,
        display: Display,
    ) -> Result<Ledger, LocalError> {
        let mut ledger = Ledger::default();
        for id in self.finished(args, dropped, display).await? {
            let key = format!("imports/{id}/summary.json");
            ledger.add(&key, &self.cloud.get(&key).await?.unwrap_or_default())?;
        }
        Ok(ledger)
    }

    /// Waits for the imports of what was dropped, and copies what they have written.
    async fn finished(
        &self,
        args: &Args,
        dropped: Vec<Placed>,
        mut display: Display,
    ) -> Result<Vec<String>, LocalError> {
        let imports = watch::until_finished(&self.cloud, dropped, args.limit(), &mut display).await;
        display.end();
        let imports = imports?;
        for id in &imports {
            self.fetch(id, &args.out).await?;
        }
        Ok(imports)
    }

    /// What a person needs to go on by hand.
    pub fn addresses(&self) -> String {
        let (endpoint, bucket) = (self.cloud.endpoint(), self.cloud.bucket());
        format!(
            "\nStill running, until Ctrl-C:\n  AWS    {endpoint}\n  bucket {bucket}\n  site   {}\n\
             Drop more, with any credentials:\n  aws --endpoint-url {endpoint} --region us-east-1 \
             s3 cp Contact.csv s3://{bucket}/exports/",
            self.target.url
        )
    }

    /// Ends what was started.
    pub async fn stop(self) -> Result<(), LocalError> {
        self.target.stop().await;
        match Arc::try_unwrap(self.cloud) {
            Ok(cloud) => cloud.stop().await,
            // Fetches that were cut off hold it; with them it goes.
            Err(_) => Ok(()),
        }
    }

    async fn drop_all(&self, work: &Work) -> Result<Vec<Placed>, LocalError> {
        if let Some(configuration) = &work.configuration {
            self.cloud.put(FILE, configuration.clone()).await?;
        }
        let mut dropped = Vec::new();
        for export in &work.exports {
            dropped.push(self.cloud.put_file(&export.key, &export.file).await?);
        }
        Ok(dropped)
    }

    async fn fetch(&self, id: &str, out: &Path) -> Result<(), LocalError> {
        let prefix = format!("imports/{id}/");
        let mut fetches = JoinSet::new();
        for key in self.cloud.list(&prefix).await? {
            let Some(file) = place(key.strip_prefix("imports/").unwrap_or(&key), out) else {
                continue;
            };
            if fetches.len() >= FETCHES_AT_ONCE {
                joined(fetches.join_next().await)?;
            }
            fetches.spawn(copy(Arc::clone(&self.cloud), key, file));
        }
        while let Some(done) = fetches.join_next().await {
            joined(Some(done))?;
        }
        Ok(())
    }
}

/// What goes into the bucket.
#[derive(Debug)]
pub struct Work {
    /// What is imported or planned.
    pub exports: Vec<Export>,
    /// The configuration file, if there is one.
    pub configuration: Option<Vec<u8>>,
}

/// Checks the command line before anything is started.
pub fn check(args: &Args) -> Result<Work, LocalError> {
    args.site_address()?;
    let configuration = args.configuration()?;
    let root = match (args.plan, args.scheduled) {
        (true, _) => PLAN,
        (_, true) => SCHEDULED,
        _ => EXPORTS,
    };
    let exports = exports::drops(root, &args.paths)?;
    Ok(Work { exports, configuration })
}

/// When the schedule fires: as often as can be, unless the command line says something else.
fn schedule(args: &Args) -> &str {
    let given = args.parameters.iter().rfind(|(name, _)| name == EXPRESSION);
    given.map_or(SCHEDULE, |(_, value)| value)
}

/// Lets a piece of work be ended from the keyboard or by the system.
pub async fn unless_interrupted<T>(
    work: impl Future<Output = Result<T, LocalError>>,
) -> Result<T, LocalError> {
    tokio::select! {
        result = work => result,
        () = interrupted() => Err(LocalError::Interrupted),
    }
}

/// Waits for Ctrl-C, or for being asked to end.
pub async fn interrupted() {
    let asked = async |kind| match signal(kind) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    };
    tokio::select! {
        () = asked(SignalKind::interrupt()) => {}
        () = asked(SignalKind::terminate()) => {}
        () = asked(SignalKind::hangup()) => {}
    }
}

/// A key must not lead out of the folder.
fn place(key: &str, out: &Path) -> Option<PathBuf> {
    let path = Path::new(key);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && !key.ends_with('/')).then(|| out.join(path))
}

async fn copy(cloud: Arc<Cloud>, key: String, file: PathBuf) -> Result<(), LocalError> {
    let what = || format!("writing {}", file.display());
    let Some(object) = cloud.open(&key).await? else {
        return Ok(());
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(LocalError::io(what()))?;
    }
    let mut output = File::create(&file).map_err(LocalError::io(what()))?;
    let mut body = object.body;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(LocalError::aws(format!("reading {key}")))?;
        output.write_all(&piece).map_err(LocalError::io(what()))?;
    }
    Ok(())
}

type Joined = Option<Result<Result<(), LocalError>, tokio::task::JoinError>>;

fn joined(done: Joined) -> Result<(), LocalError> {
    match done {
        Some(Ok(result)) => result,
        Some(Err(error)) => Err(LocalError::io("copying results")(std::io::Error::other(error))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_within_the_folder() {
        let out = Path::new("out");
        assert_eq!(place("id/results/a.ndjson", out), Some("out/id/results/a.ndjson".into()));
        for key in ["../x", "id/../../x", "/etc/passwd", "id/"] {
            assert_eq!(place(key, out), None, "{key}");
        }
    }
}
