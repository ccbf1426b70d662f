//! How the command ends when it does not end by itself: by a site that refuses it, by a person, by the
//! system.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests say by a panic what does not hold"
)]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use csm_sim::{Answer, AnswerFault, Faults, Options, Sim};
use tempfile::TempDir;

const CONTACTS: &str = "\"Id\",\"LastName\",\"FirstName\",\"Email\"\n\
    \"003000000000001AAA\",\"One\",\"Pat\",\"one@example.org\"\n\
    \"003000000000002AAA\",\"Two\",\"Pat\",\"two@example.org\"\n";
const LIMIT: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_millis(20);

/// A folder with an export in it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Contact.csv"), CONTACTS).unwrap();
    folder
}

/// The command in that folder.
fn local(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command.current_dir(folder).args(words).env_remove("CSM_TOKEN").stdin(Stdio::null());
    command
}

#[tokio::test]
async fn a_stopped_import_fails_and_names_what_is_missing() {
    const TOKEN: &str = "token-of-the-command-line";
    let options = Options { token: Some(TOKEN.to_owned()), ..Options::documented() };
    let sim = Sim::start(options).await.unwrap();
    let answers = [AnswerFault::bulk(1_000, Answer::Status(403))].into();
    sim.set_faults(Faults { answers, ..Faults::default() });
    let folder = folder();
    let url = sim.base_url();
    let mut command = local(folder.path(), &["Contact.csv", "--csm-url", &url]);
    let output = command.env("CSM_TOKEN", TOKEN).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{out}\n{err}");
    assert!(out.contains(": stopped") && out.contains("Jira admin"), "{out}");
    assert!(!out.contains(TOKEN) && !err.contains(TOKEN));
    // Every record is accounted for in the copied results.
    let import = fs::read_dir(folder.path().join("out")).unwrap().next().unwrap().unwrap().path();
    let errors = fs::read_to_string(import.join("errors.csv")).unwrap();
    assert_eq!(errors.matches("\"import-stopped\"").count(), 2, "{errors}");
}

/// A process that another one of the same number cannot be taken for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Process {
    id: u32,
    begun: u64,
    parent: u32,
    name: String,
}

/// Everything that runs now, but for what has ended and only waits to be buried.
fn running() -> Vec<Process> {
    let ids = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter_map(|id: u32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name stands in parentheses and may hold anything.
        let (before, rest) = stat.rsplit_once(')')?;
        let name = before.split_once('(')?.1.to_owned();
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let (parent, begun) = (fields.get(1)?.parse().ok()?, fields.get(19)?.parse().ok()?);
        (fields.first() != Some(&"Z")).then_some(Process { id, begun, parent, name })
    })
    .collect()
}

fn descendants(of: u32) -> BTreeSet<Process> {
    let running = running();
    let mut found = BTreeSet::new();
    let mut parents = vec![of];
    while let Some(parent) = parents.pop() {
        let children = running.iter().filter(|process| process.parent == parent);
        for child in children {
            parents.push(child.id);
            found.insert(child.clone());
        }
    }
    found
}

#[track_caller]
fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(begin.elapsed() < LIMIT, "{what}");
        thread::sleep(LOOK);
    }
}

/// A command that does not outlive a test that fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Ends the command with a signal while a task is open; how it ended.
fn ended_by(signal: &str) -> ExitStatus {
    let folder = folder();
    let mut command = local(folder.path(), &["Contact.csv", "--task-seconds", "3600"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut running = Running(command.spawn().unwrap());
    let id = running.0.id();
    let mut lines = BufReader::new(running.0.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("Importing")), "it begins to import");
    // Once the functions run, they and the emulator are what could be left behind.
    let started = wait_for("the functions run", || {
        let started = descendants(id);
        let functions = started.iter().filter(|process| process.name == "bootstrap").count();
        (functions >= 3).then_some(started)
    });
    let kill = Command::new("kill").args([signal, &id.to_string()]).status().unwrap();
    assert!(kill.success());
    let status = wait_for("the command ends", || running.0.try_wait().unwrap());
    wait_for("nothing is left behind", || {
        let still = running_of(&started);
        still.is_empty().then_some(())
    });
    status
}

fn running_of(started: &BTreeSet<Process>) -> Vec<Process> {
    let same = |process: &Process| {
        started.iter().any(|other| (other.id, other.begun) == (process.id, process.begun))
    };
    running().into_iter().filter(same).collect()
}

#[test]
fn interrupted_it_leaves_nothing_running() {
    assert_eq!(ended_by("-INT").code(), Some(1));
}

#[test]
fn killed_it_leaves_nothing_running_either() {
    assert_eq!(ended_by("-KILL").code(), None);
}
