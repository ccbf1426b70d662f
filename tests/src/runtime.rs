//! Lambda, as far as the functions know it: the runtime API, environments that are kept between
//! invocations, time-outs, and mappings that hand over the messages of queues.

pub mod environment;
mod event;
mod mapping;

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_config::SdkConfig;
use tokio::task::JoinSet;

use self::mapping::pump;

/// A function of a stack.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its short name, such as `split`.
    pub name: String,
    /// The name that it has in the stack.
    pub full_name: String,
    /// The program.
    pub program: PathBuf,
    /// How long an invocation may take.
    pub timeout: Duration,
    /// In MB; it is told to the function, and not enforced.
    pub memory: u64,
    /// What its environment says.
    pub variables: Vec<(String, String)>,
}

/// A queue whose messages a function is invoked with.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The queue's address.
    pub queue_url: String,
    /// The queue's ARN.
    pub queue_arn: String,
    /// How many messages one invocation is given at most.
    pub batch_size: i32,
    /// Whether the function names the messages that stay.
    pub names_failures: bool,
    /// How many invocations there may be at once.
    pub concurrency: usize,
}

/// What the environment of a function of this name says.
pub type Variables = Box<dyn Fn(&str) -> Vec<(String, String)> + Send + Sync>;

/// What the runtime is given by the cloud that it runs beside.
pub struct Surroundings {
    /// How the mappings ask for messages.
    pub config: SdkConfig,
    /// How long they wait for some.
    pub wait: Duration,
    /// What the environment of every function says besides; it is given the environment's own name.
    pub variables: Variables,
    /// Where the functions' output goes.
    pub log: PathBuf,
    /// Where invocations are noted, if they are.
    pub calls: Option<PathBuf>,
}

/// What the environments of a runtime share.
pub(crate) struct Shared {
    surroundings: Surroundings,
    started: AtomicU64,
    /// The processes that are there.
    processes: Mutex<BTreeSet<u32>>,
}

impl Shared {
    fn next_number(&self) -> u64 {
        self.started.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn processes(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The log, to which processes and the runtime itself add lines.
    fn log(&self) -> File {
        appending(&self.surroundings.log)
    }

    /// Writes a line of the runtime's own into the log.
    fn say(&self, line: &str) {
        writeln!(self.log(), "{line}").expect("the log can be written");
    }

    /// Notes a step of an invocation among the calls.
    fn note(&self, line: &str) {
        if let Some(calls) = &self.surroundings.calls {
            // In one piece: the emulator writes to the same file.
            let line = format!("{line}\n");
            appending(calls).write_all(line.as_bytes()).expect("the calls can be written");
        }
    }

    /// Kills every process; how many there were.
    fn kill(&self) -> usize {
        let ids: Vec<u32> = self.processes().iter().copied().collect();
        let killed = |id: &&u32| {
            let kill = Command::new("kill").args(["-KILL", &id.to_string()]).output();
            // One of them may have ended by itself since.
            kill.expect("kill can be run").status.success()
        };
        ids.iter().filter(killed).count()
    }
}

fn appending(path: &PathBuf) -> File {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Functions that run. Dropping it ends them.
pub struct Runtime {
    shared: Arc<Shared>,
    /// Aborted with the runtime.
    pumps: JoinSet<()>,
}

impl Runtime {
    /// Hands the messages of queues to functions from now on.
    pub fn start(surroundings: Surroundings, functions: Vec<(Function, Mapping)>) -> Self {
        let (started, processes) = (AtomicU64::new(0), Mutex::default());
        let shared = Arc::new(Shared { surroundings, started, processes });
        let mut pumps = JoinSet::new();
        for (function, mapping) in functions {
            pumps.spawn(pump(Arc::clone(&shared), function, mapping));
        }
        Self { shared, pumps }
    }

    /// Kills every process of the functions; how many there were.
    pub fn kill(&self) -> usize {
        self.shared.kill()
    }

    /// Where invocations are noted, if they are.
    pub fn calls(&self) -> Option<&Path> {
        self.shared.surroundings.calls.as_deref()
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.pumps.abort_all();
        self.kill();
    }
}
