//! The command as a person uses it: what it prints, how it exits, what it leaves behind.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests say by a panic what does not hold"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use csm_import::configuration::Configuration;
use serde_json::Value;

const HEADER: &str = "\"Id\",\"LastName\",\"FirstName\",\"Email\"\n";
const GOOD: &str = "\"003000000000001AAA\",\"Sample\",\"Pat\",\"pat@example.org\"\n";
const BAD: &str = "\"003000000000002AAA\",\"Sample\",\"Kim\",\"\"\n";

fn local(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command.current_dir(folder).env_remove("CSM_TOKEN");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    local(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn summary(output: &Output) -> Value {
    let stdout = std::str::from_utf8(&output.stdout).unwrap();
    serde_json::from_str(stdout).unwrap_or_else(|e| panic!("{e}: {stdout:?}"))
}

#[test]
fn wrong_usage_is_told_before_anything_is_started() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Contact.csv"), HEADER).unwrap();
    fs::write(folder.path().join("bad.toml"), "verify = \"all\"\noperatoin = \"create\"\n")
        .unwrap();
    for (arguments, said) in [
        (&[][..], "file or folder"),
        (&["nowhere.csv"], "nowhere.csv"),
        (&["Contact.csv", "--csm-url", "http://127.0.0.1:9/x"], "token"),
        (&["Contact.csv", "--site", "martian"], "martian"),
        (&["Contact.csv", "--approve"], "--plan"),
        (&["Contact.csv", "--plan", "--scheduled"], "--scheduled"),
        (&["Contact.csv", "--fields", "nowhere.json"], "nowhere.json"),
        (&["Contact.csv", "--config", "nowhere.toml"], "nowhere.toml"),
        (&["Contact.csv", "--config", "bad.toml"], "line 2, column 1: operatoin"),
    ] {
        let output = run(folder.path(), arguments);
        let stderr = String::from_utf8_lossy(&output.stderr).to_lowercase();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(&said.to_lowercase()), "{arguments:?}: {stderr}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_exit_code_and_the_document_say_how_it_went() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: String| {
        fs::write(folder.path().join(name), content).unwrap();
    };
    write("good.csv", format!("{HEADER}{GOOD}"));
    write("mixed.csv", format!("{HEADER}{GOOD}{BAD}"));
    write("Account.json", "[]".to_owned());
    for (name, code, state, imported, rejected) in [
        ("good.csv", 0, "finished", 1, 0),
        ("mixed.csv", 3, "finished", 1, 1),
        ("Account.json", 1, "refused", 0, 0),
    ] {
        let output = run(folder.path(), &[name, "--json", "--task-seconds", "0.2"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{name}: {stderr}");
        let summary = summary(&output);
        assert_eq!(summary["state"], state, "{name}");
        assert_eq!(summary["records"]["imported"], imported, "{name}");
        assert_eq!(summary["records"]["rejected"], rejected, "{name}");
        // The results lie beside it, under the id.
        let out = folder.path().join("out").join(summary["import"].as_str().unwrap());
        let errors = fs::read_to_string(out.join("errors.csv")).unwrap();
        assert_eq!(errors.contains("email-missing"), rejected > 0, "{name}");
    }
}

#[test]
fn a_configuration_to_begin_with_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let printed = run(folder.path(), &["--print-config"]);
    assert_eq!(printed.status.code(), Some(0));
    let text = String::from_utf8(printed.stdout).unwrap();
    assert!(Configuration::parse(&text).is_ok(), "{text}");
}

#[test]
fn a_plan_says_what_would_happen_and_sends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Contact.csv"), format!("{HEADER}{GOOD}{BAD}")).unwrap();
    let output = run(folder.path(), &["Contact.csv", "--plan"]);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(3), "{out}\n{err}");
    assert!(out.contains("Plan of plan/Contact.csv: it can be run"), "{out}");
    assert!(out.contains("email-missing"), "{out}");
    assert!(err.contains("Nothing was sent"), "{err}");
    let import = fs::read_dir(folder.path().join("out")).unwrap().next().unwrap().unwrap().path();
    assert!(import.join("plan.html").is_file() && !import.join("succeeded.csv").exists());

    let output = run(folder.path(), &["Contact.csv", "--plan", "--json"]);
    assert_eq!(output.status.code(), Some(3));
    let plan = summary(&output);
    assert_eq!(
        (&plan["folder"], &plan["verdict"]),
        (&"plan/Contact.csv".into(), &"attention".into())
    );
}

#[test]
fn a_plan_is_approved_and_a_configuration_counts() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| fs::write(folder.path().join(name), content).unwrap();
    let header = HEADER.replace('\n', ",\"Shoe_Size__c\"\n");
    write("Contact.csv", &format!("{header}{}{BAD}", GOOD.replace('\n', ",\"41\"\n")));
    write("config.toml", "missing_email = \"skip\"\n[contact]\ncolumns = [\"Shoe_Size__c\"]\n");
    write("fields.json", r#"{"customers":[{"name":"External ID","type":{"name":"TEXT"}}]}"#);
    let words = ["Contact.csv", "--plan", "--approve", "--json", "--config", "config.toml"];
    let site = ["--fields", "fields.json", "--task-seconds", "0.2"];
    let output = run(folder.path(), &[words.as_slice(), &site].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let summary = summary(&output);
    assert_eq!(summary["folder"], "exports/approved/Contact.csv");
    assert_eq!(summary["records"]["imported"], 1);
    assert_eq!(summary["records"]["skipped"], 1);
    // The plan lies beside it, and names the field.
    let plans = fs::read_dir(folder.path().join("out")).unwrap();
    let plans = plans
        .filter_map(|import| fs::read_to_string(import.unwrap().path().join("plan.json")).ok());
    let plans: Vec<Value> = plans.map(|plan| serde_json::from_str(&plan).unwrap()).collect();
    assert_eq!(plans.len(), 1);
    assert!(plans[0]["fields"].to_string().contains("Shoe"), "{}", plans[0]["fields"]);
}

#[test]
fn what_cannot_be_run_is_not_approved() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Account.json"), "[]").unwrap();
    let output = run(folder.path(), &["Account.json", "--plan", "--approve"]);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{out}\n{err}");
    assert!(err.contains("Nothing was approved"), "{err}");
    assert!(out.contains("ignored       plan/Account.json: "), "{out}");
}

#[test]
fn two_imports_are_one_document_with_totals() {
    let folder = tempfile::tempdir().unwrap();
    for (name, email) in [("one", "one@example.org"), ("two", "two@example.org")] {
        let folder = folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        let content = format!("{HEADER}{}", GOOD.replace("pat@example.org", email));
        fs::write(folder.join("Contact.csv"), content).unwrap();
    }
    let output = run(folder.path(), &["one", "two", "--json", "--task-seconds", "0.2"]);
    assert_eq!(output.status.code(), Some(0));
    let summary = summary(&output);
    assert_eq!(summary["records"]["imported"], 2);
    assert_eq!(summary["imports"].as_array().unwrap().len(), 2);
}

#[test]
fn the_schedule_fires_and_folders_are_imported_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    for (name, file, content) in [
        ("two", "Account.csv", "Id,Name\n001000000000001AAA,Acme\n"),
        (
            "one",
            "Contact.csv",
            "Id,AccountId,LastName,Email\n003000000000001AAA,001000000000001AAA,Sample,pat@example.org\n",
        ),
    ] {
        let folder = folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(file), content).unwrap();
    }
    let words = ["two", "one", "--scheduled", "--json", "--task-seconds", "0.2"];
    let output = run(folder.path(), &words);
    let err = text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(err.contains("Nothing happens before the schedule, rate(1 minute), fires"), "{err}");
    let summary = summary(&output);
    let imports = summary["imports"].as_array().unwrap();
    let folders: Vec<_> = imports.iter().map(|import| import["folder"].as_str().unwrap()).collect();
    assert_eq!(folders, ["scheduled/two/", "scheduled/one/"]);
    assert!(imports[1]["warnings_by_code"].get("organization-unknown").is_none());
}

#[test]
fn ctrl_c_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Contact.csv"), format!("{HEADER}{GOOD}")).unwrap();
    let mut command = local(folder.path());
    command.args(["Contact.csv", "--task-seconds", "600", "--json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The line says that the emulator runs and the exports are being dropped.
    let mut stderr = BufReader::new(child.stderr.take().unwrap()).lines();
    let begun = stderr.any(|line| line.unwrap().starts_with("Importing"));
    assert!(begun);
    let emulators: Vec<String> = fs::read_dir(format!("/proc/{}/task", child.id()))
        .unwrap()
        .filter_map(Result::ok)
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|pids| pids.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    assert!(!emulators.is_empty());

    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    for line in stderr {
        drop(line);
    }
    assert_eq!(child.wait().unwrap().code(), Some(1));
    for pid in emulators {
        assert!(!Path::new(&format!("/proc/{pid}")).exists(), "process {pid} is still there");
    }
}
