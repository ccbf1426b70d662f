//! Stacks that the emulator makes, and functions that it runs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{Parameter, Stack, StackStatus};
use local::Cloud;
use local::cloud::configuration;

use crate::world::{LOOK, STUCK};

/// The stack: an emulator has one.
pub(crate) async fn stack(cloud: &Cloud) -> Stack {
    let described = client(cloud).describe_stacks().send().await.expect("the stacks");
    let [stack] = described.stacks() else { panic!("one stack: {described:?}") };
    stack.clone()
}

/// Deploys the stack again with other parameters, and waits until it is as they say.
pub(crate) async fn update(cloud: &Cloud, parameters: &[(&str, &str)]) {
    let before = stack(cloud).await;
    let said = before.parameters().iter().map(|parameter| {
        let name = parameter.parameter_key().expect("a name");
        let said = Parameter::builder().parameter_key(name);
        match parameters.iter().find(|(other, _)| *other == name) {
            Some((_, value)) => said.parameter_value(*value).build(),
            None => said.use_previous_value(true).build(),
        }
    });
    let update = client(cloud).update_stack().set_stack_name(before.stack_name.clone());
    let update = update.use_previous_template(true).set_parameters(Some(said.collect()));
    update.send().await.expect("the update");
    let updated = tokio::time::timeout(STUCK, async {
        loop {
            match stack(cloud).await.stack_status() {
                Some(StackStatus::UpdateComplete) => return,
                Some(
                    StackStatus::UpdateInProgress | StackStatus::UpdateCompleteCleanupInProgress,
                ) => {
                    tokio::time::sleep(LOOK).await;
                }
                other => panic!("the update ended as {other:?}"),
            }
        }
    });
    updated.await.expect("the update ends");
}

fn client(cloud: &Cloud) -> Client {
    Client::new(&configuration(cloud.endpoint(), "tests"))
}

/// Kills every process of a stack's functions; how many there were.
pub(super) fn kill_functions(cloud: &Cloud) -> usize {
    // The emulator unpacks the functions beside its log.
    let place = cloud.log_file().and_then(|log| log.parent()).expect("it was started here");
    let place = place.canonicalize().expect("its folder is there");
    let is_ours = |process: &PathBuf| {
        let program = fs::read_link(process.join("exe"));
        program.is_ok_and(|program| program.starts_with(&place) && program.ends_with("bootstrap"))
    };
    let processes = fs::read_dir("/proc").expect("processes");
    let ids: Vec<_> = processes
        .map(|entry| entry.expect("a process").path())
        .filter(is_ours)
        .filter_map(|process| process.file_name()?.to_str().map(str::to_owned))
        .collect();
    let killed = |id: &&String| {
        let kill = Command::new("kill").args(["-KILL", id]).status();
        // One of them may have ended by itself since.
        kill.expect("kill can be run").success()
    };
    ids.iter().filter(killed).count()
}
